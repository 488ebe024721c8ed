// @ts-check
// npm run bench:node-http: an Express hello-world under wrk, with Node's own parser and with sansio/node-http, in
// turns. Installs Express into a temporary directory.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { quantile } from "./measure.mjs";

const PAIRS = 5;
const SECONDS = 5;
const CONNECTIONS = 64;
/** The floor for the ratio of requests per second. Node's parser reads from the socket in C++; ours gets what Node read. */
const LEAST = 0.95;

const ENTRY = new URL("../dist/node-http.js", import.meta.url).href;
const SERVER = `
import express from "express";
if (process.argv[2] !== undefined) await import(process.argv[2]);
const app = express();
app.get("/", (_request, response) => response.send("Hello World!"));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, node: { type: "string", default: process.execPath } },
});

/** @param {string} folder @param {string[]} parameters @returns {Promise<{ port: number, stop: () => void }>} */
function start(folder, parameters) {
  const child = spawn(options.node, [join(folder, "server.mjs"), ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((done, fail) => {
    child.once("exit", () => fail(new Error("the server ended")));
    child.stdout.once("data", (line) => done({ port: Number(line), stop: () => child.kill() }));
  });
}

/** Returns the requests per second. @param {number} port @param {number} seconds */
function load(port, seconds) {
  const parameters = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, `http://127.0.0.1:${port}/`];
  const output = execFileSync("wrk", parameters, { encoding: "utf8" });
  if (/Socket errors|Non-2xx/.test(output)) throw new Error(output);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
}

if (spawnSync("wrk", ["-v"]).error !== undefined) {
  console.log("SKIPPED: wrk is not installed");
} else {
  const folder = mkdtempSync(join(tmpdir(), "sansio-express-"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  writeFileSync(join(folder, "server.mjs"), SERVER);
  execFileSync("npm", ["install", "express@5.3.0", "--no-audit", "--no-fund"], { cwd: folder, stdio: "ignore" });
  const [own, ours] = await Promise.all([start(folder, []), start(folder, [ENTRY])]);
  try {
    for (const { port } of [own, ours]) load(port, 2);
    const ratios = [];
    for (let pair = 0; pair < (options.quick ? 1 : PAIRS); pair++) {
      const turns = pair % 2 === 0 ? [own, ours] : [ours, own];
      const rates = new Map(turns.map((server) => [server, load(server.port, options.quick ? 1 : SECONDS)]));
      const [theirRate, ourRate] = [own, ours].map((server) => /** @type {number} */ (rates.get(server)));
      ratios.push(/** @type {number} */ (ourRate) / /** @type {number} */ (theirRate));
      console.log(`Node's own ${theirRate}  sansio/node-http ${ourRate}  ${ratios.at(-1)?.toFixed(3)}`);
    }
    const median = quantile(ratios, 0.5);
    console.log(`median ${median.toFixed(3)} (floor ${LEAST})`);
    if (median < LEAST) process.exitCode = 1;
  } finally {
    own.stop();
    ours.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
