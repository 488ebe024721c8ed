// The rows of the matrix of limits: what meets each limit of HTTP/2, and what passes it by one.
import { expect } from "vitest";
import type { Http2Limits, Http2Options, Http2Role as Role } from "../../src/http2/index.ts";
import { BOTH, CLIENT, GET, get, ok, post, SERVER, start, whole } from "./case.ts";
import {
  bytes,
  continuation,
  data,
  goaway,
  headers,
  join,
  literals,
  MAX_31,
  ping,
  priority,
  rstStream,
  settings,
} from "./frames.ts";

/** What the peer sends, frame by frame, and when (milliseconds) if that matters. */
export type Sent = readonly (Uint8Array | number)[];

/** One limit in one place of the input. */
export interface Row {
  readonly limit:
    | keyof Http2Limits
    | "settings.maxConcurrentStreams"
    | "settings.maxFrameSize"
    | "windows.stream"
    | "windows.connection";
  readonly value: number;
  readonly where: string;
  readonly roles: readonly Role[];
  /** Other options that would be in the way. */
  readonly besides?: Http2Options;
  /** An input in which the measured thing has this size; the frame at fault is the last one unless `at` says otherwise. */
  readonly input: (size: number, role: Role) => Sent;
  readonly at?: number;
  /** The limit counts in steps of so many: it is passed by one with the limit one lower. */
  readonly unit?: number;
  /** `CODE hint`, as the server sees it; a client's hint is 502. */
  readonly fault: string;
  /** Stream errors that are part of the input are not the fault. */
  readonly provokes?: string;
  /** Of the connection, or of stream 3 when it has one. */
  readonly frame: string;
  /** How many events come of the greatest input that is allowed. */
  readonly events: (role: Role, size: number) => number;
  /** How many of the input that is one too many, the end of its stream not counted. */
  readonly before?: (role: Role, size: number) => number;
  /** Too long for every cut. */
  readonly long?: boolean;
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: Math.max(count, 0) }, (_, i) => make(i));
const CALM = "GOAWAY ENHANCE_YOUR_CALM";
const fill = (count: number): string => "x".repeat(Math.max(count, 0));
const stream = (index: number): number => 3 + 2 * index;

/** RFC 9113 6.5.2: names, values, and 32 for each field. */
const listSize = (fields: readonly (readonly [string, string])[]): number =>
  fields.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
const message = (role: Role, more: Uint8Array = bytes()): Uint8Array =>
  headers(3, join(literals(start(role)), more), { end: true });
export const none = (): number => 0;
/** Blocks cut into frames of this size. */
const inFrames = (all: Uint8Array, size: number): Uint8Array[] => {
  const count = Math.max(1, Math.ceil(all.length / size));
  return times(count, (i) => {
    const part = all.subarray(i * size, (i + 1) * size);
    const open = i < count - 1;
    return i === 0 ? headers(3, part, { end: true, open }) : continuation(3, part, { open });
  });
};
/** A header block of exactly so many octets. */
const block = (role: Role, size: number): Uint8Array => {
  const head = literals(start(role));
  const rest = size - head.length;
  const value = times(4, (slack) => literals([["n", fill(rest - 4 - slack)]])).find(({ length }) => length === rest);
  return join(head, value ?? expect.unreachable(`no field of ${rest} octets`));
};
const WIDE: Http2Options = { limits: { maxHeaderBytes: 1048576 } };
const RESET = (id: number): Uint8Array => join(get(id), rstStream(id));
const EMPTY_DATA = data(3, "");
const opened = (role: Role): Uint8Array => (role === "server" ? post(3) : ok(3));

