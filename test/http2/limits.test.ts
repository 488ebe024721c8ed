// Every limit of HTTP/2 approached, met and passed by one, at every split, in each role where it applies: the code, the hint,
// the offset, how HTTP/2 says it, and what was delivered before.
import { describe, expect, test } from "vitest";
import {
  HTTP2_LIMITS,
  Http2Connection,
  type Http2Limits,
  type Http2Options,
  type Http2Role as Role,
} from "../../src/http2/index.ts";
import { random } from "../helpers.ts";
import { BOTH } from "./case.ts";
import { bytes, join, PREFACE, settings, settingsAck } from "./frames.ts";
import { none, ROWS, type Row, type Sent, times } from "./limit-rows.ts";
import { ready } from "./runner.ts";

// --- one run ------------------------------------------------------------------------------------------------------------------

/** All that can be seen of it. */
interface Seen {
  readonly events: readonly string[];
  /** The first refusal, of the connection or of a stream, and where, counted from the beginning of the case. */
  readonly fault: string | undefined;
  readonly offset: number | undefined;
  /** GOAWAY, resets and answers. */
  readonly frames: readonly string[];
}

/** Octets before the case: the peer's preface and settings. */
const before = (role: Role): number => join(role === "server" ? PREFACE : bytes(), settings(), settingsAck()).length;

type Cut = (input: Uint8Array) => readonly number[];

function see(role: Role, options: Http2Options, sent: Sent, cut: Cut, provoked?: string): Seen {
  const refused: [fault: string, offset: number][] = [];
  const one = ready(role, options, (event) => {
    if (event.type === "stream-reset" && !event.remote && event.reason !== provoked)
      refused.push([event.reason, event.offset]);
  });
  for (const part of sent) {
    if (typeof part === "number") {
      one.connection.feed(bytes(), part);
      continue;
    }
    const cuts = cut(part);
    for (const [i, from] of [0, ...cuts].entries()) one.feed(part.subarray(from, cuts[i] ?? part.length));
  }
  const { error } = one;
  if (error !== undefined) refused.push([`${error.code} ${error.statusHint}`, error.offset]);
  const frames = one.sentFrames().filter((line) => /^(GOAWAY|RST_STREAM|HEADERS)/.test(line));
  const [fault, offset] = refused[0] ?? [];
  return { events: one.events, fault, offset: offset === undefined ? offset : offset - before(role), frames };
}

/** Frames that come at one time as one input. */
function stretches(sent: Sent): (Uint8Array | number)[] {
  const list: (Uint8Array | number)[] = [];
  for (let from = 0, to = 0; from < sent.length; from = to + 1) {
    to = sent.findIndex((part, index) => index >= from && typeof part === "number");
    if (to < 0) to = sent.length;
    list.push(join(...(sent.slice(from, to) as Uint8Array[])), ...sent.slice(to, to + 1));
  }
  return list;
}

const MOST_CUTS = 80;

/** The same at every split: whole, octet by octet, cut in two anywhere; long ones cut in random pieces. */
function seeEverySplit(role: Role, options: Http2Options, frames: Sent, { long, provokes }: Row): Seen {
  const sent = stretches(frames);
  const wanted = see(role, options, sent, () => [], provokes);
  const check = (how: string, cut: Cut) => {
    const seen = see(role, options, sent, cut, provokes);
    if (JSON.stringify(seen) !== JSON.stringify(wanted)) expect({ how, ...seen }).toEqual({ how, ...wanted });
  };
  const next = random(sent.length);
  const pieces = (count: number) => (input: Uint8Array) =>
    times(count, () => next(input.length + 1)).sort((one, other) => one - other);
  check("pieces", pieces(7));
  if (long) return wanted;
  check("many pieces", pieces(99));
  check("octet by octet", (input) => [...input.keys()].slice(1));
  const longest = Math.max(...sent.map((part) => (typeof part === "number" ? 0 : part.length)));
  const step = Math.ceil(longest / MOST_CUTS);
  for (let at = 1; at < longest; at += step) check(`cut at ${at}`, (input) => (at < input.length ? [at] : []));
  return wanted;
}

