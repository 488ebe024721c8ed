// Runs cases. Each stands between two halves of an exchange on another stream, and is run whole, at every frame boundary,
// octet by octet, at two-piece cuts, and with octets behind it; every run must give the same.
import { expect } from "vitest";
import {
  type HeaderFields,
  Http2Connection,
  type Http2Event,
  type Http2Options,
  type Http2RequestEvent,
  type Http2RequestLine,
  RemoteProtocolError,
  type Http2Role as Role,
} from "../../src/http2/index.ts";
import { publishConnection } from "../conformance/record-http2.ts";
import { latin1 } from "../helpers.ts";
import { type Act, ask, type Case, OK, OTHER, type PerRole, POST, type Step } from "./case.ts";
import {
  CODES,
  data,
  FIRST_DYNAMIC,
  frameLine,
  headers,
  indexed,
  indexing,
  join,
  literals,
  PREFACE,
  ping,
  readFrames,
  settings,
  settingsAck,
} from "./frames.ts";

// --- what comes out, in short ---------------------------------------------------------------------------------------------------

const fieldsOf = (fields: HeaderFields): string => [...fields].map(([name, value]) => ` | ${name}: ${value}`).join("");

const codeName = (code: unknown): string => String(typeof code === "number" ? (CODES[code] ?? code) : code);

function requestText({
  method,
  scheme,
  authority,
  target,
  protocol,
  headers: fields,
}: Pick<Http2RequestEvent, keyof Http2RequestLine | "headers">): string {
  const where = scheme === "" ? "" : `${scheme}://${authority}`;
  return `${method} ${where}${target}${protocol ? ` ${protocol}` : ""}${fieldsOf(fields)}`;
}

/** `request 1 GET http://a/ | name: value`, `data 1 hello`, `end 1`, `reset 3 CANCEL remote`, `goaway NO_ERROR 3`, … */
export function eventLine(event: Http2Event): string {
  switch (event.type) {
    case "request":
      return `request ${event.streamId} ${requestText(event)}`;
    case "push-promise":
      return `push-promise ${event.streamId} ${event.promisedStreamId} ${requestText(event)}`;
    case "response":
    case "informational-response":
      return `${event.type} ${event.streamId} ${event.status}${fieldsOf(event.headers)}`;
    case "data":
      return `data ${event.streamId} ${latin1(event.data)}`;
    case "end-of-message":
      return `end ${event.streamId}${fieldsOf(event.headers)}`;
    case "stream-reset":
      return `reset ${event.streamId} ${codeName(event.code)} ${event.remote ? "remote" : "local"}`;
    case "ping":
    case "ping-acknowledged":
      return `${event.type} ${latin1(event.data)}`;
    case "goaway":
      return `goaway ${codeName(event.code)} ${event.lastStreamId}${[...event.unprocessed].map((id) => ` ${id}`).join("")}`;
    case "window-updated":
    case "drain":
    case "priority-updated":
      return `${event.type} ${event.streamId}`;
    default:
      return event.type;
  }
}

// --- one run --------------------------------------------------------------------------------------------------------------------

/** What one run gave. */
export interface Outcome {
  events: string[];
  /** Frames but WINDOW_UPDATE, which may come sooner or later. */
  emitted: string[];
  error: string | undefined;
  finished: boolean;
}

/** A connection that is fed and pulled, and what came of it. */
export class Run {
  readonly connection: Http2Connection;
  events: string[] = [];
  /** Where each of them began, and the fault that ended them. */
  offsets: number[] = [];
  error: RemoteProtocolError | undefined;
  private sent: Uint8Array[] = [];
  private readonly react: ((event: Http2Event, run: Run) => void) | undefined;

  /** `react` does what a caller does when it sees an event. */
  constructor(role: Role, options?: Http2Options, react?: (event: Http2Event, run: Run) => void) {
    this.connection = new Http2Connection(role, options);
    this.react = react;
  }

