// What happens on an HTTP/2 connection: HTTP/1.1's names with a streamId, and what only HTTP/2 has. Received events are
// complete and never change; sent ones need only what has no default.
import type { HeaderFields, HeaderInput } from "../shared/header-fields.ts";
import type { NeedDataEvent } from "../shared/need-data.ts";
import type { Http2Code } from "./codes.ts";
import type { SomeSettings } from "./settings.ts";

/** What every received event has. */
interface Received {
  /** Octets from the beginning of the connection to the frame that this event is of. */
  readonly offset: number;
}

interface OnStream extends Received {
  readonly streamId: number;
}

/** What a request asks for. */
export interface Http2RequestLine {
  readonly method: string;
  /** `:path`; of a CONNECT the authority. */
  readonly target: string;
  /** "" in a CONNECT without `protocol`. */
  readonly scheme: string;
  /** `:authority`, or Host where there is none; "" without either. */
  readonly authority: string;
  /** Of an extended CONNECT (RFC 8441), such as "websocket". */
  readonly protocol?: string | undefined;
}

/** A received request. */
export interface Http2RequestEvent extends OnStream, Http2RequestLine {
  readonly type: "request";
  readonly httpVersion: "2";
  /** Without pseudo-fields; crumbs of a cookie joined. */
  readonly headers: HeaderFields;
}

/** Received: status 100 to 199; more will follow. */
export interface Http2InformationalResponseEvent extends OnStream {
  readonly type: "informational-response";
  readonly status: number;
  /** Always "": HTTP/2 has none. */
  readonly reason: "";
  readonly httpVersion: "2";
  readonly headers: HeaderFields;
}

/** A received final response. */
export interface Http2ResponseEvent extends OnStream {
  readonly type: "response";
  readonly status: number;
  /** Always "": HTTP/2 has none. */
  readonly reason: "";
  readonly httpVersion: "2";
  readonly headers: HeaderFields;
}

/** A piece of a received body: a view of the chunk that was fed. A frame may come in several. */
export interface Http2DataEvent extends OnStream {
  readonly type: "data";
  readonly data: Uint8Array;
}

/** A received message is complete, with or without a body. */
export interface Http2EndOfMessageEvent extends OnStream {
  readonly type: "end-of-message";
  /** The trailer fields. */
  readonly headers: HeaderFields;
}

/** A stream ended before its time. No event of it follows. */
export interface StreamResetEvent extends OnStream {
  readonly type: "stream-reset";
  readonly code: Http2Code;
  /** Did the peer reset it? Otherwise this end did, because of what the peer sent. */
  readonly remote: boolean;
  /** Why this end did: a code of the table of errors. Of the peer's: "". */
  readonly reason: string;
}

/** The peer announced settings; they hold now and are acknowledged. */
export interface SettingsEvent extends Received {
  readonly type: "settings";
  /** Those of this frame. */
  readonly settings: SomeSettings;
}

/** The peer acknowledged settings of this end; they hold now. */
export interface SettingsAcknowledgedEvent extends Received {
  readonly type: "settings-acknowledged";
  /** Those of the frame that was acknowledged. */
  readonly settings: SomeSettings;
}

/** The peer's ping; it is answered. */
export interface PingEvent extends Received {
  readonly type: "ping";
  /** Eight octets. */
  readonly data: Uint8Array;
}

/** The peer's answer to a ping of this end. */
export interface PingAcknowledgedEvent extends Received {
  readonly type: "ping-acknowledged";
  /** Eight octets. */
  readonly data: Uint8Array;
}

/** The peer lets this end send more. */
export interface WindowUpdatedEvent extends OnStream {
  readonly type: "window-updated";
  /** Octets more than before. */
  readonly increment: number;
}

/** What was queued on this stream after `send` gave false is no longer behind a window: the next drain has all of it. */
export interface DrainEvent extends OnStream {
  readonly type: "drain";
}

/** The peer ends the connection: no new streams; those up to the last one go on. */
export interface GoawayEvent extends Received {
  readonly type: "goaway";
  readonly code: Http2Code;
  readonly lastStreamId: number;
  readonly debugData: Uint8Array;
  /** Streams of this end that the peer has not looked at: they are over, and safe to try again elsewhere. */
  readonly unprocessed: readonly number[];
}

/** The server announces a response to a request that it makes up (client). */
export interface PushPromiseEvent extends OnStream, Http2RequestLine {
  readonly type: "push-promise";
  /** Where the response will come; `streamId` is that of the request it belongs to. */
  readonly promisedStreamId: number;
  readonly headers: HeaderFields;
}

