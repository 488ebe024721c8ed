// sansio: every protocol.
export * from "./http1/index.ts";
