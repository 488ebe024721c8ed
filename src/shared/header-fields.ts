// An ordered list of fields, as received: read-only, lazily decoded, owning its data. And what a caller may pass as
// fields to send.
import { RECORD_SIZE, RECORD_UNUSUAL } from "../../assembly/layout.ts";
import { FIELD_NAMES } from "../../assembly/names.ts";

/** A name and a value: strings of one char per octet. */
export type FieldPair = readonly [name: string, value: string];

/** Fields to send: pairs in any iterable (a Fetch `Headers`, a `HeaderFields`, an array, a Map), or a record. */
export type HeaderInput = Iterable<FieldPair> | Readonly<Record<string, string | readonly string[]>>;

/** The known names by their identity, which begins with 1. */
export const KNOWN_NAMES: readonly string[] = ["", ...FIELD_NAMES.trim().split(/\s+/)];
const IDENTITIES: ReadonlyMap<string, number> = new Map(KNOWN_NAMES.map((name, identity) => [name, identity]));

/** Texts shorter than this have offsets of two chars of seven bits. */
const SHORT = 1 << 14;

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
    const { wanted, identity } = wantedName(name);
    const first = this.find(this.end, wanted, identity);
    if (first < 0) return null;
    let joined = this.valueAt(first);
    for (let next = this.find(first, wanted, identity); next >= 0; next = this.find(next, wanted, identity)) {
      joined += `, ${this.valueAt(next)}`;
    }
    return joined;
  }

  /** The values of each field line with this name (any case), in order. */
  getAll(name: string): string[] {
    const { wanted, identity } = wantedName(name);
    const values: string[] = [];
    for (let at = this.find(this.end, wanted, identity); at >= 0; at = this.find(at, wanted, identity)) {
      values.push(this.valueAt(at));
    }
    return values;
  }

  /** The Set-Cookie values, which must never be joined (RFC 9110 5.3). */
  getSetCookie(): string[] {
    return this.getAll("set-cookie");
  }

  /** Is there a field with this name, in any case? */
  has(name: string): boolean {
    const { wanted, identity } = wantedName(name);
    return this.find(this.end, wanted, identity) >= 0;
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.entries();
  }

  /** `[lower-case name, value]` of each field line, in order. */
  entries(): IterableIterator<[name: string, value: string]> {
    return this.pairs(true)[Symbol.iterator]();
  }

  /**
   * Calls back with each field line's value and lower-case name, in order, as a Fetch `Headers` does. The fastest way to
   * read all fields: 16 ns a field, where iterating makes a pair of each and takes 24.
   */
  forEach(callback: (value: string, name: string, fields: HeaderFields) => void): void {
    const { text, end } = this;
    if (!this.isUsual) {
      for (let record = end - RECORD_SIZE; record >= 0; record -= RECORD_SIZE) {
        callback(this.valueAt(record), this.lowerNameAt(record), this);
      }
      return;
    }
    let name = this.startOf(end - RECORD_SIZE);
    for (let record = end - RECORD_SIZE; record >= 0; record -= RECORD_SIZE) {
      const identity = text.charCodeAt(record + 3);
      const nameEnd = name + text.charCodeAt(record + 4);
      const value = nameEnd + 2;
      const valueEnd = value + (text.charCodeAt(record + 12) | (text.charCodeAt(record + 13) << 7));
      const known = identity === 0 ? text.substring(name, nameEnd).toLowerCase() : (KNOWN_NAMES[identity] as string);
      callback(text.substring(value, valueEnd), known, this);
      name = valueEnd + 2;
    }
  }

  /** `[name as sent, value]` of each field line, in order. */
  raw(): [name: string, value: string][] {
    return this.pairs(false);
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

  /** The pairs, in an array that is made at its length: 24 ns a field. */
  private pairs(lower: boolean): [name: string, value: string][] {
    const { text, length, end } = this;
    const pairs = new Array<[string, string]>(length);
    if (!this.isUsual) {
      for (let i = 0, record = end - RECORD_SIZE; i < length; i++, record -= RECORD_SIZE) {
        pairs[i] = [lower ? this.lowerNameAt(record) : this.nameAt(record), this.valueAt(record)];
      }
      return pairs;
    }
    let name = this.startOf(end - RECORD_SIZE);
    for (let i = 0, record = end - RECORD_SIZE; i < length; i++, record -= RECORD_SIZE) {
      const nameEnd = name + text.charCodeAt(record + 4);
      const value = nameEnd + 2;
      const valueEnd = value + (text.charCodeAt(record + 12) | (text.charCodeAt(record + 13) << 7));
      const identity = lower ? text.charCodeAt(record + 3) : 0;
      const known = identity === 0 ? text.substring(name, nameEnd) : (KNOWN_NAMES[identity] as string);
      pairs[i] = [lower && identity === 0 ? known.toLowerCase() : known, text.substring(value, valueEnd)];
      name = valueEnd + 2;
    }
    return pairs;
  }

  /** Each line is `name ": " value CRLF` and follows the one before, so that lengths alone tell where all lies. */
  private get isUsual(): boolean {
    return this.text.length < SHORT && this.text.charCodeAt(RECORD_UNUSUAL) === 0;
  }

  /** Where the records end and the head begins. Of records the first field's is the last. */
  private get end(): number {
    return this.length * RECORD_SIZE;
  }

  /** The record of the next field with this name behind that of `record`, or one below zero. */
  private find(record: number, wanted: string, identity: number): number {
    const { text } = this;
    do record -= RECORD_SIZE;
    while (
      record >= 0 &&
      (text.charCodeAt(record + 3) !== identity || (identity === 0 && !this.isSpelled(record, wanted)))
    );
    return record;
  }

  private isSpelled(record: number, wanted: string): boolean {
    return this.number(record + 4) === wanted.length && this.lowerNameAt(record) === wanted;
  }

  /** 21 bits in three chars of seven, the least first. */
  private number(at: number): number {
    const { text } = this;
    return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 7) | (text.charCodeAt(at + 2) << 14);
  }

  /** Where the line of a record begins in the text. */
  private startOf(record: number): number {
    return this.end + this.number(record);
  }

  private nameAt(record: number): string {
    const start = this.startOf(record);
    return this.text.substring(start, start + this.number(record + 4));
  }

  private lowerNameAt(record: number): string {
    const identity = this.text.charCodeAt(record + 3);
    return identity === 0 ? this.nameAt(record).toLowerCase() : (KNOWN_NAMES[identity] as string);
  }

  private valueAt(record: number): string {
    const { text } = this;
    if (this.isUsual) {
      const line = this.end + (text.charCodeAt(record) | (text.charCodeAt(record + 1) << 7));
      const value = line + text.charCodeAt(record + 4) + 2;
      return text.substring(value, value + (text.charCodeAt(record + 12) | (text.charCodeAt(record + 13) << 7)));
    }
    const start = this.startOf(record) + this.number(record + 4) + this.number(record + 8);
    return text.substring(start, start + this.number(record + 12));
  }
}

/** A name to look for, and its identity. Names are mostly asked for in lower case: no toLowerCase for those that are known. */
function wantedName(name: string): { wanted: string; identity: number } {
  const identity = IDENTITIES.get(name);
  if (identity !== undefined) return { wanted: name, identity };
  const wanted = name.toLowerCase();
  return { wanted, identity: IDENTITIES.get(wanted) ?? 0 };
}

/** No fields at all. */
export const NO_FIELDS = new HeaderFields("", 0);

/** No fields to send. */
export const NO_PAIRS: readonly FieldPair[] = [];

/**
 * Fields to send as a list of pairs; whether they are strings is left to `checkedPair`.
 * @throws TypeError for what is neither an iterable nor a record
 */
export function fieldPairs(input: HeaderInput | undefined): readonly FieldPair[] {
  if (input === undefined) return NO_PAIRS;
  if (Array.isArray(input)) return input;
  if (typeof input !== "object" || input === null) throw new TypeError("headers must be pairs or a record");
  // HeaderFields, of any copy of this package: names as they were sent.
  if (typeof (input as HeaderFields).raw === "function") return (input as HeaderFields).raw();
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
