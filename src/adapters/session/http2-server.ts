// The server end of HTTP/2: one exchange per stream. Handles timeouts and closing; knows nothing of sockets.
import {
  type Http2ReceivedEvent,
  LocalProtocolError,
  type RemoteProtocolError,
  type StreamResetEvent,
} from "../../http2/index.ts";
import type { HeaderInput } from "../../shared/field-pairs.ts";
import type { IncomingBody } from "./body.ts";
import { disconnected, NetworkError } from "./errors.ts";
import { Http2Session } from "./http2-session.ts";
import { Reply, ServerRequest, type ServerSession } from "./server-exchange.ts";
import { callHandler, reportError, type Service } from "./service.ts";
import { HEAD_TURNS, type Transport } from "./session.ts";
import { StreamWaits, Wait } from "./wait.ts";

export class Http2ServerSession extends Http2Session implements ServerSession {
  private readonly service: Service;
  private readonly replies = new Map<number, Reply>();
  /** Replies that ended in this turn. */
  private ended: Reply[] = [];
  /** Replies that have ended but whose data still waits for the peer to accept it. */
  private readonly leavers = new Map<number, Reply>();
  private lost: ServerRequest[] = [];
  /** A request whose handler has not been called yet, until it is known whether the request has a body. */
  private pending: Reply | null = null;
  private requests = 0;
  private readonly idle = new Wait();
  private readonly waits = new StreamWaits();

  constructor(transport: Transport, service: Service) {
    const { settings, ...options } = service.http2 ?? {};
    super("server", transport, { ...options, settings: { enableConnectProtocol: true, ...settings } });
    this.service = service;
  }

  get scheme(): string {
    return this.service.scheme;
  }

  get unanswered(): ServerRequest[] {
    const open = [...this.replies.values()].filter((reply) => !reply.hasEnded).map(({ request }) => request);
    return [...this.lost, ...open];
  }

  // --- events -------------------------------------------------------------------------------------------------------

  protected handle(event: Http2ReceivedEvent): void {
    if (event.type === "end-of-message") return this.receiveEndOf(event);
    // Reset before its handler was called: anything the handler sent would be refused, so it is not called at all.
    if (event.type === "stream-reset" && event.streamId === this.pending?.streamId) this.pending = null;
    this.settleEvents();
    switch (event.type) {
      case "request":
        this.pending = new Reply(this, new ServerRequest(this, event, event.streamId));
        this.replies.set(event.streamId, this.pending);
        this.requests++;
        return;
      case "data":
        return this.receiveData(event.streamId, event.data);
      case "stream-reset":
        return this.receiveReset(event);
      case "drain": {
        const reply = this.replies.get(event.streamId);
        if (reply !== undefined) this.wake(reply);
        return;
      }
      case "ping-acknowledged":
        // The peer now knows that this end is shutting down (RFC 9113 6.8).
        if (this.isStopping && !this.http.finished) this.http.goaway();
        return;
    }
  }

  protected settleEvents(): void {
    const { pending } = this;
    this.pending = null;
    if (pending !== null) this.begin(pending);
  }

  private begin(reply: Reply): void {
    callHandler(
      this.service,
      reply,
      (error) => this.failHandling(reply, error),
      () => {
        reply.isLeft = true;
        this.forget(reply);
      },
    );
    if (this.requests === this.service.maxRequests) this.shutdown();
  }

  private receiveData(streamId: number, data: Uint8Array): void {
    const reply = this.replies.get(streamId);
    if (reply === undefined) return this.http.release(streamId, data.length);
    const { request } = reply;
    request.push(data);
    if (!request.isDiscarded) this.touch(request);
    else if (request.received > this.service.unreadBodyOctets && this.hasLeft(reply)) this.refuseRest(streamId);
  }

  private receiveEndOf({ streamId, headers }: { streamId: number; headers: ServerRequest["headers"] }): void {
    const reply = this.replies.get(streamId);
    if (reply !== undefined) {
      reply.request.finish(headers);
      this.touch(reply.request);
      if (reply.hasEnded) this.release(reply);
    }
    this.settleEvents();
  }

