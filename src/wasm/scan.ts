// The calls of the kernel: put octets on the scratch page, call, read what it says. What a call left in memory is good
// until the next one, so each function here that reads it is called at once.
import * as layout from "../../assembly/layout.ts";
import type { ErrorCode } from "../shared/errors.ts";
import { HeaderFields, NO_FIELDS } from "../shared/header-fields.ts";
import { type Kernel, kernel } from "./kernel.ts";
import { decodeLatin1, encodeLatin1 } from "./text.ts";

/** Where the octets of an element lie: those of a partial copy, then those of a chunk. */
export interface Source {
  readonly partial: Uint8Array;
  readonly partialLength: number;
  readonly chunk: Uint8Array;
  readonly position: number;
}

/** Copying so few octets one by one costs less than making a view of them. */
const FEW = 32;

/** Puts the element's octets [from, end) on the scratch page; returns where they end there. */
function put({ octets }: Kernel, source: Source, from: number, end: number): number {
  const { partial, partialLength, chunk, position } = source;
  let at = layout.INPUT;
  if (from < partialLength) {
    octets.set(partial.subarray(from, partialLength), at);
    at += partialLength - from;
  }
  const first = position + Math.max(from - partialLength, 0);
  const last = position + end - partialLength;
  if (last - first <= FEW) {
    for (let i = first; i < last; i++) octets[at++] = chunk[i] as number;
    return at;
  }
  octets.set(first === 0 && last === chunk.length ? chunk : chunk.subarray(first, last), at);
  return at + last - first;
}

/** Scans the octets [from, end) of the element as `what`. Positive: consumed; 0: more are needed; negative: a fault. */
export function scanHead(
  what: number,
  source: Source,
  from: number,
  end: number,
  allow: number,
  maxFields: number,
  maxTarget: number,
): number {
  const instance = kernel();
  return instance.scanHead(what, layout.INPUT, put(instance, source, from, end), allow, maxFields, maxTarget);
}

/** Scans the octets [0, end) of the element as a chunk-size line. */
export function scanChunkLine(
  source: Source,
  end: number,
  allow: number,
  maxDigits: number,
  maxExtensions: number,
): number {
  const instance = kernel();
  return instance.scanChunkLine(layout.INPUT, put(instance, source, 0, end), allow, maxDigits, maxExtensions);
}

/** Scans a text of at most INPUT_SIZE chars, each one octet, as a whole head that is to be sent: no leniency. */
export function scanText(what: number, text: string): number {
  const instance = kernel();
  encodeLatin1(text, instance.octets, layout.INPUT);
  const end = layout.INPUT + text.length;
  return instance.scanHead(what, layout.INPUT, end, 0, layout.MAX_FIELDS, layout.INPUT_SIZE);
}

/** A word of HEAD after a scan: see layout.ts. */
export function headWord(offset: number): number {
  return kernel().word(offset);
}

/** The Content-Length of the head, or the size of the chunk. */
export function headLength(): number {
  return kernel().number(layout.HEAD_LENGTH);
}

/** The head of `length` octets as one string, with the records of its fields before it. */
export function takeText(length: number): string {
  const { octets } = kernel();
  const start = layout.INPUT - layout.RECORD_SIZE * headWord(layout.HEAD_FIELD_COUNT);
  const high = (headWord(layout.HEAD_FACTS) & layout.HIGH) !== 0;
  return decodeLatin1(octets, start, layout.INPUT + length, high);
}

/** The fields of a trailer section of `length` octets, without those that must not stand there. */
export function takeTrailers(length: number): HeaderFields {
  const count = headWord(layout.HEAD_FIELD_COUNT);
  if (count === 0) return NO_FIELDS;
  const text = takeText(length);
  if ((headWord(layout.HEAD_FACTS) & layout.NOT_FOR_TRAILERS) === 0) return new HeaderFields(text, count);
  let records = "";
  for (let at = 0; at < count * layout.RECORD_SIZE; at += layout.RECORD_SIZE) {
    const identity = text.charCodeAt(at + 3);
    const forbidden = identity >= layout.FIRST_NOT_FOR_TRAILERS && identity <= layout.LAST_NOT_FOR_TRAILERS;
    if (!forbidden) records += text.substring(at, at + layout.RECORD_SIZE);
  }
  const head = text.substring(count * layout.RECORD_SIZE);
  return new HeaderFields(records + head, records.length / layout.RECORD_SIZE);
}

/** The code of each fault that the kernel finds. */
export const FAULTS: ReadonlyMap<number, ErrorCode> = new Map([
  [layout.BAD_METHOD, "BAD_METHOD"],
  [layout.BAD_TARGET, "BAD_TARGET"],
  [layout.TARGET_TOO_LONG, "TARGET_TOO_LONG"],
  [layout.BAD_VERSION, "BAD_VERSION"],
  [layout.BAD_STATUS, "BAD_STATUS"],
  [layout.BAD_REASON, "BAD_REASON"],
  [layout.BARE_CR, "BARE_CR"],
  [layout.BARE_LF, "BARE_LF"],
  [layout.BAD_FIELD_NAME, "BAD_FIELD_NAME"],
  [layout.BAD_FIELD_VALUE, "BAD_FIELD_VALUE"],
  [layout.OBS_FOLD, "OBS_FOLD"],
  [layout.TOO_MANY_FIELDS, "TOO_MANY_FIELDS"],
  [layout.BAD_CHUNK_SIZE, "BAD_CHUNK_SIZE"],
  [layout.CHUNK_SIZE_TOO_LARGE, "CHUNK_SIZE_TOO_LARGE"],
  [layout.CHUNK_SIZE_TOO_LONG, "CHUNK_SIZE_TOO_LONG"],
  [layout.BAD_CHUNK_EXTENSION, "BAD_CHUNK_EXTENSION"],
  [layout.CHUNK_EXTENSIONS_TOO_LARGE, "CHUNK_EXTENSIONS_TOO_LARGE"],
] as const);

/** The code of a negative status. */
export function faultCode(status: number): ErrorCode {
  return FAULTS.get(-status) as ErrorCode;
}
