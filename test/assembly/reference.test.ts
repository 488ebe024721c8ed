// The kernel says what a second, slow reader says: of seeded heads and chunk-size lines, whole, mutated and cut.
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { BUILDS, newKernel, pick, type Random, random } from "../helpers.ts";
import { type Answer, type LineScan, type Scan, scanChunkLine, scanHead } from "./answer.ts";
import { readChunkLine, readHead } from "./reference.ts";

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "get",
  "GE",
  "PROPFIND",
  "M-SEARCH",
];
const TARGETS = [
  "/",
  "*",
  "/a?b=c&d=%20",
  "http://a/b",
  "a:80",
  "[::1]:443",
  "a",
  "a:99999",
  "x".repeat(31),
  `/${"é".repeat(3)}`,
];
const VERSIONS = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9"];
const REASONS = ["OK", "", "Not Found", "\t x \xe9", "a".repeat(17)];
const NAMES = [
  "Host",
  "host",
  "Content-Length",
  "content-length",
  "CONTENT-LENGTH",
  "Transfer-Encoding",
  "transfer-encoding",
  "Connection",
  "Upgrade",
  "Expect",
  "Trailer",
  "Set-Cookie",
  "Accept",
  "User-Agent",
  "X-Forwarded-For",
  "X-Unknown",
  "access-control-allow-credentials",
  "!#$%&'*+-.^_`|~09",
  "a",
  "x".repeat(16),
  "y".repeat(33),
];
const VALUES = [
  "",
  "a",
  "example.com",
  "example.com:8080",
  "[::1]:80",
  "[v1.x]",
  "a%20b",
  "a b",
  "[1::2::3]",
  "0",
  "5",
  "5",
  "5, 5",
  "5,6",
  "9007199254740991",
  "9007199254740992",
  "05",
  "+5",
  "5 ",
  "chunked",
  "Chunked",
  "gzip, chunked",
  "chunked, gzip",
  "chunked,",
  "identity",
  "close",
  "keep-alive",
  "Keep-Alive, Upgrade",
  "close,",
  "websocket",
  "100-continue",
  "100-Continue ",
  "b".repeat(15),
  "c".repeat(16),
  "d".repeat(17),
  "e\tf",
  "\xe9\xff",
  "trailing \t",
  ", ,a",
];
const GAPS = ["", " ", "  ", "\t", " \t "];
const LINE_ENDS = ["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\n ", "\r\n\t  ", "\r\n \r\n "];
const STRANGE = [
  "\0",
  "\r",
  "\n",
  "\r\n",
  " ",
  "\t",
  ":",
  ",",
  ";",
  '"',
  "\\",
  "=",
  "\x01",
  "\x11",
  "\x1f",
  "\x7f",
  "\x80",
  "\xff",
  "a",
  "-",
  "0",
  "%",
  "[",
];

function line(next: Random): string {
  return `${pick(NAMES, next)}:${pick(GAPS, next)}${pick(VALUES, next)}${pick(GAPS, next)}${pick(LINE_ENDS, next)}`;
}

function head(next: Random, what: number): string {
  let text = "";
  if (what === layout.REQUEST) text = `${pick(METHODS, next)} ${pick(TARGETS, next)} ${pick(VERSIONS, next)}\r\n`;
  if (what === layout.RESPONSE) text = `${pick(VERSIONS, next)} ${100 + next(500)} ${pick(REASONS, next)}\r\n`;
  for (let fields = next(6); fields > 0; fields--) text += line(next);
  return `${text}\r\n${pick(["", "", "body"], next)}`;
}

/** One or two octets put in, taken out or changed; sometimes the end cut off. */
function mutated(text: string, next: Random): string {
  for (let changes = next(3); changes > 0; changes--) {
    const at = next(text.length + 1);
    text = text.slice(0, at) + pick([...STRANGE, ""], next) + text.slice(at + next(2));
  }
  return next(4) === 0 ? text.slice(0, next(text.length + 1)) : text;
}

/** The place of a fault in a folded value is not compared (finding K1). */
const unplaced = (answer: Answer): Answer =>
  answer.outcome === "done" ? { ...answer, lengthAt: undefined, codingAt: undefined, hostAt: undefined } : answer;
