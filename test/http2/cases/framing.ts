// Frames as such: sizes, streams they stand on, padding, flags, unknown ones, header blocks in pieces (RFC 9113 4, 5.5, 6).
import { octets } from "../../helpers.ts";
import {
  BOTH,
  begin,
  begun,
  type Case,
  CLIENT,
  fatal,
  fine,
  GET,
  GOT,
  get,
  resetStream,
  resets,
  SERVER,
  start,
  whole,
} from "../case.ts";
import {
  altered,
  bytes,
  continuation,
  data,
  frame,
  frameHeader,
  goaway,
  headers,
  inPieces,
  join,
  literals,
  ping,
  priority,
  priorityUpdate,
  pushPromise,
  rstStream,
  settings,
  TYPE,
  windowUpdate,
} from "../frames.ts";

const LONG = { long: true } as const;

/** A payload one octet above the limit. */
const TOO_LARGE = new Uint8Array(16_385);
const EMPTY = bytes();

const empty = (count: number): Uint8Array => new Uint8Array(count);

// --- sizes (4.2) ----------------------------------------------------------------------------------------------------------------

export const SIZES: readonly Case[] = [
  resets(
    "DATA above MAX_FRAME_SIZE",
    BOTH,
    (role) => [begin(role), frame(TYPE.DATA, 0, 3, TOO_LARGE)],
    (role) => [begun(role)],
    [3, "FRAME_SIZE_ERROR"],
    LONG,
  ),
  fine(
    "DATA of MAX_FRAME_SIZE",
    BOTH,
    (role) => [begin(role), data(3, 16_384)],
    (role) => [begun(role), `data 3 ${"x".repeat(16_384)}`],
    LONG,
  ),
  fatal("HEADERS above MAX_FRAME_SIZE", BOTH, [frame(TYPE.HEADERS, 4, 3, TOO_LARGE)], [], "FRAME_SIZE_ERROR", LONG),
  fatal(
    "CONTINUATION above MAX_FRAME_SIZE",
    BOTH,
    (role) => [headers(3, start(role), { open: true }), continuation(3, TOO_LARGE)],
    [],
    "FRAME_SIZE_ERROR",
    LONG,
  ),
  fatal(
    "PUSH_PROMISE above MAX_FRAME_SIZE",
    CLIENT,
    [frame(TYPE.PUSH_PROMISE, 4, 3, TOO_LARGE)],
    [],
    "FRAME_SIZE_ERROR",
    LONG,
  ),
  fatal(
    "SETTINGS above MAX_FRAME_SIZE",
    BOTH,
    [frame(TYPE.SETTINGS, 0, 0, empty(16_386))],
    [],
    "FRAME_SIZE_ERROR",
    LONG,
  ),
  fatal("GOAWAY above MAX_FRAME_SIZE", BOTH, [frame(TYPE.GOAWAY, 0, 0, TOO_LARGE)], [], "FRAME_SIZE_ERROR", LONG),
  fatal("an unknown frame above MAX_FRAME_SIZE", BOTH, [frame(0x20, 0, 0, TOO_LARGE)], [], "FRAME_SIZE_ERROR", LONG),
  fatal(
    "a frame of 2^24-1 octets, of which only the header comes",
    BOTH,
    [frameHeader(TYPE.HEADERS, 4, 3, 2 ** 24 - 1)],
    [],
    "FRAME_SIZE_ERROR",
  ),
  fatal("PING of 7 octets", BOTH, [frame(TYPE.PING, 0, 0, empty(7))], [], "FRAME_SIZE_ERROR"),
  fatal("PING of 9 octets", BOTH, [frame(TYPE.PING, 0, 0, empty(9))], [], "FRAME_SIZE_ERROR"),
  fatal("PING ACK of 0 octets", BOTH, [frame(TYPE.PING, 1, 0, EMPTY)], [], "FRAME_SIZE_ERROR"),
  fatal("RST_STREAM of 3 octets", BOTH, [frame(TYPE.RST_STREAM, 0, 1, empty(3))], [], "FRAME_SIZE_ERROR"),
  fatal("RST_STREAM of 5 octets", BOTH, [frame(TYPE.RST_STREAM, 0, 1, empty(5))], [], "FRAME_SIZE_ERROR"),
  fatal("WINDOW_UPDATE of 3 octets", BOTH, [frame(TYPE.WINDOW_UPDATE, 0, 1, empty(3))], [], "FRAME_SIZE_ERROR"),
  fatal("WINDOW_UPDATE of 5 octets", BOTH, [frame(TYPE.WINDOW_UPDATE, 0, 0, empty(5))], [], "FRAME_SIZE_ERROR"),
  fatal("GOAWAY of 7 octets", BOTH, [frame(TYPE.GOAWAY, 0, 0, empty(7))], [], "FRAME_SIZE_ERROR"),
  fatal("PUSH_PROMISE of 3 octets", CLIENT, [frame(TYPE.PUSH_PROMISE, 4, 3, empty(3))], [], "FRAME_SIZE_ERROR"),
  fatal(
    "HEADERS too short for its priority fields",
    BOTH,
    [frame(TYPE.HEADERS, 0x24, 3, empty(4))],
    [],
    "FRAME_SIZE_ERROR",
  ),
  resets(
    "PRIORITY of 4 octets",
    BOTH,
    (role) => [begin(role), frame(TYPE.PRIORITY, 0, 3, empty(4))],
    (role) => [begun(role)],
    [3, "FRAME_SIZE_ERROR"],
  ),
  resets(
    "PRIORITY of 6 octets",
    BOTH,
    (role) => [begin(role), frame(TYPE.PRIORITY, 0, 3, empty(6))],
    (role) => [begun(role)],
    [3, "FRAME_SIZE_ERROR"],
  ),
];

