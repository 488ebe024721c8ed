// Records of a block, and a block of records (RFC 7541 5 and 6), without tables: integers, strings, what is cut off.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout-http2.ts";
import { pick, random } from "../helpers.ts";
import { hex, literal, plain, toHex } from "../http2/hpack-helpers.ts";
import { decodeAt, encodeAt, HPACK_BUILDS, type HpackRecord, newHpack } from "./hpack-kernel.ts";

const { INDEXED, LITERAL, LITERAL_INDEXED, LITERAL_NEVER_INDEXED, SIZE_UPDATE } = layout;

const record = (parts: Partial<HpackRecord>): HpackRecord => ({
  kind: INDEXED,
  rule: 0,
  fault: "",
  index: 0,
  name: "",
  value: "",
  ...parts,
});

/** Integers behind the first octet's bits: those bits, the number, the octets. */
const INTEGERS: [number: number, digits: string][] = [
  [126, "fe"],
  [127, "ff00"],
  [128, "ff01"],
  [254, "ff7f"],
  [255, "ff8001"],
  [16510, "ffff7f"],
  [16511, "ff808001"],
  [2097278, "ffffff7f"],
  [268435582, "ffffffff7f"],
  [2147483646, "fffffeffff07"],
  [2147483647, "ff80ffffff07"],
];

