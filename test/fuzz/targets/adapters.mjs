// @ts-check
// The adapters, server and client: sansio/web over streams in memory, sansio/node over a Duplex. Nothing goes unhandled, all
// comes to an end when the peer has ended, and what the server says our client reads.
import { Duplex } from "node:stream";
import { halves, latin1, octetsOf, odd } from "../laws.mjs";
import { endingIn, frames } from "../mutate.mjs";
import { HTTP1_PIECES, REQUESTS, RESPONSES } from "./http1.mjs";
import { FRAMES, PREFACE } from "./http2.mjs";

const NEVER = Number.POSITIVE_INFINITY;
const SERVER_TIMES = { idle: NEVER, head: NEVER, body: NEVER, write: NEVER, linger: 0 };
const CLIENT_TIMES = { response: NEVER, body: NEVER, write: NEVER, expect: 0 };
/** Turns of the event loop in which all must have ended. */
const TURNS = 200;

const turn = () => new Promise((resolve) => setImmediate(resolve));
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

/**
 * Waits for an end. What may wait for ever, answers behind a window that the peer shut before it ended, is cut; all else must
 * end by itself.
 * @param {() => boolean} isDone @param {string} what @param {() => void} [cut]
 */
async function until(isDone, what, cut) {
  for (let turns = 0; !isDone(); turns++) {
    if (turns === TURNS / 2) cut?.();
    if (turns === TURNS) throw new Error(`${what} does not come to an end`);
    await (turns < TURNS / 2 ? turn() : pause());
  }
}

/** @param {Uint8Array} input */
const isHttp2 = (input) => latin1(input.subarray(0, 24)) === PREFACE;

// --- both kinds of stream, which give these pieces and keep what is written --------------------------------------------

/** @param {Uint8Array[]} pieces @param {string[]} written */
function byteStream(pieces, written) {
  const readable = new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const writable = new WritableStream({
    write: (octets) => {
      written.push(latin1(octets));
    },
  });
  return { readable, writable };
}

/** @param {Uint8Array[]} pieces @param {string[]} written */
function duplex(pieces, written) {
  const left = [...pieces];
  return new Duplex({
    read() {
      this.push(left.shift() ?? null);
    },
    write(octets, _encoding, done) {
      written.push(latin1(octets));
      done();
    },
  });
}

// --- servers ----------------------------------------------------------------------------------------------------------

/** Whether the handler answers at once, without having read the body. @param {string} method @param {string} target */
const isDiscarded = (method, target) => method === "CONNECT" || target.length % 3 === 0;

/** Reads some bodies, discards others, answers with trailers, informs before. @param {string[]} lines */
const fetchHandler = (lines) => async (/** @type {any} */ _request, /** @type {any} */ info) => {
  lines.push(`${info.method} ${info.target} ${info.httpVersion} ${JSON.stringify(info.headers)}`);
  if (info.method === "CONNECT") return { status: 405 };
  if (isDiscarded(info.method, info.target)) return { status: 204 };
  if (info.target.length % 5 === 0) info.inform(103, [["Link", "a"]]);
  const body = await new Response(info.body).text().catch(() => "cut");
  return {
    status: 200,
    headers: [["Length", String(body.length)]],
    body: info.target.length % 2 ? body : [octetsOf(body)],
    trailers: [["T", "r"]],
  };
};

/** @type {import("../laws.mjs").Play} */
async function webServer(world, input, cut) {
  /** @type {string[]} */ const lines = [];
  /** @type {string[]} */ const written = [];
  const { serveConnection, either } = world.web;
  let isClosed = false;
  const served = serveConnection(byteStream(cut(input), written), fetchHandler(lines), {
    protocol: either,
    timeouts: SERVER_TIMES,
  });
  served.closed.then(() => {
    isClosed = true;
  });
  await until(() => isClosed, "the connection", isHttp2(input) ? () => served.abort() : undefined);
  if (isHttp2(input)) return beginning(written);
  const statuses = answersIn(world, written.join(""), input);
  // Which comes first, the answer or a fault in the discarded body, depends on the cut: a promise takes its turn.
  const undecided = requestsIn(world, input).findIndex(
    ({ method, target, isFaulty }) => isFaulty && isDiscarded(method, target),
  );
  if (undecided >= 0) statuses.splice(undecided, 1);
  return [...lines, `answers ${statuses}`];
}

