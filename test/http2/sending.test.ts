// What a caller may say: requests, responses, trailers, pushes, pings, settings, announcements; and what is refused, with
// nothing changed.
import { describe, expect, test } from "vitest";
import { Http2Connection, type Http2Options, type Http2ReceivedEvent } from "../../src/http2/index.ts";
import { octets } from "../helpers.ts";
import { fault, frame, frames, GET, join, lines, type Pair, POST, pair, refusal, u32, zeros } from "./pair.ts";

function asked(request: object = GET, options?: Http2Options): Pair {
  const both = pair(options);
  both.client.openStream({ ...GET, ...request }, { endStream: true });
  join(both);
  return both;
}

const only = (events: Http2ReceivedEvent[], type: string) => events.find((event) => event.type === type) as never;

describe("requests", () => {
  test("Host stands for the authority, which is otherwise as given", () => {
    for (const [given, authority] of [
      [{ headers: { Host: "b" } }, "b"],
      [{ authority: "c" }, "c"],
      [{ authority: "d", headers: [["host", "d"]] }, "d"],
    ] as const) {
      const both = pair();
      both.client.openStream({ method: "GET", target: "/", ...given } as never, { endStream: true });
      const event: { authority: string; headers: Iterable<unknown> } = only(join(both).server, "request");
      expect([event.authority, [...event.headers]]).toEqual([authority, []]);
    }
    const { client } = pair();
    expect(refusal(() => client.openStream({ ...GET, headers: { Host: "b" } }))).toBe("HOST_CONFLICT");
    expect(refusal(() => client.openStream({ method: "GET", target: "/" }))).toBe("MISSING_PSEUDO_FIELD");
  });

  test("CONNECT, and the extended one where the server has announced it", () => {
    const both = pair(undefined, { settings: { enableConnectProtocol: true } });
    both.client.openStream({ method: "CONNECT", target: "a:443" });
    both.client.openStream({ method: "CONNECT", target: "/chat", authority: "a", protocol: "websocket" });
    expect(join(both).server).toMatchObject([
      { type: "request", method: "CONNECT", target: "a:443", scheme: "", authority: "a:443", protocol: undefined },
      { type: "request", method: "CONNECT", target: "/chat", scheme: "https", authority: "a", protocol: "websocket" },
    ]);
    both.server.send({ type: "response", streamId: 1, status: 200, headers: { "Content-Length": "5", "X-A": "b" } });
    const { headers }: { headers: Iterable<unknown> } = only(join(both).client, "response");
    expect([...headers]).toEqual([["x-a", "b"]]);
    for (const streamId of [1, 3]) {
      const trailers = { type: "end-of-message", streamId, headers: [["x", "y"]] } as const;
      expect(refusal(() => both.client.send(trailers))).toBe("TRAILERS_NOT_ALLOWED");
    }
    both.client.send({ type: "data", streamId: 1, data: octets("to and") });
    both.server.send({ type: "data", streamId: 1, data: octets("fro, more than 5") });
    expect(refusal(() => both.server.send({ type: "end-of-message", streamId: 1, headers: [["x", "y"]] }))).toBe(
      "TRAILERS_NOT_ALLOWED",
    );
    both.server.send({ type: "end-of-message", streamId: 1 });
    expect(lines(join(both).client)).toEqual(["data 1: 16", "end-of-message 1"]);
    both.server.send({ type: "response", streamId: 3, status: 403, endStream: true });
    const { client } = pair();
    for (const other of [
      { authority: "b:443" },
      { authority: "A:443" },
      { authority: "" },
      { headers: { Host: "b:443" } },
    ]) {
      const refused = refusal(() => client.openStream({ method: "CONNECT", target: "a:443", ...other }));
      expect([other, refused]).toEqual([other, "HOST_CONFLICT"]);
    }
    client.openStream({ method: "CONNECT", target: "a:443", authority: "a:443", headers: { Host: "a:443" } });
    const extended = { method: "CONNECT", target: "/", authority: "a", protocol: "websocket" };
    expect(refusal(() => client.openStream(extended))).toBe("EXTENDED_CONNECT_NOT_ENABLED");
  });

  test("no more than the peer takes, no more than there are ids, and what has no sense", () => {
    const both = pair(undefined, { settings: { maxConcurrentStreams: 2 } });
    both.client.openStream(POST);
    both.client.openStream(POST);
    const before = both.client.queuedBytes;
    expect(refusal(() => both.client.openStream(POST))).toBe("TOO_MANY_STREAMS");
    expect(refusal(() => both.client.openStream({ method: 1 as never, target: "/" }))).toBe("TypeError");
    expect(refusal(() => both.client.openStream({ method: "GET", target: null as never }))).toBe("TypeError");
    for (const wrong of [{ scheme: 1 }, { authority: 1 }, { protocol: 1 }]) {
      expect(refusal(() => both.client.openStream({ ...POST, ...wrong } as never))).toBe("TypeError");
    }
    for (const wrong of [{ endStream: "no" }, { priority: 5 }, { priority: null }]) {
      expect(refusal(() => both.client.openStream(POST, wrong as never))).toBe("TypeError");
    }
    expect(both.client.queuedBytes).toBe(before);
    both.client.reset(1);
    expect(both.client.openStream(POST)).toBe(5);
    (both.client as unknown as { session: { streams: { nextLocal: number } } }).session.streams.nextLocal = 2 ** 31 + 1;
    both.client.reset(3);
    expect(refusal(() => both.client.openStream(POST))).toBe("NO_STREAM_LEFT");
  });

  test("a message that ends with its head has nothing due", () => {
    const { client } = pair();
    const due = { ...GET, headers: [["Content-Length", "5"]] as const };
    expect(refusal(() => client.openStream(due as never, { endStream: true }))).toBe("BODY_TOO_SHORT");
    expect(client.openStream({ ...POST, headers: [["content-length", "0"]] }, { endStream: true })).toBe(1);
  });

  test("the priority is said in the request, unless it is the usual one", () => {
    for (const [priority, value] of [
      [{ urgency: 1 }, "u=1"],
      [{ incremental: true }, "i"],
      [{ urgency: 0, incremental: true }, "u=0, i"],
      [{}, null],
    ] as const) {
      const both = pair();
      both.client.openStream(GET, { endStream: true, priority });
      const { headers }: { headers: Headers } = only(join(both).server, "request");
      expect(headers.get("priority")).toBe(value);
    }
  });
});

