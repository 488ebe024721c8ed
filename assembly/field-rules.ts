// What RFC 9113 8.2 and 8.3 demand of a single field: of its name, and of its value by the rule that the name stands
// for. The order of fields, and which ones a message needs, is left to the code that has HPACK's tables.
import { firstOctets, isAlpha, isClass, isDigit, isSpace, lastOctets, lower, TOKEN } from "./bytes";
import {
  ANY,
  AUTHORITY_FIELD,
  BAD_AUTHORITY,
  BAD_CONTENT_LENGTH,
  BAD_FIELD_NAME,
  BAD_FIELD_VALUE,
  BAD_HOST,
  BAD_METHOD,
  BAD_PATH,
  BAD_PROTOCOL,
  BAD_SCHEME,
  BAD_STATUS,
  BAD_TE,
  CONNECTION_FIELD,
  CONNECTION_SPECIFIC_FIELD,
  CONTENT_LENGTH,
  CONTENT_LENGTH_TOO_LARGE,
  COOKIE,
  FIELD_NAME_NOT_LOWER_CASE,
  HOST_FIELD,
  METHOD,
  NO_FAULT,
  PATH,
  PROTOCOL,
  SCHEME,
  STATUS,
  TE,
  UNKNOWN_PSEUDO,
  UNKNOWN_PSEUDO_FIELD,
} from "./layout-http2";
import { skipClass, skipValue, skipVisible } from "./skip";
import { MAX_INTEGER, skipHostPort } from "./values";

/**
 * Returns what is wrong with a name: it must be a token in lower case, after a ":" in a pseudo-field (RFC 9113 8.2.1,
 * 8.3).
 */
export function nameFault(p: usize, end: usize): i32 {
  if (p < end && load<u8>(p) == 0x3a /* : */) p++;
  if (p == end) return BAD_FIELD_NAME;
  let fault = NO_FAULT;
  // coverage: there is at least one octet
  for (; p < end; p++) {
    if (!isClass(p, TOKEN)) return BAD_FIELD_NAME;
    if (load<u8>(p) != lower(p)) fault = FIELD_NAME_NOT_LOWER_CASE;
  }
  return fault;
}

/** Returns the rule that a sound name stands for. */
export function nameRule(p: usize, end: usize): u32 {
  const length = <u32>(end - p);
  const first = firstOctets(p, length);
  const last = lastOctets(p, length);
  if (<u32>load<u8>(p) == 0x3a /* : */) {
    if (length == 5 && first == 0x687461703a) return PATH;
    if (length == 7 && first == 0x646f6874656d3a) return METHOD;
    if (length == 7 && first == 0x656d656863733a) return SCHEME;
    if (length == 7 && first == 0x7375746174733a) return STATUS;
    if (length == 9 && first == 0x6f636f746f72703a && last == 0x6c6f636f746f7270) return PROTOCOL;
    if (length == 10 && first == 0x69726f687475613a && last == 0x797469726f687475) return AUTHORITY_FIELD;
    return UNKNOWN_PSEUDO;
  }
  if (length == 2 && first == 0x6574) return TE;
  if (length == 4 && first == 0x74736f68) return HOST_FIELD;
  if (length == 6 && first == 0x65696b6f6f63) return COOKIE;
  if (length == 14 && first == 0x2d746e65746e6f63 && last == 0x6874676e656c2d74) return CONTENT_LENGTH;
  return isConnectionSpecific(length, first, last) ? CONNECTION_FIELD : ANY;
}

/** upgrade, connection, keep-alive, proxy-connection, transfer-encoding (RFC 9113 8.2.2) */
function isConnectionSpecific(length: u32, first: u64, last: u64): bool {
  if (length == 7) return first == 0x65646172677075;
  if (length == 10) {
    if (first == 0x697463656e6e6f63) return last == 0x6e6f697463656e6e;
    return first == 0x696c612d7065656b && last == 0x6576696c612d7065;
  }
  if (length == 16) return first == 0x6f632d79786f7270 && last == 0x6e6f697463656e6e;
  return length == 17 && first == 0x726566736e617274 && last == 0x676e69646f636e65;
}

/** Returns what is wrong with the value [p, end) under this rule. `odd`: it may hold more than SP and visible ASCII. */
export function valueFault(rule: u32, p: usize, end: usize, odd: bool): i32 {
  if (rule == CONNECTION_FIELD) return CONNECTION_SPECIFIC_FIELD;
  if (rule == UNKNOWN_PSEUDO) return UNKNOWN_PSEUDO_FIELD;
  if (p < end && (isSpace(load<u8>(p)) || isSpace(load<u8>(end - 1)))) return BAD_FIELD_VALUE;
  if (odd && skipValue(p, end, 0) != end) return BAD_FIELD_VALUE;
  return rule == ANY || rule == COOKIE ? NO_FAULT : ruledValueFault(rule, p, end);
}

function ruledValueFault(rule: u32, p: usize, end: usize): i32 {
  switch (rule) {
    case METHOD:
      return isToken(p, end) ? NO_FAULT : BAD_METHOD;
    case SCHEME:
      return isScheme(p, end) ? NO_FAULT : BAD_SCHEME;
    case AUTHORITY_FIELD:
      return p < end && skipHostPort(p, end) == end ? NO_FAULT : BAD_AUTHORITY;
    case PATH:
      return p < end && skipVisible(p, end) == end ? NO_FAULT : BAD_PATH;
    case PROTOCOL:
      return isToken(p, end) ? NO_FAULT : BAD_PROTOCOL;
    case STATUS:
      return isStatus(p, end) ? NO_FAULT : BAD_STATUS;
    case CONTENT_LENGTH:
      return lengthFault(p, end);
    case HOST_FIELD:
      return skipHostPort(p, end) == end ? NO_FAULT : BAD_HOST;
    default:
      return isTrailers(p, end) ? NO_FAULT : BAD_TE;
  }
}

function isToken(p: usize, end: usize): bool {
  return p < end && skipClass(p, end, TOKEN) == end;
}

/** scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 3.1) */
function isScheme(p: usize, end: usize): bool {
  if (p == end || !isAlpha(load<u8>(p))) return false;
  while (++p < end) if (!isSchemeOctet(load<u8>(p))) return false;
  return true;
}

function isSchemeOctet(octet: u32): bool {
  return isAlpha(octet) || isDigit(octet) || octet == 0x2b /* + */ || octet == 0x2d /* - */ || octet == 0x2e /* . */;
}

/** Three digits from 100 on (RFC 9110 15). */
function isStatus(p: usize, end: usize): bool {
  return (
    end - p == 3 && isDigit(load<u8>(p)) && load<u8>(p) != 0x30 && isDigit(load<u8>(p + 1)) && isDigit(load<u8>(p + 2))
  );
}

/** Returns what is wrong with Content-Length = 1*DIGIT (RFC 9110 8.6), at most 2^53-1. */
function lengthFault(p: usize, end: usize): i32 {
  if (p == end) return BAD_CONTENT_LENGTH;
  let value: u64 = 0;
  // coverage: there is at least one octet
  for (; p < end; p++) {
    if (!isDigit(load<u8>(p))) return BAD_CONTENT_LENGTH;
    if (value <= MAX_INTEGER) value = value * 10 + (load<u8>(p) - 0x30);
  }
  return value <= MAX_INTEGER ? NO_FAULT : CONTENT_LENGTH_TOO_LARGE;
}

/** TE may be `trailers` alone (RFC 9113 8.2.2), in any case. */
function isTrailers(p: usize, end: usize): bool {
  return end - p == 8 && firstOctets(p, 8) == 0x7372656c69617274;
}
