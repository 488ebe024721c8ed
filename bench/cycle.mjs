// @ts-check
// Mode "cycle": all of a server's work for sequential requests on one connection: octets in, the request and its body
// read, a response with 10 fields and a small body sent, octets out, the next cycle begun. Ours against node:http,
// whose Server gets the same in-memory stream as its socket. First checks that all of them send the same octets.

import { strictEqual } from "node:assert/strict";
import { createServer, STATUS_CODES } from "node:http";
import { Http1Connection } from "sansio";
import { CORPUS_SIZE, requestCorpus } from "./corpus.mjs";
import { alternate } from "./measure.mjs";
import { makeRandom } from "./random.mjs";
import { CountingSocket, drainPooled, responseHeads } from "./send.mjs";

/** @typedef {import("./measure.mjs").Budget} Budget */
/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {[name: string, value: string][]} fields
 * @property {string[]} flat the same fields in one list
 * @property {Buffer} body
 */
/** @typedef {{ reads: Buffer[], answers: Answer[] }} Work one read is one request */

const END = /** @type {const} */ ({ type: "end-of-message" });

export const REFERENCE = "node:http";

/** @param {number} [count] @returns {Work} */
export function cycleWork(count = CORPUS_SIZE) {
  const random = makeRandom(6);
  const answers = responseHeads(5, count).map(({ status, fields }) => {
    const body = Buffer.from(
      `{"id":${random.integer(1, 9_999_999)},"note":"${random.letters(random.integer(20, 200))}"}`,
    );
    const own = fields.map(
      ([name, value]) =>
        /** @type {[string, string]} */ ([name, name === "Content-Length" ? String(body.length) : value]),
    );
    return { status, fields: own, flat: own.flat(), body };
  });
  const reads = requestCorpus(7, count).units.map((unit) => unit.reads[0]);
  return { reads, answers };
}

/** @param {Work} work @param {CountingSocket} stream @param {(octets: Buffer) => void} write */
function answering({ answers }, stream, write) {
  const connection = new Http1Connection("server");
  const responses = answers.map(({ status, fields, body }) => ({
    head: { type: /** @type {const} */ ("response"), status, headers: fields },
    data: { type: /** @type {const} */ ("data"), data: body },
  }));
  const seen = { octets: 0 };
  let index = 0;

  /** @param {Buffer} read */
  function receive(read) {
    connection.feed(read);
    for (let event = connection.nextEvent(); event.type !== "need-data"; event = connection.nextEvent()) {
      if (event.type === "request") {
        seen.octets += event.method.length + event.target.length + (event.headers.get("host")?.length ?? 0);
      } else if (event.type === "data") {
        seen.octets += event.data.length;
      } else if (event.type === "end-of-message") {
        const { head, data } = responses[index++ % responses.length];
        connection.send(head);
        connection.send(data);
        connection.send(END);
        write(drainPooled(connection));
        connection.startNextCycle();
      }
    }
  }
  return { receive, seen, stream };
}

/** @param {Work} work */
function direct(work) {
  const stream = new CountingSocket();
  const { receive, seen } = answering(work, stream, (octets) => stream._write(octets, "", ignore));
  const { reads } = work;
  return {
    name: "sansio",
    about: "the connection alone: no stream in front of it, what it sends is counted",
    prepare() {},
    run() {
      seen.octets = 0;
      for (let index = 0; index < reads.length; index++) receive(reads[index]);
      return seen.octets + stream.takeCount();
    },
    stream,
  };
}

/** @param {Work} work */
function overStream(work) {
  const stream = new CountingSocket();
  const { receive, seen } = answering(work, stream, (octets) => stream.write(octets));
  stream.on("data", receive);
  return {
    name: "sansio over the stream",
    about: "the same on the in-memory stream that node:http gets",
    prepare() {},
    async run() {
      seen.octets = 0;
      await drive(stream, work.reads, () => true);
      return seen.octets + stream.takeCount();
    },
    stream,
  };
}

/** @param {Work} work */
function nodeHttp({ reads, answers }) {
  const stream = new CountingSocket();
  const seen = { octets: 0 };
  let index = 0;
  /** @type {import("node:http").ServerResponse | null} */
  let current = null;

  const server = createServer((request, response) => {
    current = response;
    const { method = "", url = "", headers } = request;
    seen.octets += method.length + url.length + (headers.host?.length ?? 0);
    // As an application would, answers a request without a body at once.
    if (method === "GET" || method === "DELETE") return respond(response);
    request.on("data", (octets) => {
      seen.octets += octets.length;
    });
    request.on("end", () => respond(response));
  });

  /** @param {import("node:http").ServerResponse} response */
  function respond(response) {
    const { status, flat, body } = answers[index++ % answers.length];
    response.sendDate = false;
    response.writeHead(status, flat);
    response.end(body);
  }

  server.emit("connection", stream);
  return {
    name: REFERENCE,
    about: "http.Server on the same stream: writeHead() with a flat list, end() with the body",
    prepare() {},
    async run() {
      seen.octets = 0;
      await drive(stream, reads, () => current?.writableFinished === true);
      return seen.octets + stream.takeCount();
    },
    stream,
  };
}

/**
 * Sends the requests in turn, each once the previous one is answered.
 *
 * @param {CountingSocket} stream
 * @param {readonly Buffer[]} reads
 * @param {() => boolean} isAnswered
 * @returns {Promise<void>}
 */
function drive(stream, reads, isAnswered) {
  return new Promise((done, fail) => {
    let index = 0;
    let polls = 0;
    function step() {
      if (index > 0 && !isAnswered()) {
        if (++polls > 1000) return fail(new Error("a request is not answered"));
        return process.nextTick(step);
      }
      polls = 0;
      if (index === reads.length) return done();
      stream.push(reads[index++]);
      process.nextTick(step);
    }
    step();
  });
}

/** @param {Work} work */
export function cyclers(work) {
  return [direct(work), overStream(work), nodeHttp(work)];
}

/**
 * Checks that every octet that any of them sends is the intended one.
 *
 * @param {ReturnType<typeof cyclers>} runners
 * @param {Work} work
 */
export async function verifyCyclers(runners, { answers }) {
  const meant = answers.map(({ status, fields, body }) => {
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`;
  });
  /** @type {number | undefined} */
  let sum;
  for (const { name, stream, run } of runners) {
    stream.takeText();
    const seen = await run();
    const sent = stream.takeText();
    stream.kept = null;
    let from = 0;
    for (const answer of meant) {
      strictEqual(sent.slice(from, from + answer.length), answer, `${name} sends something else`);
      from += answer.length;
    }
    strictEqual(sent.length, from, `${name} sends more`);
    sum ??= seen;
    strictEqual(seen, sum, `${name} reads something else`);
  }
}

/** @param {Budget} budget @returns {Promise<import("./report.mjs").Measurement>} */
export async function measureCycle(budget) {
  const work = cycleWork();
  const runners = cyclers(work);
  await verifyCyclers(runners, work);
  const options = { ...budget, count: work.reads.length, reference: REFERENCE, what: "cycle" };
  const results = await alternate(runners, options);
  return { workload: "requests answered", mode: "cycle", per: "exchange", reference: REFERENCE, results };
}

function ignore() {}
