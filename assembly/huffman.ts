// Huffman text (RFC 7541 5.2 and Appendix B), both ways. The code is canonical: codes increase with their length and,
// within one length, with their octet. So only the lengths are written down here; every table is made from them, once.
import { DEL, SP } from "./bytes";
import { HEAD } from "./layout";
import {
  BAD_HUFFMAN,
  CODES,
  HEAD_ODD,
  HEAD_TEXT_END,
  LENGTHS,
  LONGER,
  ODD,
  SYMBOLS,
  WINDOW_BITS,
  WINDOWS,
} from "./layout-http2";

/** The length of each octet's code, 64 to a line: "A" for five bits, "B" for six, ... */
const CODE_LENGTHS: string = `
ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF
IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIX
PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS
VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV
`;
const SHORTEST: u32 = 5;
const LONGEST: u32 = 30;

export function fillHuffman(): void {
  let code: u32 = 0;
  let rank: u32 = 0;
  // coverage: there are windows
  for (let window: u32 = 0; window < 1 << WINDOW_BITS; window++) store<u32>(WINDOWS + 4 * window, LONGER);
  // coverage: there are lengths
  for (let length: u32 = SHORTEST; length <= LONGEST; length++) {
    for (let octet: u32 = 0; octet < 256; octet++) {
      if (<u32>CODE_LENGTHS.charCodeAt(octet + (octet >> 6) + 1) - 0x41 + SHORTEST != length) continue;
      const odd: u32 = octet < SP || octet >= DEL ? ODD : 0;
      store<u32>(CODES + 8 * octet, code);
      store<u32>(CODES + 8 * octet, length | odd, 4);
      if (length <= WINDOW_BITS) fillWindows(octet, code, length);
      store<u8>(SYMBOLS + rank++, <u8>octet);
      code++;
    }
    store<u32>(LENGTHS + 8 * length, code << (32 - length));
    store<u32>(LENGTHS + 8 * length, rank - code, 4);
    code <<= 1;
  }
  // coverage: there are windows
  for (let window: u32 = 0; window < 1 << WINDOW_BITS; window++) addSecond(window);
}

/** Returns the address of these bits' entry: windows are looked up by their complement. */
function entryOf(window: u32): usize {
  return WINDOWS + 4 * (window ^ ((1 << WINDOW_BITS) - 1));
}

/** Writes the entries of all windows that begin with this code. */
function fillWindows(octet: u32, code: u32, length: u32): void {
  const free = WINDOW_BITS - length;
  const entry = length | (1 << 8) | (length << 10) | (octet << 16);
  // coverage: a code is at most as long as the window
  for (let rest: u32 = 0; rest < 1 << free; rest++) store<u32>(entryOf((code << free) | rest), entry);
}

/** Adds the second symbol to an entry, if all of its bits lie within the window. */
function addSecond(window: u32): void {
  const entry = load<u32>(entryOf(window));
  if (entry == LONGER) return;
  const length = firstLength(entry);
  const next = load<u32>(entryOf((window << length) & ((1 << WINDOW_BITS) - 1)));
  // At least five zeros are shifted in. No longer code has its first WINDOW_BITS bits end like that: there is a length.
  const both = length + firstLength(next);
  if (both > WINDOW_BITS) return;
  const symbols = (entry & 0xff0000) | ((next & 0xff0000) << 8);
  store<u32>(entryOf(window), both | (2 << 8) | (length << 10) | symbols);
}

function firstLength(entry: u32): u32 {
  return (entry >> 10) & 15;
}

/**
 * Decodes [p, end) to `out`. Returns 0 with HEAD_TEXT_END and HEAD_ODD, or a negated fault. May read seven octets past
 * `end`, and write one past HEAD_TEXT_END. Bits are complemented when read, so that the zeros that are shifted in stand
 * for the ones of the padding (RFC 7541 5.2). The bits that an entry uses are counted in its lowest bits: a shift looks
 * at no others.
 */
