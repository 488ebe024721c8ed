// Those who ask: curl in three versions of the protocol, Node's fetch, undici, sansio itself, Chromium. Each takes an origin
// and what to ask, and gives what it was shown.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { ClientConnection, http1, http2 } from "sansio/node";
import { Agent, fetch as undiciFetch, request as undiciRequest } from "undici";
import { comparable, latin1 } from "./cases.mjs";
import { openChromium } from "./chromium.mjs";

/** @typedef {import("./cases.mjs").Asked} Asked */
/** @typedef {import("./cases.mjs").Answered} Answered */
/**
 * @typedef {object} Client
 * @property {string} name
 * @property {"http" | "https"} scheme
 * @property {string} [tool] a program that must be there
 * @property {"all" | "none" | "hidden"} extras trailers and informational responses: shown, absent from the version of the
 *   protocol, or not shown
 * @property {boolean} [sendsTrailers]
 * @property {(origin: string, asked: Asked) => Promise<Answered>} ask
 * @property {() => Promise<void>} [close]
 */

/** @returns {Client[]} */
export function makeClients() {
  const one = new Agent({ connect: { rejectUnauthorized: false } });
  const two = new Agent({ connect: { rejectUnauthorized: false }, allowH2: true });
  const chromium = openChromium();
  const closing = { close: () => chromium.close() };
  return [
    client("curl, HTTP/1.1", "http", "all", curl(["--http1.1"]), { tool: "curl" }),
    client("curl, HTTP/1.0", "http", "none", curl(["--http1.0"]), { tool: "curl" }),
    client("curl, HTTP/2 by prior knowledge", "http", "all", curl(["--http2-prior-knowledge"]), { tool: "curl" }),
    client("curl, HTTP/2 by ALPN", "https", "all", curl(["--http2", "-k"]), { tool: "curl" }),
    client("curl, HTTP/1.1 by ALPN", "https", "all", curl(["--http1.1", "-k"]), { tool: "curl" }),
    client("Node's fetch", "http", "hidden", byFetch(fetch, {})),
    client("undici's fetch, HTTP/2", "https", "hidden", byFetch(undiciFetch, { dispatcher: two })),
    client("undici", "http", "all", byUndici(one), { close: () => one.close() }),
    client("undici, HTTP/2", "https", "hidden", byUndici(two), { close: () => two.close() }),
    client("sansio", "http", "all", bySansio(http1), { sendsTrailers: true }),
    client("sansio, HTTP/2 by prior knowledge", "http", "all", bySansio(http2), { sendsTrailers: true }),
    client("sansio, HTTP/2 by ALPN", "https", "all", bySansio(http2), { sendsTrailers: true }),
    client("Chromium, HTTP/1.1", "http", "hidden", chromium.ask, { tool: "chromium" }),
    client("Chromium, HTTP/2", "https", "hidden", chromium.ask, { tool: "chromium", ...closing }),
  ];
}

/** @returns {Client} */
function client(name, scheme, extras, ask, more = {}) {
  return { name, scheme, extras, ask, ...more };
}

// --- curl -----------------------------------------------------------------------------------------------------------

