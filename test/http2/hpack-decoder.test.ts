// What blocks do to the table, and what is refused (RFC 7541 2.3, 4, 6). Blocks are written out in octets.
import { describe, expect, test } from "vitest";
import { BLOCK_SIZE } from "../../assembly/layout-http2.ts";
import { HpackDecoder, HpackEncoder, RemoteProtocolError } from "../../src/http2/hpack.ts";
import type { FieldPair } from "../../src/shared/field-pairs.ts";
import { publishDecoders } from "../conformance/record-http2.ts";
import { decoded, encoded, hex, literal, plain } from "./hpack-helpers.ts";

publishDecoders();

/** A field that is inserted. */
const inserted = (name: string, value: string) => `40${plain(name)}${plain(value)}`;

/** A size update, as an encoder says it in a block without fields. */
function size(octets: number): string {
  const encoder = new HpackEncoder({ maxTableSize: octets });
  return encoded([], encoder) || "3fe11f";
}

describe("faults", () => {
  test.each([
    ["index 0", "80", "BAD_HPACK_INDEX"],
    ["an index past the static table, the dynamic one empty", "be", "BAD_HPACK_INDEX"],
    ["an index past the dynamic table", `${inserted("a", "b")}bf`, "BAD_HPACK_INDEX"],
    ["a name's index past the tables", `7e${plain("x")}`, "BAD_HPACK_INDEX"],
    ["a name's index past the tables, not inserted", `0f2f${plain("x")}`, "BAD_HPACK_INDEX"],
    ["an index of 2^31-1", "ff80ffffff07", "BAD_HPACK_INDEX"],
    ["a huge integer", "ffffffffffff7f", "BAD_HPACK_INTEGER"],
    ["a block cut off in an integer", "ff", "BAD_HPACK_INTEGER"],
    ["a name cut off", "0005616263", "BAD_HPACK_STRING"],
    ["a value cut off", "000161056162", "BAD_HPACK_STRING"],
    ["no value", "000161", "BAD_HPACK_STRING"],
    ["EOS in Huffman text", "00016184ffffffff", "BAD_HUFFMAN"],
    ["a size above the limit", "3fe21f", "BAD_TABLE_SIZE_UPDATE"],
    ["a size behind a field", "8220", "BAD_TABLE_SIZE_UPDATE"],
  ])("%s", (_, block, code) => {
    expect(decoded(block)).toBe(code);
  });

  test("carry the code of HTTP/2 and where their block began, and are final: the table is out of step", () => {
    const decoder = new HpackDecoder();
    decoder.decode(hex("828684"));
    const [error, again] = ["80", "82"].map((block) => {
      try {
        return decoder.decode(hex(block));
      } catch (thrown) {
        return thrown;
      }
    });
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(error).toMatchObject({ code: "BAD_HPACK_INDEX", offset: 3, statusHint: 400 });
    expect(again).toBe(error);
  });

  test("a block whose fields are too large counts: the offset of later faults lies behind it", () => {
    const decoder = new HpackDecoder({ maxFields: 1 });
    const offsets = ["82", "8286", "84", "828684", "80"].map((block) => {
      try {
        return decoder.decode(hex(block)).length;
      } catch (error) {
        return `${(error as RemoteProtocolError).code} ${(error as RemoteProtocolError).offset}`;
      }
    });
    expect(offsets).toEqual([1, "FIELDS_TOO_LARGE 1", 1, "FIELDS_TOO_LARGE 4", "BAD_HPACK_INDEX 7"]);
  });

  test("a block above what is read at once", () => {
    expect(decoded(new Uint8Array(BLOCK_SIZE + 1))).toBe("HEADER_BLOCK_TOO_LARGE");
    expect(decoded(new Uint8Array(BLOCK_SIZE).fill(0x82))).toBe("FIELDS_TOO_LARGE");
  });

  test.each([[undefined], [null], ["82"], [[0x82]], [new Uint16Array(1)]])("%j is no block", (given) => {
    expect(() => new HpackDecoder().decode(given as unknown as Uint8Array)).toThrow(TypeError);
  });

  test.each([
    [{ maxTableSize: -1 }],
    [{ maxTableSize: 1.5 }],
    [{ maxHeaderBytes: Number.NaN }],
    [{ maxFields: 2 ** 32 }],
  ])("%j is no choice of options", (options) => {
    expect(() => new HpackDecoder(options as object)).toThrow(RangeError);
  });

  test.each([[{ maxFields: "1" }], [{ maxFeilds: 1 }], [null]])("%j is no options", (options) => {
    expect(() => new HpackDecoder(options as never)).toThrow(TypeError);
  });

  test("a size that is none", () => {
    const decoder = new HpackDecoder();
    expect(() => {
      decoder.maxTableSize = -1;
    }).toThrow(RangeError);
    expect(decoder.maxTableSize).toBe(4096);
  });
});

