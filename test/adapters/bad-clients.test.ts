// Bad input, the server's half: a client that breaks the protocol, stalls, floods or vanishes while its request's body is
// read, and handlers that fail or lie, in both adapters and over both protocols.
import { describe, expect, it } from "vitest";
import { type FetchHandler, NetworkError, type ServerOptions } from "../../src/adapters/web/index.ts";
import { LocalProtocolError, RemoteProtocolError } from "../../src/index.ts";
import { octets } from "../helpers.ts";
import { ENDS, type ServedEnd, serveNode } from "./ends.ts";
import { forbidUnhandledRejections, frame, Http2Peer, outcome, pause, RawPeer, textOf } from "./helpers.ts";

forbidUnhandledRejections();

const TIMEOUTS = { idle: 10_000, head: 200, body: 200, write: 200, linger: 20 };
const BROKEN = { code: "PROTOCOL", cause: expect.any(RemoteProtocolError) };

/** A client by hand that has begun to send a body of nine octets, of which three are on their way. */
interface BadClient {
  send(text: string): void;
  end(): void;
  reset(): void;
  /** Waits for the server's last word: HTTP/1.1's answer; HTTP/2's GOAWAY. */
  lastWord(): Promise<string>;
  /** Another request on the same connection; HTTP/2 alone can. */
  another(): Promise<string>;
}

function badClient(name: string, { stream }: ServedEnd): BadClient {
  if (name === "HTTP/1.1") {
    const peer = new RawPeer(stream);
    peer.send("POST /bad HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    return {
      send: (text) => peer.send(text),
      end: () => peer.end(),
      reset: () => peer.reset(),
      async lastWord() {
        await peer.ends();
        return peer.received.slice(0, 12);
      },
      another: () => Promise.reject(new Error("HTTP/1.1 has one request at a time")),
    };
  }
  const peer = new Http2Peer("client", stream);
  peer.http.openStream({ method: "POST", target: "/bad", authority: "a", headers: { "content-length": "9" } });
  peer.http.send({ type: "data", streamId: 1, data: octets("abc") });
  peer.flush();
  return {
    send: (text) => peer.send(text),
    end: () => peer.raw.end(),
    reset: () => peer.reset(),
    async lastWord() {
      const { code } = (await peer.until("goaway")) as { code: string };
      return code;
    },
    async another() {
      const streamId = peer.http.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
      peer.flush();
      await peer.until("end-of-message", streamId);
      const data = peer.events.find((event) => event.type === "data" && event.streamId === streamId);
      return data?.type === "data" ? Buffer.from(data.data).toString() : "";
    },
  };
}

interface Fault {
  readonly does: string;
  act(client: BadClient): void;
  /** What the body of the request fails with. */
  readonly body: object;
  /** The last word to the client; none: it is gone. */
  readonly word?: string;
  /** What onError is told. */
  readonly told?: string;
  /** Of one stream of HTTP/2: the connection lives. */
  readonly isOfStream?: boolean;
}

const PING = frame(6, 0, 0, "12345678");

