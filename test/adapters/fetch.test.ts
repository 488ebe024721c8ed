// fetchOver and Connection over HTTP/1.1: what they send and give, and what becomes of servers that misbehave.
import { describe, expect, it } from "vitest";
import {
  Connection,
  type ConnectionOptions,
  either,
  type FetchOptions,
  fetchOver,
  NetworkError,
  type PlainRequest,
} from "../../src/adapters/web/index.ts";
import { LocalProtocolError, RemoteProtocolError } from "../../src/index.ts";
import { forbidUnhandledRejections, outcome, pause, RawPeer, streamPair, textOf } from "./helpers.ts";

forbidUnhandledRejections();

type Options = ConnectionOptions & FetchOptions;

function fetching(request: Request | PlainRequest = { target: "/", authority: "a" }, options: Options = {}) {
  const [ours, theirs] = streamPair();
  const peer = new RawPeer(theirs);
  return { peer, fetched: fetchOver(ours, request, options) };
}

function connected(options: ConnectionOptions = {}) {
  const [ours, theirs] = streamPair();
  return { peer: new RawPeer(theirs), connection: new Connection(ours, options) };
}

const get = (target: string): PlainRequest => ({ target, authority: "a" });
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

describe("options that are none", () => {
  const wrong = { timeout: 5 } as ConnectionOptions;
  it("of a Connection and of fetchOver are refused with a TypeError, as those of a server are", async () => {
    const message = /options\.timeout is not an option; known: protocol, http1, http2, timeouts, pipelining/;
    expect(() => new Connection(streamPair()[0], wrong)).toThrow(message);
    await expect(fetchOver(streamPair()[0], get("/"), wrong)).rejects.toThrow(message);
    expect(() => new Connection(streamPair()[0], { pipelining: 0 })).toThrow(RangeError);
  });
});

describe("what is sent", () => {
  const sent = async (request: Request | PlainRequest, options: Options = {}) => {
    const { peer, fetched } = fetching(request, options);
    await peer.receives("\r\n\r\n");
    await pause(10);
    const { received } = peer;
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    await fetched;
    return received;
  };

  it("a Request", async () => {
    const request = new Request("https://example.com:444/p?q#f", { headers: { X: "1" } });
    expect(await sent(request)).toBe("GET /p?q HTTP/1.1\r\nHost: example.com:444\r\nx: 1\r\n\r\n");
  });

  it("a Request with a body, chunked, with trailers", async () => {
    const init = { method: "POST", body: "abc", duplex: "half" } as RequestInit;
    expect(await sent(new Request("http://a/", init), { trailers: { T: "1" } })).toMatch(
      /Transfer-Encoding: chunked\r\n[\s\S]*\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n$/,
    );
  });

  it.each<[string, PlainRequest, string]>([
    [
      "a CONNECT, whose target is its Host",
      { method: "CONNECT", target: "b:22" },
      "CONNECT b:22 HTTP/1.1\r\nHost: b:22\r\n\r\n",
    ],
    [
      "names as given",
      { target: "/x", headers: { hOST: "a", "X-y": "1" } },
      "GET /x HTTP/1.1\r\nhOST: a\r\nX-y: 1\r\n\r\n",
    ],
    [
      "a GET with a body",
      { target: "/", authority: "a", body: "hi" },
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
    ],
    [
      "a POST without one",
      { method: "POST", target: "/", authority: "a" },
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    ],
    [
      "a stream",
      { method: "PUT", target: "/", authority: "a", body: new Blob(["hi"]).stream() },
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    ],
    [
      "trailers",
      { method: "PUT", target: "/", authority: "a", body: "hi", trailers: () => ({ T: "1" }) },
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: 1\r\n\r\n",
    ],
    [
      "a form",
      { method: "PUT", target: "/", authority: "a", body: new URLSearchParams("a=1") },
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n\r\n3\r\na=1\r\n0\r\n\r\n",
    ],
  ])("a plain request: %s", async (_, request, text) => {
    expect(await sent(request)).toBe(text);
  });

  it("the body of Expect: 100-continue when it is asked for", async () => {
    const request = { method: "PUT", target: "/", authority: "a", headers: { Expect: "100-continue" }, body: "hi" };
    const { peer, fetched } = fetching(request);
    await peer.receives("\r\n\r\n");
    await pause(10);
    expect(peer.received.endsWith("\r\n\r\n")).toBe(true);
    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    await peer.receives("\r\n\r\nhi");
    peer.send(OK);
    expect((await fetched).informational.map(({ status }) => status)).toEqual([100]);
  });

  it("and when the word does not come, and not at all when the answer is there", async () => {
    const request = { method: "PUT", target: "/", authority: "a", headers: { Expect: "100-continue" }, body: "hi" };
    const patient = fetching(request, { timeouts: { expect: 20 } });
    await patient.peer.receives("\r\n\r\nhi");
    patient.peer.send(OK);
    await patient.fetched;
    const { peer, fetched } = fetching(request);
    await peer.receives("\r\n\r\n");
    peer.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
    expect((await fetched).status).toBe(417);
    await peer.ends();
    expect(peer.received.endsWith("\r\n\r\n")).toBe(true);
  });

  it("no more than the server takes", async () => {
    let pulled = 0;
    const body = new ReadableStream({
      pull: (sink) => {
        pulled++;
        sink.enqueue(new Uint8Array(100_000));
      },
    });
    const [ours] = streamPair();
    const controller = new AbortController();
    const result = outcome(fetchOver(ours, { method: "PUT", target: "/", authority: "a", body }, controller));
    await pause(50);
    expect(pulled).toBeLessThan(6);
    controller.abort("enough");
    expect(await result).toEqual({ error: "enough" });
  });
});

