// @ts-check
// What hostile callers make Http2Connection send, read by the real hyper-h2: exactly that request, or `send` refused it.
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { anyGiven, takes } from "./emit.mjs";

const PYTHON = "/usr/bin/python3";

/** @typedef {import("./emit.mjs").Given} Given */

/** @returns {string | null} null: it is not here */
export function h2Version() {
  const { status, stdout } = spawnSync(PYTHON, ["-c", "import h2; print(h2.__version__)"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}

/**
 * @param {any} Http2Connection
 * @param {number} count
 * @param {number} seed
 * @returns {Promise<{ sent: number, refused: number, wrong: string[] }>}
 */
export async function tryHttp2(Http2Connection, count, seed) {
  const path = new URL("h2-reader.py", import.meta.url).pathname;
  const child = spawn(PYTHON, [path], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const result = { sent: 0, refused: 0, wrong: /** @type {string[]} */ ([]) };
  for (const given of fc.sample(anyGiven, { numRuns: count, seed })) {
    const sent = emit(Http2Connection, given);
    if (sent === null) {
      result.refused += 1;
      continue;
    }
    result.sent += 1;
    child.stdin.write(`${JSON.stringify({ hex: sent.octets.toString("hex") })}\n`);
    const { messages, error } = JSON.parse((await lines.next()).value);
    const seen = JSON.stringify(messages);
    const meant = JSON.stringify([[given.method, given.target, sent.body, sent.fields, sent.trailers]]);
    if (error !== "" || seen !== meant) result.wrong.push(`${meant} is ${seen} ${error}`);
  }
  child.kill();
  return result;
}

/** @param {any} Http2Connection @param {Given} given */
function emit(Http2Connection, { method, target, headers, pieces, trailers }) {
  const client = new Http2Connection("client");
  const own = headers.map(([name, value]) => /** @type {[string, string]} */ ([name.toLowerCase(), value]));
  const head = { method, target, scheme: "http", authority: "a", headers: own };
  let streamId = 0;
  if (
    !takes(() => {
      streamId = client.openStream(head);
    })
  )
    return null;
  let body = "";
  for (const piece of pieces) {
    const data = Buffer.from(piece, "latin1");
    if (takes(() => client.send({ type: "data", streamId, data }))) body += piece;
  }
  const ends = [trailers.map(([name, value]) => [name.toLowerCase(), value]), []];
  const end = ends.find((last) => takes(() => client.send({ type: "end-of-message", streamId, headers: last })));
  if (end === undefined) return null;
  const pseudo = [
    [":method", method],
    [":scheme", "http"],
    [":authority", "a"],
    [":path", target],
  ];
  // Host stands for the authority
  const fields = [...pseudo, ...own.filter(([name]) => name !== "host")];
  return { octets: Buffer.from(client.bytesToSend()), body, fields, trailers: end };
}
