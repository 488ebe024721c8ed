// Upgrades for code that is written for node:http, such as `ws`: the socket itself, before anything was answered.
import type { Duplex } from "node:stream";
import type { Reply, ServerRequest } from "../session/exchange.ts";
import { Http1ServerSession } from "../session/http1-server.ts";
import type { NodeTransport } from "./transport.ts";

/** What of an http.IncomingMessage such code reads. */
export interface NodeRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  /** Lower-case names; values of repeated fields joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly socket: Duplex;
}

export interface TakenSocket {
  /** The request as node:http would show it. */
  readonly request: NodeRequest;
  /** The connection: nothing was answered, and nobody else listens to it any more. */
  readonly socket: Duplex;
  /** What came behind the request's head. */
  readonly head: Buffer;
}

/**
 * Takes the connection out of the server, for somebody else to answer the proposed upgrade:
 * `const { request, socket, head } = takeSocket(reply); wss.handleUpgrade(request, socket, head, callback)`.
 * @throws LocalProtocolError when no upgrade was proposed; TypeError over HTTP/2, which shares its connection
 */
export function takeSocket(reply: Reply): TakenSocket {
  const { session, request } = reply;
  if (!(session instanceof Http1ServerSession)) throw new TypeError("a stream of HTTP/2 has no socket of its own");
  const octets = session.detach(reply);
  const socket = (session.transport as NodeTransport).detach();
  const head = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  return { request: asNodeRequest(request, socket), socket, head };
}

function asNodeRequest(request: ServerRequest, socket: Duplex): NodeRequest {
  const { method, target, httpVersion, headers } = request;
  const joined: Record<string, string> = Object.create(null);
  for (const [name] of headers) joined[name] ??= headers.get(name) ?? "";
  return { method, url: target, httpVersion, headers: joined, rawHeaders: headers.raw().flat(), socket };
}
