// h2spec's scenarios for clients: its suite `client`. The client has asked, on stream 1, for a resource, without a body.
import { OK } from "../http2/case.ts";
import {
  bytes,
  continuation,
  data,
  frame,
  headers,
  join,
  literals,
  MAX_31,
  priority,
  rstStream,
  settings,
  TYPE,
  windowUpdate,
} from "../http2/frames.ts";
import { ofBoth } from "./both.ts";
import {
  awaited,
  goaway,
  MORE,
  OPEN,
  PING,
  PONG,
  reset,
  SHORT_PRIORITY,
  said,
  section,
  setWindow,
  tooLarge,
  UNKNOWN,
  WHOLE,
} from "./scenario.ts";

const RESPONSE = literals(OK);
const whole = headers(1, OK, WHOLE);
const begun = headers(1, OK);
/** A header block without its end. */
const open = headers(1, OK, OPEN);
const openWhole = headers(1, OK, { ...WHOLE, ...OPEN });

export const CLIENT = [
  ofBoth("client"),
  section("client 1", ["a response", [headers(1, OK), data(1, "hello", WHOLE)], said()]),
  section(
    "client 4.2",
    ["DATA of 2^14 octets", [begun, data(1, 16_384, WHOLE), PING], PONG],
    ["DATA above MAX_FRAME_SIZE", [begun, data(1, 16_385, WHOLE)], reset("FRAME_SIZE_ERROR")],
    ["HEADERS above MAX_FRAME_SIZE", headers(1, tooLarge(OK), WHOLE), goaway("FRAME_SIZE_ERROR", 0)],
  ),
  section(
    "client 4.3",
    ["a literal without its strings", headers(1, bytes(0x40), WHOLE), goaway("COMPRESSION_ERROR", 0)],
    ["PRIORITY inside a header block", [open, priority(1), continuation(1, MORE)], goaway("PROTOCOL_ERROR", 0)],
    ["HEADERS inside a header block", [open, headers(3, OK, WHOLE)], goaway("PROTOCOL_ERROR", 0)],
  ),
  section(
    "client 5.1",
    ["idle: DATA", data(2, "test", WHOLE), goaway("PROTOCOL_ERROR", 0)],
    ["idle: RST_STREAM", rstStream(2), goaway("PROTOCOL_ERROR", 0)],
    ["idle: WINDOW_UPDATE", windowUpdate(2, 100), goaway("PROTOCOL_ERROR", 0)],
    ["idle: CONTINUATION", continuation(2, RESPONSE), goaway("PROTOCOL_ERROR", 0)],
    ["closed by RST_STREAM: DATA", [begun, rstStream(1), data(1, "test", WHOLE)], reset("STREAM_CLOSED")],
    ["closed by RST_STREAM: HEADERS", [begun, rstStream(1), whole], reset("STREAM_CLOSED")],
    ["closed by RST_STREAM: CONTINUATION", [begun, rstStream(1), continuation(1, MORE)], goaway("PROTOCOL_ERROR", 0)],
    ["closed by END_STREAM: DATA", [whole, data(1, "test", WHOLE)], goaway("STREAM_CLOSED", 0)],
    ["closed by END_STREAM: HEADERS", [whole, whole], goaway("STREAM_CLOSED", 0)],
    ["closed by END_STREAM: CONTINUATION", [whole, continuation(1, MORE)], goaway("PROTOCOL_ERROR", 0)],
  ),
  section("client 5.1.1", ["HEADERS on a stream nobody opened", headers(101, OK, WHOLE), goaway("PROTOCOL_ERROR", 0)]),
  section("client 5.4.1", [
    "PING on a stream: GOAWAY, and the end",
    frame(TYPE.PING, 0, 3, new Uint8Array(8)),
    goaway("PROTOCOL_ERROR", 0),
  ]),
  section(
    "client 5.5",
    ["an extension frame", [UNKNOWN, PING], PONG],
    ["an extension frame inside a header block", [open, UNKNOWN], goaway("PROTOCOL_ERROR", 0)],
  ),
  section(
    "client 6.1",
    ["DATA on stream 0", data(0, "test", WHOLE), goaway("PROTOCOL_ERROR", 0)],
    ["DATA on a stream that is closed", [whole, data(1, "test", WHOLE)], goaway("STREAM_CLOSED", 0)],
    [
      "DATA with more padding than payload",
      [headers(1, [...OK, ["content-length", "4"]]), frame(TYPE.DATA, 9, 1, bytes(6, 1, 2, 3, 4))],
      goaway("PROTOCOL_ERROR", 0),
    ],
  ),
  section(
    "client 6.2",
    ["PRIORITY behind HEADERS without END_HEADERS", [open, priority(1)], goaway("PROTOCOL_ERROR", 0)],
    ["HEADERS on stream 0", headers(0, OK, WHOLE), goaway("PROTOCOL_ERROR", 0)],
    [
      "HEADERS with more padding than payload",
      frame(TYPE.HEADERS, 0xd, 1, join(bytes(RESPONSE.length + 2), RESPONSE)),
      goaway("PROTOCOL_ERROR", 0),
    ],
  ),
  section(
    "client 6.3",
    ["PRIORITY on stream 0", priority(0), goaway("PROTOCOL_ERROR", 0)],
    ["PRIORITY of 4 octets", [begun, SHORT_PRIORITY], reset("FRAME_SIZE_ERROR")],
    ["PRIORITY of 4 octets on a closed stream", [whole, SHORT_PRIORITY], reset("FRAME_SIZE_ERROR")],
  ),
  section(
    "client 6.4",
    ["RST_STREAM on stream 0", rstStream(0), goaway("PROTOCOL_ERROR", 0)],
    ["RST_STREAM on an idle stream", rstStream(2), goaway("PROTOCOL_ERROR", 0)],
    ["RST_STREAM of 3 octets", [whole, frame(TYPE.RST_STREAM, 0, 1, new Uint8Array(3))], goaway("FRAME_SIZE_ERROR", 0)],
  ),
  section(
    "client 6.5.2",
    ["INITIAL_WINDOW_SIZE 2^31", setWindow(2 ** 31), goaway("FLOW_CONTROL_ERROR", 0)],
    ["MAX_FRAME_SIZE 2^14 - 1", settings(["MAX_FRAME_SIZE", 16_383]), goaway("PROTOCOL_ERROR", 0)],
    ["MAX_FRAME_SIZE 2^24", settings(["MAX_FRAME_SIZE", 2 ** 24]), goaway("PROTOCOL_ERROR", 0)],
    ["an unknown setting", [settings([0xff, 1]), PING], PONG],
  ),
  section("client 6.5.3", [
    "SETTINGS are acknowledged",
    [settings(["ENABLE_PUSH", 0]), awaited("SETTINGS ACK")],
    said(),
  ]),
  section("client 6.8", [
    "GOAWAY on a stream",
    frame(TYPE.GOAWAY, 0, 1, new Uint8Array(8)),
    goaway("PROTOCOL_ERROR", 0),
  ]),
  section(
    "client 6.9",
    ["WINDOW_UPDATE 0 of the connection", windowUpdate(0, 0), goaway("PROTOCOL_ERROR", 0)],
    ["WINDOW_UPDATE 0 of a stream", [begun, windowUpdate(1, 0)], reset("PROTOCOL_ERROR")],
    ["WINDOW_UPDATE of 3 octets", frame(TYPE.WINDOW_UPDATE, 0, 0, bytes(0, 0, 1)), goaway("FRAME_SIZE_ERROR", 0)],
  ),
  section(
    "client 6.9.1",
    [
      "a connection window over 2^31-1",
      [windowUpdate(0, MAX_31), windowUpdate(0, MAX_31)],
      goaway("FLOW_CONTROL_ERROR", 0),
    ],
    [
      "a stream window over 2^31-1",
      [begun, windowUpdate(1, MAX_31), windowUpdate(1, MAX_31)],
      reset("FLOW_CONTROL_ERROR"),
    ],
  ),
  section(
    "client 6.10",
    ["CONTINUATION behind CONTINUATION", [openWhole, continuation(1, MORE, OPEN), continuation(1, MORE), PING], PONG],
    [
      "DATA between CONTINUATIONs",
      [open, continuation(1, MORE, OPEN), data(1, "test", WHOLE)],
      goaway("PROTOCOL_ERROR", 0),
    ],
    ["CONTINUATION on stream 0", [openWhole, continuation(0, MORE)], goaway("PROTOCOL_ERROR", 0)],
    ["CONTINUATION behind END_HEADERS", [whole, continuation(1, MORE)], goaway("PROTOCOL_ERROR", 0)],
    [
      "CONTINUATION behind CONTINUATION with END_HEADERS",
      [openWhole, continuation(1, MORE), continuation(1, MORE)],
      goaway("PROTOCOL_ERROR", 0),
    ],
    [
      "CONTINUATION behind DATA",
      [begun, data(1, "test", WHOLE), continuation(1, MORE, OPEN)],
      goaway("PROTOCOL_ERROR", 0),
    ],
  ),
].flat();
