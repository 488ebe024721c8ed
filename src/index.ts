// sansio: every protocol.
import { COMMON_ERRORS, HTTP1_ERRORS, HTTP2_ERRORS } from "./shared/error-codes.ts";
import { type ErrorRow, errorRows } from "./shared/errors.ts";

// `HTTPParser` and `methods`: with them the package can stand in for http-parser-js, as an npm override names a
// package, not one of its entries.
export * from "./compat/index.ts";
export { default } from "./compat/index.ts";
export * from "./http1/index.ts";
export * from "./http2/index.ts";

/** Every error code, with its text, its status hint for a server and its HTTP/2 error code. */
export const ERRORS: readonly ErrorRow[] = /* @__PURE__ */ errorRows(COMMON_ERRORS, HTTP1_ERRORS, HTTP2_ERRORS);
