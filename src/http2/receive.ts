// Octets in, events out: reads one frame after another, DATA as it arrives and every other frame once it is whole. What
// the frames mean is in receive-data.ts, receive-blocks.ts and receive-control.ts.
import type { ErrorCode, RemoteProtocolError } from "../shared/errors.ts";
import { NO_FIELDS } from "../shared/header-fields.ts";
import { compileEvents, indexes, REFUSED } from "../shared/machine.ts";
import { NEED_DATA } from "../shared/need-data.ts";
import { ReceiveBuffer } from "../shared/receive-buffer.ts";
import { ON_READING, READING_STATES, READING_TRIGGERS } from "./connection-states.ts";
import type { Http2ConnectionClosedEvent, Http2Event, Http2ReceivedEvent } from "./events.ts";
import {
  ACK,
  ALTSVC,
  CONTINUATION,
  DATA,
  describeFrame,
  END_HEADERS,
  FRAME_HEADER_SIZE,
  FrameHeader,
  frameFault,
  GOAWAY,
  HEADERS,
  ORIGIN,
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
import { BlockReader } from "./receive-blocks.ts";
import { ControlReader } from "./receive-control.ts";
import { DataReader } from "./receive-data.ts";
import { MessageReceiver } from "./receive-messages.ts";
import type { Session } from "./session.ts";
import type { SettingEntry } from "./settings.ts";
import type { Stream } from "./stream.ts";

const READINGS = compileEvents(READING_STATES, READING_TRIGGERS, ON_READING);
const COLUMNS = READING_TRIGGERS.length;
const {
  preface: PREFACE_FIRST,
  settings: SETTINGS_FIRST,
  frames: FRAMES,
  "header-block": HEADER_BLOCK,
  closed: CLOSED_BY_PEER,
} = indexes(READING_STATES);
const ON_READ = indexes(READING_TRIGGERS);

/** The part of a frame that comes next. */
const HEADER = 0;
const PAYLOAD = 1;
/** A payload that is not read whole: DATA, or one that is thrown away. */
const STREAMED = 2;

export class Receiver {
  readonly buffer = new ReceiveBuffer();
  private readonly session: Session;
  private readonly messages: MessageReceiver;
  private readonly blocks: BlockReader;
  private readonly control: ControlReader;
  private readonly data: DataReader;
  private reading: number;
  /** Octets of the preface received so far. */
  private prefaceLength = 0;
  /** The frame being read: its header, and which part comes next. */
  private readonly frame = new FrameHeader();
  private part = HEADER;
  /** Events waiting to be returned, when a frame gave several. */
  private events: Http2ReceivedEvent[] | null = null;
  private nextOfEvents = 0;
  private closed: Http2ConnectionClosedEvent | null = null;

  constructor(session: Session) {
    this.session = session;
    this.messages = new MessageReceiver(session);
    this.blocks = new BlockReader(session, this.messages);
    this.control = new ControlReader(session);
    this.data = new DataReader(session, this.buffer, this.frame, this.messages);
    this.reading = session.isServer ? PREFACE_FIRST : SETTINGS_FIRST;
  }

  /** Returns the next event. @throws RemoteProtocolError */
  read(): Http2Event {
    const { scheduler } = this.session;
    while (true) {
      if (this.events !== null) return this.takeEvent();
      if (scheduler.drained !== null) return this.tellDrained(scheduler.drained);
      const event = this.step();
      if (event === undefined) return this.noEvent();
      if (event !== null) return event;
    }
  }

  /** Stops reading for good, and drops what is buffered. */
  stop(): void {
    if (this.reading < CLOSED_BY_PEER) this.reading = READINGS[this.reading * COLUMNS + ON_READ.fault] as number;
    this.buffer.clear();
    this.part = HEADER;
    this.events = null;
    this.nextOfEvents = 0;
  }

  /** Puts into effect the peer's settings that came with an h2c upgrade, not in a frame. */
  applyUpgraded(settings: readonly SettingEntry[]): void {
    this.control.apply(settings);
  }

  /** Queues an event that no frame gave. */
  give(event: Http2ReceivedEvent): void {
    this.events ??= [];
    this.events.push(event);
  }

  /** Completes the received message of a stream, where no frame does; returns its event. */
  endMessage(stream: Stream): Http2ReceivedEvent {
    return this.messages.finish(stream, NO_FIELDS);
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
    const { scheduler, offset } = this.session;
    scheduler.drained = null;
    this.events = ids.map((streamId) => ({ type: "drain", streamId, offset }));
    return this.takeEvent();
  }

  /** Takes one step: returns an event, null when the step gave none, undefined when more octets are needed. */
  private step(): Http2ReceivedEvent | null | undefined {
    if (this.part === HEADER) return this.readHeader();
    return this.part === PAYLOAD ? this.readPayload() : this.readStreamed();
  }

  // --- frame headers -----------------------------------------------------------------------------------------------------

  private readHeader(): Http2ReceivedEvent | null | undefined {
    const { buffer, session, frame } = this;
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
    frame.length = ((octets[at] as number) << 16) | ((octets[at + 1] as number) << 8) | (octets[at + 2] as number);
    frame.type = octets[at + 3] as number;
    frame.flags = octets[at + 4] as number;
    frame.streamId = readU31(octets, at + 5);
    buffer.consume(FRAME_HEADER_SIZE);
    this.checkOrder();
    if (frame.type === DATA) {
      this.part = STREAMED;
      return this.data.begin();
    }
    if (frame.length > session.local.maxFrameSize) return this.refuse("FRAME_TOO_LARGE");
    const fault = frameFault(frame);
    if (fault !== null) return this.refuse(fault);
    this.part = PAYLOAD;
    return null;
  }

  /** Checks that this frame may come now. */
  private checkOrder(): void {
    const { reading, frame } = this;
    const { type } = frame;
    const isEnd = frame.has(END_HEADERS);
    let trigger = ON_READ["other-frame"];
    if (reading === HEADER_BLOCK) {
      if (type !== CONTINUATION || frame.streamId !== this.blocks.streamId) throw this.fault("CONTINUATION_EXPECTED");
      trigger = isEnd ? ON_READ["block-ends"] : ON_READ.continuation;
    } else if (type === SETTINGS) {
      if (reading === SETTINGS_FIRST && frame.has(ACK)) throw this.fault("SETTINGS_EXPECTED");
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

  /** Refuses a frame that its header proves wrong. A bad length of PRIORITY is only a stream error (RFC 9113 6.3). */
  private refuse(fault: ErrorCode): Http2ReceivedEvent {
    const { session, frame } = this;
    if (frame.type !== PRIORITY || fault === "BAD_STREAM_ID") throw this.fault(fault);
    this.part = STREAMED;
    this.data.skip();
    return session.streamError(frame.streamId, fault);
  }

  /** Makes the error for a fault of the frame being read, with a description of its header. */
  private fault(code: ErrorCode): RemoteProtocolError {
    return this.session.fault(code, { seen: describeFrame(this.frame) });
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

  /** Copies the octets of an element that is split across chunks. Returns true once there are `count`. */
  private absorb(count: number): boolean {
    const { buffer } = this;
    while (buffer.partialLength < count) {
      const fresh = buffer.fresh();
      if (fresh === 0) return false;
      buffer.absorb(Math.min(fresh, count - buffer.partialLength));
    }
    return true;
  }

  private readStreamed(): Http2ReceivedEvent | null | undefined {
    const event = this.data.read();
    if (this.data.isOver) this.part = HEADER;
    return event;
  }

  // --- frames that are read whole ----------------------------------------------------------------------------------------

  private readPayload(): Http2ReceivedEvent | null | undefined {
    const { buffer, frame } = this;
    const { length } = frame;
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
    const { control, blocks, frame } = this;
    switch (frame.type) {
      case HEADERS:
        return blocks.readHeaders(octets, at, frame);
      case CONTINUATION:
        return blocks.readContinuation(octets, at, frame);
      case PUSH_PROMISE:
        return blocks.readPushPromise(octets, at, frame);
      case PRIORITY:
        return control.readPriority(octets, at, frame);
      case RST_STREAM:
        return control.readReset(octets, at, frame);
      case SETTINGS:
        return control.readSettings(octets, at, frame);
      case PING:
        return control.readPing(octets, at, frame);
      case GOAWAY:
        return control.readGoaway(octets, at, frame);
      case WINDOW_UPDATE:
        return control.readWindowUpdate(octets, at, frame);
      case ALTSVC:
        return control.readAlternativeService(octets, at, frame);
      case ORIGIN:
        return control.readOrigin(octets, at, frame);
      case PRIORITY_UPDATE:
        return control.readPriorityUpdate(octets, at, frame);
      default:
        return control.readUnknown(octets, at, frame);
    }
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

  /** Ends reading at the end of the input. An input that is cut off within a frame or a header block is an error. */
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
