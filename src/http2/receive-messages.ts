// Messages: what a whole header block means for its stream (RFC 9113 8). Every block is decoded, even one whose stream is
// refused or ignored: the table must stay in step.
import type { ErrorCode } from "../shared/errors.ts";
import { type HeaderFields, NO_FIELDS } from "../shared/header-fields.ts";
import { NO_OCTETS } from "../shared/receive-buffer.ts";
import type { Http2EndOfMessageEvent, Http2ReceivedEvent } from "./events.ts";
import { HIGHEST_STREAM_ID } from "./frames.ts";
import type { DecodedMessage, MessageKind } from "./hpack-types.ts";
import { parsePriority } from "./priority.ts";
import type { Session } from "./session.ts";
import { ENDED, HEAD, MESSAGE, ON, refusalIn, type Stream } from "./stream.ts";
import { IS_IDLE, WAS_RESET_BY_PEER, WAS_RESET_HERE } from "./streams.ts";

/** The events that a frame gives: one, several, or none. */
export type Given = Http2ReceivedEvent | Http2ReceivedEvent[] | null;

/** What the first frame of a header block says. */
export interface BlockHead {
  readonly streamId: number;
  /** The stream that a PUSH_PROMISE promises; otherwise 0. */
  readonly promisedId: number;
  readonly endsStream: boolean;
  /** The stream depends on itself, by RFC 7540's priorities. */
  readonly isSelfDependent: boolean;
}

export class MessageReceiver {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  readBlock(octets: Uint8Array, block: BlockHead): Given {
    const { session } = this;
    const { streamId: id } = block;
    if (block.promisedId > 0) return this.promise(block, this.decode(octets, "request"));
    const stream = session.streams.get(id);
    if (stream !== undefined) return this.onStream(stream, block, octets);
    const message = this.decode(octets, session.isServer ? "request" : "response");
    const isNew = session.isServer && session.streams.fateOf(id) === IS_IDLE && id <= session.lastServed;
    if (!isNew) return this.lateFrame(id);
    const given = this.request(block, message);
    if (id === HIGHEST_STREAM_ID) this.sayLast();
    return given;
  }

  private decode(block: Uint8Array, kind: MessageKind): DecodedMessage {
    const { session } = this;
    const message = session.decoder.decodeMessage(block, kind, session.limits);
    if (message.fault !== null) throw session.fault(message.fault);
    return message;
  }

