// Connects a socket, or any Duplex, to a session: one write for everything queued, backpressure both ways, and a close
// that lets the peer read the last response. Knows nothing of HTTP.
import type { Duplex } from "node:stream";
import { NetworkError } from "../session/errors.ts";
import type { Session, Transport } from "../session/session.ts";

export interface TransportTimes {
  /** How long, in milliseconds, the peer may accept none of the data waiting for it. */
  readonly write: number;
  /** How long, in milliseconds, a closed connection is still read. */
  readonly linger: number;
}

/** The most octets still read from a closed connection. */
const LINGER_OCTETS = 16 * 1024 * 1024;

/** The members of net.Socket and tls.TLSSocket that a plain Duplex lacks. */
interface SocketPowers {
  resetAndDestroy?(): void;
  /** Undefined if the socket is not connected, or not TCP. */
  readonly remoteFamily?: string | undefined;
  /** Set on a TLS socket. */
  readonly encrypted?: boolean;
  setTimeout?(milliseconds: number): void;
}

export class NodeTransport implements Transport {
  isBlocked = false;
  /** Replaced once the peer's protocol is known. */
  session: Session;
  readonly stream: Duplex;
  private readonly times: TransportTimes;
  private readonly onGone: (error: unknown, transport: NodeTransport) => void;
  /** Closed for writing; anything that still arrives is read and discarded. */
  private isLingering = false;
  private isEnded = false;
  /** Everything has been sent, including the FIN. */
  private isFlushed = false;
  private isHeld = false;
  private isDetached = false;
  private discarded = 0;
  /** Timestamps in milliseconds. Infinity: not in that state. NaN: entered it since the last tick. */
  private lingersSince = Number.POSITIVE_INFINITY;
  private blockedSince = Number.POSITIVE_INFINITY;
  private failure: unknown;

  constructor(
    stream: Duplex,
    times: TransportTimes,
    newSession: (transport: NodeTransport) => Session,
    onGone: (error: unknown, transport: NodeTransport) => void,
  ) {
    this.stream = stream;
    this.times = times;
    this.onGone = onGone;
    this.session = newSession(this);
    stream.on("data", this.onData);
    stream.on("end", this.onEnd);
    stream.on("drain", this.onDrain);
    stream.on("timeout", this.onTimeout);
    stream.on("error", this.onError);
    stream.on("close", this.onClose);
    if (stream.destroyed) queueMicrotask(this.onClose);
  }

  // --- for the session ----------------------------------------------------------------------------------------------

  flush(): void {
    const { stream } = this;
    const chunks = this.session.take();
    if (chunks.length === 0 || stream.destroyed || this.isEnded) return;
    let hasRoom = true;
    if (chunks.length === 1) hasRoom = stream.write(chunks[0] as Uint8Array);
    else {
      stream.cork();
      for (const chunk of chunks) hasRoom = stream.write(chunk);
      stream.uncork();
    }
    if (hasRoom || this.isBlocked) return;
    this.isBlocked = true;
    this.watchWrites(true);
  }

  /**
   * Gives up on a peer that accepts nothing for too long. Uses the socket's own timer where there is one: it notices
   * octets leaving long before "drain" is emitted.
   */
  private watchWrites(isWatched: boolean): void {
    const socket = this.stream as Duplex & SocketPowers;
    if (socket.setTimeout === undefined) this.blockedSince = isWatched ? Number.NaN : Number.POSITIVE_INFINITY;
    else socket.setTimeout(isWatched && Number.isFinite(this.times.write) ? this.times.write : 0);
  }

  hold(isHeld: boolean): void {
    if (this.isHeld === isHeld || this.isLingering || this.isDetached) return;
    this.isHeld = isHeld;
    if (isHeld) this.stream.pause();
    else this.stream.resume();
  }

  /**
   * Sends the FIN and keeps reading for a while (RFC 9112 9.6): octets that reach a closed socket trigger a RST, which
   * destroys any response the peer has not read yet.
   */
  close(readsOn = false): void {
    if (!readsOn && !this.isLingering) {
      this.isLingering = true;
      this.stream.resume();
    }
    if (this.isEnded) return;
    this.isEnded = true;
    this.watchWrites(true);
    this.stream.end(() => {
      this.watchWrites(false);
      this.isFlushed = true;
      if (this.isLingering && this.times.linger === 0) this.stream.destroy();
    });
  }

  reset(error: unknown): void {
    this.isLingering = true;
    this.failure ??= error;
    const socket = this.stream as Duplex & SocketPowers;
    if (canReset(socket)) socket.resetAndDestroy?.();
    else socket.destroy();
  }

  // --- for its owner ------------------------------------------------------------------------------------------------

  destroy(): void {
    this.stream.destroy();
  }

  /** Hands the stream over to another owner, in its current state. */
  detach(): Duplex {
    const { stream } = this;
    this.isDetached = true;
    if (this.isBlocked) {
      this.isBlocked = false;
      this.watchWrites(false);
    }
    // As if it had never flowed: it starts flowing when the new owner listens for data.
    stream.pause();
    (stream as { readableFlowing: boolean | null }).readableFlowing = null;
    stream.off("data", this.onData);
    stream.off("end", this.onEnd);
    stream.off("drain", this.onDrain);
    stream.off("timeout", this.onTimeout);
    stream.off("error", this.onError);
    stream.off("close", this.onClose);
    this.onGone(undefined, this);
    return stream;
  }

  /** @param now milliseconds */
  tick(now: number): void {
    if (!this.isLingering) this.session.tick(now);
    else if (this.isFlushed && this.lingersSince === Number.POSITIVE_INFINITY) this.lingersSince = now;
    if (Number.isNaN(this.blockedSince)) this.blockedSince = now;
    if (now - this.lingersSince >= this.times.linger) this.stream.destroy();
    if (now - this.blockedSince >= this.times.write) this.onTimeout();
  }

  // --- from the stream ----------------------------------------------------------------------------------------------

  private readonly onData = (octets: Uint8Array): void => {
    if (!this.isLingering) return this.session.receive(octets);
    this.discarded += octets.length;
    if (this.discarded > LINGER_OCTETS) this.stream.destroy();
  };

  private readonly onEnd = (): void => {
    if (!this.isLingering) this.session.receiveEnd();
  };

  /** Deferred: a peer that reads as fast as we write would otherwise starve every other connection. */
  private readonly onDrain = (): void => {
    setImmediate(unblock, this);
  };

  private readonly onTimeout = (): void => {
    this.onError(new NetworkError("TIMEOUT", "the peer takes nothing of what is sent"));
  };

  private readonly onError = (error: unknown): void => {
    this.failure ??= error;
    this.stream.destroy();
  };

  private readonly onClose = (): void => {
    if (this.isDetached) return;
    this.session.gone(this.failure);
    this.onGone(this.failure, this);
  };

  /** @internal */
  unblock(): void {
    if (this.stream.destroyed || this.isEnded || !this.isBlocked) return;
    this.isBlocked = false;
    this.watchWrites(false);
    this.session.drained();
  }
}

/**
 * Node's `resetAndDestroy` throws for TLS, which has its own way to tell an orderly end from a truncation, and for Unix
 * sockets, which have none. While a FIN is in flight it fails, leaks the descriptor, and never emits "close".
 */
function canReset(socket: Duplex & SocketPowers): boolean {
  const { resetAndDestroy, encrypted, remoteFamily, writableEnded, writableFinished } = socket;
  if (resetAndDestroy === undefined || encrypted || remoteFamily === undefined) return false;
  return !writableEnded || writableFinished;
}

function unblock(transport: NodeTransport): void {
  transport.unblock();
}
