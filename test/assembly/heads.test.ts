// Start lines and field lines by their grammar: what is whole, what is at fault and where, what more could mend.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { BUILDS, newKernel } from "../helpers.ts";
import { brief, type Done, type Scan, scanHead } from "./answer.ts";

const { REQUEST, RESPONSE, TRAILERS, RESUMED } = layout;
const LF = { allow: layout.ALLOW_BARE_LF };
const FOLD = { allow: layout.ALLOW_OBS_FOLD };
const FOLD_LF = { allow: layout.ALLOW_OBS_FOLD | layout.ALLOW_BARE_LF };
const SPACE = { allow: layout.ALLOW_MISSING_REASON_SPACE };

type Row = [input: string, wanted: string, scan?: Scan];

// request-line = method SP request-target SP HTTP-version CRLF (RFC 9112 3)
const REQUEST_LINES: Row[] = [
  ["GET / HTTP/1.1\r\n\r\n", "done 18"],
  ["GET / HTTP/1.1\r\n\r\nmore", "done 18"],
  ["get * HTTP/1.0\r\n\r\n", "done 18"],
  ["OPTIONS * HTTP/1.1\r\n\r\n", "done 22"],
  ["GET http://a/ HTTP/9.9\r\n\r\n", "done 26"],
  ["! ! HTTP/0.0\r\n\r\n", "done 16"],
  ["", "more"],
  ["G", "more"],
  ["GET", "more"],
  ["GET ", "more"],
  ["GET /", "more"],
  ["GET / ", "more"],
  ["GET / HTTP/1.", "more"],
  ["GET / HTTP/1.1", "more"],
  ["GET / HTTP/1.1\r", "more"],
  ["GET / HTTP/1.1\r\n", "more"],
  ["GET / HTTP/1.1\r\n\r", "more"],
  [" GET / HTTP/1.1\r\n\r\n", "BAD_METHOD 0"],
  ["\r\nGET / HTTP/1.1\r\n\r\n", "BAD_METHOD 0"],
  ["\x16\x03\x01", "BAD_METHOD 0"],
  ["GET\r\n", "BAD_METHOD 3"],
  ["GET\t/ HTTP/1.1\r\n\r\n", "BAD_METHOD 3"],
  ["GE(T / HTTP/1.1\r\n\r\n", "BAD_METHOD 2"],
  ["GET  / HTTP/1.1\r\n\r\n", "BAD_TARGET 4"],
  ["GET \r\n", "BAD_TARGET 4"],
  ["GET /\0 HTTP/1.1\r\n\r\n", "BAD_TARGET 5"],
  ["GET /é HTTP/1.1\r\n\r\n", "BAD_TARGET 5"],
  ["GET /é HTTP/1.1\r\n\r\n", "done 19", { allow: layout.ALLOW_HIGH_TARGET }],
  ["GET é HTTP/1.1\r\n\r\n", "done 18", { allow: layout.ALLOW_HIGH_TARGET }],
  ["GET /\x7f HTTP/1.1\r\n\r\n", "BAD_TARGET 5", { allow: layout.ALLOW_HIGH_TARGET }],
  ["GET /\t HTTP/1.1\r\n\r\n", "BAD_TARGET 5"],
  ["GET /\r\n\r\n", "BAD_VERSION 5"],
  ["GET /\n\n", "BAD_VERSION 5", LF],
  ["GET /  HTTP/1.1\r\n\r\n", "BAD_VERSION 6"],
  ["GET /a b HTTP/1.1\r\n\r\n", "BAD_VERSION 7"],
  ["GET / \r\n\r\n", "BAD_VERSION 6"],
  ["GET / http/1.1\r\n\r\n", "BAD_VERSION 6"],
  ["GET / HTTP/11\r\n\r\n", "BAD_VERSION 12"],
  ["GET / HTTP/1.10\r\n\r\n", "BAD_VERSION 14"],
  ["GET / HTTP/1.1 \r\n\r\n", "BAD_VERSION 14"],
  ["GET / HTTP/1\r\n\r\n", "BAD_VERSION 12"],
  ["GET / HTTPS/1.1\r\n\r\n", "BAD_VERSION 10"],
  ["GET / HTTP/1.1\n\n", "BARE_LF 14"],
  ["GET / HTTP/1.1\n\n", "done 16", LF],
  ["GET / HTTP/1.1\n\r\n", "done 17", LF],
  ["GET / HTTP/1.1\r\n\n", "BARE_LF 16"],
  ["GET / HTTP/1.1\r\r\n", "BARE_CR 14"],
  ["GET / HTTP/1.1\r\r\n", "BARE_CR 14", LF],
  ["GET / HTTP/1.1\r\n\rX", "BARE_CR 16"],
  ["GET / HTTP/1.1\rA: b\r\n\r\n", "BARE_CR 14"],
  // limits.maxTargetBytes: the first octet too many
  ["GET /123 HTTP/1.1\r\n\r\n", "done 21", { maxTarget: 4 }],
  ["GET /1234 HTTP/1.1\r\n\r\n", "TARGET_TOO_LONG 8", { maxTarget: 4 }],
  ["GET /1234", "TARGET_TOO_LONG 8", { maxTarget: 4 }],
  ["GET /123", "more", { maxTarget: 4 }],
  ["GET /123\0", "BAD_TARGET 8", { maxTarget: 4 }],
  ["GET /1234\0", "TARGET_TOO_LONG 8", { maxTarget: 4 }],
  ["GET /1\xe9345", "TARGET_TOO_LONG 8", { maxTarget: 4, allow: layout.ALLOW_HIGH_TARGET }],
];

