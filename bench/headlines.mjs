// @ts-check
// The promised ratios, and the cases where another parser is faster.

import { MODE_TITLES } from "./report.mjs";

/** @typedef {import("./report.mjs").Measurement} Measurement */
/** @typedef {import("./memory.mjs").Finding} Finding */
/** @typedef {import("./bodies.mjs").Body} Body */
/** @typedef {import("./growth.mjs").Growth} Growth */
/** @typedef {ReturnType<typeof import("./report.mjs").environment>} Environment */
/**
 * @typedef {object} Results what one run of the bench wrote
 * @property {Environment} environment
 * @property {number} load
 * @property {Measurement[]} measurements
 * @property {Body[]} bodies
 * @property {Finding[]} memory
 * @property {Growth[]} growth
 */
/** @typedef {import("./report.mjs").Load} Load */
/**
 * @typedef {object} Headline
 * @property {string} what
 * @property {string} peer
 * @property {number} least
 * @property {string} mode
 * @property {string[]} workloads those in which the ratio must hold, each
 * @property {string} [ours] which of our rows is meant, if not the first
 */

const CORPORA = ["corpus of requests", "corpus of responses"];
const NODE = "Node's own parser";
const UNDICI = "undici's llhttp WASM";
const JAVASCRIPT = "http-parser-js";

/** @type {Headline[]} */
const HEADLINES = [
  ...[
    { mode: "strings", what: "message read, every name and value a string", least: [2.5, 3, 5.5] },
    { mode: "lazy", what: "message read, fields left alone", least: [4, 5, 9] },
  ].flatMap(({ mode, what, least }) =>
    [NODE, UNDICI, JAVASCRIPT].map((peer, index) => ({ what, peer, least: least[index], mode, workloads: CORPORA })),
  ),
  {
    what: "tokens found, nothing made (theirs: empty callbacks)",
    peer: UNDICI,
    least: 3,
    mode: "tokenise",
    workloads: CORPORA,
  },
  { what: "chunked body, chunks of 64 octets", peer: NODE, least: 5, mode: "strings", workloads: ["chunks of 64 B"] },
  {
    what: "response head of 10 fields sent",
    peer: "node:http",
    least: 2,
    mode: "send",
    workloads: ["response heads of 10 fields"],
  },
  {
    what: "request answered on an in-memory stream",
    peer: "node:http",
    least: 4,
    mode: "cycle",
    workloads: ["requests answered"],
    ours: "sansio over the stream",
  },
  {
    what: "request answered, no stream in front of the connection",
    peer: "node:http",
    least: 4,
    mode: "cycle",
    workloads: ["requests answered"],
  },
  {
    what: "HPACK: header blocks to strings",
    peer: "hpack.js",
    least: 8,
    mode: "hpack",
    workloads: ["nghttp2's stories"],
  },
  {
    what: "HPACK: header blocks to strings (theirs: to octets)",
    peer: "nghttp2, native",
    least: 1 / 1.2,
    mode: "hpack",
    workloads: ["nghttp2's stories"],
  },
];

/**
 * Returns the promised ratios, each with one value per workload, or none if it was not measured.
 *
 * @param {Results} results
 * @param {readonly Load[]} loads
 */
export function headlines({ measurements }, loads) {
  const rows = HEADLINES.map(({ what, peer, least, mode, workloads, ours }) => ({
    what,
    peer,
    least,
    ratios: workloads.flatMap((workload) => ratioOf(measurements, { workload, mode, peer, ours }) ?? []),
  }));
  for (const { what, peer, least, ratio } of loads) rows.push({ what, peer, least, ratios: [ratio] });
  return rows;
}

/**
 * @param {Measurement[]} measurements
 * @param {{ workload: string, mode: string, peer: string, ours?: string }} wanted
 */
function ratioOf(measurements, { workload, mode, peer, ours }) {
  const found = measurements.find((measurement) => measurement.workload === workload && measurement.mode === mode);
  return ours === undefined
    ? found?.results.find((result) => result.peer === peer)?.toFirst
    : found?.results.find((result) => result.peer === ours)?.ratio;
}

/** A closer result counts as even. */
const EVEN = 1.05;

/** Modes in which several of our rows do the peer's work; in the others our variants do more than any peer. */
const VARIANTS_COUNT = ["send", "cycle"];

/**
 * Returns every case where another is faster, and how many times: our first row against all others, and in "send" and
 * "cycle" also our other rows against the reference.
 *
 * @param {Results} results
 */
export function losses({ measurements }) {
  return measurements.flatMap(({ workload, mode, reference, results }) => {
    const what = `${workload}: ${MODE_TITLES[mode]}`;
    const [first] = results;
    return results.flatMap(({ peer, ratio, toFirst }) => {
      const loss = peer.startsWith("sansio")
        ? {
            what,
            ours: peer,
            peer: reference,
            factor: VARIANTS_COUNT.includes(mode) && peer !== first.peer ? 1 / ratio : 0,
          }
        : { what, ours: first.peer, peer, factor: 1 / toFirst };
      return loss.factor >= EVEN ? [loss] : [];
    });
  });
}

/** Prints the promised ratios and whether they hold. @param {Results} results @param {readonly Load[]} loads */
export function printHeadlines(results, loads) {
  console.log("floors\n");
  for (const { what, peer, least, ratios } of headlines(results, loads)) {
    const values = ratios.map((ratio) => ratio.toFixed(2)).join(" / ");
    const verdict = ratios.length === 0 ? "not measured" : ratios.every((ratio) => ratio >= least) ? "" : "MISSED";
    console.log(
      `  ${what.padEnd(58)} × ${peer.padEnd(26)} ${values.padEnd(12)} floor ${String(Number(least.toFixed(2))).padEnd(4)} ${verdict}`,
    );
  }
  console.log("");
}
