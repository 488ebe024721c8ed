// Octets in, events out: frames one after the other, DATA as it comes, everything else once it is whole. What a frame means
// is said in receive-messages.ts and receive-control.ts.
import type { ErrorCode, RemoteProtocolError } from "../shared/errors.ts";
import { NO_FIELDS } from "../shared/header-fields.ts";
import { compileEvents, REFUSED } from "../shared/machine.ts";
import { NEED_DATA } from "../shared/need-data.ts";
import { ReceiveBuffer } from "../shared/receive-buffer.ts";
import { ON_READING, READING_STATES, READING_TRIGGERS, type ReadingTrigger } from "./connection-states.ts";
import type { Http2ConnectionClosedEvent, Http2Event, Http2ReceivedEvent } from "./events.ts";
import {
  ALTSVC,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  FRAME_HEADER_SIZE,
  frameFault,
  GOAWAY,
  HEADERS,
  ORIGIN,
  PADDED,
  PING,
  PREFACE,
  PRIORITY,
  PRIORITY_UPDATE,
  PUSH_PROMISE,
  RST_STREAM,
  readU31,
  SETTINGS,
  WINDOW_UPDATE,
} from "./frames.ts";
import { ControlReader } from "./receive-control.ts";
import { BlockReader } from "./receive-messages.ts";
import type { Session } from "./session.ts";
import type { SettingEntry } from "./settings.ts";
import { BODY, CLOSED, MESSAGE, ON, refusalIn, type Stream } from "./stream.ts";

const READINGS = compileEvents(READING_STATES, READING_TRIGGERS, ON_READING);
const COLUMNS = READING_TRIGGERS.length;
const [PREFACE_FIRST, SETTINGS_FIRST, FRAMES, HEADER_BLOCK, CLOSED_BY_PEER] = [...READING_STATES.keys()] as [
  number,
  number,
  number,
  number,
  number,
];
const ON_READ = Object.fromEntries(READING_TRIGGERS.map((trigger, index) => [trigger, index])) as Record<
  ReadingTrigger,
  number
>;

/** What of a frame comes next. */
const HEADER = 0;
const PAYLOAD = 1;
const PAD_LENGTH = 2;
const CONTENT = 3;
const PADDING = 4;

export class Receiver {
  readonly buffer = new ReceiveBuffer();
  private readonly session: Session;
  private readonly messages: BlockReader;
  private readonly control: ControlReader;
  private reading: number;
  /** Octets of the preface that came. */
  private prefaceLength = 0;
  /** The frame that is being read. */
  private part = HEADER;
  private length = 0;
  private type = 0;
  private flags = 0;
  private streamId = 0;
  /** Of a DATA frame: its stream, null when its octets are thrown away; octets left of its content and of its padding. */
  private stream: Stream | null = null;
  private contentLeft = 0;
  private paddingLeft = 0;
  /** Octets of its content that were handed out. */
  private delivered = 0;
  /** Events of a frame that gave several. */
  private events: Http2ReceivedEvent[] | null = null;
  private nextOfEvents = 0;
  private closed: Http2ConnectionClosedEvent | null = null;

  constructor(session: Session) {
    this.session = session;
    this.messages = new BlockReader(session);
    this.control = new ControlReader(session);
    this.reading = session.isServer ? PREFACE_FIRST : SETTINGS_FIRST;
  }

  /** The next event. @throws RemoteProtocolError */
  read(): Http2Event {
    const { session } = this;
    while (true) {
      if (this.events !== null) return this.takeEvent();
      if (session.drained !== null) return this.tellDrained(session.drained);
      const event = this.step();
      if (event === undefined) return this.noEvent();
      if (event !== null) return event;
    }
  }

  /** Nothing more is read or kept. */
  stop(): void {
    if (this.reading < CLOSED_BY_PEER) this.reading = READINGS[this.reading * COLUMNS + ON_READ.fault] as number;
    this.buffer.clear();
    this.part = HEADER;
    this.events = null;
    this.nextOfEvents = 0;
  }

  /** An upgraded connection: the peer's settings, which no frame brought, and events that no frame gave. */
  applyUpgraded(settings: readonly SettingEntry[]): void {
    this.control.apply(settings);
  }

  give(event: Http2ReceivedEvent): void {
    this.events ??= [];
    this.events.push(event);
  }