describe("what is given", () => {
  it("a Response, all fields, informational responses, trailers", async () => {
    const seen: number[] = [];
    const { peer, fetched } = fetching(undefined, { onInformational: (head) => seen.push(head.status) });
    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
    peer.send("HTTP/1.1 200 Fine\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nTransfer-Encoding: chunked\r\n\r\n");
    const { response, headers, informational, status, trailers } = await fetched;
    expect(seen).toEqual([103]);
    peer.send("2\r\nhi\r\n0\r\nT: 1\r\n\r\n");
    expect([status, response?.status, response?.statusText, await response?.text()]).toEqual([200, 200, "Fine", "hi"]);
    expect(headers.getSetCookie()).toEqual(["a", "b"]);
    expect(informational.map((head) => head.headers.get("link"))).toEqual(["</x>"]);
    expect([...(await trailers)]).toEqual([["t", "1"]]);
    await peer.ends();
  });

  it("no Response for a status that Fetch does not know, but all the rest", async () => {
    const { peer, fetched } = fetching();
    peer.send("HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\nhi");
    const { status, response, body } = await fetched;
    expect([status, response, await textOf(body)]).toEqual([799, null, "hi"]);
  });

  it("no body to HEAD", async () => {
    const { peer, fetched } = fetching({ method: "HEAD", target: "/", authority: "a" });
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    const { body, response } = await fetched;
    expect([body, response?.body]).toEqual([null, null]);
    await peer.ends();
  });

  it("an upgrade, with the octets that had arrived", async () => {
    const { peer, fetched } = fetching({ ...get("/"), headers: { Connection: "upgrade", Upgrade: "x" } });
    await peer.receives("\r\n\r\n");
    peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nearly");
    const { upgraded, response, status } = await fetched;
    expect([status, response]).toEqual([101, null]);
    const writer = upgraded?.writable.getWriter();
    await writer?.write(new TextEncoder().encode("ours"));
    await peer.receives("ours");
    peer.send(" late");
    peer.end();
    expect(await textOf(upgraded?.readable ?? null)).toBe("early late");
    await writer?.close();
    await peer.ends();
  });

  it("a tunnel by CONNECT", async () => {
    const { peer, fetched } = fetching({ method: "CONNECT", target: "b:22", authority: "b:22" });
    await peer.receives("CONNECT b:22");
    peer.send("HTTP/1.1 200 OK\r\n\r\nSSH");
    peer.end();
    expect(await textOf((await fetched).upgraded?.readable ?? null)).toBe("SSH");
  });

  it("a body at the reader's pace", async () => {
    const { peer, fetched } = fetching();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    const block = "x".repeat(10_000);
    let taken = 0;
    for (let i = 0; i < 100; i++) peer.send(block);
    const { body } = await fetched;
    await pause(20);
    expect(peer.received).toContain("GET /");
    const reader = body?.getReader();
    for (let piece = await reader?.read(); !piece?.done; piece = await reader?.read())
      taken += piece?.value.length ?? 0;
    expect(taken).toBe(1_000_000);
  });
});

