// @ts-check
// Changes that know the grammar: octets that mean something; lines, messages, frames or records put in, replaced, taken
// out, doubled, moved; two inputs spliced.

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

/** @typedef {(limit: number) => number} Random */
/** @typedef {{ input: Buffer, other: Buffer, piece: Buffer, parts: (input: Buffer) => Buffer[], next: Random }} Given */

const MEANINGFUL = Buffer.from('\r\n\0 \t:;=,"\\0159afAZ/.%[]\x1e\x1f\x7f\x80\xff', "latin1");
/** Longer inputs are cut: time goes into many, not into long ones. */
const LONGEST = 1000;

// --- how an input is cut into parts ---------------------------------------------------------------------------------

/** Behind each of these. @param {string} end @returns {(input: Buffer) => Buffer[]} */
export const endingIn = (end) => (input) => {
  const parts = [];
  let from = 0;
  for (let at = input.indexOf(end, 0, "latin1"); at >= 0; at = input.indexOf(end, from, "latin1")) {
    parts.push(input.subarray(from, at + end.length));
    from = at + end.length;
  }
  parts.push(input.subarray(from));
  return parts;
};

/** HTTP/2's frames (RFC 9113 4.1). @param {Buffer} input */
export function frames(input) {
  const parts = [];
  for (let at = 0; at < input.length; ) {
    const end = at + 9 + (input.length - at < 3 ? 0 : input.readUIntBE(at, 3));
    parts.push(input.subarray(at, end));
    at = end;
  }
  return parts;
}

// --- changes ----------------------------------------------------------------------------------------------------------

/** Replaces octets somewhere. @param {(given: Given, old: Buffer) => Buffer} change @param {(next: Random) => number} length */
const octets = (change, length) => (/** @type {Given} */ given) => {
  const { input, next } = given;
  const at = next(input.length + 1);
  const end = Math.min(input.length, at + length(next));
  return Buffer.concat([input.subarray(0, at), change(given, input.subarray(at, end)), input.subarray(end)]);
};

/** Changes the list of parts. @param {(list: Buffer[], at: number, given: Given) => void} change */
const parts = (change) => (/** @type {Given} */ given) => {
  const list = given.parts(given.input);
  change(list, given.next(list.length), given);
  return Buffer.concat(list);
};

/** @param {Buffer} old @param {number} bits */
const flipped = (old, bits) => Buffer.from(old.map((octet, i) => (i === 0 ? octet ^ bits : octet)));

const none = () => 0;
const one = () => 1;
const few = (/** @type {Random} */ next) => next(12);

/** @type {((given: Given) => Buffer)[]} */
const CHANGES = [
  octets(({ next }, old) => flipped(old, 1 << next(8)), one),
  octets(({ next }) => Buffer.of(next(256)), one),
  octets(({ next }) => Buffer.of(MEANINGFUL[next(MEANINGFUL.length)] ?? 0), one),
  octets(({ next }) => Buffer.of(MEANINGFUL[next(MEANINGFUL.length)] ?? 0), none),
  octets(() => Buffer.alloc(0), few),
  octets((_, old) => Buffer.concat([old, old]), few),
  octets(({ piece }) => piece, none),
  octets(({ piece }) => piece, few),
  parts((list, at, { piece }) => list.splice(at, 0, piece)),
  parts((list, at, { piece }) => list.splice(at, 1, piece)),
  parts((list, at) => list.splice(at, 0, list[at] ?? Buffer.alloc(0))),
  parts((list, at) => list.splice(at, 1)),
  parts((list, at, { next }) => list.splice(next(list.length), 0, ...list.splice(at, 1))),
  // The rest, or a run, of another input.
  parts((list, at, given) => {
    const others = given.parts(given.other);
    list.splice(at, list.length, ...others.slice(given.next(others.length)));
  }),
  parts((list, at, given) => {
    const others = given.parts(given.other);
    const from = given.next(others.length);
    list.splice(at, 0, ...others.slice(from, from + 1 + given.next(4)));
  }),
];

/** @param {Buffer[]} corpus @param {readonly string[]} pieces @param {((input: Buffer) => Buffer[])[]} grammar @param {Random} next */
export function mutate(corpus, pieces, grammar, next) {
  const pick = () => /** @type {Buffer} */ (corpus[next(corpus.length)]);
  let input = pick();
  for (let times = 1 + next(4); times > 0; times--) {
    const change = CHANGES[next(CHANGES.length)];
    const piece = Buffer.from(pieces[next(pieces.length)] ?? "", "latin1");
    input = change?.({ input, other: pick(), piece, parts: grammar[next(grammar.length)] ?? frames, next }) ?? input;
  }
  return input.subarray(0, LONGEST);
}
