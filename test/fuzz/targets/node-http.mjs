// @ts-check
// sansio/node-http under node:http's own classes: the same program with Node's parser and with ours. Where the parsers read the
// octets alike (node-http-parser says what else is allowed), programs see the same events, and the same octets are written.
import { deepStrictEqual } from "node:assert";
import http from "node:http";
import { Duplex } from "node:stream";
import { halves, latin1, octetsOf, odd, program, recordsOf, splitRecords } from "../laws.mjs";
import { isAlike, judge } from "../node-http/differences.mjs";
import { readWith, wayOf } from "../node-http/parsers.mjs";
import { HTTP1_PIECES, REQUESTS, RESPONSES } from "./http1.mjs";

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Turns of the event loop in which all that can happen has. */
const TURNS = 4;
const METHODS = /** @type {Record<string, string>} */ ({ h: "HEAD", p: "POST", c: "CONNECT" });

/** A stream into which octets are put, and which keeps what is written. */
class Wire extends Duplex {
  written = "";
  _read() {}
  /** @param {Buffer} octets @param {string} _encoding @param {() => void} done */
  _write(octets, _encoding, done) {
    this.written += latin1(octets);
    done();
  }
}

class Play {
  wire = new Wire();
  /** @type {string[]} */ lines = [];
  /** Answers that wait until they are told to go. @type {(() => void)[]} */
  waiting = [];
  isEnded = false;
  messages = 0;

  /** @param {string} flags */
  constructor(flags) {
    this.flags = flags;
    if (flags.includes("C")) this.ask();
    else this.serve();
    this.wire.on("error", ({ code }) => this.lines.push(`wire error ${code}`));
    this.wire.on("close", () => this.lines.push("wire closed"));
  }

  serve() {
    const { flags, lines, wire } = this;
    const has = (/** @type {string} */ flag) => flags.includes(flag);
    const server = http.createServer({
      maxHeaderSize: has("m") ? 60 : 16_384,
      joinDuplicateHeaders: has("j"),
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      requireHostHeader: has("H"),
    });
    this.server = server;
    if (has("f")) server.maxHeadersCount = 2;
    server.on("request", (request, response) => this.answer(request, response));
    if (has("u")) server.on("upgrade", (request, socket, head) => this.switched(request, socket, head));
    if (has("n")) server.on("connect", (request, socket, head) => this.switched(request, socket, head));
    if (has("k"))
      server.on("checkContinue", (request, response) => {
        lines.push("checkContinue");
        response.writeContinue();
        this.answer(request, response);
      });
    if (has("e"))
      server.on("clientError", ({ code }, socket) => {
        lines.push(`clientError ${code}`);
        if (socket.writable) socket.end("HTTP/1.1 400 Mine\r\n\r\n");
      });
    // The list of connections is made there.
    server.emit("listening");
    server.emit("connection", wire);
  }

  /** @param {any} message @param {string} what */
  read(message, what) {
    const { lines, flags } = this;
    const key = this.messages++;
    const { rawHeaders, httpVersion, headers } = message;
    lines.push(`${what} ${httpVersion} ${JSON.stringify(rawHeaders)} ${JSON.stringify(headers)}`);
    let text = "";
    if (flags.includes("d")) return message.destroy();
    message.on("data", (/** @type {Buffer} */ data) => {
      text += latin1(data);
      if (!flags.includes("b")) return;
      message.pause();
      this.waiting.push(() => message.resume());
    });
    message.on("end", () =>
      lines.push(`end ${key} ${text} ${JSON.stringify(message.rawTrailers)} ${message.complete}`),
    );
    message.on("error", (/** @type {any} */ { code }) => lines.push(`error ${key} ${code} ${text}`));
    message.on("aborted", () => lines.push(`aborted ${key}`));
    message.on("close", () => lines.push(`close ${key} ${message.complete}`));
  }

  /** @param {any} request @param {any} response */
  answer(request, response) {
    this.read(request, `request ${request.method} ${request.url}`);
    response.sendDate = false;
    const end = () => {
      if (request.url.includes("b")) response.write("begun");
      response.end(`answer to ${request.url}`);
    };
    if (request.url.includes("x")) response.destroy();
    else if (request.url.includes("a")) request.on("end", end);
    else if (this.flags.includes("w")) this.waiting.push(end);
    else end();
  }

