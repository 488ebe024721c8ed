// @ts-check
// Runs servers in separate processes and loads them in turns with a program that counts requests per second.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { quantile } from "./measure.mjs";

/** @typedef {import("./report.mjs").Load} Load */

/** @typedef {{ server: string, port: number, pid: number, stop: () => Promise<void> }} Running */
/**
 * @typedef {object} Served
 * @property {string} server
 * @property {number[]} rates requests per second
 * @property {number} rate their median
 * @property {number | null} cpu microseconds of the server's processor time per request
 */

/** Starts a server and reads its port from the first line it prints. @returns {Promise<Running>} */
export function start(/** @type {string[]} */ [server, ...parameters]) {
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

/** Returns the processor time of a process in microseconds; null if there is no /proc. @param {number} pid */
function cpuTime(pid) {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return null;
  // After the name in parentheses. utime and stime are the 14th and 15th of all fields, in hundredths of a second.
  const parts = readFileSync(path, "latin1").split(") ").pop()?.split(" ") ?? [];
  return (Number(parts[11]) + Number(parts[12])) * 10_000;
}

/**
 * Runs a load program against a server. `reads` finds the rate and the number of requests in its output, or returns
 * null for a failure.
 *
 * @param {Running} running
 * @param {string} program
 * @param {string[]} parameters
 * @param {(output: string) => { rate: number, requests: number } | null} reads
 */
export async function load({ server, pid }, program, parameters, reads) {
  const before = cpuTime(pid);
  const { code, output } = await /** @type {Promise<{ code: number | null, output: string }>} */ (
    new Promise((done, fail) => {
      const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      child.once("error", fail);
      child.stdout.on("data", (piece) => {
        text += piece;
      });
      child.once("close", (status) => done({ code: status, output: text }));
    })
  );
  const after = cpuTime(pid);
  const read = reads(output);
  if (code !== 0 || read === null || !(read.rate > 0)) throw new Error(`${program} on ${server}:\n${output}`);
  return { rate: read.rate, cpu: before === null || after === null ? null : (after - before) / read.requests };
}

/**
 * Measures each server once per round, starting with a different one each time.
 *
 * @param {readonly Running[]} running
 * @param {number} rounds
 * @param {(running: Running) => Promise<{ rate: number, cpu: number | null }>} measure
 * @returns {Promise<Served[]>}
 */
export async function inTurns(running, rounds, measure) {
  const times = running.map(({ server }) => ({
    server,
    rates: /** @type {number[]} */ ([]),
    cpus: /** @type {(number | null)[]} */ ([]),
  }));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < running.length; turn++) {
      const index = (round + turn) % running.length;
      const { rate, cpu } = await measure(running[index]);
      times[index].rates.push(Math.round(rate));
      times[index].cpus.push(cpu);
    }
  }
  return times.map(({ server, rates, cpus }) => ({
    server,
    rates,
    rate: quantile(rates, 0.5),
    cpu: cpus.some((cpu) => cpu === null) ? null : quantile(/** @type {number[]} */ (cpus), 0.5),
  }));
}

/**
 * Compares ours, the first, with each of the others.
 *
 * @param {string} what
 * @param {readonly Served[]} servers
 * @param {Record<string, number>} floors
 * @returns {Load[]}
 */
export function compared(what, [ours, ...peers], floors) {
  console.log(what);
  for (const { server, rates, rate, cpu } of [ours, ...peers]) {
    const processor = cpu === null ? "" : `${cpu.toFixed(1)} µs of processor time per request`;
    console.log(`  ${server.padEnd(28)} ${String(rate).padStart(8)} requests/s   ${rates.join(" ")}   ${processor}`);
  }
  const loads = peers.map((peer) => {
    const one = { what, peer: peer.server, least: floors[peer.server], ratio: ours.rate / peer.rate };
    const cpus =
      ours.cpu === null || peer.cpu === null ? "" : `, ${(peer.cpu / ours.cpu).toFixed(2)} by processor time`;
    console.log(`  ${one.ratio.toFixed(2)} times ${one.peer} (floor ${one.least})${cpus}`);
    return { ...one, servers: [ours, peer] };
  });
  console.log("");
  return loads;
}

/** The server whose handler uses Fetch types: measured along with the others, with no floor. */
export const FETCH = ["sansio, Fetch handler", new URL("fetch-server.mjs", import.meta.url).pathname];

/** @param {Served} fetched @param {readonly Served[]} servers ours, then the others */
export function tellBeside(fetched, [, ...peers]) {
  const ratios = peers.map((peer) => `${(fetched.rate / peer.rate).toFixed(2)} times ${peer.server}`);
  console.log(`  ${fetched.server.padEnd(28)} ${String(fetched.rate).padStart(8)} requests/s: ${ratios.join(", ")}\n`);
}
