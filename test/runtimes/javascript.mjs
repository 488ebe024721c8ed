// The kernel as JavaScript beside WebAssembly: the same events on 100,000 fuzzed inputs, and how fast it reads a browser's
// request, beside http-parser-js, with and without a JIT: `node test/runtimes/javascript.mjs`. Needs a build.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { octets, play } from "../conformance/drive.js";

const ROOT = resolve(import.meta.dirname, "../..");
const INPUTS = 100_000;
const LEAST = 1.5;
const require = createRequire(import.meta.url);
const entry = join(ROOT, "dist/http1.cjs");

/** A copy of the package of its own; without WebAssembly it takes the script. */
function load(hasWebAssembly) {
  for (const path of Object.keys(require.cache)) if (path.startsWith(join(ROOT, "dist"))) delete require.cache[path];
  const { WebAssembly } = globalThis;
  if (!hasWebAssembly) globalThis.WebAssembly = undefined;
  try {
    const sansio = require(entry);
    new sansio.Http1Connection("server");
    return sansio;
  } finally {
    globalThis.WebAssembly = WebAssembly;
  }
}

function compareFuzzed() {
  const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, "../conformance/http1.json"), "utf8"));
  const both = [load(true), load(false)];
  const next = random(6);
  let errors = 0;
  for (let i = 0; i < INPUTS; i++) {
    const each = cases[next(cases.length)];
    const bytes = octets(each.input);
    for (let changes = 1 + next(4); changes > 0 && bytes.length > 0; changes--) {
      bytes[next(bytes.length)] = next(2) === 0 ? next(256) : bytes[next(bytes.length)];
    }
    const cut = next(bytes.length + 1);
    const fed = [bytes.subarray(0, cut), bytes.subarray(cut)];
    const [first, second] = both.map((sansio) => JSON.stringify(play(sansio, each, fed, false)));
    assert.equal(second, first, JSON.stringify(each));
    if (first.includes('"last":"error"')) errors++;
  }
  assert(errors > INPUTS / 10 && errors < INPUTS, "the inputs are all of one kind");
  console.log(`${INPUTS} fuzzed inputs: the same events, ${errors} of them errors`);
}

function random(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
}

// --- speed --------------------------------------------------------------------------------------------------------

const REQUEST = octets(
  [
    "GET /news/index.html?page=2 HTTP/1.1",
    "Host: www.example.com",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br",
    "Connection: keep-alive",
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
    "Upgrade-Insecure-Requests: 1",
    "",
    "",
  ].join("\r\n"),
);

/** Requests a second, every name and value read, the best of some rounds. */
function measure(read) {
  const end = process.hrtime.bigint() + 1_500_000_000n;
  let best = 0;
  do {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < 500; i++) read();
    best = Math.max(best, 500 / (Number(process.hrtime.bigint() - begin) / 1e9));
  } while (process.hrtime.bigint() < end);
  return best;
}

function measureAll() {
  const { Http1Connection } = load(false);
  const ours = measure(() => {
    const connection = new Http1Connection("server");
    connection.feed(REQUEST);
    const { headers } = connection.nextEvent();
    let octetsRead = 0;
    for (const [name, value] of headers) octetsRead += name.length + value.length;
    return octetsRead;
  });
  const { HTTPParser } = require("http-parser-js");
  const bytes = Buffer.from(REQUEST);
  const theirs = measure(() => {
    const parser = new HTTPParser(HTTPParser.REQUEST);
    let octetsRead = 0;
    parser[HTTPParser.kOnHeadersComplete] = ({ headers }) => {
      for (const text of headers) octetsRead += text.length;
    };
    parser.execute(bytes);
    return octetsRead;
  });
  return { ours: Math.round(ours), theirs: Math.round(theirs), ratio: ours / theirs };
}

if (process.argv.includes("--measure")) console.log(JSON.stringify(measureAll()));
else {
  compareFuzzed();
  for (const flags of [[], ["--jitless"]]) {
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, import.meta.filename, "--measure"], {
      encoding: "utf8",
    });
    const { ours, theirs, ratio } = JSON.parse(stdout || assert.fail(stderr));
    console.log(`${flags[0] ?? "with a JIT"}: ${ours} requests/s, http-parser-js ${theirs}, ${ratio.toFixed(2)}x`);
    if (flags.length === 0) assert(ratio >= LEAST, `less than ${LEAST}x http-parser-js`);
  }
}
