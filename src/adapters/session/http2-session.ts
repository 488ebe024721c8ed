// What both ends of HTTP/2 have in common over a transport: the loop, the windows, the end.
import {
  type ErrorCode,
  Http2Connection,
  type Http2Event,
  type Http2Options,
  type Http2ReceivedEvent,
  type LocalProtocolError,
  RemoteProtocolError,
  type StreamResetEvent,
} from "../../http2/index.ts";
import { fieldPairs, type HeaderInput } from "../../shared/header-fields.ts";
import type { IncomingBody } from "./body.ts";
import { disconnected, NetworkError } from "./errors.ts";
import type { ServerRequest } from "./exchange.ts";
import { Delay, FLUSH_AT, type Session, type Transport, takeQueued } from "./session.ts";

/** Octets that may come ahead of what was read: of one message, and of all. */
const STREAM_WINDOW = 256 * 1024;
const CONNECTION_WINDOW = 1024 * 1024;

/** What HTTP/1.1 says of its connection, and HTTP/2 must not (RFC 9113 8.2.2). */
const OF_HTTP1 = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

/** How long something has not moved. */
export class Wait {
  private seen = Number.NaN;
  private since = Number.NaN;

  /** Milliseconds since `seen` has changed; 0 when nobody waits for it. */
  waited(now: number, seen: number, isDue: boolean): number {
    if (isDue && this.seen === seen) return now - this.since;
    this.seen = isDue ? seen : Number.NaN;
    this.since = now;
    return 0;
  }
}

/** Something that is sent on a stream. */
interface Sending {
  readonly streamId: number;
  /** Octets that were given to the connection. */
  written: number;
  onDrain: (() => void) | null;
}

export abstract class Http2Session implements Session {
  /** @internal */
  readonly transport: Transport;
  protected readonly http: Http2Connection;
  protected isOver = false;
  protected isStopping = false;
  /** The peer sends no more. */
  private isEnded = false;
  /** Bodies that have got something in this turn. */
  private touched: IncomingBody[] = [];
  /** Who was told to wait for the transport. */
  private waiting = new Set<Sending>();
  private isPumping = false;
  private readonly delay = new Delay(() => this.pump());

  protected constructor(role: "client" | "server", transport: Transport, options: Http2Options = {}) {
    const windows = {
      stream: STREAM_WINDOW,
      connection: CONNECTION_WINDOW,
      ...options.windows,
      mode: "manual" as const,
    };
    this.http = new Http2Connection(role, { ...options, windows });
    this.transport = transport;
    this.schedule();
  }

  abstract get unanswered(): ServerRequest[];
  abstract tick(now: number): void;
  abstract shutdown(): void;
  /** One event. */
  protected abstract handle(event: Http2ReceivedEvent): void;
  /** There are no more events for now: what was put off until then. */
  protected abstract settleEvents(): void;
  /** What could be written is. */
  protected flushed(): void {}
  /** Every exchange fails. */
  protected abstract failAll(error: unknown): void;
  /** A reader or an onDrain of the application threw. */
  protected abstract failApplication(streamId: number, error: unknown): void;
  protected abstract report(error: RemoteProtocolError): void;

  // --- from the transport -------------------------------------------------------------------------------------------

  take(): readonly Uint8Array[] {
    return takeQueued(this.http);
  }

  receive(octets: Uint8Array): void {
    if (this.isOver) return;
    this.http.feed(octets, performance.now());
    this.pump();
  }

  receiveEnd(): void {
    if (this.isOver) return;
    this.isEnded = true;
    this.http.feedEof();
    this.pump();
  }

  drained(): void {
    const { waiting } = this;
    this.waiting = new Set();
    for (const sending of waiting) this.wake(sending);
    this.pump();
  }

  gone(error: unknown): void {
    this.isOver = true;
    this.failAll(disconnected(error));
  }

  // --- the loop -----------------------------------------------------------------------------------------------------

  /** Before long: what is said outside of the loop is put together into one write. */
  protected schedule(turns = 1): void {
    if (!this.isPumping) this.delay.begin(turns);
  }

  private pump(): void {
    if (this.isPumping || this.isOver) return;
    this.isPumping = true;
    do {
      while (!this.isOver && this.step());
      this.settleEvents();
    } while (this.deliver());
    this.isPumping = false;
    if (this.isOver) return;
    this.flush();
    this.flushed();
    if (this.http.finished && !this.transport.isBlocked) this.finish();
  }

