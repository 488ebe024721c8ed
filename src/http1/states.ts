// The two coupled tables of HTTP/1.1, and nothing else. The transitions are h11's (MIT, Nathaniel J. Smith and
// contributors), with the deviations named beside them. Both ends run both machines: `send` drives one, `nextEvent`
// the other. docs/states.md is drawn from here.
import type { EventTable } from "../shared/machine.ts";

/** The names of the states of one side. */
export const STATES = [
  "idle",
  "send-response",
  "send-body",
  "done",
  "must-close",
  "closed",
  "error",
  "might-switch-protocol",
  "switched-protocol",
] as const;
/** The state of one side of a connection: see docs/states.md. */
export type State = (typeof STATES)[number];

/** What moves a side: the events, and what some of them mean in their context. */
export const TRIGGERS = [
  "request",
  "informational-response",
  "response",
  "data",
  "end-of-message",
  "connection-closed",
  /** The server sees the client's request. */
  "client-request",
  /** 101 to a proposed Upgrade. */
  "upgrade-accepted",
  /** 2xx to CONNECT. */
  "connect-accepted",
  /** The client got a final response (417, 413) and closes without having sent any of its body. Not in h11. */
  "body-declined",
  /** An unsolicited 408 that closes: the server gave up the idle connection (RFC 9110 15.5.9). Not in h11. */
  "idle-timeout",
] as const;
export type Trigger = (typeof TRIGGERS)[number];

// biome-ignore format: a table
/** Event-triggered transitions: the next state by state and event. An absent cell is a protocol error. */
export const ON_EVENT: { readonly client: EventTable<State, Trigger>; readonly server: EventTable<State, Trigger> } = {
  client: {
    "idle":                  { "request": "send-body", "connection-closed": "closed" },
    "send-body":             { "data": "send-body", "end-of-message": "done", "body-declined": "closed" },
    "done":                  { "connection-closed": "closed" },
    "must-close":            { "connection-closed": "closed" },
    "closed":                { "connection-closed": "closed" },
    "might-switch-protocol": {},
    "switched-protocol":     {},
    "error":                 {},
  },
  server: {
    "idle":                  { "client-request": "send-response", "response": "send-body", "connection-closed": "closed",
                               "idle-timeout": "closed" },
    "send-response":         { "informational-response": "send-response", "response": "send-body",
                               "upgrade-accepted": "switched-protocol", "connect-accepted": "switched-protocol",
                               "idle-timeout": "closed" },
    "send-body":             { "data": "send-body", "end-of-message": "done" },
    "done":                  { "connection-closed": "closed" },
    "must-close":            { "connection-closed": "closed" },
    "closed":                { "connection-closed": "closed" },
    "switched-protocol":     {},
    "error":                 {},
  },
};

/** A rule over the joint state of both sides and two facts: if all of `when` holds, the sides move to `then`. */
export interface JointRule {
  readonly when: { client?: State; server?: State; keepAlive?: boolean; switchPending?: boolean };
  readonly then: { client?: State; server?: State };
}

// biome-ignore format: a table
/**
 * State-triggered transitions: the first row that changes anything is applied, again and again, until none does. The
 * row of the proposed switch comes first, so that a switch outranks closing.
 */
export const ON_STATE: readonly JointRule[] = [
  { when: { client: "done", switchPending: true },                       then: { client: "might-switch-protocol" } },
  { when: { client: "might-switch-protocol", switchPending: false },     then: { client: "done" } },
  { when: { client: "done", keepAlive: false },                          then: { client: "must-close" } },
  { when: { server: "done", keepAlive: false },                          then: { server: "must-close" } },
  { when: { client: "might-switch-protocol", server: "switched-protocol" }, then: { client: "switched-protocol" } },
  { when: { client: "closed", server: "done" },                          then: { server: "must-close" } },
  { when: { client: "closed", server: "idle" },                          then: { server: "must-close" } },
  { when: { client: "error",  server: "done" },                          then: { server: "must-close" } },
  { when: { client: "done",   server: "closed" },                        then: { client: "must-close" } },
  { when: { client: "idle",   server: "closed" },                        then: { client: "must-close" } },
  { when: { client: "done",   server: "error" },                         then: { client: "must-close" } },
];