  endMessage(stream: Stream): Http2ReceivedEvent {
    return this.messages.finish(stream, null);
  }

  private takeEvent(): Http2ReceivedEvent {
    const events = this.events as Http2ReceivedEvent[];
    const event = events[this.nextOfEvents++] as Http2ReceivedEvent;
    if (this.nextOfEvents === events.length) {
      this.events = null;
      this.nextOfEvents = 0;
    }
    return event;
  }

  private tellDrained(ids: readonly number[]): Http2ReceivedEvent {
    const { session } = this;
    const { offset } = session;
    session.drained = null;
    this.events = ids.map((streamId) => ({ type: "drain", streamId, offset }));
    return this.takeEvent();
  }

  /** One step: an event, null when there was none in it, undefined when more octets are needed. */
  private step(): Http2ReceivedEvent | null | undefined {
    switch (this.part) {
      case HEADER:
        return this.readHeader();
      case PAYLOAD:
        return this.readPayload();
      case PAD_LENGTH:
        return this.readPadLength();
      case CONTENT:
        return this.readContent();
      default:
        return this.readPadding();
    }
  }

  // --- the beginning of a frame ------------------------------------------------------------------------------------------

  private readHeader(): Http2ReceivedEvent | null | undefined {
    const { buffer, session } = this;
    if (this.reading === PREFACE_FIRST) return this.readPreface();
    if (this.reading >= CLOSED_BY_PEER) {
      buffer.clear();
      return undefined;
    }
    let octets = buffer.chunk;
    let at = buffer.position;
    if (buffer.partialLength > 0 || octets.length - at < FRAME_HEADER_SIZE) {
      if (!this.absorb(FRAME_HEADER_SIZE)) return undefined;
      octets = buffer.partial;
      at = 0;
    }
    session.offset = buffer.offset;
    this.length = ((octets[at] as number) << 16) | ((octets[at + 1] as number) << 8) | (octets[at + 2] as number);
    this.type = octets[at + 3] as number;
    this.flags = octets[at + 4] as number;
    this.streamId = readU31(octets, at + 5);
    buffer.consume(FRAME_HEADER_SIZE);
    this.checkOrder();
    if (this.type === DATA) return this.beginData();
    if (this.length > session.local.maxFrameSize) return this.refuse("FRAME_TOO_LARGE");
    const fault = frameFault(this.type, this.length, this.streamId);
    if (fault !== null) return this.refuse(fault);
    this.part = PAYLOAD;
    return null;
  }

  /** May this frame come now? */
  private checkOrder(): void {
    const { reading, type } = this;
    const isEnd = (this.flags & END_HEADERS) !== 0;
    let trigger = ON_READ["other-frame"];
    if (reading === HEADER_BLOCK) {
      if (type !== CONTINUATION || this.streamId !== this.messages.blockStreamId)
        throw this.fault("CONTINUATION_EXPECTED");
      trigger = isEnd ? ON_READ["block-ends"] : ON_READ.continuation;
    } else if (type === SETTINGS) {
      if (reading === SETTINGS_FIRST && (this.flags & 1) !== 0) throw this.fault("SETTINGS_EXPECTED");
      trigger = ON_READ.settings;
    } else if ((type === HEADERS || type === PUSH_PROMISE) && !isEnd) {
      trigger = ON_READ["block-begins"];
    } else if (type === CONTINUATION) {
      throw this.fault(reading === FRAMES ? "UNEXPECTED_CONTINUATION" : "SETTINGS_EXPECTED");
    }
    const next = READINGS[reading * COLUMNS + trigger] as number;
    if (next === REFUSED) throw this.fault("SETTINGS_EXPECTED");
    this.reading = next;
  }

  /** A frame that is wrong by its header. Of PRIORITY the length is its stream's own matter (RFC 9113 6.3). */
  private refuse(fault: ErrorCode): Http2ReceivedEvent {
    const { session } = this;
    if (this.type !== PRIORITY || fault === "BAD_STREAM_ID") throw this.fault(fault);
    this.part = PADDING;
    this.stream = null;
    this.contentLeft = 0;
    this.paddingLeft = this.length;
    return session.streamError(this.streamId, fault);
  }