  /** @param {any} message @param {any} socket @param {Buffer} head */
  switched({ method, url, statusCode }, socket, head) {
    this.lines.push(`switched ${method} ${url} ${statusCode}`);
    let text = latin1(head);
    socket.on("data", (/** @type {Buffer} */ data) => {
      text += latin1(data);
    });
    socket.on("end", () => socket.end(`had ${text}`));
    socket.resume();
  }

  ask() {
    const { flags, lines, wire } = this;
    const method = METHODS[/[hpc]/.exec(flags)?.[0] ?? ""] ?? "GET";
    const headers = flags.includes("u") ? { Connection: "upgrade", Upgrade: "x" } : {};
    const request = http.request({
      method,
      path: method === "CONNECT" ? "a:1" : "/",
      headers,
      createConnection: () => wire,
      maxHeaderSize: flags.includes("m") ? 60 : 16_384,
    });
    if (flags.includes("f")) request.maxHeadersCount = 2;
    request.on("response", (response) =>
      this.read(response, `response ${response.statusCode} ${response.statusMessage}`),
    );
    request.on("information", ({ statusCode, rawHeaders }) => lines.push(`information ${statusCode} ${rawHeaders}`));
    request.on("continue", () => lines.push("continue"));
    for (const name of ["upgrade", "connect"])
      if (flags.includes("n")) request.on(name, (response, socket, head) => this.switched(response, socket, head));
    request.on("error", (/** @type {any} */ { code }) => lines.push(`request error ${code}`));
    request.on("close", () => lines.push("request closed"));
    request.end(method === "POST" ? "hello" : undefined);
  }

  /** @param {string[]} record @param {import("../laws.mjs").Cut} cut */
  async step([op = "", ...parts], cut) {
    const { wire, server } = this;
    switch (op) {
      case "put":
        if (this.isEnded || wire.destroyed) return;
        for (const piece of cut(octetsOf(parts.join("\x1f")))) wire.push(Buffer.from(piece));
        return;
      case "turn":
        return this.settle();
      case "go":
        return this.waiting.shift()?.();
      case "end":
        if (!this.isEnded && !wire.destroyed) wire.push(null);
        this.isEnded = true;
        return;
      case "idle":
        return server?.closeIdleConnections();
      case "all":
        return server?.closeAllConnections();
      case "break":
        wire.destroy(Object.assign(new Error("broken"), { code: "BROKEN" }));
    }
  }

  async settle() {
    for (let turns = 0; turns < TURNS; turns++) await turn();
  }

  async end() {
    const { wire, server, lines } = this;
    await this.settle();
    for (let left = 50; left > 0 && this.waiting.length > 0; left--) {
      this.waiting.shift()?.();
      await turn();
    }
    await this.step(["end"], (octets) => [octets]);
    await this.settle();
    lines.push(`${wire.destroyed ? "destroyed" : "open"} ${wire.written}`);
    wire.destroy();
    await this.settle();
    if (server === undefined) return;
    const list = Object.getOwnPropertySymbols(server).find(
      ({ description }) => description === "http.server.connections",
    );
    const left = list === undefined ? 0 : /** @type {any} */ (server)[list].all().length;
    if (left > 0) throw new Error("LAW a connection that is closed is still in the list");
    server.close();
  }
}

/** @param {any} world undefined: with Node's own parser @param {string[][]} records @param {import("../laws.mjs").Cut} cut */
async function runWith(world, records, cut) {
  world?.nodeHttp.install();
  try {
    const made = new Play(records.find(([op]) => op === "setup")?.[1] ?? "");
    // A client's parser comes with the next tick.
    await turn();
    for (const record of records) await made.step(record, cut);
    await made.end();
    return made.lines;
  } finally {
    world?.nodeHttp.uninstall();
  }
}

