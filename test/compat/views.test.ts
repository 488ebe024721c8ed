// Parts of chunks: the same as subarray() gives, in runtimes with and without Node's Buffer.
import { describe, expect, test } from "vitest";
import { speciesOf, viewOf } from "../../src/compat/views.ts";

class Own extends Uint8Array {}
class OwnBuffer extends Own {}

describe("viewOf", () => {
  test.each([
    ["Buffer of the pool", Buffer.from("0123456789")],
    ["Buffer of its own memory", Buffer.alloc(10, "0123456789")],
    ["Buffer over other memory", Buffer.from(new TextEncoder().encode("..0123456789..").buffer, 2, 10)],
    ["Uint8Array", new TextEncoder().encode("0123456789")],
    ["a class of the caller's", Own.from(Buffer.from("0123456789"))],
  ])("of a %s is what subarray() is", (_, chunk) => {
    for (let start = 0; start <= 10; start++) {
      for (let end = start; end <= 10; end++) {
        const [view, wanted] = [viewOf(chunk, start, end), chunk.subarray(start, end)];
        expect(Object.getPrototypeOf(view)).toBe(Object.getPrototypeOf(wanted));
        expect([view.buffer, view.byteOffset, view.length]).toEqual([chunk.buffer, wanted.byteOffset, end - start]);
      }
    }
  });
});

test("the species is used where it is a class of its own that makes the same kind", () => {
  expect(speciesOf(undefined)).toBe(undefined);
  expect(speciesOf({ prototype: new Own() })).toBe(undefined);
  // As every typed array has it: the class itself.
  expect(speciesOf(Own as never)).toBe(undefined);
  expect(speciesOf({ prototype: Own.prototype, [Symbol.species]: OwnBuffer } as never)).toBe(undefined);
  expect(speciesOf({ prototype: Own.prototype, [Symbol.species]: Own } as never)).toBe(Own);
  expect(speciesOf(Buffer as never)?.prototype).toBe(Buffer.prototype);
});
