// @ts-check
// The parser of sansio/node-http beside Node's own, called as node:http calls them.
import { CUTS } from "../laws.mjs";
import { endingIn } from "../mutate.mjs";
import { judge } from "../node-http/differences.mjs";
import { readWith, wayOf } from "../node-http/parsers.mjs";
import { HTTP1_PIECES, REQUESTS, RESPONSES } from "./http1.mjs";

/** @type {import("../laws.mjs").Play} */
const play = (world, input, cut) => {
  const [flags = 0] = input;
  const way = wayOf(flags);
  const octets = input.subarray(1);
  const ours = readWith(world, way, cut(octets));
  if (world.kind === "wasm" && !way.isLenient) judge(readWith(undefined, way, [octets]), ours, octets);
  const { lines, error, consumed, finish } = ours;
  return [...lines, `${error?.code} ${finish?.code} ${error === undefined ? consumed : ""}`];
};

/** More fields than are passed on at once. */
const LONG = "A: b\r\n".repeat(40);
const FLAGS = [0, 4, 8, 16, 2];
/** @param {string[]} texts @param {number} bits */
const flagged = (texts, bits) =>
  FLAGS.flatMap((flags) => texts.map((text) => String.fromCharCode(flags | bits) + text));

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  "node-http-parser": {
    seeds: [
      `\0GET / HTTP/1.1\r\n${LONG}\r\n`,
      // What broke a law once: trailers above the limit.
      `\x04POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${LONG}\r\n`,
      "\0GET / HTTP/1.1\r\nProxy-Connection: close, upgrade\r\nUpgrade: x\r\n\r\n",
      "\0OPTIONS * RTSP/1.0\r\n\r\n",
      `\x01HTTP/1.1 200 OK\r\n${LONG}Content-Length: 1\r\n\r\nx`,
      "\x01HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20000000000000\r\nx",
      ...flagged(REQUESTS, 0),
      ...flagged(RESPONSES, 1),
      ...RESPONSES.map((text) => `\x21${text}`),
    ],
    pieces: [...HTTP1_PIECES, ...REQUESTS, ...RESPONSES, LONG],
    grammar: [endingIn("\r\n"), endingIn("\r\n\r\n"), endingIn(": ")],
    play,
    cuts: CUTS,
  },
};