  feed(piece: Uint8Array): void {
    this.connection.feed(piece);
    this.pull();
  }

  /** Every event that there is; adjacent data of one stream joined. */
  pull(): void {
    const { events } = this;
    try {
      for (;;) {
        const event = this.connection.nextEvent();
        if (event.type === "need-data") return;
        const line = eventLine(event);
        if (event.type === "connection-closed" && events.at(-1) === line) return;
        if (event.type === "data" && (events.at(-1) ?? "").startsWith(`data ${event.streamId} `)) {
          events[events.length - 1] += latin1(event.data);
        } else {
          events.push(line);
          this.offsets.push(event.offset);
        }
        this.react?.(event, this);
      }
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      if (this.error !== undefined && error !== this.error) throw new Error("not the same error ever after");
      if (this.error === undefined) this.offsets.push(error.offset);
      this.error = error;
    }
  }

  flush(): void {
    this.sent.push(this.connection.bytesToSend());
  }

  /** Throws away what has happened so far. */
  begin(): void {
    this.flush();
    this.sent = [];
    this.events = [];
    this.offsets = [];
  }

  /** All that was sent, WINDOW_UPDATE included. */
  sentFrames(): string[] {
    this.flush();
    const all = join(...this.sent);
    this.sent = [all];
    const preface = latin1(all).startsWith(latin1(PREFACE)) ? PREFACE.length : 0;
    return readFrames(all.subarray(preface)).map(frameLine);
  }

  outcome(): Outcome {
    return {
      events: this.events,
      emitted: this.sentFrames().filter((line) => !line.startsWith("WINDOW_UPDATE")),
      error: this.error && codeName(this.error.http2Code),
      finished: this.connection.finished,
    };
  }
}

/** A connection whose settings are exchanged and acknowledged; in client role streams 1 and 3 are open. */
export function ready(role: Role, options?: Http2Options, react?: (event: Http2Event, run: Run) => void): Run {
  const run = new Run(role, options, react);
  if (role === "client") for (let count = 0; count < 2; count++) ask(run.connection, run);
  run.feed(handshakeOf(role));
  run.begin();
  return run;
}

function handshakeOf(role: Role): Uint8Array {
  return join(...(role === "server" ? [PREFACE] : []), settings(), settingsAck());
}

// --- the exchange around a case ---------------------------------------------------------------------------------------------------

/** Begun before the case, with an entry for the dynamic table; ended after it, with a reference to that entry. */
function around(role: Role, inserted: number): { before: Uint8Array; after: Uint8Array } {
  const head = literals(role === "server" ? POST : OK);
  return {
    before: join(headers(OTHER, join(head, indexing("x-other", "kept"))), data(OTHER, "before")),
    after: join(
      data(OTHER, "after"),
      headers(OTHER, indexed(FIRST_DYNAMIC + inserted), { end: true }),
      ping("is there"),
    ),
  };
}

const beforeEvents = (role: Role): string[] => [
  role === "server" ? `request ${OTHER} POST http://a/ | x-other: kept` : `response ${OTHER} 200 | x-other: kept`,
  `data ${OTHER} before`,
];
const AFTER_EVENTS = [`data ${OTHER} after`, `end ${OTHER} | x-other: kept`, "ping is there"];

function joined(lines: readonly string[]): string[] {
  const out: string[] = [];
  for (const line of lines) {
    const [, stream] = /^data (\d+) /.exec(line) ?? [];
    if (stream !== undefined && (out.at(-1) ?? "").startsWith(`data ${stream} `)) {
      out[out.length - 1] += line.slice(`data ${stream} `.length);
    } else {
      out.push(line);
    }
  }
  return out;
}

function inRole<T>(value: PerRole<T>, role: Role): T {
  return typeof value === "function" ? (value as (role: Role) => T)(role) : value;
}

