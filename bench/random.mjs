// @ts-check
// Seeded randomness, so that the corpus is the same on every machine and in every run.

/**
 * A small generator (mulberry32: 32 bits of state, enough for test data).
 *
 * @param {number} seed
 */
export function makeRandom(seed) {
  let state = seed >>> 0;

  /** Returns the next number in [0, 1). */
  function next() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /**
   * Returns an integer from `low` to `high`, inclusive.
   *
   * @param {number} low
   * @param {number} high
   */
  function integer(low, high) {
    return low + Math.floor(next() * (high - low + 1));
  }

  /**
   * @template T
   * @param {readonly T[]} choices
   * @returns {T}
   */
  function pick(choices) {
    return choices[integer(0, choices.length - 1)];
  }

  /** @param {number} probability */
  function chance(probability) {
    return next() < probability;
  }

  /**
   * @param {string} alphabet
   * @param {number} length
   */
  function text(alphabet, length) {
    let result = "";
    for (let index = 0; index < length; index++) result += alphabet[integer(0, alphabet.length - 1)];
    return result;
  }

  /** @param {number} length */
  const hex = (length) => text("0123456789abcdef", length);
  /** @param {number} length */
  const base64url = (length) => text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", length);
  /** @param {number} length */
  const letters = (length) => text("abcdefghijklmnopqrstuvwxyz", length);
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const date = () => new Date(1767225600000 + integer(0, 31_000_000) * 1000).toUTCString();

  return { next, integer, pick, chance, text, hex, base64url, letters, uuid, date };
}

/** @typedef {ReturnType<typeof makeRandom>} Random */
