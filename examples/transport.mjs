// @ts-check
// The socket under a connection: one write for all that is queued, backpressure both ways, and a close that lets the
// peer read the last answer. Knows no HTTP.

/**
 * @typedef {object} Owner
 * @property {(octets: Buffer) => void} received
 * @property {() => void} receivedEnd the peer sends no more
 * @property {() => void} drained after `blocked`: the peer has caught up
 * @property {() => void} gone
 */

export class Transport {
  /** More is written than the peer takes: add nothing before `drained`. */
  blocked = false;
  /** Closed for writing; what still comes is read and thrown away. */
  lingering = false;

  #socket;
  #options;
  #owner;
  #discarded = 0;
  #lingersSince = Number.POSITIVE_INFINITY;

  /**
   * @param {import("node:net").Socket} socket
   * @param {import("./serve.mjs").Options} options
   * @param {Owner} owner
   */
  constructor(socket, options, owner) {
    this.#socket = socket;
    this.#options = options;
    this.#owner = owner;
    socket.on("data", (octets) => (this.lingering ? this.#discard(octets.length) : owner.received(octets)));
    socket.on("end", () => this.lingering || owner.receivedEnd());
    // Not at once: a peer that reads as fast as we write would keep every other connection waiting.
    socket.on("drain", () => setImmediate(drained, this));
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => owner.gone());
  }

  get octetsRead() {
    return this.#socket.bytesRead;
  }

  /**
   * Writes what the connection has queued.
   * @param {import("sansio").Http1Connection} http
   */
  flush(http) {
    const queued = http.queuedBytes;
    if (queued === 0) return;
    const socket = this.#socket;
    let hasRoom = true;
    if (queued < COPY_BELOW) {
      hasRoom = socket.write(http.bytesToSend());
    } else {
      socket.cork();
      for (const chunk of http.chunksToSend()) hasRoom = socket.write(chunk);
      socket.uncork();
    }
    if (hasRoom || this.blocked) return;
    this.blocked = true;
    // The socket's own timer sees a slow peer take octets long before "drain" does.
    socket.setTimeout(this.#options.writeTimeout);
  }

  /**
   * Stops reading, or goes on.
   * @param {boolean} held
   */
  hold(held) {
    if (this.lingering || held === this.#socket.isPaused()) return;
    if (held) this.#socket.pause();
    else this.#socket.resume();
  }

  drained() {
    if (this.#socket.destroyed || this.lingering) return;
    this.blocked = false;
    this.#socket.setTimeout(0);
    this.#owner.drained();
  }

  /**
   * Sends the FIN and goes on reading for a while (RFC 9112 9.6): octets that come to a closed socket are answered
   * with a RST, which takes away the answer the peer has not read yet.
   */
  close() {
    if (this.lingering) return;
    this.lingering = true;
    this.#socket.setTimeout(this.#options.writeTimeout);
    this.#socket.end(() => {
      this.#socket.setTimeout(0);
      this.#lingersSince = performance.now();
    });
    this.#socket.resume();
  }

  /** Ends the connection such that the peer cannot take it for an orderly end. */
  reset() {
    this.lingering = true;
    this.#socket.resetAndDestroy();
  }

  destroy() {
    this.#socket.destroy();
  }

  /** @param {number} now */
  tick(now) {
    if (now - this.#lingersSince >= this.#options.lingerTime) this.#socket.destroy();
  }

  /** @param {number} count */
  #discard(count) {
    this.#discarded += count;
    if (this.#discarded > this.#options.lingerOctets) this.#socket.destroy();
  }
}

/** @param {Transport} transport */
function drained(transport) {
  transport.drained();
}

/** Below this one copied array beats a vector of small ones. */
const COPY_BELOW = 16 * 1024;