/** @type {import("../laws.mjs").Play} */
async function nodeServer(world, input, cut) {
  /** @type {string[]} */ const lines = [];
  /** @type {string[]} */ const written = [];
  const { createServer } = world.node;
  const handler = (/** @type {any} */ request, /** @type {any} */ reply) => {
    lines.push(`${request.method} ${request.target} ${request.httpVersion} ${JSON.stringify(request.headers)}`);
    if (request.method === "CONNECT") return reply.complete(405, []);
    if (request.target.length % 3 === 0) return reply.complete(204, []);
    let length = 0;
    reply.respond(200, []);
    request.read({
      data: (/** @type {Uint8Array} */ octets) => {
        length += octets.length;
        reply.write(octets);
      },
      end: () => reply.end([["T", String(length)]]),
      error: () => {},
    });
  };
  const server = createServer(handler, { timeouts: SERVER_TIMES });
  server.serve(duplex(cut(input), written));
  const cutAll = isHttp2(input) ? () => server.close(0) : undefined;
  await until(() => server.connections === 0, "the connection", cutAll);
  await server.close(0);
  if (isHttp2(input)) return beginning(written);
  return [...lines, `answers ${answersIn(world, written.join(""), input)}`];
}

/**
 * Of HTTP/2: SETTINGS. What comes then depends on how the octets were split, as it depends on time: an answer that has been
 * sent closes its stream, and frames on a closed stream mean something else.
 * @param {string[]} written
 */
const beginning = (written) => [written.join("").slice(3, 9)];

/** Ends of an answer that the server gave up, and of the request that was asked in vain. */
const CUT_SHORT = ["INCOMPLETE_BODY", "RESPONSE_NOT_RECEIVED", "INCOMPLETE_HEAD"];

/**
 * The requests that are in there; the last one is faulty if its body breaks the protocol.
 * @param {any} world @param {Uint8Array} input
 */
function requestsIn(world, input) {
  const server = new world.Http1Connection("server");
  /** @type {{ method: string, target: string, isFaulty: boolean }[]} */
  const requests = [];
  let inBody = false;
  server.feed(input);
  try {
    for (let isMore = true; isMore; ) {
      for (const { type, method, target } of server.events()) {
        inBody = type !== "end-of-message";
        if (type === "request") requests.push({ method, target, isFaulty: false });
      }
      if (server.localState === "send-response") {
        server.send({ type: "response", status: 404, headers: [["Content-Length", "0"]] });
        server.send({ type: "end-of-message" });
      }
      isMore = server.localState === "done" && server.remoteState === "done";
      if (isMore) server.startNextCycle();
    }
  } catch (error) {
    if (!(error instanceof world.RemoteProtocolError)) throw error;
    const last = requests.at(-1);
    if (inBody && last !== undefined) last.isFaulty = true;
  }
  return requests;
}

/**
 * The statuses that our own client finds in what the server wrote: one to each request, and perhaps one to a request that
 * cannot be read. Never an error.
 * @param {any} world @param {string} text @param {Uint8Array} input
 */
export function answersIn(world, text, input) {
  const client = new world.Http1Connection("client", { maxPipelined: 1000 });
  for (const method of [...requestsIn(world, input).map((request) => request.method), "GET"]) {
    const known = method === "HEAD" ? method : "GET";
    client.send({ type: "request", method: known, target: "/", headers: [["Host", "a"]] });
    client.send({ type: "end-of-message" });
  }
  client.feed(octetsOf(text));
  client.feedEof();
  /** @type {number[]} */
  const statuses = [];
  try {
    for (let isMore = true; isMore; ) {
      for (const event of client.events()) if (event.type === "response") statuses.push(event.status);
      isMore = client.remoteState === "done";
      if (isMore) client.startNextCycle();
    }
  } catch (error) {
    if (!CUT_SHORT.includes(/** @type {any} */ (error).code)) throw error;
  }
  return statuses;
}

