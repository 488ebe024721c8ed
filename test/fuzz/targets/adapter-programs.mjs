// @ts-check
// The adapters as programs use them: what is asked, handled, answered and read, when the streams carry it and in which pieces,
// who gives up, what breaks, how time passes. Two ends of ours, or one of them and octets.
import { Planted } from "../adapters/bodies.mjs";
import { ask, startClient, startServer } from "../adapters/ends.mjs";
import { Plan } from "../adapters/plans.mjs";
import { Run } from "../adapters/run.mjs";
import { PIECES, SEEDS } from "../adapters/seeds.mjs";
import { latin1, octetsOf, recordsOf, splitRecords } from "../laws.mjs";
import { answersIn } from "./adapters.mjs";
import { PREFACE } from "./http2.mjs";

const MOST_ASKS = 24;
/** Octets that may wait in a transport: a full batch of the session, what its senders add, the control frames. */
const MOST_QUEUED = 512 * 1024;
/** Octets that may be received ahead of the readers: HTTP/1.1's reads, HTTP/2's window and what is under way. */
const MOST_AHEAD = { http1: 256 * 1024, http2: 1_500_000 };

/** @param {string | undefined} text @param {number} most @param {number} [otherwise] */
const number = (text, most, otherwise = 0) => Math.min(most, /^\d+$/.test(text ?? "") ? Number(text) : otherwise);

class Play {
  /** @type {any} */ client;
  /** @type {any} */ server;
  /** @type {Plan[]} */ plans = [];
  /** @type {(AbortController | undefined)[]} */ signals = [];
  /** What was put in on the way, at each end. */
  octets = { up: "", down: "" };
  isClosed = false;

  /** @param {any} world @param {"web" | "node"} kind @param {string[][]} records */
  constructor(world, kind, records) {
    const [, flags = "", room = "", pipelining = "", unread = ""] = records.find(([op]) => op === "setup") ?? [];
    this.flags = flags;
    this.isHttp2 = flags.includes("2");
    /** Whether the other end is octets. */
    this.isAlone = flags.includes("S") || flags.includes("C");
    this.run = new Run(world, { kind, room: number(room, 100_000, 16_384) });
    this.run.isTampered = this.isAlone;
    const settings = {
      isHttp2: this.isHttp2,
      isByob: flags.includes("b"),
      pipelining: Math.max(1, number(pipelining, 20, 1)),
      unread: number(unread, 1_000_000, 1_000_000),
      canSwitch: !flags.includes("S"),
    };
    this.plans = records
      .filter(([op]) => op === "ask")
      .slice(0, MOST_ASKS)
      .map(([, ...parts], key) => new Plan(key, parts));
    this.asked = 0;
    /** Octets of bodies that are handed over whole, by reference: they wait wherever they are. */
    this.inMemory = 0;
    for (const { source, answer } of this.plans)
      for (const body of [source, answer]) this.inMemory += body.kind === "o" ? body.length : 0;
    this.run.clock.install();
    if (!flags.includes("C")) this.server = startServer(this.run, this.plans, settings);
    if (!flags.includes("S")) this.client = startClient(this.run, settings);
  }

  /** @param {string[]} record */
  async step([op = "", ...parts]) {
    const { run } = this;
    const [first = "", second = ""] = parts;
    switch (op) {
      case "ask":
        return this.ask();
      case "up":
      case "down":
        return run[op].carry(number(first, 1_000_000, 1_000_000), Math.max(1, number(second, 100_000, 65_536)));
      case "flow":
        return run.flow();
      case "go":
        return run.gates.go(number(first, 1000));
      case "wait":
        return run.settle();
      case "tick":
        run.isHurried = true;
        return run.advance(number(first, 5000), second === "f");
      case "abort":
        return this.abort(number(first, MOST_ASKS));
      case "cut":
        return run.cut(first);
      case "close":
        return this.close(first);
      case "put":
        return this.put(first, parts.slice(1).join("\x1f"));
      case "flip":
        return this.flip(first === "down" ? run.down : run.up, number(second, 100_000));
    }
  }

  ask() {
    const plan = this.plans[this.asked++];
    if (plan !== undefined && this.client !== undefined) this.signals.push(ask(this.run, this.client, plan));
  }

