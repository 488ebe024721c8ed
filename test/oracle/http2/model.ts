/** The model as a whole: what it is told to do, and scenarios played on it. Without rules hyper-h2, with all of them ours. */

import type { Field } from "./model-blocks.ts";
import { isInformational, type Kind, sent, valueOf } from "./model-fields.ts";
import { ReceivingModel } from "./model-receiving.ts";
import { type Answer, type Event, Fault, type Frame, invalidSetting, PROTOCOL_ERROR, type Step, Stream } from "./model-streams.ts";
import type { Rule } from "./rules.ts";
import { joined, runsOf } from "./vocabulary.mjs";

export interface Scenario {
  id: string;
  role: "client" | "server";
  defect?: string;
  settings?: Record<string, number>;
  steps: Step[];
}

const KINDS: Record<string, Kind> = {
  "request sent": "request",
  "push sent": "request",
  "response sent": "response",
  "trailers sent": "trailers",
};

const SETTINGS_ORDER = [1, 2, 4, 5, 8, 3, 6];

const hexOf = (text: string) => Buffer.from(text, "latin1").toString("hex");

/** What was given to send and waits for windows. */
interface Queue {
  pieces: string[];
  ending: "end" | Field[] | null;
}

export class Model extends ReceivingModel {
  /** The peer cannot decode what we encode any more: a refused list has changed the encoder's table. */
  private lost = false;
  private readonly queues = new Map<number, Queue>();
  private isFirstRead = true;

  constructor(role: "client" | "server", settings: Record<string, number> = {}, rules: ReadonlySet<Rule> = new Set()) {
    super(role, settings, rules);
    this.expectPreface();
  }

  private start(): void {
    const value = (id: number) => this.ours.get(id)?.at(-1) as number;
    this.queue.push(["SETTINGS", Object.fromEntries(SETTINGS_ORDER.map((id) => [id, value(id)]))]);
  }

  /** A call that is refused: by hyper-h2 only without the rule. */
  private refuse(rule: Rule, is: boolean): void {
    if (is && this.applies(rule)) throw new Fault(PROTOCOL_ERROR);
  }

  // ---------------------------------------------------------------- heads

  private fieldsSent(fields: Field[], kind: Kind): Field[] {
    const clean = sent(fields, kind, this.applies);
    if (clean === null) throw new Fault(PROTOCOL_ERROR);
    return clean;
  }

  private readonly calls: Record<string, (...rest: never[]) => void> = {
    request: (id: number, fields: Field[], end: boolean) => this.sendHeaders(id, fields, end, true),
    respond: (id: number, fields: Field[], end: boolean) => this.sendHeaders(id, fields, end, false),
    trailers: (id: number, fields: Field[]) => this.sendTrailers(id, fields),
    data: (id: number, text: string, end: boolean) => this.sendData(id, text, end),
    end: (id: number) => this.sendEnd(id),
    reset: (id: number, code: number) => this.sendReset(id, code),
    release: (id: number, octets: number) => this.release(id, octets),
    ping: (text: string) => {
      this.step("send-PING");
      this.queue.push(["PING", hexOf(text)]);
    },
    settings: (values: Record<string, number>) => this.sendSettings(values),
    push: (id: number, promised: number, fields: Field[]) => this.push(id, promised, fields),
    goaway: (code: number, debug: string) => this.sendGoaway(code, debug),
    altsvc: (origin: string | null, field: string, id: number | null) => this.sendAltsvc(origin, field, id),
  };

