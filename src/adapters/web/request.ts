// Requests to send: Fetch Requests, and plain ones without Fetch's restrictions.
import { type FieldPair, fieldPairs, type HeaderInput } from "../../shared/field-pairs.ts";
import type { OutgoingRequest } from "../session/client-exchange.ts";
import { type Body, type Pieces, readyBody, type Trailers } from "./body.ts";

/** A request without Fetch's restrictions: allows CONNECT, GET with a body, and any field. */
export interface PlainRequest {
  /** Default "GET". */
  readonly method?: string | undefined;
  /** The request target, sent as given: a path with its query, "*", or the authority of a CONNECT. */
  readonly target: string;
  /** Host and port. May be given as a Host field in `headers` instead; the two must not differ. */
  readonly authority?: string | undefined;
  /** HTTP/2: "http" or "https". Default "https". A CONNECT without `protocol` says none. */
  readonly scheme?: string | undefined;
  /** HTTP/2: the protocol that an extended CONNECT asks for (RFC 8441). Refused over HTTP/1.1. */
  readonly protocol?: string | undefined;
  /** HTTP/2: the members that are never to be indexed (RFC 7541 7.1.3), for secrets in a target. */
  readonly sensitive?: OutgoingRequest["sensitive"];
  /** The fields to send. */
  readonly headers?: HeaderInput | undefined;
  /** Anything that can be sent as a body; null or absent: no body. */
  readonly body?: Body | null | undefined;
  /** Sent after the body. */
  readonly trailers?: Trailers | undefined;
  /** Aborts the request. */
  readonly signal?: AbortSignal | null | undefined;
}

/** A request in the form in which it is sent. */
export interface ReadyRequest {
  readonly request: OutgoingRequest;
  readonly body: Uint8Array | Pieces | null;
  readonly trailers: Trailers | undefined;
}

/** Methods that send "Content-Length: 0" if they have no body, as in Fetch. */
const SAY_EMPTY = ["POST", "PUT", "PATCH"];

/** Prepares a request for sending. @throws TypeError for something that is not a request, or a body that is in use */
export function readyRequest(input: Request | PlainRequest, given: Trailers | undefined): ReadyRequest {
  const { method = "GET" } = input;
  const trailers = given ?? (input as PlainRequest).trailers;
  const { body, type } = readyBody(input.body as Body | null | undefined);
  const headers: FieldPair[] = [...fieldPairs(input.headers as HeaderInput | undefined)];
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  if (type !== null && !names.has("content-type")) headers.push(["Content-Type", type]);
  // -1 if it is not known. It is told where nothing else says how the body ends, or that there is none.
  const length = body === null ? 0 : body instanceof Uint8Array ? body.length : -1;
  const hasBody = length !== 0 || trailers !== undefined;
  const isTold =
    length > 0 ? trailers === undefined && !names.has("transfer-encoding") : !hasBody && SAY_EMPTY.includes(method);
  if (isTold && !names.has("content-length")) headers.push(["Content-Length", String(length)]);
  return { request: { ...whereOf(input), method, headers, hasBody }, body: hasBody ? body : null, trailers };
}

function isRequest(input: Request | PlainRequest): input is Request {
  return (input as Request).url !== undefined;
}

type Where = Pick<OutgoingRequest, "target" | "scheme" | "authority" | "protocol" | "sensitive">;

function whereOf(input: Request | PlainRequest): Where {
  if (isRequest(input)) {
    const { protocol, host, pathname, search } = new URL(input.url);
    // A Host of its own says more than the URL, which names the connection: `http://127.0.0.1/` may serve many hosts.
    const authority = input.headers.get("host") ?? host;
    return { target: pathname + search, scheme: protocol.slice(0, -1), authority };
  }
  const { target, scheme = "https", authority = "", protocol, sensitive } = input;
  if (typeof target !== "string") throw new TypeError("a request needs a target");
  return { target, scheme, authority, protocol, sensitive };
}