/** Whether both parsers make the same of what is put. @param {any} world @param {string[][]} records @param {import("../laws.mjs").Cut} cut */
function areAlike(world, records, cut) {
  const flags = records.find(([op]) => op === "setup")?.[1] ?? "";
  const octets = octetsOf(records.map(([op, ...parts]) => (op === "put" ? parts.join("\x1f") : "")).join(""));
  const isClient = flags.includes("C");
  const bits = [
    isClient,
    false,
    flags.includes("m"),
    flags.includes("f"),
    flags.includes(isClient ? "n" : "u"),
    flags.includes("h"),
  ];
  const way = wayOf(bits.reduce((sum, bit, i) => sum + (bit ? 1 << i : 0), 0));
  const ours = readWith(world, way, [octets]);
  // Node's own finds a fault before its line ends: at another time, if that comes later.
  const pieces = records.flatMap(([op, ...parts]) => (op === "put" ? cut(octetsOf(parts.join("\x1f"))) : []));
  const isAtOnce = ours.error === undefined || pieces.length === 1;
  const theirs = readWith(undefined, way, [octets]);
  judge(theirs, ours, octets);
  return isAtOnce && isAlike(theirs, ours);
}

/** @type {import("../laws.mjs").Play} */
const play = async (world, input, cut) => {
  const records = recordsOf(input);
  const ours = await runWith(world, records, cut);
  if (!areAlike(world, records, cut)) return [];
  deepStrictEqual(ours, await runWith(undefined, records, cut), "LAW with Node's own parser it is otherwise");
  // How far an answer is when an error comes depends on the cut, with both.
  return [];
};

// --- programs ---------------------------------------------------------------------------------------------------------

const FLAGS = [
  "",
  "u",
  "n",
  "un",
  "k",
  "e",
  "ew",
  "w",
  "m",
  "me",
  "j",
  "f",
  "H",
  "b",
  "d",
  "C",
  "Ch",
  "Cp",
  "Cc",
  "Ccn",
  "Cun",
  "Cm",
  "Cf",
  "Cb",
  "Cd",
];
const SETUPS = FLAGS.map((flags) => ["setup", flags]);
const OTHERS = [
  "GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST /bw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: x\r\n\r\n",
  "GET /x HTTP/1.1\r\nHost: a\r\n\r\n",
];
const PUTS = [...REQUESTS, ...OTHERS, ...RESPONSES, ...HTTP1_PIECES, "A: b\r\n".repeat(40)].map((text) => [
  "put",
  text,
]);
const DOINGS = [["turn"], ["go"], ["end"], ["idle"], ["all"], ["break"]];
const FOUND = [program(["setup", "me"], ["put", `GET / HTTP/1.1\r\nA: ${" ".repeat(90)}b\r\n\r\n`])];
const LONG = "A: b\r\n".repeat(40);
const put = (/** @type {string | undefined} */ text = "") => ["put", text];
const SEEDS = [
  ...FOUND,
  program(SETUPS[0] ?? [], put(`GET / HTTP/1.1\r\nHost: a\r\n${LONG}\r\n`)),
  program(SETUPS[0] ?? [], put("GET / HT"), ["turn"], ["idle"], put("TP/1.1\r\nHost: a\r\n\r\n"), ["turn"], ["idle"]),
  ...SETUPS.slice(0, 15).flatMap((setup, i) => [
    program(setup, ...OTHERS.map(put), put(REQUESTS[i % 6]), ["turn"], ["idle"], ["end"]),
    program(setup, put(REQUESTS[(i + 1) % 6]), ["turn"], put(OTHERS[0]), ["go"], ["turn"], ["all"]),
  ]),
  ...SETUPS.slice(15).map((setup, i) => program(setup, put(RESPONSES[i % 5]), ["turn"], put(RESPONSES[0]), ["end"])),
];

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  "node-http": {
    seeds: SEEDS,
    pieces: [...SETUPS, ...PUTS, ...PUTS, ...DOINGS, ...DOINGS, ...DOINGS].map((record) => program(record)),
    grammar: [
      (/** @type {Buffer} */ input) => splitRecords(latin1(input)).map((record) => Buffer.from(record, "latin1")),
    ],
    play,
    cuts: { "two pieces": halves, "at odd places": odd },
    patience: 5000,
  },
};
