// The table of errors is a contract: its codes, and what a server answers, change only here too. And two classes that
// know each other's copies.
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { ERRORS } from "../../src/index.ts";
import { LocalProtocolError, RemoteProtocolError } from "../../src/shared/errors.ts";

const esm = (await import(new URL("../../dist/index.js", import.meta.url).href)) as Copy;
const commonJs = createRequire(import.meta.url)("../../dist/index.cjs") as Copy;
interface Copy {
  LocalProtocolError: typeof LocalProtocolError;
  RemoteProtocolError: typeof RemoteProtocolError;
}

describe("the table", () => {
  test("of codes and of hints for a server", () => {
    expect(ERRORS.map(({ code, statusHint }) => `${code} ${statusHint}`)).toMatchInlineSnapshot(`
      [
        "BAD_METHOD 400",
        "BAD_STATUS 400",
        "BAD_FIELD_NAME 400",
        "BAD_FIELD_VALUE 400",
        "DUPLICATE_HOST 400",
        "BAD_HOST 400",
        "BAD_CONTENT_LENGTH 400",
        "CONTENT_LENGTH_TOO_LARGE 400",
        "CONFLICTING_CONTENT_LENGTH 400",
        "REPEATED_CONTENT_LENGTH 400",
        "BODY_TOO_LARGE 413",
        "TOO_MANY_INFORMATIONAL_RESPONSES 502",
        "WRONG_STATE 500",
        "FORBIDDEN_TRAILER 500",
        "TRAILERS_NOT_ALLOWED 500",
        "BODY_TOO_LONG 500",
        "BODY_TOO_SHORT 500",
        "NO_KERNEL 500",
        "LEADING_EMPTY_LINES 400",
        "BAD_TARGET 400",
        "TARGET_TOO_LONG 414",
        "BAD_VERSION 400",
        "VERSION_NOT_SUPPORTED 505",
        "BAD_REASON 400",
        "BARE_CR 400",
        "BARE_LF 400",
        "OBS_FOLD 400",
        "TOO_MANY_FIELDS 431",
        "HEAD_TOO_LARGE 431",
        "TRAILERS_TOO_LARGE 431",
        "MISSING_HOST 400",
        "BAD_TRANSFER_ENCODING 400",
        "UNKNOWN_TRANSFER_CODING 501",
        "TRANSFER_ENCODING_IN_HTTP_1_0 400",
        "CONTENT_LENGTH_WITH_TRANSFER_ENCODING 400",
        "BAD_CHUNK_SIZE 400",
        "CHUNK_SIZE_TOO_LARGE 400",
        "CHUNK_SIZE_TOO_LONG 413",
        "BAD_CHUNK_EXTENSION 400",
        "CHUNK_EXTENSIONS_TOO_LARGE 413",
        "CHUNK_LINE_TOO_LONG 413",
        "BAD_CHUNK_END 400",
        "INCOMPLETE_HEAD 400",
        "INCOMPLETE_BODY 400",
        "RESPONSE_NOT_RECEIVED 502",
        "UNEXPECTED_REQUEST 400",
        "UNSOLICITED_RESPONSE 502",
        "UNSOLICITED_SWITCH 502",
        "UNPROPOSED_SWITCH 500",
        "PIPELINE_FULL 500",
        "NOT_REUSABLE 500",
        "NOT_SWITCHED 500",
        "BAD_HPACK_INTEGER 400",
        "BAD_HPACK_STRING 400",
        "BAD_HUFFMAN 400",
        "BAD_HPACK_INDEX 400",
        "BAD_TABLE_SIZE_UPDATE 400",
        "MISSING_TABLE_SIZE_UPDATE 400",
        "HEADER_BLOCK_TOO_LARGE 431",
        "BAD_PREFACE 400",
        "SETTINGS_EXPECTED 400",
        "BAD_HTTP2_SETTINGS 400",
        "FRAME_TOO_LARGE 400",
        "BAD_FRAME_LENGTH 400",
        "BAD_PADDING 400",
        "BAD_STREAM_ID 400",
        "UNEXPECTED_FRAME 400",
        "FRAME_ON_CLOSED_STREAM 400",
        "CONTINUATION_EXPECTED 400",
        "UNEXPECTED_CONTINUATION 400",
        "BAD_SETTING 400",
        "BAD_INITIAL_WINDOW_SIZE 400",
        "ZERO_WINDOW_INCREMENT 400",
        "WINDOW_TOO_LARGE 400",
        "WINDOW_EXCEEDED 400",
        "PUSH_NOT_ALLOWED 400",
        "BAD_PROMISE 400",
        "SELF_DEPENDENCY 400",
        "BAD_PRIORITY_UPDATE 400",
        "INCOMPLETE_FRAME 400",
        "TOO_MANY_STREAMS 503",
        "TOO_MANY_CONTINUATIONS 431",
        "TOO_MANY_SETTINGS 400",
        "TOO_MANY_RESETS 429",
        "TOO_MANY_USELESS_FRAMES 429",
        "TOO_MANY_PINGS 429",
        "TOO_MANY_UNFLUSHED_ACKS 429",
        "TOO_MUCH_QUEUED 429",
        "CONTENT_LENGTH_MISMATCH 400",
        "TRAILERS_WITHOUT_END 400",
        "INFORMATIONAL_WITH_END 502",
        "UNWANTED_PUSH 400",
        "EXTENDED_CONNECT_NOT_ENABLED 400",
        "FIELDS_TOO_LARGE 431",
        "FIELD_NAME_NOT_LOWER_CASE 400",
        "CONNECTION_SPECIFIC_FIELD 400",
        "BAD_TE 400",
        "UNKNOWN_PSEUDO_FIELD 400",
        "DUPLICATE_PSEUDO_FIELD 400",
        "MISPLACED_PSEUDO_FIELD 400",
        "MISSING_PSEUDO_FIELD 400",
        "BAD_SCHEME 400",
        "BAD_AUTHORITY 400",
        "BAD_PATH 400",
        "BAD_PROTOCOL 400",
        "HOST_CONFLICT 400",
        "SWITCH_IN_HTTP2 502",
        "NO_SUCH_STREAM 500",
        "NO_STREAM_LEFT 500",
        "GOING_AWAY 500",
        "RELEASED_TOO_MUCH 500",
      ]
    `);
  });

  test("of what HTTP/2 sends, where it is not PROTOCOL_ERROR", () => {
    const others = ERRORS.filter(({ http2Code }) => http2Code !== "PROTOCOL_ERROR");
    expect(others.map(({ code, http2Code }) => `${code} ${http2Code}`)).toMatchInlineSnapshot(`
      [
        "BODY_TOO_LARGE CANCEL",
        "TOO_MANY_INFORMATIONAL_RESPONSES ENHANCE_YOUR_CALM",
        "BAD_HPACK_INTEGER COMPRESSION_ERROR",
        "BAD_HPACK_STRING COMPRESSION_ERROR",
        "BAD_HUFFMAN COMPRESSION_ERROR",
        "BAD_HPACK_INDEX COMPRESSION_ERROR",
        "BAD_TABLE_SIZE_UPDATE COMPRESSION_ERROR",
        "MISSING_TABLE_SIZE_UPDATE COMPRESSION_ERROR",
        "HEADER_BLOCK_TOO_LARGE ENHANCE_YOUR_CALM",
        "FRAME_TOO_LARGE FRAME_SIZE_ERROR",
        "BAD_FRAME_LENGTH FRAME_SIZE_ERROR",
        "FRAME_ON_CLOSED_STREAM STREAM_CLOSED",
        "BAD_INITIAL_WINDOW_SIZE FLOW_CONTROL_ERROR",
        "WINDOW_TOO_LARGE FLOW_CONTROL_ERROR",
        "WINDOW_EXCEEDED FLOW_CONTROL_ERROR",
        "TOO_MANY_STREAMS REFUSED_STREAM",
        "TOO_MANY_CONTINUATIONS ENHANCE_YOUR_CALM",
        "TOO_MANY_SETTINGS ENHANCE_YOUR_CALM",
        "TOO_MANY_RESETS ENHANCE_YOUR_CALM",
        "TOO_MANY_USELESS_FRAMES ENHANCE_YOUR_CALM",
        "TOO_MANY_PINGS ENHANCE_YOUR_CALM",
        "TOO_MANY_UNFLUSHED_ACKS ENHANCE_YOUR_CALM",
        "TOO_MUCH_QUEUED ENHANCE_YOUR_CALM",
        "UNWANTED_PUSH REFUSED_STREAM",
        "FIELDS_TOO_LARGE ENHANCE_YOUR_CALM",
      ]
    `);
  });

  test("has each code once, upper snake, with a text of one line and a status", () => {
    expect(new Set(ERRORS.map(({ code }) => code)).size).toBe(ERRORS.length);
    for (const { code, statusHint, text } of ERRORS) {
      expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
      expect([400, 413, 414, 429, 431, 500, 501, 502, 503, 505]).toContain(statusHint);
      expect(text).toMatch(/^\S[^\r\n]{10,110}\S$/);
    }
  });

  test("gives every text once, and names limits that exist", async () => {
    expect(new Set(ERRORS.map(({ text }) => text)).size).toBe(ERRORS.length);
    const { HTTP2_LIMITS, LIMITS } = await import("../../src/index.ts");
    const known = [...LIMITS, ...HTTP2_LIMITS].map(({ name }) => name as string);
    for (const { text } of ERRORS) {
      for (const [, name] of text.matchAll(/limits\.(\w+)/g)) expect(known).toContain(name);
    }
  });
});

