// h2spec's scenarios for clients: its suite `client`. The client has asked, on stream 1, for a resource, without a body.
import { OK } from "../http2/case.ts";
import { bytes, continuation, data, frame, headers, literals, rstStream, TYPE, windowUpdate } from "../http2/frames.ts";
import { ofBoth } from "./both.ts";
import { goaway, MORE, OPEN, PING, PONG, reset, SHORT_PRIORITY, said, section, WHOLE } from "./scenario.ts";

const RESPONSE = literals(OK);
const whole = headers(1, OK, WHOLE);
const begun = headers(1, OK);
/** A header block without its end. */
const openWhole = headers(1, OK, { ...WHOLE, ...OPEN });

export const CLIENT = [
  ofBoth("client", OK),
  section("client 1", ["a response", [headers(1, OK), data(1, "hello", WHOLE)], said()]),
  section("client 4.2", ["DATA of 2^14 octets", [begun, data(1, 16_384, WHOLE), PING], PONG]),
  section(
    "client 5.1",
    ["idle: DATA", data(2, "test", WHOLE), goaway("PROTOCOL_ERROR", 0)],
    ["idle: RST_STREAM", rstStream(2), goaway("PROTOCOL_ERROR", 0)],
    ["idle: WINDOW_UPDATE", windowUpdate(2, 100), goaway("PROTOCOL_ERROR", 0)],
    ["idle: CONTINUATION", continuation(2, RESPONSE), goaway("PROTOCOL_ERROR", 0)],
    ["closed by RST_STREAM: CONTINUATION", [begun, rstStream(1), continuation(1, MORE)], goaway("PROTOCOL_ERROR", 0)],
    ["closed by END_STREAM: DATA", [whole, data(1, "test", WHOLE)], goaway("STREAM_CLOSED", 0)],
    ["closed by END_STREAM: HEADERS", [whole, whole], goaway("STREAM_CLOSED", 0)],
    ["closed by END_STREAM: CONTINUATION", [whole, continuation(1, MORE)], goaway("PROTOCOL_ERROR", 0)],
  ),
  section("client 5.1.1", ["HEADERS on a stream nobody opened", headers(101, OK, WHOLE), goaway("PROTOCOL_ERROR", 0)]),
  section(
    "client 6.1",
    ["DATA on a stream that is closed", [whole, data(1, "test", WHOLE)], goaway("STREAM_CLOSED", 0)],
    [
      "DATA with more padding than payload",
      [headers(1, [...OK, ["content-length", "4"]]), frame(TYPE.DATA, 9, 1, bytes(6, 1, 2, 3, 4))],
      goaway("PROTOCOL_ERROR", 0),
    ],
  ),
  section(
    "client 6.3",
    ["PRIORITY of 4 octets", [begun, SHORT_PRIORITY], reset("FRAME_SIZE_ERROR")],
    ["PRIORITY of 4 octets on a closed stream", [whole, SHORT_PRIORITY], reset("FRAME_SIZE_ERROR")],
  ),
  section(
    "client 6.4",
    ["RST_STREAM on an idle stream", rstStream(2), goaway("PROTOCOL_ERROR", 0)],
    ["RST_STREAM of 3 octets", [whole, frame(TYPE.RST_STREAM, 0, 1, new Uint8Array(3))], goaway("FRAME_SIZE_ERROR", 0)],
  ),
  section(
    "client 6.10",
    ["CONTINUATION behind CONTINUATION", [openWhole, continuation(1, MORE, OPEN), continuation(1, MORE), PING], PONG],
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
