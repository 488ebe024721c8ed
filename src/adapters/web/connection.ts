// A client's connection: several requests on one stream, one after the other, pipelined or multiplexed. Knows no stream.
import type { Http1Options } from "../../http1/index.ts";
import type { Http2Options } from "../../http2/index.ts";
import type { ClientSession } from "../session/client.ts";
import { disconnected, NetworkError } from "../session/errors.ts";
import { CLIENT_TIMEOUTS, type ClientTimeouts, Http1ClientSession } from "../session/http1-client.ts";
import type { Protocol } from "../session/protocol.ts";
import { checkProtocol, readTimeouts } from "../session/service.ts";
import type { Session, Transport } from "../session/session.ts";
import { type Answer, type FetchOptions, PendingRequest } from "./pending.ts";
import type { PlainRequest } from "./request.ts";
import { type TransportTimes, tickOf } from "./transport.ts";

export interface ConnectionOptions {
  /** What is spoken: `http2` with prior knowledge, or `protocolOf` what ALPN chose. Default: HTTP/1.1. */
  readonly protocol?: Protocol | undefined;
  /** Limits and leniencies of HTTP/1.1. */
  readonly http1?: Http1Options | undefined;
  /** Settings, limits and windows of HTTP/2. */
  readonly http2?: Http2Options | undefined;
  /** Milliseconds; Infinity turns one off. */
  readonly timeouts?: Partial<ClientTimeouts> | undefined;
  /** HTTP/1.1: requests that may wait for their responses at a time, if they are idempotent. Default 1: no pipelining. */
  readonly pipelining?: number | undefined;
}

/** What became of the requests when the connection closed. */
export interface ClosedConnection {
  /**
   * Those that got no whole response: that waited for their turn, or were lost. Each of them has rejected; the error's
   * `unprocessed` tells which of them the server certainly did nothing with.
   */
  readonly unanswered: readonly (Request | PlainRequest)[];
}

/** A transport with one session of its own, and its end. */
export interface ClientTransport extends Transport {
  readonly session: Session;
  readonly closed: Promise<unknown>;
}

/** Makes the transport, with the session that it is to have. */
export type OpenTransport = (times: TransportTimes, newSession: (transport: Transport) => Session) => ClientTransport;

/** What connections on streams of every kind have in common. */
export abstract class BaseConnection {
  /** Resolves when the connection is gone: with what broke it, or undefined. It never rejects. */
  readonly closed: Promise<unknown>;
  private readonly transport: ClientTransport;
  private readonly session: ClientSession;
  private readonly patience: number;
  private readonly queue: PendingRequest[] = [];
  private readonly unanswered: (Request | PlainRequest)[] = [];
  private pending = 0;
  private isClosing = false;
  /** Why nothing can be sent any more. */
  private end: { error: unknown } | null = null;

  /** @throws TypeError when a stream is locked, TypeError or RangeError for impossible options */
  protected constructor(open: OpenTransport, options: ConnectionOptions) {
    const { protocol, http1, http2, pipelining = 1 } = options;
    checkProtocol(protocol);
    const timeouts = readTimeouts(CLIENT_TIMEOUTS, options.timeouts ?? {});
    if (!(pipelining >= 1)) throw new RangeError("pipelining must be a number from 1");
    const settings = { http1, http2, timeouts, pipelining };
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

  /** Sends a request, now or when its turn comes. @throws TypeError for what is no request */
  protected answerTo(input: Request | PlainRequest, options: FetchOptions): Promise<Answer> {
    const pending = new PendingRequest(this, input, options);
    this.queue.push(pending);
    this.pending++;
    this.free();
    return pending.answer;
  }

  /** Requests that are not answered in full, or wait for their turn. */
  get outstanding(): number {
    return this.pending;
  }

  /** Sends no more requests, lets those that were sent be answered, then closes. Resolves when it is closed. */
  async close(): Promise<ClosedConnection> {
    this.isClosing = true;
    this.free();
    this.session.shutdown();
    await this.closed;
    return { unanswered: this.unanswered };
  }

  /** Ends it now: what is not answered rejects with this error. */
  abort(error: unknown = new NetworkError("ABORTED", "the connection was given up")): void {
    this.transport.reset(error);
  }

  /** @internal Requests wait for their turn. */
  get isWaiting(): boolean {
    return this.queue.some(({ isSettled }) => !isSettled);
  }

  /** @internal The session may have room for a request. */
  free(): void {
    const { queue } = this;
    for (let pending = queue[0]; pending !== undefined; pending = queue[0]) {
      const goesOn = this.end === null && !this.isClosing && !pending.isSettled;
      if (goesOn && !this.session.canOpen(pending.request)) return;
      queue.shift();
      if (goesOn) pending.open(this.session, this.patience);
      else if (this.end === null || this.isClosing) pending.fail(closing());
      else pending.fail(disconnected(this.end.error, true));
    }
  }

  /** @internal Nothing can be sent any more. */
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

function closing(): NetworkError {
  return new NetworkError("CLOSING", "the connection closes", { unprocessed: true });
}
