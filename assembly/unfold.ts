// obs-fold = OWS CRLF RWS (RFC 9112 5.2): a value that continues on lines that begin with white space.
import { CR, isSpace, LF, SP } from "./bytes";
import { ALLOW_OBS_FOLD, BAD_FIELD_VALUE, HEAD, HEAD_UNFOLDED_END, OBS_FOLD } from "./layout";
import { fault, needData, scanLineEnd } from "./outcome";
import { skipValue } from "./skip";

/**
 * Reads the lines that continue the value, the first of them at `line`; then replaces each fold with one SP, on the
 * scratch page. Returns the position after the last line, or NEED_DATA, or a fault; HEAD tells where the value now
 * ends.
 */
export function unfold(value: usize, line: usize, start: usize, end: usize, allow: u32): i32 {
  if (!(allow & ALLOW_OBS_FOLD)) return fault(OBS_FOLD, line, start);
  while (true) {
    const valueEnd = skipValue(line, end, allow);
    const next = scanLineEnd(valueEnd, line, start, end, allow, BAD_FIELD_VALUE);
    if (next <= 0) return next;
    if (<usize>next == end) return needData(line, start);
    if (!isSpace(load<u8>(next))) {
      joinLines(value, valueEnd);
      return next;
    }
    line = next;
  }
}

/** Moves the value's octets together, each line end and the white space around it becoming one SP. */
function joinLines(value: usize, end: usize): void {
  let to = value;
  // coverage: between a value and the end of the line that continues it is a line end
  for (let from = value; from < end; ) {
    const octet: u32 = load<u8>(from++);
    if (octet != CR && octet != LF) {
      store<u8>(to++, octet);
      continue;
    }
    while (isSpace(load<u8>(from))) from++;
    while (to > value && isSpace(load<u8>(to - 1))) to--;
    if (to > value) store<u8>(to++, SP);
  }
  store<u32>(HEAD + HEAD_UNFOLDED_END, <u32>to);
}
