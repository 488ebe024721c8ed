// Frames of other documents: ALTSVC (RFC 7838), ORIGIN (RFC 8336), PRIORITY_UPDATE (RFC 9218); limits of our own that the
// RFCs leave open; and the end of the input.
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
  OK,
  ok,
  POSTED,
  post,
  resetStream,
  resets,
  respond,
  SERVER,
  start,
} from "../case.ts";
import {
  altered,
  altsvc,
  bytes,
  continuation,
  data,
  frame,
  headers,
  inPieces,
  join,
  literals,
  number,
  origin,
  PREFACE,
  ping,
  priority,
  priorityUpdate,
  pushPromise,
  rstStream,
  settings,
  TYPE,
} from "../frames.ts";

const last = { end: true } as const;
const limits = (set: Record<string, number>) => ({ options: { limits: set } });

// --- ALTSVC, ORIGIN: what does not fit in is ignored ----------------------------------------------------------------------------------

export const ANNOUNCEMENTS: readonly Case[] = [
  fine("ALTSVC of an origin", CLIENT, [altsvc(0, "http://a", 'h2=":1"')], ["alternative-service"]),
  fine("ALTSVC of a stream", CLIENT, [altsvc(3, "", 'h2=":1"')], ["alternative-service"]),
  fine(
    "ALTSVC of a stream whose response has begun, and of one whose is over",
    CLIENT,
    [ok(3), altsvc(3, "", 'h2=":1"'), data(3, "", last), altsvc(3, "", "clear")],
    ["response 3 200", "alternative-service", "end 3"],
  ),
  fine(
    "ALTSVC of a promised stream",
    CLIENT,
    [pushPromise(3, 2, GET), altsvc(2, "", 'h2=":1"')],
    ["push-promise 3 2 GET http://a/", "alternative-service"],
    { options: { settings: { enablePush: true } } },
  ),
  fine("ALTSVC without an origin", CLIENT, [altsvc(0, "", 'h2=":1"')], []),
  fine("ALTSVC of a stream with an origin", CLIENT, [altsvc(3, "http://a", 'h2=":1"')], []),
  fine("ALTSVC of a stream that is not", CLIENT, [altsvc(99, "", 'h2=":1"')], []),
  fine(
    "ALTSVC whose origin is longer than it",
    CLIENT,
    [frame(TYPE.ALTSVC, 0, 0, join(number(9, 2), octets("a")))],
    [],
  ),
  fine("ALTSVC of one octet", CLIENT, [frame(TYPE.ALTSVC, 0, 0, bytes(0))], []),
  fine("ALTSVC of a client", SERVER, [altsvc(0, "http://a", 'h2=":1"')], []),
  fine("ORIGIN", CLIENT, [origin("https://a", "https://b"), origin()], ["origin", "origin"]),
  fine("ORIGIN of more than 255 octets", CLIENT, [origin(`https://${"a".repeat(300)}`)], ["origin"]),
  fine("ORIGIN on a stream", CLIENT, [frame(TYPE.ORIGIN, 0, 1, bytes())], []),
  fine("ORIGIN with flags", CLIENT, [altered(origin("https://a"), { flags: 1 })], []),
  fine("ORIGIN that is cut in an origin", CLIENT, [frame(TYPE.ORIGIN, 0, 0, join(number(9, 2), octets("a")))], []),
  fine("ORIGIN that is cut in a length", CLIENT, [frame(TYPE.ORIGIN, 0, 0, bytes(0))], []),
  fine("ORIGIN of a client", SERVER, [origin("https://a")], []),
];

// --- priorities (RFC 9218 7.1, RFC 7540 5.3.1) ------------------------------------------------------------------------------------------

const TWO = { options: { settings: { maxConcurrentStreams: 2 } } };