describe("responses", () => {
  test("1xx before, trailers behind; Content-Length is kept to", () => {
    const { client, server } = asked();
    server.send({
      type: "informational-response",
      streamId: 1,
      status: 103,
      headers: { Link: "x", "Content-Length": "1" },
    });
    server.send({ type: "response", streamId: 1, status: 200, headers: { "Content-Length": "5" } });
    expect(refusal(() => server.send({ type: "data", streamId: 1, data: zeros(6) }))).toBe("BODY_TOO_LONG");
    expect(refusal(() => server.send({ type: "data", streamId: 1, data: zeros(4), endStream: true }))).toBe(
      "BODY_TOO_SHORT",
    );
    server.send({ type: "data", streamId: 1, data: zeros(5) });
    expect(
      refusal(() => server.send({ type: "end-of-message", streamId: 1, headers: [["Content-Length", "5"]] })),
    ).toBe("FORBIDDEN_TRAILER");
    server.send({ type: "end-of-message", streamId: 1, headers: [["X-Sum", "1"]] });
    const events = join({ client, server }).client;
    expect(lines(events)).toEqual(["informational-response 1", "response 1", "data 1: 5", "end-of-message 1"]);
    expect(events[0]).toMatchObject({ status: 103, reason: "", httpVersion: "2" });
  });

  test("a body that is owed, and none where there can be none", () => {
    const short = asked();
    short.server.send({ type: "response", streamId: 1, status: 200, headers: { "Content-Length": "5" } });
    expect(refusal(() => short.server.send({ type: "end-of-message", streamId: 1 }))).toBe("BODY_TOO_SHORT");
    const early = asked();
    const due = { "Content-Length": "5" };
    expect(
      refusal(() => early.server.send({ type: "response", streamId: 1, status: 200, headers: due, endStream: true })),
    ).toBe("BODY_TOO_SHORT");
    for (const [method, status] of [
      ["HEAD", 200],
      ["GET", 204],
      ["GET", 304],
    ] as const) {
      const { client, server } = asked({ method });
      server.send({ type: "response", streamId: 1, status, headers: due });
      expect(refusal(() => server.send({ type: "data", streamId: 1, data: zeros(1) }))).toBe("BODY_TOO_LONG");
      server.send({ type: "data", streamId: 1, data: zeros(0), endStream: true });
      expect(lines(join({ client, server }).client)).toEqual(["response 1", "end-of-message 1"]);
    }
  });

  test("statuses, states, types that cannot be", () => {
    const { client, server } = asked();
    const response = { type: "response", streamId: 1 } as const;
    expect(refusal(() => server.send({ ...response, status: 101 }))).toBe("SWITCH_IN_HTTP2");
    expect(refusal(() => server.send({ ...response, status: 100 }))).toBe("BAD_STATUS");
    expect(refusal(() => server.send({ ...response, status: 200.5 }))).toBe("BAD_STATUS");
    expect(refusal(() => server.send({ ...response, status: "200" as never }))).toBe("TypeError");
    expect(refusal(() => server.send({ type: "informational-response", streamId: 1, status: 200 }))).toBe("BAD_STATUS");
    expect(refusal(() => server.send({ type: "request", streamId: 1 } as never))).toBe("TypeError");
    expect(refusal(() => server.send({ type: "data", streamId: 1, data: "x" as never }))).toBe("TypeError");
    expect(refusal(() => server.send({ ...response, streamId: "1" as never, status: 200 }))).toBe("TypeError");
    expect(refusal(() => server.send({ ...response, status: 200, endStream: 1 as never }))).toBe("TypeError");
    expect(refusal(() => client.send({ type: "data", streamId: 1, data: zeros(0), endStream: 1 as never }))).toBe(
      "TypeError",
    );
    expect(refusal(() => server.send({ type: "data", streamId: 1, data: zeros(1) }))).toBe("WRONG_STATE");
    expect(refusal(() => server.send({ ...response, streamId: 3, status: 200 }))).toBe("NO_SUCH_STREAM");
    expect(refusal(() => client.send({ ...response, status: 200 }))).toBe("WRONG_STATE");
    expect(refusal(() => server.send({ ...response, status: 200, headers: [["A B", "c"]] }))).toBe("BAD_FIELD_NAME");
    expect(server.queuedBytes).toBe(0);
  });

  test("a head above the peer's frame size goes on in CONTINUATION, a promise too", () => {
    const { client, server } = asked(GET, { limits: { maxHeaderBytes: 200_000 } });
    const headers: [string, string][] = Array.from({ length: 40 }, (_, i) => [`x-${i}`, "~".repeat(999)]);
    server.push(1, { ...GET, headers });
    server.send({ type: "response", streamId: 1, status: 200, headers, endStream: true });
    const octetsSent = server.bytesToSend();
    const more = ["CONTINUATION 1", "CONTINUATION 1"];
    const parts = frames(octetsSent).map((line) => line.split(":")[0]);
    expect(parts).toEqual(["PUSH_PROMISE 1", ...more, "HEADERS 1 END", ...more]);
    client.feed(octetsSent);
    expect(lines([...client.events()])).toEqual(["push-promise 1", "response 1", "end-of-message 1"]);
  });
});

