// @ts-check
// Http2Connection: what it makes of octets, in both roles.
import { CUTS, joined, latin1, octetsOf, pull } from "../laws.mjs";
import { endingIn, frames } from "../mutate.mjs";

const frame = (
  /** @type {number} */ type,
  /** @type {number} */ flags,
  /** @type {number} */ stream,
  /** @type {string} */ payload,
) => String.fromCharCode(0, payload.length >> 8, payload.length & 255, type, flags, 0, 0, 0, stream) + payload;
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
export const FRAMES = [
  frame(4, 0, 0, ""),
  frame(4, 1, 0, ""),
  frame(4, 0, 0, "\0\x01\0\0\0\0\0\x04\0\0\0\x05"),
  frame(4, 0, 0, "\0\x02\0\0\0\0\0\x08\0\0\0\x01\0\x05\0\0\x80\0"),
  frame(1, 5, 1, "\x82\x84\x87\x01\x01a"),
  frame(1, 4, 3, "\x83\x84\x87\x01\x01a"),
  frame(1, 4, 5, "\x83\x84\x87\x01\x01a\x0f\x0d\x013"),
  frame(1, 5, 5, "\x00\x01t\x01r"),
  frame(1, 5, 1, "\x88"),
  frame(1, 4, 1, "\x48\x03103"),
  frame(1, 4, 1, "\x88\x0f\x0d\x013"),
  frame(1, 0x2c, 7, "\x02\0\0\0\x03\x10\x82\x84\x87\x01\x01a\0\0"),
  frame(0, 1, 3, "abc"),
  frame(0, 8, 1, "\x01ab\0"),
  frame(0, 0, 1, ""),
  frame(3, 0, 1, "\0\0\0\x08"),
  frame(6, 0, 0, "12345678"),
  frame(6, 1, 0, "12345678"),
  frame(8, 0, 0, "\0\0\0\x01"),
  frame(8, 0, 1, "\x7f\xff\xff\xff"),
  frame(7, 0, 0, "\0\0\0\x01\0\0\0\0"),
  frame(9, 4, 1, "\x82"),
  frame(9, 4, 5, "\x84\x87\x01\x01a"),
  frame(1, 0, 5, "\x82"),
  frame(2, 0, 1, "\0\0\0\0\x01"),
  frame(5, 4, 1, "\0\0\0\x02\x82\x84\x87\x01\x01a"),
  frame(1, 5, 2, "\x88"),
  frame(10, 0, 1, '\0\0h2=":1"'),
  frame(12, 0, 0, "\0\x08https://"),
  frame(16, 0, 0, "\0\0\0\x01u=1,i"),
  frame(32, 0, 1, "unknown"),
];
/** Fields as literals, to be put into header blocks. */
const FIELDS = [
  "\x82",
  "\x84",
  "\x87",
  "\x01\x01a",
  "\x88",
  "\xbe",
  "\x40\x01a\x01b",
  "\x00\x01a\x01b",
  "\x10\x01a\x01b",
  "\x20",
  "\x3f\xe1\x1f",
  "\x0f\x0d\x013",
  "\x60\x01c",
];

/** @param {"server" | "client"} role @returns {import("../laws.mjs").Play} */
const play = (role) => (world, input, cut) => {
  const isNear = (input[0] ?? 0) >= 192;
  const limits = isNear
    ? {
        maxResets: 2,
        maxUselessFrames: 3,
        maxPings: 2,
        maxContinuationFrames: 1,
        maxSettingsPerFrame: 2,
        maxHeaderBytes: 120,
        maxBodyBytes: 5,
      }
    : {};
  const connection = new world.Http2Connection(role, {
    limits,
    settings: { maxConcurrentStreams: 3, enableConnectProtocol: true },
  });
  /** @type {string[]} */
  const lines = [];
  if (role === "client")
    for (const endStream of [true, false])
      connection.openStream({ method: "GET", target: "/", scheme: "https", authority: "a" }, { endStream });
  if (role === "server") connection.feed(octetsOf(PREFACE));
  let fed = PREFACE.length;
  let sent = "";
  for (const piece of cut(input.subarray(1))) {
    connection.feed(piece);
    fed += piece.length;
    pull(world, connection, lines, fed);
    sent += latin1(connection.bytesToSend());
  }
  connection.feedEof();
  pull(world, connection, lines, fed);
  sent += latin1(connection.bytesToSend());
  if (connection.queuedBytes > 0) throw new Error("octets stay queued");
  return [...joined(lines), `finished ${connection.finished}`, sent];
};

const GRAMMAR = [frames, frames, frames, endingIn("\x01")];
const PIECES = [...FRAMES, ...FRAMES, ...FIELDS];
const ALL = `\0${FRAMES.join("")}`;

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  "http2-server": {
    seeds: [`\0${FRAMES[0]}${FRAMES[4]}`, ALL, `\xff${FRAMES.join("")}`],
    pieces: PIECES,
    grammar: GRAMMAR,
    play: play("server"),
    cuts: CUTS,
  },
  "http2-client": {
    seeds: [`\0${FRAMES[0]}${FRAMES[8]}`, ALL, `\xff${FRAMES.join("")}`],
    pieces: PIECES,
    grammar: GRAMMAR,
    play: play("client"),
    cuts: CUTS,
  },
};
