// fetchOver and Connection against the servers of others and our own, in every version that each speaks.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { createServer as createOurServer } from "sansio/node";
import { Connection, fetchOver, http2, protocolOf } from "sansio/web";
import { selfSigned } from "../../examples/certificate.mjs";
import { hasTool } from "../acceptance/tools.mjs";
import { pattern } from "../peers/drive.mjs";
import { startNginx } from "../peers/nginx-cases.mjs";

const tls = selfSigned();
const LARGE = Buffer.from(pattern(12 * 1024 * 1024));
const UPLOAD = LARGE.subarray(0, 3 * 1024 * 1024);

/** Ports by how they are spoken to. */
const SERVERS = [
  { name: "nginx", start: startTheirs },
  {
    name: "node:http",
    start: () => listen({ "HTTP/1.1": createServer(answer), "HTTP/1.1, TLS": createHttpsServer(tls, answer) }),
  },
  {
    name: "node:http2",
    start: () => {
      // Else it refuses streams while the large answer waits (ENHANCE_YOUR_CALM).
      const room = { maxSessionMemory: 100 };
      const secure = createSecureServer({ ...tls, ...room, allowHTTP1: true }, answer);
      return listen({ "HTTP/2": createHttp2Server(room, answer), "HTTP/2, TLS": secure, "HTTP/1.1, TLS": secure });
    },
  },
  { name: "sansio/node", start: startOurs },
];

export const peerCases = SERVERS.map(({ name, start }) => ({
  name: `fetchOver of ${name}`,
  async run() {
    if (name === "nginx" && !(await hasTool("nginx"))) return "no nginx on this machine";
    const { ports, stop } = await start();
    try {
      for (const [how, port] of Object.entries(ports)) await askAll(how, port, name);
    } finally {
      await stop();
    }
    return Object.keys(ports).join("; ");
  },
}));

/** @param {string} how @param {number} port @param {string} name */
async function askAll(how, port, name) {
  const [single, singleOptions] = await open(how, port);
  const once = await fetchOver(single, { target: "/small", authority: "localhost" }, singleOptions);
  assert.deepEqual([once.status, await once.response?.text()], [200, "small"], how);

  const [stream, options] = await open(how, port);
  const connection = new Connection(stream, options);
  const head = await connection.fetch({ method: "HEAD", target: "/small", authority: "localhost" });
  assert.deepEqual([head.status, head.headers.get("content-length"), head.body], [200, "5", null], how);
  const large = await connection.fetch({ target: "/large", authority: "localhost" });
  assert.equal(await digestOf(large.body), digest(LARGE), how);
  const echo = await connection.fetch({ method: "PUT", target: "/echo", authority: "localhost", body: pieces(UPLOAD) });
  assert.equal(await digestOf(echo.body), digest(UPLOAD), how);
  // nginx passes no trailers on.
  if (name !== "nginx") assert.equal((await echo.trailers).get("x-after"), "yes", how);
  const many = await Promise.all(
    Array.from({ length: 20 }, () => connection.fetch({ target: "/small", authority: "localhost" }).then(textOf)),
  );
  assert.deepEqual(new Set(many), new Set(["small"]), how);
  await giveUp(connection, how);
}

/** Of a request that is given up nothing is left; in HTTP/2 the connection goes on. */
async function giveUp(connection, how) {
  const controller = new AbortController();
  const { body } = await connection.fetch({ target: "/large", authority: "localhost" }, controller);
  const reader = body.getReader();
  await reader.read();
  controller.abort(new Error("given up"));
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  }, /given up/);
  assert.equal(connection.outstanding, 0, how);
  if (how.startsWith("HTTP/2")) {
    assert.equal(await connection.fetch({ target: "/small", authority: "localhost" }).then(textOf), "small", how);
    await connection.close();
  }
  await connection.closed;
}

/** @returns {Promise<[import("sansio/web").ByteStream, object]>} */
async function open(how, port) {
  const isTls = how.endsWith("TLS");
  const ALPNProtocols = how.startsWith("HTTP/2") ? ["h2"] : ["http/1.1"];
  const socket = isTls
    ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols })
    : connect(port, "127.0.0.1");
  await new Promise((done, fail) => socket.once(isTls ? "secureConnect" : "connect", done).once("error", fail));
  const protocol = isTls ? protocolOf(socket.alpnProtocol) : how === "HTTP/2" ? http2 : undefined;
  return [Duplex.toWeb(socket), { protocol }];
}

// --- the servers ------------------------------------------------------------------------------------------------------

/** What nginx has as files, and an echo; for both APIs of Node. */
function answer(request, response) {
  const isHead = request.method === "HEAD";
  if (request.url === "/echo") {
    response.writeHead(200, { Trailer: "X-After" });
    request.on("data", (octets) => response.write(octets) || request.pause());
    response.on("drain", () => request.resume());
    request.on("end", () => {
      response.addTrailers({ "X-After": "yes" });
      response.end();
    });
    return;
  }
  const body = request.url === "/large" ? LARGE : Buffer.from("small");
  response.writeHead(200, { "Content-Length": body.length });
  response.end(isHead ? undefined : body);
}

async function listen(servers) {
  const sockets = new Set();
  const unique = [...new Set(Object.values(servers))];
  for (const server of unique) {
    server.on("connection", (socket) => sockets.add(socket));
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
  }
  const ports = Object.fromEntries(Object.entries(servers).map(([how, server]) => [how, server.address().port]));
  return {
    ports,
    stop() {
      for (const socket of sockets) socket.destroy();
      for (const server of unique) server.close();
    },
  };
}

async function startOurs() {
  const handler = async (request, reply) => {
    if (request.target === "/echo") {
      reply.respond(200, { Trailer: "X-After" });
      reply.onDrain = () => request.resume();
      const data = (octets) => reply.write(octets) || request.pause();
      return request.read({ data, end: () => reply.end({ "X-After": "yes" }), error() {} });
    }
    const body = request.target === "/large" ? LARGE : Buffer.from("small");
    reply.complete(200, { "Content-Length": String(body.length) }, body);
  };
  const [plain, secure] = [createOurServer(handler), createOurServer(handler, { tls })];
  const [clear, encrypted] = [await plain.listen(), await secure.listen()];
  return {
    ports: { "HTTP/1.1": clear, "HTTP/2": clear, "HTTP/1.1, TLS": encrypted, "HTTP/2, TLS": encrypted },
    async stop() {
      for (const server of [plain, secure]) assert.deepEqual(await server.close(500), { unanswered: [] });
    },
  };
}

async function startTheirs() {
  const folder = mkdtempSync(join(tmpdir(), "sansio-heavy-"));
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  writeFileSync(keyFile, tls.key);
  writeFileSync(certFile, tls.cert);
  const { old, plain, secure, stop } = await startNginx(folder, { keyFile, certFile });
  return {
    ports: { "HTTP/1.1": old, "HTTP/2": plain, "HTTP/1.1, TLS": secure, "HTTP/2, TLS": secure },
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// --- bodies -----------------------------------------------------------------------------------------------------------

function* pieces(octets) {
  for (let at = 0; at < octets.length; at += 50_000) yield octets.subarray(at, at + 50_000);
}

function digest(octets) {
  return createHash("sha256").update(octets).digest("hex");
}

async function digestOf(stream) {
  const hash = createHash("sha256");
  for await (const piece of stream) hash.update(piece);
  return hash.digest("hex");
}

function textOf({ response }) {
  return response.text();
}