describe("RemoteProtocolError", () => {
  const error = new RemoteProtocolError("TARGET_TOO_LONG", 42, "server", {});

  test("knows code, offset, hint", () => {
    expect(error).toMatchObject({ name: "RemoteProtocolError", code: "TARGET_TOO_LONG", offset: 42, statusHint: 414 });
    expect(error.header).toBeUndefined();
    expect(error.message).toBe("the request target is longer than limits.maxTargetBytes at octet 42");
    expect(error).toBeInstanceOf(Error);
    expect(error.stack).toContain("RemoteProtocolError");
  });

  test("hints what a gateway answers, in client role", () => {
    for (const { code, statusHint } of ERRORS) {
      expect(new RemoteProtocolError(code, 0, "client").statusHint).toBe(502);
      expect(new RemoteProtocolError(code, 0, "server").statusHint).toBe(statusHint);
    }
  });

  test("says what was seen", () => {
    const { message, header } = new RemoteProtocolError("BAD_FIELD_VALUE", 7, "server", { header: "x-a", octet: 0x0b });
    expect([message, header]).toEqual([
      'a field value must be HTAB, SP, visible or obs-text octets (RFC 9110 5.5); field "x-a"; found 0x0b at octet 7',
      "x-a",
    ]);
  });

  test("shows no octet of the peer's as it is", () => {
    const { message } = new RemoteProtocolError("BAD_FIELD_VALUE", 7, "server", { header: 'a"\x1b[2J', octet: 0 });
    expect(message).toContain('"a\\"\\u001b[2J"; found 0x00');
  });
});

