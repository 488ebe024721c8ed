// The classes of octets, as predicates that quote the RFCs. They fill the CLASS table once, at instantiation.
import { CLASS } from "./layout";

export const HTAB: u32 = 0x09;
export const LF: u32 = 0x0a;
export const CR: u32 = 0x0d;
export const SP: u32 = 0x20;
export const DQUOTE: u32 = 0x22;
export const COMMA: u32 = 0x2c;
export const COLON: u32 = 0x3a;
export const SEMICOLON: u32 = 0x3b;
export const EQUALS: u32 = 0x3d;
export const BACKSLASH: u32 = 0x5c;
export const DEL: u32 = 0x7f;

export const TOKEN: u32 = 1 << 0;
export const HEX: u32 = 1 << 1;
/** What a reg-name may have besides pct-encoded: unreserved / sub-delims. */
export const NAME_OCTET: u32 = 1 << 2;
export const QUOTED_TEXT: u32 = 1 << 3;

export function isDigit(b: u32): bool {
  return b - 0x30 < 10;
}

export function isAlpha(b: u32): bool {
  return (b | 0x20) - 0x61 < 26;
}

/** Returns whether b is one of the characters of `list`. */
function isOneOf(b: u32, list: string): bool {
  // coverage: the lists are constants, and none is empty
  for (let i = 0; i < list.length; i++) if (<u32>list.charCodeAt(i) == b) return true;
  return false;
}

/**
 * tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
 * (RFC 9110 5.6.2)
 */
function isToken(b: u32): bool {
  return isDigit(b) || isAlpha(b) || isOneOf(b, "!#$%&'*+-.^_`|~");
}

/**
 * unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~" (RFC 3986 2.3),
 * sub-delims = "!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "=" (RFC 3986 2.2)
 */
function isNameOctet(b: u32): bool {
  return isDigit(b) || isAlpha(b) || isOneOf(b, "-._~!$&'()*+,;=");
}

/** qdtext = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text (RFC 9110 5.6.4) */
function isQuotedText(b: u32): bool {
  return b == HTAB || (b >= SP && b != DQUOTE && b != BACKSLASH && b != DEL);
}

function classOf(b: u32): u32 {
  return (
    (isToken(b) ? TOKEN : 0) |
    (isDigit(b) || (b | 0x20) - 0x61 < 6 ? HEX : 0) |
    (isNameOctet(b) ? NAME_OCTET : 0) |
    (isQuotedText(b) ? QUOTED_TEXT : 0)
  );
}

export function fillClasses(): void {
  for (let b: u32 = 0; b < 256; b++) store<u8>(CLASS + b, <u8>classOf(b));
}

export function isClass(p: usize, bits: u32): bool {
  return (load<u8>(CLASS + load<u8>(p)) & bits) != 0;
}

/** OWS = *( SP / HTAB ) (RFC 9110 5.6.3) */
export function isSpace(b: u32): bool {
  return b == SP || b == HTAB;
}

/** Returns the octet at p, an ASCII letter in lower case. */
export function lower(p: usize): u32 {
  const b: u32 = load<u8>(p);
  return b - 0x41 < 26 ? b | 0x20 : b;
}

/** Setting bit 5 makes ASCII letters lower-case. It makes no other token equal to a known name. */
const LOWER: u64 = 0x2020202020202020;

/**
 * Returns the first eight of the `length` octets at p, in lower case; zeros follow if there are fewer. Reads nothing at
 * or past p + length, but may read octets before p.
 */
export function firstOctets(p: usize, length: u32): u64 {
  if (length >= 8) return load<u64>(p, 0, 1) | LOWER;
  return (load<u64>(p + length - 8, 0, 1) | LOWER) >> (64 - 8 * <u64>length);
}

/** Returns the last eight of the `length` octets at p, in lower case; zero if there are fewer. */
export function lastOctets(p: usize, length: u32): u64 {
  return length >= 8 ? load<u64>(p + length - 8, 0, 1) | LOWER : 0;
}
