// How a scan ends. Positive: the number of octets consumed. Zero: more are needed. Negative: a fault; HEAD tells where.
import { CR, LF } from "./bytes";
import { ALLOW_BARE_LF, BARE_CR, BARE_LF, HEAD, HEAD_FAULT_AT, HEAD_RESUME, NEED_DATA } from "./layout";

/** Reports that the octet at `at` breaks the rule `code`; `start` is the first octet of the input. */
export function fault(code: i32, at: usize, start: usize): i32 {
  store<u32>(HEAD + HEAD_FAULT_AT, <u32>(at - start));
  return -code;
}

/** Reports that more octets are needed. All lines before `resume` are complete: the next scan goes on there. */
export function needData(resume: usize, start: usize): i32 {
  store<u32>(HEAD + HEAD_RESUME, <u32>(resume - start));
  return NEED_DATA;
}

/**
 * Reads at p the end of the line that began at `line`: CRLF, or LF alone by leniency (RFC 9112 2.2). Any other octet
 * breaks `code`, the rule of what precedes it. Returns the position after the line end, or NEED_DATA, or a fault.
 */
export function scanLineEnd(p: usize, line: usize, start: usize, end: usize, allow: u32, code: i32): i32 {
  if (p == end) return needData(line, start);
  const octet: u32 = load<u8>(p);
  if (octet == LF) return allow & ALLOW_BARE_LF ? <i32>(p + 1) : fault(BARE_LF, p, start);
  if (octet != CR) return fault(code, p, start);
  if (p + 1 == end) return needData(line, start);
  return load<u8>(p + 1) == LF ? <i32>(p + 2) : fault(BARE_CR, p, start);
}
