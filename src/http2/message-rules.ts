// Rules for a message as a whole, received or to be sent (RFC 9113 8.3).
import type { ErrorCode } from "../shared/errors.ts";
import type { RequestParts } from "./hpack-types.ts";

/** What is wrong, and the lower-case name of the field at fault. */
export interface MessageFault {
  readonly code: ErrorCode;
  readonly header: string;
}

const SLASH = 0x2f;

/** A port that says no more than its scheme does, or nothing (RFC 9110 4.2.3). */
const NEEDLESS_PORTS = new Map([
  ["http", /:(80)?$/],
  ["https", /:(443)?$/],
]);

/**
 * Returns the fault of a request, or null (RFC 9113 8.3.1 and 8.5, RFC 8441 4). Each part by itself must be valid
 * already; `host` is the value of the Host field.
 */
export function requestFault(parts: RequestParts, host: string | null): MessageFault | null {
  const { method, scheme, authority, protocol } = parts;
  if (method === null) return missing(":method");
  if (protocol !== null && method !== "CONNECT") return unknown(":protocol");
  const fault = method === "CONNECT" && protocol === null ? connectFault(parts) : targetFault(parts, host);
  if (fault !== null || authority === null || host === null) return fault;
  const isSame = host === authority || normalised(host, scheme) === normalised(authority, scheme);
  return isSame ? null : { code: "HOST_CONFLICT", header: "host" };
}

function normalised(authority: string, scheme: string | null): string {
  const port = NEEDLESS_PORTS.get(scheme ?? "");
  const lower = authority.toLowerCase();
  return port === undefined ? lower : lower.replace(port, "");
}

function connectFault({ scheme, path, authority }: RequestParts): MessageFault | null {
  if (scheme !== null) return unknown(":scheme");
  if (path !== null) return unknown(":path");
  if (authority === null) return missing(":authority");
  return /:\d+$/.test(authority) ? null : { code: "BAD_AUTHORITY", header: ":authority" };
}

function targetFault({ method, scheme, authority, path }: RequestParts, host: string | null): MessageFault | null {
  if (scheme === null) return missing(":scheme");
  if (path === null) return missing(":path");
  const isHttp = scheme === "https" || scheme === "http";
  if (isHttp && authority === null && !host) return missing(":authority");
  const isPath = path.charCodeAt(0) === SLASH || (path === "*" && method === "OPTIONS");
  return isPath ? null : { code: "BAD_PATH", header: ":path" };
}

/** Returns the fault of a response, or null. The status must be three digits, from 100 on, already. */
export function statusFault(status: number): MessageFault | null {
  return status === 101 ? { code: "SWITCH_IN_HTTP2", header: ":status" } : null;
}

export function missing(header: string): MessageFault {
  return { code: "MISSING_PSEUDO_FIELD", header };
}

function unknown(header: string): MessageFault {
  return { code: "UNKNOWN_PSEUDO_FIELD", header };
}