// --- streams that frames stand on (6) ---------------------------------------------------------------------------------------------

export const PLACES: readonly Case[] = [
  fatal("DATA on stream 0", BOTH, [data(0, "x")], [], "PROTOCOL_ERROR"),
  fatal("HEADERS on stream 0", BOTH, (role) => [headers(0, start(role))], [], "PROTOCOL_ERROR"),
  fatal("PRIORITY on stream 0", BOTH, [priority(0)], [], "PROTOCOL_ERROR"),
  fatal("RST_STREAM on stream 0", BOTH, [rstStream(0)], [], "PROTOCOL_ERROR"),
  fatal("CONTINUATION on stream 0", BOTH, [continuation(0, EMPTY)], [], "PROTOCOL_ERROR"),
  fatal("PUSH_PROMISE on stream 0", CLIENT, [pushPromise(0, 2, GET)], [], "PROTOCOL_ERROR"),
  fatal("PING on a stream", BOTH, [frame(TYPE.PING, 0, 1, empty(8))], [], "PROTOCOL_ERROR"),
  fatal("GOAWAY on a stream", BOTH, [frame(TYPE.GOAWAY, 0, 1, empty(8))], [], "PROTOCOL_ERROR"),
];

// --- padding (6.1, 6.2, 6.6) --------------------------------------------------------------------------------------------------------

/** A frame whose padding is so long, of so many octets. */
const overPadded = (type: number, flags: number, pad: number, length: number): Uint8Array =>
  frame(type, flags | 8, 3, join(bytes(pad), empty(length - 1)));

