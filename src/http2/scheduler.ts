// Data on its way out: queued on its stream by reference, cut into frames when the caller drains, as the windows allow
// (RFC 9113 5.2) and in the order of urgency (RFC 9218 10). Every step is O(1), but for a new initial window size, which
// walks the streams that have something queued.
import { NO_OCTETS } from "../shared/receive-buffer.ts";
import { DATA, END_STREAM, FRAME_HEADER_SIZE, writeFrameHeader } from "./frames.ts";
import type { Output } from "./output.ts";
import { END, type Stream, UNLISTED } from "./stream.ts";

/** The lists: one for each urgency, and one for streams whose own window is shut. */
const URGENCIES = 8;
const SHUT = URGENCIES;

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
  private first: (Stream | null)[] | null = null;
  private last: (Stream | null)[] | null = null;
  /** A bit for each list that is not empty. */
  private occupied = 0;

  windowOf(stream: Stream): number {
    return this.base + stream.sendDelta;
  }

  /** Does all that is queued on the stream fit into the windows, with what is queued on others? */
  fits(stream: Stream): boolean {
    return stream.queued <= this.windowOf(stream) && this.sendable <= this.window;
  }

  /** May data that waits be let go without a look at each stream? */
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
    if (stream.list === UNLISTED) this.enlist(stream);
  }

  /** The stream's window grew by so much. */
  widen(stream: Stream, increment: number): void {
    const before = this.sendableOf(stream);
    stream.sendDelta += increment;
    this.sendable += this.sendableOf(stream) - before;
    if (stream.list === SHUT) this.relist(stream);
  }

  /** A new initial window size: all windows move, and only streams with data queued are looked at. */
  rebase(base: number): void {
    this.base = base;
    this.sendable = 0;
    let shut = this.first?.[SHUT] ?? null;
    for (const first of this.first ?? []) {
      for (let stream = first; stream !== null; stream = stream.next) this.sendable += this.sendableOf(stream);
    }
    while (shut !== null) {
      const { next } = shut;
      if (this.windowOf(shut) > 0) this.relist(shut);
      shut = next;
    }
  }

  prioritize(stream: Stream, urgency: number, incremental: boolean): void {
    stream.urgency = urgency;
    stream.incremental = incremental;
    if (stream.list !== UNLISTED) this.relist(stream);
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
    const ready = this.occupied & ~(1 << SHUT);
    if (ready === 0 || this.window <= 0) return null;
    const urgency = 31 - Math.clz32(ready & -ready);
    const stream = this.first?.[urgency] as Stream;
    if (this.windowOf(stream) > 0) return stream;
    this.relist(stream);
    return this.next();
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
    if (isLast) this.unlist(stream);
    else if (stream.incremental && stream.next !== null) this.relist(stream);
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

  // --- lists -----------------------------------------------------------------------------------------------------------

  private relist(stream: Stream): void {
    this.unlist(stream);
    this.enlist(stream);
  }

  /** Puts a stream behind others of its urgency; one that is not incremental before those opened after it (RFC 9218 10). */
  private enlist(stream: Stream): void {
    const list = this.windowOf(stream) > 0 ? stream.urgency : SHUT;
    this.first ??= new Array<Stream | null>(URGENCIES + 1).fill(null);
    this.last ??= new Array<Stream | null>(URGENCIES + 1).fill(null);
    let previous = this.last[list] as Stream | null;
    if (!stream.incremental) {
      while (previous !== null && !previous.incremental && previous.id > stream.id) previous = previous.previous;
    }
    const next = previous === null ? (this.first[list] as Stream | null) : previous.next;
    stream.list = list;
    stream.previous = previous;
    stream.next = next;
    if (previous === null) this.first[list] = stream;
    else previous.next = stream;
    if (next === null) this.last[list] = stream;
    else next.previous = stream;
    this.occupied |= 1 << list;
  }

  private unlist(stream: Stream): void {
    const { list, next, previous } = stream;
    const { first, last } = this as unknown as { first: (Stream | null)[]; last: (Stream | null)[] };
    if (previous === null) first[list] = next;
    else previous.next = next;
    if (next === null) last[list] = previous;
    else next.previous = previous;
    if (first[list] === null) this.occupied &= ~(1 << list);
    stream.list = UNLISTED;
    stream.next = null;
    stream.previous = null;
  }
}
