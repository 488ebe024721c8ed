// What happens on a connection: plain objects with a `type`, the same names in both directions. Received events are made
// whole in one place (readers.ts) and never change; sent ones need only what has no default.
import type { HeaderFields, HeaderInput } from "../shared/header-fields.ts";
import type { NeedDataEvent } from "../shared/need-data.ts";

/** A received request head. */
export interface RequestEvent {
  readonly type: "request";
  /** A token, case-sensitive (RFC 9110 9.1). */
  readonly method: string;
  /** As sent: origin-form, absolute-form, authority-form or "*" (RFC 9112 3.2). */
  readonly target: string;
  readonly httpVersion: string;
  readonly headers: HeaderFields;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** A received head with status 100 to 199: more will follow, unless it is 101. */
export interface InformationalResponseEvent {
  readonly type: "informational-response";
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  readonly headers: HeaderFields;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** A received final response head, status 200 to 999. */
export interface ResponseEvent {
  readonly type: "response";
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  readonly headers: HeaderFields;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** A piece of a received body: a view of the chunk that was fed. */
export interface DataEvent {
  readonly type: "data";
  readonly data: Uint8Array;
  /** The piece begins a chunk of the chunked coding. */
  readonly chunkStart: boolean;
  /** The piece ends a chunk of the chunked coding. */
  readonly chunkEnd: boolean;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** A received message is complete, with or without a body. */
export interface EndOfMessageEvent {
  readonly type: "end-of-message";
  /** The trailer fields, without those that must not stand there. */
  readonly headers: HeaderFields;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** The peer closed its side and owes nothing. */
export interface ConnectionClosedEvent {
  readonly type: "connection-closed";
  /** Octets that the peer sent in all. */
  readonly offset: number;
}

/** There is no event until `startNextCycle`, or ever after a switch of protocols. */
export interface PausedEvent {
  readonly type: "paused";
}

/** What `events()` yields. */
export type Http1ReceivedEvent =
  | RequestEvent
  | InformationalResponseEvent
  | ResponseEvent
  | DataEvent
  | EndOfMessageEvent
  | ConnectionClosedEvent;

/** What `nextEvent()` returns. */
export type Http1Event = Http1ReceivedEvent | NeedDataEvent | PausedEvent;

/** The one `paused`. */
export const PAUSED: PausedEvent = Object.freeze({ type: "paused" });

export interface SendRequest {
  readonly type: "request";
  readonly method: string;
  readonly target: string;
  /** Only "1.1" is sent. */
  readonly httpVersion?: string | undefined;
  readonly headers?: HeaderInput | undefined;
}

export interface SendInformationalResponse {
  readonly type: "informational-response";
  /** 100 to 199. */
  readonly status: number;
  /** Default: the IANA phrase of the status, or nothing. */
  readonly reason?: string | undefined;
  /** Only "1.1" is sent. */
  readonly httpVersion?: string | undefined;
  readonly headers?: HeaderInput | undefined;
}

export interface SendResponse {
  readonly type: "response";
  /** 200 to 999. */
  readonly status: number;
  /** Default: the IANA phrase of the status, or nothing. */
  readonly reason?: string | undefined;
  /** Only "1.1" is sent. */
  readonly httpVersion?: string | undefined;
  readonly headers?: HeaderInput | undefined;
}

export interface SendData {
  readonly type: "data";
  /** Passed through by reference until it is drained. */
  readonly data: Uint8Array;
}

export interface SendEndOfMessage {
  readonly type: "end-of-message";
  /** Trailer fields; only a chunked body has any. */
  readonly headers?: HeaderInput | undefined;
}

export interface SendConnectionClosed {
  readonly type: "connection-closed";
}

/** What `send()` takes. */
export type Http1Send =
  | SendRequest
  | SendInformationalResponse
  | SendResponse
  | SendData
  | SendEndOfMessage
  | SendConnectionClosed;
