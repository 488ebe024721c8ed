// The public exports of `sansio/http2`.
import { COMMON_ERRORS, HTTP2_ERRORS } from "../shared/error-codes.ts";
import { type ErrorRow, errorRows } from "../shared/errors.ts";
import { limitRows } from "../shared/options.ts";
import { HTTP2_LIMIT_TABLE, type Http2LimitRow } from "./options.ts";

export { type ErrorCode, type ErrorRow, LocalProtocolError, RemoteProtocolError } from "../shared/errors.ts";
export type { FieldPair, HeaderInput } from "../shared/field-pairs.ts";
export { HeaderFields } from "../shared/header-fields.ts";
export { NEED_DATA, type NeedDataEvent } from "../shared/need-data.ts";
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
  Http2Priority,
  Http2ReceivedEvent,
  Http2Request,
  Http2RequestEvent,
  Http2RequestLine,
  Http2RequestPart,
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
export type {
  Http2Leniencies,
  Http2LimitRow,
  Http2Limits,
  Http2Options,
  Http2Role,
  Http2Windows,
} from "./options.ts";
export type { GivenSettings, Http2Settings, OtherSettings, SomeSettings } from "./settings.ts";
export { upgradeSettings } from "./upgrade.ts";

/** Every error code of HTTP/2, with its text and the status that it hints a server to answer with. */
export const ERRORS: readonly ErrorRow[] = /* @__PURE__ */ errorRows(COMMON_ERRORS, HTTP2_ERRORS);

/** Every limit, with its default and the highest value that can be set. */
export const HTTP2_LIMITS: readonly Http2LimitRow[] = /* @__PURE__ */ limitRows(HTTP2_LIMIT_TABLE);
