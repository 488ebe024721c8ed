/**
 * Asks the real hyper-h2 about every scenario and stores its answers: `node test/oracle/http2/refresh.mjs`.
 *
 * Needs Debian's python3-h2 and the shared oracle (SANSIO_SHARED, default ../shared beside this repository). The tests
 * read only what this writes and make the scenarios themselves: each line carries the digest of its scenario, so that a
 * changed generator asks for new answers. Answers are stored in the vocabulary of vocabulary.mjs, one line per scenario:
 * [id, digest, [number of the answer of each step], end]; the answers themselves stand in front, each once. Where there
 * are fewer answers than steps, the scenario ends there.
 */

import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { digestOf, scenarios } from "./scenarios.mjs";
import { answersOf, commandsOf, endOf } from "./vocabulary.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const shared = resolve(here, "../../..", process.env.SANSIO_SHARED ?? "../shared");
const oracle = join(shared, "oracles/h2_oracle.py");

if (!existsSync(oracle)) {
  console.error(`no oracle at ${oracle}: set SANSIO_SHARED`);
  process.exit(2);
}

function ask(commands) {
  const input = commands.map((command) => JSON.stringify(command)).join("\n");
  const result = spawnSync("/usr/bin/python3", [oracle], { input, encoding: "utf8", maxBuffer: 1 << 30 });
  if (result.status !== 0) {
    console.error(result.error ?? result.stderr);
    process.exit(2);
  }
  return result.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const [version] = ask([{ op: "version" }]);
console.log(`h2 ${version.h2}, hpack ${version.hpack}, hyperframe ${version.hyperframe}, Python ${version.python}`);

/** Of scenarios with an error of the peer's, one in so many goes on behind it: there is little to learn there. */
const GOES_ON = 4;

function played(asked) {
  const replies = ask(asked.flatMap(commandsOf)).values();
  return asked.map((scenario) => {
    const own = commandsOf(scenario).map(() => replies.next().value);
    return { answers: answersOf(scenario, own.slice(0, -2)), end: endOf(own.at(-2)) };
  });
}

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
writeFileSync(join(here, "h2-answers.jsonl"), text);
console.log(`${all.length} scenarios, ${known.size} different answers, ${text.length} octets`);