  private sendHeaders(id: number, fields: Field[], end: boolean, isRequest: boolean): void {
    const outbound = this.client ? 1 : 0;
    if (!this.streams.has(id) && this.openStreams(outbound) + 1 > (this.theirSetting(3) ?? Infinity)) {
      throw new Fault(PROTOCOL_ERROR);
    }
    this.refuse("no-new-streams-after-goaway", isRequest && this.isGoingAway);
    this.step("send-HEADERS");
    const stream = this.streams.get(id) ?? this.begin(id, outbound);
    const informational = !stream.client && isInformational(fields);
    if (informational && end) throw new Fault(PROTOCOL_ERROR);
    const [event] = this.stepStream(stream, informational ? "send-1XX" : "send-HEADERS") as [[string]];
    const kind = KINDS[event[0]] as Kind;
    const clean = this.fieldsSent(fields, kind);
    this.refuse("extended-connect-when-enabled", valueOf(fields, ":protocol") !== undefined && this.theirSetting(8) !== 1);
    this.oweBody(stream, clean, kind, end);
    if (end) this.stepStream(stream, "send-END");
    if (stream.trailersSent && !end) throw new Fault(PROTOCOL_ERROR);
    if (stream.client) stream.authority ??= valueOf(fields, ":authority") ?? null;
    stream.method = valueOf(fields, ":method") ?? null;
    this.queue.push(["HEADERS", stream.id, this.lost ? "lost" : clean, end]);
  }

  /** What our Content-Length promises. */
  private oweBody(stream: Stream, fields: Field[], kind: Kind, end: boolean): void {
    const status = valueOf(fields, ":status") ?? "200";
    if (kind === "trailers" || status.startsWith("1")) return;
    const length = valueOf(fields, "content-length");
    const bodiless = stream.requestMethod === "HEAD" || status === "204" || status === "304";
    stream.due = bodiless ? 0 : length === undefined ? null : Number(length);
    if (end && !bodiless) this.refuse("body-as-long-as-said", (stream.due ?? 0) > 0);
  }

  private sendTrailers(id: number, fields: Field[]): void {
    const queue = this.queues.get(id);
    const stream = this.streams.get(id);
    this.refuse("body-after-its-head", stream !== undefined && !stream.headersSent);
    if (stream !== undefined) this.refuse("body-as-long-as-said", (stream.due ?? 0) > 0);
    if (queue !== undefined && queue.ending === null) {
      queue.ending = this.fieldsSent(fields, "trailers");
      return;
    }
    if (queue !== undefined) throw new Fault(PROTOCOL_ERROR);
    this.sendHeaders(id, fields, true, false);
  }

  // ---------------------------------------------------------------- bodies

  private sendData(id: number, text: string, end: boolean): void {
    const { length } = text;
    const stream = this.streamOf(id);
    const queue = this.queues.get(id);
    if (queue !== undefined && queue.ending !== null) throw new Fault(PROTOCOL_ERROR);
    const isWritable = stream.state === "OPEN" || stream.state === "HALF_CLOSED_REMOTE";
    if (length > Math.min(this.out, stream.out) && !(isWritable && this.applies("data-waits-for-windows"))) {
      throw new Fault(PROTOCOL_ERROR);
    }
    if (length > this.maxFrameOut && !(isWritable && this.applies("data-is-cut-into-frames"))) throw new Fault(PROTOCOL_ERROR);
    this.refuse("body-after-its-head", isWritable && !stream.headersSent);
    const { due } = stream;
    this.refuse("body-as-long-as-said", isWritable && due !== null && (length > due || (end && length < due)));
    this.step("send-DATA");
    this.stepStream(stream, "send-DATA");
    if (due !== null) stream.due = due - length;
    if (length === 0 && queue === undefined && !end) {
      if (!this.applies("empty-data-is-not-sent")) this.queue.push(["DATA", id, "", false]);
      return;
    }
    if (length === 0 && queue === undefined) return this.writeEnd(stream);
    const { pieces } = queue ?? { pieces: [] };
    if (length > 0) pieces.push(text);
    this.queues.set(id, { pieces, ending: end ? "end" : null });
    if (!this.fits(stream)) stream.waits = true;
  }

  private sendEnd(id: number): void {
    const queue = this.queues.get(id);
    const stream = this.streams.get(id);
    if (stream !== undefined) {
      this.refuse("body-after-its-head", !stream.headersSent);
      this.refuse("body-as-long-as-said", (stream.due ?? 0) > 0);
    }
    this.step("send-DATA");
    if (stream === undefined || (queue !== undefined && queue.ending !== null)) throw new Fault(PROTOCOL_ERROR);
    if (queue !== undefined) queue.ending = "end";
    else this.writeEnd(stream);
  }

