/** The real hyper-h2's answers to scenarios, from Debian's python3-h2 behind the shared oracle (SANSIO_SHARED, default ../shared). */

import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { answersOf, commandsOf, endOf } from "./vocabulary.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const oracle = join(resolve(root, process.env.SANSIO_SHARED ?? "../shared"), "oracles/h2_oracle.py");

/** @param commands of the oracle, all answered by one process */
export function ask(commands) {
  const input = commands.map((command) => JSON.stringify(command)).join("\n");
  const result = spawnSync("/usr/bin/python3", [oracle], { input, encoding: "utf8", maxBuffer: 1 << 30 });
  if (result.status !== 0) throw result.error ?? new Error(result.stderr);
  return result.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

export function played(asked) {
  const replies = ask(asked.flatMap(commandsOf)).values();
  return asked.map((scenario) => {
    const own = commandsOf(scenario).map(() => replies.next().value);
    return { answers: answersOf(scenario, own.slice(0, -2)), end: endOf(own.at(-2)) };
  });
}
