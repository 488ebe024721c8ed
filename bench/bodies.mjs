// @ts-check
// Shows that a body with Content-Length is not copied, and that its size does not raise its cost: measures the time per
// read of 64 KiB and checks whose memory the data is in.

import { Http1Connection } from "sansio";
import { quantile } from "./measure.mjs";

const READ = 65_536;
const MOST = 1000;
/** Up to this size a quick look makes all passes too: they take no time, and fewer would time uncompiled code. */
const SMALL = 2 ** 20;

/**
 * @typedef {object} Body
 * @property {number} octets of the body
 * @property {number} median nanoseconds per read
 * @property {boolean} holds true if nothing was copied and it was fast enough
 */

/** @param {{ quick?: boolean }} [options] @returns {Body[]} */
export function bodies({ quick = false } = {}) {
  console.log(`bodies: nanoseconds per read of 64 KiB, at most ${MOST}, every octet where it was fed\n`);
  const results = [SMALL, 2 ** 26].map((octets) => measureBody(octets, quick && octets > SMALL ? 20 : 400));
  for (const { octets, median, holds } of results) {
    console.log(
      `  ${String(octets / 2 ** 20).padStart(3)} MiB   ${median.toFixed(0).padStart(5)} ns   ${holds ? "" : "FAILS"}`,
    );
    if (!holds) process.exitCode = 1;
  }
  console.log("");
  return results;
}

/** @param {number} octets @param {number} passes @returns {Body} */
function measureBody(octets, passes) {
  const head = Buffer.from(`PUT / HTTP/1.1\r\nHost: bench\r\nContent-Length: ${octets}\r\n\r\n`);
  const reads = Array.from({ length: 16 }, () => new Uint8Array(READ));
  const count = octets / READ;
  const times = [];
  for (let pass = 0; pass < passes; pass++) {
    const server = new Http1Connection("server");
    server.feed(head);
    server.nextEvent();
    let seen = 0;
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      const read = reads[index % reads.length];
      server.feed(read);
      const event = server.nextEvent();
      if (event.type !== "data" || event.data.buffer !== read.buffer) return { octets, median: 0, holds: false };
      seen += event.data.length;
      if (index < count - 1 && server.nextEvent().type !== "need-data") throw new Error("there is more than was fed");
    }
    times.push(((performance.now() - start) * 1e6) / count);
    if (seen !== octets || server.nextEvent().type !== "end-of-message") throw new Error("the body was not read");
  }
  // The first half warms up.
  const median = quantile(times.slice(times.length >> 1), 0.5);
  return { octets, median, holds: median <= MOST };
}
