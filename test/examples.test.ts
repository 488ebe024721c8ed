// The examples are run as a reader of the README would run them, and the server's glue is tried where the acceptance
// run would have to wait for its timeouts.
import { execFileSync } from "node:child_process";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { handle } from "../examples/handlers.mjs";
import { isOver, turn } from "../examples/loop.mjs";
import { createServer, type Handler, type HttpServer, type NodeServerOptions } from "../src/adapters/node/index.ts";
import { Http1Connection, Http2Connection } from "../src/index.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const REQUEST = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

describe("examples/two-ends.mjs", () => {
  it("prints the exchange", () => {
    const output = execFileSync(process.execPath, ["examples/two-ends.mjs"], { encoding: "latin1" });
    expect(output.split("\n")).toEqual([
      String.raw`client sends "POST /greet HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nworld"`,
      "server sees  request",
      "server sees  data",
      "server sees  end-of-message",
      String.raw`server sends "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nd\r\nHello, world!\r\n0\r\n\r\n"`,
      "client sees  response 200",
      "client sees  data ",
      "client sees  end-of-message ",
      "",
    ]);
  });
});

describe("examples/loop.mjs", () => {
  it.each([
    ["HTTP/1.1", new Http1Connection("server"), "G@T / HTTP/1.1\r\n\r\n"],
    ["HTTP/2", new Http2Connection("server"), `${PREFACE}\0\0\0\x04\0\0\0\0\0\0\0\x01\x06\0\0\0\0\0x`],
  ])("turns %s up to the peer's fault, and says what is to be said of it", (_, connection, text) => {
    expect(isOver(connection)).toBe(false);
    connection.feed(Buffer.from(text, "latin1"));
    expect(turn(connection, () => {}).length).toBeGreaterThan(0);
    expect(isOver(connection)).toBe(true);
  });
});

describe("examples/server.mjs", () => {
  it("explains itself", () => {
    expect(runServer("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--port N") });
  });

  it.each([["--port", "x"], ["--port", "65536"], ["--workers", "0"], ["--nonsense"], ["surplus"]])(
    "refuses %s %s",
    (...parameters) => {
      expect(runServer(...parameters)).toMatchObject({ status: 2, stderr: expect.stringContaining("Usage:") });
    },
  );
});

describe("the server's timeouts", () => {
  const short = { timeouts: { idle: 200, head: 200, body: 200, write: 200, linger: 200 } };
  let server: Listening | undefined;
  afterEach(() => server?.close(0));

  it("closes an idle connection without a word", async () => {
    server = await start(short);
    expect(await conversation(server.port, [REQUEST])).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nHello, world!\n$/);
    expect(await conversation(server.port, [""])).toBe("");
  });

  it("answers a head that does not come to its end with 408, however it drips", async () => {
    server = await start(short);
    const drip = Array.from(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(100)}`);
    expect(await conversation(server.port, drip, 20)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("answers a body that stops with 408", async () => {
    server = await start(short);
    const head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    expect(await conversation(server.port, [head])).toMatch(/^HTTP\/1\.1 408 [\s\S]*\r\nConnection: close\r\n/);
  });

  it("cuts an answer whose request stops in the middle", async () => {
    server = await start(short);
    const head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel";
    expect(await conversation(server.port, [head])).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nhel$/);
  });

  it("gives up a peer that reads nothing", async () => {
    server = await start(short);
    const socket = net.connect(server.port, "127.0.0.1");
    socket.pause();
    socket.write("GET /bytes/1000000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 900));
    socket.resume();
    const received = await new Promise<number>((resolve) => {
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(socket.bytesRead));
    });
    expect(received).toBeLessThan(100_000_000);
  });

  it("does not wait for ever for a peer that never closes", async () => {
    server = await start(short);
    const socket = net.connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    socket.write("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await new Promise((resolve) => socket.resume().once("end", resolve));
    const begun = performance.now();
    while (!socket.destroyed && performance.now() - begun < 3_000) {
      socket.write("x");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(socket.destroyed).toBe(true);
  });

  it("lets an answer in progress end when it stops", async () => {
    server = await start({});
    const socket = net.connect(server.port, "127.0.0.1");
    let received = "";
    socket.on("data", (octets) => {
      received += octets.toString("latin1");
    });
    socket.write("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    const stopped = server.close(4_000);
    socket.write("hello");
    await new Promise((resolve) => socket.once("end", resolve));
    expect(received).toMatch(/^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 200 [\s\S]*\r\nConnection: close\r\n\r\nhello$/);
    await stopped;
    server = undefined;
  });

  it("answers 500 when a handler throws, and lives on", async () => {
    const errors: unknown[] = [];
    const broken: Handler = (request, reply) => {
      if (request.target === "/broken") throw new Error("handler");
      handle(request as never, reply as never);
    };
    server = await start({ onError: (error) => errors.push(error) }, broken);
    const bad = "GET /broken HTTP/1.1\r\nHost: a\r\n\r\n";
    expect(await conversation(server.port, [bad])).toMatch(/^HTTP\/1\.1 500 /);
    expect(await conversation(server.port, [`${REQUEST}${bad}`])).toMatch(/^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 500 /);
    expect(errors).toHaveLength(2);
  });
});

interface Listening {
  readonly port: number;
  close: HttpServer["close"];
}

async function start(options: NodeServerOptions, handler: Handler = handle as unknown as Handler): Promise<Listening> {
  const server = createServer(handler, options);
  return { port: await server.listen(), close: (grace) => server.close(grace) };
}

function runServer(...parameters: string[]): { status: number; stdout: string; stderr: string } {
  const command = ["examples/server.mjs", ...parameters];
  try {
    return {
      status: 0,
      stdout: execFileSync(process.execPath, command, { encoding: "utf8", stdio: "pipe" }),
      stderr: "",
    };
  } catch (error) {
    return error as { status: number; stdout: string; stderr: string };
  }
}

/** Sends the pieces one after the other, and gives what came back when the server ends the connection. */
function conversation(port: number, pieces: readonly string[], pause = 10): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1");
    let received = "";
    socket.on("data", (octets) => {
      received += octets.toString("latin1");
    });
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
    socket.on("connect", async () => {
      for (const piece of pieces) {
        if (socket.writable && piece !== "") socket.write(piece, "latin1");
        await new Promise((done) => setTimeout(done, pause));
      }
    });
  });
}
