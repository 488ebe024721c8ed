// @ts-check
// Hostile HTTP/1.1, each attack a row: how many at a time, and one connection's worth of it. `count` is told of messages.
import { pause, Wire } from "./wire.mjs";

/** @typedef {(port: number, count: (messages: number, chunks?: number) => void) => Promise<string>} Attack */
/** @typedef {{ name: string, slots: number, isPaced: boolean, attack: Attack }} Row */

const GET = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = "POST /echo HTTP/1.1\r\nHost: a\r\n";

/** Each is to be refused. */
const MALFORMED = [
  `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${POST}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd`,
  `${POST}Content-Length: +4\r\n\r\nabcd`,
  `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding: chunked\r\n\r\n5;a="\nabcde\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\nabX\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`,
  "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
  "GET / HTTP/1.1\r\n\r\n",
  "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n",
  "GET / HTTP/1.1\nHost: a\n\n",
  "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];
let turn = 0;

/** @param {string} text @returns {Attack} */
function resetBehind(text) {
  return async (port, count) => {
    const wire = new Wire(port);
    await wire.write(text);
    count(1);
    await pause(20);
    wire.socket.resetAndDestroy();
    await wire.closed;
    return "reset";
  };
}

/** @param {string} text @param {number} messages @returns {Attack} */
function finBehind(text, messages) {
  return async (port, count) => {
    const wire = new Wire(port);
    wire.socket.end(text, "latin1");
    count(messages);
    return wire.ends(10_000);
  };
}

/** @type {Row[]} */
export const HTTP1_ATTACKS = [
  {
    name: "malformed, behind sound requests",
    slots: 4,
    isPaced: true,
    async attack(port, count) {
      const wire = new Wire(port);
      const sound = turn % 3 === 0 ? 0 : 40;
      await wire.write(GET.repeat(sound) + MALFORMED[turn++ % MALFORMED.length]);
      count(sound + 1);
      return wire.ends(10_000);
    },
  },
  {
    name: "header bomb: 100 KiB, or 9,000 fields",
    slots: 1,
    isPaced: true,
    async attack(port, count) {
      const wire = new Wire(port);
      const bomb = turn++ % 2 ? `A: ${"x".repeat(100_000)}\r\n` : "A: b\r\n".repeat(9000);
      await wire.write(`GET / HTTP/1.1\r\nHost: a\r\n${bomb}\r\n`);
      count(1);
      return wire.ends(10_000);
    },
  },
  {
    name: "slow head",
    slots: 40,
    isPaced: false,
    async attack(port, count) {
      const wire = new Wire(port);
      count(1);
      for (const octet of `GET /hello HTTP/1.1\r\nHost: a\r\nA: ${"x".repeat(60)}`) {
        if (!(await wire.write(octet))) break;
        await Promise.race([pause(400), wire.closed]);
      }
      return wire.ends(10_000);
    },
  },
  {
    name: "slow body",
    slots: 20,
    isPaced: false,
    async attack(port, count) {
      const wire = new Wire(port);
      count(1);
      await wire.write(`${POST}Content-Length: 100000\r\n\r\n`);
      for (let i = 0; i < 20 && (await wire.write("x")); i++) await Promise.race([pause(500), wire.closed]);
      return wire.ends(1);
    },
  },
  {
    name: "reset while it is answered",
    slots: 2,
    isPaced: true,
    attack: resetBehind("GET /bytes/3000000 HTTP/1.1\r\nHost: a\r\n\r\n"),
  },
  {
    name: "reset in a body",
    slots: 2,
    isPaced: true,
    attack: resetBehind(`${POST}Transfer-Encoding: chunked\r\n\r\n5\r\nabc`),
  },
  { name: "half-closed: FIN behind the last request", slots: 2, isPaced: true, attack: finBehind(GET.repeat(20), 20) },
  { name: "FIN in a body", slots: 1, isPaced: true, attack: finBehind(`${POST}Content-Length: 10\r\n\r\nabc`, 1) },
  {
    name: "flood of tiny chunks",
    slots: 1,
    isPaced: true,
    async attack(port, count) {
      const wire = new Wire(port);
      await wire.write(`${POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`);
      for (let i = 0; i < 4; i++) await wire.write("1\r\nx\r\n".repeat(1000));
      await wire.write("0\r\n\r\n");
      count(1, 4000);
      return wire.ends(10_000);
    },
  },
  {
    name: "asks for much and reads nothing",
    slots: 10,
    isPaced: false,
    async attack(port, count) {
      const wire = new Wire(port);
      wire.socket.pause();
      await wire.write("GET /bytes/100000000 HTTP/1.1\r\nHost: a\r\n\r\n");
      count(1);
      await Promise.race([pause(8000), wire.closed]);
      return wire.ends(1);
    },
  },
];