  private receiveReset(event: StreamResetEvent): void {
    const reply = this.replies.get(event.streamId);
    const error = this.resetError(event);
    if (!event.remote) reportError(this.service, error.cause, reply?.request ?? null);
    if (reply === undefined) return;
    this.remove(reply);
    this.guard(reply, () => reply.fail(error));
  }

  /** Whether all of the response has been sent. A reset would drop what is still queued. */
  private hasLeft(reply: Reply): boolean {
    return reply.hasEnded && this.http.queuedOn(reply.streamId) === 0;
  }

  /** Tells the peer to stop sending its body. */
  private refuseRest(streamId: number): void {
    this.replies.delete(streamId);
    this.http.reset(streamId, "NO_ERROR");
  }

  /** The exchange is over, except for data the peer has not accepted yet. */
  private release(reply: Reply): void {
    this.remove(reply);
    this.ended.push(reply);
  }

  private remove(reply: Reply): void {
    this.replies.delete(reply.streamId);
    this.forget(reply);
  }

  /**
   * What a handler left unread of a whole request takes up the connection's window no longer, once the exchange is over
   * and the handler has settled: nothing else would give it back.
   */
  private forget({ streamId, request, isLeft }: Reply): void {
    if (isLeft && request.isComplete && !this.replies.has(streamId)) this.bodyReleased(request);
  }

  protected override flushed(): void {
    const { ended } = this;
    if (ended.length > 0) this.ended = [];
    for (const reply of ended) if (this.http.queuedOn(reply.streamId) > 0) this.leavers.set(reply.streamId, reply);
    if (this.isEnded) this.giveUpStalled();
  }

  /** The peer, which sends no more, gives no more credit either: what has not left by now never will. */
  private giveUpStalled(): void {
    for (const reply of this.unsent()) {
      if (this.leaving(reply) >= 0) this.giveUp(reply, disconnected(undefined));
    }
  }

  /** A list, as giving one up changes the maps. */
  private unsent(): Reply[] {
    return [...this.replies.values(), ...this.leavers.values()];
  }

  // --- for replies --------------------------------------------------------------------------------------------------

  inform({ streamId }: Reply, status: number, headers: HeaderInput | undefined): void {
    this.withFields(headers, (fields) =>
      this.http.send({ type: "informational-response", streamId, status, headers: fields }),
    );
    this.schedule();
  }

  respond({ streamId }: Reply, status: number, headers: HeaderInput | undefined): void {
    this.withFields(headers, (fields) => this.http.send({ type: "response", streamId, status, headers: fields }));
    this.schedule(HEAD_TURNS);
  }

  write(reply: Reply, octets: Uint8Array): boolean {
    return reply.request.head.method === "HEAD" ? !this.transport.isBlocked : this.sendData(reply, octets);
  }

  end(reply: Reply, trailers: HeaderInput | undefined): void {
    const { streamId, request } = reply;
    const headers = request.head.method === "HEAD" ? undefined : trailers;
    this.http.send({ type: "end-of-message", streamId, headers });
    if (!request.isClaimed) request.discard();
    if (request.isComplete) this.release(reply);
    this.schedule();
  }

  upgrade(reply: Reply, headers: HeaderInput | undefined): IncomingBody {
    if (reply.request.head.method !== "CONNECT") {
      throw new LocalProtocolError("UNPROPOSED_SWITCH", { seen: "in HTTP/2 by CONNECT alone (RFC 8441)" });
    }
    this.respond(reply, 200, headers);
    return reply.request;
  }

  abort(reply: Reply, error: unknown): void {
    const isOurs = !(error instanceof NetworkError);
    this.remove(reply);
    if (this.http.finished) return;
    this.http.reset(reply.streamId, isOurs ? "INTERNAL_ERROR" : "CANCEL");
    this.schedule();
  }

  override bodyWanted(body: IncomingBody): void {
    const reply = this.replies.get(body.streamId);
    if (reply !== undefined && !reply.hasBegun && body.received === 0 && !body.isComplete) this.sendContinue(reply);
    super.bodyWanted(body);
  }

  private sendContinue(reply: Reply): void {
    if (reply.request.headers.get("expect")?.toLowerCase() !== "100-continue" || reply.wasContinued) return;
    reply.wasContinued = true;
    this.http.send({ type: "informational-response", streamId: reply.streamId, status: 100 });
  }

