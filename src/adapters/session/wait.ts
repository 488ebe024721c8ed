// How long a session has been waiting for its peer.

/** Measures how long something has not moved: a counter, or a text that says what it is at. */
export class Wait {
  private seen: unknown = Number.NaN;
  private since = Number.NaN;

  /**
   * Returns the milliseconds since `seen` last changed; -1 if it has changed just now, or nothing is waiting for it
   * (`isDue` is false): even a timeout of 0 has not passed then.
   */
  waited(now: number, seen: number | string, isDue: boolean): number {
    if (isDue && this.seen === seen) return now - this.since;
    this.seen = isDue ? seen : Number.NaN;
    this.since = now;
    return -1;
  }
}

/** What is waited for on each stream: that what is sent leaves, and that what is due arrives. */
export class StreamWaits {
  private readonly waits = new Map<number, { readonly leaving: Wait; readonly arriving: Wait }>();

  /** Returns the waits of a stream, which begin when first asked for. */
  of(streamId: number): { readonly leaving: Wait; readonly arriving: Wait } {
    const waits = this.waits.get(streamId) ?? { leaving: new Wait(), arriving: new Wait() };
    this.waits.set(streamId, waits);
    return waits;
  }

  /** Forgets the streams that are over: all but those that `isAlive` knows. */
  keep(isAlive: (streamId: number) => boolean): void {
    for (const streamId of this.waits.keys()) if (!isAlive(streamId)) this.waits.delete(streamId);
  }
}
