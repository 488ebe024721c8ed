// The embedded kernel is the one that was built, by each of the three ways to read Base64.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HTTP1_KERNEL } from "../../build/out/http1-kernel.ts";
import { decodeBase64, kernelModule } from "../../src/wasm/module.ts";

type Runtime = Parameters<typeof decodeBase64>[1];

const wasm = new Uint8Array(readFileSync(new URL("../../build/out/http1.wasm", import.meta.url)));
const fail = () => {
  throw new Error("not to be called");
};

const RUNTIMES: [name: string, runtime: Runtime][] = [
  [
    "Uint8Array.fromBase64",
    {
      Uint8Array: { fromBase64: (text) => new Uint8Array(Buffer.from(text, "base64")) },
      Buffer: { from: fail },
      atob: fail,
    },
  ],
  ["Buffer", { Uint8Array: {}, Buffer, atob: fail }],
  ["atob", { Uint8Array: {}, atob }],
];

describe.each(RUNTIMES)("%s", (_, runtime) => {
  test("gives the module that was built", () => {
    expect(Buffer.compare(decodeBase64(HTTP1_KERNEL, runtime), wasm)).toBe(0);
  });

  test.each(["", "AA==", "AAE=", "AAEC", "//79"])("%j", (text) => {
    expect([...decodeBase64(text, runtime)]).toEqual([...Buffer.from(text, "base64")]);
  });
});

test("compiles", () => {
  const names = WebAssembly.Module.exports(kernelModule()).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["memory", "scanHead", "scanChunkLine"]));
});
