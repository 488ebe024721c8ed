// Connections that are cut, on every kind of socket: both ends are told, nothing is thrown, nothing stays.
import { once } from "node:events";
import { rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { selfSigned } from "../../examples/certificate.mjs";
import { ClientConnection, createServer, http1, http2, type Protocol } from "../../src/adapters/node/index.ts";
import { forbidUnhandledRejections, outcome, pause } from "./helpers.ts";

forbidUnhandledRejections();

const path = join(tmpdir(), `sansio-${process.pid}.sock`);
afterEach(() => rmSync(path, { force: true }));

const SOCKETS = [
  { kind: "TCP", where: 0, options: {} },
  { kind: "TLS", where: 0, options: { tls: selfSigned() } },
  { kind: "Unix", where: { path }, options: {} },
];
const PROTOCOLS: Protocol[] = [http1, http2];
const CASES = SOCKETS.flatMap((socket) => PROTOCOLS.map((protocol) => ({ ...socket, protocol, name: protocol.name })));

describe.each(CASES)("$kind, $name", ({ kind, where, options, protocol }) => {
  async function begin() {
    const told: unknown[] = [];
    const server = createServer((_, reply) => {
      reply.respond(200, {});
      // Only who writes learns that a FIN was not the end of one direction alone.
      const writing = setInterval(() => reply.write(Buffer.from("more")), 5);
      reply.onAbort = (error) => {
        clearInterval(writing);
        told.push(error);
      };
    }, options);
    const port = await server.listen(where);
    const ALPNProtocols = [protocol === http2 ? "h2" : "http/1.1"];
    const at = { host: "127.0.0.1", port };
    const socket =
      kind === "TLS"
        ? tls.connect({ ...at, rejectUnauthorized: false, ALPNProtocols })
        : net.connect(typeof where === "number" ? at : where);
    await once(socket, kind === "TLS" ? "secureConnect" : "connect");
    const client = new ClientConnection(socket, { protocol });
    const { body } = await client.request({ target: "/", authority: "a" });
    return { server, told, client, body };
  }

  it("the client gives up: both ends are told, and the sockets close", async () => {
    const { server, told, client, body } = await begin();
    const read = outcome(body.text());
    client.abort(new Error("enough"));
    expect(await read).toMatchObject({ error: { code: "DISCONNECTED", cause: { message: "enough" } } });
    await client.closed;
    for (let tries = 0; tries < 100 && server.connections > 0; tries++) await pause(10);
    expect([server.connections, told.length]).toEqual([0, 1]);
    await server.close(0);
  });

  it("the client gives up when it has begun to close", async () => {
    const { server, client, body } = await begin();
    body.discard();
    client.close();
    client.abort(new Error("enough"));
    client.abort(new Error("again"));
    await client.closed;
    await server.close(0);
  });

  it("the server cuts a connection that it has begun to close", async () => {
    const { server, client, body } = await begin();
    const read = outcome(body.text());
    const closed = server.close(20);
    expect((await closed).unanswered).toHaveLength(1);
    expect(await read).toMatchObject({ error: { code: expect.any(String) } });
    await client.closed;
  });
});

it("a FIN that is under way is no reason to wait for ever", async () => {
  const server = net.createServer((peer) => peer.resume());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const socket = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  const client = new ClientConnection(socket, { protocol: http2 });
  const lost = outcome(client.request({ target: "/", authority: "a" }));
  await pause(10);
  socket.end();
  client.abort(new Error("enough"));
  expect(await lost).toMatchObject({ error: { code: "DISCONNECTED" } });
  await client.closed;
  server.close();
});
