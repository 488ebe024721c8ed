// The kernel of HPACK as its tests see it: octets in, records out, in plain words.
import { readFileSync } from "node:fs";
import { HEAD, HEAD_FAULT_AT, HEAD_FIELD_COUNT, HEAD_SIZE } from "../../assembly/layout.ts";
import * as layout from "../../assembly/layout-http2.ts";
import { HPACK_FAULTS } from "../../src/wasm/hpack.ts";
import { latin1, octets } from "../helpers.ts";

export const HPACK_BUILDS = ["http2.wasm", "http2.scalar.wasm"] as const;

export interface HpackExports {
  readonly memory: WebAssembly.Memory;
  decodeBlock(position: number, end: number, isStart: number): number;
  encodeBlock(count: number, how: number): number;
  checkValue(rule: number, start: number, end: number): number;
}

export function hpackModule(build: (typeof HPACK_BUILDS)[number]): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(`../../build/out/${build}`, import.meta.url)));
}

export function newHpack(build: (typeof HPACK_BUILDS)[number]): HpackExports {
  return new WebAssembly.Instance(hpackModule(build)).exports as unknown as HpackExports;
}

/** A record, its strings cut out. `name` and `value` of literals only; an index of 0 is a literal name. */
export interface HpackRecord {
  kind: number;
  rule: number;
  fault: string;
  index: number;
  name: string;
  value: string;
}

export const faultName = (fault: number): string => (fault === 0 ? "" : (HPACK_FAULTS.get(fault) ?? `fault ${fault}`));

/** Decodes one block, or as much of it as one call does: the records and where it goes on, or a code. */
export function decodeAt(
  { memory, decodeBlock }: HpackExports,
  block: Uint8Array,
  isStart = true,
): { records: HpackRecord[]; next: number } | string {
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(block, layout.BLOCK);
  const status = decodeBlock(layout.BLOCK, layout.BLOCK + block.length, isStart ? 1 : 0);
  if (status < 0) return faultName(-status);
  const head = new Uint32Array(memory.buffer, HEAD, HEAD_SIZE / 4);
  const words = new Int32Array(memory.buffer, layout.FIELDS, 4 * layout.MAX_FIELDS_AT_ONCE);
  const records: HpackRecord[] = [];
  let start = layout.TEXT;
  for (let i = 0; i < (head[HEAD_FIELD_COUNT >> 2] as number); i++) {
    const [word = 0, index = 0, nameEnd = 0, end = 0] = words.subarray(4 * i, 4 * i + 4);
    const record = { kind: word & 0xff, rule: (word >> 8) & 0xff, fault: faultName(word >> 16), index };
    if (record.kind === layout.INDEXED || record.kind === layout.SIZE_UPDATE) {
      records.push({ ...record, name: "", value: "" });
      continue;
    }
    const name = latin1(bytes.subarray(start, layout.TEXT + nameEnd));
    const value = latin1(bytes.subarray(layout.TEXT + nameEnd, layout.TEXT + end));
    records.push({ ...record, name, value });
    start = layout.TEXT + end;
  }
  return { records, next: status - layout.BLOCK };
}

export type GivenRecord = Pick<HpackRecord, "kind" | "index"> & Partial<HpackRecord>;

/** Encodes records: the block, or a code and of which record. */
export function encodeAt(
  { memory, encodeBlock }: HpackExports,
  records: readonly GivenRecord[],
  how = 0,
): Uint8Array | string {
  const bytes = new Uint8Array(memory.buffer);
  const words = new Int32Array(memory.buffer, layout.FIELDS, 4 * layout.MAX_FIELDS_AT_ONCE);
  let text = "";
  records.forEach(({ kind, rule = 0, index, name = "", value = "" }, i) => {
    words.set([kind | (rule << 8), index, name.length, value.length], 4 * i);
    text += name + value;
  });
  bytes.set(octets(text), layout.TEXT);
  const status = encodeBlock(records.length, how);
  const at = new Uint32Array(memory.buffer, HEAD, HEAD_SIZE / 4)[HEAD_FAULT_AT >> 2];
  return status < 0 ? `${faultName(-status)} of ${at}` : bytes.slice(layout.BLOCK, status);
}
