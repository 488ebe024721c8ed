// The conformance suite in every runtime: `npm run test:runtimes`. Installs the runtimes itself: npm packages into a cache
// beside the user's others, browsers from Debian. What cannot be had is told as skipped, and the run then fails: it is
// never counted as passed. `-- --readme` writes the README's table from the run.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { fillIn } from "../../build/docs.mjs";
import { KERNELS } from "../../build/entries.mjs";
import { chromium, firefox, installBrowsers, resultOf } from "./browsers.mjs";
import { CACHE, installPackages, ROOT } from "./tools.mjs";

const LIMIT = 600_000;
const folder = mkdtempSync(join(tmpdir(), "sansio-runtimes-"));

async function main() {
  installPackages();
  installBrowsers();
  await bundleAll();
  const rows = [];
  for (const [name, run] of runtimes()) {
    const row = { name, ...(await attempt(run)) };
    rows.push(row);
    console.log(`${row.outcome.padEnd(7)} ${name}${row.detail ? `: ${row.detail}` : ""}`);
  }
  const shown = table(rows);
  console.log(`\n${shown}\n`);
  if (process.argv.includes("--readme")) {
    const path = join(ROOT, "README.md");
    writeFileSync(path, fillIn(readFileSync(path, "utf8"), { runtimes: shown }));
  }
  const count = (outcome) => rows.filter((row) => row.outcome === outcome).length;
  console.log(`${count("passed")} passed, ${count("FAILED")} failed, ${count("skipped")} skipped`);
  return count("passed") === rows.length ? 0 : 1;
}

async function attempt(run) {
  try {
    const result = await run();
    if (result.failed > 0) return { outcome: "FAILED", detail: JSON.stringify(result.failures[0]), ...result };
    if (!(result.cases > 0)) return { outcome: "FAILED", detail: JSON.stringify(result) };
    return {
      outcome: "passed",
      detail: `${result.version}, ${result.cases} cases, ${result.runs} runs, ${result.kernel}`,
      ...result,
    };
  } catch (error) {
    return { outcome: error.code === "ENOENT" ? "skipped" : "FAILED", detail: error.message };
  }
}

function table(rows) {
  const lines = rows.map(({ name, version = "", kernel = "", cases = "", outcome }) =>
    [name, version, kernel, cases, outcome].join(" | "),
  );
  return ["runtime | version | kernel | cases | outcome", "--- | --- | --- | --- | ---", ...lines]
    .map((line) => `| ${line} |`)
    .join("\n");
}

// --- installing ---------------------------------------------------------------------------------------------------

// --- programs -----------------------------------------------------------------------------------------------------

const PROGRAM = JSON.stringify(join(import.meta.dirname, "program.js"));
const VERSION = "globalThis.Bun ? Bun.version : globalThis.Deno ? Deno.version.deno : process.version";
const POST = 'fetch("/result", { method: "POST", body: JSON.stringify({ ...result, version: navigator.userAgent }) })';
const FAILING = "catch (error) { result = { error: String(error.stack ?? error) }; }";
const judged = (specifiers, then) => {
  const load = `async () => { ${specifiers.map((name) => `await import(${JSON.stringify(name)});`).join(" ")} return await import("sansio"); }`;
  return `import { judge } from ${PROGRAM};\nlet result;\ntry { result = await judge(${load}); } ${FAILING}\n${then}`;
};

const SOURCES = {
  "server.mjs": [judged([], `console.log(JSON.stringify({ ...result, version: ${VERSION} }));`), []],
  "server-js.mjs": [judged(["sansio/js"], `console.log(JSON.stringify({ ...result, version: ${VERSION} }));`), []],
  "page.js": [judged([], POST), []],
  "page-js.js": [judged(["sansio/js"], POST), []],
  "worker.js": [judged([], `postMessage(result);`), []],
  "workerd.js": [
    `import { judge } from ${PROGRAM};\nexport default { async fetch() { let result; try { result = await judge(() => import("sansio")); } ${FAILING} return Response.json(result); } };`,
    ["workerd"],
  ],
};

/** One file each, as a bundler makes them for a user: the package is resolved by its name and the conditions. */
async function bundleAll() {
  for (const [name, [source, conditions]] of Object.entries(SOURCES)) {
    const bundle = await rolldown({
      input: "entry",
      platform: "neutral",
      makeAbsoluteExternalsRelative: false,
      resolve: { conditionNames: [...conditions, "import", "default"] },
      plugins: [
        {
          name: "entry",
          resolveId(id) {
            if (id === "entry") return "\0entry.js";
            if (/\.wasm$/.test(id)) return { id: `./${id.split("/").pop()}`, external: true };
            return id.startsWith("sansio") ? this.resolve(id, join(ROOT, "package.json"), { skipSelf: true }) : null;
          },
          load: (id) => (id === "\0entry.js" ? source : null),
        },
      ],
    });
    await bundle.write({ file: join(folder, name), format: "es", codeSplitting: false });
    await bundle.close();
  }
}