export const PRIORITIES: readonly Case[] = [
  fine("PRIORITY_UPDATE", SERVER, [get(3), priorityUpdate(3, "u=1, i")], [...GOT(3), "priority-updated 3"]),
  fine(
    "PRIORITY_UPDATE before its request",
    SERVER,
    [priorityUpdate(3, "u=1"), get(3)],
    ["priority-updated 3", ...GOT(3)],
  ),
  fine("PRIORITY_UPDATE of a stream that is over", SERVER, [get(3), respond(3), priorityUpdate(3, "u=1")], GOT(3), {
    emits: ["HEADERS 3 END_STREAM"],
  }),
  fatal("PRIORITY_UPDATE on a stream", SERVER, [frame(TYPE.PRIORITY_UPDATE, 0, 1, number(1, 4))], [], "PROTOCOL_ERROR"),
  fatal("PRIORITY_UPDATE of stream 0", SERVER, [priorityUpdate(0, "u=1")], [], "PROTOCOL_ERROR"),
  fatal("PRIORITY_UPDATE of a push that is not", SERVER, [priorityUpdate(2, "u=1")], [], "PROTOCOL_ERROR"),
  fatal(
    "PRIORITY_UPDATE of 3 octets",
    SERVER,
    [frame(TYPE.PRIORITY_UPDATE, 0, 0, number(3, 3))],
    [],
    "FRAME_SIZE_ERROR",
  ),
  fatal("PRIORITY_UPDATE of a server", CLIENT, [priorityUpdate(1, "u=1")], [], "PROTOCOL_ERROR"),
  fatal(
    "more PRIORITY_UPDATEs before their requests than there may be streams",
    SERVER,
    [priorityUpdate(3, "u=1"), priorityUpdate(3, "u=2"), priorityUpdate(5, "u=1")],
    ["priority-updated 3", "priority-updated 3"],
    "PROTOCOL_ERROR",
    TWO,
  ),
  resets(
    "HEADERS that make a stream depend on itself",
    SERVER,
    [headers(3, GET, { end: true, priority: 3 })],
    [],
    [3, "PROTOCOL_ERROR"],
  ),
  fatal("PRIORITY that makes an idle stream depend on itself", BOTH, [priority(99, 99)], [], "PROTOCOL_ERROR"),
  fine(
    "PRIORITY that makes a stream that is over depend on itself",
    SERVER,
    [get(3), respond(3), priority(3, 3)],
    GOT(3),
    { emits: ["HEADERS 3 END_STREAM"] },
  ),
];

// --- limits of our own ------------------------------------------------------------------------------------------------------------------

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const BLOCK = literals([...GET, ["n", "v".repeat(30)]]);
const AS_LARGE = limits({ maxHeaderBlockBytes: BLOCK.length });
const AS_LARGE_GIVES = [`request 3 GET http://a/ | n: ${"v".repeat(30)}`, "end 3"];

export const LIMITS: readonly Case[] = [
  fine("a header block as large as allowed", SERVER, [headers(3, BLOCK, last)], AS_LARGE_GIVES, AS_LARGE),
  fine(
    "a header block as large as allowed, in two frames",
    SERVER,
    [inPieces(3, BLOCK, [40], last)],
    AS_LARGE_GIVES,
    AS_LARGE,
  ),
  fatal(
    "a header block larger than allowed, in one frame",
    BOTH,
    (role) => [headers(3, [...start(role), ["n", "v".repeat(200)]], last)],
    [],
    "ENHANCE_YOUR_CALM",
    limits({ maxHeaderBlockBytes: 150 }),
  ),
  fatal(
    "a header block larger than allowed, in two frames",
    BOTH,
    (role) => [headers(3, start(role), { open: true }), continuation(3, literals([["n", "v".repeat(140)]]))],
    [],
    "ENHANCE_YOUR_CALM",
    limits({ maxHeaderBlockBytes: 150 }),
  ),
  resets(
    "more informational responses than allowed",
    CLIENT,
    [headers(3, [[":status", "100"]]), headers(3, [[":status", "103"]])],
    ["informational-response 3 100"],
    [3, "ENHANCE_YOUR_CALM"],
    limits({ maxInformationalResponses: 1 }),
  ),
  fine(
    "a body as large as allowed",
    BOTH,
    (role) => [begin(role), data(3, 15, last)],
    (role) => [begun(role), `data 3 ${"x".repeat(15)}`, "end 3"],
    limits({ maxBodyBytes: 15 }),
  ),
  resets(
    "a response's body larger than allowed",
    CLIENT,
    [ok(3), data(3, 10), data(3, 6)],
    ["response 3 200", `data 3 ${"x".repeat(10)}`],
    [3, "CANCEL"],
    limits({ maxBodyBytes: 15 }),
  ),
  fine(
    "a request's body larger than allowed is answered",
    SERVER,
    [post(3), data(3, 10), data(3, 6)],
    [POSTED(3), `data 3 ${"x".repeat(10)}`, "reset 3 CANCEL local"],
    { ...limits({ maxBodyBytes: 15 }), emits: ["HEADERS 3 END_STREAM", "RST_STREAM 3 NO_ERROR"] },
  ),
  fatal(
    "more octets to answer than may wait",
    BOTH,
    times(4, () => ping("12345678")),
    times(3, () => "ping 12345678"),
    "ENHANCE_YOUR_CALM",
    {
      ...limits({ maxQueuedControlBytes: 51 }),
      emits: times(3, () => "PING ACK 12345678"),
    },
  ),
  fatal(
    "DATA on a stream that was skipped long ago",
    SERVER,
    [...times(40, (i) => get(5 + 4 * i)), data(3, "x")],
    times(40, (i) => GOT(5 + 4 * i)).flat(),
    "STREAM_CLOSED",
    { last: 161, long: true },
  ),
  fine(
    "DATA on a stream that we reset some resets ago",
    SERVER,
    [...times(20, (i) => [post(3 + 2 * i), resetStream(3 + 2 * i)]).flat(), data(3, "x"), data(23, "x")],
    times(20, (i) => POSTED(3 + 2 * i)),
    { long: true, emits: times(20, (i) => `RST_STREAM ${3 + 2 * i} CANCEL`) },
  ),
  fatal(
    "DATA on a stream that we reset a thousand resets ago",
    SERVER,
    [...times(1025, (i) => [post(3 + 2 * i), resetStream(3 + 2 * i)]).flat(), data(3, "x")],
    times(1025, (i) => POSTED(3 + 2 * i)),
    "STREAM_CLOSED",
    { last: 2051, long: true, emits: times(1025, (i) => `RST_STREAM ${3 + 2 * i} CANCEL`) },
  ),
];

