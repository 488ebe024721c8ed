// @ts-check
// nginx as HTTP/2 server for our client: prior knowledge and TLS, uploads, many streams, its GOAWAY after N requests.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createNetServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { expectEqual } from "../acceptance/tools.mjs";
import { digest, OurClient, pattern } from "./drive.mjs";

const LARGE = 12 * 1024 * 1024;
const GOAWAY_AFTER = 40;

/** @returns {Promise<number>} a port that is free now */
function freePort() {
  return new Promise((resolve) => {
    const server = createNetServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * @param {string} folder an empty one
 * @param {{ keyFile: string, certFile: string }} files
 */
export async function startNginx(folder, { keyFile, certFile }) {
  const [plain, secure, few, old] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const echo = createServer((request, response) => request.pipe(response));
  await new Promise((resolve) => echo.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port: echoPort } = /** @type {import("node:net").AddressInfo} */ (echo.address());
  mkdirSync(`${folder}/www`, { recursive: true });
  writeFileSync(`${folder}/www/large`, pattern(LARGE));
  writeFileSync(`${folder}/www/small`, "small");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  const configuration = `
    daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log warn;
    events { worker_connections 256; }
    http {
      access_log off; ${temporary}
      server {
        listen 127.0.0.1:${plain} http2; listen 127.0.0.1:${secure} ssl http2; listen 127.0.0.1:${old};
        ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
        client_max_body_size 100m; keepalive_requests 100000; root ${folder}/www;
        location /echo { proxy_pass http://127.0.0.1:${echoPort}; proxy_http_version 1.1; proxy_request_buffering off; proxy_buffering off; }
      }
      server { listen 127.0.0.1:${few} http2; keepalive_requests ${GOAWAY_AFTER}; root ${folder}/www; }
    }`;
  writeFileSync(`${folder}/nginx.conf`, configuration);
  const child = spawn("nginx", ["-p", folder, "-c", `${folder}/nginx.conf`, "-e", `${folder}/error.log`], {
    stdio: "ignore",
  });
  await untilOpen(plain);
  return {
    plain,
    secure,
    few,
    /** HTTP/1.1 without TLS. */
    old,
    async stop() {
      child.kill("SIGKILL");
      echo.closeAllConnections();
      await new Promise((resolve) => echo.close(resolve));
    },
  };
}

/** @param {number} port */
async function untilOpen(port) {
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("nginx does not listen");
}

/** @typedef {{ plain: number, secure: number, few: number }} Ports */

/** @param {(client: OurClient) => Promise<string | void>} use @param {keyof Ports} [to] */
function withClient(use, to = "plain") {
  return async (/** @type {Ports} */ ports) => {
    const socket =
      to === "secure"
        ? connectTls({ port: ports.secure, host: "127.0.0.1", ALPNProtocols: ["h2"], rejectUnauthorized: false })
        : connect(ports[to], "127.0.0.1");
    try {
      const client = new OurClient(socket);
      const remark = await use(client);
      expectEqual(String(await client.close()), "null", "our client's error");
      return remark;
    } finally {
      socket.destroy();
    }
  };
}

/** @type {{ name: string, run(ports: Ports): Promise<string | void> }[]} */
export const nginxCases = [
  {
    name: "GET of a small file, HEAD, 404",
    run: withClient(async (client) => {
      expectEqual((await client.request("/small")).body.toString(), "small", "body");
      const head = await client.request("/small", { method: "HEAD" });
      expectEqual(`${head.status} ${head.headers?.get("content-length")} ${head.body.length}`, "200 5 0", "HEAD");
      expectEqual((await client.request("/no")).status, 404, "status");
    }),
  },
  {
    name: `${LARGE} octets down, by flow control`,
    run: withClient(async (client) => {
      expectEqual(digest((await client.request("/large")).body), digest(pattern(LARGE)), "body");
    }),
  },
  {
    name: `${LARGE} octets up and down over TLS`,
    run: withClient(async (client) => {
      const body = pattern(LARGE);
      const answer = await client.request("/echo", { method: "POST", body, scheme: "https" });
      expectEqual(digest(answer.body), digest(body), "body");
    }, "secure"),
  },
  {
    name: "100 streams at a time, 2,000 requests",
    run: withClient(async (client) => {
      for (let round = 0; round < 20; round++) {
        const answers = await Promise.all(Array.from({ length: 100 }, () => client.request("/small")));
        for (const { body } of answers) expectEqual(body.toString(), "small", "body");
      }
    }),
  },
  {
    name: `GOAWAY after ${GOAWAY_AFTER} requests: each is answered or known to be unprocessed`,
    run: withClient(async (client) => {
      const all = await Promise.allSettled(Array.from({ length: 80 }, () => client.request("/small")));
      const answered = all.filter(({ status }) => status === "fulfilled").length;
      const reasons = new Set(all.flatMap((each) => (each.status === "rejected" ? [each.reason.message] : [])));
      for (const reason of reasons) expectEqual(/^unprocessed$|GOING_AWAY|no new stream/.test(reason), true, reason);
      expectEqual(answered >= GOAWAY_AFTER, true, `answered ${answered}`);
      expectEqual(client.seen.filter(({ type }) => type === "goaway").length, 1, "GOAWAY frames");
      return `${answered} of 80 answered`;
    }, "few"),
  },
];
