// @ts-check
// A parser called as node:http calls it, Node's own or ours, and what it made of the octets.
import { latin1 } from "../laws.mjs";

/** @type {any} */
const common = process.getBuiltinModule(/** @type {any} */ ("_http_common"));
const { HTTPParser, parsers } = common;
const SLOTS = ["kOnMessageBegin", "kOnHeaders", "kOnHeadersComplete", "kOnBody", "kOnMessageComplete"];
const LENIENT_NONE = 0;
const LENIENT_ALL = HTTPParser.kLenientAll;

/** @param {any} world undefined: Node's own */
function alloc(world) {
  if (world === undefined) return parsers.alloc();
  world.nodeHttp.install();
  try {
    return parsers.alloc();
  } finally {
    world.nodeHttp.uninstall();
  }
}

/** @param {number} flags */
export const wayOf = (flags) => ({
  isRequest: (flags & 1) === 0,
  isLenient: (flags & 2) !== 0,
  maxHeaderSize: flags & 4 ? 60 : 0,
  maxHeaderPairs: flags & 8 ? 4 : 0,
  /** Somebody listens for upgrades. */
  isHeard: (flags & 16) !== 0,
  /** Responses are to HEAD. */
  isToHead: (flags & 32) !== 0,
});

/** @typedef {ReturnType<typeof wayOf>} Way */

/** @param {any} parser @param {Way} way @param {Uint8Array[]} pieces @returns {import("./differences.mjs").Seen} */
function read(parser, way, pieces) {
  /** @type {import("./differences.mjs").Seen} */
  const seen = { lines: [], error: undefined, consumed: 0, isCut: false, finish: undefined };
  const { lines } = seen;
  const type = way.isRequest ? HTTPParser.REQUEST : HTTPParser.RESPONSE;
  parser.initialize(type, { type: "FUZZ" }, way.maxHeaderSize, way.isLenient ? LENIENT_ALL : LENIENT_NONE);
  parser.maxHeaderPairs = way.maxHeaderPairs;
  /** @type {string[]} */
  let early = [];
  let url = "";
  let isOver = false;
  parser[HTTPParser.kOnMessageBegin] = undefined;
  parser[HTTPParser.kOnHeaders] = (/** @type {string[]} */ fields, /** @type {string} */ target) => {
    early.push(...fields);
    url += target;
  };
  parser[HTTPParser.kOnHeadersComplete] = (/** @type {any[]} */ ...given) => {
    const [major, minor, fields = early, method, target = url, status, reason, upgrade, keeps] = given;
    lines.push(`head ${JSON.stringify([major, minor, method, target, status, reason, upgrade, keeps, fields])}`);
    early = [];
    url = "";
    const isSwitch = upgrade && (way.isHeard || (way.isRequest ? method === 5 : status === 101));
    parser.incoming = { upgrade: isSwitch };
    if (isSwitch) return 2;
    // As the client does: 1xx has no body, an answer to HEAD neither.
    return !way.isRequest && (way.isToHead || status < 200) ? 1 : 0;
  };
  parser[HTTPParser.kOnBody] = (/** @type {Buffer} */ data) => {
    const last = lines.length - 1;
    if (lines[last]?.startsWith("body ")) lines[last] += latin1(data);
    else lines.push(`body ${latin1(data)}`);
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    lines.push(`end ${JSON.stringify(early)}`);
    early = [];
    url = "";
    isOver = parser.incoming?.upgrade === true;
  };
  for (const piece of pieces) {
    const result = parser.execute(Buffer.from(piece));
    if (typeof result !== "number") {
      seen.error = result;
      break;
    }
    if (!(result >= 0 && result <= piece.length)) throw new Error(`LAW consumed ${result} of ${piece.length}`);
    seen.consumed += result;
    seen.isCut = result < piece.length;
    if (seen.isCut || isOver) break;
  }
  if (seen.error === undefined && !isOver && !seen.isCut) seen.finish = parser.finish();
  return seen;
}

/** Before the callbacks of node:http come back, and the parser to its pool. @param {any} parser */
function putBack(parser) {
  parser.incoming = null;
  parser.remove();
  parser.free();
  if (!parsers.free(parser)) parser.close();
}

/** @param {any} world undefined: Node's own @param {Way} way @param {Uint8Array[]} pieces */
export function readWith(world, way, pieces) {
  const parser = alloc(world);
  const before = SLOTS.map((slot) => parser[HTTPParser[slot]]);
  const { maxHeaderPairs } = parser;
  try {
    return read(parser, way, pieces);
  } finally {
    for (const [i, slot] of SLOTS.entries()) parser[HTTPParser[slot]] = before[i];
    parser.maxHeaderPairs = maxHeaderPairs;
    putBack(parser);
  }
}
