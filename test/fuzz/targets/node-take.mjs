// @ts-check
// takeSocket of sansio/node: whose socket it is, and which octets are whose. Programs of what comes, when it is carried, when the
// handler takes the socket, and what ends or breaks meanwhile.
import { deepStrictEqual } from "node:assert";
import { Planted } from "../adapters/bodies.mjs";
import { nodeStream } from "../adapters/links.mjs";
import { Run } from "../adapters/run.mjs";
import { halves, latin1, octetsOf, odd, program, recordsOf, splitRecords } from "../laws.mjs";
import { HTTP1_PIECES, REQUESTS } from "./http1.mjs";
import { FRAMES, PREFACE } from "./http2.mjs";

const TIMES = { idle: 300, head: 200, body: 200, write: 200, linger: 200 };
/** Longer than each of them. */
const LONG = 500;
const EVENTS = ["data", "end", "drain", "timeout", "error", "close", "readable", "finish"];
/** What the new owner writes. */
const TAKEN = "<taken>";
const LAST = "<last>";
/** Octets of an answer: enough of them fill what the transport takes. */
const SIZES = [2, 2, 2000, 70_000];

/** @param {string | undefined} text @param {number} most */
const number = (text, most) => Math.min(most, /^\d+$/.test(text ?? "") ? Number(text) : most);

class Play {
  /** @type {any} */ taken;
  /** All that came, and how many octets of it came to be read by the new owner. */
  came = "";
  read = "";
  hasEnded = false;
  /** Requests that were handled; of which the last may have taken the socket. */
  asked = 0;
  isClosed = false;
  /** @type {any} */ earlier;
  /** What a socket's own timer was set to last. @type {number | undefined} */
  watched;

  /** @param {any} world @param {string[][]} records */
  constructor(world, records) {
    const [, flags = "", room = ""] = records.find(([op]) => op === "setup") ?? [];
    this.world = world;
    this.flags = flags;
    this.run = new Run(world, { kind: "node", room: number(room, 16_384) });
    this.run.isTampered = true;
    this.run.clock.install();
    const handler = (/** @type {any} */ request, /** @type {any} */ reply) =>
      this.handle(request, reply).catch((error) => {
        if (error instanceof Planted) throw error;
        this.run.faults.push(error);
      });
    this.server = world.node.createServer(handler, {
      timeouts: TIMES,
      onError: (/** @type {any} */ error) => this.run.lines.push(`onError ${this.run.word(error, true)}`),
    });
    this.stream = nodeStream(this.run.up, this.run.down);
    if (flags.includes("s"))
      Object.assign(this.stream, {
        setTimeout: (/** @type {number} */ milliseconds) => {
          this.watched = milliseconds;
        },
      });
    this.before = this.listeners();
    this.server.serve(this.stream);
  }

  listeners() {
    return EVENTS.map((name) => `${name} ${this.stream.listenerCount(name)}`);
  }

  /** @param {any} request @param {any} reply */
  async handle(request, reply) {
    const { flags, run } = this;
    const { method, target, headers } = request;
    run.lines.push(`handler ${method} ${target}`);
    this.asked++;
    if (method !== "CONNECT" && !headers.has("upgrade")) {
      if (target.includes("l")) await run.gates.wait();
      const body = new Uint8Array(SIZES[target.length % SIZES.length] ?? 2).fill(111);
      if (!reply.isAborted) reply.complete(200, { "Content-Length": String(body.length) }, body);
      this.earlier = reply;
      return;
    }
    if (flags.includes("i")) reply.inform(103, [["Link", "a"]]);
    if (flags.includes("r")) request.read({ data() {}, end() {}, error() {} });
    if (flags.includes("g")) await run.gates.wait();
    if (flags.includes("t")) await null;
    this.take(flags.includes("o") && this.earlier !== undefined ? this.earlier : reply, reply);
    if (flags.includes("x") && this.taken !== undefined) throw new Planted("handler");
  }

