// A request and its answer, as the server's handler has them: synchronous, directly on the events of the core.
import { LocalProtocolError } from "../../shared/errors.ts";
import type { HeaderFields, HeaderInput } from "../../shared/header-fields.ts";
import { type BodySource, IncomingBody } from "./body.ts";
import { disconnected, NetworkError } from "./errors.ts";

/** What a request event says: HTTP/1.1's and HTTP/2's both do. */
export interface RequestHead {
  readonly method: string;
  /** As sent; in HTTP/2 `:path`, and of a CONNECT the authority. */
  readonly target: string;
  readonly headers: HeaderFields;
  readonly httpVersion?: string;
  readonly scheme?: string;
  readonly authority?: string;
  /** Of extended CONNECT (RFC 8441). */
  readonly protocol?: string | undefined;
}

/** The session behind a request and its reply. */
export interface ServerSession extends BodySource {
  /** "http" or "https", when the request does not say. */
  readonly scheme: string;
  inform(reply: Reply, status: number, headers: HeaderInput | undefined): void;
  respond(reply: Reply, status: number, headers: HeaderInput | undefined): void;
  write(reply: Reply, octets: Uint8Array): boolean;
  end(reply: Reply, trailers: HeaderInput | undefined): void;
  abort(reply: Reply, error: unknown): void;
  upgrade(reply: Reply, headers: HeaderInput | undefined): IncomingBody;
}

/** A received request and its body. */
export class ServerRequest extends IncomingBody {
  readonly head: RequestHead;
  private readonly session: ServerSession;

  /** Made by the sessions. */
  constructor(session: ServerSession, head: RequestHead, streamId: number) {
    super(session, streamId);
    this.session = session;
    this.head = head;
  }

  get method(): string {
    return this.head.method;
  }

  get target(): string {
    return this.head.target;
  }

  get headers(): HeaderFields {
    return this.head.headers;
  }

  /** "1.0", "1.1" or "2". */
  get httpVersion(): string {
    return this.head.httpVersion ?? "2";
  }

  /** "http" or "https": what the request says, else what the transport is. */
  get scheme(): string {
    return this.head.scheme || this.session.scheme;
  }

  /** Host and port that the request is for; "" when it does not say. */
  get authority(): string {
    return this.head.authority || (this.head.headers.get("host") ?? "");
  }

  /** The protocol that an extended CONNECT asks for. */
  get protocol(): string | null {
    return this.head.protocol ?? null;
  }
}

const WAITING = 0;
const BEGUN = 1;
const ENDED = 2;
const ABORTED = 3;
const STATES = ["a reply that has not begun", "a reply that has begun", "a reply that has ended", "a reply given up"];

/** What can be written to: the answer of a server, the request of a client, one direction of a tunnel. */
export interface Outgoing {
  /** Called when `write` gave false and there is room again. */
  onDrain: (() => void) | null;
  /** Called once when it can no longer be completed. */
  onAbort: ((error: unknown) => void) | null;
  readonly isAborted: boolean;
  write(octets: Uint8Array): boolean;
  end(trailers?: HeaderInput): void;
  abort(error?: unknown): void;
}

/** The answer to a request. */
export class Reply implements Outgoing {
  /** Called when `write` gave false and there is room again. */
  onDrain: (() => void) | null = null;
  /** Called once when the answer can no longer be completed: the peer left, or this end gave up. */
  onAbort: ((error: unknown) => void) | null = null;
  readonly request: ServerRequest;
  /** @internal */
  readonly session: ServerSession;
  private state = WAITING;
  private failure: unknown;
  /** @internal Of HTTP/2: octets of the body that were given to the connection. */
  written = 0;
  /** @internal 100 Continue was sent (HTTP/2). */
  wasContinued = false;
  /** @internal Of HTTP/2. */
  get streamId(): number {
    return this.request.streamId;
  }

  /** Made by the sessions. */
  constructor(session: ServerSession, request: ServerRequest) {
    this.session = session;
    this.request = request;
  }