export const PADDING: readonly Case[] = [
  fine(
    "padded DATA",
    BOTH,
    (role) => [begin(role), data(3, "a", { pad: 0 }), data(3, "b", { pad: 255 }), data(3, "", { pad: 9, end: true })],
    (role) => [begun(role), "data 3 ab", "end 3"],
  ),
  fine(
    "padded HEADERS",
    BOTH,
    (role) => [headers(3, start(role), { pad: 7, end: true })],
    (role) => whole(role),
  ),
  fine(
    "padded HEADERS with priority fields",
    BOTH,
    (role) => [headers(3, start(role), { pad: 7, end: true, priority: 1 })],
    (role) => whole(role),
  ),
  fatal(
    "padding as long as the payload of DATA",
    BOTH,
    (role) => [begin(role), overPadded(TYPE.DATA, 0, 5, 5)],
    (role) => [begun(role)],
    "PROTOCOL_ERROR",
    { last: 3 },
  ),
  fatal(
    "padding longer than the payload of DATA",
    BOTH,
    (role) => [begin(role), overPadded(TYPE.DATA, 1, 255, 5)],
    (role) => [begun(role)],
    "PROTOCOL_ERROR",
    { last: 3 },
  ),
  fatal(
    "padding as long as the payload of DATA that is thrown away",
    BOTH,
    (role) => [begin(role), resetStream(3), overPadded(TYPE.DATA, 0, 5, 5)],
    (role) => [begun(role)],
    "PROTOCOL_ERROR",
    { last: 3, emits: ["RST_STREAM 3 CANCEL"] },
  ),
  fatal("padding as long as the payload of HEADERS", BOTH, [overPadded(TYPE.HEADERS, 4, 9, 9)], [], "PROTOCOL_ERROR"),
  fatal(
    "padding longer than what the priority fields leave of HEADERS",
    BOTH,
    [overPadded(TYPE.HEADERS, 0x24, 6, 11)],
    [],
    "PROTOCOL_ERROR",
  ),
  fatal(
    "padding as long as the payload of PUSH_PROMISE",
    CLIENT,
    [overPadded(TYPE.PUSH_PROMISE, 4, 9, 9)],
    [],
    "PROTOCOL_ERROR",
  ),
];

// --- flags, reserved bits, unknown frames (4.1, 5.5) ----------------------------------------------------------------------------------

const UNKNOWN = frame(0x20, 0xff, 3, octets("whatever"));

export const UNKNOWNS: readonly Case[] = [
  fine(
    "flags without a meaning",
    BOTH,
    (role) => [
      altered(headers(3, start(role), { end: true }), { flags: 0xd2 }),
      altered(priority(3), { flags: 0xff }),
      altered(windowUpdate(1, 1), { flags: 0xff }),
      altered(ping("12345678"), { flags: 0xfe }),
      altered(settings(), { flags: 0xfe }),
    ],
    (role) => [...whole(role), "window-updated 1", "ping 12345678", "settings"],
    { emits: ["PING ACK 12345678", "SETTINGS ACK"] },
  ),
  fine(
    "flags without a meaning on DATA and RST_STREAM",
    BOTH,
    (role) => [begin(role), altered(data(3, "a"), { flags: 0xf6 }), altered(rstStream(3), { flags: 0xff })],
    (role) => [begun(role), "data 3 a", "reset 3 CANCEL remote"],
  ),
  fine(
    "the reserved bit of the stream identifier",
    BOTH,
    (role) => [
      altered(headers(3, start(role), { end: true }), { reserved: true }),
      altered(ping("12345678"), { reserved: true }),
      altered(windowUpdate(1, 1), { reserved: true }),
    ],
    (role) => [...whole(role), "ping 12345678", "window-updated 1"],
    { emits: ["PING ACK 12345678"] },
  ),
  fine(
    "the reserved bit of a window increment",
    BOTH,
    [windowUpdate(1, 2 ** 31 + 1), windowUpdate(0, 2 ** 31 + 1)],
    ["window-updated 1", "window-updated 0"],
  ),
  fine(
    "frames of unknown types",
    BOTH,
    [UNKNOWN, frame(0x20, 0, 0, EMPTY), frame(0xff, 0, 99, bytes(0))],
    ["unknown-frame", "unknown-frame", "unknown-frame"],
  ),
  fatal(
    "a frame of unknown type inside a header block",
    BOTH,
    (role) => [headers(3, start(role), { open: true }), UNKNOWN],
    [],
    "PROTOCOL_ERROR",
  ),
  fine(
    "RST_STREAM with an unknown code",
    BOTH,
    (role) => [begin(role), rstStream(3, 0xdead_beef)],
    (role) => [begun(role), `reset 3 ${0xdead_beef} remote`],
  ),
  fine(
    "PRIORITY on idle, open and closed streams",
    BOTH,
    (role) => [priority(99), priority(98), headers(3, start(role), { end: true }), priority(3, 1), priority(1, 99)],
    (role) => whole(role),
  ),
  fine(
    "PRIORITY_UPDATE that is no field value",
    SERVER,
    [get(3), priorityUpdate(3, "u=;;")],
    [...GOT(3), "priority-updated 3"],
  ),
];