describe("pushes", () => {
  test("are safe requests without a body, on requests of the client, while it lets them", () => {
    const { client, server } = asked();
    expect(refusal(() => server.push(3, GET))).toBe("NO_SUCH_STREAM");
    expect(refusal(() => server.push(1, POST))).toBe("BAD_PROMISE");
    expect(refusal(() => server.push(1, { ...GET, headers: { "Content-Length": "1" } }))).toBe("BODY_TOO_SHORT");
    expect(refusal(() => server.push(1, { ...GET, method: "CONNECT", protocol: "x" }))).toBe("PUSH_NOT_ALLOWED");
    expect(server.push(1, { ...GET, method: "HEAD", target: "/a" })).toBe(2);
    expect(refusal(() => server.push(2, GET))).toBe("PUSH_NOT_ALLOWED");
    expect(only(join({ client, server }).client, "push-promise")).toMatchObject({
      streamId: 1,
      promisedStreamId: 2,
      method: "HEAD",
      target: "/a",
    });
    server.send({ type: "response", streamId: 2, status: 200, headers: { "Content-Length": "9" }, endStream: true });
    expect(lines(join({ client, server }).client)).toEqual(["response 2", "end-of-message 2"]);
    server.send({ type: "response", streamId: 1, status: 200 });
    server.send({ type: "end-of-message", streamId: 1 });
    expect(refusal(() => server.push(1, GET))).toBe("NO_SUCH_STREAM");
  });

  test("not after the answer, nor above the limit, nor without leave", () => {
    const both = pair({ settings: { maxConcurrentStreams: 1 } });
    both.client.openStream(POST);
    join(both);
    both.server.push(1, GET);
    expect(refusal(() => both.server.push(1, GET))).toBe("TOO_MANY_STREAMS");
    both.server.send({ type: "response", streamId: 1, status: 200, endStream: true });
    expect(refusal(() => both.server.push(1, GET))).toBe("WRONG_STATE");
    const { server } = asked(GET, { settings: { enablePush: false } });
    expect(refusal(() => server.push(1, GET))).toBe("PUSH_NOT_ALLOWED");
    const leaving = asked();
    leaving.server.shutdown();
    expect(refusal(() => leaving.server.push(1, GET))).toBe("GOING_AWAY");
    const spent = asked();
    (spent.server as unknown as { session: { streams: { nextLocal: number } } }).session.streams.nextLocal = 2 ** 31;
    expect(refusal(() => spent.server.push(1, GET))).toBe("NO_STREAM_LEFT");
  });

  test("above what the client serves after its own goaway are not looked at, nor what comes on them", () => {
    const { client, server } = asked();
    client.goaway();
    server.push(1, GET);
    server.send({ type: "response", streamId: 2, status: 200 });
    server.send({ type: "data", streamId: 2, data: zeros(5) });
    client.feed(server.bytesToSend());
    expect([...client.events()]).toEqual([]);
    server.send({ type: "response", streamId: 1, status: 200, endStream: true });
    client.feed(server.bytesToSend());
    expect(lines([...client.events()])).toEqual(["response 1", "end-of-message 1"]);
  });
});