export function decodeHuffman(p: usize, end: usize, out: usize): i32 {
  /** The complement of the next `count` bits, from the highest bit down, and zeros. */
  let bits: u64 = 0;
  let count: u64 = 0;
  let odd: u32 = 0;
  while (true) {
    const left: u64 = end - p;
    if (left > 0) {
      const octets = ~bswap(load<u64>(p, 0, 1));
      bits |= (left < 8 ? octets & (ONES << (64 - 8 * left)) : octets) >> count;
      const taken = min((63 - count) >> 3, left);
      p += <usize>taken;
      count += 8 * taken;
    }
    let entry = load<u32>((<usize>(bits >> (64 - WINDOW_BITS))) << 2, WINDOWS);
    while (<u64>(entry & 0x7f) <= count) {
      store<u16>(out, <u16>(entry >> 16), 0, 1);
      out += (entry >> 8) & 3;
      bits <<= entry;
      count -= entry & 0x7f;
      entry = load<u32>((<usize>(bits >> (64 - WINDOW_BITS))) << 2, WINDOWS);
    }
    // Below the `count` bits there may be some of an octet that did not fit in whole: it is read again.
    if (p < end && count < LONGEST) continue;
    if (count < 8 && bits == 0) break;
    const code = entry == LONGER ? findCode(bits) : ((entry >> 16) & 0xff) | (firstLength(entry) << 8);
    const length: u64 = code >> 8;
    if (length > count) return -BAD_HUFFMAN;
    store<u8>(out++, <u8>code);
    odd |= load<u32>(CODES + 8 * (code & 0xff), 4) & ODD;
    bits <<= length;
    count -= length;
  }
  store<u32>(HEAD + HEAD_TEXT_END, <u32>out);
  store<u32>(HEAD + HEAD_ODD, odd);
  return 0;
}

const ONES: u64 = -1;

/**
 * Returns the code longer than a window that the bits begin with: its octet, and its length from bit 8. EOS is no
 * octet: its length is given as more than there ever are bits.
 */
function findCode(bits: u64): u32 {
  const top = ~(<u32>(bits >> 32));
  let length = WINDOW_BITS + 1;
  while (length <= LONGEST && top >= load<u32>(LENGTHS + 8 * length)) length++;
  if (length > LONGEST) return 0xff00;
  return load<u8>(SYMBOLS + (top >> (32 - length)) + load<u32>(LENGTHS + 8 * length, 4)) | (length << 8);
}

/** Returns how many octets [p, end) takes as Huffman text. Writes HEAD_ODD. */
export function huffmanLength(p: usize, end: usize): u32 {
  let bits: u32 = 0;
  let odd: u32 = 0;
  for (; p < end; p++) {
    const length = load<u32>(CODES + 8 * <usize>load<u8>(p), 4);
    bits += length & (ODD - 1);
    odd |= length;
  }
  store<u32>(HEAD + HEAD_ODD, odd & ODD);
  return (bits + 7) >> 3;
}

/** Encodes [p, end) at `out`; returns where it ends. */
export function encodeHuffman(p: usize, end: usize, out: usize): usize {
  let bits: u64 = 0;
  let count: u64 = 0;
  // coverage: an empty string is written plain
  for (; p < end; p++) {
    const code = CODES + 8 * <usize>load<u8>(p);
    const length: u64 = load<u32>(code, 4) & (ODD - 1);
    bits = (bits << length) | load<u32>(code);
    count += length;
    if (count < 32) continue;
    count -= 32;
    store<u32>(out, bswap(<u32>(bits >> count)), 0, 1);
    out += 4;
  }
  for (; count >= 8; count -= 8) store<u8>(out++, <u8>(bits >> (count - 8)));
  if (count > 0) store<u8>(out++, <u8>((bits << (8 - count)) | (0xff >> count)));
  return out;
}
