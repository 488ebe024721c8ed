// The two tables of HPACK (RFC 7541 2.3): the static one, and what both dynamic ones have in common.
import { STATIC_COUNT } from "../../assembly/layout-http2.ts";
import { STATIC_TABLE } from "../../assembly/static-table.ts";
import { hpackKernel } from "../wasm/hpack.ts";

/** What an entry costs besides its octets (RFC 7541 4.1), and a field in a header list (RFC 9113 6.5.2). */
export const ENTRY_OVERHEAD = 32;

/** The size of a dynamic table before anybody said anything (RFC 9113 6.5.2). */
export const DEFAULT_TABLE_SIZE = 4096;

/** The first index of the dynamic table. */
export const FIRST_DYNAMIC = STATIC_COUNT + 1;

/** A field as it stands in a table that is decoded with. */
export class Entry {
  readonly name: string;
  readonly value: string;
  /** Its name's rule, and from bit 8 its fault: numbers of assembly/layout-http2.ts. 0: nothing is to be looked at. */
  readonly traits: number;
  readonly size: number;

  constructor(name: string, value: string, traits: number) {
    this.name = name;
    this.value = value;
    this.traits = traits;
    this.size = name.length + value.length + ENTRY_OVERHEAD;
  }
}

/** Names and values of the static table, by index; there is none at 0. */
export const STATIC_PAIRS: readonly (readonly [name: string, value: string])[] = [
  ["", ""],
  ...STATIC_TABLE.trim()
    .split("\n")
    .map((line): [string, string] => {
      const [name = "", ...value] = line.split(" ");
      return [name, value.join(" ")];
    }),
];

let entries: readonly Entry[] | undefined;

/** The static table, its rules from the kernel; made at first use. Values that are there are sound, those that are not may not be. */
export function staticEntries(): readonly Entry[] {
  entries ??= STATIC_PAIRS.map(([name, value], index) => {
    const kernel = hpackKernel();
    const rule = kernel.staticRule(index);
    const fault = rule !== 0 && value === "" ? kernel.checkValue(rule, 0, 0) : 0;
    return new Entry(name, value, rule | (fault << 8));
  });
  return entries;
}

/**
 * Entries in the order of their insertion, the oldest leaving when there is no room (RFC 7541 4). Left ones stay in the
 * list, before `start`, until `trim`: so an encoder can go back to where it was.
 */
export class DynamicTable<Kept extends { readonly size: number }> {
  size = 0;
  maxSize = DEFAULT_TABLE_SIZE;
  protected list: Kept[] = [];
  protected start = 0;

  /** The entry so many places behind the newest; undefined past the oldest. */
  at(place: number): Kept | undefined {
    const index = this.list.length - 1 - place;
    return index < this.start ? undefined : this.list[index];
  }

  /** An entry larger than the table empties it and is not inserted: no error (RFC 7541 4.4). */
  add(entry: Kept): void {
    this.evict(this.maxSize - entry.size);
    if (entry.size > this.maxSize) return;
    this.list.push(entry);
    this.size += entry.size;
  }

  resize(octets: number): void {
    this.maxSize = octets;
    this.evict(octets);
  }

  /** Lets entries go that have left. Half of the list at a time: each is moved once, on average. */
  trim(): void {
    if (this.start === 0 || 2 * this.start < this.list.length) return;
    this.list = this.list.slice(this.start);
    this.start = 0;
  }

  private evict(room: number): void {
    while (this.size > room && this.start < this.list.length) this.size -= (this.list[this.start++] as Kept).size;
  }
}

/** @throws RangeError for what is no number of octets or fields */
export function octetCount(name: string, value: number): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`${name} must be a whole number from 0 to 2^32-1: ${value}`);
  }
  return value;
}
