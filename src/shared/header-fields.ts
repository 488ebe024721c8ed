// An ordered list of fields, as received: read-only, lazily decoded, owning its data. And what a caller may pass as
// fields to send.
import { RECORD_NAME_LENGTH, RECORD_NUMBER, RECORD_SIZE, RECORD_SPELLED } from "../../assembly/layout.ts";
import { FIELD_NAMES } from "../../assembly/names.ts";

/**
 * A name and a value: strings of one char per octet. A third member `true` says that the value is sensitive: HTTP/2 puts
 * it into no table, here or at any later hop (RFC 7541 7.1.3); HTTP/1.1 has none.
 */
export type FieldPair = readonly [name: string, value: string, sensitive?: true];

/** The fields to send in their order, read before anything else: the caller's own code runs while they are. */
export type Pairs = readonly FieldPair[];

/** Fields to send: pairs in any iterable (a Fetch `Headers`, a `HeaderFields`, an array, a Map), or a record. */
export type HeaderInput = Iterable<FieldPair> | Readonly<Record<string, string | readonly string[]>>;

/** The known names by their identity, which begins with 1: as they are usually sent, and lower-case. */
export const USUAL_NAMES: readonly string[] = ["", ...FIELD_NAMES.trim().split(/\s+/)];
export const KNOWN_NAMES: readonly string[] = USUAL_NAMES.map((name) => name.toLowerCase());
const IDENTITIES: ReadonlyMap<string, number> = new Map(KNOWN_NAMES.map((name, identity) => [name, identity]));

/** Where the parts of a line lie in the text, as readLine() found them last; and the record and the line behind it. */
const line = { identity: 0, name: 0, nameEnd: 0, value: 0, valueEnd: 0, record: 0, next: 0 };

/** Reads the record that ends at `record`, of the line that starts at `name`. */
function readLine(text: string, record: number, name: number): void {
  const length = text.charCodeAt(record - RECORD_SIZE) & RECORD_NAME_LENGTH;
  line.identity = text.charCodeAt(record - RECORD_SIZE + 1);
  line.record = record - RECORD_SIZE;
  line.name = name;
  if (length === 0) {
    readLongRecord(text, name);
    return;
  }
  const valueLength = text.charCodeAt(record - RECORD_SIZE + 2) | (text.charCodeAt(record - RECORD_SIZE + 3) << 7);
  line.nameEnd = name + length;
  line.value = name + length + 2;
  line.valueEnd = name + length + 2 + valueLength;
  line.next = name + length + 4 + valueLength;
}

/** The line is not `name ": " value CRLF`, or too long for a short record. */
function readLongRecord(text: string, name: number): void {
  line.nameEnd = name + takeNumber(text);
  line.value = line.nameEnd + takeNumber(text);
  line.valueEnd = line.value + takeNumber(text);
  line.next = line.valueEnd + takeNumber(text);
}

function takeNumber(text: string): number {
  line.record -= RECORD_NUMBER;
  return numberAt(text, line.record);
}

/** Does one of the short records before `record` tell of this identity? */
function hasIdentity(text: string, record: number, identity: number): boolean {
  do record -= RECORD_SIZE;
  while (record >= 0 && text.charCodeAt(record + 1) !== identity);
  return record >= 0;
}

/** 21 bits in three chars of seven, the least first. */
function numberAt(text: string, at: number): number {
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 7) | (text.charCodeAt(at + 2) << 14);
}

/**
 * The fields of a head or a trailer section, in the order of the wire. Iterates `[lower-case name, value]`.
 * Nothing is decoded before it is asked for; it is safe to keep after later feeds.
 */
export class HeaderFields implements Iterable<FieldPair> {
  /** The records of assembly/layout.ts, the last field's first, and behind them the head of which they tell. */
  private readonly text: string;
  /** Where the first field's record ends; it is the last but for where the first line starts. */
  private readonly records: number;
  private readonly count: number;

  /** @hidden Made by the kernel's bridge; `head` is where in the text the records end. */
  constructor(text: string, length: number, head: number) {
    this.text = text;
    this.count = length;
    this.records = head - RECORD_SIZE;
  }

  /** How many field lines there are. */
  get length(): number {
    return this.count;
  }

