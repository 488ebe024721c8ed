// Where the compiled kernel comes from: here, the octets that the build embedded. Other runtimes put another file in
// this one's place. The only file of the core, with text.ts, that looks at what the runtime has.
import { HTTP1_KERNEL } from "../../build/out/http1-kernel.ts";

interface Base64Runtime {
  readonly Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
  atob(text: string): string;
}

/** Compiles the kernel, synchronously: 12 KB take less than a millisecond. */
export function kernelModule(): WebAssembly.Module {
  return new WebAssembly.Module(decodeBase64(HTTP1_KERNEL, globalThis as unknown as Base64Runtime));
}

/** Base64 (RFC 4648 4) by whatever of the three the runtime has. */
export function decodeBase64(text: string, runtime: Base64Runtime): Uint8Array<ArrayBuffer> {
  if (runtime.Uint8Array.fromBase64 !== undefined) return runtime.Uint8Array.fromBase64(text);
  if (runtime.Buffer !== undefined) return runtime.Buffer.from(text, "base64");
  return Uint8Array.from(runtime.atob(text), (char) => char.charCodeAt(0));
}
