// What a peer may do so often and no more (RFC 9113 10.5): counts, forgiven with time where the caller tells it.

/** A count that falls as time passes. */
export class Budget {
  private readonly limit: number;
  private readonly perSecond: number;
  private spent = 0;
  /** When it was last spent, in milliseconds; NaN as long as nobody told. */
  private last = Number.NaN;

  constructor(limit: number, perSecond: number) {
    this.limit = limit;
    this.perSecond = perSecond;
  }

  /** One more, at `now` (milliseconds, NaN when it is not known). False when it is too many. */
  spend(now: number): boolean {
    if (now > this.last) this.spent = Math.max(0, this.spent - ((now - this.last) / 1000) * this.perSecond);
    if (now > this.last || Number.isNaN(this.last)) this.last = now;
    this.spent += 1;
    return this.spent <= this.limit;
  }
}
