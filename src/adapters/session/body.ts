// The body of a received message: pieces wait here until somebody reads them, and while they wait the session reads no
// more from the peer. That is all of backpressure on the way in, for either protocol.
import type { HeaderFields } from "../../shared/header-fields.ts";
import { NetworkError } from "./errors.ts";

/** Who reads a body. None of its methods is called before `read` has returned. */
export interface BodyReader {
  /** A piece: a view of what the transport read. In HTTP/1.1's chunked coding: does the rest of its chunk follow? */
  data(octets: Uint8Array, isCut: boolean): void;
  /** The body is complete. */
  end(trailers: HeaderFields): void;
  /** The body will never be complete. */
  error(error: unknown): void;
}

/** With the trailers, or with what went wrong and null. */
type Settled = (error: unknown, trailers: HeaderFields | null) => void;

/** The session that a body comes from. */
export interface BodySource {
  /** The body is wanted, for the first time or again after a pause. */
  bodyWanted(body: IncomingBody): void;
  /** So many octets went to the reader, or away. */
  bodyConsumed(body: IncomingBody, octets: number): void;
  /** The rest of the body is not wanted. */
  bodyRefused(body: IncomingBody): void;
}

const OPEN = 0;
/** All of it has arrived. */
const ARRIVED = 1;
/** The reader has all of it. */
const ENDED = 2;
const FAILED = 3;

export class IncomingBody {
  /** Of HTTP/2; 0 in HTTP/1.1. */
  readonly streamId: number;
  private readonly source: BodySource;
  private reader: BodyReader | null = null;
  /** What the reader has not yet taken; null until there is any: most messages have no body. */
  private pieces: Uint8Array[] | null = null;
  /** Of each piece: does the rest of its chunk follow? */
  private cuts: boolean[] | null = null;
  private at = 0;
  private isInChunk = false;
  /** @internal Octets that have come. */
  received = 0;
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
   * Gives the body to this reader. A peer that waits for "100 Continue" gets it.
   * @throws TypeError when the body has a reader or was discarded
   */
  read(reader: BodyReader): void {
    if (this.reader !== null || this.isRefused) throw new TypeError("the body is being read already");
    this.reader = reader;
    this.source.bodyWanted(this);
  }

  /** The reader takes no more for now. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.source.bodyWanted(this);
  }

  /** The rest of the body is not wanted. */
  discard(): void {
    if (this.isRefused) return;
    this.isRefused = true;
    this.reader = null;
    this.dropPieces();
    if (this.state === ARRIVED) this.state = ENDED;
    if (this.state !== OPEN) return;
    this.source.bodyRefused(this);
    // An error for nobody would cost more than all the rest of a request (its stack: 8 of 10 µs).
    if (this.onSettled !== null) this.settle(new NetworkError("ABORTED", "the body was discarded"));
  }

  /** All of the body has arrived, though perhaps it was not yet read. */
  get isComplete(): boolean {
    return this.state === ARRIVED || this.state === ENDED;
  }

  /** A reader was found for it, or it was discarded. */
  get isClaimed(): boolean {
    return this.reader !== null || this.isRefused;
  }

  /** Nobody wants the rest. */
  get isDiscarded(): boolean {
    return this.isRefused;
  }

  /** The trailers, once the body is complete. */
  get trailers(): HeaderFields | null {
    return this.fields;
  }

  /** @internal Calls back once, when all has arrived or never will. */
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

  /** The pieces, at the pace of the loop. Leaving the loop discards the rest. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return this.iterate(false);
  }

  /** The same in the chunks of HTTP/1.1's chunked coding, as they were sent, but for those above 1 MiB. */
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

  /** All of the body as one array: the caller bounds it by `limits.maxBodyBytes` or by Content-Length. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this) {
      pieces.push(piece);
      length += piece.length;
    }
    return joined(pieces, length);
  }

  /** All of the body, as UTF-8. */
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

  /** @internal What waits is dropped, for a body that is not whole is not to be trusted. One that has arrived stays. */
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

  /** @internal Hands over what waits; errors of the reader pass through. */
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
        // First, for a reader that throws has had it too.
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
    // A body that had failed before it was read.
    if (this.state === FAILED && this.reader !== null) {
      this.reader = null;
      reader.error(this.failure);
    }
  }

  /** @internal Pieces wait: read no more from the peer. */
  get isWaiting(): boolean {
    return this.pieces !== null;
  }

  /** What waits goes nowhere: in HTTP/2 it was taken from the window of all streams, which is to have it back. */
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

/** Chunks above this are passed on in parts: else a peer could have them kept whole. */
const LARGEST_CHUNK = 1024 * 1024;

/** Reads for a loop that awaits. */
class Collector implements BodyReader {
  private readonly body: IncomingBody;
  private readonly joins: boolean;
  private pieces: Uint8Array[] = [];
  /** Of the chunk that is not whole. */
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

  /** There will be no more. Throws what the body failed with. */
  isOver(): boolean {
    if (this.pieces.length > 0 || this.outcome === null) return false;
    if (this.outcome !== "end") throw this.outcome.error;
    return true;
  }

  /** Resolves when there is something new. */
  async news(): Promise<void> {
    if (this.pieces.length > 0 || this.outcome !== null) return;
    const news = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.body.resume();
    await news;
  }
}

/** One piece is not copied. */
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
