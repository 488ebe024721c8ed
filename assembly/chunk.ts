// chunk-size [ chunk-ext ] CRLF: the line before each chunk (RFC 9112 7.1).
import {
  BACKSLASH,
  CR,
  DEL,
  DQUOTE,
  EQUALS,
  HEX,
  HTAB,
  isClass,
  LF,
  lower,
  QUOTED_TEXT,
  SEMICOLON,
  SP,
  TOKEN,
} from "./bytes";
import {
  ALLOW_BARE_LF,
  ALLOW_CHUNK_LF,
  ALLOW_CHUNK_SIZE_SPACE,
  BAD_CHUNK_EXTENSION,
  BAD_CHUNK_SIZE,
  CHUNK_EXTENSIONS_TOO_LARGE,
  CHUNK_SIZE_TOO_LARGE,
  CHUNK_SIZE_TOO_LONG,
  HEAD,
  HEAD_EXTENSION_OCTETS,
  HEAD_FAULT_AT,
  HEAD_LENGTH,
} from "./layout";
import { fault, needData, scanLineEnd } from "./outcome";
import { skipClass, skipSpaces } from "./skip";
import { MAX_INTEGER } from "./values";

/**
 * Scans one line. Writes the size to HEAD_LENGTH and the number of octets between size and CRLF to
 * HEAD_EXTENSION_OCTETS. LF alone never ends the line (RFC 9112 erratum 7633), whatever is allowed in heads; only
 * src/compat may allow it here, and only right behind the size: elsewhere a peer takes it for a part of the extension,
 * and the next chunk for something else (CVE-2025-55315).
 */
export function scanChunkLine(start: usize, end: usize, allow: u32, maxDigits: u32, maxExtensions: u32): i32 {
  let p = start;
  let size: u64 = 0;
  for (; p < end && isClass(p, HEX); p++) {
    if (p - start == maxDigits) return fault(CHUNK_SIZE_TOO_LONG, p, start);
    const digit = lower(p);
    size = (size << 4) | (digit < 0x3a ? digit - 0x30 : digit - 0x57);
    if (size > MAX_INTEGER) return fault(CHUNK_SIZE_TOO_LARGE, p, start);
  }
  if (p == end) return needData(start, start);
  if (p == start) return fault(BAD_CHUNK_SIZE, p, start);
  store<f64>(HEAD + HEAD_LENGTH, <f64>size);
  const lineEnd = load<u8>(p) == CR ? <i32>p : scanExtensions(p, start, end, allow, maxExtensions);
  if (lineEnd <= 0) return lineEnd;
  store<u32>(HEAD + HEAD_EXTENSION_OCTETS, <u32>(<usize>lineEnd - p));
  const lineFeed: u32 = <usize>lineEnd == p && allow & ALLOW_CHUNK_LF ? ALLOW_BARE_LF : 0;
  const next = scanLineEnd(lineEnd, start, start, end, lineFeed, BAD_CHUNK_SIZE);
  return next <= 0 ? next : next - <i32>start;
}

/**
 * Returns the end of the extensions that begin at `first`, which is the line end. More than `max` octets are a fault.
 */
function scanExtensions(first: usize, start: usize, end: usize, allow: u32, max: u32): i32 {
  const status = scanExtensionList(first, start, end, allow);
  let reached = end;
  if (status > 0) reached = status;
  else if (status < 0) reached = start + load<u32>(HEAD + HEAD_FAULT_AT);
  return reached - first > max ? fault(CHUNK_EXTENSIONS_TOO_LARGE, first + max, start) : status;
}

/** chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) (RFC 9112 7.1.1) */
function scanExtensionList(first: usize, start: usize, end: usize, allow: u32): i32 {
  let p = first;
  while (true) {
    const code = p == first ? BAD_CHUNK_SIZE : BAD_CHUNK_EXTENSION;
    const gap = p;
    p = skipSpaces(p, end);
    if (p == end) return needData(start, start);
    const octet: u32 = load<u8>(p);
    if (octet == CR || octet == LF) {
      return p == gap || allow & ALLOW_CHUNK_SIZE_SPACE ? <i32>p : fault(code, gap, start);
    }
    if (octet != SEMICOLON) return fault(code, p, start);

    const name = skipSpaces(p + 1, end);
    p = skipClass(name, end, TOKEN);
    if (p == end) return needData(start, start);
    if (p == name) return fault(BAD_CHUNK_EXTENSION, p, start);

    const equals = skipSpaces(p, end);
    if (equals == end) return needData(start, start);
    if (load<u8>(equals) != EQUALS) continue;
    const value = scanExtensionValue(skipSpaces(equals + 1, end), start, end);
    if (value <= 0) return value;
    p = value;
  }
}

/** chunk-ext-val = token / quoted-string */
function scanExtensionValue(value: usize, start: usize, end: usize): i32 {
  if (value == end) return needData(start, start);
  let p = value;
  if (load<u8>(p) != DQUOTE) {
    p = skipClass(p, end, TOKEN);
    return p == value ? fault(BAD_CHUNK_EXTENSION, p, start) : <i32>p;
  }
  while (++p < end) {
    const octet: u32 = load<u8>(p);
    if (octet == DQUOTE) return <i32>(p + 1);
    if (octet == BACKSLASH) {
      if (++p == end) break;
      if (!isQuotable(load<u8>(p))) return fault(BAD_CHUNK_EXTENSION, p, start);
    } else if (!isClass(p, QUOTED_TEXT)) return fault(BAD_CHUNK_EXTENSION, p, start);
  }
  return needData(start, start);
}

/** quoted-pair = "\\" ( HTAB / SP / VCHAR / obs-text ) (RFC 9110 5.6.4) */
function isQuotable(octet: u32): bool {
  return octet == HTAB || (octet >= SP && octet != DEL);
}
