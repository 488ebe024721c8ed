// @ts-check
// npm run bench: checks that all peers read every message alike, measures them, prints tables, writes JSON and draws
// charts.

import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { bodies } from "./bodies.mjs";
import { drawCharts } from "./charts.mjs";
import { namedWorkloads, requestCorpus, responseCorpus } from "./corpus.mjs";
import { measureCycle } from "./cycle.mjs";
import { growth } from "./growth.mjs";
import { printHeadlines } from "./headlines.mjs";
import { measureHpack, measureHpackEncoding } from "./hpack.mjs";
import { measure } from "./measure.mjs";
import { memory } from "./memory.mjs";
import { llhttpOffsets, PEERS, referenceOf, sansioNew } from "./peers/index.mjs";
import { makeProgress } from "./progress.mjs";
import { readRuns, writeReadme } from "./readme.mjs";
import { environment, MODE_TITLES, table } from "./report.mjs";
import { measureSend } from "./send.mjs";
import { verify } from "./verify.mjs";

/** @typedef {import("./peers/index.mjs").Mode} Mode */

const USAGE = `node bench/index.mjs [--quick] [--only WORKLOAD] [--mode MODE] [--json FILE]
  --quick           short warm-up and few batches: a look, not a result
  --only WORKLOAD   workloads whose name holds this text
  --mode MODE       one of ${Object.keys(MODE_TITLES).join(", ")}
  --json FILE       write the results there`;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    mode: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit();
}

const isWhole = !options.quick && options.only === undefined && options.mode === undefined;
const budget = options.quick ? { warmUp: 20, batches: 15 } : { warmUp: 200, batches: 101 };
const progress = makeProgress();
/** The load from other work on the machine. */
const busy = loadavg()[0];
if (busy > 0.5) console.log(`The machine is busy already (load ${busy.toFixed(1)}): ratios suffer too.\n`);

const corpora = [requestCorpus(), responseCorpus()];
const workloads = [...corpora, ...namedWorkloads()].filter(({ name }) => name.includes(options.only ?? ""));
const exchanges = [
  /** @type {const} */ (["send", measureSend]),
  /** @type {const} */ (["cycle", measureCycle]),
  /** @type {const} */ (["hpack", measureHpack]),
  /** @type {const} */ (["hpack-encode", measureHpackEncoding]),
].filter(([mode]) => options.only === undefined && (options.mode ?? mode) === mode);
if (workloads.length === 0) throw new Error(`no workload's name holds "${options.only}"`);

for (const workload of workloads) {
  progress.show(`verifying ${workload.name}`);
  for (const peer of new Set(
    modesOf(workload).flatMap((mode) => (mode === "tokenise" ? [] : peersOf(workload, mode))),
  )) {
    verify(peer, workload);
  }
}
progress.clear();
console.log(`Every peer reads every message of ${workloads.length} workloads alike.\n`);

/** @type {import("./report.mjs").Measurement[]} */
const measurements = [];
for (const workload of workloads) {
  for (const mode of modesOf(workload)) {
    const reference = referenceOf(mode);
    const results = await measure(workload, mode, peersOf(workload, mode), {
      ...budget,
      reference,
      onProgress: (part) => progress.show(`${workload.name}: ${MODE_TITLES[mode]}`, part),
    });
    progress.clear();
    const measurement = { workload: workload.name, mode, per: workload.per, reference: reference.name, results };
    measurements.push(measurement);
    console.log(table(measurement));
  }
}

// These verify what they send themselves.
for (const [mode, measureExchange] of exchanges) {
  const onProgress = (/** @type {number} */ part) => progress.show(MODE_TITLES[mode], part);
  const measurement = await measureExchange({ ...budget, onProgress });
  progress.clear();
  measurements.push(measurement);
  console.log(table(measurement));
}

const isAll = options.only === undefined && options.mode === undefined;
const results = {
  environment: environment(),
  load: busy,
  measurements,
  bodies: isAll ? bodies(options) : [],
  memory: isAll ? memory(options) : [],
  growth: isWhole ? growth() : [],
};
const [major] = process.versions.node.split(".");
printHeadlines(results, readRuns().find((run) => run.major === major)?.loads ?? []);
const json = `${JSON.stringify(results, null, 2)}\n`;
if (options.json !== undefined) writeFileSync(options.json, json);
if (isWhole) {
  write("results", { [`node-${major}.json`]: json });
  write("charts", drawCharts(measurements, results.environment));
  writeReadme();
}

/** @param {import("./corpus.mjs").Workload} workload @returns {Mode[]} */
function modesOf(workload) {
  if (["send", "cycle", "hpack", "hpack-encode"].includes(options.mode ?? "")) return [];
  /** @type {Mode[]} */
  const modes = corpora.includes(workload) ? ["tokenise", "lazy", "gets", "iterate", "strings"] : ["lazy", "strings"];
  return modes.filter((mode) => options.mode === undefined || options.mode === mode);
}

/** @param {import("./corpus.mjs").Workload} workload @param {Mode} mode */
function peersOf(workload, mode) {
  const isCut = workload.units.some(({ reads }) => reads.length > 1);
  // A client's connection is never new when its response arrives.
  const left = [isCut ? llhttpOffsets : undefined, workload.kind === "response" ? sansioNew : undefined];
  return PEERS[mode].filter((peer) => !left.includes(peer));
}

/** @param {string} folder @param {Record<string, string>} files */
function write(folder, files) {
  const directory = new URL(`${folder}/`, import.meta.url);
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(new URL(name, directory), content);
}
