// Header blocks: HEADERS, CONTINUATION, PUSH_PROMISE, and what the messages in them mean (RFC 9113 8). Every block is
// decoded, even one whose stream is refused or ignored: the table must stay in step.
import type { ErrorCode } from "../shared/errors.ts";
import { NO_FIELDS } from "../shared/header-fields.ts";
import { NO_OCTETS } from "../shared/receive-buffer.ts";
import type { Http2EndOfMessageEvent, Http2ReceivedEvent } from "./events.ts";
import {
  END_HEADERS,
  END_STREAM,
  type FrameHeader,
  HAS_PRIORITY,
  HIGHEST_STREAM_ID,
  PADDED,
  PRIORITY_SIZE,
  readU31,
} from "./frames.ts";
import type { DecodedMessage, MessageKind } from "./hpack-types.ts";
import { parsePriority } from "./priority.ts";
import type { Session } from "./session.ts";
import { ENDED, HEAD, MESSAGE, ON, refusalIn, type Stream } from "./stream.ts";
import { IS_IDLE, WAS_RESET_BY_PEER, WAS_RESET_HERE, WAS_SKIPPED } from "./streams.ts";

/** The events that a frame gives: one, several, or none. */
type Given = Http2ReceivedEvent | Http2ReceivedEvent[] | null;

export class BlockReader {
  /** The stream that the current header block belongs to. */
  blockStreamId = 0;
  private readonly session: Session;
  /**
   * The block so far, and what its first frame said: the offset, the promised stream, whether it is a PUSH_PROMISE,
   * END_STREAM, and whether the stream depends on itself.
   */
  private block = NO_OCTETS;
  private blockLength = 0;
  private continuations = 0;
  private blockOffset = 0;
  private promisedId = 0;
  private isPromise = false;
  private endsStream = false;
  private isSelfDependent = false;

  constructor(session: Session) {
    this.session = session;
  }

  // --- frames --------------------------------------------------------------------------------------------------------------

  readHeaders(octets: Uint8Array, at: number, frame: FrameHeader): Given {
    const { session } = this;
    const { length, streamId } = frame;
    const hasPriority = frame.has(HAS_PRIORITY);
    let begin = at;
    let padding = 0;
    if (frame.has(PADDED)) {
      if (length === 0) throw session.fault("BAD_FRAME_LENGTH");
      padding = octets[begin++] as number;
    }
    const left = at + length - begin - (hasPriority ? PRIORITY_SIZE : 0);
    if (left < 0) throw session.fault("BAD_FRAME_LENGTH");
    if (padding > left) throw session.fault("BAD_PADDING");
    this.isSelfDependent = hasPriority && readU31(octets, begin) === streamId;
    if (hasPriority) begin += PRIORITY_SIZE;
    this.checkStream(streamId);
    this.blockStreamId = streamId;
    this.isPromise = false;
    this.endsStream = frame.has(END_STREAM);
    return this.begin(octets, begin, left - padding, frame.has(END_HEADERS));
  }

  readPushPromise(octets: Uint8Array, at: number, frame: FrameHeader): Given {
    const { session } = this;
    const { length, streamId } = frame;
    let begin = at;
    let padding = 0;
    if (frame.has(PADDED)) padding = octets[begin++] as number;
    const left = at + length - begin - 4;
    if (left < 0) throw session.fault("BAD_FRAME_LENGTH");
    if (padding > left) throw session.fault("BAD_PADDING");
    this.blockStreamId = streamId;
    this.promisedId = readU31(octets, begin);
    this.isPromise = true;
    this.endsStream = false;
    this.isSelfDependent = false;
    this.checkPromise(streamId, this.promisedId);
    return this.begin(octets, begin + 4, left - padding, frame.has(END_HEADERS));
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
    return this.readBlock(block.subarray(0, blockLength));
  }

