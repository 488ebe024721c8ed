// Messages (RFC 9113 8.1 to 8.3, RFC 8441): what is malformed when it is received, and refused when it is to be sent, by the
// same rules; what a reader makes of fields.
import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder, LocalProtocolError } from "../../src/http2/hpack.ts";
import type { DecodedMessage, MessageKind } from "../../src/http2/hpack-types.ts";
import type { FieldPair, HeaderInput } from "../../src/shared/field-pairs.ts";
import { HeaderFields } from "../../src/shared/header-fields.ts";
import { FORBIDDEN_TRAILERS } from "../../src/shared/trailers.ts";
import { hex, literal, plain } from "./hpack-helpers.ts";

const LIMITS = { maxHeaderBytes: 65536, maxFields: 100 };
const GET: FieldPair[] = [
  [":method", "GET"],
  [":scheme", "https"],
  [":authority", "a.example"],
  [":path", "/"],
];
const OK: FieldPair[] = [[":status", "200"]];

/** A block with these fields, whatever they are; each literal or, as the encoder likes it, indexed. */
function read(kind: MessageKind, fields: readonly FieldPair[], limits = LIMITS): DecodedMessage {
  return new HpackDecoder().decodeMessage(new HpackEncoder().encode(fields), kind, limits);
}

/** What is wrong with a message: its code and field. Indexed a second time, out of the table, it must be the same. */
function fault(kind: MessageKind, fields: readonly FieldPair[]): string {
  const decoder = new HpackDecoder();
  const encoder = new HpackEncoder({ indexing: "all" });
  const seen = [0, 1].map(() => {
    const { fault: broken, malformed, header, tooLarge } = decoder.decodeMessage(encoder.encode(fields), kind, LIMITS);
    expect([broken, tooLarge]).toEqual([null, false]);
    return malformed === null ? "sound" : `${malformed} ${header}`;
  });
  expect(seen[1]).toBe(seen[0]);
  return seen[0] as string;
}

const request = (...fields: FieldPair[]) => fault("request", [...GET, ...fields]);
const without = (name: string) => GET.filter(([own]) => own !== name);
const instead = (name: string, value: string) =>
  GET.map((pair): FieldPair => (pair[0] === name ? [name, value] : pair));

