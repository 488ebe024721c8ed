/**
 * Ours and the real h11 talking to each other: `node test/oracle/live.mjs` after a build.
 *
 * Every script is played by four pairs, client and server each ours or h11 (behind the shared oracle, over a pipe, its
 * connections kept between lines). The octets sent, the events received and the states of both ends after each step must
 * be the same in all four. Skips visibly without Debian's python3-h11 or the oracle (SANSIO_SHARED, default ../shared).
 */

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Http1Connection } from "../../dist/index.js";

const here = dirname(fileURLToPath(import.meta.url));
const shared = resolve(here, "../..", process.env.SANSIO_SHARED ?? "../shared");
const oracle = join(shared, "oracles/h11_oracle.py");
const python = "/usr/bin/python3";

const info = existsSync(oracle) ? spawnSync(python, [oracle, "--info"], { encoding: "utf8" }) : null;
if (info?.status !== 0) {
  console.log(`SKIPPED: the live test needs ${python} with python3-h11, and the oracle at ${oracle}`);
  process.exit(0);
}
console.log(`h11 ${JSON.parse(info.stdout).h11}`);

// ---------------------------------------------------------------- the two kinds of end

const octetsOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (octets) => Buffer.from(octets).toString("latin1");

/** Adjacent data joined, marks and sentinels dropped. */
function joined(events) {
  const out = [];
  for (const { chunk_start, chunk_end, ...event } of events) {
    if (event.type === "NEED_DATA" || event.type === "PAUSED") continue;
    if (event.type === "Data" && out.at(-1)?.type === "Data") out.at(-1).data += event.data;
    else out.push(event);
  }
  return out;
}

/** A connection of the real h11, in the oracle's process. */
class Python {
  static connections = 0;

  constructor(role) {
    this.role = role;
    this.name = `live-${Python.connections++}`;
  }

  async play(...ops) {
    const { trace } = await ask({ id: this.name, proto: "h11", conn: this.name, role: this.role, ops });
    const error = trace.find((step) => step.error !== undefined)?.error;
    if (error !== undefined) throw new Error(`h11 ${this.role}: ${error.kind}: ${error.message}`);
    return trace;
  }

  async send(event) {
    const [{ bytes }] = await this.play(["send", event]);
    return bytes ?? "";
  }

  async receive(pieces) {
    const trace = await this.play(...pieces.map((piece) => ["feed", piece]));
    return joined(trace.flatMap((step) => step.events));
  }

  async nextCycle() {
    await this.play(["start_next_cycle"]);
  }

  async trailing() {
    const [{ value }] = await this.play(["trailing_data"]);
    return value;
  }

  async state() {
    const [{ state }] = await this.play(["state"]);
    return [state.our, state.their, state.version, state.waiting100];
  }
}

/** A connection of ours, with the oracle's spelling of events. */
class Ours {
  constructor(role) {
    this.role = role;
    this.connection = new Http1Connection(role);
  }

  async send({ type, status_code: status, data, ...rest }) {
    const name = type.replace(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase();
    const event = { ...rest, type: name };
    if (status !== undefined) Object.assign(event, { status, reason: rest.reason ?? "" });
    if (data !== undefined) event.data = octetsOf(data);
    this.connection.send(event);
    return textOf(this.connection.bytesToSend());
  }

  async receive(pieces) {
    const events = [];
    for (const piece of pieces) {
      if (piece === "") this.connection.feedEof();
      else this.connection.feed(octetsOf(piece));
      for (const event of this.connection.events()) events.push(spelled(event));
    }
    return joined(events);
  }

  async nextCycle() {
    this.connection.startNextCycle();
  }

  async trailing() {
    const { data, eof } = this.connection.takeTrailingData();
    return [textOf(data), eof];
  }

  async state() {
    const { role, localState, remoteState, remoteHttpVersion } = this.connection;
    const { remoteIsWaitingFor100Continue, isWaitingFor100Continue } = this.connection;
    const spelledState = (state) => state.toUpperCase().replaceAll("-", "_");
    const waiting = role === "server" ? remoteIsWaitingFor100Continue : isWaitingFor100Continue;
    return [spelledState(localState), spelledState(remoteState), remoteHttpVersion, waiting];
  }
}

function spelled({ type, method, target, status, reason, httpVersion, headers, data }) {
  const name = type.replace(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase());
  const event = { type: name };
  if (method !== undefined) Object.assign(event, { method, target });
  if (status !== undefined) Object.assign(event, { status_code: status, reason });
  if (httpVersion !== undefined) event.http_version = httpVersion;
  if (data !== undefined) event.data = textOf(data);
  if (headers !== undefined) event.headers = [...headers.raw()];
  return event;
}

// ---------------------------------------------------------------- the oracle's process

const process11 = spawn(python, [oracle], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: process11.stdout })[Symbol.asyncIterator]();

