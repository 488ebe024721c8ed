// npm run test:compat: the packages that depend on http-parser-js with the one-line override, and Express, Fastify and ws with
// sansio/node-http on Node 20, 22, 24 and 26. Installs from the npm registry into a temporary project.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../../..");
const SCENARIOS = join(ROOT, "test/node-http/scenarios.mjs");
const LIMIT = 120_000;

/** Exact, so that a run tells the same tomorrow. */
const PACKAGES = {
  "websocket-driver": "0.7.4",
  "faye-websocket": "0.11.4",
  sockjs: "0.3.24",
  "sockjs-client": "1.6.1",
  webpack: "5.112.2",
  "webpack-dev-server": "5.2.7",
  express: "5.3.0",
  fastify: "5.12.8",
  ws: "8.23.0",
};
const NODES = ["22.23.3", "24.21.0", "26.10.0"];

const folder = realpathSync(mkdtempSync(join(tmpdir(), "sansio-compat-")));
const project = join(folder, "project");
let passed = 0;
let failed = 0;

try {
  await checkAll();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function checkAll() {
  const entry = install();
  await checkSockets();
  await checkHandshakes();
  await checkDevServer();
  const nodes = [process.execPath, ...NODES.map(installNode)];
  for (const node of nodes) await checkNode(node, entry);
}

function npm(parameters, cwd) {
  return execFileSync("npm", [...parameters, "--no-audit", "--no-fund"], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Packs this checkout, and installs it in the place of http-parser-js by the override alone. */
function install() {
  npm(["run", "--silent", "build"], ROOT);
  const [packed] = JSON.parse(npm(["pack", "--json", "--pack-destination", folder], ROOT));
  const tarball = `file:${join(folder, packed.filename)}`;
  mkdirSync(project);
  const manifest = { private: true, dependencies: PACKAGES, overrides: { "http-parser-js": tarball } };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  npm(["install"], project);
  for (const name of ["sockets.cjs", "handshakes.cjs", "apps.mjs", "dev-server.cjs"])
    cpSync(join(import.meta.dirname, name), join(project, name));
  return pathToFileURL(join(project, "node_modules/http-parser-js/dist/node-http.js")).href;
}

function installNode(version) {
  const home = join(folder, `node-${version}`);
  mkdirSync(home);
  writeFileSync(join(home, "package.json"), '{ "private": true }');
  npm(["install", `node@${version}`], home);
  return join(home, "node_modules/node/bin/node");
}

async function run(node, ...parameters) {
  const { stdout } = await promisify(execFile)(node, ["--no-warnings", ...parameters], {
    cwd: project,
    timeout: LIMIT,
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

async function checkSockets() {
  await check("websocket-driver, faye-websocket and sockjs echo over our parser", async () => {
    const { isOurs, results } = await run(process.execPath, "sockets.cjs");
    assert(isOurs, "the override is not in use");
    for (const [name, { text, executed }] of Object.entries(results)) {
      assert.equal(text, "echo hello", name);
      assert(executed > 0, `${name}: our parser read nothing`);
    }
  });
}

async function checkHandshakes() {
  await check("websocket-driver's handshakes, good and bad, cut at any place", async () => {
    const { isOurs, checked } = await run(process.execPath, "handshakes.cjs");
    assert(isOurs, "the override is not in use");
    assert(checked > 1000);
  });
}

async function checkDevServer() {
  if (spawnSync("chromium", ["--version"]).error) {
    console.log("SKIPPED webpack-dev-server: chromium is not installed");
    return;
  }
  await check("webpack-dev-server: a page in Chromium is reloaded when its source changes", async () => {
    const { reports, isOurs } = await run(process.execPath, "dev-server.cjs");
    assert(isOurs, "the override is not in use");
    assert.deepEqual([reports[0], reports.at(-1)], ["first", "second"]);
  });
}

async function checkNode(node, entry) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  await check(`Node ${version}: Express, Fastify and ws answer alike with sansio/node-http`, async () => {
    const [theirs, ours] = [await run(node, "apps.mjs"), await run(node, "apps.mjs", entry)];
    assert.deepEqual([theirs.parser, ours.parser], ["HTTPParser", "NodeParser"]);
    assert.deepEqual(ours.results, theirs.results);
  });
  await check(`Node ${version}: the scenarios of node:http come out alike`, async () => {
    const [theirs, ours] = await Promise.all([run(node, SCENARIOS), run(node, SCENARIOS, entry)]);
    assert.deepEqual([theirs.parsers, ours.parsers, ours.after], [["HTTPParser"], ["NodeParser"], "HTTPParser"]);
    assert.deepEqual(ours.results, theirs.results);
    assert(!JSON.stringify(theirs.results).includes("failed: "));
  });
}

async function check(name, test) {
  try {
    await test();
    passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(
      `FAILED  ${name}\n${String(error.stack ?? error)
        .replace(/^/gm, "        ")
        .slice(0, 3000)}`,
    );
  }
}