  /** Returns the stream error of a message that cannot be accepted, or null. */
  private fault(block: BlockHead, message: DecodedMessage): ErrorCode | null {
    if (message.tooLarge) return "FIELDS_TOO_LARGE";
    if (block.isSelfDependent) return "SELF_DEPENDENCY";
    if (message.malformed !== null) return message.malformed;
    const isExtended = message.protocol !== null;
    return isExtended && !this.session.takesExtendedConnect ? "EXTENDED_CONNECT_NOT_ENABLED" : null;
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

  // --- heads ---------------------------------------------------------------------------------------------------------------

  private request(block: BlockHead, message: DecodedMessage): Given {
    const { session } = this;
    const { streams } = session;
    const { streamId: id, endsStream } = block;
    // A peer that reads no responses causes no more of them.
    session.budgets.checkQueued(0);
    streams.passTo(id);
    if (streams.remote >= session.concurrentStreams) return session.streamError(id, "TOO_MANY_STREAMS");
    const isShort = endsStream && message.contentLength > 0;
    const fault = this.fault(block, message) ?? (isShort ? "CONTENT_LENGTH_MISMATCH" : null);
    if (fault !== null) return session.refuse(id, fault, endsStream);
    const stream = streams.open(id, false);
    streams.fire(stream, ON["receive-headers"]);
    stream.fireReceived(MESSAGE.request);
    stream.noteMethod(message.method as string);
    stream.owed = stream.requestLength(message.contentLength);
    this.prioritize(stream, message);
    const event: Http2ReceivedEvent = {
      type: "request",
      streamId: id,
      method: message.method as string,
      target: targetOf(message),
      scheme: message.scheme ?? "",
      authority: message.authority ?? "",
      protocol: message.protocol ?? undefined,
      sensitive: message.sensitiveParts,
      httpVersion: "2",
      headers: message.headers,
      offset: session.offset,
    };
    return endsStream ? [event, this.finish(stream, NO_FIELDS)] : event;
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

  private onStream(stream: Stream, block: BlockHead, octets: Uint8Array): Given {
    const { session } = this;
    const { id } = stream;
    const { endsStream } = block;
    const isHead = stream.received === HEAD;
    const message = this.decode(octets, isHead ? "response" : "trailers");
    if (!stream.allows(ON["receive-headers"])) return session.streamError(id, refusalIn(stream.state).code);
    const fault = this.fault(block, message);
    if (fault !== null) return session.refuse(id, fault, endsStream);
    if (isHead) return this.response(stream, endsStream, message);
    // A tunnel has no trailers (RFC 9113 8.5).
    if (stream.isTunnel) return session.streamError(id, "UNEXPECTED_FRAME");
    if (!endsStream) return session.refuse(id, "TRAILERS_WITHOUT_END", false);
    if (stream.owed > 0) return session.refuse(id, "CONTENT_LENGTH_MISMATCH", true);
    return this.finish(stream, message.headers);
  }

  private response(stream: Stream, endsStream: boolean, message: DecodedMessage): Given {
    const { session } = this;
    const { status, headers } = message;
    const { id: streamId } = stream;
    const { offset } = session;
    if (status < 200) {
      if (endsStream) return session.refuse(streamId, "INFORMATIONAL_WITH_END", true);
      if (++stream.informational > session.limits.maxInformationalResponses) {
        return session.refuse(streamId, "TOO_MANY_INFORMATIONAL_RESPONSES", false);
      }
      stream.fireReceived(MESSAGE["informational-response"]);
      session.fire(stream, ON["receive-headers"]);
      return { type: "informational-response", streamId, status, reason: "", httpVersion: "2", headers, offset };
    }
    stream.isTunnel = stream.opensTunnel(status);
    stream.owed = stream.responseLength(status, message.contentLength);
    if (endsStream && stream.owed > 0) return session.refuse(streamId, "CONTENT_LENGTH_MISMATCH", true);
    stream.fireReceived(MESSAGE.response);
    session.fire(stream, ON["receive-headers"]);
    const event: Http2ReceivedEvent = {
      type: "response",
      streamId,
      status,
      reason: "",
      httpVersion: "2",
      headers,
      offset,
    };
    return endsStream ? [event, this.finish(stream, NO_FIELDS)] : event;
  }

  private promise(block: BlockHead, message: DecodedMessage): Given {
    const { session } = this;
    const { streams } = session;
    const { promisedId: id } = block;
    if (id > session.lastServed) return null;
    streams.passTo(id);
    const parent = streams.get(block.streamId);
    if (parent === undefined) {
      // The promise crossed the reset of its request: it is refused, without an event.
      session.streamError(id, "UNWANTED_PUSH");
      return null;
    }
    if (streams.remote + streams.reservedRemote >= session.concurrentStreams) {
      return session.streamError(id, "TOO_MANY_STREAMS");
    }
    const isSafe = message.method === "GET" || message.method === "HEAD";
    const fault = this.fault(block, message) ?? (isSafe && message.contentLength <= 0 ? null : "BAD_PROMISE");
    if (fault !== null) return session.streamError(id, fault);
    const stream = streams.open(id, false);
    streams.fire(stream, ON["receive-push-promise"]);
    stream.sent = ENDED;
    stream.noteMethod(message.method as string);
    return {
      type: "push-promise",
      streamId: parent.id,
      promisedStreamId: id,
      method: message.method as string,
      target: targetOf(message),
      scheme: message.scheme as string,
      authority: message.authority ?? "",
      protocol: message.protocol ?? undefined,
      sensitive: message.sensitiveParts,
      headers: message.headers,
      offset: session.offset,
    };
  }

  // --- ends ----------------------------------------------------------------------------------------------------------------

  /** Completes the received message of a stream with these trailers. */
  finish(stream: Stream, trailers: HeaderFields): Http2EndOfMessageEvent {
    const { session } = this;
    stream.fireReceived(MESSAGE["end-of-message"]);
    session.fire(stream, ON["receive-end-stream"]);
    return { type: "end-of-message", streamId: stream.id, headers: trailers, offset: session.offset };
  }
}

/** Returns the request's target. `path` is null in a CONNECT without protocol: its target is the authority. */
function targetOf(message: DecodedMessage): string {
  return message.path ?? (message.authority as string);
}
