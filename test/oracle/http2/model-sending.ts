/** What calls do, in hyper-h2 and, with rules, in ours; what is queued, and how it goes out. */

import type { Field } from "./model-blocks.ts";
import { isInformational, type Kind, lastOf, sent } from "./model-fields.ts";
import { ReceivingModel } from "./model-receiving.ts";
import { type Event, Fault, type Frame, invalidSetting, PROTOCOL_ERROR, type Stream } from "./model-streams.ts";
import type { Rule } from "./rules.ts";
import { ordered, runsOf } from "./vocabulary.mjs";

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

export class SendingModel extends ReceivingModel {
  /** The peer cannot decode what we encode any more: a refused list has changed the encoder's table. */
  protected lost = false;
  private readonly queues = new Map<number, Queue>();
  /** Streams whose caller was told that data waits behind a window, the longest first; and those that no longer do. */
  private readonly waiting = new Set<number>();
  private drains: number[] = [];

  constructor(role: "client" | "server", settings: Record<string, number> = {}, rules: ReadonlySet<Rule> = new Set()) {
    super(role, settings, rules);
    this.expectPreface();
  }

  protected start(): void {
    const value = (id: number) => this.ours.get(id)?.at(-1) as number;
    this.queue.push(["SETTINGS", Object.fromEntries(SETTINGS_ORDER.map((id) => [id, value(id)]))]);
  }

  /** A call that is refused: by hyper-h2 only without the rule. */
  protected refuse(rule: Rule, is: boolean): void {
    if (is && this.applies(rule)) throw new Fault(PROTOCOL_ERROR);
  }

  // ---------------------------------------------------------------- heads

  private fieldsSent(fields: Field[], kind: Kind): Field[] {
    const clean = sent(fields, kind, this.applies);
    if (clean === null) throw new Fault(PROTOCOL_ERROR);
    return clean;
  }

