// How long a session has been waiting for its peer.

/** Measures how long something has not moved: a counter, or a text that says what it is at. */
export class Wait {
  private seen: unknown = Number.NaN;
  private since = Number.NaN;

  /** Returns the milliseconds since `seen` last changed; 0 if nothing is waiting for it (`isDue` is false). */
  waited(now: number, seen: number | string, isDue: boolean): number {
    if (isDue && this.seen === seen) return now - this.since;
    this.seen = isDue ? seen : Number.NaN;
    this.since = now;
    return 0;
  }
}