  /** @param {any} from @param {any} reply */
  take(from, reply) {
    const { run, world } = this;
    const wasGone = this.stream.destroyed;
    try {
      this.taken = world.node.takeSocket(from);
    } catch (error) {
      const isDocumented =
        error instanceof world.LocalProtocolError ||
        error instanceof world.node.NetworkError ||
        (error instanceof TypeError && reply.request.httpVersion === "2");
      if (!isDocumented) throw new Error(`LAW an error of no documented kind: ${/** @type {any} */ (error).stack}`);
      run.lines.push(`not taken ${/** @type {any} */ (error).code ?? "over HTTP/2"}`);
      if (!reply.isAborted && !reply.hasBegun) reply.complete(400, { "Content-Length": "0" });
      return;
    }
    if (from !== reply) throw new Error("LAW the socket was taken for a request that was answered");
    if (wasGone) throw new Error("LAW a socket was taken that was gone");
    const { socket, head, request } = this.taken;
    if (socket !== this.stream || request.socket !== socket) throw new Error("LAW this is not the socket");
    deepStrictEqual(this.listeners(), this.before, "LAW listeners are left on a socket that was taken");
    if (this.watched) throw new Error("LAW the socket's own timer goes on");
    if (this.server.connections !== 0) throw new Error("LAW the server counts a socket that was taken");
    this.read = latin1(head);
    this.hasEnded = socket.readableEnded;
    socket.on("data", (/** @type {Uint8Array} */ octets) => {
      this.read += latin1(octets);
    });
    socket.on("end", () => {
      this.hasEnded = true;
    });
    socket.on("error", () => {});
    socket.write(octetsOf(TAKEN));
    this.refuses(reply);
  }

  /** Nothing more is written by way of the reply. @param {any} reply */
  refuses(reply) {
    for (const way of [
      () => reply.complete(200, []),
      () => reply.inform(103, []),
      () => reply.upgrade(),
      () => this.world.node.takeSocket(reply),
    ])
      try {
        way();
      } catch (error) {
        if (!(error instanceof this.world.LocalProtocolError || error instanceof this.world.node.NetworkError))
          throw error;
      }
    if (this.flags.includes("a")) reply.abort(new Error("given up"));
    reply.request.discard();
  }

  /** @param {string[]} record @param {import("../laws.mjs").Cut} cut */
  async step([op = "", ...parts], cut) {
    const { run } = this;
    const [first, second] = parts;
    switch (op) {
      case "put":
        return this.put(parts.join("\x1f"), cut);
      case "up":
      case "down":
        return run[op].carry(number(first, 1_000_000), Math.max(1, number(second, 65_536)));
      case "flow":
        return run.flow();
      case "go":
        return run.gates.go(0);
      case "wait":
        return run.settle();
      case "end":
        return run.up.end();
      case "tick":
        run.isHurried = true;
        return run.advance(number(first, LONG), second === "f");
      case "cut":
        return run.cut(first);
      case "close":
        return this.close();
    }
  }

  /** @param {string} text @param {import("../laws.mjs").Cut} cut */
  put(text, cut) {
    const { up } = this.run;
    if (up.isEnded || text === "" || up.failure !== undefined) return;
    this.came += text;
    for (const piece of cut(octetsOf(text))) up.waiting.push(piece);
    up.octets += text.length;
  }

  close() {
    this.run.isHurried = true;
    if (!this.isClosed) this.run.track("close of the server", this.server.close(Number.POSITIVE_INFINITY));
    this.isClosed = true;
  }

  async end() {
    const { run, stream } = this;
    run.gates.open();
    await run.flow();
    run.up.end();
    await run.flow();
    await run.flow();
    if (this.taken !== undefined && !run.isCut) await this.judgeTaken();
    const wasHurried = run.isHurried;
    this.close();
    run.isHurried = wasHurried;
    await run.advance(2 * LONG, true);
    if (this.server.connections > 0 && !this.came.startsWith(PREFACE)) throw new Error("LAW a connection is left open");
    const wasCut = run.isCut;
    if (!stream.destroyed) run.cut();
    run.isCut = wasCut;
    await run.settle();
    await run.advance(250, false);
    if (run.pending.size > 0) throw new Error(`LAW still pending: ${[...run.pending.keys()]}`);
    if (run.clock.timers.size > 0) throw new Error(`LAW ${run.clock.timers.size} timers left`);
    if (run.faults.length > 0) throw run.faults[0];
    const written = latin1(Buffer.concat(run.down.log));
    run.lines.push(
      `answers ${[...(written.split(TAKEN)[0]?.matchAll(/HTTP\/1\.1 (\d{3})/g) ?? [])].map(([, status]) => status)}`,
    );
  }

  /** The new owner has every octet behind the request, and the end; nobody else writes. */
  async judgeTaken() {
    const { run, taken } = this;
    if (!this.came.endsWith(this.read)) throw new Error("LAW octets behind the request are lost or changed");
    if (!this.hasEnded) throw new Error("LAW the end is lost");
    await run.advance(LONG, true);
    if (taken.socket.destroyed && !taken.socket.writableEnded)
      throw new Error("LAW a socket that was taken is destroyed");
    taken.socket.end(octetsOf(LAST));
    await run.flow();
    const written = latin1(Buffer.concat(run.down.log));
    if (!written.endsWith(TAKEN + LAST)) throw new Error("LAW somebody else writes to a socket that was taken");
    run.lines.push(`taken ${this.read}`);
    this.judgeBefore(written.slice(0, -(TAKEN + LAST).length));
  }

