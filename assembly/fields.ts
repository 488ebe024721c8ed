// *( field-line CRLF ) CRLF: header and trailer fields (RFC 9112 2.1 and 5), read in one pass together with their
// meaning.
import { COLON, CR, DEL, isSpace, LF, SP, TOKEN } from "./bytes";
import { isSpelled, nameIdentity } from "./field-names";
import {
  ALLOW_MALFORMED_FIELDS,
  BAD_FIELD_NAME,
  BAD_FIELD_VALUE,
  FIRST_NOT_FOR_TRAILERS,
  HEAD,
  HEAD_FACTS,
  HEAD_FIELD_COUNT,
  HEAD_FIELD_OCTETS,
  HEAD_FIELDS_END,
  HEAD_LEFT_OUT,
  HEAD_LISTED,
  HEAD_LONG_RECORD,
  HEAD_NAME_OCTETS,
  HEAD_OTHER_OCTETS,
  HEAD_READS_END,
  HEAD_RECORD,
  HEAD_RECORDS,
  HEAD_UNFOLDED_END,
  LAST_NOT_FOR_TRAILERS,
  LAST_READ_NAME,
  LONG_RECORD_SIZE,
  NAME_CONNECTION,
  NAME_CONTENT_LENGTH,
  NAME_TRANSFER_ENCODING,
  NOT_FOR_TRAILERS,
  READ_SIZE,
  READS,
  RECORD_NAME_LENGTH,
  RECORD_NUMBER,
  RECORD_SIZE,
  RECORD_SPELLED,
  RESUMED,
  TELL_NAME_OCTETS,
  TOO_MANY_FIELDS,
  TRAILERS,
} from "./layout";
import { fault, needData, scanLineEnd } from "./outcome";
import { skipClass, skipSpaces, skipValue } from "./skip";
import { unfold } from "./unfold";
import { MOST_USUAL, scanUsual } from "./usual";
import { readValue } from "./values";

/**
 * Scans *( field-line CRLF ) CRLF in [p, end). Writes HEAD, and the records below `start`, the first octet of the head.
 * The facts of the start line are in HEAD_FACTS already. Returns what scanHead() returns.
 */
export function scanFields(what: i32, start: usize, p: usize, end: usize, allow: u32, maxFields: u32): i32 {
  if (what == RESUMED && p < end && isSpace(load<u8>(p))) {
    const next = unfold(p, p, start, end, allow);
    if (next <= 0) return next;
    p = next;
  }
  store<u32>(start - RECORD_SIZE, spread(<u32>(p - start)), 0, 1);
  store<u32>(HEAD + HEAD_RECORD, <u32>start - RECORD_SIZE);
  store<u32>(HEAD + HEAD_LONG_RECORD, 0);
  store<u32>(HEAD + HEAD_READS_END, <u32>READS);
  store<u32>(HEAD + HEAD_LISTED, 0);
  store<u32>(HEAD + HEAD_LEFT_OUT, 0);
  store<u32>(HEAD + HEAD_OTHER_OCTETS, <u32>p);
  while (true) {
    if (ASC_FEATURE_SIMD) p = scanUsual(p, start, end, maxFields);
    if (p < end && (load<u8>(p) == CR || load<u8>(p) == LF)) {
      const behind = scanLineEnd(p, p, start, end, allow, BAD_FIELD_NAME);
      return behind <= 0 ? behind : finish(what, start, p, behind, allow);
    }
    const next = scanLine(p, start, end, allow, maxFields);
    if (next <= 0) return next;
    p = next;
  }
}

/** Finishes a section that ended with the empty line [p, behind). */
function finish(what: i32, start: usize, p: usize, behind: i32, allow: u32): i32 {
  const record: usize = load<u32>(HEAD + HEAD_RECORD);
  const beside = load<u32>(HEAD + HEAD_OTHER_OCTETS) + 4 * load<u32>(HEAD + HEAD_FIELD_COUNT);
  store<u32>(HEAD + HEAD_FIELD_OCTETS, <u32>p - beside);
  store<u32>(HEAD + HEAD_FIELDS_END, <u32>(p - start));
  store<u32>(HEAD + HEAD_RECORDS, <u32>(start - record));
  store<u32>(HEAD + HEAD_FACTS, readValues(start, load<u32>(HEAD + HEAD_FACTS)));
  if (what == TRAILERS) noteForbidden(start, record);
  if (allow & TELL_NAME_OCTETS) store<u32>(HEAD + HEAD_NAME_OCTETS, nameOctets(start, record));
  return behind - <i32>start;
}

