// sansio: every protocol.
import { COMMON_ERRORS, HTTP1_ERRORS, HTTP2_ERRORS } from "./shared/error-codes.ts";
import { type ErrorRow, errorRows } from "./shared/errors.ts";

// By these two the package stands in for http-parser-js: an npm override names a package, not an entry of one.
export * from "./compat/index.ts";
export * from "./http1/index.ts";
export * from "./http2/index.ts";

/** Every code with its text and its hint for a server. */
export const ERRORS: readonly ErrorRow[] = /* @__PURE__ */ errorRows(COMMON_ERRORS, HTTP1_ERRORS, HTTP2_ERRORS);
