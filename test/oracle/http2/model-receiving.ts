/** hyper-h2's receiving side: octets to frames to events, with its errors. */

import { type Field, BlockFault, Blocks } from "./model-blocks.ts";
import { integerOf, isInformational, type Kind, received } from "./model-fields.ts";
import { CONNECTION, type ConnectionState, LARGEST, Receiving, STREAM, type StreamState } from "./model-machine.ts";

export type Event = [type: string, ...rest: unknown[]];
export type Frame = [type: string, ...rest: unknown[]];

export interface Answer {
  events?: Event[];
  frames?: Frame[];
  error?: string | number;
}

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

export const NO_ERROR = 0;
export const PROTOCOL_ERROR = 1;
export const FLOW_CONTROL_ERROR = 3;
export const STREAM_CLOSED = 5;
export const FRAME_SIZE_ERROR = 6;
export const REFUSED_STREAM = 7;
export const COMPRESSION_ERROR = 9;
export const ENHANCE_YOUR_CALM = 11;

type Reason = "no such stream" | "stream closed" | "id too low";

/** An error on its way up: of the connection, unless who catches it can tell a stream's from its reason. */
export class Fault extends Error {
  readonly code: number;
  readonly reason: Reason | undefined;
  readonly stream: number;
  readonly events: Event[];

  constructor(code: number, reason?: Reason, stream = 0, events: Event[] = []) {
    super(`${code} ${reason} ${stream}`);
    this.code = code;
    this.reason = reason;
    this.stream = stream;
    this.events = events;
  }
}

export type ClosedBy = "sent end" | "received end" | "sent reset" | "received reset" | null;

export class Stream {
  state: StreamState = "IDLE";
  /** Are we the client of this stream; null: not known yet. */
  client: boolean | null = null;
  headersSent = false;
  trailersSent = false;
  headersReceived = false;
  trailersReceived = false;
  closedBy: ClosedBy = null;
  method: string | null = null;
  authority: string | null = null;
  expected: number | null = null;
  actual = 0;
  out: number;
  readonly in: Receiving;
  readonly id: number;

  constructor(id: number, out: number, most: number) {
    this.id = id;
    this.out = out;
    this.in = new Receiving(most);
  }

  get open(): boolean {
    return this.state === "OPEN" || this.state.startsWith("HALF_CLOSED");
  }
}

/** A frame as it was received, its header block whole. */
interface Received {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
  /** Without padding and priority. */
  content: Buffer;
  dependence: number | null;
}

type Settings = Map<number, number[]>;

const [DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION, ALTSVC] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
];
const HAS_STREAM = new Set([DATA, HEADERS, PRIORITY, RST_STREAM, PUSH_PROMISE, CONTINUATION]);
const NO_STREAM = new Set([SETTINGS, PING, GOAWAY]);
const KNOWN = 10;

export function invalidSetting(id: number, value: number): number {
  if ((id === 2 || id === 8) && value > 1) return PROTOCOL_ERROR;
  if (id === 4 && value > LARGEST) return FLOW_CONTROL_ERROR;
  if (id === 5 && (value < 16384 || value > 16777215)) return PROTOCOL_ERROR;
  return 0;
}

export class ReceivingModel {
  readonly client: boolean;
  state: ConnectionState = "IDLE";
  readonly streams = new Map<number, Stream>();
  readonly closed = new Map<number, ClosedBy>();
  highestIn = 0;
  highestOut = 0;
  readonly ours: Settings;
  readonly theirs: Settings;
  out = 65535;
  readonly in = new Receiving(65535);
  maxFrameOut = 16384;
  maxFrameIn = 16384;
  readonly blocks = new Blocks();
  queue: Frame[] = [];
  events: Event[] = [];
  private preface: string;
  private input = Buffer.alloc(0);
  private header: Received[] = [];

  constructor(role: "client" | "server", settings: Record<string, number> = {}) {
    this.client = role === "client";
    this.preface = this.client ? "" : PREFACE;
    const defaults = (client: boolean): Settings =>
      new Map([[1, [4096]], [2, [client ? 1 : 0]], [4, [65535]], [5, [16384]], [8, [0]]]);
    this.ours = defaults(this.client);
    for (const [id, value] of Object.entries({ 3: 100, 6: 65536, ...settings })) this.ours.set(Number(id), [value]);
    this.theirs = defaults(!this.client);
  }

