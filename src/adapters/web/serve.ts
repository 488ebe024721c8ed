// Serves one accepted connection, from any source of byte streams.

import { Http1ServerSession } from "../session/http1-server.ts";
import type { Protocol } from "../session/protocol.ts";
import type { ServerRequest } from "../session/server-exchange.ts";
import { checkProtocol, newService, type ServerOptions } from "../session/service.ts";
import { type FetchHandler, fetchHandler } from "./handler.ts";
import { type ByteStreamLike, StreamTransport, tickOf } from "./transport.ts";

/** Options of `serveConnection`. */
export interface ServeOptions extends ServerOptions {
  /** The protocol to speak: `http2`, or `either` to choose by the client's first octets. Default: HTTP/1.1. */
  readonly protocol?: Protocol | undefined;
  /** The scheme of request URLs. Default "http". */
  readonly scheme?: "http" | "https" | undefined;
}

/** A connection that is being served. */
export interface ServedConnection {
  /** Resolves when the connection has ended, with the error that broke it or undefined. Never rejects. */
  readonly closed: Promise<unknown>;
  /**
   * Stops accepting requests, lets responses in progress finish, then closes. Resolves with the requests whose
   * responses were incomplete.
   */
  close(): Promise<{ unanswered: readonly ServerRequest[] }>;
  /** Closes immediately. */
  abort(error?: unknown): void;
}

/**
 * Serves the requests of one connection until it ends. Errors go to `options.onError` and end at most the connection.
 * @throws TypeError if a stream is locked, TypeError or RangeError for impossible options
 */
export function serveConnection(
  stream: ByteStreamLike,
  handler: FetchHandler,
  options: ServeOptions = {},
): ServedConnection {
  const { protocol, scheme = "http" } = options;
  const service = newService(fetchHandler(handler), options, ["protocol", "scheme"], scheme);
  if (scheme !== "http" && scheme !== "https") throw new TypeError('scheme must be "http" or "https"');
  checkProtocol(protocol);
  protocol?.check(service);
  const { idle, head, body, write, linger } = service.timeouts;
  const tick = tickOf(idle, head, body, write, linger === 0 ? Number.POSITIVE_INFINITY : linger);
  const transport = new StreamTransport(stream, { write, linger, tick }, (made) =>
    protocol === undefined ? new Http1ServerSession(made, service) : protocol.server(made, service),
  );
  return {
    closed: transport.closed,
    async close() {
      transport.session.shutdown();
      await transport.closed;
      return { unanswered: transport.session.unanswered };
    },
    abort: (error) => transport.reset(error),
  };
}
