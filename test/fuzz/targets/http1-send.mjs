// @ts-check
// Send sequences of HTTP/1.1: whatever a client and a server are told to say, they refuse it and nothing has changed, or
// the other end reads what was said.
import { latin1, octetsOf, odd, pairsOf, program, recordsOf, says, single, splitRecords } from "../laws.mjs";
import { endingIn } from "../mutate.mjs";

/** One end, what it said, and what came to it: a text in which data and heads follow one another. */
class End {
  said = "";
  heard = "";
  /** What is sent of the body of an answer to HEAD is left out (RFC 9110 9.3.2). */
  answersHead = false;
  /** A server that answers before it was asked does not know what. */
  isAhead = false;
  /** @type {End | undefined} */
  peer;
  /** @param {any} world @param {"client" | "server"} role */
  constructor(world, role) {
    this.world = world;
    this.connection = new world.Http1Connection(role);
  }

  /** @param {any} event @param {string} meaning */
  send(event, meaning) {
    if (this.tries(() => this.connection.send(event))) this.said += meaning;
  }

  /** @param {() => unknown} action */
  tries(action) {
    const { connection } = this;
    const { localState, remoteState, outstandingRequests } = connection;
    return says(this.world, action, () => [localState, remoteState, outstandingRequests, connection.queuedBytes]);
  }

  /** @param {Uint8Array} octets @param {import("../laws.mjs").Cut} cut */
  hears(octets, cut) {
    for (const piece of cut(octets)) {
      this.connection.feed(piece);
      this.pull();
    }
  }

  /** A server may answer before it is asked (408): the two ends may then part. */
  pull() {
    try {
      this.pullAll();
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      if (!PARTED.includes(code) && !(this.peer?.isAhead && code !== undefined)) throw error;
    }
  }

  pullAll() {
    for (const event of this.connection.events()) {
      this.answersHead = event.type === "request" ? event.method === "HEAD" : this.answersHead;
      if (event.type === "request") this.heard += head(`${event.method} ${event.target}`, event.headers.raw());
      else if (event.type === "data") this.heard += latin1(event.data);
      else if (event.type === "end-of-message") this.heard += end(event.headers.raw());
      else if (event.type !== "connection-closed")
        this.heard += head(`${event.status} ${event.reason}`, event.headers.raw());
    }
  }
}

const PARTED = ["UNEXPECTED_REQUEST", "UNSOLICITED_RESPONSE"];
/** Fields that the writers add, or put first. */
const OWN = /^(content-length|transfer-encoding|connection|host)$/i;
/** @param {string} line @param {[string, string][]} pairs */
const head = (line, pairs) => `\x02${line} ${JSON.stringify(pairs.filter(([name]) => !OWN.test(name)))}\x03`;
/** @param {[string, string][]} pairs */
const end = (pairs) => `\x04${JSON.stringify(pairs)}`;

/** What the letters of a program do; a small letter is the server's. @type {Record<string, (end: End, parts: string[]) => void>} */
const ACTIONS = {
  q: (it, [method = "", target = "", ...rest]) =>
    it.send({ type: "request", method, target, headers: pairsOf(rest) }, head(`${method} ${target}`, pairsOf(rest))),
  r: (it, [status = "", reason = "", ...rest]) => response(it, "response", status, reason, rest),
  i: (it, [status = "", reason = "", ...rest]) => response(it, "informational-response", status, reason, rest),
  d: (it, [text = ""]) => it.send({ type: "data", data: octetsOf(text) }, it.answersHead ? "" : text),
  e: (it, rest) => it.send({ type: "end-of-message", headers: pairsOf(rest) }, end(pairsOf(rest))),
  n: (it) => it.tries(() => it.connection.startNextCycle()),
  c: (it) => it.send({ type: "connection-closed" }, ""),
  f: (it) => it.connection.sendFailed(),
};

