/** The real h11 behind the shared oracle (SANSIO_SHARED, default ../shared), and its answers in the form that is compared. */

import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const oracle = join(resolve(root, process.env.SANSIO_SHARED ?? "../shared"), "oracles/h11_oracle.py");

/** The lines that one run of the oracle prints. */
export function run(args, input = "") {
  const result = spawnSync("/usr/bin/python3", [oracle, ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) throw result.error ?? new Error(result.stderr);
  return result.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

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

export function answerOf(trace) {
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
