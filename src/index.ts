// sansio: every protocol.

// By these two the package stands in for http-parser-js: an npm override names a package, not an entry of one.
export * from "./compat/index.ts";
export * from "./http1/index.ts";
export * from "./http2/index.ts";