describe("LocalProtocolError", () => {
  test("is the sender's own fault", () => {
    const error = new LocalProtocolError("BODY_TOO_SHORT", { seen: "3 octets are still due" });
    expect(error).toMatchObject({ name: "LocalProtocolError", code: "BODY_TOO_SHORT", statusHint: 500 });
    expect(error.message).toBe("less body than Content-Length said; 3 octets are still due");
    expect(error.header).toBeUndefined();
    expect("offset" in error).toBe(false);
    expect(error).toBeInstanceOf(Error);
  });

  test("names the field", () => {
    expect(new LocalProtocolError("BAD_HOST", { header: "host" })).toMatchObject({ header: "host" });
  });
});

describe("instanceof", () => {
  const copies: [name: string, copy: Copy][] = [
    ["this", { LocalProtocolError, RemoteProtocolError }],
    ["dist/index.js", esm],
    ["dist/index.cjs", commonJs],
  ];

  test.each(copies)("%s knows its own and the others'", (_, made) => {
    const remote = new made.RemoteProtocolError("BAD_HOST", 0, "server");
    const local = new made.LocalProtocolError("BAD_HOST");
    for (const [, asked] of copies) {
      expect([remote instanceof asked.RemoteProtocolError, remote instanceof asked.LocalProtocolError]).toEqual([
        true,
        false,
      ]);
      expect([local instanceof asked.RemoteProtocolError, local instanceof asked.LocalProtocolError]).toEqual([
        false,
        true,
      ]);
    }
  });

  test("the copies are copies", () => {
    expect(esm.RemoteProtocolError).not.toBe(commonJs.RemoteProtocolError);
    expect(esm.RemoteProtocolError).not.toBe(RemoteProtocolError);
  });

  test.each([undefined, null, 0, "", "remote", {}, [], new Error("x"), Object.create(null), () => 0])(
    "not %s",
    (other) => {
      expect([
        (other as unknown) instanceof RemoteProtocolError,
        (other as unknown) instanceof LocalProtocolError,
      ]).toEqual([false, false]);
    },
  );

  test("the brand is not among what is listed", () => {
    const error = new RemoteProtocolError("BAD_HOST", 0, "server", { header: "host" });
    expect(Object.keys(error).sort()).toEqual(["code", "header", "name", "offset", "statusHint"]);
  });
});

test("a subclass has its own instances only", () => {
  class Timeout extends RemoteProtocolError {}
  const own = new Timeout("INCOMPLETE_HEAD", 0, "server");
  const other = new RemoteProtocolError("INCOMPLETE_HEAD", 0, "server");
  expect([own instanceof Timeout, own instanceof RemoteProtocolError, other instanceof Timeout]).toEqual([
    true,
    true,
    false,
  ]);
  class Refused extends LocalProtocolError {}
  expect([
    new Refused("WRONG_STATE") instanceof Refused,
    new LocalProtocolError("WRONG_STATE") instanceof Refused,
  ]).toEqual([true, false]);
});