  /** By our connection: where the request ends, before which all was answered. @param {string} written */
  judgeBefore(written) {
    const { Http1Connection } = this.world;
    const server = new Http1Connection("server");
    server.feed(octetsOf(this.came));
    for (let left = this.asked; left > 0; ) {
      for (const event of server.events()) if (event.type === "request") left--;
      const { isConnect } = this;
      if (left === 0)
        server.send(isConnect ? { type: "response", status: 200 } : { type: "informational-response", status: 101 });
      else {
        server.send({ type: "response", status: 404, headers: [["Content-Length", "0"]] });
        server.send({ type: "end-of-message" });
        server.startNextCycle();
      }
    }
    const { data } = server.takeTrailingData();
    if (latin1(data) !== this.read) throw new Error("LAW the new owner has octets that are not its own, or too few");
    const answers = [...written.matchAll(/HTTP\/1\.1 [24]00 /g)].length;
    if (answers !== this.asked - 1) throw new Error(`LAW ${answers} answers to ${this.asked - 1} requests before it`);
  }

  get isConnect() {
    return this.taken.request.method === "CONNECT";
  }

  /** What is seen, where it does not depend on how far the octets had come when time, an end or a reader came. */
  get seen() {
    const { run, came } = this;
    const depends =
      run.isHurried || run.isCut || /content-length|transfer-encoding/i.test(came) || came.startsWith(PREFACE);
    return depends ? [] : run.lines;
  }
}

/** @type {import("../laws.mjs").Play} */
const play = async (world, input, cut) => {
  const records = recordsOf(input);
  const made = new Play(world, records);
  try {
    for (const record of records) {
      await made.step(record, cut);
      if (made.run.faults.length > 0) throw made.run.faults[0];
    }
    await made.end();
    return made.seen;
  } finally {
    made.run.clock.uninstall();
  }
};

const HEAD = "Host: a\r\nConnection: upgrade\r\nUpgrade: x\r\n";
const UP = `GET /up HTTP/1.1\r\n${HEAD}\r\n`;
const CONNECT = "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n";
const PLAIN = ["/ok", "/", "/long", "/big-one"].map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
const POST = `POST /up HTTP/1.1\r\n${HEAD}Content-Length: 5\r\n\r\nhello`;
const FLAGS = ["", "t", "g", "i", "r", "gx", "o", "ta", "s", "gs"];
/** @type {string[][]} */
const PUTS = [
  UP,
  CONNECT,
  `${UP}tail`,
  POST,
  "tail",
  PREFACE + FRAMES[0],
  `${UP.slice(0, 60)}`,
  UP.slice(60),
  ...PLAIN,
  ...REQUESTS,
  ...HTTP1_PIECES,
].map((text) => ["put", text]);
const DOINGS = [
  ["up"],
  ["up", "50", "7"],
  ["up", "1"],
  ["down"],
  ["down", "100", "9"],
  ["flow"],
  ["go"],
  ["wait"],
  ["end"],
  ["tick", "100"],
  ["tick", "250", "f"],
  ["cut"],
  ["cut", "down"],
  ["close"],
];
/** What broke a law once: a socket that was destroyed, and had not said so yet. */
const FOUND = program(["put", `GET /l HTTP/1.1\r\nHost: a\r\n\r\n${CONNECT}`], ["flow"], ["cut"]);
const SEEDS = FLAGS.flatMap((flags) => [
  program(["setup", flags, "16384"], ["put", `${UP}tail`], ["flow"], ["put", "more"], ["flow"]),
  program(
    ["setup", flags, "100"],
    ["put", PLAIN[0] ?? ""],
    ["put", PLAIN[3] ?? ""],
    ["put", POST],
    ["up"],
    ["put", "tail"],
    ["end"],
    ["flow"],
    ["go"],
    ["flow"],
  ),
  program(
    ["setup", flags],
    ["put", PLAIN.join("") + CONNECT],
    ["up", "70", "9"],
    ["flow"],
    ["go"],
    ["flow"],
    ["put", "tail"],
  ),
]);

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  "node-take": {
    seeds: [FOUND, ...SEEDS],
    pieces: [...PUTS, ...PUTS, ...DOINGS, ...DOINGS, ...FLAGS.map((flags) => ["setup", flags, "16384"])].map((record) =>
      program(record),
    ),
    grammar: [
      (/** @type {Buffer} */ input) => splitRecords(latin1(input)).map((record) => Buffer.from(record, "latin1")),
    ],
    play,
    cuts: { "two pieces": halves, "at odd places": odd },
    patience: 5000,
  },
};
