// An encoder's dynamic table: entries are found by name and by value, with one look-up each. Insertions made for a
// block can be undone until it is certain that the block is sent.
import { ANY, PROTOCOL, TE } from "../../assembly/layout-http2.ts";
import { DynamicTable, ENTRY_OVERHEAD, FIRST_DYNAMIC, STATIC_PAIRS } from "./hpack-table.ts";

/** A name in the static table. */
export interface FixedName {
  /** Its first index. */
  readonly index: number;
  /** The index of each value. */
  readonly values: ReadonlyMap<string, number>;
  /** Its index in CHANGING; -1 when it is not there. */
  readonly changing: number;
}

/**
 * Names whose values seldom repeat: a value is inserted only when it comes twice in a row. Over all stories of
 * hpack-test-case, this choice of names was the best.
 */
const CHANGING = [":path", "age", "content-length", "etag", "location", "set-cookie"];

const NONE_SENT: readonly undefined[] = new Array<undefined>(CHANGING.length).fill(undefined);

/**
 * Names whose empty value is in the static table but is not valid: it is written as a literal, so that the kernel sees
 * it and refuses it.
 */
const NEVER_EMPTY = [":authority", "content-length", "transfer-encoding"];

/** The static table by name. */
export const FIXED_NAMES: ReadonlyMap<string, FixedName> = fixedNames();

function fixedNames(): Map<string, FixedName> {
  const names = new Map<string, { index: number; values: Map<string, number>; changing: number }>();
  STATIC_PAIRS.forEach(([name, value], index) => {
    if (index === 0) return;
    const known = names.get(name) ?? { index, values: new Map<string, number>(), changing: CHANGING.indexOf(name) };
    if (value !== "" || !NEVER_EMPTY.includes(name)) known.values.set(value, index);
    names.set(name, known);
  });
  return names;
}

/** The only names that have a rule and may occur in messages, but are not in the static table. */
const RULES: ReadonlyMap<string, number> = new Map([
  ["te", TE],
  [":protocol", PROTOCOL],
]);

/** A name that is in the dynamic table. Entries are numbered in the order of their insertion; -1 means none. */
class KnownName {
  readonly fixed: FixedName | undefined;
  /** The number of its newest entry. */
  newest = -1;
  /** The rule of the name where the kernel cannot know it, a constant of assembly/layout-http2.ts; otherwise ANY. */
  readonly rule: number;
  /** The number of the newest entry with each value: one value here, as most names have one only; others in a map. */
  private value = "";
  private number = -1;
  private others: Map<string, number> | null = null;

  constructor(name: string, fixed: FixedName | undefined) {
    this.fixed = fixed;
    this.rule = RULES.get(name) ?? ANY;
  }

  numberOf(value: string): number {
    return value === this.value ? this.number : (this.others?.get(value) ?? -1);
  }

  /** Sets or, with -1, removes a value's number. A value is never in both places. */
  setNumber(value: string, number: number): void {
    if (value === this.value || (this.number < 0 && this.others?.has(value) !== true)) {
      this.value = value;
      this.number = number;
    } else if (number < 0) {
      (this.others as Map<string, number>).delete(value);
    } else {
      this.others ??= new Map();
      this.others.set(value, number);
    }
  }
}

/** An entry, and the older ones that it hides. */
class Insertion {
  readonly name: string;
  readonly value: string;
  readonly size: number;
  readonly known: KnownName;
  /** The newest entry before this one with the same name, and with the same name and value; -1 for none. */
  readonly newestBefore: number;
  readonly sameBefore: number;

  constructor(name: string, value: string, known: KnownName) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + ENTRY_OVERHEAD;
    this.known = known;
    this.newestBefore = known.newest;
    this.sameBefore = known.numberOf(value);
  }
}

export class EncoderTable extends DynamicTable<Insertion> {
  private readonly names = new Map<string, KnownName>();
  /** The number of the first entry in the list. */
  private base = 0;
  /** The last value of each name in CHANGING: up to the last block sent, and including the current block. */
  private last: readonly (string | undefined)[] = NONE_SENT;
  private lastNow = this.last;
  /** The table's state when the last block was sent. */
  private sentEnd = 0;
  private sentStart = 0;
  private sentSize = 0;
  private sentMaxSize = this.maxSize;

  find(name: string): KnownName | undefined {
    return this.names.get(name);
  }

  /** Returns the index of the entry with this number; 0 when there is none, or when it was evicted. */
  indexOf(number: number | undefined): number {
    if (number === undefined) return 0;
    const place = number - this.base;
    return place < this.start ? 0 : FIRST_DYNAMIC + this.list.length - 1 - place;
  }

  /** Inserts a field, which must fit into the table. `found` is what `find` returned for its name. */
  insert(name: string, value: string, found: KnownName | undefined, fixed: FixedName | undefined): void {
    const known = found ?? new KnownName(name, fixed);
    this.add(new Insertion(name, value, known));
    if (found === undefined) this.names.set(name, known);
    known.newest = this.base + this.list.length - 1;
    known.setNumber(value, known.newest);
  }

  /** Tells whether this name of CHANGING had the same value the last time, and remembers the value. */
  comesAgain(changing: number, value: string): boolean {
    if (this.lastNow === this.last) this.lastNow = this.last.slice();
    const isSame = this.lastNow[changing] === value;
    (this.lastNow as (string | undefined)[])[changing] = value;
    return isSame;
  }

  /** Commits: the block will be sent, and the entries that it evicted are forgotten. */
  keep(): void {
    for (let i = this.sentStart; i < this.start; i++) this.forget(this.list[i] as Insertion, this.base + i);
    const { length } = this.list;
    this.trim();
    this.base += length - this.list.length;
    this.sentStart = this.start;
    this.sentEnd = this.list.length;
    this.sentSize = this.size;
    this.sentMaxSize = this.maxSize;
    this.last = this.lastNow;
  }

  /** Rolls back: the block is not sent, and the table is as it was after the last one that was. */
  takeBack(): void {
    while (this.list.length > this.sentEnd) this.uninsert(this.list.pop() as Insertion);
    this.start = this.sentStart;
    this.size = this.sentSize;
    this.maxSize = this.sentMaxSize;
    this.lastNow = this.last;
  }

  private uninsert({ name, value, known, newestBefore, sameBefore }: Insertion): void {
    known.newest = newestBefore;
    known.setNumber(value, sameBefore);
    if (newestBefore < 0) this.names.delete(name);
  }

  private forget({ name, value, known }: Insertion, number: number): void {
    if (known.numberOf(value) === number) known.setNumber(value, -1);
    if (known.newest === number) this.names.delete(name);
  }
}