describe("a Connection", () => {
  it("sends one request after the other", async () => {
    const { peer, connection } = connected();
    const all = ["/1", "/2"].map((target) => connection.fetch(get(target)));
    await peer.receives("/1");
    await pause(5);
    expect([peer.received.includes("/2"), connection.outstanding]).toEqual([false, 2]);
    peer.send(OK);
    await peer.receives("/2");
    peer.send(OK);
    for (const fetched of all) expect(await (await fetched).response?.text()).toBe("hi");
    expect(await connection.close()).toEqual({ unanswered: [] });
    await peer.ends();
  });

  it("pipelines what is idempotent when asked to", async () => {
    const { peer, connection } = connected({ pipelining: 3 });
    const all = [get("/1"), get("/2"), { ...get("/3"), method: "POST" }, get("/4")].map((each) =>
      connection.fetch(each),
    );
    await peer.receives("/2");
    await pause(5);
    expect(peer.received).not.toContain("/3");
    peer.send(OK + OK);
    await peer.receives("/3");
    await pause(5);
    expect(peer.received).not.toContain("/4");
    peer.send(OK);
    await peer.receives("/4");
    peer.send(OK);
    for (const fetched of all) expect((await fetched).status).toBe(200);
    connection.abort();
  });

  it("pipelines a body that is still being sent when the response before it is complete", async () => {
    const { peer, connection } = connected({ pipelining: 2 });
    const { readable, writable } = new TransformStream<Uint8Array>();
    const body = writable.getWriter();
    const first = connection.fetch(get("/1"));
    const second = connection.fetch({ ...get("/2"), method: "PUT", body: readable });
    await peer.receives("/2");
    peer.send(OK);
    expect(await (await first).response?.text()).toBe("hi");
    body.write(new TextEncoder().encode("more"));
    body.close();
    await peer.receives("more\r\n0\r\n\r\n");
    peer.send(OK);
    expect(await (await second).response?.text()).toBe("hi");
    connection.abort();
  });

  it("pipelines a request that closes: those before it are answered, and then it is", async () => {
    const { peer, connection } = connected({ pipelining: 3 });
    const last = { ...get("/3"), headers: { Connection: "close" } };
    const all = [get("/1"), get("/2"), last].map((each) => connection.fetch(each));
    await peer.receives("/3");
    for (const fetched of all) {
      peer.send(OK);
      expect(await (await fetched).response?.text()).toBe("hi");
    }
    expect(await connection.closed).toBe(undefined);
  });

  it("close: what waits is refused as unprocessed, what was sent is answered", async () => {
    const { peer, connection } = connected();
    const [first, second] = [connection.fetch(get("/1")), outcome(connection.fetch(get("/2")))];
    await peer.receives("/1");
    const closing = connection.close();
    expect(await second).toMatchObject({ error: { code: "CLOSING", unprocessed: true } });
    peer.send(OK);
    expect(await (await first).response?.text()).toBe("hi");
    expect((await closing).unanswered).toMatchObject([{ target: "/2" }]);
    await expect(connection.fetch(get("/3"))).rejects.toMatchObject({ code: "CLOSING", unprocessed: true });
  });

  it("that is lost tells which requests were never answered, and which the server cannot have seen", async () => {
    const { peer, connection } = connected();
    const all = ["/1", "/2"].map((target) => outcome(connection.fetch(get(target))));
    await peer.receives("/1");
    peer.reset();
    expect(await Promise.all(all)).toMatchObject([
      { error: { code: "DISCONNECTED", unprocessed: false } },
      { error: { unprocessed: true } },
    ]);
    expect((await connection.close()).unanswered).toMatchObject([{ target: "/1" }, { target: "/2" }]);
  });

  it("whose server closes after a response sends no more", async () => {
    const { peer, connection } = connected();
    const all = ["/1", "/2"].map((target) => outcome(connection.fetch(get(target))));
    await peer.receives("/1");
    expect(connection.isOpen).toBe(true);
    peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    expect(await Promise.all(all)).toMatchObject([{ value: { status: 200 } }, { error: { unprocessed: true } }]);
    expect(connection.isOpen).toBe(false);
  });

  it("that has become a tunnel sends no more", async () => {
    const { peer, connection } = connected();
    const tunnel = connection.fetch({ method: "CONNECT", target: "b:22" });
    const late = outcome(connection.fetch(get("/late")));
    await peer.receives("CONNECT b:22");
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    expect((await tunnel).status).toBe(200);
    expect(await late).toMatchObject({ error: { code: "DISCONNECTED", unprocessed: true } });
    expect(connection.isOpen).toBe(false);
    connection.abort();
  });

  it.each<[string, (peer: RawPeer, connection: Connection) => void]>([
    ["its server has closed", (peer) => peer.end()],
    ["its server has vanished", (peer) => peer.reset()],
    ["it closes", (_, connection) => connection.close()],
    ["it was given up", (_, connection) => connection.abort()],
  ])("is open until %s", async (_, end) => {
    const { peer, connection } = connected();
    const fetched = connection.fetch(get("/"));
    peer.send(OK);
    await (await fetched).response?.text();
    expect(connection.isOpen).toBe(true);
    end(peer, connection);
    await pause(10);
    expect(connection.isOpen).toBe(false);
  });

  it("refuses what must not be sent, and goes on", async () => {
    const { peer, connection } = connected();
    await expect(connection.fetch({ target: "/", headers: { Host: "a", X: "\n" } })).rejects.toThrow(
      LocalProtocolError,
    );
    await expect(connection.fetch({ target: "/" })).rejects.toMatchObject({ code: "MISSING_HOST" });
    await expect(connection.fetch({} as PlainRequest)).rejects.toThrow("a request needs a target");
    await expect(connection.fetch("http://a/" as never)).rejects.toThrow("a request needs a target");
    await expect(connection.fetch({ ...get("/"), method: "PUT", body: { a: 1 } as never })).rejects.toThrow(TypeError);
    expect(connection.outstanding).toBe(0);
    const fetched = connection.fetch(get("/1"));
    peer.send(OK);
    expect((await fetched).status).toBe(200);
    connection.abort();
  });

  it.each([
    [{ pipelining: 0 }, RangeError],
    [{ timeouts: { response: -1 } }, RangeError],
    [{ timeouts: { nothing: 1 } as object }, TypeError],
    [{ protocol: "h2" as never }, TypeError],
    [{ protocol: either }, TypeError],
  ])("refuses %o", (options, error) => {
    expect(() => new Connection(streamPair()[0], options)).toThrow(error);
  });
});

