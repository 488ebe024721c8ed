// The instrument itself is measured here: tiny kernels of which it is known what each call reaches.
import asc from "assemblyscript/asc";
import { describe, expect, it } from "vitest";
import { join, judge, readWords, report } from "./branches.mjs";

const TRANSFORM = new URL("../../build/assembly-coverage.mjs", import.meta.url).pathname;

type Kernel = Record<string, (...numbers: number[]) => number>;

async function compile(sources: Record<string, string>, simd = false) {
  const files = new Map(Object.entries(sources));
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main(
    ["entry.ts", "-o", "out.wasm", "--runtime", "stub", "--noAssert", "--use", "abort=", "-O3", "--memoryBase", "16"]
      .concat(["--transform", TRANSFORM])
      .concat(simd ? ["--enable", "simd"] : []),
    {
      readFile: (name: string) => files.get(name) ?? null,
      writeFile: (name: string, contents: string | Uint8Array) => {
        if (typeof contents === "string") files.set(name, contents);
        else binary = contents.slice();
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  const map = JSON.parse(files.get("build/out/branches.json") ?? "{}");
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(binary), {}).exports as unknown as Kernel;
  return { map, kernel, words: () => readWords(kernel, map), text: (file: string) => sources[file] ?? "" };
}

/** What stays uncovered in one file after `run`, as "line kind: outcome". */
async function uncovered(source: string, run: (kernel: Kernel) => void, simd = false) {
  const { map, kernel, words, text } = await compile({ "entry.ts": source }, simd);
  run(kernel);
  return judge(map, words(), text).uncovered.map(({ line, kind, outcome }) => `${line} ${kind}: ${outcome}`);
}

const CASES: [string, string, number[][], string[]][] = [
  ["a function never called", "export function f(a: i32): i32 { return a; }", [], ["1 function: f entered"]],
  ["a function called", "export function f(a: i32): i32 { return a; }", [[1]], []],
  [
    "code that nothing reaches",
    "function lost(): void {}\nexport function f(a: i32): i32 { return a; }",
    [[1]],
    ["1 function: lost entered"],
  ],
  ["if without else", "export function f(a: i32): i32 {\n  if (a) return 1;\n  return 2;\n}", [[1]], ["2 if: false"]],
  ["if without else, both", "export function f(a: i32): i32 {\n  if (a) return 1;\n  return 2;\n}", [[1], [0]], []],
  [
    "else if",
    "export function f(a: i32): i32 {\n  if (a == 1) return 1;\n  else if (a == 2) {\n    return 3;\n  } else return 4;\n}",
    [[1], [2]],
    ["3 if: false"],
  ],
  ["?:", "export function f(a: i32): i32 {\n  return a ? 5 : a > 1 ? 6 : 7;\n}", [[0]], ["2 ?:: true", "2 ?:: true"]],
  [
    "&& that never reaches its second operand",
    "export function f(a: i32, b: i32): i32 {\n  if (\n    a &&\n    b\n  ) return 1;\n  return 0;\n}",
    [[0, 0]],
    ["2 if: true", "3 operand: true", "4 operand: true", "4 operand: false"],
  ],
  [
    "|| and && nested, ! and parentheses",
    "export function f(a: i32, b: i32): i32 {\n  if (a == 1 || !(\n    b == 1 &&\n    a == 2\n  )) return 1;\n  return 0;\n}",
    [
      [1, 0],
      [2, 1],
      [3, 1],
    ],
    ["3 operand: false"],
  ],
  [
    "operands used as a value",
    "export function f(a: i32, b: i32): i32 {\n  const c = a && (b || 7);\n  return c;\n}",
    [
      [0, 0],
      [3, 5],
    ],
    ["2 operand: false"],
  ],
  [
    "while and for, entered and not",
    "export function f(a: i32): i32 {\n  while (a > 9) a--;\n  for (; a < 5; a++) a++;\n  for (let b = 0; b < 2; b++) a++;\n  return a;\n}",
    [[12]],
    ["2 loop: not entered", "3 loop: entered"],
  ],
  [
    "do while",
    "export function f(a: i32): i32 {\n  do a++;\n  while (a < 5);\n  return a;\n}",
    [[9]],
    ["2 do: repeated"],
  ],
  [
    "switch: falling through is not jumping",
    "export function f(a: i32): i32 {\n  switch (a) {\n    case 1:\n    case 2:\n      a = 9;\n    default:\n      return a;\n  }\n}",
    [[1]],
    ["2 switch: case 2", "2 switch: default"],
  ],
  [
    "switch without default",
    "export function f(a: i32): i32 {\n  switch (a) {\n    case 1: {\n      return 1;\n    }\n  }\n  return 2;\n}",
    [[1]],
    ["2 switch: no case"],
  ],
  [
    "guards of the compiler do not count",
    'if (ASC_MEMORY_BASE > 99) ERROR("no");\nexport function f(): void {}',
    [[]],
    [],
  ],
  [
    "loops of a file's own start",
    "for (let b: u32 = 0; b < 256; b++) store<u8>(b + 64, b < 300 ? 1 : 2);\nexport function f(): void {}",
    [[]],
    ["1 ?:: false"],
  ],
];

describe("the instrument", () => {
  it.each(CASES)("%s", async (_name, source, calls, expected) => {
    const missing = await uncovered(source, (kernel) => {
      for (const numbers of calls) kernel.f?.(...numbers);
    });
    expect(missing).toEqual(expected);
  });

  it("leaves the results as they were", async () => {
    const source = `export function f(a: i32, b: i32): i32 {
      let sum = 0;
      for (let i = 0; i < a; i++) { if (i == b) continue; if (i > 20 && b || i == 30) break; sum += i % 2 ? 1 : i; }
      do { sum++; if (sum % 7 == 0) break; } while (sum < b);
      switch (sum % 4) { case 0: sum += 10; break; case 1: sum += 20; case 2: return sum; }
      return a > b && sum ? sum : -sum;
    }`;
    const { kernel } = await compile({ "entry.ts": source });
    const model = (a: number, b: number) => {
      let sum = 0;
      for (let i = 0; i < a; i++) {
        if (i === b) continue;
        if ((i > 20 && b !== 0) || i === 30) break;
        sum += i % 2 ? 1 : i;
      }
      do {
        sum++;
        if (sum % 7 === 0) break;
      } while (sum < b);
      if (sum % 4 === 0) sum += 10;
      else if (sum % 4 === 1) return sum + 20;
      else if (sum % 4 === 2) return sum;
      return a > b && sum ? sum : -sum;
    };
    for (let a = 0; a < 40; a++) for (let b = 0; b < 40; b++) expect(kernel.f?.(a, b)).toBe(model(a, b));
  });

  it("joins a build with SIMD and one without", async () => {
    const sources = {
      "entry.ts": 'import { one } from "./room/one";\nexport function f(a: i32): i32 {\n  return one(a);\n}',
      "room/one.ts":
        "export const WIDE: i32 = ASC_FEATURE_SIMD ? 16 : 1;\nexport function one(a: i32): i32 {\n  if (ASC_FEATURE_SIMD) {\n    if (i8x16.all_true(i8x16.splat(<i8>a))) return WIDE;\n    return 2;\n  }\n  if (a > 5) return 1;\n  return WIDE;\n}",
    };
    const builds = [await compile(sources, true), await compile(sources, false)];
    for (const { kernel } of builds) kernel.f?.(1);
    const [simd, scalar] = builds.map(({ words }) => words());
    const missing = (words: object) =>
      judge(builds[0]?.map, words, () => "").uncovered.map(({ file, line, outcome }) => `${file}:${line} ${outcome}`);
    expect(missing(simd)).toEqual([
      "room/one.ts:3 false",
      "room/one.ts:4 false",
      "room/one.ts:7 true",
      "room/one.ts:7 false",
    ]);
    expect(missing(scalar)).toEqual([
      "room/one.ts:3 true",
      "room/one.ts:4 true",
      "room/one.ts:4 false",
      "room/one.ts:7 true",
    ]);
    expect(missing(join([simd, scalar]))).toEqual(["room/one.ts:4 false", "room/one.ts:7 true"]);
  });

  it("uses no linear memory", async () => {
    const { kernel } = await compile({ "entry.ts": "export function f(a: u32): u32 { return a ? load<u8>(a) : 0; }" });
    kernel.f?.(0);
    const memory = (kernel as unknown as { memory: WebAssembly.Memory }).memory;
    expect(new Uint8Array(memory.buffer).every((octet) => octet === 0)).toBe(true);
  });

  it("takes a written reason, tells where one is stale, and not an empty one", async () => {
    const source = [
      "export function f(a: i32): i32 {",
      "  if (a > 5) return 1; // coverage: nobody sends more than five",
      "  // coverage: nor less than two",
      "  if (a < 2) return 2;",
      "  // coverage: ",
      "  if (a == 4) return 3;",
      "  return 0; // coverage: nothing branches here",
      "}",
    ].join("\n");
    const { map, kernel, words, text } = await compile({ "entry.ts": source });
    kernel.f?.(3);
    const result = judge(map, words(), text);
    expect(result.uncovered.map(({ line }) => line)).toEqual([6]);
    expect(result.explained.map(({ line, why }) => [line, why])).toEqual([
      [2, "nobody sends more than five"],
      [4, "nor less than two"],
    ]);
    expect(result.stale).toEqual([{ file: "entry.ts", line: 7 }]);
    expect(report(result)).toContain("uncovered  entry.ts:6:3 if: true");
    expect(report(result)).toContain("4 of 7 branch outcomes seen, 2 explained, 1 uncovered");
  });
});
