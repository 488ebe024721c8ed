// sansio/node over real sockets: createServer's (request, reply), the client on any Duplex, upgrades, proxies.
import net, { type Socket } from "node:net";
import { Duplex, duplexPair } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import {
  ClientConnection,
  createServer,
  duplexOf,
  fetch,
  fetchHandler,
  forward,
  type Handler,
  type HttpServer,
  http1,
  http2,
  type NodeServerOptions,
  type Reply,
  request as requestOver,
  type ServerRequest,
  takeSocket,
} from "../../src/adapters/node/index.ts";
import { forbidUnhandledRejections, outcome, pause } from "./helpers.ts";

forbidUnhandledRejections();

const servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0);
});

async function listening(handler: Handler, options: NodeServerOptions = {}) {
  const errors: unknown[] = [];
  const server = createServer(handler, { onError: (error) => errors.push(error), ...options });
  servers.push(server);
  const port = await server.listen();
  return { server, port, errors, connect: () => net.connect(port, "127.0.0.1") };
}

/** Sends this and gives what came back when the server closed, or after `wait` milliseconds. */
async function raw(socket: Socket, text: string, wait = 3_000): Promise<string> {
  let received = "";
  socket.on("data", (piece) => {
    received += piece.toString("latin1");
  });
  socket.on("error", () => {});
  socket.write(text, "latin1");
  await Promise.race([new Promise((resolve) => socket.once("end", resolve)), pause(wait)]);
  socket.destroy();
  return received;
}

/** A connection without an address. */
function pipeTo(server: HttpServer): Duplex {
  const [ours, theirs] = duplexPair();
  server.serve(theirs);
  return ours;
}

const octets = (text: string) => Buffer.from(text);
const CLOSE = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const get = (target: string) => ({ target, authority: "a" });

