// @ts-check
// One run of a program: two ends, the streams between them, time, and all that is still to come to an end.
import { Gates, Planted, Sources } from "./bodies.mjs";
import { Clock } from "./clock.mjs";
import { Broken, Link } from "./links.mjs";

const realImmediate = setImmediate;
/** Rounds of carrying in which everything that can go on must have. */
const ROUNDS = 2000;
const CODES = ["PROTOCOL", "DISCONNECTED", "CLOSING", "TIMEOUT", "RESET", "ABORTED"];
/** How a message ends that its sender gave up. */
const CUT = ["INCOMPLETE_BODY", "INCOMPLETE_HEAD", "RESPONSE_NOT_RECEIVED", "INCOMPLETE_FRAME"];

export class Run {
  clock = new Clock();
  gates = new Gates();
  sources = new Sources();
  /** What happened. @type {string[]} */
  lines = [];
  /** Laws that were broken. @type {unknown[]} */
  faults = [];
  /** What has not come to its end. @type {Map<string, number>} */
  pending = new Map();
  /** Listeners that signals have. */
  listeners = 0;
  /** Octets of bodies that readers have had. */
  consumed = 0;
  /** The streams failed, or the peer's octets were tampered with; time passed, or an end was closed. */
  isTampered = false;
  isCut = false;
  isHurried = false;
  /** Something is, or was, a tunnel. */
  hasTunnel = false;

  /** @param {any} world @param {{ kind: "web" | "node", room: number }} settings */
  constructor(world, { kind, room }) {
    this.world = world;
    this.kind = kind;
    this.up = new Link(room);
    this.down = new Link(room);
  }

  /** @param {string} what @param {Promise<unknown>} promise of which only a broken law may be the reason */
  track(what, promise) {
    this.pending.set(what, (this.pending.get(what) ?? 0) + 1);
    const done = () => {
      const left = (this.pending.get(what) ?? 1) - 1;
      if (left === 0) this.pending.delete(what);
      else this.pending.set(what, left);
    };
    promise.then(done, (error) => {
      done();
      this.faults.push(error);
    });
  }

  /** All that can go on without the other end. */
  async settle() {
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => realImmediate(resolve));
  }

  /** Carries everything, both ways, until nothing moves. */
  async flow() {
    await this.settle();
    for (let rounds = 0; !(this.up.isIdle && this.down.isIdle); rounds++) {
      // A window that somebody else has shut to a few octets takes its time.
      if (rounds === 200 && this.isTampered) return;
      if (rounds === ROUNDS) throw new Error("LAW the two ends never come to rest");
      this.up.carry(Number.POSITIVE_INFINITY, 65_536);
      this.down.carry(Number.POSITIVE_INFINITY, 65_536);
      await this.settle();
      // A reader that holds back leaves the rest where it is.
      if (rounds > 2 && this.isStuck()) return;
    }
  }

  before = "";
  isStuck() {
    const { up, down } = this;
    const now = [up, down]
      .map(({ given, carried, taken, hasArrivedEnd }) => [given, carried, taken, hasArrivedEnd])
      .join();
    const isSame = now === this.before;
    this.before = now;
    return isSame;
  }

  get isGoingOn() {
    return this.pending.size > 0 || this.clock.timers.size > 0;
  }

  /** @param {number} milliseconds @param {boolean} flows */
  async advance(milliseconds, flows) {
    for (let left = milliseconds; left > 0 && this.isGoingOn; left -= 250) {
      await this.clock.advance(Math.min(left, 250), () => this.settle());
      if (flows) await this.flow();
      else await this.settle();
    }
  }

  /** @param {string} [how] */
  cut(how = "both") {
    this.isCut = true;
    const error = new Broken("the stream broke");
    if (how !== "down") this.up.break(error);
    if (how !== "up") this.down.break(error);
  }

  /** A signal whose listeners are counted. */
  signal() {
    const controller = new AbortController();
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (/** @type {any[]} */ ...given) => {
      this.listeners++;
      return /** @type {any} */ (add)(...given);
    };
    signal.removeEventListener = (/** @type {any[]} */ ...given) => {
      this.listeners--;
      return /** @type {any} */ (remove)(...given);
    };
    return controller;
  }

  /** One of the errors that are documented, in a word. @param {any} error @param {boolean} isOnError */
  word(error, isOnError = false) {
    const { RemoteProtocolError, LocalProtocolError, web, node } = this.world;
    if (error instanceof Planted) return `planted: ${error.message}`;
    if (error instanceof web.NetworkError || error instanceof node.NetworkError) return this.networkWord(error);
    if (error instanceof LocalProtocolError) return `local ${error.code}`;
    if (error instanceof Broken) return "broken";
    if (error instanceof RemoteProtocolError && isOnError) return this.remoteWord(error);
    const message = String(error?.message);
    if (message.startsWith("LAW")) throw error;
    if (error instanceof TypeError && MESSAGES.includes(message)) return message;
    throw new Error(`LAW an error of no documented kind: ${error?.stack ?? error}`);
  }

  /** @param {any} error */
  networkWord({ code, cause, unprocessed }) {
    if (!CODES.includes(code)) throw new Error(`LAW a NetworkError with the code ${code}`);
    if (code !== "PROTOCOL") return `${code} ${unprocessed}`;
    if (cause instanceof this.world.RemoteProtocolError) return `PROTOCOL ${this.remoteWord(cause)}`;
    throw new Error(`LAW a PROTOCOL error whose cause is ${cause}`);
  }

  /** Of two ends of ours neither breaks the protocol. @param {any} error */
  remoteWord({ code, message }) {
    if (this.isTampered || this.isCut || CUT.includes(code)) return `remote ${code}`;
    throw new Error(`LAW our own end broke the protocol: ${code} ${message}`);
  }
}

const MESSAGES = [
  "a body carries Uint8Arrays",
  "the body was read or discarded already",
  "the handler returned no response",
];
