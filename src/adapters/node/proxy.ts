// Reverse-proxies one request: forwards it over a client connection of any protocol and relays the response. Preserves
// field names as sent, trailers, informational responses and chunk boundaries.
import type { Duplex } from "node:stream";
import { type FieldPair, fieldPairs, type HeaderInput } from "../../shared/field-pairs.ts";
import { checkNames } from "../../shared/options.ts";
import type { IncomingBody } from "../session/body.ts";
import type { ResponseHead } from "../session/client-exchange.ts";
import { forwardedFields, forwardedRequestFields, forwardedTarget, type Refusal, refusalOf } from "../session/proxy.ts";
import { hasBody, type Reply, type ServerRequest } from "../session/server-exchange.ts";
import { readyBody, sendBody } from "../web/body.ts";
import type { ClientConnection } from "./connection.ts";

/** Options of `forward`. */
export interface ForwardOptions {
  /** Fields to add to the request, replacing any received fields of the same name, such as Forwarded or Host. */
  readonly headers?: HeaderInput | undefined;
  /** The name this proxy gives itself in Via (RFC 9110 7.6.3). Default "sansio". */
  readonly via?: string | undefined;
  /** Called for each request that is refused. */
  readonly onRefusal?: ((refusal: Refusal, request: ServerRequest) => void) | undefined;
}

const OPTIONS = ["headers", "via", "onRefusal"];

/**
 * Forwards a request upstream and relays the response. Refuses requests that cannot be forwarded safely. If the
 * upstream fails, answers 502, or aborts the response if it has already begun.
 */
export async function forward(
  request: ServerRequest,
  reply: Reply,
  upstream: ClientConnection,
  options: ForwardOptions = {},
): Promise<void> {
  checkNames("options", options, OPTIONS);
  const { via = "sansio" } = options;
  const added = fieldPairs(options.headers);
  const refusal = refusalOf(request.head);
  if (refusal !== null) {
    options.onRefusal?.(refusal, request);
    return refuse(reply, refusal);
  }
  const abort = new AbortController();
  reply.onAbort = (error) => abort.abort(error);
  try {
    const isFilled = hasBody(request);
    // In HTTP/1.1 a body with a Content-Length cannot have trailers.
    const hasTrailers = isFilled && !request.headers.has("content-length");
    const { target, authority } = forwardedTarget(request.head);
    const host = added.find(([name]) => name.toLowerCase() === "host")?.[1];
    const response = await upstream.request(
      {
        target,
        // An HTTP/1.0 request need not name a host; an HTTP/1.1 request must (RFC 9112 3.2).
        authority: host ?? (authority || (await addressOf(upstream.stream))),
        method: request.method,
        scheme: request.scheme,
        sensitive: request.head.sensitive,
        headers: withAdded([...forwardedRequestFields(request.head), viaOf(request.httpVersion, via)], added),
        body: isFilled ? request.chunks() : null,
        trailers: hasTrailers ? () => forwardedTrailers(request) : undefined,
      },
      { signal: abort.signal, onInformational: (head) => inform(reply, head) },
    );
    const { status, httpVersion, headers, body } = response;
    reply.respond(status, [...forwardedFields(headers), viaOf(httpVersion, via)]);
    const pieces = reply.request.method === "HEAD" ? null : readyBody(body.chunks()).body;
    await sendBody(reply, pieces, () => (headers.has("content-length") ? [] : forwardedTrailers(body)));
  } catch (error) {
    if (reply.isAborted) return;
    if (reply.hasBegun) reply.abort(error);
    else refuse(reply, { status: 502, reason: (error as Error).message });
  }
}

/** The members of net.Socket that a plain Duplex lacks. */
interface Located {
  readonly connecting?: boolean;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** The upstream's address; "localhost" if it has none, as for a pipe. */
async function addressOf(stream: Duplex & Located): Promise<string> {
  if (stream.connecting) await connectedOrNot(stream);
  const { remoteAddress, remotePort } = stream;
  if (remoteAddress === undefined) return "localhost";
  // A URI host does not include the zone (fe80::1%eth0).
  const host = remoteAddress.includes(":") ? `[${remoteAddress.replace(/%.*/, "")}]` : remoteAddress;
  return `${host}:${remotePort}`;
}

function connectedOrNot(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("connect", done);
      stream.off("close", done);
      resolve();
    };
    stream.on("connect", done);
    stream.on("close", done);
  });
}

/** Returns the trailers to forward: hop-by-hop names are dropped from them as from the head. */
function forwardedTrailers({ trailers }: IncomingBody): FieldPair[] {
  return trailers === null ? [] : forwardedFields(trailers);
}

function inform(reply: Reply, { status, headers }: ResponseHead): void {
  // A 100 concerns only this proxy and the upstream: the client gets its own when its body is read.
  if (status !== 100 && !reply.hasBegun) reply.inform(status, forwardedFields(headers));
}

function refuse(reply: Reply, { status, reason }: Refusal): void {
  const body = new TextEncoder().encode(`${reason}\n`);
  const headers = { "Content-Type": "text/plain", "Content-Length": String(body.length), Connection: "close" };
  reply.complete(status, reply.request.httpVersion === "2" ? withoutConnection(headers) : headers, body);
}

function withoutConnection({ Connection: _, ...headers }: Record<string, string>): Record<string, string> {
  return headers;
}

/** Adds fields, replacing those of the same name. */
function withAdded(fields: readonly FieldPair[], added: readonly FieldPair[]): FieldPair[] {
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...added];
}

function viaOf(httpVersion: string, name: string): FieldPair {
  return ["Via", `${httpVersion} ${name}`];
}
