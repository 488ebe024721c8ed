// @ts-check
// npm run bench:wrk: the `npm start` server and a bare node:http server under wrk, in turns, one process each, with one
// request at a time and with 16 pipelined. What wrk reports varies with the machine: the ratio of medians is what
// counts.

import { deepStrictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { writeReadme } from "./readme.mjs";
import { warnOfLoad, writeLoads } from "./report.mjs";
import { compared, FETCH, inTurns, load, start, tellBeside } from "./servers.mjs";

const ROUNDS = 3;
const SECONDS = 5;
const CONNECTIONS = 64;

/** The loads, with floors for the ratio of requests per second. */
const LOADS = [
  { name: "one request at a time", script: [], floors: { "node:http": 1.1 } },
  {
    name: "16 pipelined requests",
    script: ["-s", new URL("pipeline.lua", import.meta.url).pathname],
    floors: { "node:http": 3 },
  },
];

const SERVERS = [
  ["sansio", new URL("../examples/server.mjs", import.meta.url).pathname, "--port", "0"],
  ["node:http", new URL("wrk-node.mjs", import.meta.url).pathname],
  FETCH,
];

/**
 * Returns the response to GET /hello: status line, fields sorted by name, body.
 *
 * @param {number} port
 * @returns {Promise<string[]>}
 */
function hello(port) {
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET /hello HTTP/1.1\r\nHost: bench\r\n\r\n"));
    socket.once("error", fail);
    let text = "";
    socket.on("data", (octets) => {
      text += octets.toString("latin1");
      if (!text.endsWith("world!\n")) return;
      socket.destroy();
      const [head, body] = text.split("\r\n\r\n");
      const [first, ...lines] = head.split("\r\n");
      done([first, ...lines.map((line) => line.replace(/^(Date): .*/i, "$1: now")).sort(), body]);
    });
  });
}

/** @param {import("./servers.mjs").Running} running @param {string[]} script @param {number} seconds */
function wrk(running, script, seconds) {
  const url = `http://127.0.0.1:${running.port}/hello`;
  // The Fetch server, which has no floor, may be slow; for the others a response after two seconds is an error.
  const patience = running.server === FETCH[0] ? ["--timeout", "8s"] : [];
  return load(running, "wrk", ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, ...patience, ...script, url], (output) => {
    if (/Socket errors|Non-2xx/.test(output)) return null;
    const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
    return { rate, requests: Number(/(\d+) requests in/.exec(output)?.[1]) };
  });
}

/** @param {{ rounds: number, seconds: number }} options @returns {Promise<import("./report.mjs").Load[]>} */
async function measureLoads({ rounds, seconds }) {
  const running = await Promise.all(SERVERS.map(start));
  try {
    const [ours, theirs, fetched] = await Promise.all(running.map(({ port }) => hello(port)));
    deepStrictEqual(ours, theirs, "the servers must send the same");
    // Fetch's Headers have only lower-case names.
    deepStrictEqual(
      fetched,
      ours.map((line) => line.replace(/^[\w-]+:/, (name) => name.toLowerCase())),
    );
    console.log(`wrk -t1 -c${CONNECTIONS} -d${seconds}s, ${rounds} rounds in turns; both send:`);
    console.log(`  ${ours.map((line) => JSON.stringify(line)).join(" ")}\n`);
    const loads = [];
    for (const { name, script, floors } of LOADS) {
      // The warm-up is as long as a turn: with both processors busy, compiling the code behind a Request takes three
      // seconds.
      for (const one of running) await wrk(one, script, seconds);
      const [mine, node, fetcher] = await inTurns(running, rounds, (one) => wrk(one, script, seconds));
      loads.push(...compared(`\`npm start\` under wrk, ${name}`, [mine, node], floors));
      tellBeside(fetcher, [mine, node]);
    }
    return loads;
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
  }
}

const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
if (spawnSync("wrk", ["-v"]).error !== undefined) {
  console.log("SKIPPED: wrk is not installed");
} else {
  const busy = warnOfLoad();
  const loads = await measureLoads(options.quick ? { rounds: 1, seconds: 1 } : { rounds: ROUNDS, seconds: SECONDS });
  for (const { ratio, least } of loads) if (ratio < least) process.exitCode = 1;
  if (!options.quick) {
    writeLoads("wrk", busy, loads);
    writeReadme();
  }
}
