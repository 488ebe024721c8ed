// Encodes records and text as a header block (RFC 7541 6): the reverse of hpack-decode.ts.
import { nameFault, nameRule, valueFault } from "./field-rules";
import { encodeHuffman, huffmanLength } from "./huffman";
import { HEAD, HEAD_FAULT_AT } from "./layout";
import {
  BLOCK,
  CHECKED,
  FIELD_SIZE,
  FIELDS,
  HEAD_ODD,
  INDEXED,
  LITERAL_INDEXED,
  LITERAL_NEVER_INDEXED,
  NO_FAULT,
  PLAIN,
  SIZE_UPDATE,
  STATIC_COUNT,
  STATIC_RULES,
  TEXT,
} from "./layout-http2";

/**
 * Encodes `count` records to BLOCK; their names and values follow one another in TEXT. With CHECKED a literal must be
 * one that may be received, by the rule of its name; where that is in the dynamic table, the record must hold the rule.
 * Returns where the block ends, or a negated fault with the record's number in HEAD_FAULT_AT.
 */
export function encodeBlock(count: u32, how: u32): i32 {
  let text = TEXT;
  let out = BLOCK;
  for (let i: u32 = 0; i < count; i++) {
    const record = FIELDS + i * FIELD_SIZE;
    const kind: u32 = load<u8>(record);
    const number = load<u32>(record, 4);
    if (kind == INDEXED || kind == SIZE_UPDATE) {
      out = writeNumber(out, kind == INDEXED ? 0x80 : 0x20, kind == INDEXED ? 0x7f : 0x1f, number);
      continue;
    }
    const nameEnd = text + load<u32>(record, 8);
    const valueEnd = nameEnd + load<u32>(record, 12);
    out = writeNumber(out, firstBits(kind), kind == LITERAL_INDEXED ? 0x3f : 0x0f, number);
    let rule: u32 = number <= STATIC_COUNT ? load<u8>(STATIC_RULES + number) : load<u8>(record, 1);
    let fault = NO_FAULT;
    if (number == 0) {
      out = writeString(text, nameEnd, out, how);
      fault = nameFault(text, nameEnd);
      if (fault == NO_FAULT) rule = nameRule(text, nameEnd);
    }
    out = writeString(nameEnd, valueEnd, out, how);
    if (fault == NO_FAULT) fault = valueFault(rule, nameEnd, valueEnd, load<u32>(HEAD + HEAD_ODD) != 0);
    if (how & CHECKED && fault != NO_FAULT) {
      store<u32>(HEAD + HEAD_FAULT_AT, i);
      return -fault;
    }
    text = valueEnd;
  }
  return <i32>out;
}

function firstBits(kind: u32): u32 {
  if (kind == LITERAL_INDEXED) return 0x40;
  return kind == LITERAL_NEVER_INDEXED ? 0x10 : 0;
}

/** Writes an integer after the highest bits of its first octet (RFC 7541 5.1). Returns where it ends. */
function writeNumber(out: usize, bits: u32, most: u32, number: u32): usize {
  if (number < most) {
    store<u8>(out, <u8>(bits | number));
    return out + 1;
  }
  store<u8>(out++, <u8>(bits | most));
  for (number -= most; number >= 0x80; number >>= 7) store<u8>(out++, <u8>(number | 0x80));
  store<u8>(out, <u8>number);
  return out + 1;
}

/** Writes Huffman or plain text, whichever is shorter; if equal, Huffman, as in the RFC's examples. Writes HEAD_ODD. */
function writeString(p: usize, end: usize, out: usize, how: u32): usize {
  const plain = <u32>(end - p);
  const huffman = huffmanLength(p, end);
  if (huffman <= plain && plain > 0 && !(how & PLAIN))
    return encodeHuffman(p, end, writeNumber(out, 0x80, 0x7f, huffman));
  out = writeNumber(out, 0, 0x7f, plain);
  copy(p, plain, out);
  return out + plain;
}

/** Copies in windows: reads and writes may go past the end. */
function copy(p: usize, length: u32, out: usize): void {
  if (ASC_FEATURE_SIMD) {
    for (let i: u32 = 0; i < length; i += 16) v128.store(out + i, v128.load(p + i, 0, 1), 0, 1);
  } else {
    for (let i: u32 = 0; i < length; i++) store<u8>(out + i, load<u8>(p + i));
  }
}