/**
 * Scans any line and its CRLF: field-line = field-name ":" OWS field-value OWS. Returns the position after it, or
 * NEED_DATA, or a fault.
 */
function scanLine(p: usize, start: usize, end: usize, allow: u32, maxFields: u32): i32 {
  const count = load<u32>(HEAD + HEAD_FIELD_COUNT);
  if (p == end) return needData(p, start);
  if (count == maxFields) return fault(TOO_MANY_FIELDS, p, start);
  const nameEnd = allow & ALLOW_MALFORMED_FIELDS ? skipAnyName(p, end) : skipClass(p, end, TOKEN);
  if (nameEnd == end) return needData(p, start);
  if (nameEnd == p || load<u8>(nameEnd) != COLON) {
    return allow & ALLOW_MALFORMED_FIELDS
      ? dropLine(p, nameEnd, start, end, allow)
      : fault(BAD_FIELD_NAME, nameEnd, start);
  }
  const value = skipSpaces(nameEnd + 1, end);
  let valueEnd = skipValue(value, end, allow);
  let next = scanLineEnd(valueEnd, p, start, end, allow, BAD_FIELD_VALUE);
  if (next <= 0) return next;
  if (<usize>next == end) return needData(p, start);
  store<u32>(HEAD + HEAD_FIELD_COUNT, count + 1);
  if (isSpace(load<u8>(next))) {
    next = unfold(value, next, start, end, allow);
    if (next <= 0) return next;
    valueEnd = load<u32>(HEAD + HEAD_UNFOLDED_END);
  }
  while (valueEnd > value && isSpace(load<u8>(valueEnd - 1))) valueEnd--;
  const identity = nameIdentity(p, <u32>(nameEnd - p));
  if (<u32>(identity - NAME_CONNECTION) < <u32>LAST_READ_NAME) noteRead(identity, value, valueEnd);
  writeRecord(identity, p, nameEnd, value, valueEnd, next);
  return next;
}

/** Skips a name of any visible ASCII except the colon: more than a token. */
function skipAnyName(p: usize, end: usize): usize {
  while (p < end && <u32>load<u8>(p) - (SP + 1) < DEL - SP - 1 && load<u8>(p) != COLON) p++;
  return p;
}

/**
 * Drops a line that has no colon directly after a name. But it is a fault if its first word is a name that frames the
 * message, or if it has an octet that no name and no value can hold. Returns the position after it, or NEED_DATA, or a
 * fault.
 */
function dropLine(line: usize, nameEnd: usize, start: usize, end: usize, allow: u32): i32 {
  const stop: u32 = load<u8>(nameEnd);
  if (stop != COLON && stop != CR && stop != LF && !isSpace(stop)) return fault(BAD_FIELD_NAME, nameEnd, start);
  const word = skipSpaces(line, end);
  const wordEnd = skipClass(word, end, TOKEN);
  if (wordEnd == end) return needData(line, start);
  if (wordEnd > word) {
    const identity = nameIdentity(word, <u32>(wordEnd - word));
    if (identity == NAME_CONTENT_LENGTH || identity == NAME_TRANSFER_ENCODING)
      return fault(BAD_FIELD_NAME, wordEnd, start);
  }
  const next = scanLineEnd(skipValue(nameEnd, end, allow), line, start, end, allow, BAD_FIELD_VALUE);
  if (next > 0) leaveOut(start, line, next);
  return next;
}

/** Notes a value that is to be read. */
function noteRead(identity: i32, value: usize, valueEnd: usize): void {
  const at: usize = load<u32>(HEAD + HEAD_READS_END);
  store<u32>(at, <u32>value | ((<u32>identity) << 24), 0);
  store<u32>(at, <u32>valueEnd, 4);
  store<u32>(HEAD + HEAD_READS_END, <u32>(at + READ_SIZE));
}

/** Adds NOT_FOR_TRAILERS if any of the records, the last of which is at `record`, has such a name. */
function noteForbidden(start: usize, record: usize): void {
  const forbidden = <u32>(LAST_NOT_FOR_TRAILERS - FIRST_NOT_FOR_TRAILERS);
  for (let at = start - 2 * RECORD_SIZE; at >= record; at -= sizeOf(at)) {
    if (<u32>load<u8>(at, 1) - FIRST_NOT_FOR_TRAILERS <= forbidden) {
      store<u32>(HEAD + HEAD_FACTS, load<u32>(HEAD + HEAD_FACTS) | NOT_FOR_TRAILERS);
    }
  }
}