const isFolded = (text: string) => /\n[ \t]/.test(text);

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);

  test("heads", () => {
    const next = random(1);
    const seen: Record<string, number> = {};
    for (let i = 0; i < 20_000; i++) {
      const what = next(4);
      const text = mutated(head(next, what), next);
      const scan: Scan = {
        what,
        allow: next(3) === 0 ? next(64) : layout.ALLOW_OBS_FOLD,
        maxFields: pick([0, 2, 5, 4096], next),
        maxTarget: pick([4, 30, 65536], next),
      };
      let [got, wanted] = [scanHead(kernel, text, scan), readHead(text, scan)];
      if (isFolded(text)) [got, wanted] = [unplaced(got), unplaced(wanted)];
      if (!isDeepStrictEqual(got, wanted)) expect({ text, scan, ...got }).toEqual({ text, scan, ...wanted });
      const kind = wanted.outcome === "fault" ? wanted.code : wanted.outcome;
      seen[kind] = (seen[kind] ?? 0) + 1;
    }
    // The generator reaches every answer that a head can get.
    expect(Object.keys(seen).sort()).toEqual([
      "BAD_FIELD_NAME",
      "BAD_FIELD_VALUE",
      "BAD_METHOD",
      "BAD_REASON",
      "BAD_STATUS",
      "BAD_TARGET",
      "BAD_VERSION",
      "BARE_CR",
      "BARE_LF",
      "OBS_FOLD",
      "TARGET_TOO_LONG",
      "TOO_MANY_FIELDS",
      "done",
      "more",
    ]);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  test("fields that govern a message", () => {
    const next = random(3);
    for (let i = 0; i < 15_000; i++) {
      let text = "";
      const name = () => pick(NAMES.slice(0, 10), next);
      for (let count = 1 + next(4); count > 0; count--) {
        text += `${name()}: ${pick(VALUES, next)}${next(3) > 0 ? "" : pick([",", ", ", " ,"], next) + pick(VALUES, next)}\r\n`;
      }
      const scan: Scan = { what: layout.TRAILERS, allow: next(2) === 0 ? 0 : layout.ALLOW_CONTROL_OCTETS };
      text = `${mutated(text, next)}\r\n`;
      if (/^transfer-encoding:[ \t,]*\r/im.test(text)) continue; // finding K2
      const [got, wanted] = [scanHead(kernel, text, scan), readHead(text, scan)];
      if (!isDeepStrictEqual(got, wanted)) expect({ text, scan, ...got }).toEqual({ text, scan, ...wanted });
    }
  });

  test("chunk-size lines", () => {
    const next = random(2);
    const seen: Record<string, number> = {};
    const parts = [
      "5",
      "0",
      "ff",
      "A",
      "1fffffffffffff",
      "20000000000000",
      "000",
      ";",
      ";a",
      ";a=b",
      ' ; a = "b"',
      ';a="\\"c"',
      '"',
      "=",
      " ",
      "\t",
      "x".repeat(20),
      "\r\n",
    ];
    for (let i = 0; i < 20_000; i++) {
      let text = pick(["5", "0", "FF", "1fffffffffffff", "20000000000000", ""], next);
      for (let count = next(5); count > 0; count--) text += pick(parts, next);
      text = mutated(`${text}\r\n`, next);
      const scan: LineScan = {
        allow: next(64),
        maxDigits: pick([2, 16], next),
        maxExtensions: pick([0, 7, 30, 4096], next),
      };
      const [got, wanted] = [scanChunkLine(kernel, text, scan), readChunkLine(text, scan)];
      if (!isDeepStrictEqual(got, wanted)) expect({ text, scan, ...got }).toEqual({ text, scan, ...wanted });
      const kind = wanted.outcome === "fault" ? wanted.code : wanted.outcome;
      seen[kind] = (seen[kind] ?? 0) + 1;
    }
    expect(Object.keys(seen).sort()).toEqual([
      "BAD_CHUNK_EXTENSION",
      "BAD_CHUNK_SIZE",
      "BARE_CR",
      "BARE_LF",
      "CHUNK_EXTENSIONS_TOO_LARGE",
      "CHUNK_SIZE_TOO_LARGE",
      "CHUNK_SIZE_TOO_LONG",
      "done",
      "more",
    ]);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });
});
