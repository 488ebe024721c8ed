// The server's process, as its clients see it.
import { fork } from "node:child_process";
import { connect } from "node:net";

/** @param {string[]} [flags] of Node */
export async function startServer(flags = ["--expose-gc"]) {
  const child = fork(new URL("server.mjs", import.meta.url), { execArgv: flags });
  child.setMaxListeners(0);
  const ask = (message) =>
    new Promise((done, fail) => {
      child.once("message", done);
      child.once("exit", () => fail(new Error("the server's process has ended")));
      child.send(message);
    });
  const { port } = await new Promise((done, fail) => {
    child.once("message", done);
    child.once("error", fail);
  });
  const ended = new Promise((done) => child.once("exit", done));
  return {
    port,
    memory: () => ask("memory"),
    async close() {
      const closed = await ask("close");
      await ended;
      return closed;
    },
  };
}

/** @param {number} port @returns {Promise<import("node:net").Socket>} */
export function open(port) {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => done(socket));
    socket.once("error", fail);
  });
}

/**
 * What this process holds when it has nothing to do: a collection frees the octets of buffers only a while later, in
 * threads of its own. (Read at once, the same server's RSS swung between 121 and 178 MiB.)
 */
export async function settledMemory() {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await new Promise((done) => setTimeout(done, 150));
  }
  return process.memoryUsage();
}

/** @param {number} octets */
export function mebibytes(octets) {
  return `${(octets / 2 ** 20).toFixed(0)} MiB`;
}