  /** @param {number} key */
  abort(key) {
    const plan = this.plans[key];
    if (plan === undefined || this.signals[key] === undefined) return;
    plan.isGivenUp = true;
    this.signals[key]?.abort(new Planted("given up"));
  }

  /** @param {string} who */
  close(who) {
    this.isClosed = true;
    this.run.isHurried = true;
    if (who === "server") this.server?.close();
    else if (who === "cut") this.server?.abort();
    else if (who === "abort") this.client?.abort();
    else if (this.client !== undefined) this.run.track("close of the client", this.client.close());
  }

  /** Octets from nowhere. @param {string} where @param {string} text */
  put(where, text) {
    const link = where === "down" ? this.run.down : this.run.up;
    if (link.isEnded || text === "") return;
    this.run.isTampered = true;
    this.octets[where === "down" ? "down" : "up"] += text;
    link.waiting.push(octetsOf(text));
    link.octets += text.length;
  }

  /** @param {import("../adapters/links.mjs").Link} link @param {number} bit */
  flip(link, bit) {
    const piece = link.waiting[0];
    if (piece === undefined || piece.length === 0) return;
    this.run.isTampered = true;
    const changed = new Uint8Array(piece);
    const at = (bit >> 3) % piece.length;
    changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
    link.waiting[0] = changed;
  }

  // --- the end --------------------------------------------------------------------------------------------------------

  async end() {
    const { run, flags } = this;
    if (this.isAlone) await this.endOfOctets();
    else if (flags.includes("x")) await this.endByCut();
    else if (flags.includes("q")) await this.endInSilence();
    else await this.endInPeace();
    this.isClosed = true;
    run.gates.open();
    await run.flow();
    this.close("client");
    this.close("server");
    await run.advance(12_000, true);
    if (!run.hasTunnel) this.allEnded("when both ends are closed");
    run.cut();
    await run.settle();
    await run.advance(250, false);
    this.allEnded("when the streams are gone");
    this.leftovers();
  }

  /** The peer says no more, and reads on: what its end does not bring to an end, time does. */
  async endOfOctets() {
    const { run } = this;
    run.gates.open();
    if (this.client === undefined) run.up.end();
    else run.down.end();
    await run.flow();
    await run.advance(12_000, true);
    if (!run.hasTunnel) this.allEnded("when the peer has ended");
  }

  /** Whatever applications do: who waits for the other end hears of it. */
  async endByCut() {
    const { run } = this;
    run.cut();
    await run.settle();
    this.ended("when the streams are gone", (what) => /^(answer|the )/.test(what) && !this.waitsForApplication(what));
  }

  /** A reader that waits for its application does not read yet that its body failed. @param {string} what */
  waitsForApplication(what) {
    const plan = this.plans[Number(/^answer (\d+)/.exec(what)?.[1] ?? -1)];
    return plan !== undefined && "pn".includes(plan.manner);
  }

  /** Neither end hears the other: time ends it. */
  async endInSilence() {
    const { run } = this;
    run.isHurried = true;
    run.gates.open();
    await run.advance(12_000, false);
    if (!run.hasTunnel) this.ended("when nothing comes", (what) => what.startsWith("answer"));
  }

  /** Everybody does what there is to do: all is answered, without a look at the clock but for 100 Continue. */
  async endInPeace() {
    const { run } = this;
    run.gates.open();
    for (let i = 0; i < 4; i++) {
      await run.flow();
      await run.advance(110, true);
    }
    this.ended("when all is carried", (what) => !what.startsWith("the ") && !what.startsWith("close"), run.isTampered);
    if (!run.isTampered && !run.isCut && !run.isHurried) this.allSucceeded();
  }

  /** @param {string} when @param {(what: string) => boolean} which @param {boolean} [isExcused] */
  ended(when, which, isExcused = false) {
    const left = [...this.run.pending.keys()].filter(which);
    if (left.length > 0 && !isExcused) throw new Error(`LAW still pending ${when}: ${left.join(", ")}`);
  }

  /** @param {string} when */
  allEnded(when) {
    this.ended(when, () => true);
    const connections = this.server?.isGone?.();
    if (connections !== undefined) throw new Error(`LAW ${connections} connections open ${when}`);
  }

