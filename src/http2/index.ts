// HTTP/2: the public list.
import { COMMON_ERRORS, HTTP2_ERRORS } from "../shared/error-codes.ts";
import { type ErrorRow, errorRows } from "../shared/errors.ts";

export { type ErrorCode, type ErrorRow, LocalProtocolError, RemoteProtocolError } from "../shared/errors.ts";
export { type FieldPair, HeaderFields, type HeaderInput } from "../shared/header-fields.ts";
export { setKernelModule } from "../wasm/module.ts";
export { HTTP2_CODES, type Http2Code } from "./codes.ts";
export { Http2Connection, type Sniffed } from "./connection.ts";
export type {
  AlternativeService,
  AlternativeServiceEvent,
  DrainEvent,
  GoawayEvent,
  Http2ConnectionClosedEvent,
  Http2DataEvent,
  Http2EndOfMessageEvent,
  Http2Event,
  Http2InformationalResponseEvent,
  Http2NeedDataEvent,
  Http2Priority,
  Http2ReceivedEvent,
  Http2Request,
  Http2RequestEvent,
  Http2RequestLine,
  Http2ResponseEvent,
  Http2Send,
  OpenStreamOptions,
  OriginEvent,
  PingAcknowledgedEvent,
  PingEvent,
  PriorityUpdatedEvent,
  PushPromiseEvent,
  SendHttp2Data,
  SendHttp2EndOfMessage,
  SendHttp2InformationalResponse,
  SendHttp2Response,
  SettingsAcknowledgedEvent,
  SettingsEvent,
  StreamResetEvent,
  UnknownFrameEvent,
  WindowUpdatedEvent,
} from "./events.ts";
export { HpackDecoder, type HpackDecoderOptions } from "./hpack-decoder.ts";
export { HpackEncoder, type HpackEncoderOptions } from "./hpack-encoder.ts";
export {
  HTTP2_LIMITS,
  type Http2Leniencies,
  type Http2LimitRow,
  type Http2Limits,
  type Http2Options,
  type Http2Role,
  type Http2Windows,
} from "./options.ts";
export type { GivenSettings, Http2Settings, OtherSettings, SomeSettings } from "./settings.ts";
export { upgradeSettings } from "./upgrade.ts";

/** Every code of HTTP/2, with its text and its hint for a server. */
export const ERRORS: readonly ErrorRow[] = /* @__PURE__ */ errorRows(COMMON_ERRORS, HTTP2_ERRORS);