  /** All values of a field joined with ", " (RFC 9110 5.3), as Fetch does; null when absent. Not for Set-Cookie. */
  get(name: string): string | null {
    const { wanted, identity } = wantedName(name);
    if (!this.findFirst(wanted, identity)) return null;
    const { value } = this;
    return this.findNext(line.record, line.next, wanted, identity) ? this.getAll(wanted).join(", ") : value;
  }

  /** The values of each field line with this name (any case), in order. */
  getAll(name: string): string[] {
    if (!this.has(name)) return [];
    const wanted = name.toLowerCase();
    return this.inTurns(true).filter((_, at, list) => (at & 1) === 1 && list[at - 1] === wanted);
  }

  /** The Set-Cookie values, which must never be joined (RFC 9110 5.3). */
  getSetCookie(): string[] {
    return this.getAll("set-cookie");
  }

  /** Is there a field with this name, in any case? */
  has(name: string): boolean {
    const { wanted, identity } = wantedName(name);
    return this.findFirst(wanted, identity);
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.entries();
  }

  /** `[lower-case name, value]` of each field line, in order. */
  entries(): IterableIterator<[name: string, value: string]> {
    return this.pairs(true)[Symbol.iterator]();
  }

  /** Calls back with each field line's value and lower-case name, in order, as a Fetch `Headers` does. */
  forEach(callback: (value: string, name: string, fields: HeaderFields) => void): void {
    const list = this.inTurns(true);
    for (let i = 0; i < list.length; i += 2) callback(list[i + 1] as string, list[i] as string, this);
  }

  /** `[name as sent, value]` of each field line, in order. */
  raw(): [name: string, value: string][] {
    return this.pairs(false);
  }

  /** Names as sent and values in turns, as Node's `rawHeaders`: the fastest way to all of them, 19 ns a field. */
  flat(): string[] {
    return this.inTurns(false);
  }

  /** The pairs with names as sent. */
  toJSON(): [name: string, value: string][] {
    return this.pairs(false);
  }

  /** What Node's `console.log` and `util.inspect` show. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: object,
    inspect?: (value: unknown, options: object) => string,
  ): string {
    return `HeaderFields ${inspect === undefined ? JSON.stringify(this) : inspect(this.raw(), options)}`;
  }

  /** @internal The fields but for those whose names have an identity from `first` to `last`: lines and records fit as before. */
  without(first: number, last: number): HeaderFields {
    const { text } = this;
    let records = "";
    let lines = "";
    let length = 0;
    let record = this.records;
    let name = this.firstLine;
    while (record > 0) {
      readLine(text, record, name);
      if (line.identity < first || line.identity > last) {
        records = text.slice(line.record, record) + records;
        lines += text.slice(name, line.next);
        length++;
      }
      record = line.record;
      name = line.next;
    }
    return new HeaderFields(records + STARTS_AT_ONCE + lines, length, records.length + RECORD_SIZE);
  }

  /** 24 ns a field. */
  private pairs(lower: boolean): [name: string, value: string][] {
    const list = this.inTurns(lower);
    const pairs = new Array<[string, string]>(this.length);
    for (let i = 0; i < pairs.length; i++) pairs[i] = [list[2 * i] as string, list[2 * i + 1] as string];
    return pairs;
  }

  /** @internal Names and values in turns, in an array that is made at its length. */
  protected inTurns(lower: boolean): string[] {
    const { text, length } = this;
    const list = new Array<string>(2 * length);
    let record = this.records;
    let name = this.firstLine;
    for (let i = 0; i < list.length; i += 2) {
      const nameOctet = text.charCodeAt(record - RECORD_SIZE);
      const nameLength = nameOctet & RECORD_NAME_LENGTH;
      if (nameLength === 0) {
        readLine(text, record, name);
        list[i] = lower ? this.lowerName : text.slice(line.name, line.nameEnd);
        list[i + 1] = this.value;
        record = line.record;
        name = line.next;
        continue;
      }
      // readLine(), written out: 3 ns a field less.
      record -= RECORD_SIZE;
      const identity = text.charCodeAt(record + 1);
      const value = name + nameLength + 2;
      const valueEnd = value + (text.charCodeAt(record + 2) | (text.charCodeAt(record + 3) << 7));
      if (lower && identity !== 0) list[i] = KNOWN_NAMES[identity] as string;
      else if (nameOctet >= RECORD_SPELLED) list[i] = USUAL_NAMES[identity] as string;
      else list[i] = lower ? text.slice(name, name + nameLength).toLowerCase() : text.slice(name, name + nameLength);
      list[i + 1] = text.slice(value, valueEnd);
      name = valueEnd + 2;
    }
    return list;
  }