  leftovers() {
    const { run } = this;
    const { timers } = run.clock;
    if (timers.size > 0) throw new Error(`LAW ${timers.size} timers left: ${[...timers].map(({ every }) => every)}`);
    if (run.listeners !== 0) throw new Error(`LAW ${run.listeners} listeners of signals left`);
    const open = [...run.sources.open];
    if (open.length > 0) throw new Error(`LAW sources neither read to their end nor cancelled: ${open}`);
  }

  /** Nothing went wrong, so everything went right: in HTTP/2 for each that is honest, in HTTP/1.1 if all of them are. */
  allSucceeded() {
    const asked = this.plans.slice(0, this.asked);
    const isLost = (/** @type {Plan} */ { leavesOthers, isHonest }, /** @type {number} */ i) =>
      !(i === asked.length - 1 ? isHonest : leavesOthers);
    if (!this.isHttp2 && asked.some(isLost)) return;
    for (const plan of asked.filter(({ isHonest }) => isHonest)) {
      const [length] = plan.expected.answer;
      const lines = this.run.lines.filter((line) => line.startsWith(`answer ${plan.key}: `));
      const isBodiless = plan.method === "HEAD" || [204, 205, 304].includes(plan.status);
      const due = [`${plan.status}`, ...(isBodiless ? [] : [`${length} whole`])];
      if (lines.slice(0, due.length).join() !== due.map((text) => `answer ${plan.key}: ${text}`).join())
        throw new Error(`LAW honest request ${plan.key} was not answered: ${lines.join("; ") || "nothing"}`);
    }
  }

  // --- always ---------------------------------------------------------------------------------------------------------

  check() {
    const { run } = this;
    if (run.faults.length > 0) throw run.faults[0];
    for (const [name, { given, carried }] of [
      ["up", run.up],
      ["down", run.down],
    ])
      if (given - carried > MOST_QUEUED + this.inMemory && !run.isCut)
        throw new Error(`LAW ${given - carried} octets queued ${name}`);
    const ahead = run.up.taken + run.down.taken - run.consumed;
    const most = this.isHttp2 ? MOST_AHEAD.http2 : MOST_AHEAD.http1;
    const isCounted = !run.isTampered && this.plans.every(({ isHonest }) => isHonest) && !run.isHurried && !run.isCut;
    if (isCounted && ahead > 2 * most) throw new Error(`LAW ${ahead} octets received ahead of the readers`);
  }

  /** What our end wrote to octets that came from nowhere. */
  judgeWritten() {
    const { run } = this;
    if (!this.isAlone || this.octets.down.startsWith("\0") || this.isHttp2) return;
    if (this.octets.up.startsWith(PREFACE)) return framesIn(run.down.log);
    if (this.server !== undefined) {
      const text = run.down.log.map(latin1).join("");
      run.lines.push(`answers ${answersIn(run.world, text, octetsOf(this.octets.up))}`);
    }
  }
}

/** SETTINGS first, no frame longer than allowed. @param {Uint8Array[]} log */
function framesIn(log) {
  const all = Buffer.concat(log);
  if (all.length >= 4 && all[3] !== 4) throw new Error("LAW the first frame is none of SETTINGS");
  for (let at = 0; at + 9 <= all.length; at += 9 + all.readUIntBE(at, 3))
    if (all.readUIntBE(at, 3) > 16_777_215 || (all[at + 3] ?? 0) > 16) throw new Error(`LAW no frame at ${at}`);
}

/** @param {"web" | "node"} kind @returns {import("../laws.mjs").Play} */
const play = (kind) => async (world, input) => {
  const records = recordsOf(input);
  const made = new Play(world, kind, records);
  const { run } = made;
  try {
    for (const record of records) {
      await made.step(record);
      made.check();
    }
    await made.end();
    made.check();
    made.judgeWritten();
    return run.lines;
  } finally {
    run.clock.uninstall();
  }
};

// --- targets ---------------------------------------------------------------------------------------------------------

const target = (/** @type {"web" | "node"} */ kind) => ({
  seeds: SEEDS,
  pieces: PIECES,
  grammar: [
    (/** @type {Buffer} */ input) => splitRecords(latin1(input)).map((record) => Buffer.from(record, "latin1")),
  ],
  play: play(kind),
  cuts: {},
  patience: 5000,
});

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = { "web-program": target("web"), "node-program": target("node") };
