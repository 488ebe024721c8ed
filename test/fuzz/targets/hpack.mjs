// @ts-check
// HPACK alone: blocks that are read one after the other, and lists of fields that are written and read again.
import { deepStrictEqual } from "node:assert";
import { latin1, pairsOf, program, recordsOf, says } from "../laws.mjs";
import { endingIn } from "../mutate.mjs";

const BLOCKS = [
  "\x82\x84\x87",
  "\x40\x01a\x01b\xbe",
  "\x00\x01a\x01b\x10\x01c\x01d",
  "\x20\x3f\xe1\x1f\x82",
  "\x0f\x0d\x013",
  "\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff",
  "\x3f\x0b\x40\x01a\x01b\x40\x01c\x01d",
  "\xff\x80\x80\x80\x80\x00",
  "\x40\x82\x1f\xff\x81\xff",
];

/** The first octet: how large the table may be; blocks are divided by the second. @type {import("../laws.mjs").Play} */
const decode = (world, input) => {
  const [size = 0, divider = 0] = input;
  const decoder = new world.HpackDecoder({
    maxTableSize: size < 128 ? 4096 : size,
    maxHeaderBytes: 2000,
    maxFields: 40,
  });
  /** @type {string[]} */
  const lines = [];
  let from = 2;
  for (let at = 2; at <= input.length; at++) {
    if (at < input.length && input[at] !== divider) continue;
    const line = decodeOne(world, decoder, input.subarray(from, at));
    lines.push(line);
    // The peer may use the table that it begins with until it says less (RFC 9113 6.5.2).
    if (decoder.tableSize > Math.max(decoder.maxTableSize, 4096)) throw new Error("the table is larger than allowed");
    if (line.startsWith("error")) break;
    from = at + 1;
  }
  return lines;
};

/** What was read, and can be said again. @param {any} world @param {any} decoder @param {Uint8Array} block */
function decodeOne(world, decoder, block) {
  try {
    const fields = decoder.decode(block);
    const again = new world.HpackEncoder();
    says(
      world,
      () => again.encode(fields),
      () => 0,
    );
    return JSON.stringify(fields);
  } catch (error) {
    if (!(error instanceof world.RemoteProtocolError)) throw error;
    const { code, offset } = /** @type {any} */ (error);
    return `error ${code} ${offset}`;
  }
}

/** Records: `T` and a size for the table, or names and values. What is taken is read as what it was. @type {import("../laws.mjs").Play} */
const encode = (world, input) => {
  const encoder = new world.HpackEncoder();
  const decoder = new world.HpackDecoder();
  /** @type {string[]} */
  const lines = [];
  for (const [kind = "", ...parts] of recordsOf(input)) {
    if (kind === "T") {
      const size = Math.min(Math.abs(Number.parseInt(parts[0] ?? "", 10) || 0), 4096);
      encoder.setMaxTableSize(size);
      decoder.maxTableSize = size;
      continue;
    }
    const fields = pairsOf(parts);
    let block = new Uint8Array(0);
    const isTaken = says(
      world,
      () => {
        block = encoder.encode(fields).slice();
      },
      () => 0,
    );
    lines.push(isTaken ? latin1(block) : "refused");
    if (!isTaken) continue;
    const read = decoder.decode(block).map((/** @type {string[]} */ [name, value]) => [name, value]);
    deepStrictEqual(read, fields, "read as something else");
  }
  return lines;
};

const FIELD_LISTS = [
  program(
    ["F", "a", "b", ":status", "200", "cookie", "c=d"],
    ["F", "a", "b"],
    ["T", "60"],
    ["F", "a", "b", "c", "d".repeat(40)],
  ),
  program(
    ["F", ":method", "GET", ":path", "/", "x-y", "\xff\x80 z"],
    ["T", "0"],
    ["T", "4096"],
    ["F", "authorization", "secret"],
  ),
];

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  "hpack-decode": {
    seeds: [`\0\xfe${BLOCKS.join("\xfe")}`, ...BLOCKS.map((block) => `\x80\xfe${block}\xfe${block}`)],
    pieces: BLOCKS,
    grammar: [endingIn("\xfe"), endingIn("\x01")],
    play: decode,
    cuts: {},
  },
  "hpack-encode": {
    seeds: FIELD_LISTS,
    pieces: [...FIELD_LISTS, "\x1fa\x1fb", "\x1e", "\x1f:path\x1f/", "\x1eT\x1f40\x1e", "\x1fset-cookie\x1fa=b"],
    grammar: [endingIn("\x1e"), endingIn("\x1f")],
    play: encode,
    cuts: {},
  },
};
