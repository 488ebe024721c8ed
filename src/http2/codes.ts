// The error codes that GOAWAY and RST_STREAM carry (RFC 9113 7).

/** The names of the registered error codes; each name's index is its code (RFC 9113 7). */
export const HTTP2_CODES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;

/** An error code: a registered one by name (RFC 9113 7), any other by number. */
export type Http2Code = (typeof HTTP2_CODES)[number] | number;

const NUMBERS: ReadonlyMap<unknown, number> = new Map(HTTP2_CODES.map((name, number) => [name, number]));

const HIGHEST = 0xffffffff;

/** Returns the name of a code, or the number itself when it is not registered. */
export function codeName(number: number): Http2Code {
  return HTTP2_CODES[number] ?? number;
}

/**
 * Returns the number of a code.
 * @throws TypeError for an unknown name, RangeError for anything but a whole number of 32 bits
 */
export function codeNumber(code: Http2Code): number {
  if (typeof code !== "number") {
    const number = NUMBERS.get(code);
    if (number === undefined) throw new TypeError(`code is no error code of HTTP/2: ${String(code)}`);
    return number;
  }
  if (!Number.isInteger(code) || code < 0 || code > HIGHEST) {
    throw new RangeError(`code must be a whole number of 32 bits, not ${code}`);
  }
  return code;
}
