// 1 GiB up and 1 GiB down over one connection of `Connection`, on Web Streams, for each protocol: neither end may hold more
// than the peer takes. The peak of the resident memory is the kernel's own count, of the whole life of each process.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { Connection, http1, http2 } from "sansio/web";
import { mebibytes, open, startServer } from "./process.mjs";

const GIB = 2 ** 30;
const MOST = 200 * 2 ** 20;
const PIECE = new Uint8Array(65536).fill(0x2e);
const PROTOCOLS = { "HTTP/1.1": http1, "HTTP/2": http2 };

/** One case for each protocol, each in processes of its own. */
export const gigabyteCases = Object.keys(PROTOCOLS).map((name) => ({
  name: `1 GiB up and down, ${name}`,
  async run() {
    const server = await startServer([]);
    const child = fork(fileURLToPath(import.meta.url), [name, String(server.port)]);
    const client = await new Promise((done, fail) => {
      child.once("message", done);
      child.once("exit", () => fail(new Error("the client's process has ended")));
    });
    const { peak, errors } = await server.memory();
    await server.close();
    assert.deepEqual(errors, []);
    const { up, down, seconds } = client;
    assert.deepEqual({ up, down }, { up: GIB, down: GIB });
    const told = `peak ${mebibytes(client.peak)} in the client, ${mebibytes(peak)} in the server; ${seconds.toFixed(1)} s`;
    assert(client.peak < MOST && peak < MOST, told);
    return told;
  },
}));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name, port] = process.argv;
  process.send?.(await transfer(PROTOCOLS[/** @type {"HTTP/2"} */ (name)], Number(port)));
  process.disconnect();
}

/** @param {import("sansio/web").Protocol} protocol @param {number} port */
async function transfer(protocol, port) {
  const begun = performance.now();
  const connection = new Connection(Duplex.toWeb(await open(port)), { protocol });
  const uploaded = await connection.fetch({ method: "PUT", target: "/sink", authority: "a", body: pieces() });
  const up = Number(await uploaded.response?.text());
  const { body } = await connection.fetch({ target: `/download/${GIB}`, authority: "a" });
  let down = 0;
  for await (const piece of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (body)))
    down += piece.length;
  await connection.close();
  const peak = process.resourceUsage().maxRSS * 1024;
  return { up, down, peak, seconds: (performance.now() - begun) / 1000 };
}

function* pieces() {
  for (let sent = 0; sent < GIB; sent += PIECE.length) yield PIECE;
}
