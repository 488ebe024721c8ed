// @ts-check
// Send sequences of HTTP/2: two ends, told what to do by a program, that carry octets to one another when it says so.
import { latin1, octetsOf, odd, pairsOf, program, recordsOf, says, splitRecords } from "../laws.mjs";
import { endingIn } from "../mutate.mjs";

class End {
  /** What was said on each stream. @type {Map<number, string>} */
  said = new Map();
  /** @type {Map<number, string>} */
  heard = new Map();
  /** Streams in the order in which this end met them. @type {number[]} */
  streams = [];
  /** Those that CONNECT opened. @type {Set<number>} */
  tunnels = new Set();
  /** Octets of each stream that are not released: summed up, as the pieces of data depend on the cut. @type {Map<number, number>} */
  held = new Map();
  /** @param {any} world @param {"client" | "server"} role @param {string} mode */
  constructor(world, role, mode) {
    this.world = world;
    this.role = role;
    this.connection = new world.Http2Connection(role, { windows: { mode }, settings: { maxConcurrentStreams: 50 } });
  }

  /** @param {string} which */
  stream(which) {
    return this.streams[which.charCodeAt(0) % this.streams.length] ?? 0;
  }

  /** @param {() => unknown} action */
  tries(action) {
    const { connection } = this;
    return says(this.world, action, () => [connection.queuedBytes, connection.openStreams, connection.finished]);
  }

  /** @param {number} streamId @param {string} meaning */
  note(streamId, meaning) {
    this.said.set(streamId, (this.said.get(streamId) ?? "") + meaning);
  }

  /** @param {any} event @param {string} meaning */
  send(event, meaning) {
    const ending = event.endStream ? end([]) : "";
    if (this.tries(() => this.connection.send(event))) this.note(event.streamId, meaning + ending);
  }

  /** @param {Uint8Array} octets @param {import("../laws.mjs").Cut} cut */
  hears(octets, cut) {
    for (const piece of cut(octets)) {
      this.connection.feed(piece);
      for (const event of this.connection.events()) this.hear(event);
    }
  }

  /** @param {any} event */
  hear(event) {
    const { type, streamId } = event;
    /** @param {string} meaning */
    const note = (meaning) => this.heard.set(streamId, (this.heard.get(streamId) ?? "") + meaning);
    if (type === "request" || type === "push-promise") this.streams.push(event.promisedStreamId ?? streamId);
    if (type === "request" && event.method === "CONNECT") this.tunnels.add(streamId);
    if (type === "request") note(head(requestLine(event, event.sensitive), event.headers.raw()));
    else if (/response$/.test(type)) note(head(`${event.status}`, event.headers.raw()));
    else if (type === "end-of-message") note(end(event.headers.raw()));
    else if (type === "data") {
      note(latin1(event.data));
      this.held.set(streamId, (this.held.get(streamId) ?? 0) + event.data.length);
    } else if (type === "stream-reset" && !event.remote)
      throw new Error(`the ${this.role} resets what was sent: ${event.reason}`);
  }
}

/** Crumbs of a cookie come joined; priorities are added. @param {string} line @param {[string, string][]} pairs */
const head = (line, pairs) =>
  `\x02${line} ${JSON.stringify(pairs.map(([name, value]) => [name.toLowerCase(), value]).filter(([name]) => !/^(cookie|priority|host)$/.test(name ?? "")))}\x03`;
/** @param {[string, string][]} pairs */
const end = (pairs) => `\x04${JSON.stringify(pairs.map(([name, value]) => [name.toLowerCase(), value]))}`;
/** @param {{ method: string, target: string, authority: string }} request @param {string[]} [sensitive] never to be indexed */
const requestLine = ({ method, target, authority }, sensitive = []) => `${method} ${target} ${authority} ${sensitive}`;
const isEnd = (/** @type {string} */ flags) => flags.includes("e");