async function ask(scenario) {
  process11.stdin.write(`${JSON.stringify(scenario)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error("the oracle's process ended");
  const answer = JSON.parse(value);
  if (answer.bad_scenario !== undefined) throw new Error(answer.bad_scenario);
  return answer;
}

// ---------------------------------------------------------------- what is played

const host = ["Host", "example.org"];
const client = (event) => ["client", event];
const server = (event) => ["server", event];
const request = (method, target, ...headers) =>
  client({ type: "Request", method, target, headers: [host, ...headers] });
const response = (status, ...headers) => server({ type: "Response", status_code: status, headers, reason: "R" });
const informational = (status, ...headers) => server({ type: "InformationalResponse", status_code: status, headers });
const up = (data) => client({ type: "Data", data });
const down = (data) => server({ type: "Data", data });
const upEnd = (...headers) => client({ type: "EndOfMessage", headers });
const downEnd = (...headers) => server({ type: "EndOfMessage", headers });
const nextCycle = ["next cycle"];
const every = String.fromCharCode(...Array(256).keys());
const large = every.repeat(400);
const chunked = ["Transfer-Encoding", "chunked"];
const lengthOf = (count) => ["Content-Length", String(count)];

/** Exchanges after which the connection goes on. */
const reusable = {
  "GET, length": [request("GET", "/"), upEnd(), response(200, lengthOf(5)), down("he"), down("llo"), downEnd()],
  "GET, chunked by itself": [
    request("GET", "/a?b=c"),
    upEnd(),
    response(200),
    down("hello"),
    down(""),
    down(every),
    downEnd(),
  ],
  "GET, trailers": [
    request("GET", "/t"),
    upEnd(),
    response(200, chunked),
    down("x"),
    downEnd(["Checksum", "abc"], ["Note", ""]),
  ],
  "GET, empty": [
    request("GET", "/e", ["Cookie", "a=b; c"], ["X-High", "\xe9\xff"]),
    upEnd(),
    response(200, lengthOf(0)),
    downEnd(),
  ],
  HEAD: [request("HEAD", "/"), upEnd(), response(200, lengthOf(5)), downEnd()],
  "HEAD, unknown length": [request("HEAD", "/"), upEnd(), response(200), downEnd()],
  204: [request("DELETE", "/x"), upEnd(), response(204), downEnd()],
  304: [request("GET", "/c", ["If-None-Match", '"x"']), upEnd(), response(304, ["ETag", '"x"']), downEnd()],
  "POST, length": [
    request("POST", "/p", lengthOf(10)),
    up("01234"),
    up("56789"),
    upEnd(),
    response(201, lengthOf(0)),
    downEnd(),
  ],
  "POST, chunked, trailers": [
    request("POST", "/p", chunked),
    up(every),
    up("a"),
    upEnd(["Sum", "1"]),
    response(200),
    down("ok"),
    downEnd(),
  ],
  "POST, no body": [request("POST", "/p", lengthOf(0)), upEnd(), response(200, lengthOf(2)), down("ok"), downEnd()],
  "PUT, large": [
    request("PUT", "/big", lengthOf(large.length)),
    up(large),
    upEnd(),
    response(200),
    down(large),
    downEnd(),
  ],
  "100 and the body": [
    request("POST", "/", ["Expect", "100-continue"], lengthOf(3)),
    informational(100),
    up("abc"),
    upEnd(),
    response(200, lengthOf(0)),
    downEnd(),
  ],
  "103, 103, 200": [
    request("GET", "/"),
    upEnd(),
    informational(103, ["Link", "<a>"]),
    informational(103),
    response(200, lengthOf(1)),
    down("x"),
    downEnd(),
  ],
  "an early answer": [
    request("POST", "/", chunked),
    up("a"),
    response(413, lengthOf(4)),
    down("much"),
    downEnd(),
    up("b"),
    upEnd(),
  ],
  "an Upgrade refused": [
    request("GET", "/", ["Upgrade", "x"], ["Connection", "Upgrade"]),
    upEnd(),
    response(200, lengthOf(2)),
    down("no"),
    downEnd(),
  ],
  "a CONNECT refused": [request("CONNECT", "a:1"), upEnd(), response(403, lengthOf(2)), down("no"), downEnd()],
};

const closed = [
  client({ type: "ConnectionClosed" }),
  ["end", "client"],
  server({ type: "ConnectionClosed" }),
  ["end", "server"],
];

const scripts = {
  ...Object.fromEntries(Object.entries(reusable).map(([name, steps]) => [name, [...steps, nextCycle, ...closed]])),
  "all of them on one connection": [...Object.values(reusable).flatMap((steps) => [...steps, nextCycle]), ...closed],
  "the client closes": [
    request("GET", "/", ["Connection", "close"]),
    upEnd(),
    response(200, lengthOf(2)),
    down("hi"),
    downEnd(),
    ...closed,
  ],
  "the server closes": [
    request("GET", "/"),
    upEnd(),
    response(200, ["Connection", "close"]),
    down("hi"),
    downEnd(),
    ...closed,
  ],
  "an Upgrade": [
    request("GET", "/", ["Upgrade", "x"], ["Connection", "upgrade"]),
    upEnd(),
    ["raw", "client", "early"],
    informational(101, ["Upgrade", "x"]),
    ["raw", "server", "\0\xff"],
    ["trailing"],
  ],
  "a CONNECT": [
    request("CONNECT", "a:1"),
    upEnd(),
    response(200),
    ["raw", "client", "\x16\x03\x01"],
    ["raw", "server", "tunnel"],
    ["trailing"],
  ],
};

/** Fed in pieces of so many octets; 0: whole. */
const PIECES = [0, 1, 7, 100];
const MOST_PIECES = 2000;

function cut(bytes, size) {
  if (bytes === "" || size === 0 || bytes.length / size > MOST_PIECES) return bytes === "" ? [] : [bytes];
  return bytes.match(new RegExp(`[\\s\\S]{1,${size}}`, "g"));
}

const other = (role) => (role === "client" ? "server" : "client");

async function played(steps, ends, size) {
  const transcript = [];
  for (const [who, ...rest] of steps) {
    const row = { step: [who, ...rest] };
    if (who === "client" || who === "server") {
      row.bytes = await ends[who].send(rest[0]);
      row.events = await ends[other(who)].receive(cut(row.bytes, size));
    } else if (who === "raw") row.events = await ends[other(rest[0])].receive([rest[1]]);
    else if (who === "end") row.events = await ends[other(rest[0])].receive([""]);
    else if (who === "trailing") row.trailing = [await ends.client.trailing(), await ends.server.trailing()];
    else await Promise.all([ends.client.nextCycle(), ends.server.nextCycle()]);
    row.states = [await ends.client.state(), await ends.server.state()];
    transcript.push(row);
  }
  return transcript;
}

const pairs = {
  "h11 and h11": [Python, Python],
  "ours and h11": [Ours, Python],
  "h11 and ours": [Python, Ours],
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
        console.log(
          `FAILED ${name}, in pieces of ${size || "all"}, ${pair}\n  h11  ${expected[at]}\n  here ${rows[at]}`,
        );
      } catch (error) {
        console.log(`FAILED ${name}, in pieces of ${size || "all"}, ${pair}: ${error.message}`);
      }
      failures += 1;
    }
  }
}
process11.stdin.end();
console.log(`${Object.keys(scripts).length} scripts, ${plays} plays, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