  ourSetting(id: number): number {
    return (this.ours.get(id) as number[])[0] as number;
  }

  theirSetting(id: number): number | undefined {
    return this.theirs.get(id)?.[0];
  }

  // ---------------------------------------------------------------- both machines

  step(input: string): void {
    const next = CONNECTION[this.state]?.[input];
    this.state = (next ?? "CLOSED") as ConnectionState;
    if (next === undefined) throw new Fault(PROTOCOL_ERROR);
  }

  /** What the tables cannot say is here: facts that are kept, and faults that close the stream. */
  stepStream(stream: Stream, input: string): Event[] {
    const before = stream.state;
    const next = STREAM[before]?.[input];
    stream.state = (next ?? "CLOSED") as StreamState;
    if (next === undefined) throw new Fault(PROTOCOL_ERROR);
    try {
      return this.entered(stream, before, input);
    } catch (error) {
      // hyper-h2's StreamClosedError is one of its ProtocolErrors: the stream is closed in any case.
      stream.state = "CLOSED";
      throw error;
    }
  }

  private entered(stream: Stream, before: StreamState, input: string): Event[] {
    const { id } = stream;
    const fail = (when: boolean) => {
      if (when) throw new Fault(PROTOCOL_ERROR);
    };
    switch (input) {
      case "send-HEADERS":
        if (before === "CLOSED") throw new Fault(STREAM_CLOSED, "stream closed", id);
        if (before === "IDLE") {
          stream.client = true;
          stream.headersSent = true;
          return [["request sent"]];
        }
        if (!stream.headersSent) {
          fail(stream.client !== false);
          stream.headersSent = true;
          return [["response sent"]];
        }
        fail(stream.trailersSent);
        stream.trailersSent = true;
        return [["trailers sent"]];
      case "recv-HEADERS":
        if (before === "CLOSED") throw new Fault(STREAM_CLOSED, "stream closed", id);
        if (before === "HALF_CLOSED_REMOTE") this.resetOnError(stream);
        if (before === "IDLE") {
          stream.client = false;
          stream.headersReceived = true;
          return [["request", id]];
        }
        if (!stream.headersReceived) {
          fail(stream.client !== true);
          stream.headersReceived = true;
          return [["response", id]];
        }
        fail(stream.trailersReceived);
        stream.trailersReceived = true;
        return [["trailers", id]];
      case "recv-DATA":
        if (before === "CLOSED") throw new Fault(STREAM_CLOSED, "stream closed", id);
        if (!before.startsWith("OPEN") && before !== "HALF_CLOSED_LOCAL") this.resetOnError(stream);
        fail(!stream.headersReceived);
        return [["data", id]];
      case "recv-WINDOW_UPDATE":
        return before === "CLOSED" ? [] : [["window-updated", id]];
      case "recv-END":
        if (before === "CLOSED") return [];
        if (before === "HALF_CLOSED_LOCAL") stream.closedBy = "received end";
        return [["end-of-message", id, []]];
      case "recv-RST":
        if (before === "CLOSED") return [];
        stream.closedBy = "received reset";
        return [["stream-reset", id]];
      case "send-PUSH":
        fail(before === "CLOSED");
        if (before === "IDLE") {
          stream.client = false;
          stream.headersReceived = true;
          return [];
        }
        fail(stream.client === true);
        return [["push sent"]];
      case "recv-PUSH":
        if (before === "IDLE") {
          stream.client = true;
          stream.headersSent = true;
          return [];
        }
        if (before === "HALF_CLOSED_REMOTE") this.resetOnError(stream);
        if (before === "CLOSED") {
          fail(stream.closedBy !== "sent reset");
          throw new Fault(STREAM_CLOSED, "stream closed", id);
        }
        fail(stream.client !== true);
        return [["push-promise", id]];
      case "send-END":
        if (before === "CLOSED") throw new Fault(STREAM_CLOSED, "stream closed", id);
        if (before === "HALF_CLOSED_REMOTE") stream.closedBy = "sent end";
        return [];
      case "send-RST":
        if (before === "CLOSED") throw new Fault(STREAM_CLOSED, "stream closed", id);
        stream.closedBy = "sent reset";
        return [];
      case "send-DATA":
        if (before === "CLOSED") throw new Fault(STREAM_CLOSED, "stream closed", id);
        return [];
      case "send-1XX":
        fail(stream.headersSent);
        return [["response sent"]];
      case "recv-1XX":
        fail(stream.headersReceived);
        return [["informational-response", id]];
      case "send-ALTSVC":
        fail(stream.headersSent);
        return [];
      case "recv-ALTSVC": {
        const known = before !== "IDLE" && before !== "RESERVED_LOCAL" && before !== "CLOSED";
        return known && stream.client !== false && !stream.headersReceived ? [["alternative-service"]] : [];
      }
      default:
        throw new Error(input);
    }
  }

