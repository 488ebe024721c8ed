// @ts-check
// Honest clients: Node's own for HTTP/1.1 and HTTP/2, on connections that they keep. Each answer is looked at, each is timed.
import assert from "node:assert/strict";
import http from "node:http";
import http2 from "node:http2";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE = 10_000;
const PER_CLIENT = 60;

/** What is asked, and what must come. */
const BODY = Buffer.from(Array.from({ length: 3000 }, (_, i) => i % 251));
const ASKED = [
  {
    method: "GET",
    path: "/hello",
    check: (/** @type {Buffer} */ body) => assert.equal(String(body), "Hello, world!\n"),
  },
  { method: "POST", path: "/echo", body: BODY, check: (/** @type {Buffer} */ body) => assert.deepEqual(body, BODY) },
  { method: "GET", path: "/bytes/20000", check: (/** @type {Buffer} */ body) => assert.equal(body.length, 20_000) },
];

export class Honest {
  /** Milliseconds of each answer. @type {number[]} */
  times = [];
  /** @type {string[]} */
  failures = [];
  failed = 0;
  isStopped = false;
  /** @type {Promise<void>[]} */
  clients = [];

  /** @param {number} port @param {number} each clients of each kind */
  constructor(port, each) {
    for (let i = 0; i < each; i++) this.clients.push(this.keepOn(overHttp1(port)), this.keepOn(overHttp2(port)));
  }

  /** @param {{ ask: (asked: any) => Promise<Buffer>, close: () => void }} client */
  async keepOn({ ask, close }) {
    for (let i = 0; !this.isStopped; i++) {
      const asked = ASKED[i % ASKED.length];
      const begun = performance.now();
      try {
        asked?.check(await ask(asked));
        this.times.push(performance.now() - begun);
      } catch (error) {
        this.failed++;
        if (this.failures.length < 10) this.failures.push(`${asked?.method} ${asked?.path}: ${error}`);
      }
      await pause(PER_CLIENT);
    }
    close();
  }

  async stop() {
    this.isStopped = true;
    await Promise.all(this.clients);
  }
}

/** @param {number} port */
function overHttp1(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  /** @param {any} asked @returns {Promise<Buffer>} */
  const ask = ({ method, path, body }) =>
    new Promise((resolve, reject) => {
      const request = http.request({ port, host: "127.0.0.1", agent, method, path, timeout: PATIENCE }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        collect(response, resolve, reject);
      });
      request.on("timeout", () => request.destroy(new Error("no answer in time")));
      request.on("error", reject);
      request.end(body);
    });
  return { ask, close: () => agent.destroy() };
}

/** @param {number} port */
function overHttp2(port) {
  /** @type {http2.ClientHttp2Session | undefined} */
  let session;
  /** @param {any} asked @returns {Promise<Buffer>} */
  const ask = ({ method, path, body }) =>
    new Promise((resolve, reject) => {
      if (session === undefined || session.closed || session.destroyed) {
        session = http2.connect(`http://127.0.0.1:${port}`);
        session.on("error", () => {});
      }
      const stream = session.request({ ":method": method, ":path": path }, { endStream: body === undefined });
      stream.setTimeout(PATIENCE, () => stream.destroy(new Error("no answer in time")));
      stream.on("response", (headers) => {
        if (headers[":status"] !== 200) reject(new Error(`status ${headers[":status"]}`));
      });
      collect(stream, resolve, reject);
      if (body !== undefined) stream.end(body);
    });
  return { ask, close: () => session?.close() };
}

/** @param {import("node:stream").Readable} stream @param {(body: Buffer) => void} resolve @param {(error: Error) => void} reject */
function collect(stream, resolve, reject) {
  /** @type {Buffer[]} */
  const pieces = [];
  stream.on("data", (piece) => pieces.push(piece));
  stream.on("end", () => resolve(Buffer.concat(pieces)));
  stream.on("error", reject);
  stream.on("close", () => reject(new Error("closed before its end")));
}