/** What a case says, put together. */
function expected({ bare, events = [], emits, ends, error, finished = false }: Case, role: Role): Outcome {
  const all = [...(bare ? [] : beforeEvents(role)), ...inRole(events, role)];
  const emitted = [...(emits ?? [])];
  if (error?.scope === "stream") {
    all.push(`reset ${error.stream} ${error.code} local`);
    if (emits === undefined) emitted.push(`RST_STREAM ${error.stream} ${error.code}`);
  }
  if (error?.scope === "connection") {
    const last = lastOf(error.last, role, bare);
    emitted.push(`GOAWAY ${last} ${error.code}`);
    return { events: joined(all), emitted, error: error.code, finished: true };
  }
  if (!bare && !ends) {
    all.push(...AFTER_EVENTS);
    emitted.push("PING ACK is there");
  }
  return { events: joined(all), emitted, error: undefined, finished };
}

/** The last stream that GOAWAY names: one that the peer opened, which in client role is an even one. */
function lastOf(given: number, role: Role, bare = false): number {
  if (role === "client" && given % 2 !== 0) return 0;
  return given >= 0 ? given : bare ? 0 : OTHER;
}

// --- every split -------------------------------------------------------------------------------------------------------------------

/** The octets between two acts, and the act behind them. */
interface Stretch {
  readonly input: Uint8Array;
  readonly act: Act | undefined;
}

function stretches(steps: readonly Step[]): Stretch[] {
  const list: Stretch[] = [];
  let waiting: Uint8Array[] = [];
  for (const step of steps) {
    if (step instanceof Uint8Array) {
      waiting.push(step);
    } else {
      list.push({ input: join(...waiting), act: step });
      waiting = [];
    }
  }
  list.push({ input: join(...waiting), act: undefined });
  return list;
}

/** Where frames begin in the octets. */
function boundaries(input: Uint8Array, preface: number): number[] {
  const list = preface > 0 ? [preface] : [];
  for (let at = preface; at + 9 <= input.length; ) {
    at += 9 + (input[at] as number) * 65_536 + (input[at + 1] as number) * 256 + (input[at + 2] as number);
    if (at < input.length) list.push(at);
  }
  return list;
}

/** Cuts a stretch: gives the places. */
type Cutter = (input: Uint8Array, index: number) => readonly number[];

/** Longer inputs are cut in two at so many places only. */
const MOST_CUTS = 400;
/** So much of the exchange around a case is cut too. */
const MARGIN = 10;

/** `edges`: how many octets stand before and behind the case itself. */
function* cutters(
  list: readonly Stretch[],
  { bare, long }: Case,
  edges: readonly [number, number],
): Generator<[how: string, cut: Cutter]> {
  yield ["whole", () => []];
  yield ["frame by frame", (input) => boundaries(input, bare && input.length > PREFACE.length ? PREFACE.length : 0)];
  yield ["octet by octet", (input) => (long ? everyStep(input.length, 997) : everyStep(input.length, 1))];
  if (long) return;
  const total = list.reduce((sum, { input }) => sum + input.length, 0);
  const step = Math.max(1, Math.floor(total / MOST_CUTS));
  for (const [stretch, { input }] of list.entries()) {
    const begin = stretch === 0 ? edges[0] - MARGIN : 1;
    const end = stretch === list.length - 1 ? input.length - edges[1] + MARGIN : input.length;
    for (let at = Math.max(1, begin); at < Math.min(end, input.length); at += step) {
      yield [`cut at ${at} of stretch ${stretch}`, (_, index) => (index === stretch ? [at] : [])];
    }
  }
}

function everyStep(length: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(length / step) - 1) }, (_, i) => (i + 1) * step);
}

