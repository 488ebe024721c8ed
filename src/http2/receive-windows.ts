// Flow control of received DATA (RFC 9113 5.2): what the peer may still send, on the connection and on each stream, and
// the credit that WINDOW_UPDATE frames give back.
import { LocalProtocolError } from "../shared/errors.ts";
import { FRAME_HEADER_SIZE, INCREMENT_SIZE, INITIAL_WINDOW, WINDOW_UPDATE, writeU32 } from "./frames.ts";
import type { Configuration } from "./options.ts";
import type { Output } from "./output.ts";
import type { Http2Settings } from "./settings.ts";
import { CLOSED, ENDED, type Stream } from "./stream.ts";

/** What the windows need of the connection. */
interface Receiving {
  readonly configuration: Configuration;
  readonly local: Http2Settings;
  readonly output: Output;
  frame(length: number, type: number, flags: number, streamId: number): number;
}

export class ReceiveWindows {
  /** Octets of DATA that the peer may still send on the connection, counting the credit that was drained. */
  window = INITIAL_WINDOW;
  private readonly session: Receiving;
  /** Received octets that the connection's next WINDOW_UPDATE gives back, and whether one is due. */
  private credit = 0;
  private isDue = false;
  /** The streams that a WINDOW_UPDATE is due on. */
  private credited: Stream[] | null = null;
  /** Received octets that wait for `release` (manual windows). */
  private held = 0;

  constructor(session: Receiving) {
    this.session = session;
  }

  /** Returns the octets of DATA that the peer may still send on a stream. */
  windowOf(stream: Stream): number {
    return this.session.local.initialWindowSize + stream.receiveDelta;
  }

  /** Keeps octets that were handed out until `release`, if windows are manual. */
  hold(stream: Stream, octets: number): void {
    if (!this.session.configuration.manual) return;
    stream.held += octets;
    this.held += octets;
  }

  /** Gives back octets that were held. @throws LocalProtocolError when fewer are */
  release(stream: Stream | null, octets: number): void {
    if (octets > this.held || (stream !== null && octets > stream.held)) {
      throw new LocalProtocolError("RELEASED_TOO_MUCH");
    }
    this.held -= octets;
    if (stream !== null) stream.held -= octets;
    if (octets > 0) this.giveBack(stream, octets);
  }

  /**
   * Gives back octets of DATA, padding included, to the windows of the connection and of the stream, if there is one.
   */
  giveBack(stream: Stream | null, octets: number): void {
    const { manual, connectionWindow } = this.session.configuration;
    this.credit += octets;
    if (manual || this.credit >= connectionWindow / 2) this.isDue = true;
    if (stream === null) return;
    stream.credit += octets;
    this.noticeCredit(stream);
  }

  /** Allows the peer to send `octets` more octets on the connection, from the next drain on. */
  widen(octets: number): void {
    this.credit += octets;
    this.isDue = true;
  }

  /**
   * The initial window size has changed, and with it the windows of these streams. In a lower one more credit is due,
   * and a peer whose window is negative now sends nothing that would show it.
   */
  rebase(streams: Iterable<Stream>): void {
    for (const stream of streams) if (stream.credit > 0) this.noticeCredit(stream);
  }

  private noticeCredit(stream: Stream): void {
    const { configuration, local } = this.session;
    const isDue = configuration.manual || stream.credit >= local.initialWindowSize / 2;
    if (!isDue || stream.isCredited || !isReceiving(stream)) return;
    stream.isCredited = true;
    this.credited ??= [];
    this.credited.push(stream);
  }

  /** Octets of the WINDOW_UPDATE frames that are due. */
  get dueOctets(): number {
    return ((this.isDue ? 1 : 0) + (this.credited?.length ?? 0)) * (FRAME_HEADER_SIZE + INCREMENT_SIZE);
  }

  /** Writes the WINDOW_UPDATE frames that are due. From here on the peer may use the credit. */
  write(): void {
    if (this.isDue) {
      this.writeUpdate(0, this.credit);
      this.window += this.credit;
      this.credit = 0;
      this.isDue = false;
    }
    const { credited } = this;
    if (credited === null) return;
    this.credited = null;
    for (const stream of credited) {
      stream.isCredited = false;
      if (!isReceiving(stream) || stream.credit === 0) continue;
      this.writeUpdate(stream.id, stream.credit);
      stream.receiveDelta += stream.credit;
      stream.credit = 0;
    }
  }

  private writeUpdate(streamId: number, increment: number): void {
    const { session } = this;
    const at = session.frame(INCREMENT_SIZE, WINDOW_UPDATE, 0, streamId);
    writeU32(session.output.page, at, increment);
  }
}

/** Tells whether the peer may still send on this stream. */
function isReceiving(stream: Stream): boolean {
  return stream.state !== CLOSED && stream.received !== ENDED;
}
