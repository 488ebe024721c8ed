// @ts-check
// Parsers of others in this process (h11 in one of its own), as readers: what they see in an input that then ends.
import { spawn, spawnSync } from "node:child_process";
import http from "node:http";
import { createInterface } from "node:readline";
import { duplexPair } from "node:stream";
import { Script } from "node:vm";
import { HTTPParser } from "http-parser-js";

/**
 * @typedef {[head: string | number, target: string, body: string]} Message
 * @typedef {object} Seen
 * @property {Message[]} messages that are whole
 * @property {boolean} [hangs] it never came to an end
 */

/** A parser that waits for what the input does not have is given up after so many milliseconds, and one that is busy. */
const PATIENCE = 10_000;
const MOST_BUSY = 1_000;

// --- h11 --------------------------------------------------------------------------------------------------------------------

const PYTHON = "/usr/bin/python3";

/** The version of the real h11, or null when it is not here. */
export function h11Version() {
  const { status, stdout } = spawnSync(PYTHON, ["-c", "import h11; print(h11.__version__)"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}

/** Reads with h11 until `stop`. */
export function startH11() {
  const child = spawn(PYTHON, [new URL("h11-reader.py", import.meta.url).pathname], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** @param {string} text @param {readonly string[]} [methods] @returns {Promise<Seen>} */
    async read(text, methods) {
      child.stdin.write(`${JSON.stringify({ text, methods })}\n`);
      return JSON.parse((await lines.next()).value);
    },
    stop: () => child.kill(),
  };
}

// --- Node's http ------------------------------------------------------------------------------------------------------------

/** @param {string} text @returns {Promise<Seen>} */
export function nodeRequests(text) {
  return new Promise((resolve) => {
    /** @type {Message[]} */
    const messages = [];
    const server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (data) => {
        body += data.toString("latin1");
      });
      request.on("error", () => {});
      request.on("end", () => {
        messages.push([request.method ?? "", request.url ?? "", body]);
        response.end();
      });
    });
    const [client, socket] = duplexPair();
    const done = (/** @type {boolean} */ hangs) => {
      clearTimeout(timer);
      socket.destroy();
      client.destroy();
      resolve({ messages, hangs });
    };
    const timer = setTimeout(done, PATIENCE, true);
    client
      .on("error", () => {})
      .on("end", () => done(false))
      .resume();
    // a pair does not tell of its other half's end; what is due to the request goes first
    socket.on("close", () => setImmediate(done, false));
    Object.assign(server, { httpAllowHalfOpen: true });
    server.emit("connection", socket);
    client.end(text, "latin1");
  });
}

/** Only the first response: Node's client does not pipeline. @param {string} text @param {string} method @returns {Promise<Seen>} */
export function nodeResponse(text, method) {
  return new Promise((resolve) => {
    const [server, socket] = duplexPair();
    /** @type {Message[]} */
    const messages = [];
    const done = (/** @type {boolean} */ hangs) => {
      clearTimeout(timer);
      socket.destroy();
      server.destroy();
      resolve({ messages, hangs });
    };
    const timer = setTimeout(done, PATIENCE, true);
    const request = http.request({
      method,
      path: method === "CONNECT" ? "a:1" : "/",
      createConnection: () => /** @type {any} */ (socket),
    });
    request.on("error", () => done(false));
    for (const event of ["connect", "upgrade"]) request.on(event, () => done(false));
    request.on("response", (response) => {
      let body = "";
      response.on("data", (data) => {
        body += data.toString("latin1");
      });
      response.on("error", () => {});
      response.on("close", () => {
        if (response.complete) messages.push([response.statusCode ?? 0, "", body]);
        done(false);
      });
    });
    request.end();
    server.on("error", () => {});
    socket.on("close", () => setImmediate(done, false));
    server.once("data", () => server.end(text, "latin1"));
  });
}

// --- http-parser-js ---------------------------------------------------------------------------------------------------------

/** @param {string} text @param {string} [method] of the request that is answered: only the first response is read then @returns {Seen} */
export function httpParserJs(text, method) {
  /** @type {Message[]} */
  const messages = [];
  const parser = /** @type {any} */ (new HTTPParser(method === undefined ? HTTPParser.REQUEST : HTTPParser.RESPONSE));
  /** @type {Message} */
  let message = ["", "", ""];
  let interim = false;
  parser[HTTPParser.kOnHeadersComplete] = (/** @type {any} */ info) => {
    message = method === undefined ? [HTTPParser.methods[info.method] ?? "", info.url, ""] : [info.statusCode, "", ""];
    interim = info.statusCode >= 100 && info.statusCode < 200;
    return method === "HEAD";
  };
  parser[HTTPParser.kOnBody] = (/** @type {Buffer} */ data, /** @type {number} */ at, /** @type {number} */ size) => {
    message[2] += data.toString("latin1", at, at + size);
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    if (!interim) messages.push(message);
  };
  const hangs = !inTime(() => {
    const error = parser.execute(Buffer.from(text, "latin1"));
    if (!(error instanceof Error)) parser.finish();
  });
  return { messages: method === undefined ? messages : messages.slice(0, 1), hangs };
}

const CALL = new Script("globalThis.__smuggling()");

/** Runs what may never end. @param {() => void} run @returns {boolean} whether it ended */
function inTime(run) {
  Object.assign(globalThis, { __smuggling: run });
  try {
    CALL.runInThisContext({ timeout: MOST_BUSY });
    return true;
  } catch (error) {
    return /** @type {{ code?: string }} */ (error).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT";
  }
}
