// request-line and status-line (RFC 9112 3 and 4). Each function returns the position after what it read, as a
// positive status, or NEED_DATA, or a fault.
import { CR, isDigit, LF, SP, TOKEN } from "./bytes";
import {
  ALLOW_HIGH_TARGET,
  ALLOW_MISSING_REASON_SPACE,
  BAD_METHOD,
  BAD_REASON,
  BAD_STATUS,
  BAD_TARGET,
  BAD_VERSION,
  HEAD,
  HEAD_FACTS,
  HEAD_METHOD,
  HEAD_METHOD_END,
  HEAD_REASON,
  HEAD_REASON_END,
  HEAD_STATUS,
  HEAD_TARGET_END,
  HEAD_VERSION,
  HIGH,
  METHOD_CONNECT,
  METHOD_DELETE,
  METHOD_GET,
  METHOD_HEAD,
  METHOD_OPTIONS,
  METHOD_OTHER,
  METHOD_PATCH,
  METHOD_POST,
  METHOD_PUT,
  METHOD_TRACE,
  TARGET_TOO_LONG,
} from "./layout";
import { fault, needData, scanLineEnd } from "./outcome";
import { skipClass, skipValue, skipVisible } from "./skip";
import { readAuthority } from "./values";

/** request-line = method SP request-target SP HTTP-version CRLF */
export function scanRequestLine(start: usize, end: usize, allow: u32, maxTarget: u32): i32 {
  const methodEnd = skipClass(start, end, TOKEN);
  if (methodEnd == end) return needData(start, start);
  if (methodEnd == start || load<u8>(methodEnd) != SP) return fault(BAD_METHOD, methodEnd, start);
  const target = methodEnd + 1;
  let targetEnd = skipVisible(target, end);
  let facts: u32 = 0;
  while (allow & ALLOW_HIGH_TARGET && targetEnd < end && load<u8>(targetEnd) >= 0x80) {
    facts |= HIGH;
    targetEnd = skipVisible(targetEnd + 1, end);
  }
  if (targetEnd - target > maxTarget) return fault(TARGET_TOO_LONG, target + maxTarget, start);
  if (targetEnd == end) return needData(start, start);
  const octet: u32 = load<u8>(targetEnd);
  if (octet != SP || targetEnd == target) {
    const lineEnd = targetEnd > target && (octet == CR || octet == LF);
    return fault(lineEnd ? BAD_VERSION : BAD_TARGET, targetEnd, start);
  }
  const method = methodIdentity(start, <u32>(methodEnd - start));
  if (method == METHOD_CONNECT) facts |= readAuthority(target, targetEnd);
  store<u32>(HEAD + HEAD_FACTS, facts);
  store<u32>(HEAD + HEAD_METHOD, method);
  store<u32>(HEAD + HEAD_METHOD_END, <u32>(methodEnd - start));
  store<u32>(HEAD + HEAD_TARGET_END, <u32>(targetEnd - start));
  const version = scanVersion(targetEnd + 1, start, end);
  return version <= 0 ? version : scanLineEnd(version, start, start, end, allow, BAD_VERSION);
}

/** status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF */
export function scanStatusLine(start: usize, end: usize, allow: u32): i32 {
  store<u32>(HEAD + HEAD_FACTS, 0);
  const version = scanVersion(start, start, end);
  if (version <= 0) return version;
  let p: usize = version;
  if (p == end) return needData(start, start);
  if (load<u8>(p) != SP) return fault(BAD_STATUS, p, start);
  let status: u32 = 0;
  // coverage: three digits, always
  for (const last = p + 3; p < last; ) {
    if (++p == end) return needData(start, start);
    const digit = <u32>load<u8>(p) - 0x30;
    if (digit > 9 || (status == 0 && digit == 0)) return fault(BAD_STATUS, p, start);
    status = status * 10 + digit;
  }
  store<u32>(HEAD + HEAD_STATUS, status);
  if (++p == end) return needData(start, start);
  if (load<u8>(p) == SP) p++;
  else if (!(allow & ALLOW_MISSING_REASON_SPACE) || (load<u8>(p) != CR && load<u8>(p) != LF)) {
    return fault(BAD_STATUS, p, start);
  }
  return scanReason(p, start, end, allow);
}

/** reason-phrase = 1*( HTAB / SP / VCHAR / obs-text ) */
function scanReason(reason: usize, start: usize, end: usize, allow: u32): i32 {
  const reasonEnd = skipValue(reason, end, 0);
  store<u32>(HEAD + HEAD_REASON, <u32>(reason - start));
  store<u32>(HEAD + HEAD_REASON_END, <u32>(reasonEnd - start));
  return scanLineEnd(reasonEnd, start, start, end, allow, BAD_REASON);
}

/** HTTP-version = "HTTP/" DIGIT "." DIGIT (RFC 9112 2.3), "HTTP" in capitals */
function scanVersion(p: usize, start: usize, end: usize): i32 {
  const HTTP_1_1: u64 = 0x312e312f50545448;
  if (p + 8 <= end && load<u64>(p, 0, 1) == HTTP_1_1) {
    store<u32>(HEAD + HEAD_VERSION, 11);
    return <i32>(p + 8);
  }
  for (let i: u32 = 0; i < 8; i++) {
    if (p + i == end) return needData(start, start);
    const octet: u32 = load<u8>(p + i);
    const sound = i == 5 || i == 7 ? isDigit(octet) : octet == (<u32>(HTTP_1_1 >> (8 * i)) & 0xff);
    if (!sound) return fault(BAD_VERSION, p + i, start);
  }
  store<u32>(HEAD + HEAD_VERSION, (load<u8>(p + 5) - 0x30) * 10 + (load<u8>(p + 7) - 0x30));
  return <i32>(p + 8);
}

/** Methods are case-sensitive tokens (RFC 9110 9.1). */
function methodIdentity(p: usize, length: u32): i32 {
  if (length > 7) return METHOD_OTHER;
  const octets = load<u64>(p + length - 8, 0, 1) >> (64 - 8 * <u64>length);
  if (octets == 0x544547) return METHOD_GET;
  if (octets == 0x54534f50) return METHOD_POST;
  if (octets == 0x44414548) return METHOD_HEAD;
  if (octets == 0x545550) return METHOD_PUT;
  if (octets == 0x4554454c4544) return METHOD_DELETE;
  if (octets == 0x4843544150) return METHOD_PATCH;
  if (octets == 0x534e4f4954504f) return METHOD_OPTIONS;
  if (octets == 0x5443454e4e4f43) return METHOD_CONNECT;
  if (octets == 0x4543415254) return METHOD_TRACE;
  return METHOD_OTHER;
}
