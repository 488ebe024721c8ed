// A message whose framing is in doubt is an Error at once: as soon as the line that says so is whole, with nothing behind it.
// The cases of http-parser-js that smuggle, or hang it.
import { describe, expect, test } from "vitest";
import { HTTPParser } from "../../src/compat/index.ts";
import { octets } from "../helpers.ts";
import { shape, type Type } from "./record.ts";

const CHUNKED = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
const chunk = (size: string) => `${CHUNKED}${size}\r\n`;
const length = (value: string) => `POST / HTTP/1.1\r\nContent-Length: ${value}\r\n\r\n`;
const coding = (value: string) => `POST / HTTP/1.1\r\nTransfer-Encoding: ${value}\r\n\r\n`;

const SIZES = ["-5", "+5", "5x", "", " 5", "0x5", "-", "5 5", "\t5", "zz", ";a", "5_0", "20000000000000", "\xb2"];
const LENGTHS = ["+5", "-5", "0x5", "1e1", "", "abc", "5x", "5,6", "5, 5", "0, 0", "5 5", "\xb2", "9007199254740993"];
const CODINGS = ["xchunked", "gzip, chunked", ",chunked", "", "chunked, chunked", '"chunked"', "chunked;q=1", "gzip"];
const REPEATED = "chunked\r\nTransfer-Encoding: chunked";
const EXTENSIONS = ['5;a="b', "5;a\0", "5;\x01"];

const ROWS: [what: string, input: string, code: string][] = [
  ...SIZES.map((size): [string, string, string] => [`chunk size \`${size}\``, chunk(size), "HPE_INVALID_CHUNK_SIZE"]),
  ...EXTENSIONS.map((line): [string, string, string] => [
    `chunk line \`${line}\``,
    chunk(line),
    "HPE_INVALID_CHUNK_SIZE",
  ]),
  ...LENGTHS.map((value): [string, string, string] => [
    `Content-Length: \`${value}\``,
    length(value),
    "HPE_INVALID_CONTENT_LENGTH",
  ]),
  ["CR in a chunk line", chunk("5;a=b\rc"), "HPE_LF_EXPECTED"],
  ["two Content-Lengths", length("5\r\nContent-Length: 6"), "HPE_UNEXPECTED_CONTENT_LENGTH"],
  ...[...CODINGS, REPEATED].map((value): [string, string, string] => [
    `Transfer-Encoding: \`${value}\``,
    coding(value),
    "HPE_INVALID_TRANSFER_ENCODING",
  ]),
];

/** What the last call of `execute` gives: each before it takes all of its octets, or gives that Error already. */
function lastResult(type: Type, pieces: string[], strict = false): unknown {
  const parser = new HTTPParser(type);
  parser.strict = strict;
  const results = pieces.map((piece) => parser.execute(Buffer.from(octets(piece))));
  const last = results.at(-1);
  for (const [at, result] of results.entries()) expect([pieces[at]?.length, last]).toContain(result);
  expect(parser.execute(Buffer.from("more"))).toBe(last);
  return last;
}

function named(result: unknown): string {
  return shape(result as Error);
}

describe.each(ROWS)("%s", (_what, input, code) => {
  test("in one piece", () => {
    expect(named(lastResult("REQUEST", [input]))).toBe(`Parse Error ${code}`);
  });

  test("its last octet alone", () => {
    expect(named(lastResult("REQUEST", [input.slice(0, -1), input.slice(-1)]))).toBe(`Parse Error ${code}`);
  });

  test("in a response", () => {
    const response = input.replace("POST / HTTP/1.1", "HTTP/1.1 200 OK");
    expect(named(lastResult("RESPONSE", [response]))).toBe(`Parse Error ${code}`);
  });
});

test("wrong octets behind a chunk", () => {
  expect(named(lastResult("REQUEST", [`${CHUNKED}3\r\nabc`, "X"]))).toBe("Expected empty line");
});

test("a name that frames, behind a line that was left out: the same at each cut, and octet by octet", () => {
  for (const line of [" Content-Length: 5\r\n", "\ttransfer-encoding\r\n"]) {
    const input = `POST / HTTP/1.1\r\nA: b\r\n c\r\nno colon\r\n folded\r\n${line}`;
    const cuts = Array.from(input, (_, at) => [input.slice(0, at), input.slice(at)]).slice(1);
    for (const pieces of [[input], [...input], ...cuts]) {
      expect([pieces, named(lastResult("REQUEST", pieces))]).toEqual([pieces, "Parse Error HPE_INVALID_HEADER_TOKEN"]);
    }
  }
});

test("Content-Length beside chunked, strict", () => {
  const both = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect(named(lastResult("REQUEST", [both], true))).toBe("Parse Error HPE_UNEXPECTED_CONTENT_LENGTH");
});
