// Where kernels come from: the module the caller gave, or what the build embedded; where the runtime has no WebAssembly or
// refuses it, the same kernel as JavaScript. The only file of the core, with text.ts, that looks at what the runtime has.
import { LocalProtocolError } from "../shared/errors.ts";

/** What the build embeds of a kernel: build/out/NAME-kernel.ts, of which each form of the package has its own. */
export interface EmbeddedKernel {
  readonly name: string;
  /** Base64 of its octets; or the module, where the runtime compiles only what was deployed. */
  readonly wasm: string | WebAssembly.Module;
  /** Makes it as JavaScript, where that can be fetched when it is needed: CommonJS can. */
  readonly script: KernelScript | undefined;
}

/** Makes an instance of a kernel compiled to JavaScript; gives its exports. */
export type KernelScript = () => object;

interface Base64Runtime {
  readonly Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
  atob(text: string): string;
}

const given = new Map<string, WebAssembly.Module>();
const scripts = new Map<string, KernelScript>();

/**
 * Gives a kernel that you compiled, `sansio/http1.wasm` of this very version: for runtimes that cannot compile the embedded
 * one. Which kernel it is, is seen. Call it before the first connection; a kernel that runs already stays.
 * @param module a WebAssembly.Module; the type is not named, as only the DOM library has it
 * @throws TypeError when it is no module, or not a kernel's
 */
export function setKernelModule(module: object): void {
  // Its name is the only global that a kernel exports.
  const name = WebAssembly.Module.exports(module as WebAssembly.Module).find(({ kind }) => kind === "global")?.name;
  if (name === undefined) throw new TypeError("the module must be one of sansio's kernels");
  given.set(name, module as WebAssembly.Module);
}

/** Makes a kernel as JavaScript known, for when WebAssembly fails. */
export function setKernelScript(name: string, script: KernelScript): void {
  scripts.set(name, script);
}

/**
 * A new instance of a kernel, made synchronously: 12 KB take less than a millisecond.
 * @throws LocalProtocolError NO_KERNEL
 */
export function instantiate<Exports extends object>({ name, wasm, script }: EmbeddedKernel): Exports {
  try {
    const module = given.get(name) ?? (typeof wasm === "string" ? compile(wasm) : wasm);
    return new WebAssembly.Instance(module).exports as Exports;
  } catch (error) {
    const make = scripts.get(name) ?? script;
    if (make === undefined) throw new LocalProtocolError("NO_KERNEL", { seen: String(error) });
    return make() as Exports;
  }
}

function compile(text: string): WebAssembly.Module {
  return new WebAssembly.Module(decodeBase64(text, globalThis as unknown as Base64Runtime));
}

/** Base64 (RFC 4648 4) by whatever of the three the runtime has. */
export function decodeBase64(text: string, runtime: Base64Runtime): Uint8Array<ArrayBuffer> {
  if (runtime.Uint8Array.fromBase64 !== undefined) return runtime.Uint8Array.fromBase64(text);
  if (runtime.Buffer !== undefined) return runtime.Buffer.from(text, "base64");
  return Uint8Array.from(runtime.atob(text), (char) => char.charCodeAt(0));
}
