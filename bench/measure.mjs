// @ts-check
// Peers take turns in one process, in batches of two passes, the order rotating: whatever the machine does meets all of them.

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
 * @property {number} mean collections of garbage included, which medians leave out
 * @property {number} ratio the reference's time over this one's, the median over all rounds
 */

const PASSES = 2;

const modes = new URL("modes.mjs", import.meta.url).href;

/**
 * @param {Workload} workload
 * @param {Mode} mode
 * @param {readonly Peer[]} peers
 * @param {{ warmUp: number, batches: number, reference: Peer, onProgress?: (part: number) => void }} options
 * @returns {Promise<Result[]>}
 */
export async function measure(workload, mode, peers, { warmUp, batches, reference, onProgress = () => {} }) {
  const { units, kind, count } = workload;
  const runners = [];
  for (const peer of peers) {
    /** @type {typeof import("./modes.mjs")} */
    const { makePass } = await import(
      /* @vite-ignore */ `${modes}?${encodeURIComponent(`${peer.name} ${mode} ${kind}`)}`
    );
    runners.push({ peer, pass: makePass(peer, mode, kind), times: /** @type {number[]} */ ([]) });
  }

  const rounds = Math.ceil(warmUp / PASSES) + batches;
  /** @type {number | undefined} */
  let sum;
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const { peer, pass, times } = runners[(turn + round) % runners.length];
      let time = 0;
      for (let index = 0; index < PASSES; index++) {
        pass.prepare(units.length);
        const start = performance.now();
        const seen = pass.run(units);
        time += performance.now() - start;
        sum ??= seen;
        if (seen !== sum) throw new Error(`${peer.name} did other work than the rest: ${workload.name}, ${mode}`);
      }
      if (round >= rounds - batches) times.push((time * 1e6) / (PASSES * count));
    }
    onProgress((round + 1) / rounds);
  }

  const referenceTimes = /** @type {typeof runners[number]} */ (runners.find(({ peer }) => peer === reference)).times;
  return runners.map(({ peer, times }) => ({
    peer: peer.name,
    about: peer.about,
    median: quantile(times, 0.5),
    lower: quantile(times, 0.25),
    upper: quantile(times, 0.75),
    mean: times.reduce((total, time) => total + time, 0) / times.length,
    ratio: quantile(
      referenceTimes.map((time, round) => time / times[round]),
      0.5,
    ),
  }));
}

/** @param {readonly number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  const position = (sorted.length - 1) * share;
  const low = Math.floor(position);
  return sorted[low] + (sorted[Math.ceil(position)] - sorted[low]) * (position - low);
}
