// @ts-check
// Measures the memory of connections: the heap of 100,000 idle ones, linear memory, growth over millions of messages,
// and whether events that are kept pin the chunks they came from. Runs in its own process, where garbage is collected
// on demand.

import { spawnSync } from "node:child_process";
import { requestCorpus } from "./corpus.mjs";

/** Ceilings, in octets. */
const MOST_IDLE = 600;
const MOST_GROWTH = 2 ** 20;

const CONNECTIONS = 100_000;
const KEPT_EVENTS = 64;
const CHUNK = 2 ** 20;

/**
 * @typedef {object} Finding
 * @property {string} what
 * @property {number} value
 * @property {string} unit
 * @property {number | null} most the ceiling; null if the value is only reported
 * @property {boolean} holds
 */

/** @param {{ quick?: boolean }} [options] @returns {Finding[]} */
export function memory({ quick = false } = {}) {
  const parameters = ["--expose-gc", import.meta.filename, "--child", ...(quick ? ["--quick"] : [])];
  const { status, stdout } = spawnSync(process.execPath, parameters, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`the measurement of memory ended with ${status}`);
  /** @type {Finding[]} */
  const findings = JSON.parse(stdout);
  console.log("memory\n");
  for (const { what, value, unit, most, holds } of findings) {
    const limit = most === null ? "" : `at most ${most.toLocaleString("en")}${holds ? "" : ": FAILS"}`;
    console.log(`  ${what.padEnd(66)} ${value.toLocaleString("en").padStart(10)} ${unit.padEnd(9)} ${limit}`);
    if (!holds) process.exitCode = 1;
  }
  console.log("");
  return findings;
}

// --- in its own process ---------------------------------------------------------------------------------------------

