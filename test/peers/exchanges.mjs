// @ts-check
// Random exchanges between ours and Node's, several at a time: what arrives must be what was sent, at both ends, and no
// exchange hang. `npm run test:exchanges -- --seconds 60 --seed 1`; `--pair WORDS` for some pairs only.
//
// node:http2 itself does not always live through it: on Node 20 its heap was corrupted, on 24 SendPendingData never ended,
// on 26 it crashed with node:http2 at both ends. The last two pairs have nothing of ours and tell whose fault a failure is.
import { parseArgs } from "node:util";
import { Random } from "../oracle/http2/random.mjs";
import { PAIRS } from "./exchange-ends.mjs";
import { digestOf, planned } from "./exchange-plans.mjs";

/** @typedef {import("./exchange-plans.mjs").Plan} Plan */

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    pair: { type: "string", default: "" },
  },
});
const AT_A_TIME = 6;
const OF_A_ROUND = 40;
const PATIENCE = 15_000;

process.on("unhandledRejection", (error) => {
  console.log("UNHANDLED", error);
  process.exitCode = 1;
});

let failures = 0;
const pairs = PAIRS.filter(({ name }) => name.includes(values.pair));
for (const pair of pairs) {
  const until = performance.now() + (Number(values.seconds) * 1000) / pairs.length;
  let exchanges = 0;
  for (let seed = Number(values.seed) * 1000; performance.now() < until; seed += 1) {
    exchanges += OF_A_ROUND;
    for (const difference of await round(pair, seed)) {
      failures += 1;
      console.log(`  FAILED ${pair.name}, seed ${seed}: ${difference}`);
    }
  }
  console.log(`${pair.name}: ${exchanges} exchanges`);
}
process.exit(failures > 0 ? 1 : process.exitCode);

/** @param {typeof PAIRS[0]} pair @param {number} seed */
async function round({ start, client }, seed) {
  const random = new Random(seed);
  /** @type {Map<number, import("./exchange-ends.mjs").Seen>} */
  const seen = new Map();
  /** @type {unknown[]} */
  const errors = [];
  const server = await start(seen, errors);
  const asking = client(server.port);
  const plans = Array.from({ length: OF_A_ROUND }, (_, index) => planned(random, seed * 100 + index));
  /** @type {string[]} */
  const differences = [];
  const waiting = [...plans];
  const worker = async () => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
      const outcome = await Promise.race([asking.ask(plan).catch((/** @type {Error} */ error) => error), late()]);
      const difference = judged(plan, outcome, seen);
      if (difference !== null) differences.push(`${difference} ${JSON.stringify(plan)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  await Promise.race([asking.close(), late()]);
  const ended = await Promise.race([server.stop(), late()]);
  if (ended instanceof Error) differences.push("the server does not close");
  else if (ended.unanswered.length > 0) differences.push(`unanswered: ${ended.unanswered.length}`);
  for (const error of errors) {
    const { code = "", name, message } = /** @type {any} */ (error);
    if (!/ECONNRESET|EPIPE|RESET|DISCONNECTED|CLOSED|INCOMPLETE_BODY|CONTENT_LENGTH_MISMATCH/.test(code + message))
      differences.push(`onError: ${name} ${code} ${message}`);
  }
  return differences;
}

/** @returns {Promise<Error>} */
function late() {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE, new Error("nothing for 15 s")).unref());
}

/** What is wrong, or null. @param {Plan} plan @param {any} outcome @param {Map<number, any>} seen */
function judged(plan, outcome, seen) {
  if (outcome instanceof Error) {
    if (outcome.message.startsWith("nothing for")) return outcome.message;
    // Who does not read a body may have the connection cut, and its answer lost.
    if (plan.aborts !== null || plan.when === "refuse") return null;
    return `${outcome.name}: ${/** @type {any} */ (outcome).code ?? ""} ${outcome.message} ${outcome.cause ?? ""}`;
  }
  if (plan.aborts !== null) return "nobody gave up";
  const informational = JSON.stringify(outcome.informational.filter((/** @type {number} */ status) => status !== 100));
  const wanted = JSON.stringify(Array(plan.informs).fill(103));
  if (outcome.status !== plan.status) return `status ${outcome.status}`;
  if (informational !== wanted) return `informational ${informational}`;
  if (outcome.octets !== plan.down || outcome.digest !== digestOf(plan, plan.down)) return `body of ${outcome.octets}`;
  if (outcome.trailers !== (plan.downTrailers ? '{"x-sum":"1"}' : "{}")) return `trailers ${outcome.trailers}`;
  if (plan.when === "refuse") return null;
  const request = seen.get(plan.id);
  // A response that is complete before its request lets the client leave out the rest.
  const isShort = plan.when === "early" && (plan.downLength || plan.down === 0);
  if (request === undefined) return isShort ? null : "the server saw no end";
  if (request.octets !== plan.up || request.digest !== digestOf(plan, plan.up))
    return `request's body of ${request.octets}`;
  if (request.trailers !== (plan.upTrailers ? '{"x-sum":"1"}' : "{}")) return `request's trailers ${request.trailers}`;
  return null;
}
