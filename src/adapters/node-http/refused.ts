// What Node's own parser refuses and the reader does not, because programs on node:http rely on it.

/** What may stand in an authority, to Node. */
const AUTHORITY = String.raw`(?:@?[\w\-.!~*'()%;:&=+$,[\]])*@?(?:[/?]|$)`;
/** A path, `*` or a URL; the authority that CONNECT asks for. */
const TARGET = new RegExp(`^(?:[/*]|[a-z]+://${AUTHORITY})`, "i");
const CONNECT_TARGET = new RegExp(`^${AUTHORITY}`);

const SLASH = 0x2f;

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
