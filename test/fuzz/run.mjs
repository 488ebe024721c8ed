// @ts-check
// `npm run fuzz -- [targets] [--minutes N | --executions N] [--seed N] [--save]`: inputs that reach new code are kept and
// changed further. What is reached is told by V8's precise coverage of the ES modules, in which the kernel is JavaScript; the
// same input goes through the CommonJS bundles, in which it is WebAssembly. A finding is cut down and written to
// test/fuzz/crashes; --save writes a small corpus that reaches as much to test/fuzz/corpus.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { check } from "./laws.mjs";
import { makeRandom, mutate } from "./mutate.mjs";
import { Watchdog } from "./watchdog.mjs";
import { makeWorlds } from "./worlds.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "0.2" },
    executions: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "1" },
    save: { type: "boolean", default: false },
  },
});
/** Inputs between two looks at the coverage: a look takes as long as some inputs. */
const BATCH = 128;
const MOST_FINDINGS = 5;
/** Milliseconds between two lines of progress. */
const TELL = 10_000;
/** Of a corpus that is kept in the repository: octets of one input, and of the file. */
const KEPT_OCTETS = 400;
const KEPT_FILE = 8000;

const { TARGETS, coverage, worlds } = await makeWorlds();
const names = positionals.length > 0 ? positionals : Object.keys(TARGETS);
const unknown = names.find((name) => !(name in TARGETS));
if (unknown !== undefined) {
  console.error(`no target ${unknown}; there are: ${Object.keys(TARGETS).join(", ")}`);
  process.exit(2);
}
/** The stacks of the errors that are expected would cost more than all the rest. */
Error.stackTraceLimit = 0;
const watchdog = new Watchdog();
/** @type {unknown[]} */
const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(error));
process.on("uncaughtException", (error) => unhandled.push(error));
let findings = 0;
for (const name of names) await fuzz(name);
process.exit(findings > 0 ? 1 : 0);

/** @param {string} name @param {Buffer} input */
async function checkOne(name, input) {
  watchdog.begins(input);
  await check(/** @type {import("./laws.mjs").Target} */ (TARGETS[name]), input, worlds);
  if (unhandled.length > 0) throw new Error(`unhandled: ${/** @type {any} */ (unhandled.splice(0)[0])?.stack}`);
}

/** @param {string} name */
async function fuzz(name) {
  const { seeds, pieces, grammar } = /** @type {import("./laws.mjs").Target} */ (TARGETS[name]);
  const next = makeRandom(Number(values.seed));
  const corpus = [...seeds, ...readCorpus(name)].map((text) => Buffer.from(text, "latin1"));
  let executions = 0;
  /** @param {Buffer[]} inputs */
  const runAll = async (inputs) => {
    for (const input of inputs) {
      executions++;
      await checkOne(name, input).catch((error) => report(name, input, error));
    }
  };
  coverage.reset();
  await runAll(corpus);
  coverage.take();
  const begun = Date.now();
  const summary = () => {
    const seconds = (Date.now() - begun) / 1000;
    const { reached, all } = coverage.share;
    return `${name}: ${executions} executions in ${seconds.toFixed(0)} s (${Math.round(executions / seconds)}/s), coverage ${((100 * reached) / all).toFixed(1)} % (${reached} of ${all} chars), corpus ${corpus.length}`;
  };
  let told = begun;
  while (Date.now() - begun < Number(values.minutes) * 60_000 && executions < Number(values.executions)) {
    if (findings >= MOST_FINDINGS) break;
    if (Date.now() - told > TELL) {
      told = Date.now();
      console.log(summary());
    }
    const batch = Array.from({ length: BATCH }, () => mutate(corpus, pieces, grammar, next));
    const before = coverage.snapshot();
    await runAll(batch);
    if (coverage.take() === 0) continue;
    coverage.painted = before;
    corpus.push(...(await newest(name, batch)));
  }
  console.log(`${summary()}, seed ${values.seed}, findings ${findings}`);
  if (values.save) await save(name, corpus);
}

/**
 * Those of a batch that reach something new: halves that do are looked at again.
 * @param {string} name @param {Buffer[]} batch @returns {Promise<Buffer[]>}
 */
async function newest(name, batch) {
  const before = coverage.snapshot();
  for (const input of batch) await checkOne(name, input).catch(() => {});
  if (coverage.take() === 0) return [];
  if (batch.length === 1) return batch;
  coverage.painted = before;
  const half = batch.length >> 1;
  return [...(await newest(name, batch.slice(0, half))), ...(await newest(name, batch.slice(half)))];
}

/** @param {string} name @returns {string[]} */
function readCorpus(name) {
  const file = new URL(`corpus/${name}.json`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** The shortest inputs first, those that add something. @param {string} name @param {Buffer[]} corpus */
async function save(name, corpus) {
  coverage.reset();
  /** @type {string[]} */
  const kept = [];
  for (const input of corpus.toSorted((a, b) => a.length - b.length)) {
    if (input.length > KEPT_OCTETS || JSON.stringify(kept).length > KEPT_FILE) break;
    await checkOne(name, input).catch(() => {});
    if (coverage.take() > 0) kept.push(input.toString("latin1"));
  }
  mkdirSync(new URL("corpus/", import.meta.url), { recursive: true });
  writeFileSync(new URL(`corpus/${name}.json`, import.meta.url), `${JSON.stringify(kept, null, 2)}\n`);
}

/** Writes the finding, cut down as far as it fails with the same message. @param {string} name @param {Buffer} input @param {any} error */
async function report(name, input, error) {
  findings++;
  const message = firstLine(error);
  let least = input;
  for (let size = least.length >> 1; size >= 1; size >>= 1)
    for (let at = 0; at + size <= least.length; ) {
      const smaller = Buffer.concat([least.subarray(0, at), least.subarray(at + size)]);
      if (await failsWith(name, smaller, message)) least = smaller;
      else at += size;
    }
  Error.stackTraceLimit = 12;
  const { stack } = await checkOne(name, least).then(
    () => error,
    (again) => again,
  );
  Error.stackTraceLimit = 0;
  const folder = new URL("crashes/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = `${name}-${findings}.json`;
  writeFileSync(new URL(file, folder), `${JSON.stringify({ target: name, input: least.toString("latin1") })}\n`);
  console.error(`FOUND ${name}: ${stack}\n  ${file}: ${JSON.stringify(least.toString("latin1"))}`);
}

/** @param {string} name @param {Buffer} input @param {string} message */
function failsWith(name, input, message) {
  return checkOne(name, input).then(
    () => false,
    (error) => firstLine(error) === message,
  );
}

/** @param {any} error */
function firstLine(error) {
  return String(error?.message).split("\n")[0] ?? "";
}
