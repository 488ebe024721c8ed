// The kernels as JavaScript beside WebAssembly: the whole conformance suite, the same events on 100,000 fuzzed inputs of
// HTTP/1.1, HTTP/2 and HPACK, and how fast it reads a browser's request, beside http-parser-js, with and without a JIT:
// `npm run test:script`.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { octets, PROTOCOLS, play, playHpack, playHttp2, runSuite, unpacked } from "../conformance/drive.js";

const ROOT = resolve(import.meta.dirname, "../..");
const INPUTS = 100_000;
/** Longer inputs are left to the suite. */
const LONGEST = 2000;
const LEAST = 1.5;
const require = createRequire(import.meta.url);
const entry = join(ROOT, "dist/index.cjs");

/** A copy of the package of its own; without WebAssembly it takes the scripts. */
function load(hasWebAssembly) {
  for (const path of Object.keys(require.cache)) if (path.startsWith(join(ROOT, "dist"))) delete require.cache[path];
  const { WebAssembly } = globalThis;
  if (!hasWebAssembly) globalThis.WebAssembly = undefined;
  try {
    const sansio = require(entry);
    new sansio.Http1Connection("server");
    new sansio.Http2Connection("server");
    return sansio;
  } finally {
    globalThis.WebAssembly = WebAssembly;
  }
}

const suites = PROTOCOLS.map((name) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../conformance/${name}.json`), "utf8")),
);

function playSuites() {
  const sansio = load(false);
  for (const suite of suites) {
    const { cases, runs, failures } = runSuite(sansio, suite);
    assert.deepEqual(failures, []);
    console.log(`${suite.protocol}: ${cases} cases, ${runs} runs, as expected`);
  }
}

/** Of each protocol: the texts of a case that are fuzzed, and what comes of the case with others in their place. */
const FUZZED = {
  http1: {
    textsOf: ({ input }) => [input],
    play(sansio, each, [input], next) {
      const bytes = octets(input);
      const cut = next(bytes.length + 1);
      return play(sansio, each, [bytes.subarray(0, cut), bytes.subarray(cut)], false);
    },
  },
  http2: {
    textsOf: ({ steps }) => steps.filter((step) => typeof step === "string"),
    play(sansio, each, texts, next) {
      const left = [...texts];
      const steps = each.steps.map((step) => (typeof step === "string" ? left.shift() : step));
      return playHttp2(sansio, { ...each, steps }, [next(texts.join("").length + 1)], false);
    },
  },
  hpack: {
    textsOf: ({ blocks }) => blocks.map(({ block }) => block),
    play: (sansio, each, texts) =>
      playHpack(sansio, { ...each, blocks: each.blocks.map((given, i) => ({ ...given, block: texts[i] })) }),
  },
};

function compareFuzzed() {
  const both = [load(true), load(false)];
  const next = random(6);
  for (const { protocol, cases } of suites) {
    const { textsOf, play: playOne } = FUZZED[protocol];
    const lengthOf = (each) => textsOf(each).join("").length;
    const short = cases.map(unpacked).filter((each) => lengthOf(each) > 0 && lengthOf(each) < LONGEST);
    const count = Math.ceil(INPUTS / suites.length);
    let errors = 0;
    for (let i = 0; i < count; i++) {
      const each = short[next(short.length)];
      const texts = changed(textsOf(each), next);
      const seed = next(2 ** 31);
      const [first, second] = both.map((sansio) => told(() => playOne(sansio, each, texts, random(seed))));
      assert.equal(second, first, JSON.stringify({ ...each, texts }));
      if (/"error":|LocalProtocolError/.test(first)) errors++;
    }
    assert(errors > count / 10 && errors < count, `${protocol}: the inputs are all of one kind`);
    console.log(`${protocol}: ${count} fuzzed inputs, the same events; ${errors} of them with an error`);
  }
}

/** What came of it. A call between may be refused when what the peer sent was changed. */
function told(run) {
  try {
    return JSON.stringify(run());
  } catch (error) {
    if (error.name !== "LocalProtocolError") throw error;
    return `${error.name} ${error.message}`;
  }
}

/** One to four octets of the texts changed. */
function changed(texts, next) {
  const list = texts.map(octets);
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const bytes = list[next(list.length)];
    if (bytes.length > 0) bytes[next(bytes.length)] = next(2) === 0 ? next(256) : bytes[next(bytes.length)];
  }
  return list.map((bytes) => Array.from(bytes, (octet) => String.fromCharCode(octet)).join(""));
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
  playSuites();
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
