// What h2spec asks of servers and clients alike: rows whose frames differ at most in the fields of a message, and whose
// outcome does not differ.
import {
  altered,
  bytes,
  continuation,
  data,
  type Fields,
  frame,
  frameHeader,
  headers,
  join,
  literals,
  MAX_31,
  ping,
  priority,
  rstStream,
  settings,
  TYPE,
  windowUpdate,
} from "../http2/frames.ts";
import {
  awaited,
  goaway,
  MORE,
  OPEN,
  PING,
  PONG,
  reset,
  type Scenario,
  said,
  section,
  setWindow,
  tooLarge,
  UNKNOWN,
  WHOLE,
} from "./scenario.ts";

/**
 * The rows that the suites `http2` and `client` have alike.
 * @param start the pseudo-fields of the peer's message
 */
export function ofBoth(suite: string, start: Fields): Scenario[] {
  const block = literals(start);
  const begun = headers(1, block);
  const whole = headers(1, block, WHOLE);
  /** A header block without its end. */
  const open = headers(1, block, OPEN);
  return [
    section(
      `${suite} 4.1`,
      ["a frame of unknown type", [UNKNOWN, PING], PONG],
      ["PING with undefined flags", altered(PING, { flags: 0x16 }), PONG],
      ["PING with the reserved bit", altered(PING, { flags: 0x16, reserved: true }), PONG],
    ),
    section(
      `${suite} 4.2`,
      ["DATA above MAX_FRAME_SIZE", [begun, data(1, 16_385, WHOLE)], reset("FRAME_SIZE_ERROR")],
      ["HEADERS above MAX_FRAME_SIZE", headers(1, tooLarge(start), WHOLE), goaway("FRAME_SIZE_ERROR", 0)],
    ),
    section(
      `${suite} 4.3`,
      ["a literal without its strings", headers(1, bytes(0x40), WHOLE), goaway("COMPRESSION_ERROR", 0)],
      ["PRIORITY inside a header block", [open, priority(1), continuation(1, MORE)], goaway("PROTOCOL_ERROR", 0)],
      [
        "HEADERS inside a header block",
        [open, headers(3, block, WHOLE), continuation(1, MORE)],
        goaway("PROTOCOL_ERROR", 0),
      ],
    ),
    section(
      `${suite} 5.1`,
      ["closed by RST_STREAM: DATA", [begun, rstStream(1), data(1, "test", WHOLE)], reset("STREAM_CLOSED")],
      ["closed by RST_STREAM: HEADERS", [begun, rstStream(1), whole], reset("STREAM_CLOSED")],
    ),
    section(`${suite} 5.4.1`, [
      "PING on a stream: GOAWAY, and the end",
      frame(TYPE.PING, 0, 3, new Uint8Array(8)),
      goaway("PROTOCOL_ERROR", 0),
    ]),
    section(
      `${suite} 5.5`,
      ["an extension frame", [UNKNOWN, PING], PONG],
      ["an extension frame inside a header block", [open, UNKNOWN], goaway("PROTOCOL_ERROR", 0)],
    ),
    section(`${suite} 6.1`, ["DATA on stream 0", data(0, "test", WHOLE), goaway("PROTOCOL_ERROR", 0)]),
    section(
      `${suite} 6.2`,
      [
        "PRIORITY behind HEADERS without END_HEADERS",
        [open, priority(1), continuation(1, MORE)],
        goaway("PROTOCOL_ERROR", 0),
      ],
      ["HEADERS on stream 0", headers(0, block, WHOLE), goaway("PROTOCOL_ERROR", 0)],
      [
        "HEADERS with more padding than payload",
        frame(TYPE.HEADERS, 0xd, 1, join(bytes(block.length + 2), block)),
        goaway("PROTOCOL_ERROR", 0),
      ],
    ),
    section(`${suite} 6.3`, ["PRIORITY on stream 0", priority(0), goaway("PROTOCOL_ERROR", 0)]),
    section(`${suite} 6.4`, ["RST_STREAM on stream 0", rstStream(0), goaway("PROTOCOL_ERROR", 0)]),
    section(
      `${suite} 6.5`,
      ["SETTINGS ACK with a payload", frame(TYPE.SETTINGS, 1, 0, bytes(0)), goaway("FRAME_SIZE_ERROR", 0)],
      ["SETTINGS on a stream", frame(TYPE.SETTINGS, 0, 1, bytes(0, 3, 0, 0, 0, 100)), goaway("PROTOCOL_ERROR", 0)],
      [
        "SETTINGS of 9 octets, of which 8 come",
        [frameHeader(TYPE.SETTINGS, 0, 0, 9), bytes(0, 3, 0, 0, 0, 100, 0, 2)],
        goaway("FRAME_SIZE_ERROR", 0),
      ],
    ),
    section(
      `${suite} 6.5.2`,
      ["INITIAL_WINDOW_SIZE 2^31", setWindow(2 ** 31), goaway("FLOW_CONTROL_ERROR", 0)],
      ["MAX_FRAME_SIZE 2^14 - 1", settings(["MAX_FRAME_SIZE", 16_383]), goaway("PROTOCOL_ERROR", 0)],
      ["MAX_FRAME_SIZE 2^24", settings(["MAX_FRAME_SIZE", 2 ** 24]), goaway("PROTOCOL_ERROR", 0)],
      ["an unknown setting", [settings([0xff, 1]), PING], PONG],
    ),
    section(`${suite} 6.5.3`, [
      "SETTINGS are acknowledged",
      [settings(["ENABLE_PUSH", 0]), awaited("SETTINGS ACK")],
      said(),
    ]),
    section(
      `${suite} 6.7`,
      ["PING is answered with its octets", PING, PONG],
      ["PING ACK is not answered", [ping("nobodyis", true), PING], PONG],
      ["PING on a stream", frame(TYPE.PING, 0, 1, new Uint8Array(8)), goaway("PROTOCOL_ERROR", 0)],
      ["PING of 6 octets", frame(TYPE.PING, 0, 0, new Uint8Array(6)), goaway("FRAME_SIZE_ERROR", 0)],
    ),
    section(`${suite} 6.8`, [
      "GOAWAY on a stream",
      frame(TYPE.GOAWAY, 0, 1, new Uint8Array(8)),
      goaway("PROTOCOL_ERROR", 0),
    ]),
    section(
      `${suite} 6.9`,
      ["WINDOW_UPDATE 0 of the connection", windowUpdate(0, 0), goaway("PROTOCOL_ERROR", 0)],
      ["WINDOW_UPDATE 0 of a stream", [begun, windowUpdate(1, 0)], reset("PROTOCOL_ERROR")],
      ["WINDOW_UPDATE of 3 octets", frame(TYPE.WINDOW_UPDATE, 0, 0, bytes(0, 0, 1)), goaway("FRAME_SIZE_ERROR", 0)],
    ),
    section(
      `${suite} 6.9.1`,
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
      `${suite} 6.10`,
      [
        "DATA between CONTINUATIONs",
        [open, continuation(1, MORE, OPEN), data(1, "test", WHOLE)],
        goaway("PROTOCOL_ERROR", 0),
      ],
      ["CONTINUATION on stream 0", [open, continuation(0, MORE)], goaway("PROTOCOL_ERROR", 0)],
    ),
  ].flat();
}
