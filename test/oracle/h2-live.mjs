/**
 * Ours and the real hyper-h2 talking to each other: `node test/oracle/h2-live.mjs` after a build.
 *
 * Every script is played by four pairs, client and server each ours or hyper-h2 (behind the shared oracle, over a pipe, its
 * connections kept between lines). After each step the octets go to and fro until nobody has any more; the events of both
 * ends must be the same in all four pairs, in pieces of any size. Windows and settings are each end's own matter and not
 * compared: bodies larger than the windows come through or not. Skips visibly without Debian's python3-h2 or the oracle
 * (SANSIO_SHARED, default ../shared).
 */

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { HTTP2_CODES, Http2Connection } from "../../dist/http2.js";
import { commandOf, eventsOf, joined, requestOf, responseOf } from "./http2/vocabulary.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const oracle = join(resolve(here, "../..", process.env.SANSIO_SHARED ?? "../shared"), "oracles/h2_oracle.py");
const python = "/usr/bin/python3";

const hasH2 = spawnSync(python, ["-c", "import h2"]).status === 0;
if (!hasH2 || !existsSync(oracle)) {
  console.log(`SKIPPED: the live test needs ${python} with python3-h2, and the oracle at ${oracle}`);
  process.exit(0);
}

const child = spawn(python, [oracle], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

async function ask(command) {
  child.stdin.write(`${JSON.stringify(command)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error("the oracle's process ended");
  const reply = JSON.parse(value);
  if (reply.oracle_error !== undefined) throw new Error(reply.oracle_error);
  if (reply.error) throw new Error(`hyper-h2: ${reply.error.type}: ${reply.error.message}`);
  return reply;
}

console.log(`h2 ${(await ask({ op: "version" })).h2}`);

// ---------------------------------------------------------------- the two kinds of end

const octetsOf = (text) => Buffer.from(text, "latin1");
const codeOf = (code) => (typeof code === "number" ? code : HTTP2_CODES.indexOf(code));

/** A connection of the real hyper-h2, in the oracle's process. What it is given to send waits here for its windows. */
class Python {
  static connections = 0;
  output = [];
  bodies = [];
  events = [];

  constructor(role) {
    this.role = role;
    this.conn = `live-${Python.connections++}`;
  }

  async ask(command) {
    const reply = await ask(command);
    this.output.push(Buffer.from(reply.send ?? "", "hex"));
    return reply;
  }

  async begin() {
    await this.ask({ op: "new", conn: this.conn, role: this.role });
  }

  async call(step) {
    if (["data", "end", "trailers"].includes(step[0])) this.bodies.push(step);
    else await this.ask(commandOf(this.conn, step));
  }

  /** As much of what waits as may go; the rest stays in its order. */
  async pump() {
    while (this.bodies.length > 0) {
      const [name, id, text, end] = this.bodies[0];
      if (name !== "data") await this.ask(commandOf(this.conn, this.bodies.shift()));
      else {
        const { value } = await this.ask({
          op: "call",
          conn: this.conn,
          method: "local_flow_control_window",
          args: [id],
        });
        const piece = text.slice(0, Math.min(value, 16384));
        if (piece === "" && text !== "") return;
        if (piece === text) this.bodies.shift();
        else this.bodies[0] = [name, id, text.slice(piece.length), end];
        await this.ask(commandOf(this.conn, [name, id, piece, end && piece === text]));
      }
    }
  }

  async receive(pieces) {
    for (const piece of pieces) {
      const { events } = await this.ask({ op: "recv", conn: this.conn, hex: piece.toString("hex") });
      this.events.push(...eventsOf(events));
      for (const { event, flow_controlled_length: octets, stream_id: id } of events) {
        if (event !== "DataReceived" || octets === 0) continue;
        await this.ask({ op: "call", conn: this.conn, method: "acknowledge_received_data", args: [octets, id] });
      }
    }
  }

  take() {
    return Buffer.concat(this.output.splice(0));
  }
}

/** A connection of ours, in the oracle's vocabulary. */
class Ours {
  events = [];

  constructor(role) {
    this.connection = new Http2Connection(role);
  }

  async begin() {}

  async pump() {}

  async call([name, id, ...rest]) {
    const { connection } = this;
    const [second, third] = rest;
    const message = { streamId: id, endStream: third };
    if (name === "request") {
      const [[method, target, scheme, authority], headers] = requestOf(second);
      connection.openStream({ method, target, scheme, authority, headers }, { endStream: third });
    } else if (name === "push") {
      const [[method, target, scheme, authority], headers] = requestOf(third);
      connection.push(id, { method, target, scheme, authority, headers });
    } else if (name === "respond") {
      const [status, headers] = responseOf(second);
      const type = status.startsWith("1") ? "informational-response" : "response";
      connection.send({ type, ...message, status: Number(status), headers });
    } else if (name === "data") connection.send({ type: "data", ...message, data: octetsOf(second) });
    else if (name === "end") connection.send({ type: "end-of-message", streamId: id });
    else if (name === "trailers") connection.send({ type: "end-of-message", streamId: id, headers: second });
    else if (name === "reset") connection.reset(id, second);
    else if (name === "ping") connection.ping(octetsOf(id));
    else if (name === "settings") connection.updateSettings({ headerTableSize: id[1], initialWindowSize: id[4] });
    else if (name === "altsvc") connection.altsvc({ origin: id, value: second });
    else if (name === "goaway") connection.goaway(HTTP2_CODES[id] ?? id, octetsOf(second));
    else throw new Error(`no step ${name}`);
  }

  async receive(pieces) {
    for (const piece of pieces) {
      this.connection.feed(piece);
      for (const event of this.connection.events()) this.events.push(shown(event));
    }
  }

  take() {
    return Buffer.from(this.connection.bytesToSend());
  }
}

const pairsOf = (headers) => [...headers].map(([name, value]) => [name, value]);

function shown(event) {
  const { type, streamId } = event;
  if (type === "request" || type === "push-promise") {
    const { method, target, scheme, authority, protocol = null, promisedStreamId } = event;
    const ids = promisedStreamId === undefined ? [streamId] : [streamId, promisedStreamId];
    return [type, ...ids, [method, target, scheme, authority, protocol], pairsOf(event.headers)];
  }
  if (type.endsWith("response")) return [type, streamId, String(event.status), pairsOf(event.headers)];
  if (type === "data") return [type, streamId, Buffer.from(event.data).toString("latin1")];
  if (type === "end-of-message") return [type, streamId, pairsOf(event.headers)];
  if (type === "stream-reset") return [type, streamId, codeOf(event.code), event.remote];
  if (type.startsWith("ping")) return [type, Buffer.from(event.data).toString("hex")];
  if (type === "goaway")
    return [type, codeOf(event.code), event.lastStreamId, Buffer.from(event.debugData).toString("hex")];
  if (type === "alternative-service") return [type, event.origin, event.value];
  return [type];
}

const OWN_MATTERS = ["settings", "settings-acknowledged", "window-updated", "drain"];

// ---------------------------------------------------------------- what is played

const client = (...step) => ["client", step];
const server = (...step) => ["server", step];
const fields = (method, path, ...more) => [
  [":method", method],
  [":scheme", "https"],
  [":path", path],
  [":authority", "a.example"],
  ...more,
];
const status = (code, ...more) => [[":status", String(code)], ...more];
const every = String.fromCharCode(...Array(256).keys());
const large = every.repeat(1200);

const scripts = {
  "GET and its response": [
    client("request", 1, fields("GET", "/?a=b", ["accept", "*/*"], ["x-high", "\xe9\xff"], ["x-empty", ""]), true),
    server("respond", 1, status(200, ["content-type", "text/plain"], ["content-length", "5"]), false),
    server("data", 1, "he", false),
    server("data", 1, "llo", true),
  ],
  "POST with trailers both ways": [
    client("request", 1, fields("POST", "/p", ["te", "trailers"], ["cookie", "a=1; b=2"]), false),
    client("data", 1, every, false),
    client("trailers", 1, [["x-sum", "1"]]),
    server("respond", 1, status(201), false),
    server("data", 1, every, false),
    server("trailers", 1, [
      ["x-sum", "2"],
      ["x-note", ""],
    ]),
  ],
  "HEAD, 204, 304": [
    client("request", 1, fields("HEAD", "/"), true),
    client("request", 3, fields("DELETE", "/x"), true),
    client("request", 5, fields("GET", "/c", ["if-none-match", '"x"']), true),
    server("respond", 3, status(204), true),
    server("respond", 1, status(200, ["content-length", "500"]), true),
    server("respond", 5, status(304, ["etag", '"x"']), true),
  ],
  "100, 103 and an early answer": [
    client("request", 1, fields("POST", "/", ["expect", "100-continue"]), false),
    server("respond", 1, status(100), false),
    server("respond", 1, status(103, ["link", "</a>"]), false),
    client("data", 1, "part", false),
    server("respond", 1, status(413), false),
    server("data", 1, "too much", true),
    client("end", 1),
  ],
  "bodies larger than all windows, both ways at once": [
    client("request", 1, fields("PUT", "/big"), false),
    client("data", 1, large, true),
    server("respond", 1, status(200), false),
    server("data", 1, large, false),
    server("trailers", 1, [["x-sum", "3"]]),
  ],
  "streams that take turns": [
    ...[1, 3, 5, 7].map((id) => client("request", id, fields("POST", `/${id}`), false)),
    ...[7, 3, 1, 5, 3, 7].map((id) => client("data", id, String(id).repeat(id * 10), false)),
    ...[5, 1, 7, 3].map((id) => client("end", id)),
    ...[3, 7, 5, 1].map((id) => server("respond", id, status(200, ["x-id", String(id)]), false)),
    ...[1, 3, 5, 7].map((id) => server("data", id, `done ${id}`, true)),
  ],
  "a push": [
    client("request", 1, fields("GET", "/page"), true),
    server("push", 1, 2, fields("GET", "/style.css", ["accept", "text/css"])),
    server("respond", 2, status(200, ["content-type", "text/css"]), false),
    server("respond", 1, status(200), false),
    server("data", 2, "a {}", true),
    server("data", 1, "<p>", true),
  ],
  resets: [
    client("request", 1, fields("POST", "/"), false),
    client("request", 3, fields("POST", "/"), false),
    server("reset", 1, 7),
    client("reset", 3, 8),
    client("request", 5, fields("GET", "/"), true),
    server("respond", 5, status(200), true),
  ],
  "pings and an alternative service": [
    client("ping", "12345678"),
    server("ping", "\0\xff\0\xff\0\xff\0\xff"),
    client("request", 1, fields("GET", "/"), true),
    server("altsvc", "https://a.example", 'h2=":1"'),
    server("respond", 1, status(200), true),
  ],
  "fields larger than a frame, and secret ones": [
    client("request", 1, fields("GET", "/", ["x-large", every.slice(33, 127).repeat(300)]), true),
    server("respond", 1, status(200, ["x-large", every.slice(33, 127).repeat(250)]), true),
    client("request", 3, fields("GET", "/", ["authorization", "Basic eA=="], ["cookie", "a=1"]), true),
    server("respond", 3, status(200, ["set-cookie", "a=1; secure"], ["set-cookie", "b=2"]), true),
  ],
  "one field after the other, tables that shrink and grow": [0, 100, 4096, 200].flatMap((size, turn) => [
    client("settings", { 1: size, 4: 65535 + size }),
    server("settings", { 1: size, 4: 65535 }),
    ...[0, 1, 2].flatMap((part) => {
      const id = 1 + 2 * (3 * turn + part);
      return [
        client("request", id, fields("GET", `/${part}`, ["x-same", "again and again"], ["x-new", `new ${id}`]), true),
        server("respond", id, status(200, ["x-same", "as before"], ["x-new", `answer ${id}`]), true),
      ];
    }),
  ]),
  "the end": [
    client("request", 1, fields("GET", "/"), true),
    server("respond", 1, status(200), true),
    server("goaway", 0, "bye"),
  ],
};

/** Fed in pieces of so many octets; 0: whole. */
const PIECES = [0, 1, 9, 1000];
const MOST_PIECES = 1000;

function cut(octets, size) {
  const step = size === 0 || octets.length / size > MOST_PIECES ? octets.length : size;
  return Array.from({ length: Math.ceil(octets.length / (step || 1)) }, (_, index) =>
    octets.subarray(index * step, (index + 1) * step),
  );
}

/** To and fro until nobody has any more to say. */
async function settle(ends, size) {
  for (let isQuiet = false; !isQuiet; ) {
    isQuiet = true;
    for (const [from, to] of [
      ["client", "server"],
      ["server", "client"],
    ]) {
      await ends[from].pump();
      const octets = ends[from].take();
      if (octets.length === 0) continue;
      isQuiet = false;
      await ends[to].receive(cut(octets, size));
    }
  }
}

const compared = (events) => joined(events.splice(0).filter(([type]) => !OWN_MATTERS.includes(type)));

async function played(steps, ends, size) {
  await ends.client.begin();
  await ends.server.begin();
  await settle(ends, size);
  const transcript = [];
  for (const [who, step] of steps) {
    await ends[who].call(step);
    await settle(ends, size);
    transcript.push({ who, step, client: compared(ends.client.events), server: compared(ends.server.events) });
  }
  return transcript;
}

const pairs = {
  "hyper-h2 and hyper-h2": [Python, Python],
  "ours and hyper-h2": [Ours, Python],
  "hyper-h2 and ours": [Python, Ours],
  "ours and ours": [Ours, Ours],
};
let failures = 0;
let plays = 0;
for (const [name, steps] of Object.entries(scripts)) {
  for (const size of PIECES) {
    let expected;
    for (const [pair, [Client, Server]] of Object.entries(pairs)) {
      plays += 1;
      try {
        const ends = { client: new Client("client"), server: new Server("server") };
        const rows = (await played(steps, ends, size)).map((row) => JSON.stringify(row));
        expected ??= rows;
        const at = rows.findIndex((row, index) => row !== expected[index]);
        if (at === -1) continue;
        const [wanted, found] = [expected[at], rows[at]].map((row) => row.slice(0, 1000));
        console.log(
          `FAILED ${name}, in pieces of ${size || "all"}, ${pair}\n  hyper-h2 ${wanted}\n  here     ${found}`,
        );
      } catch (error) {
        console.log(`FAILED ${name}, in pieces of ${size || "all"}, ${pair}: ${error.stack}`);
      }
      failures += 1;
    }
  }
}
child.stdin.end();
console.log(`${Object.keys(scripts).length} scripts, ${plays} plays, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
