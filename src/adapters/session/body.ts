// The body of a received message. Pieces wait here until they are read, and while any wait the session reads no more
// from the peer. That is all there is to inbound backpressure, for either protocol.
import type { HeaderFields } from "../../shared/header-fields.ts";
import { NetworkError } from "./errors.ts";

/** Receives a body. None of its methods is called before `read` has returned. */
export interface BodyReader {
  /**
   * A piece of the body, as a view of what the transport read. `isCut` is true if the rest of the piece's chunk follows
   * (HTTP/1.1's chunked coding only).
   */
  data(octets: Uint8Array, isCut: boolean): void;
  /** The body is complete. */
  end(trailers: HeaderFields): void;
  /** The body failed and will never be complete. */
  error(error: unknown): void;
}

/** Called with undefined and the trailers, or with the error and null. */
type Settled = (error: unknown, trailers: HeaderFields | null) => void;

/** The session that a body comes from, as the body sees it. */
export interface BodySource {
  /** The reader wants the body, for the first time or again after a pause. */
  bodyWanted(body: IncomingBody): void;
  /** This many octets went to the reader, or were dropped. */
  bodyConsumed(body: IncomingBody, octets: number): void;
  /** The rest of the body is not wanted. */
  bodyRefused(body: IncomingBody): void;
}

const OPEN = 0;
/** The whole body has arrived. */
const ARRIVED = 1;
/** The reader has had all of it. */
const ENDED = 2;
const FAILED = 3;

/** The body of a received message. Exactly one reader takes it, or it is discarded. */
export class IncomingBody {
  /** The HTTP/2 stream id; 0 in HTTP/1.1. */
  readonly streamId: number;
  private readonly source: BodySource;
  private reader: BodyReader | null = null;
  /** Pieces the reader has not yet taken. Null while there are none, because most messages have no body. */
  private pieces: Uint8Array[] | null = null;
  /** For each piece: whether the rest of its chunk follows. */
  private cuts: boolean[] | null = null;
  private at = 0;
  private isInChunk = false;
  /** @internal Octets received so far. */
  received = 0;
  /** @internal HTTP/2: octets of them that were given back to the peer's window. */
  credited = 0;
  private state = OPEN;
  private fields: HeaderFields | null = null;
  private failure: unknown;
  private isPaused = false;
  private isRefused = false;
  private isDelivering = false;
  private onSettled: Settled | null = null;

  constructor(source: BodySource, streamId: number) {
    this.source = source;
    this.streamId = streamId;
  }

  // --- for its reader ---------------------------------------------------------------------------------------------

  /**
   * Gives the body to this reader. If the peer is waiting for "100 Continue", it is sent.
   * @throws TypeError if the body already has a reader or was discarded
   */
  read(reader: BodyReader): void {
    if (this.reader !== null || this.isRefused) throw new TypeError("the body was read or discarded already");
    this.reader = reader;
    this.source.bodyWanted(this);
  }

  /** Stops calling the reader's `data` until `resume`; the peer is held back meanwhile. */
  pause(): void {
    this.isPaused = true;
  }

