// The events of a connection: plain objects with a `type`, the same names in both directions. The readers make received
// events complete, and they never change; a sent one may leave out whatever has a default.
import type { HeaderInput } from "../shared/field-pairs.ts";
import type { HeaderFields } from "../shared/header-fields.ts";
import type { NeedDataEvent } from "../shared/need-data.ts";

/** A received request head. */
export interface RequestEvent {
  readonly type: "request";
  /** A token, case-sensitive (RFC 9110 9.1). */
  readonly method: string;
  /** As sent: origin-form, absolute-form, authority-form or "*" (RFC 9112 3.2). */
  readonly target: string;
  /** "1.1" or "1.0". */
  readonly httpVersion: string;
  readonly headers: HeaderFields;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** A received response head with status 100 to 199: a final response will follow, unless it is 101. */
export interface InformationalResponseEvent {
  readonly type: "informational-response";
  readonly status: number;
  /** The reason phrase as sent; it may be empty. */
  readonly reason: string;
  /** "1.1" or "1.0". */
  readonly httpVersion: string;
  readonly headers: HeaderFields;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** A received final response head, status 200 to 999. */
export interface ResponseEvent {
  readonly type: "response";
  readonly status: number;
  /** The reason phrase as sent; it may be empty. */
  readonly reason: string;
  /** "1.1" or "1.0". */
  readonly httpVersion: string;
  readonly headers: HeaderFields;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** A piece of a received body. */
export interface DataEvent {
  readonly type: "data";
  /** A view of the chunk that was fed, or of its copy when `copyData` is set. */
  readonly data: Uint8Array;
  /** True when the piece begins a chunk of the chunked coding. */
  readonly chunkStart: boolean;
  /** True when the piece ends a chunk of the chunked coding. */
  readonly chunkEnd: boolean;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** The end of a received message, with or without a body. */
export interface EndOfMessageEvent {
  readonly type: "end-of-message";
  /** The trailer fields, without those that must not be trailers (`FORBIDDEN_TRAILERS`); mostly none. */
  readonly headers: HeaderFields;
  /** Octets from the beginning of the connection to where this event began. */
  readonly offset: number;
}

/** The peer closed its sending side and owed nothing. */
export interface ConnectionClosedEvent {
  readonly type: "connection-closed";
  /** Octets that the peer sent in all; if an unsolicited 408 ended the connection, those before it. */
  readonly offset: number;
}

/**
 * There is no event until `startNextCycle`, or until the answer to a proposed switch of protocols is sent; after a
 * switch there is none ever again.
 */
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

/** The only `paused` event. */
export const PAUSED: PausedEvent = Object.freeze({ type: "paused" });

/** A request head to send. */
export interface SendRequest {
  readonly type: "request";
  /** A token, case-sensitive (RFC 9110 9.1). */
  readonly method: string;
  /** Visible ASCII; in CONNECT an authority, host and port (RFC 9112 3.2). */
  readonly target: string;
  /** "1.1", which is the default: no other version is sent. */
  readonly httpVersion?: string | undefined;
  readonly headers?: HeaderInput | undefined;
}

/** A response head to send that is not final. */
export interface SendInformationalResponse {
  readonly type: "informational-response";
  /** 100 to 199; 101 only to a request that proposed to upgrade. */
  readonly status: number;
  /** Default: the IANA reason phrase of the status, or an empty one. */
  readonly reason?: string | undefined;
  /** "1.1", which is the default: no other version is sent. */
  readonly httpVersion?: string | undefined;
  readonly headers?: HeaderInput | undefined;
}

/** A final response head to send. */
export interface SendResponse {
  readonly type: "response";
  /** 200 to 999. */
  readonly status: number;
  /** Default: the IANA reason phrase of the status, or an empty one. */
  readonly reason?: string | undefined;
  /** "1.1", which is the default: no other version is sent. */
  readonly httpVersion?: string | undefined;
  readonly headers?: HeaderInput | undefined;
}

/** A piece of body to send. */
export interface SendData {
  readonly type: "data";
  /**
   * Held by reference: do not change it before it is drained by `bytesToSend`, or drained by `chunksToSend` and
   * written.
   */
  readonly data: Uint8Array;
}

/** The end of a message to send, with or without a body. */
export interface SendEndOfMessage {
  readonly type: "end-of-message";
  /** Trailer fields: only a chunked body can have any. */
  readonly headers?: HeaderInput | undefined;
}

/** Declares this end's side closed; queues nothing. */
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
