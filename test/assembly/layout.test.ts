// The memory map holds together: regions in order, numbers that agree with the tables made from them, and a module that
// needs nothing and cannot grow. layout.md is the map and one request, printed.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { FIELD_NAMES } from "../../assembly/names.ts";
import { ERRORS } from "../../src/index.ts";
import { KNOWN_NAMES, USUAL_NAMES } from "../../src/shared/header-fields.ts";
import { FAULTS } from "../../src/wasm/scan.ts";
import { BUILDS, kernelModule, newKernel, octets } from "../helpers.ts";
import { factNames, scanAt } from "./answer.ts";

const SOURCE = readFileSync(new URL("../../assembly/layout.ts", import.meta.url), "utf8");
const LAYOUT = { ...layout } as unknown as Readonly<Record<string, number>>;
const valueOf = (name: string) => LAYOUT[name] as number;

const PAGE = 65536;
const PAGES = 7;

/** The names declared with this type, or in this section, in the order of the source. */
const declared = (pattern: RegExp) => [...SOURCE.matchAll(pattern)].map(([, name]) => name as string);
const section = (title: string) => SOURCE.split("// --- ").find((text) => text.startsWith(title)) as string;
const namesIn = (title: string) =>
  [...section(title).matchAll(/^export const (\w+)/gm)].map(([, name]) => name as string);

const ADDRESSES = declared(/^export const (\w+): usize/gm).filter((name) => name !== "STATIC_END" && name !== "END");
const SIZES: Record<string, number> = {
  CLASS: layout.CLASS_SIZE,
  NAME_SLOTS: layout.NAME_SLOT_COUNT,
  NAME_LENGTHS: layout.MAX_NAMES,
  NAMES: layout.MAX_NAMES * layout.NAME_SIZE,
  KEY_MASKS: layout.KEY_MASKS_SIZE,
  VECTORS: layout.VECTORS_SIZE,
  HEAD: layout.HEAD_SIZE,
  READS: layout.READS_SIZE,
  STOPS: layout.STOPS_SIZE,
  RECORDS: layout.RECORDS_SIZE,
  INPUT: layout.INPUT_SIZE,
};
const REGIONS = [
  { name: "constants of the compiler", start: 0, size: layout.STATIC_END },
  ...ADDRESSES.map((name) => ({ name, start: valueOf(name), size: SIZES[name] as number })),
].sort((a, b) => a.start - b.start);

/** The words of HEAD: name, offset, octets. */
const WORDS = declared(/^export const (HEAD_\w+)/gm)
  .filter((name) => name !== "HEAD_SIZE")
  .map((name) => ({ name, offset: valueOf(name), size: name === "HEAD_LENGTH" ? 8 : 4 }));

const isBit = (value: number) => value > 0 && (value & (value - 1)) === 0;

describe("regions", () => {
  test("are those that have a size here", () => {
    expect(ADDRESSES.toSorted()).toEqual(Object.keys(SIZES).sort());
  });

  test("do not overlap, are aligned and lie inside the memory", () => {
    let end = 0;
    for (const { name, start, size } of REGIONS) {
      expect([name, start >= end, start % 16, size > 0]).toEqual([name, true, 0, true]);
      end = start + size;
    }
    expect([end, layout.END]).toEqual([PAGES * PAGE, PAGES * PAGE]);
  });

  test("records lie directly below the input, so that both are one string", () => {
    expect(layout.RECORDS + layout.RECORDS_SIZE).toBe(layout.INPUT);
    expect(layout.RECORDS_SIZE).toBeGreaterThanOrEqual(
      layout.RECORD_SIZE + layout.LONG_RECORD_SIZE * layout.MAX_FIELDS,
    );
  });

  test("the words of HEAD do not overlap, are aligned and lie inside it", () => {
    let end = 0;
    for (const { name, offset, size } of WORDS.toSorted((a, b) => a.offset - b.offset)) {
      expect([name, offset >= end, offset % size]).toEqual([name, true, 0]);
      end = offset + size;
    }
    expect(end).toBeLessThanOrEqual(layout.HEAD_SIZE);
  });

  test("an offset fits the 21 bits of a record, an identity its octet below 0x80", () => {
    expect(layout.INPUT_SIZE).toBeLessThan(2 ** 21);
    expect(layout.MAX_NAMES).toBeLessThanOrEqual(0x80);
  });
});

