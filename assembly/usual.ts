// The usual line, `name ": " value CRLF`: its name at most 32 letters and "-", its value SP and visible ASCII. Nearly
// every line is one, so speed depends on this loop. Each test in it is nearly always false; where the next line begins
// depends on the list of stops alone; and its variables are so few that V8 keeps them in registers. Inside
// scanFields(), where they were spilled, a line took twice as many instructions.
import { HTAB, SP } from "./bytes";
import { candidate } from "./field-names";
import {
  HEAD,
  HEAD_FIELD_COUNT,
  HEAD_LISTED,
  HEAD_READS_END,
  HEAD_RECORD,
  HEAD_STOP,
  LAST_READ_NAME,
  NAME_CONNECTION,
  NAME_SIZE,
  NAME_UNKNOWN,
  NAMES,
  READ_SIZE,
  RECORD_SIZE,
  RECORD_SPELLED,
  VECTORS,
} from "./layout";
import { lastWindow } from "./skip";
import { listStops } from "./stops";

/** ":" and SP; CR and LF. */
const SEPARATOR: u32 = 0x203a;
const LINE_END: u32 = 0x0a0d;

/** The longest value that a usual record can describe. */
export const MOST_USUAL: u32 = 0x3fff;

/** Puts the loop's constants into memory, where V8 takes them for variables: else it would make them in every line. */
export function fillVectors(): void {
  v128.store(VECTORS, i8x16.splat(0x20), 0);
  v128.store(VECTORS, i8x16.splat(0x1f), 16);
  v128.store(VECTORS, i8x16.splat(-0x66), 32);
  v128.store(VECTORS, i8x16.splat(0x2d), 48);
}

/**
 * Scans usual lines from p on. Returns the start of the first line that is not usual, or that exceeds `maxFields`. What
 * is kept from line to line is in HEAD.
 */
export function scanUsual(p: usize, start: usize, end: usize, maxFields: u32): usize {
  const count = load<u32>(HEAD + HEAD_FIELD_COUNT);
  const record: usize = load<u32>(HEAD + HEAD_RECORD);
  p = scanLines(p, start, end, record - RECORD_SIZE * (maxFields - count));
  store<u32>(HEAD + HEAD_FIELD_COUNT, count + <u32>(record - load<u32>(HEAD + HEAD_RECORD)) / RECORD_SIZE);
  return p;
}

/** Scans usual lines, at most until the records reach down to `least`. */
function scanLines(p: usize, start: usize, end: usize, least: usize): usize {
  let listed: usize = load<u32>(HEAD + HEAD_LISTED);
  if (listed <= p) listed = listStops(start + ((p - start) & ~63), start, end);
  while (true) {
    p = scanListed(p, min(listed, end - 2), end, least);
    if (listed == end || <usize>load<u32>(load<u32>(HEAD + HEAD_STOP)) != listed) return p;
    listed = listStops(listed, start, end);
  }
}

/**
 * Scans usual lines as far as stops are listed, and before `limit`. No call is left in it after inlining, and it has
 * few variables: V8 spills what it cannot keep in registers.
 */
function scanListed(p: usize, limit: usize, end: usize, least: usize): usize {
  let record: usize = load<u32>(HEAD + HEAD_RECORD);
  let reads: usize = load<u32>(HEAD + HEAD_READS_END);
  let stop: usize = load<u32>(HEAD + HEAD_STOP);
  while (<usize>load<u32>(stop) < p) stop += 4;

  const bit5 = v128.load(VECTORS, 0);
  const toLetters = v128.load(VECTORS, 16);
  const behindLetters = v128.load(VECTORS, 32);
  const dash = v128.load(VECTORS, 48);

  while (record > least) {
    const lineEnd: usize = load<u32>(stop);
    if (lineEnd >= limit) break;
    if (<u32>load<u16>(lineEnd, 0, 1) != LINE_END) break;
    if (load<u8>(lineEnd - 1) == SP) break;
    const behind: u32 = load<u8>(lineEnd, 2);
    if (behind == SP) break;
    if (behind == HTAB) break;

    // Shifted so that "a" is -0x80, letters are all below -0x66. (Bit 5 turns a CR into "-", which is no letter; "-"
    // itself is looked for without it.)
    const first = p + 16 <= end ? v128.load(p, 0, 1) : lastWindow(p, end);
    const firstLower = v128.or(first, bit5);
    let second = first;
    let stops =
      i8x16.bitmask(v128.or(i8x16.lt_s(i8x16.add(firstLower, toLetters), behindLetters), i8x16.eq(first, dash))) ^
      0xffff;
    if (stops == 0) {
      second = p + 32 <= end ? v128.load(p, 16, 1) : lastWindow(p + 16, end);
      const secondLower = v128.or(second, bit5);
      stops =
        i8x16.bitmask(v128.or(i8x16.lt_s(i8x16.add(secondLower, toLetters), behindLetters), i8x16.eq(second, dash))) ^
        0xffff;
      stops <<= 16;
    }
    const length: u32 = ctz(stops);
    if (length == 0) break;
    const nameEnd = p + length;
    if (<u32>load<u16>(nameEnd, 0, 1) != SEPARATOR) break;
    if (load<u8>(nameEnd, 2) == SP) break;
    const valueLength = <u32>(lineEnd - nameEnd - 2);
    if (valueLength > MOST_USUAL) break;

    // A processor cannot predict which name comes next, so there is no branch on it. It can predict that names have
    // their usual spelling, which saves folding their case (5 ns a head; folding always, and reporting both results,
    // took 14 more).
    const known = candidate(nameEnd, length);
    const name = NAMES + known * NAME_SIZE;
    const throughColon = stops ^ (stops - 1);
    const spelled =
      i8x16.bitmask(i8x16.eq(first, v128.load(name, 0, 1))) |
      (i8x16.bitmask(i8x16.eq(second, v128.load(name, 16, 1))) << 16);
    let nameOctet = length | RECORD_SPELLED;
    let identity = known;
    if (throughColon & ~spelled) {
      nameOctet = length;
      const same =
        i8x16.bitmask(i8x16.eq(v128.or(first, bit5), v128.or(v128.load(name, 0, 1), bit5))) |
        (i8x16.bitmask(i8x16.eq(v128.or(second, bit5), v128.or(v128.load(name, 16, 1), bit5))) << 16);
      identity = select<i32>(known, NAME_UNKNOWN, (throughColon & ~same) == 0);
    }

    store<u32>(reads, <u32>(nameEnd + 2) | ((<u32>identity) << 24), 0);
    store<u32>(reads, <u32>lineEnd, 4);
    reads += select<usize>(READ_SIZE, 0, <u32>(identity - NAME_CONNECTION) < <u32>LAST_READ_NAME);
    record -= RECORD_SIZE;
    store<u32>(record, nameOctet | ((<u32>identity) << 8) | ((valueLength + (valueLength & 0x3f80)) << 16), 0, 1);
    p = lineEnd + 2;
    stop += 4;
  }
  store<u32>(HEAD + HEAD_RECORD, <u32>record);
  store<u32>(HEAD + HEAD_READS_END, <u32>reads);
  store<u32>(HEAD + HEAD_STOP, <u32>stop);
  return p;
}
