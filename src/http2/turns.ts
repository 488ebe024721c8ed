// Streams whose data may go out, the next one first: by urgency, then by their `order`. A binary heap, so that neither
// their number nor the order of their arrival matters.
import { type Stream, UNLISTED } from "./stream.ts";

const NONE: readonly Stream[] = [];

export class Turns {
  /** Null when empty: an idle connection keeps no list. */
  private heap: Stream[] | null = null;

  get first(): Stream | null {
    return this.heap === null ? null : (this.heap[0] as Stream);
  }

  /** All of them, in no particular order. */
  get all(): readonly Stream[] {
    return this.heap ?? NONE;
  }

  add(stream: Stream): void {
    if (this.heap === null) this.heap = [stream];
    else this.heap.push(stream);
    this.rise(stream, this.heap.length - 1);
  }

  /** Takes out a stream, which must be in the heap. */
  remove(stream: Stream): void {
    const heap = this.heap as Stream[];
    const { place } = stream;
    const last = heap.pop() as Stream;
    stream.place = UNLISTED;
    if (heap.length === 0) this.heap = null;
    if (last === stream) return;
    this.sink(last, place);
    this.rise(last, last.place);
  }

  private rise(stream: Stream, from: number): void {
    const heap = this.heap as Stream[];
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = heap[above] as Stream;
      if (!isBefore(stream, other)) break;
      heap[place] = other;
      other.place = place;
      place = above;
    }
    heap[place] = stream;
    stream.place = place;
  }

  private sink(stream: Stream, from: number): void {
    const heap = this.heap as Stream[];
    let place = from;
    for (let below = 2 * place + 1; below < heap.length; below = 2 * place + 1) {
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Stream, heap[below] as Stream)) below++;
      const other = heap[below] as Stream;
      if (!isBefore(other, stream)) break;
      heap[place] = other;
      other.place = place;
      place = below;
    }
    heap[place] = stream;
    stream.place = place;
  }
}

function isBefore(one: Stream, other: Stream): boolean {
  return one.urgency === other.urgency ? one.order < other.order : one.urgency < other.urgency;
}
