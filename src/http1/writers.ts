// Events in, octets out. A head is written as text, and that text, octet for octet what will be sent, goes through the
// kernel that reads heads: it is sound if the kernel accepts it and finds the given fields and no others. The same pass
// gives the facts from which framing and connection fields are chosen. Nothing is queued before everything has been
// checked.
import {
  AUTHORITY,
  CLOSE,
  HEAD_FACTS,
  HEAD_FIELD_COUNT,
  HEAD_FIELD_OCTETS,
  HEAD_METHOD,
  HEAD_NAME_OCTETS,
  HOST,
  HOST_BAD,
  HOST_REPEATED,
  INPUT_SIZE,
  MAX_FIELDS,
  METHOD_CONNECT,
  NOT_FOR_TRAILERS,
  REQUEST,
  TRAILERS,
} from "../../assembly/layout.ts";
import { type ErrorCode, LocalProtocolError } from "../shared/errors.ts";
import { checkedPair, type FieldPair, type Pairs } from "../shared/field-pairs.ts";
import { isForbiddenTrailer } from "../shared/trailers.ts";
import { kernel } from "../wasm/kernel.ts";
import type { SendRequest } from "./events.ts";
import { bodyFraming, framingField } from "./framing.ts";

/** A head that may be sent. */
export interface WrittenHead {
  /** One char per octet, the empty line included. */
  readonly text: string;
  /** The kernel's facts about what the caller gave. */
  readonly facts: number;
  /** The request's method: one of layout.ts's METHOD_ numbers. */
  readonly method: number;
  /** Octets of the body, IN_CHUNKS or UNTIL_CLOSE. */
  readonly framing: number;
  /** Whether it says that the connection closes. */
  readonly closes: boolean;
}

/** @throws LocalProtocolError when the request may not be sent. */
export function writeRequest(event: SendRequest, given: Pairs): WrittenHead {
  const { method, target } = event;
  checkVersion(event.httpVersion);
  checkString("method", method);
  checkString("target", target);
  const pairs = hostFirst(given);
  const text = writeHead(REQUEST, `${method} ${target} HTTP/1.1\r\n`, pairs, () =>
    TOKEN.test(method) ? "BAD_TARGET" : "BAD_METHOD",
  );
  const facts = word(HEAD_FACTS);
  const number = word(HEAD_METHOD);
  if (number === METHOD_CONNECT && !(facts & AUTHORITY)) throw new LocalProtocolError("BAD_TARGET");
  if (!(facts & HOST)) throw new LocalProtocolError("MISSING_HOST", { header: "host" });
  if (facts & HOST_REPEATED) throw new LocalProtocolError("DUPLICATE_HOST", { header: "host" });
  if (facts & HOST_BAD) throw new LocalProtocolError("BAD_HOST", { header: "host" });
  const framing = outgoingFraming(true, number, 0, facts);
  return { text, facts, method: number, framing, closes: (facts & CLOSE) !== 0 };
}

/** last-chunk, no trailers, and the empty line (RFC 9112 7.1). */
export const LAST_CHUNK = "0\r\n\r\n";

/**
 * Writes the last chunk, the trailer fields and the empty line.
 * @throws LocalProtocolError for a trailer that may not be sent.
 */
export function writeTrailers(pairs: Pairs): string {
  if (pairs.length === 0) return LAST_CHUNK;
  const text = writeHead(TRAILERS, "", pairs, () => "BAD_FIELD_VALUE");
  if (word(HEAD_FACTS) & NOT_FOR_TRAILERS) {
    const header = pairs.map(([name]) => name.toLowerCase()).find(isForbiddenTrailer);
    throw new LocalProtocolError("FORBIDDEN_TRAILER", { header });
  }
  return `0\r\n${text}`;
}

/** Returns a word of HEAD after a scan: see layout.ts. */
export function word(offset: number): number {
  return kernel().head[offset >> 2] as number;
}

export const EMPTY_LINE = "\r\n";

// --- lines --------------------------------------------------------------------------------------------------------

/**
 * Writes a head as text and checks it: the kernel must find in it exactly the names and values that were given. Each
 * line holds one pair, and the kernel finds no name and no value longer than the given one, so equal sums mean equal
 * parts.
 */
export function writeHead(what: number, start: string, pairs: Pairs, startFault: () => ErrorCode): string {
  let text = start;
  let nameOctets = 0;
  let valueOctets = 0;
  for (let i = 0; i < pairs.length; i++) {
    const [name, value] = checkedPair(pairs[i] as FieldPair);
    // biome-ignore lint/style/useTemplate: V8 adds to the left string; a template makes one more of each line (80 ns of 500)
    text = text + name + ": " + value + "\r\n";
    nameOctets += name.length;
    valueOctets += value.length;
  }
  text += EMPTY_LINE;
  if (text.length > INPUT_SIZE)
    throw new LocalProtocolError("HEAD_TOO_LARGE", { seen: `none is sent above ${INPUT_SIZE}` });
  if (pairs.length > MAX_FIELDS)
    throw new LocalProtocolError("TOO_MANY_FIELDS", { seen: `none is sent with more than ${MAX_FIELDS}` });
  const sound =
    kernel().scanText(what, text) === text.length &&
    word(HEAD_FIELD_COUNT) === pairs.length &&
    word(HEAD_NAME_OCTETS) === nameOctets &&
    word(HEAD_FIELD_OCTETS) === nameOctets + valueOctets;
  if (!sound) throw fieldFault(pairs) ?? new LocalProtocolError(startFault());
  return text;
}

// What follows only explains what the kernel refused.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

function fieldFault(pairs: Pairs): LocalProtocolError | undefined {
  for (const [name, value] of pairs) {
    const header = name.toLowerCase();
    if (!TOKEN.test(name)) return new LocalProtocolError("BAD_FIELD_NAME", { header });
    const octet = NOT_IN_VALUE.exec(value)?.[0].charCodeAt(0);
    if (octet !== undefined) return new LocalProtocolError("BAD_FIELD_VALUE", { header, octet });
    if (/^[\t ]|[\t ]$/.test(value)) {
      return new LocalProtocolError("BAD_FIELD_VALUE", { header, seen: "white space at an end of the value" });
    }
  }
  return undefined;
}

/** Moves Host to the front (RFC 9110 7.2). */
function hostFirst(pairs: Pairs): Pairs {
  const at = pairs.findIndex((pair) => checkedPair(pair)[0].length === 4 && pair[0].toLowerCase() === "host");
  return at > 0 ? [pairs[at] as FieldPair, ...pairs.slice(0, at), ...pairs.slice(at + 1)] : pairs;
}

export function checkVersion(version: string | undefined): void {
  if (version !== undefined && version !== "1.1") {
    throw new LocalProtocolError("BAD_VERSION", { seen: "only HTTP/1.1 is sent" });
  }
}

export function checkString(name: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string`);
}

export function outgoingFraming(isRequest: boolean, method: number, status: number, facts: number): number {
  const framing = bodyFraming({ isRequest, method, status, version: 11, facts, length: kernel().length }, 0);
  if (typeof framing === "number") return framing;
  throw new LocalProtocolError(framing, { header: framingField(framing) });
}
