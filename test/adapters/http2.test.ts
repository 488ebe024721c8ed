// The adapters over HTTP/2: what is the same as over HTTP/1.1, and what only streams have.
import { Duplex, duplexPair } from "node:stream";
import { describe, expect, it } from "vitest";
import { createServer, type Handler } from "../../src/adapters/node/index.ts";
import {
  Connection,
  type ConnectionOptions,
  either,
  type Fetched,
  type FetchHandler,
  fetchOver,
  http1,
  http2,
  type NetworkError,
  type PlainRequest,
  protocolOf,
  type ServeOptions,
  serveConnection,
} from "../../src/adapters/web/index.ts";
import { Http2Connection, RemoteProtocolError } from "../../src/http2/index.ts";
import { octets } from "../helpers.ts";
import { forbidUnhandledRejections, frame, Http2Peer, outcome, pause, RawPeer, streamPair, textOf } from "./helpers.ts";

forbidUnhandledRejections();

const get = (target: string): PlainRequest => ({ target, authority: "a", scheme: "http" });

/** The client's window for all responses together: that of a server. */
const SMALL = { http2: { windows: { connection: 1_048_576 } } };

function joined(handler: FetchHandler, serving: ServeOptions = {}, connecting: ConnectionOptions = {}) {
  const [ours, theirs] = streamPair();
  const errors: unknown[] = [];
  const served = serveConnection(ours, handler, {
    protocol: either,
    onError: (error) => errors.push(error),
    ...serving,
  });
  const connection = new Connection(theirs, { protocol: http2, ...connecting });
  return { served, connection, errors };
}