  private begin(octets: Uint8Array, at: number, length: number, isWhole: boolean): Given {
    const { session } = this;
    if (length > session.limits.maxHeaderBlockBytes) throw session.fault("HEADER_BLOCK_TOO_LARGE");
    if (isWhole) return this.readBlock(octets.subarray(at, at + length));
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
    const fate = streams.fateOf(id);
    // Streams above the last GOAWAY's id are ignored.
    if (session.leavesOut(id)) return;
    if (fate === WAS_SKIPPED) throw session.fault("BAD_STREAM_ID");
    // Only a client's streams begin with HEADERS: pushed ones are promised first.
    if (fate === IS_IDLE && (streams.isLocal(id) || !session.isServer)) throw session.fault("BAD_STREAM_ID");
    if (fate > IS_IDLE && fate !== WAS_RESET_HERE && fate !== WAS_RESET_BY_PEER) {
      throw session.fault("FRAME_ON_CLOSED_STREAM");
    }
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

  /**
   * Handles DATA or HEADERS on a stream that is not alive: ignored if this end reset it or ignores it, otherwise an
   * error.
   */
  lateFrame(id: number): Http2ReceivedEvent | null {
    const { session } = this;
    const { streams } = session;
    const fate = streams.fateOf(id);
    if (fate === WAS_RESET_HERE || session.leavesOut(id)) {
      session.budgets.spendUseless();
      return null;
    }
    if (fate === IS_IDLE) throw session.fault("UNEXPECTED_FRAME");
    if (fate !== WAS_RESET_BY_PEER) throw session.fault("FRAME_ON_CLOSED_STREAM");
    // No event: the caller knows that this stream has ended.
    session.streamError(id, "FRAME_ON_CLOSED_STREAM");
    return null;
  }

  // --- blocks --------------------------------------------------------------------------------------------------------------

  private readBlock(block: Uint8Array): Given {
    const { session, blockStreamId: id } = this;
    if (this.isPromise) return this.promise(this.decode(block, "request"));
    const stream = session.streams.get(id);
    if (stream !== undefined) return this.onStream(stream, block);
    const message = this.decode(block, session.isServer ? "request" : "response");
    const isNew = session.isServer && session.streams.fateOf(id) === IS_IDLE && id <= session.lastServed;
    if (!isNew) return this.lateFrame(id);
    const given = this.request(id, message);
    if (id === HIGHEST_STREAM_ID) this.sayLast();
    return given;
  }

  private decode(block: Uint8Array, kind: MessageKind): DecodedMessage {
    const { session } = this;
    const message = session.decoder.decodeMessage(block, kind, session.limits);
    if (message.fault !== null) throw session.fault(message.fault);
    return message;
  }

  /** Returns the status that a server answers an error with before the reset; 0 for no answer. */
  answer(status: number): number {
    return status === 431 || this.session.configuration.respond ? status : 0;
  }

  /** Returns the stream error of a message that cannot be accepted, or null. */
  private fault(message: DecodedMessage): ErrorCode | null {
    if (message.tooLarge) return "FIELDS_TOO_LARGE";
    if (this.isSelfDependent) return "SELF_DEPENDENCY";
    if (message.malformed !== null) return message.malformed;
    const isExtended = message.protocol !== null;
    return isExtended && !this.session.takesExtendedConnect ? "EXTENDED_CONNECT_NOT_ENABLED" : null;
  }

  private refuse(id: number, code: ErrorCode): Http2ReceivedEvent {
    const status = this.answer(code === "FIELDS_TOO_LARGE" ? 431 : 400);
    return this.session.streamError(id, code, status, this.endsStream);
  }

  private request(id: number, message: DecodedMessage): Given {
    const { session, endsStream } = this;
    const { streams } = session;
    // A peer that reads no responses causes no more of them.
    session.budgets.checkQueued(0);
    streams.passTo(id);
    if (streams.remote >= session.concurrentStreams) return session.streamError(id, "TOO_MANY_STREAMS");
    const fault = this.fault(message) ?? (endsStream && message.contentLength > 0 ? "CONTENT_LENGTH_MISMATCH" : null);
    if (fault !== null) return this.refuse(id, fault);
    const stream = streams.open(id, false);
    streams.fire(stream, ON["receive-headers"]);
    stream.fireReceived(MESSAGE.request);
    stream.isHead = message.method === "HEAD";
    stream.isConnect = message.method === "CONNECT";
    stream.owed = stream.isConnect ? -1 : message.contentLength;
    this.prioritize(stream, message);
    const event: Http2ReceivedEvent = {
      type: "request",
      streamId: id,
      method: message.method as string,
      target: targetOf(message),
      scheme: message.scheme ?? "",
      authority: message.authority ?? "",
      protocol: message.protocol ?? undefined,
      httpVersion: "2",
      headers: message.headers,
      offset: session.offset,
    };
    return endsStream ? [event, this.finish(stream, null)] : event;
  }

  /** Takes the priority from a PRIORITY_UPDATE that came before the request, or else from the `priority` field. */
  private prioritize(stream: Stream, { headers }: DecodedMessage): void {
    const early = this.session.earlyPriorities?.get(stream.id);
    const { urgency, incremental } = early ?? parsePriority(headers.get("priority") ?? "");
    stream.urgency = urgency;
    stream.incremental = incremental;
  }

  /** Ends the connection when the highest stream id has been used: there can be no more streams (RFC 9113 5.1.1). */
  private sayLast(): void {
    this.session.writeGoaway(HIGHEST_STREAM_ID, "NO_ERROR", NO_OCTETS);
    this.session.end("goaway");
  }

  private onStream(stream: Stream, block: Uint8Array): Given {
    const { session, endsStream } = this;
    const isHead = stream.received === HEAD;
    const message = this.decode(block, isHead ? "response" : "trailers");
    if (!stream.allows(ON["receive-headers"])) return session.streamError(stream.id, refusalIn(stream.state).code);
    const fault = this.fault(message);
    if (fault !== null) return this.refuse(stream.id, fault);
    if (isHead) return this.response(stream, message);
    // A tunnel has no trailers (RFC 9113 8.5).
    if (stream.isTunnel) return session.streamError(stream.id, "UNEXPECTED_FRAME");
    if (!endsStream) return this.refuse(stream.id, "TRAILERS_WITHOUT_END");
    if (stream.owed > 0) return this.refuse(stream.id, "CONTENT_LENGTH_MISMATCH");
    return this.finish(stream, message);
  }

  private response(stream: Stream, message: DecodedMessage): Given {
    const { session, endsStream } = this;
    const { status, headers } = message;
    const { id } = stream;
    const { offset } = session;
    if (status < 200) {
      if (endsStream) return this.refuse(id, "INFORMATIONAL_WITH_END");
      if (++stream.informational > session.limits.maxInformationalResponses) {
        return this.refuse(id, "TOO_MANY_INFORMATIONAL_RESPONSES");
      }
      stream.fireReceived(MESSAGE["informational-response"]);
      session.fire(stream, ON["receive-headers"]);
      return { type: "informational-response", streamId: id, status, reason: "", httpVersion: "2", headers, offset };
    }
    const isBodiless = stream.isHead || status === 204 || status === 304;
    stream.isTunnel = stream.isConnect && status < 300;
    stream.owed = isBodiless ? 0 : stream.isTunnel ? -1 : message.contentLength;
    if (endsStream && stream.owed > 0) return this.refuse(id, "CONTENT_LENGTH_MISMATCH");
    stream.fireReceived(MESSAGE.response);
    session.fire(stream, ON["receive-headers"]);
    const event: Http2ReceivedEvent = {
      type: "response",
      streamId: id,
      status,
      reason: "",
      httpVersion: "2",
      headers,
      offset,
    };
    return endsStream ? [event, this.finish(stream, null)] : event;
  }

  /** Completes the received message, whose last header block has END_STREAM. */
  finish(stream: Stream, trailers: DecodedMessage | null): Http2EndOfMessageEvent {
    const { session } = this;
    stream.fireReceived(MESSAGE["end-of-message"]);
    session.fire(stream, ON["receive-end-stream"]);
    const headers = trailers === null ? NO_FIELDS : trailers.headers;
    return { type: "end-of-message", streamId: stream.id, headers, offset: session.offset };
  }

  private promise(message: DecodedMessage): Given {
    const { session, promisedId: id } = this;
    const { streams } = session;
    if (id > session.lastServed) return null;
    streams.passTo(id);
    const parent = streams.get(this.blockStreamId);
    if (parent === undefined) {
      // The promise crossed the reset of its request: it is refused, without an event.
      session.streamError(id, "UNWANTED_PUSH");
      return null;
    }
    if (streams.remote + streams.reservedRemote >= session.concurrentStreams) {
      return session.streamError(id, "TOO_MANY_STREAMS");
    }
    const isSafe = message.method === "GET" || message.method === "HEAD";
    const fault = this.fault(message) ?? (isSafe && message.contentLength <= 0 ? null : "BAD_PROMISE");
    if (fault !== null) return session.streamError(id, fault);
    const stream = streams.open(id, false);
    streams.fire(stream, ON["receive-push-promise"]);
    stream.sent = ENDED;
    stream.isHead = message.method === "HEAD";
    return {
      type: "push-promise",
      streamId: parent.id,
      promisedStreamId: id,
      method: message.method as string,
      target: targetOf(message),
      scheme: message.scheme as string,
      authority: message.authority ?? "",
      protocol: message.protocol ?? undefined,
      headers: message.headers,
      offset: session.offset,
    };
  }
}

/** Returns the request's target. `path` is null in a CONNECT without protocol: its target is the authority. */
function targetOf(message: DecodedMessage): string {
  return message.path ?? (message.authority as string);
}
