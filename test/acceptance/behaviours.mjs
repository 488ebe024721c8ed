// @ts-check
// What takes more than one write: slow clients, many requests at once, clients that leave.
import { readFileSync } from "node:fs";
import { readAnswers, Wire } from "./wire.mjs";

const REQUEST = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const pause = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** @type {{ name: string, run(port: number, server: { child: { pid?: number } }): Promise<string | void> }[]} */
export const behaviours = [
  {
    name: "a request octet by octet",
    async run(port) {
      const request =
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: 1\r\n\r\n";
      const wire = new Wire(port);
      for (const octet of request) {
        wire.send(octet);
        await pause(2);
      }
      await wire.until(() => wire.answered() >= 1);
      const [answer] = readAnswers(wire.received);
      wire.close();
      if (answer?.status !== 200 || answer.body !== "hello" || answer.trailers !== "X: 1\r\n")
        throw new Error(wire.received);
    },
  },
  {
    name: "50 pipelined requests in one write",
    async run(port) {
      const wire = new Wire(port);
      wire.send(REQUEST.repeat(50));
      await wire.until(() => wire.answered() >= 50);
      const answers = readAnswers(wire.received);
      wire.close();
      const good = answers.filter((answer) => answer.status === 200 && answer.body === "Hello, world!\n");
      if (answers.length !== 50 || good.length !== 50) throw new Error(`${good.length} of ${answers.length} answers`);
    },
  },
  {
    name: "20,000 pipelined requests to a client that reads nothing for a while",
    async run(port) {
      const wire = new Wire(port);
      wire.socket.pause();
      wire.send(REQUEST.repeat(20_000));
      await pause(300);
      wire.socket.resume();
      const length = await answerLength(port);
      const all = await wire.until(() => wire.received.length >= 20_000 * length, 8_000);
      wire.close();
      if (!all) throw new Error(`${wire.received.length / length} answers`);
    },
  },
  {
    name: "the echo of a piece comes before the next piece is sent",
    async run(port) {
      const wire = new Wire(port);
      wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (const piece of ["one", "two", "three"]) {
        wire.send(`${piece.length}\r\n${piece}\r\n`);
        if (!(await wire.until(() => wire.received.includes(piece)))) throw new Error(`no ${piece}`);
      }
      wire.close();
    },
  },
  {
    name: "a slow reader of a long stream costs no memory",
    async run(port, { child }) {
      const before = residentOctets(child.pid);
      const wires = Array.from({ length: 8 }, () => new Wire(port));
      for (const wire of wires) {
        wire.socket.pause();
        wire.send("GET /bytes/9007199254740991 HTTP/1.1\r\nHost: a\r\n\r\n");
      }
      await pause(1_500);
      const grown = residentOctets(child.pid) - before;
      for (const wire of wires) wire.close();
      if (grown > 32 * 1024 * 1024) throw new Error(`${Math.round(grown / 1024 / 1024)} MiB more`);
      return Number.isNaN(grown) ? "memory not readable here" : undefined;
    },
  },
  {
    name: "an upload that is not read back stops, and costs no memory",
    async run(port, { child }) {
      const before = residentOctets(child.pid);
      const wire = new Wire(port);
      wire.socket.pause();
      wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
      const block = Buffer.alloc(1024 * 1024, "x");
      let taken = 0;
      const push = (/** @type {Error | null | undefined} */ error) => {
        while (!error && taken < 200 && wire.socket.write(block, push)) taken += 1;
      };
      push(null);
      await pause(1_000);
      const grown = residentOctets(child.pid) - before;
      const waiting = wire.socket.writableLength;
      wire.close();
      if (waiting === 0) throw new Error("the server went on reading");
      if (grown > 32 * 1024 * 1024) throw new Error(`${Math.round(grown / 1024 / 1024)} MiB more`);
    },
  },
  {
    name: "clients that vanish in the middle",
    async run(port) {
      const starts = [
        "GET /hel",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello",
        "GET /bytes/100000000 HTTP/1.1\r\nHost: a\r\n\r\n",
        REQUEST.repeat(1_000),
      ];
      for (let round = 0; round < 10; round += 1) {
        for (const start of starts) {
          const wire = new Wire(port);
          wire.send(start);
          await pause(5);
          if (round % 2 === 0) wire.socket.resetAndDestroy();
          else wire.close();
        }
      }
      const wire = new Wire(port);
      wire.send(REQUEST);
      const answered = await wire.until(() => wire.answered() >= 1);
      wire.close();
      if (!answered) throw new Error("the server answers no more");
    },
  },
  {
    name: "a fault after the echo has begun cuts the answer short",
    async run(port) {
      const wire = new Wire(port);
      wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      await wire.until(() => wire.received.includes("hello"));
      wire.send("xyz\r\n");
      const ended = await wire.until(() => wire.ended);
      wire.close();
      const [answer, ...others] = readAnswers(wire.received, [], true);
      if (!ended || answer?.complete !== false || others.length > 0) throw new Error(wire.received);
    },
  },
  {
    name: "an answer to HTTP/1.0 that is cut short ends in a reset",
    async run(port) {
      const wire = new Wire(port);
      wire.send("POST /echo HTTP/1.0\r\nContent-Length: 10\r\n\r\nhello");
      await wire.until(() => wire.received.endsWith("hello"));
      wire.socket.end();
      await wire.until(() => wire.ended);
      wire.close();
      if (wire.error?.code !== "ECONNRESET") throw new Error(`${wire.error?.code}: ${wire.received}`);
    },
  },
  {
    name: "an idle connection is closed after 5 s",
    async run(port) {
      const wire = new Wire(port);
      wire.send(REQUEST);
      await wire.until(() => wire.answered() >= 1);
      const begun = performance.now();
      const ended = await wire.until(() => wire.ended, 8_000);
      const waited = performance.now() - begun;
      wire.close();
      if (!ended || waited < 4_500) throw new Error(`${ended ? "closed" : "open"} after ${Math.round(waited)} ms`);
    },
  },
];

/** @param {number} port */
async function answerLength(port) {
  const wire = new Wire(port);
  wire.send(REQUEST);
  await wire.until(() => wire.answered() >= 1);
  wire.close();
  return wire.received.length;
}

/** NaN where there is no /proc. @param {number | undefined} pid */
function residentOctets(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}
