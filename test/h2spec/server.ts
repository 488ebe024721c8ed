// h2spec's suite `http2`, in its order and by its sections, which are those of RFC 7540.
import { GET, POST } from "../http2/case.ts";
import {
  bytes,
  continuation,
  data,
  frame,
  goaway as goawayFrame,
  headers,
  priority,
  pushPromise,
  rstStream,
  settings,
  TYPE,
  windowUpdate,
} from "../http2/frames.ts";
import { ofBoth } from "./both.ts";
import {
  ANSWERED,
  answer,
  awaited,
  closed,
  goaway,
  MORE,
  OPEN,
  OVER,
  PING,
  PONG,
  REQUEST,
  request,
  reset,
  SHORT_PRIORITY,
  said,
  section,
  setWindow,
  upload,
  WHOLE,
} from "./scenario.ts";

/** A header block without its end. */
const BEGUN = headers(1, REQUEST, OPEN);
const without = (name: string) =>
  headers(
    1,
    GET.filter(([field]) => field !== name),
    WHOLE,
  );
const again = (name: string) => headers(1, [...GET, ...GET.filter(([field]) => field === name)], WHOLE);

export const HTTP2 = [
  ofBoth("http2", POST),
  section("http2 3.5", ["preface and SETTINGS", [], said()]),
  section("http2 4.2", ["DATA of 2^14 octets", [upload(), data(1, 16_384, WHOLE)], ANSWERED]),
  section(
    "http2 5.1",
    ["idle: DATA", data(1, "test", WHOLE), goaway("PROTOCOL_ERROR", 0)],
    ["idle: RST_STREAM", rstStream(1), goaway("PROTOCOL_ERROR", 0)],
    ["idle: WINDOW_UPDATE", windowUpdate(1, 100), goaway("PROTOCOL_ERROR", 0)],
    ["idle: CONTINUATION", continuation(1, REQUEST), goaway("PROTOCOL_ERROR", 0)],
    ["half-closed: DATA", [request(), data(1, "test", WHOLE)], reset("STREAM_CLOSED")],
    ["half-closed: HEADERS", [request(), request()], reset("STREAM_CLOSED")],
    ["half-closed: CONTINUATION", [request(), continuation(1, REQUEST)], goaway("PROTOCOL_ERROR", 1)],
    [
      "closed by RST_STREAM: CONTINUATION",
      [upload(), rstStream(1), continuation(1, MORE)],
      goaway("PROTOCOL_ERROR", 1),
    ],
    ["closed by END_STREAM: DATA", [request(), OVER, data(1, "test", WHOLE)], goaway("STREAM_CLOSED", 1, ...answer())],
    ["closed by END_STREAM: HEADERS", [request(), OVER, request()], goaway("STREAM_CLOSED", 1, ...answer())],
    [
      "closed by END_STREAM: CONTINUATION",
      [request(), OVER, continuation(1, MORE)],
      goaway("PROTOCOL_ERROR", 1, ...answer()),
    ],
  ),
  section(
    "http2 5.1.1",
    ["an even stream", headers(2, GET, WHOLE), goaway("PROTOCOL_ERROR", 0)],
    ["a lower stream than the last", [headers(5, GET, WHOLE), headers(3, GET, WHOLE)], goaway("PROTOCOL_ERROR", 5)],
    ["HEADERS on a half-closed stream", [headers(5, GET, WHOLE), headers(5, GET, WHOLE)], reset("STREAM_CLOSED", 5)],
  ),
  section("http2 5.1.2", [
    "more streams than MAX_CONCURRENT_STREAMS",
    [setWindow(0), ...Array.from({ length: 101 }, (_, i) => headers(2 * i + 1, GET, WHOLE))],
    said("RST_STREAM 201 REFUSED_STREAM", ...Array.from({ length: 100 }, (_, i) => `HEADERS ${2 * i + 1}`)),
  ]),
  section(
    "http2 5.3.1",
    ["HEADERS that depend on themselves", headers(1, GET, { ...WHOLE, priority: 1 }), reset("PROTOCOL_ERROR")],
    // RST_STREAM cannot be sent on an idle stream: it becomes an error of the connection.
    ["PRIORITY that depends on itself", priority(1, 1), goaway("PROTOCOL_ERROR", 0)],
  ),
  section(
    "http2 6.1",
    [
      "DATA on a stream that is neither open nor half-closed (local)",
      [headers(1, POST, WHOLE), data(1, "test", WHOLE)],
      reset("STREAM_CLOSED"),
    ],
    [
      "DATA with more padding than payload",
      [upload(["content-length", "4"]), frame(TYPE.DATA, 9, 1, bytes(6, 1, 2, 3, 4))],
      goaway("PROTOCOL_ERROR", 1),
    ],
  ),
  section("http2 6.2", [
    "HEADERS behind HEADERS without END_HEADERS",
    [BEGUN, headers(3, GET, WHOLE)],
    goaway("PROTOCOL_ERROR", 0),
  ]),
  section("http2 6.3", ["PRIORITY of 4 octets", [request(), SHORT_PRIORITY], reset("FRAME_SIZE_ERROR")]),
  section(
    "http2 6.4",
    ["RST_STREAM on an idle stream", rstStream(1), goaway("PROTOCOL_ERROR", 0)],
    [
      "RST_STREAM of 3 octets",
      [request(), frame(TYPE.RST_STREAM, 0, 1, new Uint8Array(3))],
      goaway("FRAME_SIZE_ERROR", 1),
    ],
  ),
  section("http2 6.5.2", ["ENABLE_PUSH 2", settings(["ENABLE_PUSH", 2]), goaway("PROTOCOL_ERROR", 0)]),
  section("http2 6.5.3", [
    "INITIAL_WINDOW_SIZE twice in a frame",
    [settings(["INITIAL_WINDOW_SIZE", 100], ["INITIAL_WINDOW_SIZE", 1]), awaited("SETTINGS ACK"), request()],
    said("HEADERS 1", "DATA 1 h"),
  ]),
  section("http2 6.9.1", [
    "a window of one octet",
    [setWindow(1), awaited("SETTINGS ACK"), request()],
    said("HEADERS 1", "DATA 1 h"),
  ]),
  section(
    "http2 6.9.2",
    [
      "INITIAL_WINDOW_SIZE changes behind HEADERS",
      [setWindow(0), awaited("SETTINGS ACK"), request(), awaited("HEADERS 1"), setWindow(1)],
      said("HEADERS 1", "DATA 1 h"),
    ],
    [
      "a window becomes negative",
      [setWindow(3), awaited("SETTINGS ACK"), request(), awaited("DATA 1 hel"), setWindow(2), windowUpdate(1, 2)],
      said("HEADERS 1", "DATA 1 hel", "DATA 1 l"),
    ],
    ["INITIAL_WINDOW_SIZE 2^31", setWindow(2 ** 31), goaway("FLOW_CONTROL_ERROR", 0)],
  ),
  section(
    "http2 6.10",
    [
      "CONTINUATION behind CONTINUATION",
      [headers(1, REQUEST, { ...WHOLE, ...OPEN }), continuation(1, MORE, OPEN), continuation(1, MORE)],
      ANSWERED,
    ],
    ["CONTINUATION behind END_HEADERS", [request(), continuation(1, MORE)], goaway("PROTOCOL_ERROR", 1)],
    [
      "CONTINUATION behind CONTINUATION with END_HEADERS",
      [headers(1, REQUEST, { ...WHOLE, ...OPEN }), continuation(1, MORE), continuation(1, MORE)],
      goaway("PROTOCOL_ERROR", 1),
    ],
    [
      "CONTINUATION behind DATA",
      [upload(), data(1, "test", WHOLE), continuation(1, MORE, OPEN)],
      goaway("PROTOCOL_ERROR", 1),
    ],
  ),
  section(
    "http2 7",
    ["GOAWAY with an unknown code", goawayFrame(0, 0xff), closed],
    ["RST_STREAM with an unknown code", [upload(), rstStream(1, 0xff), PING], PONG],
  ),
  section("http2 8.1", [
    "a second HEADERS without END_STREAM",
    [upload(), data(1, "test"), headers(1, [["x-test", "ok"]])],
    reset("PROTOCOL_ERROR"),
  ]),
  section("http2 8.1.2", ["upper-case letters in a name", request(["X-TEST", "ok"]), reset("PROTOCOL_ERROR")]),
  section(
    "http2 8.1.2.1",
    ["an unknown pseudo-field", request([":test", "ok"]), reset("PROTOCOL_ERROR")],
    ["a pseudo-field of responses", request([":status", "200"]), reset("PROTOCOL_ERROR")],
    [
      "a pseudo-field in trailers",
      [upload(), data(1, "test"), headers(1, [[":method", "POST"]])],
      reset("PROTOCOL_ERROR"),
    ],
    ["a pseudo-field behind a field", headers(1, [["x-test", "ok"], ...GET], WHOLE), reset("PROTOCOL_ERROR")],
  ),
  section(
    "http2 8.1.2.2",
    ["a connection-specific field", request(["connection", "keep-alive"]), reset("PROTOCOL_ERROR")],
    ["TE: trailers, deflate", request(["trailers", "test"], ["te", "trailers, deflate"]), reset("PROTOCOL_ERROR")],
  ),
  section(
    "http2 8.1.2.3",
    ["an empty :path", headers(1, [...GET.slice(0, 3), [":path", ""]], WHOLE), reset("PROTOCOL_ERROR")],
    ["no :method", without(":method"), reset("PROTOCOL_ERROR")],
    ["no :scheme", without(":scheme"), reset("PROTOCOL_ERROR")],
    ["no :path", without(":path"), reset("PROTOCOL_ERROR")],
    ["two :method", again(":method"), reset("PROTOCOL_ERROR")],
    ["two :scheme", again(":scheme"), reset("PROTOCOL_ERROR")],
    ["two :path", again(":path"), reset("PROTOCOL_ERROR")],
  ),
  section(
    "http2 8.1.2.6",
    [
      "more body than Content-Length",
      [upload(["content-length", "1"]), data(1, "test", WHOLE)],
      reset("PROTOCOL_ERROR"),
    ],
    [
      "more body than Content-Length, in two frames",
      [upload(["content-length", "1"]), data(1, "test"), data(1, "test", WHOLE)],
      reset("PROTOCOL_ERROR"),
    ],
  ),
  section("http2 8.2", ["PUSH_PROMISE", pushPromise(1, 3, GET), goaway("PROTOCOL_ERROR", 0)]),
].flat();
