// The client end of HTTP/1.1: requests on one connection, sequential or pipelined, with each response routed to its
// request. Knows nothing of streams and promises.
import { ClientConnection } from "../../http1/client.ts";
import type { Http1Event, RemoteProtocolError } from "../../http1/index.ts";
import { LocalProtocolError } from "../../shared/errors.ts";
import type { FieldPair, HeaderInput } from "../../shared/field-pairs.ts";
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
import { disconnected, NetworkError } from "./errors.ts";
import { Delay, FLUSH_AT, HEAD_TURNS, type Transport, takeQueued } from "./session.ts";
import { Tunnel } from "./tunnel.ts";
import { Wait } from "./wait.ts";

const END_OF_MESSAGE = { type: "end-of-message" } as const;
/** Methods that may be pipelined: sent before the previous response is known (RFC 9112 9.3.2, RFC 9110 9.2.2). */
const PIPELINED = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

export class Http1ClientSession implements ClientSession {
  readonly unanswered = [];
  private readonly http: ClientConnection;
  private readonly transport: Transport;
  private readonly owner: ClientOwner;
  private readonly settings: ClientSettings;
  /** Exchanges that are sent but not fully answered, oldest first. */
  private exchanges: ClientExchange[] = [];
  private tunnel: Tunnel | null = null;
  private isPumping = false;
  private readonly delay = new Delay(() => this.pump());
  private isOver = false;
  private isStopping = false;
  private octetsRead = 0;
  private readonly wait = new Wait();

  constructor(transport: Transport, owner: ClientOwner, settings: ClientSettings) {
    this.http = new ClientConnection("client", { maxPipelined: settings.pipelining, ...settings.http1 });
    this.transport = transport;
    this.owner = owner;
    this.settings = settings;
  }

  // --- requests -----------------------------------------------------------------------------------------------------

  canOpen({ method }: OutgoingRequest): boolean {
    if (this.isOver || this.isStopping || this.tunnel !== null) return false;
    const { localState } = this.http;
    if (localState === "idle") return true;
    if (localState !== "done" || this.exchanges.length >= this.settings.pipelining) return false;
    return PIPELINED.includes(method) && this.exchanges.every(({ request }) => PIPELINED.includes(request.method));
  }

  open(request: OutgoingRequest, listener: ResponseListener): ClientExchange {
    const { method, target } = request;
    const headers = fieldsOf(request);
    if (!request.hasBody) checkBodiless(headers);
    this.http.send({ type: "request", method, target, headers });
    if (!request.hasBody) this.http.send(END_OF_MESSAGE);
    const exchange = new ClientExchange(this, request, listener, 0);
    this.exchanges.push(exchange);
    this.schedule(request.hasBody ? HEAD_TURNS : 1);
    return exchange;
  }

  write(_exchange: ClientExchange, octets: Uint8Array): boolean {
    const { http, tunnel, transport } = this;
    if (tunnel !== null) tunnel.write(octets);
    else http.send({ type: "data", data: octets });
    this.schedule();
    if ((tunnel ?? http).queuedBytes >= FLUSH_AT && !transport.isBlocked) transport.flush();
    return !transport.isBlocked;
  }

  end(_exchange: ClientExchange, trailers: HeaderInput | undefined): void {
    if (this.tunnel !== null) this.tunnel.end();
    else this.http.send(trailers === undefined ? END_OF_MESSAGE : { type: "end-of-message", headers: trailers });
    this.schedule();
  }

  /**
   * A request cannot be withdrawn, nor its response skipped, so this ends the connection, unless the exchange is
   * complete.
   */
  abort(exchange: ClientExchange, error: unknown): void {
    if (this.isOver || !this.exchanges.includes(exchange)) return;
    this.exchanges = this.exchanges.filter((each) => each !== exchange);
    this.fail(new NetworkError("DISCONNECTED", "another request on the connection was given up", { cause: error }));
  }

  // --- from the transport -------------------------------------------------------------------------------------------

  take(): readonly Uint8Array[] {
    const { tunnel, http } = this;
    if (tunnel === null) return takeQueued(http);
    return [...http.chunksToSend(), ...tunnel.chunksToSend()];
  }

