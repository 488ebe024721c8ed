// An ordered list of fields, as received: read-only, lazily decoded, owning its data. And what a caller may pass as
// fields to send.
import { RECORD_SIZE } from "../../assembly/layout.ts";
import { FIELD_NAMES } from "../../assembly/names.ts";

/** A name and a value: strings of one char per octet. */
export type FieldPair = readonly [name: string, value: string];

/** Fields to send: pairs in any iterable (a Fetch `Headers`, a `HeaderFields`, an array, a Map), or a record. */
export type HeaderInput = Iterable<FieldPair> | Readonly<Record<string, string | readonly string[]>>;

/** The known names by their identity, which begins with 1. */
export const KNOWN_NAMES: readonly string[] = ["", ...FIELD_NAMES.trim().split(/\s+/)];
const IDENTITIES: ReadonlyMap<string, number> = new Map(KNOWN_NAMES.map((name, identity) => [name, identity]));

/**
 * The fields of a head or a trailer section, in the order of the wire. Iterates `[lower-case name, value]`.
 * Nothing is decoded before it is asked for; it is safe to keep after later feeds.
 */
export class HeaderFields implements Iterable<FieldPair> {
  /** How many field lines there are. */
  readonly length: number;
  /** The records of assembly/layout.ts, the last field's first, and behind them the head to which they point. */
  private readonly text: string;

  /** @internal Made by the kernel's bridge. */
  constructor(text: string, length: number) {
    this.text = text;
    this.length = length;
  }

  /** All values of a field joined with ", " (RFC 9110 5.3), as Fetch does; null when absent. Not for Set-Cookie. */
  get(name: string): string | null {
    let joined: string | null = null;
    const wanted = name.toLowerCase();
    const identity = IDENTITIES.get(wanted) ?? 0;
    for (let i = 0; i < this.length; i++) {
      if (!this.isNamed(i, wanted, identity)) continue;
      const value = this.valueAt(i);
      joined = joined === null ? value : `${joined}, ${value}`;
    }
    return joined;
  }

  /** The values of each field line with this name (any case), in order. */
  getAll(name: string): string[] {
    const values: string[] = [];
    const wanted = name.toLowerCase();
    const identity = IDENTITIES.get(wanted) ?? 0;
    for (let i = 0; i < this.length; i++) {
      if (this.isNamed(i, wanted, identity)) values.push(this.valueAt(i));
    }
    return values;
  }

  /** The Set-Cookie values, which must never be joined (RFC 9110 5.3). */
  getSetCookie(): string[] {
    return this.getAll("set-cookie");
  }

  /** Is there a field with this name, in any case? */
  has(name: string): boolean {
    const wanted = name.toLowerCase();
    const identity = IDENTITIES.get(wanted) ?? 0;
    for (let i = 0; i < this.length; i++) if (this.isNamed(i, wanted, identity)) return true;
    return false;
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.entries();
  }

  /** `[lower-case name, value]` of each field line, in order. */
  *entries(): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this.length; i++) yield [this.nameAt(i), this.valueAt(i)];
  }

  /** `[name as sent, value]` of each field line, in order. */
  raw(): [name: string, value: string][] {
    const pairs: [string, string][] = [];
    for (let i = 0; i < this.length; i++) {
      const record = this.record(i);
      pairs.push([this.slice(record, record + 4), this.valueAt(i)]);
    }
    return pairs;
  }

  /** The pairs with names as sent. */
  toJSON(): [name: string, value: string][] {
    return this.raw();
  }

  /** What Node's `console.log` and `util.inspect` show. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: object,
    inspect?: (value: unknown, options: object) => string,
  ): string {
    return `HeaderFields ${inspect === undefined ? JSON.stringify(this) : inspect(this.raw(), options)}`;
  }

  /** Where the record of field i begins in the text. */
  private record(i: number): number {
    return (this.length - 1 - i) * RECORD_SIZE;
  }

  private identity(record: number): number {
    return this.text.charCodeAt(record + 3);
  }

  /** An offset into the head: 21 bits in three chars of seven, the least first. */
  private offset(at: number): number {
    const { text } = this;
    return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 7) | (text.charCodeAt(at + 2) << 14);
  }

  /** The part of the head between the offsets at two places of a record. */
  private slice(start: number, end: number): string {
    const head = this.length * RECORD_SIZE;
    return this.text.substring(head + this.offset(start), head + this.offset(end));
  }

  private nameAt(i: number): string {
    const record = this.record(i);
    const identity = this.identity(record);
    return identity === 0 ? this.slice(record, record + 4).toLowerCase() : (KNOWN_NAMES[identity] as string);
  }

  private valueAt(i: number): string {
    const record = this.record(i);
    return this.slice(record + 8, record + 12);
  }

  private isNamed(i: number, wanted: string, identity: number): boolean {
    const record = this.record(i);
    if (identity !== 0 || this.identity(record) !== 0) return this.identity(record) === identity;
    return (
      this.offset(record + 4) - this.offset(record) === wanted.length &&
      this.slice(record, record + 4).toLowerCase() === wanted
    );
  }
}

/** No fields at all. */
export const NO_FIELDS = new HeaderFields("", 0);

/**
 * Fields to send as a list of pairs; whether they are strings is left to `checkedPair`.
 * @throws TypeError for what is neither an iterable nor a record
 */
export function fieldPairs(input: HeaderInput | undefined): readonly FieldPair[] {
  if (input === undefined) return [];
  if (Array.isArray(input)) return input;
  if (input instanceof HeaderFields) return input.raw();
  if (typeof input !== "object" || input === null) throw new TypeError("headers must be pairs or a record");
  if (Symbol.iterator in input) return [...(input as Iterable<FieldPair>)];
  return Object.entries(input as Record<string, string | readonly string[]>).flatMap(([name, given]) =>
    Array.isArray(given) ? given.map((value): FieldPair => [name, value]) : [[name, given as string] as const],
  );
}

/** @throws TypeError for what is no pair of strings */
export function checkedPair(pair: FieldPair): FieldPair {
  if (!Array.isArray(pair) || typeof pair[0] !== "string" || typeof pair[1] !== "string") {
    throw new TypeError(`headers must be pairs of strings, name and value: ${String(pair)}`);
  }
  return pair;
}
