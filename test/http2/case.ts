// What a case of the rules or of an attack is: the peer's frames, what this end does between them, the events, what is
// emitted, and how it ends; and the pieces that cases are made of.
import type { Http2Connection, Http2Options, Http2Role as Role } from "../../src/http2/index.ts";
import { type Code, type Fields, headers } from "./frames.ts";
import type { Run } from "./runner.ts";

// --- cases ------------------------------------------------------------------------------------------------------------------

/** What this end does between the peer's frames. */
export type Act = (connection: Http2Connection, run: Run) => void;
export type Step = Uint8Array | Act;

/** GOAWAY with this code and last stream, nothing behind it, and the end. */
export interface ConnectionError {
  readonly scope: "connection";
  readonly code: Code;
  /** The last stream of the peer's that was processed: that of the exchange around the case unless a case says more. */
  readonly last: number;
}

/** RST_STREAM with this code and an event; everything else goes on. */
export interface StreamError {
  readonly scope: "stream";
  readonly stream: number;
  readonly code: Code;
}

/** The same in both roles, or made for one. */
export type PerRole<T> = T | ((role: Role) => T);

export interface Case {
  /** What rules call it: no two cases have the same. */
  readonly name: string;
  readonly roles: readonly Role[];
  readonly options?: Http2Options;
  readonly steps: PerRole<readonly Step[]>;
  /** In short. That of a stream error comes last and is not listed. */
  readonly events?: PerRole<readonly string[]>;
  readonly error?: ConnectionError | StreamError;
  /** Frames that are emitted because of the steps, GOAWAY and WINDOW_UPDATE left out; of a stream error its RST_STREAM. */
  readonly emits?: readonly string[];
  /** The connection is at its end without an error. */
  readonly finished?: boolean;
  /** How many entries the steps put into the peer's dynamic table. */
  readonly inserted?: number;
  /** The case is the whole input, from the first octet on: no handshake, no exchange around it. */
  readonly bare?: boolean;
  /** The input ends here. */
  readonly ends?: boolean;
  /** Cuts at frame boundaries and octet by octet only: the input is long. */
  readonly long?: boolean;
}

/** A test that is no input: what this end refuses to send, or sends. */
export interface Check {
  readonly name: string;
  readonly check: () => void;
}

export const SERVER: readonly Role[] = ["server"];
export const CLIENT: readonly Role[] = ["client"];
export const BOTH: readonly Role[] = ["server", "client"];

export function connectionError(code: Code, last?: number): ConnectionError {
  return { scope: "connection", code, last: last ?? -1 };
}

export function streamError(stream: number, code: Code): StreamError {
  return { scope: "stream", stream, code };
}

type More = Partial<Omit<Case, "name" | "roles" | "steps" | "events" | "error">> & {
  readonly last?: number | undefined;
};

/** The events, and then a connection error. */
export function fatal(
  name: string,
  roles: readonly Role[],
  steps: Case["steps"],
  events: PerRole<readonly string[]>,
  code: Code,
  { last, ...more }: More = {},
): Case {
  return { name, roles, steps, events, error: connectionError(code, last), ...more };
}

/** The events, and then a stream error. */
export function resets(
  name: string,
  roles: readonly Role[],
  steps: Case["steps"],
  events: PerRole<readonly string[]>,
  [stream, code]: readonly [stream: number, code: Code],
  more: More = {},
): Case {
  return { name, roles, steps, events, error: streamError(stream, code), ...more };
}

/** The events, and no error. */
export function fine(
  name: string,
  roles: readonly Role[],
  steps: Case["steps"],
  events: PerRole<readonly string[]>,
  more: More = {},
): Case {
  return { name, roles, steps, events, ...more };
}

// --- the pieces of cases ------------------------------------------------------------------------------------------------------

export const GET: Fields = [
  [":method", "GET"],
  [":scheme", "http"],
  [":authority", "a"],
  [":path", "/"],
];
export const POST: Fields = [[":method", "POST"], ...GET.slice(1)];
export const OK: Fields = [[":status", "200"]];

/** The stream of the exchange around a case. In client role this end has opened it, and stream 3 for the case. */
export const OTHER = 1;

/** Server: a request without a body on the stream. */
export const get = (stream: number, ...more: Fields): Uint8Array => headers(stream, [...GET, ...more], { end: true });
/** Server: a request whose body follows. */
export const post = (stream: number, ...more: Fields): Uint8Array => headers(stream, [...POST, ...more]);
/** Client: a response whose body follows. */
export const ok = (stream: number, ...more: Fields): Uint8Array => headers(stream, [...OK, ...more]);

export const GOT = (stream: number): string[] => [`request ${stream} GET http://a/`, `end ${stream}`];
export const POSTED = (stream: number): string => `request ${stream} POST http://a/`;

/** The pseudo-fields of the message that stream 3 carries in a role, and the events of that message when it is whole. */
export const start = (role: Role): Fields => (role === "server" ? GET : OK);
export const whole = (role: Role, stream = 3, fields = ""): string[] =>
  role === "server"
    ? [`request ${stream} GET http://a/${fields}`, `end ${stream}`]
    : [`response ${stream} 200${fields}`, `end ${stream}`];
/** The same begun: what opens stream 3 for the peer's data, and its event. */
export const begin = (role: Role): Uint8Array => (role === "server" ? post(3) : ok(3));
export const begun = (role: Role, fields = ""): string =>
  role === "server" ? `request 3 POST http://a/${fields}` : `response 3 200${fields}`;

const REQUEST = { method: "GET", scheme: "http", authority: "a", target: "/" };

/** Client: opens the next stream, whole. */
export const ask: Act = (connection) => {
  connection.openStream(REQUEST, { endStream: true });
};
/** Client: opens the next stream; a body may follow. */
export const askWithBody: Act = (connection) => {
  connection.openStream({ ...REQUEST, method: "POST" });
};
/** Server: a whole response. */
export const respond =
  (streamId: number, status = 200): Act =>
  (connection) =>
    connection.send({ type: "response", streamId, status, endStream: true });
/** Server: a response whose body follows. */
export const beginResponse =
  (streamId: number): Act =>
  (connection) =>
    connection.send({ type: "response", streamId, status: 200 });
export const resetStream =
  (streamId: number, code: Code = "CANCEL"): Act =>
  (connection) =>
    connection.reset(streamId, code);
/** Hands over what is queued, as a caller does whose transport takes it. */
export const flush: Act = (_connection, run) => run.flush();
