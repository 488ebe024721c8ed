// Fields that are strings already: HTTP/2's, which come out of HPACK's tables. A HeaderFields in every respect; that class
// knows nothing of it, so that its own methods stay as fast as they are for HTTP/1.1.
import { type FieldPair, HeaderFields } from "./header-fields.ts";

export class ReadyFields extends HeaderFields {
  /** Names, lower-case, and values in turn. */
  private readonly list: readonly string[];
  /** Which fields are sensitive: their places, ascending; null for none. */
  private readonly sensitive: readonly number[] | null;

  /** @internal The list becomes the object's own. */
  constructor(list: readonly string[], sensitive: readonly number[] | null) {
    super("", list.length >> 1, 0);
    this.list = list;
    this.sensitive = sensitive;
  }

  override get(name: string): string | null {
    const { list } = this;
    const first = this.seek(name, 0);
    if (first < 0) return null;
    const wanted = list[first] as string;
    let joined = list[first + 1] as string;
    for (let next = this.seek(wanted, first + 2); next >= 0; next = this.seek(wanted, next + 2)) {
      joined += `, ${list[next + 1]}`;
    }
    return joined;
  }

  override getAll(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.list.filter((_, at) => (at & 1) === 1 && this.list[at - 1] === wanted);
  }

  override has(name: string): boolean {
    return this.seek(name, 0) >= 0;
  }

  override entries(): IterableIterator<[name: string, value: string]> {
    return this.twos()[Symbol.iterator]();
  }

  override forEach(callback: (value: string, name: string, fields: HeaderFields) => void): void {
    const { list } = this;
    for (let at = 0; at < list.length; at += 2) callback(list[at + 1] as string, list[at] as string, this);
  }

  /** The pairs; of sensitive fields (HPACK's never indexed) with a third member `true`, so that a forwarder keeps it. */
  override raw(): [name: string, value: string][] {
    const pairs: FieldPair[] = this.twos();
    for (const at of this.sensitive ?? []) (pairs[at] as unknown as unknown[]).push(true);
    return pairs as [string, string][];
  }

  override toJSON(): [name: string, value: string][] {
    return this.twos();
  }

  private twos(): [name: string, value: string][] {
    const { list, length } = this;
    const pairs = new Array<[string, string]>(length);
    for (let i = 0; i < length; i++) pairs[i] = [list[2 * i] as string, list[2 * i + 1] as string];
    return pairs;
  }

  /** Where the next field with this name is in the list, from `from` on, or -1. */
  private seek(name: string, from: number): number {
    const { list } = this;
    const wanted = name.toLowerCase();
    for (let at = from; at < list.length; at += 2) if (list[at] === wanted) return at;
    return -1;
  }
}
