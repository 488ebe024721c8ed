// The framing of a message that is not usual: RFC 9112 6.3, except for the faults that are tolerated.
import {
  CHUNKED,
  CODING,
  CODING_ENDS_CHUNKED,
  CODING_OTHER,
  LENGTH,
  LENGTH_BAD,
  LENGTH_CONFLICT,
  LENGTH_REPEATED,
  LENGTH_TOO_LARGE,
} from "../../assembly/layout.ts";
import { bodyFraming, type Framed, hasBody, IN_CHUNKS, UNTIL_CLOSE } from "../http1/framing.ts";
import type { ErrorCode } from "../shared/errors.ts";
import type { Tolerances } from "./modes.ts";

/** Returns the number of octets, IN_CHUNKS, UNTIL_CLOSE, or the code of a fault that is not tolerated. */
export function tolerantFraming(message: Framed, headers: string[], tolerances: Tolerances): number | ErrorCode {
  const { facts, isRequest, method, status } = message;
  if (!isRequest && !hasBody(method, status)) return 0;
  const framing = bodyFraming(message, tolerances.allow);
  if (facts & CODING) return codedFraming(message, framing, headers, tolerances);
  const isRepeated = (facts & (LENGTH_REPEATED | LENGTH_CONFLICT)) !== 0;
  const isList = isRepeated && valuesOf(headers, "content-length").some((value) => value.includes(","));
  return isList ? "BAD_CONTENT_LENGTH" : framing;
}

/** Whether a body has this framing only by tolerance: chunks beside a Content-Length or in HTTP/1.0, or identity. */
export function isDoubtful({ isRequest, method, status, facts, version }: Framed, framing: number): boolean {
  if (framing === IN_CHUNKS) return isTolerated(facts, version);
  return framing >= 0 && (facts & CODING) !== 0 && (isRequest || hasBody(method, status));
}

function isTolerated(facts: number, version: number): boolean {
  return (facts & CODING_ENDS_CHUNKED) !== 0 && ((facts & LENGTH) !== 0 || version < 11);
}

/** @param framing by RFC 9112 */
function codedFraming(
  message: Framed,
  framing: number | ErrorCode,
  headers: string[],
  tolerances: Tolerances,
): number | ErrorCode {
  const { facts, isRequest, version } = message;
  if (facts & CHUNKED) return isTolerated(facts, version) ? doubtfulFraming(message, tolerances) : IN_CHUNKS;
  if (tolerances.otherCodings && !(facts & LENGTH) && facts & CODING_OTHER) {
    if (facts & CODING_ENDS_CHUNKED) return isRequest && isChunkedTwice(headers) ? framing : IN_CHUNKS;
    if (!isRequest) return UNTIL_CLOSE;
  }
  if (!tolerances.identity || !isIdentity(headers)) return framing;
  return bodyFraming({ ...message, facts: facts & ~CODING }, tolerances.allow);
}

function doubtfulFraming({ facts, version }: Framed, tolerances: Tolerances): number | ErrorCode {
  if (facts & LENGTH_BAD) return "BAD_CONTENT_LENGTH";
  if (facts & LENGTH_TOO_LARGE) return "CONTENT_LENGTH_TOO_LARGE";
  if (facts & LENGTH_CONFLICT) return "CONFLICTING_CONTENT_LENGTH";
  if (facts & LENGTH && !tolerances.chunkedWins) return "CONTENT_LENGTH_WITH_TRANSFER_ENCODING";
  if (version < 11 && !tolerances.oldChunked) return "TRANSFER_ENCODING_IN_HTTP_1_0";
  return IN_CHUNKS;
}

/** A sender must not apply chunked more than once (RFC 9112 6.1); llhttp refuses it in requests. */
function isChunkedTwice(headers: string[]): boolean {
  const codings = valuesOf(headers, "transfer-encoding").join(",").toLowerCase().split(",");
  return codings.filter((coding) => coding.trim() === "chunked").length > 1;
}

function isIdentity(headers: string[]): boolean {
  const codings = valuesOf(headers, "transfer-encoding");
  return codings.length === 1 && codings[0]?.toLowerCase() === "identity";
}

/** Returns the values of all fields with this lower-case name. */
export function valuesOf(headers: string[], name: string): string[] {
  return headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === name);
}
