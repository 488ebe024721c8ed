// h2spec's scenarios, each against a connection without I/O, and against sansio/node over TCP and TLS, in both roles.
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selfSigned } from "../../examples/certificate.mjs";
import { ClientConnection, createServer, type Handler, type HttpServer, http2 } from "../../src/adapters/node/index.ts";
import { octets } from "../helpers.ts";
import { CLIENT } from "./client.ts";
import { GENERIC } from "./generic.ts";
import { HPACK } from "./hpack.ts";
import { MemoryEnd, play, SocketEnd } from "./peer.ts";
import type { Scenario } from "./scenario.ts";
import { HTTP2 } from "./server.ts";

const named = (scenarios: readonly Scenario[]) =>
  scenarios.map((one) => ({ title: `${one.section}: ${one.name}`, one }));
const OF_SERVER = named([...GENERIC, ...HTTP2, ...HPACK]);
const OF_CLIENT = named(CLIENT);

const outcomeOf = ({ says, closes }: Scenario) => ({ says, closes });

/** Answers when the whole request has been received, and all that came with it read. */
const hello: Handler = async (request, reply) => {
  await request.bytes();
  await new Promise((done) => setImmediate(done));
  if (reply.isAborted) return;
  reply.respond(200, {});
  if (request.method !== "HEAD") reply.write(octets("hello"));
  reply.end();
};

describe("a server without I/O", () => {
  test.for(OF_SERVER)("$title", async ({ one }) => {
    expect(await play(new MemoryEnd("server"), "server", one)).toEqual(outcomeOf(one));
  });
});

describe("a client without I/O", () => {
  test.for(OF_CLIENT)("$title", async ({ one }) => {
    expect(await play(new MemoryEnd("client"), "client", one)).toEqual(outcomeOf(one));
  });
});

describe.each(["TCP", "TLS"])("sansio/node's server over %s", (kind) => {
  let server: HttpServer;
  let port = 0;
  beforeAll(async () => {
    server = createServer(hello, { onError: () => {}, ...(kind === "TLS" ? { tls: selfSigned() } : {}) });
    port = await server.listen();
  });
  afterAll(() => server.close(0));

  async function connect() {
    const at = { host: "127.0.0.1", port };
    if (kind === "TCP") {
      const socket = net.connect(at);
      await once(socket, "connect");
      return socket;
    }
    const socket = tls.connect({ ...at, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
    await once(socket, "secureConnect");
    return socket;
  }

  // What TLS could lose is what is said just before the end.
  test.for(kind === "TCP" ? OF_SERVER : OF_SERVER.filter(({ one }) => one.closes))("$title", async ({ one }) => {
    const socket = await connect();
    expect(await play(new SocketEnd(socket), "server", one)).toEqual(outcomeOf(one));
    socket.destroy();
  });

  test("http2 3.5: no preface", async () => {
    const socket = await connect();
    socket.write("INVALID CONNECTION PREFACE\r\n\r\n");
    socket.resume();
    await once(socket, "end");
    socket.destroy();
  });
});

describe("sansio/node's client over TCP", () => {
  test.for(OF_CLIENT)("$title", async ({ one }) => {
    const server = net.createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as net.AddressInfo;
    const connection = new ClientConnection(net.connect(port, "127.0.0.1"), { protocol: http2 });
    const [socket] = (await once(server, "connection")) as [net.Socket];
    const fetched = connection.request({ target: "/", authority: "a" }).then(({ body }) => body.bytes());
    const settled = fetched.then(
      () => {},
      () => {},
    );
    expect(await play(new SocketEnd(socket), "client", one)).toEqual(outcomeOf(one));
    socket.destroy();
    await settled;
    server.close();
  });
});
