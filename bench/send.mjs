// @ts-check
// Mode "send": a response head of 10 fields, checked and serialised to octets. Ours against node:http's ServerResponse,
// whose socket only counts. Both also end the message; it answers a HEAD, so that a head is all there is to send.

import { strictEqual } from "node:assert/strict";
import { IncomingMessage, ServerResponse, STATUS_CODES } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { Http1Connection } from "sansio";
import { CORPUS_SIZE } from "./corpus.mjs";
import { alternate } from "./measure.mjs";
import { apiResponse, cachedResponse, pageResponse } from "./messages.mjs";
import { makeRandom } from "./random.mjs";

/** @typedef {import("./measure.mjs").Budget} Budget */
/** @typedef {import("./measure.mjs").Runner} Runner */
/** @typedef {[name: string, value: string]} Field */
/** @typedef {{ status: number, fields: Field[] }} Head */

const FIELDS = 10;
const REQUEST = Buffer.from("HEAD / HTTP/1.1\r\nHost: bench\r\n\r\n");
const END = /** @type {const} */ ({ type: "end-of-message" });

/**
 * Fields that are always given, so that neither side adds one by itself: framing, and whether the connection goes on.
 */
const KEPT = ["Content-Length", "Connection"];

/**
 * Returns heads as servers send them, each adjusted to 10 fields with no name twice.
 *
 * @param {number} [seed]
 * @param {number} [count]
 * @returns {Head[]}
 */
export function responseHeads(seed = 4, count = CORPUS_SIZE) {
  const random = makeRandom(seed);
  return Array.from({ length: count }, () => {
    const { status = 200, fields } = random.pick([apiResponse, cachedResponse, pageResponse])(random);
    const names = new Set(KEPT);
    for (const [name] of fields) if (names.size < FIELDS) names.add(name);
    const chosen = [...names].map((name) => /** @type {Field} */ (fields.find(([own]) => own === name)));
    for (let more = 1; chosen.length < FIELDS; more++) chosen.push([`X-Request-Id-${more}`, random.uuid()]);
    return { status, fields: chosen };
  });
}

/** Takes the place of a socket: counts the octets written, and keeps them if they are to be compared. */
export class CountingSocket extends Duplex {
  count = 0;
  /** @type {Uint8Array[] | null} */
  kept = null;

  _read() {}

  /** @param {Buffer} octets @param {string} _encoding @param {() => void} done */
  _write(octets, _encoding, done) {
    this.count += octets.length;
    this.kept?.push(octets);
    done();
  }

  /** Returns the number of octets written since the last call. */
  takeCount() {
    const { count } = this;
    this.count = 0;
    return count;
  }

  /** Returns the octets written since the last call; the first call starts keeping them. */
  takeText() {
    const text = Buffer.concat(this.kept ?? []).latin1Slice();
    this.kept = [];
    return text;
  }
}

/**
 * Drains into memory of Node's pool, where the octets of node:http end too (a stream encodes strings there).
 *
 * @param {Http1Connection} connection
 * @returns {Buffer}
 */
export function drainPooled(connection) {
  const octets = Buffer.allocUnsafe(connection.queuedBytes);
  connection.drainInto(octets);
  return octets;
}

const PAGE = Buffer.alloc(65536);

/** Drains into the same memory each time, as what writes synchronously can. @param {Http1Connection} connection */
function drainToPage(connection) {
  return PAGE.subarray(0, connection.drainInto(PAGE));
}

/**
 * @param {string} name
 * @param {string} about
 * @param {readonly Head[]} heads
 * @param {(head: Head) => import("sansio").HeaderInput} headersOf
 * @param {(connection: Http1Connection) => Uint8Array} drain
 */
function sansio(name, about, heads, headersOf, drain) {
  /** @type {Http1Connection[]} */
  let connections = [];
  const events = heads.map(({ status, fields }) => ({
    type: /** @type {const} */ ("response"),
    status,
    headers: headersOf({ status, fields }),
  }));

  function prepare() {
    connections = heads.map(() => {
      const connection = new Http1Connection("server");
      connection.feed(REQUEST);
      for (const _ of connection.events());
      return connection;
    });
  }

  /** @param {number} index */
  function serialise(index) {
    const connection = connections[index];
    connection.send(events[index]);
    connection.send(END);
    return drain(connection);
  }

  function run() {
    let octets = 0;
    for (let index = 0; index < heads.length; index++) octets += serialise(index).length;
    return octets;
  }

  return { name, about, prepare, run, textOf: (/** @type {number} */ index) => latin1(serialise(index)) };
}

/**
 * @param {string} name
 * @param {string} about
 * @param {readonly Head[]} heads
 * @param {(response: ServerResponse, index: number) => void} writeHead
 */
