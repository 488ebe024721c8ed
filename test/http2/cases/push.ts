// Push (RFC 9113 6.6, 8.4), in both roles, and streams that are reserved (5.1).
import {
  type Act,
  askWithBody,
  beginResponse,
  type Case,
  CLIENT,
  fatal,
  fine,
  GET,
  get,
  OK,
  ok,
  POST,
  resetStream,
  resets,
  SERVER,
  whole,
} from "../case.ts";
import {
  bytes,
  continuation,
  data,
  headers,
  indexing,
  join,
  literals,
  priority,
  pushPromise,
  rstStream,
  windowUpdate,
} from "../frames.ts";

const RESET = ["RST_STREAM 3 CANCEL"];
const DONE = "end 3";

const PUSH = { options: { settings: { enablePush: true } } };
const PROMISED = "push-promise 3 2 GET http://a/";
const promise = pushPromise(3, 2, GET);

export const PUSHES: readonly Case[] = [
  fatal("PUSH_PROMISE from a client", SERVER, [pushPromise(1, 2, GET)], [], "PROTOCOL_ERROR"),
  fatal("PUSH_PROMISE after ENABLE_PUSH 0 was acknowledged", CLIENT, [promise], [], "PROTOCOL_ERROR", {
    options: { settings: { enablePush: false } },
  }),
  fine(
    "a promise and its response",
    CLIENT,
    [promise, ok(2), data(2, "pushed", { end: true })],
    [PROMISED, "response 2 200", "data 2 pushed", "end 2"],
    PUSH,
  ),
  fine(
    "a promise while the response is read",
    CLIENT,
    [ok(3), promise, data(3, "x", { end: true })],
    ["response 3 200", PROMISED, "data 3 x", DONE],
    PUSH,
  ),
  fine(
    "a promise in two frames, padded",
    CLIENT,
    [
      pushPromise(3, 2, literals(GET).subarray(0, 9), { open: true, pad: 4 }),
      continuation(3, literals(GET).subarray(9)),
    ],
    [PROMISED],
    PUSH,
  ),
  fatal(
    "another frame inside a promise",
    CLIENT,
    [pushPromise(3, 2, literals(GET).subarray(0, 9), { open: true }), continuation(1, bytes())],
    [],
    "PROTOCOL_ERROR",
    PUSH,
  ),
  fatal("PUSH_PROMISE on an idle stream", CLIENT, [pushPromise(5, 2, GET)], [], "PROTOCOL_ERROR", PUSH),
  fatal(
    "PUSH_PROMISE on a stream that is over",
    CLIENT,
    [headers(3, OK, { end: true }), promise],
    ["response 3 200", DONE],
    "PROTOCOL_ERROR",
    PUSH,
  ),
  fatal(
    "PUSH_PROMISE on a stream of ours that the server has ended",
    CLIENT,
    [askWithBody, headers(5, OK, { end: true }), pushPromise(5, 2, GET)],
    whole("client", 5),
    "PROTOCOL_ERROR",
    { ...PUSH, emits: ["HEADERS 5"] },
  ),
  fatal("PUSH_PROMISE on a pushed stream", CLIENT, [promise, pushPromise(2, 4, GET)], [PROMISED], "PROTOCOL_ERROR", {
    ...PUSH,
    last: 2,
  }),
  fatal("a promise of an odd stream", CLIENT, [pushPromise(3, 7, GET)], [], "PROTOCOL_ERROR", PUSH),
  fatal("a promise of stream 0", CLIENT, [pushPromise(3, 0, GET)], [], "PROTOCOL_ERROR", PUSH),
  fatal("a promise of a stream that was promised", CLIENT, [promise, promise], [PROMISED], "PROTOCOL_ERROR", {
    ...PUSH,
    last: 2,
  }),
  fatal(
    "a promise of a lower stream than the last",
    CLIENT,
    [pushPromise(3, 4, GET), promise],
    ["push-promise 3 4 GET http://a/"],
    "PROTOCOL_ERROR",
    { ...PUSH, last: 4 },
  ),
  fatal(
    "DATA on a promised stream before its response",
    CLIENT,
    [promise, data(2, "x")],
    [PROMISED],
    "PROTOCOL_ERROR",
    { ...PUSH, last: 2 },
  ),
  fatal("WINDOW_UPDATE on a promised stream", CLIENT, [promise, windowUpdate(2, 1)], [PROMISED], "PROTOCOL_ERROR", {
    ...PUSH,
    last: 2,
  }),
  fine("RST_STREAM on a promised stream", CLIENT, [promise, rstStream(2)], [PROMISED, "reset 2 CANCEL remote"], PUSH),
  fine(
    "a promise refused by us",
    CLIENT,
    [promise, resetStream(2, "REFUSED_STREAM"), ok(2), data(2, "x", { end: true })],
    [PROMISED],
    {
      ...PUSH,
      emits: ["RST_STREAM 2 REFUSED_STREAM"],
    },
  ),
  resets(
    "more pushed streams than MAX_CONCURRENT_STREAMS",
    CLIENT,
    [promise, pushPromise(3, 4, GET)],
    [PROMISED],
    [4, "REFUSED_STREAM"],
    { options: { settings: { enablePush: true, maxConcurrentStreams: 1 } } },
  ),
  fine(
    "crumbs of a cookie in a promise",
    CLIENT,
    [pushPromise(3, 2, [...GET, ["cookie", "a=b"], ["cookie", "c=d"]])],
    [`${PROMISED} | cookie: a=b; c=d`],
    PUSH,
  ),
  resets("a promise without :path", CLIENT, [pushPromise(3, 2, GET.slice(0, 3))], [], [2, "PROTOCOL_ERROR"], PUSH),
  resets("a promise of an unsafe method", CLIENT, [pushPromise(3, 2, POST)], [], [2, "PROTOCOL_ERROR"], PUSH),
  resets(
    "a promise of a request with content",
    CLIENT,
    [pushPromise(3, 2, [...GET, ["content-length", "1"]])],
    [],
    [2, "PROTOCOL_ERROR"],
    PUSH,
  ),
  resets(
    "a promise without :authority",
    CLIENT,
    [pushPromise(3, 2, [...GET.slice(0, 2), [":path", "/"]])],
    [],
    [2, "PROTOCOL_ERROR"],
    PUSH,
  ),
];

