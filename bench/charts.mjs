// @ts-check
// Which measurements are drawn, and how.

import { drawBars } from "./chart.mjs";
import { MODE_TITLES } from "./report.mjs";

/** @typedef {import("./report.mjs").Measurement} Measurement */
/** @typedef {import("./measure.mjs").Result} Result */
/** @typedef {ReturnType<typeof import("./report.mjs").environment>} Environment */

/**
 * Returns the charts by file name.
 *
 * @param {Measurement[]} measurements
 * @param {Environment} environment
 * @returns {Record<string, string>}
 */
export function drawCharts(measurements, environment) {
  const { processor, node, date } = environment;
  const caption = `${processor} · Node ${node} · ${date} · npm run bench`;
  return {
    "requests.svg": drawCorpus("corpus of requests", "Reading requests", measurements, caption),
    "responses.svg": drawCorpus("corpus of responses", "Reading responses", measurements, caption),
    "workloads.svg": drawWorkloads(measurements, caption),
    "exchanges.svg": drawExchanges(measurements, caption),
  };
}

/** @param {string} workload @param {string} title @param {Measurement[]} measurements @param {string} caption */
function drawCorpus(workload, title, measurements, caption) {
  const groups = measurements
    .filter((measurement) => measurement.workload === workload)
    .map(({ mode, reference, results }) => ({
      title: MODE_TITLES[mode],
      bars: results.filter(isAlike).map(({ peer, median, ratio }) => ({
        label: peer,
        value: 1e9 / median,
        text: `${Math.round(median)} ns · ${ratio.toFixed(1)}× ${reference === "Node's own parser" ? "Node's" : "llhttp WASM"}`,
        ours: peer.startsWith("sansio"),
      })),
    }));
  return drawBars({
    title,
    subtitle: "messages per second: longer is faster; 512 different messages, medians",
    groups,
    caption,
  });
}

/** Leaves out the single connection, which unlike the others answers what it reads: it is only in the tables. */
function isAlike(/** @type {Result} */ { peer }) {
  return peer !== "sansio, one connection";
}

/** @param {Measurement[]} measurements @param {string} caption */
function drawWorkloads(measurements, caption) {
  const measured = measurements.filter(({ mode }) => mode === "strings");
  return drawBars({
    title: "sansio against Node's own parser",
    subtitle: "how many times as fast, every name and value made a string; grey where it is slower",
    groups: [
      { title: "heads", bars: measured.filter(({ per }) => per === "message").flatMap(barOf) },
      { title: "bodies", bars: measured.filter(({ per }) => per !== "message").flatMap(barOf) },
    ],
    caption,
  });
}

/** @param {Measurement} measurement */
function barOf({ workload, per, results }) {
  const ours = results.find(({ peer }) => peer === "sansio");
  if (ours === undefined) return [];
  const text = `${ours.ratio.toFixed(1)}× · ${Math.round(ours.median)} ns per ${per}`;
  return [{ label: workload, value: ours.ratio, text, ours: ours.ratio >= 1 }];
}

/** @param {Measurement[]} measurements @param {string} caption */
function drawExchanges(measurements, caption) {
  const groups = measurements
    .filter(({ mode }) => mode === "send" || mode === "cycle")
    .map(({ workload, mode, results }) => ({
      title: `${workload}: ${MODE_TITLES[mode]}`,
      bars: results.map(({ peer, median, ratio }) => ({
        label: peer,
        value: 1e9 / median,
        text: `${Math.round(median)} ns · ${ratio.toFixed(1)}× node:http's`,
        ours: peer.startsWith("sansio"),
      })),
    }));
  const subtitle = "per second: longer is faster; 512 different messages, the same octets sent by all, medians";
  return drawBars({ title: "Sending, and whole exchanges", subtitle, groups, caption });
}
