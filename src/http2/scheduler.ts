// Data on its way out: queued on its stream by reference, cut into frames when the caller drains, as the windows allow
// (RFC 9113 5.2) and in the order of urgency (RFC 9218 10). A step costs the logarithm of the streams that wait at most; a
// new initial window size walks those that have something queued.
import { NO_OCTETS } from "../shared/receive-buffer.ts";
import { DATA, END_STREAM, FRAME_HEADER_SIZE, writeFrameHeader } from "./frames.ts";
import type { Output } from "./output.ts";
import { END, type Stream, UNLISTED } from "./stream.ts";
import { Turns } from "./turns.ts";

/** A piece up to this length is copied behind its frame header when all is copied anyway. */
const COPIED = 1024;

export class Scheduler {
  /** What the peer lets this end send on the connection. */
  window = 65535;
  /** The peer's initial window size: a stream's window is this and its delta. */
  base = 65535;
  /** Octets queued on all streams. */
  queued = 0;
  /** Octets that the streams' own windows let out: min(queued, window) of each. */
  private sendable = 0;
  /** Streams whose own window is open: those that are of no use before they are whole, and those that share (RFC 9218 4.2). */
  private readonly whole = new Turns();
  private readonly shared = new Turns();
  /** Streams with data queued behind their own window; null when there are none. */
  private shut: Set<Stream> | null = null;
  /** The last turn that one which shares was given; was the last frame of one that does not? */
  private turn = 0;
  private wasWhole = false;

  windowOf(stream: Stream): number {
    return this.base + stream.sendDelta;
  }

  /** Does all that is queued on the stream fit into its own window? */
  fits(stream: Stream): boolean {
    return stream.queued <= this.windowOf(stream);
  }

  /** Does all that the streams' own windows let out fit into the connection's? */
  get isOpen(): boolean {
    return this.sendable <= this.window;
  }

  /** Queues a piece, which is not empty. */
  push(stream: Stream, data: Uint8Array): void {
    const before = this.sendableOf(stream);
    if (stream.chunk === null) stream.chunk = data;
    else {
      stream.later ??= [];
      stream.later.push(data);
    }
    stream.queued += data.length;
    this.queued += data.length;
    this.sendable += this.sendableOf(stream) - before;
    this.enlist(stream);
  }

  /** The stream's window grew by so much. */
  widen(stream: Stream, increment: number): void {
    const before = this.sendableOf(stream);
    stream.sendDelta += increment;
    this.sendable += this.sendableOf(stream) - before;
    this.enlist(stream);
  }

  /** A new initial window size: the windows of all streams move. Those with data queued, which alone are looked at. */
  rebase(base: number): readonly Stream[] {
    const { whole, shared, shut } = this;
    const streams = [...whole.all, ...shared.all, ...(shut ?? [])];
    this.base = base;
    this.sendable = 0;
    this.shut = null;
    for (const stream of streams) {
      this.sendable += this.sendableOf(stream);
      this.enlist(stream);
    }
    return streams;
  }

  prioritize(stream: Stream, urgency: number, incremental: boolean): void {
    this.unlist(stream);
    stream.urgency = urgency;
    stream.incremental = incremental;
    this.enlist(stream);
  }

  /** Forgets what is queued on a stream, which is something. */
  drop(stream: Stream): void {
    this.sendable -= this.sendableOf(stream);
    this.queued -= stream.queued;
    stream.queued = 0;
    stream.chunk = null;
    stream.later = null;
    stream.laterAt = 0;
    this.unlist(stream);
  }

  /** The stream whose data goes out next; null when there is none, or the connection's window is shut. */
  next(): Stream | null {
    if (this.window <= 0) return null;
    const whole = this.openOf(this.whole);
    const shared = this.openOf(this.shared);
    if (whole === null || shared === null) return whole ?? shared;
    // As urgent as each other: one after the other, so that neither waits for the end of the other (RFC 9218 10 is silent).
    if (whole.urgency === shared.urgency) return this.wasWhole ? shared : whole;
    return whole.urgency < shared.urgency ? whole : shared;
  }

  /** The first whose window is open; others leave, until their windows open again. */
  private openOf(turns: Turns): Stream | null {
    let { first } = turns;
    while (first !== null && this.windowOf(first) <= 0) {
      turns.remove(first);
      this.enlist(first);
      ({ first } = turns);
    }
    return first;
  }

  /**
   * Makes one DATA frame of the stream's next piece, of at most `room` octets of payload, with END_STREAM when it is the
   * last and nothing but the end stands behind it. Is the stream's queue empty now?
   */
  writeFrame(stream: Stream, output: Output, room: number, copies: boolean): boolean {
    const chunk = stream.chunk as Uint8Array;
    const at = stream.chunkAt;
    const left = chunk.length - at;
    const length = Math.min(left, room, this.windowOf(stream), this.window);
    const isLast = length === stream.queued;
    const flags = isLast && stream.ending === END ? END_STREAM : 0;
    if (copies && length <= COPIED) {
      const place = output.reserve(FRAME_HEADER_SIZE + length);
      const { page } = output;
      writeFrameHeader(page, place, length, DATA, flags, stream.id);
      if (length === chunk.length) page.set(chunk, place + FRAME_HEADER_SIZE);
      else page.set(chunk.subarray(at, at + length), place + FRAME_HEADER_SIZE);
    } else {
      const place = output.reserve(FRAME_HEADER_SIZE);
      writeFrameHeader(output.page, place, length, DATA, flags, stream.id);
      output.push(length === chunk.length ? chunk : chunk.subarray(at, at + length));
    }
    this.take(stream, length, left);
    this.wasWhole = !stream.incremental;
    if (isLast || stream.incremental) this.unlist(stream);
    this.enlist(stream);
    return isLast;
  }

  private take(stream: Stream, length: number, left: number): void {
    stream.queued -= length;
    stream.sendDelta -= length;
    this.queued -= length;
    this.sendable -= length;
    this.window -= length;
    stream.chunkAt += length;
    if (length < left) return;
    stream.chunkAt = 0;
    if (stream.later === null) {
      stream.chunk = null;
      return;
    }
    // Pieces that are out leave the list in halves: taking each from its front would move all the others each time.
    stream.chunk = stream.later[stream.laterAt] as Uint8Array;
    stream.later[stream.laterAt++] = NO_OCTETS;
    if (stream.laterAt * 2 < stream.later.length) return;
    stream.later = stream.laterAt === stream.later.length ? null : stream.later.slice(stream.laterAt);
    stream.laterAt = 0;
  }

  private sendableOf(stream: Stream): number {
    return Math.min(stream.queued, Math.max(0, this.windowOf(stream)));
  }

  // --- turns -----------------------------------------------------------------------------------------------------------

  /** Gives a stream with data queued its turn, unless it has one: by id, or behind all that share (RFC 9218 10). */
  private enlist(stream: Stream): void {
    if (stream.place !== UNLISTED || stream.queued === 0) return;
    if (this.windowOf(stream) <= 0) {
      this.shut ??= new Set();
      this.shut.add(stream);
      return;
    }
    this.shut?.delete(stream);
    stream.order = stream.incremental ? ++this.turn : stream.id;
    this.turnsOf(stream).add(stream);
  }

  private unlist(stream: Stream): void {
    if (stream.place === UNLISTED) this.shut?.delete(stream);
    else this.turnsOf(stream).remove(stream);
  }

  private turnsOf(stream: Stream): Turns {
    return stream.incremental ? this.shared : this.whole;
  }
}
