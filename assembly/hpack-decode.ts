// Decodes a header block to records and text (RFC 7541 3 and 6). Knows no dynamic table: what an index or a size means
// to one is left to its owner.
import { DEL, SP } from "./bytes";
import { nameFault, nameRule, valueFault } from "./field-rules";
import { decodeHuffman } from "./huffman";
import { HEAD, HEAD_FACTS, HEAD_FIELD_COUNT } from "./layout";
import {
  ANY,
  BAD_HPACK_INDEX,
  BAD_HPACK_INTEGER,
  BAD_HPACK_STRING,
  BAD_TABLE_SIZE_UPDATE,
  FIELD_SIZE,
  FIELDS,
  HEAD_NEXT,
  HEAD_ODD,
  HEAD_TEXT_END,
  INDEXED,
  MAX_FIELDS_AT_ONCE,
  NO_FAULT,
  SIZE_UPDATE,
  STATIC_COUNT,
  STATIC_RULES,
  TEXT,
} from "./layout-http2";
import { stopsAt } from "./stops";

/** An integer may have this many octets after the first, and at most 31 bits: more than any size or index needs. */
const MORE_OCTETS: u64 = 5;
const MAX_NUMBER: u64 = 0x7fffffff;

/**
 * Decodes the block's octets [p, end), up to MAX_FIELDS_AT_ONCE records. `isStart` tells that nothing but table size
 * updates precedes them. Returns where to go on, or a negated fault.
 */
export function decodeBlock(p: usize, end: usize, isStart: bool): i32 {
  let text = TEXT;
  let record = FIELDS;
  store<u32>(HEAD + HEAD_FACTS, 0);
  while (p < end && record < FIELDS + MAX_FIELDS_AT_ONCE * FIELD_SIZE) {
    const octet: u32 = load<u8>(p);
    const kind = kindOf(octet);
    // The bits of the first octet that hold an integer. If all of them are set, it goes on in the next octet.
    const most: u32 = 0x7f >> min<u32>(kind, 3);
    let number = octet & most;
    p++;
    if (number == most) {
      const status = readNumber(p, end, most);
      if (status < 0) return status;
      number = status;
      p = load<u32>(HEAD + HEAD_NEXT);
    }
    if (kind == SIZE_UPDATE) {
      if (!isStart) return -BAD_TABLE_SIZE_UPDATE;
      store<u32>(record, kind);
    } else if (kind == INDEXED) {
      if (number == 0) return -BAD_HPACK_INDEX;
      isStart = false;
      store<u32>(record, kind);
    } else {
      isStart = false;
      const status = decodeLiteral(p, end, text, record, kind, number);
      if (status < 0) return status;
      p = status;
      text = load<u32>(HEAD + HEAD_TEXT_END);
    }
    store<u32>(record, number, 4);
    record += FIELD_SIZE;
  }
  store<u32>(HEAD + HEAD_FIELD_COUNT, <u32>(record - FIELDS) / FIELD_SIZE);
  store<u32>(HEAD + HEAD_TEXT_END, <u32>text);
  return <i32>p;
}

/**
 * Decodes a literal's strings from p on to `text`, the name too if it has no index, and writes its record but for the
 * index. Returns where to go on, or a negated fault of the block; writes HEAD_TEXT_END.
 */
function decodeLiteral(p: usize, end: usize, text: usize, record: usize, kind: u32, index: u32): i32 {
  let rule: u32 = ANY;
  let fault = NO_FAULT;
  let nameEnd = text;
  if (index == 0) {
    const status = readString(p, end, text);
    if (status < 0) return status;
    p = status;
    nameEnd = load<u32>(HEAD + HEAD_TEXT_END);
    fault = nameFault(text, nameEnd);
    if (fault == NO_FAULT) rule = nameRule(text, nameEnd);
  } else if (index <= STATIC_COUNT) {
    rule = load<u8>(STATIC_RULES + index);
  }
  const status = readString(p, end, nameEnd);
  if (status < 0) return status;
  const valueEnd: usize = load<u32>(HEAD + HEAD_TEXT_END);
  if (fault == NO_FAULT) fault = valueFault(rule, nameEnd, valueEnd, load<u32>(HEAD + HEAD_ODD) != 0);
  store<u32>(record, kind | (rule << 8) | (fault << 16));
  store<u32>(record, <u32>(nameEnd - TEXT), 8);
  store<u32>(record, <u32>(valueEnd - TEXT), 12);
  return status;
}

/** Returns the kind of representation: the number of zeros that its first octet begins with, four at most. */
function kindOf(octet: u32): u32 {
  return clz<u32>(octet | 0x08) - 24;
}

/** Reads the rest of an integer that filled its first octet (RFC 7541 5.1). Writes HEAD_NEXT. */
function readNumber(p: usize, end: usize, first: u32): i32 {
  let number: u64 = first;
  for (let i: u64 = 0; i < MORE_OCTETS && p < end; i++) {
    const octet: u64 = load<u8>(p++);
    number += (octet & 0x7f) << (7 * i);
    if (octet & 0x80) continue;
    if (number > MAX_NUMBER) break;
    store<u32>(HEAD + HEAD_NEXT, <u32>p);
    return <i32>number;
  }
  return -BAD_HPACK_INTEGER;
}

/** Decodes a string literal (RFC 7541 5.2) to `out`. Returns where to go on; writes HEAD_TEXT_END and HEAD_ODD. */
function readString(p: usize, end: usize, out: usize): i32 {
  if (p == end) return -BAD_HPACK_STRING;
  const octet: u32 = load<u8>(p++);
  let length = octet & 0x7f;
  if (length == 0x7f) {
    const status = readNumber(p, end, length);
    if (status < 0) return status;
    length = status;
    p = load<u32>(HEAD + HEAD_NEXT);
  }
  if (length > <u32>(end - p)) return -BAD_HPACK_STRING;
  if (octet & 0x80) {
    const status = decodeHuffman(p, p + length, out);
    if (status < 0) return status;
  } else copy(p, length, out);
  return <i32>(p + length);
}

/** Copies plain text in windows: reads and writes may go past its end. */
function copy(p: usize, length: u32, out: usize): void {
  let odd: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (let i: u32 = 0; i < length; i += 16) {
      v128.store(out + i, v128.load(p + i, 0, 1), 0, 1);
      odd |= stopsAt(p + i) << max<i32>(<i32>i + 16 - <i32>length, 0);
    }
    odd &= 0xffff;
  } else {
    for (let i: u32 = 0; i < length; i++) {
      const octet: u32 = load<u8>(p + i);
      store<u8>(out + i, <u8>octet);
      if (octet < SP || octet >= DEL) odd = 1;
    }
  }
  store<u32>(HEAD + HEAD_TEXT_END, <u32>(out + length));
  store<u32>(HEAD + HEAD_ODD, odd);
}