  private writeEnd(stream: Stream): void {
    this.stepStream(stream, "send-END");
    this.queue.push(["DATA", stream.id, "", true]);
  }

  private octetsOf(id: number): number {
    return this.queues.get(id)?.pieces.join("").length ?? 0;
  }

  /** Does all that is queued on the stream fit into the windows, with what is queued on others? */
  private fits(stream: Stream): boolean {
    let sendable = 0;
    for (const { id, out } of this.streams.values()) sendable += Math.min(this.octetsOf(id), Math.max(0, out));
    return this.octetsOf(stream.id) <= stream.out && sendable <= this.out;
  }

  /** A window opened, or less is queued: the streams that no longer wait. */
  protected override drained(): Event[] {
    const free = [...this.streams.values()].filter((stream) => stream.waits && this.fits(stream));
    return free.flatMap((stream): Event[] => {
      stream.waits = false;
      const ends = (this.queues.get(stream.id)?.ending ?? null) !== null;
      return stream.state === "CLOSED" || ends ? [] : [["drain", stream.id]];
    });
  }

  /** Makes frames of what is queued, as the windows allow: all streams have the same urgency, so the oldest goes first. */
  private drain(): void {
    for (;;) {
      const ready = [...this.queues.keys()].filter((id) => (this.streams.get(id)?.out ?? 0) > 0).sort((a, b) => a - b);
      const [id] = ready;
      if (id === undefined || this.out <= 0) return;
      this.writeData(this.streams.get(id) as Stream, this.queues.get(id) as Queue);
    }
  }

  private writeData(stream: Stream, queue: Queue): void {
    const [piece] = queue.pieces as [string];
    const length = Math.min(piece.length, this.maxFrameOut, stream.out, this.out);
    if (length === piece.length) queue.pieces.shift();
    else queue.pieces[0] = piece.slice(length);
    stream.out -= length;
    this.out -= length;
    const isLast = queue.pieces.length === 0;
    const ends = isLast && queue.ending === "end";
    this.queue.push(["DATA", stream.id, runsOf(piece.slice(0, length)), ends]);
    if (!isLast) return;
    this.queues.delete(stream.id);
    if (queue.ending === null) return;
    this.stepStream(stream, "send-END");
    if (!ends) this.queue.push(["HEADERS", stream.id, queue.ending, true]);
  }

  // ---------------------------------------------------------------- the rest

  private sendReset(id: number, code: number): void {
    this.step("send-RST");
    this.stepStream(this.streamOf(id), "send-RST");
    this.queue.push(["RST_STREAM", id, code]);
  }

  private release(id: number, octets: number): void {
    if (this.rules.has("every-release-is-credited")) return this.releaseHeld(id, octets);
    this.touched.add("every-release-is-credited");
    const increment = this.in.release(octets);
    const frames: Frame[] = increment > 0 ? [["WINDOW_UPDATE", 0, increment]] : [];
    try {
      const stream = this.streamOf(id);
      const more = stream.open ? stream.in.release(octets) : 0;
      if (more > 0) frames.push(["WINDOW_UPDATE", id, more]);
    } catch (error) {
      if (!(error instanceof Fault) || error.reason !== "stream closed") throw error;
    }
    this.queue.push(...frames);
  }

  /** Ours: no more than was received, and all of it at the next drain. */
  private releaseHeld(_id: number, _octets: number): void {}

  private sendSettings(values: Record<string, number>): void {
    this.step("send-SETTINGS");
    for (const [id, value] of Object.entries(values)) {
      if (invalidSetting(Number(id), value) !== 0) throw new Fault(PROTOCOL_ERROR);
      const known = this.ours.get(Number(id));
      if (known === undefined) this.ours.set(Number(id), [value, value]);
      else known.push(value);
    }
    this.sent.push(values);
    const numbers = Object.entries(values).map(([id, value]) => {
      const wide = Number(id) > 255 && this.applies("setting-ids-of-16-bits");
      return [wide ? id : Number(id) & 0xff, value];
    });
    this.queue.push(["SETTINGS", Object.fromEntries(numbers)]);
  }

