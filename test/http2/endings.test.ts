// How a connection begins and ends: prior knowledge, Upgrade, sniffing; GOAWAY in two phases, errors, the end of the input.
import { describe, expect, test } from "vitest";
import { Http1Connection, Http2Connection, NEED_DATA, type RequestEvent, upgradeSettings } from "../../src/index.ts";
import { leastExponent } from "../growth.ts";
import { octets } from "../helpers.ts";
import { fault, frame, frames, GET, join, lines, POST, pair, refusal, u32, zeros } from "./pair.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

describe("sniff", () => {
  test("every prefix of the preface, and what differs in any octet", () => {
    for (let length = 0; length <= 24; length++) {
      const begun = octets(PREFACE.slice(0, length));
      expect(Http2Connection.sniff(begun)).toBe(length < 24 ? "need-data" : "http2");
      if (length === 0) continue;
      begun[length - 1] = 0x7f;
      expect(Http2Connection.sniff(begun)).toBe("http1");
    }
    expect(Http2Connection.sniff(octets(`${PREFACE}\0\0\0`))).toBe("http2");
    expect(Http2Connection.sniff(octets("GET / HTTP/1.1\r\n"))).toBe("http1");
    expect(refusal(() => Http2Connection.sniff("PRI" as never))).toBe("TypeError");
  });
});

describe("fromUpgrade", () => {
  const SETTINGS = upgradeSettings({ initialWindowSize: 10, maxConcurrentStreams: 7, enablePush: false });

  function asked(method = "GET"): RequestEvent {
    const connection = new Http1Connection("server");
    connection.feed(
      octets(
        `${method} /x HTTP/1.1\r\nHost: a\r\nAccept: b\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: ${SETTINGS}\r\n\r\n`,
      ),
    );
    return connection.nextEvent() as RequestEvent;
  }

  test("the request is stream 1 at both ends, the settings hold, and all goes on", () => {
    const request = asked();
    const server = Http2Connection.fromUpgrade("server", request, request.headers.get("http2-settings") as string);
    const client = Http2Connection.fromUpgrade("client", request, SETTINGS, { settings: { initialWindowSize: 10 } });
    const first = [...server.events()];
    expect(first).toMatchObject([
      { type: "request", streamId: 1, method: "GET", target: "/x", scheme: "http", authority: "a", offset: 0 },
      { type: "end-of-message", streamId: 1 },
    ]);
    expect(first[0]?.type === "request" && first[0].headers.raw()).toEqual([["accept", "b"]]);
    expect(server.remoteSettings).toMatchObject({ initialWindowSize: 10, maxConcurrentStreams: 7, enablePush: false });
    expect(client.localSettings).toMatchObject({ initialWindowSize: 10, maxConcurrentStreams: 7, enablePush: false });
    server.send({ type: "response", streamId: 1, status: 200 });
    expect(server.send({ type: "data", streamId: 1, data: zeros(25), endStream: true })).toBe(false);
    const { client: answered } = join({ client, server });
    expect(
      lines(answered)
        .filter((line) => / 1/.test(line))
        .at(-1),
    ).toBe("end-of-message 1");
    expect(client.openStream(GET, { endStream: true })).toBe(3);
    expect(lines(join({ client, server }).server)).toEqual(["request 3", "end-of-message 3"]);
  });

  test("a HEAD has no body to its response here too", () => {
    const client = Http2Connection.fromUpgrade(
      "client",
      { method: "HEAD", target: "/", headers: asked().headers },
      SETTINGS,
    );
    client.feed(frame(4, 0, 0));
    client.feed(frame(1, 4, 1, 0x88, 0x0f, 0x0d, 0x01, "5"));
    client.feed(frame(0, 1, 1));
    expect(lines([...client.events()])).toEqual(["settings", "response 1", "end-of-message 1"]);
  });

  test("settings take time in proportion to their length", () => {
    const request = asked();
    const work = (size: number) => {
      const settings = `${"=".repeat(size)}A`;
      return () => expect(() => Http2Connection.fromUpgrade("server", request, settings)).toThrow("base64url");
    };
    expect(leastExponent(16384, work)).toBeLessThan(1.6);
  });

  test("settings that are none are refused, and hint 400", () => {
    const request = asked();
    expect(refusal(() => Http2Connection.fromUpgrade("server", request, null as never))).toBe("TypeError");
    for (const bad of [
      "AAQAAAAK!",
      "A",
      "AAQAAAA",
      "AAQAAAAKA",
      "AAQ//",
      "AAX_____",
      "AAQAAAAKAB",
      "AAQAAAAK=",
      "AAQAAAAK==",
      "=",
      "==",
    ]) {
      expect(
        refusal(() => Http2Connection.fromUpgrade("server", request, bad)),
        bad,
      ).toBe("BAD_HTTP2_SETTINGS");
    }
    expect(() => Http2Connection.fromUpgrade("server", request, "!")).toThrow(
      expect.objectContaining({ statusHint: 400 }),
    );
    for (const good of ["", "AAQAAAAK", SETTINGS]) Http2Connection.fromUpgrade("server", request, good);
    expect(upgradeSettings()).toBe("");
    expect(upgradeSettings({ 4660: 5 } as never)).toBe("EjQAAAAF");
  });

  test("the settings of the upgrade are no first frame: RFC 9218 2.1 counts from that", () => {
    const request = asked();
    const server = Http2Connection.fromUpgrade("server", request, SETTINGS);
    server.feed(octets(PREFACE));
    server.feed(frame(4, 0, 0, 0, 9, ...u32(1)));
    expect(lines([...server.events()])).toEqual(["request 1", "end-of-message 1", "settings"]);
    server.feed(frame(4, 0, 0, 0, 9, ...u32(0)));
    expect(fault(server).code).toBe("BAD_SETTING");
  });
});

