// @ts-check
// What was measured, as a table for people and as JSON for programs.

import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** @typedef {import("./measure.mjs").Result} Result */
/**
 * @typedef {object} Measurement
 * @property {string} workload
 * @property {string} mode
 * @property {string} per
 * @property {string} reference with whom the ratios compare
 * @property {Result[]} results
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
