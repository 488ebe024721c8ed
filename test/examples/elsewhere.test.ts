// The examples that need a browser or workerd: `npm run test:examples` runs them.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { expect, it } from "vitest";
import { openChromium } from "../handlers/chromium.mjs";
import { bundleWorker, configureWorker, freePort, listening, ROOT, runtime } from "../runtimes/tools.mjs";
import { startProgram } from "./programs.mjs";

const MUST_RUN = process.env.SANSIO_EXAMPLES === "all";

it("examples/message-page.mjs: a page asks the server in its worker", async (context) => {
  if (!MUST_RUN) return context.skip("npm run test:examples");
  const files = await serveFiles();
  const chromium = openChromium();
  try {
    const greet = 'import("/examples/message-page.mjs").then(({ greetOverMessages }) => greetOverMessages("Zoë"))';
    const answer = await chromium.evaluate(`http://127.0.0.1:${files.port}/`, greet);
    expect(answer).toEqual({ status: 200, text: "Hello, Zoë!\n", isComplete: true });
  } finally {
    await chromium.close();
    files.stop();
  }
}, 120_000);

it("examples/cloudflare-worker.mjs: a Worker asks over connect()", async (context) => {
  if (!MUST_RUN) return context.skip("npm run test:examples");
  const folder = mkdtempSync(join(tmpdir(), "sansio-worker-"));
  const server = await startProgram(process.execPath, ["examples/node-net.mjs"]);
  const port = await freePort();
  let workerd: ChildProcess | undefined;
  try {
    await bundleWorker(join(ROOT, "examples/cloudflare-worker.mjs"), folder, "worker.js");
    const network = '(name = "internet", network = (allow = ["private", "local"]))';
    const socket = `(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")`;
    workerd = spawn(runtime("workerd"), configureWorker(folder, "worker.js", socket, [network]));
    await listening(port);
    const answer = await fetch(`http://127.0.0.1:${port}/?port=${server.port}`);
    expect(await answer.json()).toEqual({ status: 200, server: null, body: "Hello, world!\n", isComplete: true });
  } finally {
    workerd?.kill("SIGKILL");
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}, 120_000);

const TYPES: Record<string, string> = {
  ".mjs": "text/javascript",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** The examples and the built package, where the name of the package is its path: a worker has no import map. */
async function serveFiles(): Promise<{ port: number; stop: () => void }> {
  const server = createServer((request, response) => {
    const path = normalize(request.url ?? "/");
    if (path === "/") {
      response.setHeader("Content-Type", "text/html");
      return response.end("<!doctype html><title>examples</title>");
    }
    const file = join(ROOT, path);
    if (!/^\/(examples|dist)\//.test(path) || !existsSync(file)) return response.writeHead(404).end();
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    const text = readFileSync(file);
    const isExample = path.startsWith("/examples/");
    response.setHeader("Content-Type", type);
    response.end(isExample ? String(text).replaceAll('from "sansio"', 'from "/dist/index.js"') : text);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
