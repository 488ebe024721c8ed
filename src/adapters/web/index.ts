// sansio/web: HTTP over WHATWG streams with Fetch types, independent of any runtime.
export type { BodyReader, BodySource, IncomingBody } from "../session/body.ts";
export type { ResponseHead } from "../session/client-exchange.ts";
export type { ClientTimeouts } from "../session/client-settings.ts";
export { NetworkError, type NetworkErrorCode } from "../session/errors.ts";
export { either, http2, protocolOf } from "../session/http2.ts";
export { http1, type Protocol } from "../session/protocol.ts";
export type { Reply, ServerRequest } from "../session/server-exchange.ts";
export type { ServerOptions, Service, Timeouts } from "../session/service.ts";
export type { Body, Trailers } from "./body.ts";
export type { BaseConnection, ClosedConnection, ConnectionOptions } from "./connection.ts";
export { Connection, type Fetched, fetchOver } from "./fetch.ts";
export { type FetchHandler, fetchHandler, type PlainResponse, type RequestInfo } from "./handler.ts";
export type { FetchOptions } from "./pending.ts";
export type { PlainRequest } from "./request.ts";
export { type ServedConnection, type ServeOptions, serveConnection } from "./serve.ts";
export type { ByteStream, ByteStreamLike, OctetReader, OctetWriter } from "./transport.ts";
