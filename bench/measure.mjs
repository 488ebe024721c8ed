// @ts-check
// Peers take turns in one process, in batches of two passes, each round in another order, so that disturbances hit all
// of them.

import { makeRandom } from "./random.mjs";

/** @typedef {import("./corpus.mjs").Workload} Workload */
/** @typedef {import("./peers/index.mjs").Mode} Mode */
/** @typedef {import("./peers/index.mjs").Peer} Peer */
/**
 * @typedef {object} Result nanoseconds per message (or chunk, or read)
 * @property {string} peer
 * @property {string} about
 * @property {number} median
 * @property {number} lower the first quartile
 * @property {number} upper the third quartile
 * @property {number} mean includes garbage collections, which medians leave out
 * @property {number} ratio the reference's time divided by this one's, as the median over all rounds
 * @property {number} toFirst this one's time divided by that of the first, always ours, as the median over all rounds
 */
/**
 * A participant that takes turns with the others.
 *
 * @typedef {object} Runner
 * @property {string} name
 * @property {string} about
 * @property {() => void} prepare called before each pass, untimed
 * @property {() => number | Promise<number>} run runs one pass; returns the sum of what it saw
 * @property {() => void | Promise<void>} [settle] called after each pass, untimed
 */
/**
 * @typedef {object} Budget
 * @property {number} warmUp passes per peer before the first that counts
 * @property {number} batches
 * @property {(part: number) => void} [onProgress]
 */

const PASSES = 2;

const modes = new URL("modes.mjs", import.meta.url).href;

/**
 * @param {Workload} workload
 * @param {Mode} mode
 * @param {readonly Peer[]} peers
 * @param {Budget & { reference: Peer }} options
 * @returns {Promise<Result[]>}
 */
export async function measure(workload, mode, peers, { reference, ...budget }) {
  const { units, kind, count } = workload;
  /** @type {Runner[]} */
  const runners = [];
  for (const peer of peers) {
    /** @type {typeof import("./modes.mjs")} */
    const { makePass } = await import(
      /* @vite-ignore */ `${modes}?${encodeURIComponent(`${peer.name} ${mode} ${kind}`)}`
    );
    const pass = makePass(await ownCopy(peer, mode, kind), mode, kind);
    const { name, about } = peer;
    runners.push({ name, about, prepare: () => pass.prepare(units.length), run: () => pass.run(units) });
  }
  return alternate(runners, { ...budget, count, reference: reference.name, what: `${workload.name}, ${mode}` });
}

/**
 * Returns the peer from a fresh import of its module, so that its loops are compiled for this one use as well. A peer
 * that no module exports is returned as it is.
 *
 * @param {Peer} peer
 * @param {Mode} mode
 * @param {string} kind
 * @returns {Promise<Peer>}
 */
async function ownCopy(peer, mode, kind) {
  const { name, about, module } = peer;
  const copy = await import(/* @vite-ignore */ `${module}?${encodeURIComponent(`${name} ${mode} ${kind}`)}`);
  return Object.values(copy).find((own) => own.name === name && own.about === about) ?? peer;
}

/**
 * @param {readonly Runner[]} runners ours first
 * @param {Budget & { count: number, reference: string, what: string, passes?: number, begin?: () => void }} options
 *   `count`: units in a pass; `passes`: per turn; `begin`: called before each turn, untimed
 * @returns {Promise<Result[]>}
 */
export async function alternate(
  runners,
  { warmUp, batches, onProgress = () => {}, count, reference, what, passes = PASSES, begin = () => {} },
) {
  const entries = runners.map((runner) => ({ runner, times: /** @type {number[]} */ ([]) }));
  const rounds = Math.ceil(warmUp / passes) + batches;
  const random = makeRandom(1);
  /** @type {number | undefined} */
  let sum;
  for (let round = 0; round < rounds; round++) {
    // Ours goes first in the first: what it sees is what the others must see.
    for (const { runner, times } of round === 0 ? entries : shuffled(entries, random)) {
      let time = 0;
      begin();
      for (let index = 0; index < passes; index++) {
        runner.prepare();
        const start = performance.now();
        const running = runner.run();
        const seen = typeof running === "number" ? running : await running;
        time += performance.now() - start;
        await runner.settle?.();
        sum ??= seen;
        if (seen !== sum) throw new Error(`${runner.name} did other work than the rest: ${what}`);
      }
      if (round >= rounds - batches) times.push((time * 1e6) / (passes * count));
    }
    onProgress((round + 1) / rounds);
  }

  const [{ times: firstTimes }] = entries;
  const referenceTimes = entries.find(({ runner }) => runner.name === reference)?.times ?? firstTimes;
  return entries.map(({ runner: { name, about }, times }) => ({
    peer: name,
    about,
    median: quantile(times, 0.5),
    lower: quantile(times, 0.25),
    upper: quantile(times, 0.75),
    mean: times.reduce((total, time) => total + time, 0) / times.length,
    ratio: medianRatio(referenceTimes, times),
    toFirst: medianRatio(times, firstTimes),
  }));
}

/**
 * Returns them in another order. A rotation would leave each behind the same neighbour, which slows it down or speeds it
 * up in every round: on Node 24 heads always sent behind node:http's turn took some 2,050 ns, in any order 1,780.
 *
 * @template T
 * @param {readonly T[]} entries
 * @param {import("./random.mjs").Random} random
 */
function shuffled(entries, random) {
  const rest = [...entries];
  return Array.from(entries, () => rest.splice(random.integer(0, rest.length - 1), 1)[0]);
}

/** @param {readonly number[]} times @param {readonly number[]} others times in the same rounds */
function medianRatio(times, others) {
  return quantile(
    times.map((time, round) => time / others[round]),
    0.5,
  );
}

/** @param {readonly number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  const position = (sorted.length - 1) * share;
  const low = Math.floor(position);
  return sorted[low] + (sorted[Math.ceil(position)] - sorted[low]) * (position - low);
}