  receive(octets: Uint8Array): void {
    if (this.isOver) return;
    this.octetsRead += octets.length;
    if (this.tunnel !== null) this.tunnel.incoming.push(octets);
    else this.http.feed(octets);
    this.pump();
  }

  receiveEnd(): void {
    if (this.isOver) return;
    this.http.feedEof();
    this.tunnel?.receiveEnd();
    this.pump();
  }

  drained(): void {
    try {
      this.sending?.onDrain?.();
    } catch (error) {
      this.sending?.abort(error);
    }
    this.pump();
  }

  gone(error: unknown): void {
    if (this.isOver && this.exchanges.length === 0) return;
    this.isOver = true;
    this.endAll(disconnected(error));
  }

  shutdown(): void {
    this.isStopping = true;
    if (this.exchanges.length === 0) this.finish();
  }

  // --- the loop -----------------------------------------------------------------------------------------------------

  private schedule(turns = 1): void {
    if (!this.isPumping) this.delay.begin(turns);
  }

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    do {
      while (this.step());
      this.deliver();
    } while (this.nextCycle());
    this.isPumping = false;
    this.transport.flush();
    this.settle();
  }

  private settle(): void {
    const { transport, tunnel, exchanges } = this;
    if (this.isOver) return;
    if (tunnel !== null) {
      if (tunnel.settle(transport)) this.finish();
      return;
    }
    transport.hold(exchanges[0]?.body?.isWaiting === true);
    if (exchanges.length === 0 && this.isStopping) this.finish();
  }

  private step(): boolean {
    if (this.isOver || this.tunnel !== null) return false;
    let event: Http1Event;
    try {
      event = this.http.nextEvent();
    } catch (error) {
      this.failReceiving(error as RemoteProtocolError);
      return false;
    }
    const exchange = this.exchanges[0] as ClientExchange;
    switch (event.type) {
      case "informational-response":
      case "response":
        this.receiveHead(exchange, event);
        return true;
      case "data":
        exchange.body?.push(event.data, event.chunkStart, event.chunkEnd);
        return true;
      case "end-of-message":
        exchange.body?.finish(event.headers);
        this.deliver();
        return this.nextCycle();
      case "connection-closed":
        this.finish();
        return false;
      default:
        return false;
    }
  }

  /** Delivers the oldest response's body. A reader that throws abandons the response. */
  private deliver(): void {
    const exchange = this.exchanges[0];
    try {
      exchange?.body?.deliver();
    } catch (error) {
      exchange?.abort(error);
    }
  }

  private receiveHead(exchange: ClientExchange, head: ResponseHead): void {
    if (this.http.remoteState === "switched-protocol") return this.switchProtocol(exchange, head);
    if (head.status < 200) {
      if (head.status === 100) exchange.onContinue?.();
      return exchange.listener.informational(head);
    }
    exchange.body = new IncomingBody(this, 0);
    exchange.onContinue?.();
    exchange.listener.response(head, exchange.body, false);
  }

  private switchProtocol(exchange: ClientExchange, head: ResponseHead): void {
    const tunnel = new Tunnel(this, this.http.takeTrailingData());
    const { incoming } = tunnel;
    this.tunnel = tunnel;
    exchange.body = incoming;
    exchange.beginTunnel();
    exchange.listener.response(head, incoming, true);
    this.owner.over(undefined);
  }

  /** If the response is complete, moves on to the next one due, or closes. */
  private nextCycle(): boolean {
    const { http, exchanges } = this;
    const exchange = exchanges[0];
    if (exchange === undefined || this.isOver || this.tunnel !== null || !exchange.body?.isComplete) return false;
    exchanges.shift();
    // `localState` is that of the newest request, which may still be being sent, or may be the last.
    if (exchange.hasEnded && http.remoteState === "done" && (exchanges.length > 0 || http.localState === "done")) {
      http.startNextCycle();
      this.owner.free();
      return true;
    }
    // A request answered before it was fully sent is not sent any further, so no other request can follow it.
    exchange.stop(new NetworkError("ABORTED", "the response was complete before the request"));
    this.finish();
    return false;
  }

  // --- bodies -------------------------------------------------------------------------------------------------------

  bodyWanted(body: IncomingBody): void {
    // A body that has arrived, or failed, may still be read after its exchange is over.
    if (body !== this.exchanges[0]?.body || body.isComplete) queueMicrotask(() => body.deliver());
    this.schedule();
  }

  bodyConsumed(): void {}

  /** Ends the exchange: skipping the rest of a response would take as long as receiving it. */
  bodyRefused(body: IncomingBody): void {
    const exchange = this.exchanges[0];
    if (exchange?.body !== body) return;
    exchange.abort(new NetworkError("ABORTED", "the response was given up"));
  }

  // --- what goes wrong, and the end ---------------------------------------------------------------------------------

  private failReceiving(error: RemoteProtocolError): void {
    const isCut = error.code === "RESPONSE_NOT_RECEIVED" || error.code === "INCOMPLETE_BODY";
    this.fail(new NetworkError(isCut ? "DISCONNECTED" : "PROTOCOL", error.message, { cause: error }));
  }

  /** Ends a connection that is no longer usable. */
  private fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.transport.reset(error);
    this.endAll(error);
  }

  /** Ends the connection in order. */
  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.transport.flush();
    this.transport.close();
    this.endAll(disconnected(undefined));
  }

  private endAll(error: unknown): void {
    const { exchanges } = this;
    this.exchanges = [];
    for (const exchange of exchanges) exchange.fail(error);
    this.owner.over(error);
  }

  /** The exchange whose request is being sent. */
  private get sending(): ClientExchange | undefined {
    return this.exchanges[this.exchanges.length - 1];
  }

  // --- time ---------------------------------------------------------------------------------------------------------

  tick(now: number): void {
    const phase = this.currentPhase();
    const waited = this.wait.waited(now, phase + this.octetsRead, phase !== "");
    if (phase !== "" && waited >= this.settings.timeouts[phase]) {
      this.fail(new NetworkError("TIMEOUT", `the peer did not go on with its ${phase}`));
    }
  }

  /** What the connection is waiting for from the peer; "" if it is not waiting for the peer. */
  private currentPhase(): "" | "response" | "body" {
    const exchange = this.exchanges[0];
    if (this.isOver || this.tunnel !== null || exchange === undefined || this.transport.isBlocked) return "";
    if (exchange.body === null) return exchange.hasEnded ? "response" : "";
    return exchange.body.isWaiting ? "" : "body";
  }
}

