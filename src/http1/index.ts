// HTTP/1.1: the public exports.
import { COMMON_ERRORS, HTTP1_ERRORS } from "../shared/error-codes.ts";
import { type ErrorRow, errorRows } from "../shared/errors.ts";
import { limitRows } from "../shared/options.ts";
import { type LeniencyRow, LIMIT_TABLE, type LimitRow, leniencyRows } from "./options.ts";

export { type ErrorCode, type ErrorRow, LocalProtocolError, RemoteProtocolError } from "../shared/errors.ts";
export type { FieldPair, HeaderInput } from "../shared/field-pairs.ts";
export { HeaderFields } from "../shared/header-fields.ts";
export { NEED_DATA, type NeedDataEvent } from "../shared/need-data.ts";
export { FORBIDDEN_TRAILERS } from "../shared/trailers.ts";
export { setKernelModule } from "../wasm/module.ts";
export { Http1Connection } from "./connection.ts";
export type {
  ConnectionClosedEvent,
  DataEvent,
  EndOfMessageEvent,
  Http1Event,
  Http1ReceivedEvent,
  Http1Send,
  InformationalResponseEvent,
  PausedEvent,
  RequestEvent,
  ResponseEvent,
  SendConnectionClosed,
  SendData,
  SendEndOfMessage,
  SendInformationalResponse,
  SendRequest,
  SendResponse,
} from "./events.ts";
export { PAUSED } from "./events.ts";
export type { Http1Options, Leniencies, LeniencyRow, LimitRow, Limits, Role } from "./options.ts";
export type { State } from "./states.ts";

/** Every error code of HTTP/1.1, with its text and its status hint for a server. */
export const ERRORS: readonly ErrorRow[] = /* @__PURE__ */ errorRows(COMMON_ERRORS, HTTP1_ERRORS);

/** Every limit, with its default and the highest value that can be set. */
export const LIMITS: readonly LimitRow[] = /* @__PURE__ */ limitRows(LIMIT_TABLE);

/** Every leniency, with whether each role accepts it by default. */
export const LENIENCIES: readonly LeniencyRow[] = /* @__PURE__ */ leniencyRows();
