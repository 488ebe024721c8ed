// A server on node:net or node:tls: accepts sockets, runs a session on each, and drives the timeouts of all of them.
import { createServer as createNetServer, type Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import { checkFlag } from "../../shared/options.ts";
import { either, protocolOf } from "../session/http2.ts";
import { http1, type Protocol } from "../session/protocol.ts";
import type { Handler, ServerRequest } from "../session/server-exchange.ts";
import { newService, positive, type ServerOptions, type Service } from "../session/service.ts";
import type { Session } from "../session/session.ts";
import { NodeTransport } from "./transport.ts";

/** Options of `createServer`. */
export interface NodeServerOptions extends ServerOptions {
  /** Certificates and any other node:tls options. If given, the server speaks TLS. */
  readonly tls?: TlsOptions | undefined;
  /** The most connections open at once; further ones are refused. Default: no limit. */
  readonly maxConnections?: number | undefined;
  /** Also speak HTTP/2: chosen by ALPN over TLS, recognised by its preface without TLS. Default true. */
  readonly speaksHttp2?: boolean | undefined;
}

/** Where to listen: a port (0 for any free port) and an optional host, or the path of a Unix socket. */
export type ListenOptions =
  | { readonly port: number; readonly host?: string | undefined }
  | { readonly path: string; readonly readableAll?: boolean; readonly writableAll?: boolean };

/** The outcome of closing a server. */
export interface Closed {
  /** Requests whose responses were incomplete when their connections were cut. */
  readonly unanswered: readonly ServerRequest[];
}

/**
 * Creates a server that passes each request to this handler. It does not listen until `listen` is called.
 * @param handler called as `(request, reply)`, directly on the events; to use a handler that takes a Request and
 *   returns a Response, wrap it in `fetchHandler`
 * @throws TypeError or RangeError for impossible options
 */
export function createServer(handler: Handler, options: NodeServerOptions = {}): HttpServer {
  return new HttpServer(handler, options);
}

/** Of this kind of server. */
const OPTIONS = ["tls", "maxConnections", "speaksHttp2"];
const READ_SIZE = 64 * 1024;
/** Node reduces any longer timeout to 1 ms. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** A server on node:net or node:tls, made by `createServer`. */
export class HttpServer {
  /** The underlying node:net or node:tls server, for anything not exposed here: `ref`, `address`, "listening". */
  readonly server: NetServer;
  private readonly service: Service;
  private readonly speaksHttp2: boolean;
  private readonly transports = new Set<NodeTransport>();
  private ticker: NodeJS.Timeout | undefined;
  private isClosing = false;
  private readonly onEmpty: (() => void)[] = [];

  /** Use `createServer`. */
  constructor(handler: Handler, options: NodeServerOptions) {
    const { tls, maxConnections, speaksHttp2 = true } = options;
    checkFlag("speaksHttp2", speaksHttp2);
    this.speaksHttp2 = speaksHttp2;
    this.service = newService(handler, options, OPTIONS, tls === undefined ? "http" : "https");
    (speaksHttp2 ? either : http1).check(this.service);
    // Half-open, because a client may send its last request and a FIN, then wait for the response.
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
    // A failed accept (out of file descriptors) ends one connection, not the server.
    this.server.on("error", (error) => this.server.listening && this.service.onError(error, null));
  }

  /**
   * Starts listening. May be called again after `close`. Resolves with the port, or with 0 for a Unix socket; rejects
   * if the server cannot listen.
   * @param where a port (default 0: any free port), or where to listen; the host defaults to 127.0.0.1
   */
  listen(where: ListenOptions | number = 0): Promise<number> {
    const { server } = this;
    // A port may be text, as the environment has it: node:net converts it.
    const target: { port?: number; path?: string; host?: string | undefined } =
      typeof where === "object" ? where : { port: where };
    // Of undefined members, which may be unset variables of the environment, node:net makes an address open to all.
    const { port, path, host = "127.0.0.1" } = target;
    this.isClosing = false;
    return new Promise((resolve, reject) => {
      if (path !== undefined && port !== undefined) throw new TypeError("a server listens on a port or on a path");
      server.once("error", reject);
      server.listen(path === undefined ? { ...target, host } : { ...target }, () => {
        server.off("error", reject);
        const address = server.address();
        resolve(address !== null && typeof address === "object" ? address.port : 0);
      });
    });
  }

  /** Serves one connection that was accepted elsewhere, over any Duplex. */
  serve(stream: Duplex): void {
    const transport = new NodeTransport(stream, this.service.timeouts, this.newSession, this.forget);
    this.transports.add(transport);
    this.ticker ??= this.startTicker();
    if (this.isClosing) transport.session.shutdown();
  }

  /** The number of open connections. */
  get connections(): number {
    return this.transports.size;
  }

  /**
   * Stops accepting connections and requests, lets responses in progress finish, and cuts any connection still open
   * after `grace` milliseconds. Resolves when all connections are closed, except sockets taken with `takeSocket`.
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

  /** HTTP/1.1 if HTTP/2 is off; else what ALPN chose; without ALPN, whatever the client's first octets are. */
  private protocolFor(stream: Duplex & { alpnProtocol?: string | false | null }): Protocol {
    if (!this.speaksHttp2) return http1;
    return stream.alpnProtocol ? protocolOf(stream.alpnProtocol) : either;
  }

  private readonly forget = (_error: unknown, transport: NodeTransport): void => {
    this.transports.delete(transport);
    if (this.transports.size === 0) for (const resolve of this.onEmpty.splice(0)) resolve();
  };

  /** Starts the one timer that serves all connections: none has a timer of its own. */
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
