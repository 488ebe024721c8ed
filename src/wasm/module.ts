// Where kernels come from: the module the caller gave, or what the build embedded; where the runtime has no WebAssembly or
// refuses it, the same kernel as JavaScript. The only file of the core, with text.ts, that looks at what the runtime has.
import { LocalProtocolError } from "../shared/errors.ts";

/** What the build embeds of a kernel: build/out/NAME-kernel.ts, of which each form of the package has its own. */
export interface EmbeddedKernel {
  readonly name: string;
  /** Its octets as text, for decodeOctets; or the module, where the runtime compiles only what was deployed. */
  readonly wasm: string | WebAssembly.Module;
  /** Makes it as JavaScript, where that can be fetched when it is needed: CommonJS can. */
  readonly script: KernelScript | undefined;
}

/** Makes an instance of a kernel compiled to JavaScript; gives its exports. */
export type KernelScript = () => object;

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
  return new WebAssembly.Module(decodeOctets(text));
}

/** The chars of such a text: from "#" to "~" without the backslash. */
const FIRST_CHAR = 35;
const BACKSLASH = 92;
/** The first three begin a pair, the others stand for one octet each. */
const SINGLES = 88;
const PAIRS = 3;

/**
 * The octets that build/kernels.mjs wrote as text. A pair stands for the octet `SINGLES * first + second`; a single char for
 * one of the first `SINGLES` octets, by its place. Those are the alphabet, the most frequent ones, and no part of the result.
 * A kernel takes 3 % more than its octets, where Base64 takes 33 %, and is compressed as well as they are.
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
