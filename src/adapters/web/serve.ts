// One connection that a server got, from whatever gives byte streams.
import type { ServerRequest } from "../session/exchange.ts";
import { Http1ServerSession } from "../session/http1-server.ts";
import type { Protocol } from "../session/protocol.ts";
import { checkProtocol, newService, type ServerOptions } from "../session/service.ts";
import { type FetchHandler, fetchHandler } from "./handler.ts";
import { type ByteStreamLike, StreamTransport, tickOf } from "./transport.ts";

export interface ServeOptions extends ServerOptions {
  /** What is spoken: `http2`, or `either`, which the client's first octets tell. Default: HTTP/1.1. */
  readonly protocol?: Protocol | undefined;
  /** For the URLs of requests. Default "http". */
  readonly scheme?: "http" | "https" | undefined;
}

/** A connection that is being served. */
export interface ServedConnection {
  /** Resolves when the connection is gone: with what broke it, or undefined. It never rejects. */
  readonly closed: Promise<unknown>;
  /** Takes no more requests, lets answers in progress end, then closes. Resolves with the requests that got no whole answer. */
  close(): Promise<{ unanswered: readonly ServerRequest[] }>;
  /** Ends it now. */
  abort(error?: unknown): void;
}

/**
 * Serves the requests of one connection until it ends. Errors go to `options.onError` and end at most the connection.
 * @throws TypeError when a stream is locked, TypeError or RangeError for impossible options
 */
export function serveConnection(
  stream: ByteStreamLike,
  handler: FetchHandler,
  options: ServeOptions = {},
): ServedConnection {
  const service = newService(fetchHandler(handler), options, options.scheme ?? "http");
  const { protocol } = options;
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
