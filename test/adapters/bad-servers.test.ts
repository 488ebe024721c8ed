// Bad input, the client's half: a server that breaks the protocol, stalls, floods or vanishes, before its response's head
// and in its body, in both adapters and over both protocols. (Twenty ways more over HTTP/1.1: fetch.test.ts.)
import { describe, expect, it } from "vitest";
import { NetworkError, type PlainRequest } from "../../src/adapters/web/index.ts";
import { RemoteProtocolError } from "../../src/index.ts";
import { octets } from "../helpers.ts";
import { type ClientEnd, ENDS } from "./ends.ts";
import { forbidUnhandledRejections, frame, Http2Peer, outcome, pause, RawPeer, textOf } from "./helpers.ts";

forbidUnhandledRejections();

const TIMEOUTS = { response: 200, body: 200, write: 200 };
const BROKEN = { code: "PROTOCOL", cause: expect.any(RemoteProtocolError) };
const GONE = { code: "DISCONNECTED" };
const LATE = { code: "TIMEOUT" };
const get = (target: string): PlainRequest => ({ target, authority: "a" });

/** A server by hand. */
interface BadServer {
  send(text: string): void;
  end(): void;
  reset(): void;
  /** Waits for the first request. */
  asked(): Promise<unknown>;
  /** The first request's head of a response, whose body has nine octets, and three of them. */
  begin(): void;
  /** Answers the second request; HTTP/2 alone has another one at the same time. */
  answerAnother(): void;
}

function badServer(name: string, { stream }: ClientEnd): BadServer {
  if (name === "HTTP/1.1") {
    const peer = new RawPeer(stream);
    return {
      send: (text) => peer.send(text),
      end: () => peer.end(),
      reset: () => peer.reset(),
      asked: () => peer.receives("\r\n\r\n"),
      begin: () => peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
      answerAnother() {},
    };
  }
  const peer = new Http2Peer("server", stream);
  peer.flush();
  return {
    send: (text) => peer.send(text),
    end: () => peer.raw.end(),
    reset: () => peer.reset(),
    asked: () => peer.until("request", 3),
    begin() {
      peer.http.send({ type: "response", streamId: 1, status: 200, headers: { "content-length": "9" } });
      peer.http.send({ type: "data", streamId: 1, data: octets("abc") });
      peer.flush();
    },
    answerAnother() {
      peer.http.send({ type: "response", streamId: 3, status: 200, headers: { "content-length": "2" } });
      peer.http.send({ type: "data", streamId: 3, data: octets("ok"), endStream: true });
      peer.flush();
    },
  };
}

interface Fault {
  readonly does: string;
  act(server: BadServer): void;
  readonly error: object;
  /** Of one stream of HTTP/2: the other goes on. */
  readonly isOfStream?: boolean;
}

const EVERYWHERE: readonly Fault[] = [
  { does: "stalls", act: () => {}, error: LATE },
  { does: "vanishes", act: (server) => server.reset(), error: GONE },
  { does: "ends", act: (server) => server.end(), error: GONE },
];

