// @ts-check
// `npm run test:acceptance`: starts the server as its users do and shows it real clients and real rubbish. Every case is
// a line; a tool that is not there is SKIPPED, or with CI=true a failure. `-- WORDS` runs the cases with these in the name.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { behaviours } from "./behaviours.mjs";
import { legal, malformed } from "./raw-cases.mjs";
import { runRawCase } from "./run-raw-case.mjs";
import { tlsCases, toolCases } from "./tool-cases.mjs";
import { hasTool } from "./tools.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SCRATCH = `${ROOT}build/out/`;
const WANTED = process.argv.slice(2).join(" ");
const totals = { passed: 0, failed: 0, skipped: 0 };
/** @type {import("node:child_process").ChildProcess[]} */
const children = [];

mkdirSync(SCRATCH, { recursive: true });
const server = await startServer();
const port = server.port;
try {
  console.log(`server on port ${port}\n\nmalformed: ${malformed.length} inputs`);
  for (const entry of malformed) await report(entry.name, () => runRawCase(port, entry));
  console.log(`\nodd but legal: ${legal.length} inputs`);
  for (const entry of legal) await report(entry.name, () => runRawCase(port, entry));
  console.log("\nbehaviours");
  for (const { name, run } of behaviours) await report(name, () => run(port, server));
  console.log("\ntools");
  for (const { name, tool, run } of toolCases) {
    if (await hasTool(tool)) await report(name, () => run(port, SCRATCH));
    else skip(name, tool);
  }
  console.log("\nTLS, two workers");
  const secure = await startServer("--tls", "--workers", "2");
  for (const { name, tool, run } of tlsCases) {
    if (await hasTool(tool)) await report(name, () => run(secure.port, SCRATCH));
    else skip(name, tool);
  }
  await report("SIGTERM ends them with 0", () => stopServer(secure));
  console.log("\nserver");
  await report("still alive, and silent on standard error", async () => {
    if (server.child.exitCode !== null) throw new Error(`exited with ${server.child.exitCode}`);
    if (server.errors() !== "") throw new Error(server.errors());
  });
  await report("SIGTERM ends it with 0", () => stopServer(server));
} finally {
  for (const child of children) child.kill("SIGKILL");
}

console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;

/**
 * @param {string} name
 * @param {() => Promise<string | void>} run may give a remark
 */
async function report(name, run) {
  if (!name.includes(WANTED)) return;
  const begun = performance.now();
  try {
    const remark = await run();
    totals.passed += 1;
    const took = Math.round(performance.now() - begun);
    console.log(`  ok       ${name}${remark ? ` (${remark})` : ""}${took > 500 ? ` ${took} ms` : ""}`);
  } catch (error) {
    totals.failed += 1;
    console.log(`  FAILED   ${name}: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * @param {string} name
 * @param {string} tool
 */
function skip(name, tool) {
  const mustBeThere = process.env.CI === "true";
  totals[mustBeThere ? "failed" : "skipped"] += 1;
  console.log(`  ${mustBeThere ? "FAILED " : "SKIPPED"}  ${name}: no ${tool} on this machine`);
}

/** @param {...string} options @returns {Promise<{ child: import("node:child_process").ChildProcess, port: number, errors(): string }>} */
function startServer(...options) {
  const child = spawn(process.execPath, ["examples/server.mjs", "--port", "0", ...options], { cwd: ROOT });
  children.push(child);
  let output = "";
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server exited with ${code}: ${errors}`)));
    child.stdout.on("data", (text) => {
      output += text;
      const announced = Number(/https?:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1]);
      if (announced > 0) resolve({ child, port: announced, errors: () => errors });
    });
  });
}

/** @param {Awaited<ReturnType<typeof startServer>>} running @returns {Promise<void>} */
function stopServer(running) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("still running after 7 s")), 7_000);
    running.child.removeAllListeners("exit");
    running.child.once("exit", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(`exited with ${code ?? signal}`));
    });
    running.child.kill("SIGTERM");
  });
}