  /** A fault of the frame that is being read, with what its header says. */
  private fault(code: ErrorCode): RemoteProtocolError {
    const seen = `frame of type 0x${this.type.toString(16)}, ${this.length} octets, stream ${this.streamId}`;
    return this.session.fault(code, { seen });
  }

  private readPreface(): null | undefined {
    const { buffer, session } = this;
    while (this.prefaceLength < PREFACE.length) {
      if (buffer.fresh() === 0) return undefined;
      if (buffer.octetAt(0) !== PREFACE[this.prefaceLength]) {
        session.offset = buffer.offset;
        throw session.fault("BAD_PREFACE");
      }
      buffer.consume(1);
      this.prefaceLength++;
    }
    this.reading = READINGS[this.reading * COLUMNS + ON_READ.preface] as number;
    return null;
  }

  /** Copies octets of an element that is cut over chunks until there are `count`. */
  private absorb(count: number): boolean {
    const { buffer } = this;
    while (buffer.partialLength < count) {
      const fresh = buffer.fresh();
      if (fresh === 0) return false;
      buffer.absorb(Math.min(fresh, count - buffer.partialLength));
    }
    return true;
  }

  // --- frames that are read whole ----------------------------------------------------------------------------------------

  private readPayload(): Http2ReceivedEvent | null | undefined {
    const { buffer, length } = this;
    let octets = buffer.chunk;
    let at = buffer.position;
    if (buffer.partialLength > 0 || octets.length - at < length) {
      if (!this.absorb(length)) return undefined;
      octets = buffer.partial;
      at = 0;
    }
    const event = this.dispatch(octets, at);
    buffer.consume(length);
    this.part = HEADER;
    if (!Array.isArray(event)) return event;
    this.events = event;
    return null;
  }

  private dispatch(octets: Uint8Array, at: number): Http2ReceivedEvent | Http2ReceivedEvent[] | null {
    const { control, messages, length, flags, streamId } = this;
    switch (this.type) {
      case HEADERS:
        return messages.readHeaders(octets, at, length, flags, streamId);
      case CONTINUATION:
        return messages.readContinuation(octets, at, length, flags);
      case PUSH_PROMISE:
        return messages.readPushPromise(octets, at, length, flags, streamId);
      case PRIORITY:
        return control.readPriority(octets, at, streamId);
      case RST_STREAM:
        return control.readReset(octets, at, streamId);
      case SETTINGS:
        return control.readSettings(octets, at, length, flags);
      case PING:
        return control.readPing(octets, at, flags);
      case GOAWAY:
        return control.readGoaway(octets, at, length);
      case WINDOW_UPDATE:
        return control.readWindowUpdate(octets, at, streamId);
      case ALTSVC:
        return control.readAlternativeService(octets, at, length, streamId);
      case ORIGIN:
        return control.readOrigin(octets, at, length, flags, streamId);
      case PRIORITY_UPDATE:
        return control.readPriorityUpdate(octets, at, length);
      default:
        return control.readUnknown(octets, at, length, this.type, flags, streamId);
    }
  }

  // --- DATA ----------------------------------------------------------------------------------------------------------------

  /** All of the payload is charged to the windows, padding included (RFC 9113 6.1). */
  private beginData(): Http2ReceivedEvent | null {
    const { session, length } = this;
    const fault = frameFault(DATA, length, this.streamId);
    if (fault !== null) throw this.fault(fault);
    const isPadded = (this.flags & PADDED) !== 0;
    if (isPadded && length === 0) throw this.fault("BAD_FRAME_LENGTH");
    if (length > session.window) {
      throw this.fault(length > session.local.maxFrameSize ? "FRAME_TOO_LARGE" : "WINDOW_EXCEEDED");
    }
    session.window -= length;
    this.delivered = 0;
    this.stream = null;
    if (!isPadded) return this.admit(length, 0);
    this.part = PAD_LENGTH;
    return null;
  }

  /** Of a frame that is thrown away, too: what is not shorter than its payload is an error (RFC 9113 6.1). */
  private readPadLength(): Http2ReceivedEvent | null | undefined {
    const { buffer, session, length } = this;
    if (buffer.fresh() === 0) return undefined;
    const padding = buffer.octetAt(0) as number;
    buffer.consume(1);
    if (padding >= length) throw session.fault("BAD_PADDING");
    return this.admit(length - 1 - padding, padding);
  }

