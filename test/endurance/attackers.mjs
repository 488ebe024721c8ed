// @ts-check
// The attackers' process: keeps every attack of the tables going, at a rate, until it is told to stop; reports each second.
import { setPriority } from "node:os";
import { HTTP1_ATTACKS } from "./http1-attacks.mjs";
import { HTTP2_ATTACKS } from "./http2-attacks.mjs";
import { pause } from "./wire.mjs";

const [port, rate] = process.argv.slice(2).map(Number);
/** Behind the server and those who measure. */
setPriority(5);

/** @typedef {{ connections: number, messages: number, chunks: number, endings: Record<string, number> }} Tally */
/** @type {Record<string, Tally>} */
const tallies = {};
/** Of HTTP/1.1, and of HTTP/2: half of the rate is each one's. */
const messages = [0, 0];
let isStopped = false;
const begun = performance.now();

/** There is room in the rate. @param {number} family */
async function room(family) {
  while (!isStopped && sent(family) > (((performance.now() - begun) / 1000) * (rate ?? 0)) / 2) await pause(5);
}

const sent = (/** @type {number} */ family) => messages[family] ?? 0;

/** @param {import("./http1-attacks.mjs").Row} row @param {number} family */
async function keepOn({ name, isPaced, attack }, family) {
  const tally = /** @type {Tally} */ (tallies[name]);
  while (!isStopped) {
    if (isPaced) await room(family);
    tally.connections++;
    const ending = await attack(port ?? 0, (count, chunks = 0) => {
      messages[family] = sent(family) + count;
      tally.messages += count;
      tally.chunks += chunks;
    });
    tally.endings[ending] = (tally.endings[ending] ?? 0) + 1;
  }
}

const loops = [HTTP1_ATTACKS, HTTP2_ATTACKS].flatMap((rows, family) =>
  rows.flatMap((row) => {
    tallies[row.name] = { connections: 0, messages: 0, chunks: 0, endings: {} };
    return Array.from({ length: row.slots }, () => keepOn(row, family));
  }),
);
const news = () => ({ messages: sent(0) + sent(1), tallies });
const ticker = setInterval(() => process.send?.(news()), 1000);
process.once("message", async () => {
  isStopped = true;
  clearInterval(ticker);
  await Promise.race([Promise.all(loops), pause(60_000)]);
  process.send?.(news(), () => process.exit(0));
});