function node(name, about, heads, writeHead) {
  const socket = new CountingSocket();
  const request = new IncomingMessage(new Socket());
  request.method = "HEAD";
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;

  /** @param {number} index */
  function serialise(index) {
    const response = new ServerResponse(request);
    response.sendDate = false;
    // Its type demands a net.Socket, but it uses only what every stream has.
    response.assignSocket(/** @type {any} */ (socket));
    writeHead(response, index);
    response.end();
    response.detachSocket(/** @type {any} */ (socket));
  }

  function run() {
    for (let index = 0; index < heads.length; index++) serialise(index);
    return socket.takeCount();
  }

  function textOf(/** @type {number} */ index) {
    socket.takeText();
    serialise(index);
    const text = socket.takeText();
    socket.kept = null;
    socket.takeCount();
    return text;
  }

  // The "finish" event of every response comes in the next tick, which is not timed.
  return { name, about, prepare() {}, run, settle: nextTurn, textOf };
}

/** The same without a socket: makes a string, no octets. @param {readonly Head[]} heads */
function nodeStrings(heads) {
  const flat = heads.map(({ fields }) => fields.flat());
  const request = new IncomingMessage(new Socket());
  request.method = "HEAD";

  /** @param {number} index @returns {string} */
  function serialise(index) {
    const response = new ServerResponse(request);
    response.sendDate = false;
    response.writeHead(heads[index].status, flat[index]);
    return /** @type {any} */ (response)._header;
  }

  function run() {
    let octets = 0;
    for (let index = 0; index < heads.length; index++) octets += serialise(index).length;
    return octets;
  }

  const about = "writeHead() alone: a string that nobody has encoded or sent; less work than the others";
  return { name: STRINGS_ONLY, about, prepare() {}, run, textOf: serialise };
}

const STRINGS_ONLY = "node:http, the string alone";
export const REFERENCE = "node:http";

/** @param {readonly Head[]} heads */
export function senders(heads) {
  const flat = heads.map(({ fields }) => fields.flat());
  const objects = heads.map(({ fields }) => Object.fromEntries(fields));
  // Fresh ones, as the lists and objects of the others are: old arrays, scattered over the heap, took 400 ns more.
  const pairs = (/** @type {Head} */ { fields }) => fields.map(([name, value]) => /** @type {Field} */ ([name, value]));
  const object = (/** @type {Head} */ { fields }) => Object.fromEntries(fields);
  return [
    sansio(
      "sansio",
      "send() of a response and its end, drainInto() Node's pool; fields as pairs",
      heads,
      pairs,
      drainPooled,
    ),
    sansio("sansio, fields as an object", "the same, fields as an object", heads, object, drainPooled),
    sansio("sansio, into one page", "drainInto() the same memory each time", heads, pairs, drainToPage),
    sansio("sansio, bytesToSend()", "a fresh array for each", heads, pairs, (connection) => connection.bytesToSend()),
    node(
      REFERENCE,
      "ServerResponse: writeHead() with a flat list, its fastest way, and end()",
      heads,
      (response, index) => {
        response.writeHead(heads[index].status, flat[index]);
      },
    ),
    node("node:http, fields as an object", "writeHead() with an object", heads, (response, index) => {
      response.writeHead(heads[index].status, objects[index]);
    }),
    node("node:http, setHeader()", "each field by setHeader(), as frameworks do", heads, (response, index) => {
      response.statusCode = heads[index].status;
      for (const [name, value] of heads[index].fields) response.setHeader(name, value);
    }),
    nodeStrings(heads),
  ];
}

/**
 * Checks that all send exactly the intended octets.
 *
 * @param {ReturnType<typeof senders>} runners
 * @param {readonly Head[]} heads
 */
export function verifySenders(runners, heads) {
  for (const runner of runners) runner.prepare();
  heads.forEach(({ status, fields }, index) => {
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const meant = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n`;
    for (const runner of runners) strictEqual(runner.textOf(index), meant, `${runner.name} sends something else`);
  });
}

/** @param {Budget} budget @returns {Promise<import("./report.mjs").Measurement>} */
export async function measureSend(budget) {
  const heads = responseHeads();
  const runners = senders(heads);
  verifySenders(runners, heads);
  const options = { ...budget, count: heads.length, reference: REFERENCE, what: "send" };
  const results = await alternate(runners, options);
  return { workload: "response heads of 10 fields", mode: "send", per: "head", reference: REFERENCE, results };
}

/** @param {Uint8Array} octets */
function latin1(octets) {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).latin1Slice();
}

/** @returns {Promise<void>} */
function nextTurn() {
  return new Promise((done) => setImmediate(done));
}