describe.each(HPACK_BUILDS)("%s", (build) => {
  const kernel = newHpack(build);
  const decode = (digits: string, isStart?: boolean) => decodeAt(kernel, hex(digits), isStart);
  const records = (digits: string) => {
    const answer = decode(digits);
    return typeof answer === "string" ? answer : answer.records;
  };

  describe("integers", () => {
    test.each(INTEGERS)("%i", (index, digits) => {
      expect(records(digits)).toEqual([record({ index })]);
      expect(toHex(encodeAt(kernel, [{ kind: INDEXED, index }]) as Uint8Array)).toBe(digits);
    });

    test.each([
      ["of four bits", "0f01", LITERAL, 16],
      ["of four bits, never indexed", "1f01", LITERAL_NEVER_INDEXED, 16],
      ["of six bits", "7f01", LITERAL_INDEXED, 64],
    ])("%s", (_, digits, kind, index) => {
      expect(records(`${digits}0178`)).toEqual([record({ kind, index, name: "", value: "x", rule: 0 })]);
      expect(toHex(encodeAt(kernel, [{ kind, index, value: "x" }], layout.PLAIN) as Uint8Array)).toBe(`${digits}0178`);
    });

    test.each([
      [30, "3e"],
      [31, "3f00"],
      [4096, "3fe11f"],
    ])("of five bits: a size of %i", (index, digits) => {
      expect(records(digits)).toEqual([record({ kind: SIZE_UPDATE, index })]);
      expect(toHex(encodeAt(kernel, [{ kind: SIZE_UPDATE, index }]) as Uint8Array)).toBe(digits);
    });

    test("zeros behind are harmless up to six octets", () => {
      expect(records("ff8000")).toEqual([record({ index: 127 })]);
      expect(records("ff8080808000")).toEqual([record({ index: 127 })]);
    });

    test.each([
      ["2^31", "ff81ffffff07"],
      ["2^35", "ffffffffff7f"],
      ["seven octets", "ff808080808000"],
      ["many octets", `ff${"80".repeat(40)}00`],
      ["many octets of ones", `ff${"ff".repeat(40)}`],
      ["cut off", "ff"],
      ["cut off later", "ffff"],
      ["a length of 2^31", "00ff81ffffff07"],
      ["a length cut off", "007f"],
      ["a size of 2^31", "3fe1ffffff07"],
    ])("%s is refused", (_, digits) => {
      expect(records(digits)).toBe("BAD_HPACK_INTEGER");
    });
  });

  describe("strings", () => {
    test("every length of plain text, at the end of the block", () => {
      for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 126, 127, 128, 254, 255, 300]) {
        const value = "v".repeat(length);
        const block = encodeAt(kernel, [{ kind: LITERAL, index: 19, value }], layout.PLAIN) as Uint8Array;
        expect(decodeAt(kernel, block)).toEqual({
          records: [record({ kind: LITERAL, index: 19, value })],
          next: block.length,
        });
      }
    });

    test("a block that is cut off anywhere but between fields is refused", () => {
      const digits = `828641${plain("www.example.com")}${literal("x-a", "b")}400a${plain("x").slice(2)}`.slice(0, -4);
      const block = hex(digits);
      const ends = new Set([0, 1, 2, 2 + 17, 2 + 17 + 7]);
      for (let end = 0; end <= 2 + 17 + 7; end++) {
        const answer = decodeAt(kernel, block.subarray(0, end));
        expect([end, typeof answer === "string" ? answer : "sound"]).toEqual([
          end,
          ends.has(end) ? "sound" : "BAD_HPACK_STRING",
        ]);
      }
    });

    test("Huffman text and plain text, names and values, one behind the other", () => {
      expect(records("4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf 00 01 61 82 6402")).toEqual([
        record({ kind: LITERAL_INDEXED, name: "custom-key", value: "custom-value" }),
        record({ kind: LITERAL, name: "a", value: "302" }),
      ]);
    });

    test("what lies behind the block is never part of it", () => {
      const bytes = new Uint8Array(kernel.memory.buffer);
      const next = random(3);
      const blocks = ["0f0483640eff", `0f04${plain("abc")}`, literal("x-y", "z w"), "828684", "0f0481ff"];
      for (const digits of blocks) {
        const seen = new Set<string>();
        for (let i = 0; i < 50; i++) {
          for (let at = 0; at < 64; at++) bytes[layout.BLOCK + at] = i < 2 ? 255 * i : next(256);
          seen.add(JSON.stringify(decode(digits)));
        }
        expect(seen.size).toBe(1);
      }
    });
  });

  describe("representations", () => {
    test("index 0 is refused", () => {
      expect(records("80")).toBe("BAD_HPACK_INDEX");
      expect(records("8280")).toBe("BAD_HPACK_INDEX");
    });

    test("sizes stand at the beginning only, and of the block, not of a part", () => {
      expect(records("203f00")).toEqual([record({ kind: SIZE_UPDATE }), record({ kind: SIZE_UPDATE, index: 31 })]);
      expect(records("8220")).toBe("BAD_TABLE_SIZE_UPDATE");
      expect(records(`${literal("a", "b")}20`)).toBe("BAD_TABLE_SIZE_UPDATE");
      expect(decode("20", false)).toBe("BAD_TABLE_SIZE_UPDATE");
    });

    test("a block of more fields than are taken at once goes on where it stopped", () => {
      const count = layout.MAX_FIELDS_AT_ONCE;
      const block = new Uint8Array(count + 5).fill(0x82);
      const answer = decodeAt(kernel, block);
      if (typeof answer === "string") throw new Error(answer);
      expect([answer.records.length, answer.next]).toEqual([count, count]);
    });

    test("an empty block has no fields", () => {
      expect(decode("")).toEqual({ records: [], next: 0 });
      expect(encodeAt(kernel, [])).toEqual(new Uint8Array(0));
    });
  });

  test("what is encoded is decoded to the same records", () => {
    const next = random(5);
    const text = (limit: number) =>
      Array.from({ length: next(limit) }, () => String.fromCharCode(next(4) ? 0x61 + next(26) : next(256))).join("");
    for (let i = 0; i < 2000; i++) {
      const given = Array.from({ length: next(8) }, (): HpackRecord => {
        const kind = pick([INDEXED, LITERAL_INDEXED, LITERAL, LITERAL_NEVER_INDEXED], next);
        if (kind === INDEXED) return record({ index: 1 + next(300) });
        const index = next(2) ? 62 + next(300) : 0;
        return record({ kind, index, name: index === 0 ? `x${text(40)}` : "", value: text(80) });
      });
      const block = encodeAt(kernel, given, next(2) ? layout.PLAIN : 0) as Uint8Array;
      const answer = decodeAt(kernel, block);
      if (typeof answer === "string") throw new Error(answer);
      const bare = ({ kind, index, name, value }: HpackRecord) => ({ kind, index, name, value });
      expect(answer.records.map(bare)).toEqual(given.map(bare));
    }
  });

  test("nothing that a call left behind changes the next", () => {
    const next = random(9);
    const samples = ["828684", literal("x-a", "\xe9"), "0f0483640eff", "ff", "0f04", `20${literal("te", "x")}`];
    const fresh = samples.map((digits) => decodeAt(newHpack(build), hex(digits)));
    for (let i = 0; i < 300; i++) {
      const at = next(samples.length);
      expect(decode(samples[at] as string)).toEqual(fresh[at]);
    }
  });

  test("any octets give records or a fault, and never more octets than there are", () => {
    const next = random(13);
    for (let i = 0; i < 5000; i++) {
      const block = Uint8Array.from({ length: next(40) }, () => (next(3) ? next(256) : next(8)));
      const answer = decodeAt(kernel, block, next(2) === 1);
      if (typeof answer === "string") expect(answer).toMatch(/^BAD_(HPACK|HUFFMAN|TABLE)/);
      else expect(answer.next).toBe(block.length);
    }
  });
});
