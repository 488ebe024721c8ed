// Stream states, identifiers and concurrency (RFC 9113 5.1), GOAWAY (6.8).

import {
  type Act,
  ask,
  askWithBody,
  BOTH,
  begin,
  beginResponse,
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
  ok,
  POST,
  POSTED,
  post,
  resetStream,
  resets,
  respond,
  SERVER,
  start,
  whole,
} from "../case.ts";
import {
  bytes,
  continuation,
  data,
  frame,
  goaway,
  headers,
  indexed,
  indexing,
  join,
  literals,
  MAX_31,
  priority,
  pushPromise,
  rstStream,
  settingsAck,
  TYPE,
  windowUpdate,
} from "../frames.ts";

// --- idle (5.1) -------------------------------------------------------------------------------------------------------------------

export const IDLE: readonly Case[] = [
  fatal("DATA on an idle stream", BOTH, [data(99, "x")], [], "PROTOCOL_ERROR"),
  fatal("RST_STREAM on an idle stream", BOTH, [rstStream(99)], [], "PROTOCOL_ERROR"),
  fatal("WINDOW_UPDATE on an idle stream", BOTH, [windowUpdate(99, 1)], [], "PROTOCOL_ERROR"),
  fatal("DATA on an idle stream of the other kind", BOTH, [data(98, "x")], [], "PROTOCOL_ERROR"),
  fatal("RST_STREAM on an idle stream of the other kind", BOTH, [rstStream(98)], [], "PROTOCOL_ERROR"),
  fatal("WINDOW_UPDATE on an idle stream of the other kind", BOTH, [windowUpdate(98, 1)], [], "PROTOCOL_ERROR"),
  fatal("HEADERS of a client on an even stream", SERVER, [get(2)], [], "PROTOCOL_ERROR"),
  fatal("HEADERS of a server on a stream the client has not opened", CLIENT, [ok(5)], [], "PROTOCOL_ERROR"),
  fatal("HEADERS of a server on a stream it has not promised", CLIENT, [ok(2)], [], "PROTOCOL_ERROR"),
  fatal("HEADERS on a lower stream than the last", SERVER, [get(7), get(5)], GOT(7), "PROTOCOL_ERROR", { last: 7 }),
  fatal("DATA on a stream that was skipped", SERVER, [get(7), data(5, "x")], GOT(7), "STREAM_CLOSED", { last: 7 }),
  fine("streams may be skipped", SERVER, [get(3), get(99), get(1001)], [...GOT(3), ...GOT(99), ...GOT(1001)]),
  fine("the last stream there is", SERVER, [get(MAX_31)], GOT(MAX_31), { emits: [`GOAWAY ${MAX_31} NO_ERROR`] }),
  fatal("a stream behind the last there is", SERVER, [get(MAX_31), get(3)], GOT(MAX_31), "PROTOCOL_ERROR", {
    last: MAX_31,
    emits: [`GOAWAY ${MAX_31} NO_ERROR`],
  }),
];

// --- half-closed and closed (5.1) -----------------------------------------------------------------------------------------------------

const DONE = "end 3";

/** Both sides of stream 3 ended. */
const over: Case["steps"] = (role) => (role === "server" ? [get(3), respond(3)] : [headers(3, OK, { end: true })]);
const overEmits = (role: "client" | "server"): string[] => (role === "server" ? ["HEADERS 3 END_STREAM"] : []);
const overThen =
  (...last: Uint8Array[]): Case["steps"] =>
  (role) => [...(over as (of: string) => Uint8Array[])(role), ...last];

/** Cases that begin when stream 3 is over, one for each role. */
function whenOver(name: string, last: (role: "client" | "server") => Uint8Array, code?: "STREAM_CLOSED"): Case[] {
  return BOTH.map((role) => {
    const steps = (overThen(last(role)) as (of: string) => Uint8Array[])(role);
    const emits = overEmits(role);
    const title = `${name} (${role})`;
    return code
      ? fatal(title, [role], steps, whole(role), code, { emits, last: role === "server" ? 3 : 0 })
      : fine(title, [role], steps, whole(role), { emits });
  });
}

