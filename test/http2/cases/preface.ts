// The connection preface (RFC 9113 3.4), and SETTINGS (6.5).
import { octets } from "../../helpers.ts";
import {
  type Act,
  askWithBody,
  BOTH,
  type Case,
  CLIENT,
  fatal,
  fine,
  flush,
  GOT,
  get,
  SERVER,
  start,
  whole,
} from "../case.ts";
import {
  bytes,
  data,
  frame,
  goaway,
  headers,
  indexed,
  join,
  literals,
  MAX_31,
  number,
  PREFACE,
  ping,
  type SETTING,
  settings,
  settingsAck,
  sizeUpdate,
  TYPE,
  windowUpdate,
} from "../frames.ts";

const BARE = { bare: true } as const;

function flipped(at: number): Uint8Array {
  const copy = join(PREFACE, settings());
  copy[at] = (copy[at] as number) ^ 0x20;
  return copy;
}

export const PREFACES: readonly Case[] = [
  fine("preface and SETTINGS", SERVER, [PREFACE, settings()], ["settings"], { ...BARE, emits: ["SETTINGS ACK"] }),
  fine("preface of a server", CLIENT, [settings()], ["settings"], { ...BARE, emits: ["SETTINGS ACK"] }),
  fine(
    "preface, SETTINGS and a request at once",
    SERVER,
    [PREFACE, settings(["INITIAL_WINDOW_SIZE", 0]), get(1)],
    ["settings", ...GOT(1)],
    { ...BARE, emits: ["SETTINGS ACK"] },
  ),
  fatal("preface: HTTP/1.1 instead", SERVER, [octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n")], [], "PROTOCOL_ERROR", BARE),
  fatal("preface: HTTP/1.1 answers", CLIENT, [octets("HTTP/1.1 400 Bad Request\r\n\r\n")], [], "PROTOCOL_ERROR", BARE),
  ...Array.from({ length: PREFACE.length }, (_, at) =>
    fatal(`preface: octet ${at} is wrong`, SERVER, [flipped(at)], [], "PROTOCOL_ERROR", BARE),
  ),
  ...[
    ["HEADERS", get(1)],
    ["DATA", data(1, "x")],
    ["PING", ping("12345678")],
    ["GOAWAY", goaway(0)],
    ["an unknown frame", frame(0x20, 0, 0, bytes())],
    ["SETTINGS ACK", settingsAck()],
  ].flatMap(([name, first]) => [
    fatal(`preface: ${name} before SETTINGS`, SERVER, [PREFACE, first as Uint8Array], [], "PROTOCOL_ERROR", BARE),
    fatal(`preface of a server: ${name} before SETTINGS`, CLIENT, [first as Uint8Array], [], "PROTOCOL_ERROR", BARE),
  ]),
];

// --- SETTINGS -----------------------------------------------------------------------------------------------------------------

const ACKED = { emits: ["SETTINGS ACK"] };

const value = (id: keyof typeof SETTING, of: number): [Uint8Array] => [settings([id, of])];

const tableOf =
  (size: number): Act =>
  (connection) =>
    connection.updateSettings({ headerTableSize: size });

const loweredAndRaised = [tableOf(43), tableOf(4096), flush, settingsAck(), settingsAck()];
const ACKNOWLEDGED_TWICE = ["settings-acknowledged", "settings-acknowledged"];

export const SETTINGS: readonly Case[] = [
  fatal("SETTINGS on a stream", BOTH, [frame(TYPE.SETTINGS, 0, 1, bytes())], [], "PROTOCOL_ERROR"),
  fatal("SETTINGS on an idle stream", BOTH, [frame(TYPE.SETTINGS, 0, 99, bytes())], [], "PROTOCOL_ERROR"),
  fatal("SETTINGS of 5 octets", BOTH, [frame(TYPE.SETTINGS, 0, 0, number(0, 5))], [], "FRAME_SIZE_ERROR"),
  fatal("SETTINGS of 7 octets", BOTH, [frame(TYPE.SETTINGS, 0, 0, number(0, 7))], [], "FRAME_SIZE_ERROR"),
  fatal("SETTINGS ACK with a payload", BOTH, [frame(TYPE.SETTINGS, 1, 0, number(0, 6))], [], "FRAME_SIZE_ERROR"),
  fatal("SETTINGS ACK with one octet", BOTH, [frame(TYPE.SETTINGS, 1, 0, number(0, 1))], [], "FRAME_SIZE_ERROR"),
  fine("SETTINGS ACK nobody asked for", BOTH, [settingsAck()], []),
  fine("SETTINGS without entries", BOTH, [settings()], ["settings"], ACKED),
  fine("SETTINGS are acknowledged each", BOTH, [settings(), settings()], ["settings", "settings"], {
    emits: ["SETTINGS ACK", "SETTINGS ACK"],
  }),
  fatal("ENABLE_PUSH 2", BOTH, value("ENABLE_PUSH", 2), [], "PROTOCOL_ERROR"),
  fatal("ENABLE_PUSH 1 from a server", CLIENT, value("ENABLE_PUSH", 1), [], "PROTOCOL_ERROR"),
  fine("ENABLE_PUSH 0 from a server", CLIENT, value("ENABLE_PUSH", 0), ["settings"], ACKED),
  fine(
    "ENABLE_PUSH 0 and 1 from a client",
    SERVER,
    [settings(["ENABLE_PUSH", 0], ["ENABLE_PUSH", 1])],
    ["settings"],
    ACKED,
  ),
  fatal("INITIAL_WINDOW_SIZE 2^31", BOTH, value("INITIAL_WINDOW_SIZE", 2 ** 31), [], "FLOW_CONTROL_ERROR"),
  fatal("INITIAL_WINDOW_SIZE 2^32-1", BOTH, value("INITIAL_WINDOW_SIZE", 2 ** 32 - 1), [], "FLOW_CONTROL_ERROR"),
  fine("INITIAL_WINDOW_SIZE 2^31-1", BOTH, value("INITIAL_WINDOW_SIZE", MAX_31), ["settings"], ACKED),
  fatal("MAX_FRAME_SIZE 16383", BOTH, value("MAX_FRAME_SIZE", 16_383), [], "PROTOCOL_ERROR"),
  fatal("MAX_FRAME_SIZE 2^24", BOTH, value("MAX_FRAME_SIZE", 2 ** 24), [], "PROTOCOL_ERROR"),
  fatal("MAX_FRAME_SIZE 0", BOTH, value("MAX_FRAME_SIZE", 0), [], "PROTOCOL_ERROR"),
  fine("MAX_FRAME_SIZE 16384", BOTH, value("MAX_FRAME_SIZE", 16_384), ["settings"], ACKED),
  fine("MAX_FRAME_SIZE 2^24-1", BOTH, value("MAX_FRAME_SIZE", 2 ** 24 - 1), ["settings"], ACKED),
  fatal("ENABLE_CONNECT_PROTOCOL 2", BOTH, value("ENABLE_CONNECT_PROTOCOL", 2), [], "PROTOCOL_ERROR"),
  fatal(
    "ENABLE_CONNECT_PROTOCOL 0 after 1",
    CLIENT,
    [settings(["ENABLE_CONNECT_PROTOCOL", 1]), settings(["ENABLE_CONNECT_PROTOCOL", 0])],
    ["settings"],
    "PROTOCOL_ERROR",
    ACKED,
  ),
  fatal("NO_RFC7540_PRIORITIES 2", BOTH, value("NO_RFC7540_PRIORITIES", 2), [], "PROTOCOL_ERROR"),
  fine(
    "every other value is taken as it is",
    BOTH,
    [settings(["HEADER_TABLE_SIZE", 2 ** 32 - 1], ["MAX_CONCURRENT_STREAMS", 0], ["MAX_HEADER_LIST_SIZE", 0])],
    ["settings"],
    ACKED,
  ),
  fine("unknown settings", BOTH, [settings([0, 1], [7, 2 ** 32 - 1], [0xff01, 5], [0xffff, 0])], ["settings"], ACKED),
  fatal(
    "a bad value behind good ones",
    BOTH,
    [settings(["HEADER_TABLE_SIZE", 1], ["MAX_FRAME_SIZE", 1], ["INITIAL_WINDOW_SIZE", 2 ** 31])],
    [],
    "PROTOCOL_ERROR",
  ),
  fatal(
    "INITIAL_WINDOW_SIZE lifts a window over 2^31-1",
    SERVER,
    [windowUpdate(1, MAX_31 - 65_535), settings(["INITIAL_WINDOW_SIZE", 65_536])],
    ["window-updated 1"],
    "FLOW_CONTROL_ERROR",
  ),
  fatal(
    "INITIAL_WINDOW_SIZE lifts the window of a request over 2^31-1",
    CLIENT,
    [askWithBody, windowUpdate(5, MAX_31 - 65_535), settings(["INITIAL_WINDOW_SIZE", 65_536])],
    ["window-updated 5"],
    "FLOW_CONTROL_ERROR",
    { emits: ["HEADERS 5"] },
  ),

  // HEADER_TABLE_SIZE of ours (4.3.1, RFC 7541 4.2): 43 octets are the entry of the exchange around
  fatal(
    "HEADER_TABLE_SIZE lowered and acknowledged, no size update",
    BOTH,
    (role) => [tableOf(0), flush, settingsAck(), headers(3, literals(start(role)), { end: true })],
    ["settings-acknowledged"],
    "COMPRESSION_ERROR",
    { emits: ["SETTINGS 1=0"] },
  ),
  fatal(
    "HEADER_TABLE_SIZE lowered and acknowledged, size update above it",
    BOTH,
    (role) => [tableOf(43), flush, settingsAck(), headers(3, join(sizeUpdate(44), literals(start(role))))],
    ["settings-acknowledged"],
    "COMPRESSION_ERROR",
    { emits: ["SETTINGS 1=43"] },
  ),
  fine(
    "HEADER_TABLE_SIZE lowered and acknowledged, size update",
    BOTH,
    (role) => [
      tableOf(43),
      flush,
      settingsAck(),
      headers(3, join(sizeUpdate(43), literals(start(role)), indexed(62)), { end: true }),
    ],
    (role) => ["settings-acknowledged", ...whole(role, 3, " | x-other: kept")],
    { emits: ["SETTINGS 1=43"] },
  ),
  ...[
    { name: "a size update for each", updates: [43, 4096] },
    { name: "a size update to the lower one", updates: [43] },
  ].map(({ name, updates }) =>
    fine(
      `HEADER_TABLE_SIZE lowered and raised, both acknowledged, ${name}`,
      BOTH,
      (role) => [
        ...loweredAndRaised,
        headers(3, join(...updates.map(sizeUpdate), literals(start(role)), indexed(62)), { end: true }),
      ],
      (role) => [...ACKNOWLEDGED_TWICE, ...whole(role, 3, " | x-other: kept")],
      { emits: ["SETTINGS 1=43", "SETTINGS 1=4096"] },
    ),
  ),
  ...[
    { name: "no size update", updates: [] },
    { name: "a size update to the higher one alone", updates: [4096] },
  ].map(({ name, updates }) =>
    fatal(
      `HEADER_TABLE_SIZE lowered and raised, both acknowledged, ${name}`,
      BOTH,
      (role) => [
        ...loweredAndRaised,
        headers(3, join(...updates.map(sizeUpdate), literals(start(role))), { end: true }),
      ],
      ACKNOWLEDGED_TWICE,
      "COMPRESSION_ERROR",
      { emits: ["SETTINGS 1=43", "SETTINGS 1=4096"] },
    ),
  ),
  fine(
    "HEADER_TABLE_SIZE lowered and not yet acknowledged",
    BOTH,
    (role) => [tableOf(0), flush, headers(3, join(literals(start(role)), indexed(62)), { end: true })],
    (role) => whole(role, 3, " | x-other: kept"),
    { emits: ["SETTINGS 1=0"] },
  ),
];