const SETTINGS = [
  { initialWindowSize: 0 },
  { initialWindowSize: 3 },
  { initialWindowSize: 100_000 },
  { headerTableSize: 0 },
  { headerTableSize: 60 },
  { headerTableSize: 9000 },
  { maxFrameSize: 20_000 },
];

/** What the letters do; a small letter is the server's. @type {Record<string, (it: End, parts: string[]) => void>} */
const ACTIONS = {
  o: (it, [flags = "", method = "", target = "", authority = "", ...rest]) => {
    const endStream = isEnd(flags);
    const options = flags.includes("p") ? { endStream, priority: { urgency: 1, incremental: true } } : { endStream };
    const request = { method, target, authority };
    const sensitive = flags.includes("s") ? ["target"] : [];
    it.tries(() => {
      const streamId = it.connection.openStream({ ...request, headers: pairsOf(rest), sensitive }, options);
      it.streams.push(streamId);
      // The target of a CONNECT is sent as its authority.
      const marked = sensitive.map((part) => (method === "CONNECT" ? "authority" : part));
      it.note(streamId, head(requestLine(request, marked), pairsOf(rest)) + (endStream ? end([]) : ""));
    });
  },
  r: (it, [which = "", flags = "", status = "", ...rest]) =>
    response(it, "response", which, status, rest, isEnd(flags)),
  i: (it, [which = "", status = "", ...rest]) => response(it, "informational-response", which, status, rest, false),
  d: (it, [which = "", flags = "", text = ""]) => {
    const body = flags.includes("l") ? text.repeat(2000) : text;
    it.send({ type: "data", streamId: it.stream(which), data: octetsOf(body), endStream: isEnd(flags) }, body);
  },
  e: (it, [which = "", ...rest]) =>
    it.send({ type: "end-of-message", streamId: it.stream(which), headers: pairsOf(rest) }, end(pairsOf(rest))),
  z: (it, [which = ""]) => it.tries(() => it.connection.reset(it.stream(which))),
  u: (it, [which = "", target = ""]) =>
    it.tries(() => it.streams.push(it.connection.push(it.stream(which), { method: "GET", target, authority: "a" }))),
  s: (it, [which = ""]) =>
    it.tries(() => it.connection.updateSettings(SETTINGS[which.charCodeAt(0) % SETTINGS.length] ?? {})),
  l: (it) => {
    const [[streamId, octets] = [0, 1]] = it.held;
    it.held.delete(streamId);
    it.tries(() => it.connection.release(streamId, octets));
  },
  p: (it, [which = "", urgency = ""]) =>
    it.tries(() => it.connection.prioritize(it.stream(which), { urgency: urgency.charCodeAt(0) & 7 })),
  g: (it) => it.tries(() => it.connection.ping()),
  a: (it) => it.tries(() => it.connection.shutdown()),
};

/** @param {End} it @param {string} type @param {string} which @param {string} status @param {string[]} rest @param {boolean} endStream */
function response(it, type, which, status, rest, endStream) {
  const number = Number.parseInt(status, 10) || 0;
  const streamId = it.stream(which);
  const headers = pairsOf(rest);
  // They must not have a Content-Length, and it is not sent (RFC 9110 8.6).
  const isWithout = number < 200 || number === 204 || (number < 300 && it.tunnels.has(streamId));
  const sent = isWithout ? headers.filter(([name]) => name.toLowerCase() !== "content-length") : headers;
  it.send({ type, streamId, status: number, headers, endStream }, head(`${number}`, sent));
}

