// What other encoders made of browsers' and servers' fields (hpack-test-case, in the shared folder): all of it is decoded,
// and none of it is encoded in more octets than nghttp2 takes.
import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder } from "../../src/http2/hpack.ts";
import { readStories } from "./hpack-helpers.ts";

const stories = readStories();
if (stories === undefined) console.log("SKIPPED: no vectors/hpack.json in SANSIO_SHARED (default ../shared)");
const encoders = [...new Set(stories?.map(({ encoder }) => encoder))];

describe.skipIf(stories === undefined)("stories", () => {
  test("of twelve encoders, 3,655 blocks", () => {
    expect(encoders).toHaveLength(12);
    expect(stories?.reduce((sum, { cases }) => sum + cases.length, 0)).toBe(3655);
  });

  test.each(encoders)("of %s are decoded", (encoder) => {
    for (const { id, cases } of stories?.filter((story) => story.encoder === encoder) ?? []) {
      const decoder = new HpackDecoder();
      cases.forEach(({ wire, fields, tableSize }, i) => {
        if (tableSize !== undefined) decoder.maxTableSize = tableSize;
        expect([encoder, id, i, decoder.decode(wire)]).toEqual([encoder, id, i, fields]);
      });
    }
  });

  test("of nghttp2 take no more octets when we encode them, and are decoded again", () => {
    let ours = 0;
    let text = 0;
    for (const { id, cases } of stories?.filter((story) => story.encoder === "nghttp2") ?? []) {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder();
      let own = 0;
      for (const { fields } of cases) {
        const block = encoder.encode(fields);
        own += block.length;
        for (const [name, value] of fields) text += name.length + value.length;
        expect(decoder.decode(block)).toEqual(fields);
        expect(decoder.tableSize).toBe(encoder.tableSize);
      }
      const theirs = cases.reduce((sum, { wire }) => sum + wire.length, 0);
      expect([id, own <= theirs, own, theirs]).toEqual([id, true, own, theirs]);
      ours += own;
    }
    expect(ours / text).toBeLessThan(0.31);
    expect(ours / text).toBeCloseTo(0.2841, 3);
  });
});