describe("createServer's own handler", () => {
  it("100-continue: the word comes before the answer that the same turn begins", async () => {
    const { connect } = await listening(async (request, reply) => {
      const text = request.text();
      reply.respond(200);
      reply.write(octets(await text));
      reply.end();
    });
    const socket = connect();
    let received = "";
    socket.on("data", (piece) => {
      received += piece.toString("latin1");
      if (received.startsWith("HTTP/1.1 100 ")) socket.write("abc");
    });
    socket.write("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
    await Promise.race([new Promise((resolve) => socket.once("end", resolve)), pause(1_000)]);
    socket.destroy();
    expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(received.endsWith("3\r\nabc\r\n0\r\n\r\n")).toBe(true);
  });

  it("answers in one call, or step by step", async () => {
    const { connect } = await listening((request, reply) => {
      if (request.target === "/x") return reply.complete(200, { "Content-Length": "2" }, octets("hi"));
      reply.inform(103, { Link: "x" });
      reply.respond(200, [["X", request.method]]);
      reply.write(octets("a"));
      reply.end([["T", "1"]]);
    });
    expect(await raw(connect(), CLOSE)).toBe("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    expect(await raw(connect(), CLOSE.replace("/x", "/y"))).toBe(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
        "HTTP/1.1 200 OK\r\nX: GET\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\nT: 1\r\n\r\n",
    );
  });

  it("refuses a body that is not octets before the head is sent", async () => {
    const { connect, errors } = await listening((_, reply) => reply.complete(200, {}, "text" as never));
    expect(await raw(connect(), CLOSE)).toMatch(/^HTTP\/1\.1 500 /);
    expect(errors).toEqual([new TypeError("complete takes a Uint8Array")]);
  });

  it.each(["text", octets("text")])("refuses a body where trailers are taken: %o", async (body) => {
    const { connect, errors } = await listening((_, reply) => {
      reply.respond(200, {});
      reply.end(body as never);
    });
    expect(await raw(connect(), CLOSE)).not.toContain("0\r\n\r\n");
    expect(errors).toEqual([new TypeError("end takes trailers; a body is sent by write or complete")]);
  });

  it("reads bodies by callbacks, by iteration, whole", async () => {
    const { connect } = await listening(async (request, reply) => {
      let read = "";
      if (request.target === "/1") {
        request.read({
          data: (piece) => {
            read += Buffer.from(piece);
          },
          end: (trailers) => reply.complete(200, { "Content-Length": "5" }, octets(`${read}${trailers.get("t")}`)),
          error: () => {},
        });
        return;
      }
      if (request.target === "/2") for await (const piece of request) read += `${Buffer.from(piece)},`;
      else if (request.target === "/3") for await (const chunk of request.chunks()) read += `${Buffer.from(chunk)};`;
      else read = await request.text();
      reply.complete(200, { "Content-Length": String(read.length) }, octets(read));
    });
    const body = "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\nT: 1\r\n\r\n";
    for (const [target, read] of [
      ["/1", "abcd1"],
      ["/2", "ab,cd,"],
      ["/3", "ab;cd;"],
      ["/4", "abcd"],
    ]) {
      const post = `POST ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${body}`;
      expect((await raw(connect(), post)).split("\r\n\r\n")[1]).toBe(read);
    }
  });

  it.each<[string, Handler, string]>([
    [
      "whoever reads it is told, and the connection ends",
      (request, reply) => {
        reply.respond(200, [["Content-Length", "2"]]);
        request.read({ data: () => {}, end: () => reply.end(), error: () => {} });
      },
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
    ],
    [
      "an answer that needs none of it goes on",
      async (_request, reply) => {
        reply.respond(200, [["Content-Length", "2"]]);
        await pause(20);
        reply.write(octets("hi"));
        reply.end();
      },
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    ],
  ])("a FIN instead of the body, behind the beginning of the answer: %s", async (_, handler, expected) => {
    const { server, connect, errors } = await listening(handler, { timeouts: { linger: 10 } });
    const socket = connect();
    socket.write("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n");
    let received = "";
    socket.on("data", (piece) => {
      received += piece;
    });
    await new Promise((resolve) => socket.once("data", resolve));
    socket.end();
    await new Promise((resolve) => socket.once("close", resolve));
    expect([received, errors]).toEqual([expected, []]);
    expect(await server.close()).toEqual({ unanswered: [] });
  });

  it("keeps chunks whole that come in pieces", async () => {
    const chunks: string[] = [];
    const { connect } = await listening(async (request, reply) => {
      for await (const chunk of request.chunks()) chunks.push(Buffer.from(chunk).toString());
      reply.complete(204);
    });
    const socket = connect();
    for (const piece of [
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nab",
      "cd",
      "ef\r\n1\r\ng\r\n0\r\n\r\n",
    ]) {
      socket.write(piece);
      await pause(10);
    }
    socket.resume().end();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(chunks).toEqual(["abcdef", "g"]);
  });

  it("tells of backpressure, and of room again", async () => {
    let written = 0;
    const { connect } = await listening((_, reply) => {
      reply.respond(200);
      const more = () => {
        while (written < 50_000_000) {
          written += 100_000;
          if (!reply.write(Buffer.alloc(100_000))) return;
        }
        reply.end();
      };
      reply.onDrain = more;
      more();
    });
    const socket = connect();
    socket.write(CLOSE);
    socket.pause();
    await pause(100);
    expect(written).toBeLessThan(20_000_000);
    let read = 0;
    for await (const piece of socket) read += piece.length;
    expect([written, read > 50_000_000]).toEqual([50_000_000, true]);
  });

  it("refuses what is said twice, too late or never", async () => {
    const codes: unknown[] = [];
    const attempt = (call: () => void) => {
      try {
        call();
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    };
    const { connect } = await listening((request, reply) => {
      attempt(() => reply.write(octets("early")));
      attempt(() => reply.end());
      reply.respond(204);
      attempt(() => reply.respond(200));
      attempt(() => reply.inform(103));
      reply.end();
      attempt(() => reply.write(octets("late")));
      attempt(() => reply.upgrade());
      expect([reply.hasBegun, reply.hasEnded, reply.isAborted, request.isComplete]).toEqual([true, true, false, false]);
      expect(() => request.read({ data() {}, end() {}, error() {} })).toThrow(TypeError);
    });
    expect(await raw(connect(), CLOSE)).toBe("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    expect(codes).toEqual(Array(6).fill("WRONG_STATE"));
  });

  it("gives an exchange up: the connection ends, and what is said after it goes nowhere", async () => {
    const { connect } = await listening((_, reply) => {
      reply.respond(200);
      reply.write(octets("x"));
      reply.abort();
      expect([reply.write(octets("y")), reply.isAborted]).toEqual([false, true]);
      reply.end();
      reply.inform(103);
      reply.respond(200);
    });
    expect(await raw(connect(), CLOSE)).not.toContain("0\r\n\r\n");
  });

  it("a reader or a drain that throws is the handler's fault", async () => {
    const { connect, errors } = await listening((request) => {
      request.read({
        data: () => {
          throw new Error("reader");
        },
        end() {},
        error() {},
      });
    });
    const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
    expect(await raw(connect(), post)).toMatch(/^HTTP\/1\.1 500 /);
    expect(errors).toMatchObject([{ message: "reader" }]);
  });

  it("closes: answers in progress end, what does not is cut and told", async () => {
    let requests = 0;
    let close = () => {};
    const isClosing = new Promise<void>((resolve) => {
      close = resolve;
    });
    const { server, connect } = await listening(async (request, reply) => {
      requests++;
      if (request.target === "/never") return;
      await isClosing;
      reply.complete(200, { "Content-Length": "0" });
    });
    const [soon, never, idle] = [connect(), connect(), connect()];
    const answers = [
      raw(soon, CLOSE.replace("close", "keep-alive")),
      raw(never, CLOSE.replace("/x", "/never")),
      raw(idle, ""),
    ];
    while (server.connections < 3 || requests < 2) await pause(5);
    const closing = server.close(600);
    close();
    await expect(new Promise((_, reject) => connect().once("error", reject))).rejects.toThrow("ECONNREFUSED");
    const { unanswered } = await closing;
    expect(unanswered.map(({ target }: ServerRequest) => target)).toEqual(["/never"]);
    expect(await Promise.all(answers)).toEqual([
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
      "",
      "",
    ]);
    expect(server.connections).toBe(0);
  });

  it("closes for everybody who asks", async () => {
    let isAsked = false;
    const { server, connect } = await listening(() => {
      isAsked = true;
    });
    const answer = raw(connect(), CLOSE);
    while (!isAsked) await pause(5);
    const all = await Promise.all([server.close(50), server.close(50)]);
    expect(all.flatMap(({ unanswered }) => unanswered.map(({ target }) => target))).toContain("/x");
    expect(await answer).toBe("");
  });

  it("serves connections made elsewhere, and refuses those above its limit", async () => {
    const server = createServer((_, reply) => reply.complete(204));
    servers.push(server);
    const [ours, theirs] = duplexPair();
    server.serve(theirs);
    expect((await requestOver(ours, get("/"))).status).toBe(204);
    const limited = await listening((_, reply) => reply.complete(204), { maxConnections: 1 });
    const first = limited.connect();
    while (limited.server.connections === 0) await pause(5);
    expect(await raw(limited.connect(), CLOSE)).toBe("");
    expect(await raw(first, CLOSE)).toContain("204");
  });

  describe.each([
    ["HTTP/1.1", undefined],
    ["HTTP/2", http2],
  ])("over %s, a handler", (_version, protocol) => {
    const answered = async (handler: unknown) => {
      const { connect, errors } = await listening(handler as Handler);
      const { status } = await requestOver(connect(), { ...get("/"), scheme: "http" }, { protocol });
      return { status, errors };
    };

    it.each([
      ["returns a Response", () => new Response()],
      ["resolves with one", async () => new Response()],
    ])("that %s is told of fetchHandler", async (_, handler) => {
      const errors = [new TypeError("a handler that returns a Response needs fetchHandler")];
      expect(await answered(handler)).toEqual({ status: 500, errors });
    });

    it("that returns nothing does not make Node load Fetch", async () => {
      const { Response } = globalThis;
      let uses = 0;
      const look = () => {
        uses++;
        return Response;
      };
      Object.defineProperty(globalThis, "Response", { configurable: true, get: look });
      const outcomes = [
        await answered((_: ServerRequest, reply: Reply) => reply.complete(204)),
        await answered(async (_: ServerRequest, reply: Reply) => reply.complete(204)),
      ].map(({ status }) => status);
      Object.defineProperty(globalThis, "Response", { configurable: true, writable: true, value: Response });
      expect({ outcomes, uses }).toEqual({ outcomes: [204, 204], uses: 0 });
    });

    it("that returns anything else answers when it likes", async () => {
      const later = (_: ServerRequest, reply: Reply) => setTimeout(() => reply.complete(204), 5);
      expect(await answered(later)).toEqual({ status: 204, errors: [] });
    });
  });

  it("tells when it cannot listen", async () => {
    const { port } = await listening(() => {});
    await expect(createServer(() => {}).listen(port)).rejects.toThrow("EADDRINUSE");
  });

  it("takes a port as the environment has it, as node:net does", async () => {
    const { server } = await listening(() => {});
    await server.close();
    expect(await server.listen("0" as never)).toBeGreaterThan(0);
    await server.close();
    await expect(server.listen("web" as never)).rejects.toThrow(RangeError);
  });

  it("gives up a Duplex that takes nothing", async () => {
    const server = createServer((_, reply) => reply.complete(200, {}, Buffer.alloc(1_000_000)), {
      timeouts: { write: 50 },
    });
    servers.push(server);
    const stream = new Duplex({ read() {}, write() {} });
    const closed = new Promise((resolve) => stream.once("close", resolve));
    stream.on("error", () => {});
    server.serve(stream);
    stream.push(CLOSE);
    await closed;
    expect(server.connections).toBe(0);
  });
});

describe("createServer", () => {
  it.each<[NodeServerOptions, string]>([
    [{ http1: { limits: { maxHeadBytes: -1 } } }, "maxHeadBytes"],
    [{ http2: { limits: { maxFields: -1 } } }, "maxFields"],
    [{ http2: { settings: { maxFrameSize: 1 } } }, "maxFrameSize"],
    [{ maxConnections: "many" as never }, "maxConnections"],
    [{ timeouts: { idle: -1 } }, "idle"],
    [{ timeout: 5 } as object, "options.timeout"],
  ])("refuses %o before there is a connection", (options, message) => {
    expect(() => createServer(() => {}, options)).toThrow(message);
  });

  it("takes no notice of options of HTTP/2 when it does not speak it", () => {
    createServer(() => {}, { http2: { limits: { maxFields: -1 } }, speaksHttp2: false });
  });

  it("listens again after it was closed", async () => {
    const { server } = await listening((_, reply) => reply.complete(200, { "Content-Length": "2" }, octets("ok")));
    await server.close();
    const again = net.connect(await server.listen(), "127.0.0.1");
    expect(await raw(again, CLOSE)).toMatch(/ok$/);
    expect(await server.close()).toEqual({ unanswered: [] });
  });

  it("listens while it closes: each close resolves", async () => {
    let requests = 0;
    const { server, connect } = await listening(async (_, reply) => {
      requests++;
      await pause(20);
      reply.complete(204);
    });
    const answer = raw(connect(), CLOSE);
    while (requests === 0) await pause(1);
    const first = server.close();
    const again = net.connect(await server.listen(), "127.0.0.1");
    expect(await raw(again, CLOSE)).toMatch(/^HTTP\/1\.1 204/);
    expect(await Promise.all([first, server.close(), answer])).toMatchObject([
      { unanswered: [] },
      { unanswered: [] },
      expect.stringMatching(/^HTTP\/1\.1 204/),
    ]);
  });

  it("that closes with all the patience there is cuts nothing", async () => {
    let requests = 0;
    const { server, connect } = await listening(async (_, reply) => {
      requests++;
      await pause(20);
      reply.complete(200, { "Content-Length": "2" }, octets("ok"));
    });
    const answer = raw(connect(), CLOSE);
    while (requests === 0) await pause(1);
    expect(await server.close(Number.POSITIVE_INFINITY)).toEqual({ unanswered: [] });
    expect(await answer).toMatch(/ok$/);
  });
});

describe("upgrades", () => {
  it("are usable by ws", async () => {
    const sockets = new WebSocketServer({ noServer: true });
    sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(`echo ${data}`)));
    const { port } = await listening((_, reply) => {
      const { request, socket, head } = takeSocket(reply);
      sockets.handleUpgrade(request as never, socket, head, (each) => sockets.emit("connection", each, request));
    });
    const client = new WebSocket(`ws://127.0.0.1:${port}/chat`);
    const answer = await new Promise((resolve, reject) => {
      client.on("open", () => client.send("hi"));
      client.on("message", (data) => resolve(String(data)));
      client.on("error", reject);
    });
    expect(answer).toBe("echo hi");
    client.terminate();
  });

  describe("of sockets that are taken", () => {
    const UP = "GET /up HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    const PLAIN = "GET /plain HTTP/1.1\r\nHost: a\r\n\r\n";
    const plain = (reply: Reply) => reply.complete(200, { "Content-Length": "5" }, octets("plain"));

    it("come behind the answers to what was asked before in the same read", async () => {
      const { connect } = await listening((request, reply) => {
        if (request.target === "/plain") return plain(reply);
        reply.inform(103, { Link: "x" });
        const { socket, head } = takeSocket(reply);
        socket.end(`taken ${head}`);
      });
      expect(await raw(connect(), `${PLAIN}${PLAIN}${UP}tail`)).toMatch(
        /^(?:HTTP\/1\.1 200 OK\r\n[^x]*plain){2}HTTP\/1\.1 103 [^\r]*\r\nLink: x\r\n\r\ntaken tail$/,
      );
    });

    it("need the reply that is due", async () => {
      const failures: unknown[] = [];
      let earlier: Reply | null = null;
      const { connect } = await listening((request, reply) => {
        if (request.target === "/plain") {
          earlier = reply;
          return plain(reply);
        }
        for (const each of [earlier as Reply, reply, reply]) {
          try {
            takeSocket(each).socket.end("taken");
          } catch (error) {
            failures.push(error);
          }
        }
      });
      expect(await raw(connect(), PLAIN + UP)).toMatch(/plaintaken$/);
      expect(failures).toMatchObject([{ code: "WRONG_STATE" }, { code: "WRONG_STATE" }]);
    });

    it("are no more to be had when the peer is gone", async () => {
      let failure: unknown;
      const { connect } = await listening(async (_, reply) => {
        await new Promise((resolve) => {
          reply.onAbort = resolve;
        });
        failure = (await outcome((async () => takeSocket(reply))())).error;
      });
      const socket = connect();
      socket.write(UP);
      await pause(20);
      socket.resetAndDestroy();
      await expect.poll(() => failure).toMatchObject({ code: "DISCONNECTED" });
    });

    it("are not those that were destroyed and have not said so yet", async () => {
      const [ours, theirs] = duplexPair();
      let failure: unknown;
      const { server } = await listening((_, reply) => {
        theirs.destroy(new Error("gone"));
        try {
          takeSocket(reply);
        } catch (error) {
          failure = error;
        }
      });
      server.serve(theirs);
      ours.write(UP);
      await expect.poll(() => failure).toMatchObject({ code: "DISCONNECTED", cause: { message: "gone" } });
      await expect.poll(() => server.connections).toBe(0);
    });

    it("have no timer of ours, now or later", async () => {
      const times: number[] = [];
      let taken: Duplex | undefined;
      const { server } = await listening(async (request, reply) => {
        // More than the peer takes before it reads.
        if (request.target === "/plain") return reply.complete(200, { "Content-Length": "40000" }, new Uint8Array(4e4));
        await pause(10);
        times.length = 0;
        taken = takeSocket(reply).socket;
      });
      const [ours, theirs] = duplexPair();
      Object.assign(theirs, { setTimeout: (milliseconds: number) => times.push(milliseconds) });
      server.serve(theirs);
      ours.write(PLAIN + UP);
      await expect.poll(() => taken).toBe(theirs);
      expect(times).toEqual([0]);
      ours.resume();
      await pause(20);
      expect(times).toEqual([0]);
    });
  });

  it("need a proposal", async () => {
    const { connect, errors } = await listening((_, reply) => {
      takeSocket(reply);
    });
    expect(await raw(connect(), CLOSE)).toMatch(/^HTTP\/1\.1 500 /);
    expect(errors).toMatchObject([{ code: "UNPROPOSED_SWITCH" }]);
  });

  it("as a Duplex at both ends", async () => {
    const { connect } = await listening((_, reply) => {
      const tunnel = duplexOf(reply.upgrade(), reply);
      tunnel.pipe(tunnel);
    });
    const { upgraded, status } = await requestOver(connect(), { method: "CONNECT", target: "a:1", authority: "a:1" });
    expect(status).toBe(200);
    upgraded?.end(Buffer.alloc(3_000_000, "x"));
    let read = 0;
    for await (const piece of upgraded ?? []) read += piece.length;
    expect(read).toBe(3_000_000);
  });

  it("whose peer vanishes fail", async () => {
    const failed = { at: null as unknown };
    const { connect } = await listening((_, reply) => {
      const tunnel = duplexOf(reply.upgrade(), reply);
      tunnel.resume().on("error", (error) => {
        failed.at = error;
      });
    });
    const socket = connect();
    const { upgraded } = await requestOver(socket, { method: "CONNECT", target: "a:1", authority: "a:1" });
    upgraded?.on("error", () => {});
    socket.resetAndDestroy();
    for (let tries = 0; tries < 500 && failed.at === null; tries++) await pause(10);
    expect(failed.at).toMatchObject({ code: "DISCONNECTED" });
  });
});

describe("the client on a Duplex", () => {
  it("fetches, requests, and keeps the connection", async () => {
    const { connect } = await listening(async (request, reply) => {
      const body = Buffer.from(`${request.target} ${await request.text()}`);
      reply.complete(200, { "Content-Length": String(body.length) }, body);
    });
    expect(await (await fetch(connect(), new Request("http://a/1"))).response?.text()).toBe("/1 ");
    const connection = new ClientConnection(connect());
    const first = await connection.request({ method: "PUT", target: "/2", authority: "a", body: "b" });
    expect(await first.body.text()).toBe("/2 b");
    expect(await (await connection.fetch(get("/3"))).response?.text()).toBe("/3 ");
    expect(await connection.close()).toEqual({ unanswered: [] });
  });

  it("rejects when there is nobody", async () => {
    const { server, port } = await listening(() => {});
    await server.close(0);
    expect(await outcome(requestOver(net.connect(port, "127.0.0.1"), get("/")))).toMatchObject({
      error: { code: "DISCONNECTED", cause: { code: "ECONNREFUSED" } },
    });
  });

  it("has the Fetch handler at the other end", async () => {
    const { connect } = await listening(fetchHandler(() => ({ body: "hi", trailers: { T: "1" } })));
    const { body, trailers } = await requestOver(connect(), get("/"));
    expect([await body.text(), [...(await trailers)]]).toEqual(["hi", [["t", "1"]]]);
  });
});

it.each([
  ["http://b:81/p HTTP/1.1\r\nHost: a", "b:81", "the target's, which outranks Host"],
  ["http://b HTTP/1.0\r\nConnection: close", "b", "the target's, of HTTP/1.0 too"],
  ["/p HTTP/1.1\r\nHost: a", "a", "Host"],
  ["/p HTTP/1.0\r\nConnection: close", "", "unknown, where nothing names it"],
])("the authority of GET %j is %j: %s", async (text, authority) => {
  const { connect } = await listening((request, reply) => reply.complete(200, {}, octets(`[${request.authority}]`)));
  expect(await raw(connect(), `GET ${text}\r\n\r\n`, 300)).toContain(`[${authority}]`);
});

it("the authority of a CONNECT is its target (RFC 9112 3.2.3)", async () => {
  const { connect } = await listening((request, reply) => reply.complete(403, {}, octets(`[${request.authority}]`)));
  expect(await raw(connect(), "CONNECT b:1 HTTP/1.1\r\nHost: a\r\n\r\n")).toContain("[b:1]");
});

describe("a proxy", () => {
  async function proxied(handler: Handler, request: string) {
    let seen: ServerRequest | undefined;
    const upstream = await listening((received, reply) => {
      seen = received;
      return handler(received, reply);
    });
    const refusals: string[] = [];
    const proxy = await listening((received, reply) =>
      forward(received, reply, new ClientConnection(upstream.connect()), {
        headers: [["Forwarded", "for=x"]],
        onRefusal: ({ reason }) => refusals.push(reason),
      }),
    );
    return { answer: await raw(proxy.connect(), request, 1_000), seen: () => seen, refusals };
  }

  it("keeps names, chunks and trailers both ways, and drops what is for one hop", async () => {
    let sent = "";
    const { answer, seen } = await proxied(async (request, reply) => {
      for await (const chunk of request.chunks()) sent += `${Buffer.from(chunk)};`;
      sent += JSON.stringify(request.trailers?.raw());
      reply.inform(103, { Link: "x" });
      reply.respond(200, [
        ["X-CasE", "1"],
        ["Keep-Alive", "1"],
        ["Connection", "x-hop"],
        ["X-Hop", "1"],
      ]);
      reply.write(octets("one"));
      reply.write(octets("three"));
      reply.end([["T-Out", "2"]]);
    }, "POST http://other/p HTTP/1.1\r\nHost: a\r\nX-cAse: 1\r\nConnection: close, X-Gone\r\nX-Gone: 1\r\nTE: trailers\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\nT-In: 1\r\n\r\n");
    expect(sent).toBe('ab;cde;[["T-In","1"]]');
    expect(seen()?.target).toBe("/p");
    expect(seen()?.headers.raw()).toEqual([
      ["Host", "other"],
      ["Transfer-Encoding", "chunked"],
      ["X-cAse", "1"],
      ["Via", "1.1 sansio"],
      ["Forwarded", "for=x"],
    ]);
    expect(answer).toBe(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
        "HTTP/1.1 200 OK\r\nX-CasE: 1\r\nVia: 1.1 sansio\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
        "3\r\none\r\n5\r\nthree\r\n0\r\nT-Out: 2\r\n\r\n",
    );
  });

  it("sends on a body that had come before it began", async () => {
    const upstream = await listening(async (request, reply) => {
      const body = octets(`${await request.text()} ${request.headers.get("content-length")}`);
      reply.complete(200, { "Content-Length": String(body.length) }, body);
    });
    const proxy = await listening(async (request, reply) => {
      await pause(20);
      await forward(request, reply, new ClientConnection(upstream.connect()));
    });
    for (const [framing, length] of [
      ["Content-Length: 2\r\n\r\nhi", "2"],
      ["Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "null"],
    ]) {
      const answer = await raw(proxy.connect(), `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${framing}`);
      expect(answer).toMatch(new RegExp(`\r\n\r\nhi ${length}$`));
    }
    const client = new ClientConnection(proxy.connect(), { protocol: http2 });
    const { body } = await client.request({ method: "POST", target: "/", authority: "a", scheme: "http", body: "hi" });
    expect(await body.text()).toMatch(/^hi /);
    const bodiless = await client.request({ ...get("/"), scheme: "http" });
    expect(await bodiless.body.text()).toBe(" null");
    await client.close();
  });

  it.each([
    ["OPTIONS", "2", "1"],
    ["TRACE", "010", "9"],
    ["OPTIONS", "x", "x"],
    ["GET", "2", "2"],
    ["TRACE", "9".repeat(30), "9007199254740991"],
  ])("counts the hops of %s down: Max-Forwards %s goes on as %s (RFC 9110 7.6.2)", async (method, count, expected) => {
    const request = `${method} /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\nMax-Forwards: ${count}\r\n\r\n`;
    const { seen } = await proxied((_, reply) => reply.complete(204), request);
    expect(seen()?.headers.get("max-forwards")).toBe(expected);
  });

  it.each([
    ["1.1", http1],
    ["2", http2],
  ])("says in Via what it received: a response of HTTP/%s to a request of HTTP/2", async (version, protocol) => {
    let asked: string | null = null;
    const upstream = await listening((request, reply) => {
      asked = request.headers.get("via");
      reply.complete(204);
    });
    const proxy = await listening((request, reply) =>
      forward(request, reply, new ClientConnection(upstream.connect(), { protocol })),
    );
    const client = new ClientConnection(proxy.connect(), { protocol: http2 });
    const { httpVersion, headers } = await client.request({ ...get("/"), scheme: "http" });
    expect([asked, httpVersion, headers.get("via")]).toEqual(["2 sansio", "2", `${version} sansio`]);
    await client.close();
  });

  it.each([
    ["GET http://b", "/"],
    ["GET http://b?q", "/?q"],
    ["OPTIONS http://b/", "/"],
    ["OPTIONS http://b?", "/?"],
    ["OPTIONS http://b", "*"],
    ["OPTIONS *", "*"],
  ])("sends %s on as %s (RFC 9112 3.2.1, 3.2.4)", async (line, target) => {
    const request = `${line} HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n`;
    const { seen } = await proxied((_, reply) => reply.complete(204), request);
    expect([seen()?.target, seen()?.headers.get("host")]).toEqual([target, "b"]);
  });

  it("over HTTP/2 on both sides keeps what came never-indexed so (RFC 7541 6.2.3)", async () => {
    let seen: ServerRequest | undefined;
    const upstream = await listening((request, reply) => {
      seen = request;
      reply.complete(204);
    });
    const proxy = await listening((request, reply) =>
      forward(request, reply, new ClientConnection(upstream.connect(), { protocol: http2 })),
    );
    const client = new ClientConnection(proxy.connect(), { protocol: http2 });
    const headers: [string, string, true][] = [["x-secret", "abc", true]];
    const { body } = await client.request({ ...get("/?token=1"), scheme: "http", headers, sensitive: ["target"] });
    body.discard();
    expect(seen?.head).toMatchObject({ target: "/?token=1", sensitive: ["target"] });
    expect(seen?.headers.raw()[0]).toEqual(["x-secret", "abc", true]);
    await client.close();
  });

  it("drops from trailers what is for one hop", async () => {
    let trailers: unknown;
    const { answer } = await proxied(async (request, reply) => {
      await request.bytes();
      trailers = request.trailers?.raw();
      reply.respond(200);
      reply.end({ Connection: "close", "Keep-Alive": "1", T: "2" });
    }, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" +
      "0\r\nConnection: close, x\r\nKeep-Alive: 1\r\nX: 1\r\nT: 1\r\n\r\n");
    expect(trailers).toEqual([["T", "1"]]);
    expect(answer.endsWith("\r\n0\r\nT: 2\r\n\r\n")).toBe(true);
  });

  it.each([
    ["the upstream's address", (port: number, _: HttpServer) => net.connect(port, "127.0.0.1"), /^127\.0\.0\.1:\d+$/],
    ["localhost where there is none", (_: number, server: HttpServer) => pipeTo(server), /^localhost$/],
  ])("names a host to the upstream when HTTP/1.0 names none: %s", async (_, connect, expected) => {
    let host: string | null = null;
    const upstream = await listening(async (request, reply) => {
      host = request.headers.get("host");
      const body = octets(await request.text());
      reply.complete(200, { "Content-Length": String(body.length) }, body);
    });
    const proxy = await listening((request, reply) =>
      forward(request, reply, new ClientConnection(connect(upstream.port, upstream.server))),
    );
    const answer = await raw(proxy.connect(), "POST /x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nhi$/);
    expect(host).toMatch(expected);
  });

  it("keeps a length, and has no body for HEAD", async () => {
    const handler: Handler = (_, reply) => reply.complete(200, { "Content-Length": "2" }, octets("hi"));
    const put = "PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx";
    expect((await proxied(handler, put)).answer).toMatch(/Content-Length: 2\r\n[\s\S]*\r\n\r\nhi$/);
    expect((await proxied(handler, CLOSE.replace("GET", "HEAD"))).answer).toMatch(
      /Content-Length: 2\r\n[\s\S]*\r\n\r\n$/,
    );
  });

  it("removes a Content-Length that chunked overrides (RFC 9112 6.3)", async () => {
    const chunks = "5\r\nhello\r\n0\r\n\r\n";
    for (const length of ["3", "9", "x"]) {
      const upstream = net.createServer((socket) => {
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
      });
      await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
      const { port: upstreamPort } = upstream.address() as net.AddressInfo;
      const proxy = await listening((request, reply) =>
        forward(request, reply, new ClientConnection(net.connect(upstreamPort, "127.0.0.1"))),
      );
      const answer = await raw(proxy.connect(), CLOSE);
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).not.toMatch(/content-length/i);
      expect(answer.endsWith(`\r\n\r\n${chunks}`)).toBe(true);
      upstream.close();
    }
  });

  it.each([
    ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501],
    ["an end-to-end field in Connection", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Host\r\n\r\n", 400],
    [
      "an upgrade with a body",
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\nx",
      400,
    ],
    ["a user in the target", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a target that is none", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a target without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a backslash in the target's host", "GET http://b\\x HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a fragment", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["an expectation that is unknown", "GET / HTTP/1.1\r\nHost: a\r\nExpect: miracle\r\n\r\n", 417],
    ["a name with an underscore", "GET / HTTP/1.1\r\nHost: a\r\nContent_Length: 1\r\n\r\n", 400],
    ["a request that goes no further", "TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n", 501],
    ["the same with more zeros", "OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 00\r\n\r\n", 501],
  ])("refuses %s", async (_, request, status) => {
    const { answer, seen, refusals } = await proxied((_request, reply) => reply.complete(204), request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect([seen(), refusals.length]).toEqual([undefined, 1]);
  });

  it("whose upstream is not there, or fails, says 502 or cuts the answer", async () => {
    expect((await proxied((_, reply) => reply.abort(), CLOSE)).answer).toMatch(/^HTTP\/1\.1 502 /);
    const { answer } = await proxied(async (_, reply) => {
      reply.respond(200);
      reply.write(octets("x"));
      await pause(20);
      reply.abort();
    }, CLOSE);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain("0\r\n\r\n");
  });
});