describe("a request", () => {
  test.each<[what: string, fields: FieldPair[], fault: string]>([
    ["as it should be", GET, "sound"],
    ["pseudo-fields in any order", [...GET].reverse(), "sound"],
    ["no :method", without(":method"), "MISSING_PSEUDO_FIELD :method"],
    ["no :scheme", without(":scheme"), "MISSING_PSEUDO_FIELD :scheme"],
    ["no :path", without(":path"), "MISSING_PSEUDO_FIELD :path"],
    ["no :authority", without(":authority"), "MISSING_PSEUDO_FIELD :authority"],
    ["Host for :authority", [...without(":authority"), ["host", "a.example"]], "sound"],
    ["an empty Host for :authority", [...without(":authority"), ["host", ""]], "MISSING_PSEUDO_FIELD :authority"],
    ["no authority in another scheme", [GET[0] as FieldPair, [":scheme", "urn"], [":path", "/"]], "sound"],
    ["nothing", [], "MISSING_PSEUDO_FIELD :method"],
    ["a method with a space", instead(":method", "G ET"), "BAD_METHOD :method"],
    ["a request line for a method", instead(":method", "GET / HTTP/1.1\r\nX:"), "BAD_FIELD_VALUE :method"],
    ["another scheme's beginning", instead(":scheme", "http://evil"), "BAD_SCHEME :scheme"],
    ["user information", instead(":authority", "u@a.example"), "BAD_AUTHORITY :authority"],
    ["an empty path", instead(":path", ""), "BAD_PATH :path"],
    ["a path without a slash", instead(":path", "nope"), "BAD_PATH :path"],
    ["a path with a space", instead(":path", "/a b"), "BAD_PATH :path"],
    ["an asterisk in GET", instead(":path", "*"), "BAD_PATH :path"],
    ["a pseudo-field twice", [...GET, [":path", "/"]], "DUPLICATE_PSEUDO_FIELD :path"],
    ...(["method", "scheme", "authority", "path"] as const).map((name): [string, FieldPair[], string] => [
      `:${name} twice`,
      [...GET, GET.find(([own]) => own === `:${name}`) as FieldPair],
      `DUPLICATE_PSEUDO_FIELD :${name}`,
    ]),
    ["a response's pseudo-field", [...GET, [":status", "200"]], "UNKNOWN_PSEUDO_FIELD :status"],
    ["an unknown pseudo-field", [...GET, [":x", "y"]], "UNKNOWN_PSEUDO_FIELD :x"],
    [
      "a pseudo-field behind a field",
      [...without(":path"), ["a", "b"], [":path", "/"]],
      "MISPLACED_PSEUDO_FIELD :path",
    ],
    [
      "a pseudo-field behind a cookie",
      [...without(":path"), ["cookie", "a"], ["cookie", "b"], [":path", "/"]],
      "MISPLACED_PSEUDO_FIELD :path",
    ],
  ])("%s", (_, fields, expected) => {
    expect(fault("request", fields)).toBe(expected);
  });

  test("an asterisk in OPTIONS", () => {
    expect(
      fault("request", [
        [":method", "OPTIONS"],
        [":scheme", "http"],
        [":authority", "a"],
        [":path", "*"],
      ]),
    ).toBe("sound");
  });

  test.each<[authority: string, host: string, fault: string]>([
    ["a.example", "a.example", "sound"],
    ["a.example", "A.EXAMPLE", "sound"],
    ["a.example", "b.example", "HOST_CONFLICT host"],
    ["a.example", "a.example:80", "HOST_CONFLICT host"],
    ["a.example", "a b", "BAD_HOST host"],
    ["a.example", "", "HOST_CONFLICT host"],
  ])(":authority %s with Host %s", (authority, host, expected) => {
    expect(fault("request", [...instead(":authority", authority), ["host", host]])).toBe(expected);
  });

  test.each<[method: string, parts: FieldPair[], fault: string]>([
    ["CONNECT", [[":authority", "a:443"]], "sound"],
    ["CONNECT", [], "MISSING_PSEUDO_FIELD :authority"],
    ["CONNECT", [[":authority", "a"]], "BAD_AUTHORITY :authority"],
    [
      "CONNECT",
      [
        [":authority", "a:443"],
        [":scheme", "https"],
      ],
      "UNKNOWN_PSEUDO_FIELD :scheme",
    ],
    [
      "CONNECT",
      [
        [":authority", "a:443"],
        [":path", "/"],
      ],
      "UNKNOWN_PSEUDO_FIELD :path",
    ],
    ["CONNECT", [[":protocol", "websocket"], ...GET.slice(1)], "sound"],
    [
      "CONNECT",
      [
        [":protocol", "websocket"],
        [":authority", "a:443"],
      ],
      "MISSING_PSEUDO_FIELD :scheme",
    ],
    ["CONNECT", [[":protocol", "web socket"], ...GET.slice(1)], "BAD_PROTOCOL :protocol"],
    ["CONNECT", [[":protocol", "a"], [":protocol", "a"], ...GET.slice(1)], "DUPLICATE_PSEUDO_FIELD :protocol"],
    ["GET", [[":protocol", "websocket"], ...GET.slice(1)], "UNKNOWN_PSEUDO_FIELD :protocol"],
  ])("%s %j", (method, parts, expected) => {
    expect(fault("request", [[":method", method], ...parts])).toBe(expected);
  });
});