describe("pings, settings, announcements", () => {
  test("a ping comes back", () => {
    const both = pair();
    both.client.ping(octets("12345678"));
    both.server.ping();
    const { client, server } = join(both);
    expect(server).toMatchObject([
      { type: "ping", data: octets("12345678") },
      { type: "ping-acknowledged", data: zeros(8) },
    ]);
    expect(lines(client)).toEqual(["ping", "ping-acknowledged"]);
    expect(refusal(() => both.client.ping(zeros(7)))).toBe("RangeError");
    expect(refusal(() => both.client.ping([1] as never))).toBe("TypeError");
  });

  test("each acknowledgement makes its own settings hold", () => {
    const both = pair();
    both.client.updateSettings({ maxFrameSize: 20_000 });
    both.client.updateSettings({ maxFrameSize: 30_000, headerTableSize: 100 });
    expect(both.client.localSettings.maxFrameSize).toBe(16_384);
    both.client.feed(frame(4, 1, 0));
    expect([...both.client.events()]).toMatchObject([
      { type: "settings-acknowledged", settings: { maxFrameSize: 20_000 } },
    ]);
    expect(both.client.localSettings.maxFrameSize).toBe(20_000);
    both.client.feed(frame(4, 1, 0));
    both.client.feed(frame(4, 1, 0));
    expect(lines([...both.client.events()])).toEqual(["settings-acknowledged"]);
    expect(both.client.localSettings).toMatchObject({ maxFrameSize: 30_000, headerTableSize: 100 });
  });

  test("those that hold cannot be changed by who reads them", () => {
    const both = pair();
    for (const { localSettings, remoteSettings } of [both.client, both.server, new Http2Connection("client")]) {
      expect([Object.isFrozen(localSettings), Object.isFrozen(remoteSettings)]).toEqual([true, true]);
    }
  });

  test("what must not be changed, or is none", () => {
    const { client, server } = pair(undefined, { settings: { enableConnectProtocol: true } });
    expect(refusal(() => server.updateSettings({ enableConnectProtocol: false }))).toBe("BAD_SETTING");
    expect(refusal(() => server.updateSettings({ noRfc7540Priorities: false }))).toBe("BAD_SETTING");
    expect(refusal(() => server.updateSettings({ enablePush: true }))).toBe("RangeError");
    expect(refusal(() => client.updateSettings({ maxFrameSize: 1 }))).toBe("RangeError");
    expect(refusal(() => client.updateSettings({ maxFrameSize: "1" as never }))).toBe("TypeError");
    expect(refusal(() => client.updateSettings({ enablePush: 1 as never }))).toBe("TypeError");
    expect(refusal(() => client.updateSettings({ frameSize: 1 } as never))).toBe("TypeError");
    expect(refusal(() => client.updateSettings({ 4: 1 } as never))).toBe("TypeError");
    expect(refusal(() => client.updateSettings(null as never))).toBe("TypeError");
    client.updateSettings({
      noRfc7540Priorities: true,
      maxConcurrentStreams: Number.POSITIVE_INFINITY,
      enablePush: undefined,
    });
  });

  test("unknown ones are in their event, and nothing of them is kept", () => {
    const { client, server } = pair();
    const names = Object.keys(server.remoteSettings);
    client.updateSettings({ 4660: 7, 65535: 1, initialWindowSize: 9 });
    const { server: events } = join({ client, server });
    expect(events).toMatchObject([{ type: "settings", settings: { 4660: 7, 65535: 1, initialWindowSize: 9 } }]);
    expect(Object.keys(server.remoteSettings)).toEqual(names);
    expect(server.remoteSettings.initialWindowSize).toBe(9);
  });

  test("ALTSVC and ORIGIN", () => {
    const { client, server } = asked();
    server.altsvc({ origin: "https://a", value: 'h3=":443"' });
    server.altsvc({ streamId: 1, value: "clear" });
    server.origin(["https://a", "https://b"]);
    server.origin([]);
    expect(join({ client, server }).client).toMatchObject([
      { type: "alternative-service", streamId: 0, origin: "https://a", value: 'h3=":443"' },
      { type: "alternative-service", streamId: 1, origin: "", value: "clear" },
      { type: "origin", origins: ["https://a", "https://b"] },
      { type: "origin", origins: [] },
    ]);
    expect(refusal(() => client.altsvc({ origin: "a", value: "b" }))).toBe("WRONG_STATE");
    expect(refusal(() => client.origin([]))).toBe("WRONG_STATE");
    expect(refusal(() => server.altsvc({ streamId: 9, value: "b" }))).toBe("NO_SUCH_STREAM");
    expect(refusal(() => server.altsvc({ origin: "", value: "b" }))).toBe("TypeError");
    expect(refusal(() => server.altsvc({ origin: "a", value: 1 as never }))).toBe("TypeError");
    expect(refusal(() => server.origin(["\u00e9"]))).toBe("RangeError");
    expect(refusal(() => server.origin("https://a" as never))).toBe("TypeError");
    expect(refusal(() => server.origin(["x".repeat(70_000)]))).toBe("RangeError");
    expect(refusal(() => server.origin(["x".repeat(20_000)]))).toBe("RangeError");
  });
});

