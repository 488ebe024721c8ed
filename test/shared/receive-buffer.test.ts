// The receive buffer against a plain model: one array of all octets, and how many of them are absorbed or consumed.
import { describe, expect, test } from "vitest";
import { NO_OCTETS, ReceiveBuffer } from "../../src/shared/receive-buffer.ts";
import { LARGEST_EXPONENT, leastExponent } from "../growth.ts";
import { type Random, random } from "../helpers.ts";

const bytes = (...octets: number[]) => Uint8Array.from(octets);
const filled = (...chunks: Uint8Array[]) => {
  const buffer = new ReceiveBuffer();
  for (const chunk of chunks) buffer.push(chunk);
  return buffer;
};

class Model {
  readonly chunks: Uint8Array[] = [];
  all: number[] = [];
  consumed = 0;
  partial = 0;

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.all.push(...chunk);
  }

  /** What of the chunk in which the next unread octet lies is not read. */
  fresh(): number {
    let end = 0;
    for (const chunk of this.chunks) {
      end += chunk.length;
      if (end > this.consumed + this.partial) return end - this.consumed - this.partial;
    }
    return 0;
  }

  rest(): number[] {
    return this.all.slice(this.consumed);
  }
}

/** One random operation on both, and what it gave on each. */
function step(buffer: ReceiveBuffer, model: Model, next: Random): [unknown, unknown] {
  switch (next(8)) {
    case 0:
    case 1: {
      const chunk = Uint8Array.from({ length: 1 + next(next(4) === 0 ? 700 : 5) }, () => next(256));
      // A part of a larger array, as a pool gives it.
      const pool = new Uint8Array(chunk.length + 9);
      pool.set(chunk, 4);
      const part = pool.subarray(4, 4 + chunk.length);
      buffer.push(part);
      model.push(part);
      return [0, 0];
    }
    case 2:
      return [buffer.fresh(), model.fresh()];
    case 3: {
      const distance = next(model.rest().length + 3);
      return [buffer.octetAt(distance), model.rest()[distance]];
    }
    case 4: {
      const count = next(buffer.fresh() + 1);
      if (count > 0) buffer.absorb(count);
      model.partial += count;
      return [buffer.partialLength, model.partial];
    }
    case 5: {
      const fresh = buffer.fresh();
      if (fresh === 0) return [0, 0];
      buffer.consume(model.partial + 1 + next(fresh));
      model.consumed = buffer.offset;
      model.partial = 0;
      return [0, 0];
    }
    case 6: {
      if (model.partial > 0 || buffer.fresh() === 0) return [0, 0];
      const count = 1 + next(buffer.fresh());
      const wanted = model.rest().slice(0, count);
      const view = buffer.view(count);
      model.consumed += count;
      expect(model.chunks.some((chunk) => chunk.buffer === view.buffer)).toBe(true);
      return [[...view], wanted];
    }
    default: {
      if (next(12) > 0) return [0, 0];
      const wanted = model.rest();
      model.consumed = model.all.length;
      model.partial = 0;
      if (next(4) > 0) return [[...buffer.takeAll()], wanted];
      buffer.clear();
      return [0, 0];
    }
  }
}

test("does what a plain model does, whatever the operations", () => {
  const next = random(51);
  for (let run = 0; run < 100; run++) {
    const [buffer, model] = [new ReceiveBuffer(), new Model()];
    for (let i = 0; i < 120; i++) {
      const [got, wanted] = step(buffer, model, next);
      expect(got).toEqual(wanted);
      const held = buffer.partial.subarray(0, buffer.partialLength);
      expect([buffer.fed, buffer.offset, buffer.length, [...held]]).toEqual([
        model.all.length,
        model.consumed,
        model.rest().length,
        model.rest().slice(0, model.partial),
      ]);
    }
    expect([...buffer.takeAll()]).toEqual(model.rest());
    expect([buffer.length, buffer.fresh()]).toEqual([0, 0]);
  }
});

