// Outgoing data: queued on its stream by reference, and cut into frames when the caller drains, as the windows allow
// (RFC 9113 5.2) and in order of urgency (RFC 9218 10); and the streams that are told when there is room again. A step
// takes at most time logarithmic in the number of streams that wait; a new initial window size visits only the streams
// with data queued.
import { NO_OCTETS } from "../shared/receive-buffer.ts";
import { DATA, END_STREAM, FRAME_HEADER_SIZE, INITIAL_WINDOW, writeFrameHeader } from "./frames.ts";
import type { Output } from "./output.ts";
import { END, type Stream, UNLISTED } from "./stream.ts";
import { Turns } from "./turns.ts";

/** Octets up to which a piece is copied behind its frame header, if everything is copied anyway. */
const COPIED = 1024;

export class Scheduler {
  /** Octets of DATA that the peer allows this end to send on the connection. */
  window = INITIAL_WINDOW;
  /** The peer's initial window size. A stream's window is the sum of this and its `sendDelta`. */
  base = INITIAL_WINDOW;
  /** Octets queued on all streams. */
  queued = 0;
  /** Octets that the streams' own windows allow to be sent: the sum of min(queued, window). */
  private sendable = 0;
  /**
   * Streams with data queued whose own window is open: those sent one after another, and the incremental ones (RFC 9218
   * 4.2).
   */
  private readonly whole = new Turns();
  private readonly shared = new Turns();
  /** Streams with data queued whose own window is shut; null when there are none. */
  private shut: Set<Stream> | null = null;
  /** The last turn given to an incremental stream; and whether the last frame was of one that is not incremental. */
  private turn = 0;
  private wasWhole = false;
  /**
   * Streams that a `drain` event is due for and that wait for the connection's window only; and the ids of those that
   * wait no longer, whose events are still to be given.
   */
  private waiting: Set<Stream> | null = null;
  drained: number[] | null = null;

  windowOf(stream: Stream): number {
    return this.base + stream.sendDelta;
  }

  /** Queues a piece, which must not be empty. */
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

  /** Widens the stream's window by `increment`. */
  widen(stream: Stream, increment: number): void {
    const before = this.sendableOf(stream);
    stream.sendDelta += increment;
    this.sendable += this.sendableOf(stream) - before;
    this.enlist(stream);
    this.noticeRoomOf(stream);
  }

  /** Widens the connection's window by `increment`. */
  widenConnection(increment: number): void {
    this.window += increment;
    this.noticeRoom();
  }

  /** Sets a new initial window size, which moves the windows of all streams. */
  rebase(base: number): void {
    const { whole, shared, shut } = this;
    const streams = [...whole.all, ...shared.all, ...(shut ?? [])];
    this.base = base;
    this.sendable = 0;
    this.shut = null;
    for (const stream of streams) {
      this.sendable += this.sendableOf(stream);
      this.enlist(stream);
    }
    for (const stream of streams) this.noticeRoomOf(stream);
  }

  prioritize(stream: Stream, urgency: number, incremental: boolean): void {
    this.unlist(stream);
    stream.urgency = urgency;
    stream.incremental = incremental;
    this.enlist(stream);
  }

  /** Forgets a stream that is over, and drops the data queued on it. */
  drop(stream: Stream): void {
    if (stream.isWaiting) this.waiting?.delete(stream);
    stream.isWaiting = false;
    if (stream.queued === 0) return;
    this.sendable -= this.sendableOf(stream);
    this.queued -= stream.queued;
    stream.queued = 0;
    stream.chunk = null;
    stream.later = null;
    stream.laterAt = 0;
    this.unlist(stream);
    this.noticeRoom();
  }

  /** Returns the stream whose data goes out next; null when there is none, or the connection's window is shut. */
  next(): Stream | null {
    if (this.window <= 0) return null;
    const whole = this.openOf(this.whole);
    const shared = this.openOf(this.shared);
    if (whole === null || shared === null) return whole ?? shared;
    // Equally urgent: they alternate, so that neither waits for the end of the other (RFC 9218 10 leaves this open).
    if (whole.urgency === shared.urgency) return this.wasWhole ? shared : whole;
    return whole.urgency < shared.urgency ? whole : shared;
  }

  /** Returns the first stream whose window is open. Those before it are taken out, until their windows open again. */
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
   * Makes one DATA frame, with a payload of at most `room` octets, from the stream's next piece. It has END_STREAM when
   * it takes the last of the queue and no trailers follow. Returns true when the stream's queue is empty now.
   * @param copies whether everything drained is copied anyway
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
    if (isLast && stream.isWaiting) this.drain(stream);
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
    // Sent pieces leave the list half of it at a time: removing each from the front would move all the others again.
    stream.chunk = stream.later[stream.laterAt] as Uint8Array;
    stream.later[stream.laterAt++] = NO_OCTETS;
    if (stream.laterAt * 2 < stream.later.length) return;
    stream.later = stream.laterAt === stream.later.length ? null : stream.later.slice(stream.laterAt);
    stream.laterAt = 0;
  }

  private sendableOf(stream: Stream): number {
    return Math.min(stream.queued, Math.max(0, this.windowOf(stream)));
  }

  // --- room ------------------------------------------------------------------------------------------------------------

  /** Tells whether all data queued on the stream fits its own window. */
  private fits(stream: Stream): boolean {
    return stream.queued <= this.windowOf(stream);
  }

  /** Tells whether all data that the streams' own windows allow fits the connection's window. */
  private get isOpen(): boolean {
    return this.sendable <= this.window;
  }

  /**
   * Tells whether all data queued on the stream, and on others, fits the windows. If not, a `drain` event will follow.
   */
  letsGo(stream: Stream): boolean {
    if (!this.fits(stream)) stream.isWaiting = true;
    else if (this.isOpen) return true;
    else this.wait(stream);
    return false;
  }

  /**
   * The connection's window opened, or less is queued: if all data fits now, all streams that wait only for that get
   * `drain`.
   */
  private noticeRoom(): void {
    const { waiting } = this;
    if (waiting === null || !this.isOpen) return;
    this.waiting = null;
    for (const stream of waiting) if (this.fits(stream)) this.drain(stream);
  }

  /** The stream's own window opened: it gets `drain`, if its data fits the connection's window too. */
  private noticeRoomOf(stream: Stream): void {
    if (!stream.isWaiting || !this.fits(stream)) return;
    if (this.isOpen) this.drain(stream);
    else this.wait(stream);
  }

  private wait(stream: Stream): void {
    stream.isWaiting = true;
    this.waiting ??= new Set();
    this.waiting.add(stream);
  }

  private drain(stream: Stream): void {
    stream.isWaiting = false;
    this.waiting?.delete(stream);
    this.drained ??= [];
    this.drained.push(stream.id);
  }

  // --- turns -----------------------------------------------------------------------------------------------------------

  /**
   * Gives a stream with data queued its turn, unless it has one: in the order of ids, or if it is incremental, behind
   * all other incremental ones (RFC 9218 10).
   */
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
