// @ts-check
// npm run bench:compat: the class of http-parser-js against ours, through its own callbacks, every name and value a string.
// On 2026-11-26, Node 20, a machine with a load of 7 to 12, medians of this program in six runs: requests 5.4 to 6.7, responses 4.9
// to 5.6 (without two disturbed figures of 10). The best of 100 turns of 16 messages each, which feel the load less: 4.9 to 5.7
// and 4.3 to 4.9; before that day's work, in the same runs, 5.1 to 5.5 and 4.1 to 4.5. So requests hold the floor, responses do
// not hold it safely. Of 590 ns (responses) the scan is 140, one string of the head
// 50, its twenty strings and their list 130, a slice of the body 70, the collection of all this garbage 30 to 50.

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
