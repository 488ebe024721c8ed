// One request and its response: the joint state of both sides, and what of the request governs the response.
import {
  CLIENT_SHIFT,
  compileEvents,
  compileRules,
  joint,
  KEEP_ALIVE,
  REFUSED,
  SERVER_SHIFT,
  SIDE,
  SWITCH_PENDING,
} from "../shared/machine.ts";
import type { Role } from "./options.ts";
import { ON_EVENT, ON_STATE, STATES, type State, TRIGGERS, type Trigger } from "./states.ts";

const CLIENT_EVENTS = compileEvents(STATES, TRIGGERS, ON_EVENT.client);
const SERVER_EVENTS = compileEvents(STATES, TRIGGERS, ON_EVENT.server);
const SETTLED = compileRules(STATES, ON_STATE);
const TRIGGER_COUNT = TRIGGERS.length;

/** A state's index, which is what the machine and its users work with. */
export const IDLE: number = STATES.indexOf("idle");
export const SEND_RESPONSE: number = STATES.indexOf("send-response");
export const SEND_BODY: number = STATES.indexOf("send-body");
export const DONE: number = STATES.indexOf("done");
export const MUST_CLOSE: number = STATES.indexOf("must-close");
export const CLOSED: number = STATES.indexOf("closed");
const ERROR: number = STATES.indexOf("error");
export const MIGHT_SWITCH: number = STATES.indexOf("might-switch-protocol");
export const SWITCHED: number = STATES.indexOf("switched-protocol");

/** A trigger's index. */
export type TriggerIndex = number;
export const ON = Object.fromEntries(TRIGGERS.map((trigger, index) => [trigger, index])) as Record<
  Trigger,
  TriggerIndex
>;

const { request: REQUEST, "client-request": CLIENT_REQUEST } = ON;

export function stateName(state: number): State {
  return STATES[state] as State;
}

export class Exchange {
  /** Both states, whether the connection may serve another exchange, whether a switch of protocols is proposed. */
  joint: number = joint(IDLE, IDLE, true, false);
  /** An HTTP/1.0 request asked to keep the connection and may. */
  keepAliveAsked = false;
  upgradeProposed = false;
  connectProposed = false;
  /** The client announced a body with Expect: 100-continue and waits for word of it. */
  waiting = false;
  /** Nothing is due to the client: there was no request, or its response was received in full, or the protocol was switched. */
  answered = true;
  /** The request's method: one of layout.ts's METHOD_ numbers. 0 too before there is a request. */
  method = 0;
  /** Octets that had been fed when the request was sent: what began before cannot answer it. */
  fedBefore = 0;
  /** Informational responses so far. */
  informational = 0;
  /** The exchange that was begun after this one, in a client that pipelines. */
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

  /** Does the table have a cell for this trigger now? */
  allows(role: Role, trigger: TriggerIndex): boolean {
    return (role === "client" ? this.clientAfter(trigger) : this.serverAfter(trigger)) !== REFUSED;
  }

  /** Moves a side by a trigger that is allowed, and settles the joint state. */
  fire(role: Role, trigger: TriggerIndex): void {
    if (role === "client") this.settle(this.clientAfter(trigger), this.server);
    else this.settle(this.client, this.serverAfter(trigger));
  }

  /** The client's request begins the exchange, unless the server no longer takes one: false. */
  begin(): boolean {
    const server = this.serverAfter(CLIENT_REQUEST);
    if (server === REFUSED) return false;
    this.settle(this.clientAfter(REQUEST), server);
    return true;
  }

  /** A side broke down: no trigger moves it any more. */
  fail(role: Role): void {
    if (role === "client") this.settle(ERROR, this.server);
    else this.settle(this.client, ERROR);
  }

  /** The connection closes after this exchange. */
  disableKeepAlive(): void {
    this.joint &= ~KEEP_ALIVE;
    this.settle(this.client, this.server);
  }

  /** The request proposes to switch protocols. */
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