/** The client changed a stream's priority (RFC 9218 7, server); it is heeded. */
export interface PriorityUpdatedEvent extends OnStream {
  readonly type: "priority-updated";
  /** 0 (first) to 7 (last). */
  readonly urgency: number;
  readonly incremental: boolean;
}

/** The server can be had elsewhere (RFC 7838 4, client). */
export interface AlternativeServiceEvent extends OnStream {
  readonly type: "alternative-service";
  /** Of what: of the origin given here, or when "" of that of the request on the stream. */
  readonly origin: string;
  /** As in the Alt-Svc field. */
  readonly value: string;
}

/** For what origins the connection may be used (RFC 8336, client). */
export interface OriginEvent extends Received {
  readonly type: "origin";
  readonly origins: readonly string[];
}

/** A frame of a type that is not known here; it changes nothing. */
export interface UnknownFrameEvent extends OnStream {
  readonly type: "unknown-frame";
  readonly frameType: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** The peer closed its side. Repeats when pulled again. */
export interface Http2ConnectionClosedEvent extends Received {
  readonly type: "connection-closed";
}

/** What `events()` yields. */
export type Http2ReceivedEvent =
  | Http2RequestEvent
  | Http2InformationalResponseEvent
  | Http2ResponseEvent
  | Http2DataEvent
  | Http2EndOfMessageEvent
  | StreamResetEvent
  | SettingsEvent
  | SettingsAcknowledgedEvent
  | PingEvent
  | PingAcknowledgedEvent
  | WindowUpdatedEvent
  | DrainEvent
  | GoawayEvent
  | PushPromiseEvent
  | PriorityUpdatedEvent
  | AlternativeServiceEvent
  | OriginEvent
  | UnknownFrameEvent
  | Http2ConnectionClosedEvent;

/** What `nextEvent()` returns. */
export type Http2Event = Http2ReceivedEvent | NeedDataEvent;

// --- what is sent ---------------------------------------------------------------------------------------------------

/** How a stream is served among others (RFC 9218 4). */
export interface Http2Priority {
  /** 0 (first) to 7 (last); default 3. */
  readonly urgency?: number | undefined;
  /** Share the connection with others of the same urgency? Default false. */
  readonly incremental?: boolean | undefined;
}

/** A request to send: by `openStream`, or by `push` the one that a server makes up. */
export interface Http2Request {
  readonly method: string;
  /** `:path`; of a CONNECT without `protocol` the authority. */
  readonly target: string;
  /** Default "https". */
  readonly scheme?: string | undefined;
  /** Default: what Host says in `headers`, which is then not sent. */
  readonly authority?: string | undefined;
  /** Makes a CONNECT an extended one (RFC 8441); the server must have announced enableConnectProtocol. */
  readonly protocol?: string | undefined;
  /** Names are sent in lower case. */
  readonly headers?: HeaderInput | undefined;
}

export interface OpenStreamOptions {
  /** There is no body: the request ends here, without `end-of-message`. */
  readonly endStream?: boolean | undefined;
  /** Sent as the field `priority` (RFC 9218 5), and heeded for the body. */
  readonly priority?: Http2Priority | undefined;
}

export interface SendHttp2InformationalResponse {
  readonly type: "informational-response";
  readonly streamId: number;
  /** 100 to 199 without 101. */
  readonly status: number;
  readonly headers?: HeaderInput | undefined;
}

export interface SendHttp2Response {
  readonly type: "response";
  readonly streamId: number;
  /** 200 to 999. */
  readonly status: number;
  readonly headers?: HeaderInput | undefined;
  /** There is no body: the message ends here, without `end-of-message`. */
  readonly endStream?: boolean | undefined;
}

export interface SendHttp2Data {
  readonly type: "data";
  readonly streamId: number;
  /** Passed through by reference until it is drained. */
  readonly data: Uint8Array;
  /** The message ends here, without `end-of-message`. */
  readonly endStream?: boolean | undefined;
}

export interface SendHttp2EndOfMessage {
  readonly type: "end-of-message";
  readonly streamId: number;
  /** Trailer fields. */
  readonly headers?: HeaderInput | undefined;
}

/** What `send()` takes. */
export type Http2Send = SendHttp2InformationalResponse | SendHttp2Response | SendHttp2Data | SendHttp2EndOfMessage;

/** An alternative service to announce (RFC 7838): of an origin, or of that of the request on a stream. */
export type AlternativeService =
  | { readonly value: string; readonly origin: string }
  | { readonly value: string; readonly streamId: number };
