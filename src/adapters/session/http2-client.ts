// The client end of HTTP/2: concurrent requests, each on its own HTTP/2 stream. Knows nothing of byte streams and
// promises.
import { HIGHEST_STREAM_ID } from "../../http2/frames.ts";
import type { Http2ReceivedEvent, StreamResetEvent } from "../../http2/index.ts";
import type { HeaderInput } from "../../shared/field-pairs.ts";
import type { HeaderFields } from "../../shared/header-fields.ts";
import { IncomingBody } from "./body.ts";
import {
  ClientExchange,
  type ClientOwner,
  type ClientSession,
  type OutgoingRequest,
  type ResponseHead,
  type ResponseListener,
} from "./client-exchange.ts";
import type { ClientSettings } from "./client-settings.ts";
import { NetworkError } from "./errors.ts";
import { Http2Session } from "./http2-session.ts";
import { HEAD_TURNS, type Transport } from "./session.ts";
import { StreamWaits, Wait } from "./wait.ts";

/** How many streams to open before the server's SETTINGS arrive: the recommended minimum (RFC 9113 6.5.2). */
const BEFORE_SETTINGS = 100;

export class Http2ClientSession extends Http2Session implements ClientSession {
  readonly unanswered = [];
  private readonly owner: ClientOwner;
  private readonly settings: ClientSettings;
  private readonly exchanges = new Map<number, ClientExchange>();
  private readonly waits = new StreamWaits();
  private readonly turn = new Wait();
  /** The server's SETTINGS have arrived. */
  private isSettled = false;
  /** No more requests can be sent: the server sent GOAWAY, or no stream identifier is left. */
  private isLeaving = false;

  constructor(transport: Transport, owner: ClientOwner, settings: ClientSettings) {
    const { settings: announced, ...options } = settings.http2 ?? {};
    super("client", transport, { ...options, settings: { enablePush: false, ...announced } });
    this.owner = owner;
    this.settings = settings;
  }

  // --- requests -----------------------------------------------------------------------------------------------------

  canOpen(): boolean {
    if (this.isOver || this.isStopping || this.isLeaving || this.http.finished) return false;
    const { maxConcurrentStreams } = this.http.remoteSettings;
    return this.http.openStreams.local < (this.isSettled ? maxConcurrentStreams : BEFORE_SETTINGS);
  }

  open(request: OutgoingRequest, listener: ResponseListener): ClientExchange {
    const { method, target, protocol, sensitive, hasBody } = request;
    // A CONNECT has none (RFC 9113 8.5), and whether the caller gave one or it is the default is not known here.
    const scheme = method === "CONNECT" && protocol === undefined ? undefined : request.scheme;
    const authority = request.authority === "" ? undefined : request.authority;
    const streamId = this.withFields(request.headers, (headers) =>
      this.http.openStream(
        { method, target, scheme, authority, protocol, sensitive, headers },
        { endStream: endsHere(request) },
      ),
    );
    const exchange = new ClientExchange(this, request, listener, streamId);
    this.exchanges.set(streamId, exchange);
    if (streamId === HIGHEST_STREAM_ID) this.leave("no stream identifier is left");
    this.schedule(hasBody ? HEAD_TURNS : 1);
    return exchange;
  }

  write(exchange: ClientExchange, octets: Uint8Array): boolean {
    return this.sendData(exchange, octets);
  }

  end({ streamId, body, request }: ClientExchange, trailers: HeaderInput | undefined): void {
    this.http.send({ type: "end-of-message", streamId, headers: trailers });
    if (request.method === "CONNECT" && body?.isComplete) this.over(streamId);
    this.schedule();
  }

  abort({ streamId }: ClientExchange): void {
    if (!this.exchanges.delete(streamId) || this.http.finished) return;
    this.http.reset(streamId, "CANCEL");
    this.schedule();
    this.freed();
  }

  shutdown(): void {
    this.isStopping = true;
    this.endIfIdle();
  }

  // --- events -------------------------------------------------------------------------------------------------------

  protected handle(event: Http2ReceivedEvent): void {
    if (event.type === "goaway") return this.receiveGoaway(event.code, event.unprocessed);
    if (event.type === "settings") {
      this.isSettled = true;
      return this.owner.free();
    }
    if (event.type === "connection-closed") return this.finish();
    const exchange = "streamId" in event ? this.exchanges.get(event.streamId) : undefined;
    if (exchange === undefined) {
      if (event.type === "data") this.http.release(event.streamId, event.data.length);
      return;
    }
    switch (event.type) {
      case "informational-response":
        if (event.status === 100) exchange.onContinue?.();
        return exchange.listener.informational(event);
      case "response":
        return this.receiveResponse(exchange, event);
      case "data":
        exchange.body?.push(event.data);
        return this.touch(exchange.body as IncomingBody);
      case "end-of-message":
        this.endBody(exchange.body as IncomingBody, event.headers);
        return this.complete(exchange);
      case "stream-reset":
        return this.receiveReset(exchange, event);
      case "drain":
        return this.wake(exchange);
    }
  }

