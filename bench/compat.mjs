// @ts-check
// npm run bench:compat: http-parser-js's class against ours, through its own callbacks, with every name and value a
// string. On 2026-11-26, on a quiet machine, six whole runs of this program on Node 20 gave 5.3 to 5.8 for requests and
// 4.8 to 5.4 for responses (medians 5.5 and 5.1); two on Node 24 gave 5.1 and 5.7, and 4.9 and 5.1. So requests are
// above the floor, and responses right at it. A response takes 650 ns, cold messages and garbage collection included:
// 200 for the list of twenty strings, 150 for the scan, 85 for the slice of the body, 65 for one string of the head.

import { parseArgs } from "node:util";
import { namedWorkloads, requestCorpus, responseCorpus } from "./corpus.mjs";
import { measure } from "./measure.mjs";
import { httpParserJs, sansioInItsPlace } from "./peers/http-parser-js.mjs";
import { verify } from "./verify.mjs";

/** The promised floor: how many times as fast, on the corpora. */
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
  if (floor !== "" && ours.ratio < LEAST) process.exitCode = 1;
  const figures = [ours, theirs].map(({ median }) => median.toFixed(0).padStart(8)).join("");
  console.log(`${workload.name.padEnd(26)}${figures}   ${ours.ratio.toFixed(2).padStart(6)}${floor}`);
}
