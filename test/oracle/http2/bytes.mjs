/**
 * Frames and header blocks as octets, written by hand: legal and illegal ones alike. HPACK without Huffman coding (the
 * vectors and the live test have that), so that the model can read a block back with a few lines.
 */

import { STATIC_TABLE } from "./static-table.mjs";

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export const TYPES = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
  ALTSVC: 10,
  ORIGIN: 12,
  PRIORITY_UPDATE: 16,
};

export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY = 32;

export const latin = (text) => Buffer.from(text, "latin1");

export function u32(value) {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value >>> 0);
  return out;
}

/** `stream` may have the reserved bit (2^31) set. */
export function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
}

/** What a padded frame carries around its payload; `pad` undefined: not padded. */
export function padded(payload, pad) {
  return pad === undefined ? payload : Buffer.concat([Buffer.of(pad), payload, Buffer.alloc(pad)]);
}

export function settings(pairs) {
  return Buffer.concat(pairs.map(([id, value]) => Buffer.concat([Buffer.of(id >> 8, id & 255), u32(value)])));
}

/** An integer of RFC 7541 5.1 behind the bits of `first`. */
export function integer(first, prefix, value) {
  const most = (1 << prefix) - 1;
  if (value < most) return Buffer.of(first | value);
  const octets = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push((rest % 128) | 128);
  return Buffer.of(...octets, rest);
}

export const string = (text) => Buffer.concat([integer(0, 7, text.length), latin(text)]);

/** How a field is represented; each with the first bits and the prefix of its index (RFC 7541 6). */
const LITERALS = { indexing: [0x40, 6], plain: [0, 4], never: [0x10, 4] };

/** The peer's encoder: it knows its table, so that it can refer to it, and chooses representations as it is told. */
export class BlockWriter {
  table = [];
  size = 0;
  maxSize = 4096;

  /** @param choose given the possible representations gives one of them */
  block(fields, choose) {
    return Buffer.concat(fields.map((field) => this.field(field, choose)));
  }

  sizeUpdate(size) {
    this.maxSize = size;
    this.evict();
    return integer(0x20, 5, size);
  }

  field([name, value, never], choose) {
    const entries = [...STATIC_TABLE, ...this.table];
    const exact = entries.findIndex(([n, v]) => n === name && v === value);
    const named = entries.findIndex(([n]) => n === name);
    const how = never ? "never" : choose(exact >= 0 ? ["indexed", "indexing", "plain"] : ["indexing", "plain"]);
    if (how === "indexed") return integer(0x80, 7, exact + 1);
    const [first, prefix] = LITERALS[how];
    const head = named >= 0 ? integer(first, prefix, named + 1) : Buffer.concat([Buffer.of(first), string(name)]);
    if (how === "indexing") this.add(name, value);
    return Buffer.concat([head, string(value)]);
  }

  add(name, value) {
    this.table.unshift([name, value]);
    this.size += name.length + value.length + 32;
    this.evict();
  }

  evict() {
    while (this.size > this.maxSize) {
      const [name, value] = this.table.pop();
      this.size -= name.length + value.length + 32;
    }
  }
}
