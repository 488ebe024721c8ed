// What a scan says, in plain data: the form in which both builds of the kernel and the reference reader answer.
import * as layout from "../../assembly/layout.ts";
import { USUAL_NAMES } from "../../src/shared/header-fields.ts";
import { FAULTS } from "../../src/wasm/scan.ts";
import { atMemoryEnd, type KernelExports, latin1, octets } from "../helpers.ts";

/** Of a field: its name and value, and the identity of a known name (0: unknown). */
export type Field = [name: string, value: string, identity: number];

export interface Done {
  outcome: "done";
  consumed: number;
  facts: string[];
  fields: Field[];
  fieldsEnd: number;
  nameOctets: number;
  valueOctets: number;
  /** The Content-Length, where there is one that can be counted. */
  length: number | undefined;
  lengthAt: number | undefined;
  codingAt: number | undefined;
  hostAt: number | undefined;
  /** Of a request. */
  method?: number;
  methodEnd?: number;
  targetEnd?: number;
  /** Of a request and a response. */
  version?: number;
  /** Of a response. */
  status?: number;
  reason?: string;
}

export type Answer =
  | Done
  | { outcome: "more"; resume: number; count: number }
  | { outcome: "fault"; code: string; at: number };

export type LineAnswer =
  | { outcome: "done"; consumed: number; size: number; extensions: number }
  | { outcome: "more" }
  | { outcome: "fault"; code: string; at: number };

export interface Scan {
  what?: number;
  allow?: number;
  maxFields?: number;
  maxTarget?: number;
}

export interface LineScan {
  allow?: number;
  maxDigits?: number;
  maxExtensions?: number;
}

const FACTS = [
  "HIGH LENGTH LENGTH_REPEATED LENGTH_CONFLICT LENGTH_BAD LENGTH_TOO_LARGE CODING CHUNKED CODING_ENDS_CHUNKED",
  "CODING_OTHER CLOSE KEEP_ALIVE CONNECTION_UPGRADE CONNECTION UPGRADE EXPECT_CONTINUE HOST HOST_REPEATED HOST_BAD",
  "AUTHORITY NOT_FOR_TRAILERS",
]
  .join(" ")
  .split(" ");
const LAYOUT = { ...layout } as unknown as Readonly<Record<string, number>>;
const bitOf = (name: string) => LAYOUT[name] as number;

/** The names of the facts, in the order of their bits; a bit without a name is an error. */
export function factNames(facts: number): string[] {
  const known = FACTS.reduce((all, name) => all | bitOf(name), 0);
  if (facts & ~known) throw new Error(`unknown facts ${facts & ~known}`);
  return FACTS.filter((name) => facts & bitOf(name));
}

function word(kernel: KernelExports, offset: number): number {
  return new DataView(kernel.memory.buffer).getUint32(layout.HEAD + offset, true);
}

/** 21 bits, seven in each of three octets; the fourth is free. */
function spread(view: DataView, at: number): number {
  return view.getUint8(at) | (view.getUint8(at + 1) << 7) | (view.getUint8(at + 2) << 14);
}

/** The fields by their records: each tells how far it is to the next line. */
function readFields(kernel: KernelExports, start: number, count: number): Field[] {
  const view = new DataView(kernel.memory.buffer);
  const bytes = new Uint8Array(kernel.memory.buffer);
  const text = (from: number, length: number) => latin1(bytes.subarray(from, from + length));
  let record = start - layout.RECORD_SIZE;
  let line = start + spread(view, record);
  const fields = Array.from({ length: count }, (): Field => {
    record -= layout.RECORD_SIZE;
    const short = view.getUint8(record) & layout.RECORD_NAME_LENGTH;
    const isSpelled = (view.getUint8(record) & layout.RECORD_SPELLED) !== 0;
    const identity = view.getUint8(record + 1);
    const numbers = [short, 2, view.getUint8(record + 2) | (view.getUint8(record + 3) << 7), 2];
    if (short === 0) {
      for (let i = 0; i < 4; i++) numbers[i] = spread(view, (record -= layout.RECORD_NUMBER));
    }
    const [length, gap, valueLength, behind] = numbers as [number, number, number, number];
    const field: Field = [text(line, length), text(line + length + gap, valueLength), identity];
    if (isSpelled !== (short > 0 && USUAL_NAMES[identity] === field[0])) {
      throw new Error(`is ${field[0]} spelled as usual?`);
    }
    line += length + gap + valueLength + behind;
    return field;
  });
  if (word(kernel, layout.HEAD_RECORDS) !== start - record) throw new Error("HEAD_RECORDS is not what they take");
  return fields;
}

