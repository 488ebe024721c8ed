// The published suites, on the sources and in both kernels' forms: WebAssembly and JavaScript (wasm2js) give the same events.
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { giveNames } from "../src/wasm/kernel.ts";
import {
  type AnyCase,
  type Case,
  type HpackCase,
  octets,
  PROTOCOLS,
  runSuite,
  type Suite,
  unpacked,
} from "./conformance/drive.js";
import { pick, random } from "./helpers.ts";

const suites = PROTOCOLS.map(
  (name) => JSON.parse(readFileSync(new URL(`conformance/${name}.json`, import.meta.url), "utf8")) as Suite,
);
const casesOf = <T extends AnyCase>(protocol: string) =>
  suites.find((suite) => suite.protocol === protocol)?.cases.map(unpacked) as readonly T[];

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test("have what they say", () => {
  expect(suites.map(({ protocol }) => protocol)).toEqual(["http1", "http2", "hpack"]);
  for (const protocol of ["http1", "http2"]) {
    const cases = casesOf<Case>(protocol);
    expect(cases.length).toBeGreaterThan(800);
    expect(new Set(cases.map(({ role }) => role))).toEqual(new Set(["client", "server"]));
  }
  expect(casesOf("hpack").length).toBeGreaterThan(50);
});

describe.each(suites)("$protocol", (suite) => {
  test("every case at every split, with WebAssembly", async () => {
    const { failures, cases } = runSuite(await import("../src/index.ts"), suite);
    expect(failures).toEqual([]);
    expect(cases).toBe(suite.cases.length);
  }, 120_000);

  test("every case at every split, without WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const { failures } = runSuite(await import("../src/js.ts"), suite);
    expect(failures).toEqual([]);
  }, 120_000);

  test("a case that does not hold is told", async () => {
    const [first] = suite.cases;
    const wrong = { ...first, ...(suite.protocol === "hpack" ? { blocks: [{ block: "\x82" }] } : { events: [] }) };
    const { failures } = runSuite(await import("../src/index.ts"), { ...suite, cases: [wrong as AnyCase] });
    expect(failures).toHaveLength(1);
  });
});

// --- octet by octet of memory ---------------------------------------------------------------------------------------

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  takeNames(start: number, end: number): void;
  scanHead(what: number, start: number, end: number, allow: number, maxFields: number, maxTarget: number): number;
  decodeBlock(position: number, end: number, isStart: number): number;
}

/** Both forms of the scalar build of a kernel. */
function bothForms(name: string, script: () => object): readonly [Exports, Exports] {
  const wasm = readFileSync(new URL(`../build/out/${name}.scalar.wasm`, import.meta.url));
  return [new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as unknown as Exports, script() as Exports];
}

/** Puts octets at a place, calls, and demands the same answer of both and, when asked, the same memory. */
function expectSame(
  kernels: readonly [Exports, Exports],
  bytes: Uint8Array,
  at: number,
  call: (kernel: Exports) => number,
  withMemory: boolean,
): void {
  const [first, second] = kernels.map((kernel) => {
    new Uint8Array(kernel.memory.buffer).set(bytes, at);
    return { status: call(kernel), memory: withMemory ? Buffer.from(kernel.memory.buffer) : Buffer.alloc(0) };
  });
  expect(second?.status).toBe(first?.status);
  expect(Buffer.compare(first?.memory as Buffer, second?.memory as Buffer)).toBe(0);
}

describe("the kernel as JavaScript leaves the same octets in memory as WebAssembly", () => {
  test("http1", async () => {
    const { http1Script } = await import("../build/out/http1-script.js");
    const { INPUT, REQUEST, RESPONSE } = await import("../assembly/layout.ts");
    const kernels = bothForms("http1", http1Script);
    kernels.forEach(giveNames);
    const cases = casesOf<Case>("http1");
    const next = random(6);
    for (let i = 0; i < 4000; i++) {
      const { input, role } = pick(cases, next);
      const bytes = octets(input.slice(0, 2000));
      for (let flips = next(4); flips > 0; flips--) bytes[next(bytes.length)] = next(256);
      const at = INPUT + next(16);
      const what = role === "server" ? REQUEST : RESPONSE;
      const scan = (kernel: Exports) => kernel.scanHead(what, at, at + bytes.length, 0, 256, 4096);
      expectSame(kernels, bytes, at, scan, i % 16 === 0);
    }
  }, 120_000);

  test("http2", async () => {
    const { http2Script } = await import("../build/out/http2-script.js");
    const { BLOCK } = await import("../assembly/layout-http2.ts");
    const kernels = bothForms("http2", http2Script);
    const blocks = casesOf<HpackCase>("hpack").flatMap((each) => each.blocks.map(({ block }) => block));
    const short = blocks.filter((block) => block.length > 0 && block.length < 500);
    const next = random(7);
    for (let i = 0; i < 4000; i++) {
      const bytes = octets(pick(short, next) + pick(short, next));
      for (let flips = next(4); flips > 0; flips--) bytes[next(bytes.length)] = next(256);
      const isStart = next(2);
      const decode = (kernel: Exports) => kernel.decodeBlock(BLOCK, BLOCK + bytes.length, isStart);
      expectSame(kernels, bytes, BLOCK, decode, i % 16 === 0);
    }
  }, 120_000);
});
