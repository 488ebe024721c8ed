// Peers that cost more than they bring (RFC 9113 10.5): counts above which the connection ends with ENHANCE_YOUR_CALM.
// Limits are set low where the count itself is of no interest; the defaults are tried once each.
import { octets } from "../../helpers.ts";
import {
  type Act,
  BOTH,
  begin,
  begun,
  type Case,
  CLIENT,
  fatal,
  fine,
  flush,
  GET,
  GOT,
  get,
  OK,
  POSTED,
  post,
  resets,
  respond,
  SERVER,
  start,
} from "../case.ts";
import {
  bytes,
  continuation,
  data,
  frame,
  headers,
  indexed,
  indexing,
  join,
  literals,
  ping,
  priority,
  rstStream,
  settings,
  windowUpdate,
} from "../frames.ts";

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
/** Streams of a client behind that of the exchange around. */
const stream = (index: number): number => 3 + 2 * index;

const limits = (set: Record<string, number>) => ({ options: { limits: set } });
const CALM = "ENHANCE_YOUR_CALM" as const;
const LONG = { long: true } as const;

const askFor: Act = (connection) => {
  connection.openStream({ method: "GET", scheme: "http", authority: "a", target: "/" }, { endStream: true });
};

// --- resets (CVE-2023-44487, CVE-2025-8671, CVE-2019-9514) --------------------------------------------------------------------------

/** The caller tells the time. */
const tell =
  (now: number): Act =>
  (connection) =>
    connection.feed(bytes(), now);

const rapid = (count: number): Uint8Array[] => times(count, (i) => join(get(stream(i)), rstStream(stream(i))));
const rapidEvents = (count: number): string[] =>
  times(count, (i) => [...GOT(stream(i)), `reset ${stream(i)} CANCEL remote`]).flat();

/** What makes this end reset a stream of its own: how, the requests that came of it before, and the code. */
const MADE: readonly [
  name: string,
  frames: (id: number) => Uint8Array,
  events: (id: number) => string[],
  code: string,
][] = [
  ["WINDOW_UPDATE 0", (id) => join(get(id), windowUpdate(id, 0)), GOT, "PROTOCOL_ERROR"],
  ["windows over 2^31-1", (id) => join(get(id), windowUpdate(id, 2 ** 31 - 1)), GOT, "FLOW_CONTROL_ERROR"],
  ["DATA after END_STREAM", (id) => join(get(id), data(id, "x")), GOT, "STREAM_CLOSED"],
  ["HEADERS after END_STREAM", (id) => join(get(id), headers(id, [["a", "b"]], { end: true })), GOT, "STREAM_CLOSED"],
  ["PRIORITY of 4 octets", (id) => join(get(id), frame(2, 0, id, bytes(0, 0, 0, 0))), GOT, "FRAME_SIZE_ERROR"],
  ["PRIORITY that makes a stream depend on itself", (id) => join(get(id), priority(id, id)), GOT, "PROTOCOL_ERROR"],
  ["malformed requests", (id) => headers(id, [...GET, ["Bad", "x"]], { end: true }), () => [], "PROTOCOL_ERROR"],
];

export const RESETS: readonly Case[] = [
  fatal("rapid reset", SERVER, rapid(4), [...rapidEvents(3), ...GOT(stream(3))], CALM, {
    ...limits({ maxResets: 3 }),
    last: stream(3),
  }),
  fine("as many resets as allowed", SERVER, rapid(3), rapidEvents(3), limits({ maxResets: 3 })),
  fatal("rapid reset, at the default limit", SERVER, rapid(1001), [...rapidEvents(1000), ...GOT(stream(1000))], CALM, {
    ...LONG,
    last: stream(1000),
  }),
  fatal(
    "rapid reset by a server",
    CLIENT,
    [askFor, askFor, rstStream(3), rstStream(5), rstStream(7)],
    ["reset 3 CANCEL remote", "reset 5 CANCEL remote"],
    CALM,
    { ...limits({ maxResets: 2 }), emits: ["HEADERS 5 END_STREAM", "HEADERS 7 END_STREAM"] },
  ),
  ...MADE.map(([name, frames, events, code]) =>
    fatal(
      `resets we are made to send: ${name}`,
      SERVER,
      times(4, (i) => frames(stream(i))),
      [...times(3, (i) => [...events(stream(i)), `reset ${stream(i)} ${code} local`]).flat(), ...events(stream(3))],
      CALM,
      {
        ...limits({ maxResets: 3 }),
        last: stream(3),
        emits: times(3, (i) => `RST_STREAM ${stream(i)} ${code}`),
      },
    ),
  ),
  fatal(
    "resets we are made to send: more streams than allowed",
    SERVER,
    times(4, (i) => get(stream(i))),
    times(3, (i) => `reset ${stream(i)} REFUSED_STREAM local`),
    CALM,
    {
      options: { settings: { maxConcurrentStreams: 1 }, limits: { maxResets: 3 } },
      last: stream(3),
      emits: times(3, (i) => `RST_STREAM ${stream(i)} REFUSED_STREAM`),
    },
  ),
  fine(
    "resets are forgiven as time goes by",
    SERVER,
    [tell(1000), ...rapid(3), tell(3000), join(get(99), rstStream(99))],
    [...rapidEvents(3), ...GOT(99), "reset 99 CANCEL remote"],
    limits({ maxResets: 3, resetsPerSecond: 1 }),
  ),
];

