// What a caller of the adapters says is what goes on the wire, or it is an error: see test/http2/mistakes.test.ts.
import net, { type AddressInfo } from "node:net";
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { ClientConnection, createServer, forward, type Handler } from "../../src/adapters/node/index.ts";
import {
  Connection,
  type ConnectionOptions,
  type FetchOptions,
  http2,
  type PlainRequest,
  serveConnection,
} from "../../src/adapters/web/index.ts";
import { forbidUnhandledRejections, RawPeer, streamPair } from "./helpers.ts";

forbidUnhandledRejections();

const REQUEST: PlainRequest = { target: "/", authority: "a" };

function connected(options: ConnectionOptions = {}) {
  const [ours, theirs] = streamPair();
  return { connection: new Connection(ours, options), peer: new RawPeer(theirs) };
}

describe("a request is refused, and nothing is sent", () => {
  it.each<[what: string, code: string, request: object, options?: object]>([
    ["a controller for its signal", "TypeError", REQUEST, { signal: new AbortController() }],
    ["a controller for the signal of the request", "TypeError", { ...REQUEST, signal: new AbortController() }],
    ["a misspelt option", "TypeError", REQUEST, { onInformation() {} }],
    ["a Host that is not the authority", "HOST_CONFLICT", { ...REQUEST, headers: { Host: "b" } }],
    ["a Host that is not the target", "HOST_CONFLICT", { method: "CONNECT", target: "a:1", headers: { Host: "b:1" } }],
    [
      "a protocol that HTTP/1.1 cannot say",
      "EXTENDED_CONNECT_NOT_ENABLED",
      { method: "CONNECT", target: "a:1", protocol: "connect-udp" },
    ],
  ])("%s", async (_what, code, request, options) => {
    const { connection, peer } = connected();
    const fetched = connection.fetch(request as PlainRequest, options as FetchOptions);
    const error = (await fetched.catch((reason: unknown) => reason)) as { name: string; code?: string };
    expect(error.code ?? error.name).toBe(code);
    await connection.close();
    await peer.ends();
    expect(peer.received).toBe("");
  });
});

it("a signal of another realm aborts", async () => {
  const { connection } = connected();
  // Enough of one: no realm but the first has AbortSignal in Node.
  const signal = runInContext(
    `({ aborted: false, listeners: [], addEventListener(_, listener) { this.listeners.push(listener); },
        removeEventListener() {}, abort() { this.aborted = true; this.reason = "stop"; for (const each of this.listeners) each(); } })`,
    createContext(),
  );
  const fetched = connection.fetch(REQUEST, { signal });
  signal.abort();
  await expect(fetched).rejects.toBe("stop");
});

it("a Host that is the authority in other letters goes out as it is", async () => {
  const { connection, peer } = connected();
  connection.fetch({ ...REQUEST, headers: { host: "A" } }).catch(() => {});
  await peer.receives("\r\n\r\n");
  expect(peer.received).toBe("GET / HTTP/1.1\r\nhost: A\r\n\r\n");
  connection.abort();
});

it.each([
  ["HTTP/1.1", undefined],
  ["HTTP/2", http2],
])("a Request's own Host takes the place of its URL's, over %s", async (_, protocol) => {
  const [ours, theirs] = streamPair();
  const served = serveConnection(theirs, ({ url }) => new Response(url), { protocol });
  const connection = new Connection(ours, { protocol });
  const { response } = await connection.fetch(
    new Request("http://127.0.0.1:1/p?q", { headers: { Host: "b.example" } }),
  );
  expect(await response?.text()).toBe("http://b.example/p?q");
  await connection.close();
  await served.closed;
});

it("as many requests are sent behind one another as `pipelining` says", async () => {
  const { connection, peer } = connected({ pipelining: 20 });
  const all = Array.from({ length: 25 }, async () => (await connection.fetch(REQUEST)).status);
  await peer.until(({ received }) => received.split("GET").length === 21);
  peer.send("HTTP/1.1 204 No Content\r\n\r\n".repeat(20));
  await peer.until(({ received }) => received.split("GET").length === 26);
  peer.send("HTTP/1.1 204 No Content\r\n\r\n".repeat(5));
  expect(await Promise.all(all)).toEqual(new Array(25).fill(204));
  connection.abort();
});

it("a tunnel carries octets: anything else fails its writer", async () => {
  const { connection, peer } = connected();
  const fetched = connection.fetch({ ...REQUEST, headers: { Connection: "upgrade", Upgrade: "x" } });
  await peer.receives("\r\n\r\n");
  peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  const { upgraded } = await fetched;
  const writer = upgraded?.writable.getWriter() as WritableStreamDefaultWriter<unknown>;
  writer.closed.catch(() => {});
  await expect(writer.write(5)).rejects.toThrow(TypeError);
  connection.abort();
  await connection.closed;
});