const FAULTS: Record<string, readonly Fault[]> = {
  "HTTP/1.1": [
    {
      does: "breaks the protocol",
      act: (client) => client.send("nonsense\r\n"),
      body: BROKEN,
      word: "HTTP/1.1 400",
      told: "BAD_CHUNK_SIZE",
    },
    { does: "stalls", act: () => {}, body: { code: "TIMEOUT" }, word: "HTTP/1.1 408" },
    {
      does: "floods with chunk extensions",
      act: (client) => client.send(`1;${"x".repeat(100_000)}`),
      body: BROKEN,
      word: "HTTP/1.1 413",
      told: "CHUNK_EXTENSIONS_TOO_LARGE",
    },
    { does: "vanishes", act: (client) => client.reset(), body: { code: "DISCONNECTED" } },
    { does: "ends", act: (client) => client.end(), body: BROKEN, word: "HTTP/1.1 400", told: "INCOMPLETE_BODY" },
  ],
  "HTTP/2": [
    {
      does: "breaks the protocol",
      act: (client) => client.send(frame(6, 0, 0, "x")),
      body: BROKEN,
      word: "FRAME_SIZE_ERROR",
      told: "BAD_FRAME_LENGTH",
    },
    {
      does: "breaks the protocol on its stream: more body than it said",
      act: (client) => client.send(frame(0, 0, 1, "more than nine")),
      body: BROKEN,
      told: "CONTENT_LENGTH_MISMATCH",
      isOfStream: true,
    },
    { does: "stalls", act: () => {}, body: { code: "TIMEOUT" }, isOfStream: true },
    {
      does: "floods with PING",
      act: (client) => client.send(PING.repeat(20_000)),
      body: BROKEN,
      word: "ENHANCE_YOUR_CALM",
      told: "TOO_MANY_UNFLUSHED_ACKS",
    },
    {
      does: "floods with SETTINGS",
      act: (client) => client.send(frame(4, 0, 0, "").repeat(20_000)),
      body: BROKEN,
      word: "ENHANCE_YOUR_CALM",
      told: "TOO_MANY_UNFLUSHED_ACKS",
    },
    {
      does: "floods with empty DATA",
      act: (client) => client.send(frame(0, 0, 1, "").repeat(20_000)),
      body: BROKEN,
      word: "ENHANCE_YOUR_CALM",
      told: "TOO_MANY_USELESS_FRAMES",
    },
    {
      does: "floods with CONTINUATION",
      act: (client) => client.send(frame(1, 0, 3, "") + frame(9, 0, 3, "").repeat(20_000)),
      body: BROKEN,
      word: "ENHANCE_YOUR_CALM",
      told: "TOO_MANY_CONTINUATIONS",
    },
    {
      does: "gives its stream up",
      act: (client) => client.send(frame(3, 0, 1, "\0\0\0\x08")),
      body: { code: "RESET" },
      isOfStream: true,
    },
    { does: "vanishes", act: (client) => client.reset(), body: { code: "DISCONNECTED" } },
    { does: "ends", act: (client) => client.end(), body: { code: "DISCONNECTED" } },
  ],
};

const CASES = ENDS.flatMap((end) => (FAULTS[end.name] ?? []).map((fault) => ({ ...end, ...fault })));

describe("a client that misbehaves in its body", () => {
  it.each(CASES)("$name, $adapter: $does", async ({ name, serve, act, body, word, told, isOfStream }) => {
    let begun = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let settled = (_outcomes: unknown) => {};
    const seen = new Promise((resolve) => {
      settled = resolve;
    });
    const end = await serve(
      async (request, info) => {
        if (info.target !== "/bad") return { body: "ok" };
        const read = outcome(request.text());
        const trailers = outcome(info.trailers);
        begun();
        settled([await read, await trailers, info.signal.aborted]);
        return { body: "late" };
      },
      { timeouts: TIMEOUTS },
    );
    const client = badClient(name, end);
    await isBegun;
    act(client);
    expect(await seen).toMatchObject([{ error: body }, { error: body }, true]);
    expect(((await seen) as { error: unknown }[])[0]?.error).toBeInstanceOf(NetworkError);
    if (word !== undefined) expect(await client.lastWord()).toBe(word);
    if (isOfStream) {
      expect(await client.another()).toBe("ok");
      client.reset();
    }
    await end.closed();
    const expected = told === undefined ? [] : [{ error: { code: told } }];
    expect(end.errors).toMatchObject(expected);
  });
});

