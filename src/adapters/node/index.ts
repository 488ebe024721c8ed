// sansio/node: HTTP on node:net, node:tls and any Duplex.
export type { BodyReader, BodySource, IncomingBody } from "../session/body.ts";
export { NetworkError, type NetworkErrorCode } from "../session/errors.ts";
export type { Handler, Outgoing, Reply, RequestHead, ServerRequest } from "../session/exchange.ts";
export { DEFAULT_TIMEOUTS, type ServerOptions, type Service, type Timeouts } from "../session/service.ts";
export { type Closed, createServer, HttpServer, type ListenOptions, type NodeServerOptions } from "./server.ts";
export { type NodeRequest, type TakenSocket, takeSocket } from "./upgrade.ts";
