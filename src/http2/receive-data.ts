// DATA (RFC 9113 6.1), the only frame that is not read whole: its content is handed out as it arrives, as views of the
// chunks that were fed.
import type { ErrorCode, RemoteProtocolError } from "../shared/errors.ts";
import { NO_FIELDS } from "../shared/header-fields.ts";
import type { ReceiveBuffer } from "../shared/receive-buffer.ts";
import type { Http2ReceivedEvent } from "./events.ts";
import { describeFrame, END_STREAM, type FrameHeader, frameFault, PADDED } from "./frames.ts";
import type { MessageReceiver } from "./receive-messages.ts";
import type { Session } from "./session.ts";
import { BODY, CLOSED, ON, refusalIn, type Stream } from "./stream.ts";

/** The part of the payload that comes next. */
const PAD_LENGTH = 0;
const CONTENT = 1;
const PADDING = 2;
const NOTHING_LEFT = 3;

export class DataReader {
  private readonly session: Session;
  private readonly buffer: ReceiveBuffer;
  private readonly messages: MessageReceiver;
  private part = NOTHING_LEFT;
  private readonly frame: FrameHeader;
  /** Octets charged to the windows: those of the payload, or 0 when it is not DATA's. */
  private charged = 0;
  /** The frame's stream; null when the payload is thrown away. */
  private stream: Stream | null = null;
  /** Octets of the content and of the padding that have not been read yet. */
  private contentLeft = 0;
  private paddingLeft = 0;
  /** Octets of the content that were handed out. */
  private delivered = 0;

  constructor(session: Session, buffer: ReceiveBuffer, frame: FrameHeader, messages: MessageReceiver) {
    this.session = session;
    this.buffer = buffer;
    this.frame = frame;
    this.messages = messages;
  }

  /** True when the whole payload has been read. */
  get isOver(): boolean {
    return this.part === NOTHING_LEFT;
  }

  /**
   * Begins a DATA frame whose header was read. The whole payload, padding included, is charged to the windows
   * (RFC 9113 6.1).
   */
  begin(): Http2ReceivedEvent | null {
    const { session, frame } = this;
    const { length } = frame;
    const fault = frameFault(frame);
    if (fault !== null) throw this.fault(fault);
    const isPadded = frame.has(PADDED);
    if (isPadded && length === 0) throw this.fault("BAD_FRAME_LENGTH");
    if (length > session.windows.window) {
      throw this.fault(length > session.local.maxFrameSize ? "FRAME_TOO_LARGE" : "WINDOW_EXCEEDED");
    }
    session.windows.window -= length;
    this.charged = length;
    this.delivered = 0;
    this.stream = null;
    if (!isPadded) return this.admit(length, 0);
    this.part = PAD_LENGTH;
    return null;
  }

  /** Throws away a payload that is not DATA's: nothing is charged to the windows. */
  skip(): void {
    this.charged = 0;
    this.delivered = 0;
    this.stream = null;
    this.part = PADDING;
    this.paddingLeft = this.frame.length;
  }

  /** Takes one step: returns an event, null when the step gave none, undefined when more octets are needed. */
  read(): Http2ReceivedEvent | null | undefined {
    if (this.part === CONTENT) return this.readContent();
    return this.part === PADDING ? this.readPadding() : this.readPadLength();
  }

  /**
   * Padding as long as the payload or longer is a connection error, even in a frame that is thrown away (RFC 9113 6.1).
   */
  private readPadLength(): Http2ReceivedEvent | null | undefined {
    const { buffer, session } = this;
    const { length } = this.frame;
    if (buffer.fresh() === 0) return undefined;
    const padding = buffer.octetAt(0) as number;
    buffer.consume(1);
    if (padding >= length) throw session.fault("BAD_PADDING");
    return this.admit(length - 1 - padding, padding);
  }

