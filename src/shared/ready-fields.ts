// Fields that are strings already: HTTP/2's, which come out of HPACK's tables. A HeaderFields in every respect.
import { type FieldPair, HeaderFields } from "./header-fields.ts";

export class ReadyFields extends HeaderFields {
  /** Names, lower-case, and values in turn. */
  private readonly list: string[];
  /** Which fields are sensitive: their places, ascending; null for none. */
  private readonly sensitive: readonly number[] | null;

  /** @internal The list becomes the object's own. */
  constructor(list: string[], sensitive: readonly number[] | null) {
    super("", list.length >> 1, 0);
    this.list = list;
    this.sensitive = sensitive;
  }

  override get(name: string): string | null {
    const { list } = this;
    const first = this.seek(name, 0);
    if (first < 0) return null;
    return this.seek(name, first + 2) < 0 ? (list[first + 1] as string) : this.getAll(name).join(", ");
  }

  override has(name: string): boolean {
    return this.seek(name, 0) >= 0;
  }

  override flat(): string[] {
    return [...this.list];
  }

  /** The pairs; of sensitive fields (HPACK's never indexed) with a third member `true`, so that a forwarder keeps it. */
  override raw(): [name: string, value: string][] {
    const pairs: FieldPair[] = super.raw();
    for (const at of this.sensitive ?? []) (pairs[at] as unknown as unknown[]).push(true);
    return pairs as [string, string][];
  }

  /** @internal */
  protected override inTurns(): string[] {
    return this.list;
  }

  /** Where the next field with this name is in the list, from `from` on, or -1. */
  private seek(name: string, from: number): number {
    const { list } = this;
    const wanted = name.toLowerCase();
    for (let at = from; at < list.length; at += 2) if (list[at] === wanted) return at;
    return -1;
  }
}
