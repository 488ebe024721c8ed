/**
 * Asks the real h11 about every scenario and stores scenarios and answers as text: `node test/oracle/refresh.mjs`.
 *
 * Needs Debian's python3-h11 and the shared oracle (SANSIO_SHARED, default ../shared beside this repository). The tests
 * read only what this writes. One line per scenario: what was done, and per operation what h11 gave, reduced to what
 * is compared. A long repetition inside a string is stored as {"r": [[piece, times], ...]}; golden.ts reads it back.
 */

import { existsSync, writeFileSync } from "node:fs";
import { answerOf, oracle, run } from "./ask.mjs";
import { extra } from "./extra.mjs";

if (!existsSync(oracle)) {
  console.error(`no oracle at ${oracle}: set SANSIO_SHARED`);
  process.exit(2);
}

const [info] = run(["--info"]);
console.log(`h11 ${info.h11}, Python ${info.python}`);

const sets = {
  corpus: run(["--corpus"]).filter((scenario) => scenario.proto === "h11"),
  generated: run(["--gen", "5000", "--seed", "1"]).filter((scenario) => scenario.proto === "h11"),
  extra: extra.map((scenario, index) => ({ id: `x${index}`, proto: "h11", ...scenario })),
};

function shortened(_key, value) {
  if (typeof value !== "string" || value.length < 200) return value;
  const pieces = [];
  let rest = 0;
  for (const match of value.matchAll(/([\s\S]{1,24}?)\1{15,}/g)) {
    if (match.index > rest) pieces.push([value.slice(rest, match.index), 1]);
    pieces.push([match[1], match[0].length / match[1].length]);
    rest = match.index + match[0].length;
  }
  if (pieces.length === 0) return value;
  if (rest < value.length) pieces.push([value.slice(rest), 1]);
  return { r: pieces };
}

const plain = (text) =>
  text.replace(/[\x7f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A list of a thousand equal fields is as long as a string of them: the same shortening, for lists. */
function shortenedLists(key, value) {
  if (!Array.isArray(value) || value.length < 64) return shortened(key, value);
  const runs = [];
  for (const item of value) {
    if (runs.length > 0 && JSON.stringify(runs.at(-1)[0]) === JSON.stringify(item)) runs.at(-1)[1] += 1;
    else runs.push([item, 1]);
  }
  return runs.length * 4 < value.length ? { l: runs } : value;
}

let total = 0;
for (const [name, scenarios] of Object.entries(sets)) {
  const answers = run([], scenarios.map((scenario) => JSON.stringify(scenario)).join("\n"));
  const seen = new Set();
  const lines = [];
  scenarios.forEach(({ id, proto, ...scenario }, index) => {
    if (answers[index].bad_scenario !== undefined) throw new Error(`scenario ${id}: ${answers[index].bad_scenario}`);
    const known = JSON.stringify(scenario);
    if (seen.has(known)) return;
    seen.add(known);
    lines.push(plain(JSON.stringify({ id, ...scenario, answers: answerOf(answers[index].trace) }, shortenedLists)));
  });
  const text = `${lines.join("\n")}\n`;
  writeFileSync(new URL(`./h11-${name}.jsonl`, import.meta.url), text);
  total += text.length;
  console.log(`${name}: ${scenarios.length} scenarios, ${lines.length} different, ${text.length} octets`);
}
console.log(`in all ${total} octets`);
