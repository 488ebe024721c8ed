// `npm run test:handlers`: one application over the byte streams of every runtime, asked by every client. The status, the
// fields and the body must be the same everywhere; 103 and trailers where protocol and client have them. What is not there
// is SKIPPED, or with CI=true a failure. Words behind -- choose servers or clients by their names.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasTool } from "../acceptance/tools.mjs";
import { bundleWorker, configureWorker, freePort, installPackages, listening, runtime } from "../runtimes/tools.mjs";
import { CASES, differenceOf } from "./cases.mjs";
import { makeClients } from "./clients.mjs";

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.removeAllListeners("warning");
const LIMIT = 30_000;
const WANTED = process.argv[2] ?? "";
const folder = mkdtempSync(join(tmpdir(), "sansio-handlers-"));
const program = (name) => join(import.meta.dirname, "servers", name);

const SERVERS = [
  { name: "node:net, node:tls", start: () => startProgram(process.execPath, [program("node.mjs")]) },
  { name: "Web Streams", start: () => startProgram(process.execPath, [program("streams.mjs")]) },
  { name: "Deno.listen", start: () => startProgram(runtime("deno"), ["run", "-A", program("deno.mjs")]) },
  { name: "Bun.listen", start: () => startProgram(runtime("bun"), [program("bun.mjs")]) },
  { name: "workerd", start: startWorkerd },
];

installPackages();
const clients = makeClients();
const totals = { passed: 0, failed: 0, skipped: 0 };
const rows = [];
try {
  const columns = [];
  for (const { name, start } of SERVERS) {
    const server = await start().catch((error) => ({ error }));
    columns.push({ name, server });
    if (server.error) console.log(`${missing()}  ${name}: ${server.error.message}`);
  }
  for (const client of clients) {
    if (client.tool && !(await hasTool(client.tool))) console.log(`${missing()}  ${client.name}: no ${client.tool}`);
    else rows.push([client.name, ...(await askAll(client, columns))]);
  }
  for (const { server } of columns) await server.stop?.();
} finally {
  for (const client of clients) await client.close?.();
  rmSync(folder, { recursive: true, force: true });
}
printTable(["", ...SERVERS.map(({ name }) => name)], rows);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);

/** @returns {Promise<string[]>} a cell for each server */
async function askAll(client, columns) {
  const cells = [];
  for (const { name, server } of columns) {
    const port = server[client.scheme];
    const isWanted = name.includes(WANTED) || client.name.includes(WANTED);
    cells.push(port === undefined || !isWanted ? "-" : await askCases(client, name, port));
  }
  return cells;
}

async function askCases(client, server, port) {
  let passed = 0;
  for (const { name, asked, answered } of CASES) {
    const difference = await late(client.ask(`${client.scheme}://127.0.0.1:${port}`, asked)).then(
      (seen) => differenceOf(answered, seen, client.extras, client.sendsTrailers ?? false),
      (error) => `${error.message} ${error.cause ?? ""}`,
    );
    if (difference === null) passed += 1;
    else console.log(`FAILED   ${client.name} of ${server}: ${name}: ${difference}`);
  }
  totals.passed += passed;
  totals.failed += CASES.length - passed;
  return `${passed} of ${CASES.length}`;
}

function late(promise) {
  let timer;
  const limit = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`nothing for ${LIMIT} ms`)), LIMIT);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

function missing() {
  const mustBeThere = process.env.CI === "true";
  totals[mustBeThere ? "failed" : "skipped"] += 1;
  return mustBeThere ? "FAILED " : "SKIPPED";
}

/** Starts a server that prints its ports. */
async function startProgram(command, parameters) {
  if (!existsSync(command)) throw new Error(`no ${command}`);
  const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "inherit"] });
  const ports = await new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`it has ended (${code})`)));
    child.stdout.on("data", (octets) => done(JSON.parse(String(octets))));
  });
  return { ...ports, stop: () => stop(child) };
}

async function startWorkerd() {
  if (!existsSync(runtime("workerd"))) throw new Error(`no ${runtime("workerd")}`);
  const http = await freePort();
  await bundleWorker(program("workerd.js"), folder, "workerd.js");
  const socket = `(name = "tcp", address = "127.0.0.1:${http}", tcp = (), service = "main")`;
  const child = spawn(runtime("workerd"), configureWorker(folder, "workerd.js", socket), { stdio: "inherit" });
  await listening(http);
  return { http, stop: () => stop(child) };
}

function stop(child) {
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  return ended;
}

function printTable(heads, lines) {
  const widths = heads.map((head, column) =>
    Math.max(...[head, ...lines.map((line) => line[column])].map((cell) => cell.length)),
  );
  console.log("\nCases passed:");
  for (const line of [heads, ...lines])
    console.log(`  ${line.map((cell, column) => cell.padEnd(widths[column])).join("  ")}`);
}