describe.each(ENDS.filter(({ name }) => name === "HTTP/2"))("$name, $adapter: a client", ({ serve }) => {
  /** It has asked, and shut the window of every stream. */
  async function asked(handler: FetchHandler, timeouts: ServerOptions["timeouts"]) {
    const end = await serve(handler, { timeouts: { ...TIMEOUTS, ...timeouts } });
    const peer = new Http2Peer("client", end.stream);
    peer.http.updateSettings({ initialWindowSize: 0 });
    peer.http.openStream({ method: "GET", target: "/bad", authority: "a" }, { endStream: true });
    peer.flush();
    return { end, peer };
  }

  it.each([
    ["whole", () => new Uint8Array(100_000), undefined],
    ["a stream", () => new Blob([new Uint8Array(100_000)]).stream(), "TIMEOUT"],
  ])(
    "that takes nothing of one answer (%s), and others: the one is given up, the others go on",
    async (_, body, code) => {
      let signal: AbortSignal | undefined;
      const { end, peer } = await asked((_request, info) => {
        if (info.target !== "/bad") return { status: 204 };
        ({ signal } = info);
        return { body: body() };
      }, {});
      let answered = 0;
      while (answered < 10 || !peer.events.some(({ type }) => type === "stream-reset")) {
        const streamId = peer.http.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
        peer.flush();
        await peer.until("end-of-message", streamId);
        answered++;
        await pause(20);
      }
      expect((signal?.reason as NetworkError | undefined)?.code).toBe(code);
      peer.reset();
      await end.closed();
      expect(end.errors).toEqual([]);
    },
  );

  it.each([
    ["whole", () => new Uint8Array(100_000), undefined],
    ["a stream", () => new Blob([new Uint8Array(100_000)]).stream(), "DISCONNECTED"],
  ])(
    "that sends no more, and so no credit: what it let come comes, the rest (%s) is given up at once",
    async (_, body, code) => {
      let signal: AbortSignal | undefined;
      const { end, peer } = await asked(
        (_request, info) => {
          ({ signal } = info);
          return { body: body() };
        },
        { write: 10_000 },
      );
      await peer.until("response");
      peer.http.updateSettings({ initialWindowSize: 500 });
      peer.flush();
      peer.raw.end();
      expect(await peer.until("stream-reset")).toMatchObject({ streamId: 1, code: "CANCEL", remote: true });
      await end.closed();
      const pieces = peer.events.map((event) => (event.type === "data" ? event.data.length : 0));
      expect(pieces.reduce((sum, length) => sum + length)).toBe(500);
      expect((signal?.reason as NetworkError | undefined)?.code).toBe(code);
      expect(end.errors).toEqual([]);
    },
  );

  it("that takes a whole answer slowly, for longer than a connection may be idle, gets all of it", async () => {
    const { end, peer } = await asked(() => ({ body: new Uint8Array(100_000) }), { idle: 60, write: 10_000 });
    await peer.until("response");
    for (let initialWindowSize = 10_000; initialWindowSize <= 100_000; initialWindowSize += 10_000) {
      await pause(30);
      peer.http.updateSettings({ initialWindowSize });
      peer.flush();
    }
    await peer.until("end-of-message", 1);
    const pieces = peer.events.map((event) => (event.type === "data" ? event.data.length : 0));
    expect(pieces.reduce((sum, length) => sum + length)).toBe(100_000);
    peer.reset();
    await end.closed();
  });
});

const boom = new Error("boom");

const LIARS: readonly [string, string, Uint8Array | null, string][] = [
  ["gives less", "9", octets("abc"), "BODY_TOO_SHORT"],
  ["gives nothing", "9", null, "BODY_TOO_SHORT"],
  ["gives more", "2", octets("abc"), "BODY_TOO_LONG"],
];

