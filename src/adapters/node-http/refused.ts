// What Node's own parser refuses and the reader does not, or later, because programs on node:http rely on it.
import { methods } from "../../compat/methods.ts";

/** What may stand in an authority, to Node. */
const AUTHORITY = String.raw`(?:@?[\w\-.!~*'()%;:&=+$,[\]])*@?(?:[/?]|$)`;
/** A path, `*` or a URL; the authority that CONNECT asks for. */
const TARGET = new RegExp(`^(?:[/*]|[a-z]+://${AUTHORITY})`, "i");
const CONNECT_TARGET = new RegExp(`^${AUTHORITY}`);

const SPACE = 0x20;
const SLASH = 0x2f;

/** How requests begin, as far as the space behind the method, and responses, as far as the version. */
const REQUESTS = beginnings(methods.map((method) => `${method} `));
const RESPONSES = beginnings(["HTTP/"]);

function beginnings(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => Array.from(text, (_, i) => text.slice(0, i + 1))));
}

/**
 * Where a first line ceases to begin like one, or undefined: nowhere so far. Who speaks another protocol, such as TLS,
 * may send no end of a line before it is answered.
 */
export function strangeAt(isRequest: boolean, octetAt: (at: number) => number | undefined): number | undefined {
  const [known, last] = isRequest ? [REQUESTS, SPACE] : [RESPONSES, SLASH];
  let begun = "";
  for (let at = 0; ; at++) {
    const octet = octetAt(at);
    if (octet === undefined) return undefined;
    begun += String.fromCharCode(octet);
    if (!known.has(begun)) return at;
    if (octet === last) return undefined;
  }
}

/**
 * Whether a request's target begins like one. Programs put it behind an origin or a directory, where `@evil.example` or
 * `../a` would lead elsewhere.
 */
export function isTarget(method: string, target: string): boolean {
  if (method === "CONNECT") return CONNECT_TARGET.test(target);
  return target.charCodeAt(0) === SLASH || TARGET.test(target);
}

/** The trailers that would say how a body is framed: Node lets a response have a coding there. */
const IN_REQUEST = /^(?:content-length|transfer-encoding)$/i;
const IN_RESPONSE = /^content-length$/i;

/** The first of them in a list of alternating names and values. */
export function framingTrailer(isRequest: boolean, trailers: readonly string[]): string | undefined {
  const refused = isRequest ? IN_REQUEST : IN_RESPONSE;
  return trailers.find((name, i) => i % 2 === 0 && refused.test(name))?.toLowerCase();
}