  private resetOnError(stream: Stream): never {
    stream.closedBy = "sent reset";
    const event: Event = ["stream-reset", stream.id, STREAM_CLOSED, false];
    throw new Fault(STREAM_CLOSED, "stream closed", stream.id, [event]);
  }

  // ---------------------------------------------------------------- streams

  private isOurs(id: number): boolean {
    return id % 2 === (this.client ? 1 : 0);
  }

  private highest(id: number): number {
    return this.isOurs(id) ? this.highestOut : this.highestIn;
  }

  /** Counting forgets the closed ones and keeps only how they were closed. */
  openStreams(remainder: number): number {
    let count = 0;
    for (const [id, stream] of this.streams) {
      if (stream.open && id % 2 === remainder) count += 1;
      else if (stream.state === "CLOSED") {
        this.streams.delete(id);
        this.closed.set(id, stream.closedBy);
      }
    }
    return count;
  }

  streamOf(id: number): Stream {
    const stream = this.streams.get(id);
    if (stream !== undefined) return stream;
    if (id > this.highest(id)) throw new Fault(PROTOCOL_ERROR, "no such stream", id);
    throw new Fault(STREAM_CLOSED, "stream closed", id);
  }

  begin(id: number, remainder: number): Stream {
    if (id <= this.highest(id)) throw new Fault(PROTOCOL_ERROR, "id too low", id);
    if (id % 2 !== remainder) throw new Fault(PROTOCOL_ERROR);
    const stream = new Stream(id, this.theirSetting(4) as number, this.ourSetting(4));
    this.streams.set(id, stream);
    if (this.isOurs(id)) this.highestOut = id;
    else this.highestIn = id;
    return stream;
  }

  private closedBy(id: number): ClosedBy {
    return this.streams.get(id)?.closedBy ?? this.closed.get(id) ?? null;
  }

  // ---------------------------------------------------------------- octets

  /** One read. Its events are lost when it ends in an error. */
  receive(octets: Buffer): void {
    const before = this.events.length;
    try {
      this.store(octets);
      const most = this.maxFrameIn;
      try {
        for (let frame = this.nextFrame(most); frame !== null; frame = this.nextFrame(most)) {
          if (frame !== "part") this.events.push(...this.process(frame));
        }
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        this.state = "CLOSED";
        this.queue.push(["GOAWAY", this.highestIn, error.code, ""]);
        throw error;
      }
    } catch (error) {
      this.events.length = before;
      throw error;
    }
  }

  private store(octets: Buffer): void {
    const begun = octets.subarray(0, this.preface.length);
    if (begun.toString("latin1") !== this.preface.slice(0, begun.length)) throw new Fault(PROTOCOL_ERROR);
    this.preface = this.preface.slice(begun.length);
    this.input = Buffer.concat([this.input, octets.subarray(begun.length)]);
  }

  private nextFrame(most: number): Received | "part" | null {
    const { input } = this;
    if (input.length < 9) return null;
    const length = input.readUIntBE(0, 3);
    const type = input[3] as number;
    const flags = input[4] as number;
    const stream = input.readUInt32BE(5) % 2 ** 31;
    if (stream === 0 ? HAS_STREAM.has(type) : NO_STREAM.has(type)) throw new Fault(PROTOCOL_ERROR);
    if (input.length < 9 + length) return null;
    if (length > most) throw new Fault(FRAME_SIZE_ERROR);
    const frame = this.parsed(type, flags, stream, input.subarray(9, 9 + length));
    this.input = input.subarray(9 + length);
    return this.joined(frame);
  }

