// Decodes the octets of a connection, with the protocol given or detected. Knows nothing of files and text output.
import { Http2Connection } from "../index.ts";
import { checkMethods, RequestDecoder, ResponseDecoder } from "./decode-http1.ts";
import { Http2Decoder } from "./decode-http2.ts";
import type { Decoder, Emit, Protocol, Role } from "./decoder.ts";
import { FRAME_HEADER_SIZE } from "./frames.ts";

const NOTHING = new Uint8Array(0);

/** @throws LocalProtocolError for something that is not a method */
export function createDecoder(
  protocol: Protocol | "auto",
  role: Role,
  methods: readonly string[],
  emit: Emit,
): Decoder {
  checkMethods(methods);
  if (protocol === "auto") return new SniffingDecoder(role, (found) => createDecoder(found, role, methods, emit));
  if (protocol === "http2") return new Http2Decoder(role, methods, emit);
  return role === "server" ? new RequestDecoder(emit) : new ResponseDecoder(methods, emit);
}

/** Chooses the protocol by the first octets. */
class SniffingDecoder implements Decoder {
  readonly #role: Role;
  readonly #create: (protocol: Protocol) => Decoder;
  #decoder: Decoder | null = null;
  #held: Uint8Array = NOTHING;

  constructor(role: Role, create: (protocol: Protocol) => Decoder) {
    this.#role = role;
    this.#create = create;
  }

  feed(octets: Uint8Array): void {
    if (this.#decoder !== null) return this.#decoder.feed(octets);
    this.#held = Buffer.concat([this.#held, octets]);
    const protocol = sniff(this.#role, this.#held);
    if (protocol !== null) this.#become(protocol);
  }

  end(): void {
    (this.#decoder ?? this.#become("http1")).end();
  }

  get protocol(): Protocol {
    return this.#decoder?.protocol ?? "http1";
  }

  get base(): number {
    return this.#decoder?.base ?? 0;
  }

  get position(): number {
    return this.#decoder?.position ?? 0;
  }

  get switchedAt(): number | undefined {
    return this.#decoder?.switchedAt;
  }

  get isFaulty(): boolean {
    return this.#decoder?.isFaulty ?? false;
  }

  #become(protocol: Protocol): Decoder {
    const decoder = this.#create(protocol);
    this.#decoder = decoder;
    decoder.feed(this.#held);
    return decoder;
  }
}

/**
 * Detects the protocol. An HTTP/2 client begins with its preface, a server with SETTINGS on stream 0 (RFC 9113 3.4).
 * Null if there are too few octets.
 */
export function sniff(role: Role, octets: Uint8Array): Protocol | null {
  if (role === "server") {
    const sniffed = Http2Connection.sniff(octets);
    return sniffed === "need-data" ? null : sniffed;
  }
  const begin = octets.subarray(3, FRAME_HEADER_SIZE);
  if (begin.some((octet, index) => octet !== SETTINGS_ON_0[index])) return "http1";
  return begin.length === SETTINGS_ON_0.length ? "http2" : null;
}

/** Type, flags and stream. */
const SETTINGS_ON_0 = [4, 0, 0, 0, 0, 0];
