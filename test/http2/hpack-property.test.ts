// Any fields come back as they were; any octets give fields or a RemoteProtocolError; both ends' tables stay alike.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder, RemoteProtocolError } from "../../src/http2/hpack.ts";
import type { FieldPair } from "../../src/shared/field-pairs.ts";
import { NO_PSEUDO } from "./hpack-helpers.ts";

const octet = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const text = fc.oneof(
  fc.string({ unit: octet, maxLength: 60 }),
  fc.constantFrom("", "gzip, deflate", "GET", "text/html", "x".repeat(200)),
);
const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...NO_PSEUDO) }, { weight: 1, arbitrary: text });
const field: fc.Arbitrary<FieldPair> = fc.oneof(
  fc.tuple(name, text),
  fc.tuple(name, fc.constantFrom("a", "b", "c")),
  fc.tuple(name, text, fc.constant<true>(true)),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ fields: fc.array(field, { maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ size: fc.integer({ min: 0, max: 600 }) }) },
  { weight: 1, arbitrary: fc.record({ refused: fc.array(field, { maxLength: 12 }) }) },
);

describe("fields", () => {
  test("come back as they were, block after block, sizes changing and refused blocks between", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.record({ huffman: fc.boolean(), indexing: fc.constantFrom("selective" as const, "all" as const) }),
        (steps, options) => {
          const encoder = new HpackEncoder(options);
          const decoder = new HpackDecoder({ maxHeaderBytes: 1e6 });
          for (const one of steps) {
            if ("size" in one) {
              encoder.setMaxTableSize(one.size);
              decoder.maxTableSize = one.size;
            } else if ("refused" in one) {
              expect(() => encoder.encode([...one.refused, ["x", "\u0100"]])).toThrow();
            } else {
              expect(decoder.decode(encoder.encode(one.fields))).toEqual(one.fields);
              expect(decoder.tableSize).toBe(encoder.tableSize);
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe("any octets", () => {
  const blocks = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(field, { maxLength: 8 }).map((fields) => new HpackEncoder().encode(fields)),
      fc.tuple(fc.array(field, { maxLength: 8 }), fc.nat(), fc.nat({ max: 255 })).map(([fields, place, value]) => {
        const block = new HpackEncoder().encode(fields);
        if (block.length > 0) block[place % block.length] = value;
        return block;
      }),
      fc.tuple(fc.array(field, { maxLength: 8 }), fc.nat()).map(([fields, end]) => {
        const block = new HpackEncoder().encode(fields);
        return block.subarray(0, end % (block.length + 1));
      }),
    ),
    { maxLength: 6 },
  );

  test("give fields or a RemoteProtocolError", () => {
    fc.assert(
      fc.property(blocks, (all) => {
        const decoder = new HpackDecoder();
        for (const block of all) {
          try {
            for (const [key, value, sensitive] of decoder.decode(block)) {
              expect([typeof key, typeof value, sensitive === undefined || sensitive]).toEqual([
                "string",
                "string",
                true,
              ]);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(RemoteProtocolError);
            return;
          }
          expect(decoder.tableSize).toBeLessThanOrEqual(4096);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test("never throw as a message", () => {
    const kinds = fc.constantFrom("request" as const, "response" as const, "trailers" as const);
    fc.assert(
      fc.property(blocks, kinds, (all, kind) => {
        const decoder = new HpackDecoder();
        const bare = new HpackDecoder({ maxHeaderBytes: 2000, maxFields: 20 });
        for (const block of all) {
          const message = decoder.decodeMessage(block, kind, { maxHeaderBytes: 2000, maxFields: 20 });
          let code: string | null = null;
          try {
            bare.decode(block);
          } catch (error) {
            code = (error as RemoteProtocolError).code;
          }
          expect(message.fault ?? (message.tooLarge ? "FIELDS_TOO_LARGE" : null)).toBe(code);
          expect(decoder.tableSize).toBe(bare.tableSize);
          if (message.fault !== null) return;
          expect((message.malformed === null) === (message.header === null)).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
