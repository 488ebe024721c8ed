// @ts-check
// Bodies of every kind, whose octets tell whose they are and where in it they stand; and readers of every temper.

/** What an application of ours fails with. */
export class Planted extends Error {}

/** The longest body. */
export const LONGEST = 1_500_000;
const STEP = 251;
const PATTERN = new Uint8Array(LONGEST + 256 * STEP);
for (let i = 0, state = 1; i < PATTERN.length; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  PATTERN[i] = state >>> 24;
}

/** The octets of the body with this key. @param {number} key @param {number} from @param {number} to */
const octetsOf = (key, from, to) => PATTERN.subarray(key * STEP + from, key * STEP + to);

/** Where a program waits until it is told to go on. */
export class Gates {
  /** @type {(() => void)[]} */
  waiting = [];
  isOpen = false;

  /** @returns {Promise<void> | undefined} */
  wait() {
    return this.isOpen ? undefined : new Promise((resolve) => this.waiting.push(resolve));
  }

  /** @param {number} which */
  go(which) {
    const [resolve] = this.waiting.splice(which % Math.max(1, this.waiting.length), 1);
    resolve?.();
  }

  open() {
    this.isOpen = true;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

// --- what is sent -----------------------------------------------------------------------------------------------------

/**
 * A body to send: kind, octets, octets a piece.
 * n none, o octets, s stream, i iterator, a asynchronous iterator; k waits before each piece; f a stream that fails at its
 * end, g an iterator that throws there, w a piece that is none.
 * @typedef {{ kind: string, length: number, piece: number }} Source
 */

/** @param {string} text such as "s3000/500" @returns {Source} */
export function sourceOf(text) {
  const [, kind = "n", length = "", piece = ""] = /^([nosiakfgw]?)(\d*)\/?(\d*)/.exec(text) ?? [];
  const size = Math.min(Number(length), LONGEST);
  const isBodiless = kind === "" || kind === "n";
  // At most 300 pieces: what more of them would show, fewer do.
  const least = Math.ceil(size / 300);
  return {
    kind: kind || "n",
    length: isBodiless ? 0 : size,
    piece: Math.min(70_000, Math.max(1, least, Number(piece))),
  };
}

/** @param {Source} source */
export const isFaulty = ({ kind }) => "fgw".includes(kind);

/** What became of the bodies that were handed over: each is read to its end, or cancelled. */
export class Sources {
  /** @type {Set<string>} */
  open = new Set();

  /** @param {Source} source @param {number} key @param {string} whose @param {Gates} gates */
  make({ kind, length, piece }, key, whose, gates) {
    if (kind === "n") return null;
    if (kind === "o") return octetsOf(key, 0, length);
    let at = 0;
    this.open.add(whose);
    const end = () => {
      this.open.delete(whose);
      return { value: undefined, done: true };
    };
    /** @returns {any} */
    const take = () => {
      if (at === length) return endOf(kind, end);
      const from = at;
      at = Math.min(length, at + piece);
      return { value: octetsOf(key, from, at), done: false };
    };
    const next = async () => {
      if (kind === "k") await gates.wait();
      return take();
    };
    if ("iw".includes(kind)) return { [Symbol.iterator]: () => ({ next: take, return: end }) };
    if ("ag".includes(kind)) return { [Symbol.asyncIterator]: () => ({ next, return: async () => end() }) };
    return streamOf(next, end);
  }
}

/** @param {string} kind @param {() => unknown} end */
function endOf(kind, end) {
  if (kind === "w") return { value: {}, done: false };
  const ended = end();
  if (kind === "f" || kind === "g") throw new Planted("a source fails");
  return ended;
}

/** @param {() => Promise<any>} next @param {() => unknown} end */
function streamOf(next, end) {
  const pull = async (/** @type {any} */ controller) => {
    const { value, done } = await next();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  return new ReadableStream(
    {
      pull,
      cancel: () => {
        end();
      },
    },
    { highWaterMark: 0 },
  );
}

// --- what is received -------------------------------------------------------------------------------------------------

/**
 * How a body is read: r all of it, p piece by piece when told to, c cancelled behind the first piece, n not at all until
 * told to, then cancelled.
 * @typedef {"r" | "p" | "c" | "n"} Manner
 */

/** @typedef {{ octets: number, ended: "whole" | "cancelled" | "failed", error?: unknown }} Had */

/** What a reader has had so far, held against what was sent. */
export class Received {
  octets = 0;

  /** @param {number} key @param {{ consumed: number, isTampered: boolean }} run */
  constructor(key, run) {
    this.key = key;
    this.run = run;
  }

  /** @param {Uint8Array} piece */
  had(piece) {
    const from = this.octets;
    this.octets += piece.length;
    this.run.consumed += piece.length;
    if (this.run.isTampered || Buffer.compare(piece, octetsOf(this.key, from, this.octets)) === 0) return;
    throw new Error(`LAW body ${this.key}: ${piece.length} octets at ${from} are not those that were sent`);
  }
}

/**
 * Reads a stream to an end, which it tells. Only a broken law rejects.
 * @param {ReadableStream<Uint8Array>} stream @param {Manner} manner @param {Received} received @param {Gates} gates
 * @returns {Promise<Had>}
 */
export async function readStream(stream, manner, received, gates) {
  const reader = stream.getReader();
  /** @param {() => Promise<any>} step */
  const tried = (step) => step().catch((error) => ({ error }));
  while (true) {
    if (manner === "n" || manner === "p") await gates.wait();
    if (manner === "n" || (manner === "c" && received.octets > 0)) {
      const { error } = (await tried(() => reader.cancel(new Planted("not wanted")))) ?? {};
      return { octets: received.octets, ended: error === undefined ? "cancelled" : "failed", error };
    }
    const { value, done, error } = await tried(() => reader.read());
    if (error !== undefined) return { octets: received.octets, ended: "failed", error };
    if (done) return { octets: received.octets, ended: "whole" };
    received.had(value);
  }
}

/**
 * The same of an IncomingBody: by its callbacks where all is wanted, else by iteration.
 * @param {any} body @param {Manner} manner @param {Received} received @param {Gates} gates @returns {Promise<Had>}
 */
export async function readIncoming(body, manner, received, gates) {
  if (manner === "r") return readByCallbacks(body, received);
  if (manner === "n") await gates.wait();
  try {
    if (manner === "n") body.discard();
    else
      for await (const piece of body) {
        received.had(piece);
        if (manner === "c") break;
        await gates.wait();
      }
    const isLeft = manner === "n" || manner === "c";
    return { octets: received.octets, ended: isLeft ? "cancelled" : "whole" };
  } catch (error) {
    if (/** @type {any} */ (error).message.startsWith("LAW")) throw error;
    return { octets: received.octets, ended: "failed", error };
  }
}

/** @param {any} body @param {Received} received @returns {Promise<Had>} */
function readByCallbacks(body, received) {
  return new Promise((resolve, reject) => {
    body.read({
      data: (/** @type {Uint8Array} */ octets) => {
        try {
          received.had(octets);
        } catch (error) {
          reject(error);
        }
        // A reader may pause within, and go on later.
        if (octets.length % 5 > 0) return;
        body.pause();
        queueMicrotask(() => body.resume());
      },
      end: () => resolve({ octets: received.octets, ended: "whole" }),
      error: (/** @type {unknown} */ error) => resolve({ octets: received.octets, ended: "failed", error }),
    });
  });
}
