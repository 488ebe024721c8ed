/** The stored answers of the real hyper-h2, as refresh.mjs wrote them. */

import { readFileSync } from "node:fs";
import { digestOf, scenarios } from "./scenarios.mjs";

/** @returns each scenario with hyper-h2's answers (the first is the beginning of the connection) and its end */
export function golden() {
  const [table, list] = readFileSync(new URL("./h2-answers.jsonl", import.meta.url), "utf8").split("\n\n");
  const known = table
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line));
  const lines = list
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const all = scenarios();
  if (all.length !== lines.length) throw new Error("the scenarios changed: node test/oracle/http2/refresh.mjs");
  return all.map((scenario, index) => {
    const [id, digest, numbers, end] = lines[index];
    if (scenario.id !== id || digestOf(scenario) !== digest) {
      throw new Error(`${id} changed: node test/oracle/http2/refresh.mjs`);
    }
    const steps = scenario.steps.slice(0, numbers.length - 1);
    return { scenario: { ...scenario, steps }, answers: numbers.map((number) => known[number]), end };
  });
}
