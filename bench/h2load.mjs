// @ts-check
// npm run bench:h2load: the `npm start` server and two bare node:http2 servers under h2load, in turns, one process
// each: 8 connections of 32 streams. What h2load reports varies with the machine: the ratio of medians is what counts.

import { deepStrictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { connect } from "node:http2";
import { parseArgs } from "node:util";
import { writeReadme } from "./readme.mjs";
import { warnOfLoad, writeLoads } from "./report.mjs";
import { compared, FETCH, inTurns, load, start, tellBeside } from "./servers.mjs";

const ROUNDS = 5;
const REQUESTS = 200_000;
const SHAPE = ["-t1", "-c8", "-m32"];

const COMPATIBILITY = "node:http2, request and response";
const STREAMS = "node:http2, streams";

/** Floors for the ratios of requests per second. */
const FLOORS = { [COMPATIBILITY]: 3, [STREAMS]: 2 };

const peers = new URL("h2load-node.mjs", import.meta.url).pathname;
const SERVERS = [
  ["sansio", new URL("../examples/server.mjs", import.meta.url).pathname, "--port", "0"],
  [COMPATIBILITY, peers, "compatibility"],
  [STREAMS, peers, "streams"],
  FETCH,
];

/**
 * Returns the response to GET /hello: fields sorted by name, then the body.
 *
 * @param {number} port
 * @returns {Promise<string[]>}
 */
function hello(port) {
  return new Promise((done, fail) => {
    const client = connect(`http://127.0.0.1:${port}`);
    client.once("error", fail);
    const stream = client.request({ ":path": "/hello" });
    let body = "";
    /** @type {string[]} */
    let fields = [];
    stream.setEncoding("latin1");
    stream.once("response", (headers) => {
      fields = Object.entries({ ...headers, date: "now" }).map(([name, value]) => `${name}: ${value}`);
    });
    stream.on("data", (piece) => {
      body += piece;
    });
    stream.once("end", () => {
      client.close();
      done([...fields.sort(), body]);
    });
  });
}

/** @param {import("./servers.mjs").Running} running @param {number} count */
function h2load(running, count) {
  const url = `http://127.0.0.1:${running.port}/hello`;
  return load(running, "h2load", [...SHAPE, `-n${count}`, url], (output) => {
    if (!output.includes(`${count} succeeded, 0 failed`)) return null;
    return { rate: Number(/, ([\d.]+) req\/s/.exec(output)?.[1]), requests: count };
  });
}

/** @param {{ rounds: number, requests: number }} options */
async function measureLoads({ rounds, requests }) {
  const running = await Promise.all(SERVERS.map(start));
  try {
    const [ours, ...theirs] = await Promise.all(running.map(({ port }) => hello(port)));
    for (const other of theirs) deepStrictEqual(ours, other, "the servers must send the same");
    console.log(`h2load ${SHAPE.join(" ")} -n${requests}, ${rounds} rounds in turns; all send:`);
    console.log(`  ${ours.map((line) => JSON.stringify(line)).join(" ")}\n`);
    for (const one of running) await h2load(one, requests / 4);
    const servers = await inTurns(running, rounds, (one) => h2load(one, requests));
    const others = servers.slice(0, -1);
    const loads = compared("`npm start` under h2load, 8 connections of 32 streams", others, FLOORS);
    tellBeside(/** @type {import("./servers.mjs").Served} */ (servers.at(-1)), others);
    return loads;
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
  }
}

const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
if (spawnSync("h2load", ["--version"]).error !== undefined) {
  console.log("SKIPPED: h2load is not installed");
} else {
  const busy = warnOfLoad();
  const loads = await measureLoads(
    options.quick ? { rounds: 2, requests: 20_000 } : { rounds: ROUNDS, requests: REQUESTS },
  );
  for (const { ratio, least } of loads) if (ratio < least) process.exitCode = 1;
  if (!options.quick) {
    writeLoads("h2load", busy, loads);
    writeReadme();
  }
}