function once(one: Case, role: Role, list: readonly Stretch[], cut: Cutter, behind?: Uint8Array): Run {
  const run = one.bare ? new Run(role, one.options) : ready(role, one.options);
  for (const [index, { input, act }] of list.entries()) {
    const cuts = cut(input, index);
    for (const [i, from] of [0, ...cuts].entries()) run.feed(input.subarray(from, cuts[i] ?? input.length));
    if (act === undefined || run.error !== undefined) continue;
    act(run.connection, run);
    run.pull();
  }
  if (behind) run.feed(behind);
  if (one.ends) {
    run.connection.feedEof();
    run.pull();
  }
  return run;
}

/** The beginning of a frame that does not come. */
const BEHIND = Uint8Array.of(0, 0, 8, 6, 0);

/** Runs the case in all ways. */
export function check(one: Case, role: Role): void {
  const { before, after } = around(role, one.inserted ?? 0);
  const own = inRole(one.steps, role);
  // Where the input ends there is no exchange behind the case.
  const steps = one.bare ? own : [before, ...own, one.ends ? new Uint8Array(0) : after];
  const list = stretches(steps);
  const wanted = expected(one, role);
  const edges = one.bare ? ([0, 0] as const) : ([before.length, one.ends ? 0 : after.length] as const);
  let offsets: number[] | undefined;
  for (const [how, cut] of cutters(list, one, edges)) {
    const run = once(one, role, list, cut);
    const outcome = outcomeOf(run, one);
    if (JSON.stringify(outcome) !== JSON.stringify(wanted)) expect({ how, ...outcome }).toEqual({ how, ...wanted });
    offsets ??= run.offsets;
    if (`${offsets}` !== `${run.offsets}`) expect({ how, offsets: run.offsets }).toEqual({ how, offsets });
    if (run.error !== undefined) {
      if (!run.sentFrames().at(-1)?.startsWith("GOAWAY"))
        expect(run.sentFrames(), how).toEqual(["GOAWAY, and no more"]);
      if (!one.ends) expectDeaf(run);
    }
  }
  publish(one, role, list, edges);
  if (one.ends) return;
  const more = once(one, role, list, () => [], BEHIND);
  expect({ how: "with octets behind", ...outcomeOf(more, one) }).toEqual({ how: "with octets behind", ...wanted });
}

/** A case of the published suite is cut in two at so many places of its own octets: elsewhere time is dear. */
const PUBLISHED_CUTS = 24;

/** As a case of the published suite: a long one in few pieces. */
function publish(one: Case, role: Role, list: readonly Stretch[], edges: readonly [number, number]): void {
  const handshake = one.bare ? 0 : handshakeOf(role).length;
  publishConnection({
    name: one.name,
    role,
    options: one.options,
    run: () => once(one, role, list, () => []),
    ends: one.ends ?? false,
    splits: (length) => {
      if (one.long || length > MOST_CUTS + handshake + edges[0] + edges[1]) {
        return [[], everyStep(length, 997), [Math.floor(length / 2)]];
      }
      const from = Math.max(1, handshake + edges[0] - MARGIN);
      const to = length - edges[1] + MARGIN;
      return { from, to, step: Math.ceil((to - from + 1) / PUBLISHED_CUTS) };
    },
  });
}

/** A bare run also sends the preface of this end, which cases do not list. */
function outcomeOf(run: Run, { bare }: Case): Outcome {
  const outcome = run.outcome();
  return bare ? { ...outcome, emitted: outcome.emitted.slice(1) } : outcome;
}

/** After a fatal error all input is ignored, and nothing more is sent. */
function expectDeaf(run: Run): void {
  const { length } = run.events;
  run.feed(ping("ignored!"));
  run.feed(join(new Uint8Array(100)));
  run.connection.feedEof();
  run.pull();
  const { finished } = run.connection;
  const bytesToSend = run.connection.bytesToSend().length;
  if (run.events.length === length && bytesToSend === 0 && finished) return;
  expect({ events: run.events.slice(length), bytesToSend, finished }).toEqual({
    events: [],
    bytesToSend: 0,
    finished: true,
  });
}
