// The only instance of the kernel in this realm, made at first use, and the views of its memory. The memory has a fixed
// size, so no view is ever detached. What a call leaves in memory is valid until the next call.
import {
  HEAD,
  HEAD_LENGTH,
  HEAD_SIZE,
  INPUT,
  INPUT_SIZE,
  MAX_FIELDS,
  NEED_DATA,
  TELL_NAME_OCTETS,
} from "../../assembly/layout.ts";
import { HTTP1_KERNEL } from "../../build/out/http1-kernel.ts";
import { USUAL_NAMES } from "../shared/header-fields.ts";
import { FEW } from "../shared/octets.ts";
import type { ReceiveBuffer } from "../shared/receive-buffer.ts";
import { instantiate } from "./module.ts";
import { encodeLatin1, isLatin1 } from "./text.ts";

/** The kernel's exports, as assembly/index.ts has them; addresses and counts are whole numbers. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  scanHead(what: number, start: number, end: number, allow: number, maxFields: number, maxTarget: number): number;
  scanChunkLine(start: number, end: number, allow: number, maxDigits: number, maxExtensions: number): number;
  takeNames(start: number, end: number): void;
}

/** Hands the known field names to a new instance, which knows none before. */
export function giveNames({ memory, takeNames }: Pick<KernelExports, "memory" | "takeNames">): void {
  const text = `${USUAL_NAMES.join(" ")} `;
  encodeLatin1(text, new Uint8Array(memory.buffer), INPUT);
  takeNames(INPUT, INPUT + text.length);
}

/**
 * Up to here V8 keeps an integer without a box. A number read from a Float64Array has one until it is made an integer.
 */
const SMALL = 0x3fffffff;

/** The kernel and its scratch memory. */
export class Kernel {
  /** All of memory. */
  readonly octets: Uint8Array;
  /**
   * HEAD: index it by layout.ts's HEAD_ offsets, divided by four. Read directly, as a call for each cost 40 ns a head.
   */
  readonly head: Int32Array;
  /** The scratch page. */
  private readonly input: Uint8Array;
  readonly scanHead: KernelExports["scanHead"];
  readonly scanChunkLine: KernelExports["scanChunkLine"];
  private readonly lengths: Float64Array;

  constructor(exports: KernelExports) {
    const { memory, scanHead, scanChunkLine } = exports;
    giveNames(exports);
    this.octets = new Uint8Array(memory.buffer);
    this.input = new Uint8Array(memory.buffer, INPUT, INPUT_SIZE);
    this.head = new Int32Array(memory.buffer, HEAD, HEAD_SIZE / 4);
    this.scanHead = scanHead;
    this.scanChunkLine = scanChunkLine;
    this.lengths = new Float64Array(memory.buffer, HEAD + HEAD_LENGTH, 1);
  }

  /** The Content-Length of the head, or the size of the chunk. */
  get length(): number {
    const length = this.lengths[0] as number;
    return length <= SMALL ? length | 0 : length;
  }

  /** Copies the octets [from, end) of the element that is being read to the scratch page; returns where they end. */
  put(source: ReceiveBuffer, from: number, end: number): number {
    const { octets } = this;
    const { partial, partialLength, chunk, position } = source;
    let at = INPUT;
    if (from < partialLength) {
      octets.set(partial.subarray(from, partialLength), at);
      at += partialLength - from;
    }
    const first = position + Math.max(from - partialLength, 0);
    const last = position + end - partialLength;
    if (last - first > FEW) {
      octets.set(first === 0 && last === chunk.length ? chunk : chunk.subarray(first, last), at);
      return at + last - first;
    }
    for (let i = first; i < last; i++) octets[at++] = chunk[i] as number;
    return at;
  }

  /**
   * Scans a text of at most INPUT_SIZE chars as a whole head to be sent, with no leniency. Returns 0 also when a char
   * is above 0xff. Nearly every head is ASCII, which shows in the counts of its UTF-8 encoding: that saves a search (75
   * ns of 500).
   */
  scanText(what: number, text: string): number {
    const { read, written } = UTF8.encodeInto(text, this.input);
    if (read !== text.length || written !== text.length) {
      if (!isLatin1(text)) return NEED_DATA;
      encodeLatin1(text, this.input, 0);
    }
    return this.scanHead(what, INPUT, INPUT + text.length, TELL_NAME_OCTETS, MAX_FIELDS, INPUT_SIZE);
  }
}

const UTF8 = new TextEncoder();

let instance: Kernel | undefined;

/** Returns the kernel of this realm. @throws LocalProtocolError NO_KERNEL when it cannot be instantiated */
export function kernel(): Kernel {
  instance ??= new Kernel(instantiate<KernelExports>(HTTP1_KERNEL));
  return instance;
}
