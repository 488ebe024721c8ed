// The tables of HPACK (RFC 7541 2.3): the static one, and what the decoder's and the encoder's dynamic ones share.
import { STATIC_COUNT } from "../../assembly/layout-http2.ts";
import { STATIC_TABLE } from "../../assembly/static-table.ts";
import { hpackKernel } from "../wasm/hpack.ts";

/**
 * Octets that an entry counts besides its name and value (RFC 7541 4.1), as does a field in a list (RFC 9113 6.5.2).
 */
export const ENTRY_OVERHEAD = 32;

/** The size of a dynamic table until SETTINGS_HEADER_TABLE_SIZE changes it (RFC 9113 6.5.2). */
export const DEFAULT_TABLE_SIZE = 4096;

/** The first index of the dynamic table. */
export const FIRST_DYNAMIC = STATIC_COUNT + 1;

/** A field in a table that is used for decoding. */
export class Entry {
  readonly name: string;
  readonly value: string;
  /** The rule of its name and, from bit 8, its fault: constants of assembly/layout-http2.ts. 0: nothing to check. */
  readonly traits: number;
  readonly size: number;

  constructor(name: string, value: string, traits: number) {
    this.name = name;
    this.value = value;
    this.traits = traits;
    this.size = name.length + value.length + ENTRY_OVERHEAD;
  }
}

/** The names and values of the static table, by index; index 0 is not used. */
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

/**
 * Returns the static table, with rules from the kernel; made on first use. Only empty values need a check: all others
 * in it are valid.
 */
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
 * Entries in the order of their insertion; the oldest are evicted when there is no room (RFC 7541 4). Evicted entries
 * stay in the list, before `start`, until `trim`, so that an encoder can roll back.
 */
export class DynamicTable<Kept extends { readonly size: number }> {
  size = 0;
  maxSize = DEFAULT_TABLE_SIZE;
  protected list: Kept[] = [];
  protected start = 0;

  /** Returns the entry that is `place` entries older than the newest; undefined past the oldest. */
  at(place: number): Kept | undefined {
    const index = this.list.length - 1 - place;
    return index < this.start ? undefined : this.list[index];
  }

  /** Inserts an entry. One larger than the table empties it and is not inserted, which is no error (RFC 7541 4.4). */
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

  /** Drops evicted entries, once they are half of the list: so each entry is moved once, on average. */
  trim(): void {
    if (this.start === 0 || 2 * this.start < this.list.length) return;
    this.list = this.list.slice(this.start);
    this.start = 0;
  }

  private evict(room: number): void {
    while (this.size > room && this.start < this.list.length) this.size -= (this.list[this.start++] as Kept).size;
  }
}

/**
 * Returns the value, which must be a number of octets or fields.
 * @throws TypeError for anything but a number, RangeError for anything but a whole one from 0 to 2^32-1
 */
export function octetCount(name: string, value: number): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`${name} must be a whole number from 0 to 2^32-1: ${value}`);
  }
  return value;
}