// status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF (RFC 9112 4)
const STATUS_LINES: Row[] = [
  ["HTTP/1.1 200 OK\r\n\r\n", "done 19"],
  ["HTTP/1.1 200 \r\n\r\n", "done 17"],
  ["HTTP/1.0 100 \t\xff\r\n\r\n", "done 19"],
  ["HTTP/1.1 999 x\r\n\r\nmore", "done 18"],
  ["", "more"],
  ["HTTP/1.1", "more"],
  ["HTTP/1.1 ", "more"],
  ["HTTP/1.1 2", "more"],
  ["HTTP/1.1 200", "more"],
  ["HTTP/1.1 200 ", "more"],
  ["HTTP/1.1 200 OK", "more"],
  ["HTTP/1.1 200 OK\r", "more"],
  ["HTTP/1.1 200 OK\r\n", "more"],
  ["HTTP/1.1 200", "more", SPACE],
  ["HTTP/1.1 200\r", "more", SPACE],
  ["HTTP/1.1 200\r\n\r\n", "BAD_STATUS 12"],
  ["HTTP/1.1 200\r\n\r\n", "done 16", SPACE],
  ["HTTP/1.1 200\n\n", "BARE_LF 12", SPACE],
  ["HTTP/1.1 200\n\n", "done 14", { allow: layout.ALLOW_MISSING_REASON_SPACE | layout.ALLOW_BARE_LF }],
  ["HTTP/1.1 200\rX", "BARE_CR 12", SPACE],
  ["HTTP/1.1 200OK\r\n\r\n", "BAD_STATUS 12", SPACE],
  ["HTTP/1.1 2000 OK\r\n\r\n", "BAD_STATUS 12"],
  ["HTTP/1.1 20 OK\r\n\r\n", "BAD_STATUS 11"],
  ["HTTP/1.1  200 OK\r\n\r\n", "BAD_STATUS 9"],
  ["HTTP/1.1\r\n\r\n", "BAD_STATUS 8"],
  ["HTTP/1.1\t200 OK\r\n\r\n", "BAD_STATUS 8"],
  ["HTTP/1.1 099 \r\n\r\n", "BAD_STATUS 9"],
  ["HTTP/1.1 000 \r\n\r\n", "BAD_STATUS 9"],
  ["HTTP/1.1 +20 \r\n\r\n", "BAD_STATUS 9"],
  ["HTTP/1.1 2a0 \r\n\r\n", "BAD_STATUS 10"],
  ["http/1.1 200 OK\r\n\r\n", "BAD_VERSION 0"],
  ["ICY 200 OK\r\n\r\n", "BAD_VERSION 0"],
  ["HTTP/1.x 200 OK\r\n\r\n", "BAD_VERSION 7"],
  ["\r\nHTTP/1.1 200 OK\r\n\r\n", "BAD_VERSION 0"],
  ["HTTP/1.1 200 O\0K\r\n\r\n", "BAD_REASON 14"],
  ["HTTP/1.1 200 \x7f\r\n\r\n", "BAD_REASON 13"],
  ["HTTP/1.1 200 OK\n\n", "BARE_LF 15"],
  ["HTTP/1.1 200 OK\n\n", "done 17", LF],
  ["HTTP/1.1 200 OK\rX", "BARE_CR 15"],
];

