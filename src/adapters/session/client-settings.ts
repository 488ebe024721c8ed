// The options that the connections of a client have, whatever they speak.
import type { Http1Options } from "../../http1/index.ts";
import type { Http2Options } from "../../http2/index.ts";

/** A client's timeouts in milliseconds; Infinity disables one. */
export interface ClientTimeouts {
  /** How long the head of a response may take after its request was sent. */
  readonly response: number;
  /** The longest gap between two pieces of a response body. */
  readonly body: number;
  /** How long the peer may accept none of the data waiting for it. */
  readonly write: number;
  /** How long a request with Expect: 100-continue waits for 100 Continue before it sends its body anyway. */
  readonly expect: number;
}

/** undici has 300 s for the first two; curl waits 1 s for 100 Continue. */
export const CLIENT_TIMEOUTS: ClientTimeouts = { response: 300_000, body: 300_000, write: 30_000, expect: 1_000 };

export interface ClientSettings {
  readonly http1: Http1Options | undefined;
  readonly http2: Http2Options | undefined;
  readonly timeouts: ClientTimeouts;
  /** How many requests may await their responses at once; only idempotent ones are sent behind one another. */
  readonly pipelining: number;
}
