/** Octets, names and lists: the grammar that model.ts and its parts share, as functions on strings. */

import type { OracleEvent, Pair } from "./golden.ts";

export type Role = "client" | "server";
export type Name =
  | "IDLE"
  | "SEND_RESPONSE"
  | "SEND_BODY"
  | "DONE"
  | "MUST_CLOSE"
  | "CLOSED"
  | "ERROR"
  | "MIGHT_SWITCH_PROTOCOL"
  | "SWITCHED_PROTOCOL";
export type Request = Extract<OracleEvent, { type: "Request" }>;
export type Response = Extract<OracleEvent, { type: "Response" | "InformationalResponse" }>;
export type Head = Request | Response;
export type Framing =
  | { kind: "length"; length: number; remaining: number; status?: number }
  | { kind: "chunked" }
  | { kind: "until-close" };
export type Switch = "upgrade" | "connect";

/** RFC 7230 4.1.2: framing, routing, request modifiers, authentication, response control, payload processing. */
export const FORBIDDEN_TRAILERS = new Set(
  `transfer-encoding content-length host cache-control expect max-forwards pragma range te if-match if-none-match
  if-modified-since if-unmodified-since if-range www-authenticate authorization proxy-authenticate proxy-authorization
  cookie set-cookie age expires date location retry-after vary warning content-encoding content-type content-range
  trailer`.split(/\s+/),
);

export const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
export const IS_TOKEN = new RegExp(`^${TOKEN}$`);
export const TOKEN_CHARACTER = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;
export const WHITESPACE = /[ \t]/;
/** What h11 never takes in a value: NUL and all whitespace but SP and HTAB. */
export const REFUSED_BY_H11 = /[\0\n\v\f\r]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
export const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
export const LARGEST = 2 ** 53 - 1;
/** Python refuses to read a longer decimal number: h11 lets the ValueError escape. */
export const PYTHON_DIGITS = 4300;
export const H11_BUFFER_LIMIT = 16384;

/** uri-host of RFC 3986 3.2.2 and a port of digits, both possibly empty. */
export const IPV4 = "(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}";
export const HOST =
  /^(?:\[[0-9A-Za-z:.!$&'()*+,;=\-_~]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?$/;
export const H16 = /^[0-9A-Fa-f]{1,4}$/;

export function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    for (const [place, part] of parts.entries()) {
      const last = index === halves.length - 1 && place === parts.length - 1;
      if (last && part.includes(".")) {
        if (!new RegExp(`^${IPV4}$`).test(part)) return false;
        groups += 2;
      } else if (H16.test(part)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8 && text !== "";
}

export function isHost(value: string): boolean {
  if (!HOST.test(value)) return false;
  const literal = /^\[(.*)\]/.exec(value)?.[1];
  if (literal === undefined) return true;
  return /^[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+$/.test(literal) || isIpv6(literal);
}

export function isAuthority(target: string): boolean {
  const port = /:([0-9]+)$/.exec(target)?.[1];
  return port !== undefined && Number(port) <= 65535 && isHost(target) && target.length > port.length + 1;
}

export const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
export const trimmed = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, "");

export const leadingSpace = (text: string) => /^[ \t]*/.exec(text)?.[0].length ?? 0;

export const valuesOf = (headers: Pair[], name: string) =>
  headers.filter((field) => lower(field[0]) === name).map((field) => field[1]);
export const tokensOf = (headers: Pair[], name: string) =>
  valuesOf(headers, name)
    .flatMap((value) => lower(value).split(","))
    .map(trimmed)
    .filter((token) => token !== "");
export const without = (headers: Pair[], name: string) => headers.filter((field) => lower(field[0]) !== name);
export const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);

/** A fault found in a text: status, code, and where. */
export interface Found {
  code: string;
  status: number;
  at: number;
}
export const found = (code: string, at: number, status = 400): Found => ({ code, status, at });

export const FIELDS = 256;
export const TARGET = 16384;
export const EXTENSION_OCTETS = 4096;
export const EXTENSION_OCTETS_IN_ALL = 16384;
export const SIZE_DIGITS = 16;
export const INFORMATIONAL = 32;
export const PIPELINED = 16;

/** The option joins the first Connection field, and keep-alive leaves them all; a field that is left empty goes. */
export function withOption(headers: Pair[], option: string): Pair[] {
  const isConnection = ([name]: Pair) => lower(name) === "connection";
  if (!headers.some(isConnection)) return [...headers, ["Connection", option]];
  let missing = [option];
  return headers.flatMap((field): Pair[] => {
    if (!isConnection(field)) return [field];
    const tokens = field[1].split(",").map(trimmed);
    const kept = tokens.filter((token) => token !== "" && lower(token) !== "keep-alive");
    const all = [...kept, ...missing];
    missing = [];
    return all.length === 0 ? [] : [[field[0], all.join(", ")]];
  });
}

export function badLength(code: string, at: number): { fault: Found; at: number } {
  return { fault: found(code, at), at };
}

/** How much of a Host value is sound. */
export function hostLength(value: string): number {
  const literal = /^\[[^\]]*\]/.exec(value)?.[0] ?? "";
  if (value.startsWith("[") && (literal === "" || !isHost(literal))) return 0;
  const host = literal || (/^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*/.exec(value)?.[0] ?? "");
  return host.length + (/^:[0-9]*/.exec(value.slice(host.length))?.[0].length ?? 0);
}

export function bodiless(status: number, method: string | null): boolean {
  return status === 204 || status === 304 || method === "HEAD" || (method === "CONNECT" && status < 300);
}
