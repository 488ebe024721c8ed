// What an intermediary must do to a message before forwarding it (RFC 9110 7.6, RFC 9112 3.2.2 and 6).
import type { FieldPair } from "../../shared/field-pairs.ts";
import type { HeaderFields } from "../../shared/header-fields.ts";
import type { RequestHead } from "./server-exchange.ts";

/**
 * Hop-by-hop fields (RFC 9110 7.6.1), and some that old peers still send. Proxy-Authorization is meant for the first
 * proxy that asks for it.
 */
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

/** A Connection field that names one of these is an attempt to make a proxy drop a field the next server relies on. */
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

/** The methods whose Max-Forwards says how many more hops may be made (RFC 9110 7.6.2). */
const COUNTED = ["TRACE", "OPTIONS"];

/**
 * Returns the fields of a request to forward: without Host, which the target's host overrides (RFC 9112 3.2.2), and with
 * one hop less in Max-Forwards.
 */
export function forwardedRequestFields({ method, headers }: RequestHead): FieldPair[] {
  const fields = forwardedFields(headers).filter(([name]) => name.toLowerCase() !== "host");
  return COUNTED.includes(method) ? fields.map(countedDown) : fields;
}

/** One less, or the most that is supported (RFC 9110 7.6.2): larger numbers cannot be counted exactly. */
function countedDown(pair: FieldPair): FieldPair {
  const [name, value] = pair;
  const isCount = name.toLowerCase() === "max-forwards" && /^\d+$/.test(value);
  return isCount ? [name, String(Math.min(Number(value) - 1, Number.MAX_SAFE_INTEGER))] : pair;
}

/** Returns the fields to forward, in wire order and with names as sent, without hop-by-hop fields. */
export function forwardedFields(headers: HeaderFields): FieldPair[] {
  const dropped = new Set([...HOP_BY_HOP, ...connectionOptions(headers)]);
  // Transfer-Encoding overrides Content-Length, and an intermediary must remove the latter (RFC 9112 6.3).
  if (headers.has("transfer-encoding")) dropped.add("content-length");
  return headers.raw().filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** Returns the options that Connection lists, in lower case. */
function connectionOptions(headers: HeaderFields): string[] {
  const value = headers.get("connection");
  return value === null ? [] : value.split(",").map((option) => option.trim().toLowerCase());
}

/** Why a request is not forwarded, and the status to answer with. */
export interface Refusal {
  /** The status to answer with. */
  readonly status: number;
  /** Why, in words, for a log. */
  readonly reason: string;
}

/**
 * Returns why a request cannot be forwarded safely, or null if it can. The core has already refused ambiguous framing;
 * this catches requests that are valid in themselves but dangerous to the next server.
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
    !/^https?:\/\/[^/?#@\\]+([/?#]|$)/i.test(target) &&
    !(target === "*" && method === "OPTIONS")
  ) {
    return refusal(400, "the target is neither a path nor an http URL");
  }
  if (target.includes("#")) return refusal(400, "the target has a fragment");
  const expectation = headers.get("expect");
  if (expectation !== null && expectation.toLowerCase() !== "100-continue") return refusal(417, "Expect is unknown");
  // A CGI-like server confuses such names with others (x_y with x-y).
  const odd = headers.raw().find(([name]) => name.includes("_"));
  if (odd !== undefined) return refusal(400, `the field name ${odd[0]} has an underscore`);
  if (COUNTED.includes(method) && /^0+$/.test(headers.get("max-forwards") ?? "")) {
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

/**
 * Returns the target and authority to forward. For an absolute-form target, both come from its URL, which overrides
 * Host. The target of a CONNECT is the authority itself.
 */
export function forwardedTarget(request: RequestHead): { target: string; authority: string } {
  const { method, target, headers, authority } = request;
  if (method === "CONNECT") return { target, authority: authority || target };
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(target);
  if (absolute === null) return { target, authority: authority || (headers.get("host") ?? "") };
  const rest = absolute[2] as string;
  // RFC 9112 3.2.4: without a path and query, OPTIONS is about the server as a whole.
  const path = rest === "" && method === "OPTIONS" ? "*" : rest;
  return { target: /^[/*]/.test(path) ? path : `/${path}`, authority: absolute[1] as string };
}