const RESET = ["RST_STREAM 3 CANCEL"];

export const CLOSED: readonly Case[] = [
  resets("DATA on a half-closed stream", SERVER, [get(3), data(3, "x")], GOT(3), [3, "STREAM_CLOSED"]),
  resets("empty DATA on a half-closed stream", SERVER, [get(3), data(3, "", { end: true })], GOT(3), [
    3,
    "STREAM_CLOSED",
  ]),
  resets("HEADERS on a half-closed stream", SERVER, [get(3), headers(3, [["a", "b"]], { end: true })], GOT(3), [
    3,
    "STREAM_CLOSED",
  ]),
  resets(
    "HEADERS on a half-closed stream, and HPACK goes on",
    SERVER,
    [get(3), headers(3, indexing("c", "d"), { end: true })],
    GOT(3),
    [3, "STREAM_CLOSED"],
    { inserted: 1 },
  ),
  resets(
    "frames on a half-closed stream: it is reset once",
    SERVER,
    [get(3), data(3, "x"), data(3, "y"), headers(3, [["a", "b"]], { end: true })],
    GOT(3),
    [3, "STREAM_CLOSED"],
  ),
  resets(
    "DATA on a stream that END_STREAM of DATA half-closed",
    SERVER,
    [post(3), data(3, "x", { end: true }), data(3, "y")],
    [POSTED(3), "data 3 x", DONE],
    [3, "STREAM_CLOSED"],
  ),
  ...[data(5, "x"), headers(5, [["a", "b"]], { end: true })].map((late, i) =>
    resets(
      `${i === 0 ? "DATA" : "HEADERS"} on a stream of ours that the server has ended`,
      CLIENT,
      [askWithBody, headers(5, OK, { end: true }), late],
      whole("client", 5),
      [5, "STREAM_CLOSED"],
      { emits: ["HEADERS 5", "RST_STREAM 5 STREAM_CLOSED"] },
    ),
  ),
  fine(
    "WINDOW_UPDATE, PRIORITY and RST_STREAM on a half-closed stream",
    SERVER,
    [get(3), windowUpdate(3, 1), priority(3), rstStream(3)],
    [...GOT(3), "window-updated 3", "reset 3 CANCEL remote"],
  ),
  ...whenOver("DATA on a stream that is over", () => data(3, "x"), "STREAM_CLOSED"),
  ...whenOver("empty DATA on a stream that is over", () => data(3, "", { end: true }), "STREAM_CLOSED"),
  ...whenOver("HEADERS on a stream that is over", (role) => headers(3, start(role), { end: true }), "STREAM_CLOSED"),
  ...whenOver("WINDOW_UPDATE on a stream that is over", () => windowUpdate(3, 1)),
  ...whenOver("RST_STREAM on a stream that is over", () => rstStream(3)),
  ...whenOver("PRIORITY on a stream that is over", () => priority(3)),

  // after our RST_STREAM the peer's frames are on their way still
  fine(
    "frames after our RST_STREAM",
    BOTH,
    (role) => [begin(role), resetStream(3), data(3, "x"), windowUpdate(3, 1), data(3, "", { end: true }), rstStream(3)],
    (role) => [begun(role)],
    { emits: RESET },
  ),
  fine(
    "HEADERS after our RST_STREAM, and HPACK goes on",
    BOTH,
    (role) => [begin(role), resetStream(3), headers(3, indexing("c", "d"), { end: true })],
    (role) => [begun(role)],
    { emits: RESET, inserted: 1 },
  ),
  fine(
    "a header block begun before our RST_STREAM",
    BOTH,
    (role) => [
      begin(role),
      headers(3, bytes(), { end: true, open: true }),
      resetStream(3),
      continuation(3, indexing("c", "d")),
    ],
    (role) => [begun(role)],
    { emits: RESET, inserted: 1 },
  ),
  fine(
    "RST_STREAM is not answered",
    BOTH,
    (role) => [begin(role), rstStream(3), rstStream(3)],
    (role) => [begun(role), "reset 3 CANCEL remote"],
  ),
  ...[data(3, "x"), headers(3, [["a", "b"]], { end: true })].map((late, i) =>
    fine(
      `${i === 0 ? "DATA" : "HEADERS"} after the peer's RST_STREAM`,
      BOTH,
      (role) => [begin(role), rstStream(3), late],
      (role) => [begun(role), "reset 3 CANCEL remote"],
      { emits: ["RST_STREAM 3 STREAM_CLOSED"] },
    ),
  ),
  fine(
    "frames after the peer's RST_STREAM: it is answered once",
    BOTH,
    (role) => [begin(role), rstStream(3), data(3, "x"), data(3, "y"), headers(3, [["a", "b"]], { end: true })],
    (role) => [begun(role), "reset 3 CANCEL remote"],
    { emits: ["RST_STREAM 3 STREAM_CLOSED"] },
  ),
  fine(
    "WINDOW_UPDATE after the peer's RST_STREAM",
    BOTH,
    (role) => [begin(role), rstStream(3), windowUpdate(3, 1), priority(3)],
    (role) => [begun(role), "reset 3 CANCEL remote"],
  ),
];

