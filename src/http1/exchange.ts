// One request and its response: the joint state of both sides, and what of the request governs the response.
import { compileEvents, compileRules, jointIndex, REFUSED } from "../shared/machine.ts";
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
  client: number = IDLE;
  server: number = IDLE;
  /** May the connection serve another exchange? Off when either side says close. */
  keepAlive = true;
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

  stateOf(role: Role): number {
    return role === "client" ? this.client : this.server;
  }

  /** Does the table have a cell for this trigger now? */
  allows(role: Role, trigger: TriggerIndex): boolean {
    const next =
      role === "client"
        ? CLIENT_EVENTS[this.client * TRIGGER_COUNT + trigger]
        : SERVER_EVENTS[this.server * TRIGGER_COUNT + trigger];
    return next !== REFUSED;
  }

  /** Moves a side by a trigger that is allowed, and settles the joint state. */
  fire(role: Role, trigger: TriggerIndex): void {
    if (role === "client") this.client = CLIENT_EVENTS[this.client * TRIGGER_COUNT + trigger] as number;
    else this.server = SERVER_EVENTS[this.server * TRIGGER_COUNT + trigger] as number;
    this.settle();
  }

  /** The client's request begins the exchange, unless the server no longer takes one: false. */
  begin(): boolean {
    const server = SERVER_EVENTS[this.server * TRIGGER_COUNT + CLIENT_REQUEST] as number;
    if (server === REFUSED) return false;
    this.client = CLIENT_EVENTS[this.client * TRIGGER_COUNT + REQUEST] as number;
    this.server = server;
    this.settle();
    return true;
  }

  /** A side broke down: no trigger moves it any more. */
  fail(role: Role): void {
    if (role === "client") this.client = ERROR;
    else this.server = ERROR;
    this.settle();
  }

  /** The connection closes after this exchange. */
  disableKeepAlive(): void {
    this.keepAlive = false;
    this.settle();
  }

  /** The request proposes to switch protocols. */
  propose(upgrade: boolean, connect: boolean): void {
    this.upgradeProposed = upgrade;
    this.connectProposed = connect;
    this.settle();
  }

  private settle(): void {
    const pending = this.upgradeProposed || this.connectProposed;
    const settled = SETTLED[jointIndex(this.client, this.server, this.keepAlive, pending)] as number;
    this.client = settled >> 4;
    this.server = settled & 15;
  }
}
