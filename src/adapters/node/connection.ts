// A client connection over any Duplex: a node:net or node:tls socket, an SSH channel, a pipe.
import type { Duplex } from "node:stream";
import type { HeaderFields } from "../../shared/header-fields.ts";
import type { IncomingBody } from "../session/body.ts";
import type { ResponseHead } from "../session/client-exchange.ts";
import { BaseConnection, type ClientTransport, type ConnectionOptions, type OpenTransport } from "../web/connection.ts";
import { divided, type Fetched, fetchedOf } from "../web/fetch.ts";
import type { FetchOptions } from "../web/pending.ts";
import type { PlainRequest } from "../web/request.ts";
import { duplexOf } from "./duplex.ts";
import { NodeTransport } from "./transport.ts";

/** A response whose head has arrived; its body may still be arriving. */
export interface IncomingResponse {
  /** From 200 to 999, or 101. */
  readonly status: number;
  /** "1.0", "1.1" or "2". */
  readonly httpVersion: string;
  /** All fields, in wire order. */
  readonly headers: HeaderFields;
  /** The informational (1xx) responses that came before it. */
  readonly informational: readonly ResponseHead[];
  /**
   * The body. Iterate it, `read` it through callbacks, or take all of it with `bytes()` or `text()`. If you do not want
   * it, `discard` it.
   */
  readonly body: IncomingBody;
  /** Resolves with the trailers when the whole body has arrived; rejects if it never does. */
  readonly trailers: Promise<HeaderFields>;
  /**
   * After a 101, or a 2xx to CONNECT: the raw connection, starting with any octets already received. Otherwise null.
   */
  readonly upgraded: Duplex | null;
}

/** The client end of an HTTP connection over one Duplex. */
export class ClientConnection extends BaseConnection {
  /** @internal */
  readonly stream: Duplex;

  /** @throws TypeError or RangeError for impossible options */
  constructor(stream: Duplex, options: ConnectionOptions = {}) {
    super(openOn(stream), options);
    this.stream = stream;
  }

  /** Sends a request and resolves when the head of its response arrives. Same as `Connection.fetch` in sansio/web. */
  async fetch(input: Request | PlainRequest, options: FetchOptions = {}): Promise<Fetched> {
    return fetchedOf(await this.answerTo(input, options));
  }

  /** Same as `fetch`, but without a Fetch `Response`: gives direct access to the body as it arrives. */
  async request(input: PlainRequest, options: FetchOptions = {}): Promise<IncomingResponse> {
    const { head, informational, incoming, isTunnel, exchange, trailers } = await this.answerTo(input, options);
    const upgraded = isTunnel ? duplexOf(incoming, exchange) : null;
    const { status, headers } = head;
    const httpVersion = head.httpVersion as string;
    return { status, httpVersion, headers, informational, body: incoming, trailers, upgraded };
  }
}

/** Sends one request over a Duplex and closes the Duplex once the response is complete. */
export async function fetch(
  stream: Duplex,
  input: Request | PlainRequest,
  options: ConnectionOptions & FetchOptions = {},
): Promise<Fetched> {
  const [connecting, asking] = divided(options);
  const connection = new ClientConnection(stream, connecting);
  const fetched = connection.fetch(input, asking);
  connection.close();
  return fetched;
}

/** Same as `fetch`, but without a Fetch `Response`: gives direct access to the body as it arrives. */
export async function request(
  stream: Duplex,
  input: PlainRequest,
  options: ConnectionOptions & FetchOptions = {},
): Promise<IncomingResponse> {
  const [connecting, asking] = divided(options);
  const connection = new ClientConnection(stream, connecting);
  const response = connection.request(input, asking);
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
