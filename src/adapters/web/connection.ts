// A client connection: several requests over one transport, sequential, pipelined or multiplexed. Knows nothing of
// streams.
import type { Http1Options } from "../../http1/index.ts";
import type { Http2Options } from "../../http2/index.ts";
import { checkCount, checkNames } from "../../shared/options.ts";
import type { ClientSession } from "../session/client-exchange.ts";
import { CLIENT_TIMEOUTS, type ClientTimeouts } from "../session/client-settings.ts";
import { disconnected, NetworkError } from "../session/errors.ts";
import { Http1ClientSession } from "../session/http1-client.ts";
import type { Protocol } from "../session/protocol.ts";
import { checkProtocol, readTimeouts } from "../session/service.ts";
import type { Session, Transport } from "../session/session.ts";
import { type Answer, type FetchOptions, PendingRequest } from "./pending.ts";
import type { PlainRequest } from "./request.ts";
import { type TransportTimes, tickOf } from "./transport.ts";

/** A client connection's options. */
export interface ConnectionOptions {
  /**
   * The protocol to speak: `http2` for prior knowledge, or `protocolOf(alpn)` for whatever ALPN chose. Default:
   * HTTP/1.1.
   */
  readonly protocol?: Protocol | undefined;
  /** Limits and leniencies for HTTP/1.1. */
  readonly http1?: Http1Options | undefined;
  /** Settings, limits and windows for HTTP/2. */
  readonly http2?: Http2Options | undefined;
  /** In milliseconds; Infinity disables a timeout. */
  readonly timeouts?: Partial<ClientTimeouts> | undefined;
  /** HTTP/1.1: how many idempotent requests may await their responses at once. Default 1: no pipelining. */
  readonly pipelining?: number | undefined;
}

/** The outcome of closing a connection. */
export interface ClosedConnection {
  /**
   * Requests that got no complete response: still waiting for their turn, or lost. The promise of each has rejected
   * with a NetworkError whose `unprocessed` is true if the server certainly did not act on the request.
   */
  readonly unanswered: readonly (Request | PlainRequest)[];
}

/** A transport with its session, and a promise for its end. */
export interface ClientTransport extends Transport {
  readonly session: Session;
  readonly closed: Promise<unknown>;
}

/** Creates the transport and, through `newSession`, its session. */
export type OpenTransport = (times: TransportTimes, newSession: (transport: Transport) => Session) => ClientTransport;

/** The part of a client connection that does not depend on the kind of stream beneath it. */
export abstract class BaseConnection {
  /** Resolves when the connection has ended, with the error that broke it or undefined. Never rejects. */
  readonly closed: Promise<unknown>;
  private readonly transport: ClientTransport;
  private readonly session: ClientSession;
  private readonly patience: number;
  private readonly queue: PendingRequest[] = [];
  private readonly unanswered: (Request | PlainRequest)[] = [];
  private pending = 0;
  private isClosing = false;
  /** Set once nothing more can be sent, to the reason. */
  private end: { error: unknown } | null = null;

  /** @throws TypeError if a stream is locked, TypeError or RangeError for impossible options */
  protected constructor(open: OpenTransport, options: ConnectionOptions) {
    const { protocol, http1, http2, pipelining = 1 } = options;
    checkProtocol(protocol);
    const timeouts = readTimeouts(CLIENT_TIMEOUTS, options.timeouts ?? {});
    checkCount("pipelining", pipelining, 1, Number.POSITIVE_INFINITY);
    const settings = { http1, http2, timeouts, pipelining };
    checkNames("options", options, ["protocol", ...Object.keys(settings)]);
    const { response, body, write, expect } = timeouts;
    this.patience = expect;
    this.transport = open({ write, linger: 0, tick: tickOf(response, body, write) }, (transport) =>
      protocol === undefined
        ? new Http1ClientSession(transport, this, settings)
        : protocol.client(transport, this, settings),
    );
    this.session = this.transport.session as ClientSession;
    this.closed = this.transport.closed;
  }

  /** Sends a request now, or when its turn comes. @throws TypeError for something that is not a request */
  protected answerTo(input: Request | PlainRequest, options: FetchOptions): Promise<Answer> {
    const pending = new PendingRequest(this, input, options);
    this.queue.push(pending);
    this.pending++;
    this.free();
    return pending.answer;
  }

  /** The number of requests that have no complete response yet, including those waiting for their turn. */
  get outstanding(): number {
    return this.pending;
  }

  /**
   * Whether another request can be sent, now or when its turn comes. False from the moment when either side closes, when
   * a server of HTTP/2 sends GOAWAY or no stream identifier is left (after 2^30 requests), or when the connection has
   * become a tunnel; responses may still be arriving.
   */
  get isOpen(): boolean {
    return this.end === null && !this.isClosing;
  }

  /** Stops sending requests, waits for the responses to those already sent, then closes. Resolves once closed. */
  async close(): Promise<ClosedConnection> {
    this.isClosing = true;
    this.free();
    this.session.shutdown();
    await this.closed;
    return { unanswered: this.unanswered };
  }

  /** Closes immediately: unanswered requests reject with this error. */
  abort(error: unknown = new NetworkError("ABORTED", "the connection was given up")): void {
    this.transport.reset(error);
  }

  /** @internal Whether any request is waiting for its turn. */
  get isWaiting(): boolean {
    return this.queue.some(({ isSettled }) => !isSettled);
  }

  /** @internal Called when the session may have room for a request. */
  free(): void {
    const { queue } = this;
    for (let pending = queue[0]; pending !== undefined; pending = queue[0]) {
      const goesOn = this.isOpen && !pending.isSettled;
      if (goesOn && !this.session.canOpen(pending.request)) return;
      queue.shift();
      if (goesOn) pending.open(this.session, this.patience);
      else if (this.end === null || this.isClosing) {
        pending.fail(new NetworkError("CLOSING", "the connection closes", { unprocessed: true }));
      } else pending.fail(disconnected(this.end.error, true));
    }
  }

  /** @internal Called when nothing more can be sent. */
  over(error: unknown): void {
    this.end ??= { error };
    this.free();
  }

  /** @internal */
  settled(input: Request | PlainRequest, error: unknown): void {
    this.pending--;
    if (error instanceof NetworkError && error.code !== "ABORTED") this.unanswered.push(input);
  }
}
