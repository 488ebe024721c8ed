// Odd frames, at every cut: what they give, what is answered, and that it never matters how the octets were split.
import { describe, expect, test } from "vitest";
import { HeaderFields, Http2Connection } from "../../src/http2/index.ts";
import { octets } from "../helpers.ts";
import { asking, everyCut, OPEN, PREFACE, REQUEST, run, SETTINGS, serving } from "./cuts.ts";
import { frame, GET, lines, POST, refusal, u32, zeros } from "./pair.ts";

test.each([
  ["a length", frame(6, 0, 0, 1, 2, 3), "frame of type 0x6, 3 octets, stream 0 at octet 33"],
  ["a stream", frame(8, 0, 0, 1), "frame of type 0x8, 1 octets, stream 0 at octet 33"],
  ["an order", frame(9, 4, 1), "frame of type 0x9, 0 octets, stream 1 at octet 33"],
  [
    "a size",
    Uint8Array.of(0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 1),
    "frame of type 0x1, 16777215 octets, stream 1 at octet 33",
  ],
  ["a setting", frame(4, 0, 0, 0, 9, ...u32(1)), "noRfc7540Priorities true at octet 33"],
])("a message names what was found: %s", (_, bad, found) => {
  const server = new Http2Connection("server");
  server.feed(new Uint8Array(Buffer.concat([PREFACE, SETTINGS, bad])));
  expect(() => [...server.events()]).toThrow(`; ${found}`);
});

describe("frames that achieve nothing are counted", () => {
  const always = (useless: Uint8Array) => () => useless;
  test.each([
    ["SETTINGS ACK that nobody asked for", [frame(4, 1, 0)], always(frame(4, 1, 0))],
    ["PRIORITY_UPDATE", [], always(frame(16, 0, 0, ...u32(9), "u=1"))],
    ["ALTSVC that breaks its rules", [], always(frame(10, 0, 0, 0, 0, "h3"))],
    ["WINDOW_UPDATE on a stream that was reset", [frame(1, 4, 1, 0x84)], always(frame(8, 0, 1, ...u32(1)))],
    ["HEADERS on a stream that was reset", [frame(1, 4, 1, 0x84)], always(frame(1, 5, 1, ...REQUEST))],
    ["CONTINUATION without octets", [frame(1, 0, 1, ...REQUEST)], always(frame(9, 0, 1))],
    [
      "HEADERS without octets",
      [],
      (i: number) => new Uint8Array(Buffer.concat([frame(1, 0, 2 * i + 1), frame(9, 4, 2 * i + 1, ...REQUEST)])),
    ],
  ])("%s", (_, before, useless) => {
    const limits = { maxUselessFrames: 2 };
    const pieces = (count: number) => [...before, ...Array.from({ length: count }, (_piece, i) => useless(i))];
    expect(serving(pieces(2), { limits }).error).toBe(undefined);
    expect(serving(pieces(3), { limits }).error).toMatch("TOO_MANY_USELESS_FRAMES ENHANCE_YOUR_CALM");
  });
});

