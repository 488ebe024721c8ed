// What a peer may do so often and no more (RFC 9113 10.5): counts, forgiven with time where the caller tells it.

import type { ErrorCode, RemoteProtocolError } from "../shared/errors.ts";
import type { Http2Limits } from "./options.ts";
import type { Output } from "./output.ts";

/** A count that falls as time passes. */
class Budget {
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

/** The connection whose peer is bounded. */
interface Bounded {
  readonly limits: Http2Limits;
  /** The time that the caller told last, in milliseconds; NaN when none. */
  readonly now: number;
  readonly output: Output;
  fault(code: ErrorCode): RemoteProtocolError;
}

export class Budgets {
  private readonly session: Bounded;
  /** Made when something is first spent: an idle connection has none. */
  private resets: Budget | null = null;
  private useless: Budget | null = null;
  private pings: Budget | null = null;
  /** What the peer provoked and has not been drained: acknowledgements, octets; and up to where of the output it reaches. */
  private acks = 0;
  private provoked = 0;
  private provokedUpTo = 0;

  constructor(session: Bounded) {
    this.session = session;
  }

  /** A stream that the peer resets, or has reset. @throws RemoteProtocolError when it is one too many, as all of these */
  spendReset(): void {
    const { limits, now } = this.session;
    this.resets ??= new Budget(limits.maxResets, limits.resetsPerSecond);
    if (!this.resets.spend(now)) throw this.session.fault("TOO_MANY_RESETS");
  }

  /** A frame that brings nothing on. */
  spendUseless(): void {
    const { limits, now } = this.session;
    this.useless ??= new Budget(limits.maxUselessFrames, limits.uselessFramesPerSecond);
    if (!this.useless.spend(now)) throw this.session.fault("TOO_MANY_USELESS_FRAMES");
  }

  /** A frame that is to be acknowledged by one of so many octets. */
  spendPing(octets: number): void {
    const { limits, now } = this.session;
    this.pings ??= new Budget(limits.maxPings, limits.pingsPerSecond);
    if (!this.pings.spend(now)) throw this.session.fault("TOO_MANY_PINGS");
    this.checkQueued(octets);
    if (this.acks === limits.maxUnflushedAcks) throw this.session.fault("TOO_MANY_UNFLUSHED_ACKS");
  }

  /** These octets, the last of the output, are there because of what the peer sent; so many of the frames acknowledge. */
  provoke(octets: number, acks = 0): void {
    const { output } = this.session;
    this.checkDrained();
    this.provoked += octets;
    this.acks += acks;
    this.provokedUpTo = output.taken + output.length;
  }

  /** May the peer provoke so many octets more? Asked before anything is written: GOAWAY stands alone. */
  checkQueued(octets: number): void {
    this.checkDrained();
    if (this.provoked + octets > this.session.limits.maxQueuedControlBytes) throw this.session.fault("TOO_MUCH_QUEUED");
  }

  private checkDrained(): void {
    if (this.session.output.taken < this.provokedUpTo) return;
    this.acks = 0;
    this.provoked = 0;
  }
}
