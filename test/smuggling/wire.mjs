// @ts-check
// The other ends of a proxy: a client that sends octets and its end, a back that records what it is sent, and one that answers
// whatever it is told to.
import { connect, createServer } from "node:net";
import { endOf, isIncomplete, readRequests, readResponses } from "./reference.mjs";

/** @typedef {import("./readers.mjs").Seen} Seen */

const QUIET = 150;
const PATIENCE = 15_000;
const REFUSAL = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/**
 * Sends, and gives all that comes until the other end closes. What is not closed for a while is half-closed: not at once, for
 * haproxy then answers the first request only.
 * @param {number} port
 * @param {string} text
 * @returns {Promise<{ output: string, hangs: boolean }>}
 */
export function exchange(port, text) {
  return new Promise((resolve) => {
    let output = "";
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const timers = [setTimeout(() => socket.end(), QUIET), setTimeout(() => done(true), PATIENCE)];
    function done(/** @type {boolean} */ hangs) {
      for (const timer of timers) clearTimeout(timer);
      socket.destroy();
      resolve({ output, hangs });
    }
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      output += data;
      timers[0]?.refresh();
    });
    socket.on("error", () => {});
    socket.on("end", () => done(false));
    socket.on("close", () => done(false));
    socket.write(text, "latin1");
  });
}

const ANSWER = /HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/y;
/** Statuses that say that the request was no request. */
const REFUSING = new Set([400, 408, 411, 413, 414, 431, 501, 505]);

/** The requests that a server answered: it repeats them in X-Seen. @param {number} port @param {string} text @returns {Promise<Seen>} */
export async function askBack(port, text) {
  const { output, hangs } = await exchange(port, text);
  /** @type {Seen["messages"]} */
  const messages = [];
  for (let at = 0; at < output.length; ) {
    ANSWER.lastIndex = at;
    const answer = ANSWER.exec(output);
    if (answer === null) {
      // HTTP/0.9 is answered without a head
      messages.push(["(HTTP/0.9)", "", ""]);
      break;
    }
    const [head, status, fields = ""] = answer;
    const [, method = "", target = ""] = /^x-seen: (\S+) (\S*)/im.exec(fields) ?? [];
    if (Number(status) >= 200 && method !== "" && !REFUSING.has(Number(status))) messages.push([method, target, ""]);
    const length = Number(/^content-length: (\d+)/im.exec(fields)?.[1] ?? 0);
    at += head.length + (Number(status) < 200 || method === "HEAD" ? 0 : length);
  }
  return { messages, hangs };
}

/** A back that answers each request that a strict reading finds, and keeps what is sent; proxies use a connection again. */
export async function startRecorder() {
  /** Those with something to take, in the order in which it began. @type {Set<{ text: string, taken: number }>} */
  const fresh = new Set();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = { text: "", taken: 0 };
    let answered = 0;
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      connection.text += data;
      fresh.add(connection);
      const reading = readRequests(connection.text);
      const { length } = reading.messages;
      for (; answered < length; answered++) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      if (endOf(reading) === "refused" && !isIncomplete(reading)) socket.end(REFUSAL);
    });
    socket.on("end", () => socket.end());
    socket.on("error", () => {});
  });
  const port = await listening(server);
  return {
    port,
    /** What came since the last call, a text for each connection. */
    take() {
      const texts = [...fresh].map(({ text, taken }) => text.slice(taken));
      for (const connection of fresh) connection.taken = connection.text.length;
      fresh.clear();
      return texts;
    },
    stop: () => server.close(),
  };
}

/** A back that sends these octets and its end as soon as a head has come. */
export async function startAnswerer() {
  const state = { text: "" };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let asked = "";
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      const before = asked.includes("\r\n\r\n");
      asked += data;
      if (!before && asked.includes("\r\n\r\n")) socket.end(state.text, "latin1");
    });
    socket.on("error", () => {});
  });
  const port = await listening(server);
  return { port, state, stop: () => server.close() };
}

/** What a proxy makes of a hostile answer: the response that its client gets. @param {number} port @param {string} method @returns {Promise<Seen>} */
export async function askProxy(port, method) {
  const { output, hangs } = await exchange(port, `${method} /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  // a proxy may end its answer with the connection
  const { messages } = readResponses(output, [method]);
  const own = messages.filter((message) => "status" in message && message.status !== 502);
  return { messages: own.map((message) => ["status" in message ? message.status : 0, "", message.body]), hangs };
}

/** @param {import("node:net").Server} server @returns {Promise<number>} */
function listening(server) {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(/** @type {import("node:net").AddressInfo} */ (server.address()).port));
  });
}
