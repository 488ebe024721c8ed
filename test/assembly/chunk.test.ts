// chunk-size [ chunk-ext ] CRLF by its grammar (RFC 9112 7.1), and the limits on it.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { BUILDS, newKernel } from "../helpers.ts";
import { brief, type LineScan, scanChunkLine } from "./answer.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const LF = { allow: layout.ALLOW_CHUNK_LF };
const SPACE = { allow: layout.ALLOW_CHUNK_SIZE_SPACE };

type Row = [input: string, wanted: string, scan?: LineScan];

const FAULTS: Row[] = [
  ["", "more"],
  ["5", "more"],
  ["5\r", "more"],
  ["\r\n", "BAD_CHUNK_SIZE 0"],
  ["\n", "BAD_CHUNK_SIZE 0"],
  [";a\r\n", "BAD_CHUNK_SIZE 0"],
  [" 5\r\n", "BAD_CHUNK_SIZE 0"],
  ["0x5\r\n", "BAD_CHUNK_SIZE 1"],
  ["+5\r\n", "BAD_CHUNK_SIZE 0"],
  ["-5\r\n", "BAD_CHUNK_SIZE 0"],
  ["5g\r\n", "BAD_CHUNK_SIZE 1"],
  ["5_0\r\n", "BAD_CHUNK_SIZE 1"],
  // RFC 9112 erratum 7633: LF alone never ends the line, whatever is allowed elsewhere; but for src/compat
  ["5\n", "BARE_LF 1"],
  ["5\n", "BARE_LF 1", { allow: ~layout.ALLOW_CHUNK_LF }],
  ["5\n", "done 2", LF],
  ["5;a\n", "BARE_LF 3", LF],
  ["5 \n", "BARE_LF 2", { allow: LF.allow | SPACE.allow }],
  ["5", "more", LF],
  ["5\r", "more", LF],
  ["5\rX", "BARE_CR 1", LF],
  ["5 \n", "BAD_CHUNK_SIZE 1", LF],
  ["5;a\n", "BARE_LF 3"],
  ['5;a="\n"\r\n', "BAD_CHUNK_EXTENSION 5"],
  ["5\rX", "BARE_CR 1"],
  ["5;a\rX", "BARE_CR 3"],
  // White space after the size is a leniency; before an extension it is BWS.
  ["5 \r\n", "BAD_CHUNK_SIZE 1"],
  ["5 \t\r\n", "BAD_CHUNK_SIZE 1"],
  ["5 \r\n", "done 4", SPACE],
  ["5\t \r\n", "done 5", SPACE],
  ["5 ", "more"],
  ["5 \n", "BARE_LF 2", SPACE],
  ["5 5\r\n", "BAD_CHUNK_SIZE 2", SPACE],
  ["5 ;a\r\n", "done 6"],
  ["5;a \r\n", "BAD_CHUNK_EXTENSION 3"],
  ["5;a \r\n", "done 6", SPACE],
  ["5;a=b\t\r\n", "BAD_CHUNK_EXTENSION 5"],
  ["5;a=b\t\r\n", "done 8", SPACE],
  // chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
  ["5;\r\n", "BAD_CHUNK_EXTENSION 2"],
  ["5; \r\n", "BAD_CHUNK_EXTENSION 3"],
  ["5;\r\n", "BAD_CHUNK_EXTENSION 2", SPACE],
  ["5;;a\r\n", "BAD_CHUNK_EXTENSION 2"],
  ["5;a;\r\n", "BAD_CHUNK_EXTENSION 4"],
  ["5;=b\r\n", "BAD_CHUNK_EXTENSION 2"],
  ["5;a=\r\n", "BAD_CHUNK_EXTENSION 4"],
  ["5;a=;b\r\n", "BAD_CHUNK_EXTENSION 4"],
  ["5;a=b=c\r\n", "BAD_CHUNK_EXTENSION 5"],
  ["5;a b\r\n", "BAD_CHUNK_EXTENSION 4"],
  ["5;a,b\r\n", "BAD_CHUNK_EXTENSION 3"],
  ['5;"a"\r\n', "BAD_CHUNK_EXTENSION 2"],
  ['5;a="b\r\n', "BAD_CHUNK_EXTENSION 6"],
  ['5;a="b"c\r\n', "BAD_CHUNK_EXTENSION 7"],
  ['5;a="\\\r\n', "BAD_CHUNK_EXTENSION 6"],
  ['5;a="\0"\r\n', "BAD_CHUNK_EXTENSION 5"],
  ["5;a=\xe9\r\n", "BAD_CHUNK_EXTENSION 4"],
  // limits.maxChunkSizeDigits: the first digit too many, zeros included
  ["123\r\n", "CHUNK_SIZE_TOO_LONG 2", { maxDigits: 2 }],
  ["0000\r\n", "CHUNK_SIZE_TOO_LONG 3", { maxDigits: 3 }],
  ["00000000000000000\r\n", "CHUNK_SIZE_TOO_LONG 16"],
  ["00000000000000000", "CHUNK_SIZE_TOO_LONG 16"],
  // 2^53-1: the digit that passes it
  ["20000000000000\r\n", "CHUNK_SIZE_TOO_LARGE 13"],
  ["3fffffffffffff\r\n", "CHUNK_SIZE_TOO_LARGE 13"],
  ["ffffffffffffffff\r\n", "CHUNK_SIZE_TOO_LARGE 13"],
  ["10000000000000000\r\n", "CHUNK_SIZE_TOO_LARGE 14", { maxDigits: 99 }],
  ["20000000000000\r\n", "CHUNK_SIZE_TOO_LONG 13", { maxDigits: 13 }],
  // limits.maxChunkExtensionBytes: the first octet too many; an earlier fault counts
  ["5;abc\r\n", "done 7", { maxExtensions: 4 }],
  ["5;abcd\r\n", "CHUNK_EXTENSIONS_TOO_LARGE 5", { maxExtensions: 4 }],
  ["5;abcd", "CHUNK_EXTENSIONS_TOO_LARGE 5", { maxExtensions: 4 }],
  ["5;abc", "more", { maxExtensions: 4 }],
  ["5;ab(d\r\n", "BAD_CHUNK_EXTENSION 4", { maxExtensions: 4 }],
  ["5;abc(\r\n", "BAD_CHUNK_EXTENSION 5", { maxExtensions: 4 }],
  ["5;abcd(\r\n", "CHUNK_EXTENSIONS_TOO_LARGE 5", { maxExtensions: 4 }],
  ["5;a\r\n", "CHUNK_EXTENSIONS_TOO_LARGE 1", { maxExtensions: 0 }],
  ["5\r\n", "done 3", { maxExtensions: 0 }],
  ["5  \r\n", "CHUNK_EXTENSIONS_TOO_LARGE 2", { maxExtensions: 1, ...SPACE }],
];

