// *( field-line CRLF ) CRLF: header and trailer fields (RFC 9112 2.1 and 5), in one pass with what they mean.
import { COLON, CR, DEL, HTAB, isSpace, LF, SP } from "./bytes";
import { candidate, nameIdentity } from "./field-names";
import {
  ALLOW_MALFORMED_FIELDS,
  BAD_FIELD_NAME,
  BAD_FIELD_VALUE,
  FIRST_NOT_FOR_TRAILERS,
  HEAD,
  HEAD_FACTS,
  HEAD_FIELD_COUNT,
  HEAD_FIELDS_END,
  HEAD_NAME_OCTETS,
  HEAD_RECORDS,
  HEAD_UNFOLDED_END,
  HEAD_VALUE_OCTETS,
  LAST_NOT_FOR_TRAILERS,
  LAST_READ_NAME,
  NAME_CONNECTION,
  NAME_CONTENT_LENGTH,
  NAME_SIZE,
  NAME_TRANSFER_ENCODING,
  NAME_UNKNOWN,
  NAMES,
  NOT_FOR_TRAILERS,
  READ_SIZE,
  READS,
  RECORD_NUMBER,
  RECORD_SIZE,
  RESUMED,
  TOO_MANY_FIELDS,
} from "./layout";
import { fault, needData, scanLineEnd } from "./outcome";
import { lastWindow, skipToken, skipValue } from "./skip";
import { firstStop, markStops } from "./stops";
import { unfold } from "./unfold";
import { readValue } from "./values";

/** ":" and SP, and CR and LF, as the second and third octet of a word. */
const SEPARATOR: u32 = 0x00203a00;
const LINE_END: u32 = 0x000a0d00;

/**
 * field-line = field-name ":" OWS field-value OWS. Reads [p, end). Writes HEAD, and the records below `start`, the
 * first octet of the head. The facts of the start line are in HEAD_FACTS already.
 */