describe("fields", () => {
  test.each<[fields: FieldPair[], fault: string]>([
    [[["X", "y"]], "FIELD_NAME_NOT_LOWER_CASE X"],
    [[["x y", "z"]], "BAD_FIELD_NAME x y"],
    [[["", "z"]], "BAD_FIELD_NAME "],
    [[["foo: bar\r\nx", "z"]], "BAD_FIELD_NAME foo: bar\r\nx"],
    [[["x", " y"]], "BAD_FIELD_VALUE x"],
    [[["x", "y\r\n\r\nGET"]], "BAD_FIELD_VALUE x"],
    [[["connection", "close"]], "CONNECTION_SPECIFIC_FIELD connection"],
    [[["transfer-encoding", "chunked"]], "CONNECTION_SPECIFIC_FIELD transfer-encoding"],
    [[["te", "trailers"]], "sound"],
    [[["te", "gzip"]], "BAD_TE te"],
    [
      [
        ["host", "a.example"],
        ["host", "a.example"],
      ],
      "DUPLICATE_HOST host",
    ],
    [[["content-length", "5"]], "sound"],
    [
      [
        ["content-length", "5"],
        ["content-length", "5"],
      ],
      "REPEATED_CONTENT_LENGTH content-length",
    ],
    [
      [
        ["content-length", "5"],
        ["content-length", "6"],
      ],
      "CONFLICTING_CONTENT_LENGTH content-length",
    ],
    [[["content-length", "+5"]], "BAD_CONTENT_LENGTH content-length"],
    [[["content-length", "9007199254740992"]], "CONTENT_LENGTH_TOO_LARGE content-length"],
    [
      [
        ["B", "c"],
        ["te", "gzip"],
      ],
      "FIELD_NAME_NOT_LOWER_CASE B",
    ],
  ])("%j", (fields, expected) => {
    expect(request(...fields)).toBe(expected);
  });

  test("a value whose name is in the dynamic table is under its name's rule", () => {
    const decoder = new HpackDecoder();
    const start = `828684${literal(":authority", "a")}`;
    const next = (more: string) => {
      const { malformed, header } = decoder.decodeMessage(hex(start + more), "request", LIMITS);
      return [malformed, header];
    };
    expect(next(`40${plain("te")}${plain("trailers")}`)).toEqual([null, null]);
    expect(next(`7e${plain("gzip")}`)).toEqual(["BAD_TE", "te"]);
    expect(next("be")).toEqual(["BAD_TE", "te"]);
    expect(next(`7e${plain("trailers")}`)).toEqual([null, null]);
    expect(next(`40${plain("Bad")}${plain("x")}`)).toEqual(["FIELD_NAME_NOT_LOWER_CASE", "Bad"]);
    expect(next(`7e${plain("y")}`)).toEqual(["FIELD_NAME_NOT_LOWER_CASE", "Bad"]);
    expect(next(`40${plain("b d")}${plain("x")}`)).toEqual(["BAD_FIELD_NAME", "b d"]);
    expect(next(`7e${plain("y")}`)).toEqual(["BAD_FIELD_NAME", "b d"]);
    expect(next(`40${plain("x")}${plain(" y")}`)).toEqual(["BAD_FIELD_VALUE", "x"]);
    expect(next(`7e${plain("y")}`)).toEqual([null, null]);
    expect(next(`0f2f${plain("y ")}`)).toEqual(["BAD_FIELD_VALUE", "x"]);
  });
});

describe("a response", () => {
  test.each<[fields: FieldPair[], fault: string]>([
    [OK, "sound"],
    [[[":status", "103"]], "sound"],
    [[], "MISSING_PSEUDO_FIELD :status"],
    [[["x", "y"]], "MISSING_PSEUDO_FIELD :status"],
    [[[":status", "101"]], "SWITCH_IN_HTTP2 :status"],
    [[[":status", "2xx"]], "BAD_STATUS :status"],
    [[[":status", "20"]], "BAD_STATUS :status"],
    [[...OK, ...OK], "DUPLICATE_PSEUDO_FIELD :status"],
    [[...OK, [":path", "/"]], "UNKNOWN_PSEUDO_FIELD :path"],
    [[["x", "y"], ...OK], "MISPLACED_PSEUDO_FIELD :status"],
    [[...OK, ["upgrade", "h2c"]], "CONNECTION_SPECIFIC_FIELD upgrade"],
  ])("%j", (fields, expected) => {
    expect(fault("response", fields)).toBe(expected);
  });
});

