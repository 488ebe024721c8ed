// Where kernels come from: the module that the caller gave, or what the build embedded; where the runtime has no
// WebAssembly or refuses it, the same kernel as JavaScript. This and text.ts are the only files of the core that adapt
// to the runtime.
import { LocalProtocolError } from "../shared/errors.ts";

/** What the build embeds for a kernel, build/out/NAME-kernel.ts: each form of the package has its own. */
export interface EmbeddedKernel {
  readonly name: string;
  /** Its octets as text, for decodeOctets(); or the module, for runtimes that compile only what was deployed. */
  readonly wasm: string | WebAssembly.Module;
  /** Makes the kernel as JavaScript, in forms of the package that can load that on demand: CommonJS can. */
  readonly script: KernelScript | undefined;
}

/** Makes an instance of a kernel compiled to JavaScript; returns its exports. */
export type KernelScript = () => object;

const given = new Map<string, WebAssembly.Module>();
const scripts = new Map<string, KernelScript>();

/**
 * Sets a kernel that you compiled: `sansio/http1.wasm` or `sansio/http2.wasm` of this very version, for runtimes that
 * cannot compile the embedded one. Its exports tell which of the two it is. Call it before the first
 * connection: a kernel that is already running stays in use.
 * @param module a WebAssembly.Module; the type is not named, as only the DOM library declares it
 * @throws TypeError for anything but a module of one of sansio's kernels
 */
export function setKernelModule(module: object): void {
  // The only global that a kernel exports is called by the kernel's name.
  const exports = globalThis.WebAssembly?.Module.exports(module as WebAssembly.Module);
  const name = exports?.find(({ kind }) => kind === "global")?.name;
  if (name === undefined) throw new TypeError("the module must be one of sansio's kernels");
  given.set(name, module as WebAssembly.Module);
}

/** Registers a kernel as JavaScript, for when WebAssembly fails. */
export function setKernelScript(name: string, script: KernelScript): void {
  scripts.set(name, script);
}

/**
 * Makes a new instance of a kernel and returns its exports. Synchronous: 12 KB take less than a millisecond.
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
  return new WebAssembly.Module(decodeOctets(text));
}

/** The chars of an embedded kernel's text: from "#" to "~" without the backslash. */
const FIRST_CHAR = 35;
const BACKSLASH = 92;
/** The first three chars begin a pair; each of the others stands for one octet. */
const SINGLES = 88;
const PAIRS = 3;

/**
 * Decodes the octets that build/kernels.mjs wrote as text. A pair stands for the octet `SINGLES * first + second`; a
 * single char for one of the first `SINGLES` octets decoded, by its place. Those are the alphabet, the most frequent
 * octets, and not part of the result. The text is 3 % longer than the octets, where Base64 adds 33 %, and compresses as
 * well as they do.
 */
export function decodeOctets(text: string): Uint8Array<ArrayBuffer> {
  const octets: number[] = [];
  let i = 0;
  const next = () => {
    const char = text.charCodeAt(i++);
    return char - FIRST_CHAR - (char > BACKSLASH ? 1 : 0);
  };
  while (i < text.length) {
    const first = next();
    octets.push(first < PAIRS ? SINGLES * first + next() : (octets[first - PAIRS] as number));
  }
  return new Uint8Array(octets.slice(SINGLES));
}