export const ROWS: readonly Row[] = [
  ...[300, 65536].map(
    (value): Row => ({
      limit: "maxHeaderBytes",
      value,
      where: "one value",
      roles: BOTH,
      long: value > 1000,
      input: (size, role) =>
        inFrames(join(literals(start(role)), literals([["n", fill(size - listSize(start(role)) - 33)]])), 16384),
      at: 0,
      fault: "FIELDS_TOO_LARGE 431",
      frame: "stream",
      events: (role) => whole(role).length,
    }),
  ),
  {
    limit: "maxHeaderBytes",
    value: 350,
    where: "fields without value: 32 octets each",
    roles: BOTH,
    input: (size, role) => [
      message(
        role,
        literals([["a".repeat(size - listSize(start(role)) - 4 * 33 - 32), ""], ...times(4, () => ["n", ""] as const)]),
      ),
    ],
    fault: "FIELDS_TOO_LARGE 431",
    frame: "stream",
    events: (role) => whole(role).length,
  },
  ...[7, 256].map(
    (value): Row => ({
      limit: "maxFields",
      value,
      where: "fields",
      roles: BOTH,
      long: value > 100,
      input: (size, role) => [message(role, literals(times(size - start(role).length, () => ["n", "v"] as const)))],
      fault: "FIELDS_TOO_LARGE 431",
      frame: "stream",
      events: (role) => whole(role).length,
    }),
  ),
  {
    limit: "maxFields",
    value: 7,
    where: "crumbs of a cookie",
    roles: BOTH,
    input: (size, role) => [
      message(role, literals(times(size - start(role).length, (i) => ["cookie", `c=${i}`] as const))),
    ],
    fault: "FIELDS_TOO_LARGE 431",
    frame: "stream",
    events: (role) => whole(role).length,
  },
  {
    limit: "maxHeaderBlockBytes",
    value: 100,
    where: "one frame",
    roles: BOTH,
    input: (size, role) => [headers(3, block(role, size), { end: true })],
    fault: "HEADER_BLOCK_TOO_LARGE 431",
    frame: CALM,
    events: (role) => whole(role).length,
    before: none,
  },
  {
    limit: "maxHeaderBlockBytes",
    value: 100,
    where: "CONTINUATION",
    roles: BOTH,
    input: (size, role) => inFrames(block(role, size), 20),
    fault: "HEADER_BLOCK_TOO_LARGE 431",
    frame: CALM,
    events: (role) => whole(role).length,
    before: none,
  },
  {
    limit: "maxHeaderBlockBytes",
    value: 131072,
    where: "frames of 16 KiB",
    roles: BOTH,
    besides: WIDE,
    long: true,
    input: (size, role) => inFrames(block(role, size), 16384),
    fault: "HEADER_BLOCK_TOO_LARGE 431",
    frame: CALM,
    events: (role) => whole(role).length,
    before: none,
  },
  ...[0, 3, 16].map(
    (value): Row => ({
      limit: "maxContinuationFrames",
      value,
      where: "frames with octets",
      roles: BOTH,
      input: (size, role) => [
        headers(3, start(role), { end: true, open: size > 0 }),
        ...times(size, (i) => continuation(3, literals([["n", "v"]]), { open: i < size - 1 })),
      ],
      fault: "TOO_MANY_CONTINUATIONS 431",
      frame: CALM,
      events: (role) => whole(role).length,
      before: none,
    }),
  ),
  {
    limit: "maxContinuationFrames",
    value: 3,
    where: "frames without octets",
    roles: BOTH,
    input: (size, role) => [
      headers(3, start(role), { end: true, open: true }),
      ...times(size, (i) => continuation(3, bytes(), { open: i < size - 1 })),
    ],
    fault: "TOO_MANY_CONTINUATIONS 431",
    frame: CALM,
    events: (role) => whole(role).length,
    before: none,
  },
  ...[1, 32].map(
    (value): Row => ({
      limit: "maxSettingsPerFrame",
      value,
      where: "unknown settings",
      roles: BOTH,
      input: (size) => [settings(...times(size, (i) => [0x100 + i, 1] as const))],
      fault: "TOO_MANY_SETTINGS 400",
      frame: CALM,
      events: () => 1,
      before: none,
    }),
  ),
  ...[2, 1000].map(
    (value): Row => ({
      limit: "maxResets",
      value,
      where: "by the peer",
      roles: SERVER,
      long: value > 100,
      input: (size) => times(size, (i) => [get(stream(i)), rstStream(stream(i))]).flat(),
      fault: "TOO_MANY_RESETS 429",
      frame: CALM,
      events: (_, size) => 3 * size,
      before: (_, size) => 3 * size - 1,
    }),
  ),
  {
    limit: "maxResets",
    value: 3,
    where: "by this end, made to",
    provokes: "FIELD_NAME_NOT_LOWER_CASE",
    roles: SERVER,
    input: (size) => times(size, (i) => headers(stream(i), [...GET, ["Bad", "x"]], { end: true })),
    fault: "TOO_MANY_RESETS 429",
    frame: CALM,
    events: (_, size) => size,
    before: (_, size) => size - 1,
  },
  {
    limit: "resetsPerSecond",
    value: 2,
    where: "a second after the budget was spent",
    roles: SERVER,
    besides: { limits: { maxResets: 3 } },
    input: (size) => [
      1000,
      ...times(3, (i) => RESET(stream(i))),
      2000,
      ...times(size, (i) => [get(stream(3 + i)), rstStream(stream(3 + i))]).flat(),
    ],
    fault: "TOO_MANY_RESETS 429",
    frame: CALM,
    events: (_, size) => 9 + 3 * size,
    before: (_, size) => 9 + 3 * size - 1,
  },
  ...[3, 10000].map(
    (value): Row => ({
      limit: "maxUselessFrames",
      value,
      where: "PRIORITY",
      roles: BOTH,
      long: value > 100,
      input: (size) => times(size, () => priority(1)),
      fault: "TOO_MANY_USELESS_FRAMES 429",
      frame: CALM,
      events: none,
      before: none,
    }),
  ),
  {
    limit: "maxUselessFrames",
    value: 3,
    where: "empty DATA",
    roles: BOTH,
    input: (size, role) => [opened(role), ...times(size, () => EMPTY_DATA)],
    fault: "TOO_MANY_USELESS_FRAMES 429",
    frame: CALM,
    events: () => 1,
    before: () => 1,
  },
  {
    limit: "maxUselessFrames",
    value: 3,
    where: "GOAWAY",
    roles: BOTH,
    input: (size) => times(size, () => goaway(MAX_31)),
    fault: "TOO_MANY_USELESS_FRAMES 429",
    frame: CALM,
    events: (_, size) => size,
    before: (_, size) => size - 1,
  },
  {
    limit: "uselessFramesPerSecond",
    value: 2,
    where: "a second after the budget was spent",
    roles: BOTH,
    besides: { limits: { maxUselessFrames: 3 } },
    input: (size) => [1000, ...times(3, () => priority(1)), 2000, ...times(size, () => priority(1))],
    fault: "TOO_MANY_USELESS_FRAMES 429",
    frame: CALM,
    events: none,
    before: none,
  },
  ...[4, 10000].map(
    (value): Row => ({
      // the SETTINGS of the beginning are one of them
      limit: "maxPings",
      value,
      where: "PING",
      roles: BOTH,
      long: value > 100,
      besides: { limits: { maxUnflushedAcks: 20000 } },
      input: (size) => times(size - 1, () => ping("12345678")),
      fault: "TOO_MANY_PINGS 429",
      frame: CALM,
      events: (_, size) => size - 1,
      before: (_, size) => size - 2,
    }),
  ),
  {
    limit: "maxPings",
    value: 4,
    where: "SETTINGS",
    roles: BOTH,
    input: (size) => times(size - 1, () => settings()),
    fault: "TOO_MANY_PINGS 429",
    frame: CALM,
    events: (_, size) => size - 1,
    before: (_, size) => size - 2,
  },
  {
    limit: "pingsPerSecond",
    value: 2,
    where: "a second after the budget was spent",
    roles: BOTH,
    besides: { limits: { maxPings: 4 } },
    input: (size) => [1000, ...times(3, () => ping("12345678")), 2000, ...times(size, () => ping("12345678"))],
    fault: "TOO_MANY_PINGS 429",
    frame: CALM,
    events: (_, size) => 3 + size,
    before: (_, size) => 3 + size - 1,
  },
  ...[3, 1000].map(
    (value): Row => ({
      limit: "maxUnflushedAcks",
      value,
      where: "PING and SETTINGS",
      roles: BOTH,
      long: value > 100,
      input: (size) => times(size, (i) => (i % 2 === 0 ? ping("12345678") : settings())),
      fault: "TOO_MANY_UNFLUSHED_ACKS 429",
      frame: CALM,
      events: (_, size) => size,
      before: (_, size) => size - 1,
    }),
  ),
  {
    // a PING ACK has 17 octets
    limit: "maxQueuedControlBytes",
    value: 3,
    unit: 17,
    where: "PING",
    roles: BOTH,
    input: (size) => times(size, () => ping("12345678")),
    fault: "TOO_MUCH_QUEUED 429",
    frame: CALM,
    events: (_, size) => size,
    before: (_, size) => size - 1,
  },
  ...[0, 2, 32].map(
    (value): Row => ({
      limit: "maxInformationalResponses",
      value,
      where: "103",
      roles: CLIENT,
      input: (size) => times(size, () => headers(3, [[":status", "103"]])),
      fault: "TOO_MANY_INFORMATIONAL_RESPONSES 502",
      frame: "stream",
      events: (_, size) => size,
      before: (_, size) => size - 1,
    }),
  ),
  ...[0, 10].map(
    (value): Row => ({
      limit: "maxBodyBytes",
      value,
      where: "one frame",
      roles: BOTH,
      input: (size, role) => [opened(role), data(3, Math.max(size, 0), { end: true })],
      fault: "BODY_TOO_LARGE 413",
      frame: "stream",
      events: (_, size) => (size > 0 ? 3 : 2),
      before: () => 1,
    }),
  ),
  {
    limit: "maxBodyBytes",
    value: 10,
    where: "frames, padding not counted",
    roles: BOTH,
    input: (size, role) => [opened(role), data(3, 4, { pad: 30 }), data(3, 4), data(3, size - 8)],
    fault: "BODY_TOO_LARGE 413",
    frame: "stream",
    events: () => 2,
    before: () => 2,
  },
  {
    limit: "settings.maxConcurrentStreams",
    value: 2,
    where: "",
    roles: SERVER,
    input: (size) => times(size, (i) => post(stream(i))),
    fault: "TOO_MANY_STREAMS 503",
    frame: "stream",
    events: (_, size) => size,
    before: (_, size) => size - 1,
  },
  {
    limit: "settings.maxFrameSize",
    value: 16384,
    where: "DATA",
    roles: BOTH,
    long: true,
    input: (size, role) => [opened(role), data(3, size)],
    fault: "FRAME_TOO_LARGE 400",
    frame: "stream",
    events: () => 2,
    before: () => 1,
  },
  {
    limit: "windows.stream",
    value: 10,
    where: "DATA with padding",
    roles: BOTH,
    input: (size, role) => [opened(role), data(3, size - 3, { pad: 2 })],
    fault: "WINDOW_EXCEEDED 400",
    frame: "stream",
    events: () => 2,
    before: () => 1,
  },
  {
    limit: "windows.connection",
    value: 65535,
    where: "DATA on a stream with a greater window",
    roles: BOTH,
    long: true,
    besides: { windows: { stream: 200000, mode: "manual" } },
    input: (size, role) => [opened(role), ...times(4, () => data(3, 16000)), data(3, size - 64000)],
    fault: "WINDOW_EXCEEDED 400",
    frame: "GOAWAY FLOW_CONTROL_ERROR",
    events: () => 2,
    before: () => 2,
  },
];
