// A request and its response, as a client has them: synchronous, directly on the events of the core.
import { LocalProtocolError } from "../../shared/errors.ts";
import type { FieldPair, HeaderFields, HeaderInput } from "../../shared/header-fields.ts";
import type { BodySource, IncomingBody } from "./body.ts";
import { NetworkError } from "./errors.ts";
import type { Outgoing } from "./exchange.ts";
import type { Session } from "./session.ts";

/** A request to send, the same for every protocol. */
export interface OutgoingRequest {
  readonly method: string;
  /** A path with its query; an authority in CONNECT. */
  readonly target: string;
  readonly scheme: string;
  /** Host and port; what stands in a Host field wins. */
  readonly authority: string;
  readonly headers: readonly FieldPair[];
  /** Of extended CONNECT, which HTTP/2 alone has (RFC 8441). */
  readonly protocol?: string | undefined;
  /** A body follows. */
  readonly hasBody: boolean;
}

/** The head of a response: HTTP/1.1's and HTTP/2's events both are. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: HeaderFields;
  /** Of HTTP/1.1. */
  readonly reason?: string;
  readonly httpVersion?: string;
}

/** Who waits for the response. */
export interface ResponseListener {
  /** 100 to 199, but for 101. */
  informational(head: ResponseHead): void;
  /** With its body; of 101, and of 2xx to CONNECT, what comes through the tunnel. */
  response(head: ResponseHead, body: IncomingBody, isTunnel: boolean): void;
  /** There will be no response. What goes wrong after it, the body says. */
  error(error: unknown): void;
}

/** The session behind a request. */
export interface ClientSession extends Session, BodySource {
  /** Can this request be sent now? */
  canOpen(request: OutgoingRequest): boolean;
  /** @throws LocalProtocolError when the request may not be sent; then nothing was */
  open(request: OutgoingRequest, listener: ResponseListener): ClientExchange;
  write(exchange: ClientExchange, octets: Uint8Array): boolean;
  end(exchange: ClientExchange, trailers: HeaderInput | undefined): void;
  abort(exchange: ClientExchange, error: unknown): void;
}

/** Whom a client's session tells. */
export interface ClientOwner {
  /** `canOpen` may have become true. */
  free(): void;
  /** Nothing can be opened any more. */
  over(error: unknown): void;
  /** Requests wait until they can be opened. */
  readonly isWaiting: boolean;
}

const SENDING = 0;
const ENDED = 1;
const ABORTED = 2;

/** One request being sent, and what waits for its response. */
export class ClientExchange implements Outgoing {
  onDrain: (() => void) | null = null;
  /** Called once when no more of the request is wanted: it failed, or its response is complete already. */
  onAbort: ((error: unknown) => void) | null = null;
  /** Called when a request with Expect: 100-continue should send its body. */
  onContinue: (() => void) | null = null;
  /** @internal Of HTTP/2: octets of the request's body that were given to the connection. */
  written = 0;
  /** The response's; null before its head. */
  body: IncomingBody | null = null;
  readonly streamId: number;
  readonly request: OutgoingRequest;
  readonly listener: ResponseListener;
  private readonly session: ClientSession;
  private state: number;

  /** Made by the sessions. */
  constructor(session: ClientSession, request: OutgoingRequest, listener: ResponseListener, streamId: number) {
    this.session = session;
    this.request = request;
    this.listener = listener;
    this.streamId = streamId;
    this.state = request.hasBody ? SENDING : ENDED;
  }

  get isAborted(): boolean {
    return this.state === ABORTED;
  }

  /** All of the request is sent. */
  get hasEnded(): boolean {
    return this.state === ENDED;
  }

  /** False: send no more before `onDrain`. @throws LocalProtocolError for more than Content-Length; the exchange fails */
  write(octets: Uint8Array): boolean {
    return this.sending(() => this.session.write(this, octets));
  }

  /** @throws LocalProtocolError for less than Content-Length; the exchange fails */
  end(trailers?: HeaderInput): void {
    const isDone = this.sending(() => {
      this.session.end(this, trailers);
      return true;
    });
    if (isDone) this.state = ENDED;
  }

  private sending(send: () => boolean): boolean {
    if (this.state === ABORTED) return false;
    if (this.state === ENDED) throw new LocalProtocolError("WRONG_STATE", { seen: "the request has ended" });
    try {
      return send();
    } catch (error) {
      this.abort(error);
      throw error;
    }
  }

  /** Gives the exchange up: in HTTP/2 its stream, in HTTP/1.1 the connection, unless it is complete. */
  abort(error: unknown = new NetworkError("ABORTED", "the request was given up")): void {
    this.session.abort(this, error);
    this.fail(error);
  }

  /** @internal The connection speaks another protocol now: this end may write. */
  beginTunnel(): void {
    this.state = SENDING;
  }

  /** @internal No more of the request is wanted. */
  stop(error: unknown): void {
    const { onAbort } = this;
    this.onAbort = null;
    this.onDrain = null;
    if (this.state !== SENDING) return;
    this.state = ABORTED;
    if (onAbort !== null) onAbort(error);
  }

  /** @internal There will be no response, or not all of it. */
  fail(error: unknown): void {
    this.stop(error);
    this.state = ABORTED;
    if (this.body === null) this.listener.error(error);
    else this.body.fail(error);
  }
}
