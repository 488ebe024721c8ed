// A server's end of HTTP/2: streams as exchanges. Knows time and when to close; knows no socket.
import { type Http2ReceivedEvent, LocalProtocolError, type RemoteProtocolError } from "../../http2/index.ts";
import type { HeaderInput } from "../../shared/header-fields.ts";
import type { IncomingBody } from "./body.ts";
import { NetworkError } from "./errors.ts";
import { Reply, ServerRequest, type ServerSession } from "./exchange.ts";
import { Http2Session } from "./http2-session.ts";
import type { Service } from "./service.ts";
import type { Transport } from "./session.ts";

/** How long something has not moved. */
interface Wait {
  seen: number;
  since: number;
}

export class Http2ServerSession extends Http2Session implements ServerSession {
  private readonly service: Service;
  private readonly replies = new Map<number, Reply>();
  private lost: ServerRequest[] = [];
  /** A request whose handler is not called before it is known whether it has a body. */
  private pending: Reply | null = null;
  private requests = 0;
  private readonly idle: Wait = { seen: 0, since: Number.NaN };
  private readonly stuck: Wait = { seen: 0, since: Number.NaN };
  private readonly waits = new Map<number, Wait>();

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
    // Reset before its handler could see it: what a handler sent would be refused.
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
        return this.receiveReset(event.streamId, event.code);
      case "drain": {
        const reply = this.replies.get(event.streamId);
        if (reply !== undefined) this.wake(reply);
        return;
      }
      case "ping-acknowledged":
        // The peer knows by now that this end goes (RFC 9113 6.8).
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
    try {
      const promise = this.service.handler(reply.request, reply);
      if (promise !== undefined) promise.then(undefined, (error) => this.failHandling(reply, error));
    } catch (error) {
      this.failHandling(reply, error);
    }
    if (this.requests === this.service.maxRequests) this.shutdown();
  }

  private receiveData(streamId: number, data: Uint8Array): void {
    const reply = this.replies.get(streamId);
    if (reply === undefined) return this.http.release(streamId, data.length);
    const { request } = reply;
    request.push(data);
    if (!request.isDiscarded) this.touch(request);
    else if (request.received > this.service.unreadBodyOctets && reply.hasEnded) this.forget(streamId, "NO_ERROR");
  }

  private receiveEndOf({ streamId, headers }: { streamId: number; headers: ServerRequest["headers"] }): void {
    const reply = this.replies.get(streamId);
    if (reply !== undefined) {
      reply.request.finish(headers);
      this.touch(reply.request);
      if (reply.hasEnded) this.forget(streamId);
    }
    this.settleEvents();
  }

  private receiveReset(streamId: number, code: string | number): void {
    const reply = this.replies.get(streamId);
    if (reply === undefined) return;
    this.replies.delete(streamId);
    const error = new NetworkError("RESET", `the stream was reset: ${code}`);
    this.guard(reply, () => reply.fail(error));
  }

  /** The exchange is over. With a code, the peer is told to send no more of it. */
  private forget(streamId: number, code?: "NO_ERROR"): void {
    this.replies.delete(streamId);
    if (code !== undefined) this.http.reset(streamId, code);
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
    this.schedule();
  }

  write(reply: Reply, octets: Uint8Array): boolean {
    return reply.request.head.method === "HEAD" ? !this.transport.isBlocked : this.sendData(reply, octets);
  }

  end(reply: Reply, trailers: HeaderInput | undefined): void {
    const { streamId, request } = reply;
    const headers = request.head.method === "HEAD" ? undefined : trailers;
    this.http.send({ type: "end-of-message", streamId, headers });
    if (!request.isClaimed) request.discard();
    if (request.isComplete) this.forget(streamId);
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
    this.replies.delete(reply.streamId);
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

  /** What comes of it is thrown away, up to a limit. */
  bodyRefused(): void {
    this.schedule();
  }

  // --- what goes wrong ----------------------------------------------------------------------------------------------

  private failHandling(reply: Reply, error: unknown): void {
    this.tell(error, reply.request);
    if (reply.hasEnded || reply.isAborted) return;
    if (reply.hasBegun) return reply.abort(error);
    const { streamId } = reply;
    this.replies.delete(streamId);
    if (this.sendEmpty(streamId, 500) && !reply.request.isComplete) this.http.reset(streamId, "NO_ERROR");
    this.schedule();
    this.guard(reply, () => reply.fail(error));
  }

  /** False when nothing can be sent on this stream any more. */
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
    if (reply === undefined) this.tell(error, null);
    else this.failHandling(reply, error);
  }

  protected failAll(error: unknown): void {
    this.lost = this.unanswered;
    const replies = [...this.replies.values()];
    this.replies.clear();
    this.pending = null;
    for (const reply of replies) this.guard(reply, () => reply.fail(error));
  }

  protected report(error: RemoteProtocolError): void {
    this.tell(error, null);
  }

  private guard(reply: Reply, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.tell(error, reply.request);
    }
  }

  private tell(error: unknown, request: ServerRequest | null): void {
    try {
      this.service.onError(error, request);
    } catch (worse) {
      queueMicrotask(() => {
        throw worse;
      });
    }
  }

  // --- time and closing ---------------------------------------------------------------------------------------------

  shutdown(): void {
    if (this.isStopping || this.isOver) return;
    this.isStopping = true;
    if (this.http.finished) return;
    this.http.shutdown();
    this.http.ping();
    this.schedule();
  }

  tick(now: number): void {
    const { idle, body, write } = this.service.timeouts;
    const { http } = this;
    // The peer's windows are shut, or it has nothing to say.
    if (!this.transport.isBlocked && this.waited(this.stuck, now, http.queuedBytes, http.queuedBytes > 0) >= write) {
      return this.finish();
    }
    if (this.waited(this.idle, now, this.requests, this.replies.size === 0) >= idle) return this.finish();
    for (const reply of [...this.replies.values()]) this.checkBody(reply, now, body);
    for (const streamId of this.waits.keys()) if (!this.replies.has(streamId)) this.waits.delete(streamId);
    this.schedule();
  }

  private checkBody(reply: Reply, now: number, limit: number): void {
    const { request, streamId } = reply;
    const isTunnel = request.head.method === "CONNECT" && reply.hasBegun;
    const isDue = !request.isComplete && !isTunnel && (reply.hasEnded || !request.isWaiting);
    let wait = this.waits.get(streamId);
    if (wait === undefined) {
      wait = { seen: 0, since: Number.NaN };
      this.waits.set(streamId, wait);
    }
    if (this.waited(wait, now, request.received, isDue && !this.holdsBack(reply)) < limit) return;
    const error = new NetworkError("TIMEOUT", "the peer did not go on with its body");
    if (reply.hasBegun) {
      this.abort(reply, error);
    } else {
      this.sendEmpty(streamId, 408);
      this.replies.delete(streamId);
    }
    this.guard(reply, () => reply.fail(error));
  }

  /** The client waits for the word. */
  private holdsBack(reply: Reply): boolean {
    return reply.request.headers.has("expect") && !reply.request.isClaimed;
  }

  /** Milliseconds since this has moved; 0 when it need not. */
  private waited(wait: Wait, now: number, seen: number, isDue: boolean): number {
    if (!isDue || wait.seen !== seen || Number.isNaN(wait.since)) {
      wait.seen = seen;
      wait.since = isDue ? now : Number.NaN;
      return 0;
    }
    return now - wait.since;
  }
}