// --- the smallest frames ------------------------------------------------------------------------------------------------------------------

export const SMALLEST: readonly Case[] = [
  fatal("padded HEADERS without a payload", BOTH, [frame(TYPE.HEADERS, 0xc, 3, bytes())], [], "FRAME_SIZE_ERROR"),
  fatal(
    "padded DATA without a payload",
    BOTH,
    (role) => [begin(role), frame(TYPE.DATA, 8, 3, bytes())],
    (role) => [begun(role)],
    "FRAME_SIZE_ERROR",
    { last: 3 },
  ),
  fatal(
    "padded PUSH_PROMISE without room for a stream",
    CLIENT,
    [frame(TYPE.PUSH_PROMISE, 0xc, 3, number(0, 4))],
    [],
    "FRAME_SIZE_ERROR",
  ),
  resets(
    "a response that ends with its head and says it has a body",
    CLIENT,
    [headers(3, [...OK, ["content-length", "5"]], last)],
    [],
    [3, "PROTOCOL_ERROR"],
  ),
  fine(
    "padding that leaves nothing of DATA",
    BOTH,
    (role) => [begin(role), frame(TYPE.DATA, 9, 3, bytes(3, 0, 0, 0))],
    (role) => [begun(role), "end 3"],
  ),
  fatal("CONTINUATION before SETTINGS", SERVER, [PREFACE, continuation(1, bytes())], [], "PROTOCOL_ERROR", {
    bare: true,
  }),
  fatal("CONTINUATION of a server before SETTINGS", CLIENT, [continuation(1, bytes())], [], "PROTOCOL_ERROR", {
    bare: true,
  }),
];

// --- the end of the input -------------------------------------------------------------------------------------------------------------------

const ENDS = { ends: true } as const;
const BARE = { ends: true, bare: true } as const;
/** What the exchange around and stream 3 come to when the input ends. */
const CUT = ["reset 1 CANCEL remote"];

export const ENDS_OF_INPUT: readonly Case[] = [
  fine("the input ends after SETTINGS", SERVER, [PREFACE, settings()], ["settings", "connection-closed"], {
    ...BARE,
    emits: ["SETTINGS ACK"],
    finished: true,
  }),
  fine("there is no input", BOTH, [], ["connection-closed"], { ...BARE, finished: true }),
  fatal("the input ends in the preface", SERVER, [PREFACE.subarray(0, 9)], [], "PROTOCOL_ERROR", BARE),
  fatal("the input ends in a frame's header", BOTH, [ping("12345678").subarray(0, 5)], [], "PROTOCOL_ERROR", ENDS),
  fatal("the input ends in a frame", BOTH, [ping("12345678").subarray(0, 12)], [], "PROTOCOL_ERROR", ENDS),
  fatal(
    "the input ends in DATA",
    BOTH,
    (role) => [begin(role), data(3, "hello").subarray(0, 12)],
    (role) => [begun(role), "data 3 hel"],
    "PROTOCOL_ERROR",
    { ...ENDS, last: 3 },
  ),
  fatal(
    "the input ends in padding",
    BOTH,
    (role) => [begin(role), data(3, "hello", { pad: 5 }).subarray(0, 17)],
    (role) => [begun(role), "data 3 hello"],
    "PROTOCOL_ERROR",
    { ...ENDS, last: 3 },
  ),
  fatal(
    "the input ends in a header block",
    BOTH,
    (role) => [headers(3, start(role), { open: true })],
    [],
    "PROTOCOL_ERROR",
    ENDS,
  ),
  fine(
    "the input ends while messages come",
    SERVER,
    [post(3), data(3, "x")],
    [POSTED(3), "data 3 x", ...CUT, "reset 3 CANCEL remote", "connection-closed"],
    { ...ENDS, finished: true },
  ),
  fine(
    "the input ends and requests are to be answered",
    SERVER,
    [get(3)],
    [...GOT(3), ...CUT, "connection-closed"],
    ENDS,
  ),
  fine("the input ends before responses", CLIENT, [], [...CUT, "reset 3 CANCEL remote", "connection-closed"], {
    ...ENDS,
    finished: true,
  }),
  fine(
    "the input ends after RST_STREAM",
    CLIENT,
    [rstStream(1), rstStream(3)],
    ["reset 1 CANCEL remote", "reset 3 CANCEL remote", "connection-closed"],
    { ...ENDS, finished: true },
  ),
];
