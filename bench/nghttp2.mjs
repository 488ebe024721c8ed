// @ts-check
// nghttp2's inflater, in C, on the same blocks: the yardstick for HPACK. If a compiler or the library is missing, the
// time from the study stands in.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "./measure.mjs";

/** Nanoseconds per field on the study's machine. */
const STUDIED = 110;
const SOURCE = new URL("nghttp2-inflate.c", import.meta.url).pathname;

/**
 * @param {readonly { blocks: readonly Uint8Array[] }[]} stories
 * @param {{ fields: number, octets: number }} seen what every other peer saw
 * @returns {{ median: number, lower: number, upper: number, mean: number, isStudied: boolean }}
 */
export function nativeInflate(stories, seen) {
  const folder = mkdtempSync(join(tmpdir(), "sansio-nghttp2-"));
  try {
    const program = join(folder, "inflate");
    const { status } = spawnSync("cc", ["-O2", "-o", program, SOURCE, "-lnghttp2"], { stdio: "ignore" });
    if (status !== 0) return { median: STUDIED, lower: STUDIED, upper: STUDIED, mean: STUDIED, isStudied: true };
    return timesOf(program, packed(stories), seen);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} program @param {Buffer} input @param {{ fields: number, octets: number }} seen */
function timesOf(program, input, seen) {
  const { status, stdout } = spawnSync(program, { input, encoding: "utf8" });
  const passes = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  for (const [, fields, octets] of passes) {
    if (status !== 0 || fields !== seen.fields || octets !== seen.octets) throw new Error("nghttp2 did other work");
  }
  // The first half warms up.
  const times = passes.slice(passes.length / 2).map(([time]) => time);
  return {
    median: quantile(times, 0.5),
    lower: quantile(times, 0.25),
    upper: quantile(times, 0.75),
    mean: times.reduce((total, time) => total + time, 0) / times.length,
    isStudied: false,
  };
}

/** @param {readonly { blocks: readonly Uint8Array[] }[]} stories */
function packed(stories) {
  return Buffer.concat([
    number(stories.length),
    ...stories.flatMap(({ blocks }) => [number(blocks.length), ...blocks.flatMap((one) => [number(one.length), one])]),
  ]);
}

/** @param {number} value */
function number(value) {
  return Buffer.from(Uint32Array.of(value).buffer);
}
