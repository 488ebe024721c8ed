/** Octets to frames, in hyper-h2 and, with rules, in ours: what is wrong with a frame by itself. */

import { LARGEST } from "./model-machine.ts";
import { type Event, Fault, FRAME_SIZE_ERROR, PROTOCOL_ERROR, StreamsModel } from "./model-streams.ts";
import type { Rule } from "./rules.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** A frame as it was received, its header block whole. */
export interface Received {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
  /** Without padding and priority. */
  content: Buffer;
  /** The stream it depends on, or that it promises. */
  dependence: number | null;
  isTooLong?: boolean;
}

export const [
  DATA,
  HEADERS,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  PUSH_PROMISE,
  PING,
  GOAWAY,
  WINDOW_UPDATE,
  CONTINUATION,
  ALTSVC,
] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
export const [ORIGIN, PRIORITY_UPDATE] = [12, 16];
const HAS_STREAM = new Set([DATA, HEADERS, PRIORITY, RST_STREAM, PUSH_PROMISE, CONTINUATION]);
const NO_STREAM = new Set([SETTINGS, PING, GOAWAY]);

export abstract class ReadingModel extends StreamsModel {
  private preface = "";
  private input = Buffer.alloc(0);
  private header: Received[] = [];
  /** Has the peer's first frame been seen? */
  private begun = false;
  /** The code of the error that ended everything. */
  protected dead: number | null = null;
  /** Did we say GOAWAY with an error? */
  protected terminated = false;

  protected abstract process(frame: Received): Event[];

  expectPreface(): void {
    if (!this.client) this.preface = PREFACE;
  }

  // ---------------------------------------------------------------- octets

  /** One read. hyper-h2 loses its events when it ends in an error. */
  receive(octets: Buffer): void {
    if (this.terminated) return;
    if (this.dead !== null && this.applies("nothing-after-the-fatal-error")) throw new Fault(this.dead);
    const before = this.events.length;
    try {
      this.read(octets);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.dead ??= error.code;
      if (this.rules.has("nothing-after-the-fatal-error")) this.closeAll();
      if (this.events.length > before && !this.applies("events-before-the-error")) this.events.length = before;
      throw error;
    }
  }

  private read(octets: Buffer): void {
    if (!this.store(octets)) {
      if (this.applies("wrong-preface-is-answered")) this.terminate(PROTOCOL_ERROR);
      throw new Fault(PROTOCOL_ERROR);
    }
    const most = this.maxFrameIn;
    this.events.push(...this.drained());
    try {
      for (let frame = this.nextFrame(most); frame !== null; frame = this.nextFrame(most)) {
        if (frame !== "part") this.events.push(...this.process(frame), ...this.drained());
        this.noticeEnd();
      }
    } catch (error) {
      if (error instanceof Fault) this.terminate(error.code);
      throw error;
    }
  }

  private terminate(code: number): void {
    this.state = "CLOSED";
    this.queue.push(["GOAWAY", this.highestIn, code, ""]);
  }

  private store(octets: Buffer): boolean {
    const begun = octets.subarray(0, this.preface.length);
    if (begun.toString("latin1") !== this.preface.slice(0, begun.length)) return false;
    this.preface = this.preface.slice(begun.length);
    this.input = Buffer.concat([this.input, octets.subarray(begun.length)]);
    return true;
  }

  private nextFrame(most: number): Received | "part" | null {
    const { input } = this;
    if (input.length < 9) return null;
    const length = input.readUIntBE(0, 3);
    const type = input[3] as number;
    const flags = input[4] as number;
    const stream = input.readUInt32BE(5) % 2 ** 31;
    const settings = type === SETTINGS && (flags & 1) === 0;
    if (!this.begun && !settings && this.applies("first-frame-is-settings")) throw new Fault(PROTOCOL_ERROR);
    this.begun = true;
    if (stream === 0 ? HAS_STREAM.has(type) : NO_STREAM.has(type)) throw new Fault(PROTOCOL_ERROR);
    if (input.length < 9 + length) return null;
    const isTooLong = length > most;
    if (isTooLong && !(type === DATA && this.applies("data-too-long-is-a-stream-error")))
      throw new Fault(FRAME_SIZE_ERROR);
    const frame = this.parsed(type, flags, stream, input.subarray(9, 9 + length));
    this.input = input.subarray(9 + length);
    frame.isTooLong = isTooLong;
    return this.joined(frame);
  }