describe("a server", () => {
  const handler: Handler = (_, reply) => reply.complete(204);

  it.each<[what: string, options: object]>([
    ["speaksHttp2", { speaksHttp2: "no" }],
    ["onError", { onError: "log" }],
  ])("refuses another type of %s", (_, options) => {
    expect(() => createServer(handler, options)).toThrow(TypeError);
  });

  it("refuses a scheme that no URL of HTTP has", () => {
    const [ours] = streamPair();
    expect(() => serveConnection(ours, () => new Response(), { scheme: "https:" as never })).toThrow(TypeError);
  });

  it.each([
    ["no host", { port: 0, host: undefined }],
    ["no path", { port: 0, path: undefined as never }],
  ])("listens on this machine alone for a port with %s, as may come from the environment", async (_, where) => {
    const server = createServer(handler);
    await server.listen(where);
    expect((server.server.address() as AddressInfo).address).toBe("127.0.0.1");
    await server.close(0);
  });

  it("listens on a port or a path, not on one of both", async () => {
    const server = createServer(handler);
    await expect(server.listen({ port: 0, path: "/tmp/none" } as never)).rejects.toThrow(TypeError);
    expect(server.server.listening).toBe(false);
  });

  it("of HTTP/2 leaves out what a handler's Connection names, as an intermediary must", async () => {
    const [ours, theirs] = streamPair();
    const served = serveConnection(
      theirs,
      () => ({ headers: { Connection: "X-Hop, close", "X-Hop": "1", "X-A": "b" } }),
      {
        protocol: http2,
      },
    );
    const connection = new Connection(ours, { protocol: http2 });
    const { headers } = await connection.fetch(REQUEST);
    expect(headers.raw()).toEqual([
      ["x-a", "b"],
      ["content-length", "0"],
    ]);
    await connection.close();
    await served.closed;
  });
});

describe("what a client fetched can be a handler's response", () => {
  it.each([
    ["HTTP/1.1", undefined],
    ["HTTP/2", http2],
  ])("over %s, with its trailers", async (_, protocol) => {
    const [near, far] = [streamPair(), streamPair()];
    serveConnection(far[1], () => ({
      body: ["a"].map((text) => new TextEncoder().encode(text)),
      trailers: { "X-T": "1" },
    }));
    const upstream = new Connection(far[0]);
    serveConnection(
      near[1],
      async () => {
        const { status, body, trailers } = await upstream.fetch(REQUEST);
        return { status, body, trailers };
      },
      { protocol },
    );
    const connection = new Connection(near[0], { protocol });
    const { response, trailers } = await connection.fetch(REQUEST);
    expect(await response?.text()).toBe("a");
    expect((await trailers).raw().map(([name, value]) => [name.toLowerCase(), value])).toEqual([["x-t", "1"]]);
    connection.abort();
    upstream.abort();
  });
});

it("a tunnel of HTTP/1.1 has no trailers", async () => {
  const errors: unknown[] = [];
  const handler: Handler = (_, reply) => {
    reply.upgrade();
    expect(() => reply.end({ "X-T": "1" })).toThrow("trailers");
    errors.push(reply.error);
  };
  const server = createServer(handler);
  const port = await server.listen();
  const socket = net.connect(port, "127.0.0.1").on("error", () => {});
  socket.write("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  await new Promise((resolve) => socket.resume().once("close", resolve));
  expect(errors).toMatchObject([{ code: "TRAILERS_NOT_ALLOWED" }]);
  await server.close(0);
});

describe("forward", () => {
  it.each([
    ["HTTP/1.1", undefined],
    ["HTTP/2", http2],
  ])("says its own Host over %s, in place of the client's", async (_, protocol) => {
    const upstream = createServer((request, reply) => reply.complete(200, { "X-Host": request.authority }));
    const port = await upstream.listen();
    const options = { headers: { Host: "up.example", "X-A": "b" } };
    const proxy = createServer((request, reply) =>
      forward(request, reply, new ClientConnection(net.connect(port, "127.0.0.1"), { protocol }), options),
    );
    const client = new ClientConnection(net.connect(await proxy.listen(), "127.0.0.1"));
    const { status, headers, body } = await client.request(REQUEST);
    body.discard();
    expect([status, headers.get("x-host")]).toEqual([200, "up.example"]);
    await Promise.all([proxy.close(0), upstream.close(0)]);
  });

  it("refuses a misspelt option before it begins", async () => {
    await expect(forward(null as never, null as never, null as never, { header: [] } as never)).rejects.toThrow(
      "options.header is not an option",
    );
  });
});
