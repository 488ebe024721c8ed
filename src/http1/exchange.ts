// One request and its response: the joint state of both sides, and the facts of the request that govern the response.
import { compileEvents, indexes, REFUSED } from "../shared/machine.ts";
import { CLIENT_SHIFT, compileRules, joint, KEEP_ALIVE, SERVER_SHIFT, SIDE, SWITCH_PENDING } from "./joint.ts";
import type { Role } from "./options.ts";
import { ON_EVENT, ON_STATE, STATES, type State, TRIGGERS, type Trigger } from "./states.ts";

const CLIENT_EVENTS = compileEvents(STATES, TRIGGERS, ON_EVENT.client);
const SERVER_EVENTS = compileEvents(STATES, TRIGGERS, ON_EVENT.server);
const SETTLED = compileRules(ON_STATE);
const TRIGGER_COUNT = TRIGGERS.length;

/** The indices of the states: the machine and its users work with these. */
export const IDLE: number = STATES.indexOf("idle");
export const SEND_RESPONSE: number = STATES.indexOf("send-response");
export const SEND_BODY: number = STATES.indexOf("send-body");
export const DONE: number = STATES.indexOf("done");
export const MUST_CLOSE: number = STATES.indexOf("must-close");
export const CLOSED: number = STATES.indexOf("closed");
const ERROR: number = STATES.indexOf("error");
export const MIGHT_SWITCH: number = STATES.indexOf("might-switch-protocol");
export const SWITCHED: number = STATES.indexOf("switched-protocol");

/** The index of a trigger. */
export type TriggerIndex = number;
export const ON: Record<Trigger, TriggerIndex> = indexes(TRIGGERS);

const { request: REQUEST, "client-request": CLIENT_REQUEST } = ON;

export function stateName(state: number): State {
  return STATES[state] as State;
}

export class Exchange {
  /** Both states, whether the connection may serve another exchange, whether a switch of protocols is proposed. */
  joint: number = joint(IDLE, IDLE, true, false);
  /** An HTTP/1.0 request asked to keep the connection alive, and that is granted. */
  keepAliveAsked = false;
  upgradeProposed = false;
  connectProposed = false;
  /** The client announced a body with Expect: 100-continue and waits for an answer. */
  waiting = false;
  /**
   * The client is owed nothing: there was no request, its response was received in full, or the protocol was switched.
   */
  answered = true;
  /** The request's method: one of layout.ts's METHOD_ numbers; 0 also before there is a request. */
  method = 0;
  /** How many octets had been fed when the request was sent: a response that began before cannot answer it. */
  fedBefore = 0;
  /** The number of informational responses so far. */
  informational = 0;
  /** The exchange begun after this one, in a client that pipelines. */
  following: Exchange | null = null;

  get client(): number {
    return this.joint >> CLIENT_SHIFT;
  }

  get server(): number {
    return (this.joint >> SERVER_SHIFT) & SIDE;
  }

  get keepAlive(): boolean {
    return (this.joint & KEEP_ALIVE) !== 0;
  }

  stateOf(role: Role): number {
    return role === "client" ? this.client : this.server;
  }

  /** Returns whether the table has a cell for this trigger in the present state. */
  allows(role: Role, trigger: TriggerIndex): boolean {
    return (role === "client" ? this.clientAfter(trigger) : this.serverAfter(trigger)) !== REFUSED;
  }

  /** Moves a side by a trigger that is allowed, and settles the joint state. */
  fire(role: Role, trigger: TriggerIndex): void {
    if (role === "client") this.settle(this.clientAfter(trigger), this.server);
    else this.settle(this.client, this.serverAfter(trigger));
  }

  /**
   * Begins the exchange with the client's request. Returns false, and changes nothing, if the server takes none any
   * more.
   */
  begin(): boolean {
    const server = this.serverAfter(CLIENT_REQUEST);
    if (server === REFUSED) return false;
    this.settle(this.clientAfter(REQUEST), server);
    return true;
  }

  /** Puts a side into `error`: no trigger moves it any more. */
  fail(role: Role): void {
    if (role === "client") this.settle(ERROR, this.server);
    else this.settle(this.client, ERROR);
  }

  /** Lets the connection close after this exchange. */
  disableKeepAlive(): void {
    this.joint &= ~KEEP_ALIVE;
    this.settle(this.client, this.server);
  }

  /** Notes whether a switch of protocols is proposed: by Upgrade, by CONNECT. */
  propose(upgrade: boolean, connect: boolean): void {
    if (upgrade === this.upgradeProposed && connect === this.connectProposed) return;
    this.upgradeProposed = upgrade;
    this.connectProposed = connect;
    this.joint = upgrade || connect ? this.joint | SWITCH_PENDING : this.joint & ~SWITCH_PENDING;
    this.settle(this.client, this.server);
  }

  private clientAfter(trigger: TriggerIndex): number {
    return CLIENT_EVENTS[this.client * TRIGGER_COUNT + trigger] as number;
  }

  private serverAfter(trigger: TriggerIndex): number {
    return SERVER_EVENTS[this.server * TRIGGER_COUNT + trigger] as number;
  }

  private settle(client: number, server: number): void {
    const facts = this.joint & (KEEP_ALIVE | SWITCH_PENDING);
    this.joint = SETTLED[(client << CLIENT_SHIFT) | (server << SERVER_SHIFT) | facts] as number;
  }
}