describe.each([
  ["http/1.1", http1],
  ["h2", http2],
])("the same over %s", (name, protocol) => {
  it("a body where no Response has one keeps nothing waiting", async () => {
    const { connection } = joined(() => ({ status: 205, body: new Uint8Array(1_000_000) }), {}, { protocol });
    for (let i = 0; i < 3; i++) {
      const { status, body, trailers } = await connection.fetch(get("/"));
      expect([status, body, (await trailers).length]).toEqual([205, null, 0]);
    }
    connection.abort();
  });

  it("a handler and a client: bodies, trailers, informational responses, many requests", async () => {
    const { connection } = joined(
      async (request, info) => {
        info.inform(103, { Link: "x" });
        const text = await request.text();
        const trailers = JSON.stringify((await info.trailers).raw());
        const headers = { "X-A": "1", Connection: "keep-alive" };
        return {
          status: 201,
          headers,
          body: octets(`${text}${trailers}${info.httpVersion}`),
          trailers: { "x-t": "2" },
        };
      },
      { protocol: either },
      { protocol },
    );
    const many = Array.from({ length: 20 }, async (_, index) => {
      const body = octets("x".repeat(index * 1000 + 1));
      const fetched = await connection.fetch({ ...get("/"), method: "POST", body, trailers: [["x-r", "1"]] });
      const version = name === "h2" ? "2" : "1.1";
      expect(await fetched.response?.text()).toBe(`${"x".repeat(index * 1000 + 1)}[["x-r","1"]]${version}`);
      expect([fetched.status, fetched.headers.get("x-a"), fetched.informational.length]).toEqual([201, "1", 1]);
      expect([...(await fetched.trailers)]).toEqual([["x-t", "2"]]);
    });
    await Promise.all(many);
    expect(await connection.close()).toEqual({ unanswered: [] });
  });

  it("a request and a response that have arrived are read, though the connection ends at that moment", async () => {
    const hello = { value: { done: false, value: new TextEncoder().encode("hello") } };
    const first = (stream: ReadableStream<Uint8Array> | null) =>
      outcome(stream?.getReader().read() ?? Promise.reject());
    const post = { ...get("/"), method: "POST", body: "hello" };
    let request: ReturnType<typeof first> | undefined;
    const { served, connection } = joined(
      async (_, info) => {
        await info.trailers;
        request = first(info.body);
        served.abort();
      },
      {},
      { protocol },
    );
    await outcome(connection.fetch(post));
    expect(await request).toEqual(hello);

    const { connection: second } = joined(() => ({ body: "hello" }), {}, { protocol });
    const { body, trailers } = await second.fetch(get("/"));
    await trailers;
    const response = first(body);
    second.abort();
    expect(await response).toEqual(hello);
  });

  it("HEAD, 204, a Request with its URL, 100-continue", async () => {
    const { connection } = joined(
      async (request, info) =>
        request.method === "HEAD"
          ? { headers: { "content-length": "9" }, body: "whatever" }
          : { status: 200, body: `${request.url} ${await textOf(info.body)}` },
      {},
      { protocol },
    );
    const head = await connection.fetch(new Request("http://h:1/", { method: "HEAD" }));
    expect([head.body, head.headers.get("content-length")]).toEqual([null, "9"]);
    const init = { method: "PUT", headers: { Expect: "100-continue" }, body: "hi" };
    const put = await connection.fetch({ ...get("/x?y"), ...init });
    expect([await put.response?.text(), put.informational.map(({ status }) => status)]).toEqual([
      "http://a/x?y hi",
      [100],
    ]);
    connection.abort();
  });

  it("10 MiB both ways at once, at the pace of the slower", async () => {
    const { connection } = joined((_, info) => ({ body: info.body }), {}, { protocol });
    async function* body() {
      for (let i = 0; i < 160; i++) yield new Uint8Array(65536).fill(i);
    }
    const fetched = await connection.fetch({ ...get("/"), method: "PUT", body: body() });
    let length = 0;
    for await (const piece of fetched.body as unknown as AsyncIterable<Uint8Array>) {
      if (piece[0] !== (length >> 16) % 256) throw new Error(`${piece[0]} at ${length}`);
      length += piece.length;
    }
    expect(length).toBe(160 * 65536);
    connection.abort();
  });

  it("a tunnel by CONNECT, both ways and half-closed", async () => {
    const { connection } = joined(
      async (_, info) => {
        const { readable, writable } = info.upgrade();
        await readable.pipeTo(writable);
      },
      {},
      { protocol },
    );
    const { upgraded, response } = await connection.fetch({ method: "CONNECT", target: "b:1", authority: "b:1" });
    expect(response).toBe(null);
    const writer = upgraded?.writable.getWriter();
    writer?.write(octets("x".repeat(100_000)));
    writer?.close();
    expect((await textOf(upgraded?.readable ?? null)).length).toBe(100_000);
    await connection.close();
  });

  it("an aborted request frees its place", async () => {
    let aborted: AbortSignal | undefined;
    const { connection, served } = joined(
      (_, info) => {
        aborted = info.signal;
        return new Promise(() => {});
      },
      {},
      { protocol },
    );
    const controller = new AbortController();
    const fetched = outcome(connection.fetch(get("/"), controller));
    await pause(10);
    controller.abort("no");
    expect(await fetched).toEqual({ error: "no" });
    await pause(10);
    expect([aborted?.aborted, connection.outstanding]).toEqual([true, 0]);
    connection.abort();
    await served.closed;
  });
});