describe("numbers", () => {
  test("layout.ts is constants only, so that asc and tsc read the same", () => {
    const lines = SOURCE.replace(/\/\*\*[\s\S]*?\*\//g, "")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("//"));
    for (const line of lines) expect(line).toMatch(/^export const [A-Z0-9_]+: (usize|u32|i32) = [A-Z0-9_ +\-*<]+;$/);
    for (const value of Object.values(LAYOUT))
      expect([value, Number.isInteger(value) && value >= 0 && value < 2 ** 31]).toEqual([value, true]);
  });

  test("every fault has a code in the table of errors, and every code of the bridge a fault", () => {
    const faults = namesIn("status").filter((name) => name !== "NEED_DATA");
    expect(faults.map(valueOf)).toEqual(faults.map((_, i) => i + 1));
    expect(Object.entries(FAULTS)).toEqual(faults.map((name) => [String(valueOf(name)), name]));
    expect(ERRORS.map(({ code }) => code)).toEqual(expect.arrayContaining(faults));
    expect(layout.NEED_DATA).toBe(0);
  });

  test.each(["facts", "leniencies"])("%s are one bit each", (title) => {
    const bits = namesIn(title).map(valueOf);
    expect(bits.every(isBit)).toBe(true);
    expect(new Set(bits).size).toBe(bits.length);
  });

  test("every fact has a name in these tests", () => {
    expect(factNames(namesIn("facts").reduce((all, name) => all | valueOf(name), 0))).toEqual(namesIn("facts"));
  });

  test("methods and kinds of scans are told apart", () => {
    const methods = Object.keys(LAYOUT).filter((name) => name.startsWith("METHOD_"));
    expect(methods.map(valueOf).sort((a, b) => a - b)).toEqual(methods.map((_, i) => i));
    expect(namesIn("what to scan").map(valueOf)).toEqual([0, 1, 2, 3]);
  });
});

describe("known names", () => {
  const nameOf = (key: string) => key.slice("NAME_".length).toLowerCase().replaceAll("_", "-");

  test("are tokens, each once in any case, that fit the map", () => {
    const names = KNOWN_NAMES.slice(1);
    expect(names).toEqual(USUAL_NAMES.slice(1).map((name) => name.toLowerCase()));
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeLessThan(layout.MAX_NAMES);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(layout.NAME_SIZE);
  });

  test("have the identities that layout.ts gives them", () => {
    const read = namesIn("known names").filter((name) => /^NAME_(?!UNKNOWN)/.test(name));
    expect(read.map((key) => [nameOf(key), valueOf(key)])).toEqual(
      read.map((key) => [nameOf(key), KNOWN_NAMES.indexOf(nameOf(key))]),
    );
    expect(layout.LAST_READ_NAME).toBe(Math.max(...read.map(valueOf)));
  });

  test("from the first to the last that must not stand in trailers: RFC 7230 4.1.2's, and no others", () => {
    const { FIRST_NOT_FOR_TRAILERS: first, LAST_NOT_FOR_TRAILERS: last } = layout;
    const wanted = [
      // framing, routing
      ["content-length", "transfer-encoding", "host", "trailer", "te"],
      // request modifiers: controls and conditionals (RFC 7231 5.1, 5.2)
      ["cache-control", "expect", "max-forwards", "pragma", "range"],
      ["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"],
      // authentication and state
      ["authorization", "proxy-authenticate", "proxy-authorization", "www-authenticate", "cookie", "set-cookie"],
      // response control data (RFC 7231 7.1)
      ["age", "date", "expires", "location", "retry-after", "vary", "warning"],
      // how to process the payload
      ["content-encoding", "content-type", "content-range"],
    ].flat();
    expect(KNOWN_NAMES.slice(first, last + 1).sort()).toEqual(wanted.sort());
  });
});

/** LEB128, unsigned. */
function readNumber(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const octet = bytes[at++] as number;
    value |= (octet & 0x7f) << shift;
    if (octet < 0x80) return [value, at];
  }
}

/** The limits of the module's one memory, from its section 5: flags, least pages, most pages. */
function memoryLimits(bytes: Uint8Array): number[] {
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    const [size, content] = readNumber(bytes, at + 1);
    if (id === 5) {
      const [count, flags] = readNumber(bytes, content);
      const [bound, least] = readNumber(bytes, flags);
      const [fewest, most] = readNumber(bytes, least);
      return [count, bound, fewest, readNumber(bytes, most)[0]];
    }
    at = content + size;
  }
  return [];
}

