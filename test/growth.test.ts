import { describe, expect, test } from "vitest";
import { LARGEST_EXPONENT, leastExponent, type Work } from "./growth.ts";
import { latin1 } from "./helpers.ts";

describe("the fit", () => {
  /** Looks for the end of a head from its beginning, each time an octet has come. */
  const quadratic = (size: number): Work => {
    const input = "x".repeat(size);
    return () => {
      let found = 0;
      for (let end = 1; end <= size; end++) for (let i = 0; i < end; i++) if (input.charCodeAt(i) === 10) found++;
      expect(found).toBe(0);
    };
  };
  test("rejects a quadratic", () => {
    expect(leastExponent(1500, quadratic)).toBeGreaterThan(LARGEST_EXPONENT);
  });
  test("accepts what is linear", () => {
    expect(leastExponent(200_000, (size) => () => expect(latin1(new Uint8Array(size)).length).toBe(size))).toBeLessThan(
      LARGEST_EXPONENT,
    );
  });
});