  /** May there be DATA on the stream? Otherwise it is read like padding. */
  private admit(content: number, padding: number): Http2ReceivedEvent | null {
    const { session, length, streamId } = this;
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
    // Without octets it may always come (RFC 9113 6.9.1), even when a lowered window is negative.
    if (length > 0 && length > session.receiveWindow(stream)) return session.streamError(streamId, "WINDOW_EXCEEDED");
    if (stream.received !== BODY) return session.streamError(streamId, "UNEXPECTED_FRAME");
    stream.receiveDelta -= length;
    this.stream = stream;
    this.contentLeft = content;
    this.paddingLeft = padding;
    return this.beginContent(stream, content);
  }

  /** The octets of a body, counted before any of them is handed out. */
  private beginContent(stream: Stream, content: number): Http2ReceivedEvent | null {
    const { session } = this;
    const isEnd = (this.flags & END_STREAM) !== 0;
    this.part = CONTENT;
    stream.bodyOctets += content;
    const { owed, bodyOctets } = stream;
    if (owed >= 0 && (content > owed || (isEnd && content < owed)))
      return this.refuseContent("CONTENT_LENGTH_MISMATCH");
    if (bodyOctets > session.limits.maxBodyBytes) return this.refuseContent("BODY_TOO_LARGE");
    if (owed >= 0) stream.owed = owed - content;
    if (content === 0 && !isEnd) session.budgets.spendUseless();
    return null;
  }

  private refuseContent(code: ErrorCode): Http2ReceivedEvent {
    const status = code === "BODY_TOO_LARGE" ? 413 : this.messages.answer(400);
    return this.session.streamError(this.streamId, code, status, (this.flags & END_STREAM) !== 0);
  }

  private readContent(): Http2ReceivedEvent | null | undefined {
    const { buffer, session } = this;
    const stream = this.stream as Stream;
    if (this.contentLeft === 0 || stream.state === CLOSED) {
      this.paddingLeft += this.contentLeft;
      this.part = PADDING;
      return null;
    }
    const fresh = buffer.fresh();
    if (fresh === 0) return undefined;
    const count = Math.min(fresh, this.contentLeft);
    this.contentLeft -= count;
    this.delivered += count;
    if (session.configuration.manual) {
      stream.held += count;
      session.held += count;
    }
    const { offset } = buffer;
    return { type: "data", streamId: this.streamId, data: buffer.view(count), offset };
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
    this.part = HEADER;
    return this.type === DATA ? this.endData() : null;
  }

  private endData(): Http2ReceivedEvent | null {
    const { session, stream, length } = this;
    this.stream = null;
    // In manual mode only what was not handed out is given back by itself.
    const free = session.configuration.manual ? length - this.delivered : length;
    const isGone = stream === null || stream.state === CLOSED;
    if (free > 0) session.giveBack(isGone ? null : stream, free);
    if (isGone || (this.flags & END_STREAM) === 0) return null;
    stream.fireReceived(MESSAGE["end-of-message"]);
    session.fire(stream, ON["receive-end-stream"]);
    return { type: "end-of-message", streamId: stream.id, headers: NO_FIELDS, offset: session.offset };
  }

  // --- the end of the input --------------------------------------------------------------------------------------------

  private noEvent(): Http2Event {
    const { buffer } = this;
    if (this.closed !== null) return this.closed;
    if (!buffer.ended) return NEED_DATA;
    if (this.reading < CLOSED_BY_PEER) this.endReading();
    this.closed = { type: "connection-closed", offset: buffer.fed };
    return this.events === null ? this.closed : this.takeEvent();
  }

  /** The input ends between frames, or it is cut. */
  private endReading(): void {
    const { buffer, session } = this;
    const isCut =
      buffer.length > 0 || buffer.partialLength > 0 || this.part !== HEADER || this.reading === HEADER_BLOCK;
    const isPrefaceCut = this.prefaceLength > 0 && this.prefaceLength < PREFACE.length;
    session.offset = buffer.fed;
    if (isCut || isPrefaceCut) throw session.fault("INCOMPLETE_FRAME");
    this.reading = READINGS[this.reading * COLUMNS + ON_READ["end-of-input"]] as number;
    const events = this.control.endStreams();
    if (events.length > 0) this.events = events;
    session.end("end-of-input");
  }
}