describe("the end in two phases", () => {
  test("shutdown lets streams in that were on their way, goaway no more; what is open goes on", () => {
    const both = pair();
    both.server.shutdown();
    expect(refusal(() => both.server.shutdown())).toBe("GOING_AWAY");
    both.client.openStream(POST);
    expect(lines(join(both).client)).toEqual(["goaway"]);
    expect(both.server.openStreams.remote).toBe(1);
    expect(refusal(() => both.client.openStream(GET))).toBe("GOING_AWAY");
    both.server.goaway();
    expect([...join(both).client]).toMatchObject([
      { type: "goaway", code: "NO_ERROR", lastStreamId: 1, unprocessed: [] },
    ]);
    expect([both.server.finished, both.client.finished]).toEqual([false, false]);
    both.client.send({ type: "end-of-message", streamId: 1 });
    join(both);
    both.server.send({ type: "response", streamId: 1, status: 204, endStream: true });
    expect(lines(join(both).client)).toEqual(["response 1", "end-of-message 1"]);
    expect([both.server.finished, both.client.finished]).toEqual([true, true]);
    both.server.goaway();
    expect(frames(both.server.bytesToSend())).toEqual(["GOAWAY 0: 8"]);
  });

  test("streams above the last one are unprocessed at the client, and ignored by the server in every frame", () => {
    const both = pair();
    both.client.openStream(POST);
    join(both);
    both.server.goaway("NO_ERROR", octets("bye"));
    for (const id of [3, 5]) {
      both.client.openStream(POST);
      both.client.send({ type: "data", streamId: id, data: octets("x") });
    }
    both.client.reset(5);
    const { client, server } = join(both);
    expect(server).toEqual([]);
    expect(client).toMatchObject([{ type: "goaway", lastStreamId: 1, unprocessed: [3], debugData: octets("bye") }]);
    expect(refusal(() => both.client.send({ type: "data", streamId: 3, data: octets("x") }))).toBe("NO_SUCH_STREAM");
    both.server.feed(frame(8, 0, 3, ...u32(1)));
    both.server.feed(frame(1, 4, 1, 0x40, 1, "t", 1, "1"));
    expect([...both.server.events()]).toMatchObject([
      { type: "stream-reset", streamId: 1, reason: "TRAILERS_WITHOUT_END" },
    ]);
  });

  test("a last stream that rises is not believed", () => {
    const { client } = pair();
    for (let i = 0; i < 3; i++) client.openStream(POST);
    client.feed(frame(7, 0, 0, ...u32(3), ...u32(0)));
    client.feed(frame(7, 0, 0, ...u32(5), ...u32(11)));
    client.feed(frame(7, 0, 0, ...u32(1), ...u32(0x1234)));
    expect([...client.events()]).toMatchObject([
      { lastStreamId: 3, unprocessed: [5], code: "NO_ERROR" },
      { lastStreamId: 3, unprocessed: [], code: "ENHANCE_YOUR_CALM" },
      { lastStreamId: 1, unprocessed: [3], code: 0x1234 },
    ]);
  });

  test("with an error it is over at once: nothing is heard, said or kept", () => {
    const both = pair();
    both.client.openStream(POST);
    join(both);
    both.server.send({ type: "response", streamId: 1, status: 200 });
    both.server.send({ type: "data", streamId: 1, data: zeros(100_000) });
    both.server.goaway("INTERNAL_ERROR");
    expect(both.server.finished).toBe(true);
    expect(frames(both.server.bytesToSend())).toEqual(["HEADERS 1: 1", "GOAWAY 0: 8"]);
    both.server.feed(octets("anything"));
    expect(both.server.nextEvent()).toEqual({ type: "need-data" });
    expect(both.server.queuedBytes).toBe(0);
    for (const call of [
      () => both.server.goaway(),
      () => both.server.ping(),
      () => both.server.updateSettings({}),
      () => both.server.shutdown(),
      () => both.server.origin([]),
      () => both.client.openStream(GET, { priority: { urgency: 9 } }),
    ]) {
      expect(["GOING_AWAY", "RangeError"]).toContain(refusal(call));
    }
    both.server.feedEof();
    expect(both.server.nextEvent()).toMatchObject({ type: "connection-closed" });
  });

  test("codes by name and by number", () => {
    const { server } = pair();
    expect(refusal(() => server.goaway("NONE" as never))).toBe("TypeError");
    expect(refusal(() => server.goaway(-1))).toBe("RangeError");
    expect(refusal(() => server.goaway(2 ** 32))).toBe("RangeError");
    expect(refusal(() => server.goaway(0, "x" as never))).toBe("TypeError");
    server.goaway(0xffffffff);
    expect([...server.bytesToSend().subarray(13)]).toEqual([...u32(0xffffffff)]);
  });

  test("the last stream id there is", () => {
    const { server } = pair();
    const last = frame(1, 5, 1, 0x82, 0x84, 0x86, 0x01, 0x01, "a");
    last.set([0x7f, 0xff, 0xff, 0xff], 5);
    server.feed(last);
    expect(server.nextEvent()).toMatchObject({ type: "request", streamId: 0x7fffffff });
    expect(frames(server.bytesToSend())).toEqual(["GOAWAY 0: 8"]);
    expect([server.finished, server.openStreams.remote]).toEqual([false, 1]);
    server.send({ type: "response", streamId: 0x7fffffff, status: 200, endStream: true });
    expect([server.finished, server.openStreams.remote]).toEqual([true, 0]);
  });
});