describe("streams", () => {
  it("whose handlers misbehave leave the others untouched", async () => {
    const { connection, errors } = joined(async (_, info) => {
      await pause(1);
      switch (info.target) {
        case "/throw":
          throw new Error("boom");
        case "/short":
          return { headers: { "content-length": "9" }, body: "x" };
        case "/fails":
          return new Response(new ReadableStream({ pull: () => Promise.reject(new Error("source")) }));
        default:
          return { body: "ok" };
      }
    });
    const results = ["/throw", "/short", "/fails", "/ok"].map(async (target) => {
      const { response, status } = await connection.fetch(get(target));
      return `${status} ${await response?.text()}`;
    });
    const [thrown, short, fails, ok] = await Promise.all(results.map(outcome));
    expect(thrown?.value).toBe("500 ");
    expect(short?.error).toMatchObject({ code: "RESET" });
    expect(fails?.error).toMatchObject({ code: "RESET" });
    expect(ok?.value).toBe("200 ok");
    expect(errors.map((error) => (error as Error).message.slice(0, 6)).sort()).toEqual(["boom", "less b", "source"]);
    expect((await (await connection.fetch(get("/ok"))).response?.text()) ?? "").toBe("ok");
    connection.abort();
  });

  it("get the fields of HTTP/2 alone, and all of them when they can be read but once", async () => {
    const [ours, theirs] = duplexPair();
    const fields = new Map([
      ["Connection", "keep-alive"],
      ["X-A", "1"],
    ]);
    createServer((_, reply) => reply.complete(200, fields.entries())).serve(ours);
    const connection = new Connection(Duplex.toWeb(theirs) as ByteStream, { protocol: http2 });
    expect((await connection.fetch(get("/"))).headers.raw()).toEqual([["x-a", "1"]]);
    connection.abort();
  });

  it("more than the server takes wait for their turn", async () => {
    let open = 0;
    let most = 0;
    const { connection } = joined(
      async () => {
        most = Math.max(most, ++open);
        await pause(1);
        open--;
        return { body: "ok" };
      },
      { http2: { settings: { maxConcurrentStreams: 5 } } },
    );
    await (await connection.fetch(get("/"))).response?.text();
    const all = Array.from({ length: 50 }, async () => (await connection.fetch(get("/"))).response?.text());
    expect(new Set(await Promise.all(all))).toEqual(new Set(["ok"]));
    expect(most).toBe(5);
    connection.abort();
  });

  it("a handler that writes without a pause is told when the transport is full, whatever window the peer opens", async () => {
    const [ours, theirs] = duplexPair();
    let written = 0;
    const server = createServer((_, reply) => {
      reply.respond(200);
      do written += 16_384;
      while (reply.write(new Uint8Array(16_384)) && written < 16_000_000);
    });
    server.serve(ours);
    const most = 2 ** 31 - 1;
    const settings = { initialWindowSize: most };
    const peer = new Http2Connection("client", { settings, windows: { stream: most, connection: most } });
    theirs.write(peer.bytesToSend());
    peer.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
    theirs.write(peer.bytesToSend());
    await pause(20);
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(200_000);
    await server.close(0);
  });

  it("the window of a stream may be given as a setting", async () => {
    const options = { http2: { settings: { initialWindowSize: 10_000 } } };
    const { connection } = joined(() => ({ body: new Uint8Array(100_000) }), options, options);
    const { body } = await connection.fetch(get("/"));
    expect((await textOf(body)).length).toBe(100_000);
    connection.abort();
  });

  it("a response that is read slowly does not keep others from coming", async () => {
    const { connection } = joined((_, info) => ({ body: info.target === "/big" ? new Uint8Array(3_000_000) : "ok" }));
    const big = await connection.fetch(get("/big"));
    await pause(10);
    expect(await (await connection.fetch(get("/"))).response?.text()).toBe("ok");
    expect((await textOf(big.body)).length).toBe(3_000_000);
    connection.abort();
  });

  it("a request body that nobody reads is thrown away up to a limit, and the stream ends", async () => {
    const { connection } = joined(() => ({ status: 413 }), { unreadBodyOctets: 100_000 });
    let cancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
      cancel: () => {
        cancelled = true;
      },
    });
    const { status, response } = await connection.fetch({ ...get("/"), method: "PUT", body });
    expect([status, await response?.text()]).toEqual([413, ""]);
    await pause(10);
    expect([cancelled, connection.outstanding]).toEqual([true, 0]);
    connection.abort();
  });

  it.each<[string, Partial<ServeOptions>, number, string]>([
    ["is more than is thrown away", { unreadBodyOctets: 50_000 }, 1, "NO_ERROR"],
    ["stalls", { timeouts: { body: 20 } }, 0, "CANCEL"],
  ])(
    "an answer that waits for a window goes out whole, though its request's body %s",
    async (_, options, rest, code) => {
      const [ours, theirs] = streamPair();
      serveConnection(ours, () => ({ body: new Uint8Array(100_000) }), { protocol: http2, ...options });
      const client = new Http2Peer("client", theirs);
      const upload = (count: number) => {
        client.http.send({ type: "data", streamId: 1, data: new Uint8Array(count) });
        client.flush();
      };
      client.http.updateSettings({ initialWindowSize: 100 });
      client.flush();
      await client.until("settings-acknowledged");
      client.http.openStream({ method: "PUT", target: "/", authority: "a" });
      upload(40_000);
      await client.until("data", 1);
      upload(40_000);
      await pause(60);
      client.http.updateSettings({ initialWindowSize: 200_000 });
      client.flush();
      await client.until("end-of-message", 1);
      upload(rest);
      expect(await client.until("stream-reset", 1)).toMatchObject({ code });
      const pieces = client.events.map((event) => (event.type === "data" ? event.data.length : 0));
      expect(pieces.reduce((sum, length) => sum + length)).toBe(100_000);
      client.reset();
    },
  );

  it("a response that is given up is reset, and the connection goes on", async () => {
    let cancelled: unknown;
    const { connection } = joined((_, info) =>
      info.target === "/"
        ? { body: "ok" }
        : new Response(
            new ReadableStream({
              pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
              cancel: (reason) => {
                cancelled = reason;
              },
            }),
          ),
    );
    await (await connection.fetch(get("/endless"))).body?.cancel();
    expect(await (await connection.fetch(get("/"))).response?.text()).toBe("ok");
    expect((cancelled as NetworkError).code).toBe("RESET");
    connection.abort();
  });

  it.each(["request", "response"])(
    "given up with a %s's body unread take nothing of the connection's window along",
    async (what) => {
      const { connection } = joined(
        async (request, info) => {
          if (info.target === "/download") return { body: new Uint8Array(2_000_000) };
          if (info.target === "/upload") return { body: String((await request.text()).length) };
          await info.body?.getReader().read();
          return new Promise(() => {});
        },
        {},
        SMALL,
      );
      // More than the window of 1 MiB, a fifth at a time.
      for (let i = 0; i < 10; i++) {
        const controller = new AbortController();
        const body = (async function* () {
          for (let piece = 0; piece < 4; piece++) yield new Uint8Array(50_000);
          await new Promise(() => {});
        })();
        const given =
          what === "request" ? { ...get("/never"), method: "PUT", body } : { ...get("/download"), method: "GET" };
        const fetched = outcome(connection.fetch(given, controller).then((answer) => answer.body?.getReader().read()));
        await pause(20);
        controller.abort("enough");
        await fetched;
      }
      const upload = await connection.fetch({ ...get("/upload"), method: "PUT", body: new Uint8Array(3_000_000) });
      expect(await upload.response?.text()).toBe("3000000");
      expect((await textOf((await connection.fetch(get("/download"))).body)).length).toBe(2_000_000);
      connection.abort();
    },
  );

  it("many responses that nobody reads do not keep others from coming", async () => {
    const { connection } = joined((_, info) => ({ body: info.target === "/big" ? new Uint8Array(3_000_000) : "ok" }));
    const unread = await Promise.all(Array.from({ length: 90 }, () => connection.fetch(get("/big"))));
    await pause(10);
    expect(await (await connection.fetch(get("/"))).response?.text()).toBe("ok");
    for (const { body } of unread) await body?.cancel();
    connection.abort();
  });

  it("responses that came whole take up no window while nobody reads them, and can be read later", async () => {
    const { connection } = joined(() => ({ body: new Uint8Array(200_000) }), {}, SMALL);
    // Twice the window.
    const answers: Fetched[] = [];
    for (let i = 0; i < 10; i++) {
      answers.push(await connection.fetch(get("/")));
      await pause(10);
    }
    for (const { body } of answers.reverse()) expect((await textOf(body)).length).toBe(200_000);
    connection.abort();
  });

  it("no upgrade but by CONNECT", async () => {
    const { connection, errors } = joined((_, info) => {
      info.upgrade();
    });
    expect((await connection.fetch(get("/"))).status).toBe(500);
    expect(errors).toMatchObject([{ code: "UNPROPOSED_SWITCH" }]);
    connection.abort();
  });

  it("an extended CONNECT (RFC 8441)", async () => {
    const { connection } = joined(async (_, info) => {
      const { writable } = info.upgrade({ "sec-websocket-protocol": "x" });
      const writer = writable.getWriter();
      await writer.write(octets(`${info.protocol} ${info.target}`));
      await writer.close();
    });
    await (
      await connection.fetch({ ...get("/"), method: "CONNECT", target: "a:1", authority: "a:1" })
    ).upgraded?.readable.cancel();
    const { upgraded, headers } = await connection.fetch({ ...get("/chat"), method: "CONNECT", protocol: "websocket" });
    expect(headers.get("sec-websocket-protocol")).toBe("x");
    expect(await textOf(upgraded?.readable ?? null)).toBe("websocket /chat");
    connection.abort();
  });
});

