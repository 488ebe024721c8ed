/**
 * Random header blocks, one context of them for each seed: every representation, indices of entries that are there and that
 * are not, strings cut short and badly coded, table sizes that change within and between blocks, mostly as they may.
 */

import { integer, string } from "./http2/bytes.mjs";
import { Random } from "./http2/random.mjs";

const SIZES = [0, 40, 100, 500, 4096, 8192];
const TEXTS = ["", "a", "value", "\xff\0"];
const STATIC_ENTRIES = 61;

class Context {
  inserted = 0;
  limit = 4096;

  constructor(seed) {
    this.random = new Random(seed);
  }

  string() {
    const { random } = this;
    if (random.chance(0.01)) {
      const coded = Buffer.from(Array.from({ length: random.between(0, 6) }, () => random.between(0, 255)));
      return Buffer.concat([integer(128, 7, random.between(0, 8)), coded]);
    }
    return string(random.chance(0.2) ? "x".repeat(random.between(0, 200)) : random.pick(TEXTS));
  }

  index() {
    const { random, inserted } = this;
    const dynamic = STATIC_ENTRIES + random.between(1, Math.max(1, Math.min(inserted, 4)));
    return random.weighted([
      [4, random.between(1, STATIC_ENTRIES)],
      [inserted > 0 ? 4 : 0.1, dynamic],
      [0.02, 0],
      [0.02, random.between(STATIC_ENTRIES + 1, 300)],
    ]);
  }

  literal(prefix, first) {
    const index = this.random.chance(0.5) ? this.index() : 0;
    return Buffer.concat([integer(first, prefix, index), ...(index === 0 ? [this.string()] : []), this.string()]);
  }

  field() {
    const { random, limit } = this;
    return random.weighted([
      [4, () => integer(128, 7, this.index())],
      [
        5,
        () => {
          const field = this.literal(6, 64);
          this.inserted += 1;
          return field;
        },
      ],
      [2, () => this.literal(4, random.pick([0, 16]))],
      [0.02, () => integer(32, 5, random.pick([limit, limit + 1]))],
    ])();
  }

  /** A block, and the size that was announced before it, if any. */
  block() {
    const { random } = this;
    const size = random.chance(0.3) ? random.pick(SIZES) : undefined;
    this.limit = size ?? this.limit;
    const parts = [];
    if (size !== undefined && random.chance(0.97)) {
      if (random.chance(0.4)) parts.push(integer(32, 5, random.between(0, size)));
      parts.push(integer(32, 5, random.pick([size, size, size >> 1])));
      // What is left in the table is not known any more.
      this.inserted = 0;
    }
    for (let fields = random.between(0, 7); fields > 0; fields -= 1) parts.push(this.field());
    const block = Buffer.concat(parts);
    return { size, block: random.chance(0.02) ? block.subarray(0, random.between(0, block.length)) : block };
  }
}

/** Blocks of one context. @param {number} seed @param {number} count */
export function contextOf(seed, count) {
  const context = new Context(seed);
  return Array.from({ length: count }, () => context.block());
}
