// *( field-line CRLF ) CRLF: header and trailer fields (RFC 9112 2.1 and 5), in one pass with what they mean.
import { COLON, CR, isSpace, LF } from "./bytes";
import { nameIdentity } from "./field-names";
import {
  BAD_FIELD_NAME,
  BAD_FIELD_VALUE,
  FIRST_NOT_FOR_TRAILERS,
  HEAD,
  HEAD_FACTS,
  HEAD_FIELD_COUNT,
  HEAD_FIELDS_END,
  HEAD_NAME_OCTETS,
  HEAD_UNFOLDED_END,
  HEAD_VALUE_OCTETS,
  LAST_NOT_FOR_TRAILERS,
  LAST_READ_NAME,
  NAME_CONNECTION,
  NOT_FOR_TRAILERS,
  RECORD_SIZE,
  RESUMED,
  TOO_MANY_FIELDS,
} from "./layout";
import { fault, needData, scanLineEnd } from "./outcome";
import { skipToken, skipValue } from "./skip";
import { unfold } from "./unfold";
import { readValue } from "./values";

/**
 * field-line = field-name ":" OWS field-value OWS. Reads [p, end). Writes HEAD, and the records below `start`, the
 * first octet of the head. The facts of the start line are in HEAD_FACTS already.
 */
export function scanFields(what: i32, start: usize, p: usize, end: usize, allow: u32, maxFields: u32): i32 {
  let facts: u32 = 0;
  let nameOctets: u32 = 0;
  let valueOctets: u32 = 0;
  let count: u32 = 0;
  store<u32>(HEAD + HEAD_FIELD_COUNT, 0);
  if (what == RESUMED && p < end && isSpace(load<u8>(p))) {
    const next = unfold(p, p, start, end, allow);
    if (next <= 0) return next;
    p = next;
  }
  while (true) {
    let nameEnd = skipUsualName(p, end);
    if (nameEnd == end || load<u8>(nameEnd) != COLON) nameEnd = skipToken(nameEnd, end);
    if (count == maxFields && p < end && load<u8>(p) != CR && load<u8>(p) != LF)
      return fault(TOO_MANY_FIELDS, p, start);
    if (nameEnd == end) return needData(p, start);
    if (nameEnd == p || load<u8>(nameEnd) != COLON) {
      const code =
        nameEnd == p ? scanLineEnd(p, p, start, end, allow, BAD_FIELD_NAME) : fault(BAD_FIELD_NAME, nameEnd, start);
      if (code <= 0) return code;
      store<u32>(HEAD + HEAD_FACTS, load<u32>(HEAD + HEAD_FACTS) | facts);
      store<u32>(HEAD + HEAD_NAME_OCTETS, nameOctets);
      store<u32>(HEAD + HEAD_VALUE_OCTETS, valueOctets);
      store<u32>(HEAD + HEAD_FIELDS_END, <u32>(p - start));
      return code - <i32>start;
    }
    let value = nameEnd + 1;
    while (value < end && isSpace(load<u8>(value))) value++;
    let valueEnd = skipUsualValue(value, end);
    if (valueEnd == end || load<u8>(valueEnd) != CR) valueEnd = skipValue(valueEnd, end, allow);
    let next = <i32>valueEnd + 2;
    if (<usize>next > end || load<u16>(valueEnd, 0, 1) != CRLF) {
      next = scanLineEnd(valueEnd, p, start, end, allow, BAD_FIELD_VALUE);
      if (next <= 0) return next;
    }
    if (<usize>next == end) return needData(p, start);
    if (isSpace(load<u8>(next))) {
      store<u32>(HEAD + HEAD_FIELD_COUNT, count + 1);
      next = unfold(value, next, start, end, allow);
      if (next <= 0) return next;
      valueEnd = load<u32>(HEAD + HEAD_UNFOLDED_END);
    }
    while (valueEnd > value && isSpace(load<u8>(valueEnd - 1))) valueEnd--;

    const identity = nameIdentity(p, <u32>(nameEnd - p), end);
    if (<u32>(identity - NAME_CONNECTION) < <u32>LAST_READ_NAME)
      facts = readValue(identity, value, valueEnd, facts, start);
    facts |= select<u32>(
      NOT_FOR_TRAILERS,
      0,
      <u32>(identity - FIRST_NOT_FOR_TRAILERS) <= <u32>(LAST_NOT_FOR_TRAILERS - FIRST_NOT_FOR_TRAILERS),
    );
    nameOctets += <u32>(nameEnd - p);
    valueOctets += <u32>(valueEnd - value);
    writeRecord(start - ++count * RECORD_SIZE, identity, p - start, nameEnd - start, value - start, valueEnd - start);
    store<u32>(HEAD + HEAD_FIELD_COUNT, count);
    p = next;
  }
}

const CRLF: u16 = 0x0a0d;

/** The first octet of [p, p + 16) that is neither a letter nor "-": the colon, nearly always. */
function skipUsualName(p: usize, end: usize): usize {
  if (ASC_FEATURE_SIMD) {
    if (p + 16 > end) return p;
    const octets = v128.load(p, 0, 1);
    const letter = i8x16.sub(v128.or(octets, i8x16.splat(0x20)), i8x16.splat(0x61));
    const known = v128.or(i8x16.eq(i8x16.min_u(letter, i8x16.splat(25)), letter), i8x16.eq(octets, i8x16.splat(0x2d)));
    return p + ctz(~i8x16.bitmask(known));
  }
  return p;
}

/** SP and visible ASCII, 32 octets at a time: two windows a branch halve what cannot be foreseen, how long a value is. */
function skipUsualValue(p: usize, end: usize): usize {
  if (ASC_FEATURE_SIMD) {
    for (; p + 32 <= end; p += 32) {
      const stops = stopsOf(v128.load(p, 0, 1)) | (stopsOf(v128.load(p, 16, 1)) << 16);
      if (stops) return p + ctz(stops);
    }
  }
  return p;
}

function stopsOf(octets: v128): i32 {
  return i8x16.bitmask(v128.or(i8x16.lt_s(octets, i8x16.splat(0x20)), i8x16.eq(octets, i8x16.splat(0x7f))));
}

function writeRecord(record: usize, identity: i32, name: usize, nameEnd: usize, value: usize, valueEnd: usize): void {
  if (ASC_FEATURE_SIMD) {
    const words = i32x4.replace_lane(
      i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(<i32>name), 1, <i32>nameEnd), 2, <i32>value),
      3,
      <i32>valueEnd,
    );
    const spread = v128.or(
      v128.or(v128.and(words, i32x4.splat(0x7f)), v128.and(i32x4.shl(words, 1), i32x4.splat(0x7f00))),
      v128.and(i32x4.shl(words, 2), i32x4.splat(0x7f0000)),
    );
    v128.store(record, v128.or(spread, i32x4(identity << 24, 0, 0, 0)), 0, 1);
    return;
  }
  store<u32>(record, spread(name) | ((<u32>identity) << 24), 0, 1);
  store<u32>(record, spread(nameEnd), 4, 1);
  store<u32>(record, spread(value), 8, 1);
  store<u32>(record, spread(valueEnd), 12, 1);
}

/** 21 bits in three octets of seven. */
function spread(offset: usize): u32 {
  return <u32>((offset & 0x7f) | ((offset << 1) & 0x7f00) | ((offset << 2) & 0x7f0000));
}