describe("trailers", () => {
  test("have no pseudo-fields", () => {
    expect(fault("trailers", [["x", "y"]])).toBe("sound");
    expect(fault("trailers", [[":status", "200"]])).toBe("UNKNOWN_PSEUDO_FIELD :status");
    expect(fault("trailers", [[":method", "GET"]])).toBe("UNKNOWN_PSEUDO_FIELD :method");
  });

  test("lose what must not stand in them, as in HTTP/1.1", () => {
    const values: Record<string, string> = { "content-length": "1", host: "a", te: "trailers" };
    const forbidden = FORBIDDEN_TRAILERS.filter((name) => name !== "transfer-encoding").map(
      (name): FieldPair => [name, values[name] ?? "v"],
    );
    const message = read("trailers", [["x", "1"], ...forbidden, ["y", "2"]]);
    expect([message.malformed, [...message.headers]]).toEqual([
      null,
      [
        ["x", "1"],
        ["y", "2"],
      ],
    ]);
  });

  test("lose each crumb of a cookie", () => {
    const crumbs: FieldPair[] = [
      ["cookie", "a=1"],
      ["cookie", "b=2"],
    ];
    expect([...read("trailers", [...crumbs, ["x", "1"]]).headers]).toEqual([["x", "1"]]);
  });
});

describe("what is read", () => {
  test("a request", () => {
    const fields: FieldPair[] = [
      ["accept", "*/*"],
      ["cookie", "a=1"],
      ["x-secret", "s", true],
      ["cookie", "b=2"],
      ["content-length", "12"],
      ["cookie", "c=3"],
    ];
    const message = read("request", [...GET, ...fields]);
    expect(message.headers).toBeInstanceOf(HeaderFields);
    expect(message.headers.raw()).toEqual([
      ["accept", "*/*"],
      ["cookie", "a=1; b=2; c=3"],
      ["x-secret", "s", true],
      ["content-length", "12"],
    ]);
    const { method, scheme, authority, path, protocol, status, contentLength, malformed, tooLarge } = message;
    expect({ method, scheme, authority, path, protocol, status, contentLength, malformed, tooLarge }).toEqual({
      method: "GET",
      scheme: "https",
      authority: "a.example",
      path: "/",
      protocol: null,
      status: 0,
      contentLength: 12,
      malformed: null,
      tooLarge: false,
    });
  });

  test("a response", () => {
    const message = read("response", [...OK, ["server", "s"]]);
    expect([message.status, message.contentLength, [...message.headers]]).toEqual([200, -1, [["server", "s"]]]);
  });

  test("Host where there is no :authority", () => {
    expect(read("request", [...without(":authority"), ["host", "b"]]).authority).toBe("b");
  });

  test("an empty block of trailers", () => {
    const message = new HpackDecoder().decodeMessage(new Uint8Array(0), "trailers", LIMITS);
    expect([message.malformed, message.headers.length]).toEqual([null, 0]);
  });

  test("a fault of the block", () => {
    const message = new HpackDecoder().decodeMessage(hex("8280"), "request", LIMITS);
    expect([message.fault, message.malformed, message.headers.length]).toEqual(["BAD_HPACK_INDEX", null, 0]);
  });

  test("more than the limits: crumbs are counted one by one, the table stays in step", () => {
    const crumbs = Array.from({ length: 10 }, (_, i): FieldPair => ["cookie", `${i}`]);
    expect(read("request", [...GET, ...crumbs], { ...LIMITS, maxFields: 14 }).tooLarge).toBe(false);
    expect(read("request", [...GET, ...crumbs], { ...LIMITS, maxFields: 13 }).tooLarge).toBe(true);
    const size = [...GET, ...crumbs].reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
    expect(read("request", [...GET, ...crumbs], { ...LIMITS, maxHeaderBytes: size }).tooLarge).toBe(false);
    expect(read("request", [...GET, ...crumbs], { ...LIMITS, maxHeaderBytes: size - 1 }).tooLarge).toBe(true);

    const decoder = new HpackDecoder();
    const encoder = new HpackEncoder();
    const large = decoder.decodeMessage(encoder.encode([...GET, ["x", "y"], ["z", "w"]]), "request", {
      ...LIMITS,
      maxFields: 1,
    });
    expect([large.tooLarge, large.malformed, large.headers.length]).toEqual([true, null, 0]);
    const after = decoder.decodeMessage(encoder.encode([...GET, ["z", "w"], ["x", "y"]]), "request", LIMITS);
    expect([...after.headers]).toEqual([
      ["z", "w"],
      ["x", "y"],
    ]);
  });
});

