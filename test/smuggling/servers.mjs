// @ts-check
// Debian's nginx, haproxy and Apache, and our own server and proxy, on loopback with configurations of their own. Each has
// three ports: as back it answers by itself, as front it passes requests on to `recorder`, or asks `answerer`, which is hostile.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { ClientConnection, createServer as createOurs, forward } from "../../dist/node.js";

/** @typedef {{ back: number, front: number, asker: number }} Ports */
/** @typedef {{ name: string, version: string, ports: Ports, stop(): Promise<void> }} Peer */
/** @typedef {{ recorder: number, answerer: number }} Upstream */

const MODULES = "/usr/lib/apache2/modules";

/** @type {Record<string, { version: RegExp, ask: string, command: (file: string, folder: string) => string[], configure: (ports: Ports, up: Upstream, folder: string) => string }>} */
const PROGRAMS = {
  nginx: {
    ask: "-v",
    version: /nginx\/(\S+)/,
    command: (file, folder) => ["-p", folder, "-c", file, "-e", `${folder}/error.log`],
    configure: (ports, up, folder) => `
      daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log crit;
      events { worker_connections 512; }
      http {
        access_log off; client_header_timeout 1s; client_body_timeout 1s; lingering_timeout 1s; keepalive_requests 100000;
        ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
        proxy_http_version 1.1; proxy_ignore_client_abort on; proxy_set_header Host $http_host; proxy_read_timeout 2s;
        server { listen 127.0.0.1:${ports.back}; location / { add_header X-Seen $request always; return 200 ok; } }
        server { listen 127.0.0.1:${ports.front}; location / { proxy_pass http://127.0.0.1:${up.recorder}; } }
        server { listen 127.0.0.1:${ports.asker}; location / { proxy_pass http://127.0.0.1:${up.answerer}; } }
      }`,
  },
  haproxy: {
    ask: "-v",
    version: /version (\S+?)[+\s]/,
    command: (file) => ["-db", "-f", file],
    configure: (ports, up) => `
global
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 2s
  timeout server 2s
  timeout http-request 1s
frontend back
  bind 127.0.0.1:${ports.back}
  option http-buffer-request
  http-request return status 200 content-type text/plain string ok hdr X-Seen "%[method] %[url]"
frontend front
  bind 127.0.0.1:${ports.front}
  default_backend recorder
frontend asker
  bind 127.0.0.1:${ports.asker}
  default_backend answerer
backend recorder
  server s 127.0.0.1:${up.recorder}
backend answerer
  server s 127.0.0.1:${up.answerer}
`,
  },
  apache2: {
    ask: "-v",
    version: /Apache\/(\S+)/,
    command: (file) => ["-f", file, "-D", "FOREGROUND"],
    configure: (ports, up, folder) => `
${["mpm_event", "authz_core", "headers", "alias", "proxy", "proxy_http"].map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join("\n")}
${Object.values(ports)
  .map((port) => `Listen 127.0.0.1:${port}`)
  .join("\n")}
ServerName a
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
DefaultRuntimeDir ${folder}
User www-data
Group www-data
DocumentRoot ${folder}/www
Timeout 2
StartServers 1
ProxyPreserveHost On
<VirtualHost 127.0.0.1:${ports.back}>
  AliasMatch ".*" ${folder}/www/ok
  Header always set X-Seen "expr=%{THE_REQUEST}"
</VirtualHost>
<VirtualHost 127.0.0.1:${ports.front}>
  ProxyPass / http://127.0.0.1:${up.recorder}/
</VirtualHost>
<VirtualHost 127.0.0.1:${ports.asker}>
  ProxyPass / http://127.0.0.1:${up.answerer}/
</VirtualHost>
`,
  },
};

export const SERVERS = Object.keys(PROGRAMS);

/**
 * Starts one, or gives null when it is not installed.
 * @param {string} name
 * @param {string} folder an empty one, its own
 * @param {Upstream} upstream
 * @returns {Promise<Peer | null>}
 */
export async function startServer(name, folder, upstream) {
  const program = /** @type {typeof PROGRAMS[string]} */ (PROGRAMS[name]);
  const { stdout, stderr, error } = spawnSync(name, [program.ask], { encoding: "utf8" });
  if (error !== undefined) return null;
  const ports = { back: await freePort(), front: await freePort(), asker: await freePort() };
  mkdirSync(`${folder}/www`, { recursive: true });
  // Apache's workers are another user.
  for (const each of [folder, `${folder}/www`]) chmodSync(each, 0o755);
  writeFileSync(`${folder}/www/ok`, "ok");
  const file = `${folder}/configuration`;
  writeFileSync(file, program.configure(ports, upstream, folder));
  const child = spawn(name, program.command(file, folder), { stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (data) => {
    complaint += data;
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  for (const port of Object.values(ports)) await untilOpen(port, () => `${name}: ${complaint}`);
  return {
    name,
    version: program.version.exec(stdout + stderr)?.[1] ?? "?",
    ports,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** `sansio/node` as server, and its `forward` as proxy. @param {Upstream} upstream @param {string} version @returns {Promise<Peer>} */
export async function startOurs(upstream, version) {
  const options = { onError: () => {}, speaksHttp2: false };
  const back = createOurs(async (request, reply) => {
    for await (const _ of request.chunks());
    reply.complete(200, { "Content-Length": "0", "X-Seen": `${request.method} ${request.target}` });
  }, options);
  /** @param {number} port */
  const proxyTo = (port) =>
    createOurs(async (request, reply) => {
      const connection = new ClientConnection(connect(port, "127.0.0.1"), {});
      await forward(request, reply, connection);
      await connection.close();
    }, options);
  const all = { back, front: proxyTo(upstream.recorder), asker: proxyTo(upstream.answerer) };
  const ports = { back: await all.back.listen(), front: await all.front.listen(), asker: await all.asker.listen() };
  const stop = async () => {
    for (const server of Object.values(all)) await server.close(0);
  };
  return { name: "sansio", version, ports, stop };
}

/** @returns {Promise<number>} a port that is free now */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** @param {number} port @param {() => string} why */
async function untilOpen(port, why) {
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`does not listen: ${why()}`);
}
