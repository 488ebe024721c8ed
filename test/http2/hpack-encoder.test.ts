// How fields are represented, what the table keeps, sizes told, and that a refused call leaves nothing behind.
import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder, LocalProtocolError } from "../../src/http2/hpack.ts";
import type { FieldPair } from "../../src/shared/field-pairs.ts";
import { encoded, toHex } from "./hpack-helpers.ts";

const PLAIN = { huffman: false };

/** The code of what a call throws, and the field. */
function refusal(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    if (error instanceof LocalProtocolError)
      return error.header === undefined ? error.code : [error.code, error.header];
    throw error;
  }
  return "nothing";
}

describe("representations", () => {
  const REPRESENTATIONS: [what: string, fields: FieldPair[], block: string][] = [
    ["a pair of the static table", [[":method", "GET"]], "82"],
    ["a static name with its empty value", [["accept-charset", ""]], "8f"],
    ["a static name", [["accept-charset", "x"]], "4f0178"],
    ["an unknown name", [["x", "y"]], "4001780179"],
    [
      "an unknown pair again",
      [
        ["x", "y"],
        ["x", "y"],
      ],
      "4001780179be",
    ],
    [
      "an unknown name again",
      [
        ["x", "y"],
        ["x", "z"],
      ],
      "40017801797e017a",
    ],
    [
      "the newest entry of a name",
      [
        ["x", "y"],
        ["x", "z"],
        ["x", "w"],
      ],
      "40017801797e017a7e0177",
    ],
    ["a path", [[":path", "/a"]], "04022f61"],
    ["an empty name and value", [["", ""]], "400000"],
    ["a sensitive pair of the static table", [[":method", "GET", true]], "1203474554"],
    ["a sensitive field", [["x", "y", true]], "1001780179"],
    [
      "a sensitive field whose name is in the table",
      [
        ["x", "y"],
        ["x", "y", true],
      ],
      "40017801791f2f0179",
    ],
    ["a large field", [["x", "y".repeat(126)]], `000178${(126).toString(16)}${"79".repeat(126)}`],
  ];

  test.each(REPRESENTATIONS)("%s", (what, fields, block) => {
    const encoder = new HpackEncoder(PLAIN);
    if (what === "a large field") encoder.setMaxTableSize(200);
    if (what === "a large field") encoder.encode([]);
    expect(encoded(fields, encoder)).toBe(block);
  });

  test("a value that changes is inserted when it came twice running, and only then", () => {
    const encoder = new HpackEncoder(PLAIN);
    const kinds = ["/a", "/b", "/b", "/b", "/a", "/a"].map((path) => encoded([[":path", path]], encoder).slice(0, 2));
    expect(kinds).toEqual(["04", "04", "44", "be", "04", "44"]);
  });

  test("Fetch Headers, Maps, records and lists alike", () => {
    const pairs: [string, string][] = [
      ["accept", "a"],
      ["x", "y"],
    ];
    const blocks = [pairs, new Map(pairs), new Headers(pairs), Object.fromEntries(pairs)].map((fields) =>
      toHex(new HpackEncoder().encode(fields)),
    );
    expect(new Set(blocks).size).toBe(1);
  });

  test("names are sent as given, whatever they are", () => {
    const fields: FieldPair[] = [
      ["X-Upper", " spaces "],
      ["with space", "\x00\r\n"],
      ["\xe9", "\xff"],
    ];
    expect(new HpackDecoder().decode(new HpackEncoder().encode(fields))).toEqual(fields);
  });

  test("the block is the caller's own", () => {
    const encoder = new HpackEncoder();
    const first = encoder.encode([["x", "y"]]);
    const copy = first.slice();
    encoder.encode([["a", "b".repeat(100)]]);
    expect(first).toEqual(copy);
    expect(first.byteOffset).toBe(0);
  });

  test("all that is not sensitive is inserted when that is asked for", () => {
    const encoder = new HpackEncoder({ ...PLAIN, indexing: "all" });
    expect(encoded([[":path", "/a"]], encoder)).toBe("44022f61");
    expect(encoded([["x", "y", true]], encoder)).toBe("1001780179");
    expect(encoded([["x", "y".repeat(5000)]], encoder).slice(0, 2)).toBe("00");
    expect(encoder.tableSize).toBe(39);
  });
});

