// A client's connection on any Duplex: a socket of node:net or node:tls, an SSH channel, a pipe.
import type { Duplex } from "node:stream";
import type { HeaderFields } from "../../shared/header-fields.ts";
import type { IncomingBody } from "../session/body.ts";
import type { ResponseHead } from "../session/client.ts";
import { BaseConnection, type ClientTransport, type ConnectionOptions, type OpenTransport } from "../web/connection.ts";
import { type Fetched, fetchedOf } from "../web/fetch.ts";
import type { FetchOptions } from "../web/pending.ts";
import type { PlainRequest } from "../web/request.ts";
import { duplexOf } from "./duplex.ts";
import { NodeTransport } from "./transport.ts";

/** A response as it comes. */
export interface IncomingResponse {
  readonly status: number;
  /** All fields, in the order of the wire. */
  readonly headers: HeaderFields;
  /** The informational responses before it. */
  readonly informational: readonly ResponseHead[];
  /** The body: iterate it, or `read` it by callbacks, or take its `bytes()` or `text()`; if you want none of it, `discard` it. */
  readonly body: IncomingBody;
  /** When the body has arrived; rejects when it never does. */
  readonly trailers: Promise<HeaderFields>;
  /** After 101, or 2xx to CONNECT: the connection, the octets that had already come first. */
  readonly upgraded: Duplex | null;
}

/** A client's end of one Duplex. */
export class ClientConnection extends BaseConnection {
  /** @internal */
  readonly stream: Duplex;

  /** @throws TypeError or RangeError for impossible options */
  constructor(stream: Duplex, options: ConnectionOptions = {}) {
    super(openOn(stream), options);
    this.stream = stream;
  }

  /** As `Connection.fetch` of sansio/web. */
  async fetch(input: Request | PlainRequest, options: FetchOptions = {}): Promise<Fetched> {
    return fetchedOf(await this.answerTo(input, options));
  }

  /** As `fetch`, without Fetch's Response: the body as it comes. */
  async request(input: PlainRequest, options: FetchOptions = {}): Promise<IncomingResponse> {
    const { head, informational, incoming, isTunnel, exchange, trailers } = await this.answerTo(input, options);
    const upgraded = isTunnel ? duplexOf(incoming, exchange) : null;
    return { status: head.status, headers: head.headers, informational, body: incoming, trailers, upgraded };
  }
}

/** Sends one request on a Duplex, which closes when the response has come in full. */
export async function fetch(
  stream: Duplex,
  input: Request | PlainRequest,
  options: ConnectionOptions & FetchOptions = {},
): Promise<Fetched> {
  const connection = new ClientConnection(stream, options);
  const fetched = connection.fetch(input, options);
  connection.close();
  return fetched;
}

/** As `fetch`, without Fetch's Response: the body as it comes. */
export async function request(
  stream: Duplex,
  input: PlainRequest,
  options: ConnectionOptions & FetchOptions = {},
): Promise<IncomingResponse> {
  const connection = new ClientConnection(stream, options);
  const response = connection.request(input, options);
  connection.close();
  return response;
}

function openOn(stream: Duplex): OpenTransport {
  return (times, newSession) => {
    let resolveClosed = (_error: unknown): void => {};
    const closed = new Promise((resolve) => {
      resolveClosed = resolve;
    });
    const { tick } = times;
    const transport = new NodeTransport(stream, times, newSession, (error) => {
      clearInterval(ticker);
      resolveClosed(error);
    });
    const isTimed = tick < Number.POSITIVE_INFINITY;
    const ticker = isTimed ? setInterval(() => transport.tick(performance.now()), tick).unref() : undefined;
    return Object.assign(transport, { closed }) as ClientTransport;
  };
}