describe("holds", () => {
  test("nothing at first", () => {
    const buffer = new ReceiveBuffer();
    expect([buffer.fresh(), buffer.length, buffer.octetAt(0), buffer.ended]).toEqual([0, 0, undefined, false]);
    expect(buffer.takeAll().length).toBe(0);
  });

  test("chunks by reference", () => {
    const chunk = bytes(1, 2, 3);
    const buffer = filled(chunk);
    expect(buffer.chunk).toBe(chunk);
    const view = buffer.view(2);
    expect([view.buffer === chunk.buffer, view.byteOffset, view.length]).toEqual([true, 0, 2]);
    expect(buffer.view(1).byteOffset).toBe(2);
  });

  test("no chunk that is used up", () => {
    const buffer = filled(bytes(1, 2));
    buffer.consume(2);
    expect(buffer.chunk).toBe(NO_OCTETS);
    buffer.push(bytes(3));
    buffer.absorb(1);
    buffer.push(bytes(4));
    expect(buffer.fresh()).toBe(1);
    expect([...buffer.chunk]).toEqual([4]);
    buffer.consume(2);
    expect([buffer.chunk, buffer.partial]).toEqual([NO_OCTETS, NO_OCTETS]);
  });

  test("a copy of a cut element: its chunks may be overwritten once they are absorbed", () => {
    const first = bytes(1, 2);
    const buffer = filled(first, bytes(3));
    buffer.absorb(2);
    first.fill(0);
    expect([buffer.octetAt(0), buffer.octetAt(1), buffer.octetAt(2), buffer.octetAt(3)]).toEqual([1, 2, 3, undefined]);
    expect([...buffer.takeAll()]).toEqual([1, 2, 3]);
  });

  test("a copy that grows no more often than it doubles", () => {
    const buffer = new ReceiveBuffer();
    const grown = new Set<Uint8Array>();
    for (let i = 0; i < 100_000; i++) {
      buffer.push(bytes(i));
      buffer.fresh();
      buffer.absorb(1);
      grown.add(buffer.partial);
    }
    expect(grown.size).toBeLessThan(12);
    expect(buffer.partial.length).toBeLessThanOrEqual(200_002);
  });
});

describe("takeAll", () => {
  test("is a view of the one chunk", () => {
    const chunk = bytes(1, 2, 3);
    const buffer = filled(chunk);
    buffer.consume(1);
    const all = buffer.takeAll();
    expect([[...all], all.buffer === chunk.buffer]).toEqual([[2, 3], true]);
  });

  test("is a view of the one chunk that is left behind one used up", () => {
    const buffer = filled(bytes(1), bytes(2, 3));
    buffer.consume(1);
    expect([...buffer.takeAll()]).toEqual([2, 3]);
  });

  test("joins several", () => {
    const buffer = filled(bytes(1, 2), bytes(3), bytes(4, 5));
    buffer.consume(1);
    expect([...buffer.takeAll()]).toEqual([2, 3, 4, 5]);
    buffer.push(bytes(6));
    expect([...buffer.takeAll()]).toEqual([6]);
  });
});

test("clear drops all, and what comes later counts on", () => {
  const buffer = filled(bytes(1, 2), bytes(3));
  buffer.absorb(1);
  buffer.clear();
  expect([buffer.length, buffer.offset, buffer.fed, buffer.partialLength]).toEqual([0, 3, 3, 0]);
  buffer.push(bytes(4));
  expect([buffer.octetAt(0), buffer.offset, buffer.fed]).toEqual([4, 3, 4]);
});

test("many chunks that were not read cost linear time", () => {
  const drain = (count: number) => {
    const buffer = new ReceiveBuffer();
    const one = bytes(1);
    for (let i = 0; i < count; i++) buffer.push(one);
    return () => {
      while (buffer.fresh() > 0) buffer.consume(1);
    };
  };
  // From where the list is larger than the caches: a chunk takes 6 ns below and 40 above.
  expect(leastExponent(60_000, drain)).toBeLessThan(LARGEST_EXPONENT);
});