/** @param {boolean} quick */
async function find(quick) {
  const linear = watchLinearMemory();
  const { Http1Connection } = await import("sansio");
  const { findHttp2 } = await import("./memory-http2.mjs");
  const collect = /** @type {() => void} */ (globalThis.gc);
  /** @type {Finding[]} */
  const findings = [];

  /** @param {string} what @param {number} value @param {string} unit @param {number | null} [most] */
  function add(what, value, unit, most = null) {
    findings.push({ what, value: Math.round(value), unit, most, holds: most === null || value <= most });
  }

  /** Collects over several turns: finalisers run in between, and what they release is collected in the next. */
  async function settle() {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((done) => setImmediate(done));
      collect();
    }
    return process.memoryUsage();
  }

  const request = Buffer.from("GET /idle HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\n\r\n");
  const answer = Buffer.from("HTTP/1.1 204 No Content\r\nServer: bench\r\n\r\n");
  const end = /** @type {const} */ ({ type: "end-of-message" });
  const asking = /** @type {const} */ ({ type: "request", method: "GET", target: "/", headers: [["Host", "bench"]] });
  const noContent = /** @type {const} */ ({ type: "response", status: 204, headers: [] });

  /** @param {import("sansio").Http1Connection} server @param {Buffer} read one request */
  function serve(server, read) {
    server.feed(read);
    for (let event = server.nextEvent(); event.type !== "need-data"; event = server.nextEvent()) {
      if (event.type !== "end-of-message") continue;
      server.send(noContent);
      server.send(end);
      server.bytesToSend();
      server.startNextCycle();
    }
  }

  /** @param {import("sansio").Http1Connection} client */
  function ask(client) {
    client.send(asking);
    client.send(end);
    client.bytesToSend();
    client.feed(answer);
    while (client.nextEvent().type !== "end-of-message");
    client.startNextCycle();
  }

  const roles = /** @type {const} */ ([
    ["server", (/** @type {import("sansio").Http1Connection} */ one) => serve(one, request)],
    ["client", ask],
  ]);
  for (const [role, exchange] of roles) {
    exchange(new Http1Connection(role));
    /** @type {import("sansio").Http1Connection[]} */
    const connections = new Array(CONNECTIONS);
    const before = await settle();
    const pagesBefore = linear();
    for (let index = 0; index < CONNECTIONS; index++) connections[index] = new Http1Connection(role);
    const fresh = await settle();
    for (const connection of connections) exchange(connection);
    const used = await settle();
    const pages = linear();
    add(`heap of an idle ${role}, new`, (fresh.heapUsed - before.heapUsed) / CONNECTIONS, "octets", MOST_IDLE);
    add(
      `heap of an idle ${role}, after one exchange`,
      (used.heapUsed - before.heapUsed) / CONNECTIONS,
      "octets",
      MOST_IDLE,
    );
    const outside = Math.max(0, used.arrayBuffers - before.arrayBuffers) / CONNECTIONS;
    add(`buffers of an idle ${role} outside the heap`, outside, "octets", 0);
    add(
      `linear memory of ${CONNECTIONS.toLocaleString("en")} ${role}s`,
      pages.octets - pagesBefore.octets,
      "octets",
      0,
    );
    if (connections.length !== CONNECTIONS) throw new Error("the connections are gone");
  }
  await findHttp2(add, settle);
  add("linear memory in all, for any number of connections", linear().octets, "octets");

  const millions = quick ? [20_000, 200_000] : [1_000_000, 10_000_000];
  const busy = new Http1Connection("server");
  const reads = requestCorpus().units.map((unit) => unit.reads[0]);
  let messages = 0;
  /** @type {number[]} */
  const heaps = [];
  for (const count of millions) {
    for (; messages < count; messages++) serve(busy, reads[messages % reads.length]);
    const usage = await settle();
    heaps.push(usage.heapUsed + usage.arrayBuffers);
  }
  const [from, to] = millions.map((count) => count.toLocaleString("en"));
  add(`growth between message ${from} and ${to}`, heaps[1] - heaps[0], "octets", MOST_GROWTH);

  for (const keeps of ["heads and ends", "heads cut in two, and ends", "data"]) {
    const isData = keeps === "data";
    const { kept, chunks } = keep(keeps);
    await settle();
    const pinned = chunks.filter((chunk) => chunk.deref() !== undefined).length;
    const what = `chunks of 1 MiB pinned by ${KEPT_EVENTS} kept events: ${keeps}`;
    add(what, pinned, "chunks", isData ? null : 0);
    // A data event that did not hold its chunk would not be a view.
    if (isData) findings[findings.length - 1].holds = pinned === KEPT_EVENTS;
    if (kept.length < KEPT_EVENTS) throw new Error("the events are gone");
  }

  /**
   * Keeps events and their connections, one each. Returns them, and weak references to their chunks, held by nothing else.
   *
   * @param {string} what
   */
  function keep(what) {
    const kept = [];
    const chunks = [];
    for (let index = 0; index < KEPT_EVENTS; index++) {
      const connection = new Http1Connection("server");
      const head = `PUT /${index} HTTP/1.1\r\nHost: bench\r\nX-Note: ${"n".repeat(index)}\r\nContent-Length: `;
      const octets = new Uint8Array(CHUNK);
      const text = `${head}${CHUNK - head.length - 4 - String(CHUNK).length}\r\n\r\n`;
      Buffer.from(octets.buffer).write(text.padEnd(CHUNK, "b"), "latin1");
      chunks.push(new WeakRef(octets.buffer));
      if (what.includes("cut")) connection.feed(octets.subarray(0, 20));
      if (what.includes("cut")) connection.nextEvent();
      connection.feed(what.includes("cut") ? octets.subarray(20) : octets);
      for (const event of connection.events()) {
        if (what.includes("data") === (event.type === "data")) kept.push(event);
        if (event.type === "request") kept.push(event.headers.get("x-note"), event.headers.raw());
      }
      kept.push(connection);
    }
    return { kept, chunks };
  }

  return findings;
}

/** Counts the memory of WebAssembly instances. Must be called before the first one is created. */
function watchLinearMemory() {
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, parameters) {
      const instance = Reflect.construct(target, parameters);
      for (const value of Object.values(instance.exports))
        if (value instanceof WebAssembly.Memory) memories.push(value);
      return instance;
    },
  });
  return () => ({ octets: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) });
}

if (process.argv[1] === import.meta.filename) {
  const quick = process.argv.includes("--quick");
  if (process.argv.includes("--child")) process.stdout.write(JSON.stringify(await find(quick)));
  else memory({ quick });
}
