// What every decoder is, whatever protocol it reads.
import type { Http1ReceivedEvent, Http2ReceivedEvent } from "../index.ts";
import type { Frame } from "./frames.ts";

/** Events of either protocol; of HTTP/2 also the frames that they come from, and the client's preface. */
export type Shown = Http1ReceivedEvent | Http2ReceivedEvent | Frame | { readonly type: "preface" };
export type Emit = (event: Shown, offset: number) => void;
export type Role = "server" | "client";
export type Protocol = "http1" | "http2";

export interface Decoder {
  readonly protocol: Protocol;
  /** May throw a RemoteProtocolError whose offset counts from `base`. */
  feed(octets: Uint8Array): void;
  end(): void;
  /** Octets of the input before the current connection's first. */
  readonly base: number;
  /** Octets fed so far. */
  readonly position: number;
  /** Where another protocol took over, if one did. */
  readonly switchedAt: number | undefined;
  /** Was a part of the input wrong that is not the end of it? */
  readonly isFaulty: boolean;
}
