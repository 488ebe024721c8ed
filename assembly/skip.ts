// The fast searches: each returns the first position in [p, end] that is not of its kind. They never read at or past
// `end`: the last window is loaded so that it ends there, and is filled up with zeros, at which every search stops.
// (Octets before the input are the kernel's own memory: reading them is harmless, and they are shifted out.) Every wide
// load declares align 1.
import { CR, DEL, HTAB, isClass, isSpace, LF, SP } from "./bytes";
import { ALLOW_CONTROL_OCTETS, HEAD, HEAD_FACTS, HIGH } from "./layout";

/** Returns the 16 octets from p on when fewer than 16 are left, with zeros from `end` on. */
export function lastWindow(p: usize, end: usize): v128 {
  const iota = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return i8x16.swizzle(v128.load(end - 16, 0, 1), i8x16.add(iota, i8x16.splat(<i8>(p + 16 - end))));
}

/**
 * Skips octets of this class, TOKEN or NAME_OCTET. Windows know only plain octets, which both have and which nearly
 * always suffice; any other octet is looked up, and the search goes on after it.
 */
export function skipClass(p: usize, end: usize, bits: u32): usize {
  if (ASC_FEATURE_SIMD) {
    while (p < end) {
      const stops = notPlain(p + 16 <= end ? v128.load(p, 0, 1) : lastWindow(p, end));
      if (stops == 0) {
        p += 16;
        continue;
      }
      p += ctz(stops);
      if (p >= end || !isClass(p, bits)) return p;
      p++;
    }
    return p;
  }
  while (p < end && isClass(p, bits)) p++;
  return p;
}

/**
 * Returns whether the octets [p, end) are plain: at most 32 letters, digits, "-" and ".", as nearly all hosts are. There
 * is no loop, so no misprediction whatever the length: one window ends where the octets end; the other begins where they
 * begin, or, for fewer than a window has, also ends there. Octets before them are shifted out.
 */
export function isPlain(p: usize, end: usize): bool {
  if (!ASC_FEATURE_SIMD) return false;
  const length = <i32>(end - p);
  if (length > 32) return false;
  const before = max(16 - length, 0);
  return (notPlain(v128.load(end - 16, 0, 1)) | notPlain(v128.load(min(p, end - 16), 0, 1))) >> before == 0;
}

/** Returns a bit for each octet that is neither a letter, nor a digit, nor "-", nor ".". */
function notPlain(octets: v128): i32 {
  const letter = i8x16.lt_s(i8x16.add(v128.or(octets, i8x16.splat(0x20)), i8x16.splat(0x1f)), i8x16.splat(-0x66));
  const digit = i8x16.lt_s(i8x16.add(octets, i8x16.splat(0x50)), i8x16.splat(-0x76));
  const mark = v128.or(i8x16.eq(octets, i8x16.splat(0x2d)), i8x16.eq(octets, i8x16.splat(0x2e)));
  return i8x16.bitmask(v128.or(v128.or(letter, digit), mark)) ^ 0xffff;
}

/** OWS and BWS = *( SP / HTAB ) (RFC 9110 5.6.3) */
export function skipSpaces(p: usize, end: usize): usize {
  while (p < end && isSpace(load<u8>(p))) p++;
  return p;
}

/**
 * Skips visible ASCII, the octets of a request-target. Stops at SP, controls, DEL, and 0x80 and above (negative as i8).
 */
export function skipVisible(p: usize, end: usize): usize {
  if (ASC_FEATURE_SIMD) {
    while (p < end) {
      const octets = p + 16 <= end ? v128.load(p, 0, 1) : lastWindow(p, end);
      const stops = i8x16.bitmask(
        v128.or(i8x16.lt_s(octets, i8x16.splat(<i8>SP + 1)), i8x16.eq(octets, i8x16.splat(<i8>DEL))),
      );
      if (stops) return p + ctz(stops);
      p += 16;
    }
    return p;
  }
  while (p < end && <u32>load<u8>(p) - (SP + 1) < DEL - SP - 1) p++;
  return p;
}

/**
 * Skips SP and visible ASCII: nearly every octet of a field value. The caller decides on HTAB, and on 0x80 and above.
 */
function skipText(p: usize, end: usize): usize {
  if (ASC_FEATURE_SIMD) {
    while (p < end) {
      const octets = p + 16 <= end ? v128.load(p, 0, 1) : lastWindow(p, end);
      const stops = i8x16.bitmask(
        v128.or(i8x16.lt_s(octets, i8x16.splat(<i8>SP)), i8x16.eq(octets, i8x16.splat(<i8>DEL))),
      );
      if (stops) return p + ctz(stops);
      p += 16;
    }
    return p;
  }
  while (p < end && <u32>load<u8>(p) - SP < DEL - SP) p++;
  return p;
}

/**
 * Skips the content of a field value or reason-phrase: HTAB / SP / VCHAR / obs-text (RFC 9110 5.5), and other controls
 * where the leniency lets them through; never NUL, CR or LF. Adds the fact HIGH to HEAD for obs-text.
 */
export function skipValue(p: usize, end: usize, allow: u32): usize {
  while ((p = skipText(p, end)) < end) {
    const octet: u32 = load<u8>(p);
    if (octet == CR) break;
    if (octet >= 0x80) store<u32>(HEAD + HEAD_FACTS, load<u32>(HEAD + HEAD_FACTS) | HIGH);
    else if (octet != HTAB && (!(allow & ALLOW_CONTROL_OCTETS) || octet == LF || octet == 0)) break;
    p++;
  }
  return p;
}