  private step(): boolean {
    let event: Http2Event;
    try {
      event = this.http.nextEvent();
    } catch (error) {
      this.failReceiving(error as RemoteProtocolError);
      return false;
    }
    if (event.type === "need-data") return false;
    this.handle(event);
    return event.type !== "connection-closed";
  }

  /** To whom something has come. True: there were any, who may have made news. */
  private deliver(): boolean {
    const { touched } = this;
    if (touched.length === 0) return false;
    this.touched = [];
    for (const body of touched) this.deliverTo(body);
    return true;
  }

  private deliverTo(body: IncomingBody): void {
    try {
      body.deliver();
    } catch (error) {
      this.failApplication(body.streamId, error);
    }
  }

  /** The connection's queue is the peer's to pace: nothing is taken from it that the transport has no room for. */
  private flush(): void {
    if (!this.transport.isBlocked) this.transport.flush();
  }

  // --- sending ------------------------------------------------------------------------------------------------------

  /** Sends data: false when there is no room for more, of the stream or of the transport. */
  protected sendData(sending: Sending, data: Uint8Array): boolean {
    const { http, transport } = this;
    const fits = http.send({ type: "data", streamId: sending.streamId, data });
    sending.written += data.length;
    this.schedule();
    if (!this.isPumping && http.queuedBytes >= FLUSH_AT) this.flush();
    if (!transport.isBlocked) return fits;
    if (fits) this.waiting.add(sending);
    return false;
  }

  /** Octets that have left; -1 when none wait that the peer keeps from leaving. */
  protected leaving({ streamId, written }: Sending): number {
    const queued = this.transport.isBlocked ? 0 : this.http.queuedOn(streamId);
    return queued === 0 ? -1 : written - queued;
  }

  /** There is room on its stream again. */
  protected wake(sending: Sending): void {
    if (this.transport.isBlocked) {
      this.waiting.add(sending);
      return;
    }
    try {
      sending.onDrain?.();
    } catch (error) {
      this.failApplication(sending.streamId, error);
    }
  }

  /** Sends fields; those that only HTTP/1.1 has are left out, so that one handler serves both. */
  protected withFields<T>(headers: HeaderInput | undefined, send: (fields: HeaderInput | undefined) => T): T {
    // What can be read once only is read once.
    const fields = fieldPairs(headers);
    try {
      return send(fields);
    } catch (error) {
      const { header } = error as LocalProtocolError;
      if (header === undefined || !OF_HTTP1.includes(header)) throw error;
      return send(fields.filter(([name]) => !OF_HTTP1.includes(name.toLowerCase())));
    }
  }

  // --- bodies -------------------------------------------------------------------------------------------------------

  /** Something came for this body: it is handed over when the turn ends. */
  protected touch(body: IncomingBody): void {
    this.touched.push(body);
  }

  bodyWanted(body: IncomingBody): void {
    this.touch(body);
    if (this.isOver) queueMicrotask(() => this.deliver());
    this.schedule();
  }

  bodyConsumed(body: IncomingBody, octets: number): void {
    if (this.isOver || this.http.finished) return;
    this.http.release(body.streamId, octets);
    this.schedule();
  }

  abstract bodyRefused(body: IncomingBody): void;

  // --- the end ------------------------------------------------------------------------------------------------------

  /** Why a stream has ended before its time: the peer is gone, gave it up, or broke the protocol on it. */
  protected resetError({ code, remote, reason, offset }: StreamResetEvent): NetworkError {
    if (this.isEnded) return disconnected(undefined);
    if (remote) {
      return new NetworkError("RESET", `the stream was reset: ${code}`, { unprocessed: code === "REFUSED_STREAM" });
    }
    const cause = new RemoteProtocolError(reason as ErrorCode, offset, this.http.role);
    return new NetworkError("PROTOCOL", cause.message, { cause });
  }

  private failReceiving(error: RemoteProtocolError): void {
    this.report(error);
    this.failAll(new NetworkError("PROTOCOL", error.message, { cause: error }));
    this.finish();
  }

  /** Ends the connection in order: GOAWAY, if it has not been said, and what else is queued. */
  protected finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (!this.http.finished) this.http.goaway();
    this.transport.flush();
    this.transport.close();
    this.failAll(new NetworkError("DISCONNECTED", "the connection was closed before the exchange was complete"));
  }
}