export function scanFields(what: i32, start: usize, p: usize, end: usize, allow: u32, maxFields: u32): i32 {
  let facts: u32 = 0;
  let nameOctets: u32 = 0;
  let count: u32 = 0;
  let reads: usize = READS;
  let record = start - RECORD_SIZE;
  /** The last record that is not usual. */
  let longRecord: usize = 0;
  let marked = start;
  store<u32>(HEAD + HEAD_FIELD_COUNT, 0);
  if (what == RESUMED && p < end && isSpace(load<u8>(p))) {
    const next = unfold(p, p, start, end, allow);
    if (next <= 0) return next;
    p = next;
  }
  store<u32>(record, spread(<u32>(p - start)), 0, 1);
  /** Octets before this place that belong to no name and no value, four of each line aside. */
  let otherOctets = <u32>p;
  // coverage: a head begins within the input
  while (p <= end) {
    if (ASC_FEATURE_SIMD) {
      // The usual line, `name ": " value CRLF`, its name at most 32 letters and "-", its value SP and visible ASCII:
      // Where the next line begins hangs on the stops alone, so that a
      // processor works on several lines at a time; each test is nearly always false. Any other line is left to below.
      if (marked <= p) marked = markStops(start + ((p - start) & ~63), start, end);
      while (count < maxFields) {
        const lineEnd = firstStop(p, start);
        if (lineEnd + 3 > marked) {
          if (marked == end) break;
          marked = markStops(marked, start, end);
          continue;
        }
        // The value's last octet, CR, LF, and the first octet of the next line.
        const ending = load<u32>(lineEnd - 1, 0, 1);
        if ((ending & 0xffff00) != LINE_END) break;
        if ((ending & 0xff) == SP) break;
        if (ending >> 24 == SP) break;
        if (ending >> 24 == HTAB) break;

        const first = window(p, end);
        let second = first;
        let stops = nameStops(first);
        if (stops == 0) {
          second = window(p + 16, end);
          stops = nameStops(second) << 16;
        }
        const length: u32 = ctz(stops);
        if (length == 0) break;
        const nameEnd = p + length;
        // The name's last octet, ":", SP, and the value's first octet.
        const separator = load<u32>(nameEnd - 1, 0, 1);
        if ((separator & 0xffff00) != SEPARATOR) break;
        if (separator >> 24 == SP) break;

        const valueLength = <u32>(lineEnd - nameEnd - 2);
        if (valueLength > MOST_USUAL) break;

        const identity = usualIdentity(nameEnd, length, stops, first, second);
        noteRead(reads, identity, nameEnd + 2, lineEnd);
        reads += isRead(identity);
        facts |= forbiddenFact(identity);
        nameOctets += length;
        count++;
        record -= RECORD_SIZE;
        writeUsual(record, identity, length, valueLength);
        p = lineEnd + 2;
      }
    }
    const nameEnd = allow & ALLOW_MALFORMED_FIELDS ? skipAnyName(p, end) : skipToken(p, end);
    store<u32>(HEAD + HEAD_FIELD_COUNT, count);
    if (count == maxFields && p < end && load<u8>(p) != CR && load<u8>(p) != LF)
      return fault(TOO_MANY_FIELDS, p, start);
    if (nameEnd == end) return needData(p, start);
    if (nameEnd == p || load<u8>(nameEnd) != COLON) {
      if (allow & ALLOW_MALFORMED_FIELDS && load<u8>(p) != CR && load<u8>(p) != LF) {
        const next = dropLine(p, nameEnd, start, end, allow);
        if (next <= 0) return next;
        otherOctets += <u32>next - <u32>p;
        if (count == 0) store<u32>(record, spread(<u32>next - <u32>start), 0, 1);
        else record = longRecord = leaveOut(record, record == longRecord, <u32>next - <u32>p);
        p = next;
        continue;
      }
      const code =
        nameEnd == p ? scanLineEnd(p, p, start, end, allow, BAD_FIELD_NAME) : fault(BAD_FIELD_NAME, nameEnd, start);
      if (code <= 0) return code;
      facts |= load<u32>(HEAD + HEAD_FACTS);
      store<u32>(HEAD + HEAD_FACTS, readValues(reads, start, facts));
      store<u32>(HEAD + HEAD_RECORDS, <u32>(start - record));
      store<u32>(HEAD + HEAD_NAME_OCTETS, nameOctets);
      store<u32>(HEAD + HEAD_VALUE_OCTETS, <u32>p - otherOctets - 4 * count - nameOctets);
      store<u32>(HEAD + HEAD_FIELDS_END, <u32>(p - start));
      return code - <i32>start;
    }
    let value = nameEnd + 1;
    while (value < end && isSpace(load<u8>(value))) value++;
    let valueEnd = skipValue(value, end, allow);
    let next = scanLineEnd(valueEnd, p, start, end, allow, BAD_FIELD_VALUE);
    if (next <= 0) return next;
    if (<usize>next == end) return needData(p, start);
    if (isSpace(load<u8>(next))) {
      store<u32>(HEAD + HEAD_FIELD_COUNT, count + 1);
      next = unfold(value, next, start, end, allow);
      if (next <= 0) return next;
      valueEnd = load<u32>(HEAD + HEAD_UNFOLDED_END);
    }
    while (valueEnd > value && isSpace(load<u8>(valueEnd - 1))) valueEnd--;

    const length = <u32>(nameEnd - p);
    const identity = nameIdentity(p, length);
    noteRead(reads, identity, value, valueEnd);
    reads += isRead(identity);
    facts |= forbiddenFact(identity);
    nameOctets += length;
    count++;
    const gap = <u32>(value - nameEnd);
    const valueLength = <u32>(valueEnd - value);
    const behind = <u32>(<usize>next - valueEnd);
    otherOctets += gap + behind - 4;
    record -= RECORD_SIZE;
    if (gap == 2 && behind == 2 && length < 0x80 && valueLength <= MOST_USUAL) {
      writeUsual(record, identity, length, valueLength);
    } else {
      record = longRecord = writeLong(record, identity, length, gap, valueLength, behind);
    }
    store<u32>(HEAD + HEAD_FIELD_COUNT, count);
    p = next;
  }
  return needData(p, start);
}

/** A name of visible ASCII, of any but the colon: more than a token. */
function skipAnyName(p: usize, end: usize): usize {
  while (p < end && <u32>load<u8>(p) - (SP + 1) < DEL - SP - 1 && load<u8>(p) != COLON) p++;
  return p;
}

/**
 * A line without a colon directly behind a name: skips it. But one whose first word is a name that frames the message is
 * a fault, and so is an octet that no name and no value can hold. Returns the position behind it, or NEED_DATA, or a fault.
 */
function dropLine(line: usize, nameEnd: usize, start: usize, end: usize, allow: u32): i32 {
  const stop: u32 = load<u8>(nameEnd);
  if (stop != COLON && stop != CR && stop != LF && !isSpace(stop)) return fault(BAD_FIELD_NAME, nameEnd, start);
  let word = line;
  while (word < end && isSpace(load<u8>(word))) word++;
  const wordEnd = skipToken(word, end);
  if (wordEnd == end) return needData(line, start);
  if (wordEnd > word) {
    const identity = nameIdentity(word, <u32>(wordEnd - word));
    if (identity == NAME_CONTENT_LENGTH || identity == NAME_TRANSFER_ENCODING)
      return fault(BAD_FIELD_NAME, wordEnd, start);
  }
  return scanLineEnd(skipValue(nameEnd, end, allow), line, start, end, allow, BAD_FIELD_VALUE);
}

