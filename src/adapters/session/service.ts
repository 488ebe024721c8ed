// The options and state that the connections of one server share.
import type { Http1Options } from "../../http1/index.ts";
import type { Http2Options } from "../../http2/index.ts";
import { checkNames } from "../../shared/options.ts";
import type { Protocol } from "./protocol.ts";
import type { Handler, Reply, ServerRequest } from "./server-exchange.ts";

/** A server's timeouts in milliseconds; Infinity disables one. */
export interface Timeouts {
  /** How long a connection may be idle between requests. It is then closed without a response. */
  readonly idle: number;
  /** How long a head may take from its first octet to its last, however steadily they trickle in. Then 408. */
  readonly head: number;
  /** The longest gap between two pieces of a request body. Then 408, or the response is aborted if it has begun. */
  readonly body: number;
  /** How long the peer may accept none of the data waiting for it. */
  readonly write: number;
  /** How long a closed connection is still read (RFC 9112 9.6). */
  readonly linger: number;
}

/** The timeouts of a server that is given none. Node's own server has 5 s, 60 s and 300 s for the first three. */
export const DEFAULT_TIMEOUTS: Timeouts = { idle: 5_000, head: 15_000, body: 30_000, write: 30_000, linger: 2_000 };

/** The options that all servers have. */
export interface ServerOptions {
  /** Limits and leniencies for HTTP/1.1. */
  readonly http1?: Http1Options | undefined;
  /** Settings, limits and windows for HTTP/2, where it is spoken. */
  readonly http2?: Http2Options | undefined;
  /** Timeouts in milliseconds; see `DEFAULT_TIMEOUTS`. */
  readonly timeouts?: Partial<Timeouts> | undefined;
  /**
   * How many octets of a request body that no handler reads are skipped to keep the connection open. Beyond that the
   * connection is closed, or the HTTP/2 stream reset. Default 1 MiB.
   */
  readonly unreadBodyOctets?: number | undefined;
  /** How many requests a connection serves before it is closed. Default: no limit. */
  readonly maxRequests?: number | undefined;
  /** Called with errors: a handler threw, or a peer broke the protocol. Default: errors are ignored. */
  readonly onError?: ((error: unknown, request: ServerRequest | null) => void) | undefined;
}

/** The handler and the options, with defaults filled in: see `ServerOptions`. */
export interface Service {
  /** Called for each request. */
  readonly handler: Handler;
  /** Limits and leniencies for HTTP/1.1. */
  readonly http1: Http1Options | undefined;
  /** Settings, limits and windows for HTTP/2. */
  readonly http2: Http2Options | undefined;
  /** Timeouts in milliseconds. */
  readonly timeouts: Timeouts;
  /** How many octets of a request body that no handler reads are skipped. */
  readonly unreadBodyOctets: number;
  /** How many requests a connection serves before it is closed. */
  readonly maxRequests: number;
  /** Called with errors. */
  readonly onError: (error: unknown, request: ServerRequest | null) => void;
  /** The scheme of requests that do not say. */
  readonly scheme: "http" | "https";
}

const OPTIONS = ["http1", "http2", "timeouts", "unreadBodyOctets", "maxRequests", "onError"];

/**
 * Checks the options and fills in the defaults.
 * @param others the names of options that only the caller knows
 * @throws TypeError for an unknown name or a wrong type, RangeError for an impossible value
 */
export function newService(
  handler: Handler,
  options: ServerOptions,
  others: readonly string[],
  scheme: "http" | "https",
): Service {
  if (typeof handler !== "function") throw new TypeError("the handler must be a function");
  checkNames("options", options, [...OPTIONS, ...others]);
  const { http1, timeouts = {}, unreadBodyOctets = 1024 * 1024, maxRequests = Number.POSITIVE_INFINITY } = options;
  const { onError = () => {} } = options;
  if (typeof onError !== "function") throw new TypeError("onError must be a function");
  return {
    handler,
    http1,
    http2: options.http2,
    timeouts: readTimeouts(DEFAULT_TIMEOUTS, timeouts),
    unreadBodyOctets: positive("unreadBodyOctets", unreadBodyOctets),
    maxRequests: positive("maxRequests", maxRequests),
    onError,
    scheme,
  };
}

/** Fills in the defaults. @throws RangeError for a value that is not a duration, TypeError for an unknown name */
export function readTimeouts<T extends object>(defaults: T, given: Partial<T>): T {
  const read = { ...defaults };
  checkNames("timeouts", given, Object.keys(defaults));
  for (const name of Object.keys(given) as (keyof T & string)[]) {
    if (given[name] !== undefined) read[name] = positive(`timeouts.${name}`, given[name] as number) as T[typeof name];
  }
  return read;
}

/** @throws TypeError for something that is not a Protocol, such as the name of one */
export function checkProtocol(protocol: Protocol | undefined): void {
  if (protocol !== undefined && typeof protocol?.client !== "function") {
    throw new TypeError("protocol must be what protocolOf(alpn) gives");
  }
}

/**
 * Calls the handler. `fail` gets what it throws or rejects with, and an error if it returns a Response, which nobody
 * would send: the request would never be answered. `leave` is called once it has returned, and what it returned has
 * settled.
 */
export function callHandler(
  { handler }: Service,
  reply: Reply,
  fail: (error: unknown) => void,
  leave: () => void = () => {},
): void {
  // Response is looked up only for an object: its first use makes Node load all of Fetch (40 to 70 ms, 3 MB), and nearly
  // every handler returns nothing.
  const take = (returned: unknown): void => {
    if (typeof returned === "object" && returned !== null && returned instanceof Response) {
      fail(new TypeError("a handler that returns a Response needs fetchHandler"));
    }
    leave();
  };
  const drop = (error: unknown): void => {
    fail(error);
    leave();
  };
  let result: unknown;
  try {
    result = handler(reply.request, reply);
    if (typeof (result as PromiseLike<unknown>)?.then === "function") {
      (result as PromiseLike<unknown>).then(take, drop);
      return;
    }
  } catch (error) {
    return drop(error);
  }
  take(result);
}

/** Reports an error to the application. What `onError` itself throws becomes an uncaught exception. */
export function reportError(service: Service, error: unknown, request: ServerRequest | null): void {
  try {
    service.onError(error, request);
  } catch (worse) {
    queueMicrotask(() => {
      throw worse;
    });
  }
}

export function positive(name: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new RangeError(`${name} must be a number from 0, not ${String(value)}`);
}
