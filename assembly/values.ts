// What the values of the fields that govern a message mean. Each reader takes a value [p, end) without white space at
// its ends, and returns `facts` with those it adds; numbers and places go to HEAD. They know no connection.
import { COLON, COMMA, firstOctets, HEX, isClass, isDigit, isSpace, lastOctets, lower, NAME_OCTET } from "./bytes";
import {
  AUTHORITY,
  CHUNKED,
  CLOSE,
  CODING,
  CODING_ENDS_CHUNKED,
  CODING_OTHER,
  CONNECTION,
  CONNECTION_UPGRADE,
  EXPECT_CONTINUE,
  HEAD,
  HEAD_CODING_AT,
  HEAD_HOST_AT,
  HEAD_LENGTH,
  HEAD_LENGTH_AT,
  HOST,
  HOST_BAD,
  HOST_REPEATED,
  KEEP_ALIVE,
  LENGTH,
  LENGTH_BAD,
  LENGTH_CONFLICT,
  LENGTH_REPEATED,
  LENGTH_TOO_LARGE,
  NAME_CONNECTION,
  NAME_CONTENT_LENGTH,
  NAME_EXPECT,
  NAME_HOST,
  NAME_TRANSFER_ENCODING,
  UPGRADE,
} from "./layout";
import { isPlain, skipClass, skipSpaces } from "./skip";

/** 2^53 - 1: the largest integer that JavaScript counts exactly. */
export const MAX_INTEGER: u64 = 9007199254740991;

/** Adds to `facts` what the field with this identity says. `start` is the first octet of the head. */
export function readValue(identity: i32, p: usize, end: usize, facts: u32, start: usize): u32 {
  if (identity == NAME_HOST) return readHost(p, end, facts, start);
  if (identity == NAME_CONNECTION) return readConnection(p, end, facts);
  if (identity == NAME_CONTENT_LENGTH) return readLength(p, end, facts, start);
  if (identity == NAME_TRANSFER_ENCODING) return readCoding(p, end, facts, start);
  if (identity == NAME_EXPECT) return readExpect(p, end, facts);
  return readUpgrade(p, end, facts);
}

// --- lists: #element = [ element ] *( OWS "," OWS [ element ] ) (RFC 9110 5.6.1) --------------------------------

function memberStart(p: usize, end: usize): usize {
  while (p < end && (isSpace(load<u8>(p)) || load<u8>(p) == COMMA)) p++;
  return p;
}

function memberEnd(p: usize, end: usize): usize {
  // coverage: a member begins with an octet that is no comma
  while (p < end && load<u8>(p) != COMMA) p++;
  return p;
}

/**
 * Returns whether the octets [p, end), white space at their end aside, are this word in any case. The word is given as
 * its length, its first eight octets and, if it has more, its last eight.
 */
function isWord(p: usize, end: usize, length: u32, first: u64, last: u64): bool {
  while (isSpace(load<u8>(end - 1))) end--;
  return <u32>(end - p) == length && firstOctets(p, length) == first && lastOctets(p, length) == last;
}

function isClose(p: usize, end: usize): bool {
  return isWord(p, end, 5, 0x65736f6c63, 0);
}

function isKeepAlive(p: usize, end: usize): bool {
  return isWord(p, end, 10, 0x696c612d7065656b, 0x6576696c612d7065);
}

function isUpgrade(p: usize, end: usize): bool {
  return isWord(p, end, 7, 0x65646172677075, 0);
}

function isChunked(p: usize, end: usize): bool {
  return isWord(p, end, 7, 0x64656b6e756863, 0);
}

function is100Continue(p: usize, end: usize): bool {
  // Bit 5 turns some controls into digits: "100-" is compared as it is.
  return isWord(p, end, 12, 0x746e6f632d303031, 0x65756e69746e6f63) && load<u32>(p, 0, 1) == 0x2d303031;
}

/** Connection = #connection-option (RFC 9110 7.6.1) */
function readConnection(p: usize, end: usize, facts: u32): u32 {
  facts |= CONNECTION;
  // Nearly always it is alone; the search of a list goes octet by octet.
  if (p < end && isKeepAlive(p, end)) return facts | KEEP_ALIVE;
  while ((p = memberStart(p, end)) < end) {
    const last = memberEnd(p, end);
    if (isKeepAlive(p, last)) facts |= KEEP_ALIVE;
    else if (isClose(p, last)) facts |= CLOSE;
    else if (isUpgrade(p, last)) facts |= CONNECTION_UPGRADE;
    p = last;
  }
  return facts;
}

