// Lines that are no field, where src/compat lets them pass: dropped, unless they begin with a name that frames the message.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { BUILDS, newKernel } from "../helpers.ts";
import { brief, type Done, scanHead } from "./answer.ts";

const allow = layout.ALLOW_MALFORMED_FIELDS;
const LF = allow | layout.ALLOW_BARE_LF;
const FOLD = allow | layout.ALLOW_OBS_FOLD;

type Row = [input: string, fields: string[], allow?: number];

const DROPPED: Row[] = [
  ["A: b\r\n\r\n", ["A=b"]],
  [":\r\n\r\n", []],
  ["a line that is longer than a record\r\n\r\n", []],
  [": b\r\nA: b\r\n\r\n", ["A=b"]],
  ["A: b\r\nno colon\r\nC: d\r\n\r\n", ["A=b", "C=d"]],
  ["nocolon\r\nC: d\r\n\r\n", ["C=d"]],
  ["nocolon\nC: d\n\n", ["C=d"], LF],
  ["A : b\r\nC\t: d\r\n\r\n", []],
  [" A: b\r\n\tC: d\r\nE: f\r\n\r\n", ["E=f"]],
  ["\t\r\n \r\nE: f\r\n\r\n", ["E=f"]],
  ["A: b\r\nno colon\r\n folded\r\nC: d\r\n\r\n", ["A=b", "C=d"], FOLD],
  ["A: b\nno colon\n: x\n\n", ["A=b"], LF],
  // Names of visible ASCII, tokens or not.
  ["X(y): z\r\n\r\n", ["X(y)=z"]],
  ['"{[<@>]}"/?=,;\\: z\r\n\r\n', ['"{[<@>]}"/?=,;\\=z']],
  [`${"n(".repeat(100)}: z\r\n\r\n`, [`${"n(".repeat(100)}=z`]],
  // Near a name that frames, but none.
  ["Transfer-Encodings : chunked\r\nContent-Lengt 5\r\n X-Content-Length: 5\r\n\r\n", []],
];

const REFUSED: [input: string, wanted: string, allow?: number][] = [
  ["Transfer-Encoding : chunked\r\n\r\n", "BAD_FIELD_NAME 17"],
  ["transfer-encoding\t: chunked\r\n\r\n", "BAD_FIELD_NAME 17"],
  ["A: b\r\nCONTENT-LENGTH : 5\r\n\r\n", "BAD_FIELD_NAME 20"],
  ["Content-Length\r\n\r\n", "BAD_FIELD_NAME 14"],
  ["Content-Length 5\r\n\r\n", "BAD_FIELD_NAME 14"],
  [" Content-Length: 5\r\n\r\n", "BAD_FIELD_NAME 15"],
  ["\t \tTransfer-Encoding: chunked\r\n\r\n", "BAD_FIELD_NAME 20"],
  ["no colon\r\n Content-Length: 5\r\n\r\n", "BAD_FIELD_NAME 25", FOLD],
  // Octets that no name and no value can hold.
  ["A\x0b: b\r\n\r\n", "BAD_FIELD_NAME 1"],
  ["A\0: b\r\n\r\n", "BAD_FIELD_NAME 1"],
  ["\x7f: b\r\n\r\n", "BAD_FIELD_NAME 0"],
  ["N\xe9: b\r\n\r\n", "BAD_FIELD_NAME 1"],
  ["no colon\0\r\n\r\n", "BAD_FIELD_VALUE 8"],
  ["no colon\rx\r\n\r\n", "BARE_CR 8"],
  ["no colon\n\r\n", "BARE_LF 8"],
  ["\rX", "BARE_CR 0"],
  ["\n", "BARE_LF 0"],
];

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);
  const what = layout.TRAILERS;

  test.each(DROPPED)("%j", (input, wanted, bits = allow) => {
    const { outcome, consumed, fields, nameOctets, valueOctets } = scanHead(kernel, input, {
      what,
      allow: bits,
    }) as Done;
    expect([outcome, consumed]).toEqual(["done", input.length]);
    expect(fields.map(([name, value]) => `${name}=${value}`)).toEqual(wanted);
    expect(nameOctets + valueOctets).toBe(wanted.join("").length - wanted.length);
    for (let end = 0; end < input.length; end++) {
      expect([end, scanHead(kernel, input.slice(0, end), { what, allow: bits }).outcome]).toEqual([end, "more"]);
    }
  });

  test.each(REFUSED)("%j: %s", (input, wanted, bits = allow) => {
    expect(brief(scanHead(kernel, input, { what, allow: bits }))).toBe(wanted);
  });

  test("without the leniency they are refused", () => {
    for (const [input, , bits = allow] of DROPPED.slice(1)) {
      expect(scanHead(kernel, input, { what, allow: bits & ~allow }).outcome).toBe("fault");
    }
  });
});
