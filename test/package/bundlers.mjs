// The package as a bundler's user gets it: packed, installed in a fresh project for each bundler, bundled, and the output run
// where it belongs: Node, Chromium, workerd, the edge runtime of Next. Each makes real exchanges. `npm run test:bundlers`; the
// bundlers come from npm into a cache beside the user's others.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { KERNELS } from "../../build/entries.mjs";
import { chromium, installBrowsers, resultOf } from "../runtimes/browsers.mjs";
import { configureWorker, freePort, installPackages, listening, ROOT, runtime } from "../runtimes/tools.mjs";
import { kernelsIn } from "./kernel-marks.mjs";

const PACKAGES = {
  vite: "8.3.8",
  webpack: "5.112.2",
  esbuild: "0.28.2",
  rollup: "4.67.4",
  "@rollup/plugin-node-resolve": "16.0.3",
  next: "16.4.6",
  react: "19.2.0",
  "react-dom": "19.2.0",
};
const LIMIT = 900_000;
const EXPECTED = {
  http1: "POST /echo example.com | hi | 200 OK | ok",
  http2: "POST /echo example.com | hi | 200 | ok",
  fetch: "200 POST hi",
};
const OVER_TCP = { ...EXPECTED, tcp: "200 GET /over-tcp" };

installPackages();
installBrowsers();
const cache = installPackages("bundlers", PACKAGES);
const bin = (path) => join(cache, "node_modules", path);
const folder = mkdtempSync(join(cache, "projects-"));
const only = process.argv[2];
let passed = 0;
let failed = 0;

async function main() {
  const tarball = pack();
  for (const [name, run] of Object.entries(projects())) {
    if (only !== undefined && !name.startsWith(only)) continue;
    await check(name, () => run(project(name, tarball)));
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function projects() {
  return {
    "Vite, a page": async (at) => {
      write(at, "index.html", '<!doctype html><script type="module" src="/main.js"></script>');
      write(at, "main.js", POSTING);
      node(at, bin("vite/bin/vite.js"), "build", "--logLevel", "warn");
      assert.deepEqual(await shown(join(at, "dist")), EXPECTED);
    },
    "webpack, a page": async (at) => {
      write(at, "main.js", POSTING);
      const output = { path: join(at, "dist"), filename: "main.js" };
      buildWithWebpack(at, { mode: "production", entry: "./main.js", output });
      write(join(at, "dist"), "index.html", '<!doctype html><script src="/main.js"></script>');
      assert.deepEqual(await shown(join(at, "dist")), EXPECTED);
    },
    "webpack, Node": (at) => {
      const output = { path: join(at, "dist"), filename: "main.cjs", library: { type: "commonjs2" } };
      const experiments = { topLevelAwait: true };
      buildWithWebpack(at, { mode: "production", target: "node20", entry: "./app-node.js", output, experiments });
      assert.deepEqual(printed(at, "dist/main.cjs"), OVER_TCP);
    },
    "esbuild, Node": (at) => {
      esbuild(at, "app-node.js", "out.mjs", "--platform=node");
      assert.deepEqual(printed(at, "out.mjs"), OVER_TCP);
    },
    "esbuild, a page": async (at) => {
      write(at, "main.js", POSTING);
      mkdirSync(join(at, "dist"));
      esbuild(at, "main.js", "dist/main.js", "--minify");
      write(join(at, "dist"), "index.html", '<!doctype html><script type="module" src="/main.js"></script>');
      assert.deepEqual(await shown(join(at, "dist")), EXPECTED);
    },
    "rollup, Node": (at) => {
      const config = `import resolve from "@rollup/plugin-node-resolve";
        export default { input: "app-node.js", external: /^node:/, plugins: [resolve()], output: { file: "out.mjs" } };`;
      write(at, "rollup.config.mjs", config);
      node(at, bin("rollup/dist/bin/rollup"), "-c", "--silent", "--failAfterWarnings");
      assert.deepEqual(printed(at, "out.mjs"), OVER_TCP);
    },
    "workerd, as wrangler bundles": async (at) => {
      const source =
        'import { results } from "./app.js"; export default { fetch: async () => Response.json(await results()) };';
      write(at, "main.js", source);
      const conditions = "--conditions=workerd,worker,browser";
      esbuild(at, "main.js", "worker.js", conditions, "--external:*.wasm", "--external:node:*");
      for (const { name } of KERNELS)
        copyFileSync(join(at, `node_modules/sansio/dist/${name}.wasm`), join(at, `${name}.wasm`));
      const port = await freePort();
      const socket = `(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")`;
      const child = spawn(runtime("workerd"), configureWorker(at, "worker.js", socket), { stdio: "inherit" });
      assert.deepEqual(await answerOf(child, port, "/"), EXPECTED);
    },
    "Next, an edge route, Turbopack": (at) => next(at),
    "Next, an edge route, webpack": (at) => next(at, "--webpack"),
    "only one protocol is bundled": (at) => {
      for (const [source, kernels] of ONE_PROTOCOL) {
        write(at, "main.js", source);
        for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
          assert.deepEqual(kernelsIn(bundle(at)), kernels, `${bundler}: ${source}`);
        }
      }
    },
  };
}

// --- only what is imported ---------------------------------------------------------------------------------------

/** What is imported, and the kernels that come with it. */
const ONE_PROTOCOL = [
  ['import { Http1Connection } from "sansio"; console.log(new Http1Connection("server").role);', ["http1"]],
  ['import { Http1Connection } from "sansio/http1"; console.log(new Http1Connection("server").role);', ["http1"]],
  ['import { Http2Connection } from "sansio"; console.log(new Http2Connection("server").role);', ["http2"]],
  ['import { HpackDecoder } from "sansio/hpack"; console.log(new HpackDecoder().tableSize);', ["http2"]],
];

/** Each bundles main.js and returns the code. */
const BUNDLERS = {
  esbuild(at) {
    esbuild(at, "main.js", "one.js", "--minify");
    return readFileSync(join(at, "one.js"), "utf8");
  },
  rollup(at) {
    node(at, bin("rollup/dist/bin/rollup"), "main.js", "-p", "@rollup/plugin-node-resolve", "-o", "two.js", "--silent");
    return readFileSync(join(at, "two.js"), "utf8");
  },
  vite(at) {
    const lib = { entry: "main.js", formats: ["es"], fileName: "three" };
    write(at, "vite.config.mjs", `export default ${JSON.stringify({ build: { lib, outDir: "three" } })};`);
    node(at, bin("vite/bin/vite.js"), "build", "--logLevel", "warn");
    return readFileSync(join(at, "three/three.js"), "utf8");
  },
  webpack(at) {
    const output = { path: at, filename: "four.js" };
    buildWithWebpack(at, { mode: "production", entry: "./main.js", output });
    return readFileSync(join(at, "four.js"), "utf8");
  },
};

// --- projects -----------------------------------------------------------------------------------------------------

const POSTING = `import { results } from "./app.js";
results().catch(String).then((result) => fetch("/result", { method: "POST", body: JSON.stringify(result) }));`;

function pack() {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], { cwd: ROOT, encoding: "utf8" });
  return join(folder, JSON.parse(packed)[0].filename);
}