/** Expect = #expectation; only "100-continue" is defined (RFC 9110 10.1.1) */
function readExpect(p: usize, end: usize, facts: u32): u32 {
  while ((p = memberStart(p, end)) < end) {
    const last = memberEnd(p, end);
    if (is100Continue(p, last)) facts |= EXPECT_CONTINUE;
    p = last;
  }
  return facts;
}

/** Upgrade = #protocol (RFC 9110 7.8): does it name one? */
function readUpgrade(p: usize, end: usize, facts: u32): u32 {
  return memberStart(p, end) < end ? facts | UPGRADE : facts;
}

/**
 * Reads Content-Length = 1*DIGIT (RFC 9110 8.6). A list of numbers, or several fields, is a repetition when all are
 * equal and a conflict otherwise.
 */
function readLength(p: usize, end: usize, facts: u32, start: usize): u32 {
  while (true) {
    const first = p;
    let value: u64 = 0;
    const short = <u32>(end - p) - 1 < 8 ? shortNumber(p, end) : -1;
    if (short >= 0) {
      value = short;
      p = end;
    }
    for (; p < end && isDigit(load<u8>(p)); p++) {
      if (value <= MAX_INTEGER) value = value * 10 + (load<u8>(p) - 0x30);
    }
    if (p == first) return addLengthFault(LENGTH_BAD, p, facts, start);
    const digitsEnd = p;
    p = skipSpaces(p, end);
    if (p < end && load<u8>(p) != COMMA) return addLengthFault(LENGTH_BAD, digitsEnd, facts, start);
    if (value > MAX_INTEGER) return addLengthFault(LENGTH_TOO_LARGE, first, facts, start);
    if (!(facts & LENGTH)) {
      store<f64>(HEAD + HEAD_LENGTH, <f64>value);
      store<u32>(HEAD + HEAD_LENGTH_AT, <u32>(first - start));
      facts |= LENGTH;
    } else if (load<f64>(HEAD + HEAD_LENGTH) == <f64>value) {
      facts = addLengthFault(LENGTH_REPEATED, first, facts, start);
    } else {
      return addLengthFault(LENGTH_CONFLICT, first, facts, start);
    }
    if (p == end) return facts;
    p++;
    p = skipSpaces(p, end);
  }
}

/** Reads one to eight digits; negative when one is not a digit. In one step, as a loop would end in a misprediction. */
function shortNumber(p: usize, end: usize): i64 {
  const before: u64 = 64 - 8 * <u64>(end - p);
  let digits = ((load<u64>(end - 8, 0, 1) ^ 0x3030303030303030) >> before) << before;
  if (((digits + 0x7676767676767676) | digits) & 0x8080808080808080) return -1;
  digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ff;
  digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffff;
  return (digits * 10000 + (digits >> 32)) & 0xffffffff;
}

/** Adds a fault of Content-Length. The first one counts; a repetition, which can be allowed, gives way to any other. */
function addLengthFault(fact: u32, at: usize, facts: u32, start: usize): u32 {
  if (facts & (LENGTH_BAD | LENGTH_TOO_LARGE | LENGTH_CONFLICT)) return facts;
  if (fact == LENGTH_REPEATED && facts & LENGTH_REPEATED) return facts;
  store<u32>(HEAD + HEAD_LENGTH_AT, <u32>(at - start));
  return facts | fact | LENGTH;
}

/** Transfer-Encoding = #transfer-coding (RFC 9112 6.1). Only exactly one `chunked` is sound. */
function readCoding(p: usize, end: usize, facts: u32, start: usize): u32 {
  store<u32>(HEAD + HEAD_CODING_AT, <u32>(p - start));
  if (p < end && isChunked(p, end) && !(facts & CODING)) {
    return facts | CODING | CHUNKED | CODING_ENDS_CHUNKED;
  }
  facts = (facts | CODING) & ~CHUNKED;
  while ((p = memberStart(p, end)) < end) {
    const last = memberEnd(p, end);
    if (isChunked(p, last)) facts |= CODING_ENDS_CHUNKED;
    else facts = (facts | CODING_OTHER) & ~CODING_ENDS_CHUNKED;
    p = last;
  }
  return facts;
}

// --- hosts ------------------------------------------------------------------------------------------------------

