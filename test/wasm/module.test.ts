// Where kernels come from: the embedded octets as text, the module that was given, and
// the kernel as JavaScript where WebAssembly fails. What is given stays, so each test has the module file to itself.
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { octetText } from "../../build/octet-text.mjs";
import { HTTP1_KERNEL } from "../../build/out/http1-kernel.ts";
import { decodeOctets } from "../../src/wasm/module.ts";

const wasm = new Uint8Array(readFileSync(new URL("../../build/out/http1.wasm", import.meta.url)));
const embedded = HTTP1_KERNEL.wasm as string;

describe("octets as text", () => {
  test("give the module that was built", () => {
    expect(Buffer.compare(decodeOctets(embedded), wasm)).toBe(0);
  });

  test("take at most 4 % more than the octets, in chars that need no escape in a string of any language", () => {
    expect(embedded.length).toBeLessThan(2 * 88 + 1.04 * wasm.length);
    expect(embedded).toMatch(/^[#-[\]-~]*$/);
  });

  test.each([
    ["none", []],
    ["one", [0]],
    ["the highest", [255, 255, 254]],
    ["every octet", [...new Uint8Array(256).keys()]],
    ["every octet, the last ones often", [...new Uint8Array(512).keys()].map((i) => 255 - (i >> 1) * (i & 1))],
  ])("%s", (_, octets) => {
    expect([...decodeOctets(octetText(octets))]).toEqual(octets);
  });
});

describe("instantiate", () => {
  const NAMES = ["http1", "memory", "scanChunkLine", "scanHead", "takeNames"];
  const script = () => ({ made: "by the script" });
  const refusing = {
    Module: class {
      constructor() {
        throw new WebAssembly.CompileError("refused by the policy");
      }
    },
  };

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test("compiles what is embedded", async () => {
    const { instantiate } = await import("../../src/wasm/module.ts");
    expect(Object.keys(instantiate(HTTP1_KERNEL)).sort()).toEqual(expect.arrayContaining(NAMES));
  });

  test("takes a module that is embedded as it is", async () => {
    const { instantiate } = await import("../../src/wasm/module.ts");
    const module = new WebAssembly.Module(wasm);
    vi.stubGlobal("WebAssembly", { ...refusing, Instance: WebAssembly.Instance });
    expect(Object.keys(instantiate({ ...HTTP1_KERNEL, wasm: module })).sort()).toEqual(expect.arrayContaining(NAMES));
  });

  test("prefers the module that was given", async () => {
    const { instantiate, setKernelModule } = await import("../../src/wasm/module.ts");
    const module = new WebAssembly.Module(wasm);
    setKernelModule(module);
    expect(Object.keys(instantiate({ ...HTTP1_KERNEL, wasm: "no module" })).sort()).toEqual(
      expect.arrayContaining(NAMES),
    );
  });

  test("refuses a module that is no kernel, and what is no module", async () => {
    const { setKernelModule } = await import("../../src/wasm/module.ts");
    const empty = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    expect(() => setKernelModule(empty)).toThrow(TypeError);
    expect(() => setKernelModule({})).toThrow(TypeError);
  });

  test("refuses any module where there is no WebAssembly", async () => {
    const { setKernelModule } = await import("../../src/wasm/module.ts");
    const module = new WebAssembly.Module(wasm);
    vi.stubGlobal("WebAssembly", undefined);
    Reflect.deleteProperty(globalThis, "WebAssembly");
    expect(() => setKernelModule(module)).toThrow(new TypeError("the module must be one of sansio's kernels"));
  });

  test.each([
    ["without WebAssembly", undefined],
    ["where compiling is refused", refusing],
  ])(
    "%s: the script that was set, then the one that is embedded, then an error that says what to do",
    async (_, stub) => {
      const { instantiate, setKernelScript } = await import("../../src/wasm/module.ts");
      vi.stubGlobal("WebAssembly", stub);
      const own = { ...HTTP1_KERNEL, script: () => ({ made: "by the embedded script" }) };
      expect(instantiate(own)).toEqual({ made: "by the embedded script" });
      expect(() => instantiate(HTTP1_KERNEL)).toThrow(
        expect.objectContaining({
          name: "LocalProtocolError",
          code: "NO_KERNEL",
          message: expect.stringContaining("sansio/js"),
        }),
      );
      setKernelScript("http1", script);
      expect(instantiate(own)).toEqual({ made: "by the script" });
      expect(instantiate(HTTP1_KERNEL)).toEqual({ made: "by the script" });
    },
  );

  test("a connection cannot be made without a kernel, and can with sansio/js", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const { Http1Connection } = await import("../../src/index.ts");
    expect(() => new Http1Connection("server")).toThrow(expect.objectContaining({ code: "NO_KERNEL" }));
    await import("../../src/js.ts");
    const connection = new Http1Connection("server");
    connection.feed(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(connection.nextEvent()).toMatchObject({ type: "request", method: "GET", target: "/" });
  });
});
