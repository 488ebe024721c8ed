/** Header blocks without Huffman coding, read back slowly. Whatever is Huffman coded here is badly coded on purpose. */

import { STATIC_TABLE } from "./static-table.mjs";

export type Field = [name: string, value: string, never?: boolean | undefined];

/** Why a block could not be decoded. */
export class BlockFault extends Error {
  readonly tooLarge: boolean;

  constructor(reason: string, tooLarge = false) {
    super(reason);
    this.tooLarge = tooLarge;
  }
}

const sizeOf = ([name, value]: Field) => name.length + value.length + 32;

export class Blocks {
  /** What the peer may use at most. */
  limit = 4096;
  /** Octets of a header list, 32 more for each field. */
  maxList = 65536;
  private maxSize = 4096;
  private table: Field[] = [];
  private octets: Buffer = Buffer.alloc(0);
  private at = 0;

  /** @param goesOn decode all of a list that is too large, so that the table stays in step? */
  decode(octets: Buffer, goesOn: boolean): Field[] {
    this.octets = octets;
    this.at = 0;
    const fields: Field[] = [];
    let size = 0;
    while (this.at < octets.length) {
      const first = octets[this.at] as number;
      if (first >= 0x20 && first < 0x40) {
        if (fields.length > 0) throw new BlockFault("a table size inside the block");
        this.resize(this.integer(5));
        continue;
      }
      const field = first >= 0x80 ? this.entry(this.integer(7)) : this.literal(first);
      fields.push(field);
      size += sizeOf(field);
      if (size > this.maxList && !goesOn) throw new BlockFault("too large", true);
    }
    if (this.maxSize > this.limit) throw new BlockFault("the table is larger than allowed");
    if (size > this.maxList) throw new BlockFault("too large", true);
    return fields.map(([name, value]) => [name, value]);
  }

  private resize(size: number): void {
    if (size > this.limit) throw new BlockFault("a table size above the limit");
    this.maxSize = size;
    this.evict();
  }

  private evict(): void {
    while (this.table.reduce((sum, field) => sum + sizeOf(field), 0) > this.maxSize) this.table.pop();
  }

  private literal(first: number): Field {
    const index = this.integer(first >= 0x40 ? 6 : 4);
    const name = index === 0 ? this.string() : this.entry(index)[0];
    const field: Field = [name, this.string()];
    if (first >= 0x40) {
      this.table.unshift(field);
      this.evict();
    }
    return field;
  }

  private entry(index: number): Field {
    const entries = STATIC_TABLE as Field[];
    const field = entries[index - 1] ?? this.table[index - 1 - entries.length];
    if (field === undefined) throw new BlockFault("no such index");
    return field;
  }

  private octet(): number {
    const octet = this.octets[this.at];
    if (octet === undefined) throw new BlockFault("truncated");
    this.at += 1;
    return octet;
  }

  private integer(prefix: number): number {
    const most = 2 ** prefix - 1;
    let value = this.octet() & most;
    if (value < most) return value;
    for (let shift = 1; ; shift *= 128) {
      const octet = this.octet();
      value += (octet % 128) * shift;
      if (octet < 128) return value;
    }
  }

  private string(): string {
    const huffman = (this.octets[this.at] ?? 0) >= 0x80;
    const length = this.integer(7);
    const text = this.octets.subarray(this.at, this.at + length);
    if (text.length < length) throw new BlockFault("truncated");
    if (huffman) throw new BlockFault("badly coded");
    this.at += length;
    return text.toString("latin1");
  }
}
