// What a server says in HTTP/1.1, one response after another: which responses a peer's version allows, when a body is
// asked for, and which response is the last. Writes to the core connection; knows nothing of transports and handlers.
import type { Http1Connection } from "../../http1/index.ts";
import { type FieldPair, fieldPairs, type HeaderInput } from "../../shared/field-pairs.ts";
import type { RequestHead } from "./server-exchange.ts";

const CLOSE: FieldPair = ["Connection", "close"];
const END_OF_MESSAGE = { type: "end-of-message" } as const;
const CONTINUE = { type: "informational-response", status: 100 } as const;

export class Http1Responder {
  private readonly http: Http1Connection;
  /** How many requests are answered before the connection is closed. */
  private readonly maxRequests: number;
  /** How many requests were received. */
  requests = 0;
  /** The next response is the last. */
  isStopping = false;
  /** The handler has asked for the request body. */
  wantsBody = false;
  private method = "";

  constructor(http: Http1Connection, maxRequests: number) {
    this.http = http;
    this.maxRequests = maxRequests;
  }

  /** A request has arrived, which is answered next. */
  begin({ method }: RequestHead): void {
    this.requests++;
    this.wantsBody = false;
    this.method = method;
  }

  /** Sends nothing to HTTP/1.0, which has no informational responses (RFC 9110 15.2). */
  inform(status: number, headers: HeaderInput | undefined): void {
    if (this.http.remoteHttpVersion === "1.1") this.http.send({ type: "informational-response", status, headers });
  }

  /** A handler that reads the body may answer before the loop comes to ask for it: the client is still to send it. */
  respond(status: number, headers: HeaderInput | undefined): void {
    this.askForBody();
    this.http.send({ type: "response", status, headers: this.isLast() ? [...fieldPairs(headers), CLOSE] : headers });
  }

  /**
   * Whether the connection must close after this response: it is shutting down, it has reached `maxRequests`, or what
   * follows is ambiguous (a body the client may not send, the first octets of a tunnel).
   */
  private isLast(): boolean {
    return this.isStopping || this.requests >= this.maxRequests || this.isHeldBack || this.method === "CONNECT";
  }

  /** Whether the client is holding back its body until 100 Continue, and the handler has not asked for it yet. */
  get isHeldBack(): boolean {
    return this.http.remoteIsWaitingFor100Continue && !this.wantsBody;
  }

  /** Sends 100 Continue if the client is waiting for it and the handler wants the body. */
  askForBody(): void {
    if (this.wantsBody && this.http.remoteIsWaitingFor100Continue) this.http.send(CONTINUE);
  }

  /** Sends octets of the body; drops them in response to HEAD. */
  write(octets: Uint8Array): void {
    if (this.method !== "HEAD") this.http.send({ type: "data", data: octets });
  }

  /** Only a chunked body has trailers: omits them if there is none, or the peer's version has none (RFC 9110 6.5.1). */
  end(trailers: HeaderInput | undefined): void {
    const { http, method } = this;
    if (trailers === undefined || method === "HEAD") http.send(END_OF_MESSAGE);
    else http.send({ type: "end-of-message", headers: http.remoteHttpVersion === "1.1" ? trailers : undefined });
  }

  /** Accepts a switch of protocols. */
  accept(headers: HeaderInput | undefined): void {
    if (this.method === "CONNECT") this.http.send({ type: "response", status: 200, headers });
    else this.http.send({ type: "informational-response", status: 101, headers });
  }

  /** Answers with a bare status and Connection: close, if no response has begun. */
  refuse(status: number): void {
    const state = this.http.localState;
    if (state !== "send-response" && state !== "idle") return;
    this.http.send({ type: "response", status, headers: [["Content-Length", "0"], CLOSE] });
    this.http.send(END_OF_MESSAGE);
  }
}
