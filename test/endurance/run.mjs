// @ts-check
// `npm run endurance -- [--minutes N] [--rate N]`: `npm start`'s server under good and hostile traffic over loopback. The
// attackers are a process of their own, this one is the honest clients' and looks at the server. A line of the table that
// fails makes the exit status 1.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Honest } from "./honest.mjs";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, rate: { type: "string", default: "2500" } },
});
const SECONDS = Number(values.minutes) * 60;
const LEAST_RATE = 2000;
const MOST_P99 = 250;
const MOST_CHANGE = 0.1;
/** Before, a heap still grows to what the traffic needs. */
const WARM = 600;
const CLIENTS_EACH = 8;
/** Seconds between two lines of progress. */
const TELL = 10;
/** Milliseconds in which what the attackers left must have timed out: the longest timeout of the server is 30 s. */
const AFTER = 45_000;

const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

// --- the server ---------------------------------------------------------------------------------------------------------

const server = spawn(process.execPath, [file("../../examples/server.mjs"), "--port", "0"], {
  stdio: ["ignore", "pipe", "pipe"],
  // A session of its own: Linux shares processors among sessions.
  detached: true,
});
let said = "";
server.stderr.on("data", (octets) => {
  said += octets;
});
const isGone = once(server, "exit");
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
process.once("exit", () => server.kill("SIGKILL"));
const port = await listening();

/** @returns {Promise<number>} */
function listening() {
  return new Promise((resolve, reject) => {
    let text = "";
    server.stdout.on("data", (octets) => {
      text += octets;
      const found = /at http:\/\/[^:]+:(\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    });
    isGone.then(() => reject(new Error(`the server ended: ${said}`)));
  });
}

const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1024;
/** Seconds of a processor that the server has taken: the 14th and 15th fields, in hundredths. */
const processor = () => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
};
const handles = () => readdirSync(`/proc/${server.pid}/fd`).length;

// --- the run ------------------------------------------------------------------------------------------------------------

const handlesBefore = handles();
const honest = new Honest(port, CLIENTS_EACH);
const attackers = fork(file("attackers.mjs"), [String(port), values.rate]);
/** @type {{ messages: number, tallies: Record<string, any> }} */
let hostile = { messages: 0, tallies: {} };
attackers.on("message", (/** @type {any} */ news) => {
  hostile = news;
});
/** MiB, each second. @type {number[]} */
const sizes = [];
/** Hostile messages, each second. @type {number[]} */
const sums = [];
let hasFailed = false;
isGone.then(() => {
  hasFailed = true;
});
const begun = performance.now();
for (let second = 1; second <= SECONDS && !hasFailed; second++) {
  await pause(Math.max(0, begun + second * 1000 - performance.now()));
  if (hasFailed) break;
  sizes.push(rss());
  sums.push(hostile.messages);
  if (second % TELL === 0) tell(second);
}
const seconds = (performance.now() - begun) / 1000;
const taken = hasFailed ? Number.NaN : processor();
await honest.stop();
attackers.send("stop");
await once(attackers, "exit");
for (let waited = 0; !hasFailed && waited < AFTER && handles() > handlesBefore; waited += 500) await pause(500);
const handlesAfter = hasFailed ? Number.NaN : handles();
server.kill("SIGTERM");
const [status] = await isGone;
process.exit(report() ? 0 : 1);

/** @param {number} second */
function tell(second) {
  const recent = honest.times.slice(-2000);
  const perSecond = ((sums.at(-1) ?? 0) - (sums.at(-1 - TELL) ?? 0)) / TELL;
  console.log(
    `${second} s: hostile ${perSecond.toFixed(0)}/s, honest ${honest.times.length} answered, ${honest.failed} failed, p99 ${quantile(recent, 0.99).toFixed(0)} ms, RSS ${rss().toFixed(0)} MiB, ${handles()} handles, processor ${((100 * processor()) / second).toFixed(0)} %`,
  );
}

// --- the table ----------------------------------------------------------------------------------------------------------

/** @param {number[]} numbers @param {number} share */
function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The lowest rate of a whole minute. */
function lowestMinute() {
  const rates = sums.flatMap((sum, i) => (i >= 60 && i % 60 === 0 ? [(sum - (sums[i - 60] ?? 0)) / 60] : []));
  return rates.length > 0 ? Math.min(...rates) : Number.NaN;
}

function report() {
  const share = Math.max(1, Math.floor(sizes.length / 30));
  const tenth = Math.floor(sizes.length / 10);
  const early = quantile(sizes.slice(tenth, tenth + share), 0.5);
  const late = quantile(sizes.slice(-share), 0.5);
  const rate = hostile.messages / seconds;
  const p99 = quantile(honest.times, 0.99);
  const asked = honest.times.length + honest.failed;
  for (const [name, { connections, messages, chunks, endings }] of Object.entries(hostile.tallies)) {
    const ends = Object.entries(endings).map(([ending, count]) => `${ending} ${count}`);
    console.log(
      `| ${name} | ${connections} | ${messages}${chunks > 0 ? ` (${chunks} chunks)` : ""} | ${ends.join(", ")} |`,
    );
  }
  /** @type {[string, string, boolean][]} */
  const lines = [
    ["time", `${seconds.toFixed(0)} s`, seconds >= SECONDS],
    [
      "hostile messages a second",
      `${rate.toFixed(0)} (lowest minute ${lowestMinute().toFixed(0)})`,
      rate >= LEAST_RATE,
    ],
    ["honest requests answered correctly", `${honest.times.length} of ${asked}`, honest.failed === 0 && asked > 0],
    [
      "their p50, p99, longest",
      [0.5, 0.99, 1].map((of) => `${quantile(honest.times, of).toFixed(1)} ms`).join(", "),
      p99 < MOST_P99,
    ],
    [
      "RSS after a tenth, at the end",
      `${early.toFixed(1)}, ${late.toFixed(1)} MiB${SECONDS < WARM ? " (not judged below ten minutes)" : ""}`,
      SECONDS < WARM || Math.abs(late / early - 1) <= MOST_CHANGE,
    ],
    ["handles before, after", `${handlesBefore}, ${handlesAfter}`, handlesAfter <= handlesBefore],
    [
      "the server ended in order, and complained of nothing",
      `status ${status}, ${said.length} chars`,
      status === 0 && said === "",
    ],
  ];
  console.log(`       the server took ${((100 * taken) / seconds).toFixed(0)} % of a processor`);
  for (const [what, seen, holds] of lines) console.log(`${holds ? "ok    " : "FAILED"} ${what}: ${seen}`);
  for (const failure of honest.failures) console.log(`  ${failure}`);
  if (said !== "") console.log(said.slice(0, 2000));
  return lines.every(([, , holds]) => holds);
}
