// The server end of HTTP/1.1: the loop that every user of the core writes (feed what was read, pull events until there
// are none, let the handler answer, write once for all the requests of one read), with exchanges in place of events.
// Handles timeouts and closing; knows nothing of sockets.
import {
  type DataEvent,
  Http1Connection,
  type Http1Event,
  LocalProtocolError,
  type RemoteProtocolError,
} from "../../http1/index.ts";
import type { HeaderInput } from "../../shared/field-pairs.ts";
import type { IncomingBody } from "./body.ts";
import { disconnected, NetworkError } from "./errors.ts";
import { Http1Responder } from "./http1-responder.ts";
import { Reply, ServerRequest, type ServerSession } from "./server-exchange.ts";
import { callHandler, reportError, type Service } from "./service.ts";
import { Delay, FLUSH_AT, HEAD_TURNS, type Session, type Transport, takeQueued } from "./session.ts";
import { Tunnel } from "./tunnel.ts";
import { Wait } from "./wait.ts";

const MIGHT_SWITCH = "might-switch-protocol";
/** States of this end in which nothing more can be sent. */
const OVER = ["must-close", "closed", "error"];

export class Http1ServerSession implements Session, ServerSession {
  private readonly http: Http1Connection;
  private readonly responder: Http1Responder;
  private readonly service: Service;
  /** @internal */
  readonly transport: Transport;
  /** The exchange in progress. */
  private reply: Reply | null = null;
  private tunnel: Tunnel | null = null;
  private lost: ServerRequest[] = [];
  private skipped = 0;
  private isPumping = false;
  private readonly delay = new Delay(() => this.pump());
  private isOver = false;
  private octetsRead = 0;
  private readonly wait = new Wait();

  constructor(transport: Transport, service: Service) {
    this.http = new Http1Connection("server", service.http1);
    this.responder = new Http1Responder(this.http, service.maxRequests);
    this.transport = transport;
    this.service = service;
  }

  get scheme(): string {
    return this.service.scheme;
  }

  // --- from the transport -------------------------------------------------------------------------------------------

  take(): readonly Uint8Array[] {
    const { tunnel, http } = this;
    // Most reads leave nothing to write, such as a part of a body.
    if (tunnel === null) return http.queuedBytes === 0 ? [] : takeQueued(http);
    return [...http.chunksToSend(), ...tunnel.chunksToSend()];
  }

  receive(octets: Uint8Array): void {
    this.octetsRead += octets.length;
    if (this.isOver) return;
    if (this.tunnel !== null) this.tunnel.incoming.push(octets);
    else this.http.feed(octets);
    this.pump();
  }

  receiveEnd(): void {
    if (this.isOver) return;
    this.http.feedEof();
    if (this.tunnel !== null) this.tunnel.receiveEnd();
    this.pump();
  }

  drained(): void {
    const { reply } = this;
    try {
      if (reply?.onDrain) reply.onDrain();
    } catch (error) {
      this.failHandling(reply as Reply, error);
    }
    this.pump();
  }

  gone(error: unknown): void {
    if (this.isOver && this.reply === null) return;
    this.isOver = true;
    const failure = disconnected(error);
    const { reply, tunnel } = this;
    this.lost = this.unanswered;
    this.reply = null;
    if (tunnel !== null) this.guard(() => tunnel.incoming.fail(failure));
    if (reply === null) return;
    this.guard(() => reply.fail(failure));
    // A body that has arrived whole is still read.
    this.guard(() => reply.request.deliver());
  }

  // --- the loop -----------------------------------------------------------------------------------------------------

