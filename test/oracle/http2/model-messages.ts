/** What HEADERS, DATA and PUSH_PROMISE do, in hyper-h2 and, with rules, in ours. */

import { BlockFault, type Field } from "./model-blocks.ts";
import { integerOf, isInformational, type Kind, lastOf, received } from "./model-fields.ts";
import { PRIORITY, ReadingModel, type Received } from "./model-reading.ts";
import {
  COMPRESSION_ERROR,
  ENHANCE_YOUR_CALM,
  type Event,
  Fault,
  FLOW_CONTROL_ERROR,
  FRAME_SIZE_ERROR,
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

export abstract class MessagesModel extends ReadingModel {
  /** A frame on a stream that is reset: hyper-h2 resets it with every such frame. */
  protected resetAgain(id: number, isFirst: boolean): void {
    if (!isFirst && this.closedBy(id) === "sent reset" && this.applies("ignored-after-our-reset")) return;
    this.queue.push(["RST_STREAM", id, STREAM_CLOSED]);
    const { streams } = this;
    const stream = streams.get(id);
    if (!isFirst && this.rules.has("ignored-after-our-reset")) {
      if (stream !== undefined) stream.closedBy = "sent reset";
      else this.closed.set(id, "sent reset");
    }
  }

  /** What ends the connection in hyper-h2, and with the rule only the stream. */
  protected fail(rule: Rule, id: number, code = PROTOCOL_ERROR, theirs = PROTOCOL_ERROR): never {
    if (this.applies(rule)) throw new Fault(code, "error of the stream", id);
    throw new Fault(theirs);
  }

  protected isLiving(id: number): boolean {
    const state = this.streams.get(id)?.state;
    return state !== undefined && state !== "CLOSED";
  }

  protected decoded(frame: Received): Field[] {
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
  protected faultOfStream(id: number): number | null {
    if (this.isLiving(id)) return null;
    if (id > this.highest(id)) return this.client || id % 2 === 0 ? PROTOCOL_ERROR : null;
    const by = this.closedBy(id);
    if (by === null) return PROTOCOL_ERROR;
    return by.endsWith("end") ? STREAM_CLOSED : null;
  }

  /** Frames on such a stream are ignored, or an error whatever they say. */
  protected isOver(id: number): boolean {
    return !this.isLiving(id) && (id <= this.highest(id) || this.isLeftOut(id));
  }

  /** A server answers 431 where it has not answered yet. */
  protected tooLarge({ stream: id, flags }: Received): never {
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

  protected headers(frame: Received): Event[] {
    const { stream: id, flags } = frame;
    const inbound = this.client ? 0 : 1;
    if (this.isLeftOut(id) && id > this.highestIn) {
      this.decoded(frame);
      this.step("recv-HEADERS");
      return [];
    }
    const opens = !this.streams.has(id) && !(this.wasUsed(id) && this.applies("ended-streams-open-none"));
    const full = opens && this.openStreams(inbound) + 1 > this.announced(3);
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

  protected streamHeaders(stream: Stream, fields: Field[], end: boolean): Event[] {
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
  protected shown(event: Event, fields: Field[]): Event {
    if (event[0] === "trailers") return [...event, fields];
    return [...event, ...(event[0] === "request" ? requestOf(fields) : responseOf(fields))] as Event;
  }

  /** Has this response no body by definition? hyper-h2 knows HEAD alone. */
  protected isBodiless(stream: Stream, fields: Field[], kind: Kind): boolean {
    if (kind !== "response") return false;
    const status = lastOf(fields, ":status");
    return stream.method === "HEAD" || status === "204" || status === "304";
  }

  /** Octets that are due; null: what stands there is no number. */
  protected expectLength(stream: Stream, fields: Field[], kind: Kind): number | undefined | null {
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
  protected checkEnd(stream: Stream, fields: Field[], kind: Kind, end: boolean): void {
    if (!end || stream.method === "HEAD" || this.isBodiless(stream, fields, kind)) return;
    const { expected, actual } = stream;
    if (expected === null || expected === actual) return;
    if (this.applies("length-at-every-end")) throw new Fault(PROTOCOL_ERROR, "error of the stream", stream.id);
  }

  protected data(frame: Received): Event[] {
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

  protected checkBody(stream: Stream, octets: number, end: boolean): void {
    const { id, expected, actual } = stream;
    if (stream.bodiless && octets > 0) {
      if (this.applies("body-where-there-is-none")) throw new Fault(PROTOCOL_ERROR, "error of the stream", id);
    }
    if (expected !== null && (expected < actual || (end && expected !== actual)))
      this.fail("body-of-another-length", id);
  }

  /** DATA on a stream on which none may come. */
  protected lateData(id: number, controlled: number, error: Fault): Event[] {
    const by = this.closedBy(id);
    const first = error.events.length > 0;
    const ended = !first && by !== "sent reset" && by !== "received reset";
    if (ended && this.applies("data-on-ended-stream")) throw new Fault(STREAM_CLOSED);
    this.giveBack(controlled);
    this.resetAgain(id, first);
    return error.events;
  }

  /** Octets of DATA that nobody is given. */
  protected giveBack(controlled: number): void {
    if (this.rules.has("every-release-is-credited")) {
      if (controlled > 0) this.credit(0, controlled);
    } else {
      const increment = this.in.release(controlled);
      if (increment > 0) this.queue.push(["WINDOW_UPDATE", 0, increment]);
    }
  }

  protected priority({ type, stream, dependence }: Received): void {
    this.step("recv-PRIORITY");
    if (stream !== dependence) return;
    const isLate = type === PRIORITY && !this.isLiving(stream) && stream <= this.highest(stream);
    if (isLate && this.rules.has("priority-on-itself-is-a-stream-error")) return;
    this.fail("priority-on-itself-is-a-stream-error", stream);
  }

  protected pushPromise(frame: Received): Event[] {
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

  protected promise(id: number): Stream {
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
  protected isLeftOut(id: number): boolean {
    return !this.isOurs(id) && id > this.lastServed;
  }
}
