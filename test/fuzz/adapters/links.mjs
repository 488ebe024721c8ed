// @ts-check
// Byte streams between two ends, which carry what is written only when they are told to: in pieces, with back pressure,
// half-closed, aborted, broken.
import { Duplex } from "node:stream";

/** What a stream fails with. */
export class Broken extends Error {}

/** One direction. */
export class Link {
  /** Written, and on its way. @type {Uint8Array[]} */
  waiting = [];
  /** At its end, and not yet read. @type {Uint8Array[]} */
  arrived = [];
  /** All that was written, where it is kept. @type {Uint8Array[]} */
  log = [];
  /** Octets handed to the stream; carried by it; taken by its reader. */
  given = 0;
  carried = 0;
  taken = 0;
  octets = 0;
  /** The writer has ended, or given up; the reader has cancelled. */
  isEnded = false;
  isAborted = false;
  isRefused = false;
  hasArrivedEnd = false;
  /** @type {Error | undefined} */
  failure;
  /** Whoever waits for room, and for something to read. @type {((error?: Error) => void)[]} */
  writers = [];
  wake = () => {};
  /** @type {(error: Error) => void} */
  failWriter = () => {};

  /** @param {number} room octets on their way above which a writer waits */
  constructor(room) {
    this.room = room;
  }

  /** @param {Uint8Array} octets @param {(error?: Error) => void} done */
  write(octets, done) {
    if (this.failure !== undefined) return done(this.failure);
    this.log.push(octets);
    this.waiting.push(octets);
    this.octets += octets.length;
    if (this.octets <= this.room) done();
    else this.writers.push(done);
  }

  end() {
    this.isEnded = true;
  }

  abort() {
    if (this.isEnded && this.octets === 0) return;
    this.isAborted = true;
  }

  /** The reader wants no more: what comes is lost, as after a RST. */
  refuse() {
    this.isRefused = true;
    this.arrived = [];
    this.wake = () => {};
  }

  /** Carries so many octets, and the end behind the last. @param {number} most @param {number} size of the pieces */
  carry(most, size) {
    if (this.isAborted) return this.break(new Broken("reset by the peer"), false);
    for (let left = most; left > 0 && this.waiting.length > 0; ) {
      const [first] = /** @type {[Uint8Array]} */ (this.waiting);
      const length = Math.min(first.length, left, size);
      if (length === first.length) this.waiting.shift();
      else this.waiting[0] = first.subarray(length);
      this.octets -= length;
      this.carried += length;
      left -= Math.max(1, length);
      // A reader may keep what it is given, and sees no more of what was written than that.
      if (!this.isRefused && length > 0) this.arrived.push(new Uint8Array(first.subarray(0, length)));
    }
    if (this.isEnded && this.waiting.length === 0) this.hasArrivedEnd = true;
    if (this.octets <= this.room) for (const done of this.writers.splice(0)) done();
    this.wake();
  }

  /** @param {Error} error @param {boolean} atWriter whether the writer sees it, too */
  break(error, atWriter = true) {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.arrived = [];
    this.waiting = [];
    this.octets = 0;
    if (atWriter) this.failWriter(error);
    for (const done of this.writers.splice(0)) done(error);
    this.wake();
  }

  /** @returns {Uint8Array | "end" | Error | undefined} */
  take() {
    if (this.failure !== undefined) return this.failure;
    const piece = this.arrived.shift();
    if (piece !== undefined) this.taken += piece.length;
    return piece ?? (this.hasArrivedEnd ? "end" : undefined);
  }

  get isIdle() {
    if (this.failure !== undefined) return true;
    const isRead = this.isRefused || this.arrived.length === 0;
    return this.waiting.length === 0 && isRead && this.isEnded === this.hasArrivedEnd && !this.isAborted;
  }
}

/** A pair of WHATWG streams. @param {Link} incoming @param {Link} outgoing @param {boolean} isByob */
export function webStream(incoming, outgoing, isByob) {
  const source = {
    ...(isByob && { type: "bytes" }),
    pull: (/** @type {any} */ controller) =>
      new Promise((resolve, reject) => {
        const next = () => {
          const taken = incoming.take();
          if (taken === undefined) return;
          incoming.wake = () => {};
          if (taken instanceof Error) return reject(taken);
          if (taken === "end") controller.close();
          else controller.enqueue(taken);
          resolve(undefined);
        };
        incoming.wake = next;
        next();
      }),
    cancel: () => incoming.refuse(),
  };
  const readable = new ReadableStream(/** @type {any} */ (source), { highWaterMark: 0 });
  const writable = new WritableStream({
    start: (controller) => {
      outgoing.failWriter = (error) => controller.error(error);
    },
    write: (octets) =>
      new Promise((resolve, reject) => {
        outgoing.write(octets, (error) => (error === undefined ? resolve(undefined) : reject(error)));
      }),
    close: () => outgoing.end(),
    abort: () => outgoing.abort(),
  });
  const writer = writable.getWriter();
  const write = writer.write.bind(writer);
  writer.write = (octets) => {
    outgoing.given += octets.length;
    return write(octets);
  };
  return { readable, writable: { getWriter: () => writer } };
}

/** A Duplex, half-open as a socket of a server. @param {Link} incoming @param {Link} outgoing */
export function nodeStream(incoming, outgoing) {
  const stream = new Duplex({
    allowHalfOpen: true,
    read() {
      const next = () => {
        const taken = incoming.take();
        if (taken === undefined) return;
        incoming.wake = () => {};
        if (taken instanceof Error) this.destroy(taken);
        else this.push(taken === "end" ? null : taken);
      };
      incoming.wake = next;
      next();
    },
    write(octets, _encoding, done) {
      outgoing.write(octets, (error) => done(error ?? null));
    },
    final(done) {
      outgoing.end();
      done();
    },
    destroy(error, done) {
      incoming.refuse();
      outgoing.abort();
      done(error);
    },
  });
  const write = stream.write.bind(stream);
  stream.write = (/** @type {any} */ octets, /** @type {any[]} */ ...rest) => {
    outgoing.given += octets.length;
    return write(octets, ...rest);
  };
  outgoing.failWriter = (error) => stream.destroy(error);
  return stream;
}
