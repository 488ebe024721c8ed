/** What received frames do, in hyper-h2 and, with rules, in ours: streams, messages, settings, windows. */

import { BlockFault, type Field } from "./model-blocks.ts";
import { integerOf, isInformational, type Kind, lastOf, received } from "./model-fields.ts";
import { LARGEST } from "./model-machine.ts";
import {
  ALTSVC,
  CONTINUATION,
  DATA,
  GOAWAY,
  HEADERS,
  ORIGIN,
  PING,
  PRIORITY,
  PRIORITY_UPDATE,
  PUSH_PROMISE,
  ReadingModel,
  type Received,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from "./model-reading.ts";
import {
  COMPRESSION_ERROR,
  ENHANCE_YOUR_CALM,
  type Event,
  Fault,
  FLOW_CONTROL_ERROR,
  FRAME_SIZE_ERROR,
  invalidSetting,
  NO_ERROR,
  PROTOCOL_ERROR,
  REFUSED_STREAM,
  STREAM_CLOSED,
  type Stream,
} from "./model-streams.ts";
import type { Rule } from "./rules.ts";
import { requestOf, responseOf } from "./vocabulary.mjs";

const MALFORMED: Record<Kind, Rule> = {
  request: "malformed-request",
  response: "malformed-response",
  trailers: "malformed-trailers",
};

export class ReceivingModel extends ReadingModel {
  // ---------------------------------------------------------------- frames

  protected override process(frame: Received): Event[] {
    try {
      return this.dispatched(frame);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { stream, reason, code } = error;
      if (reason === "error of the stream" || reason === "answered") {
        return this.resetHere(stream, code, reason === "answered" ? null : error.answered ? NO_ERROR : code);
      }
      const by = this.closedBy(error.stream);
      const reset = by === "sent reset" || by === "received reset";
      if ((error.reason === "stream closed" || error.reason === "id too low") && reset) {
        this.resetAgain(error.stream, error.events.length > 0);
        return error.events;
      }
      if (error.reason === "id too low" && by !== null) throw new Fault(STREAM_CLOSED);
      throw error;
    }
  }

  /** A frame on a stream that is reset: hyper-h2 resets it with every such frame. */
  private resetAgain(id: number, isFirst: boolean): void {
    if (!isFirst && this.closedBy(id) === "sent reset" && this.applies("ignored-after-our-reset")) return;
    this.queue.push(["RST_STREAM", id, STREAM_CLOSED]);
    const { streams } = this;
    const stream = streams.get(id);
    if (!isFirst && this.rules.has("ignored-after-our-reset")) {
      if (stream !== undefined) stream.closedBy = "sent reset";
      else this.closed.set(id, "sent reset");
    }
  }

  /** A stream error; on a stream that is idle one of the connection. */
  private resetHere(id: number, code: number, sent: number | null = code): Event[] {
    const stream = this.streams.get(id);
    if (stream === undefined && id > this.highest(id)) throw new Fault(code);
    if (stream !== undefined) {
      stream.state = "CLOSED";
      stream.closedBy = sent === null ? "received end" : "sent reset";
    } else if (sent === null) this.closed.set(id, "received end");
    else this.closed.set(id, "sent reset");
    if (sent !== null) this.queue.push(["RST_STREAM", id, sent]);
    return [["stream-reset", id, code, false]];
  }

  /** What ends the connection in hyper-h2, and with the rule only the stream. */
  protected fail(rule: Rule, id: number, code = PROTOCOL_ERROR, theirs = PROTOCOL_ERROR): never {
    if (this.applies(rule)) throw new Fault(code, "error of the stream", id);
    throw new Fault(theirs);
  }

  private dispatched(frame: Received): Event[] {
    const { type, flags, stream: id, payload } = frame;
    switch (type) {
      case DATA:
        return this.data(frame);
      case HEADERS:
        return this.headers(frame);
      case PRIORITY:
        if (payload.length !== 5) throw new Fault(FRAME_SIZE_ERROR, "error of the stream", id);
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
        return this.goawayReceived(payload);
      case WINDOW_UPDATE:
        return this.windowUpdate(id, payload.readUInt32BE(0) % 2 ** 31);
      case CONTINUATION:
        this.streamOf(id).state = "CLOSED";
        throw new Fault(PROTOCOL_ERROR);
      case ALTSVC:
        return this.alternativeService(frame);
      default:
        return this.extension(frame);
    }
  }

  private extension({ type, flags, stream: id, payload }: Received): Event[] {
    const known = type === ORIGIN || type === PRIORITY_UPDATE;
    if (!known || !this.applies("extension-frames-are-known")) {
      return [["unknown-frame", type, id, flags, payload.toString("hex")]];
    }
    if (type === ORIGIN) return this.client ? [["origin", payload.subarray(2).toString("latin1")]] : [];
    if (this.client) throw new Fault(PROTOCOL_ERROR);
    const stream = payload.readUInt32BE(0);
    if (stream <= this.highestIn && !this.isLiving(stream)) return [];
    const early = [...this.urgencies.keys()].filter((key) => key > this.highestIn).length;
    if (stream > this.highestIn && early + this.openStreams(1) >= this.announced(3)) throw new Fault(PROTOCOL_ERROR);
    const urgency = Number(/u=(\d)/.exec(payload.subarray(4).toString("latin1"))?.[1]);
    this.urgencies.set(stream, urgency);
    return [["priority-updated", stream, urgency, false]];
  }

  private isLiving(id: number): boolean {
    const state = this.streams.get(id)?.state;
    return state !== undefined && state !== "CLOSED";
  }

  private goawayReceived(payload: Buffer): Event[] {
    let last = payload.readUInt32BE(0);
    if (!this.applies("goaway-lets-streams-finish")) this.step("recv-GOAWAY");
    else {
      last = Math.min(last, this.lastServedByPeer);
      this.lastServedByPeer = last;
      this.goneAway(last);
    }
    if (this.queue.length > 0 && !this.applies("goaway-keeps-the-output")) this.queue = [];
    return [["goaway", payload.readUInt32BE(4), last, payload.subarray(8).toString("hex")]];
  }

  private decoded(frame: Received): Field[] {
    try {
      return this.blocks.decode(frame.content, this.rules.has("large-fields-are-a-stream-error"));
    } catch (error) {
      if (!(error instanceof BlockFault)) throw error;
      if (error.tooLarge && this.isOver(frame.stream) && this.applies("large-fields-are-a-stream-error")) return [];
      if (error.tooLarge) this.tooLarge(frame);
      if (!this.applies("compression-error")) throw new Fault(PROTOCOL_ERROR);
      throw new Fault(this.faultOfStream(frame.stream) ?? COMPRESSION_ERROR);
    }
  }

  /** HEADERS that cannot stand on their stream are an error before their block is one. */
  private faultOfStream(id: number): number | null {
    if (this.isLiving(id)) return null;
    if (id > this.highest(id)) return this.client || id % 2 === 0 ? PROTOCOL_ERROR : null;
    const by = this.closedBy(id);
    if (by === null) return PROTOCOL_ERROR;
    return by.endsWith("end") ? STREAM_CLOSED : null;
  }

  /** Frames on such a stream are ignored, or an error whatever they say. */
  private isOver(id: number): boolean {
    return !this.isLiving(id) && (id <= this.highest(id) || this.isLeftOut(id));
  }

  /** A server answers 431 where it has not answered yet. */
  private tooLarge({ stream: id, flags }: Received): never {
    if (!this.applies("large-fields-are-a-stream-error")) throw new Fault(ENHANCE_YOUR_CALM);
    const stream = this.streams.get(id);
    if (stream === undefined && !this.client && id > this.highestIn) this.highestIn = id;
    const answers = !this.client && (stream === undefined || !stream.headersSent);
    if (answers) this.queue.push(["HEADERS", id, [[":status", "431"]], true]);
    throw new Fault(
      ENHANCE_YOUR_CALM,
      answers && flags % 2 === 1 ? "answered" : "error of the stream",
      id,
      [],
      answers,
    );
  }

  private headers(frame: Received): Event[] {
    const { stream: id, flags } = frame;
    const inbound = this.client ? 0 : 1;
    if (this.isLeftOut(id) && id > this.highestIn) {
      this.decoded(frame);
      this.step("recv-HEADERS");
      return [];
    }
    const full = !this.streams.has(id) && this.openStreams(inbound) + 1 > this.announced(3);
    const refused = full && !this.client && this.applies("too-many-streams-are-refused");
    if (full && !refused) throw new Fault(PROTOCOL_ERROR);
    const fields = this.decoded(frame);
    this.step("recv-HEADERS");
    const stream = this.streams.get(id) ?? this.begin(id, inbound);
    if (refused) throw new Fault(REFUSED_STREAM, "error of the stream", id);
    const events = this.streamHeaders(stream, fields, (flags & 1) === 1);
    if (frame.dependence !== null) this.priority(frame);
    return events;
  }

  private streamHeaders(stream: Stream, fields: Field[], end: boolean): Event[] {
    const { id } = stream;
    const opens = stream.state === "IDLE";
    if (opens && this.client && this.applies("unpromised-streams-are-not-used")) {
      this.streams.delete(id);
      this.highestIn = [...this.closed.keys(), ...this.streams.keys()]
        .filter((key) => key % 2 === 0)
        .reduce((a, b) => Math.max(a, b), 0);
      throw new Fault(PROTOCOL_ERROR);
    }
    const informational = isInformational(fields);
    if (stream.tunnel && stream.state !== "CLOSED" && stream.state !== "HALF_CLOSED_REMOTE") {
      if (this.applies("tunnels-have-no-trailers")) throw new Fault(PROTOCOL_ERROR, "error of the stream", id);
    }
    const late = stream.state === "CLOSED" || stream.state === "HALF_CLOSED_REMOTE";
    if (informational && late && this.applies("informational-on-a-closed-stream")) {
      if (stream.state === "CLOSED") throw new Fault(STREAM_CLOSED, "stream closed", id);
      stream.state = "CLOSED";
      this.resetOnError(stream);
    }
    const kind: Kind = opens ? "request" : stream.headersReceived ? "trailers" : "response";
    const malformed = () => this.fail(MALFORMED[kind], id);
    if (informational && end) {
      if (opens) this.stepStream(stream, "recv-HEADERS");
      malformed();
    }
    if (informational && kind !== "response" && this.rules.has(MALFORMED[kind])) malformed();
    const onPush = informational && stream.state === "RESERVED_REMOTE" && this.applies("informational-on-a-push");
    if (onPush) stream.state = "HALF_CLOSED_LOCAL";
    const [event] = this.stepStream(stream, informational ? "recv-1XX" : "recv-HEADERS") as [Event];
    const ending = end ? this.stepStream(stream, "recv-END") : [];
    if (kind === "trailers" && !end) malformed();
    const clean = received(fields, kind, this.applies);
    const owed = this.expectLength(stream, fields, kind);
    if (clean === null || owed === null) return malformed();
    const extended = lastOf(fields, ":protocol") !== undefined && !this.ours.get(8)?.includes(1);
    if (extended && this.applies("extended-connect-when-enabled"))
      throw new Fault(PROTOCOL_ERROR, "error of the stream", id);
    this.checkEnd(stream, fields, kind, end);
    if (opens) stream.requestMethod = lastOf(fields, ":method") ?? null;
    return [this.shown(event, clean), ...ending];
  }

  /** An event with its fields, as vocabulary.mjs has it. */
  private shown(event: Event, fields: Field[]): Event {
    if (event[0] === "trailers") return [...event, fields];
    return [...event, ...(event[0] === "request" ? requestOf(fields) : responseOf(fields))] as Event;
  }

  /** Has this response no body by definition? hyper-h2 knows HEAD alone. */
  private isBodiless(stream: Stream, fields: Field[], kind: Kind): boolean {
    if (kind !== "response") return false;
    const status = lastOf(fields, ":status");
    return stream.method === "HEAD" || status === "204" || status === "304";
  }

  /** Octets that are due; null: what stands there is no number. */
  private expectLength(stream: Stream, fields: Field[], kind: Kind): number | undefined | null {
    const value = fields.find(([name]) => name === "content-length")?.[1];
    const length = value === undefined ? undefined : integerOf(value);
    const bodiless = this.isBodiless(stream, fields, kind);
    if (kind === "response" || kind === "request") stream.bodiless = bodiless;
    const tunnel = this.client && kind === "response" && stream.connects && /^2/.test(lastOf(fields, ":status") ?? "");
    stream.tunnel ||= tunnel;
    if (tunnel && length !== undefined && this.applies("tunnels-have-no-length")) return undefined;
    if (stream.method === "HEAD") {
      stream.expected = 0;
      return 0;
    }
    if (kind === "trailers" && value !== undefined && this.applies("forbidden-trailers-are-dropped")) return undefined;
    if (bodiless && length !== undefined && this.applies("length-without-body")) return undefined;
    if (length !== undefined) stream.expected = length;
    return length;
  }

  /** What hyper-h2 leaves out when it is HEADERS that end the message. */
  private checkEnd(stream: Stream, fields: Field[], kind: Kind, end: boolean): void {
    if (!end || stream.method === "HEAD" || this.isBodiless(stream, fields, kind)) return;
    const { expected, actual } = stream;
    if (expected === null || expected === actual) return;
    if (this.applies("length-at-every-end")) throw new Fault(PROTOCOL_ERROR, "error of the stream", stream.id);
  }

  private data(frame: Received): Event[] {
    const { stream: id, flags, payload, content } = frame;
    const controlled = payload.length;
    if (this.isLeftOut(id) && id > this.highestIn) {
      if (!this.in.take(controlled)) throw new Fault(FLOW_CONTROL_ERROR);
      this.giveBack(controlled);
      return [];
    }
    this.step("recv-DATA");
    if (!this.in.take(controlled)) throw new Fault(FLOW_CONTROL_ERROR);
    try {
      const stream = this.streamOf(id);
      const reserved = stream.state.startsWith("RESERVED");
      if (reserved && this.applies("frames-on-reserved-streams")) throw new Fault(PROTOCOL_ERROR);
      const isOver = controlled > stream.in.left && stream.state !== "CLOSED" && !stream.headersReceived;
      if (isOver && !reserved && this.rules.has("body-before-its-head")) {
        this.fail("stream-window-is-a-stream-error", id, FLOW_CONTROL_ERROR);
      }
      if (!stream.headersReceived && (stream.state === "OPEN" || stream.state === "HALF_CLOSED_LOCAL")) {
        if (this.applies("body-before-its-head")) throw new Fault(PROTOCOL_ERROR, "error of the stream", id);
      }
      const [event] = this.stepStream(stream, "recv-DATA") as [Event];
      if (frame.isTooLong) throw new Fault(FRAME_SIZE_ERROR, "error of the stream", id);
      const free = controlled === 0 && stream.in.left < 0 && this.applies("empty-data-needs-no-window");
      if (!stream.in.take(controlled) && !free)
        this.fail("stream-window-is-a-stream-error", id, FLOW_CONTROL_ERROR, FLOW_CONTROL_ERROR);
      stream.actual += content.length;
      const end = (flags & 1) === 1;
      this.checkBody(stream, content.length, end);
      this.hold(id, controlled, content.length);
      const ending = end ? this.stepStream(stream, "recv-END") : [];
      return [[...event, content.toString("latin1")] as Event, ...ending];
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.reason === "error of the stream") this.giveBack(controlled);
      if (error.reason !== "stream closed") throw error;
      return this.lateData(id, controlled, error);
    }
  }

  private checkBody(stream: Stream, octets: number, end: boolean): void {
    const { id, expected, actual } = stream;
    if (stream.bodiless && octets > 0) {
      if (this.applies("body-where-there-is-none")) throw new Fault(PROTOCOL_ERROR, "error of the stream", id);
    }
    if (expected !== null && (expected < actual || (end && expected !== actual)))
      this.fail("body-of-another-length", id);
  }

  /** DATA on a stream on which none may come. */
  private lateData(id: number, controlled: number, error: Fault): Event[] {
    const by = this.closedBy(id);
    const first = error.events.length > 0;
    const ended = !first && by !== "sent reset" && by !== "received reset";
    if (ended && this.applies("data-on-ended-stream")) throw new Fault(STREAM_CLOSED);
    this.giveBack(controlled);
    this.resetAgain(id, first);
    return error.events;
  }

  /** Octets of DATA that nobody is given. */
  private giveBack(controlled: number): void {
    if (this.rules.has("every-release-is-credited")) {
      if (controlled > 0) this.credit(0, controlled);
    } else {
      const increment = this.in.release(controlled);
      if (increment > 0) this.queue.push(["WINDOW_UPDATE", 0, increment]);
    }
  }

  private priority({ type, stream, dependence }: Received): void {
    this.step("recv-PRIORITY");
    if (stream !== dependence) return;
    const isLate = type === PRIORITY && !this.isLiving(stream) && stream <= this.highest(stream);
    if (isLate && this.rules.has("priority-on-itself-is-a-stream-error")) return;
    this.fail("priority-on-itself-is-a-stream-error", stream);
  }

  private reset(id: number, code: number): Event[] {
    if (this.isLeftOut(id)) return [];
    const idle = id > this.highest(id);
    if (idle && this.state !== "IDLE" && this.applies("reset-of-an-idle-stream")) throw new Fault(PROTOCOL_ERROR);
    this.step("recv-RST");
    const stream = this.streams.get(id);
    if (stream === undefined) return [];
    return this.stepStream(stream, "recv-RST").map((event) => [...event, code, true] as Event);
  }

  private settings({ flags, payload }: Received): Event[] {
    this.step("recv-SETTINGS");
    if (flags & 1) return this.acknowledged();
    const values = new Map<number, number>();
    for (let at = 0; at < payload.length; at += 6) {
      const id = payload.readUInt16BE(at);
      const overwritten = values.get(id);
      if (overwritten !== undefined) this.checkSetting(id, overwritten, "each-setting-counts");
      values.set(id, payload.readUInt32BE(at + 2));
    }
    for (const [id, value] of values) this.checkSetting(id, value);
    for (const [id, value] of values) {
      if (id === 4) this.shiftOut(value - (this.theirSetting(4) as number));
      if (id === 5) this.maxFrameOut = value;
      this.theirs.set(id, [value]);
    }
    this.queue.push(["SETTINGS-ACK"]);
    return [["settings", Object.fromEntries(values)]];
  }

  private checkSetting(id: number, value: number, rule?: Rule): void {
    const code = invalidSetting(id, value);
    if (code !== 0 && (rule === undefined || this.applies(rule))) throw new Fault(code);
    const pushes = this.client && id === 2 && value === 1;
    if (pushes && this.applies("server-must-not-enable-push")) throw new Fault(PROTOCOL_ERROR);
  }

  private shiftOut(difference: number): void {
    for (const stream of this.streams.values()) {
      if (stream.out + difference > LARGEST) throw new Fault(FLOW_CONTROL_ERROR);
      stream.out += difference;
    }
  }

  /** hyper-h2 moves every setting by a step, whichever frame it was sent in. */
  private acknowledged(): Event[] {
    const inOrder = this.rules.has("acknowledgements-in-order");
    const isFirst = this.acknowledgements === 0;
    this.acknowledgements += 1;
    const frame = this.sent.shift();
    if (frame === undefined && this.applies("unsolicited-acknowledgement-is-ignored")) return [];
    const changed: Record<string, number> = {};
    this.touched.add("acknowledgements-in-order");
    for (const [id, values] of this.ours) {
      if (values.length < 2 || (inOrder && frame?.[id] === undefined)) continue;
      const old = values.shift() as number;
      const value = values[0] as number;
      if (!(isFirst && frame?.[id] === value)) changed[id] = value;
      if (id === 4) this.shiftIn(value - old);
      if (id === 6 && !this.applies("header-limit-is-an-option")) this.blocks.maxList = value;
      if (id === 5) this.maxFrameIn = value;
      if (id === 1) this.blocks.limit = value;
    }
    return [["settings-acknowledged", changed]];
  }

  private shiftIn(difference: number): void {
    for (const stream of this.streams.values()) {
      if (!stream.in.shift(difference)) throw new Fault(FLOW_CONTROL_ERROR);
    }
  }

  private pushPromise(frame: Received): Event[] {
    const promised = frame.dependence as number;
    if (this.ourSetting(2) === 0) throw new Fault(PROTOCOL_ERROR);
    const fields = this.decoded(frame);
    this.step("recv-PUSH");
    const refuse = (): Event[] => {
      if (this.isLeftOut(promised)) return [];
      this.queue.push(["RST_STREAM", promised, REFUSED_STREAM]);
      if (this.applies("refused-promises-are-used")) {
        this.highestIn = promised;
        this.closed.set(promised, "sent reset");
      }
      return [];
    };
    const parent = this.streams.get(frame.stream);
    if (parent === undefined) {
      if (this.closedBy(frame.stream) === "sent reset") return refuse();
      throw new Fault(PROTOCOL_ERROR);
    }
    if (frame.stream % 2 === 0) throw new Fault(PROTOCOL_ERROR);
    if (parent.state === "HALF_CLOSED_REMOTE" && this.applies("push-on-ended-stream")) throw new Fault(PROTOCOL_ERROR);
    if (parent.state !== "CLOSED" && this.isLeftOut(promised)) return [];
    try {
      this.stepStream(parent, "recv-PUSH");
    } catch (error) {
      if (error instanceof Fault && error.reason === "stream closed") return refuse();
      throw error;
    }
    const clean = received(fields, "request", this.applies);
    const method = lastOf(fields, ":method");
    const reserved = [...this.streams.values()].filter(({ state }) => state === "RESERVED_REMOTE").length;
    const full = this.openStreams(0) + reserved >= this.announced(3);
    if (clean === null && !this.applies("malformed-push")) throw new Fault(PROTOCOL_ERROR);
    const stream = this.promise(promised);
    if (full && this.applies("promises-count-as-streams"))
      throw new Fault(REFUSED_STREAM, "error of the stream", promised);
    if (clean === null) throw new Fault(PROTOCOL_ERROR, "error of the stream", promised);
    const unsafe = (method !== "GET" && method !== "HEAD") || Number(lastOf(fields, "content-length") ?? 0) > 0;
    if (unsafe && this.applies("promises-are-safe")) throw new Fault(PROTOCOL_ERROR, "error of the stream", promised);
    stream.authority = fields.find(([name]) => name === ":authority")?.[1] ?? null;
    if (this.rules.has("body-where-there-is-none")) stream.method = method as string;
    return [["push-promise", frame.stream, promised, ...requestOf(clean as Field[])]];
  }

  private promise(id: number): Stream {
    try {
      const stream = this.begin(id, 0);
      this.stepStream(stream, "recv-PUSH");
      return stream;
    } catch (error) {
      if (error instanceof Fault && error.reason === "id too low" && this.applies("promised-streams-are-new")) {
        throw new Fault(PROTOCOL_ERROR);
      }
      throw error;
    }
  }

  /** On a stream of the peer's that our GOAWAY left out. */
  private isLeftOut(id: number): boolean {
    return !this.isOurs(id) && id > this.lastServed;
  }

  private windowUpdate(id: number, increment: number): Event[] {
    if (this.isLeftOut(id)) return [];
    this.step("recv-WINDOW_UPDATE");
    if (id === 0) {
      if (this.out + increment > LARGEST) throw new Fault(FLOW_CONTROL_ERROR);
      this.out += increment;
      return [["window-updated", 0, increment]];
    }
    try {
      const stream = this.streamOf(id);
      const promised = stream.state === "RESERVED_REMOTE";
      if (promised && this.applies("frames-on-reserved-streams")) throw new Fault(PROTOCOL_ERROR);
      if (increment === 0 && stream.state !== "CLOSED") throw new Fault(PROTOCOL_ERROR, "error of the stream", id);
      if (this.stepStream(stream, "recv-WINDOW_UPDATE").length === 0) return [];
      if (stream.out + increment > LARGEST) return this.resetHere(id, FLOW_CONTROL_ERROR);
      stream.out += increment;
      return [["window-updated", id, increment]];
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
    const heard = this.client && stream.state !== "CLOSED";
    const before = stream.headersReceived;
    if (heard && (before || stream.state === "IDLE") && this.applies("alternative-service-at-any-time")) {
      return [["alternative-service", "", field]];
    }
    return this.stepStream(stream, "recv-ALTSVC").map((): Event => {
      const authority = stream.authority ?? "";
      const shown = authority !== "" && this.applies("alternative-service-names-no-authority") ? "" : authority;
      return ["alternative-service", shown, field];
    });
  }
}
