// A request and its response as the client sees them: synchronous, directly on the events of the core.
import type { Http2RequestLine } from "../../http2/events.ts";
import { LocalProtocolError } from "../../shared/errors.ts";
import type { FieldPair, HeaderInput } from "../../shared/field-pairs.ts";
import type { HeaderFields } from "../../shared/header-fields.ts";
import type { BodySource, IncomingBody } from "./body.ts";
import { NetworkError } from "./errors.ts";
import type { Outgoing } from "./server-exchange.ts";
import type { Session } from "./session.ts";

/** A request to send, the same for every protocol. */
export interface OutgoingRequest {
  readonly method: string;
  /** A path with its query; for CONNECT, an authority. */
  readonly target: string;
  readonly scheme: string;
  /** Host and port; "" where a Host field in `headers` says them. */
  readonly authority: string;
  readonly headers: readonly FieldPair[];
  /** The protocol of an extended CONNECT, which only HTTP/2 has (RFC 8441). */
  readonly protocol?: string | undefined;
  /** HTTP/2: the members that are never to be indexed. */
  readonly sensitive?: Http2RequestLine["sensitive"];
  /** Whether a body follows. */
  readonly hasBody: boolean;
}

/** The head of a response. The response events of both HTTP/1.1 and HTTP/2 have this shape. */
export interface ResponseHead {
  /** From 100 to 999. */
  readonly status: number;
  /** All fields, in wire order. */
  readonly headers: HeaderFields;
  /** HTTP/1.1 only: the reason phrase. */
  readonly reason?: string;
  /** "1.0", "1.1" or "2". */
  readonly httpVersion?: string;
}

/** Receives the response. */
export interface ResponseListener {
  /** A 1xx response other than 101. */
  informational(head: ResponseHead): void;
  /** The final response with its body. For a 101, or a 2xx to CONNECT, `body` is the incoming side of the tunnel. */
  response(head: ResponseHead, body: IncomingBody, isTunnel: boolean): void;
  /** There will be no response. Failures after the response are reported by its body. */
  error(error: unknown): void;
}

/** The session behind a request. */
export interface ClientSession extends Session, BodySource {
  /** Whether this request can be sent now. */
  canOpen(request: OutgoingRequest): boolean;
  /** Sends a request. @throws LocalProtocolError if the request must not be sent; then nothing was sent */
  open(request: OutgoingRequest, listener: ResponseListener): ClientExchange;
  write(exchange: ClientExchange, octets: Uint8Array): boolean;
  end(exchange: ClientExchange, trailers: HeaderInput | undefined): void;
  abort(exchange: ClientExchange, error: unknown): void;
}

/** Notified by a client session. */
export interface ClientOwner {
  /** `canOpen` may have become true. */
  free(): void;
  /** No more requests can be opened. */
  over(error: unknown): void;
  /** Whether requests are waiting to be opened. */
  readonly isWaiting: boolean;
}

const SENDING = 0;
const ENDED = 1;
const ABORTED = 2;

/** One request being sent, and the response it is waiting for. */
export class ClientExchange implements Outgoing {
  onDrain: (() => void) | null = null;
  /** Called once when the rest of the request is not wanted: it failed, or its response is already complete. */
  onAbort: ((error: unknown) => void) | null = null;
  /** Called when a request with Expect: 100-continue should send its body. */
  onContinue: (() => void) | null = null;
  /** @internal HTTP/2: octets of the request body handed to the connection. */
  written = 0;
  /** The body of the response; null until its head arrives. */
  body: IncomingBody | null = null;
  readonly streamId: number;
  readonly request: OutgoingRequest;
  readonly listener: ResponseListener;
  private readonly session: ClientSession;
  private state: number;

  /** Called by the sessions. */
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

  /** Whether all of the request has been sent. */
  get hasEnded(): boolean {
    return this.state === ENDED;
  }

  /**
   * Sends part of the body. Returns false if no more should be sent before `onDrain`.
   * @throws LocalProtocolError if the body exceeds its Content-Length; the exchange then fails
   */
  write(octets: Uint8Array): boolean {
    return this.sending(() => this.session.write(this, octets));
  }

  /**
   * Ends the request.
   * @throws LocalProtocolError if the body is short of its Content-Length; the exchange then fails
   */
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

  /** Abandons the exchange: resets its stream in HTTP/2, ends the connection in HTTP/1.1, unless it is complete. */
  abort(error: unknown = new NetworkError("ABORTED", "the request was given up")): void {
    this.session.abort(this, error);
    this.fail(error);
  }

  /** @internal The connection now speaks another protocol: this end may write. */
  beginTunnel(): void {
    this.state = SENDING;
  }

  /** @internal The rest of the request is not wanted. */
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
