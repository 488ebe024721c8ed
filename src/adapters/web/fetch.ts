// fetchOver and Connection: requests over a byte stream, answered with a Fetch Response and what a Response cannot
// carry.
import type { HeaderFields } from "../../shared/header-fields.ts";
import type { BodyReader } from "../session/body.ts";
import type { ResponseHead } from "../session/client-exchange.ts";
import { streamOf, tunnelOf } from "./body.ts";
import { BaseConnection, type ConnectionOptions } from "./connection.ts";
import type { Answer, FetchOptions } from "./pending.ts";
import type { PlainRequest } from "./request.ts";
import { type ByteStream, type ByteStreamLike, StreamTransport } from "./transport.ts";

/** A Fetch Response, together with what a Response cannot carry. */
export interface Fetched {
  /** The status; Fetch's Response does not allow every one. */
  readonly status: number;
  /** All fields, in wire order, including Set-Cookie. */
  readonly headers: HeaderFields;
  /** The informational (1xx) responses that came before it. */
  readonly informational: readonly ResponseHead[];
  /** Resolves with the trailers when the whole body has arrived; rejects if it never does. */
  readonly trailers: Promise<HeaderFields>;
  /**
   * The Fetch Response. Null if there cannot be one: after an upgrade, and for a status or a field that Fetch refuses.
   */
  readonly response: Response | null;
  /** The same stream as `response.body`; null if there is no body. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /**
   * After a 101, or a 2xx to CONNECT: the connection as a byte stream, starting with any octets already received.
   * Otherwise null.
   */
  readonly upgraded: ByteStream | null;
}

/** The client end of an HTTP connection over one byte stream. */
export class Connection extends BaseConnection {
  /** @throws TypeError if a stream is locked, TypeError or RangeError for impossible options */
  constructor(stream: ByteStreamLike, options: ConnectionOptions = {}) {
    super((times, newSession) => new StreamTransport(stream, times, newSession), options);
  }

  /**
   * Sends a request and resolves when the head of its response arrives. The request body may still be being sent at
   * that point; the response body arrives as it is read.
   *
   * Rejects with a TypeError for something that is not a request, with the signal's reason if the signal aborts, with
   * the source's error if the source of the request body fails, with a LocalProtocolError if the request must not be
   * sent, and otherwise with a NetworkError. If the peer broke the protocol, its `cause` is the RemoteProtocolError.
   */
  async fetch(input: Request | PlainRequest, options: FetchOptions = {}): Promise<Fetched> {
    return fetchedOf(await this.answerTo(input, options));
  }
}

/** Sends one request over a byte stream and closes the stream once the response is complete. See `Connection.fetch`. */
export async function fetchOver(
  stream: ByteStreamLike,
  input: Request | PlainRequest,
  options: ConnectionOptions & FetchOptions = {},
): Promise<Fetched> {
  const [connecting, asking] = divided(options);
  const connection = new Connection(stream, connecting);
  const fetched = connection.fetch(input, asking);
  // Not before the request is sent: closing refuses requests that still wait for their turn.
  connection.close();
  return fetched;
}

/** Divides the options of a connection, which refuses names that it does not know, from those of its one request. */
export function divided({
  signal,
  onInformational,
  trailers,
  ...connecting
}: ConnectionOptions & FetchOptions): [ConnectionOptions, FetchOptions] {
  return [connecting, { signal, onInformational, trailers }];
}

const NOBODY: BodyReader = { data() {}, end() {}, error() {} };

/** Converts an answer to Fetch types. */
export function fetchedOf({ request, head, informational, incoming, isTunnel, exchange, trailers }: Answer): Fetched {
  const { status, headers } = head;
  const hasBody = !isTunnel && request.method !== "HEAD" && ![204, 205, 304].includes(status);
  const body = hasBody ? streamOf(incoming) : null;
  // A body that no Response can carry, as of a 205, is still read: otherwise it would block the next response.
  if (!hasBody && !isTunnel) incoming.read(NOBODY);
  const response = isTunnel ? null : responseOf(head, body);
  const upgraded = isTunnel ? tunnelOf(incoming, exchange) : null;
  return { status, headers, informational, trailers, response, body, upgraded };
}

/** Returns null for a status or a field that Fetch refuses. */
function responseOf({ status, reason = "", headers }: ResponseHead, body: ReadableStream | null): Response | null {
  try {
    return new Response(body, { status, statusText: reason, headers: headers.raw() });
  } catch {
    return null;
  }
}
