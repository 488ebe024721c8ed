/**
 * Asks the real h11 about every scenario and stores scenarios and answers as text: `node test/oracle/refresh.mjs`.
 *
 * Needs Debian's python3-h11 and the shared oracle (SANSIO_SHARED, default ../shared beside this repository). The tests
 * read only what this writes. One line per scenario: what was done, and per operation what h11 gave, reduced to what
 * is compared. A long repetition inside a string is stored as {"r": [[piece, times], ...]}; golden.ts reads it back.
 */

import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { extra } from "./extra.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const shared = resolve(here, "../..", process.env.SANSIO_SHARED ?? "../shared");
const oracle = join(shared, "oracles/h11_oracle.py");
const python = "/usr/bin/python3";

if (!existsSync(oracle)) {
  console.error(`no oracle at ${oracle}: set SANSIO_SHARED`);
  process.exit(2);
}

function run(args, input = "") {
  const result = spawnSync(python, [oracle, ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) {
    console.error(result.error ?? result.stderr);
    process.exit(2);
  }
  return result.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

const [info] = run(["--info"]);
console.log(`h11 ${info.h11}, Python ${info.python}`);

const sets = {
  corpus: run(["--corpus"]).filter((scenario) => scenario.proto === "h11"),
  generated: run(["--gen", "5000", "--seed", "1"]).filter((scenario) => scenario.proto === "h11"),
  extra: extra.map((scenario, index) => ({ id: `x${index}`, proto: "h11", ...scenario })),
};

/** Adjacent data joined and the sentinels reduced to the last one of the operation: what any split has in common. */
function eventsOf(events) {
  const out = [];
  let sentinel;
  for (const event of events) {
    sentinel = undefined;
    const { type, chunk_start, chunk_end, ...rest } = event;
    if (type === "NEED_DATA" || type === "PAUSED") sentinel = type;
    else if (type === "Data" && out.at(-1)?.[0] === "Data") out.at(-1)[1].data += event.data;
    else if (type === "ConnectionClosed" && out.at(-1)?.[0] === type) continue;
    else out.push([type, rest]);
  }
  return [out.map(([type, rest]) => ({ type, ...rest })), sentinel];
}

function answerOf(trace) {
  let before = "";
  return trace.map((step) => {
    const answer = {};
    if (step.events !== undefined) {
      const [events, sentinel] = eventsOf(step.events);
      if (events.length > 0) answer.events = events;
      if (sentinel !== undefined) answer.sentinel = sentinel;
    }
    const bytes = step.parts !== undefined ? (step.parts ?? []).join("") : step.bytes;
    if (bytes) answer.bytes = bytes;
    if (step.op === "trailing_data" && step.value !== undefined) answer.trailing = step.value;
    if (step.error !== undefined) answer.error = [step.error.kind, step.error.status ?? null];
    const { our, their, version, waiting100 } = step.state;
    const state = [our, their, version, waiting100];
    if (JSON.stringify(state) !== before) answer.state = state;
    before = JSON.stringify(state);
    return answer;
  });
}

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
  writeFileSync(join(here, `h11-${name}.jsonl`), text);
  total += text.length;
  console.log(`${name}: ${scenarios.length} scenarios, ${lines.length} different, ${text.length} octets`);
}
console.log(`in all ${total} octets`);
