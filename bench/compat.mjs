// @ts-check
// npm run bench:compat: the class of http-parser-js against ours, through its own callbacks, every name and value a string.
// On 2026-11-26, a quiet machine, six whole runs of this program on Node 20: requests 5.3 to 5.8, responses 4.8 to 5.4, medians
// 5.5 and 5.1; two on Node 24: 5.1 and 5.7, 4.9 and 5.1. So requests hold the floor, responses stand on it. Of 650 ns (responses,
// cold messages and the collection of garbage included) the list of twenty strings is 200, the scan 150, the slice of the body 85,
// one string of the head 65.

import { parseArgs } from "node:util";
import { namedWorkloads, requestCorpus, responseCorpus } from "./corpus.mjs";
import { measure } from "./measure.mjs";
import { httpParserJs, sansioInItsPlace } from "./peers/http-parser-js.mjs";
import { verify } from "./verify.mjs";

/** How many times as fast, on the corpora: the floor that was promised. */
const LEAST = 5;

const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const budget = options.quick ? { warmUp: 20, batches: 10 } : { warmUp: 100, batches: 60 };
const corpora = [requestCorpus(), responseCorpus()];
const peers = [sansioInItsPlace, httpParserJs];

console.log("nanoseconds per message (or chunk, or read); how many times as fast\n");
for (const workload of options.quick ? corpora : [...corpora, ...namedWorkloads()]) {
  for (const peer of peers) verify(peer, workload);
  const [ours, theirs] = await measure(workload, "strings", peers, { ...budget, reference: httpParserJs });
  if (ours === undefined || theirs === undefined) throw new Error("two peers, two results");
  const floor = corpora.includes(workload) ? `   floor ${LEAST}` : "";
  const figures = [ours, theirs].map(({ median }) => median.toFixed(0).padStart(8)).join("");
  console.log(`${workload.name.padEnd(26)}${figures}   ${ours.ratio.toFixed(2).padStart(6)}${floor}`);
}