const HEAD_FAULTS: Record<string, readonly Fault[]> = {
  "HTTP/1.1": [
    ...EVERYWHERE,
    { does: "breaks the protocol", act: (server) => server.send("nonsense\r\n\r\n"), error: BROKEN },
    {
      does: "floods with informational responses",
      act: (server) => server.send("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1000)),
      error: BROKEN,
    },
  ],
  "HTTP/2": [
    ...EVERYWHERE.map((fault) => ({ ...fault, isOfStream: fault.does === "stalls" })),
    { does: "breaks the protocol", act: (server) => server.send(frame(6, 0, 0, "x")), error: BROKEN },
    {
      does: "breaks the protocol on the stream: a response without a status",
      act: (server) => server.send(frame(1, 5, 1, "")),
      error: BROKEN,
      isOfStream: true,
    },
    {
      does: "floods with informational responses",
      // :status 103, a literal that is not indexed.
      act: (server) => server.send(frame(1, 4, 1, "\x08\x03103").repeat(1000)),
      error: BROKEN,
      isOfStream: true,
    },
    {
      does: "floods with PING",
      act: (server) => server.send(frame(6, 0, 0, "12345678").repeat(20_000)),
      error: BROKEN,
    },
    {
      does: "gives the stream up",
      act: (server) => server.send(frame(3, 0, 1, "\0\0\0\x02")),
      error: { code: "RESET" },
      isOfStream: true,
    },
  ],
};

const BODY_FAULTS: Record<string, readonly Fault[]> = {
  "HTTP/1.1": [
    ...EVERYWHERE,
    { does: "breaks the protocol", act: (server) => server.send("nonsense\r\n"), error: BROKEN },
    { does: "floods with chunk extensions", act: (server) => server.send(`1;${"x".repeat(100_000)}`), error: BROKEN },
  ],
  "HTTP/2": [
    ...EVERYWHERE.map((fault) => ({ ...fault, isOfStream: fault.does === "stalls" })),
    { does: "breaks the protocol", act: (server) => server.send(frame(6, 0, 0, "x")), error: BROKEN },
    {
      does: "breaks the protocol on the stream: more body than it said",
      act: (server) => server.send(frame(0, 0, 1, "more than nine")),
      error: BROKEN,
      isOfStream: true,
    },
    { does: "floods with empty DATA", act: (server) => server.send(frame(0, 0, 1, "").repeat(20_000)), error: BROKEN },
    {
      does: "gives the stream up",
      act: (server) => server.send(frame(3, 0, 1, "\0\0\0\x02")),
      error: { code: "RESET" },
      isOfStream: true,
    },
  ],
};

const casesOf = (faults: typeof HEAD_FAULTS) =>
  ENDS.flatMap((end) => (faults[end.name] ?? []).map((fault) => ({ ...end, ...fault })));

/** Asks for two at once; over HTTP/1.1 the second waits for its turn. */
async function begin({ name, connect, protocol }: (typeof ENDS)[number]) {
  const end = await connect();
  const server = badServer(name, end);
  const connection = end.connect({ protocol, timeouts: TIMEOUTS });
  const fetched = connection.fetch(get("/bad"));
  const another = outcome(connection.fetch(get("/")).then(({ response }) => response?.text()));
  await server.asked();
  return { server, connection, fetched, another };
}

/** What was not to blame is answered, or rejects; and nothing is left. */
async function isOver({ server, connection, another }: Awaited<ReturnType<typeof begin>>, isOfStream = false) {
  if (isOfStream) {
    expect(await another).toEqual({ value: "ok" });
    connection.close();
  } else expect((await another).error).toBeInstanceOf(NetworkError);
  await connection.closed;
  expect(connection.outstanding).toBe(0);
  server.reset();
}

describe("a server that misbehaves before its response", () => {
  it.each(casesOf(HEAD_FAULTS))("$name, $adapter: $does", async ({ act, error, isOfStream, ...which }) => {
    const both = await begin(which);
    const result = outcome(both.fetched);
    if (isOfStream) both.server.answerAnother();
    act(both.server);
    const rejected = (await result).error;
    expect(rejected).toBeInstanceOf(NetworkError);
    expect(rejected).toMatchObject(error);
    await isOver(both, isOfStream);
  });
});

describe("a server that misbehaves in its response's body", () => {
  it.each(casesOf(BODY_FAULTS))("$name, $adapter: $does", async ({ act, error, isOfStream, ...which }) => {
    const both = await begin(which);
    both.server.begin();
    const { body, trailers } = await both.fetched;
    const reads = [outcome(textOf(body)), outcome(trailers)];
    if (isOfStream) both.server.answerAnother();
    act(both.server);
    for (const read of reads) {
      const failed = (await read).error;
      expect(failed).toBeInstanceOf(NetworkError);
      expect(failed).toMatchObject(error);
    }
    await isOver(both, isOfStream);
  });
});

describe.each(ENDS)("$name, $adapter: a request on a stream of its own", ({ name, connect, protocol }) => {
  it("whose server breaks the protocol rejects with the RemoteProtocolError as cause", async () => {
    const end = await connect();
    const result = outcome(end.fetchOver(get("/"), { protocol }));
    const peer = new RawPeer(end.stream);
    await peer.receives(name === "HTTP/1.1" ? "\r\n\r\n" : "PRI");
    peer.send("nonsense\r\n\r\n");
    expect(await result).toMatchObject({ error: BROKEN });
    peer.reset();
  });

  it("whose server takes nothing of its body rejects", async () => {
    const end = await connect();
    const body = (async function* () {
      while (true) yield new Uint8Array(100_000);
    })();
    const request = { method: "PUT", target: "/", authority: "a", body };
    const result = outcome(end.fetchOver(request, { protocol, timeouts: TIMEOUTS }));
    if (name === "HTTP/2") {
      // It reads, but opens no window.
      const peer = new Http2Peer("server", end.stream);
      peer.flush();
      await peer.until("request");
    }
    expect(await result).toMatchObject({ error: LATE });
    end.stream.vanish?.();
  });

  it("whose informational response is answered with an exception rejects with it", async () => {
    const end = await connect();
    const boom = new Error("boom");
    const onInformational = () => {
      throw boom;
    };
    const result = outcome(end.fetchOver(get("/"), { protocol, onInformational }));
    if (name === "HTTP/1.1") {
      const peer = new RawPeer(end.stream);
      await peer.receives("\r\n\r\n");
      peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    } else {
      const peer = new Http2Peer("server", end.stream);
      peer.flush();
      await peer.until("request");
      peer.http.send({ type: "informational-response", streamId: 1, status: 103 });
      peer.flush();
    }
    expect(await result).toEqual({ error: boom });
    end.stream.vanish?.();
  });
});

describe.each(ENDS.filter(({ name }) => name === "HTTP/2"))("$name, $adapter: a server", ({ connect, protocol }) => {
  it("that takes no streams: who waits for one is told", async () => {
    const end = await connect();
    const peer = new Http2Peer("server", end.stream);
    peer.http.updateSettings({ maxConcurrentStreams: 0 });
    peer.flush();
    const connection = end.connect({ protocol, timeouts: TIMEOUTS });
    await pause(20);
    expect(await outcome(connection.fetch(get("/")))).toMatchObject({ error: { ...LATE, unprocessed: true } });
    await connection.closed;
    end.stream.vanish?.();
  });
});