describe("the end", () => {
  it("of a server that closes: what it has is answered, what comes later is refused as unprocessed", async () => {
    const { connection, served } = joined(async () => {
      await pause(20);
      return { body: "ok" };
    });
    const first = connection.fetch(get("/"));
    await pause(5);
    expect(connection.isOpen).toBe(true);
    const closing = served.close();
    await pause(5);
    expect(connection.isOpen).toBe(false);
    const late = await outcome(connection.fetch(get("/late")));
    expect(late).toMatchObject({ error: { unprocessed: true } });
    expect(await (await first).response?.text()).toBe("ok");
    expect(await closing).toEqual({ unanswered: [] });
    expect((await connection.close()).unanswered).toMatchObject([{ target: "/late" }]);
  });

  it.each<[string, (peer: Http2Peer) => void]>([
    ["said goodbye", (peer) => peer.send(frame(7, 0, 0, "\0\0\0\0\0\0\0\0"))],
    ["sends no more", (peer) => peer.raw.end()],
  ])("of a server that closes when its client %s: what it has is answered", async (_, part) => {
    const [ours, theirs] = streamPair();
    let answer = (_body: { body: string }): void => {};
    const handled = new Promise<{ body: string }>((resolve) => {
      answer = resolve;
    });
    const served = serveConnection(ours, () => handled, { protocol: http2, timeouts: { linger: 10 } });
    const peer = new Http2Peer("client", theirs);
    peer.http.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
    peer.flush();
    part(peer);
    await pause(5);
    const closing = served.close();
    answer({ body: "ok" });
    await peer.raw.receives("ok");
    peer.raw.end();
    expect(await closing).toEqual({ unanswered: [] });
  });

  it("of a client that closes: what was sent is answered", async () => {
    const { connection, served } = joined(async () => {
      await pause(10);
      return { body: "ok" };
    });
    const first = connection.fetch(get("/"));
    await pause(2);
    const closing = connection.close();
    expect(await (await first).response?.text()).toBe("ok");
    expect(await closing).toEqual({ unanswered: [] });
    expect(await served.closed).toBe(undefined);
  });

  it("of stream identifiers: no more is sent, and what was is answered", async () => {
    const [ours, theirs] = streamPair();
    const server = new RawPeer(theirs);
    const connection = new Connection(ours, { protocol: http2 });
    // 2^30 requests take too long to send.
    const { session } = connection as unknown as {
      session: { http: { session: { streams: { nextLocal: number } } } };
    };
    session.http.session.streams.nextLocal = 2 ** 31 - 1;
    const last = connection.fetch(get("/"));
    const late = outcome(connection.fetch(get("/late")));
    expect(connection.isOpen).toBe(false);
    expect(await late).toMatchObject({ error: { code: "CLOSING", unprocessed: true } });
    // :status 200, which ends the stream.
    server.send(`${frame(4, 0, 0, "")}\0\0\x01\x01\x05\x7f\xff\xff\xff\x88`);
    expect((await last).status).toBe(200);
    expect(await connection.closed).toBe(undefined);
  });

  it("by time: idle, in a body, in a response", async () => {
    const idle = joined(() => ({ body: "x" }), { timeouts: { idle: 40, linger: 0 } });
    expect(await idle.served.closed).toBe(undefined);
    const stalled = joined(async (request) => ({ body: await request.text() }), { timeouts: { body: 40 } });
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
    const { status } = await stalled.connection.fetch({ ...get("/"), method: "PUT", body });
    expect(status).toBe(408);
    stalled.connection.abort();
    const silent = joined(() => new Promise(() => {}), {}, { timeouts: { response: 40 } });
    expect(await outcome(silent.connection.fetch(get("/")))).toMatchObject({ error: { code: "TIMEOUT" } });
    silent.connection.abort();
    const halting = joined(
      () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) })),
      {},
      { timeouts: { body: 40 } },
    );
    const halted = await halting.connection.fetch(get("/"));
    expect(await outcome(textOf(halted.body))).toMatchObject({ error: { code: "TIMEOUT" } });
    halting.connection.abort();
  });

  it("by a time of 0 only what is waited for", async () => {
    const slow = () => pause(60).then(() => ({ body: "x" }));
    const { connection } = joined(slow, { timeouts: { body: 0 } });
    expect((await connection.fetch(get("/"))).status).toBe(200);
    connection.abort();
  });

  it("by maxRequests", async () => {
    const { connection, served } = joined(() => ({ body: "x" }), { maxRequests: 2 });
    await connection.fetch(get("/"));
    await connection.fetch(get("/"));
    await served.closed;
    expect(await outcome(connection.fetch(get("/")))).toMatchObject({ error: { unprocessed: true } });
  });
});

