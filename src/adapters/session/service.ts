// What the connections of one server share.
import type { Http1Options } from "../../http1/index.ts";
import type { Http2Options } from "../../http2/index.ts";
import type { Handler, ServerRequest } from "./exchange.ts";
import type { Protocol } from "./protocol.ts";

/** Milliseconds; Infinity turns one off. */
export interface Timeouts {
  /** Between requests; then the connection is closed without a word. */
  readonly idle: number;
  /** From the first octet of a head to its last, however steadily they drip in; then 408. */
  readonly head: number;
  /** Between two pieces of a request body; then 408, or the end of an answer that has begun. */
  readonly body: number;
  /** How long a peer may take nothing of what waits for it. */
  readonly write: number;
  /** How long a closed connection is still read (RFC 9112 9.6). */
  readonly linger: number;
}

/** Node's own server has 5 s, 60 s and 300 s for the first three. */
export const DEFAULT_TIMEOUTS: Timeouts = { idle: 5_000, head: 15_000, body: 30_000, write: 30_000, linger: 2_000 };

export interface ServerOptions {
  /** Limits and leniencies of HTTP/1.1. */
  readonly http1?: Http1Options | undefined;
  /** Settings, limits and windows of HTTP/2, where it is spoken. */
  readonly http2?: Http2Options | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Octets of a request body that no handler reads, up to which they are skipped to keep the connection. Default 1 MiB. */
  readonly unreadBodyOctets?: number | undefined;
  /** Requests after which a connection is closed. Default: no limit. */
  readonly maxRequests?: number | undefined;
  /** Told of what goes wrong: a handler threw, a peer broke the protocol. Default: nobody is. */
  readonly onError?: ((error: unknown, request: ServerRequest | null) => void) | undefined;
}

/** The options with their defaults, and what changes for all connections at once. */
export interface Service {
  readonly handler: Handler;
  readonly http1: Http1Options | undefined;
  readonly http2: Http2Options | undefined;
  readonly timeouts: Timeouts;
  readonly unreadBodyOctets: number;
  readonly maxRequests: number;
  readonly onError: (error: unknown, request: ServerRequest | null) => void;
  readonly scheme: "http" | "https";
}

/** @throws RangeError for a number that is none */
export function newService(handler: Handler, options: ServerOptions, scheme: "http" | "https"): Service {
  if (typeof handler !== "function") throw new TypeError("the handler must be a function");
  const { http1, timeouts = {}, unreadBodyOctets = 1024 * 1024, maxRequests = Number.POSITIVE_INFINITY } = options;
  return {
    handler,
    http1,
    http2: options.http2,
    timeouts: readTimeouts(DEFAULT_TIMEOUTS, timeouts),
    unreadBodyOctets: positive("unreadBodyOctets", unreadBodyOctets),
    maxRequests: positive("maxRequests", maxRequests),
    onError: options.onError ?? (() => {}),
    scheme,
  };
}

/** Defaults where nothing is given. @throws RangeError for what is no time, TypeError for an unknown name */
export function readTimeouts<T extends object>(defaults: T, given: Partial<T>): T {
  const read = { ...defaults };
  for (const name of Object.keys(given) as (keyof T & string)[]) {
    if (!(name in defaults)) throw new TypeError(`timeouts.${name} is not an option; known: ${Object.keys(defaults)}`);
    if (given[name] !== undefined) read[name] = positive(`timeouts.${name}`, given[name] as number) as T[typeof name];
  }
  return read;
}

/** @throws TypeError for what is no protocol, such as the name of one */
export function checkProtocol(protocol: Protocol | undefined): void {
  if (protocol !== undefined && typeof protocol?.client !== "function") {
    throw new TypeError("protocol must be what protocolOf(alpn) gives");
  }
}

export function positive(name: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new RangeError(`${name} must be a number from 0, not ${String(value)}`);
}
