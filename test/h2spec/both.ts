// What h2spec asks of servers and clients alike: frames of the connection, not of a stream.
import { altered, bytes, frame, frameHeader, ping, TYPE } from "../http2/frames.ts";
import { goaway, PING, PONG, type Scenario, section, UNKNOWN } from "./scenario.ts";

/** The sections of these numbers that the suites `http2` and `client` have alike. */
export const ofBoth = (suite: string): Scenario[] =>
  [
    section(
      `${suite} 4.1`,
      ["a frame of unknown type", [UNKNOWN, PING], PONG],
      ["PING with undefined flags", altered(PING, { flags: 0x16 }), PONG],
      ["PING with the reserved bit", altered(PING, { flags: 0x16, reserved: true }), PONG],
    ),
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
      `${suite} 6.7`,
      ["PING is answered with its octets", PING, PONG],
      ["PING ACK is not answered", [ping("nobodyis", true), PING], PONG],
      ["PING on a stream", frame(TYPE.PING, 0, 1, new Uint8Array(8)), goaway("PROTOCOL_ERROR", 0)],
      ["PING of 6 octets", frame(TYPE.PING, 0, 0, new Uint8Array(6)), goaway("FRAME_SIZE_ERROR", 0)],
    ),
  ].flat();
