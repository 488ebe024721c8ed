// One client request: from the call until its response is complete, or can no longer become so.
import type { HeaderFields } from "../../shared/header-fields.ts";
import { checkNames } from "../../shared/options.ts";
import type { IncomingBody } from "../session/body.ts";
import type { ClientExchange, ClientSession, OutgoingRequest, ResponseHead } from "../session/client-exchange.ts";
import { cancelBody, sendBody, type Trailers, trailersOf } from "./body.ts";
import { type PlainRequest, type ReadyRequest, readyRequest } from "./request.ts";

/** Options of a single request. */
export interface FetchOptions {
  /** Aborts the request; a Request's own signal does too. */
  readonly signal?: AbortSignal | null | undefined;
  /** Called for each informational response when it arrives. */
  readonly onInformational?: ((head: ResponseHead) => void) | undefined;
  /** Trailers to send after the body; they take the place of a plain request's own. */
  readonly trailers?: Trailers | undefined;
}

/** A response whose head has arrived. */
export interface Answer {
  readonly request: OutgoingRequest;
  readonly head: ResponseHead;
  /** The informational (1xx) responses that came before it. */
  readonly informational: readonly ResponseHead[];
  /** The body; after a 101, or a 2xx to CONNECT, the incoming side of the tunnel, whose other side is `exchange`. */
  readonly incoming: IncomingBody;
  readonly isTunnel: boolean;
  readonly exchange: ClientExchange;
  readonly trailers: Promise<HeaderFields>;
}

/** Notified by the requests of a connection. */
export interface PendingOwner {
  /** The request is over: fully answered (`error` undefined), or failed with `error`. */
  settled(input: Request | PlainRequest, error: unknown): void;
}

const OPTIONS = ["signal", "onInformational", "trailers"];

export class PendingRequest {
  readonly answer: Promise<Answer>;
  private readonly input: Request | PlainRequest;
  private readonly owner: PendingOwner;
  private readonly options: FetchOptions;
  private readonly ready: ReadyRequest;
  private readonly signals: AbortSignal[];
  private readonly informational: ResponseHead[] = [];
  private exchange: ClientExchange | null = null;
  private isOver = false;
  private resolve: (answer: Answer) => void = () => {};
  private reject: (error: unknown) => void = () => {};

  /** @throws TypeError for something that is not a request */
  constructor(owner: PendingOwner, input: Request | PlainRequest, options: FetchOptions) {
    checkNames("options", options, OPTIONS);
    this.owner = owner;
    this.input = input;
    this.options = options;
    this.ready = readyRequest(input, options.trailers);
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Of any realm. What is no signal throws a TypeError here: it would never abort anything.
    this.signals = [options.signal, input.signal].filter((signal) => signal != null);
    for (const signal of this.signals) signal.addEventListener("abort", this.onAbort);
    if (this.signals.some(({ aborted }) => aborted)) this.onAbort();
  }

  /** Whether the request is over; true before it was sent if it was aborted. */
  get isSettled(): boolean {
    return this.isOver;
  }

  get request(): OutgoingRequest {
    return this.ready.request;
  }

  /** Sends the request. @param patience milliseconds to wait for "100 Continue" */
  open(session: ClientSession, patience: number): void {
    const { request, body, trailers } = this.ready;
    let exchange: ClientExchange;
    try {
      exchange = session.open(request, {
        informational: (head) => this.inform(head),
        response: (head, incoming, isTunnel) => this.receive(head, incoming, isTunnel),
        error: (error) => this.fail(error),
      });
    } catch (error) {
      return this.fail(error);
    }
    this.exchange = exchange;
    if (!request.hasBody) return;
    const send = () => sendBody(exchange, body, trailers);
    const sent = this.expectsWord() ? wordOf(exchange, patience).then(send) : send();
    sent.catch((error) => exchange.isAborted || exchange.abort(error));
  }

  /** Settles a request that will get no response. */
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
    // A pair as text: name, value, and perhaps the mark of a sensitive one.
    return this.ready.request.headers.some((pair) => /^expect,100-continue(,|$)/i.test(String(pair)));
  }

  private inform(head: ResponseHead): void {
    this.informational.push(head);
    try {
      this.options.onInformational?.(head);
    } catch (error) {
      this.exchange?.abort(error);
    }
  }

  private receive(head: ResponseHead, incoming: IncomingBody, isTunnel: boolean): void {
    const { informational, ready } = this;
    const exchange = this.exchange as ClientExchange;
    const trailers = trailersOf(incoming, (error) => this.settle(error));
    this.resolve({ request: ready.request, head, informational, incoming, isTunnel, exchange, trailers });
  }

  /** Marks the request as over: the signals have no effect any more. */
  private settle(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const signal of this.signals) signal.removeEventListener("abort", this.onAbort);
    this.owner.settled(this.input, error);
  }
}

/** Resolves when the server asks for the body, answers without it, or has stayed silent for `patience` milliseconds. */
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