  protected readonly calls: Record<string, (...rest: never[]) => void> = {
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

  private sendHeaders(given: number, asGiven: Field[], end: boolean, isRequest: boolean): void {
    const outbound = this.client ? 1 : 0;
    const id = isRequest ? this.nextId(given) : given;
    if (!this.streams.has(id) && this.openStreams(outbound) + 1 > (this.theirSetting(3) ?? Infinity)) {
      throw new Fault(PROTOCOL_ERROR);
    }
    this.refuse("no-new-streams-after-goaway", isRequest && this.isGoingAway);
    this.step("send-HEADERS");
    const stream = this.streams.get(id) ?? this.begin(id, outbound);
    const informational = !stream.client && isInformational(asGiven);
    const ends = end && !(informational && this.applies("informational-responses-do-not-end"));
    if (informational && ends) throw new Fault(PROTOCOL_ERROR);
    const onPush = informational && stream.state === "RESERVED_LOCAL" && this.applies("informational-on-a-push");
    if (onPush) stream.state = "HALF_CLOSED_REMOTE";
    const [event] = this.stepStream(stream, informational ? "send-1XX" : "send-HEADERS") as [[string]];
    const kind = KINDS[event[0]] as Kind;
    const fields = this.repaired(stream, asGiven, kind);
    const clean = this.fieldsSent(fields, kind);
    this.refuse(
      "extended-connect-when-enabled",
      lastOf(fields, ":protocol") !== undefined && this.theirSetting(8) !== 1,
    );
    stream.tunnel ||= kind === "response" && stream.requestMethod === "CONNECT" && /^:status,2/.test(String(clean[0]));
    this.oweBody(stream, clean, kind, ends);
    if (ends) this.stepStream(stream, "send-END");
    if (stream.trailersSent && !end) throw new Fault(PROTOCOL_ERROR);
    if (stream.client) stream.authority ??= lastOf(fields, ":authority") ?? null;
    stream.method = lastOf(fields, ":method") ?? null;
    stream.connects ||= stream.method === "CONNECT";
    this.queue.push(["HEADERS", stream.id, this.lost ? "lost" : ordered(clean), ends]);
  }

  private nextId(given: number): number {
    const first = this.client ? 1 : 2;
    const next = this.highestOut === 0 ? first : this.highestOut + 2;
    return given !== next && this.applies("stream-ids-are-ours") ? next : given;
  }

  /** What we fill in or leave out of a list before it is checked. */
  private repaired(stream: Stream, fields: Field[], kind: Kind): Field[] {
    if (kind === "response") {
      const status = lastOf(fields, ":status") ?? "";
      const tunnel = stream.requestMethod === "CONNECT" && status.startsWith("2");
      const rest = fields.filter(([name]) => name !== "content-length");
      const never = status.startsWith("1") || status === "204" || tunnel;
      return never && rest.length < fields.length && this.applies("no-length-without-body") ? rest : fields;
    }
    if (kind === "trailers") return fields;
    let out = fields;
    const host = lastOf(fields, "host");
    const authority = lastOf(fields, ":authority");
    if (host !== undefined && (authority ?? host) === host && this.applies("host-becomes-authority")) {
      out = fields.filter(([name]) => name !== "host" && name !== ":authority");
      out = [[":authority", host], ...out];
    }
    const tunnel = lastOf(fields, ":method") === "CONNECT" && lastOf(fields, ":protocol") === undefined;
    if (!tunnel && lastOf(fields, ":scheme") === undefined && this.applies("scheme-defaults-to-https")) {
      out = [[":scheme", "https"], ...out];
    }
    return out;
  }

  /** What our Content-Length promises. */
  private oweBody(stream: Stream, fields: Field[], kind: Kind, end: boolean): void {
    const status = lastOf(fields, ":status") ?? "200";
    if (kind === "trailers" || status.startsWith("1")) return;
    const length = lastOf(fields, "content-length");
    const bodiless = stream.requestMethod === "HEAD" || status === "204" || status === "304";
    stream.due = bodiless ? 0 : length === undefined ? null : Number(length);
    if (end && !bodiless) this.refuse("body-as-long-as-said", (stream.due ?? 0) > 0);
  }

  private sendTrailers(id: number, fields: Field[]): void {
    const queue = this.queues.get(id);
    const stream = this.streams.get(id);
    this.refuse("body-after-its-head", stream !== undefined && !stream.headersSent);
    if (stream !== undefined) this.refuse("body-as-long-as-said", (stream.due ?? 0) > 0);
    // A client cannot know whether its CONNECT has been answered: its stream may be a tunnel at the server already.
    this.refuse("tunnels-have-no-trailers", stream?.tunnel === true || (this.client && stream?.connects === true));
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
    if (length > this.maxFrameOut && !(isWritable && this.applies("data-is-cut-into-frames")))
      throw new Fault(PROTOCOL_ERROR);
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
    if (!this.fits(stream)) this.waiting.add(id);
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

  protected override noticeRoom(): void {
    for (const id of this.waiting) {
      const stream = this.streams.get(id);
      if (stream !== undefined && stream.state !== "CLOSED" && !this.fits(stream)) continue;
      this.waiting.delete(id);
      if (stream !== undefined && stream.state !== "CLOSED") this.drains.push(id);
    }
  }

  /** Events of the streams whose data no longer waits, since a window opened or less is queued. */
  protected override drained(): Event[] {
    this.noticeRoom();
    const events = this.drains.map((id): Event => ["drain", id]);
    this.drains = [];
    return events;
  }

  /** Makes frames of what is queued, as the windows allow: the most urgent stream first, of those the oldest. */
  protected drain(): void {
    for (;;) {
      for (const key of this.queues.keys()) {
        if ((this.streams.get(key)?.state ?? "CLOSED") === "CLOSED") this.queues.delete(key);
      }
      const ready = [...this.queues.keys()].filter((key) => (this.streams.get(key) as Stream).out > 0);
      const urgency = (key: number) => this.urgencies.get(key) ?? 3;
      const [id] = ready.sort((a, b) => urgency(a) - urgency(b) || a - b);
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
    if (queue.ending !== null) this.stepStream(stream, "send-END");
    if (queue.ending !== null && !ends) this.queue.push(["HEADERS", stream.id, queue.ending as Field[], true]);
    if (this.waiting.delete(stream.id) && stream.state !== "CLOSED") this.drains.push(stream.id);
  }

  // ---------------------------------------------------------------- the rest

  private sendReset(id: number, code: number): void {
    const state = this.streams.get(id)?.state ?? "CLOSED";
    if (state === "CLOSED" && this.wasUsed(id) && this.applies("reset-of-an-ended-stream-is-nothing")) return;
    this.step("send-RST");
    this.stepStream(this.streamOf(id), "send-RST");
    this.queue.push(["RST_STREAM", id, code]);
  }

  private release(id: number, octets: number): void {
    if (this.applies("every-release-is-credited")) return this.releaseHeld(id, octets);
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
  private releaseHeld(id: number, octets: number): void {
    const isLiving = (this.streams.get(id)?.state ?? "CLOSED") !== "CLOSED";
    if (!this.wasUsed(id)) throw new Fault(PROTOCOL_ERROR);
    const [total = 0, own = 0] = [this.held.get(0), this.held.get(id)];
    if (octets > total || (isLiving && octets > own)) throw new Fault(PROTOCOL_ERROR);
    this.held.set(0, total - octets);
    this.held.set(id, own - octets);
    if (octets > 0) this.credit(isLiving ? id : 0, octets);
  }

  protected override hold(id: number, controlled: number, octets: number): void {
    if (!this.rules.has("every-release-is-credited")) return;
    for (const key of [0, id]) this.held.set(key, (this.held.get(key) ?? 0) + octets);
    const padding = controlled - octets;
    if (padding > 0 && this.applies("padding-is-given-back")) this.credit(id, padding);
  }

  /** To be given back at the next drain: to the connection, and to a stream that is not 0. */
  protected override credit(id: number, octets: number): void {
    for (const key of new Set([0, id])) this.credits.set(key, (this.credits.get(key) ?? 0) + octets);
  }

  protected writeCredits(): void {
    const credits = [...this.credits].sort(([a], [b]) => (a === 0 ? -1 : b === 0 ? 1 : 0));
    this.credits.clear();
    if (this.dead !== null || this.terminated) return;
    for (const [id, octets] of credits) {
      const stream = this.streams.get(id);
      if (id > 0 && stream?.state !== "OPEN" && stream?.state !== "HALF_CLOSED_LOCAL") continue;
      (stream?.in ?? this.in).left += octets;
      this.queue.push(["WINDOW_UPDATE", id, octets]);
    }
  }

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

  private push(id: number, given: number, asGiven: Field[]): void {
    if (this.theirSetting(2) === 0) throw new Fault(PROTOCOL_ERROR);
    this.refuse("no-new-streams-after-goaway", this.isGoingAway);
    this.step("send-PUSH");
    const parent = this.streamOf(id);
    if (id % 2 === 0) throw new Fault(PROTOCOL_ERROR);
    this.refuse("no-promise-behind-the-end", (this.queues.get(id)?.ending ?? null) !== null);
    const reserved = [...this.streams.values()].filter(({ state }) => state === "RESERVED_LOCAL").length;
    const full = this.openStreams(0) + reserved >= (this.theirSetting(3) ?? Infinity);
    this.refuse("promises-count-as-streams", full);
    const stream = this.begin(this.nextId(given), 0);
    this.stepStream(parent, "send-PUSH");
    const fields = this.repaired(stream, asGiven, "request");
    const clean = this.fieldsSent(fields, "request");
    const method = lastOf(fields, ":method");
    const unsafe = (method !== "GET" && method !== "HEAD") || Number(lastOf(fields, "content-length") ?? 0) > 0;
    this.refuse("promises-are-safe", unsafe);
    this.stepStream(stream, "send-PUSH");
    stream.requestMethod = method ?? null;
    this.queue.push(["PUSH_PROMISE", id, stream.id, this.lost ? "lost" : ordered(clean)]);
  }

  private sendGoaway(code: number, debug: string): void {
    if (!this.applies("our-goaway-lets-streams-finish")) this.step("send-GOAWAY");
    this.queue.push(["GOAWAY", this.highestIn, code, hexOf(debug)]);
    this.isGoingAway = true;
    if (!this.rules.has("our-goaway-lets-streams-finish")) return;
    this.lastServed = this.highestIn;
    if (code === 0 || !this.applies("goaway-with-an-error-ends-all")) return;
    this.terminated = true;
    this.closeAll();
  }

  private sendAltsvc(origin: string | null, field: string, id: number | null): void {
    this.step("send-ALTSVC");
    const stream = id === null ? null : this.streamOf(id);
    const late =
      stream !== null && stream.state !== "CLOSED" && (stream.headersSent || stream.state === "HALF_CLOSED_LOCAL");
    if (stream !== null && !(late && this.applies("alternative-service-at-any-time")))
      this.stepStream(stream, "send-ALTSVC");
    this.queue.push(["ALTSVC", id ?? 0, origin ?? "", field]);
  }
}
