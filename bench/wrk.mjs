// @ts-check
// npm run bench:wrk: `npm start`'s server and a bare node:http server under wrk, in turns, one process each, with one request
// at a time and with 16 pipelined. What wrk gives varies with the machine: the ratio of medians counts.

import { deepStrictEqual } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { quantile } from "./measure.mjs";
import { writeReadme } from "./readme.mjs";
import { environment } from "./report.mjs";

const ROUNDS = 3;
const SECONDS = 5;
const CONNECTIONS = 64;

/** Floors of the ratio of requests per second. */
const LOADS = [
  { name: "one request at a time", script: [], least: 1.1 },
  { name: "16 pipelined requests", script: ["-s", new URL("pipeline.lua", import.meta.url).pathname], least: 3 },
];

/**
 * @typedef {object} Load
 * @property {string} name
 * @property {number} least the ratio that is the floor
 * @property {number} ratio
 * @property {{ server: string, rates: number[], rate: number, cpu: number | null }[]} servers requests per second; microseconds of the
 *   server's processor time per request
 */
/** @typedef {{ server: string, port: number, pid: number, stop: () => Promise<void> }} Running */

const SERVERS = [
  ["sansio", new URL("../examples/server.mjs", import.meta.url).pathname, "--port", "0"],
  ["node:http", new URL("wrk-node.mjs", import.meta.url).pathname],
];

/** Starts a server and reads its port from the first line it prints. @returns {Promise<Running>} */
function start(/** @type {string[]} */ [server, ...parameters]) {
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => child.once("exit", done));
  return new Promise((done, fail) => {
    child.once("exit", () => fail(new Error(`${server} ended before it listened`)));
    child.stdout.once("data", (line) => {
      const port = Number(/:(\d+)\s/.exec(String(line))?.[1]);
      done({
        server,
        port,
        pid: child.pid ?? 0,
        async stop() {
          child.kill();
          await ended;
        },
      });
    });
  });
}

/** The response to GET /hello: status line, fields in order of name, body. @param {number} port @returns {Promise<string[]>} */
function hello(port) {
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET /hello HTTP/1.1\r\nHost: bench\r\n\r\n"));
    socket.once("error", fail);
    socket.once("data", (octets) => {
      socket.destroy();
      const [head, body] = octets.toString("latin1").split("\r\n\r\n");
      const [first, ...lines] = head.split("\r\n");
      done([first, ...lines.map((line) => line.replace(/^Date: .*/, "Date: now")).sort(), body]);
    });
  });
}

/** Microseconds that the process has computed; null where there is no /proc. @param {number} pid */
function cpuTime(pid) {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return null;
  // Behind the name in parentheses: utime and stime are the 14th and 15th of all, in hundredths of a second.
  const parts = readFileSync(path, "latin1").split(") ").pop()?.split(" ") ?? [];
  return (Number(parts[11]) + Number(parts[12])) * 10_000;
}

/** @param {Running} running @param {string[]} script @param {number} seconds */
async function load({ server, port, pid }, script, seconds) {
  const parameters = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, ...script, `http://127.0.0.1:${port}/hello`];
  const before = cpuTime(pid);
  const { code, output } = await /** @type {Promise<{ code: number | null, output: string }>} */ (
    new Promise((done, fail) => {
      const child = spawn("wrk", parameters, { stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      child.once("error", fail);
      child.stdout.on("data", (piece) => {
        text += piece;
      });
      child.once("close", (status) => done({ code: status, output: text }));
    })
  );
  const after = cpuTime(pid);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  const requests = Number(/(\d+) requests in/.exec(output)?.[1]);
  if (code !== 0 || !(rate > 0) || /Socket errors|Non-2xx/.test(output))
    throw new Error(`wrk on ${server}:\n${output}`);
  return { rate, cpu: before === null || after === null ? null : (after - before) / requests };
}

/** @param {{ rounds: number, seconds: number }} options @returns {Promise<Load[]>} */
async function measureLoads({ rounds, seconds }) {
  const running = await Promise.all(SERVERS.map(start));
  try {
    const [ours, theirs] = await Promise.all(running.map(({ port }) => hello(port)));
    deepStrictEqual(ours, theirs, "the servers must send the same");
    console.log(`wrk -t1 -c${CONNECTIONS} -d${seconds}s, ${rounds} rounds in turns; both send:`);
    console.log(`  ${ours.map((line) => JSON.stringify(line)).join(" ")}\n`);
    const loads = [];
    for (const { name, script, least } of LOADS) {
      const times = running.map(({ server }) => ({
        server,
        rates: /** @type {number[]} */ ([]),
        cpus: /** @type {(number | null)[]} */ ([]),
      }));
      for (const one of running) await load(one, script, 1);
      for (let round = 0; round < rounds; round++) {
        for (let turn = 0; turn < running.length; turn++) {
          const index = (round + turn) % running.length;
          const { rate, cpu } = await load(running[index], script, seconds);
          times[index].rates.push(Math.round(rate));
          times[index].cpus.push(cpu);
        }
      }
      const servers = times.map(({ server, rates, cpus }) => ({
        server,
        rates,
        rate: quantile(rates, 0.5),
        cpu: cpus.some((cpu) => cpu === null) ? null : quantile(/** @type {number[]} */ (cpus), 0.5),
      }));
      const ratio = servers[0].rate / servers[1].rate;
      print({ name, least, ratio, servers });
      loads.push({ name, least, ratio, servers });
    }
    return loads;
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
  }
}

/** @param {Load} load */
function print({ name, least, ratio, servers }) {
  console.log(`${name}: ${ratio.toFixed(2)} times node:http (floor ${least})`);
  for (const { server, rates, rate, cpu } of servers) {
    const processor = cpu === null ? "" : `${cpu.toFixed(1)} µs of processor time per request`;
    console.log(`  ${server.padEnd(10)} ${String(rate).padStart(8)} requests/s   ${rates.join(" ")}   ${processor}`);
  }
  console.log("");
}

const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
if (spawnSync("wrk", ["-v"]).error !== undefined) {
  console.log("SKIPPED: wrk is not installed");
} else {
  const busy = loadavg()[0];
  if (busy > 0.5) console.log(`The machine is busy already (load ${busy.toFixed(1)}): take this for a look.\n`);
  const loads = await measureLoads(options.quick ? { rounds: 1, seconds: 1 } : { rounds: ROUNDS, seconds: SECONDS });
  if (!options.quick) {
    const [major] = process.versions.node.split(".");
    mkdirSync(new URL("results/", import.meta.url), { recursive: true });
    const json = JSON.stringify({ environment: environment(), load: busy, loads }, null, 2);
    writeFileSync(new URL(`results/wrk-${major}.json`, import.meta.url), `${json}\n`);
    writeReadme();
  }
}
