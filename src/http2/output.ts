// The output queue, in wire order: frames written into a page, and bodies by reference.
import { NO_OCTETS } from "../shared/receive-buffer.ts";

/**
 * Octets of a page. One larger than the smallest is dropped once everything is drained: an idle connection keeps
 * little.
 */
const SMALLEST_PAGE = 256;
const LARGEST_PAGE = 16384;

export class Output {
  /** Octets ready to be drained. */
  length = 0;
  /** Octets drained since the connection began. */
  taken = 0;
  /** Where frames are written, at the place that `reserve` returns. */
  page: Uint8Array = NO_OCTETS;
  /** The part of the page that is ready and not yet among `parts`. */
  private begin = 0;
  private end = 0;
  /** The page before this place was handed to a caller and is not written again. */
  private floor = 0;
  /**
   * Octets written into pages since everything was last drained; and in the round before that, which tells how large
   * the first page should be.
   */
  private written = 0;
  private usual = 0;
  /** What goes out before that part of the page; null when there is nothing. */
  private parts: Uint8Array[] | null = null;

  /** Makes room for `count` octets in the page and returns their place. They count as ready at once. */
  reserve(count: number): number {
    if (this.end + count > this.page.length) this.turnPage(count);
    const at = this.end;
    this.end += count;
    this.length += count;
    this.written += count;
    return at;
  }

  /** Adds octets by reference. */
  push(octets: Uint8Array): void {
    this.closePart();
    this.parts ??= [];
    this.parts.push(octets);
    this.length += octets.length;
  }

  /** Takes up to `max` octets as one fresh array. */
  takeBytes(max: number): Uint8Array {
    const count = Math.min(max, this.length);
    if (this.parts !== null) {
      const bytes = new Uint8Array(count);
      this.takeInto(bytes);
      return bytes;
    }
    // No views of the page, which a drain in one piece does not need.
    const bytes = this.page.slice(this.begin, this.begin + count);
    this.begin += count;
    this.took(count);
    return bytes;
  }

  /** Takes as many octets as `target` has room for; returns how many. */
  takeInto(target: Uint8Array): number {
    let at = 0;
    for (const part of this.takeParts(Math.min(target.length, this.length))) {
      target.set(part, at);
      at += part.length;
    }
    this.took(at);
    return at;
  }

  /** Takes up to `max` octets in pieces, without copying. */
  takeChunks(max: number): Uint8Array[] {
    const count = Math.min(max, this.length);
    const chunks = this.takeParts(count);
    this.floor = this.end;
    this.took(count);
    return chunks;
  }

  private took(count: number): void {
    this.length -= count;
    this.taken += count;
    if (this.length > 0) return;
    this.usual = this.written;
    this.written = 0;
    if (this.page.length > SMALLEST_PAGE) {
      this.page = NO_OCTETS;
      this.floor = 0;
    }
    this.begin = this.floor;
    this.end = this.floor;
  }

  private takeParts(count: number): Uint8Array[] {
    this.closePart();
    const parts = this.parts ?? [];
    if (count === this.length) {
      this.parts = null;
      return parts;
    }
    const taken: Uint8Array[] = [];
    let left = count;
    let next = 0;
    for (; left > 0; next++) {
      const part = parts[next] as Uint8Array;
      if (part.length > left) break;
      taken.push(part);
      left -= part.length;
    }
    if (left > 0) {
      const part = parts[next] as Uint8Array;
      taken.push(part.subarray(0, left));
      parts[next] = part.subarray(left);
    }
    this.parts = parts.slice(next);
    return taken;
  }

  private closePart(): void {
    if (this.begin === this.end) return;
    this.parts ??= [];
    this.parts.push(this.page.subarray(this.begin, this.end));
    this.begin = this.end;
  }

  private turnPage(count: number): void {
    this.closePart();
    const wanted = this.written === 0 ? this.usual : 2 * this.page.length;
    this.page = new Uint8Array(Math.max(count, Math.min(LARGEST_PAGE, wanted), SMALLEST_PAGE));
    this.begin = 0;
    this.end = 0;
    this.floor = 0;
  }
}
