// HTTP over raw sockets in workerd: a Worker that reads a real nginx through connect(), and one that serves on an inbound TCP
// socket. `npm run test:sockets` installs workerd from npm and nginx from Debian.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker, configureWorker, freePort, installPackages, listening, ROOT, runtime } from "./tools.mjs";

const WORKERD = runtime("workerd");
const NGINX = "/usr/sbin/nginx";
const folder = mkdtempSync(join(tmpdir(), "sansio-sockets-"));
const children = [];
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

try {
  install();
  await bundleWorker(join(ROOT, "examples/cloudflare-worker.mjs"), folder, "workerd-client.js");
  await bundleWorker(join(import.meta.dirname, "workerd-server.js"), folder, "workerd-server.js");
  await readNginx();
  await serve();
  console.log("2 passed, 0 failed");
} finally {
  agent.destroy();
  for (const child of children) child.kill("SIGTERM");
  await Promise.all(children.map((child) => child.exitCode ?? new Promise((done) => child.on("exit", done))));
  rmSync(folder, { recursive: true, force: true });
}

function install() {
  installPackages();
  if (!existsSync(NGINX)) {
    const apt = (...parameters) => spawnSync("apt-get", parameters, { stdio: ["ignore", "ignore", "inherit"] });
    apt("update", "-qq");
    apt("install", "-y", "-qq", "--no-install-recommends", "nginx-light");
  }
  for (const path of [NGINX, WORKERD]) assert(existsSync(path), `${path} is not there`);
}

async function readNginx() {
  const [port, own] = [await freePort(), await freePort()];
  mkdirSync(join(folder, "html"));
  writeFileSync(join(folder, "html/index.html"), "hello from nginx\n");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http { access_log off; ${temporary.join(" ")} server { listen 127.0.0.1:${port}; root ${folder}/html; } }\n`,
  );
  children.push(
    spawn(NGINX, ["-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")], { stdio: "inherit" }),
  );
  const network = '(name = "internet", network = (allow = ["private", "local"]))';
  start("workerd-client", `(name = "http", address = "127.0.0.1:${own}", http = (), service = "main")`, [network]);
  await Promise.all([listening(port), listening(own)]);
  const answer = await (
    await fetch(`http://127.0.0.1:${own}/?port=${port}`, { signal: AbortSignal.timeout(10_000) })
  ).json();
  assert.equal(answer.status, 200);
  assert.match(answer.server, /^nginx/);
  assert.equal(answer.body, "hello from nginx\n");
  console.log(`passed  connect(): ${answer.status} from ${answer.server}, read by a Worker`);
}

async function serve() {
  const port = await freePort();
  start("workerd-server", `(name = "tcp", address = "127.0.0.1:${port}", tcp = (), service = "main")`, []);
  await listening(port);
  assert.deepEqual(await ask(port, { method: "POST", path: "/a" }, "body"), [200, "POST /a body"]);
  assert.deepEqual(await ask(port, { path: "/b", headers: { Connection: "close" } }), [200, "GET /b "]);
  assert.equal((await ask(port, { agent: false, headers: { Host: "a b" } }))[0], 400);
  console.log("passed  inbound TCP: requests answered by a Worker, kept alive and closed, and a faulty one refused");
}

// --- tools --------------------------------------------------------------------------------------------------------

function start(name, socket, services) {
  const parameters = configureWorker(folder, `${name}.js`, socket, services);
  children.push(spawn(WORKERD, parameters, { stdio: "inherit" }));
}

function ask(port, options, body) {
  return new Promise((done, fail) => {
    const asked = request({ port, host: "127.0.0.1", agent, timeout: 10_000, ...options }, (response) => {
      let text = "";
      response.on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => done([response.statusCode, text]));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", fail);
    asked.end(body);
  });
}
