// The fields that must not be trailers.
import { FIRST_NOT_FOR_TRAILERS, LAST_NOT_FOR_TRAILERS } from "../../assembly/layout.ts";
import { KNOWN_NAMES } from "./header-fields.ts";

/**
 * Lower-case names of fields that must not be trailers (RFC 7230 4.1.2, Set-Cookie included): dropped on receipt,
 * refused on send.
 */
export const FORBIDDEN_TRAILERS: readonly string[] = Object.freeze(
  KNOWN_NAMES.slice(FIRST_NOT_FOR_TRAILERS, LAST_NOT_FOR_TRAILERS + 1),
);

const FORBIDDEN: ReadonlySet<string> = new Set(FORBIDDEN_TRAILERS);

export function isForbiddenTrailer(name: string): boolean {
  return FORBIDDEN.has(name);
}
