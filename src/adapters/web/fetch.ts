// fetchOver and Connection: requests on a byte stream, answered with Fetch's Response and what it does not say.
import type { HeaderFields } from "../../shared/header-fields.ts";
import type { BodyReader } from "../session/body.ts";
import type { ResponseHead } from "../session/client.ts";
import { streamOf, tunnelOf } from "./body.ts";
import { BaseConnection, type ConnectionOptions } from "./connection.ts";
import type { Answer, FetchOptions } from "./pending.ts";
import type { PlainRequest } from "./request.ts";
import { type ByteStream, type ByteStreamLike, StreamTransport } from "./transport.ts";

/** A response, and what a Response does not say. */
export interface Fetched {
  readonly status: number;
  /** All fields, in the order of the wire, Set-Cookie too. */
  readonly headers: HeaderFields;
  /** The informational responses before it. */
  readonly informational: readonly ResponseHead[];
  /** When the body has arrived; rejects when it never does. */
  readonly trailers: Promise<HeaderFields>;
  /** Null where there can be none: after an upgrade, and for statuses that Fetch does not know. */
  readonly response: Response | null;
  /** The same stream as `response.body`; null when there is no body. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** After 101, or 2xx to CONNECT: the connection as a byte stream, the octets that had already come first. */
  readonly upgraded: ByteStream | null;
}

/** A client's end of one byte stream. */
export class Connection extends BaseConnection {
  /** @throws TypeError when a stream is locked, TypeError or RangeError for impossible options */
  constructor(stream: ByteStreamLike, options: ConnectionOptions = {}) {
    super((times, newSession) => new StreamTransport(stream, times, newSession), options);
  }

  /**
   * Sends a request and gives its response when the head of it is there. The body goes on to be sent meanwhile, and the
   * response's comes as it is read.
   *
   * Rejects with the signal's reason when it aborts, with a LocalProtocolError for what must not be sent, and else with a
   * NetworkError, whose `cause` says more: the RemoteProtocolError of a peer that broke the protocol.
   */
  async fetch(input: Request | PlainRequest, options: FetchOptions = {}): Promise<Fetched> {
    return fetchedOf(await this.answerTo(input, options));
  }
}

/** Sends one request on a byte stream, which closes when the response has come in full. See Connection.fetch. */
export async function fetchOver(
  stream: ByteStreamLike,
  input: Request | PlainRequest,
  options: ConnectionOptions & FetchOptions = {},
): Promise<Fetched> {
  const connection = new Connection(stream, options);
  const fetched = connection.fetch(input, options);
  // Only now: a request that waits for its turn would be refused.
  connection.close();
  return fetched;
}

const NOBODY: BodyReader = { data() {}, end() {}, error() {} };

/** An answer as Fetch has it. */
export function fetchedOf({ request, head, informational, incoming, isTunnel, exchange, trailers }: Answer): Fetched {
  const { status, headers } = head;
  const hasBody = !isTunnel && request.method !== "HEAD" && ![204, 205, 304].includes(status);
  const body = hasBody ? streamOf(incoming) : null;
  // What no Response can have, a body of 205, is read all the same: it would keep the next response waiting.
  if (!hasBody && !isTunnel) incoming.read(NOBODY);
  const response = isTunnel ? null : responseOf(head, body);
  const upgraded = isTunnel ? tunnelOf(incoming, exchange) : null;
  return { status, headers, informational, trailers, response, body, upgraded };
}

/** Null for a status or a field that Fetch refuses. */
function responseOf({ status, reason = "", headers }: ResponseHead, body: ReadableStream | null): Response | null {
  try {
    return new Response(body, { status, statusText: reason, headers: headers.raw() });
  } catch {
    return null;
  }
}
