// Whatever octets come, in either role: events, RemoteProtocolErrors and LocalProtocolErrors and nothing else come out,
// nothing hangs or grows without bound, and no split changes events, error, offset or frames. Inputs: sound exchanges,
// mutated frame by frame and octet by octet.
import { expect, test } from "vitest";
import { type Http2Event, type Http2Options, type Http2Role, LocalProtocolError } from "../../src/http2/index.ts";
import { pick, type Random, random } from "../helpers.ts";
import { ask, askWithBody, GET, OK, POST } from "./case.ts";
import {
  altered,
  altsvc,
  bytes,
  CODES,
  continuation,
  data,
  type Fields,
  frame,
  goaway,
  headers,
  indexed,
  indexing,
  inPieces,
  join,
  literals,
  MAX_31,
  origin,
  PREFACE,
  ping,
  priority,
  priorityUpdate,
  pushPromise,
  rstStream,
  SETTING,
  settings,
  settingsAck,
  sizeUpdate,
  windowUpdate,
} from "./frames.ts";
import { Run } from "./runner.ts";

const ROUNDS = 400;

// --- inputs ---------------------------------------------------------------------------------------------------------------------------

const FIELDS: Fields = [
  ["a", "b"],
  ["content-length", "3"],
  ["cookie", "a=b"],
  ["te", "trailers"],
  ["priority", "u=1, i"],
  ["host", "a"],
  ["x", "y".repeat(60)],
];
const ODD: Fields = [
  ["Bad", "v"],
  ["connection", "close"],
  [":path", "/"],
  ["a", "\n"],
  ["", ""],
  ["content-length", "x"],
];

function block(role: Http2Role, next: Random): Uint8Array {
  const first =
    role === "server"
      ? pick(
          [
            GET,
            GET,
            POST,
            [
              [":method", "CONNECT"],
              [":authority", "a:1"],
            ] as Fields,
          ],
          next,
        )
      : pick([OK, OK, [[":status", "103"]] as Fields, [[":status", "304"]] as Fields], next);
  const parts: Uint8Array[] = [literals(first)];
  if (next(8) === 0) parts.unshift(sizeUpdate(pick([0, 60, 4096, 5000], next)));
  for (let count = next(4); count > 0; count--) {
    const [name, value] = pick(next(12) === 0 ? ODD : FIELDS, next) as [string, string];
    parts.push(pick([literals([[name, value]]), indexing(name, value), indexed(62 + next(2))], next));
  }
  return join(...parts);
}

/** A stream that may well be open. */
const streamOf = (role: Http2Role, next: Random): number =>
  role === "server" || next(8) > 0 ? 1 + 2 * next(next(10) === 0 ? 50 : 6) : 2 * next(4);

const text = (next: Random): string => "d".repeat(pick([0, 1, 3, 3, 40, 300], next));

function oneFrame(role: Http2Role, next: Random): Uint8Array {
  const stream = streamOf(role, next);
  const end = next(2) === 0;
  const pad = next(6) === 0 ? { pad: next(9) } : {};
  const code = pick(CODES, next);
  return pick<() => Uint8Array>(
    [
      () => headers(stream, block(role, next), { end, ...pad }),
      () => headers(stream, block(role, next), { end, priority: next(9) }),
      () => inPieces(stream, block(role, next), [next(5), 5 + next(9)], { end }),
      () => headers(stream, [["t", "r"]], { end: true }),
      () => data(stream, text(next), { end, ...pad }),
      () => data(stream, "abc", { end }),
      () => rstStream(stream, code),
      () => windowUpdate(next(3) === 0 ? 0 : stream, pick([1, 1, 1000, 65_535, MAX_31, 0], next)),
      () =>
        settings(
          ...Array.from(
            { length: next(3) },
            () => [pick(Object.values(SETTING), next), pick([0, 1, 100, 16_384, 70_000, 2 ** 31], next)] as const,
          ),
        ),
      () => settingsAck(),
      () => ping("12345678", next(4) === 0),
      () => goaway(pick([0, 1, 5, MAX_31], next), code, "why"),
      () => priority(stream, next(9)),
      () => priorityUpdate(stream, pick(["u=1", "i", "u=9", "("], next)),
      () => pushPromise(stream, 2 * next(6), block("server", next), pad),
      () => altsvc(pick([0, stream], next), pick(["", "http://a"], next), 'h2=":1"'),
      () => origin("https://a"),
      () =>
        frame(
          next(40),
          next(256),
          pick([0, stream], next),
          bytes(...Array.from({ length: next(12) }, () => next(256))),
        ),
      () => continuation(stream, bytes(0)),
    ],
    next,
  )();
}

function exchange(role: Http2Role, next: Random): Uint8Array[] {
  const list: Uint8Array[] = role === "server" ? [PREFACE, settings(), settingsAck()] : [settings(), settingsAck()];
  // First what is sound, so that most of what follows finds a stream.
  for (let stream = 1; stream < 1 + 2 * next(5); stream += 2) {
    list.push(headers(stream, literals(role === "server" ? POST : OK), { end: next(4) === 0 }));
    if (next(2) === 0) list.push(data(stream, text(next)));
  }
  for (let count = next(12); count > 0; count--) list.push(oneFrame(role, next));
  return list;
}