describe("the end of the input", () => {
  test("between frames: streams that are cut, then connection-closed again and again", () => {
    const both = pair();
    both.client.openStream(POST);
    both.client.openStream(GET, { endStream: true });
    join(both);
    for (const connection of [both.server, both.client]) connection.feedEof();
    expect([...both.server.events()]).toMatchObject([
      { type: "stream-reset", streamId: 1, code: "CANCEL", remote: true, reason: "" },
      { type: "connection-closed" },
    ]);
    expect(lines([...both.client.events()])).toEqual(["stream-reset 1", "stream-reset 3", "connection-closed"]);
    expect(both.server.nextEvent()).toBe(both.server.nextEvent());
    expect([both.server.finished, both.client.finished]).toEqual([false, true]);
    both.server.send({ type: "response", streamId: 3, status: 200, endStream: true });
    expect(both.server.finished).toBe(true);
    expect(refusal(() => both.server.feed(zeros(1)))).toBe("TypeError");
    both.server.feedEof();
  });

  test.each([
    ["nothing at all", "", null],
    ["the preface", PREFACE, null],
    ["a part of it", PREFACE.slice(0, 5), "INCOMPLETE_FRAME"],
    ["a frame's header, cut", `${PREFACE}\0\0\0\x04`, "INCOMPLETE_FRAME"],
    ["a frame without its payload", `${PREFACE}\0\0\x06\x04\0\0\0\0\0`, "INCOMPLETE_FRAME"],
    [
      "a header block without its end",
      `${PREFACE}\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\0\0\0\0\x01\x82`,
      "INCOMPLETE_FRAME",
    ],
  ])("after %s", (_, text, code) => {
    const server = new Http2Connection("server");
    server.feed(octets(text));
    server.feedEof();
    if (code === null) expect(server.nextEvent()).toEqual({ type: "connection-closed", offset: text.length });
    else expect(fault(server)).toMatchObject({ code, offset: text.length, http2Code: "PROTOCOL_ERROR" });
  });
});

describe("what is fed", () => {
  test("copies, when asked for", () => {
    const server = new Http2Connection("server", { copyData: true });
    const bytes = octets(`${PREFACE}\0\0\0\x04\0\0\0\0\0`);
    server.feed(bytes);
    bytes.fill(0);
    expect(lines([...server.events()])).toEqual(["settings"]);
  });

  test("what is no octets, no time, no role", () => {
    const { server } = pair();
    expect(refusal(() => server.feed("x" as never))).toBe("TypeError");
    expect(refusal(() => server.feed(zeros(1), "0" as never))).toBe("TypeError");
    expect(refusal(() => new Http2Connection("proxy" as never))).toBe("TypeError");
    server.feed(zeros(0));
    expect(server.nextEvent()).toBe(NEED_DATA);
    expect(new Http1Connection("server").nextEvent()).toBe(NEED_DATA);
  });

  test("an error that is not the peer's own goes through as it is", () => {
    const { server } = pair();
    Object.defineProperty(server, "receiver", {
      value: {
        read: () => {
          throw new RangeError("none of ours");
        },
      },
    });
    expect(() => server.nextEvent()).toThrow(RangeError);
  });
});