// --- the rows -----------------------------------------------------------------------------------------------------------------

function optionsOf({ limit, besides = {} }: Row, value: number): Http2Options {
  const [room, name] = limit.includes(".")
    ? (limit.split(".") as ["settings" | "windows", string])
    : (["limits", limit] as const);
  return { ...besides, [room]: { ...besides[room], [name]: value } };
}

/** Where the frame begins that is one too many. */
function offsetOf(sent: Sent, at = -1): number {
  const index = at < 0 ? sent.length + at : at;
  return sent.slice(0, index).reduce<number>((sum, part) => sum + (typeof part === "number" ? 0 : part.length), 0);
}

function expectFault(row: Row, role: Role, limit: number, size: number): void {
  const sent = row.input(size, role);
  const seen = seeEverySplit(role, optionsOf(row, limit), sent, row);
  const [code = "", hint = ""] = row.fault.split(" ");
  const ofStream = row.frame === "stream";
  expect(seen.fault).toBe(ofStream ? code : `${code} ${role === "client" ? 502 : hint}`);
  expect(seen.offset).toBe(offsetOf(sent, row.at));
  expect(seen.events).toHaveLength((row.before ?? none)(role, size) + (ofStream ? 1 : 0));
  const last = seen.frames.at(-1) ?? "";
  if (ofStream) {
    expect(seen.events.at(-1)).toMatch(/^reset \d+ \w+ local$/);
    expect(last).toMatch(/^(RST_STREAM|HEADERS) \d+/);
  } else {
    expect(last.replace(/ \d+ /, " ")).toBe(row.frame);
  }
}

function expectFine(row: Row, role: Role, limit: number, size: number): void {
  const seen = seeEverySplit(role, optionsOf(row, limit), row.input(size, role), row);
  expect([size, seen.fault, seen.events.length]).toEqual([size, undefined, row.events(role, size)]);
}

const runs = ROWS.flatMap((row) => row.roles.map((role) => ({ ...row, role, row })));
describe.each(runs)("$limit $value, $where, as $role", { timeout: 60_000 }, ({ row, role }) => {
  const { value, unit } = row;
  if (unit !== undefined) {
    test("approached", () => expectFine(row, role, value * unit + 1, value));
    test("met", () => expectFine(row, role, value * unit, value));
    test("passed by one", () => expectFault(row, role, value * unit - 1, value));
    return;
  }
  if (value > 1) test("approached", () => expectFine(row, role, value, value - 1));
  test("met", () => expectFine(row, role, value, value));
  test("passed by one", () => expectFault(row, role, value, value + 1));
});

describe("the table is whole", () => {
  /** What a role cannot meet: a client's peer sends no request, a server's no response. */
  const ONE_ROLE: Partial<Record<keyof Http2Limits, Role>> = {
    maxInformationalResponses: "client",
    // a server's resets are bounded by the streams that the client opens
    maxResets: "server",
    resetsPerSecond: "server",
  };
  test.each(HTTP2_LIMITS)(
    "limits.$name has rows in the roles that can meet it, one at its default",
    ({ name, default: usual }) => {
      const rows = ROWS.filter(({ limit }) => limit === name);
      const only = ONE_ROLE[name];
      expect(new Set(rows.flatMap(({ roles }) => roles))).toEqual(new Set(only === undefined ? BOTH : [only]));
      if (Number.isFinite(usual) && !/PerSecond|maxQueuedControlBytes/.test(name))
        expect(rows.map(({ value }) => value)).toContain(usual);
    },
  );
  test.each(HTTP2_LIMITS)("limits.$name: ceiling $ceiling", ({ name, ceiling }) => {
    const make = (limit: number) => () => new Http2Connection("server", { limits: { [name]: limit } });
    for (const limit of [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY])
      expect(make(limit), `${limit}`).toThrow(RangeError);
    for (const limit of [0, 1, ceiling]) expect(make(limit), `${limit}`).not.toThrow();
    if (Number.isFinite(ceiling)) expect(make(ceiling + 1)).toThrow(RangeError);
  });
});
