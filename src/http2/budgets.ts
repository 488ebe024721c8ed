// Limits on what a peer may do repeatedly (RFC 9113 10.5): counts, which decay with time if the caller tells the time.

import type { ErrorCode, RemoteProtocolError } from "../shared/errors.ts";
import { FRAME_HEADER_SIZE } from "./frames.ts";
import type { Http2Limits } from "./options.ts";
import type { Output } from "./output.ts";

/** A count that decays as time passes. */
class Budget {
  private readonly limit: number;
  private readonly perSecond: number;
  private spent = 0;
  /** The time of the last `spend`, in milliseconds; NaN until a time is given. */
  private last = Number.NaN;

  constructor(limit: number, perSecond: number) {
    this.limit = limit;
    this.perSecond = perSecond;
  }

  /** Adds one, at `now` (milliseconds; NaN when unknown). Returns false when the limit is exceeded. */
  spend(now: number): boolean {
    if (now > this.last) this.spent = Math.max(0, this.spent - ((now - this.last) / 1000) * this.perSecond);
    if (now > this.last || Number.isNaN(this.last)) this.last = now;
    this.spent += 1;
    return this.spent <= this.limit;
  }
}

/** What the budgets need of the connection. */
interface Bounded {
  readonly limits: Http2Limits;
  /** The last time the caller gave, in milliseconds; NaN when none. */
  readonly now: number;
  readonly output: Output;
  fault(code: ErrorCode): RemoteProtocolError;
}

export class Budgets {
  private readonly session: Bounded;
  /** Created when first spent: an idle connection has none. */
  private resets: Budget | null = null;
  private useless: Budget | null = null;
  private pings: Budget | null = null;
  /**
   * Queued because of the peer and not yet drained: at most so many acknowledgements, and octets. `provokedUpTo` is
   * where the last of those octets ends, counted in octets of output since the connection began.
   */
  private acks = 0;
  private provoked = 0;
  private provokedUpTo = 0;

  constructor(session: Bounded) {
    this.session = session;
  }

  /**
   * Counts a stream that the peer reset, or caused this end to reset.
   * @throws RemoteProtocolError when that exceeds the limit, as do the methods below
   */
  spendReset(): void {
    const { limits, now } = this.session;
    this.resets ??= new Budget(limits.maxResets, limits.resetsPerSecond);
    if (!this.resets.spend(now)) throw this.session.fault("TOO_MANY_RESETS");
  }

  /** Counts a frame that achieves nothing. */
  spendUseless(): void {
    const { limits, now } = this.session;
    this.useless ??= new Budget(limits.maxUselessFrames, limits.uselessFramesPerSecond);
    if (!this.useless.spend(now)) throw this.session.fault("TOO_MANY_USELESS_FRAMES");
  }

  /** Counts a frame that must be acknowledged, by a frame of `octets` octets. */
  spendPing(octets: number): void {
    const { limits, now } = this.session;
    this.pings ??= new Budget(limits.maxPings, limits.pingsPerSecond);
    if (!this.pings.spend(now)) throw this.session.fault("TOO_MANY_PINGS");
    this.checkQueued(octets);
    if (this.acks === limits.maxUnflushedAcks) throw this.session.fault("TOO_MANY_UNFLUSHED_ACKS");
  }

  /**
   * Records that the last `octets` octets of the output were caused by the peer, and that `acks` of their frames are
   * ACKs.
   */
  provoke(octets: number, acks = 0): void {
    const { output } = this.session;
    this.checkDrained();
    this.provoked += octets;
    this.acks += acks;
    this.provokedUpTo = output.taken + output.length;
  }

  /**
   * Checks that the peer may cause `octets` more octets of output. Called before anything is written, so that on a
   * fault GOAWAY is written alone.
   */
  checkQueued(octets: number): void {
    this.checkDrained();
    if (this.provoked + octets > this.session.limits.maxQueuedControlBytes) throw this.session.fault("TOO_MUCH_QUEUED");
  }

  /** Lowers the counts to the most that can still wait before `provokedUpTo`: an ACK has at least a header. */
  private checkDrained(): void {
    const left = Math.max(0, this.provokedUpTo - this.session.output.taken);
    this.provoked = Math.min(this.provoked, left);
    this.acks = Math.min(this.acks, Math.ceil(left / FRAME_HEADER_SIZE));
  }
}
