// The kernel says what a second, slow reader says: of seeded heads and chunk-size lines, whole, mutated and cut.
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { BUILDS, newKernel, pick, random } from "../helpers.ts";
import { type LineScan, type Scan, scanChunkLine, scanHead } from "./answer.ts";
import { GOVERNING, head, mutated, VALUES } from "./generate.ts";
import { readChunkLine, readHead } from "./reference.ts";

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);

  test("heads", () => {
    const next = random(1);
    const seen: Record<string, number> = {};
    for (let i = 0; i < 20_000; i++) {
      const what = next(4);
      const text = mutated(head(next, what), next);
      const scan: Scan = {
        what,
        allow: next(3) === 0 ? next(64) : layout.ALLOW_OBS_FOLD,
        maxFields: pick([0, 2, 5, 4096], next),
        maxTarget: pick([4, 30, 65536], next),
      };
      const [got, wanted] = [scanHead(kernel, text, scan), readHead(text, scan)];
      if (!isDeepStrictEqual(got, wanted)) expect({ text, scan, ...got }).toEqual({ text, scan, ...wanted });
      const kind = wanted.outcome === "fault" ? wanted.code : wanted.outcome;
      seen[kind] = (seen[kind] ?? 0) + 1;
    }
    // The generator reaches every answer that a head can get.
    expect(Object.keys(seen).sort()).toEqual([
      "BAD_FIELD_NAME",
      "BAD_FIELD_VALUE",
      "BAD_METHOD",
      "BAD_REASON",
      "BAD_STATUS",
      "BAD_TARGET",
      "BAD_VERSION",
      "BARE_CR",
      "BARE_LF",
      "OBS_FOLD",
      "TARGET_TOO_LONG",
      "TOO_MANY_FIELDS",
      "done",
      "more",
    ]);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  test("fields that govern a message", () => {
    const next = random(3);
    for (let i = 0; i < 15_000; i++) {
      let text = "";

      for (let count = 1 + next(4); count > 0; count--) {
        text += `${pick(GOVERNING, next)}: ${pick(VALUES, next)}${next(3) > 0 ? "" : pick([",", ", ", " ,"], next) + pick(VALUES, next)}\r\n`;
      }
      const scan: Scan = { what: layout.TRAILERS, allow: next(2) === 0 ? 0 : layout.ALLOW_CONTROL_OCTETS };
      text = `${mutated(text, next)}\r\n`;
      const [got, wanted] = [scanHead(kernel, text, scan), readHead(text, scan)];
      if (!isDeepStrictEqual(got, wanted)) expect({ text, scan, ...got }).toEqual({ text, scan, ...wanted });
    }
  });

  test("chunk-size lines", () => {
    const next = random(2);
    const seen: Record<string, number> = {};
    const parts = [
      "5",
      "0",
      "ff",
      "A",
      "1fffffffffffff",
      "20000000000000",
      "000",
      ";",
      ";a",
      ";a=b",
      ' ; a = "b"',
      ';a="\\"c"',
      '"',
      "=",
      " ",
      "\t",
      "x".repeat(20),
      "\r\n",
    ];
    for (let i = 0; i < 20_000; i++) {
      let text = pick(["5", "0", "FF", "1fffffffffffff", "20000000000000", ""], next);
      for (let count = next(5); count > 0; count--) text += pick(parts, next);
      text = mutated(`${text}\r\n`, next);
      const scan: LineScan = {
        allow: next(64),
        maxDigits: pick([2, 16], next),
        maxExtensions: pick([0, 7, 30, 4096], next),
      };
      const [got, wanted] = [scanChunkLine(kernel, text, scan), readChunkLine(text, scan)];
      if (!isDeepStrictEqual(got, wanted)) expect({ text, scan, ...got }).toEqual({ text, scan, ...wanted });
      const kind = wanted.outcome === "fault" ? wanted.code : wanted.outcome;
      seen[kind] = (seen[kind] ?? 0) + 1;
    }
    expect(Object.keys(seen).sort()).toEqual([
      "BAD_CHUNK_EXTENSION",
      "BAD_CHUNK_SIZE",
      "BARE_CR",
      "BARE_LF",
      "CHUNK_EXTENSIONS_TOO_LARGE",
      "CHUNK_SIZE_TOO_LARGE",
      "CHUNK_SIZE_TOO_LONG",
      "done",
      "more",
    ]);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });
});