// --- concurrency (5.1.2) ----------------------------------------------------------------------------------------------------------------

const TWO = { options: { settings: { maxConcurrentStreams: 2 } } };

export const CONCURRENCY: readonly Case[] = [
  fine("as many streams as allowed", SERVER, [post(3), data(3, "", { end: true })], [POSTED(3), DONE], TWO),
  fine(
    "a stream ends and another begins",
    SERVER,
    [get(3), respond(3), get(5), respond(5), get(7)],
    [...GOT(3), ...GOT(5), ...GOT(7)],
    { ...TWO, emits: ["HEADERS 3 END_STREAM", "HEADERS 5 END_STREAM"] },
  ),
  fine(
    "a stream that is reset leaves its place",
    SERVER,
    [post(3), rstStream(3), post(5), resetStream(5), post(7), data(7, "", { end: true })],
    [POSTED(3), "reset 3 CANCEL remote", POSTED(5), POSTED(7), "end 7"],
    { ...TWO, emits: ["RST_STREAM 5 CANCEL"] },
  ),
  resets(
    "more streams than MAX_CONCURRENT_STREAMS",
    SERVER,
    [post(3), get(5)],
    [POSTED(3)],
    [5, "REFUSED_STREAM"],
    TWO,
  ),
  resets(
    "more streams than MAX_CONCURRENT_STREAMS, and HPACK goes on",
    SERVER,
    [post(3), headers(5, join(literals(POST), indexing("c", "d"))), data(5, "x", { end: true })],
    [POSTED(3)],
    [5, "REFUSED_STREAM"],
    { ...TWO, inserted: 1 },
  ),
  fatal(
    "GOAWAY behind a refused stream",
    SERVER,
    [post(3), get(5), data(0, "x")],
    [POSTED(3), "reset 5 REFUSED_STREAM local"],
    "PROTOCOL_ERROR",
    {
      ...TWO,
      last: 5,
      emits: ["RST_STREAM 5 REFUSED_STREAM"],
    },
  ),
];

// --- GOAWAY (6.8) -------------------------------------------------------------------------------------------------------------------------

const goAway: Act = (connection) => connection.goaway();
const shutDown: Act = (connection) => connection.shutdown();