  /** Checks that the stream may receive DATA now. If it may not, the content is read as if it were padding. */
  private admit(content: number, padding: number): Http2ReceivedEvent | null {
    const { session } = this;
    const { length, streamId } = this.frame;
    this.contentLeft = 0;
    this.paddingLeft = content + padding;
    this.part = PADDING;
    const stream = session.streams.get(streamId) ?? null;
    if (stream === null) return this.messages.lateFrame(streamId);
    if (!stream.allows(ON["receive-data"])) {
      const { scope, code } = refusalIn(stream.state);
      if (scope === "connection") throw this.fault(code);
      return session.streamError(streamId, code);
    }
    if (length > session.local.maxFrameSize) return session.streamError(streamId, "FRAME_TOO_LARGE");
    // An empty frame is always allowed (RFC 9113 6.9.1), even when a lowered window is negative.
    if (length > 0 && length > session.windows.windowOf(stream))
      return session.streamError(streamId, "WINDOW_EXCEEDED");
    if (stream.received !== BODY) return session.streamError(streamId, "UNEXPECTED_FRAME");
    stream.receiveDelta -= length;
    this.stream = stream;
    this.contentLeft = content;
    this.paddingLeft = padding;
    return this.beginContent(stream, content);
  }

  /** Checks the content against Content-Length and `maxBodyBytes` before any of it is handed out. */
  private beginContent(stream: Stream, content: number): Http2ReceivedEvent | null {
    const { session } = this;
    const endsStream = this.frame.has(END_STREAM);
    this.part = CONTENT;
    stream.bodyOctets += content;
    const { owed, bodyOctets } = stream;
    if (owed >= 0 && (content > owed || (endsStream && content < owed)))
      return this.refuseContent("CONTENT_LENGTH_MISMATCH");
    if (bodyOctets > session.limits.maxBodyBytes) return this.refuseContent("BODY_TOO_LARGE");
    if (owed >= 0) stream.owed = owed - content;
    if (content === 0 && !endsStream) session.budgets.spendUseless();
    return null;
  }

  private refuseContent(code: ErrorCode): Http2ReceivedEvent {
    return this.session.refuse(this.frame.streamId, code, this.frame.has(END_STREAM));
  }

  private readContent(): Http2ReceivedEvent | null | undefined {
    const { buffer, session } = this;
    const stream = this.stream as Stream;
    if (this.contentLeft === 0 || stream.state === CLOSED) {
      this.paddingLeft += this.contentLeft;
      this.part = PADDING;
      return this.readPadding();
    }
    const fresh = buffer.fresh();
    if (fresh === 0) return undefined;
    const count = Math.min(fresh, this.contentLeft);
    this.contentLeft -= count;
    this.delivered += count;
    session.windows.hold(stream, count);
    const { offset } = buffer;
    return { type: "data", streamId: stream.id, data: buffer.view(count), offset };
  }

  private readPadding(): Http2ReceivedEvent | null | undefined {
    const { buffer } = this;
    while (this.paddingLeft > 0) {
      const fresh = buffer.fresh();
      if (fresh === 0) return undefined;
      const count = Math.min(fresh, this.paddingLeft);
      buffer.consume(count);
      this.paddingLeft -= count;
    }
    this.part = NOTHING_LEFT;
    return this.end();
  }

  private end(): Http2ReceivedEvent | null {
    const { session, stream, charged } = this;
    this.stream = null;
    // In manual mode only the octets that were not handed out are credited automatically.
    const free = session.configuration.manual ? charged - this.delivered : charged;
    const isGone = stream === null || stream.state === CLOSED;
    if (free > 0) session.windows.giveBack(isGone ? null : stream, free);
    if (isGone || !this.frame.has(END_STREAM)) return null;
    return this.messages.finish(stream, NO_FIELDS);
  }

  /** Makes the error for a fault of this frame, with a description of its header. */
  private fault(code: ErrorCode): RemoteProtocolError {
    return this.session.fault(code, { seen: describeFrame(this.frame) });
  }
}
