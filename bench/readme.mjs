// @ts-check
// Writes README.md's block between <!-- bench --> and <!-- /bench --> from what is in results/. Only the bench writes
// it.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { headlines, losses } from "./headlines.mjs";

/** @typedef {import("./headlines.mjs").Results} Results */
/** @typedef {import("./report.mjs").Load} Load */
/** @typedef {{ major: string, results: Results, loads: Load[] }} Run of one version of Node */

const README = new URL("../README.md", import.meta.url);
const RESULTS = new URL("results/", import.meta.url);

/** Returns the runs on every version of Node that has results, oldest first. @returns {Run[]} */
export function readRuns() {
  if (!existsSync(RESULTS)) return [];
  return readdirSync(RESULTS)
    .flatMap((name) => /^node-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .sort((one, other) => Number(one) - Number(other))
    .map((major) => ({
      major,
      results: read(`node-${major}.json`),
      loads: ["wrk", "h2load"].flatMap((program) => read(`${program}-${major}.json`)?.loads ?? []),
    }));
}

/** @param {string} name */
function read(name) {
  const url = new URL(name, RESULTS);
  return existsSync(url) ? JSON.parse(readFileSync(url, "utf8")) : undefined;
}

/** Writes the block, if there are any results. */
export function writeReadme() {
  const runs = readRuns();
  if (runs.length === 0) return;
  writeFileSync(README, fillIn(readFileSync(README, "utf8"), block(runs)));
}

/** @param {string} text @param {string} content @param {string} [name] the name of the block */
export function fillIn(text, content, name = "bench") {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} … ${end}`);
  return `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`;
}

/** @param {readonly Run[]} runs */
export function block(runs) {
  return [
    where(runs),
    ratios(runs),
    memory(runs),
    charts(),
    `Where \`sansio\` does not win, with the speed of the other divided by that of \`sansio\`. It wins everything else that is
measured, or is even (within 5 %).`,
    notWon(runs),
  ].join("\n\n");
}

/** @param {readonly Run[]} runs */
function where(runs) {
  const [{ results }] = runs;
  const { processor, versions } = results.environment;
  const dates = runs.map(({ results: { environment: found } }) => `Node ${found.node.slice(1)} on ${found.date}`);
  const peers = Object.entries(versions)
    .filter(([name]) => name !== "sansio")
    .map(([name, version]) => `${name} ${version}`);
  return `Each figure is the speed of \`sansio\` divided by that of the other: medians of one run (${processor}; ${dates.join(", ")}; ${peers.join(", ")}).
Where there are two numbers, the first is for 512 different requests and the second for 512 different responses:`;
}

/** @param {readonly Run[]} runs */
function ratios(runs) {
  const columns = runs.map(({ results, loads }) => headlines(results, loads));
  const [longest] = [...columns].sort((one, other) => other.length - one.length);
  const rows = longest.map(({ what, peer }) => [
    what,
    peer,
    ...columns.map((rowsOfRun) => {
      const row = rowsOfRun.find((other) => other.what === what && other.peer === peer);
      return row?.ratios.map((ratio) => `${ratio.toFixed(1)}×`).join(" / ") || "–";
    }),
  ]);
  return table(["", "against", ...runs.map(({ major }) => `Node ${major}`)], rows);
}

/** @param {readonly Run[]} runs */
function memory(runs) {
  const parts = runs.flatMap(({ major, results }) => {
    const heaps = results.memory
      .filter(({ what }) => /^heap of an idle (server|client)/.test(what))
      .map(({ value }) => value);
    return heaps.length === 0 ? [] : [`${Math.min(...heaps)} to ${Math.max(...heaps)} octets on Node ${major}`];
  });
  return `An idle HTTP/1.1 connection takes ${parts.join(", ")}, and no WebAssembly memory.`;
}

function charts() {
  const pictures = [
    ["requests", "How many requests per second each parser reads"],
    ["responses", "How many responses per second each parser reads"],
    ["workloads", "sansio against Node's own parser, by workload"],
    ["exchanges", "sansio against node:http: heads sent, requests answered"],
  ];
  return pictures.map(([name, text]) => `![${text}](bench/charts/${name}.svg)`).join("\n\n");
}

/** @param {readonly Run[]} runs */
function notWon(runs) {
  const columns = runs.map(({ results }) => losses(results));
  /** @type {Map<string, { what: string, ours: string, peer: string }>} */
  const all = new Map();
  for (const loss of columns.flat()) all.set(keyOf(loss), loss);
  const rows = [...all].map(([key, { what, ours, peer }]) => [
    ours === "sansio" ? what : `${what} (${ours})`,
    peer,
    ...columns.map((ownLosses) => {
      const loss = ownLosses.find((other) => keyOf(other) === key);
      return loss === undefined ? "–" : `${loss.factor.toFixed(1)}×`;
    }),
  ]);
  return table(["", "faster", ...runs.map(({ major }) => `Node ${major}`)], rows);
}

/** @param {{ what: string, ours: string, peer: string }} loss */
function keyOf({ what, ours, peer }) {
  return [what, ours, peer].join("\n");
}

/** @param {string[]} heads @param {string[][]} rows */
export function table(heads, rows) {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

if (process.argv[1] === import.meta.filename) writeReadme();
