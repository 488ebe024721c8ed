// The dynamic table of an encoder: entries found by name and by value, in one look-up each. What is inserted for a block
// can be taken back until the block is sure to be sent.
import { ANY, PROTOCOL, TE } from "../../assembly/layout-http2.ts";
import { DynamicTable, ENTRY_OVERHEAD, FIRST_DYNAMIC, STATIC_PAIRS } from "./hpack-table.ts";

/** A name of the static table. */
export interface FixedName {
  /** Its first index. */
  readonly index: number;
  /** The index of each value. */
  readonly values: ReadonlyMap<string, number>;
  /** Its place among those whose values hardly come back; -1: they do. */
  readonly changing: number;
}

/** A value of these is inserted only when it comes twice running: over all stories of hpack-test-case the best choice of names. */
const CHANGING = [":path", "age", "content-length", "etag", "location", "set-cookie"];

const NONE_SENT: readonly undefined[] = new Array<undefined>(CHANGING.length).fill(undefined);

/** Names whose empty value, though it is in the static table, is wrong: written out, so that the kernel sees and refuses it. */
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

/** The only names with a rule that the static table has not, and that messages may have. */
const RULES: ReadonlyMap<string, number> = new Map([
  ["te", TE],
  [":protocol", PROTOCOL],
]);

/** A name that the dynamic table has. Entries are numbered in the order of their insertion; -1: there is none. */
export class KnownName {
  readonly fixed: FixedName | undefined;
  /** The number of its newest entry. */
  newest = -1;
  /** The rule of the name, where the kernel cannot know it: a number of assembly/layout-http2.ts. */
  readonly rule: number;
  /** The number of the newest entry with each value: of one value here, since most names have one; of others in a map. */
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

  /** A value is in one of the two places: at an empty first one only if the map has it not. */
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

/** An entry, and what it hides. */
class Insertion {
  readonly name: string;
  readonly value: string;
  readonly size: number;
  readonly known: KnownName;
  /** The newest entry with this name, and with this value too, before it; -1 for none. */
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
  /** The number of the list's first entry. */
  private base = 0;
  /** The last value of each changing name; and with this block's. */
  private last: readonly (string | undefined)[] = NONE_SENT;
  private lastNow = this.last;
  /** How it was when the last block was sent. */
  private sentEnd = 0;
  private sentStart = 0;
  private sentSize = 0;
  private sentMaxSize = this.maxSize;

  find(name: string): KnownName | undefined {
    return this.names.get(name);
  }

  /** The index of the entry with this number; 0 when there is none, or it has left. */
  indexOf(number: number | undefined): number {
    if (number === undefined) return 0;
    const place = number - this.base;
    return place < this.start ? 0 : FIRST_DYNAMIC + this.list.length - 1 - place;
  }

  /** Inserts a field that has room, whose name `find` has found or not. */
  insert(name: string, value: string, found: KnownName | undefined, fixed: FixedName | undefined): void {
    const known = found ?? new KnownName(name, fixed);
    this.add(new Insertion(name, value, known));
    if (found === undefined) this.names.set(name, known);
    known.newest = this.base + this.list.length - 1;
    known.setNumber(value, known.newest);
  }

  /** Is this the value that this changing name had the last time? */
  comesAgain(changing: number, value: string): boolean {
    if (this.lastNow === this.last) this.lastNow = this.last.slice();
    const isSame = this.lastNow[changing] === value;
    (this.lastNow as (string | undefined)[])[changing] = value;
    return isSame;
  }

  /** The block is sure to be sent: what it evicted is forgotten. */
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

  /** The block is not sent: all is as it was after the last one. */
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