  /** Ends a pause. */
  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.source.bodyWanted(this);
  }

  /** Discards the rest of the body: what has arrived is dropped, and the reader is called no more. */
  discard(): void {
    if (this.isRefused) return;
    this.isRefused = true;
    this.reader = null;
    this.dropPieces();
    if (this.state === ARRIVED) this.state = ENDED;
    if (this.state !== OPEN) return;
    this.source.bodyRefused(this);
    // An error that nobody observes would cost more than the rest of the request: its stack trace takes 8 of 10 µs.
    if (this.onSettled !== null) this.settle(new NetworkError("ABORTED", "the body was discarded"));
  }

  /** Whether the whole body has arrived, even if it has not been read yet. */
  get isComplete(): boolean {
    return this.state === ARRIVED || this.state === ENDED;
  }

  /** Whether the body has a reader or was discarded. */
  get isClaimed(): boolean {
    return this.reader !== null || this.isRefused;
  }

  /** Whether the rest of the body was discarded. */
  get isDiscarded(): boolean {
    return this.isRefused;
  }

  /** The trailers; null until the body is complete. */
  get trailers(): HeaderFields | null {
    return this.fields;
  }

  /** @internal Calls back once, when the whole body has arrived or never will. */
  whenSettled(settled: Settled): void {
    this.onSettled = settled;
    if (this.fields !== null) this.settle(undefined);
    else if (this.state === FAILED) this.settle(this.failure);
    else if (this.isRefused) this.settle(new NetworkError("ABORTED", "the body was discarded"));
  }

  private settle(error: unknown): void {
    const { onSettled } = this;
    this.onSettled = null;
    if (onSettled !== null) onSettled(error, this.fields);
  }

  /** Yields the pieces at the pace of the loop. Leaving the loop discards the rest. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return this.iterate(false);
  }

  /**
   * Same, but yields the chunks of HTTP/1.1's chunked coding as they were sent, except that chunks above 1 MiB come in
   * parts.
   */
  chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    return this.iterate(true);
  }

  private async *iterate(joins: boolean): AsyncGenerator<Uint8Array, void, undefined> {
    const collector = new Collector(this, joins);
    this.read(collector);
    try {
      while (true) {
        yield* collector.take();
        if (collector.isOver()) return;
        await collector.news();
      }
    } finally {
      this.discard();
    }
  }

  /**
   * Reads the whole body into one array. Its size is for the caller to bound, by `limits.maxBodyBytes` or
   * Content-Length.
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this) {
      pieces.push(piece);
      length += piece.length;
    }
    return joined(pieces, length);
  }

  /** Reads the whole body and decodes it as UTF-8. Its size is for the caller to bound, as with `bytes`. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  // --- for its session ----------------------------------------------------------------------------------------------

  /** @internal */
  push(octets: Uint8Array, chunkStart = false, chunkEnd = false): void {
    this.received += octets.length;
    if (this.isRefused || this.state !== OPEN) return this.source.bodyConsumed(this, octets.length);
    this.isInChunk = (this.isInChunk || chunkStart) && !chunkEnd;
    if (this.pieces === null || this.cuts === null) {
      this.pieces = [octets];
      this.cuts = [this.isInChunk];
    } else {
      this.pieces.push(octets);
      this.cuts.push(this.isInChunk);
    }
  }

  /** @internal */
  finish(trailers: HeaderFields): void {
    if (this.state !== OPEN) return;
    this.fields = trailers;
    this.state = this.isRefused ? ENDED : ARRIVED;
    this.settle(undefined);
  }

  /**
   * @internal Drops waiting pieces, since an incomplete body is not to be trusted. A body that has fully arrived stays.
   */
  fail(error: unknown): void {
    if (this.state !== OPEN) return;
    const { reader } = this;
    this.state = FAILED;
    this.failure = error;
    this.reader = null;
    this.dropPieces();
    if (reader !== null) reader.error(error);
    this.settle(error);
  }

  /** @internal Hands waiting pieces to the reader. Errors thrown by the reader pass through. */
  deliver(): void {
    const { reader } = this;
    if (reader === null || this.isDelivering) return;
    this.isDelivering = true;
    try {
      while (this.pieces !== null && !this.isPaused) {
        const octets = this.pieces[this.at] as Uint8Array;
        const isCut = (this.cuts as boolean[])[this.at++] as boolean;
        if (this.at === this.pieces.length) {
          this.pieces = null;
          this.at = 0;
        }
        // Counted first: a reader that throws has still had the piece.
        this.source.bodyConsumed(this, octets.length);
        reader.data(octets, isCut);
      }
      if (this.state === ARRIVED && this.pieces === null) {
        this.state = ENDED;
        reader.end(this.fields as HeaderFields);
      }
    } finally {
      this.isDelivering = false;
    }
    // The body had failed before it was read.
    if (this.state === FAILED && this.reader !== null) {
      this.reader = null;
      reader.error(this.failure);
    }
  }

  /** @internal Whether pieces are waiting: if so, no more is read from the peer. */
  get isWaiting(): boolean {
    return this.pieces !== null;
  }

  /**
   * Drops waiting pieces and reports them as consumed: in HTTP/2 they used up the connection window, which is restored.
   */
  private dropPieces(): void {
    const { pieces, at } = this;
    this.pieces = null;
    this.at = 0;
    if (pieces === null) return;
    let octets = 0;
    for (let i = at; i < pieces.length; i++) octets += (pieces[i] as Uint8Array).length;
    this.source.bodyConsumed(this, octets);
  }
}

/** Larger chunks are passed on in parts: otherwise a peer could make us hold them whole. */
const LARGEST_CHUNK = 1024 * 1024;

/** The reader behind an async iteration. */
class Collector implements BodyReader {
  private readonly body: IncomingBody;
  private readonly joins: boolean;
  private pieces: Uint8Array[] = [];
  /** Parts of the chunk that is not yet whole. */
  private parts: Uint8Array[] = [];
  private length = 0;
  private outcome: { error: unknown } | "end" | null = null;
  private wake = (): void => {};

  constructor(body: IncomingBody, joins: boolean) {
    this.body = body;
    this.joins = joins;
  }

  data(octets: Uint8Array, isCut: boolean): void {
    this.parts.push(octets);
    this.length += octets.length;
    if (this.joins && isCut && this.length < LARGEST_CHUNK) return;
    this.pieces.push(joined(this.parts, this.length));
    this.parts = [];
    this.length = 0;
    this.body.pause();
    this.wake();
  }

  end(): void {
    this.outcome = "end";
    this.wake();
  }

  error(error: unknown): void {
    this.outcome = { error };
    this.wake();
  }

  take(): Uint8Array[] {
    const taken = this.pieces;
    this.pieces = [];
    return taken;
  }

  /** Whether there will be no more pieces. Throws the error the body failed with. */
  isOver(): boolean {
    if (this.pieces.length > 0 || this.outcome === null) return false;
    if (this.outcome !== "end") throw this.outcome.error;
    return true;
  }

  /** Resolves when there is a new piece or the end. */
  async news(): Promise<void> {
    if (this.pieces.length > 0 || this.outcome !== null) return;
    const news = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.body.resume();
    await news;
  }
}

/** Concatenates the pieces; a single piece is not copied. */
function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  if (pieces.length === 1) return pieces[0] as Uint8Array<ArrayBuffer>;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
