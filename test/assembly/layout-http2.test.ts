// The second map holds together, and with the first one.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as first from "../../assembly/layout.ts";
import * as layout from "../../assembly/layout-http2.ts";
import { STATIC_TABLE } from "../../assembly/static-table.ts";
import { ERRORS } from "../../src/index.ts";
import { HPACK_FAULTS } from "../../src/wasm/hpack.ts";
import { HPACK_BUILDS, hpackModule, newHpack } from "./hpack-kernel.ts";

const SOURCE = readFileSync(new URL("../../assembly/layout-http2.ts", import.meta.url), "utf8");
const LAYOUT = { ...layout } as unknown as Readonly<Record<string, number>>;
const valueOf = (name: string) => LAYOUT[name] as number;
const declared = (pattern: RegExp) => [...SOURCE.matchAll(pattern)].map(([, name]) => name as string);
const section = (title: string) =>
  [...(SOURCE.split("// --- ").find((text) => text.startsWith(title)) as string).matchAll(/^export const (\w+)/gm)].map(
    ([, name]) => name as string,
  );

const PAGE = 65536;
/** Windows of 16 octets are read and written beyond the end of a text. */
const SLACK = 16;

const SIZES: Record<string, number> = {
  WINDOWS: layout.WINDOWS_SIZE,
  CODES: layout.CODES_SIZE,
  LENGTHS: layout.LENGTHS_SIZE,
  SYMBOLS: layout.SYMBOLS_SIZE,
  STATIC_RULES: layout.STATIC_RULES_SIZE,
  FIELDS: layout.FIELD_SIZE * layout.MAX_FIELDS_AT_ONCE,
  BLOCK: layout.BLOCK_SIZE + SLACK,
  TEXT: layout.TEXT_SIZE + SLACK,
};

describe("regions", () => {
  test("are those that have a size here", () => {
    const addresses = declared(/^export const (\w+): usize/gm).filter((name) => name !== "HTTP2_END");
    expect(addresses.toSorted()).toEqual(Object.keys(SIZES).sort());
  });

  test("lie behind HEAD, do not overlap, are aligned and lie inside the memory", () => {
    let end = first.HEAD + first.HEAD_SIZE;
    for (const [name, size] of Object.entries(SIZES)) {
      expect([name, valueOf(name) >= end, valueOf(name) % 16, size > 0]).toEqual([name, true, 0, true]);
      end = valueOf(name) + size;
    }
    expect(end).toBeLessThanOrEqual(layout.HTTP2_END);
    expect(layout.HTTP2_END).toBe(13 * PAGE);
  });

  test("have room for what they hold", () => {
    // Five bits are the shortest code.
    expect(layout.TEXT_SIZE).toBeGreaterThanOrEqual((layout.BLOCK_SIZE * 8) / 5);
    expect(layout.STATIC_RULES_SIZE).toBeGreaterThan(layout.STATIC_COUNT);
    expect(layout.CODES_SIZE).toBe(256 * 8);
    expect(layout.LENGTHS_SIZE).toBeGreaterThanOrEqual(31 * 8);
  });

  test("the words of HEAD are none that the first map has", () => {
    const taken = Object.entries(first)
      .filter(([name]) => name.startsWith("HEAD_") && name !== "HEAD_SIZE")
      .map(([, offset]) => offset);
    const own = declared(/^export const (HEAD_\w+)/gm).map(valueOf);
    expect(own.every((offset) => offset % 4 === 0 && offset < first.HEAD_SIZE && !taken.includes(offset))).toBe(true);
    expect(Math.min(...own)).toBeGreaterThan(Math.max(...taken));
    expect(new Set(own).size).toBe(own.length);
  });
});

describe("numbers", () => {
  test("are constants only, so that asc and tsc read the same", () => {
    const lines = SOURCE.replace(/\/\*\*[\s\S]*?\*\//g, "")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("//"));
    for (const line of lines) expect(line).toMatch(/^export const [A-Z0-9_]+: (usize|u32|i32) = [A-Z0-9_ +\-*<]+;$/);
    for (const value of Object.values(LAYOUT)) expect(Number.isInteger(value) && value >= 0).toBe(true);
  });

  test("every fault has a code in the table of errors, and every code of the bridge a fault", () => {
    const faults = [...section("faults of the block"), ...section("faults of a field")].filter(
      (name) => name !== "NO_FAULT",
    );
    expect([...HPACK_FAULTS]).toEqual(faults.map((name) => [valueOf(name), name]));
    expect(ERRORS.map(({ code }) => code)).toEqual(expect.arrayContaining(faults));
    expect(new Set(faults.map(valueOf)).size).toBe(faults.length);
    expect(layout.NO_FAULT).toBe(0);
  });

  test("kinds and rules are told apart, pseudo-fields first", () => {
    expect(section("kinds of records").map(valueOf)).toEqual([0, 1, 2, 3, 4]);
    const rules = section("rules");
    expect(rules.map(valueOf)).toEqual(rules.map((_, i) => i));
    expect(rules.slice(1, layout.UNKNOWN_PSEUDO + 1)).toEqual([
      "METHOD",
      "SCHEME",
      "AUTHORITY_FIELD",
      "PATH",
      "PROTOCOL",
      "STATUS",
      "UNKNOWN_PSEUDO",
    ]);
  });

  test("the static table has 61 entries", () => {
    expect(STATIC_TABLE.trim().split("\n")).toHaveLength(layout.STATIC_COUNT);
    expect(STATIC_TABLE.endsWith("\n")).toBe(true);
  });
});

describe.each(HPACK_BUILDS)("%s", (build) => {
  test("needs nothing, and its memory cannot grow", () => {
    expect(WebAssembly.Module.imports(hpackModule(build))).toEqual([]);
    const { memory } = newHpack(build);
    expect(memory.buffer.byteLength).toBe(layout.HTTP2_END);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  test("is small", () => {
    const { length } = readFileSync(new URL(`../../build/out/${build}`, import.meta.url));
    // The instrumented one of a coverage run is larger.
    const isInstrumented = WebAssembly.Module.exports(hpackModule(build)).some(({ name }) =>
      name.startsWith("__coverage"),
    );
    expect(isInstrumented || length <= 20480).toBe(true);
  });

  test("has the rule of each entry of the static table", () => {
    const rules = new Uint8Array(newHpack(build).memory.buffer, layout.STATIC_RULES, layout.STATIC_RULES_SIZE);
    const special: Record<string, number> = {
      ":authority": layout.AUTHORITY_FIELD,
      ":method": layout.METHOD,
      ":path": layout.PATH,
      ":scheme": layout.SCHEME,
      ":status": layout.STATUS,
      "content-length": layout.CONTENT_LENGTH,
      cookie: layout.COOKIE,
      host: layout.HOST_FIELD,
      "transfer-encoding": layout.CONNECTION_FIELD,
    };
    const names = STATIC_TABLE.trim()
      .split("\n")
      .map((line) => line.split(" ")[0] as string);
    expect([...rules.subarray(1, layout.STATIC_COUNT + 1)]).toEqual(names.map((name) => special[name] ?? layout.ANY));
  });
});
