// Loaded before every test file of a coverage run: keeps the kernels that are made, and writes what they counted when
// the file is done. With SANSIO_COVERAGE_SCALAR every kernel built with SIMD is replaced by its scalar twin, so that
// the same tests count that one too. The product knows nothing of this.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { readWords, join as together } from "./branches.mjs";

const OUT = "build/out";
const HITS = process.env.SANSIO_COVERAGE_HITS;
const twins = process.env.SANSIO_COVERAGE_SCALAR ? readTwins() : [];
const kernels: WebAssembly.Exports[] = [];

const { Module, Instance } = WebAssembly;

WebAssembly.Module = class extends Module {
  constructor(bytes: BufferSource) {
    super(twins.find(({ simd }) => isEqual(simd, bytes))?.scalar ?? bytes);
  }
};

WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    if (Object.keys(this.exports).some((name) => name.startsWith("__coverage_"))) kernels.push(this.exports);
  }
};

afterAll(() => {
  if (HITS === undefined || kernels.length === 0) return;
  const map = JSON.parse(readFileSync(join(OUT, "branches.json"), "utf8"));
  const words = together(kernels.map((exports) => readWords(exports, map)));
  writeFileSync(join(HITS, `${process.pid}-${process.hrtime.bigint()}.json`), JSON.stringify(words));
});

function readTwins() {
  return readdirSync(OUT)
    .filter((name) => name.endsWith(".scalar.wasm"))
    .map((name) => ({
      simd: readFileSync(join(OUT, name.replace(".scalar.wasm", ".wasm"))),
      scalar: new Uint8Array(readFileSync(join(OUT, name))),
    }));
}

function isEqual(a: Buffer, b: BufferSource) {
  return a.equals(
    b instanceof ArrayBuffer ? new Uint8Array(b) : new Uint8Array(b.buffer as ArrayBuffer, b.byteOffset, b.byteLength),
  );
}
