// @ts-check
// Changes that know the grammar: octets that mean something, lines and pieces put in, taken out, doubled, two inputs spliced.

/** mulberry32: the same numbers for the same seed. @param {number} seed @returns {(limit: number) => number} */
export function makeRandom(seed) {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

const MEANINGFUL = Buffer.from('\r\n\0 \t:;=,"\\0159afAZ/.%[]\x7f\x80\xff', "latin1");
/** Longer inputs are cut: time goes into many, not into long ones. */
const LONGEST = 2000;

/** @param {Buffer[]} corpus @param {readonly string[]} pieces @param {(limit: number) => number} next */
export function mutate(corpus, pieces, next) {
  let input = /** @type {Buffer} */ (corpus[next(corpus.length)]);
  for (let times = 1 + next(4); times > 0; times--) {
    const at = next(input.length + 1);
    const end = Math.min(input.length, at + next(12));
    /** @param {Buffer} middle @param {number} from */
    const put = (middle, from) => Buffer.concat([input.subarray(0, at), middle, input.subarray(from)]);
    const change = next(7);
    if (change === 0) input = put(Buffer.of(next(256)), at + 1);
    else if (change === 1) input = put(Buffer.of(MEANINGFUL[next(MEANINGFUL.length)] ?? 0), at + next(2));
    else if (change === 2) input = put(Buffer.alloc(0), end);
    else if (change === 3) input = put(input.subarray(at, end), at);
    else if (change === 4) {
      const other = /** @type {Buffer} */ (corpus[next(corpus.length)]);
      input = put(other.subarray(next(other.length + 1)), input.length);
    } else input = put(Buffer.from(pieces[next(pieces.length)] ?? "", "latin1"), change === 5 ? at : end);
  }
  return input.subarray(0, LONGEST);
}