function mutated(list: Uint8Array[], next: Random): Uint8Array {
  const frames = [...list];
  for (let times = next(3); times > 0; times--) {
    const at = 1 + next(Math.max(1, frames.length - 1));
    const one = frames[at] ?? bytes();
    const change = next(5);
    if (change === 0) frames.splice(at, 1);
    else if (change === 1) frames.splice(at, 0, one);
    else if (change === 2 && one.length > 9)
      frames[at] = altered(one, { flags: 1 << next(8), reserved: next(2) === 0 });
    else if (change === 3) frames.splice(at, 0, bytes(...Array.from({ length: next(20) }, () => next(256))));
    else frames.splice(at, 1, one.subarray(0, next(one.length + 1)));
  }
  const whole = join(...frames);
  for (let times = next(3) === 0 ? 1 + next(3) : 0; times > 0; times--) whole[next(whole.length)] = next(256);
  return whole;
}

const OPTIONS: readonly Http2Options[] = [
  {},
  {},
  { onMalformed: "respond" },
  { settings: { maxConcurrentStreams: 2, enableConnectProtocol: true } },
  { windows: { stream: 50, mode: "manual" } },
  {
    limits: {
      maxHeaderBytes: 200,
      maxFields: 8,
      maxResets: 2,
      maxUselessFrames: 3,
      maxContinuationFrames: 1,
      maxSettingsPerFrame: 2,
      maxUnflushedAcks: 2,
      maxBodyBytes: 300,
    },
  },
];

// --- runs -----------------------------------------------------------------------------------------------------------------------------

interface Plan {
  readonly role: Http2Role;
  readonly options: Http2Options;
  /** What the caller does at each event, by its kind: answer, reset, push, nothing. */
  readonly habit: number;
}

/** What a caller does when it sees an event; what is refused is refused. */
function reactor({ habit }: Plan): (event: Http2Event, run: Run) => void {
  return (event, run) => {
    const { connection } = run;
    try {
      if (event.type === "end-of-message" && connection.role === "server" && habit % 2 === 0) {
        connection.send({ type: "response", streamId: event.streamId, status: 200 });
        connection.send({ type: "data", streamId: event.streamId, data: new Uint8Array(habit * 50) });
        connection.send({ type: "end-of-message", streamId: event.streamId, headers: habit % 3 ? [] : [["t", "r"]] });
      }
      if (event.type === "request" && connection.role === "server" && habit % 5 === 1)
        connection.push(event.streamId, { method: "GET", target: "/p", authority: "a" });
      if ((event.type === "request" || event.type === "response") && habit % 7 === 3) connection.reset(event.streamId);
      if (event.type === "ping" && habit % 3 === 1) connection.updateSettings({ initialWindowSize: 100 });
      if (event.type === "window-updated" && habit % 11 === 2) connection.goaway();
    } catch (error) {
      if (!(error instanceof LocalProtocolError)) throw error;
    }
    // Not after data, whose pieces follow the split: credit that is drained changes what the peer may send.
    if (habit % 4 === 2 && event.type !== "data") run.flush();
  };
}

interface Seen {
  events: readonly string[];
  offsets: readonly number[];
  frames: readonly string[];
  error: string | undefined;
  finished: boolean;
}

function runPieces(plan: Plan, pieces: Iterable<Uint8Array>, late: boolean): Seen {
  const one = new Run(plan.role, plan.options, reactor(plan));
  if (plan.role === "client") for (const act of [ask, askWithBody, ask]) act(one.connection, one);
  let fed = 0;
  for (const piece of pieces) {
    fed += piece.length;
    if (late) one.connection.feed(piece);
    else one.feed(piece);
  }
  one.pull();
  const { events, error } = one;
  // Nothing grows but with the input: the events, the streams, what is to be sent.
  expect(events.length).toBeLessThan(20 + fed);
  expect(one.connection.queuedBytes).toBeLessThan(60_000 * 20 + 30 * fed);
  expect(one.connection.openStreams.remote).toBeLessThanOrEqual(101);
  const wasFinished = one.connection.finished;
  const outcome = one.outcome();
  one.connection.feedEof();
  one.pull();
  return {
    events: [...events],
    offsets: one.offsets,
    frames: outcome.emitted,
    error: error && `${error.code} ${error.http2Code} ${error.offset}`,
    finished: wasFinished,
  };
}

function cut(input: Uint8Array, next: Random): Uint8Array[] {
  const cuts = Array.from({ length: 1 + next(6) }, () => next(input.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => input.subarray(from, cuts[i] ?? input.length));
}

test.each(["server", "client"] as const)("%s", { timeout: 60_000 }, (role) => {
  const next = random(role.length * 100 + 3);
  const errors = new Set<string>();
  const kinds = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const plan = { role, options: pick(OPTIONS, next), habit: next(1000) };
    const input =
      next(40) === 0
        ? bytes(...Array.from({ length: next(99) }, () => next(256)))
        : mutated(exchange(role, next), next);
    const whole = runPieces(plan, [input], false);
    const octetwise = Array.from(input, (_, i) => input.subarray(i, i + 1));
    for (const [pieces, late] of [
      [octetwise, false],
      [cut(input, next), false],
      [cut(input, next), true],
    ] as const) {
      const other = runPieces(plan, pieces, late);
      if (JSON.stringify(other) === JSON.stringify(whole)) continue;
      const how = `round ${round}, ${late ? "late, " : ""}${pieces.length} pieces: ${pieces.slice(0, 8).map((piece) => piece.length)} ${JSON.stringify(plan)} ${Buffer.from(input).toString("hex")}`;
      expect(other, how).toEqual(whole);
    }
    if (whole.error !== undefined) errors.add(whole.error.split(" ")[0] as string);
    for (const line of whole.events) kinds.add(line.split(" ")[0] as string);
  }
  // The fuzz reaches most of what there is to reach.
  expect(errors.size).toBeGreaterThan(15);
  expect(kinds.size).toBeGreaterThan(10);
});