// --- clients ------------------------------------------------------------------------------------------------------------

const ASKED = [
  { target: "/", authority: "a" },
  { target: "/p", authority: "a", method: "PUT", body: "hello" },
  { target: "/h", authority: "a", method: "HEAD" },
];

/** @param {"web" | "node"} kind @returns {import("../laws.mjs").Play} */
const client = (kind) => async (world, input, cut) => {
  const { Connection, ClientConnection, http2 } = world[kind];
  /** @type {string[]} */ const written = [];
  const stream = kind === "web" ? byteStream(cut(input), written) : duplex(cut(input), written);
  const connection = new (Connection ?? ClientConnection)(stream, {
    timeouts: CLIENT_TIMES,
    pipelining: 3,
    ...(input[0] === 0 && { protocol: http2 }),
  });
  let isDone = false;
  const answers = Promise.all(ASKED.map((asked) => answerOf(world, connection, asked)));
  answers.then(() => {
    isDone = true;
  });
  await until(() => isDone, "a request");
  let isClosed = false;
  connection.close();
  connection.closed.then(() => {
    isClosed = true;
  });
  await until(() => isClosed, "the connection");
  return answers;
};

/** A response, or one of the errors that are documented. @param {any} world @param {any} connection @param {any} asked */
async function answerOf(world, connection, asked) {
  try {
    const { status, headers, response, upgraded } = await connection.fetch(asked);
    upgraded?.destroy?.();
    const body = response === null ? "" : await response.text().catch(() => "cut");
    return `${status} ${JSON.stringify(headers)} ${body}`;
  } catch (error) {
    if (
      error instanceof world.web.NetworkError ||
      error instanceof world.node.NetworkError ||
      error instanceof world.LocalProtocolError
    )
      return "failed";
    throw error;
  }
}

// --- targets --------------------------------------------------------------------------------------------------------------

const H2 = PREFACE + FRAMES[0];
/**
 * What broke a law once: a stream reset behind the head of its request, no octet of a body, a discarded body at fault,
 * two responses at once.
 */
const FOUND = [
  `s${H2}${FRAMES[6]}\0\0\x04\x03\0\0\0\0\x05\0\0\0\x08`,
  "sPUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
  "sCONNECT a:43 HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\n\r\nl",
  "sPOST /ab HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nl",
  `c${"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na".repeat(2)}`,
];
const SEEDS = [
  ...FOUND,
  ...REQUESTS.map((text) => `s${text}`),
  `s${H2}${FRAMES[4]}${FRAMES[6]}`,
  `s${H2}${FRAMES.slice(1).join("")}`,
  ...RESPONSES.map((text) => `c${text}`),
  `c${FRAMES[0]}${FRAMES[8]}${FRAMES[10]}`,
  `c${FRAMES.join("")}`,
];
const GRAMMAR = [endingIn("\r\n"), endingIn("\r\n\r\n"), frames];
const PIECES = [...HTTP1_PIECES, ...REQUESTS, ...FRAMES, H2];

/** The first octet: which end is ours. @param {import("../laws.mjs").Play} server @param {import("../laws.mjs").Play} other @returns {import("../laws.mjs").Play} */
const either = (server, other) => (world, input, cut) =>
  (input[0] === 0x63 ? other : server)(world, input.subarray(1), cut);

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  web: {
    seeds: SEEDS,
    pieces: PIECES,
    grammar: GRAMMAR,
    play: either(webServer, client("web")),
    cuts: { "two pieces": halves, "at odd places": odd },
    patience: 2000,
  },
  node: {
    seeds: SEEDS,
    pieces: PIECES,
    grammar: GRAMMAR,
    play: either(nodeServer, client("node")),
    cuts: { "two pieces": halves, "at odd places": odd },
    patience: 2000,
  },
};