  private parsed(type: number, flags: number, stream: number, payload: Buffer): Received {
    const { length } = payload;
    const size = (wrong: boolean) => {
      if (wrong) throw new Fault(FRAME_SIZE_ERROR);
    };
    const wrong = (is: boolean) => {
      if (is) throw new Fault(PROTOCOL_ERROR);
    };
    const frame: Received = { type, flags, stream, payload, content: payload, dependence: null };
    if ((type === DATA || type === HEADERS || type === PUSH_PROMISE) && flags & 8) {
      size(length === 0);
      frame.content = payload.subarray(1);
    }
    const pad = frame.content === payload ? 0 : (payload[0] as number);
    let { content } = frame;
    let room = length;
    if (type === HEADERS) {
      room = content.length;
      if (flags & 32) {
        size(content.length < 5);
        frame.dependence = content.readUInt32BE(0) % 2 ** 31;
        content = content.subarray(5);
      }
    }
    if (type === PUSH_PROMISE) {
      size(content.length < 4);
      const promised = content.readUInt32BE(0);
      wrong(promised === 0 || promised % 2 === 1);
      frame.dependence = promised;
      content = content.subarray(4);
    }
    frame.content = this.unpadded(frame, content, pad);
    wrong(pad > 0 && pad >= room);
    if (type === PRIORITY) {
      size(length !== 5);
      frame.dependence = payload.readUInt32BE(0) % 2 ** 31;
    }
    size(type === RST_STREAM && length !== 4);
    size(type === PING && length !== 8);
    size(type === GOAWAY && length < 8);
    size(type === WINDOW_UPDATE && length !== 4);
    if (type === WINDOW_UPDATE) wrong(payload.readUInt32BE(0) < 1 || payload.readUInt32BE(0) > LARGEST);
    wrong(type === SETTINGS && (flags & 1) === 1 && length > 0);
    size(type === SETTINGS && length % 6 !== 0);
    size(type === ALTSVC && (length < 2 || payload.readUInt16BE(0) > length - 2));
    return frame;
  }

