// The exports of http1.wasm. Pure functions over the scratch page: octets in, a status out, tokens in HEAD and the
// records.
import { fillClasses } from "./bytes";
import { scanFields } from "./fields";
import { HEAD, HEAD_FACTS, HEAD_FIELD_COUNT, REQUEST, RESPONSE } from "./layout";
import { scanRequestLine, scanStatusLine } from "./start-line";
import { fillVectors } from "./usual";

export { scanChunkLine } from "./chunk";
export { takeNames } from "./field-names";

/** The name of this kernel, by which src/wasm/module.ts recognizes it. */
export const http1: bool = true;

fillClasses();
if (ASC_FEATURE_SIMD) fillVectors();

/**
 * Scans one head, or a trailer section, or the field lines that continue either (RESUMED), in [start, end). Returns the
 * number of octets through the empty line, or NEED_DATA with HEAD_RESUME, or a negated fault with HEAD_FAULT_AT.
 */
export function scanHead(what: i32, start: usize, end: usize, allow: u32, maxFields: u32, maxTarget: u32): i32 {
  let fields: i32 = <i32>start;
  store<u32>(HEAD + HEAD_FIELD_COUNT, 0);
  if (what == REQUEST) fields = scanRequestLine(start, end, allow, maxTarget);
  else if (what == RESPONSE) fields = scanStatusLine(start, end, allow);
  else store<u32>(HEAD + HEAD_FACTS, 0);
  return fields <= 0 ? fields : scanFields(what, start, fields, end, allow, maxFields);
}