describe("what is sent", () => {
  /** A message as it was sent, read again; or what refused it. */
  const sent = (kind: MessageKind, send: (encoder: HpackEncoder) => { block: Uint8Array; contentLength?: number }) => {
    try {
      const { block, contentLength } = send(new HpackEncoder());
      const message = new HpackDecoder().decodeMessage(block, kind, LIMITS);
      expect([message.fault, message.malformed]).toEqual([null, null]);
      if (contentLength !== undefined) expect(contentLength).toBe(message.contentLength);
      return message;
    } catch (error) {
      if (error instanceof LocalProtocolError) return `${error.code} ${error.header}`;
      throw error;
    }
  };
  const sendGet = (headers?: HeaderInput) =>
    sent("request", (encoder) => encoder.encodeRequest("GET", "https", "a.example", "/", null, headers));

  test("is what is received", () => {
    const message = sendGet([
      ["Accept", "*/*"],
      ["Content-Length", "7"],
      ["x", "y", true],
      ["host", "A.example"],
    ]);
    expect(message).toMatchObject({
      method: "GET",
      scheme: "https",
      authority: "a.example",
      path: "/",
      contentLength: 7,
    });
    expect((message as DecodedMessage).headers.raw()).toEqual([
      ["accept", "*/*"],
      ["content-length", "7"],
      ["x", "y", true],
      ["host", "A.example"],
    ]);
    expect(sendGet()).toMatchObject({ contentLength: -1 });
    expect(sent("response", (encoder) => encoder.encodeResponse(404, { server: "s" }))).toMatchObject({ status: 404 });
    expect(
      sent("request", (encoder) => encoder.encodeRequest("CONNECT", "https", "a", "/", "websocket", undefined)),
    ).toMatchObject({ protocol: "websocket" });
    expect(
      sent("request", (encoder) => encoder.encodeRequest("CONNECT", null, "a:443", null, null, undefined)),
    ).toMatchObject({ method: "CONNECT", authority: "a:443" });
  });

  test("a pseudo-field among the fields is refused with where it belongs", () => {
    const encode = () => new HpackEncoder().encodeRequest("GET", "https", "a", "/", null, [[":path", "/"]]);
    expect(encode).toThrow(/field ":path"; what it says is a member of what is sent: method, target, /);
  });

  test.each<[headers: FieldPair[], error: string]>([
    [[[":path", "/"]], "MISPLACED_PSEUDO_FIELD :path"],
    [[["x y", "z"]], "BAD_FIELD_NAME x y"],
    [[["", "z"]], "BAD_FIELD_NAME "],
    [[["x", " y"]], "BAD_FIELD_VALUE x"],
    [[["accept", "y\r\n"]], "BAD_FIELD_VALUE accept"],
    [[["x", "\u0100"]], "BAD_FIELD_VALUE x"],
    [[["Connection", "close"]], "CONNECTION_SPECIFIC_FIELD connection"],
    [[["te", "gzip"]], "BAD_TE te"],
    [
      [
        ["te", "trailers"],
        ["te", "gzip"],
      ],
      "BAD_TE te",
    ],
    [
      [
        ["content-length", "1"],
        ["content-length", "1"],
      ],
      "REPEATED_CONTENT_LENGTH content-length",
    ],
    [
      [
        ["content-length", "1"],
        ["content-length", "2"],
      ],
      "CONFLICTING_CONTENT_LENGTH content-length",
    ],
    [[["content-length", "x"]], "BAD_CONTENT_LENGTH content-length"],
    [
      [
        ["host", "a.example"],
        ["host", "a.example"],
      ],
      "DUPLICATE_HOST host",
    ],
    [[["host", "b.example"]], "HOST_CONFLICT host"],
  ])("%j is refused", (headers, error) => {
    expect(sendGet(headers)).toBe(error);
  });

  test("a rule that a name in the table stands for holds in later blocks", () => {
    const encoder = new HpackEncoder();
    encoder.encodeResponse(200, [["te", "trailers"]]);
    expect(() => encoder.encodeResponse(200, [["te", "gzip"]])).toThrow(LocalProtocolError);
  });

  test.each<[parts: [string, string | null, string | null, string | null, string | null], error: string]>([
    [["G ET", "https", "a", "/", null], "BAD_METHOD :method"],
    [["GET", null, "a", "/", null], "MISSING_PSEUDO_FIELD :scheme"],
    [["GET", "https", null, "/", null], "MISSING_PSEUDO_FIELD :authority"],
    [["GET", "https", "a", null, null], "MISSING_PSEUDO_FIELD :path"],
    [["GET", "https", "a", "x", null], "BAD_PATH :path"],
    [["OPTIONS", "https", "a", "x", null], "BAD_PATH :path"],
    [["GET", "ht tp", "a", "/", null], "BAD_SCHEME :scheme"],
    [["GET", "https", "u@a", "/", null], "BAD_AUTHORITY :authority"],
    [["CONNECT", "https", "a:1", null, null], "UNKNOWN_PSEUDO_FIELD :scheme"],
    [["GET", "https", "a", "/", "websocket"], "UNKNOWN_PSEUDO_FIELD :protocol"],
  ])("request %j is refused", (parts, error) => {
    expect(sent("request", (encoder) => encoder.encodeRequest(...parts, undefined))).toBe(error);
  });

  test.each([
    [101, "SWITCH_IN_HTTP2 :status"],
    [99, "BAD_STATUS :status"],
    [1000, "BAD_STATUS :status"],
    [200.5, "BAD_STATUS :status"],
  ])("status %d is refused", (status, error) => {
    expect(sent("response", (encoder) => encoder.encodeResponse(status, undefined))).toBe(error);
  });

  test("secrets are never indexed, though nobody said so", () => {
    const headers: FieldPair[] = [
      ["authorization", "Basic x"],
      ["proxy-authorization", "Basic y"],
      ["cookie", "short"],
      ["cookie", "a cookie that is long enough"],
    ];
    const encoder = new HpackEncoder();
    const { block } = encoder.encodeRequest("GET", "https", "a", "/", null, headers);
    const fields = new HpackDecoder().decode(block);
    expect(fields.slice(4).map(([name, , sensitive]) => [name, sensitive === true])).toEqual([
      ["authorization", true],
      ["proxy-authorization", true],
      ["cookie", true],
      ["cookie", false],
    ]);
  });

  test("trailers are checked now and encoded later", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    const fresh = new HpackEncoder();
    const checked = encoder.checkTrailers([
      ["X-Sum", "1"],
      ["x-s", "2", true],
    ]);
    expect(encoder.tableSize).toBe(0);
    const { block } = encoder.encodeResponse(200, [["x-sum", "0"]]);
    expect(block).toEqual(fresh.encodeResponse(200, [["x-sum", "0"]]).block);
    decoder.decodeMessage(block.slice(), "response", LIMITS);
    const trailers = decoder.decodeMessage(encoder.encodeChecked(checked).slice(), "trailers", LIMITS);
    expect(trailers.headers.raw()).toEqual([
      ["x-sum", "1"],
      ["x-s", "2", true],
    ]);
    expect(encoder.encodeChecked(encoder.checkTrailers(undefined))).toHaveLength(0);
  });

  test.each<[headers: HeaderInput, error: string]>([
    [[["Content-Type", "x"]], "FORBIDDEN_TRAILER content-type"],
    [[["x", "y\n"]], "BAD_FIELD_VALUE x"],
    [[[":status", "200"]], "MISPLACED_PSEUDO_FIELD :status"],
    [[["upgrade", "h2c"]], "CONNECTION_SPECIFIC_FIELD upgrade"],
  ])("trailers %j are refused", (headers, error) => {
    expect(sent("trailers", (encoder) => ({ block: encoder.encodeChecked(encoder.checkTrailers(headers)) }))).toBe(
      error,
    );
  });
});