// --- header blocks (CVE-2024-27316, -27983, -28182; CVE-2026-33871) -------------------------------------------------------------------

const HEAD = (role: "client" | "server"): Uint8Array => headers(3, start(role), { open: true });
const fragments = (count: number, fragment: Uint8Array): Uint8Array =>
  join(...times(count, () => continuation(3, fragment, { open: true })));
const FIELD = literals([["n", "v"]]);

export const BLOCKS_WITHOUT_END: readonly Case[] = [
  fatal(
    "CONTINUATION flood",
    BOTH,
    (role) => [HEAD(role), fragments(4, FIELD)],
    [],
    CALM,
    limits({ maxContinuationFrames: 3 }),
  ),
  fatal("CONTINUATION flood, at the default limit", BOTH, (role) => [HEAD(role), fragments(17, FIELD)], [], CALM),
  fatal("CONTINUATION without octets", BOTH, (role) => [HEAD(role), fragments(17, bytes())], [], CALM),
  fatal(
    "CONTINUATION of many octets",
    BOTH,
    (role) => [HEAD(role), fragments(9, new Uint8Array(16_000))],
    [],
    CALM,
    LONG,
  ),
  fatal(
    "the last CONTINUATION is one too many",
    BOTH,
    (role) => [HEAD(role), fragments(3, FIELD), continuation(3, FIELD)],
    [],
    CALM,
    limits({ maxContinuationFrames: 3 }),
  ),
];

// --- what must be answered (CVE-2019-9512, -9515; CVE-2020-11080) -----------------------------------------------------------------------

const ACK = "PING ACK 12345678";

export const ANSWERS: readonly Case[] = [
  fatal(
    "PING flood",
    BOTH,
    times(4, () => ping("12345678")),
    times(3, () => "ping 12345678"),
    CALM,
    {
      ...limits({ maxUnflushedAcks: 3 }),
      emits: times(3, () => ACK),
    },
  ),
  fatal(
    "PING flood, at the default limit",
    BOTH,
    times(1001, () => ping("12345678")),
    times(1000, () => "ping 12345678"),
    CALM,
    {
      ...LONG,
      emits: times(1000, () => ACK),
    },
  ),
  fine(
    "PINGs whose answers are taken",
    BOTH,
    times(9, () => [ping("12345678"), flush]).flat(),
    times(9, () => "ping 12345678"),
    { ...limits({ maxUnflushedAcks: 3 }), emits: times(9, () => ACK) },
  ),
  fatal(
    "PING flood of a peer that reads",
    BOTH,
    times(10, () => [ping("12345678"), flush]).flat(),
    times(9, () => "ping 12345678"),
    CALM,
    {
      // the SETTINGS of the beginning are one of them
      ...limits({ maxPings: 10 }),
      emits: times(9, () => ACK),
    },
  ),
  fine(
    "PING ACKs nobody asked for",
    BOTH,
    times(3, () => ping("12345678", true)),
    times(3, () => "ping-acknowledged 12345678"),
  ),
  fatal(
    "SETTINGS flood",
    BOTH,
    times(4, () => settings()),
    times(3, () => "settings"),
    CALM,
    {
      ...limits({ maxUnflushedAcks: 3 }),
      emits: times(3, () => "SETTINGS ACK"),
    },
  ),
  fatal(
    "33 settings in a frame",
    BOTH,
    [settings(...times(33, () => ["MAX_CONCURRENT_STREAMS", 1] as const))],
    [],
    CALM,
  ),
  fine("32 settings in a frame", BOTH, [settings(...times(32, (i) => [0x100 + i, 1] as const))], ["settings"], {
    emits: ["SETTINGS ACK"],
  }),
  fatal(
    "thousands of settings in a frame",
    BOTH,
    [settings(...times(2730, (i) => [0x100 + i, 1] as const))],
    [],
    CALM,
    LONG,
  ),
];

