// Decodes HTTP/1.1 input to events, message by message. In between, the connection sends a response or a request so
// that its state machine moves on; what it sends is thrown away.
import { Http1Connection } from "../index.ts";
import type { Decoder, Emit } from "./decoder.ts";

export class RequestDecoder implements Decoder {
  readonly protocol = "http1";
  readonly base = 0;
  readonly switchedAt = undefined;
  readonly isFaulty = false;
  position = 0;
  readonly #emit: Emit;
  readonly #connection = new Http1Connection("server");

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  feed(octets: Uint8Array): void {
    this.position += octets.length;
    this.#connection.feed(octets);
    this.#pull();
  }

  end(): void {
    this.#connection.feedEof();
    this.#pull();
  }

  #pull(): void {
    for (const event of this.#connection.events()) {
      if (event.type === "request") this.#method = event.method;
      this.#emit(event, event.offset);
      // Not earlier: a final response that has already been sent changes the meaning of an EOF inside the body.
      if (event.type === "end-of-message") this.#answer();
    }
  }

  #method = "";

  #answer(): void {
    const connection = this.#connection;
    connection.send({
      type: "response",
      status: this.#method === "CONNECT" ? 501 : 200,
      headers: [["Content-Length", "0"]],
    });
    connection.send({ type: "end-of-message" });
    connection.chunksToSend();
    if (connection.localState === "done" && connection.remoteState === "done") connection.startNextCycle();
  }
}

/**
 * Uses a new connection for every response: octets received before a request was sent cannot answer it, and the number
 * of responses in the input is not known in advance.
 */
export class ResponseDecoder implements Decoder {
  readonly protocol = "http1";
  readonly isFaulty = false;
  base = 0;
  position = 0;
  switchedAt: number | undefined;
  readonly #emit: Emit;
  readonly #methods: string[];
  #connection = new Http1Connection("client");

  constructor(methods: readonly string[], emit: Emit) {
    this.#methods = [...methods];
    this.#emit = emit;
  }

  feed(octets: Uint8Array): void {
    let rest = octets;
    while (rest.length > 0) {
      if (this.#connection.localState === "idle") ask(this.#connection, this.#methods.shift() ?? "GET");
      this.#connection.feed(rest);
      this.position += rest.length;
      this.#pull();
      rest = this.#isComplete() ? this.#nextConnection(rest) : NOTHING;
    }
  }

  end(): void {
    const method = this.#connection.localState === "idle" ? this.#methods.shift() : undefined;
    if (method !== undefined) ask(this.#connection, method);
    this.#connection.feedEof();
    this.#pull();
  }

  #pull(): void {
    for (const event of this.#connection.events()) this.#emit(event, this.base + event.offset);
    if (this.#connection.remoteState !== "switched-protocol") return;
    const { data } = this.#connection.takeTrailingData();
    this.switchedAt ??= this.position - data.length;
  }

  #isComplete(): boolean {
    return this.#connection.localState === "done" && this.#connection.remoteState === "done";
  }

  #nextConnection(octets: Uint8Array): Uint8Array {
    const left = this.#connection.bufferedBytes;
    this.base = this.position - left;
    this.position = this.base;
    this.#connection = new Http1Connection("client");
    return octets.subarray(octets.length - left);
  }
}

/** @throws LocalProtocolError for something that is not a method */
export function checkMethods(methods: readonly string[]): void {
  for (const method of methods) ask(new Http1Connection("client"), method);
}

function ask(connection: Http1Connection, method: string): void {
  const target = method === "CONNECT" ? "example.com:443" : "/";
  connection.send({ type: "request", method, target, headers: [["Host", "example.com"]] });
  connection.send({ type: "end-of-message" });
  connection.chunksToSend();
}

const NOTHING = new Uint8Array(0);
