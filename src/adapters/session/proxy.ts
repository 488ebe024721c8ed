// What an intermediary must do with a message before it sends it on (RFC 9110 7.6, RFC 9112 3.2.2 and 6).
import type { FieldPair, HeaderFields } from "../../shared/header-fields.ts";
import type { RequestHead } from "./exchange.ts";

/** Fields for one hop only (RFC 9110 7.6.1), and what some still send. Proxy-Authorization is for the first proxy that wants it. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "proxy-authenticate",
  "proxy-authorization",
  "http2-settings",
];

/** To name one of these in Connection is an attempt to make a proxy drop what the next server relies on. */
const NEVER_HOP_BY_HOP = [
  "host",
  "content-length",
  "authorization",
  "cookie",
  "set-cookie",
  "content-type",
  "content-encoding",
  "cache-control",
  "expect",
  "trailer",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/** The fields to send on, in their order, with names as they were sent: without those that are for one hop. */
export function forwardedFields(headers: HeaderFields): FieldPair[] {
  const dropped = new Set([...HOP_BY_HOP, ...connectionOptions(headers)]);
  // Transfer-Encoding overrides Content-Length, which an intermediary must remove (RFC 9112 6.3).
  if (headers.has("transfer-encoding")) dropped.add("content-length");
  return headers.raw().filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** What Connection names, in lower case. */
function connectionOptions(headers: HeaderFields): string[] {
  const value = headers.get("connection");
  return value === null ? [] : value.split(",").map((option) => option.trim().toLowerCase());
}

/** Why a request is not forwarded, and what to answer. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/**
 * What cannot be forwarded safely; null: nothing. Framing that is in doubt the core has refused before; here is what is
 * sound on its own and dangerous in the next server's hands.
 */
export function refusalOf(request: RequestHead): Refusal | null {
  const { method, target, headers } = request;
  if (method === "CONNECT") return refusal(501, "CONNECT is not forwarded");
  if (headers.has("upgrade") && connectionOptions(headers).includes("upgrade") && hasBodyFields(headers)) {
    return refusal(400, "a request with a body proposes an upgrade");
  }
  const hidden = connectionOptions(headers).find((option) => NEVER_HOP_BY_HOP.includes(option));
  if (hidden !== undefined) return refusal(400, `Connection names ${hidden}`);
  if (headers.getAll("host").length > 1) return refusal(400, "more than one Host");
  if (
    !target.startsWith("/") &&
    !/^https?:\/\/[^/?#@]+([/?#]|$)/i.test(target) &&
    !(target === "*" && method === "OPTIONS")
  ) {
    return refusal(400, "the target is neither a path nor an http URL");
  }
  if (target.includes("#")) return refusal(400, "the target has a fragment");
  const expectation = headers.get("expect");
  if (expectation !== null && expectation.toLowerCase() !== "100-continue") return refusal(417, "Expect is unknown");
  // Names that a CGI-like server takes for others (x_y for x-y).
  const odd = headers.raw().find(([name]) => name.includes("_"));
  if (odd !== undefined) return refusal(400, `the field name ${odd[0]} has an underscore`);
  if ((method === "TRACE" || method === "OPTIONS") && headers.get("max-forwards") === "0") {
    return refusal(501, "Max-Forwards is 0");
  }
  return null;
}

function hasBodyFields(headers: HeaderFields): boolean {
  return headers.has("content-length") || headers.has("transfer-encoding");
}

function refusal(status: number, reason: string): Refusal {
  return { status, reason };
}

/** Target and authority as the next server is to have them: of an absolute-form target the URL's, which outranks Host. */
export function forwardedTarget(request: RequestHead): { target: string; authority: string } {
  const { target, headers, authority } = request;
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(target);
  if (absolute === null) return { target, authority: authority || (headers.get("host") ?? "") };
  const rest = absolute[2] as string;
  return { target: rest.startsWith("/") ? rest : `/${rest}`, authority: absolute[1] as string };
}
