// Upgrades for code written against node:http, such as `ws`: hands over the socket itself, before any response is sent.
import type { Duplex } from "node:stream";
import { disconnected } from "../session/errors.ts";
import { Http1ServerSession } from "../session/http1-server.ts";
import type { Reply, ServerRequest } from "../session/server-exchange.ts";
import type { NodeTransport } from "./transport.ts";

/** The part of http.IncomingMessage that such code reads. */
export interface NodeRequest {
  /** As sent. */
  readonly method: string;
  /** The request target, as sent. */
  readonly url: string;
  /** "1.0" or "1.1". */
  readonly httpVersion: string;
  /** Names in lower case; values of repeated fields joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Alternating names, as sent, and values. */
  readonly rawHeaders: readonly string[];
  /** The connection. */
  readonly socket: Duplex;
}

/** A connection that was taken away from the server. */
export interface TakenSocket {
  /** The request in the shape node:http gives it. */
  readonly request: NodeRequest;
  /** The connection. This request has had no response, and nothing else listens to it any more. */
  readonly socket: Duplex;
  /** The octets received after the request. */
  readonly head: Buffer;
}

/**
 * Takes the connection away from the server so that other code can answer the proposed upgrade:
 * `const { request, socket, head } = takeSocket(reply); wss.handleUpgrade(request, socket, head, callback)`.
 * @throws LocalProtocolError if no upgrade was proposed; NetworkError if the peer is gone; TypeError over HTTP/2,
 *   whose streams share one connection
 */
export function takeSocket(reply: Reply): TakenSocket {
  const { session, request } = reply;
  if (!(session instanceof Http1ServerSession)) throw new TypeError("a stream of HTTP/2 has no socket of its own");
  const transport = session.transport as NodeTransport;
  // Its end has not been heard of yet.
  if (transport.stream.destroyed) throw disconnected(transport.stream.errored);
  const octets = session.detach(reply);
  const socket = transport.detach();
  const head = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  return { request: asNodeRequest(request, socket), socket, head };
}

function asNodeRequest(request: ServerRequest, socket: Duplex): NodeRequest {
  const { method, target, httpVersion, headers } = request;
  const joined: Record<string, string> = Object.create(null);
  for (const [name] of headers) joined[name] ??= headers.get(name) ?? "";
  return { method, url: target, httpVersion, headers: joined, rawHeaders: headers.raw().flat(), socket };
}