// --- frames that bring nothing (CVE-2019-9518, -9513) -----------------------------------------------------------------------------------

const THREE = limits({ maxUselessFrames: 3 });

const UNKNOWN = frame(0x20, 0, 0, octets("x"));

export const USELESS: readonly Case[] = [
  fatal(
    "empty DATA",
    BOTH,
    (role) => [begin(role), ...times(4, () => data(3, ""))],
    (role) => [begun(role)],
    CALM,
    { ...THREE, last: 3 },
  ),
  fatal(
    "DATA of padding",
    BOTH,
    (role) => [begin(role), ...times(4, () => data(3, "", { pad: 9 }))],
    (role) => [begun(role)],
    CALM,
    { ...THREE, last: 3 },
  ),
  fine(
    "empty DATA that ends its stream",
    SERVER,
    times(5, (i) => join(post(stream(i)), data(stream(i), "", { end: true }))),
    times(5, (i) => [POSTED(stream(i)), `end ${stream(i)}`]).flat(),
    THREE,
  ),
  fatal(
    "PRIORITY",
    BOTH,
    times(4, () => priority(1)),
    [],
    CALM,
    THREE,
  ),
  fatal(
    "unknown frames",
    BOTH,
    times(4, () => UNKNOWN),
    times(3, () => "unknown-frame"),
    CALM,
    THREE,
  ),
  fatal(
    "WINDOW_UPDATE on a closed stream",
    SERVER,
    [get(3), respond(3), ...times(4, () => windowUpdate(3, 1))],
    GOT(3),
    CALM,
    { ...THREE, last: 3, emits: ["HEADERS 3 END_STREAM"] },
  ),
  fatal("RST_STREAM on a closed stream", SERVER, [get(3), respond(3), ...times(4, () => rstStream(3))], GOT(3), CALM, {
    ...THREE,
    last: 3,
    emits: ["HEADERS 3 END_STREAM"],
  }),
  fatal(
    "empty DATA on a stream we reset",
    BOTH,
    (role) => [begin(role), (connection) => connection.reset(3), ...times(4, () => data(3, ""))],
    (role) => [begun(role)],
    CALM,
    { ...THREE, last: 3, emits: ["RST_STREAM 3 CANCEL"] },
  ),
  fatal(
    "PRIORITY, at the default limit",
    BOTH,
    times(10_001, () => priority(1)),
    [],
    CALM,
    LONG,
  ),
];

// --- bombs (CVE-2016-6581, CVE-2019-9516) ---------------------------------------------------------------------------------------------

const BIG = indexing("x", "y".repeat(4000));

/** A request that is too large is answered, not reset. */
const tooLarge = (name: string, block: Uint8Array, set: Record<string, number>, inserted = 0): Case =>
  fine(name, SERVER, [headers(3, join(literals(GET), block), { end: true })], ["reset 3 ENHANCE_YOUR_CALM local"], {
    ...limits(set),
    emits: ["HEADERS 3 END_STREAM"],
    inserted,
  });

export const BOMBS: readonly Case[] = [
  tooLarge("more octets of fields than allowed", literals([["n", "v".repeat(200)]]), { maxHeaderBytes: 300 }),
  tooLarge("more fields than allowed", literals(times(7, (i) => [`n${i}`, "v"] as const)), { maxFields: 10 }),
  tooLarge("more crumbs than allowed", literals(times(7, (i) => ["cookie", `c=${i}`] as const)), { maxFields: 10 }),
  tooLarge(
    "an entry referenced again and again",
    join(indexing("a", "b"), ...times(50, () => indexed(62))),
    { maxHeaderBytes: 1000 },
    1,
  ),
  {
    ...tooLarge(
      "an entry of 4 KiB referenced thousands of times",
      join(BIG, indexing("x-other", "kept"), ...times(8000, () => indexed(63)), indexed(62)),
      {},
    ),
    long: true,
  },
  {
    ...tooLarge("2,000 fields without a value", literals(times(2000, () => ["n", ""] as const)), { maxFields: 4096 }),
    long: true,
  },
  resets(
    "a response with more octets of fields than allowed",
    CLIENT,
    [headers(3, join(literals(OK), indexing("n", "v".repeat(200))), { end: true })],
    [],
    [3, CALM],
    { ...limits({ maxHeaderBytes: 200 }), inserted: 1 },
  ),
];
