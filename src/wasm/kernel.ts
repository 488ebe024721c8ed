// The one instance of the kernel in this realm, made at first use, and the views of its memory. The memory has a fixed
// size, so no view is ever detached.
import { HEAD } from "../../assembly/layout.ts";
import { kernelModule } from "./module.ts";

/** The kernel's exports, as assembly/index.ts has them; addresses and counts are whole numbers. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  scanHead(
    what: number,
    start: number,
    end: number,
    allow: number,
    maxFields: number,
    maxTarget: number,
  ): number;
  scanChunkLine(start: number, end: number, allow: number, maxDigits: number, maxExtensions: number): number;
}

/** The kernel and its scratch memory, in two views. */
export class Kernel {
  readonly scanHead: KernelExports["scanHead"];
  readonly scanChunkLine: KernelExports["scanChunkLine"];
  readonly octets: Uint8Array;
  private readonly words: Uint32Array;
  private readonly numbers: Float64Array;

  constructor(module: WebAssembly.Module) {
    const { memory, scanHead, scanChunkLine } = new WebAssembly.Instance(module)
      .exports as unknown as KernelExports;
    this.scanHead = scanHead;
    this.scanChunkLine = scanChunkLine;
    this.octets = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.numbers = new Float64Array(memory.buffer);
  }

  /** The word of HEAD at this offset (one of layout.ts's HEAD_ names). */
  word(offset: number): number {
    return this.words[(HEAD + offset) >> 2] as number;
  }

  /** The f64 of HEAD at this offset. */
  number(offset: number): number {
    return this.numbers[(HEAD + offset) >> 3] as number;
  }
}

let instance: Kernel | undefined;

export function kernel(): Kernel {
  return (instance ??= new Kernel(kernelModule()));
}
