// A request and its response as the server's handler sees them: synchronous, directly on the events of the core.
import type { Http2RequestLine } from "../../http2/events.ts";
import { LocalProtocolError } from "../../shared/errors.ts";
import type { HeaderInput } from "../../shared/field-pairs.ts";
import type { HeaderFields } from "../../shared/header-fields.ts";
import { checkOctets } from "../../shared/octets.ts";
import { type BodySource, IncomingBody } from "./body.ts";
import { disconnected, NetworkError } from "./errors.ts";
import { forwardedTarget } from "./proxy.ts";

/** The head of a request. The request events of both HTTP/1.1 and HTTP/2 have this shape. */
export interface RequestHead {
  /** Such as "GET"; case matters. */
  readonly method: string;
  /** The request target, as sent: in HTTP/2 `:path`, or the authority of a CONNECT. */
  readonly target: string;
  /** All fields, in wire order. */
  readonly headers: HeaderFields;
  /** "1.0", "1.1" or "2". */
  readonly httpVersion?: string;
  /** HTTP/2 only: `:scheme`; "" in a CONNECT without `protocol`. */
  readonly scheme?: string;
  /** HTTP/2 only: `:authority`, or else the Host field; "" when there is neither. */
  readonly authority?: string;
  /** The protocol of an extended CONNECT (RFC 8441). */
  readonly protocol?: string | undefined;
  /** HTTP/2 only: the members that came never-indexed (RFC 7541 6.2.3). */
  readonly sensitive?: Http2RequestLine["sensitive"];
}

/** The session behind a request and its reply. */
export interface ServerSession extends BodySource {
  /** "http" or "https": used if the request does not say. */
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
  /** The event of the core, with everything that the request's head says. */
  readonly head: RequestHead;
  private readonly session: ServerSession;

  /** Called by the sessions. */
  constructor(session: ServerSession, head: RequestHead, streamId: number) {
    super(session, streamId);
    this.session = session;
    this.head = head;
  }

  /** Such as "GET"; case matters. */
  get method(): string {
    return this.head.method;
  }

  /** The request target, as sent: in HTTP/2 `:path`, or the authority of a CONNECT. */
  get target(): string {
    return this.head.target;
  }

  /** All fields, in wire order. */
  get headers(): HeaderFields {
    return this.head.headers;
  }

  /** "1.0", "1.1" or "2". */
  get httpVersion(): string {
    return this.head.httpVersion ?? "2";
  }

  /** "http" or "https": as the request says, else by whether the transport is secure. */
  get scheme(): string {
    return this.head.scheme || this.session.scheme;
  }

  /**
   * The host and port that the request is for; "" if it names none. A target that names them overrides Host (RFC 9112
   * 3.2.2).
   */
  get authority(): string {
    return forwardedTarget(this.head).authority;
  }

  /** The protocol that an extended CONNECT asks for (RFC 8441); else null. */
  get protocol(): string | null {
    return this.head.protocol ?? null;
  }
}

/**
 * Whether the request has a body, even if all of it has arrived: in HTTP/1.1 its fields say so (RFC 9112 6); in HTTP/2 a
 * request without a body is complete when it arrives.
 */
export function hasBody({ httpVersion, headers, isComplete, received }: ServerRequest): boolean {
  if (httpVersion === "2") return !isComplete || received > 0;
  // Where equal lengths are allowed, there may be a list of them.
  return headers.has("transfer-encoding") || Number.parseInt(headers.get("content-length") ?? "", 10) > 0;
}

const WAITING = 0;
const BEGUN = 1;
const ENDED = 2;
const ABORTED = 3;
const STATES = ["a reply that has not begun", "a reply that has begun", "a reply that has ended", "a reply given up"];

/** Something that can be written to: a server's response, a client's request, one direction of a tunnel. */
export interface Outgoing {
  /** Called when there is room again after `write` returned false. */
  onDrain: (() => void) | null;
  /** Called once if it can no longer be completed, with the reason. */
  onAbort: ((error: unknown) => void) | null;
  /** Whether it can no longer be completed. */
  readonly isAborted: boolean;
  /** Sends octets. Returns false if no more should be sent before `onDrain`. */
  write(octets: Uint8Array): boolean;
  /** Ends the message, or this direction of the tunnel. */
  end(trailers?: HeaderInput): void;
  /** Abandons it: resets the stream in HTTP/2, closes the connection in HTTP/1.1. */
  abort(error?: unknown): void;
}

