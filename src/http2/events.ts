// The events of an HTTP/2 connection: those of HTTP/1.1 with a streamId, and those that only HTTP/2 has. Received
// events are complete and immutable; in sent ones, members that have a default may be left out.
import type { HeaderInput } from "../shared/field-pairs.ts";
import type { HeaderFields } from "../shared/header-fields.ts";
import type { NeedDataEvent } from "../shared/need-data.ts";
import type { Http2Code } from "./codes.ts";
import type { SomeSettings } from "./settings.ts";

/** The members of every received event. */
interface Received {
  /** Octets from the beginning of the connection to the frame that gave this event; of `data`, to the data itself. */
  readonly offset: number;
}

interface OnStream extends Received {
  /** The id of the stream; 0 stands for the connection, in the events that can be about it. */
  readonly streamId: number;
}

/** A member of a request that is sent as a pseudo-field. */
export type Http2RequestPart = "method" | "target" | "scheme" | "authority" | "protocol";

/** The pseudo-fields of a request. */
export interface Http2RequestLine {
  readonly method: string;
  /** `:path`; in a CONNECT without `protocol`, the authority. */
  readonly target: string;
  /** "" in a CONNECT without `protocol`. */
  readonly scheme: string;
  /** `:authority`, or else the Host field; "" when there is neither. */
  readonly authority: string;
  /** `:protocol` of an extended CONNECT (RFC 8441), such as "websocket"; undefined in any other request. */
  readonly protocol?: string | undefined;
  /**
   * The members that came never-indexed, and must be sent so by whoever forwards the request (RFC 7541 6.2.3);
   * undefined where there are none.
   */
  readonly sensitive?: readonly Http2RequestPart[] | undefined;
}

/** A received request. */
export interface Http2RequestEvent extends OnStream, Http2RequestLine {
  readonly type: "request";
  readonly httpVersion: "2";
  /** The fields without pseudo-fields; cookie crumbs are joined with "; ". */
  readonly headers: HeaderFields;
}

/** A received response with status 100 to 199; more will follow. */
export interface Http2InformationalResponseEvent extends OnStream {
  readonly type: "informational-response";
  readonly status: number;
  /** Always "": HTTP/2 has no reason phrase. */
  readonly reason: "";
  readonly httpVersion: "2";
  readonly headers: HeaderFields;
}

/** A received final response. */
export interface Http2ResponseEvent extends OnStream {
  readonly type: "response";
  readonly status: number;
  /** Always "": HTTP/2 has no reason phrase. */
  readonly reason: "";
  readonly httpVersion: "2";
  readonly headers: HeaderFields;
}

/** A piece of a received body: a view of the chunk that was fed. One DATA frame may give several. */
export interface Http2DataEvent extends OnStream {
  readonly type: "data";
  readonly data: Uint8Array;
}

/** A received message is complete, whether it has a body or not. */
export interface Http2EndOfMessageEvent extends OnStream {
  readonly type: "end-of-message";
  /** The trailer section's fields; empty when there is none. */
  readonly headers: HeaderFields;
}

/**
 * A stream ended early: it was reset (RST_STREAM), or the peer closed the connection. No event of this stream follows.
 */
export interface StreamResetEvent extends OnStream {
  readonly type: "stream-reset";
  readonly code: Http2Code;
  /** True when the peer ended it; false when this end did, because of what the peer sent. */
  readonly remote: boolean;
  /** Why this end reset it: a code of `ERRORS`. "" when the peer did. */
  readonly reason: string;
}

/** The peer announced settings; they are in effect, and their acknowledgement is queued. */
export interface SettingsEvent extends Received {
  readonly type: "settings";
  /** The settings of this frame. */
  readonly settings: SomeSettings;
}

/** The peer acknowledged settings of this end; they are in effect. */
export interface SettingsAcknowledgedEvent extends Received {
  readonly type: "settings-acknowledged";
  /** The settings of the frame that was acknowledged. */
  readonly settings: SomeSettings;
}

/** A PING from the peer; the answer is queued. */
export interface PingEvent extends Received {
  readonly type: "ping";
  /** Eight octets. */
  readonly data: Uint8Array;
}

/** The peer's answer to a PING from this end. */
export interface PingAcknowledgedEvent extends Received {
  readonly type: "ping-acknowledged";
  /** Eight octets. */
  readonly data: Uint8Array;
}

/** The peer allows this end to send more on a stream, or on the connection (`streamId` 0). */
export interface WindowUpdatedEvent extends OnStream {
  readonly type: "window-updated";
  /** Octets that the window grew by. */
  readonly increment: number;
}

/**
 * After a `send` that returned false: no data on this stream waits for a window any more; the next drain takes it all.
 */
export interface DrainEvent extends OnStream {
  readonly type: "drain";
}

/** The peer is ending the connection (GOAWAY): no new streams may be opened; those up to `lastStreamId` go on. */
export interface GoawayEvent extends Received {
  readonly type: "goaway";
  /** NO_ERROR when the end is graceful. */
  readonly code: Http2Code;
  /** The highest stream of this end that the peer has processed or may still process. */
  readonly lastStreamId: number;
  /** For diagnosis, in a form of the peer's choice. */
  readonly debugData: Uint8Array;
  /**
   * Streams of this end that the peer did not process: they are over, and their requests may safely be retried
   * elsewhere.
   */
  readonly unprocessed: readonly number[];
}

