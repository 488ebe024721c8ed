/**
 * hyper-h2's connection: its two machines at work, its streams and settings. With the rules it is asked for, ours.
 * `applies(rule)` is asked only where the rule makes a difference, and `touched` remembers which were asked.
 */

import { Blocks } from "./model-blocks.ts";
import { CONNECTION, type ConnectionState, LARGEST, Receiving, STREAM, type StreamState } from "./model-machine.ts";
import type { Rule } from "./rules.ts";

export type Event = [type: string, ...rest: unknown[]];
export type Frame = [type: string, ...rest: unknown[]];

export interface Answer {
  events?: Event[];
  frames?: Frame[];
  error?: string | number;
}

export const NO_ERROR = 0;
export const PROTOCOL_ERROR = 1;
export const FLOW_CONTROL_ERROR = 3;
export const STREAM_CLOSED = 5;
export const FRAME_SIZE_ERROR = 6;
export const REFUSED_STREAM = 7;
export const COMPRESSION_ERROR = 9;
export const ENHANCE_YOUR_CALM = 11;

type Reason = "no such stream" | "stream closed" | "id too low" | "error of the stream" | "answered";

export type Step = [name: string, ...rest: never[]];

/** An error on its way up: of the connection, unless who catches it can tell a stream's from its reason. */
export class Fault extends Error {
  readonly code: number;
  readonly reason: Reason | undefined;
  readonly stream: number;
  readonly events: Event[];
  /** Of a stream's error: was a response sent because of it? */
  readonly answered: boolean;

  constructor(code: number, reason?: Reason, stream = 0, events: Event[] = [], answered = false) {
    super(`${code} ${reason} ${stream}`);
    this.code = code;
    this.reason = reason;
    this.stream = stream;
    this.events = events;
    this.answered = answered;
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
  /** Of the request that was received, or promised by us. */
  requestMethod: string | null = null;
  /** Octets of our body that Content-Length still promises; null: any. */
  due: number | null = null;
  /** Did a CONNECT begin it, and succeed? */
  connects = false;
  tunnel = false;
  authority: string | null = null;
  expected: number | null = null;
  /** Has the response no body by definition? */
  bodiless = false;
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

type Settings = Map<number, number[]>;

export function invalidSetting(id: number, value: number): number {
  if ((id === 2 || id === 8) && value > 1) return PROTOCOL_ERROR;
  if (id === 4 && value > LARGEST) return FLOW_CONTROL_ERROR;
  if (id === 5 && (value < 16384 || value > 16777215)) return PROTOCOL_ERROR;
  return 0;
}

export class StreamsModel {
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

  readonly touched = new Set<Rule>();
  protected readonly rules: ReadonlySet<Rule>;
  /** Settings of our first frame that hold when it is acknowledged. */
  protected readonly waitsFromTheBeginning = new Set<number>();
  /** What each SETTINGS frame of ours said that is not acknowledged, the oldest first. */
  readonly sent: Record<string, number>[] = [];
  /** Octets of DATA that the caller has not released, and those that were given back since the last drain; 0: the connection. */
  readonly held = new Map<number, number>([[0, 0]]);
  readonly credits = new Map<number, number>();
  acknowledgements = 0;
  isGoingAway = false;
  /** Did the last stream end after a GOAWAY? */
  protected finished = false;
  /** As the last GOAWAY of either end said: the last stream of the peer's, and of ours, that is served. */
  lastServed = LARGEST;
  lastServedByPeer = LARGEST;
  /** Of PRIORITY_UPDATE frames: streams that are not as urgent as others. */
  readonly urgencies = new Map<number, number>();

  constructor(role: "client" | "server", settings: Record<string, number>, rules: ReadonlySet<Rule>) {
    this.rules = rules;
    this.client = role === "client";
    const defaults = (client: boolean): Settings =>
      new Map([
        [1, [4096]],
        [2, [client ? 1 : 0]],
        [4, [65535]],
        [5, [16384]],
        [8, [0]],
      ]);
    this.ours = defaults(this.client);
    this.theirs = defaults(!this.client);
    for (const [id, value] of Object.entries({ 3: 100, 6: 65536, ...settings })) {
      const old = this.ours.get(Number(id))?.[0];
      const waits = old !== undefined && old !== value && this.applies("settings-hold-when-acknowledged");
      this.ours.set(Number(id), waits ? [old, value] : [value]);
      if (waits) this.waitsFromTheBeginning.add(Number(id));
    }
    this.sent.push(this.rules.has("settings-hold-when-acknowledged") ? settings : {});
  }

  applies = (rule: Rule): boolean => {
    this.touched.add(rule);
    return this.rules.has(rule);
  };

  ourSetting(id: number): number {
    return (this.ours.get(id) as number[])[0] as number;
  }

  /** What was said last, acknowledged or not. */
  announced(id: number): number {
    return this.ourSetting(id);
  }

  theirSetting(id: number): number | undefined {
    return this.theirs.get(id)?.[0];
  }

  // ---------------------------------------------------------------- both machines

  step(input: string): void {
    let next = CONNECTION[this.state]?.[input];
    const own = this.client ? "CLIENT_OPEN" : "SERVER_OPEN";
    const strange = next?.endsWith("OPEN") && next !== own && input.endsWith("ALTSVC");
    if (strange && this.applies("roles-are-fixed")) next = input.startsWith("recv") ? this.state : undefined;
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

  protected resetOnError(stream: Stream): never {
    stream.closedBy = "sent reset";
    const event: Event = ["stream-reset", stream.id, STREAM_CLOSED, false];
    throw new Fault(STREAM_CLOSED, "stream closed", stream.id, [event]);
  }

  // ---------------------------------------------------------------- streams

  protected isOurs(id: number): boolean {
    return id % 2 === (this.client ? 1 : 0);
  }

  protected highest(id: number): number {
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

  protected closedBy(id: number): ClosedBy {
    return this.streams.get(id)?.closedBy ?? this.closed.get(id) ?? null;
  }

  // ---------------------------------------------------------------- what the rules need

  /** The peer's GOAWAY: streams of ours above the last are over. */
  protected goneAway(last: number): void {
    this.isGoingAway = true;
    for (const [id, stream] of this.streams) {
      if (!this.isOurs(id) || id <= last || stream.state === "CLOSED") continue;
      stream.state = "CLOSED";
      stream.closedBy = "sent reset";
    }
  }

  /** Was there ever a stream with this id? */
  protected wasUsed(id: number): boolean {
    return this.streams.has(id) || this.closed.has(id);
  }

  protected noticeEnd(): void {
    this.finished ||= this.isGoingAway && [...this.streams.values()].every(({ state }) => state === "CLOSED");
  }

  /** After the end of everything. */
  protected closeAll(): void {
    for (const stream of this.streams.values()) stream.state = "CLOSED";
  }

  /** A window opened: which streams wait no longer? */
  protected noticeRoom(): void {}

  /** Events of streams whose data no longer waits. */
  protected drained(): Event[] {
    return [];
  }

  protected hold(_id: number, _controlled: number, _octets: number): void {}

  protected credit(_id: number, _octets: number): void {}
}
