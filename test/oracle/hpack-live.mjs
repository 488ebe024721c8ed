/**
 * HPACK against the real python hpack, both directions: `node test/oracle/hpack-live.mjs` after a build.
 *
 * Every block that ours encodes (the shared stories, every octet value in names and values, generated lists, sizes that change)
 * must be decoded there to the same fields with the same flags, and leave the same table; and the other way round. Random
 * blocks must be read, or refused, by both: `--contexts N` for more of them. Skips
 * visibly without Debian's python3-hpack or the shared vectors (SANSIO_SHARED, default ../shared).
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { HpackDecoder, HpackEncoder } from "../../dist/hpack.js";
import { contextOf } from "./hpack-blocks.mjs";

const randomContexts = Math.max(
  300,
  Number(parseArgs({ options: { contexts: { type: "string", default: "300" } } }).values.contexts),
);
const here = dirname(fileURLToPath(import.meta.url));
const vectors = join(resolve(here, "../..", process.env.SANSIO_SHARED ?? "../shared"), "vectors/hpack.json");
const python = "/usr/bin/python3";

const hasHpack = spawnSync(python, ["-c", "import hpack"]).status === 0;
if (!hasHpack || !existsSync(vectors)) {
  console.log(`SKIPPED: needs ${python} with python3-hpack, and ${vectors}`);
  process.exit(0);
}

const child = spawn(python, [join(here, "hpack-live.py")], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const answer = async () => JSON.parse((await answers.next()).value);
console.log(`python hpack ${(await answer()).version}`);

async function ask(command) {
  child.stdin.write(`${JSON.stringify(command)}\n`);
  const { error, ...said } = await answer();
  if (error !== undefined) throw new Error(`${command.op}: ${error}`);
  return said;
}

let contexts = 0;
let blocks = 0;

/** Each list of fields as one block of one context, or a number: a size that is announced. */
async function compare(steps, options) {
  const ctx = `ours-${contexts++}`;
  const encoder = new HpackEncoder(options);
  const decoder = new HpackDecoder({ maxHeaderBytes: 2 ** 24 });
  const theirs = new HpackDecoder({ maxHeaderBytes: 2 ** 24 });
  let sizes = {};
  for (const step of steps) {
    if (typeof step === "number") {
      encoder.setMaxTableSize(step);
      decoder.maxTableSize = step;
      theirs.maxTableSize = step;
      sizes = { size: step };
      continue;
    }
    const block = encoder.encode(step);
    const { headers, tableSize } = await ask({ op: "decode", ctx, hex: Buffer.from(block).toString("hex"), ...sizes });
    deepStrictEqual(headers, step);
    deepStrictEqual(decoder.decode(block), step);
    strictEqual(tableSize, encoder.tableSize);
    strictEqual(tableSize, decoder.tableSize);

    const { hex } = await ask({ op: "encode", ctx, headers: step, huffman: blocks % 3 > 0, ...sizes });
    // Python's encoder indexes a sensitive field that is in the table already: the flag is not compared this way round.
    deepStrictEqual(pairsOf(theirs.decode(Buffer.from(hex, "hex"))), pairsOf(step));
    sizes = {};
    blocks++;
  }
}

const pairsOf = (fields) => fields.map(([name, value]) => [name, value]);

// --- what is compared ---------------------------------------------------------------------------------------------

function* stories() {
  const { names, values, stories: told } = JSON.parse(readFileSync(vectors, "utf8"));
  for (const cases of Object.values(told)) {
    yield cases.map((numbers) =>
      Array.from({ length: numbers.length / 2 }, (_, i) => [names[numbers[2 * i]], values[numbers[2 * i + 1]]]),
    );
  }
}

/** Every octet value, and every two, in names and values. */
function octets() {
  const all = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet));
  const fields = all.map((char) => [`x${char}y`, all.map((other) => char + other).join("")]);
  return Array.from({ length: 32 }, (_, i) => fields.slice(8 * i, 8 * i + 8));
}

function generated(seed) {
  let state = seed;
  const next = (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  const text = () =>
    Array.from({ length: next(30) }, () => String.fromCharCode(next(5) ? 0x61 + next(26) : next(256))).join("");
  const name = () => ["accept", "cookie", "x-a", ":path", "date", "set-cookie", `x${text()}`][next(7)];
  const field = () => {
    const pair = [name(), next(2) ? "again" : text()];
    return next(6) ? pair : [...pair, true];
  };
  // One size between two blocks: of several, Python's encoder tells those above the limit too.
  return Array.from({ length: 20 }, (_, i) => {
    const fields = Array.from({ length: next(12) }, field);
    return i > 0 && next(4) === 0 ? [100 * i + next(100), fields] : [fields];
  }).flat();
}

/** Random blocks of one context, until both refuse one. */
async function compareBlocks(seed) {
  const ctx = `random-${seed}`;
  const decoder = new HpackDecoder({ maxHeaderBytes: 2 ** 24 });
  for (const { size, block } of contextOf(seed, 12)) {
    if (size !== undefined) decoder.maxTableSize = size;
    const sizes = size === undefined ? {} : { size };
    const theirs = await ask({ op: "decode", ctx, hex: block.toString("hex"), ...sizes }).catch(() => null);
    const ours = decodedOrNull(decoder, block);
    // An empty block has no beginning for the update that is due to stand at (RFC 7541 4.2): we wait for the next block,
    // Python refuses.
    if (block.length === 0 && theirs === null) {
      deepStrictEqual(ours, []);
      emptied++;
      return;
    }
    deepStrictEqual(ours, theirs?.headers ?? null);
    if (ours === null) {
      refused++;
      return;
    }
    strictEqual(decoder.tableSize, theirs.tableSize);
    blocks++;
  }
}

function decodedOrNull(decoder, block) {
  try {
    return decoder.decode(block);
  } catch (error) {
    if (error.name !== "RemoteProtocolError") throw error;
    return null;
  }
}

let refused = 0;
let emptied = 0;
let failed = 0;
const check = async (what, lists, options) => {
  const before = blocks;
  try {
    if (options === null) for (const seed of lists) await compareBlocks(seed);
    else for (const steps of lists) await compare(steps, options);
    console.log(`passed  ${what}: ${blocks - before} blocks`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${what}: ${error.message}`);
  }
};

await check("shared stories", stories(), {});
await check("shared stories, all indexed", stories(), { indexing: "all" });
await check("every two octets", [octets()], {});
await check("every two octets, without Huffman coding", [octets()], { huffman: false });
await check(
  "generated lists, sizes that change",
  Array.from({ length: 100 }, (_, i) => generated(i + 1)),
  {},
);
await check(
  "random blocks",
  Array.from({ length: randomContexts }, (_, i) => i + 1),
  null,
);
strictEqual(emptied > 0, true, "no empty block where an update was due");

child.stdin.end();
console.log(`${blocks} blocks both ways, ${refused} of the random ones refused by both, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