/** Host = uri-host [ ":" port ] (RFC 9110 7.2); an empty one is legal */
function readHost(p: usize, end: usize, facts: u32, start: usize): u32 {
  if (facts & (HOST_BAD | HOST_REPEATED)) return facts;
  if (facts & HOST) {
    store<u32>(HEAD + HEAD_HOST_AT, <u32>(p - start));
    return facts | HOST_REPEATED;
  }
  const at = isPlain(p, end) ? end : skipHostPort(p, end);
  store<u32>(HEAD + HEAD_HOST_AT, <u32>(at - start));
  return at == end ? facts | HOST : facts | HOST | HOST_BAD;
}

/** uri-host [ ":" port ]: returns the first octet that does not belong to it. */
export function skipHostPort(p: usize, end: usize): usize {
  const at = skipHost(p, end);
  return at < end && load<u8>(at) == COLON ? skipDigits(at + 1, end) : at;
}

/** authority-form = uri-host ":" port (RFC 9112 3.2.3), the port neither empty nor above 65535 (RFC 9110 9.3.6) */
export function readAuthority(p: usize, end: usize): u32 {
  const colon = skipHost(p, end);
  if (colon == p || colon == end || load<u8>(colon) != COLON) return 0;
  const digits = colon + 1;
  if (digits == end || skipDigits(digits, end) != end) return 0;
  let port: u32 = 0;
  // coverage: there is at least one digit
  for (let q = digits; q < end && port <= 65535; q++) port = port * 10 + (load<u8>(q) - 0x30);
  return port <= 65535 ? AUTHORITY : 0;
}

function skipDigits(p: usize, end: usize): usize {
  while (p < end && isDigit(load<u8>(p))) p++;
  return p;
}

/**
 * uri-host = IP-literal / IPv4address / reg-name (RFC 3986 3.2.2): returns the first octet that does not belong to it.
 */
function skipHost(p: usize, end: usize): usize {
  if (p < end && load<u8>(p) == 0x5b /* [ */) return skipLiteral(p, end);
  while ((p = skipClass(p, end, NAME_OCTET)) < end) {
    if (load<u8>(p) == 0x25 /* % */ && p + 2 < end && isClass(p + 1, HEX) && isClass(p + 2, HEX)) p += 3;
    else break;
  }
  return p;
}

/** IP-literal = "[" ( IPv6address / IPvFuture ) "]": returns the position after it, or p when it is faulty. */
function skipLiteral(p: usize, end: usize): usize {
  let close = p + 1;
  while (close < end && load<u8>(close) != 0x5d /* ] */) close++;
  if (close == end) return p;
  const sound = lower(p + 1) == 0x76 /* v */ ? isFutureAddress(p + 2, close) : isAddress6(p + 1, close);
  return sound ? close + 1 : p;
}

/** IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ) */
function isFutureAddress(p: usize, end: usize): bool {
  const digits = p;
  while (p < end && isClass(p, HEX)) p++;
  if (p == digits || p + 1 >= end || load<u8>(p) != 0x2e /* . */) return false;
  // coverage: there is at least one octet after the dot
  for (p++; p < end; p++) if (!isClass(p, NAME_OCTET) && load<u8>(p) != COLON) return false;
  return true;
}

/** IPv6address: eight groups of 1*4HEXDIG, one run of them shortened to "::", the last two perhaps an IPv4address */
function isAddress6(p: usize, end: usize): bool {
  let groups = 0;
  let shortened = false;
  if (p + 1 < end && load<u8>(p) == COLON && load<u8>(p + 1) == COLON) {
    shortened = true;
    p += 2;
  }
  while (p < end) {
    const group = p;
    while (p < end && p - group < 5 && isClass(p, HEX)) p++;
    if (p < end && load<u8>(p) == 0x2e /* . */) {
      if (!isAddress4(group, end)) return false;
      groups += 2;
      break;
    }
    if (p == group || p - group > 4) return false;
    groups++;
    if (p == end) break;
    if (load<u8>(p++) != COLON || p == end) return false;
    if (load<u8>(p) == COLON) {
      if (shortened) return false;
      shortened = true;
      p++;
    }
  }
  return shortened ? groups < 8 : groups == 8;
}

/** IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet, no leading zeros */
function isAddress4(p: usize, end: usize): bool {
  for (let part = 0; part < 4; part++) {
    const digits = p;
    let value: u32 = 0;
    while (p < end && p - digits < 3 && isDigit(load<u8>(p))) value = value * 10 + (load<u8>(p++) - 0x30);
    if (p == digits || value > 255 || (p - digits > 1 && load<u8>(digits) == 0x30)) return false;
    if (part < 3 && (p == end || load<u8>(p++) != 0x2e)) return false;
  }
  return p == end;
}
