// The interface of the decoders for all protocols.
import type { Http1ReceivedEvent, Http2ReceivedEvent } from "../index.ts";
import type { Frame } from "./frames.ts";

/** Events of either protocol; for HTTP/2 also the frames they come from and the client's preface. */
export type Shown = Http1ReceivedEvent | Http2ReceivedEvent | Frame | { readonly type: "preface" };
export type Emit = (event: Shown, offset: number) => void;
export type Role = "server" | "client";
export type Protocol = "http1" | "http2";

export interface Decoder {
  readonly protocol: Protocol;
  /** May throw a RemoteProtocolError whose offset counts from `base`. */
  feed(octets: Uint8Array): void;
  end(): void;
  /** Octets of the input before the first octet of the current connection. */
  readonly base: number;
  /** Octets fed so far. */
  readonly position: number;
  /** Where another protocol took over, if one did. */
  readonly switchedAt: number | undefined;
  /** Whether the input had a fault that did not end the decoding. */
  readonly isFaulty: boolean;
}
