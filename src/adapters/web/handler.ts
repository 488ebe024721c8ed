// Adapts a handler that takes a Request and returns a Response to the sessions' handlers. RequestInfo and PlainResponse
// carry what Fetch types cannot: all request fields, trailers, informational responses, upgrades.
import { type FieldPair, fieldPairs, type HeaderInput } from "../../shared/field-pairs.ts";
import type { HeaderFields } from "../../shared/header-fields.ts";
import { NetworkError } from "../session/errors.ts";
import { type Handler, hasBody, type Reply, type ServerRequest } from "../session/server-exchange.ts";
import {
  type Body,
  cancelBody,
  type Pieces,
  type ReadyBody,
  readyBody,
  sendBody,
  streamOf,
  type Trailers,
  trailersOf,
  tunnelOf,
} from "./body.ts";
import type { ByteStream } from "./transport.ts";

/** A response without Fetch's limits: any status from 200, Set-Cookie, trailers. */
export interface PlainResponse {
  /** From 200 to 999. Default 200. */
  readonly status?: number | undefined;
  /** The fields to send. */
  readonly headers?: HeaderInput | undefined;
  /** Anything that can be sent as a body; null or absent: no body. */
  readonly body?: Body | null | undefined;
  /** Sent after the body, if the framing allows trailers. */
  readonly trailers?: Trailers | undefined;
}

/** What a Request cannot carry. */
export interface RequestInfo {
  /** As sent. */
  readonly method: string;
  /** The request target, as sent. */
  readonly target: string;
  /** "1.0", "1.1" or "2". */
  readonly httpVersion: string;
  /** All fields, in wire order, including those that a browser's Request drops. */
  readonly headers: HeaderFields;
  /**
   * The body, or null if there is none. The same stream as `request.body` where that is not null; also carries the body
   * of a GET, which a Request cannot have.
   */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** Resolves with the request's trailers when its whole body has arrived; rejects if it never does. */
  readonly trailers: Promise<HeaderFields>;
  /** Aborts when the client disconnects or cancels the request. */
  readonly signal: AbortSignal;
  /** The protocol that an extended CONNECT asks for (RFC 8441); else null. */
  readonly protocol: string | null;
  /** Sends an informational response, such as 103 Early Hints. Sends nothing to an HTTP/1.0 client. */
  inform(status: number, headers?: HeaderInput): void;
  /**
   * Accepts a proposed Upgrade or a CONNECT. Returns the connection as a byte stream, starting with any octets already
   * received. The handler's return value is then ignored.
   * @throws LocalProtocolError if none was proposed
   */
  upgrade(headers?: HeaderInput): ByteStream;
}

/**
 * A handler that takes a Request and returns a response. If Fetch cannot represent the request (CONNECT, TRACE),
 * `request` is a plain object with the same property names.
 */
export type FetchHandler = (
  request: Request,
  info: RequestInfo,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that upgrades returns nothing
) => Response | PlainResponse | undefined | void | Promise<Response | PlainResponse | undefined | void>;

/**
 * Wraps a handler that takes a Request and returns a Response for use with `createServer`.
 * @throws TypeError if it is not a function
 */
export function fetchHandler(handler: FetchHandler): Handler {
  if (typeof handler !== "function") throw new TypeError("the handler must be a function");
  return (request, reply) => answer(handler, request, reply);
}

async function answer(handler: FetchHandler, request: ServerRequest, reply: Reply): Promise<void> {
  const info = new Info(request, reply);
  const made = requestOf(info, request);
  if (made === undefined) return reply.complete(400, [["Content-Length", "0"]]);
  const response = await handler(made, info);
  if (info.isUpgraded) return;
  if (typeof response !== "object" || response === null) throw new TypeError("the handler returned no response");
  if (reply.isAborted) return cancelBody(readyBody(response.body).body);
  await (response instanceof Response ? sendResponse(response, reply) : sendPlain(response, reply));
}

class Info implements RequestInfo {
  isUpgraded = false;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  readonly signal: AbortSignal;
  private readonly request: ServerRequest;
  private readonly reply: Reply;
  private trailersPromise: Promise<HeaderFields> | undefined;

  constructor(request: ServerRequest, reply: Reply) {
    this.request = request;
    this.reply = reply;
    this.body = hasBody(request) ? streamOf(request) : null;
    this.signal = signalOf(reply);
  }

  get method(): string {
    return this.request.method;
  }

  get target(): string {
    return this.request.target;
  }

  get httpVersion(): string {
    return this.request.httpVersion;
  }

  get headers(): HeaderFields {
    return this.request.headers;
  }

  get protocol(): string | null {
    return this.request.protocol;
  }

