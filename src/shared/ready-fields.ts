// HeaderFields whose names and values are strings already: those of HTTP/2, which come out of HPACK's tables.
import type { FieldPair } from "./field-pairs.ts";
import { HeaderFields } from "./header-fields.ts";

export class ReadyFields extends HeaderFields {
  /** Lower-case names and values alternately. */
  private readonly list: string[];
  /** The indices of the sensitive fields, ascending; null for none. */
  private readonly sensitive: readonly number[] | null;

  /** @internal Takes ownership of the list. */
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

  /**
   * Returns the pairs; a sensitive one (never indexed in HPACK) has a third member `true`, so that forwarding keeps it.
   */
  override raw(): [name: string, value: string][] {
    const pairs: FieldPair[] = super.raw();
    for (const at of this.sensitive ?? []) (pairs[at] as unknown as unknown[]).push(true);
    return pairs as [string, string][];
  }

  /** @internal */
  protected override inTurns(): string[] {
    return this.list;
  }

  /** Returns the place in the list of the first field with this name, from `from` on; -1 when there is none. */
  private seek(name: string, from: number): number {
    const { list } = this;
    const wanted = name.toLowerCase();
    for (let at = from; at < list.length; at += 2) if (list[at] === wanted) return at;
    return -1;
  }
}
