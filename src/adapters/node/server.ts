// A server on node:net or node:tls: accepts sockets, serves each with a session, lets time pass for all of them.
import { createServer as createNetServer, type Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import type { Handler, ServerRequest } from "../session/exchange.ts";
import { either, protocolOf } from "../session/http2.ts";
import { http1, type Protocol } from "../session/protocol.ts";
import { newService, positive, type ServerOptions, type Service } from "../session/service.ts";
import type { Session } from "../session/session.ts";
import { NodeTransport } from "./transport.ts";

export interface NodeServerOptions extends ServerOptions {
  /** Certificates and what else node:tls takes: the server then speaks TLS. */
  readonly tls?: TlsOptions | undefined;
  /** Connections above these are refused. Default: no limit. */
  readonly maxConnections?: number | undefined;
  /** HTTP/2 too: by ALPN with TLS, by its preface without. Default true. */
  readonly speaksHttp2?: boolean | undefined;
}

/** Where to listen: a port (0: a free one) of an address, or the path of a Unix socket. */
export type ListenOptions =
  | { readonly port: number; readonly host?: string | undefined }
  | { readonly path: string; readonly readableAll?: boolean; readonly writableAll?: boolean };

/** What became of the requests when the server closed. */
export interface Closed {
  /** Requests whose answers were not complete when their connections were cut. */
  readonly unanswered: readonly ServerRequest[];
}

/**
 * A server that answers with this handler. It listens when told to.
 * @param handler `(request, reply)`, directly on the events; for one that takes a Request and gives a Response see
 *   `fetchHandler`
 * @throws TypeError or RangeError for impossible options
 */
export function createServer(handler: Handler, options: NodeServerOptions = {}): HttpServer {
  return new HttpServer(handler, options);
}

const READ_SIZE = 64 * 1024;
/** Above this Node waits for a millisecond. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export class HttpServer {
  /** The server beneath, for what is not here: `ref`, `address`, "listening". */
  readonly server: NetServer;
  private readonly service: Service;
  private readonly speaksHttp2: boolean;
  private readonly transports = new Set<NodeTransport>();
  private ticker: NodeJS.Timeout | undefined;
  private isClosing = false;
  private readonly onEmpty: (() => void)[] = [];

  /** Made by the sessions. */
  constructor(handler: Handler, options: NodeServerOptions) {
    const { tls, maxConnections, speaksHttp2 = true } = options;
    this.speaksHttp2 = speaksHttp2;
    this.service = newService(handler, options, tls === undefined ? "http" : "https");
    (speaksHttp2 ? either : http1).check(this.service);
    // Half-open, because a client may send its last request, then FIN, and still wait for the answer.
    const sockets = { allowHalfOpen: true, noDelay: true, highWaterMark: READ_SIZE };
    if (tls === undefined) {
      this.server = createNetServer(sockets, (socket: Socket) => this.serve(socket));
    } else {
      const handshakeTimeout = Math.min(this.service.timeouts.head, LONGEST_TIMEOUT);
      const ALPNProtocols = speaksHttp2 ? ["h2", "http/1.1"] : ["http/1.1"];
      this.server = createTlsServer({ handshakeTimeout, ALPNProtocols, ...tls, ...sockets }, (socket: TLSSocket) =>
        this.serve(socket),
      );
      this.server.on("tlsClientError", (error: unknown) => this.service.onError(error, null));
    }
    if (maxConnections !== undefined) this.server.maxConnections = positive("maxConnections", maxConnections);
    // A failed accept (no file descriptor left) is the end of one connection, not of the server.
    this.server.on("error", (error) => this.server.listening && this.service.onError(error, null));
  }

  /** Resolves when it listens: with the port, or 0 for the path of a Unix socket. Default host: 127.0.0.1. Also after `close`. */
  listen(where: ListenOptions | number = 0): Promise<number> {
    const { server } = this;
    const target = typeof where === "number" ? { port: where } : where;
    this.isClosing = false;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen("path" in target ? { ...target } : { host: "127.0.0.1", ...target }, () => {
        server.off("error", reject);
        const address = server.address();
        resolve(address !== null && typeof address === "object" ? address.port : 0);
      });
    });
  }

  /** Serves one connection that was made elsewhere: any Duplex. */
  serve(stream: Duplex): void {
    const transport = new NodeTransport(stream, this.service.timeouts, this.newSession, this.forget);
    this.transports.add(transport);
    this.ticker ??= this.startTicker();
    if (this.isClosing) transport.session.shutdown();
  }

  /** Connections that are open. */
  get connections(): number {
    return this.transports.size;
  }

  /**
   * Takes no more connections and requests, lets answers in progress end, and cuts what is left after `grace`
   * milliseconds. Resolves when all connections are closed, but for sockets that were taken (`takeSocket`).
   */
  async close(grace = 5_000): Promise<Closed> {
    this.isClosing = true;
    const { server, transports } = this;
    if (server.listening) server.close();
    for (const transport of transports) transport.session.shutdown();
    const unanswered: ServerRequest[] = [];
    const cut = setTimeout(
      () => {
        for (const transport of transports) {
          unanswered.push(...transport.session.unanswered);
          transport.destroy();
        }
      },
      Math.min(grace, LONGEST_TIMEOUT),
    );
    await this.emptied();
    clearTimeout(cut);
    clearInterval(this.ticker);
    this.ticker = undefined;
    return { unanswered };
  }

  /** Resolves when no connection is open. */
  private async emptied(): Promise<void> {
    if (this.transports.size > 0) await new Promise<void>((resolve) => this.onEmpty.push(resolve));
  }

  private readonly newSession = (transport: NodeTransport): Session =>
    this.protocolFor(transport.stream).server(transport, this.service);

  /** What ALPN chose; without TLS what the client begins with; without HTTP/2 HTTP/1.1. */
  private protocolFor(stream: Duplex & { alpnProtocol?: string | false | null }): Protocol {
    if (!this.speaksHttp2) return http1;
    return stream.alpnProtocol ? protocolOf(stream.alpnProtocol) : either;
  }

  private readonly forget = (_error: unknown, transport: NodeTransport): void => {
    this.transports.delete(transport);
    if (this.transports.size === 0) for (const resolve of this.onEmpty.splice(0)) resolve();
  };

  /** One clock for all connections: none of them has a timer of its own. */
  private startTicker(): NodeJS.Timeout {
    const { timeouts } = this.service;
    const shortest = Math.min(timeouts.idle, timeouts.head, timeouts.body, timeouts.linger, timeouts.write);
    const ticker = setInterval(
      () => {
        const now = performance.now();
        for (const transport of this.transports) transport.tick(now);
      },
      Math.min(Math.max(shortest / 4, 10), 60_000),
    );
    return ticker.unref();
  }
}
