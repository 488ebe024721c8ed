/**
 * Asks the real hyper-h2 about every scenario and stores its answers: `node test/oracle/http2/refresh.mjs`.
 *
 * Needs Debian's python3-h2 and the shared oracle (SANSIO_SHARED, default ../shared beside this repository). The tests
 * read only what this writes and make the scenarios themselves: each line carries the digest of its scenario, so that a
 * changed generator asks for new answers. Answers are stored in the vocabulary of vocabulary.mjs, one line per scenario:
 * [id, digest, [number of the answer of each step], end]; the answers themselves stand in front, each once. Where there
 * are fewer answers than steps, the scenario ends there.
 */

import { existsSync, writeFileSync } from "node:fs";
import { ask, oracle, played } from "./ask.mjs";
import { digestOf, scenarios } from "./scenarios.mjs";

if (!existsSync(oracle)) {
  console.error(`no oracle at ${oracle}: set SANSIO_SHARED`);
  process.exit(2);
}

const [version] = ask([{ op: "version" }]);
console.log(`h2 ${version.h2}, hpack ${version.hpack}, hyperframe ${version.hyperframe}, Python ${version.python}`);

/** Of scenarios with an error of the peer's, one in so many goes on behind it: there is little to learn there. */
const GOES_ON = 4;

const all = scenarios();
const shortened = played(all).map(({ answers }, index) => {
  const fault = answers.findIndex(({ error }) => error !== undefined && error !== "local");
  const steps = fault < 0 || index % GOES_ON === 0 ? all[index].steps : all[index].steps.slice(0, fault);
  return { ...all[index], steps };
});
const known = new Map();
const lines = played(shortened).map(({ answers, end }, index) => {
  const numbers = answers.map((answer) => {
    const line = JSON.stringify(answer);
    if (!known.has(line)) known.set(line, known.size);
    return known.get(line);
  });
  return JSON.stringify([all[index].id, digestOf(all[index]), numbers, end]);
});
const plain = (given) =>
  given.replace(/[\x7f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
const text = plain(`${JSON.stringify(version)}\n${[...known.keys()].join("\n")}\n\n${lines.join("\n")}\n`);
writeFileSync(new URL("./h2-answers.jsonl", import.meta.url), text);
console.log(`${all.length} scenarios, ${known.size} different answers, ${text.length} octets`);