// --- header blocks in pieces (4.3, 6.10) ----------------------------------------------------------------------------------------------

const OTHERS = (role: "client" | "server"): [string, Uint8Array][] => [
  ["DATA", data(3, "x")],
  ["HEADERS", headers(3, start(role))],
  ["PRIORITY", priority(3)],
  ["RST_STREAM", rstStream(3)],
  ["SETTINGS", settings()],
  ["PING", ping("12345678")],
  ["GOAWAY", goaway(0)],
  ["WINDOW_UPDATE", windowUpdate(0, 1)],
];

const OTHER_NAMES = OTHERS("server").map(([name]) => name);

const otherFrame = (role: "client" | "server", name: string): Uint8Array =>
  OTHERS(role).find(([own]) => own === name)?.[1] as Uint8Array;

/** For each place in the header block a message on its own stream: 3, 5, 7, … */
function cutEverywhere(): Uint8Array {
  const block = literals([...GET, ["name", "value"]]);
  return join(...Array.from({ length: block.length + 1 }, (_, at) => inPieces(3 + 2 * at, block, [at], { end: true })));
}
const CUTS = literals([...GET, ["name", "value"]]).length + 1;

export const BLOCKS: readonly Case[] = [
  ...OTHER_NAMES.map((name) =>
    fatal(
      `${name} inside a header block`,
      BOTH,
      (role) => [headers(3, start(role), { open: true }), otherFrame(role, name)],
      [],
      "PROTOCOL_ERROR",
    ),
  ),
  fatal(
    "DATA between CONTINUATIONs",
    BOTH,
    (role) => [headers(3, start(role), { open: true }), continuation(3, EMPTY, { open: true }), data(3, "x")],
    [],
    "PROTOCOL_ERROR",
  ),
  fatal(
    "CONTINUATION of another stream",
    BOTH,
    (role) => [headers(3, start(role), { open: true }), continuation(1, EMPTY)],
    [],
    "PROTOCOL_ERROR",
  ),
  fatal("CONTINUATION alone", BOTH, [continuation(3, EMPTY)], [], "PROTOCOL_ERROR"),
  fatal("CONTINUATION alone on a known stream", BOTH, [continuation(1, EMPTY)], [], "PROTOCOL_ERROR"),
  fatal(
    "CONTINUATION behind END_HEADERS",
    BOTH,
    (role) => [headers(3, start(role), { end: true }), continuation(3, EMPTY)],
    (role) => whole(role),
    "PROTOCOL_ERROR",
    { last: 3 },
  ),
  fatal(
    "CONTINUATION behind a CONTINUATION with END_HEADERS",
    BOTH,
    (role) => [headers(3, start(role), { open: true }), continuation(3, EMPTY), continuation(3, EMPTY)],
    (role) => [begun(role).replace("POST", "GET")],
    "PROTOCOL_ERROR",
    { last: 3 },
  ),
  fine(
    "a header block cut at every octet",
    SERVER,
    [cutEverywhere()],
    Array.from({ length: CUTS }, (_, at) => [
      `request ${3 + 2 * at} GET http://a/ | name: value`,
      `end ${3 + 2 * at}`,
    ]).flat(),
    LONG,
  ),
  fine(
    "a header block in eight frames",
    BOTH,
    (role) => [
      inPieces(3, literals([...start(role), ["name", "value"]]), [1, 2, 3, 5, 8, 9, 12], { end: true, pad: 3 }),
    ],
    (role) => whole(role, 3, " | name: value"),
  ),
  fine(
    "a header block whose first frame is empty",
    BOTH,
    (role) => [inPieces(3, literals(start(role)), [0], { end: true })],
    (role) => whole(role),
  ),
];
