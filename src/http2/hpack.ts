// The public exports of `sansio/hpack`: HPACK alone.
import { COMMON_ERRORS, HTTP2_ERRORS } from "../shared/error-codes.ts";
import { type ErrorRow, errorRows } from "../shared/errors.ts";

export { type ErrorCode, type ErrorRow, LocalProtocolError, RemoteProtocolError } from "../shared/errors.ts";
export type { FieldPair, HeaderInput } from "../shared/field-pairs.ts";
export { setKernelModule } from "../wasm/module.ts";
export { HpackDecoder, type HpackDecoderOptions } from "./hpack-decoder.ts";
export { HpackEncoder, type HpackEncoderOptions } from "./hpack-encoder.ts";

/** Every error code of HTTP/2, with its text and the status that it hints a server to answer with. */
export const ERRORS: readonly ErrorRow[] = /* @__PURE__ */ errorRows(COMMON_ERRORS, HTTP2_ERRORS);
