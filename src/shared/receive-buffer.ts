// Octets that were fed and are not yet consumed: the chunks by reference, and one bounded copy of an element (a head, a
// chunk-size line) that is split across chunks. Knows no protocol.
import { FEW } from "./octets.ts";

/** No octets. */
export const NO_OCTETS = new Uint8Array(0);

const FIRST_CAPACITY = 256;

export class ReceiveBuffer {
  /** The chunk that is being read, and the position of its first unread octet. */
  chunk: Uint8Array = NO_OCTETS;
  position = 0;
  /** The chunk's ArrayBuffer, kept once it was asked for: V8 makes a call for that, 20 ns each time. */
  private memory: ArrayBufferLike | null = null;
  /** The first octets of an incomplete element, copied from earlier chunks. */
  partial: Uint8Array = NO_OCTETS;
  partialLength = 0;
  /** Octets consumed since the connection began: where the next element begins. */
  offset = 0;
  /** Octets fed since the connection began. */
  fed = 0;
  /** True when nothing more will be fed. */
  ended = false;
  /** The chunks after the current one, from index `laterAt` on; null when there are none. */
  private later: Uint8Array[] | null = null;
  private laterAt = 0;

  get length(): number {
    return this.fed - this.offset;
  }

  /** Adds a chunk, and its ArrayBuffer where the caller has it. */
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

  /**
   * Returns how many octets of the current chunk are unread, moving on from one that is used up; 0 if nothing is left.
   */
  fresh(): number {
    if (this.position === this.chunk.length) this.nextChunk();
    return this.chunk.length - this.position;
  }

  /** Returns whether the current chunk has an unread octet, and that is above this one. */
  beginsAbove(octet: number): boolean {
    const { chunk, position } = this;
    return position < chunk.length && (chunk[position] as number) > octet;
  }

  /** Returns the octet at this distance from the next one to be consumed; undefined when it has not been fed yet. */
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

  /** Appends the next `count` octets of the current chunk to the partial element. */
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

  /** Returns memory for a partial element of `length` octets and more. Never reused here: events may be views of it. */
  protected room(length: number): Uint8Array {
    return new Uint8Array(Math.max(FIRST_CAPACITY, 2 * length));
  }

  /** Drops the partial element. */
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

  /** Consumes the next two octets if they are these two and both in the current chunk. Returns whether it did. */
  skipPair(first: number, second: number): boolean {
    const { chunk, position } = this;
    if (position + 2 > chunk.length || chunk[position] !== first || chunk[position + 1] !== second) return false;
    this.consume(2);
    return true;
  }

  /** Consumes `count` octets of the current chunk and returns them as a view of it. */
  view(count: number): Uint8Array {
    const view = this.ahead(count);
    this.consume(count);
    return view;
  }

  /**
   * Returns a view of the next `count` octets of the current chunk; subarray() would take twice as long on a Buffer.
   */
  protected ahead(count: number): Uint8Array {
    const { chunk, position } = this;
    this.memory ??= chunk.buffer;
    return new Uint8Array(this.memory, chunk.byteOffset + position, count);
  }

  /** Consumes everything and returns it as one array: a view when it lies in a single chunk. */
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

  /** Read chunks leave the list once they are half of it: removing each from the front would move all the others. */
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
