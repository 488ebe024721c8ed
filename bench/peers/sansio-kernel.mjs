// @ts-check
// Our kernel alone: octets are copied into its page, with one call per head, and the results are left in place.

import { readFileSync } from "node:fs";

const kernelUrl = new URL("../../build/out/http1.wasm", import.meta.url);

// The memory map and the names are TypeScript, which Node 20 does not read. They are only constants: without their
// types they are JavaScript.
/** @param {string} name */
function constants(name) {
  const source = readFileSync(new URL(`../../assembly/${name}`, import.meta.url), "utf8");
  const script = source.replace(/: (usize|u32|i32|string) =/g, " =");
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(script)}`);
}

const layout = await constants("layout.ts");
const { FIELD_NAMES } = await constants("names.ts");

/** @type {import("./index.mjs").Peer} */
export const sansioKernel = {
  name: "sansio",
  module: import.meta.url,
  about: "the kernel: everything the connection needs to know of a head comes out of the same pass",
  open,
  get: () => null,
  total: () => 0,
  strings: () => 0,
  list: () => [],
};

/** Returns an instance of the kernel, and views of its memory. */
export function loadKernel() {
  /** @type {any} */
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(kernelUrl))).exports;
  const { buffer } = kernel.memory;
  const { HEAD, HEAD_FACTS, HEAD_LENGTH, HEAD_SIZE, INPUT } = layout;
  const memory = new Uint8Array(buffer);
  memory.set(new TextEncoder().encode(FIELD_NAMES), INPUT);
  kernel.takeNames(INPUT, INPUT + FIELD_NAMES.length);
  return {
    kernel,
    layout,
    memory,
    head: new Uint32Array(buffer, HEAD, HEAD_SIZE / 4),
    facts: new Uint32Array(buffer, HEAD + HEAD_FACTS, 1),
    length: new Float64Array(buffer, HEAD + HEAD_LENGTH, 1),
  };
}

/** @type {import("./index.mjs").Peer["open"]} */
function open(kind) {
  const { kernel, memory, facts, length } = loadKernel();
  const { INPUT, CHUNKED, REQUEST, RESPONSE } = layout;
  const what = kind === "request" ? REQUEST : RESPONSE;

  /**
   * Scans the chunks of a body: their size lines, and the CRLF after each.
   *
   * @param {number} position
   * @param {number} end
   */
  function scanChunks(position, end) {
    while (position < end) {
      const taken = kernel.scanChunkLine(position, end, 0, 16, 16384);
      if (taken <= 0) throw new Error(`the kernel refused a chunk-size line with ${taken}`);
      position += taken + length[0] + 2;
    }
  }

  return {
    prepare() {},
    begin() {},
    feed(read) {
      memory.set(read, INPUT);
      const end = INPUT + read.length;
      const taken = kernel.scanHead(what, INPUT, end, 0, 256, 16384);
      if (taken <= 0) throw new Error(`the kernel refused its input with ${taken}`);
      if ((facts[0] & CHUNKED) !== 0) scanChunks(INPUT + taken, end);
    },
  };
}
