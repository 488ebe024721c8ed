// The examples as programs: started, asked over sockets, stopped.
import { spawn } from "node:child_process";
import { connect } from "node:net";

/**
 * Starts a program that prints its address first.
 * @param {string} command
 * @param {string[]} parameters
 */
export async function startProgram(command, parameters) {
  const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  const program = { port: 0, output: "", errors: "", stop };
  const ended = new Promise((done) => child.once("exit", done));
  child.stderr.on("data", (octets) => {
    program.errors += octets;
  });
  await new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", () => fail(new Error(`it has ended: ${program.errors}`)));
    child.stdout.on("data", (octets) => {
      program.output += octets;
      program.port = Number(/:(\d+)\//.exec(program.output)?.[1]);
      if (program.port > 0) done(undefined);
    });
  });
  return program;

  async function stop() {
    child.kill("SIGKILL");
    await ended;
  }
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} parameters
 * @param {string} [input]
 * @returns {Promise<{ code: number | null, output: string, errors: string }>}
 */
export function runProgram(command, parameters, input = "") {
  return new Promise((done, fail) => {
    const child = spawn(command, parameters, { stdio: ["pipe", "pipe", "pipe"], timeout: 30_000 });
    let [output, errors] = ["", ""];
    child.once("error", fail);
    child.stdout.on("data", (octets) => {
      output += octets.toString("latin1");
    });
    child.stderr.on("data", (octets) => {
      errors += octets;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input, "latin1");
    child.once("close", (code) => done({ code, output, errors }));
  });
}

/**
 * Says these pieces, one after the other, and gives what came until the other end closed.
 * @param {number} port
 * @param {readonly string[]} pieces
 * @returns {Promise<string>}
 */
export function converse(port, pieces) {
  return new Promise((done, fail) => {
    let received = "";
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("data", (octets) => {
      received += octets.toString("latin1");
    });
    // A server that refuses may close before it has read all: what it said counts.
    socket.on("error", (error) => (received === "" ? fail(error) : done(received)));
    socket.on("close", () => done(received));
    socket.on("connect", async () => {
      for (const piece of pieces) {
        if (!socket.writable) return;
        socket.write(piece, "latin1");
        await new Promise((next) => setTimeout(next, 30));
      }
    });
  });
}

const ASK = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
/** Two requests in three pieces, a third that waits for the word, a fourth that closes. */
export const CONVERSATION = [
  "POST / HTTP/1.1\r\nHo",
  "st: a\r\nContent-Length: 3\r\n\r\nyo",
  `u${ASK}Bob`,
  ASK.replace("Host", "Expect: 100-continue\r\nHost"),
  "Eve",
  "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
];

/** What the servers of the examples must say to it. */
export function greetings(closes = "Connection: close\r\n") {
  const head = (length, more = "") =>
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}\r\n${more}\r\n`;
  const again = head(12);
  return `${again}Hello, you!\n${again}Hello, Bob!\nHTTP/1.1 100 Continue\r\n\r\n${again}Hello, Eve!\n${head(14, closes)}Hello, world!\n`;
}
