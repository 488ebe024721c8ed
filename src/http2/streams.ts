// The streams of a connection: those alive, their number, and what is still known about closed ones. A closed stream
// has no record: an id that is absent and not above the highest used one is closed. Only recent resets and skipped ids
// are remembered.
import { HIGHEST_STREAM_ID } from "./frames.ts";
import { CLOSED, RESERVED_LOCAL, RESERVED_REMOTE, Stream } from "./stream.ts";

/** Why a stream is not alive: it has not been used yet. */
export const IS_IDLE = 0;
/** Ended by both ends, or so long ago that it is not known how. */
export const WAS_ENDED = 1;
export const WAS_RESET_HERE = 2;
export const WAS_RESET_BY_PEER = 3;
/** Never used: the peer opened a higher one first (RFC 9113 5.1.1). */
export const WAS_SKIPPED = 4;

/** The number of resets remembered: enough for what is in flight, about 40 KiB when full. */
const MOST_RESETS = 1024;
/** The number of runs of skipped ids remembered. Real peers skip none. */
const MOST_GAPS = 32;

export class Streams {
  /** Streams opened by this end and by the peer that count against the other's SETTINGS_MAX_CONCURRENT_STREAMS. */
  local = 0;
  remote = 0;
  /** Streams promised and not yet begun. */
  reservedLocal = 0;
  reservedRemote = 0;
  /** The highest id that the peer has used or promised. */
  highestRemote = 0;
  /** The next id that this end uses; above 2^31-1 there is none left. */
  nextLocal: number;
  /** An upper bound of all streams' `sendDelta`, computed exactly only when it matters. */
  highestSendDelta = 0;
  readonly living = new Map<number, Stream>();
  /** The parity of this end's ids. */
  private readonly parity: number;
  /** Remembered resets by id, oldest first: WAS_RESET_HERE or WAS_RESET_BY_PEER. */
  private resets: Map<number, number> | null = null;
  /** Runs of skipped ids, as pairs: the first and the last id of each. */
  private gaps: number[] | null = null;
  /** The stream looked up last: many DATA frames in a row are of the same one. */
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

  /** Makes an idle stream. The caller moves it on with `fire`, which counts it. */
  open(id: number, isLocal: boolean): Stream {
    const stream = new Stream(id, isLocal);
    if (isLocal) this.nextLocal = id + 2;
    else this.passTo(id);
    this.living.set(id, stream);
    this.recent = stream;
    return stream;
  }

  /** Records that the peer used this id, whatever happens to the stream. */
  passTo(id: number): void {
    const expected = this.highestRemote === 0 ? 1 + this.parity : this.highestRemote + 2;
    if (id > expected) {
      this.gaps ??= [];
      if (this.gaps.length === 2 * MOST_GAPS) this.gaps.splice(0, 2);
      this.gaps.push(expected, id - 2);
    }
    this.highestRemote = id;
  }

  /** Moves a stream by a trigger, and keeps the counts. */
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

  /** Forgets a stream. */
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

  /** Returns why no stream with this id is alive. */
  fateOf(id: number): number {
    if (this.isLocal(id)) {
      if (id >= this.nextLocal) return IS_IDLE;
    } else if (id > this.highestRemote) {
      return IS_IDLE;
    }
    return this.resets?.get(id) ?? (this.isInGap(id) ? WAS_SKIPPED : WAS_ENDED);
  }

  /** Tells whether there ever was a stream with this id. */
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
