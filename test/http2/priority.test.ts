// The field `priority` and PRIORITY_UPDATE (RFC 9218 4): two members count, what is malformed says nothing.
import { describe, expect, test } from "vitest";
import { parsePriority, writePriority } from "../../src/http2/priority.ts";
import { leastExponent } from "../growth.ts";

describe("read", () => {
  test.each([
    ["", 3, false],
    ["u=0", 0, false],
    ["u=7, i", 7, true],
    ["i,u=2", 2, true],
    [" u=1 ", 1, false],
    ["u=1 ,\ti=?1", 1, true],
    ["u=2\t , \ti ", 2, true],
    ["i=?0", 3, false],
    ["i;q=1", 3, true],
    ["u=5;x=y, a=b, c", 5, false],
    ["u=1, u=4", 4, false],
    ['a="text", u=4', 4, false],
    // out of range, or of another type: ignored (RFC 9218 4)
    ["u=8", 3, false],
    ["u=-1", 3, false],
    ["u=?1", 3, false],
    ["u", 3, false],
    ["i=1", 3, false],
    ["i=a, u=1", 1, false],
    // no dictionary at all
    ["u=1,", 3, false],
    ["U=1", 3, false],
    ["u=1 i", 3, false],
    [", u=1", 3, false],
  ])("%j", (field, urgency, incremental) => {
    expect(parsePriority(field)).toEqual({ urgency, incremental });
  });
});

test("takes time in proportion to its length, however long its blanks are", () => {
  const work = (size: number) => () => {
    for (let i = 0; i < 20; i++) parsePriority(`u=1${" ".repeat(size)}x,${" ".repeat(size)},i${" ".repeat(size)}=`);
  };
  expect(leastExponent(4096, work)).toBeLessThan(1.6);
});

test("written as short as can be, and read again", () => {
  for (let urgency = 0; urgency < 8; urgency++) {
    for (const incremental of [false, true]) {
      const text = writePriority({ urgency, incremental });
      expect(parsePriority(text)).toEqual({ urgency, incremental });
      expect(text.length).toBeLessThanOrEqual(6);
    }
  }
  expect(writePriority({ urgency: 3, incremental: false })).toBe("");
});