  /** Where the first line starts. */
  private get firstLine(): number {
    const { text, records } = this;
    return records + RECORD_SIZE + numberAt(text, records);
  }

  private findFirst(wanted: string, identity: number): boolean {
    return this.findNext(this.records, this.firstLine, wanted, identity);
  }

  /** Reads lines from this one on until one has the name; false when none has. */
  private findNext(record: number, name: number, wanted: string, identity: number): boolean {
    const { text } = this;
    // A name is mostly absent or early: identities alone are looked at first, where records are short (60 ns less a get).
    if (this.records === this.length * RECORD_SIZE && !hasIdentity(text, record, identity)) return false;
    while (record > 0) {
      readLine(text, record, name);
      if (line.identity === identity && (identity !== 0 || this.isSpelled(wanted))) return true;
      record = line.record;
      name = line.next;
    }
    return false;
  }

  private isSpelled(wanted: string): boolean {
    return line.nameEnd - line.name === wanted.length && this.lowerName === wanted;
  }

  // --- of the line that was read last

  private get lowerName(): string {
    return line.identity === 0
      ? this.text.slice(line.name, line.nameEnd).toLowerCase()
      : (KNOWN_NAMES[line.identity] as string);
  }

  private get value(): string {
    return this.text.slice(line.value, line.valueEnd);
  }
}

/** A name to look for, and its identity. Names are mostly asked for in lower case: no toLowerCase for those that are known. */
function wantedName(name: string): { wanted: string; identity: number } {
  const identity = IDENTITIES.get(name);
  if (identity !== undefined) return { wanted: name, identity };
  const wanted = name.toLowerCase();
  return { wanted, identity: IDENTITIES.get(wanted) ?? 0 };
}

/** The first line is the first of the head. */
const STARTS_AT_ONCE = "\0\0\0\0";

/** No fields at all. */
export const NO_FIELDS = new HeaderFields(STARTS_AT_ONCE, 0, RECORD_SIZE);

/** No fields to send. */
export const NO_PAIRS: Pairs = [];

/**
 * Fields to send as a list of pairs; whether they are strings is left to `checkedPair`.
 * @throws TypeError for what is neither an iterable nor a record
 */
export function fieldPairs(input: HeaderInput | undefined): Pairs {
  if (input === undefined) return NO_PAIRS;
  if (Array.isArray(input)) return input;
  if (typeof input !== "object" || input === null) throw new TypeError("headers must be pairs or a record");
  // HeaderFields, of any copy of this package: names as they were sent. (node-fetch's Headers have a `raw` that gives no list.)
  const raw: unknown = typeof (input as HeaderFields).raw === "function" && (input as HeaderFields).raw();
  if (Array.isArray(raw)) return raw;
  if (Symbol.iterator in input) return [...(input as Iterable<FieldPair>)];
  const entries = Object.entries(input as Record<string, string | readonly string[]>);
  // Mostly no value is a list: by flatMap() alone 10 fields took 1,400 ns on Node 20, so they take 70.
  if (!entries.some(([, given]) => Array.isArray(given))) return entries as [string, string][];
  return entries.flatMap(([name, given]) =>
    Array.isArray(given) ? given.map((value): FieldPair => [name, value]) : [[name, given as string] as const],
  );
}

/** @throws TypeError for what is no pair of strings */
export function checkedPair(pair: FieldPair): FieldPair {
  if (!Array.isArray(pair) || typeof pair[0] !== "string" || typeof pair[1] !== "string") throw wrongPair(pair);
  return pair;
}

/** Tells no value, which may be a secret. */
function wrongPair(pair: unknown): TypeError {
  const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
  const type = value === null ? "null" : `of type ${typeof value}`;
  const wrong = typeof name === "string" ? `the value of ${JSON.stringify(name)} is ${type}` : "one is no such pair";
  return new TypeError(`headers must be pairs of strings, name and value: ${wrong}`);
}