describe.each(BUILDS)("%s", (build) => {
  test("needs nothing and exports three functions, a memory and its name", () => {
    const module = kernelModule(build);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const exports = WebAssembly.Module.exports(module).filter(({ name }) => !name.startsWith("__coverage_"));
    expect(exports.map(({ name, kind }) => `${kind} ${name}`).sort()).toEqual([
      "function scanChunkLine",
      "function scanHead",
      "function takeNames",
      "global http1",
      "memory memory",
    ]);
  });

  test("has a memory of fixed size, which ends with the input", () => {
    const bytes = readFileSync(new URL(`../../build/out/${build}`, import.meta.url));
    expect(memoryLimits(bytes)).toEqual([1, 1, PAGES, PAGES]);
    const { memory } = newKernel(build);
    expect(memory.buffer.byteLength).toBe(layout.END);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  test("keeps its names and classes where the map says", () => {
    const memory = new Uint8Array(newKernel(build).memory.buffer);
    KNOWN_NAMES.slice(1).forEach((name, i) => {
      const at = layout.NAMES + (i + 1) * layout.NAME_SIZE;
      const text = String.fromCharCode(...memory.subarray(at, at + layout.NAME_SIZE)).replace(/:?\0*$/, "");
      expect([text, memory[layout.NAME_LENGTHS + i + 1]]).toEqual([USUAL_NAMES[i + 1], name.length]);
    });
    const slots = memory.subarray(layout.NAME_SLOTS, layout.NAME_SLOTS + layout.NAME_SLOT_COUNT);
    expect([...slots].filter((slot) => slot !== 0).sort((a, b) => a - b)).toEqual(
      KNOWN_NAMES.slice(1).map((_, i) => i + 1),
    );
    expect(memory.subarray(layout.CLASS, layout.CLASS + layout.CLASS_SIZE).some((bits) => bits !== 0)).toBe(true);
    // Nothing else is written before the first call, but for their text on the scratch page.
    expect(memory.subarray(layout.HEAD, layout.INPUT).every((octet) => octet === 0)).toBe(true);
    expect(memory.subarray(layout.INPUT + FIELD_NAMES.length).every((octet) => octet === 0)).toBe(true);
  });
});

// --- layout.md ---------------------------------------------------------------------------------------------------

const REQUEST = "PUT /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nX-Odd:  b \r\n\r\n";

/** The lines of a comment that stands before a declaration. */
function whatIs(name: string): string {
  const before = SOURCE.slice(0, SOURCE.search(new RegExp(`^export const ${name}:`, "m"))).trimEnd();
  const comment = before.endsWith("*/") ? before.slice(before.lastIndexOf("/**")) : "";
  return comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .replace(/^ \*/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}

function table(columns: string[], rows: (string | number)[][]): string {
  const lines = [columns, columns.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function printMap(): string {
  const hex = (value: number) => `0x${value.toString(16).padStart(5, "0")}`;
  const kernel = newKernel("http1.wasm");
  const view = new DataView(kernel.memory.buffer);
  const memory = new Uint8Array(kernel.memory.buffer);
  const text = octets(REQUEST);
  memory.set(text, layout.INPUT);
  const answer = scanAt(kernel, layout.INPUT, text.length);
  const { fields = [], facts = [] } = answer.outcome === "done" ? answer : {};
  // Short ones all: the lines of this request are usual ones.
  const record = (i: number) => layout.INPUT - (i + 2) * layout.RECORD_SIZE;
  const octetsAt = (at: number, size: number) =>
    [...memory.subarray(at, at + size)].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
  const valueAt = ({ name, offset, size }: (typeof WORDS)[number]) => {
    const at = layout.HEAD + offset;
    if (name === "HEAD_FACTS") return facts.join(" ");
    // The scan's own: the builds may differ in them.
    if (offset >= layout.HEAD_RECORD) return "";
    return size === 8 ? view.getFloat64(at, true) : view.getUint32(at, true);
  };
  return [
    "# The kernel's memory",
    "Printed by test/assembly/layout.test.ts from assembly/layout.ts and a call of the kernel; the test fails when it differs.",
    "## Regions",
    table(
      ["from", "octets", "name", "what"],
      REGIONS.map(({ name, start, size }) => [hex(start), size, name, name in SIZES ? whatIs(name) : ""]),
    ),
    `The memory ends at ${hex(layout.END)}: ${PAGES} pages, and never more.`,
    "## One request",
    `\`\`\`\n${REQUEST.replaceAll("\r\n", "\\r\\n\n").trimEnd()}\n\`\`\``,
    `\`scanHead(REQUEST, INPUT, INPUT + ${text.length}, …)\` returns ${answer.outcome === "done" ? answer.consumed : ""}: the octets to behind the empty line.`,
    "### HEAD",
    table(
      ["at", "name", "value", "what"],
      WORDS.map((word) => [hex(layout.HEAD + word.offset), word.name, valueAt(word), whatIs(word.name)]),
    ),
    "Words that this call does not write are zero here; after other calls they hold anything.",
    "### Records",
    table(
      ["at", "octets", "name", "value", "identity"],
      fields
        .map(([name, value, identity], i) => [
          hex(record(i)),
          octetsAt(record(i), layout.RECORD_SIZE),
          name,
          JSON.stringify(value),
          identity,
        ])
        .reverse(),
    ),
    `Where the first line starts: ${octetsAt(record(-1), layout.RECORD_SIZE)}, at ${hex(record(-1))}. The head follows at ${hex(layout.INPUT)}.`,
    "",
  ].join("\n\n");
}

test("layout.md is the map", async () => {
  await expect(printMap()).toMatchFileSnapshot("layout.md");
});