  /** The final head has been sent. */
  get hasBegun(): boolean {
    return this.state !== WAITING;
  }

  /** All has been sent. */
  get hasEnded(): boolean {
    return this.state === ENDED;
  }

  get isAborted(): boolean {
    return this.state === ABORTED;
  }

  /** Why it was aborted. */
  get error(): unknown {
    return this.failure;
  }

  /**
   * Sends an informational response: 103 Early Hints, 102; 100 goes by itself when the body is read.
   * To a peer that speaks HTTP/1.0 nothing is sent (RFC 9110 15.2).
   * @throws LocalProtocolError when it may not be sent
   */
  inform(status: number, headers?: HeaderInput): void {
    if (this.state === ABORTED) return;
    this.check(WAITING, "an informational response");
    this.session.inform(this, status, headers);
  }

  /**
   * Sends the final head. Framing is chosen: Content-Length if given, else chunked, or the end of the connection.
   * @throws LocalProtocolError when it may not be sent; then nothing was
   */
  respond(status: number, headers?: HeaderInput): void {
    if (this.state === ABORTED) return;
    this.check(WAITING, "a response");
    this.session.respond(this, status, headers);
    this.state = BEGUN;
  }

  /**
   * Octets of the body, kept by reference until they are sent; to HEAD none are. False: send no more before `onDrain`.
   * @throws LocalProtocolError for more than Content-Length; the connection is then closed, for the message is broken
   */
  write(octets: Uint8Array): boolean {
    if (this.state === ABORTED) return false;
    this.check(BEGUN, "data");
    try {
      return this.session.write(this, octets);
    } catch (error) {
      this.abort(error);
      throw error;
    }
  }

  /**
   * The answer is complete.
   * @throws LocalProtocolError for less body than Content-Length; the connection is then closed, for the message is broken
   */
  end(trailers?: HeaderInput): void {
    if (this.state === ABORTED) return;
    this.check(BEGUN, "the end of a message");
    try {
      this.session.end(this, trailers);
    } catch (error) {
      this.abort(error);
      throw error;
    }
    this.state = ENDED;
  }

  /** The whole answer at once. */
  complete(status: number, headers?: HeaderInput, body?: Uint8Array): void {
    this.respond(status, headers);
    if (body !== undefined && body.length > 0) this.write(body);
    this.end();
  }

  /** Gives the exchange up: in HTTP/2 its stream, in HTTP/1.1 the connection. */
  abort(error: unknown = new NetworkError("ABORTED", "the answer was given up")): void {
    if (this.state === ENDED || this.state === ABORTED) return;
    this.session.abort(this, error);
    this.fail(error);
  }

  /**
   * Switches protocols: 101 to a proposed Upgrade, 200 to CONNECT. What then comes is the tunnel's incoming side, the
   * octets that had already come first; `write` and `end` are its other side.
   * @throws LocalProtocolError when no switch was proposed
   */
  upgrade(headers?: HeaderInput): IncomingBody {
    if (this.state === ABORTED) throw disconnected(this.failure);
    this.check(WAITING, "a switch of protocols");
    const incoming = this.session.upgrade(this, headers);
    this.state = BEGUN;
    return incoming;
  }

  private check(state: number, what: string): void {
    if (this.state !== state)
      throw new LocalProtocolError("WRONG_STATE", { seen: `${what} from ${STATES[this.state]}` });
  }

  /** @internal The exchange cannot be completed. */
  fail(error: unknown): void {
    this.request.fail(error);
    if (this.state === ENDED || this.state === ABORTED) return;
    this.state = ABORTED;
    this.failure = error;
    const { onAbort } = this;
    this.onAbort = null;
    this.onDrain = null;
    if (onAbort !== null) onAbort(error);
  }
}

/** Answers a request, now or later. What it throws, or its promise, is a 500. */
export type Handler = (request: ServerRequest, reply: Reply) => void | Promise<void>;
