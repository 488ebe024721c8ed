// @ts-check
// Reports measurements as tables for people and as JSON for programs.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

/** @typedef {import("./measure.mjs").Result} Result */
/**
 * @typedef {object} Measurement
 * @property {string} workload
 * @property {string} mode
 * @property {string} per
 * @property {string} reference the peer that the ratios compare with
 * @property {Result[]} results
 */

/**
 * @typedef {object} Load of `npm start` and a peer
 * @property {string} what
 * @property {string} peer
 * @property {number} least the floor for the ratio of requests per second
 * @property {number} ratio
 * @property {import("./servers.mjs").Served[]} servers
 */

/** @returns {{ processor: string, node: string, v8: string, date: string, versions: Record<string, string> }} */
export function environment() {
  const { version, devDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  /** @type {Record<string, string>} */
  const versions = { sansio: version };
  for (const name of ["http-parser-js", "undici", "@perseveranza-pets/milo", "hpack.js"])
    versions[name] = devDependencies[name];
  return {
    processor: `${cpus()[0].model.trim()}, ${cpus().length} cores`,
    node: process.version,
    v8: process.versions.v8,
    date: new Date().toISOString().slice(0, 10),
    versions,
  };
}

/** @param {Measurement} measurement */
export function table({ workload, mode, per, reference, results }) {
  const rows = [["", `ns per ${per}`, "quartiles", "mean", `× ${reference}`]];
  for (const { peer, median, lower, upper, mean, ratio } of results) {
    rows.push([peer, number(median), `${number(lower)} – ${number(upper)}`, number(mean), ratio.toFixed(2)]);
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("   "),
  );
  return [`${workload}: ${MODE_TITLES[mode] ?? mode}`, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

/** @type {Record<string, string>} */
export const MODE_TITLES = {
  tokenise: "tokens only",
  lazy: "event, no field read",
  gets: "event and three get()",
  iterate: "event and all fields iterated",
  strings: "event and every name and value a string",
  send: "a response head to octets, checked",
  cycle: "request read, response sent, next cycle begun",
  hpack: "header blocks to strings",
  "hpack-encode": "fields to header blocks",
};

/** @param {number} value */
function number(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Returns how busy the machine is before anything is measured, and warns if it is. */
export function warnOfLoad() {
  const busy = loadavg()[0];
  if (busy > 0.5) console.log(`The machine is busy already (load ${busy.toFixed(1)}): take this for a look.\n`);
  return busy;
}

/** @param {string} program @param {number} load of the machine @param {readonly Load[]} loads */
export function writeLoads(program, load, loads) {
  const [major] = process.versions.node.split(".");
  mkdirSync(new URL("results/", import.meta.url), { recursive: true });
  const json = JSON.stringify({ environment: environment(), load, loads }, null, 2);
  writeFileSync(new URL(`results/${program}-${major}.json`, import.meta.url), `${json}\n`);
}