export const GOAWAYS: readonly Case[] = [
  fine("GOAWAY, and streams finish", SERVER, [goaway(0), get(3)], ["goaway NO_ERROR 0", ...GOT(3)]),
  fine("GOAWAY with the requests it leaves undone", CLIENT, [goaway(1)], ["goaway NO_ERROR 1 3"], { finished: true }),
  fine("GOAWAY twice, lower", CLIENT, [ask, goaway(3), goaway(1)], ["goaway NO_ERROR 3 5", "goaway NO_ERROR 1 3"], {
    emits: ["HEADERS 5 END_STREAM"],
    finished: true,
  }),
  fine(
    "GOAWAY that raises its last stream",
    CLIENT,
    [goaway(1), goaway(3)],
    ["goaway NO_ERROR 1 3", "goaway NO_ERROR 1"],
    { finished: true },
  ),
  fine(
    "GOAWAY with an unknown code and debug data",
    BOTH,
    [goaway(MAX_31, 0xdead, "why")],
    [`goaway ${0xdead} ${MAX_31}`],
  ),
  fine(
    "frames on streams above the last of our GOAWAY",
    SERVER,
    [
      goAway,
      flush,
      headers(3, join(literals(POST), indexing("c", "d"))),
      data(3, "x"),
      windowUpdate(3, 1),
      rstStream(3),
    ],
    [],
    { emits: ["GOAWAY 1 NO_ERROR"], inserted: 1 },
  ),
  fine(
    "a promise above the last of our GOAWAY",
    CLIENT,
    [goAway, flush, pushPromise(3, 2, join(literals(GET), indexing("c", "d"))), ok(2), data(2, "x", { end: true })],
    [],
    { options: { settings: { enablePush: true } }, inserted: 1, emits: ["GOAWAY 0 NO_ERROR"] },
  ),
  fine(
    "streams below the last of our GOAWAY finish",
    SERVER,
    [post(3), goAway, data(3, "x", { end: true }), respond(3)],
    [POSTED(3), "data 3 x", DONE],
    { emits: ["GOAWAY 3 NO_ERROR", "HEADERS 3 END_STREAM"] },
  ),
  ...[data(3, "x"), headers(3, [["a", "b"]], { end: true })].map((late, i) =>
    fatal(
      `${i === 0 ? "DATA" : "HEADERS"} on the last stream of our GOAWAY, which is over`,
      SERVER,
      [get(3), respond(3), goAway, late],
      GOT(3),
      "STREAM_CLOSED",
      { last: 3, emits: ["HEADERS 3 END_STREAM", "GOAWAY 3 NO_ERROR"] },
    ),
  ),
  fine("streams that cross the first GOAWAY of a shutdown", SERVER, [shutDown, flush, get(3), respond(3)], GOT(3), {
    emits: [`GOAWAY ${MAX_31} NO_ERROR`, "HEADERS 3 END_STREAM"],
  }),
  fatal("an error after our GOAWAY", SERVER, [goAway, data(0, "x")], [], "PROTOCOL_ERROR", {
    emits: ["GOAWAY 1 NO_ERROR"],
  }),
];

export const REFERENCES: readonly Case[] = [
  fine(
    "an entry of a stream we reset is in the table",
    SERVER,
    [
      post(3),
      resetStream(3),
      headers(3, indexing("c", "d"), { end: true }),
      headers(5, join(literals(GET), indexed(62)), { end: true }),
    ],
    [POSTED(3), "request 5 GET http://a/ | c: d", "end 5"],
    { emits: RESET, inserted: 1 },
  ),
  fine(
    "a request is answered while its body comes",
    SERVER,
    [post(3), beginResponse(3), data(3, "x", { end: true })],
    [POSTED(3), "data 3 x", DONE],
    { emits: ["HEADERS 3"] },
  ),
  fine(
    "a response while the request is sent",
    CLIENT,
    [askWithBody, ok(5), data(5, "x", { end: true })],
    ["response 5 200", "data 5 x", "end 5"],
    {
      emits: ["HEADERS 5"],
    },
  ),
  fine(
    "a whole response and RST_STREAM NO_ERROR behind it",
    CLIENT,
    [askWithBody, ok(5), data(5, "x", { end: true }), rstStream(5, "NO_ERROR")],
    ["response 5 200", "data 5 x", "end 5", "reset 5 NO_ERROR remote"],
    { emits: ["HEADERS 5"] },
  ),
  fine(
    "SETTINGS ACK more than we sent",
    BOTH,
    [settingsAck(), settingsAck(), frame(TYPE.PRIORITY, 0, 1, bytes(0, 0, 0, 0, 0))],
    [],
  ),
];