  /** The rest of the body is discarded as it arrives, up to a limit. */
  bodyRefused(): void {
    this.schedule();
  }

  // --- what goes wrong ----------------------------------------------------------------------------------------------

  private failHandling(reply: Reply, error: unknown): void {
    reportError(this.service, error, reply.request);
    if (reply.hasEnded || reply.isAborted) return;
    if (reply.hasBegun) return reply.abort(error);
    const { streamId } = reply;
    this.remove(reply);
    if (this.sendEmpty(streamId, 500) && !reply.request.isComplete) this.http.reset(streamId, "NO_ERROR");
    this.schedule();
    this.guard(reply, () => reply.fail(error));
  }

  /** Sends a response without a body. False: nothing more can be sent on this stream. */
  private sendEmpty(streamId: number, status: number): boolean {
    try {
      this.http.send({ type: "response", streamId, status, headers: { "content-length": "0" }, endStream: true });
      return true;
    } catch {
      return false;
    }
  }

  protected failApplication(streamId: number, error: unknown): void {
    const reply = this.replies.get(streamId);
    if (reply === undefined) reportError(this.service, error, null);
    else this.failHandling(reply, error);
  }

  protected failAll(error: unknown): void {
    this.lost = this.unanswered;
    const replies = [...this.replies.values()];
    this.replies.clear();
    this.leavers.clear();
    this.ended = [];
    this.pending = null;
    for (const reply of replies) this.guard(reply, () => reply.fail(error));
  }

  protected report(error: RemoteProtocolError): void {
    reportError(this.service, error, null);
  }

  private guard(reply: Reply, call: () => void): void {
    try {
      call();
    } catch (error) {
      reportError(this.service, error, reply.request);
    }
  }

  // --- time and closing ---------------------------------------------------------------------------------------------

  shutdown(): void {
    if (this.isStopping || this.isOver) return;
    this.isStopping = true;
    if (this.http.finished) return;
    this.announceEnd();
    this.schedule();
  }

  private announceEnd(): void {
    try {
      this.http.shutdown();
      this.http.ping();
    } catch {
      // The peer has sent GOAWAY, or will send no more: no request can be in flight, so there is no round trip to wait
      // for.
      this.http.goaway();
    }
  }

  tick(now: number): void {
    const { idle } = this.service.timeouts;
    const { replies, leavers } = this;
    for (const streamId of leavers.keys()) if (this.http.queuedOn(streamId) === 0) leavers.delete(streamId);
    const isIdle = replies.size === 0 && leavers.size === 0;
    if (this.idle.waited(now, this.requests, isIdle) >= idle) return this.finish();
    for (const reply of this.unsent()) this.checkReply(reply, now);
    this.waits.keep((streamId) => replies.has(streamId) || leavers.has(streamId));
    this.schedule();
  }

  private checkReply(reply: Reply, now: number): void {
    const { request } = reply;
    const { leaving, arriving } = this.waits.of(request.streamId);
    const { body, write } = this.service.timeouts;
    const left = this.leaving(reply);
    if (leaving.waited(now, left, left >= 0) >= write) {
      this.giveUp(reply, new NetworkError("TIMEOUT", "the peer takes nothing of what is sent"));
    } else if (arriving.waited(now, request.received, this.isBodyDue(reply)) >= body) {
      this.giveUp(reply, new NetworkError("TIMEOUT", "the peer did not go on with its body"));
    }
  }

  private isBodyDue(reply: Reply): boolean {
    const { request } = reply;
    const isTunnel = request.head.method === "CONNECT" && reply.hasBegun;
    if (request.isComplete || isTunnel || this.holdsBack(reply)) return false;
    return reply.hasEnded ? this.hasLeft(reply) : !request.isWaiting;
  }

  private giveUp(reply: Reply, error: NetworkError): void {
    if (reply.hasBegun) {
      this.abort(reply, error);
    } else {
      this.sendEmpty(reply.streamId, 408);
      this.remove(reply);
    }
    this.guard(reply, () => reply.fail(error));
  }

  /** Whether the client is waiting for 100 Continue. */
  private holdsBack(reply: Reply): boolean {
    return reply.request.headers.has("expect") && !reply.request.isClaimed;
  }
}
