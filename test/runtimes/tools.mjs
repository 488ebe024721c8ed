// What the suites of other runtimes share: where the runtimes are, bundles for them, processes that listen.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const PACKAGES = {
  node20: "npm:node@20.20.2",
  node22: "npm:node@22.23.3",
  node24: "npm:node@24.21.0",
  node26: "npm:node@26.10.0",
  bun: "1.4.5",
  deno: "2.9.6",
  workerd: "1.20261117.1",
};

export const ROOT = resolve(import.meta.dirname, "../..");
const CACHES = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sansio");
export const CACHE = join(CACHES, "runtimes");

/** Puts the runtimes, or other packages, into a cache beside the user's others. */
export function installPackages(name = "runtimes", packages = PACKAGES) {
  const folder = join(CACHES, name);
  mkdirSync(folder, { recursive: true });
  const wanted = `${JSON.stringify({ private: true, dependencies: packages })}\n`;
  const manifest = join(folder, "package.json");
  const installed =
    existsSync(join(folder, "node_modules")) && existsSync(manifest) && readFileSync(manifest, "utf8") === wanted;
  if (installed) return folder;
  writeFileSync(manifest, wanted);
  console.log(`installing ${Object.keys(packages).join(", ")}`);
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) rmSync(manifest);
  return folder;
}

/** A runtime's program. @param {"bun" | "deno" | "workerd"} name */
export function runtime(name) {
  return join(CACHE, "node_modules/.bin", name);
}

/** One file for workerd, as a bundler makes it, beside its kernels. */
export async function bundleWorker(entry, folder, file) {
  const made = await rolldown({
    input: entry,
    platform: "neutral",
    external: /^(cloudflare|node):/,
    makeAbsoluteExternalsRelative: false,
    resolve: { conditionNames: ["workerd", "import", "default"] },
    plugins: [{ name: "wasm", resolveId: (id) => (/\.wasm$/.test(id) ? { id, external: true } : null) }],
  });
  await made.write({ file: join(folder, file), format: "es", codeSplitting: false });
  await made.close();
  for (const kernel of ["http1.wasm", "http2.wasm"])
    writeFileSync(join(folder, kernel), readFileSync(join(ROOT, "dist", kernel)));
}

/** Writes workerd's configuration: one Worker, its socket, further services. @returns {string[]} workerd's arguments */
export function configureWorker(folder, file, socket, services = []) {
  const config = join(folder, `${file}.capnp`);
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = ( services = [ ${['(name = "main", worker = .program)', ...services].join(", ")} ], sockets = [ ${socket} ] );
const program :Workerd.Worker = ( compatibilityDate = "2026-11-01", compatibilityFlags = ["experimental"],
  modules = [ (name = "worker", esModule = embed "${file}"), (name = "http1.wasm", wasm = embed "http1.wasm"),
    (name = "http2.wasm", wasm = embed "http2.wasm") ] );
`,
  );
  return ["serve", "--experimental", config];
}

export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Resolves when somebody listens. */
export async function listening(port, limit = 15_000) {
  const until = Date.now() + limit;
  for (;;) {
    const isThere = await new Promise((done) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("connect", () => done(true));
      socket.on("error", () => done(false));
      socket.on("close", () => done(false));
      setTimeout(() => socket.destroy(), 200);
    });
    if (isThere) return;
    assert(Date.now() < until, `nobody listens on ${port}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