/** The response to a request. */
export class Reply implements Outgoing {
  /** Called when there is room again after `write` returned false. */
  onDrain: (() => void) | null = null;
  /** Called once if the response can no longer be completed, with the reason: the peer left, or this end gave up. */
  onAbort: ((error: unknown) => void) | null = null;
  /** The request that this answers. */
  readonly request: ServerRequest;
  /** @internal */
  readonly session: ServerSession;
  private state = WAITING;
  private failure: unknown;
  /** @internal HTTP/2: octets of the body handed to the connection. */
  written = 0;
  /** @internal HTTP/2: whether 100 Continue was sent. */
  wasContinued = false;
  /** @internal HTTP/2: whether the handler has returned, and what it returned has settled. */
  isLeft = false;
  /** @internal The HTTP/2 stream id; 0 in HTTP/1.1. */
  get streamId(): number {
    return this.request.streamId;
  }

  /** Called by the sessions. */
  constructor(session: ServerSession, request: ServerRequest) {
    this.session = session;
    this.request = request;
  }

  /** Whether the final head has been sent; also true once the reply was aborted. */
  get hasBegun(): boolean {
    return this.state !== WAITING;
  }

  /** Whether the whole response has been sent. */
  get hasEnded(): boolean {
    return this.state === ENDED;
  }

  /** Whether the response can no longer be completed. */
  get isAborted(): boolean {
    return this.state === ABORTED;
  }

  /** The error it was aborted with, if it was. */
  get error(): unknown {
    return this.failure;
  }

  /**
   * Sends an informational response, such as 103 Early Hints or 102. A 100 is sent automatically when the body is read.
   * Nothing is sent to an HTTP/1.0 peer (RFC 9110 15.2).
   * @throws LocalProtocolError if it must not be sent
   */
  inform(status: number, headers?: HeaderInput): void {
    if (this.state === ABORTED) return;
    this.check(WAITING, "an informational response");
    this.session.inform(this, status, headers);
  }

  /**
   * Sends the final head. The framing is chosen: Content-Length if given, else chunked, or until the connection closes.
   * @throws LocalProtocolError if it must not be sent; then nothing was sent
   */
  respond(status: number, headers?: HeaderInput): void {
    if (this.state === ABORTED) return;
    this.check(WAITING, "a response");
    this.session.respond(this, status, headers);
    this.state = BEGUN;
  }

  /**
   * Sends octets of the body, which are kept by reference until sent; in response to HEAD they are dropped. Returns
   * false if no more should be sent before `onDrain`.
   * @throws LocalProtocolError if the body exceeds its Content-Length; the exchange is then aborted, because the
   *   message is broken
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
   * Ends the response, with trailers or without.
   * @throws TypeError for a body: `write` or `complete` sends it
   * @throws LocalProtocolError if the body is short of its Content-Length; the exchange is then aborted, because the
   *   message is broken
   */
  end(trailers?: HeaderInput): void {
    if (this.state === ABORTED) return;
    this.check(BEGUN, "the end of a message");
    try {
      checkTrailers(trailers);
      this.session.end(this, trailers);
    } catch (error) {
      this.abort(error);
      throw error;
    }
    this.state = ENDED;
  }

  /**
   * Sends a whole response at once.
   * @throws LocalProtocolError if its head must not be sent, TypeError if the body is not octets; then nothing was sent.
   *   LocalProtocolError if the body is not as long as its Content-Length, or must not be there (204, 304); the exchange
   *   is then aborted, because the message is broken
   */
  complete(status: number, headers?: HeaderInput, body?: Uint8Array): void {
    if (body !== undefined) checkOctets("complete", body);
    this.respond(status, headers);
    if (body !== undefined && body.length > 0) this.write(body);
    this.end();
  }

  /** Abandons the exchange: resets its stream in HTTP/2, closes the connection in HTTP/1.1. */
  abort(error: unknown = new NetworkError("ABORTED", "the answer was given up")): void {
    if (this.state === ENDED || this.state === ABORTED) return;
    this.session.abort(this, error);
    this.fail(error);
  }

  /**
   * Switches protocols: answers 101 to a proposed Upgrade, 200 to CONNECT. Returns the incoming side of the tunnel,
   * starting with any octets already received; `write` and `end` are its outgoing side.
   * @throws LocalProtocolError if no switch was proposed; NetworkError if the reply was aborted
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

/** @throws TypeError for a body, which `end` takes in node:http */
function checkTrailers(given: unknown): void {
  if (typeof given === "string" || given instanceof Uint8Array) {
    throw new TypeError("end takes trailers; a body is sent by write or complete");
  }
}

/**
 * Answers a request, now or later. If it throws, or its promise rejects, the response is a 500, or is aborted if it has
 * already begun.
 */
export type Handler = (request: ServerRequest, reply: Reply) => void | Promise<void>;
