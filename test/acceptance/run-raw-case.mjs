// @ts-check
// Plays one row of raw-cases.mjs and compares what came back.
import { readAnswers, Wire } from "./wire.mjs";

const PROBE = "GET /hello HTTP/1.1\r\nHost: probe\r\n\r\n";
/** Between two pieces of a case, so that they are two reads. */
const PIECE_PAUSE = 40;

/**
 * @param {number} port
 * @param {import("./raw-cases.mjs").RawCase} entry
 * @returns {Promise<void>}
 */
export async function runRawCase(port, entry) {
  const wire = new Wire(port);
  try {
    const pieces = Array.isArray(entry.send) ? entry.send : [entry.send];
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && entry.waits) await wire.until(() => wire.ended || wire.answered(entry.methods) >= index);
      else if (index > 0) await new Promise((resolve) => setTimeout(resolve, PIECE_PAUSE));
      wire.send(piece);
    }
    if (entry.fin) wire.socket.end();

    await wire.until(() => wire.ended || wire.answered(entry.methods) >= entry.statuses.length);
    await (entry.open ? expectOpen(wire, entry) : expectClosed(wire));
    compare(entry, readAnswers(wire.received, entry.methods, wire.ended).slice(0, entry.open ? -1 : undefined));
  } finally {
    wire.close();
  }
}

/** @param {Wire} wire @param {import("./raw-cases.mjs").RawCase} entry */
async function expectOpen(wire, entry) {
  const before = wire.answered(entry.methods);
  if (wire.ended) throw new Error(`the connection ended after ${describe(wire)}`);
  wire.send(PROBE);
  await wire.until(() => wire.ended || wire.answered(entry.methods) > before);
  const answer = readAnswers(wire.received, entry.methods, wire.ended).at(-1);
  if (wire.answered(entry.methods) <= before || answer?.status !== 200 || answer.body !== "Hello, world!\n") {
    throw new Error(`the connection does not answer the next request: ${describe(wire)}`);
  }
}

/** @param {Wire} wire */
async function expectClosed(wire) {
  const ended = await wire.until(() => wire.ended);
  if (wire.error !== undefined)
    throw new Error(`${wire.error.code} instead of an orderly end, after ${describe(wire)}`);
  if (!ended) throw new Error(`the connection stays open after ${describe(wire)}`);
}

/**
 * @param {import("./raw-cases.mjs").RawCase} entry
 * @param {import("./wire.mjs").Answer[]} answers
 */
function compare({ statuses, bodies = [], heads = [], trailers }, answers) {
  const got = answers.map((answer) => answer.status);
  if (got.join() !== statuses.join()) throw new Error(`statuses ${got.join()} instead of ${statuses.join()}`);
  for (const [index, body] of bodies.entries()) {
    const answer = answers[index];
    if (!answer?.complete) throw new Error(`answer ${index} is cut short`);
    if (answer.body !== body)
      throw new Error(`body ${JSON.stringify(answer.body.slice(0, 80))} (${answer.body.length} octets)`);
  }
  for (const head of heads) {
    const all = answers.map((answer) => answer.head).join("");
    if (typeof head === "string" ? !all.includes(head) : !head.test(all))
      throw new Error(`no ${head} in ${JSON.stringify(all)}`);
  }
  if (trailers !== undefined && answers.at(-1)?.trailers !== trailers) {
    throw new Error(`trailers ${JSON.stringify(answers.at(-1)?.trailers)}`);
  }
}

/** @param {Wire} wire */
function describe(wire) {
  return wire.received === "" ? "no octet" : JSON.stringify(wire.received.slice(0, 120));
}
