// @ts-check
// npm run bench:compat: the class of http-parser-js against ours, through its own callbacks, every name and value a string.
// The floor is not reached yet on responses: 4.9 to 5.5 (requests) and 4.3 to 4.9 (responses) on 2026-11-25, Node 20, on a loaded
// machine, the best of 150 turns of 16 messages each; before that day's work 4.0 to 4.5 and 3.5 to 3.9 in the same runs. Of 610 ns
// (requests) the scan is 140, one string of the head 110, its twenty strings 135, and 545 is what the same kernel, strings and
// callbacks take without states, limits and errors.

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