describe("a request that is given up", () => {
  it("before it was sent", async () => {
    const { fetched } = fetching(undefined, { signal: AbortSignal.abort("no") });
    expect(await outcome(fetched)).toEqual({ error: "no" });
  });

  it("while it waits for its turn: the others go on", async () => {
    const { peer, connection } = connected();
    const controller = new AbortController();
    const first = connection.fetch(get("/1"));
    const second = outcome(connection.fetch(get("/2"), controller));
    const third = connection.fetch(get("/3"));
    controller.abort("no");
    expect(await second).toEqual({ error: "no" });
    peer.send(OK);
    await first;
    await peer.receives("/3");
    peer.send(OK);
    await third;
    expect(peer.received).not.toContain("/2");
    connection.abort();
  });

  it("while it waits for its response: the connection ends", async () => {
    const controller = new AbortController();
    const { peer, fetched } = fetching(undefined, controller);
    const result = outcome(fetched);
    await peer.receives("GET");
    controller.abort("no");
    expect(await result).toEqual({ error: "no" });
    await peer.ends();
  });

  it("while its body comes: the body fails", async () => {
    const controller = new AbortController();
    const { peer, fetched } = fetching(new Request("http://a/", controller));
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi");
    const { body, trailers } = await fetched;
    const results = [outcome(textOf(body)), outcome(trailers)];
    await pause(5);
    controller.abort("no");
    const [read, late] = await Promise.all(results);
    expect(late).toEqual({ error: "no" });
    expect(read).toEqual({ error: "no" });
    await peer.ends();
  });

  it("when it is over: nothing happens", async () => {
    const controller = new AbortController();
    const { peer, connection } = connected();
    const fetched = connection.fetch(get("/1"), controller);
    peer.send(OK);
    await (await fetched).response?.text();
    controller.abort("no");
    const again = connection.fetch(get("/2"));
    peer.send(OK);
    expect((await again).status).toBe(200);
    connection.abort();
  });

  it("by cancelling its response: the connection ends, for the rest cannot be skipped", async () => {
    const { peer, fetched } = fetching();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi");
    await (await fetched).body?.cancel();
    await peer.ends();
  });

  it("by its own body, which fails", async () => {
    const boom = new Error("boom");
    async function* body() {
      yield new Uint8Array(1);
      throw boom;
    }
    const { peer, fetched } = fetching({ method: "PUT", target: "/", authority: "a", body: body() });
    expect(await outcome(fetched)).toEqual({ error: boom });
    await peer.ends();
    expect(peer.received).not.toContain("0\r\n\r\n");
  });

  it("by a body that is not as long as it said", async () => {
    for (const [length, code] of [
      ["1", "BODY_TOO_LONG"],
      ["3", "BODY_TOO_SHORT"],
    ] as const) {
      const request = { method: "PUT", target: "/", authority: "a", headers: { "Content-Length": length }, body: "hi" };
      const { fetched } = fetching(request);
      await expect(fetched).rejects.toMatchObject({ code });
    }
  });

  it("by a length without a body, of which nothing is sent: the next request is", async () => {
    const { peer, connection } = connected();
    const request = { method: "PUT", target: "/1", authority: "a", headers: { "content-length": "3" } };
    await expect(connection.fetch(request)).rejects.toMatchObject({ code: "BODY_TOO_SHORT" });
    const next = connection.fetch({ ...request, headers: { "Content-Length": "0" } });
    await peer.receives("\r\n\r\n");
    peer.send(OK);
    expect((await next).status).toBe(200);
    expect(peer.received).toBe("PUT /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  });
});

/** Twenty ways to misbehave; the last member is what the request rejects with, or its body. */
const MISBEHAVIOURS: readonly [string, (peer: RawPeer) => void, object][] = [
  ["closes at once", (peer) => peer.end(), { code: "DISCONNECTED", cause: { code: "RESPONSE_NOT_RECEIVED" } }],
  ["resets at once", (peer) => peer.reset(), { code: "DISCONNECTED" }],
  ["says nothing", () => {}, { code: "TIMEOUT" }],
  ["sends garbage", (peer) => peer.send("garbage\r\n\r\n"), protocol("BAD_VERSION")],
  ["speaks HTTP/2", (peer) => peer.send("\0\0\0\x04\0\0\0\0\0"), protocol("BAD_VERSION")],
  ["speaks HTTP/3.7", (peer) => peer.send("HTTP/3.7 200 OK\r\n\r\n"), protocol("VERSION_NOT_SUPPORTED")],
  ["has a status of two digits", (peer) => peer.send("HTTP/1.1 20 OK\r\n\r\n"), protocol("BAD_STATUS")],
  ["closes in the head", (peer) => sendAndEnd(peer, "HTTP/1.1 200 O"), protocol("INCOMPLETE_HEAD")],
  [
    "sends a head without an end",
    (peer) => peer.send(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}`),
    protocol("HEAD_TOO_LARGE"),
  ],
  [
    "sends too many fields",
    (peer) => peer.send(`HTTP/1.1 200 OK\r\n${"X: 1\r\n".repeat(300)}\r\n`),
    protocol("TOO_MANY_FIELDS"),
  ],
  ["sends NUL in a field", (peer) => peer.send("HTTP/1.1 200 OK\r\nX: \0\r\n\r\n"), protocol("BAD_FIELD_VALUE")],
  [
    "sends two lengths",
    (peer) => peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
    protocol("CONFLICTING_CONTENT_LENGTH"),
  ],
  [
    "sends an unknown coding",
    (peer) => peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
    protocol("UNKNOWN_TRANSFER_CODING"),
  ],
  [
    "sends 103 for ever",
    (peer) => peer.send("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(40)),
    protocol("TOO_MANY_INFORMATIONAL_RESPONSES"),
  ],
  ["switches unasked", (peer) => peer.send("HTTP/1.1 101 Switching\r\n\r\n"), protocol("UNSOLICITED_SWITCH")],
  [
    "closes in a body of known length",
    (peer) => sendAndEnd(peer, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"),
    { code: "DISCONNECTED", cause: { code: "INCOMPLETE_BODY" } },
  ],
  [
    "closes in a chunk",
    (peer) => sendAndEnd(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhi"),
    { code: "DISCONNECTED", cause: { code: "INCOMPLETE_BODY" } },
  ],
  [
    "resets in the body",
    (peer) => sendAndReset(peer, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"),
    { code: "DISCONNECTED" },
  ],
  [
    "sends a bad chunk",
    (peer) => peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    protocol("BAD_CHUNK_SIZE"),
  ],
  [
    "sends a chunk that is too long",
    (peer) => peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nhi\r\n"),
    protocol("BAD_CHUNK_END"),
  ],
  ["stalls in the body", (peer) => peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"), { code: "TIMEOUT" }],
  [
    "sends a forest of trailers",
    (peer) => peer.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ${"x".repeat(20_000)}\r\n\r\n`),
    protocol("TRAILERS_TOO_LARGE"),
  ],
];

describe("a server that misbehaves", () => {
  it.each(MISBEHAVIOURS)("%s", async (_, misbehave, error) => {
    const { peer, fetched } = fetching(undefined, { timeouts: { response: 60, body: 60 } });
    const result = fetched.then(async ({ body, trailers }) => {
      const [read, late] = await Promise.all([outcome(textOf(body)), outcome(trailers)]);
      expect(late.error).toBe(read.error);
      throw read.error;
    });
    await peer.receives("\r\n\r\n");
    misbehave(peer);
    const { error: rejected } = await outcome(result);
    expect(rejected).toBeInstanceOf(NetworkError);
    expect(rejected).toMatchObject(error);
    await peer.ends();
  });

  it("answers before it was asked", async () => {
    const { peer, connection } = connected();
    peer.send(OK);
    await connection.closed;
    await expect(connection.fetch(get("/"))).rejects.toMatchObject({
      unprocessed: true,
      cause: { code: "UNSOLICITED_RESPONSE" },
    });
  });

  it("answers twice: the second answer is nobody's", async () => {
    const { peer, connection } = connected();
    const [first, second] = ["/1", "/2"].map((target) => connection.fetch(get(target)));
    const result = outcome(second as Promise<unknown>);
    await peer.receives("/1");
    peer.send(OK + OK);
    expect(await (await first)?.response?.text()).toBe("hi");
    expect(await result).toMatchObject({ error: { cause: { code: "UNSOLICITED_RESPONSE" } } });
  });

  it("answers before the body was sent: the body is cancelled, the answer is given", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      cancel: () => {
        cancelled = true;
      },
    });
    const { peer, fetched } = fetching({ method: "PUT", target: "/", authority: "a", body });
    await peer.receives("\r\n\r\n");
    peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nhi");
    expect(await (await fetched).response?.text()).toBe("hi");
    await pause(5);
    expect(cancelled).toBe(true);
    await peer.ends();
  });

  it("takes nothing of what is sent", async () => {
    const [ours] = streamPair();
    const request = { method: "PUT", target: "/", authority: "a", body: new Uint8Array(1_000_000) };
    await expect(fetchOver(ours, request, { timeouts: { write: 50 } })).rejects.toMatchObject({ code: "TIMEOUT" });
  });
});

function protocol(code: string): object {
  return {
    code: "PROTOCOL",
    cause: expect.toSatisfy((cause) => cause instanceof RemoteProtocolError && cause.code === code),
  };
}

function sendAndEnd(peer: RawPeer, text: string): void {
  peer.send(text);
  peer.end();
}

async function sendAndReset(peer: RawPeer, text: string): Promise<void> {
  peer.send(text);
  await pause(5);
  peer.reset();
}
