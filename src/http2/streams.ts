// The streams of a connection: those that live, how many, and what is still known of the dead. A closed stream has no
// record: below the highest id and absent means closed. Only recent resets are remembered, and ids that were skipped.
import { HIGHEST_STREAM_ID } from "./frames.ts";
import { CLOSED, RESERVED_LOCAL, RESERVED_REMOTE, Stream } from "./stream.ts";

/** How a stream that is not among the living came to be so. */
export const IS_IDLE = 0;
/** Ended by both ends, or so long ago that it is not known. */
export const WAS_ENDED = 1;
export const WAS_RESET_HERE = 2;
export const WAS_RESET_BY_PEER = 3;
/** The peer opened a higher one first (RFC 9113 5.1.1). */
export const WAS_SKIPPED = 4;

/** Resets that are remembered: enough for what is in flight, some 40 KiB when full. */
const MOST_RESETS = 1024;
/** Runs of skipped ids that are remembered. Peers skip none. */
const MOST_GAPS = 32;

export class Streams {
  /** Streams of either end that count against the other's SETTINGS_MAX_CONCURRENT_STREAMS. */
  local = 0;
  remote = 0;
  /** Promised and not yet begun. */
  reservedLocal = 0;
  reservedRemote = 0;
  /** The last id that the peer used, or that it promised. */
  highestRemote = 0;
  /** The next id of this end; above 2^31-1 there is none. */
  nextLocal: number;
  /** No stream's send window is further above the initial one than this: a bound, made exact when it matters. */
  highestSendDelta = 0;
  readonly living = new Map<number, Stream>();
  /** Parity of this end's ids. */
  private readonly parity: number;
  /** WAS_RESET_HERE or WAS_RESET_BY_PEER, the oldest first. */
  private resets: Map<number, number> | null = null;
  /** Pairs: the first and the last id of a gap. */
  private gaps: number[] | null = null;
  /** The stream that was asked for last: of DATA frames many follow each other. */
  private recent: Stream | null = null;

  constructor(isClient: boolean) {
    this.parity = isClient ? 1 : 0;
    this.nextLocal = isClient ? 1 : 2;
  }

  get(id: number): Stream | undefined {
    const { recent } = this;
    if (recent !== null && recent.id === id) return recent;
    const stream = this.living.get(id);
    if (stream !== undefined) this.recent = stream;
    return stream;
  }

  isLocal(id: number): boolean {
    return (id & 1) === this.parity;
  }

  /** Makes a stream, which the caller moves out of idle and counts by `entered`. */
  open(id: number, isLocal: boolean): Stream {
    const stream = new Stream(id, isLocal);
    if (isLocal) this.nextLocal = id + 2;
    else this.passTo(id);
    this.living.set(id, stream);
    this.recent = stream;
    return stream;
  }

  /** The peer used this id, whatever becomes of it. */
  passTo(id: number): void {
    const expected = this.highestRemote === 0 ? 1 + this.parity : this.highestRemote + 2;
    if (id > expected) {
      this.gaps ??= [];
      if (this.gaps.length === 2 * MOST_GAPS) this.gaps.splice(0, 2);
      this.gaps.push(expected, id - 2);
    }
    this.highestRemote = id;
  }

  /** Moves a stream by a trigger and keeps count. */
  fire(stream: Stream, trigger: number): void {
    const before = stream.state;
    stream.fire(trigger);
    if (stream.state === before) return;
    this.count(stream, before, -1);
    this.count(stream, stream.state, 1);
    if (stream.state === CLOSED) this.remove(stream);
  }

  private count(stream: Stream, state: number, by: number): void {
    if (state === RESERVED_LOCAL) this.reservedLocal += by;
    else if (state === RESERVED_REMOTE) this.reservedRemote += by;
    else if (state > RESERVED_REMOTE && state < CLOSED) {
      if (stream.isLocal) this.local += by;
      else this.remote += by;
    }
  }

  /** Forgets a stream, whatever its state. */
  private remove(stream: Stream): void {
    this.living.delete(stream.id);
    if (this.recent === stream) this.recent = null;
  }

  rememberReset(id: number, how: number): void {
    this.resets ??= new Map();
    this.resets.delete(id);
    if (this.resets.size === MOST_RESETS) this.resets.delete(this.resets.keys().next().value as number);
    this.resets.set(id, how);
  }

  /** Why there is no living stream with this id. */
  fateOf(id: number): number {
    if (this.isLocal(id)) {
      if (id >= this.nextLocal) return IS_IDLE;
    } else if (id > this.highestRemote) {
      return IS_IDLE;
    }
    return this.resets?.get(id) ?? (this.isInGap(id) ? WAS_SKIPPED : WAS_ENDED);
  }

  /** Was there ever a stream with this id? */
  wasUsed(id: number): boolean {
    if (!Number.isInteger(id) || id < 1) return false;
    const fate = this.fateOf(id);
    return fate !== IS_IDLE && fate !== WAS_SKIPPED;
  }

  get areIdsLeft(): boolean {
    return this.nextLocal <= HIGHEST_STREAM_ID;
  }

  private isInGap(id: number): boolean {
    const { gaps } = this;
    if (gaps === null || this.isLocal(id)) return false;
    for (let at = 0; at < gaps.length; at += 2) {
      if (id >= (gaps[at] as number) && id <= (gaps[at + 1] as number)) return true;
    }
    return false;
  }
}