function fault(kernel: KernelExports, status: number): { outcome: "fault"; code: string; at: number } {
  return { outcome: "fault", code: FAULTS[-status] as string, at: word(kernel, layout.HEAD_FAULT_AT) };
}

/** Scans [start, start + length) of the kernel's memory as it is. */
export function scanAt(kernel: KernelExports, start: number, length: number, scan: Scan = {}): Answer {
  const { what = layout.REQUEST, allow = 0, maxFields = layout.MAX_FIELDS, maxTarget = layout.INPUT_SIZE } = scan;
  const status = kernel.scanHead(what, start, start + length, allow | layout.TELL_NAME_OCTETS, maxFields, maxTarget);
  const at = (offset: number) => word(kernel, offset);
  if (status < 0) return fault(kernel, status);
  if (status === layout.NEED_DATA) {
    return { outcome: "more", resume: at(layout.HEAD_RESUME), count: at(layout.HEAD_FIELD_COUNT) };
  }
  const facts = at(layout.HEAD_FACTS);
  const countable = facts & layout.LENGTH && !(facts & (layout.LENGTH_BAD | layout.LENGTH_TOO_LARGE));
  const length64 = new DataView(kernel.memory.buffer).getFloat64(layout.HEAD + layout.HEAD_LENGTH, true);
  const bytes = new Uint8Array(kernel.memory.buffer);
  return {
    outcome: "done",
    consumed: status,
    facts: factNames(facts),
    fields: readFields(kernel, start, at(layout.HEAD_FIELD_COUNT)),
    fieldsEnd: at(layout.HEAD_FIELDS_END),
    nameOctets: at(layout.HEAD_NAME_OCTETS),
    valueOctets: at(layout.HEAD_FIELD_OCTETS) - at(layout.HEAD_NAME_OCTETS),
    length: countable ? length64 : undefined,
    lengthAt: facts & layout.LENGTH ? at(layout.HEAD_LENGTH_AT) : undefined,
    codingAt: facts & layout.CODING ? at(layout.HEAD_CODING_AT) : undefined,
    hostAt: facts & layout.HOST ? at(layout.HEAD_HOST_AT) : undefined,
    ...(what === layout.REQUEST && {
      method: at(layout.HEAD_METHOD),
      methodEnd: at(layout.HEAD_METHOD_END),
      targetEnd: at(layout.HEAD_TARGET_END),
      version: at(layout.HEAD_VERSION),
    }),
    ...(what === layout.RESPONSE && {
      version: at(layout.HEAD_VERSION),
      status: at(layout.HEAD_STATUS),
      reason: latin1(bytes.subarray(start + at(layout.HEAD_REASON), start + at(layout.HEAD_REASON_END))),
    }),
  };
}

/** The junk that lies in HEAD and below the input before a scan: what a call finds there must not matter. */
let junk = 0;

function spoil(kernel: KernelExports, start: number): void {
  const bytes = new Uint8Array(kernel.memory.buffer);
  junk = (junk + 0x5b) & 0xff;
  bytes.fill(junk, layout.HEAD, layout.HEAD + layout.HEAD_SIZE);
  bytes.fill(junk ^ 0x55, start - 512, start);
}

/** Scans a head that ends where memory ends, with junk around it. */
export function scanHead(kernel: KernelExports, text: string, scan: Scan = {}): Answer {
  const bytes = octets(text);
  const start = atMemoryEnd(kernel, bytes);
  spoil(kernel, start);
  return scanAt(kernel, start, bytes.length, scan);
}

/** Scans a chunk-size line that ends where memory ends, with junk around it. */
export function scanChunkLine(kernel: KernelExports, text: string, scan: LineScan = {}): LineAnswer {
  const { allow = 0, maxDigits = 16, maxExtensions = 4096 } = scan;
  const bytes = octets(text);
  const start = atMemoryEnd(kernel, bytes);
  spoil(kernel, start);
  const status = kernel.scanChunkLine(start, start + bytes.length, allow, maxDigits, maxExtensions);
  if (status < 0) return fault(kernel, status);
  if (status === layout.NEED_DATA) return { outcome: "more" };
  const size = new DataView(kernel.memory.buffer).getFloat64(layout.HEAD + layout.HEAD_LENGTH, true);
  return { outcome: "done", consumed: status, size, extensions: word(kernel, layout.HEAD_EXTENSION_OCTETS) };
}

/** One line of an answer, for tables: "fault BAD_HOST 17", "more", "done 43". */
export function brief(answer: Answer | LineAnswer): string {
  if (answer.outcome === "fault") return `${answer.code} ${answer.at}`;
  return answer.outcome === "more" ? "more" : `done ${answer.consumed}`;
}