/** Client: the server promises a response to a request that it made up itself (PUSH_PROMISE). */
export interface PushPromiseEvent extends OnStream, Http2RequestLine {
  readonly type: "push-promise";
  /**
   * The stream that the response will arrive on; `streamId` is the stream of the request that the promise belongs to.
   */
  readonly promisedStreamId: number;
  readonly headers: HeaderFields;
}

/** Server: the client changed a stream's priority (RFC 9218 7); the change is in effect. */
export interface PriorityUpdatedEvent extends OnStream {
  readonly type: "priority-updated";
  /** 0 (first) to 7 (last). */
  readonly urgency: number;
  readonly incremental: boolean;
}

/** Client: the server announces an alternative service (RFC 7838 4). */
export interface AlternativeServiceEvent extends OnStream {
  readonly type: "alternative-service";
  /** The origin that has the alternative service; "" stands for the origin of the request on the stream. */
  readonly origin: string;
  /** The same as the value of an Alt-Svc field. */
  readonly value: string;
}

/** Client: the origins that the server says the connection may be used for (RFC 8336). */
export interface OriginEvent extends Received {
  readonly type: "origin";
  readonly origins: readonly string[];
}

/** A frame of an unknown type; it has no effect. */
export interface UnknownFrameEvent extends OnStream {
  readonly type: "unknown-frame";
  readonly frameType: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** The peer closed its sending side. Later calls of `nextEvent` return it again. */
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

// --- sent events ----------------------------------------------------------------------------------------------------

/** A stream's priority relative to others (RFC 9218 4). */
export interface Http2Priority {
  /** 0 (first) to 7 (last); default 3. */
  readonly urgency?: number | undefined;
  /** True to share the connection with other streams of the same urgency, frame by frame. Default false. */
  readonly incremental?: boolean | undefined;
}

/** A request to send: the client's own with `openStream`, or one that a server makes up with `push`. */
export interface Http2Request {
  readonly method: string;
  /** `:path`; in a CONNECT without `protocol`, the authority. */
  readonly target: string;
  /** Default "https"; a CONNECT without `protocol` has none (or ""). */
  readonly scheme?: string | undefined;
  /**
   * `:authority`. Default: the Host field in `headers`, which is then not sent. In a CONNECT without `protocol`, nothing
   * but the target.
   */
  readonly authority?: string | undefined;
  /**
   * Makes a CONNECT an extended one (RFC 8441), such as "websocket"; the server must have announced
   * enableConnectProtocol.
   */
  readonly protocol?: string | undefined;
  /** The fields; names are sent in lower case. */
  readonly headers?: HeaderInput | undefined;
  /** The members that are never to be indexed (RFC 7541 7.1.3). Default: none. */
  readonly sensitive?: readonly Http2RequestPart[] | undefined;
}

/** How `openStream` sends a request. */
export interface OpenStreamOptions {
  /** True when there is no body: the request ends here, and no `end-of-message` is sent. Default false. */
  readonly endStream?: boolean | undefined;
  /**
   * Sent as the `priority` field (RFC 9218 5) unless it is the default, and applied to the body. Not together with such
   * a field in `headers`.
   */
  readonly priority?: Http2Priority | undefined;
}

/** Server: a response with status 100 to 199, to be sent before the final one. */
export interface SendHttp2InformationalResponse {
  readonly type: "informational-response";
  readonly streamId: number;
  /** 100 to 199, but not 101. */
  readonly status: number;
  readonly headers?: HeaderInput | undefined;
}

/** Server: the head of the final response. */
export interface SendHttp2Response {
  readonly type: "response";
  readonly streamId: number;
  /** 200 to 999. */
  readonly status: number;
  readonly headers?: HeaderInput | undefined;
  /** True when there is no body: the message ends here, and no `end-of-message` is sent. Default false. */
  readonly endStream?: boolean | undefined;
}

/** A piece of the body. */
export interface SendHttp2Data {
  readonly type: "data";
  readonly streamId: number;
  /**
   * Passed through by reference: do not overwrite it before it is drained, or with `chunksToSend` before it is written.
   */
  readonly data: Uint8Array;
  /** True when the message ends with this data, and no `end-of-message` is sent. Default false. */
  readonly endStream?: boolean | undefined;
}

/** The end of a message, with or without trailers. */
export interface SendHttp2EndOfMessage {
  readonly type: "end-of-message";
  readonly streamId: number;
  /** The trailer section's fields. */
  readonly headers?: HeaderInput | undefined;
}

/** The events that `send()` takes. */
export type Http2Send = SendHttp2InformationalResponse | SendHttp2Response | SendHttp2Data | SendHttp2EndOfMessage;

/** An alternative service to announce (RFC 7838): for an origin, or for the origin of the request on a stream. */
export type AlternativeService =
  | { readonly value: string; readonly origin: string }
  | { readonly value: string; readonly streamId: number };