describe("the table", () => {
  test("entries leave when there is no room, and are found no more", () => {
    const encoder = new HpackEncoder({ ...PLAIN, maxTableSize: 80 });
    encoder.encode([
      ["aaa", "111"],
      ["bbb", "222"],
    ]);
    expect(encoded([["aaa", "111"]], encoder)).toBe("bf");
    encoder.encode([["ccc", "333"]]);
    expect(encoded([["bbb", "222"]], encoder)).toBe("bf");
    expect(encoded([["aaa", "111"]], encoder)).toBe("400361616103313131");
    expect(encoder.tableSize).toBe(76);
  });

  test("a name whose last entry left is new again; one of which an entry is left is not", () => {
    const encoder = new HpackEncoder({ ...PLAIN, maxTableSize: 70 });
    encoder.encode([["x", "1"]]);
    encoder.encode([["x", "2"]]);
    expect(encoded([["x", "1"]], encoder)).toBe("bf");
    encoder.encode([["y", "3"]]);
    expect(encoded([["x", "1"]], encoder)).toBe("7f000131");
    encoder.encode([
      ["y", "4"],
      ["y", "5"],
    ]);
    expect(encoded([["x", "9"]], encoder)).toBe("4001780139");
  });

  test("a value whose old entry leaves is found in its new one", () => {
    const encoder = new HpackEncoder({ ...PLAIN, maxTableSize: 70 });
    const decoder = new HpackDecoder();
    for (let i = 0; i < 40; i++) {
      const fields: FieldPair[] = [
        ["x", String(i % 3)],
        [i % 2 ? "y" : "x", String(i % 5)],
      ];
      expect(decoder.decode(encoder.encode(fields))).toEqual(fields);
      expect(decoder.tableSize).toBe(encoder.tableSize);
    }
  });
});

describe("table sizes", () => {
  const told = (sizes: number[], options = {}) => {
    const encoder = new HpackEncoder(options);
    for (const size of sizes) encoder.setMaxTableSize(size);
    return encoded([[":method", "GET"]], encoder);
  };

  test.each<[what: string, sizes: number[], options: object, block: string]>([
    ["nothing said", [], {}, "82"],
    ["the same again", [4096], {}, "82"],
    ["more than is wanted", [65536], {}, "82"],
    ["more, and it is wanted", [8192], { maxTableSize: 65536 }, "3fe13f82"],
    ["less", [10], {}, "2a82"],
    ["less, then as much as before", [10, 4096], {}, "2a3fe11f82"],
    ["less, then more, then less", [10, 4096, 20], {}, "2a3482"],
    ["less and less", [20, 10], {}, "2a82"],
    ["the same smaller size twice", [10, 10], {}, "2a82"],
    ["none", [0], {}, "2082"],
    ["none by itself", [], { maxTableSize: 0 }, "2082"],
  ])("%s", (_, sizes, options, block) => {
    expect(told(sizes, options)).toBe(block);
  });

  test("are told once", () => {
    const encoder = new HpackEncoder();
    encoder.setMaxTableSize(10);
    expect(encoded([[":method", "GET"]], encoder)).toBe("2a82");
    expect(encoded([[":method", "GET"]], encoder)).toBe("82");
    encoder.setMaxTableSize(10);
    expect(encoded([[":method", "GET"]], encoder)).toBe("82");
  });

  test("a smaller table forgets what has no room, a table of none keeps nothing", () => {
    const encoder = new HpackEncoder(PLAIN);
    encoder.encode([
      ["x", "1"],
      ["y", "2"],
    ]);
    encoder.setMaxTableSize(40);
    expect(encoded([["y", "2"]], encoder)).toBe("3f09be");
    expect(encoded([["x", "1"]], encoder)).toBe("0001780131");
    encoder.setMaxTableSize(0);
    expect(encoded([["y", "2"]], encoder)).toBe("200001790132");
    expect(encoder.tableSize).toBe(0);
  });

  test("both ends agree after any changes", () => {
    const encoder = new HpackEncoder({ maxTableSize: 10000 });
    const decoder = new HpackDecoder();
    for (const [i, size] of [4096, 100, 5000, 0, 0, 9000, 77, 76, 20000].entries()) {
      encoder.setMaxTableSize(size);
      decoder.maxTableSize = size;
      for (let k = 0; k < 20; k++) {
        const fields: FieldPair[] = [
          [`x-${k % 4}`, `v${i}`],
          ["y", "z".repeat(k)],
        ];
        expect(decoder.decode(encoder.encode(fields))).toEqual(fields);
        expect(decoder.tableSize).toBe(encoder.tableSize);
      }
    }
  });
});

