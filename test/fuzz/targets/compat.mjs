// @ts-check
// sansio/http-parser-js: call backs for octets; an Error is returned, nothing is thrown.
import { CUTS, latin1 } from "../laws.mjs";
import { endingIn } from "../mutate.mjs";
import { HTTP1_PIECES, REQUESTS, RESPONSES } from "./http1.mjs";

/** The first octet: which type, what kOnHeadersComplete returns. @type {import("../laws.mjs").Play} */
const play = (world, input, cut) => {
  const { HTTPParser } = world.compat;
  const [how = 0] = input;
  const parser = new HTTPParser(how & 1 ? HTTPParser.RESPONSE : HTTPParser.REQUEST);
  if (how & 8) parser.maxHeaderSize = 60;
  const result = how & 2 ? 1 : how & 4 ? 2 : undefined;
  /** @type {string[]} */
  const lines = [];
  let isSwitched = false;
  parser[HTTPParser.kOnHeadersComplete] = (/** @type {any} */ info) => {
    lines.push(JSON.stringify(info));
    isSwitched = info.upgrade || result === 2;
    return result;
  };
  parser[HTTPParser.kOnBody] = (
    /** @type {Buffer} */ data,
    /** @type {number} */ start,
    /** @type {number} */ length,
  ) => {
    const text = latin1(data.subarray(start, start + length));
    if (lines.at(-1)?.startsWith("body ")) lines[lines.length - 1] += text;
    else lines.push(`body ${text}`);
  };
  parser[HTTPParser.kOnHeaders] = (/** @type {string[]} */ fields, /** @type {string} */ url) =>
    lines.push(`trailers ${JSON.stringify(fields)} ${url}`);
  parser[HTTPParser.kOnMessageComplete] = () => lines.push("complete");
  let consumed = 0;
  for (const piece of cut(input.subarray(1))) {
    const returned = parser.execute(Buffer.from(piece));
    if (returned instanceof Error)
      return [...lines, `error ${returned.message} ${/** @type {any} */ (returned).code}`, again(parser)];
    if (!(returned >= 0 && returned <= piece.length)) throw new Error(`consumed ${returned} of ${piece.length}`);
    consumed += returned;
    if (returned < piece.length || (isSwitched && lines.at(-1) === "complete")) break;
  }
  return [...lines, `consumed ${consumed}`, String(parser.finish()), String(parser.shouldKeepAlive())];
};

/** After an Error there are no call backs. @param {any} parser */
function again(parser) {
  for (const name of ["kOnHeadersComplete", "kOnBody", "kOnHeaders", "kOnMessageComplete"])
    parser[parser.constructor[name]] = () => {
      throw new Error("a call back after an Error");
    };
  return String(parser.execute(Buffer.from("GET / HTTP/1.1\r\n\r\n")) instanceof Error);
}

/** What broke a law once. */
const FOUND = [
  "\0GET / HTTP/1.1\r\nA b\0\r\n\r\n",
  "\0GET / HTTP/1.1\r\n\r\n\r\xff",
  "\x01HTTP/1.1 200 OK\r\nA: \x01",
  "PT / HTTP/1.1\nt:\na\r\n Content-Length:\n",
];

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  compat: {
    seeds: [...REQUESTS.map((text) => `\0${text}`), ...RESPONSES.map((text) => `\x01${text}`), ...FOUND],
    pieces: [...HTTP1_PIECES, "\n", "no colon\r\n", "PUT / HTTP/1.1\r\n\r\n"],
    grammar: [endingIn("\r\n"), endingIn("\r\n\r\n"), endingIn(": ")],
    play,
    cuts: CUTS,
  },
};
