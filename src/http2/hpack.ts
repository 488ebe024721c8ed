// HPACK alone: the public list.
export { ERRORS, type ErrorCode, type ErrorRow, LocalProtocolError, RemoteProtocolError } from "../shared/errors.ts";
export type { FieldPair, HeaderInput } from "../shared/header-fields.ts";
export { setKernelModule } from "../wasm/module.ts";
export { HpackDecoder, type HpackDecoderOptions } from "./hpack-decoder.ts";
export { HpackEncoder, type HpackEncoderOptions } from "./hpack-encoder.ts";