describe("what is refused", () => {
  test.each<[fields: unknown, error: unknown]>([
    [[["x", "\u0100"]], ["BAD_FIELD_VALUE", "x"]],
    [
      [
        ["a", "b"],
        ["\u0100", "y"],
      ],
      ["BAD_FIELD_NAME", "\u0100"],
    ],
    [Array(4097).fill([":method", "GET"]), "FIELDS_TOO_LARGE"],
    [[["x", "y".repeat(262144)]], "FIELDS_TOO_LARGE"],
  ])("%#", (fields, error) => {
    expect(refusal(() => new HpackEncoder().encode(fields as FieldPair[]))).toEqual(error);
  });

  test.each([[[["x"]]], [[["x", 1]]], [[1]], [1], ["text"], [null]])("%j are no fields", (fields) => {
    expect(() => new HpackEncoder().encode(fields as unknown as FieldPair[])).toThrow(TypeError);
  });

  test.each([[{ maxTableSize: "1" }], [{ huffman: 1 }], [{ maxTabelSize: 1 }], [null]])(
    "%j is no options",
    (options) => {
      expect(() => new HpackEncoder(options as never)).toThrow(TypeError);
    },
  );

  test("fields may come from where other blocks are made", () => {
    const encoder = new HpackEncoder();
    encoder.setMaxTableSize(100);
    const fields = function* (): Generator<FieldPair> {
      yield ["a", "1"];
      new HpackEncoder().encode([["other", "block"]]);
      yield ["b", "2"];
    };
    expect(new HpackDecoder().decode(encoder.encode(fields()))).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  test.each([[{ maxTableSize: -1 }], [{ maxTableSize: 0.5 }], [{ indexing: "some" }]])("options %j", (options) => {
    expect(() => new HpackEncoder(options as object)).toThrow(RangeError);
    expect(() => new HpackEncoder().setMaxTableSize(-1)).toThrow(RangeError);
  });

  test("leaves nothing behind: the next block is as if it had never been tried", () => {
    const bad: FieldPair[][] = [
      [
        ["x-new", "1"],
        ["x-old", "new value"],
        ["x-old", "value"],
        [":path", "/again"],
        ["x", "\u0100"],
      ],
      [...Array.from({ length: 200 }, (_, i): FieldPair => [`x-${i}`, "drives all others out"]), ["x", "\u0100"]],
      [["x-old", "another"], ["y", 5] as unknown as FieldPair],
    ];
    const good: FieldPair[] = [
      ["x-old", "value"],
      ["x-new", "1"],
      ["x-old", "new value"],
      [":path", "/again"],
    ];
    const run = (attempts: FieldPair[][], size?: number) => {
      const encoder = new HpackEncoder();
      const blocks = [
        encoded(
          [
            ["x-old", "value"],
            ["x-old", "second"],
          ],
          encoder,
        ),
      ];
      if (size !== undefined) encoder.setMaxTableSize(size);
      for (const fields of attempts) expect(() => encoder.encode(fields)).toThrow();
      for (let i = 0; i < 3; i++) blocks.push(encoded(good, encoder));
      return blocks;
    };
    for (const size of [undefined, 50, 200]) {
      expect(run(bad, size)).toEqual(run([], size));
      expect(run([...bad, ...bad], size)).toEqual(run([], size));
    }
  });

  test("what was driven out and came in again, in a block that is refused, is where it was", () => {
    const run = (attempt: boolean) => {
      const encoder = new HpackEncoder({ ...PLAIN, maxTableSize: 80 });
      encoder.encode([
        ["x", "1"],
        ["y", "2"],
      ]);
      const bad: FieldPair[] = [
        ["z", "3"],
        ["x", "1"],
        ["x", "\u0100"],
      ];
      if (attempt) expect(refusal(() => encoder.encode(bad))).toEqual(["BAD_FIELD_VALUE", "x"]);
      return [encoder.tableSize, encoded([["x", "1"]], encoder), encoded([["y", "2"]], encoder)];
    };
    expect(run(true)).toEqual(run(false));
    expect(run(true)).toEqual([68, "bf", "be"]);
  });
});
