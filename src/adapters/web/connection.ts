// A client's connection on a byte stream: several requests on one stream, one after the other, pipelined or multiplexed.
import type { Http1Options } from "../../http1/index.ts";
import type { ClientSession } from "../session/client.ts";
import { disconnected, NetworkError } from "../session/errors.ts";
import { CLIENT_TIMEOUTS, type ClientTimeouts, Http1ClientSession } from "../session/http1-client.ts";
import type { Protocol } from "../session/protocol.ts";
import { readTimeouts } from "../session/service.ts";
import { type Fetched, type FetchOptions, PendingFetch } from "./pending.ts";
import type { PlainRequest } from "./request.ts";
import { type ByteStream, StreamTransport, tickOf } from "./transport.ts";

export interface ConnectionOptions {
  /** What is spoken: `http2` with prior knowledge, or `protocolOf` what ALPN chose. Default: HTTP/1.1. */
  readonly protocol?: Protocol | undefined;
  /** Limits and leniencies of HTTP/1.1. */
  readonly http1?: Http1Options | undefined;
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

/** A client's end of one byte stream. */
export class Connection {
  /** Resolves when the connection is gone: with what broke it, or undefined. It never rejects. */
  readonly closed: Promise<unknown>;
  private readonly transport: StreamTransport;
  private readonly session: ClientSession;
  private readonly patience: number;
  private readonly queue: PendingFetch[] = [];
  private readonly unanswered: (Request | PlainRequest)[] = [];
  private pending = 0;
  private isClosing = false;
  /** Why nothing can be sent any more. */
  private end: { error: unknown } | null = null;

  /** @throws TypeError when a stream is locked, TypeError or RangeError for impossible options */
  constructor(stream: ByteStream, options: ConnectionOptions = {}) {
    const { protocol, http1, pipelining = 1 } = options;
    const timeouts = readTimeouts(CLIENT_TIMEOUTS, options.timeouts ?? {});
    if (!(pipelining >= 1)) throw new RangeError("pipelining must be a number from 1");
    const settings = { http1, timeouts, pipelining };
    this.patience = timeouts.expect;
    const { response, body, write } = timeouts;
    const times = { write, linger: 0, tick: tickOf(response, body, write) };
    this.transport = new StreamTransport(stream, times, (transport) =>
      protocol === undefined
        ? new Http1ClientSession(transport, this, settings)
        : protocol.client(transport, this, settings),
    );
    this.session = this.transport.session as ClientSession;
    this.closed = this.transport.closed;
  }

  /**
   * Sends a request and gives its response when the head of it is there. The body goes on to be sent meanwhile, and the
   * response's comes as it is read.
   *
   * Rejects with the signal's reason when it aborts, with a LocalProtocolError for what must not be sent, and else with a
   * NetworkError, whose `cause` says more: the RemoteProtocolError of a peer that broke the protocol.
   */
  async fetch(input: Request | PlainRequest, options: FetchOptions = {}): Promise<Fetched> {
    this.pending++;
    let pending: PendingFetch;
    try {
      pending = new PendingFetch(this, input, options);
    } catch (error) {
      this.pending--;
      throw error;
    }
    this.queue.push(pending);
    this.free();
    return pending.fetched;
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

  /** @internal The session may have room for a request. */
  free(): void {
    const { queue } = this;
    while (queue.length > 0) {
      if (this.end === null && !this.isClosing && !queue[0]?.isSettled && !this.session.canOpen) return;
      const pending = queue.shift() as PendingFetch;
      if (this.end !== null) pending.fail(disconnected(this.end.error, true));
      else if (this.isClosing) {
        pending.fail(new NetworkError("CLOSING", "the connection closes", { unprocessed: true }));
      } else if (!pending.isSettled) pending.open(this.session, this.patience);
    }
  }

  /** @internal Nothing can be sent any more. */
  over(error: unknown): void {
    this.end ??= { error };
    this.free();
  }

  /** @internal */
  settled(pending: PendingFetch, error: unknown): void {
    this.pending--;
    if (error instanceof NetworkError && error.code !== "ABORTED") this.unanswered.push(pending.input);
  }
}

/** Sends one request on a byte stream, which closes when the response has come in full. See Connection.fetch. */
export async function fetchOver(
  stream: ByteStream,
  input: Request | PlainRequest,
  options: ConnectionOptions & FetchOptions = {},
): Promise<Fetched> {
  const connection = new Connection(stream, options);
  const fetched = connection.fetch(input, options);
  // Only now: a request that waits for its turn would be refused.
  connection.close();
  return fetched;
}
