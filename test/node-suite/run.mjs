// `npm run test:node-suite`: Node's own tests that use http, with Node's own parser and with ours, on the Node that runs this.
// What passes with its own must pass with ours, or be in expected.mjs with its reason. Words behind -- choose files by name.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../runtimes/tools.mjs";
import { EXPECTED } from "./expected.mjs";
import { installSource } from "./source.mjs";

const OURS = join(ROOT, "dist/node-http.cjs");
const LIMIT = 60_000;
const WORKERS = 2;
const TELL = 25;
const OUTPUT = 600;
/** The share of the tests that must pass with Node's own parser: below it, the comparison tells nothing. */
const LEAST_PLAIN = 0.9;
const USES_HTTP = /(?:require\(|from |import\()['"](?:node:)?(?:https?|_http_\w+)['"]/;
/** Other subjects, whose tests use http by the way and take minutes. */
const OTHERS = /^test-(?:http2|inspector|debugger|repl)/;
/** By folder, whether its tests stand others beside them. */
const FOLDERS = { parallel: true, "async-hooks": true, sequential: false };
const WANTED = process.argv.slice(2);
/** The tests know the globals of their own Node only. */
const KNOWN_GLOBALS = process.versions.node.startsWith("20.") ? {} : { NODE_TEST_KNOWN_GLOBALS: "0" };

const source = installSource();
const folder = mkdtempSync(join(tmpdir(), "sansio-node-suite-"));

function testsIn(name) {
  const tests = [];
  for (const file of readdirSync(join(source, "test", name)).sort()) {
    if (!/^test-.*\.m?js$/.test(file) || OTHERS.test(file)) continue;
    const text = readFileSync(join(source, "test", name, file), "latin1");
    if (!USES_HTTP.test(text) || !WANTED.every((word) => `${name}/${file}`.includes(word))) continue;
    const flags = (/^\/\/ Flags:(.*)$/m.exec(text)?.[1] ?? "").trim().split(/\s+/).filter(Boolean);
    tests.push({ name: `${name}/${file}`, flags, isParallel: FOLDERS[name] });
  }
  return tests;
}

/** Ours comes by NODE_OPTIONS, so that the processes which a test starts have it too. */
function runOne({ name, flags, isParallel }, id, options) {
  const own = join(folder, String(id));
  mkdirSync(own, { recursive: true });
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_TEST_DIR: own, TEST_THREAD_ID: String(id) };
  Object.assign(env, {
    TEST_SERIAL_ID: String(id),
    ...KNOWN_GLOBALS,
    ...(isParallel && { TEST_PARALLEL: "1" }),
    ...options,
  });
  return new Promise((done) => {
    const child = spawn(process.execPath, [...flags, join("test", name)], {
      cwd: source,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        text += text.length < OUTPUT ? data : "";
      });
    }
    const timer = setTimeout(() => stop(child), LIMIT);
    child.on("exit", (code) => {
      clearTimeout(timer);
      stop(child);
      rmSync(own, { recursive: true, force: true });
      done({ isPassed: code === 0, text: text.slice(0, OUTPUT) });
    });
  });
}

/** The test and what it has started: its process group. */
function stop({ pid }) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of them have ended.
  }
}

async function runAll(tests, what, options) {
  const results = new Map();
  const work = async (list, id) => {
    for (let test = list.shift(); test !== undefined; test = list.shift()) {
      results.set(test.name, await runOne(test, id, options));
      if (results.size % TELL === 0) console.log(`${what}: ${results.size} of ${tests.length}`);
    }
  };
  const beside = tests.filter(({ isParallel }) => isParallel);
  await Promise.all(Array.from({ length: WORKERS }, (_, i) => work(beside, i + 1)));
  await work(
    tests.filter(({ isParallel }) => !isParallel),
    1,
  );
  return results;
}

/** A test that fails once on a busy machine gets a second chance, alone. */
async function differences(tests, plain, ours) {
  const found = [];
  for (const test of tests) {
    if (!plain.get(test.name).isPassed || ours.get(test.name).isPassed) continue;
    const again = await runOne(test, 1, { NODE_OPTIONS: `--require=${OURS}` });
    if (!again.isPassed) found.push({ name: test.name, text: again.text });
  }
  return found;
}

async function main() {
  const tests = Object.keys(FOLDERS).flatMap(testsIn);
  const plain = await runAll(tests, "Node's own parser", {});
  const ours = await runAll(tests, "sansio/node-http", { NODE_OPTIONS: `--require=${OURS}` });
  const found = await differences(tests, plain, ours);
  const unexpected = found.filter(({ name }) => !(name in EXPECTED));
  for (const { name, text } of unexpected) console.log(`\nFAILED ${name}\n${text}`);
  for (const { name } of found) if (name in EXPECTED) console.log(`expected ${name}: ${EXPECTED[name]}`);
  const passed = (results) => [...results.values()].filter(({ isPassed }) => isPassed).length;
  console.log("\n| Node | tests | with its own parser | with sansio/node-http | expected differences | others |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  const counts = [tests.length, passed(plain), passed(ours), found.length - unexpected.length, unexpected.length];
  console.log(`| ${[process.version, ...counts].join(" | ")} |`);
  const isTelling = tests.length > 0 && passed(plain) >= LEAST_PLAIN * tests.length;
  if (!isTelling) console.log("too few pass with Node's own parser for the comparison to tell anything");
  return isTelling && unexpected.length === 0 ? 0 : 1;
}

try {
  if (source === "") console.log("SKIPPED: apt-get cannot get Debian's source of nodejs");
  process.exitCode = source === "" ? Number(process.env.CI === "true") : await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