/** @param {End} it @param {string} type @param {string} status @param {string} reason @param {string[]} rest */
function response(it, type, status, reason, rest) {
  const number = Number.parseInt(status, 10) || 0;
  it.isAhead ||= it.connection.remoteState === "idle";
  it.send({ type, status: number, reason, headers: pairsOf(rest) }, head(`${number} ${reason}`, pairsOf(rest)));
}

/** @type {import("../laws.mjs").Play} */
const play = (world, input, cut) => {
  const client = new End(world, "client");
  const server = new End(world, "server");
  client.peer = server;
  /** @type {string[]} */
  const lines = [];
  for (const [letter = "", ...parts] of recordsOf(input)) {
    const [it, other] = letter >= "a" ? [server, client] : [client, server];
    const kind = letter.toLowerCase();
    if (kind === "x") other.hears(it.connection.bytesToSend(), cut);
    else ACTIONS[kind]?.(it, parts);
    it.pull();
    lines.push(`${letter} ${it.connection.localState} ${it.connection.remoteState}`);
  }
  for (const [it, other] of [
    [client, server],
    [server, client],
  ]) {
    other.hears(it.connection.bytesToSend(), cut);
    // A reader that waits for its turn has heard the beginning; a message without a body ends by itself.
    if (!it.isAhead && !(it.said + end([])).startsWith(other.heard))
      throw new Error(`said ${JSON.stringify(it.said)}, heard ${JSON.stringify(other.heard)}`);
    lines.push(it.said, other.heard);
  }
  return lines;
};

const SEEDS = [
  program(
    ["Q", "GET", "/", "Host", "a"],
    ["E"],
    ["X"],
    ["r", "200", "OK", "Content-Length", "2"],
    ["d", "hi"],
    ["e"],
    ["x"],
    ["N"],
    ["n"],
    ["Q", "GET", "/", "Host", "a"],
    ["E"],
    ["X"],
    ["r", "204", ""],
    ["e"],
    ["x"],
  ),
  program(
    ["Q", "POST", "/a", "Host", "a", "Transfer-Encoding", "chunked"],
    ["D", "one"],
    ["X"],
    ["D", "two"],
    ["E", "T", "r"],
    ["X"],
    ["i", "103", "Early", "Link", "b"],
    ["x"],
    ["r", "200", "OK"],
    ["d", "body"],
    ["e", "T", "r"],
    ["x"],
  ),
  program(
    ["Q", "GET", "/", "Host", "a", "Connection", "upgrade", "Upgrade", "x"],
    ["E"],
    ["X"],
    ["i", "101", "", "Connection", "upgrade", "Upgrade", "x"],
    ["x"],
  ),
  program(
    ["Q", "PUT", "/", "Host", "a", "Expect", "100-continue", "Content-Length", "3"],
    ["X"],
    ["i", "100", ""],
    ["x"],
    ["D", "abc"],
    ["E"],
    ["X"],
    ["r", "404", "No", "Connection", "close"],
    ["e"],
    ["c"],
    ["x"],
  ),
  program(
    ["Q", "HEAD", "/", "Host", "a"],
    ["E"],
    ["Q", "CONNECT", "a:1", "Host", "a"],
    ["E"],
    ["X"],
    ["r", "200", "OK", "Content-Length", "5"],
    ["e"],
    ["n"],
    ["x"],
    ["N"],
    ["r", "200", "OK"],
    ["x"],
  ),
];
const PIECES = [
  ...SEEDS.flatMap((seed) => splitRecords(seed)),
  "\x1fContent-Length\x1f3",
  "\x1fTransfer-Encoding\x1fchunked",
  "\x1fConnection\x1fclose",
  "\x1fX\x1fy\r\nZ: z",
  "\x1fSet-Cookie\x1fa",
  "\x1fTE\x1ftrailers",
  "F\x1e",
];

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  "http1-send": {
    seeds: SEEDS,
    pieces: PIECES,
    grammar: [endingIn("\x1e"), endingIn("\x1e"), endingIn("\x1f")],
    play,
    cuts: { "octet by octet": single, "at odd places": odd },
  },
};
