// h2spec's suite `generic`: what every server takes. Those of its section 5 are in hpack.ts.
import { GET } from "../http2/case.ts";
import {
  bytes,
  data,
  frame,
  goaway as goawayFrame,
  headers,
  inPieces,
  join,
  priority,
  rstStream,
  settings,
  TYPE,
  windowUpdate,
} from "../http2/frames.ts";
import {
  ANSWERED,
  answer,
  awaited,
  closed,
  OVER,
  PING,
  PONG,
  REQUEST,
  request,
  said,
  section,
  setWindow,
  upload,
  WHOLE,
} from "./scenario.ts";

const priorityOf = (stream: number, dependency: number, weight: number) =>
  frame(TYPE.PRIORITY, 0, stream, join(bytes(dependency >>> 24, 0, 0, dependency & 0xff), bytes(weight)));

export const GENERIC = [
  section("generic 1", ["preface and SETTINGS", [], said()]),
  section(
    "generic 2",
    ["PRIORITY on an idle stream", [priority(1), PING], PONG],
    [
      "WINDOW_UPDATE on a half-closed stream",
      [setWindow(0), request(), windowUpdate(1, 1)],
      said("HEADERS 1", "DATA 1 h"),
    ],
    [
      "PRIORITY on a half-closed stream",
      [setWindow(0), request(), priority(1), windowUpdate(1, 1)],
      said("HEADERS 1", "DATA 1 h"),
    ],
    ["RST_STREAM on a half-closed stream", [request(), rstStream(1), PING], PONG],
    ["PRIORITY on a closed stream", [request(), OVER, priority(1), PING], said(...answer(), ...PONG.says)],
  ),
  section(
    "generic 3.1",
    ["DATA", [upload(), data(1, "test", WHOLE)], ANSWERED],
    ["DATA twice", [upload(), data(1, "test"), data(1, "test", WHOLE)], ANSWERED],
    ["padded DATA", [upload(), data(1, "test", { ...WHOLE, pad: 6 })], ANSWERED],
  ),
  section(
    "generic 3.2",
    ["HEADERS", request(), ANSWERED],
    ["padded HEADERS", headers(1, GET, { ...WHOLE, pad: 8 }), ANSWERED],
    ["HEADERS with priority fields", headers(1, GET, { ...WHOLE, priority: 0 }), ANSWERED],
  ),
  section(
    "generic 3.3",
    ["PRIORITY of weight 1", [priorityOf(1, 0, 0), request()], ANSWERED],
    ["PRIORITY of weight 256", [priorityOf(1, 0, 255), request()], ANSWERED],
    ["PRIORITY that depends on another stream", [priorityOf(3, 1, 0), request()], ANSWERED],
    ["exclusive PRIORITY", [priorityOf(1, 0x8000_0000, 0), request()], ANSWERED],
    ["PRIORITY on a higher stream than the request's", [priorityOf(3, 0, 255), request()], ANSWERED],
  ),
  section("generic 3.4", ["RST_STREAM", [request(), rstStream(1), PING], PONG]),
  section("generic 3.5", [
    "SETTINGS",
    [
      settings(
        ["HEADER_TABLE_SIZE", 4096],
        ["ENABLE_PUSH", 1],
        ["MAX_CONCURRENT_STREAMS", 100],
        ["INITIAL_WINDOW_SIZE", 65_535],
        ["MAX_FRAME_SIZE", 16_384],
        ["MAX_HEADER_LIST_SIZE", 100],
      ),
      awaited("SETTINGS ACK"),
    ],
    said(),
  ]),
  section("generic 3.7", ["PING", PING, PONG]),
  section("generic 3.8", ["GOAWAY", goawayFrame(0, "NO_ERROR", "enough"), closed]),
  section(
    "generic 3.9",
    ["WINDOW_UPDATE of the connection", [windowUpdate(0, 1), PING], PONG],
    ["WINDOW_UPDATE of a stream", [request(), windowUpdate(1, 1)], ANSWERED],
  ),
  section(
    "generic 3.10",
    ["CONTINUATION", inPieces(1, REQUEST, [5], WHOLE), ANSWERED],
    ["CONTINUATION twice", inPieces(1, REQUEST, [5, 10], WHOLE), ANSWERED],
  ),
  section(
    "generic 4",
    ["GET", request(), ANSWERED],
    ["HEAD", headers(1, [[":method", "HEAD"], ...GET.slice(1)], WHOLE), said("HEADERS 1", "DATA 1  END_STREAM")],
    ["POST", [upload(), data(1, "test", WHOLE)], ANSWERED],
    [
      "POST with trailers",
      [upload(["trailer", "x-test"]), data(1, "test"), headers(1, [["x-test", "ok"]], WHOLE)],
      ANSWERED,
    ],
  ),
].flat();
