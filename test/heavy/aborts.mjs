// 200,000 requests over 200 connections at a time, of which one in twenty is given up at a random moment: by its signal, by
// its response's body, by its connection. Every other connection speaks HTTP/2. Neither process may grow after the first tenth, and no rejection be unhandled.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ClientConnection, http1, http2 } from "sansio/node";
import { makeProgress } from "../../bench/progress.mjs";
import { mebibytes, open, settledMemory, startServer } from "./process.mjs";

const REQUESTS = Number(process.env.SANSIO_REQUESTS ?? 200_000);
const CONNECTIONS = 200;
const ABORTED = 0.05;
const GROWTH = 1.1;
const UPLOAD = new Uint8Array(5_000);

export const abortCase = {
  name: `${REQUESTS.toLocaleString("en")} requests, ${CONNECTIONS} connections, 5 % given up`,
  async run() {
    const server = await startServer();
    const child = fork(fileURLToPath(import.meta.url), [String(server.port)], { execArgv: ["--expose-gc"] });
    const progress = makeProgress();
    const marks = [];
    const client = await new Promise((done, fail) => {
      child.once("exit", () => fail(new Error("the client's process has ended")));
      child.on("message", async (message) => {
        if (message.done === undefined) return done(message);
        progress.show(`requests: ${message.done}`, message.done / REQUESTS);
        marks.push({ client: message, server: await server.memory() });
        child.send("go on");
      });
    });
    progress.clear();
    const last = await idle(server);
    const { unanswered } = await server.close();
    return judge(client, marks, last, unanswered);
  },
};

/** The server's last word, when its connections have closed: it reads those that were closed for a while yet. */
async function idle(server) {
  for (let tries = 0; tries < 100; tries++) {
    const told = await server.memory();
    if (told.connections === 0) return told;
    await pause(100);
  }
  return server.memory();
}

/** @returns {string} what to tell */
function judge({ unhandled, wrong, outcomes }, marks, last, unanswered) {
  const tenth = marks[0];
  const end = marks.at(-1);
  const sides = ["client", "server"].map((side) => ({ side, from: tenth[side].rss, to: end[side].rss }));
  const told = sides.map(
    ({ side, from, to }) => `${side} ${mebibytes(from)}, then ${mebibytes(to)} (${percent(to / from)})`,
  );
  for (const side of ["client", "server"]) {
    const series = marks.map((mark) => `${mebibytes(mark[side].rss)} (heap ${mebibytes(mark[side].heapUsed)})`);
    console.log(`         ${side}, after each tenth: ${series.join(", ")}`);
  }
  assert.deepEqual({ unhandled, wrong, unanswered }, { unhandled: 0, wrong: [], unanswered: 0 });
  assert.deepEqual({ unhandled: last.unhandled, connections: last.connections }, { unhandled: 0, connections: 0 });
  const unexpected = marks
    .flatMap(({ server }) => server.errors)
    .filter((error) => !/ECONNRESET|EPIPE|DISCONNECTED|RESET/.test(error));
  assert.deepEqual(unexpected, []);
  for (const { side, from, to } of sides) assert(to <= from * GROWTH, `${side} grew: ${told.join("; ")}`);
  return `${told.join("; ")}; ${JSON.stringify(outcomes)}`;
}

/** @param {number} ratio */
function percent(ratio) {
  return `${ratio >= 1 ? "+" : ""}${((ratio - 1) * 100).toFixed(1)} %`;
}

// --- the client's process ---------------------------------------------------------------------------------------------

const ASKED = [
  { request: { target: "/items/7" }, right: (text) => text === '{"id":"7","tags":["a","ü"]}' },
  { request: { target: "/download/20000" }, right: (text) => text.length === 20_000 },
  { request: { target: "/events" }, right: (text) => text.endsWith("id: 3\ndata: tick\n\n") },
  { request: { target: "/upload", method: "PUT", body: UPLOAD }, right: (text) => text.startsWith('{"length":5000,') },
  { request: { target: "/trailers", method: "PUT", body: UPLOAD }, right: (text) => text.length === UPLOAD.length },
];

class Load {
  unhandled = 0;
  wrong = [];
  outcomes = { answered: 0, signal: 0, body: 0, connection: 0 };
  #begun = 0;
  #port;
  /** Milliseconds that a request takes. */
  #usual = 10;

  constructor(port) {
    this.#port = port;
  }

  /** A tenth at a time: between them every connection is idle, and both processes tell of their memory. */
  async run() {
    const connections = Array.from({ length: CONNECTIONS }, () => null);
    for (let done = REQUESTS / 10; done <= REQUESTS; done += REQUESTS / 10) {
      await Promise.all(connections.map((_, index) => this.#ask(connections, index, done)));
      const { rss, heapUsed } = await settledMemory();
      process.send?.({ done, rss, heapUsed });
      await new Promise((resolve) => process.once("message", resolve));
    }
    await Promise.all(connections.map((connection) => connection?.close()));
    await pause(50);
  }

  async #ask(connections, index, until) {
    while (this.#begun < until) {
      const number = this.#begun++;
      const how = Math.random() < ABORTED ? WAYS[number % WAYS.length] : "answered";
      const protocol = index % 2 === 0 ? http1 : http2;
      connections[index] ??= new ClientConnection(await open(this.#port), { protocol });
      const connection = connections[index];
      const isGivenUp = !(await this.#one(connection, ASKED[number % ASKED.length], how));
      // In HTTP/2 a request that is given up costs no more than its stream.
      if (how === "connection" || (isGivenUp && protocol === http1)) {
        connection.abort();
        await connection.closed;
        connections[index] = null;
      }
      if (connection.outstanding > 0) this.wrong.push(`${how}: a request is left`);
    }
  }

  /** @returns {Promise<boolean>} was it answered in full? */
  async #one(connection, { request, right }, how) {
    const controller = new AbortController();
    const begun = performance.now();
    const giveUp = GIVING_UP[how];
    const timer = giveUp && setTimeout(giveUp, Math.random() * 1.5 * this.#usual, controller, connection);
    try {
      const { body } = await connection.fetch({ authority: "a", ...request }, controller);
      if (how === "body") await readAndCancel(body);
      else {
        const text = await new Response(body).text();
        if (!right(text)) this.wrong.push(`${request.target}: ${text.slice(0, 100)}`);
      }
      this.outcomes[how === "body" ? how : "answered"] += 1;
      this.#usual += (performance.now() - begun - this.#usual) / 100;
      return how !== "body";
    } catch (error) {
      if (how === "answered") this.wrong.push(`${request.target}: ${error} ${error.cause}`);
      this.outcomes[how] += 1;
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}

const GIVING_UP = {
  signal: (controller) => controller.abort(new Error("given up")),
  connection: (_, connection) => connection.abort(new Error("given up")),
};
const WAYS = ["signal", "body", "connection"];

/** Reads a piece, and gives up the rest. */
async function readAndCancel(body) {
  const reader = body.getReader();
  await reader.read();
  await reader.cancel("given up");
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const client = new Load(Number(process.argv[2]));
  process.on("unhandledRejection", (error) => {
    client.unhandled += 1;
    console.error("unhandled in the client:", error);
  });
  await client.run();
  const { unhandled, wrong, outcomes } = client;
  process.send?.({ unhandled, wrong: wrong.slice(0, 5), outcomes });
  process.disconnect();
}