  /** Padding is counted from the end of the payload, also where it reaches into what stands before. */
  private unpadded(_frame: Received, content: Buffer, pad: number): Buffer {
    return content.subarray(0, Math.max(0, content.length - pad));
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

  // ---------------------------------------------------------------- frames

  private process(frame: Received): Event[] {
    try {
      return this.dispatched(frame);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const by = this.closedBy(error.stream);
      const reset = by === "sent reset" || by === "received reset";
      if (error.reason === "stream closed" && reset) {
        this.queue.push(["RST_STREAM", error.stream, STREAM_CLOSED]);
        return error.events;
      }
      if (error.reason === "id too low" && reset) {
        this.queue.push(["RST_STREAM", error.stream, STREAM_CLOSED]);
        return [];
      }
      if (error.reason === "id too low" && by !== null) throw new Fault(STREAM_CLOSED);
      throw error;
    }
  }

  private dispatched(frame: Received): Event[] {
    const { type, flags, stream: id, payload } = frame;
    switch (type) {
      case DATA:
        return this.data(frame);
      case HEADERS:
        return this.headers(frame);
      case PRIORITY:
        this.priority(frame);
        return [];
      case RST_STREAM:
        return this.reset(id, payload.readUInt32BE(0));
      case SETTINGS:
        return this.settings(frame);
      case PUSH_PROMISE:
        return this.pushPromise(frame);
      case PING: {
        this.step("recv-PING");
        const data = payload.toString("hex");
        if (flags & 1) return [["ping-acknowledged", data]];
        this.queue.push(["PING-ACK", data]);
        return [["ping", data]];
      }
      case GOAWAY:
        this.step("recv-GOAWAY");
        this.queue = [];
        return [["goaway", payload.readUInt32BE(4), payload.readUInt32BE(0), payload.subarray(8).toString("hex")]];
      case WINDOW_UPDATE:
        return this.windowUpdate(id, payload.readUInt32BE(0));
      case CONTINUATION:
        this.streamOf(id).state = "CLOSED";
        throw new Fault(PROTOCOL_ERROR);
      case ALTSVC:
        return this.alternativeService(frame);
      default:
        return [["unknown-frame", type, id, flags, payload.toString("hex")]];
    }
  }

  private decoded(frame: Received): Field[] {
    try {
      return this.blocks.decode(frame.content);
    } catch (error) {
      if (error instanceof BlockFault) throw new Fault(error.tooLarge ? ENHANCE_YOUR_CALM : PROTOCOL_ERROR);
      throw error;
    }
  }

  private headers(frame: Received): Event[] {
    const { stream: id, flags } = frame;
    const inbound = this.client ? 0 : 1;
    const full = () => this.openStreams(inbound) + 1 > this.ourSetting(3);
    if (!this.streams.has(id) && full()) throw new Fault(PROTOCOL_ERROR);
    const fields = this.decoded(frame);
    this.step("recv-HEADERS");
    const stream = this.streams.get(id) ?? this.begin(id, inbound);
    const events = this.streamHeaders(stream, fields, (flags & 1) === 1);
    if (frame.dependence !== null) this.priority(frame);
    return events;
  }

  private streamHeaders(stream: Stream, fields: Field[], end: boolean): Event[] {
    const informational = isInformational(fields);
    if (informational && end) throw new Fault(PROTOCOL_ERROR);
    const [event] = this.stepStream(stream, informational ? "recv-1XX" : "recv-HEADERS") as [Event];
    const ending = end ? this.stepStream(stream, "recv-END") : [];
    this.expectLength(stream, fields);
    const type = event[0];
    if (type === "trailers" && !end) throw new Fault(PROTOCOL_ERROR);
    const kind: Kind = type === "request" || type === "trailers" ? type : "response";
    const clean = received(fields, kind);
    if (clean === null) throw new Fault(PROTOCOL_ERROR);
    return [[...event, clean] as Event, ...ending];
  }

  private expectLength(stream: Stream, fields: Field[]): void {
    if (stream.method === "HEAD") {
      stream.expected = 0;
      return;
    }
    const value = fields.find(([name]) => name === "content-length")?.[1];
    if (value === undefined) return;
    stream.expected = integerOf(value);
    if (stream.expected === null) throw new Fault(PROTOCOL_ERROR);
  }

  private data({ stream: id, flags, payload, content }: Received): Event[] {
    this.step("recv-DATA");
    const controlled = flags & 8 ? content.length + 1 + (payload[0] as number) : payload.length;
    if (!this.in.take(controlled)) throw new Fault(FLOW_CONTROL_ERROR);
    try {
      const stream = this.streamOf(id);
      const [event] = this.stepStream(stream, "recv-DATA") as [Event];
      if (!stream.in.take(controlled)) throw new Fault(FLOW_CONTROL_ERROR);
      stream.actual += content.length;
      const end = (flags & 1) === 1;
      const { expected, actual } = stream;
      if (expected !== null && (expected < actual || (end && expected !== actual))) throw new Fault(PROTOCOL_ERROR);
      const ending = end ? this.stepStream(stream, "recv-END") : [];
      return [[...event, content.toString("latin1"), controlled] as Event, ...ending];
    } catch (error) {
      if (!(error instanceof Fault) || error.reason !== "stream closed") throw error;
      const increment = this.in.release(controlled);
      if (increment > 0) this.queue.push(["WINDOW_UPDATE", 0, increment]);
      this.queue.push(["RST_STREAM", id, STREAM_CLOSED]);
      return error.events;
    }
  }

  private priority({ stream, dependence }: Received): void {
    this.step("recv-PRIORITY");
    if (stream === dependence) throw new Fault(PROTOCOL_ERROR);
  }

  private reset(id: number, code: number): Event[] {
    this.step("recv-RST");
    const stream = this.streams.get(id);
    if (stream === undefined) return [];
    return this.stepStream(stream, "recv-RST").map((event) => [...event, code, true] as Event);
  }

  private settings({ flags, payload }: Received): Event[] {
    this.step("recv-SETTINGS");
    if (flags & 1) return [["settings-acknowledged", this.acknowledged()]];
    const values = new Map<number, number>();
    for (let at = 0; at < payload.length; at += 6) values.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    for (const [id, value] of values) {
      const code = invalidSetting(id, value);
      if (code !== 0) throw new Fault(code);
    }
    for (const [id, value] of values) {
      if (id === 4) this.shiftOut(value - (this.theirSetting(4) as number));
      if (id === 5) this.maxFrameOut = value;
      this.theirs.set(id, [value]);
    }
    this.queue.push(["SETTINGS-ACK"]);
    return [["settings", Object.fromEntries(values)]];
  }

  private shiftOut(difference: number): void {
    for (const stream of this.streams.values()) {
      if (stream.out + difference > LARGEST) throw new Fault(FLOW_CONTROL_ERROR);
      stream.out += difference;
    }
  }

  /** One step of every setting, whichever frame it was sent in. */
  private acknowledged(): Record<string, number> {
    const changed: Record<string, number> = {};
    for (const [id, values] of this.ours) {
      if (values.length < 2) continue;
      const old = values.shift() as number;
      const value = values[0] as number;
      changed[id] = value;
      if (id === 4) {
        for (const stream of this.streams.values()) {
          if (!stream.in.shift(value - old)) throw new Fault(FLOW_CONTROL_ERROR);
        }
      }
      if (id === 6) this.blocks.maxList = value;
      if (id === 5) this.maxFrameIn = value;
      if (id === 1) this.blocks.limit = value;
    }
    return changed;
  }

  private pushPromise(frame: Received): Event[] {
    const promised = frame.dependence as number;
    if (this.ourSetting(2) === 0) throw new Fault(PROTOCOL_ERROR);
    const fields = this.decoded(frame);
    this.step("recv-PUSH");
    const refuse = (): Event[] => {
      this.queue.push(["RST_STREAM", promised, REFUSED_STREAM]);
      return [];
    };
    const parent = this.streams.get(frame.stream);
    if (parent === undefined) {
      if (this.closedBy(frame.stream) === "sent reset") return refuse();
      throw new Fault(PROTOCOL_ERROR);
    }
    if (frame.stream % 2 === 0) throw new Fault(PROTOCOL_ERROR);
    try {
      this.stepStream(parent, "recv-PUSH");
    } catch (error) {
      if (error instanceof Fault && error.reason === "stream closed") return refuse();
      throw error;
    }
    const clean = received(fields, "request");
    if (clean === null) throw new Fault(PROTOCOL_ERROR);
    const stream = this.begin(promised, 0);
    this.stepStream(stream, "recv-PUSH");
    stream.authority = fields.find(([name]) => name === ":authority")?.[1] ?? null;
    return [["push-promise", frame.stream, promised, clean]];
  }

  private windowUpdate(id: number, increment: number): Event[] {
    this.step("recv-WINDOW_UPDATE");
    if (id === 0) {
      if (this.out + increment > LARGEST) throw new Fault(FLOW_CONTROL_ERROR);
      this.out += increment;
      return [["window-updated", 0, increment]];
    }
    try {
      const stream = this.streamOf(id);
      if (this.stepStream(stream, "recv-WINDOW_UPDATE").length === 0) return [];
      if (stream.out + increment <= LARGEST) {
        stream.out += increment;
        return [["window-updated", id, increment]];
      }
      this.stepStream(stream, "send-RST");
      this.queue.push(["RST_STREAM", id, FLOW_CONTROL_ERROR]);
      return [["stream-reset", id, FLOW_CONTROL_ERROR, false]];
    } catch (error) {
      if (error instanceof Fault && error.reason === "stream closed") return [];
      throw error;
    }
  }

  private alternativeService({ stream: id, payload }: Received): Event[] {
    this.step("recv-ALTSVC");
    const length = payload.readUInt16BE(0);
    const origin = payload.subarray(2, 2 + length).toString("latin1");
    const field = payload.subarray(2 + length).toString("latin1");
    if (id === 0) return origin === "" || !this.client ? [] : [["alternative-service", origin, field]];
    const stream = this.streams.get(id);
    if (stream === undefined || origin !== "") return [];
    return this.stepStream(stream, "recv-ALTSVC").map(() => ["alternative-service", stream.authority ?? "", field]);
  }
}
