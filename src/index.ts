// sansio: every protocol.
export * from "./http1/index.ts";
export * from "./http2/index.ts";