describe("resets", () => {
  test("of what lives, of what is over, of what never was", () => {
    const { client, server } = asked();
    server.reset(1, "INTERNAL_ERROR");
    server.reset(1);
    expect(frames(server.bytesToSend())).toEqual(["RST_STREAM 1: 4"]);
    for (const id of [0, -1, 1.5, 3, 2])
      expect(
        refusal(() => server.reset(id)),
        String(id),
      ).toBe("NO_SUCH_STREAM");
    expect(refusal(() => client.reset(1, "X" as never))).toBe("TypeError");
    expect(refusal(() => client.reset("1" as never))).toBe("TypeError");
    expect(refusal(() => client.prioritize(1, undefined as never))).toBe("TypeError");
    expect(refusal(() => client.window(9))).toBe("NO_SUCH_STREAM");
  });
});

describe("limits", () => {
  test("resets are forgiven as time passes, where it is told", () => {
    for (const [told, survives] of [
      [true, true],
      [false, false],
    ] as const) {
      const server = new Http2Connection("server", { limits: { maxResets: 5, resetsPerSecond: 1 } });
      server.feed(octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), told ? 0 : undefined);
      server.feed(frame(4, 0, 0));
      for (let i = 0; i < 20; i++) {
        const id = 1 + 2 * i;
        server.feed(frame(1, 4, id, 0x82, 0x84, 0x86, 0x01, 0x01, "a"), told ? i * 1000 : undefined);
        server.feed(frame(3, 0, id, ...u32(8)), told ? i * 1000 : undefined);
        if (survives) for (const _ of server.events());
      }
      if (!survives) expect(fault(server)).toMatchObject({ code: "TOO_MANY_RESETS", http2Code: "ENHANCE_YOUR_CALM" });
    }
  });

  test("a body above its limit is refused, with 413 where nothing was answered", () => {
    const both = pair(undefined, { limits: { maxBodyBytes: 10 } });
    both.client.openStream(POST);
    both.client.send({ type: "data", streamId: 1, data: zeros(10) });
    join(both);
    both.client.send({ type: "data", streamId: 1, data: zeros(1) });
    const { client, server } = join(both);
    expect(server).toMatchObject([{ type: "stream-reset", streamId: 1, code: "CANCEL", reason: "BODY_TOO_LARGE" }]);
    expect(client).toMatchObject([
      { type: "response", status: 413 },
      { type: "end-of-message" },
      { type: "stream-reset", code: "NO_ERROR" },
    ]);
  });

  test("octets that wait because of the peer", () => {
    const { server } = pair(undefined, { limits: { maxQueuedControlBytes: 100 } });
    for (let i = 0; i < 5; i++) server.feed(frame(6, 0, 0, "12345678"));
    for (const _ of server.events());
    server.bytesToSend();
    for (let i = 0; i < 6; i++) server.feed(frame(6, 0, 0, "12345678"));
    expect(fault(server)).toMatchObject({ code: "TOO_MUCH_QUEUED", http2Code: "ENHANCE_YOUR_CALM" });
  });

  test("heads of responses wait for a peer that asks and does not read, up to the same limit", () => {
    const { server } = pair(undefined, { limits: { maxQueuedControlBytes: 1000 } });
    let answers = 0;
    for (let id = 1; id < 256; id += 2) server.feed(frame(1, 5, id, 0x82, 0x84, 0x86, 0x01, 0x01, "a"));
    const answer = () => {
      for (const { type } of server.events()) {
        if (type !== "request") continue;
        server.send({ type: "response", streamId: 1 + 2 * answers++, status: 200, endStream: true });
      }
    };
    expect(refusal(answer)).toBe("TOO_MUCH_QUEUED");
    expect(frames(server.bytesToSend()).at(-1)).toBe("GOAWAY 0: 8");
    // each has ten octets
    expect(answers).toBe(101);
  });

  test("what was drained waits no longer, though there is always something that does", () => {
    const limits = { maxQueuedControlBytes: 100, maxUnflushedAcks: 4 };
    const { server } = pair(undefined, { limits });
    server.ping();
    for (let i = 0; i < 50; i++) {
      server.feed(frame(6, 0, 0, "12345678"));
      expect(lines([...server.events()])).toEqual(["ping"]);
      expect(server.bytesToSend(17)).toHaveLength(17);
      expect(server.queuedBytes).toBe(17);
    }
  });

  test("what is undefined is as if it were not given", () => {
    const server = new Http2Connection("server", { settings: { maxConcurrentStreams: undefined }, limits: undefined });
    expect(server.bytesToSend()).toEqual(new Http2Connection("server").bytesToSend());
  });

  test("a stream's window that is given twice must be the same", () => {
    const make = (stream: number | undefined, initialWindowSize: number | undefined) =>
      new Http2Connection("server", { windows: { stream }, settings: { initialWindowSize } });
    expect(refusal(() => make(70_000, 80_000))).toBe("RangeError");
    expect(refusal(() => make(0, 65_535))).toBe("RangeError");
    const once = make(70_000, undefined).bytesToSend();
    expect(make(70_000, 70_000).bytesToSend()).toEqual(once);
    expect(make(undefined, 70_000).bytesToSend()).toEqual(once);
  });

  test("options that are none", () => {
    const make = (options: object) => () => new Http2Connection("server", options);
    expect(refusal(make({ limits: { maxFields: 5000 } }))).toBe("RangeError");
    expect(refusal(make({ limits: { maxFields: "1" } }))).toBe("TypeError");
    expect(refusal(make({ limits: { maxFeilds: 1 } }))).toBe("TypeError");
    expect(refusal(make({ limit: {} }))).toBe("TypeError");
    expect(refusal(make({ limits: null }))).toBe("TypeError");
    expect(refusal(make({ settings: null }))).toBe("TypeError");
    expect(refusal(make({ allow: { anything: true } }))).toBe("TypeError");
    expect(refusal(make({ windows: { connection: 65534 } }))).toBe("RangeError");
    expect(refusal(make({ windows: { stream: -1 } }))).toBe("RangeError");
    expect(refusal(make({ windows: { mode: "auto" } }))).toBe("TypeError");
    expect(refusal(make({ onMalformed: "answer" }))).toBe("TypeError");
    expect(refusal(make({ copyData: 1 }))).toBe("TypeError");
    expect(refusal(make({ settings: { enablePush: true } }))).toBe("RangeError");
    expect(refusal(make({ settings: { maxConcurrentStreams: undefined }, windows: { stream: 70_000 } }))).toBe(
      "nothing",
    );
  });
});
