// The published suite, on the sources and in both kernels' forms: WebAssembly and JavaScript (wasm2js) give the same events.
import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { giveNames } from "../src/wasm/kernel.ts";
import { octets, runSuite, type Suite } from "./conformance/drive.js";
import { random } from "./helpers.ts";

const suite = JSON.parse(readFileSync(new URL("conformance/http1.json", import.meta.url), "utf8")) as Suite;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test("has what it says", () => {
  expect(suite.protocol).toBe("http1");
  expect(suite.cases.length).toBeGreaterThan(800);
  expect(new Set(suite.cases.map(({ role }) => role))).toEqual(new Set(["client", "server"]));
});

test("every case at every split, with WebAssembly", async () => {
  const { failures, cases } = runSuite(await import("../src/index.ts"), suite);
  expect(failures).toEqual([]);
  expect(cases).toBe(suite.cases.length);
}, 60_000);

test("every case at every split, without WebAssembly", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  const { failures } = runSuite(await import("../src/js.ts"), suite);
  expect(failures).toEqual([]);
}, 60_000);

test("a case that does not hold is told", async () => {
  const [first] = suite.cases;
  const wrong = { ...first, events: [] } as (typeof suite.cases)[number];
  const { failures } = runSuite(await import("../src/index.ts"), { protocol: "http1", cases: [wrong] });
  expect(failures).toHaveLength(1);
});

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  takeNames(start: number, end: number): void;
  scanHead(what: number, start: number, end: number, allow: number, maxFields: number, maxTarget: number): number;
}

test("the kernel as JavaScript leaves the same octets in memory as WebAssembly", async () => {
  const { http1Script } = await import("../build/out/http1-script.js");
  const layout = await import("../assembly/layout.ts");
  const wasm = readFileSync(new URL("../build/out/http1.scalar.wasm", import.meta.url));
  const kernels = [
    new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as unknown as Exports,
    http1Script() as Exports,
  ] as const;
  kernels.forEach(giveNames);
  const next = random(6);
  for (let i = 0; i < 4000; i++) {
    const { input, role } = suite.cases[next(suite.cases.length)] as (typeof suite.cases)[number];
    const bytes = octets(input.slice(0, 2000));
    for (let flips = next(4); flips > 0; flips--) bytes[next(bytes.length)] = next(256);
    const at = layout.INPUT + next(16);
    const what = role === "server" ? layout.REQUEST : layout.RESPONSE;
    const [first, second] = kernels.map((kernel) => {
      new Uint8Array(kernel.memory.buffer).set(bytes, at);
      const status = kernel.scanHead(what, at, at + bytes.length, 0, 256, 4096);
      return { status, memory: Buffer.from(kernel.memory.buffer) };
    });
    expect(second?.status).toBe(first?.status);
    if (i % 16 === 0) expect(Buffer.compare(first?.memory as Buffer, second?.memory as Buffer)).toBe(0);
  }
}, 60_000);