describe.each(ENDS)("$name, $adapter: a handler", ({ serve, protocol, name }) => {
  async function asked(handler: FetchHandler, options: ServerOptions = {}) {
    const end = await serve((request, info) => (info.target === "/bad" ? handler(request, info) : { body: "ok" }), {
      timeouts: TIMEOUTS,
      ...options,
    });
    return { end, connection: end.client({ protocol }) };
  }

  /** What was not to blame goes on: in HTTP/2 on the same connection, in HTTP/1.1 that is closed. */
  async function goesOn({ end, connection }: Awaited<ReturnType<typeof asked>>) {
    if (name === "HTTP/2") {
      const { response } = await connection.fetch({ target: "/", authority: "a" });
      expect(await response?.text()).toBe("ok");
      connection.close();
    }
    await connection.closed;
    expect(connection.outstanding).toBe(0);
    await end.closed();
  }

  it.each<[string, FetchHandler]>([
    [
      "throws",
      () => {
        throw boom;
      },
    ],
    ["rejects", () => Promise.reject(boom)],
    [
      "rejects when it has read the body",
      async (request) => {
        await request.text();
        throw boom;
      },
    ],
    [
      "rejects with the body half read",
      async (_, info) => {
        await info.body?.getReader().read();
        throw boom;
      },
    ],
  ])("that %s: 500, and one call of onError", async (_, handler) => {
    const both = await asked(handler);
    const { status, response } = await both.connection.fetch({
      method: "PUT",
      target: "/bad",
      authority: "a",
      body: octets("hi"),
    });
    expect([status, await response?.text()]).toEqual([500, ""]);
    await goesOn(both);
    expect(both.end.errors).toEqual([{ error: boom, target: "/bad" }]);
  });

  it("that throws when its answer has begun: the answer is cut", async () => {
    const both = await asked(() => ({
      body: (async function* () {
        yield octets("begun");
        throw boom;
      })(),
    }));
    const { body, trailers } = await both.connection.fetch({ target: "/bad", authority: "a" });
    const [read, late] = await Promise.all([outcome(textOf(body)), outcome(trailers)]);
    expect(read.error).toBeInstanceOf(NetworkError);
    expect(late.error).toBe(read.error);
    await goesOn(both);
    expect(both.end.errors).toEqual([{ error: boom, target: "/bad" }]);
  });

  it.each(LIARS)(
    "that %s than its Content-Length: a local error, and no whole message",
    async (_, length, body, code) => {
      const both = await asked(() => ({ headers: { "Content-Length": length }, body }));
      const fetched = both.connection.fetch({ target: "/bad", authority: "a" });
      const result = await outcome(fetched.then(async (answer) => textOf(answer.body)));
      expect(result.error).toBeInstanceOf(NetworkError);
      await goesOn(both);
      expect(both.end.errors).toEqual([{ error: expect.any(LocalProtocolError), target: "/bad" }]);
      expect(both.end.errors).toMatchObject([{ error: { code } }]);
    },
  );

  it.each(["HEAD", "GET"])("that tells %s a length without a body, rightly: no error", async (method) => {
    const status = method === "HEAD" ? 200 : 304;
    const both = await asked(() => ({ status, headers: { "Content-Length": "9" } }));
    const answer = await both.connection.fetch({ method, target: "/bad", authority: "a" });
    expect([answer.status, answer.headers.get("content-length"), answer.body]).toEqual([status, "9", null]);
    both.connection.close();
    await both.connection.closed;
    await both.end.closed();
    expect(both.end.errors).toEqual([]);
  });
});

describe.each(ENDS.filter(({ adapter }) => adapter === "sansio/node"))(
  "$name, createServer's own handler",
  ({ protocol }) => {
    it.each<[string, Parameters<typeof serveNode>[0], string | Error]>([
      [
        "that throws",
        () => {
          throw boom;
        },
        boom,
      ],
      ["that rejects", () => Promise.reject(boom), boom],
      [
        "whose reader throws",
        (request) =>
          request.read({
            data: () => {
              throw boom;
            },
            end() {},
            error() {},
          }),
        boom,
      ],
    ])("%s: 500, and one call of onError", async (_, handler, error) => {
      const end = await serveNode(handler, { timeouts: TIMEOUTS });
      const connection = end.client({ protocol });
      const { status } = await connection.fetch({ method: "PUT", target: "/bad", authority: "a", body: octets("hi") });
      expect(status).toBe(500);
      connection.close();
      await connection.closed;
      await end.closed();
      expect(end.errors).toEqual([{ error, target: "/bad" }]);
    });

    it.each(LIARS)("that %s than its Content-Length: a local error", async (_, length, body, code) => {
      const end = await serveNode(
        (_request, reply) => {
          reply.respond(200, { "Content-Length": length });
          if (body !== null) reply.write(body);
          reply.end();
        },
        { timeouts: TIMEOUTS },
      );
      const connection = end.client({ protocol });
      const fetched = connection.fetch({ target: "/bad", authority: "a" });
      const result = await outcome(fetched.then(async (answer) => textOf(answer.body)));
      expect(result.error).toBeInstanceOf(NetworkError);
      connection.close();
      await connection.closed;
      await end.closed();
      expect(end.errors).toMatchObject([{ error: { code }, target: "/bad" }]);
    });
  },
);
