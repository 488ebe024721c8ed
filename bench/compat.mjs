// @ts-check
// npm run bench:compat: the class of http-parser-js against ours, through its own callbacks, every name and value a string.
// On 2026-11-26, Node 20, a machine with a load of 7 to 10: requests 6.0 to 6.7 in three runs of this program, responses 4.9 to
// 5.6; the best of 100 turns of 16 messages each, which feel the load less, 4.9 to 5.7 and 4.5 to 4.9 (before that day 5.1 and
// 4.2 to 4.5). So responses are at the floor, not safely above it. Of 590 ns (responses) the scan is 140, one string of the head
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