describe("HEADERS", () => {
  test.each([
    ["padding without its length", frame(1, 12, 1), "BAD_FRAME_LENGTH FRAME_SIZE_ERROR at 33"],
    ["priority fields cut", frame(1, 0x24, 1, 0, 0, 0, 0), "BAD_FRAME_LENGTH FRAME_SIZE_ERROR at 33"],
    ["padding longer than the rest", frame(1, 12, 1, 3, 0x82, 0), "BAD_PADDING PROTOCOL_ERROR at 33"],
  ])("%s", (_, bad, error) => {
    expect(serving([bad])).toEqual({ events: [], error, sent: ["GOAWAY 0: 8"] });
  });

  test("all padding, and priority fields of another stream", () => {
    expect(serving([frame(1, 0x2c, 1, 2, ...u32(7), 1, ...REQUEST, 0, 0)]).events).toEqual(["request 1"]);
  });

  test("a block above its limit, at once and in pieces", () => {
    const limits = { maxHeaderBlockBytes: 5 };
    const error = "HEADER_BLOCK_TOO_LARGE ENHANCE_YOUR_CALM at 33";
    expect(serving([OPEN], { limits }).error).toBe(error);
    const pieces = [frame(1, 0, 1, ...REQUEST.slice(0, 4)), frame(9, 4, 1, ...REQUEST.slice(4))];
    expect(serving(pieces, { limits }).error).toBe("HEADER_BLOCK_TOO_LARGE ENHANCE_YOUR_CALM at 46");
  });

  test("no authority is needed where the scheme knows none", () => {
    const urn = [0x82, 0x00, 7, ":scheme", 3, "urn", 0x00, 5, ":path", 2, "/x"];
    const server = new Http2Connection("server");
    server.feed(new Uint8Array(Buffer.concat([PREFACE, SETTINGS, frame(1, 5, 1, ...urn)])));
    expect([...server.events()][1]).toMatchObject({ scheme: "urn", authority: "", target: "/x" });
  });

  test("CONTINUATION as the first frame of all, and where no block goes on", () => {
    const first = everyCut(() => new Http2Connection("server"), [PREFACE, frame(9, 4, 1)]);
    expect(first.error).toBe("SETTINGS_EXPECTED PROTOCOL_ERROR at 24");
    expect(serving([OPEN, frame(9, 4, 1)]).error).toBe("UNEXPECTED_CONTINUATION PROTOCOL_ERROR at 48");
  });

  test("an answer in HTTP/1 is called by its name", () => {
    const client = new Http2Connection("client");
    client.feed(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(() => client.nextEvent()).toThrow(/SETTINGS.*; the peer speaks HTTP\/1 at octet 0$/);
  });
});

describe("responses", () => {
  test("Content-Length, and END_STREAM on the head", () => {
    const five = [0x88, 0x0f, 0x0d, 1, "5"];
    expect(asking([frame(1, 5, 1, ...five)])).toMatchObject({ events: ["stream-reset 1"], sent: ["RST_STREAM 1: 4"] });
    expect(asking([frame(1, 4, 1, ...five), frame(0, 1, 1, "12345")]).events.at(-1)).toBe("end-of-message 1");
  });

  test("too many informational ones", () => {
    const hint = frame(1, 4, 1, 0x08, 3, "103");
    const { events } = asking([hint, hint, hint], { limits: { maxInformationalResponses: 2 } });
    expect(events).toEqual(["informational-response 1", "informational-response 1", "stream-reset 1"]);
  });
});

describe("PUSH_PROMISE", () => {
  test.each([
    ["cut by its padding", frame(5, 12, 1, 0, 0, 0, 2), "BAD_FRAME_LENGTH FRAME_SIZE_ERROR at 9"],
    ["of a stream of the client's", frame(5, 4, 1, ...u32(3), ...REQUEST), "BAD_STREAM_ID PROTOCOL_ERROR at 9"],
  ])("%s", (_, bad, error) => {
    expect(asking([bad]).error).toBe(error);
  });

  test("without an authority, padded, self-dependency of a request before it forgotten", () => {
    const urn = [0x82, 0x00, 7, ":scheme", 3, "urn", 0x00, 5, ":path", 2, "/x"];
    const { events } = asking([frame(5, 12, 1, 1, ...u32(2), ...urn, 0), frame(1, 5, 2, 0x88)]);
    expect(events).toEqual(["push-promise 1", "response 2", "end-of-message 2"]);
  });

  test("of a request that is unsafe, or has a body", () => {
    for (const block of [
      [0x83, ...REQUEST.slice(1)],
      [...REQUEST, 0x0f, 0x0d, 1, "1"],
    ]) {
      expect(asking([frame(5, 4, 1, ...u32(2), ...block)])).toMatchObject({
        events: ["stream-reset 2"],
        sent: ["RST_STREAM 2: 4"],
      });
    }
  });
});

describe("frames that mean little", () => {
  test("ALTSVC and ORIGIN that do not fit are ignored", () => {
    const odd = [
      frame(10, 0, 0),
      frame(10, 0, 0, 0),
      frame(10, 0, 0, 0, 9, "a"),
      frame(10, 0, 0, 0, 0, "x"),
      frame(10, 0, 1, 0, 1, "a", "x"),
      frame(10, 0, 3, 0, 0, "x"),
      frame(12, 0, 0, 0),
      frame(12, 0, 0, 0, 3, "ab"),
      frame(12, 1, 0),
      frame(12, 0, 1),
    ];
    expect(asking(odd)).toEqual({ events: [], error: undefined, sent: [] });
    expect(serving(odd.slice(0, 6))).toEqual({ events: [], error: undefined, sent: [] });
    expect(serving([frame(12, 0, 0)], { limits: { maxUselessFrames: 0 } }).error).toMatch("TOO_MANY_USELESS_FRAMES");
  });

  test("PRIORITY of a stream on itself: open, over, idle", () => {
    const own = frame(2, 0, 1, ...u32(1), 1);
    expect(serving([OPEN, own])).toMatchObject({ events: ["request 1", "stream-reset 1"], sent: ["RST_STREAM 1: 4"] });
    expect(serving([OPEN, frame(3, 0, 1, ...u32(8)), own])).toMatchObject({
      events: ["request 1", "stream-reset 1"],
      sent: [],
    });
    expect(serving([own]).error).toMatch("SELF_DEPENDENCY PROTOCOL_ERROR");
  });

  test("unknown types are told of", () => {
    const server = new Http2Connection("server");
    server.feed(new Uint8Array(Buffer.concat([PREFACE, SETTINGS, frame(0xbe, 5, 7, "abc")])));
    expect([...server.events()][1]).toMatchObject({
      type: "unknown-frame",
      frameType: 0xbe,
      flags: 5,
      streamId: 7,
      payload: octets("abc"),
    });
  });
});

describe("windows", () => {
  test("a high window that is gone does not forbid a larger initial one", () => {
    const client = new Http2Connection("client");
    client.openStream(POST);
    client.openStream(POST);
    const larger = frame(4, 0, 0, 0, 4, ...u32(0x7fffffff - 10));
    client.feed(
      new Uint8Array(
        Buffer.concat([
          SETTINGS,
          frame(8, 0, 1, ...u32(1000)),
          frame(8, 0, 3, ...u32(5)),
          frame(3, 0, 1, ...u32(8)),
          larger,
        ]),
      ),
    );
    expect(lines([...client.events()])).toEqual([
      "settings",
      "window-updated 1",
      "window-updated 3",
      "stream-reset 1",
      "settings",
    ]);
    expect(client.window(3)).toBe(65_535);
  });

  test("a stream that waits and is reset gives no drain", () => {
    const client = new Http2Connection("client");
    client.openStream(POST);
    client.openStream(POST);
    expect(client.send({ type: "data", streamId: 1, data: zeros(70_000) })).toBe(false);
    expect(client.send({ type: "data", streamId: 3, data: zeros(70_000) })).toBe(false);
    client.feed(new Uint8Array(Buffer.concat([SETTINGS, frame(3, 0, 1, ...u32(8)), frame(3, 0, 3, ...u32(8))])));
    expect(lines([...client.events()])).toEqual(["settings", "stream-reset 1", "stream-reset 3"]);
  });
});

describe("what is known of streams that are over", () => {
  test("ids that were skipped, up to so many gaps", () => {
    const gaps = (count: number) => Array.from({ length: count }, (_, i) => frame(1, 5, 3 + 4 * i, ...REQUEST));
    const late = (id: number) => frame(1, 5, id, ...REQUEST);
    expect(run(() => new Http2Connection("server"), [PREFACE, SETTINGS, ...gaps(32), late(1)]).error).toMatch(
      "BAD_STREAM_ID",
    );
    expect(run(() => new Http2Connection("server"), [PREFACE, SETTINGS, ...gaps(33), late(1)]).error).toMatch(
      "FRAME_ON_CLOSED_STREAM",
    );
  });

  test("goaway with an error when the input has ended already", () => {
    const server = new Http2Connection("server");
    server.feedEof();
    expect(server.nextEvent()).toMatchObject({ type: "connection-closed" });
    server.goaway("INTERNAL_ERROR");
    expect(server.nextEvent()).toMatchObject({ type: "connection-closed" });
  });

  test("an upgrade of a request without Host, which HTTP/1.1 would refuse", () => {
    const none = new Http2Connection("client");
    none.openStream(GET, { endStream: true });
    none.feed(new Uint8Array(Buffer.concat([SETTINGS, frame(1, 5, 1, 0x88)])));
    const headers = [...none.events()].flatMap((event) => (event.type === "end-of-message" ? [event.headers] : []))[0];
    expect(headers).toBeInstanceOf(HeaderFields);
    const server = Http2Connection.fromUpgrade(
      "server",
      { method: "GET", target: "/", headers: headers as HeaderFields },
      "",
    );
    expect(server.nextEvent()).toMatchObject({ type: "request", authority: "" });
  });

  test("priorities of RFC 7540 may be left as they are, and are not changed later", () => {
    const server = new Http2Connection("server", { settings: { noRfc7540Priorities: false } });
    server.updateSettings({ noRfc7540Priorities: false });
    expect(refusal(() => server.updateSettings({ noRfc7540Priorities: true }))).toBe("BAD_SETTING");
  });
});