/** A new project with nothing in it but the package and the programs. It finds the bundlers in the folder above. */
function project(name, tarball) {
  const at = join(folder, name.replaceAll(/\W+/g, "-"));
  mkdirSync(at);
  write(at, "package.json", '{ "private": true, "type": "module" }');
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: at, stdio: "ignore" });
  cpSync(join(import.meta.dirname, "programs"), at, { recursive: true, filter: (path) => !path.endsWith(".ts") });
  return at;
}

function next(at, ...flags) {
  mkdirSync(join(at, "app/edge"), { recursive: true });
  write(
    at,
    "app/edge/route.js",
    `import { results } from "../../app.js";
     export const runtime = "edge";
     export const dynamic = "force-dynamic";
     export const GET = async () => Response.json({ ...(await results()), edge: typeof EdgeRuntime });`,
  );
  // As create-next-app makes it: with "type" webpack's Next 16 finds no manifest for an edge route, whatever the route imports.
  const { type, ...manifest } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
  write(at, "package.json", JSON.stringify(manifest));
  const config = { turbopack: { root: cache }, outputFileTracingRoot: cache };
  write(at, "next.config.mjs", `export default ${JSON.stringify(config)};`);
  return served();

  async function served() {
    const program = bin("next/dist/bin/next");
    node(at, program, "build", ...flags);
    const port = await freePort();
    const child = spawn(process.execPath, [program, "start", "-H", "127.0.0.1", "-p", String(port)], {
      cwd: at,
      stdio: ["ignore", "ignore", "inherit"],
      env: QUIET,
    });
    assert.deepEqual(await answerOf(child, port, "/edge"), { ...EXPECTED, edge: "string" });
  }
}

function buildWithWebpack(at, config) {
  write(
    at,
    "webpack.mjs",
    `import webpack from "webpack";
     webpack(${JSON.stringify({ context: at, ...config })}, (error, stats) => {
       if (error ?? stats.hasErrors()) { console.error(error ?? stats.toString("errors-only")); process.exit(1); }
     });`,
  );
  node(at, "webpack.mjs");
}

/** npm makes its program what runs as it is: a script, or once its install script has run, the binary. */
function esbuild(at, input, output, ...flags) {
  const parameters = [input, "--bundle", "--format=esm", `--outfile=${output}`, "--log-level=warning", ...flags];
  execFileSync(bin(".bin/esbuild"), parameters, { cwd: at, encoding: "utf8", timeout: LIMIT });
}

// --- tools --------------------------------------------------------------------------------------------------------

const QUIET = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };

function write(at, name, text) {
  writeFileSync(join(at, name), text);
}

function node(at, program, ...parameters) {
  return execFileSync(process.execPath, [program, ...parameters], {
    cwd: at,
    encoding: "utf8",
    env: QUIET,
    timeout: LIMIT,
  });
}

function printed(at, program) {
  return JSON.parse(node(at, program));
}

/** What the page in this folder posts. */
function shown(at) {
  const files = new Map(
    readdirSync(at, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(at.length), path]),
  );
  const answer = (path) => {
    const file = files.get(path === "/" ? "/index.html" : path);
    const type = file?.endsWith(".html") ? "text/html" : "text/javascript";
    return file && { type, body: readFileSync(file) };
  };
  return resultOf(chromium, answer, LIMIT);
}

/** What the server says, which ends then. */
async function answerOf(child, port, path) {
  try {
    await listening(port, LIMIT);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(LIMIT) });
    return await response.json();
  } finally {
    child.kill("SIGKILL");
  }
}

async function check(name, test) {
  try {
    await test();
    passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${String(error.stderr || error.message).replaceAll(/^/gm, "        ")}`);
  }
}

try {
  process.exitCode = await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