  private parsed(type: number, flags: number, stream: number, payload: Buffer): Received {
    const { length } = payload;
    const size = (wrong: boolean) => {
      if (wrong) throw new Fault(FRAME_SIZE_ERROR);
    };
    const refuse = (is: boolean, rule?: Rule, code = PROTOCOL_ERROR) => {
      if (is) throw new Fault(rule !== undefined && this.applies(rule) ? code : PROTOCOL_ERROR);
    };
    const frame: Received = { type, flags, stream, payload, content: payload, dependence: null };
    this.unpad(frame);
    if (type === PRIORITY && length === 5) frame.dependence = payload.readUInt32BE(0) % 2 ** 31;
    else size(type === PRIORITY && !this.applies("size-of-priority-is-a-stream-error"));
    size(type === RST_STREAM && length !== 4);
    size(type === PING && length !== 8);
    size(type === GOAWAY && length < 8);
    size(type === WINDOW_UPDATE && length !== 4);
    if (type === WINDOW_UPDATE) this.checkIncrement(stream, payload.readUInt32BE(0));
    refuse(type === SETTINGS && flags % 2 === 1 && length > 0, "acknowledgement-with-payload", FRAME_SIZE_ERROR);
    size(type === SETTINGS && length % 6 !== 0);
    size(type === ALTSVC && (length < 2 || payload.readUInt16BE(0) > length - 2));
    return frame;
  }

  private checkIncrement(stream: number, increment: number): void {
    if (increment > LARGEST && !this.applies("reserved-bit-is-ignored")) throw new Fault(PROTOCOL_ERROR);
    if (increment % 2 ** 31 > 0) return;
    if (stream === 0 || !this.applies("increment-0-is-a-stream-error")) throw new Fault(PROTOCOL_ERROR);
  }

  private unpad(frame: Received): void {
    const { type, flags, payload } = frame;
    if (type !== DATA && type !== HEADERS && type !== PUSH_PROMISE) return;
    const isPadded = (flags & 8) !== 0;
    if (isPadded && payload.length === 0) throw new Fault(FRAME_SIZE_ERROR);
    const pad = isPadded ? (payload[0] as number) : 0;
    let content = isPadded ? payload.subarray(1) : payload;
    let room = type === HEADERS ? content.length : payload.length;
    const before = type === PUSH_PROMISE ? 4 : type === HEADERS && flags & 32 ? 5 : 0;
    if (content.length < before) throw new Fault(FRAME_SIZE_ERROR);
    if (before > 0) frame.dependence = content.readUInt32BE(0);
    if (before === 5) frame.dependence = (frame.dependence as number) % 2 ** 31;
    content = content.subarray(before);
    if (before === 4 && (frame.dependence === 0 || (frame.dependence as number) % 2 === 1))
      throw new Fault(PROTOCOL_ERROR);
    // Of HEADERS hyper-h2 counts the priority as room, and padding that takes all of it as too much.
    if (type === HEADERS && pad > 0 && pad >= room !== pad > content.length) {
      if (this.applies("padding-up-to-the-fragment")) room = content.length + 1;
    }
    if (pad > 0 && pad >= room) throw new Fault(PROTOCOL_ERROR);
    frame.content = content.subarray(0, Math.max(0, content.length - pad));
  }

  /** A header block is one frame, its CONTINUATIONs included. */
  private joined(frame: Received): Received | "part" {
    const [first] = this.header;
    if (first === undefined) {
      const begins = (frame.type === HEADERS || frame.type === PUSH_PROMISE) && !(frame.flags & 4);
      if (!begins) return frame;
      this.header.push(frame);
      return "part";
    }
    if (frame.type !== CONTINUATION || frame.stream !== first.stream) throw new Fault(PROTOCOL_ERROR);
    this.header.push(frame);
    if (this.header.length > 64) throw new Fault(PROTOCOL_ERROR);
    if (!(frame.flags & 4)) return "part";
    first.content = Buffer.concat(this.header.map(({ content }) => content));
    this.header = [];
    return first;
  }
}
