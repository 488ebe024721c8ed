import { describe, expect, test } from "vitest";
import { LARGEST_EXPONENT, leastExponent, type Work } from "./growth.ts";
import { latin1 } from "./helpers.ts";

describe("the fit", () => {
  /** Looks for the end of a head from its beginning, each time an octet has come: with a builtin of V8, whose speed does not
   * depend on when the compiler has found the loop. */
  const quadratic = (size: number): Work => {
    return () => {
      const head: number[] = [];
      for (let i = 0; i < size; i++) {
        head.push(120);
        if (head.includes(10)) throw new Error("there is no line end");
      }
    };
  };
  test("rejects a quadratic", () => {
    expect(leastExponent(2500, quadratic)).toBeGreaterThan(LARGEST_EXPONENT);
  });
  test("accepts what is linear", () => {
    expect(leastExponent(200_000, (size) => () => expect(latin1(new Uint8Array(size)).length).toBe(size))).toBeLessThan(
      LARGEST_EXPONENT,
    );
  });
});