/** Server: a promise of ours on the stream of the exchange around, which reserves stream 2. */
const push: Act = (connection) => {
  connection.push(1, { method: "GET", scheme: "http", authority: "a", target: "/" });
};
const OURS = ["PUSH_PROMISE 1 2"];

export const RESERVED: readonly Case[] = [
  fatal("DATA on a stream we promised", SERVER, [push, data(2, "x")], [], "PROTOCOL_ERROR", { emits: OURS }),
  fatal("HEADERS on a stream we promised", SERVER, [push, get(2)], [], "PROTOCOL_ERROR", { emits: OURS }),
  fatal("PUSH_PROMISE on a stream we promised", SERVER, [push, pushPromise(2, 4, GET)], [], "PROTOCOL_ERROR", {
    emits: OURS,
  }),
  fine(
    "WINDOW_UPDATE, PRIORITY and RST_STREAM on a stream we promised",
    SERVER,
    [push, windowUpdate(2, 1), priority(2), rstStream(2)],
    ["window-updated 2", "reset 2 CANCEL remote"],
    { emits: OURS },
  ),
  resets("DATA on a stream we push on", SERVER, [push, beginResponse(2), data(2, "x")], [], [2, "STREAM_CLOSED"], {
    emits: [...OURS, "HEADERS 2", "RST_STREAM 2 STREAM_CLOSED"],
  }),
  fine(
    "PUSH_PROMISE on a stream we reset",
    CLIENT,
    [resetStream(3), pushPromise(3, 2, join(literals(GET), indexing("c", "d"))), ok(2), data(2, "x", { end: true })],
    [],
    { ...PUSH, inserted: 1, emits: [...RESET, "RST_STREAM 2 REFUSED_STREAM"] },
  ),
];
