// Connects a pair of WHATWG streams to a session. Every promise here ends in a handler: a failing stream is reported to
// the session and nowhere else.
import { NetworkError } from "../session/errors.ts";
import type { Session, Transport } from "../session/session.ts";

/** A bidirectional byte stream: a TCP socket, a WebTransport stream, a tunnel. Chunks are Uint8Arrays. */
export interface ByteStream {
  /** What the peer sends. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What is sent to the peer. */
  readonly writable: WritableStream<Uint8Array>;
}

/**
 * The part of a byte stream that a connection needs. A ByteStream, a Deno.Conn, a WebTransport stream, a Workers socket
 * and Duplex.toWeb(socket) all qualify. Structural, because stream types differ between runtimes.
 */
export interface ByteStreamLike {
  /** What the peer sends. */
  readonly readable: { getReader(): OctetReader };
  /** What is sent to the peer. */
  readonly writable: { getWriter(): OctetWriter };
}

/** The part of a ReadableStreamDefaultReader that a connection uses. */
export interface OctetReader {
  /** Resolves with the next piece, or with `done` true at the end. */
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Nothing more is wanted. */
  cancel(reason?: unknown): Promise<unknown>;
}

/** The part of a WritableStreamDefaultWriter that a connection uses. */
export interface OctetWriter {
  /** Resolves when the stream has been closed; rejects when it fails. */
  readonly closed: Promise<unknown>;
  /** Resolves when there is room for more. */
  readonly ready: Promise<unknown>;
  /** How much room there is; 0 or less: none. Null once the stream has failed. */
  readonly desiredSize: number | null;
  /** Sends octets. */
  write(octets: Uint8Array): Promise<unknown>;
  /** Ends the stream once everything has been sent. */
  close(): Promise<unknown>;
  /** Ends the stream at once. */
  abort(reason?: unknown): Promise<unknown>;
}

export interface TransportTimes {
  /** How long, in milliseconds, the peer may accept none of the data waiting for it. */
  readonly write: number;
  /** How long, in milliseconds, a closed connection is still read. */
  readonly linger: number;
  /** Milliseconds between calls to the session's `tick`; Infinity: never called. */
  readonly tick: number;
}

type Timer = ReturnType<typeof setInterval> & { unref?(): unknown };

export class StreamTransport implements Transport {
  isBlocked = false;
  /** Replaced once the peer's protocol is known. */
  session: Session;
  /** Resolves when the connection has ended, with the error that ended it, or undefined if it ended in order. */
  readonly closed: Promise<unknown>;
  private readonly reader: OctetReader;
  private readonly writer: OctetWriter;
  private readonly times: TransportTimes;
  private readonly timer: Timer | undefined;
  private resolveClosed = (_error: unknown): void => {};
  private resume: (() => void) | null = null;
  private isHeld = false;
  private isClosing = false;
  private isLingering = false;
  private isWritten = false;
  private isRead = false;
  private isGone = false;
  private blockedSince = Number.POSITIVE_INFINITY;
  private lingersSince = Number.POSITIVE_INFINITY;

  /** @throws TypeError if a stream is locked, or is not a stream */
  constructor(stream: ByteStreamLike, times: TransportTimes, newSession: (transport: StreamTransport) => Session) {
    this.reader = stream.readable.getReader();
    this.writer = stream.writable.getWriter();
    this.times = times;
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
    this.session = newSession(this);
    const { tick } = times;
    if (tick < Number.POSITIVE_INFINITY) this.timer = setInterval(() => this.tick(performance.now()), tick);
    // Node, Deno and Bun: the timer of an idle connection must not keep the process alive.
    this.timer?.unref?.();
    this.writer.closed.catch((error) => this.reset(error));
    this.writer.ready.catch(() => {});
    this.read().catch((error) => this.reset(error));
  }

  // --- for the session ----------------------------------------------------------------------------------------------

  flush(): void {
    if (this.isClosing || this.isGone) return;
    const chunks = this.session.take();
    if (chunks.length === 0) return;
    const { writer } = this;
    for (const chunk of chunks) writer.write(chunk).catch((error) => this.reset(error));
    if ((writer.desiredSize ?? 0) > 0 || this.isBlocked) return;
    this.isBlocked = true;
    this.blockedSince = Number.NaN;
    writer.ready.then(
      () => this.unblock(),
      () => {},
    );
  }

  hold(isHeld: boolean): void {
    this.isHeld = isHeld && !this.isLingering;
    if (!this.isHeld) this.readOn();
  }

  close(readsOn = false): void {
    if (!readsOn) {
      this.isLingering = true;
      this.hold(false);
    }
    if (this.isClosing || this.isGone) return;
    this.isClosing = true;
    this.blockedSince = Number.NaN;
    this.writer.close().then(
      () => {
        this.isWritten = true;
        this.blockedSince = Number.POSITIVE_INFINITY;
        this.lingersSince = Number.NaN;
        this.finish();
      },
      (error) => this.reset(error),
    );
  }

  reset(error: unknown): void {
    this.end(error ?? new NetworkError("DISCONNECTED", "the stream failed"));
  }

  // --- the streams --------------------------------------------------------------------------------------------------

  private async read(): Promise<void> {
    while (!this.isGone) {
      if (this.isHeld) {
        await new Promise<void>((resolve) => {
          this.resume = resolve;
        });
        continue;
      }
      const { done, value } = await this.reader.read();
      if (done) break;
      if (!(value instanceof Uint8Array)) throw new TypeError("a byte stream carries Uint8Arrays");
      if (!this.isLingering && !this.isGone) this.session.receive(value);
      else if (this.times.linger === 0) break;
    }
    this.isRead = true;
    if (!this.isLingering && !this.isGone) this.session.receiveEnd();
    this.finish();
  }

  private readOn(): void {
    const { resume } = this;
    this.resume = null;
    resume?.();
  }

  private unblock(): void {
    if (!this.isBlocked || this.isGone) return;
    this.isBlocked = false;
    this.blockedSince = Number.POSITIVE_INFINITY;
    this.session.drained();
  }

  /** Ends the connection once both directions have ended. */
  private finish(): void {
    if (this.isWritten && (this.isRead || (this.isLingering && this.times.linger === 0))) this.end(undefined);
  }

  private end(error: unknown): void {
    if (this.isGone) return;
    this.isGone = true;
    if (this.timer !== undefined) clearInterval(this.timer);
    this.readOn();
    if (!this.isRead) this.reader.cancel(error).catch(() => {});
    if (!this.isWritten) this.writer.abort(error).catch(() => {});
    this.session.gone(error);
    this.resolveClosed(error);
  }

  private tick(now: number): void {
    if (!this.isLingering) this.session.tick(now);
    if (Number.isNaN(this.blockedSince)) this.blockedSince = now;
    if (Number.isNaN(this.lingersSince)) this.lingersSince = now;
    if (now - this.blockedSince >= this.times.write) {
      this.reset(new NetworkError("TIMEOUT", "the peer takes nothing of what is sent"));
    }
    if (this.isLingering && now - this.lingersSince >= this.times.linger) this.end(undefined);
  }
}

/** Returns the tick interval in milliseconds: a quarter of the shortest timeout, but at least 10. */
export function tickOf(...times: number[]): number {
  return Math.max(Math.min(...times) / 4, 10);
}