  get trailers(): Promise<HeaderFields> {
    this.trailersPromise ??= trailersOf(this.request);
    return this.trailersPromise;
  }

  inform(status: number, headers?: HeaderInput): void {
    this.reply.inform(status, headers);
  }

  upgrade(headers?: HeaderInput): ByteStream {
    const incoming = this.reply.upgrade(headers);
    this.isUpgraded = true;
    return tunnelOf(incoming, this.reply);
  }
}

/** Returns a signal that aborts when the reply does; any `onAbort` already set still runs. */
function signalOf(reply: Reply): AbortSignal {
  const controller = new AbortController();
  const { onAbort } = reply;
  if (reply.isAborted) controller.abort(reply.error);
  reply.onAbort = (error) => {
    onAbort?.(error);
    controller.abort(error);
  };
  return controller.signal;
}

/** Returns undefined if the target does not form a URL. */
function requestOf(info: Info, request: ServerRequest): Request | undefined {
  const { method, headers } = request;
  const url = urlOf(request);
  if (url === undefined) return undefined;
  const { body } = info;
  const isBodiless = method === "GET" || method === "HEAD";
  const init = {
    method,
    headers: headers.raw(),
    signal: info.signal,
    ...(body && !isBodiless && { body, duplex: "half" }),
  };
  try {
    return new Request(url, init);
  } catch {
    // CONNECT, TRACE, TRACK.
    const plain = { method, url, headers: new Headers(headers.raw()), body, signal: info.signal };
    return plain as unknown as Request;
  }
}

/**
 * Returns the target URI (RFC 9110 7.1); undefined if it is none. `URL` alone would skip an empty host, which is invalid
 * (RFC 9110 4.2.1), end a host at a backslash, which no authority has (RFC 3986 3.2), take a fragment off the path, which
 * no target has (RFC 9112 3.2), and keep userinfo, which is to be treated as an error (RFC 9110 4.2.4).
 */
function urlOf({ method, target, scheme, authority }: ServerRequest): string | undefined {
  const isAbsolute = /^https?:\/\/[^/?\\@]+([/?]|$)/i.test(target);
  const host = authority === "" ? "localhost" : authority;
  if (method === "CONNECT" && !target.startsWith("/")) return `${scheme}://${target}`;
  // RFC 9112 3.2.4: of the server as a whole only OPTIONS asks.
  const isServer = target === "*" && method === "OPTIONS";
  if ((!isAbsolute && !isServer && !target.startsWith("/")) || target.includes("#")) return undefined;
  const text = isAbsolute ? target : `${scheme}://${host}${isServer ? "" : target}`;
  try {
    return new URL(text).href;
  } catch {
    return undefined;
  }
}

function sendResponse({ status, headers, body }: Response, reply: Reply): Promise<void> {
  if (status < 200) throw new TypeError("a network error is no response");
  return send(reply, status, [...headers], readyBody(body), undefined);
}

function sendPlain({ status = 200, headers, body, trailers }: PlainResponse, reply: Reply): Promise<void> {
  const ready = readyBody(body);
  const fields = [...fieldPairs(headers)];
  if (ready.type !== null && !has(fields, "content-type")) fields.push(["Content-Type", ready.type]);
  return send(reply, status, fields, ready, trailers);
}

async function send(
  reply: Reply,
  status: number,
  fields: readonly FieldPair[],
  { body }: ReadyBody,
  trailers: Trailers | undefined,
): Promise<void> {
  const isHead = reply.request.method === "HEAD";
  try {
    reply.respond(status, withLength(fields, status, body, trailers !== undefined));
    if (isHead) reply.end();
  } catch (error) {
    cancelBody(body, error);
    throw error;
  }
  if (isHead) return cancelBody(body);
  try {
    await sendBody(reply, body, trailers);
  } catch (error) {
    // The client disconnected or cancelled: not an error on this side.
    if (error instanceof NetworkError && reply.isAborted) return;
    reply.abort(error);
    throw error;
  }
}

/** Adds Content-Length if the length is known and nothing else delimits the body. */
function withLength(
  fields: readonly FieldPair[],
  status: number,
  body: Uint8Array | Pieces | null,
  hasTrailers: boolean,
): readonly FieldPair[] {
  if (hasTrailers || status === 204 || status === 304 || has(fields, "content-length", "transfer-encoding"))
    return fields;
  if (body === null) return [...fields, ["Content-Length", "0"]];
  return body instanceof Uint8Array ? [...fields, ["Content-Length", String(body.length)]] : fields;
}

function has(fields: readonly FieldPair[], ...names: string[]): boolean {
  return fields.some(([name]) => names.includes(name.toLowerCase()));
}