  private push(id: number, promised: number, fields: Field[]): void {
    if (this.theirSetting(2) === 0) throw new Fault(PROTOCOL_ERROR);
    this.step("send-PUSH");
    const parent = this.streamOf(id);
    if (id % 2 === 0) throw new Fault(PROTOCOL_ERROR);
    const stream = this.begin(promised, 0);
    this.stepStream(parent, "send-PUSH");
    const clean = this.fieldsSent(fields, "request");
    this.stepStream(stream, "send-PUSH");
    stream.requestMethod = valueOf(fields, ":method") ?? null;
    this.queue.push(["PUSH_PROMISE", id, promised, this.lost ? "lost" : clean]);
  }

  private sendGoaway(code: number, debug: string): void {
    if (!this.applies("our-goaway-lets-streams-finish")) this.step("send-GOAWAY");
    this.isGoingAway = true;
    this.queue.push(["GOAWAY", this.highestIn, code, hexOf(debug)]);
  }

  private sendAltsvc(origin: string | null, field: string, id: number | null): void {
    this.step("send-ALTSVC");
    if (id !== null) this.stepStream(this.streamOf(id), "send-ALTSVC");
    this.queue.push(["ALTSVC", id ?? 0, origin ?? "", field]);
  }

  // ---------------------------------------------------------------- scenarios

  private partsOf(cut: string, octets: Buffer): Buffer[] {
    if (cut === "whole") return [octets];
    if (cut === "octets") return Array.from(octets, (_, at) => octets.subarray(at, at + 1));
    const parts: Buffer[] = [];
    let at = 0;
    if (this.isFirstRead && octets.toString("latin1").startsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
      parts.push(octets.subarray(0, 24));
      at = 24;
    }
    while (octets.length - at >= 9) {
      const length = octets.readUIntBE(at, 3) + 9;
      if (octets.length - at < length) break;
      parts.push(octets.subarray(at, at + length));
      at += length;
    }
    if (at < octets.length) parts.push(octets.subarray(at));
    return parts;
  }

  /** hyper-h2 has changed much when it refuses a call; ours nothing. */
  private call([name, ...rest]: Step): void {
    const { state, highestOut } = this;
    const streams = new Map([...this.streams].map(([id, stream]) => [id, { ...stream }]));
    try {
      this.calls[name]?.(...rest);
    } catch (error) {
      if (state !== this.state && this.applies("refused-call-keeps-the-connection")) this.state = state;
      for (const [id, stream] of this.streams) {
        const before = streams.get(id);
        if (before === undefined) {
          if (!this.applies("refused-call-opens-no-stream")) continue;
          this.streams.delete(id);
          this.highestOut = highestOut;
        } else if (before.state !== stream.state || before.trailersSent !== stream.trailersSent) {
          if (this.applies("refused-call-keeps-the-stream")) Object.assign(stream, before);
        }
      }
      const encodes = ["request", "respond", "trailers", "push"].includes(name);
      if (encodes && !this.applies("refused-fields-keep-the-encoder")) this.lost = true;
      throw error;
    }
  }

  play(step: Step | null): Answer {
    let error: string | number | undefined;
    try {
      if (step === null) this.start();
      else if (step[0] === "recv") {
        const parts = this.partsOf(step[1] as string, Buffer.from(step[2] as string, "hex"));
        this.isFirstRead = false;
        for (const part of parts) this.receive(part);
      } else this.call(step);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      error = step?.[0] === "recv" ? fault.code : "local";
    }
    this.drain();
    const answer: Answer = {};
    const events = joined(this.events) as Event[];
    if (events.length > 0) answer.events = events;
    if (this.queue.length > 0) answer.frames = this.queue;
    if (error !== undefined) answer.error = error;
    this.events = [];
    this.queue = [];
    return answer;
  }

  /** As `endOf` in vocabulary.mjs. */
  finish(): unknown {
    const streams = [...this.streams].filter(([, { state }]) => state !== "CLOSED");
    return {
      closed: this.state === "CLOSED",
      out: this.out,
      in: this.in.left,
      streams: Object.fromEntries(streams.map(([id, stream]) => [id, [stream.state, stream.out, stream.in.left]])),
    };
  }
}
