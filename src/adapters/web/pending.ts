// One request of a client: from when it is asked for until its response has come in full, or never will.
import type { HeaderFields } from "../../shared/header-fields.ts";
import type { IncomingBody } from "../session/body.ts";
import type { ClientExchange, ClientSession, ResponseHead } from "../session/client.ts";
import { cancelBody, sendBody, streamOf, type Trailers, trailersOf, tunnelOf } from "./body.ts";
import { type PlainRequest, type ReadyRequest, readyRequest } from "./request.ts";
import type { ByteStream } from "./transport.ts";

export interface FetchOptions {
  /** Gives the request up; a Request's own signal does too. */
  readonly signal?: AbortSignal | null | undefined;
  /** Told of each informational response when it comes. */
  readonly onInformational?: ((head: ResponseHead) => void) | undefined;
  /** Trailers to send behind a Request's body. */
  readonly trailers?: Trailers | undefined;
}

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

/** What the connection is told of its requests. */
export interface PendingOwner {
  /** It is over: answered in full, or not because of this. */
  settled(pending: PendingFetch, error: unknown): void;
}

export class PendingFetch {
  readonly input: Request | PlainRequest;
  readonly fetched: Promise<Fetched>;
  private readonly owner: PendingOwner;
  private readonly options: FetchOptions;
  private readonly ready: ReadyRequest;
  private readonly signals: AbortSignal[];
  private readonly informational: ResponseHead[] = [];
  private exchange: ClientExchange | null = null;
  private isOver = false;
  private resolve: (fetched: Fetched) => void = () => {};
  private reject: (error: unknown) => void = () => {};

  /** @throws TypeError for what is no request */
  constructor(owner: PendingOwner, input: Request | PlainRequest, options: FetchOptions) {
    this.owner = owner;
    this.input = input;
    this.options = options;
    this.ready = readyRequest(input, options.trailers);
    this.fetched = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.signals = [options.signal, input.signal].filter((signal) => signal instanceof AbortSignal);
    for (const signal of this.signals) signal.addEventListener("abort", this.onAbort);
    if (this.signals.some(({ aborted }) => aborted)) this.onAbort();
  }

  /** It was given up before it was sent. */
  get isSettled(): boolean {
    return this.isOver;
  }

  /** Sends it. @param patience milliseconds to wait for "100 Continue" */
  open(session: ClientSession, patience: number): void {
    const { request, body, trailers } = this.ready;
    let exchange: ClientExchange;
    try {
      exchange = session.open(request, {
        informational: (head) => this.inform(head),
        response: (head, incoming, isTunnel) => this.answer(head, incoming, isTunnel),
        error: (error) => this.fail(error),
      });
    } catch (error) {
      return this.fail(error);
    }
    this.exchange = exchange;
    if (!request.hasBody) return;
    const word = this.expectsWord() ? wordOf(exchange, patience) : undefined;
    const sent = word === undefined ? sendBody(exchange, body, trailers) : word.then(() => sendBody(exchange, body, trailers));
    sent.catch((error) => exchange.isAborted || exchange.abort(error));
  }

  /** There will be no response. */
  fail(error: unknown): void {
    if (this.isOver) return;
    cancelBody(this.ready.body, error);
    this.settle(error);
    this.reject(error);
  }

  private readonly onAbort = (): void => {
    const reason: unknown = this.signals.find(({ aborted }) => aborted)?.reason;
    if (this.exchange === null) this.fail(reason);
    else this.exchange.abort(reason);
  };

  private expectsWord(): boolean {
    return this.ready.request.headers.some(([name, value]) => /^expect$/i.test(name) && /^100-continue$/i.test(value));
  }

  private inform(head: ResponseHead): void {
    this.informational.push(head);
    this.options.onInformational?.(head);
  }

  private answer(head: ResponseHead, incoming: IncomingBody, isTunnel: boolean): void {
    const { status, headers } = head;
    const trailers = trailersOf(incoming, (error) => this.settle(error));
    const hasBody = !isTunnel && this.ready.request.method !== "HEAD" && ![204, 205, 304].includes(status);
    const body = hasBody ? streamOf(incoming) : null;
    const upgraded = isTunnel ? tunnelOf(incoming, this.exchange as ClientExchange) : null;
    const response = isTunnel ? null : responseOf(head, body);
    this.resolve({ status, headers, informational: this.informational, trailers, response, body, upgraded });
  }

  /** Nothing can be given up any more. */
  private settle(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const signal of this.signals) signal.removeEventListener("abort", this.onAbort);
    this.owner.settled(this, error);
  }
}

/** Null for a status or a field that Fetch refuses. */
function responseOf({ status, reason = "", headers }: ResponseHead, body: ReadableStream | null): Response | null {
  try {
    return new Response(body, { status, statusText: reason, headers: headers.raw() });
  } catch {
    return null;
  }
}

/** Resolves when the server wants the body, has answered without it, or has said nothing for long enough. */
function wordOf(exchange: ClientExchange, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      exchange.onContinue = null;
      exchange.onAbort = null;
      resolve();
    };
    const timer = patience < 2 ** 31 ? setTimeout(done, patience) : undefined;
    exchange.onContinue = done;
    exchange.onAbort = done;
  });
}
