// @ts-check
// The kernel's functions: the input ends where memory ends, junk lies around it, and the builds (SIMD, without SIMD, as
// JavaScript) say the same and leave the same octets.
import { deepStrictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { latin1 } from "../laws.mjs";
import { endingIn } from "../mutate.mjs";
import { HTTP1_PIECES, REQUESTS, RESPONSES } from "./http1.mjs";

const OUT = new URL("../../../build/out/", import.meta.url);
const layout = await import(new URL("js/assembly/layout.js", OUT).href);
const { BLOCK, FIELDS, FIELD_SIZE, TEXT, HEAD_TEXT_END } = await import(
  new URL("js/assembly/layout-http2.js", OUT).href
);
const { FIELD_NAMES } = await import(new URL("js/assembly/names.js", OUT).href);
const { http1Script } = await import(new URL("http1-script.js", OUT).href);
const { http2Script } = await import(new URL("http2-script.js", OUT).href);

/** While there is WebAssembly. @param {string} name */
const instance = (name) => new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL(name, OUT)))).exports;

/** The known names, which a new instance is given. @param {any} kernel */
function named(kernel) {
  new Uint8Array(kernel.memory.buffer).set(Buffer.from(FIELD_NAMES, "latin1"), layout.INPUT);
  kernel.takeNames(layout.INPUT, layout.INPUT + FIELD_NAMES.length);
  return kernel;
}

const HTTP1 = {
  wasm: [named(instance("http1.wasm")), named(instance("http1.scalar.wasm"))],
  script: [named(http1Script())],
};
const HTTP2 = { wasm: [instance("http2.wasm"), instance("http2.scalar.wasm")], script: [http2Script()] };

/** Runs each build of one world; they agree. @param {any[]} kernels @param {(kernel: any) => string[]} run */
function agreed(kernels, run) {
  const [first, ...others] = kernels.map(run);
  for (const other of others) deepStrictEqual(other, first, "with and without SIMD differ");
  return first ?? [];
}

/** Puts octets at the end of memory, or somewhere near; what is around them is junk. @param {Uint8Array} memory @param {Uint8Array} octets */
function place(memory, octets) {
  const start = layout.END - octets.length;
  memory.fill(0x55 ^ (octets.length & 255), layout.HEAD, layout.HEAD + layout.HEAD_SIZE);
  memory.fill(0xaa, start - 4096, start);
  memory.set(octets, start);
  return start;
}

/** The first octets: what is scanned, leniencies, the most fields, the longest target. @type {import("../laws.mjs").Play} */
const scan = (world, input) => {
  const [what = 0, allow = 0, most = 0, ...rest] = input;
  return agreed(HTTP1[world.kind], (kernel) => {
    const memory = new Uint8Array(kernel.memory.buffer);
    const start = place(memory, Uint8Array.from(rest));
    const status =
      (what & 7) < 4
        ? kernel.scanHead(
            what & 3,
            start,
            layout.END,
            allow,
            most < 128 ? layout.MAX_FIELDS : most & 7,
            most < 128 ? layout.INPUT_SIZE : most,
          )
        : kernel.scanChunkLine(start, layout.END, allow, 1 + (most & 15), most < 128 ? 4096 : most & 15);
    if (status > rest.length) throw new Error(`consumed ${status} of ${rest.length}`);
    return [String(status), ...left(kernel, memory, start, status)];
  });
};

/** What a scan leaves: where the fault is; of a whole head all of it, with the records. @param {any} kernel @param {Uint8Array} memory @param {number} start @param {number} status */
function left(kernel, memory, start, status) {
  const head = new Uint32Array(kernel.memory.buffer, layout.HEAD, layout.HEAD_SIZE / 4);
  // The words behind are the kernel's own.
  const said = latin1(memory.subarray(layout.HEAD, layout.HEAD + layout.HEAD_UNFOLDED_END));
  if (status <= 0) return [said];
  return [said, latin1(memory.subarray(start - Math.min(head[layout.HEAD_RECORDS >> 2] ?? 0, 4096), layout.END))];
}

/** The first octet: is it the block's beginning, is it checked and plain when it is written again. @type {import("../laws.mjs").Play} */
const block = (world, input) => {
  const [how = 0, ...rest] = input;
  return agreed(HTTP2[world.kind], (kernel) => {
    const memory = new Uint8Array(kernel.memory.buffer);
    const head = new Uint32Array(kernel.memory.buffer, layout.HEAD, layout.HEAD_SIZE / 4);
    memory.fill(0xaa, BLOCK, BLOCK + 4096);
    memory.set(rest, BLOCK);
    const status = kernel.decodeBlock(BLOCK, BLOCK + rest.length, how & 1);
    if (status > BLOCK + rest.length) throw new Error(`went on to ${status - BLOCK} of ${rest.length}`);
    if (status < 0) return [String(status)];
    const count = head[layout.HEAD_FIELD_COUNT >> 2] ?? 0;
    const records = latin1(memory.subarray(FIELDS, FIELDS + FIELD_SIZE * count));
    const text = latin1(memory.subarray(TEXT, head[HEAD_TEXT_END >> 2]));
    const words = new Int32Array(kernel.memory.buffer, FIELDS, 4 * count);
    const written = writeAgain(kernel, words, count, how);
    return [String(status), records, text, written];
  });
};

/** The literals, encoded: lengths stand where ends stood. @param {any} kernel @param {Int32Array} words @param {number} count @param {number} how */
function writeAgain(kernel, words, count, how) {
  let start = 0;
  for (let at = 0; at < 4 * count; at += 4) {
    const kind = (words[at] ?? 0) & 0xff;
    if (kind === 0 || kind === 2) continue;
    const [nameEnd = 0, end = 0] = [words[at + 2], words[at + 3]];
    words[at] = kind | ((words[at] ?? 0) & 0xff00);
    words[at + 2] = nameEnd - start;
    words[at + 3] = end - nameEnd;
    start = end;
  }
  const status = kernel.encodeBlock(count, (how >> 1) & 3);
  if (status < 0) return `refused ${status}`;
  return latin1(new Uint8Array(kernel.memory.buffer, BLOCK, status - BLOCK));
}

/** The lowest octet of the input says which kernel. @type {import("../laws.mjs").Play} */
const play = (world, input, cut) => ((input[0] ?? 0) < 128 ? scan : block)(world, input.subarray(1), cut);

const HEADS = [
  ...REQUESTS.map((text) => `\0\0\0\0${text}`),
  ...RESPONSES.map((text) => `\0\x01\0\0${text}`),
  "\0\x02\0\0A: b\r\nTE: c\r\n\r\n",
  '\0\x04\0\x05a;b="c"\r\n',
];
const BLOCKS = [
  "\x82\x84\x87",
  "\x00\x01a\x01b\x10\x01c\x01d",
  "\x20\x3f\xe1\x1f\x82",
  "\x0f\x0d\x013",
  "\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff",
  "\x00\x07:method\x03GET",
  "\x40\x82\x1f\xff\x81\xff",
];

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  kernel: {
    seeds: [...HEADS, ...BLOCKS.map((text) => `\xff\x01${text}`)],
    pieces: [...HTTP1_PIECES, ...BLOCKS],
    grammar: [endingIn("\r\n"), endingIn("\x01"), endingIn(":")],
    play,
    cuts: {},
  },
};