// field-line = field-name ":" OWS field-value OWS (RFC 9112 5), here as a trailer section: nothing before it
const FIELD_LINES: Row[] = [
  ["\r\n", "done 2"],
  ["\n", "BARE_LF 0"],
  ["\n", "done 1", LF],
  ["\r", "more"],
  ["\rX", "BARE_CR 0"],
  ["A:b\r\n\r\n", "done 7"],
  ["A:\r\n\r\n", "done 6"],
  ["A: \t \r\n\r\n", "done 9"],
  ["A: b \t\r\nC:d\r\n\r\n", "done 15"],
  ["A:b:c\r\n\r\n", "done 9"],
  ["A", "more"],
  ["A:", "more"],
  ["A: ", "more"],
  ["A: b", "more"],
  ["A: b\r", "more"],
  ["A: b\r\n", "more"],
  ["A: b\r\n\r", "more"],
  [" A: b\r\n\r\n", "BAD_FIELD_NAME 0"],
  [" A: b\r\n\r\n", "BAD_FIELD_NAME 0", FOLD],
  ["\tA: b\r\n\r\n", "BAD_FIELD_NAME 0"],
  [": b\r\n\r\n", "BAD_FIELD_NAME 0"],
  ["A : b\r\n\r\n", "BAD_FIELD_NAME 1"],
  ["A\t: b\r\n\r\n", "BAD_FIELD_NAME 1"],
  ["A\r\n\r\n", "BAD_FIELD_NAME 1"],
  ["A\n\n", "BAD_FIELD_NAME 1", LF],
  ["Né: b\r\n\r\n", "BAD_FIELD_NAME 1"],
  ["A: b\r\n(: c\r\n\r\n", "BAD_FIELD_NAME 6"],
  ["A: b\0\r\n\r\n", "BAD_FIELD_VALUE 4"],
  ["A: b\x0b\r\n\r\n", "BAD_FIELD_VALUE 4"],
  ["A: b\x0b\r\n\r\n", "done 9", { allow: layout.ALLOW_CONTROL_OCTETS }],
  ["A: b\0\r\n\r\n", "BAD_FIELD_VALUE 4", { allow: layout.ALLOW_CONTROL_OCTETS }],
  ["A: b\rc\r\n\r\n", "BARE_CR 4"],
  ["A: b\rc\r\n\r\n", "BARE_CR 4", { allow: layout.ALLOW_CONTROL_OCTETS | layout.ALLOW_BARE_LF }],
  ["A: b\r\rc\r\n\r\n", "BARE_CR 4"],
  ["A: b\nC: d\r\n\r\n", "BARE_LF 4"],
  ["A: b\nC: d\r\n\n", "done 12", LF],
  // A value may begin or end with obs-text: no white space of another alphabet is taken off.
  ["A: \xa0b\x85\r\n\r\n", "done 10"],
  // limits.maxFields: the first octet of the first line too many; lines before it are looked at first
  ["A:b\r\n\r\n", "TOO_MANY_FIELDS 0", { maxFields: 0 }],
  ["\r\n", "done 2", { maxFields: 0 }],
  ["A:b\r\nC:d\r\n\r\n", "TOO_MANY_FIELDS 5", { maxFields: 1 }],
  ["A:b\r\nC:d\r\n\r\n", "done 12", { maxFields: 2 }],
  ["A:b\r\n\0", "TOO_MANY_FIELDS 5", { maxFields: 1 }],
  ["A:b\r\n\n", "BARE_LF 5", { maxFields: 1 }],
  ["A:b\0\r\nC:d\r\n\r\n", "BAD_FIELD_VALUE 3", { maxFields: 1 }],
];

