// Octets that were fed and are not yet consumed: the chunks by reference, and one bounded copy of an element (a head, a
// chunk-size line) that is cut over chunks. Knows no protocol.

/** No octets. */
export const NO_OCTETS = new Uint8Array(0);

const FIRST_CAPACITY = 256;

/** So few octets are copied one by one: that costs less than a view of them (80 ns less for one). */
export const FEW = 32;

export class ReceiveBuffer {
  /** The chunk that is being read, and how far. */
  chunk: Uint8Array = NO_OCTETS;
  position = 0;
  /** Its memory, once it was asked for: V8 calls out for that, 20 ns each time. */
  private memory: ArrayBufferLike | null = null;
  /** What was absorbed of earlier chunks: the first octets of an element that is not complete. */
  partial: Uint8Array = NO_OCTETS;
  partialLength = 0;
  /** Octets consumed since the connection began: where the next element begins. */
  offset = 0;
  /** Octets fed since the connection began. */
  fed = 0;
  /** Will nothing more be fed? */
  ended = false;
  /** The chunks behind it, from `laterAt` on; null when there are none. */
  private later: Uint8Array[] | null = null;
  private laterAt = 0;

  get length(): number {
    return this.fed - this.offset;
  }

  /** Takes a chunk, and its memory where that is known. */
  push(chunk: Uint8Array, memory: ArrayBufferLike | null = null): void {
    this.fed += chunk.length;
    if (this.position < this.chunk.length || this.later !== null) {
      this.later ??= [];
      this.later.push(chunk);
      return;
    }
    this.chunk = chunk;
    this.memory = memory;
    this.position = 0;
  }

  /** Octets of the current chunk that are not read, after moving on from one that is used up. 0: there is nothing. */
  fresh(): number {
    if (this.position === this.chunk.length) this.nextChunk();
    return this.chunk.length - this.position;
  }

  /** Is the next octet of the current chunk above this one? */
  beginsAbove(octet: number): boolean {
    const { chunk, position } = this;
    return position < chunk.length && (chunk[position] as number) > octet;
  }

  /** The octet at this distance from the next one to be consumed; undefined when it was not fed yet. */
  octetAt(distance: number): number | undefined {
    if (distance < this.partialLength) return this.partial[distance];
    const at = distance - this.partialLength + this.position;
    return at < this.chunk.length ? this.chunk[at] : this.laterOctetAt(at - this.chunk.length);
  }

  private laterOctetAt(at: number): number | undefined {
    for (let i = this.laterAt, left = at; i < (this.later?.length ?? 0); i++) {
      const chunk = this.later?.[i] as Uint8Array;
      if (left < chunk.length) return chunk[left];
      left -= chunk.length;
    }
    return undefined;
  }

  /** Copies `count` octets of the current chunk behind the partial element. */
  absorb(count: number): void {
    const length = this.partialLength + count;
    if (length > this.partial.length) {
      const grown = this.room(length);
      grown.set(this.partial.subarray(0, this.partialLength));
      this.partial = grown;
    }
    const { partial, partialLength, chunk, position } = this;
    if (count > FEW) partial.set(this.ahead(count), partialLength);
    else for (let i = 0; i < count; i++) partial[partialLength + i] = chunk[position + i] as number;
    this.partialLength = length;
    this.position += count;
  }

  /** Room for the first `length` octets of a partial element, and more. Events may be views of it: it serves this one alone. */
  protected room(length: number): Uint8Array {
    return new Uint8Array(Math.max(FIRST_CAPACITY, 2 * length));
  }

  /** The partial element is done with. */
  protected forget(): void {
    this.partial = NO_OCTETS;
    this.partialLength = 0;
  }

  /** Consumes `count` octets: all of the partial element, and the rest from the current chunk. */
  consume(count: number): void {
    this.position += count - this.partialLength;
    this.offset += count;
    if (this.partialLength > 0) this.forget();
    if (this.position === this.chunk.length) this.nextChunk();
  }

  /** Consumes the next two octets if they are these and both in the current chunk. */
  skipPair(first: number, second: number): boolean {
    const { chunk, position } = this;
    if (position + 2 > chunk.length || chunk[position] !== first || chunk[position + 1] !== second) return false;
    this.consume(2);
    return true;
  }

  /** Consumes `count` octets of the current chunk and gives them as a view of it. */
  view(count: number): Uint8Array {
    const view = this.ahead(count);
    this.consume(count);
    return view;
  }

  /** A view of the next `count` octets of the current chunk. Not by subarray(), which takes twice as long of a Buffer. */
  protected ahead(count: number): Uint8Array {
    const { chunk, position } = this;
    this.memory ??= chunk.buffer;
    return new Uint8Array(this.memory, chunk.byteOffset + position, count);
  }

  /** Consumes everything, and gives it as one array: a view where it lies in one chunk. */
  takeAll(): Uint8Array {
    if (this.partialLength === 0 && this.later === null) return this.view(this.fresh());
    const all = new Uint8Array(this.length);
    all.set(this.partial.subarray(0, this.partialLength));
    let at = this.partialLength;
    for (const piece of [this.chunk.subarray(this.position), ...(this.later?.slice(this.laterAt) ?? [])]) {
      all.set(piece, at);
      at += piece.length;
    }
    this.clear();
    return all;
  }

  /** Drops everything. */
  clear(): void {
    this.offset = this.fed;
    this.chunk = NO_OCTETS;
    this.memory = null;
    this.position = 0;
    this.forget();
    this.later = null;
    this.laterAt = 0;
  }

  private nextChunk(): void {
    this.memory = null;
    this.position = 0;
    this.chunk = this.later === null ? NO_OCTETS : this.takeLater(this.later);
  }

  /** Chunks that were read leave the list in halves: taking each from its front would move all the others each time. */
  private takeLater(later: Uint8Array[]): Uint8Array {
    const chunk = later[this.laterAt] as Uint8Array;
    later[this.laterAt++] = NO_OCTETS;
    if (this.laterAt * 2 >= later.length) {
      this.later = this.laterAt === later.length ? null : later.slice(this.laterAt);
      this.laterAt = 0;
    }
    return chunk;
  }
}