describe("the dynamic table", () => {
  test("the newest entry is the first", () => {
    const decoder = new HpackDecoder();
    decoder.decode(hex(inserted("a", "1") + inserted("b", "2")));
    expect(decoded("bebf", decoder)).toEqual([
      ["b", "2"],
      ["a", "1"],
    ]);
    expect(decoder.tableSize).toBe(68);
  });

  test("an entry is there for the next field of its block", () => {
    expect(decoded(`${inserted("a", "1")}be7e${plain("2")}bebf`)).toEqual([
      ["a", "1"],
      ["a", "1"],
      ["a", "2"],
      ["a", "2"],
      ["a", "1"],
    ]);
  });

  test("entries leave in the order in which they came", () => {
    const decoder = new HpackDecoder({ maxTableSize: 100 });
    const names = "abcdefgh".split("");
    decoder.decode(hex(size(100)));
    names.forEach((name, i) => {
      decoder.decode(hex(inserted(name, "1")));
      const left = Math.min(i + 1, 2);
      expect([decoded("be", decoder), decoder.tableSize]).toEqual([[[name, "1"]], left * 34]);
      if (i > 0) expect(decoded("bf", decoder)).toEqual([[names[i - 1], "1"]]);
    });
    expect(decoded("c0", decoder)).toBe("BAD_HPACK_INDEX");
  });

  test("an entry with the name of one that leaves for it", () => {
    const decoder = new HpackDecoder({ maxTableSize: 40 });
    expect(decoded(size(40) + inserted("aaaa", "1111"), decoder)).toEqual([["aaaa", "1111"]]);
    expect(decoded(`7e${plain("2222")}be`, decoder)).toEqual([
      ["aaaa", "2222"],
      ["aaaa", "2222"],
    ]);
  });

  test("an entry larger than the table empties it", () => {
    const decoder = new HpackDecoder({ maxTableSize: 64 });
    const large = "x".repeat(40);
    expect(decoded(size(64) + inserted("a", "1") + inserted("b", large), decoder)).toEqual([
      ["a", "1"],
      ["b", large],
    ]);
    expect(decoder.tableSize).toBe(0);
    expect(decoded("be", decoder)).toBe("BAD_HPACK_INDEX");
  });

  test("fields that are not to be inserted are not", () => {
    const decoder = new HpackDecoder();
    expect(decoded(`${literal("a", "1")}10${plain("b")}${plain("2")}`, decoder)).toEqual([
      ["a", "1"],
      ["b", "2", true],
    ]);
    expect(decoder.tableSize).toBe(0);
  });

  test("thousands of entries come and go", () => {
    const decoder = new HpackDecoder();
    const encoder = new HpackEncoder({ indexing: "all" });
    for (let i = 0; i < 5000; i++) {
      const fields: FieldPair[] = [
        [`x-${i % 7}`, `value ${i}`],
        ["x-same", "same"],
      ];
      expect(decoder.decode(encoder.encode(fields))).toEqual(fields);
    }
    expect(decoder.tableSize).toBe(encoder.tableSize);
  });

  test("an entry keeps nothing alive but itself: it comes out of a long block the same", () => {
    const decoder = new HpackDecoder();
    const block = literal("x", "y".repeat(120)).repeat(12) + inserted("x-kept-for-long", "value-kept-for-long");
    decoder.decode(hex(block + inserted("\x41", "\xe9")));
    expect(decoded("bfbe", decoder)).toEqual([
      ["x-kept-for-long", "value-kept-for-long"],
      ["A", "\xe9"],
    ]);
  });
});