/** @throws LocalProtocolError for the length of a body that is not there: the head alone would block the connection */
function checkBodiless(headers: readonly FieldPair[]): void {
  if (headers.some(([name, value]) => name.toLowerCase() === "content-length" && Number(value) > 0)) {
    throw new LocalProtocolError("BODY_TOO_SHORT");
  }
}

/**
 * Returns the fields, adding Host, and Transfer-Encoding for a body of unknown length.
 * @throws LocalProtocolError for what HTTP/1.1 cannot say, and for a Host that is not the authority
 */
function fieldsOf(request: OutgoingRequest): readonly FieldPair[] {
  const { headers, target, authority, protocol, hasBody, method } = request;
  if (protocol !== undefined) throw new LocalProtocolError("EXTENDED_CONNECT_NOT_ENABLED");
  const names = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const added: FieldPair[] = [];
  // The target of a CONNECT is itself a host and port (RFC 9110 9.3.6).
  const host = authority === "" && method === "CONNECT" ? target : authority;
  if (host !== "") {
    const given = names.get("host");
    if (given === undefined) added.push(["Host", host]);
    else if (given.toLowerCase() !== host.toLowerCase()) throw new LocalProtocolError("HOST_CONFLICT");
  }
  if (hasBody && !names.has("content-length") && !names.has("transfer-encoding") && method !== "CONNECT") {
    added.push(["Transfer-Encoding", "chunked"]);
  }
  return added.length === 0 ? headers : [...added, ...headers];
}