  /** Pumps soon, so that what handlers send outside the loop is batched into one write. */
  private schedule(turns = 1): void {
    if (!this.isPumping) this.delay.begin(turns);
  }

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    const { http, transport } = this;
    do {
      while (this.step()) if (http.queuedBytes >= FLUSH_AT) transport.flush();
      this.deliver();
    } while (this.nextCycle());
    this.responder.askForBody();
    this.isPumping = false;
    transport.flush();
    this.settle();
  }

  /** After a turn of the loop: closes, holds reading, or reads on. */
  private settle(): void {
    const { http, transport, tunnel } = this;
    if (this.isOver) return;
    if (tunnel !== null) {
      if (tunnel.settle(transport)) this.finish();
      return;
    }
    if (OVER.includes(http.localState)) return this.finish();
    // Read nothing more while requests wait behind an unfinished response, or octets behind a slow reader.
    const waits = http.bufferedBytes > 0 && (http.remoteState === "done" || http.remoteState === MIGHT_SWITCH);
    transport.hold(transport.isBlocked || waits || this.reply?.request.isWaiting === true);
  }

  /** Handles one event. False: there is none for now. */
  private step(): boolean {
    if (this.isOver || this.tunnel !== null || this.transport.isBlocked) return false;
    let event: Http1Event;
    try {
      event = this.http.nextEvent();
    } catch (error) {
      this.failReceiving(error as RemoteProtocolError);
      return false;
    }
    switch (event.type) {
      case "request":
        this.begin(new ServerRequest(this, event, 0));
        return true;
      case "data":
        this.receiveData(event);
        return true;
      case "end-of-message":
        this.reply?.request.finish(event.headers);
        this.deliver();
        return this.nextCycle();
      case "connection-closed":
        this.endBody();
        return false;
      default:
        return false;
    }
  }

  /**
   * The peer closed before any octet of the body it announced, which is no fault if it already has its response. If the
   * body is being read, the reader, and with it the connection, would wait in vain, so the exchange fails. A response
   * that does not need the body goes on.
   */
  private endBody(): void {
    const { reply } = this;
    if (reply === null || reply.request.isComplete) return;
    const error = new NetworkError("DISCONNECTED", "the peer ended before its body");
    if (!reply.request.isClaimed || reply.request.isDiscarded) return reply.request.fail(error);
    this.reply = null;
    this.abandon(error);
    this.guard(() => reply.fail(error));
  }

  private begin(request: ServerRequest): void {
    const reply = new Reply(this, request);
    this.reply = reply;
    this.responder.begin(request.head);
    this.skipped = 0;
    callHandler(this.service, reply, (error) => this.failHandling(reply, error));
  }

  private receiveData({ data, chunkStart, chunkEnd }: DataEvent): void {
    const { reply } = this;
    if (reply !== null && !reply.request.isDiscarded) return reply.request.push(data, chunkStart, chunkEnd);
    // A body that nobody reads is skipped, up to a limit.
    this.skipped += data.length;
    if (this.skipped > this.service.unreadBodyOctets) this.finish();
  }

  private deliver(): void {
    const { tunnel, reply } = this;
    if (tunnel !== null) return this.guard(() => tunnel.incoming.deliver());
    if (reply === null) return;
    try {
      reply.request.deliver();
    } catch (error) {
      this.failHandling(reply, error);
    }
  }

  /** Once both sides of the exchange are complete, frees the connection for the next one. */
  private nextCycle(): boolean {
    const { http } = this;
    if (http.localState !== "done" || http.remoteState !== "done" || this.isOver) return false;
    this.reply = null;
    if (this.responder.isStopping) {
      this.finish();
      return false;
    }
    http.startNextCycle();
    return true;
  }

  // --- for bodies ---------------------------------------------------------------------------------------------------

  bodyWanted(body: IncomingBody): void {
    if (body === this.reply?.request) this.responder.wantsBody = true;
    // A body that has arrived may still be read after its exchange or the connection has ended.
    else if (body !== this.tunnel?.incoming) queueMicrotask(() => this.guard(() => body.deliver()));
    this.schedule();
  }

  bodyConsumed(): void {}

  bodyRefused(): void {
    this.schedule();
  }

  // --- for replies --------------------------------------------------------------------------------------------------

  inform(_reply: Reply, status: number, headers: HeaderInput | undefined): void {
    this.responder.inform(status, headers);
    this.schedule();
  }

  respond(_reply: Reply, status: number, headers: HeaderInput | undefined): void {
    this.responder.respond(status, headers);
    this.schedule(HEAD_TURNS);
  }

  write(_reply: Reply, octets: Uint8Array): boolean {
    const { http, responder, transport, tunnel } = this;
    (tunnel ?? responder).write(octets);
    this.schedule();
    if ((tunnel ?? http).queuedBytes >= FLUSH_AT && !transport.isBlocked) transport.flush();
    return !transport.isBlocked;
  }

  end(reply: Reply, trailers: HeaderInput | undefined): void {
    if (this.tunnel !== null && trailers !== undefined) throw new LocalProtocolError("TRAILERS_NOT_ALLOWED");
    if (!reply.request.isClaimed) reply.request.discard();
    (this.tunnel ?? this.responder).end(trailers);
    this.schedule();
  }

  upgrade(reply: Reply, headers: HeaderInput | undefined): IncomingBody {
    const tunnel = new Tunnel(this, this.switchProtocol(reply, headers));
    this.tunnel = tunnel;
    this.schedule();
    return tunnel.incoming;
  }

  abort(_reply: Reply, error: unknown): void {
    this.abandon(error);
  }

  /**
   * Hands the connection over, with no response sent, to code that answers by itself, such as `ws`. Returns the octets
   * received after the request.
   */
  detach(reply: Reply): Uint8Array {
    if (reply.isAborted) throw disconnected(reply.error);
    if (reply !== this.reply) throw new LocalProtocolError("WRONG_STATE", { seen: "a reply that is not due" });
    this.checkProposal(reply);
    // The answers to the requests before.
    this.transport.flush();
    const { data } = this.switchProtocol(reply, undefined);
    this.http.chunksToSend();
    this.isOver = true;
    this.reply = null;
    return data;
  }

  /** Accepts the switch. Returns the octets after the request, which are no longer HTTP. */
  private switchProtocol(reply: Reply, headers: HeaderInput | undefined): { data: Uint8Array; eof: boolean } {
    this.checkProposal(reply);
    this.responder.accept(headers);
    return this.http.takeTrailingData();
  }

  private checkProposal(reply: Reply): void {
    const { http } = this;
    // The handler is called with the head, before the end of the request was read: read that now.
    while (http.remoteState === "send-body" && this.step());
    if (http.remoteState !== MIGHT_SWITCH) {
      const { isComplete } = reply.request;
      throw new LocalProtocolError(isComplete ? "UNPROPOSED_SWITCH" : "WRONG_STATE", {
        seen: isComplete ? "the request proposed none" : "a switch of protocols before the request was complete",
      });
    }
  }

  // --- what goes wrong ----------------------------------------------------------------------------------------------

  /** The peer broke the protocol. */
  private failReceiving(error: RemoteProtocolError): void {
    const { reply, http } = this;
    http.errorResponse(error);
    this.reply = null;
    reportError(this.service, error, reply?.request ?? null);
    this.abandon(error);
    if (reply !== null) this.guard(() => reply.fail(new NetworkError("PROTOCOL", error.message, { cause: error })));
  }

  /** The handler threw. */
  private failHandling(reply: Reply, error: unknown): void {
    reportError(this.service, error, reply.request);
    if (reply.hasEnded || reply.isAborted || reply !== this.reply) return;
    if (reply.hasBegun) return reply.abort(error);
    this.responder.refuse(500);
    reply.fail(error);
    if (!this.isPumping) this.schedule();
  }

  /**
   * Closes the connection, making sure that a truncated response does not look complete: one to an HTTP/1.0 client may
   * be delimited by the FIN, so there the connection is reset.
   */
  private abandon(error: unknown): void {
    const isCut = this.http.localState === "send-body" && this.http.remoteHttpVersion !== "1.1";
    if (isCut || this.tunnel !== null) {
      this.isOver = true;
      this.transport.flush();
      this.transport.reset(error);
    } else this.finish();
  }

  /** Ends the connection in order. */
  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.transport.flush();
    this.transport.close();
  }

  /** Calls application code and reports any error it throws. */
  private guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      reportError(this.service, error, this.reply?.request ?? null);
    }
  }

  // --- time and closing ---------------------------------------------------------------------------------------------

  get unanswered(): ServerRequest[] {
    return this.reply === null || this.reply.hasEnded ? this.lost : [...this.lost, this.reply.request];
  }

  shutdown(): void {
    this.responder.isStopping = true;
    if (this.currentPhase() === "idle") this.finish();
  }

  /** Called periodically for every connection, so that requests themselves never touch a timer. */
  tick(now: number): void {
    const phase = this.currentPhase();
    const progress = phase === "body" ? this.octetsRead : this.responder.requests;
    const waited = this.wait.waited(now, phase + progress, phase !== "");
    if (phase === "" || waited < this.service.timeouts[phase]) return;
    if (phase === "idle") this.finish();
    else this.giveUp(phase);
  }

  private giveUp(phase: string): void {
    const { reply } = this;
    this.responder.refuse(408);
    this.reply = null;
    const error = new NetworkError("TIMEOUT", `the peer did not go on with its ${phase}`);
    this.abandon(error);
    if (reply !== null) this.guard(() => reply.fail(error));
  }

  /** What the connection is waiting for from the peer; "" if it is not waiting for the peer's octets. */
  private currentPhase(): "" | "idle" | "head" | "body" {
    const { http, transport, reply } = this;
    if (this.isOver || this.tunnel !== null || transport.isBlocked) return "";
    // A paused reader is given time, unless the response is already complete.
    if (reply?.request.isWaiting && !reply.hasEnded) return "";
    if (http.remoteState === "send-body") return this.responder.isHeldBack ? "" : "body";
    if (http.remoteState !== "idle") return "";
    return http.bufferedBytes > 0 ? "head" : "idle";
  }
}