/** @param {string[]} parameters */
function curl(parameters) {
  const isOld = parameters.includes("--http1.0");
  return async (origin, { method, path, body }) => {
    const folder = mkdtempSync(join(tmpdir(), "sansio-curl-"));
    try {
      const [head, upload] = [join(folder, "head"), join(folder, "upload")];
      writeFileSync(upload, body ?? "");
      // HTTP/1.0 has no chunks: there the length is told.
      const sent = body === undefined ? [] : ["-T", isOld ? upload : "-"];
      const how = method === "HEAD" ? ["-I", "-o", join(folder, "again")] : ["-X", method];
      const all = ["-sS", "-m", "20", ...parameters, "-D", head, ...how, ...sent, origin + path];
      const octets = await run("curl", all, body);
      return { ...readHeads(readFileSync(head, "latin1")), body: latin1(octets) };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

/** @param {string} command @param {string[]} parameters @param {Uint8Array} [input] @returns {Promise<Buffer>} */
function run(command, parameters, input) {
  return new Promise((done, fail) => {
    const child = spawn(command, parameters, { stdio: ["pipe", "pipe", "pipe"] });
    const pieces = [];
    let errors = "";
    child.once("error", fail);
    child.stdout.on("data", (piece) => pieces.push(piece));
    child.stderr.on("data", (piece) => {
      errors += piece;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.once("close", (code) => (code === 0 ? done(Buffer.concat(pieces)) : fail(new Error(errors.trim()))));
  });
}

/** What curl dumps: a block for each head, and the trailers as the last one. @param {string} text */
function readHeads(text) {
  const blocks = text.split("\r\n\r\n").map((block) => block.split("\r\n").filter((line) => line !== ""));
  const informational = [];
  let last = { status: 0, fields: [] };
  let trailers = [];
  for (const [first = "", ...lines] of blocks) {
    const status = Number(/^HTTP\/\S+ (\d{3})/.exec(first)?.[1]);
    if (Number.isNaN(status)) trailers = fieldsOf([first, ...lines]);
    else if (status < 200) informational.push(status);
    else last = { status, fields: fieldsOf(lines) };
  }
  return { ...last, trailers, informational: informational.filter((status) => status !== 100) };
}

/** @param {string[]} lines */
function fieldsOf(lines) {
  return comparable(lines.filter((line) => line !== "").map((line) => /** @type {any} */ (line.split(/:\s*(.*)/s))));
}

// --- Node -----------------------------------------------------------------------------------------------------------

/** @param {Uint8Array} [body] */
function streamOf(body) {
  if (body === undefined) return undefined;
  const pieces = [body.subarray(0, 7), body.subarray(7, 1000), body.subarray(1000)].filter(({ length }) => length > 0);
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}

function byFetch(fetchIt, options) {
  return async (origin, { method, path, body }) => {
    const response = await fetchIt(origin + path, { method, body: streamOf(body), duplex: "half", ...options });
    const octets = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, fields: comparable(response.headers), body: latin1(octets) };
  };
}

/** @param {Agent} dispatcher */
function byUndici(dispatcher) {
  return async (origin, { method, path, body }) => {
    const informational = [];
    const onInfo = ({ statusCode }) => informational.push(statusCode);
    const sent = body === undefined ? null : streamOf(body);
    const options = { method, body: sent, dispatcher, onInfo };
    const response = await undiciRequest(origin + path, /** @type {any} */ (options));
    const octets = new Uint8Array(await response.body.arrayBuffer());
    const fields = comparable(/** @type {any} */ (Object.entries(response.headers)));
    const trailers = comparable(/** @type {any} */ (Object.entries(response.trailers)));
    return { status: response.statusCode, fields, body: latin1(octets), trailers, informational };
  };
}

// --- sansio ---------------------------------------------------------------------------------------------------------

function bySansio(protocol) {
  return async (origin, { method, path, body, trailers }) => {
    const { hostname, port, host, protocol: scheme } = new URL(origin);
    const isTls = scheme === "https:";
    const tls = { host: hostname, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ["h2", "http/1.1"] };
    const socket = isTls ? connectTls(tls) : connect(Number(port), hostname);
    await new Promise((done, fail) => socket.once(isTls ? "secureConnect" : "connect", done).once("error", fail));
    const connection = new ClientConnection(socket, { protocol });
    const request = {
      method,
      target: path,
      scheme: scheme.slice(0, -1),
      authority: host,
      body: streamOf(body),
      trailers,
    };
    const response = await connection.request(request);
    const octets = await response.body.bytes();
    const { status, headers } = response;
    const informational = response.informational.map((head) => head.status);
    const seen = { status, fields: comparable(headers), body: latin1(octets), informational };
    const after = comparable(await response.trailers);
    await connection.close();
    return { ...seen, trailers: after };
  };
}
