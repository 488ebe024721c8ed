// A reverse proxy's work for one request: sent on over a client's connection of any protocol, and answered with what
// comes back. Raw names, trailers, informational responses and the chunks' boundaries are kept.
import type { Duplex } from "node:stream";
import type { FieldPair } from "../../shared/header-fields.ts";
import type { ResponseHead } from "../session/client.ts";
import type { Reply, ServerRequest } from "../session/exchange.ts";
import { forwardedFields, forwardedTarget, type Refusal, refusalOf } from "../session/proxy.ts";
import { readyBody, sendBody } from "../web/body.ts";
import type { ClientConnection } from "./connection.ts";

export interface ForwardOptions {
  /** Fields to add to the request, or to put in the place of those that came: Forwarded, Host. */
  readonly headers?: readonly FieldPair[] | undefined;
  /** The name by which this proxy is known in Via (RFC 9110 7.6.3). Default "sansio". */
  readonly via?: string | undefined;
  /** Told of requests that are refused. */
  readonly onRefusal?: ((refusal: Refusal, request: ServerRequest) => void) | undefined;
}

/**
 * Forwards a request and its response. What cannot be forwarded safely is refused; an upstream that fails is a 502, or
 * cuts the answer when it has begun.
 */
export async function forward(
  request: ServerRequest,
  reply: Reply,
  upstream: ClientConnection,
  options: ForwardOptions = {},
): Promise<void> {
  const refusal = refusalOf(request.head);
  if (refusal !== null) {
    options.onRefusal?.(refusal, request);
    return refuse(reply, refusal);
  }
  const abort = new AbortController();
  reply.onAbort = (error) => abort.abort(error);
  const { via = "sansio", headers: added = [] } = options;
  try {
    const hasBody = !request.isComplete && isFramed(request);
    // Of a body with a length there are no trailers in HTTP/1.1.
    const hasTrailers = hasBody && !request.headers.has("content-length");
    const { target, authority } = forwardedTarget(request.head);
    const response = await upstream.request(
      {
        target,
        // A request of HTTP/1.0 need not name a host; one of HTTP/1.1 must (RFC 9112 3.2).
        authority: authority || (await addressOf(upstream.stream)),
        method: request.method,
        scheme: request.scheme,
        headers: withAdded(
          // Host is that of the target, which outranks the field (RFC 9112 3.2.2).
          [...forwardedFields(request.headers).filter(isNotHost), viaOf(request.httpVersion, via)],
          added,
        ),
        body: hasBody ? request.chunks() : null,
        trailers: hasTrailers ? () => request.trailers?.raw() ?? [] : undefined,
      },
      { signal: abort.signal, onInformational: (head) => inform(reply, head) },
    );
    const { status, headers, body } = response;
    reply.respond(status, [...forwardedFields(headers), viaOf("1.1", via)]);
    const pieces = reply.request.method === "HEAD" ? null : readyBody(body.chunks()).body;
    await sendBody(reply, pieces, () => (headers.has("content-length") ? [] : (body.trailers?.raw() ?? [])));
  } catch (error) {
    if (reply.isAborted) return;
    if (reply.hasBegun) reply.abort(error);
    else refuse(reply, { status: 502, reason: (error as Error).message });
  }
}

/** What a net.Socket has more than a Duplex. */
interface Located {
  readonly connecting?: boolean;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** Where the upstream is; "localhost" where that cannot be told, as of a pipe. */
async function addressOf(stream: Duplex & Located): Promise<string> {
  if (stream.connecting) await connectedOrNot(stream);
  const { remoteAddress, remotePort } = stream;
  if (remoteAddress === undefined) return "localhost";
  // A zone (fe80::1%eth0) is no part of a host in a URI.
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

/** A request says that it has a body (RFC 9112 6); in HTTP/2 it has one if it did not end with its head. */
function isFramed({ httpVersion, headers }: ServerRequest): boolean {
  if (httpVersion === "2" || headers.has("transfer-encoding")) return true;
  return headers.has("content-length") && headers.get("content-length") !== "0";
}

function inform(reply: Reply, { status, headers }: ResponseHead): void {
  // 100 is between this proxy and the upstream: the client gets its own when its body is read.
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

/** In the place of fields of the same name. */
function withAdded(fields: readonly FieldPair[], added: readonly FieldPair[]): FieldPair[] {
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...added];
}

function isNotHost([name]: FieldPair): boolean {
  return name.toLowerCase() !== "host";
}

function viaOf(httpVersion: string, name: string): FieldPair {
  return ["Via", `${httpVersion} ${name}`];
}
