// @ts-check
// `npm run fuzz -- [target] [--minutes N] [--seed N]`: inputs that reach new code are kept and changed further. What is
// reached is told by V8's precise coverage of the bundles, in which the kernel is JavaScript (wasm2js); the same input goes
// through the CommonJS bundle, in which it is WebAssembly. A finding is cut down and written to test/fuzz/crashes.
import { mkdirSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { makeRandom, mutate } from "./mutate.mjs";

const wasm = createRequire(import.meta.url)("../../dist/index.cjs");
new wasm.Http1Connection("server"); // its kernels are made while there is WebAssembly
new wasm.Http1Connection("server").feed(new Uint8Array(1));
const { TARGETS, check, setBundles } = await import("./targets.mjs");
warm(wasm);
Reflect.deleteProperty(globalThis, "WebAssembly");
const script = await import("../../dist/js.js");
setBundles(wasm, script);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: "string", default: "0.2" }, seed: { type: "string", default: "1" } },
});
const names = positionals.length > 0 ? positionals : Object.keys(TARGETS);
const unknown = names.find((name) => !(name in TARGETS));
if (unknown !== undefined) {
  console.error(`no target ${unknown}; there are: ${Object.keys(TARGETS).join(", ")}`);
  process.exit(2);
}
const BATCH = 32;
const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
let findings = 0;
for (const name of names) fuzz(name, Number(values.minutes) * 60_000, Number(values.seed));
process.exit(findings > 0 ? 1 : 0);

/** Both kernels are made at the first element that is read. @param {any} bundle */
function warm(bundle) {
  const connection = new bundle.Http1Connection("server");
  connection.feed(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  connection.nextEvent();
  new bundle.HpackDecoder().decode(new Uint8Array([0x82]));
}

/** The ranges that ran since the last call, of our bundles only. @returns {string[]} */
function ranges() {
  /** @type {string[]} */
  const found = [];
  session.post("Profiler.takePreciseCoverage", (error, coverage) => {
    if (error) throw error;
    for (const { url, functions } of coverage.result) {
      if (!url.includes("/dist/") || url.endsWith(".cjs")) continue;
      for (const { ranges: list } of functions)
        for (const { startOffset, endOffset, count } of list)
          if (count > 0) found.push(`${url.slice(url.lastIndexOf("/"))}:${startOffset}-${endOffset}`);
    }
  });
  return found;
}

/** @param {string} name @param {number} milliseconds @param {number} seed */
function fuzz(name, milliseconds, seed) {
  const target = TARGETS[name];
  const next = makeRandom(seed);
  const corpus = target.seeds.map((text) => Buffer.from(text, "latin1"));
  const reached = new Set();
  let executions = 0;
  /** @param {Buffer} input */
  const run = (input) => {
    executions++;
    try {
      check(name, input);
    } catch (error) {
      report(name, input, error);
    }
  };
  for (const input of corpus) run(input);
  for (const range of ranges()) reached.add(range);
  const begun = Date.now();
  let told = begun;
  while (Date.now() - begun < milliseconds && findings < 5) {
    const batch = Array.from({ length: BATCH }, () => mutate(corpus, target.pieces, next));
    for (const input of batch) run(input);
    if (ranges().some((range) => !reached.has(range)))
      for (const input of batch) {
        run(input);
        const fresh = ranges().filter((range) => !reached.has(range));
        for (const range of fresh) reached.add(range);
        if (fresh.length > 0) corpus.push(input);
      }
    if (Date.now() - told > 10_000) {
      told = Date.now();
      console.log(`${name}: ${executions} executions, ${reached.size} ranges, corpus ${corpus.length}`);
    }
  }
  const seconds = (Date.now() - begun) / 1000;
  console.log(
    `${name}: ${executions} executions in ${seconds.toFixed(0)} s, ${reached.size} ranges reached, corpus ${corpus.length} (seed ${seed}), findings ${findings}`,
  );
}

/** Writes the finding, cut down as far as it fails with the same message. @param {string} name @param {Buffer} input @param {any} error */
function report(name, input, error) {
  findings++;
  const first = String(error.message).split("\n")[0];
  let least = input;
  for (let size = least.length >> 1; size >= 1; size >>= 1)
    for (let at = 0; at + size <= least.length; ) {
      const smaller = Buffer.concat([least.subarray(0, at), least.subarray(at + size)]);
      if (failsWith(name, smaller, first)) least = smaller;
      else at += size;
    }
  const folder = new URL("crashes/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = `${name}-${findings}.json`;
  writeFileSync(new URL(file, folder), `${JSON.stringify({ target: name, input: least.toString("latin1") })}\n`);
  console.error(`FOUND ${name}: ${error.stack}\n  ${file}: ${JSON.stringify(least.toString("latin1"))}`);
}

/** @param {string} name @param {Buffer} input @param {string} message */
function failsWith(name, input, message) {
  try {
    check(name, input);
    return false;
  } catch (error) {
    return String(/** @type {Error} */ (error).message).split("\n")[0] === message;
  }
}
