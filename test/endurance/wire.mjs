// @ts-check
// An attacker's end of a connection: writes what it is told, remembers how the other end ended.
import net from "node:net";

/** Octets kept of what came last: a GOAWAY is the last that a server says. */
const TAIL = 256;

export class Wire {
  received = 0;
  head = Buffer.alloc(0);
  tail = Buffer.alloc(0);
  isClosed = false;
  /** @param {number} port */
  constructor(port) {
    this.socket = net.connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on("close", () => {
        this.isClosed = true;
        resolve(undefined);
      });
    });
    this.socket.on("end", () => this.socket.end());
    this.socket.on("data", (octets) => {
      this.received += octets.length;
      if (this.head.length < 12) this.head = Buffer.concat([this.head, octets.subarray(0, 12)]);
      this.tail = Buffer.concat([this.tail, octets.subarray(-TAIL)]).subarray(-TAIL);
    });
  }

  /** Resolves when there is room for more, or none will ever be. @param {string | Buffer} octets */
  async write(octets) {
    if (this.isClosed || this.socket.writableEnded) return false;
    const hasRoom = typeof octets === "string" ? this.socket.write(octets, "latin1") : this.socket.write(octets);
    if (!hasRoom) await Promise.race([new Promise((resolve) => this.socket.once("drain", resolve)), this.closed]);
    return !this.isClosed;
  }

  /** Waits for the other end to close; gives up after a while. @param {number} milliseconds */
  async ends(milliseconds) {
    const gaveUp = await Promise.race([this.closed.then(() => false), pause(milliseconds).then(() => true)]);
    this.socket.destroy();
    return gaveUp ? "left open" : this.ending;
  }

  /** What the other end said in the end. */
  get ending() {
    const text = this.head.toString("latin1");
    if (text.startsWith("HTTP/1.")) return lastStatus(this.tail.toString("latin1")) ?? text.slice(9, 12);
    for (let at = this.tail.length - 17; at >= 0; at--)
      if (
        this.tail[at + 3] === 7 &&
        this.tail.readUInt32BE(at + 5) === 0 &&
        at + 9 + this.tail.readUIntBE(at, 3) === this.tail.length
      )
        return `GOAWAY ${this.tail.readUInt32BE(at + 13)}`;
    return "closed";
  }
}

/** @param {string} text */
const lastStatus = (text) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].at(-1)?.[1];

/** @param {number} milliseconds */
export const pause = (milliseconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