const LINES: [input: string, size: number, extensions: number][] = [
  ["0\r\n", 0, 0],
  ["000\r\n", 0, 0],
  ["5\r\nhello", 5, 0],
  ["a\r\n", 10, 0],
  ["F\r\n", 15, 0],
  ["DeadBeef\r\n", 0xdeadbeef, 0],
  ["1fffffffffffff\r\n", MAX, 0],
  ["001fffffffffffff\r\n", MAX, 0],
  ["5;a\r\n", 5, 2],
  ["5;a=b\r\n", 5, 4],
  ["5;a;b;c=d\r\n", 5, 8],
  ["5 \t;\t a \t=\t b\r\n", 5, 12],
  ['5;a="b"\r\n', 5, 6],
  ['5;a="";b\r\n', 5, 7],
  ['5;a="\\"\\\\; =\t\xff"\r\n', 5, 14],
  ['5;a="b" ;c\r\n', 5, 9],
  ["5;!#$%&'*+-.^_`|~=0\r\n", 5, 18],
  [`5;${"n".repeat(100)}=${"v".repeat(100)}\r\n`, 5, 202],
];

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);

  test.each(FAULTS)("%j: %s", (input, wanted, scan) => {
    expect(brief(scanChunkLine(kernel, input, scan))).toBe(wanted);
  });

  test.each(LINES)("%j is %i octets", (input, size, extensions) => {
    const consumed = input.indexOf("\n") + 1;
    expect(scanChunkLine(kernel, input)).toEqual({ outcome: "done", consumed, size, extensions });
    for (let end = 0; end < consumed; end++) {
      expect([end, scanChunkLine(kernel, input.slice(0, end))]).toEqual([end, { outcome: "more" }]);
    }
  });

  test("sizes, in any case, with any zeros before", () => {
    for (let bits = 0; bits <= 53; bits++) {
      for (const size of [2 ** bits - 1, Math.min(2 ** bits, MAX)]) {
        const hex = size.toString(16);
        for (const digits of [hex, hex.toUpperCase(), hex.padStart(16, "0")]) {
          expect(scanChunkLine(kernel, `${digits}\r\n`)).toMatchObject({ outcome: "done", size });
        }
      }
    }
  });
});
