// The part of an HTTP/2 session that both ends share: the loop, the windows, the end of the connection.
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
import { fieldPairs, type HeaderInput, type Pairs } from "../../shared/field-pairs.ts";
import type { IncomingBody } from "./body.ts";
import { disconnected, NetworkError } from "./errors.ts";
import type { ServerRequest } from "./server-exchange.ts";
import { Delay, FLUSH_AT, type Session, type Transport, takeQueued } from "./session.ts";

/**
 * Octets that may be received ahead of the reader: for one message, and for all together. A client has chosen what it
 * asks for, and a proxy asks for many others: 127 slow readers do not stop the next one (Chrome has 15 MiB in all,
 * Go 1 GiB).
 */
const STREAM_WINDOW = 256 * 1024;
const CONNECTION_WINDOW = { client: 128 * STREAM_WINDOW, server: 4 * STREAM_WINDOW };

/** Connection-specific fields of HTTP/1.1, which HTTP/2 forbids (RFC 9113 8.2.2). */
const OF_HTTP1 = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

/** Returns the names that Connection fields list, in lower case. */
function nominated(fields: Pairs): string[] {
  const lists = fields.filter(([name]) => name.toLowerCase() === "connection").map(([, list]) => list);
  return lists.flatMap((list) => list.split(",").map((name) => name.trim().toLowerCase()));
}

/** A message being sent on a stream. */
interface Sending {
  readonly streamId: number;
  /** Octets handed to the connection. */
  written: number;
  onDrain: (() => void) | null;
}

export abstract class Http2Session implements Session {
  /** @internal */
  readonly transport: Transport;
  protected readonly http: Http2Connection;
  protected isOver = false;
  protected isStopping = false;
  /** The peer will send no more. */
  protected isEnded = false;
  /** Bodies that received something in this turn. */
  private touched: IncomingBody[] = [];
  /** Senders that were told to wait for the transport. */
  private waiting = new Set<Sending>();
  private isPumping = false;
  private readonly delay = new Delay(() => this.pump());

  protected constructor(role: "client" | "server", transport: Transport, options: Http2Options = {}) {
    const windows = {
      stream: options.settings?.initialWindowSize ?? STREAM_WINDOW,
      connection: CONNECTION_WINDOW[role],
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
  /** Handles one event. */
  protected abstract handle(event: Http2ReceivedEvent): void;
  /** Called when there are no more events for now: does what was deferred until then. */
  protected abstract settleEvents(): void;
  /** Called when everything that could be written has been. */
  protected flushed(): void {}
  /** Fails every exchange. */
  protected abstract failAll(error: unknown): void;
  /** Called when an application's reader or onDrain threw. */
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

  /** Pumps soon, so that what is sent outside the loop is batched into one write. */
  protected schedule(turns = 1): void {
    if (!this.isPumping) this.delay.begin(turns);
  }

  private pump(): void {
    if (this.isPumping) return;
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

  /** Delivers to bodies that received something. True: there were any, and their readers may have caused new events. */
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

  /** Writes the queue only while the transport has room: the peer paces it. */
  private flush(): void {
    if (!this.transport.isBlocked) this.transport.flush();
  }

  // --- sending ------------------------------------------------------------------------------------------------------

  /** Sends data. False: no room for more, either on the stream or in the transport. */
  protected sendData(sending: Sending, data: Uint8Array): boolean {
    const { http, transport } = this;
    const fits = http.send({ type: "data", streamId: sending.streamId, data });
    sending.written += data.length;
    this.schedule();
    if (http.queuedBytes >= FLUSH_AT) this.flush();
    if (!transport.isBlocked) return fits;
    if (fits) this.waiting.add(sending);
    return false;
  }

  /** Returns how many octets of the message have left; -1 if none are waiting for the peer to let them. */
  protected leaving({ streamId, written }: Sending): number {
    const queued = this.transport.isBlocked ? 0 : this.http.queuedOn(streamId);
    return queued === 0 ? -1 : written - queued;
  }

  /** Called when its stream has room again. */
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

  /**
   * Sends fields, leaving out those that only HTTP/1.1 has, and those that Connection names as meant for this hop (RFC
   * 9113 8.2.2), so that one handler serves both protocols.
   */
  protected withFields<T>(headers: HeaderInput | undefined, send: (fields: HeaderInput | undefined) => T): T {
    // The input may be iterable only once, so it is read once.
    const fields = fieldPairs(headers);
    try {
      return send(fields);
    } catch (error) {
      const { header } = error as LocalProtocolError;
      if (header === undefined || !OF_HTTP1.includes(header)) throw error;
      const dropped = [...OF_HTTP1, ...nominated(fields)];
      return send(fields.filter(([name]) => !dropped.includes(name.toLowerCase())));
    }
  }

  // --- bodies -------------------------------------------------------------------------------------------------------

  /** Marks a body that received something, to be delivered at the end of the turn. */
  protected touch(body: IncomingBody): void {
    this.touched.push(body);
  }

  bodyWanted(body: IncomingBody): void {
    this.touch(body);
    this.schedule();
  }

  bodyConsumed(body: IncomingBody, octets: number): void {
    const due = Math.min(octets, body.received - body.credited);
    if (due === 0 || this.isOver || this.http.finished) return;
    body.credited += due;
    this.http.release(body.streamId, due);
    this.schedule();
  }

  /** What is still unread of a whole body takes up the connection's window no longer. */
  protected bodyReleased(body: IncomingBody): void {
    this.bodyConsumed(body, body.received);
  }

  abstract bodyRefused(body: IncomingBody): void;

  // --- the end ------------------------------------------------------------------------------------------------------

  /** Returns why a stream ended early: the peer is gone, reset it, or broke the protocol on it. */
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

  /** Ends the connection in order: sends GOAWAY, unless already sent, and everything else that is queued. */
  protected finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (!this.http.finished) this.http.goaway();
    this.transport.flush();
    this.transport.close();
    this.failAll(new NetworkError("DISCONNECTED", "the connection was closed before the exchange was complete"));
  }
}