/** The 16 octets from p, zeros from `end` on. */
function window(p: usize, end: usize): v128 {
  return p + 16 <= end ? v128.load(p, 0, 1) : lastWindow(p, end);
}

/** Bit 5 makes letters lower-case (and "-" of a CR: where a name ends is known before this is compared). */
function lower16(octets: v128): v128 {
  return v128.or(octets, i8x16.splat(0x20));
}

/** Which of 16 octets are neither letters nor "-": from "a" as -0x80 on, letters are below -0x66. */
function nameStops(octets: v128): i32 {
  const letter = i8x16.lt_s(i8x16.add(lower16(octets), i8x16.splat(0x1f)), i8x16.splat(-0x66));
  return i8x16.bitmask(v128.or(letter, i8x16.eq(octets, i8x16.splat(0x2d)))) ^ 0xffff;
}

/**
 * The identity of a name of letters and "-" that has a colon behind it: `first` and `second` are its octets, and
 * `stops` begins behind it. Without a branch: which name comes next is what a
 * processor cannot foresee.
 */
function usualIdentity(nameEnd: usize, length: u32, stops: i32, first: v128, second: v128): i32 {
  const identity = candidate(nameEnd, length);
  const name = NAMES + identity * NAME_SIZE;
  const same =
    i8x16.bitmask(i8x16.eq(lower16(first), v128.load(name, 0, 1))) |
    (i8x16.bitmask(i8x16.eq(lower16(second), v128.load(name, 16, 1))) << 16);
  const throughColon = stops ^ (stops - 1);
  return select<i32>(identity, NAME_UNKNOWN, (throughColon & ~same) == 0);
}

/** Notes a value that may have to be read. */
function noteRead(at: usize, identity: i32, value: usize, valueEnd: usize): void {
  store<u32>(at, <u32>value | ((<u32>identity) << 24), 0);
  store<u32>(at, <u32>valueEnd, 4);
}

/** How far the note of a value is taken: not at all, when it need not be read. */
function isRead(identity: i32): usize {
  return select<usize>(READ_SIZE, 0, <u32>(identity - NAME_CONNECTION) < <u32>LAST_READ_NAME);
}

function forbiddenFact(identity: i32): u32 {
  const length = <u32>(LAST_NOT_FOR_TRAILERS - FIRST_NOT_FOR_TRAILERS);
  return select<u32>(NOT_FOR_TRAILERS, 0, <u32>(identity - FIRST_NOT_FOR_TRAILERS) <= length);
}

/** Reads the values that govern the message, once all lines are known to be sound. */
function readValues(reads: usize, start: usize, facts: u32): u32 {
  for (let at: usize = READS; at < reads; at += READ_SIZE) {
    facts = readValue(load<u8>(at, 3), load<u32>(at) & 0xffffff, load<u32>(at, 4), facts, start);
  }
  return facts;
}

/** The longest value that a usual record tells. */
const MOST_USUAL: u32 = 0x3fff;

function writeUsual(record: usize, identity: i32, length: u32, valueLength: u32): void {
  store<u32>(record, length | ((<u32>identity) << 8) | (spread(valueLength) << 16), 0, 1);
}

function writeLong(record: usize, identity: i32, length: u32, gap: u32, valueLength: u32, behind: u32): usize {
  store<u32>(record, (<u32>identity) << 8, 0, 1);
  return writeNumber(writeNumber(writeNumber(writeNumber(record, length), gap), valueLength), behind);
}

/** The line behind that of the last record is left out: so many octets more are behind its value. */
function leaveOut(record: usize, isLong: bool, octets: u32): usize {
  if (isLong) return writeNumber(record + RECORD_NUMBER, octets + joined(load<u32>(record, 0, 1)));
  const word = load<u32>(record, 0, 1);
  return writeLong(record, (word >> 8) & 0x7f, word & 0x7f, 2, joined(word >> 16), octets + 2);
}

function writeNumber(record: usize, number: u32): usize {
  record -= RECORD_NUMBER;
  const octets = spread(number);
  store<u16>(record, octets, 0, 1);
  store<u8>(record, octets >> 16, 2);
  return record;
}

/** 21 bits in three octets of seven. */
function spread(bits: u32): u32 {
  bits += bits & ~0x7f;
  return bits + (bits & ~0x7fff);
}

/** And back. */
function joined(bits: u32): u32 {
  return (bits & 0x7f) | ((bits >> 1) & 0x3f80) | ((bits >> 2) & 0x1fc000);
}