/** @type {import("../laws.mjs").Play} */
const play = (world, input, cut) => {
  const [modes = 0] = input;
  const client = new End(world, "client", modes & 1 ? "manual" : "automatic");
  const server = new End(world, "server", modes & 2 ? "manual" : "automatic");
  client.hears(server.connection.bytesToSend(), cut);
  for (const [letter = "", ...parts] of recordsOf(input.subarray(1))) {
    const [it, other] = letter >= "a" ? [server, client] : [client, server];
    const kind = letter.toLowerCase();
    if (kind === "x") other.hears(it.connection.bytesToSend((parts[0]?.charCodeAt(0) || 100) * 100), cut);
    else ACTIONS[kind]?.(it, parts);
  }
  /** @type {string[]} */
  const lines = [];
  for (let round = 0; round < 4; round++) {
    server.hears(client.connection.bytesToSend(), cut);
    client.hears(server.connection.bytesToSend(), cut);
  }
  for (const [it, other] of [
    [client, server],
    [server, client],
  ])
    for (const [streamId, heard] of other.heard) {
      const said = it.said.get(streamId) ?? "";
      if (!(said + end([])).startsWith(heard))
        throw new Error(`stream ${streamId}: said ${said.slice(0, 300)}, heard ${heard.slice(0, 300)}`);
      lines.push(`${streamId} ${heard.slice(0, 500)} ${heard.length}`);
    }
  return lines;
};

const SEEDS = [
  program(
    ["\0O", "e", "GET", "/", "a", "x", "y"],
    ["X"],
    ["r", "\0", "", "200", "a", "b"],
    ["d", "\0", "e", "hello"],
    ["x"],
  ),
  program(
    ["\x03O", "", "POST", "/", "a"],
    ["O", "p", "PUT", "/p", "a:1", "content-length", "3"],
    ["D", "\0", "l", "abcdefgh"],
    ["X"],
    ["D", "\x01", "", "abc"],
    ["E", "\x01", "t", "r"],
    ["X"],
    ["l"],
    ["i", "\x01", "103", "link", "b"],
    ["r", "\x01", "", "404"],
    ["d", "\x01", "l", "x"],
    ["e", "\x01", "t", "r"],
    ["x"],
    ["Z", "\0"],
    ["X"],
  ),
  program(
    ["\0O", "es", "GET", "/", "a"],
    ["O", "s", "CONNECT", "a:1", "a:1"],
    ["X"],
    ["i", "\0", "103", "link", "b", "content-length", "3"],
    ["r", "\0", "e", "204", "content-length", "3"],
    ["r", "\x01", "", "200", "content-length", "3"],
    ["d", "\x01", "", "hello"],
    ["x"],
  ),
  program(
    ["\0O", "e", "GET", "/", "a"],
    ["X"],
    ["u", "\0", "/p"],
    ["r", "\x01", "e", "200"],
    ["s", "\0"],
    ["S", "\x01"],
    ["x"],
    ["X"],
    ["r", "\0", "", "200"],
    ["d", "\0", "l", "12345678"],
    ["s", "\x02"],
    ["S", "\x02"],
    ["P", "\0", "\x03"],
    ["g"],
    ["a"],
    ["x"],
    ["X"],
    ["x"],
  ),
];
/** What was found once. */
const FOUND = [
  program(["\0O", "", "CONNECT", "a:,1", "a:1"], ["X"]),
  program(["\0O", "", "CONNECT", "a:1", "a:1"], ["X"], ["r", "\0", "", "200"], ["E", "\0", "t", "r"]),
  program(
    ["\x03O", "", "T", "/", "a"],
    ["D", "\0", "l", "f"],
    ["X"],
    ["D", "\0", "", "r"],
    ["s", "\x01"],
    ["l"],
    ["x"],
  ),
];
const PIECES = [
  ...SEEDS.flatMap((seed) => splitRecords(seed.slice(1))),
  "\x1fcookie\x1fa=b",
  "\x1fcontent-length\x1f3",
  "\x1fA B\x1fc",
  "\x1fte\x1ftrailers",
  "\x1f:path\x1f/",
];

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  "http2-send": {
    seeds: [...SEEDS, ...FOUND],
    pieces: PIECES,
    grammar: [endingIn("\x1e"), endingIn("\x1e"), endingIn("\x1f")],
    play,
    cuts: { "at odd places": odd },
  },
};
