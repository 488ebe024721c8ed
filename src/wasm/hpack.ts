// The only instance of HPACK's kernel in this realm, made at first use, and the views of its memory.

import { HEAD, HEAD_FACTS, HEAD_FAULT_AT, HEAD_FIELD_COUNT, HEAD_SIZE, HIGH } from "../../assembly/layout.ts";
import {
  BAD_AUTHORITY,
  BAD_CONTENT_LENGTH,
  BAD_FIELD_NAME,
  BAD_FIELD_VALUE,
  BAD_HOST,
  BAD_HPACK_INDEX,
  BAD_HPACK_INTEGER,
  BAD_HPACK_STRING,
  BAD_HUFFMAN,
  BAD_METHOD,
  BAD_PATH,
  BAD_PROTOCOL,
  BAD_SCHEME,
  BAD_STATUS,
  BAD_TABLE_SIZE_UPDATE,
  BAD_TE,
  BLOCK,
  BLOCK_SIZE,
  CONNECTION_SPECIFIC_FIELD,
  CONTENT_LENGTH_TOO_LARGE,
  FIELD_NAME_NOT_LOWER_CASE,
  FIELD_SIZE,
  FIELDS,
  HEAD_TEXT_END,
  MAX_FIELDS_AT_ONCE,
  STATIC_RULES,
  TEXT,
  UNKNOWN_PSEUDO_FIELD,
} from "../../assembly/layout-http2.ts";
import { HTTP2_KERNEL } from "../../build/out/http2-kernel.ts";
import { HTTP2_ERRORS } from "../shared/error-codes.ts";
import { addErrors, type ErrorCode } from "../shared/errors.ts";
import { FEW } from "../shared/octets.ts";
import { instantiate } from "./module.ts";
import { decodeLatin1, encodeLatin1, isLatin1 } from "./text.ts";

/** The kernel's exports, as assembly/http2.ts has them. */
interface HpackExports {
  readonly memory: WebAssembly.Memory;
  decodeBlock(position: number, end: number, isStart: number): number;
  encodeBlock(count: number, how: number): number;
  checkValue(rule: number, start: number, end: number): number;
}

/** The number of words in a record. */
export const FIELD_WORDS = FIELD_SIZE / 4;

export class HpackKernel {
  /** The records, FIELD_WORDS words each. */
  readonly fields: Int32Array;
  readonly decodeBlock: HpackExports["decodeBlock"];
  readonly encodeBlock: HpackExports["encodeBlock"];
  readonly checkValue: HpackExports["checkValue"];
  private readonly octets: Uint8Array;
  private readonly head: Uint32Array;
  private readonly text: Uint8Array;

  constructor({ memory, decodeBlock, encodeBlock, checkValue }: HpackExports) {
    this.octets = new Uint8Array(memory.buffer);
    this.fields = new Int32Array(memory.buffer, FIELDS, FIELD_WORDS * MAX_FIELDS_AT_ONCE);
    this.head = new Uint32Array(memory.buffer, HEAD, HEAD_SIZE / 4);
    this.text = new Uint8Array(memory.buffer, TEXT, BLOCK_SIZE);
    this.decodeBlock = decodeBlock;
    this.encodeBlock = encodeBlock;
    this.checkValue = checkValue;
  }

  /** The number of records that decodeBlock made. */
  get count(): number {
    return this.head[HEAD_FIELD_COUNT >> 2] as number;
  }

  /** The index of the record in which encodeBlock found a fault. */
  get faultAt(): number {
    return this.head[HEAD_FAULT_AT >> 2] as number;
  }

  /** Returns the rule of an entry of the static table. */
  staticRule(index: number): number {
    return this.octets[STATIC_RULES + index] as number;
  }

  /** Copies a block of at most BLOCK_SIZE octets to BLOCK; returns the address where it ends. */
  put(block: Uint8Array): number {
    const { octets } = this;
    const { length } = block;
    if (length > FEW) octets.set(block, BLOCK);
    else for (let i = 0; i < length; i++) octets[BLOCK + i] = block[i] as number;
    return BLOCK + length;
  }

  /** Returns all that decodeBlock decoded, one char per octet. */
  takeText(): string {
    const { head } = this;
    const end = head[HEAD_TEXT_END >> 2] as number;
    return end === TEXT ? "" : decodeLatin1(this.octets, TEXT, end, this.isHigh);
  }

  /** Returns the octets [start, end) of it, as a string that keeps nothing else alive. */
  takePart(start: number, end: number): string {
    return decodeLatin1(this.octets, TEXT + start, TEXT + end, this.isHigh);
  }

  /** Writes at most BLOCK_SIZE chars to TEXT. Returns false when one is above 0xff. */
  putText(text: string): boolean {
    const { read, written } = UTF8.encodeInto(text, this.text);
    if (read === text.length && written === text.length) return true;
    if (!isLatin1(text)) return false;
    encodeLatin1(text, this.text, 0);
    return true;
  }

  /** Returns the block that encodeBlock wrote, up to `end`: a view that the next call overwrites. */
  blockUpTo(end: number): Uint8Array {
    return this.octets.subarray(BLOCK, end);
  }

  private get isHigh(): boolean {
    return ((this.head[HEAD_FACTS >> 2] as number) & HIGH) !== 0;
  }
}

const UTF8 = new TextEncoder();

let instance: HpackKernel | undefined;

/** Returns the kernel of this realm. @throws LocalProtocolError NO_KERNEL when it cannot be instantiated */
export function hpackKernel(): HpackKernel {
  instance ??= new HpackKernel(instantiate<HpackExports>(HTTP2_KERNEL));
  return instance;
}

addErrors(HTTP2_ERRORS);

/** The error code of each fault that the kernel finds. */
export const HPACK_FAULTS: ReadonlyMap<number, ErrorCode> = new Map([
  [BAD_HPACK_INTEGER, "BAD_HPACK_INTEGER"],
  [BAD_HPACK_STRING, "BAD_HPACK_STRING"],
  [BAD_HUFFMAN, "BAD_HUFFMAN"],
  [BAD_HPACK_INDEX, "BAD_HPACK_INDEX"],
  [BAD_TABLE_SIZE_UPDATE, "BAD_TABLE_SIZE_UPDATE"],
  [BAD_FIELD_NAME, "BAD_FIELD_NAME"],
  [FIELD_NAME_NOT_LOWER_CASE, "FIELD_NAME_NOT_LOWER_CASE"],
  [BAD_FIELD_VALUE, "BAD_FIELD_VALUE"],
  [CONNECTION_SPECIFIC_FIELD, "CONNECTION_SPECIFIC_FIELD"],
  [BAD_TE, "BAD_TE"],
  [UNKNOWN_PSEUDO_FIELD, "UNKNOWN_PSEUDO_FIELD"],
  [BAD_METHOD, "BAD_METHOD"],
  [BAD_SCHEME, "BAD_SCHEME"],
  [BAD_AUTHORITY, "BAD_AUTHORITY"],
  [BAD_PATH, "BAD_PATH"],
  [BAD_PROTOCOL, "BAD_PROTOCOL"],
  [BAD_STATUS, "BAD_STATUS"],
  [BAD_CONTENT_LENGTH, "BAD_CONTENT_LENGTH"],
  [CONTENT_LENGTH_TOO_LARGE, "CONTENT_LENGTH_TOO_LARGE"],
  [BAD_HOST, "BAD_HOST"],
] as const);

/** Returns the error code of a fault. */
export function hpackFault(fault: number): ErrorCode {
  return HPACK_FAULTS.get(fault) as ErrorCode;
}