  protected settleEvents(): void {}

  private receiveResponse(exchange: ClientExchange, head: ResponseHead): void {
    const body = new IncomingBody(this, exchange.streamId);
    const isTunnel = exchange.request.method === "CONNECT" && head.status < 300;
    exchange.body = body;
    exchange.onContinue?.();
    if (isTunnel) exchange.beginTunnel();
    exchange.listener.response(head, body, isTunnel);
  }

  /** A response that came whole may never be read: it takes up memory of its owner, but no window. */
  private endBody(body: IncomingBody, trailers: HeaderFields): void {
    body.finish(trailers);
    this.bodyReleased(body);
    this.touch(body);
  }

  /** The response is complete: the rest of the request is not sent. */
  private complete(exchange: ClientExchange): void {
    const { streamId, request } = exchange;
    if (!exchange.hasEnded) {
      // A tunnel may be closed in one direction.
      if (request.method === "CONNECT") return;
      this.http.reset(streamId, "CANCEL");
      exchange.stop(new NetworkError("ABORTED", "the response was complete before the request"));
    }
    this.over(streamId);
  }

  private over(streamId: number): void {
    this.exchanges.delete(streamId);
    this.freed();
  }

  private receiveReset(exchange: ClientExchange, event: StreamResetEvent): void {
    this.exchanges.delete(exchange.streamId);
    exchange.fail(this.resetError(event));
    this.freed();
  }

  private receiveGoaway(code: string | number, unprocessed: readonly number[]): void {
    const error = this.leave(`the server closes: ${code}`);
    for (const streamId of unprocessed) {
      const exchange = this.exchanges.get(streamId);
      this.exchanges.delete(streamId);
      exchange?.fail(error);
    }
    // After a connection error nothing more will arrive (RFC 9113 5.4.1).
    if (code !== "NO_ERROR") this.failAll(new NetworkError("CLOSING", `the server closes: ${code}`));
    this.endIfIdle();
  }

  /** No more requests are sent. Returns the error of those that were not. */
  private leave(reason: string): NetworkError {
    const error = new NetworkError("CLOSING", reason, { unprocessed: true });
    this.isLeaving = true;
    this.owner.over(error);
    return error;
  }

  /** Called when a stream has become free for another request. */
  private freed(): void {
    this.owner.free();
    this.endIfIdle();
  }

  private endIfIdle(): void {
    if ((this.isStopping || this.isLeaving) && this.exchanges.size === 0) this.finish();
  }

  // --- bodies -------------------------------------------------------------------------------------------------------

  bodyRefused(body: IncomingBody): void {
    this.exchanges.get(body.streamId)?.abort(new NetworkError("ABORTED", "the response was given up"));
  }

  // --- what goes wrong ----------------------------------------------------------------------------------------------

  protected failApplication(streamId: number, error: unknown): void {
    this.exchanges.get(streamId)?.abort(error);
  }

  protected failAll(error: unknown): void {
    const exchanges = [...this.exchanges.values()];
    this.exchanges.clear();
    for (const exchange of exchanges) exchange.fail(error);
    this.owner.over(error);
  }

  protected report(): void {}

  // --- time ---------------------------------------------------------------------------------------------------------

  tick(now: number): void {
    const { response } = this.settings.timeouts;
    const isTurnDue = this.exchanges.size === 0 && this.owner.isWaiting;
    if (this.turn.waited(now, 0, isTurnDue) >= response) {
      this.owner.over(new NetworkError("TIMEOUT", "the server takes no request"));
      return this.finish();
    }
    for (const exchange of [...this.exchanges.values()]) this.checkExchange(exchange, now);
    this.waits.keep((streamId) => this.exchanges.has(streamId));
  }

  private checkExchange(exchange: ClientExchange, now: number): void {
    const { leaving, arriving } = this.waits.of(exchange.streamId);
    const { write, response, body } = this.settings.timeouts;
    const left = this.leaving(exchange);
    const received = exchange.body?.received ?? -1;
    const limit = received < 0 ? response : body;
    if (leaving.waited(now, left, left >= 0) >= write) {
      exchange.abort(new NetworkError("TIMEOUT", "the peer takes nothing of what is sent"));
    } else if (arriving.waited(now, received, left < 0 && this.isDue(exchange)) >= limit) {
      exchange.abort(new NetworkError("TIMEOUT", "the peer did not go on with its response"));
    }
  }

  /** Whether the server is due to send something. */
  private isDue({ body, hasEnded, request }: ClientExchange): boolean {
    return body === null ? hasEnded : !body.isWaiting && request.method !== "CONNECT";
  }
}

/** Whether the stream ends with the head. A CONNECT stays open, to become a tunnel. */
function endsHere({ hasBody, method }: OutgoingRequest): boolean {
  return !hasBody && method !== "CONNECT";
}