// obs-fold = OWS CRLF RWS (RFC 9112 5.2)
const FOLDS: Row[] = [
  ["A: b\r\n c\r\n\r\n", "OBS_FOLD 6"],
  ["A: b\r\n\tc\r\n\r\n", "OBS_FOLD 6"],
  ["A: b\r\n ", "OBS_FOLD 6"],
  ["A: b\r\n", "more"],
  ["A: b\r\n c\r\n\r\n", "done 12", FOLD],
  ["A: b\r\n ", "more", FOLD],
  ["A: b\r\n c", "more", FOLD],
  ["A: b\r\n c\r\n", "more", FOLD],
  ["A: b\r\n c\r\n d\r\n\r\n", "done 16", FOLD],
  ["A: b\r\n \r\n\r\n", "done 11", FOLD],
  ["A: b\r\n c\0", "BAD_FIELD_VALUE 8", FOLD],
  ["A: b\r\n c\rd", "BARE_CR 8", FOLD],
  ["A: b\r\n c\n", "BARE_LF 8", FOLD],
  ["A: b\n c\n\n", "done 9", FOLD_LF],
  // A fold is no field of its own.
  ["A: b\r\n c\r\n\r\n", "done 12", { ...FOLD, maxFields: 1 }],
];

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);
  const done = (input: string, scan?: Scan) => {
    const answer = scanHead(kernel, input, scan);
    expect(answer.outcome).toBe("done");
    return answer as Done;
  };

  test.each(REQUEST_LINES)("request %j: %s", (input, wanted, scan) => {
    expect(brief(scanHead(kernel, input, { ...scan, what: REQUEST }))).toBe(wanted);
  });

  test.each(STATUS_LINES)("response %j: %s", (input, wanted, scan) => {
    expect(brief(scanHead(kernel, input, { ...scan, what: RESPONSE }))).toBe(wanted);
  });

  test.each([...FIELD_LINES, ...FOLDS])("fields %j: %s", (input, wanted, scan) => {
    expect(brief(scanHead(kernel, input, { ...scan, what: TRAILERS }))).toBe(wanted);
    // The same behind a start line. (The place of its faults is the place in the head.)
    const line = "GET / HTTP/1.1\r\n";
    const moved = wanted.replace(/\d+$/, (at) => String(Number(at) + line.length));
    expect(brief(scanHead(kernel, line + input, { ...scan, what: REQUEST }))).toBe(moved);
  });

  test("what a request line says", () => {
    expect(done("DELETE /a/b HTTP/1.0\r\nA: b\r\n\r\n")).toMatchObject({
      method: layout.METHOD_DELETE,
      methodEnd: 6,
      targetEnd: 11,
      version: 10,
      fieldsEnd: 28,
    });
    expect(done("M-SEARCH * HTTP/3.7\r\n\r\n")).toMatchObject({ method: layout.METHOD_OTHER, version: 37 });
  });

  test("methods are case-sensitive and known whole", () => {
    const methods = Object.entries(layout).filter(([name]) => /^METHOD_(?!OTHER)/.test(name));
    expect(methods.length).toBe(9);
    for (const [key, identity] of methods) {
      const name = key.slice("METHOD_".length);
      const near = [name.toLowerCase(), `${name}X`, `X${name}`, name.slice(1), name.slice(0, -1), `${name}-`];
      expect(done(`${name} / HTTP/1.1\r\n\r\n`).method).toBe(identity);
      for (const other of near) expect([other, done(`${other} / HTTP/1.1\r\n\r\n`).method]).toEqual([other, 0]);
    }
  });

  test("what a status line says", () => {
    expect(done("HTTP/1.0 404 Not  Found \r\n\r\n", { what: RESPONSE })).toMatchObject({
      version: 10,
      status: 404,
      reason: "Not  Found ",
    });
    expect(done("HTTP/1.1 200\r\n\r\n", { what: RESPONSE, ...SPACE })).toMatchObject({ status: 200, reason: "" });
    for (let status = 100; status < 1000; status++) {
      expect(done(`HTTP/1.1 ${status} \r\n\r\n`, { what: RESPONSE }).status).toBe(status);
    }
  });

  test("records, in order, without the white space around values", () => {
    const { fields, nameOctets, valueOctets, fieldsEnd } = done("hOsT:\t a \t\r\nX-One:\r\nX-Two:b  c\r\n\r\n", {
      what: TRAILERS,
    });
    expect(fields).toEqual([
      ["hOsT", "a", layout.NAME_HOST],
      ["X-One", "", 0],
      ["X-Two", "b  c", 0],
    ]);
    expect([nameOctets, valueOctets, fieldsEnd]).toEqual([14, 5, 32]);
  });

  test.each([
    ["A: b\r\n c", "b c"],
    ["A: b \t\r\n \t c", "b c"],
    ["A: b\r\n\tc\r\n d", "b c d"],
    ["A:\r\n b", "b"],
    ["A: \r\n \r\n b", "b"],
    ["A: b\r\n ", "b"],
    ["A: b\r\n \r\n\t", "b"],
    ["A: b\r\n \r\n c", "b c"],
    ["A:\r\n ", ""],
    ["A: b  c\r\n d\te", "b  c d\te"],
    ["A: \xff\r\n \x80", "\xff \x80"],
    [`A: ${"b".repeat(40)}\r\n ${"c".repeat(40)}`, `${"b".repeat(40)} ${"c".repeat(40)}`],
  ])("folds of %j are single spaces", (input, value) => {
    const { fields, valueOctets, nameOctets } = done(`${input}\r\nNext: n\r\n\r\n`, { what: TRAILERS, ...FOLD });
    expect(fields).toEqual([
      ["A", value, 0],
      ["Next", "n", 0],
    ]);
    expect([nameOctets, valueOctets]).toEqual([5, value.length + 1]);
  });

  test("folded values mean what they say", () => {
    expect(
      done("Content-Length:\r\n 5\r\nTransfer-Encoding: gzip,\r\n chunked\r\n\r\n", { what: TRAILERS, ...FOLD }),
    ).toMatchObject({
      length: 5,
      facts: ["LENGTH", "CODING", "CODING_ENDS_CHUNKED", "CODING_OTHER", "NOT_FOR_TRAILERS"],
    });
    expect(done("Content-Length: 5\r\n 6\r\n\r\n", { what: TRAILERS, ...FOLD }).facts).toContain("LENGTH_BAD");
  });

  test("names and values of every length around the windows", () => {
    for (let name = 1; name <= 50; name++) {
      for (let value = 0; value <= 50; value++) {
        const field = ["n".repeat(name), "v".repeat(value), 0];
        const input = `${field[0]}: ${field[1]}\r\n\r\n`;
        const answer = done(input, { what: TRAILERS });
        expect([answer.consumed, answer.fields]).toEqual([input.length, [field]]);
      }
    }
  });

  test("methods, targets and reasons of every length around the windows", () => {
    for (let n = 1; n <= 50; n++) {
      const [method, target] = ["m".repeat(n), "t".repeat(51 - n)];
      const answer = done(`${method} ${target} HTTP/1.1\r\nA: b\r\n\r\n`);
      expect([answer.methodEnd, answer.targetEnd, answer.fields.length]).toEqual([n, 52, 1]);
      const reason = "r".repeat(n - 1);
      expect(done(`HTTP/1.1 200 ${reason}\r\n\r\n`, { what: RESPONSE }).reason).toBe(reason);
    }
  });

  test("a number of fields as great as the map holds", () => {
    const fields = layout.MAX_FIELDS;
    const input = "A:b\r\n".repeat(fields);
    expect(done(`${input}\r\n`, { what: TRAILERS, maxFields: fields }).fields.length).toBe(fields);
    expect(brief(scanHead(kernel, `${input}C:d\r\n\r\n`, { what: TRAILERS, maxFields: fields }))).toBe(
      `TOO_MANY_FIELDS ${input.length}`,
    );
  });

  test("a head as great as the map holds", () => {
    const line = "GET / HTTP/1.1\r\nA: ";
    const value = "v".repeat(layout.INPUT_SIZE - line.length - 4);
    const { consumed, fields, valueOctets } = done(`${line}${value}\r\n\r\n`);
    expect([consumed, valueOctets]).toEqual([layout.INPUT_SIZE, value.length]);
    expect(fields[0]?.[1] === value).toBe(true);
  });

  test.each<Row>([
    ["c\r\nD: e\r\n\r\n", "BAD_FIELD_NAME 1", { what: RESUMED }],
    [" c\r\nD: e\r\n\r\n", "OBS_FOLD 0", { what: RESUMED }],
    [" c\r\nD: e\r\n\r\n", "done 12", { what: RESUMED, ...FOLD }],
    ["\tc\r\n d\r\n\r\n", "done 10", { what: RESUMED, ...FOLD }],
    [" c", "more", { what: RESUMED, ...FOLD }],
    ["D: e\r\n\r\n", "done 8", { what: RESUMED }],
    ["\r\n", "done 2", { what: RESUMED }],
    [" c\0\r\n", "BAD_FIELD_VALUE 2", { what: RESUMED, ...FOLD }],
  ])("field lines that go on: %j: %s", (input, wanted, scan) => {
    expect(brief(scanHead(kernel, input, scan))).toBe(wanted);
  });
});