// --- runtimes -----------------------------------------------------------------------------------------------------

function* runtimes() {
  const bin = (name, path) => join(CACHE, "node_modules", name, path);
  const node = (major) => bin(`node${major}`, "bin/node");
  for (const major of [20, 22, 24, 26]) yield [`Node ${major}`, () => print(node(major), ["server.mjs"])];
  for (const major of [20, 26])
    yield [`Node ${major} --jitless`, () => print(node(major), ["--jitless", "server-js.mjs"])];
  yield ["Bun", () => print(bin(".bin", "bun"), ["server.mjs"])];
  yield ["Deno", () => print(bin(".bin", "deno"), ["run", "-A", "--no-config", "server.mjs"])];
  yield ["workerd", () => workerd(bin(".bin", "workerd"))];
  const strict = "script-src 'self'";
  yield ["Chromium, page", () => browse(chromium, "page.js")];
  yield ["Chromium, module worker", () => browse(chromium, "worker.js")];
  yield ["Chromium, page under script-src 'self'", () => browse(chromium, "page-js.js", strict)];
  yield ["Firefox, page", () => browse(firefox, "page.js")];
  yield ["Firefox, module worker", () => browse(firefox, "worker.js")];
  yield ["Firefox, page under script-src 'self'", () => browse(firefox, "page-js.js", strict)];
}

function print(command, parameters) {
  if (!existsSync(command)) throw Object.assign(new Error(`${command} is not there`), { code: "ENOENT" });
  const { stdout, stderr, error } = spawnSync(command, parameters, {
    cwd: folder,
    encoding: "utf8",
    timeout: LIMIT,
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  const last = stdout.trim().split("\n").at(-1);
  if (!last?.startsWith("{")) throw new Error(stderr.slice(0, 500));
  return checked(JSON.parse(last));
}

function checked(result) {
  if (result.error) throw new Error(result.error);
  return result;
}

async function workerd(command) {
  const { version } = JSON.parse(readFileSync(join(CACHE, "node_modules/workerd/package.json"), "utf8"));
  for (const { name } of KERNELS) copyFileSync(join(ROOT, `dist/${name}.wasm`), join(folder, `${name}.wasm`));
  const kernels = KERNELS.map(({ name }) => `(name = "${name}.wasm", wasm = embed "${name}.wasm")`);
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .program) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ] );
const program :Workerd.Worker = ( compatibilityDate = "2026-11-01",
  modules = [ (name = "worker", esModule = embed "workerd.js"), ${kernels.join(", ")} ] );
`,
  );
  const child = spawn(command, ["serve", "--control-fd=3", "config.capnp"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  try {
    const port = await new Promise((done, fail) => {
      child.on("error", fail);
      child.on("exit", () => fail(new Error("workerd has ended")));
      child.stdio[3].on("data", (bytes) => {
        const found = /"port":\s*(\d+)/.exec(String(bytes));
        if (found) done(Number(found[1]));
      });
    });
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(LIMIT) });
    return { ...checked(await response.json()), version };
  } finally {
    child.kill("SIGKILL");
  }
}

/** Opens a page, or a worker of one, that posts what it found. */
async function browse(browser, script, policy) {
  const starter =
    script === "worker.js"
      ? `new Worker("/worker.js", { type: "module" }).onmessage = ({ data: result }) => ${POST};`
      : `import "/${script}";`;
  const page = '<!doctype html><meta charset="utf-8"><script type="module" src="/starter.js"></script>';
  const headers = policy && { "Content-Security-Policy": policy };
  const files = { "/": ["text/html", page], "/starter.js": ["text/javascript", starter] };
  const answer = (path) => {
    const [type, body] = files[path] ?? [
      "text/javascript",
      path.slice(1) in SOURCES && readFileSync(join(folder, path)),
    ];
    return body ? { type, body, headers } : undefined;
  };
  const { version, ...rest } = checked(await resultOf(browser, answer, LIMIT));
  return { ...rest, version: /(?:Chrome|Firefox)\/[\d.]+/.exec(version)?.[0] ?? version };
}

try {
  process.exitCode = await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