describe("table size updates", () => {
  test("may be anything up to the limit, several in a block", () => {
    expect(decoded("203fe11f82")).toEqual([[":method", "GET"]]);
    expect(decoded("3fe11f")).toEqual([]);
  });

  test("empty the table", () => {
    const decoder = new HpackDecoder();
    decoder.decode(hex(inserted("a", "1")));
    decoder.decode(hex("20"));
    expect(decoder.tableSize).toBe(0);
    expect(decoded(`${inserted("a", "1")}be`, decoder)).toBe("BAD_HPACK_INDEX");
  });

  test("are due when the limit was lowered below the table's size, in the very next block", () => {
    const lowered = () => {
      const decoder = new HpackDecoder();
      decoder.decode(hex(inserted("a", "1")));
      decoder.maxTableSize = 30;
      return decoder;
    };
    expect(decoded("82", lowered())).toBe("MISSING_TABLE_SIZE_UPDATE");
    expect(decoded(`${size(30)}82`, lowered())).toEqual([[":method", "GET"]]);
    expect(decoded(`${size(0)}${size(30)}82`, lowered())).toEqual([[":method", "GET"]]);
    expect(decoded(size(31), lowered())).toBe("BAD_TABLE_SIZE_UPDATE");
    const decoder = lowered();
    decoder.decode(hex(size(20)));
    expect(decoded("82", decoder)).toEqual([[":method", "GET"]]);
  });

  test("must tell of the smallest of several limits", () => {
    const lowered = () => {
      const decoder = new HpackDecoder();
      decoder.maxTableSize = 10;
      decoder.maxTableSize = 200;
      return decoder;
    };
    expect(decoded("82", lowered())).toBe("MISSING_TABLE_SIZE_UPDATE");
    expect(decoded(size(200), lowered())).toBe("BAD_TABLE_SIZE_UPDATE");
    expect(decoded(`${size(10)}${size(200)}82`, lowered())).toEqual([[":method", "GET"]]);
  });

  test("are not due when the peer uses less already, or the limit is raised", () => {
    const decoder = new HpackDecoder();
    decoder.decode(hex(size(20)));
    decoder.maxTableSize = 50;
    expect(decoded("82", decoder)).toEqual([[":method", "GET"]]);
    decoder.maxTableSize = 100000;
    expect(decoded("82", decoder)).toEqual([[":method", "GET"]]);
    expect(decoder.maxTableSize).toBe(100000);
  });
});

describe("limits", () => {
  test("octets count with 32 for each field", () => {
    const decode = (maxHeaderBytes: number) => decoded(literal("a", "1"), new HpackDecoder({ maxHeaderBytes }));
    expect(decode(34)).toEqual([["a", "1"]]);
    expect(decode(33)).toBe("FIELDS_TOO_LARGE");
  });

  test("fields count", () => {
    const decode = (maxFields: number) => decoded("828684", new HpackDecoder({ maxFields }));
    expect(decode(3)).toHaveLength(3);
    expect(decode(2)).toBe("FIELDS_TOO_LARGE");
  });

  test("a field that is small enough does not come in behind one that was too large", () => {
    const decoder = new HpackDecoder({ maxHeaderBytes: 100 });
    expect(decoded(`${literal("a", "x".repeat(90))}82`, decoder)).toBe("FIELDS_TOO_LARGE");
  });

  test("a bomb: one entry, named thousands of times", () => {
    const decoder = new HpackDecoder();
    const entry = new HpackEncoder({ indexing: "all" }).encode([["a", "x".repeat(4000)]]);
    expect(decoder.decode(entry)).toHaveLength(1);
    expect(decoded(new Uint8Array(10000).fill(0xbe), decoder)).toBe("FIELDS_TOO_LARGE");
    expect(decoded("be", decoder)).toEqual([["a", "x".repeat(4000)]]);
  });

  test("empty fields cost 32 octets each", () => {
    expect(decoded("000000".repeat(2048))).toHaveLength(2048);
    expect(decoded("000000".repeat(2049))).toBe("FIELDS_TOO_LARGE");
  });

  test("the table is in step behind a block that was too large", () => {
    const decoder = new HpackDecoder({ maxFields: 1 });
    expect(decoded(`82${inserted("a", "1")}${inserted("b", "2")}`, decoder)).toBe("FIELDS_TOO_LARGE");
    expect(decoded("be", decoder)).toEqual([["b", "2"]]);
    expect(decoded("bf", decoder)).toEqual([["a", "1"]]);
  });
});

test("Uint8Arrays of other memory, views and Buffers alike", () => {
  const wire = hex("40 0a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572");
  for (const before of [0, 1, 7, 100]) {
    const view = new Uint8Array(before + wire.length + 9).subarray(before, before + wire.length);
    view.set(wire);
    expect(decoded(view)).toEqual([["custom-key", "custom-header"]]);
    expect(decoded(Buffer.from(view))).toEqual([["custom-key", "custom-header"]]);
  }
  const long = new HpackEncoder().encode([["x", "y".repeat(500)]]);
  expect(decoded(long)).toEqual([["x", "y".repeat(500)]]);
});