describe("a peer that misbehaves", () => {
  it("breaks the protocol: GOAWAY, onError, every exchange fails with the RemoteProtocolError as cause", async () => {
    const [ours, theirs] = streamPair();
    const errors: unknown[] = [];
    let read: Promise<unknown> = Promise.resolve();
    const served = serveConnection(
      ours,
      async (request) => {
        read = outcome(request.text());
        await read;
        return { body: "late" };
      },
      { protocol: http2, onError: (error) => errors.push(error), timeouts: { linger: 10 } },
    );
    const peer = new Http2Peer("client", theirs);
    peer.http.openStream({ method: "PUT", target: "/", authority: "a" });
    peer.send("\0\0\x01\x06\0\0\0\0\0x");
    expect(await peer.until("goaway")).toMatchObject({ code: "FRAME_SIZE_ERROR" });
    expect(await read).toMatchObject({ error: { code: "PROTOCOL", cause: expect.any(RemoteProtocolError) } });
    expect(errors).toMatchObject([{ code: "BAD_FRAME_LENGTH" }]);
    expect(await served.closed).toBe(undefined);
  });

  it("vanishes: every exchange fails", async () => {
    const [ours, theirs] = streamPair();
    const signals: AbortSignal[] = [];
    const served = serveConnection(
      ours,
      (_, info) => {
        signals.push(info.signal);
        return new Promise(() => {});
      },
      { protocol: http2 },
    );
    const peer = new Http2Peer("client", theirs);
    for (let i = 0; i < 3; i++)
      peer.http.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
    peer.flush();
    await pause(10);
    peer.reset();
    await served.closed;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });

  it("never lets this end send: given up after a while", async () => {
    const [ours, theirs] = streamPair();
    const served = serveConnection(ours, () => ({ body: new Uint8Array(1_000_000) }), {
      protocol: http2,
      timeouts: { write: 50, idle: 50, linger: 0 },
    });
    const peer = new Http2Peer("client", theirs);
    peer.http.updateSettings({ initialWindowSize: 0 });
    peer.http.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
    peer.flush();
    expect(await served.closed).toBe(undefined);
  });

  it.each<[string, string, object[]]>([
    ["resets it", frame(3, 0, 1, "\0\0\0\x08"), []],
    ["breaks it: less body than was said", frame(0, 1, 1, ""), [{ code: "CONTENT_LENGTH_MISMATCH" }]],
  ])(
    "begins a request and, in the same octets, %s: its handler is not called, others are",
    async (_, breaking, told) => {
      const [ours, theirs] = duplexPair();
      const targets: string[] = [];
      const errors: unknown[] = [];
      const handler: Handler = (request, reply) => {
        targets.push(request.target);
        reply.complete(200, { "content-length": "2" }, octets("hi"));
      };
      const server = createServer(handler, { onError: (error) => errors.push(error) });
      server.serve(ours);
      const peer = new Http2Peer("client", Duplex.toWeb(theirs));
      const headers = { "content-length": "5" };
      peer.http.openStream({ method: "PUT", target: "/broken", authority: "a", headers });
      peer.raw.send(Buffer.from(peer.http.bytesToSend()).toString("latin1") + breaking);
      peer.http.openStream({ method: "GET", target: "/next", authority: "a" }, { endStream: true });
      peer.flush();
      await peer.until("end-of-message");
      expect(targets).toEqual(["/next"]);
      expect(errors).toMatchObject(told);
      await server.close(0);
    },
  );

  it("resets streams by the thousand: the connection ends with ENHANCE_YOUR_CALM", async () => {
    const [ours, theirs] = streamPair();
    const served = serveConnection(ours, () => new Promise(() => {}), { protocol: http2, timeouts: { linger: 10 } });
    const peer = new Http2Peer("client", theirs);
    for (let i = 0; i < 1100; i++) {
      const id = peer.http.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
      peer.http.reset(id);
    }
    // All in one read: however long the machine takes, no second passes that would forgive some of them.
    peer.flush();
    expect(await peer.until("goaway")).toMatchObject({ code: "ENHANCE_YOUR_CALM" });
    await served.closed;
  });

  it.each<[string, (peer: Http2Peer) => void, object]>([
    ["refuses the stream", (peer) => peer.http.reset(1, "REFUSED_STREAM"), { code: "RESET", unprocessed: true }],
    ["resets the stream", (peer) => peer.http.reset(1, "INTERNAL_ERROR"), { code: "RESET", unprocessed: false }],
    ["goes away before it looked", (peer) => peer.http.goaway("NO_ERROR"), { code: "CLOSING", unprocessed: true }],
    ["goes away in anger", (peer) => peer.http.goaway("ENHANCE_YOUR_CALM"), { unprocessed: false }],
    [
      "breaks the protocol",
      (peer) => peer.send("\0\0\x01\x06\0\0\0\0\0x"),
      { code: "PROTOCOL", cause: { code: "BAD_FRAME_LENGTH" } },
    ],
    ["speaks HTTP/1.1", (peer) => peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"), { code: "PROTOCOL" }],
    ["resets the connection", (peer) => peer.reset(), { code: "DISCONNECTED" }],
  ])("as a server: %s", async (_, misbehave, error) => {
    const [ours, theirs] = streamPair();
    const peer = new Http2Peer("server", theirs);
    if (!/speaks/.test(_)) peer.flush();
    const result = outcome(fetchOver(ours, get("/"), { protocol: http2 }));
    if (/looked/.test(_)) await pause(10);
    else await peer.until("request");
    misbehave(peer);
    peer.flush();
    expect(await result).toMatchObject({ error });
  });
});

describe("what is spoken", () => {
  it("is told by the first octets, in whatever pieces they come", async () => {
    for (const [text, expected] of [
      ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK"],
      ["PRI * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 Bad Request"],
      ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "\0\0"],
    ] as const) {
      const [ours, theirs] = streamPair();
      const served = serveConnection(ours, () => ({ body: "ok" }), { protocol: either });
      const peer = new RawPeer(theirs);
      for (const octet of text) peer.send(octet);
      await peer.receives(expected);
      expect(peer.received.startsWith(expected)).toBe(true);
      served.abort();
    }
  });

  it("and when they do not come, nothing", async () => {
    for (const sent of ["", "PRI"]) {
      const [ours, theirs] = streamPair();
      const timeouts = { idle: 40, head: 40, linger: 0 };
      const served = serveConnection(ours, () => ({ body: "ok" }), { protocol: either, timeouts });
      if (sent) new RawPeer(theirs).send(sent);
      expect(await served.closed).toBe(undefined);
    }
    const [ours, theirs] = streamPair();
    const served = serveConnection(ours, () => ({ body: "ok" }), { protocol: either, timeouts: { linger: 0 } });
    new RawPeer(theirs).end();
    expect(await served.close()).toEqual({ unanswered: [] });
  });

  it("is what ALPN chose", () => {
    expect([protocolOf("h2"), protocolOf("http/1.1"), protocolOf(false)]).toEqual([http2, http1, http1]);
    expect(() => new Connection(streamPair()[0], { protocol: either })).toThrow(TypeError);
  });
});