function nameOctets(start: usize, record: usize): u32 {
  let octets: u32 = 0;
  for (let at = start - 2 * RECORD_SIZE; at >= record; at -= sizeOf(at)) {
    octets += isUsual(at) ? load<u8>(at) & RECORD_NAME_LENGTH : joined(load<u32>(at - RECORD_NUMBER, 0, 1));
  }
  return octets;
}

function isUsual(record: usize): bool {
  return load<u8>(record) != 0;
}

function sizeOf(record: usize): usize {
  return isUsual(record) ? RECORD_SIZE : LONG_RECORD_SIZE;
}

/** Reads the values that govern the message, once all lines are known to be sound. */
function readValues(start: usize, facts: u32): u32 {
  const reads: usize = load<u32>(HEAD + HEAD_READS_END);
  for (let at: usize = READS; at < reads; at += READ_SIZE) {
    facts = readValue(load<u8>(at, 3), load<u32>(at) & 0xffffff, load<u32>(at, 4), facts, start);
  }
  return facts;
}

/** Writes the record of the line [p, next) below the last record. */
function writeRecord(identity: i32, p: usize, nameEnd: usize, value: usize, valueEnd: usize, next: usize): void {
  const record: usize = load<u32>(HEAD + HEAD_RECORD) - RECORD_SIZE;
  const length = <u32>(nameEnd - p);
  const gap = <u32>(value - nameEnd);
  const valueLength = <u32>(valueEnd - value);
  const behind = <u32>(next - valueEnd);
  store<u32>(HEAD + HEAD_OTHER_OCTETS, load<u32>(HEAD + HEAD_OTHER_OCTETS) + gap + behind - 4);
  if (gap == 2 && behind == 2 && length <= RECORD_NAME_LENGTH && valueLength <= MOST_USUAL) {
    const spelled = isSpelled(p, length, identity) ? RECORD_SPELLED : 0;
    store<u32>(record, length | spelled | ((<u32>identity) << 8) | (spread(valueLength) << 16), 0, 1);
    store<u32>(HEAD + HEAD_RECORD, <u32>record);
  } else {
    writeLong(record, identity, length, gap, valueLength, behind);
  }
}

function writeLong(record: usize, identity: i32, length: u32, gap: u32, valueLength: u32, behind: u32): void {
  store<u32>(record, (<u32>identity) << 8, 0, 1);
  const numbers = record - 4 * RECORD_NUMBER;
  writeNumber(numbers + 3 * RECORD_NUMBER, length);
  writeNumber(numbers + 2 * RECORD_NUMBER, gap);
  writeNumber(numbers + RECORD_NUMBER, valueLength);
  writeNumber(numbers, behind);
  store<u32>(HEAD + HEAD_RECORD, <u32>numbers);
  store<u32>(HEAD + HEAD_LONG_RECORD, <u32>numbers);
}

/** Leaves out the line [line, next): its octets join those before the first line, or after the last record's value. */
function leaveOut(start: usize, line: usize, next: usize): void {
  const octets = <u32>(next - line);
  const record: usize = load<u32>(HEAD + HEAD_RECORD);
  store<u32>(HEAD + HEAD_LEFT_OUT, <u32>(next - start));
  store<u32>(HEAD + HEAD_OTHER_OCTETS, load<u32>(HEAD + HEAD_OTHER_OCTETS) + octets);
  const word = load<u32>(record, 0, 1);
  if (load<u32>(HEAD + HEAD_FIELD_COUNT) == 0) store<u32>(record, spread(<u32>(next - start)), 0, 1);
  else if (record == load<u32>(HEAD + HEAD_LONG_RECORD)) writeNumber(record, octets + joined(word));
  else writeLong(record, (word >> 8) & 0x7f, word & RECORD_NAME_LENGTH, 2, joined(word >> 16), octets + 2);
}

function writeNumber(at: usize, number: u32): void {
  const octets = spread(number);
  store<u16>(at, octets, 0, 1);
  store<u8>(at, octets >> 16, 2);
}

/** Spreads 21 bits over three octets, seven in each. */
function spread(bits: u32): u32 {
  bits += bits & ~0x7f;
  return bits + (bits & ~0x7fff);
}

/** The reverse of spread(). */
function joined(bits: u32): u32 {
  return (bits & 0x7f) | ((bits >> 1) & 0x3f80) | ((bits >> 2) & 0x1fc000);
}
