// Header blocks (RFC 9113 4.3): HEADERS and PUSH_PROMISE with their CONTINUATION frames, joined to one. What a block means
// is in receive-messages.ts.
import { NO_OCTETS } from "../shared/receive-buffer.ts";
import {
  END_HEADERS,
  END_STREAM,
  type FrameHeader,
  HAS_PRIORITY,
  PADDED,
  PRIORITY_SIZE,
  PROMISED_ID_SIZE,
  readU31,
} from "./frames.ts";
import type { BlockHead, Given, MessageReceiver } from "./receive-messages.ts";
import type { Session } from "./session.ts";
import { ON, refusalIn } from "./stream.ts";
import { IS_IDLE, WAS_ENDED, WAS_RESET_HERE, WAS_SKIPPED } from "./streams.ts";

export class BlockReader implements BlockHead {
  streamId = 0;
  promisedId = 0;
  endsStream = false;
  isSelfDependent = false;
  private readonly session: Session;
  private readonly messages: MessageReceiver;
  /** The block so far, in a buffer with room for more; the number of its CONTINUATION frames; where it began. */
  private block = NO_OCTETS;
  private blockLength = 0;
  private continuations = 0;
  private blockOffset = 0;

  constructor(session: Session, messages: MessageReceiver) {
    this.session = session;
    this.messages = messages;
  }

  // --- frames --------------------------------------------------------------------------------------------------------------

  readHeaders(octets: Uint8Array, at: number, frame: FrameHeader): Given {
    const hasPriority = frame.has(HAS_PRIORITY);
    const prefix = hasPriority ? PRIORITY_SIZE : 0;
    const length = this.fragmentLength(octets, at, frame, prefix);
    const begin = frame.has(PADDED) ? at + 1 : at;
    this.streamId = frame.streamId;
    this.promisedId = 0;
    this.endsStream = frame.has(END_STREAM);
    this.isSelfDependent = hasPriority && readU31(octets, begin) === frame.streamId;
    this.checkStream(frame.streamId);
    return this.begin(octets, begin + prefix, length, frame.has(END_HEADERS));
  }

  readPushPromise(octets: Uint8Array, at: number, frame: FrameHeader): Given {
    const length = this.fragmentLength(octets, at, frame, PROMISED_ID_SIZE);
    const begin = frame.has(PADDED) ? at + 1 : at;
    this.streamId = frame.streamId;
    this.promisedId = readU31(octets, begin);
    this.endsStream = false;
    this.isSelfDependent = false;
    this.checkPromise(frame.streamId, this.promisedId);
    return this.begin(octets, begin + PROMISED_ID_SIZE, length, frame.has(END_HEADERS));
  }

  readContinuation(octets: Uint8Array, at: number, frame: FrameHeader): Given {
    const { session } = this;
    const { length } = frame;
    const isEnd = frame.has(END_HEADERS);
    if (++this.continuations > session.limits.maxContinuationFrames) throw session.fault("TOO_MANY_CONTINUATIONS");
    if (length === 0 && !isEnd) session.budgets.spendUseless();
    this.append(octets, at, length);
    if (!isEnd) return null;
    const { block, blockLength } = this;
    this.block = NO_OCTETS;
    this.blockLength = 0;
    session.offset = this.blockOffset;
    return this.messages.readBlock(block.subarray(0, blockLength), this);
  }

  /**
   * Returns the length of the block's fragment in a payload: what is left of it without the pad length, the padding, and
   * the `prefix` octets of other fields.
   */
  private fragmentLength(octets: Uint8Array, at: number, frame: FrameHeader, prefix: number): number {
    const { session } = this;
    const isPadded = frame.has(PADDED);
    const left = frame.length - prefix - (isPadded ? 1 : 0);
    if (left < 0) throw session.fault("BAD_FRAME_LENGTH");
    const padding = isPadded ? (octets[at] as number) : 0;
    if (padding > left) throw session.fault("BAD_PADDING");
    return left - padding;
  }

  private begin(octets: Uint8Array, at: number, length: number, isWhole: boolean): Given {
    const { session } = this;
    if (length > session.limits.maxHeaderBlockBytes) throw session.fault("HEADER_BLOCK_TOO_LARGE");
    if (isWhole) return this.messages.readBlock(octets.subarray(at, at + length), this);
    if (length === 0) session.budgets.spendUseless();
    this.continuations = 0;
    this.blockOffset = session.offset;
    this.append(octets, at, length);
    return null;
  }

  private append(octets: Uint8Array, at: number, length: number): void {
    const { session, block } = this;
    const total = this.blockLength + length;
    if (total > session.limits.maxHeaderBlockBytes) throw session.fault("HEADER_BLOCK_TOO_LARGE");
    if (total > block.length) {
      this.block = new Uint8Array(2 * total);
      this.block.set(block.subarray(0, this.blockLength));
    }
    this.block.set(octets.subarray(at, at + length), this.blockLength);
    this.blockLength = total;
  }

  // --- streams -------------------------------------------------------------------------------------------------------------

  /**
   * Checks that HEADERS may come on this stream. A connection error is thrown at once, before the block is complete.
   */
  private checkStream(id: number): void {
    const { session } = this;
    const { streams } = session;
    const stream = streams.get(id);
    if (stream !== undefined) {
      if (!stream.allows(ON["receive-headers"]) && refusalIn(stream.state).scope === "connection") {
        throw session.fault(refusalIn(stream.state).code);
      }
      return;
    }
    // Streams above the last GOAWAY's id are ignored.
    if (session.leavesOut(id)) return;
    const fate = streams.fateOf(id);
    if (fate === WAS_SKIPPED) throw session.fault("BAD_STREAM_ID");
    if (fate === WAS_ENDED) throw session.fault("FRAME_ON_CLOSED_STREAM");
    // Only a client's streams begin with HEADERS: pushed ones are promised first.
    if (fate === IS_IDLE && (streams.isLocal(id) || !session.isServer)) throw session.fault("BAD_STREAM_ID");
  }

  private checkPromise(id: number, promisedId: number): void {
    const { session } = this;
    const { streams } = session;
    if (session.isServer || !session.local.enablePush) throw session.fault("PUSH_NOT_ALLOWED");
    const parent = streams.get(id);
    const isSound = parent === undefined ? streams.fateOf(id) === WAS_RESET_HERE : parent.allows(ON["receive-data"]);
    if (!isSound || !streams.isLocal(id)) throw session.fault("PUSH_NOT_ALLOWED");
    if (promisedId === 0 || streams.isLocal(promisedId) || promisedId <= streams.highestRemote) {
      throw session.fault("BAD_STREAM_ID");
    }
  }
}
