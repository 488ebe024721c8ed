/** What is accepted as header lists, received and sent: by hyper-h2 4.1.0, and by us where a rule says so. */

import { FORBIDDEN_TRAILERS } from "../model-grammar.ts";
import type { Field } from "./model-blocks.ts";
import type { Rule } from "./rules.ts";

export type Kind = "request" | "response" | "trailers";
export type Applies = (rule: Rule) => boolean;

const CONNECTION_FIELDS = new Set(["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"]);
const PSEUDO = new Set([":method", ":scheme", ":authority", ":path", ":status", ":protocol"]);
const OF_REQUESTS = [":scheme", ":path", ":authority", ":method", ":protocol"];
const SPACE = " \t\n\r\x0b\x0c";
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const METHOD = /^[!#$%&'*+\-.^_`|~0-9a-zA-Z]+$/;
const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*$/;
const PATH = /^\/[\x21-\x7e]*$/;
const AUTHORITY = /^(\[[0-9a-fA-F:.]+\]|[!$&'()*+,;=\-._~0-9a-zA-Z%]+)(:\d*)?$/;
/** All control octets but HTAB. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

const surrounded = (text: string) =>
  text !== "" && (SPACE.includes(text[0] as string) || SPACE.includes(text.at(-1) as string));
/** Without the whitespace that Python's strip() takes. */
export function stripped(text: string): string {
  let [begin, end] = [0, text.length];
  while (begin < end && SPACE.includes(text[begin] as string)) begin += 1;
  while (end > begin && SPACE.includes(text[end - 1] as string)) end -= 1;
  return text.slice(begin, end);
}

const lowered = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
export const lastOf = (fields: Field[], name: string) => fields.findLast(([n]) => n === name)?.[1];
const countOf = (fields: Field[], name: string) => fields.filter(([n]) => n === name).length;

export const isInformational = (fields: Field[]) => {
  for (const [name, value] of fields) {
    if (!name.startsWith(":")) return false;
    if (name === ":status") return value.startsWith("1");
  }
  return false;
};

/** hyper-h2's rules that hold both ways. */
function acceptable(fields: Field[], kind: Kind, applies: Applies): boolean {
  const seen = new Set<string>();
  let regular = false;
  for (const [name, value] of fields) {
    if (name === "te" && lowered(value) !== "trailers") return false;
    if (CONNECTION_FIELDS.has(name)) return false;
    if (!name.startsWith(":")) regular = true;
    else if (seen.has(name) || regular || !PSEUDO.has(name)) return false;
    else seen.add(name);
  }
  if (kind === "trailers") return seen.size === 0;
  if (kind === "response") return seen.has(":status") && !OF_REQUESTS.some((name) => seen.has(name));
  return acceptableRequest(fields, seen, applies);
}

function acceptableRequest(fields: Field[], seen: Set<string>, applies: Applies): boolean {
  if (!seen.has(":method") || seen.has(":status")) return false;
  const connects = lastOf(fields, ":method") === "CONNECT";
  const authority = lastOf(fields, ":authority");
  const host = lastOf(fields, "host");
  if (connects && !seen.has(":protocol") && applies("connect-by-authority")) {
    const other = host !== undefined && lowered(host) !== lowered(authority ?? "");
    return !seen.has(":path") && !seen.has(":scheme") && /:\d+$/.test(authority ?? "") && !other;
  }
  if (![":path", ":scheme"].every((name) => seen.has(name))) return false;
  if (seen.has(":protocol") && !connects) return false;
  if (authority === undefined && host === undefined) {
    const http = /^https?$/.test(lastOf(fields, ":scheme") as string);
    if (http || !applies("no-authority-needed")) return false;
  }
  if (authority !== undefined && host !== undefined && authority !== host) {
    if (lowered(authority) !== lowered(host) || !applies("host-in-any-case")) return false;
  }
  return lastOf(fields, ":path") !== "";
}

/** What we refuse besides: each a rule of its own. */
function strict(fields: Field[], kind: Kind, applies: Applies): boolean {
  const refused = (is: boolean, rule: Rule) => is && applies(rule);
  for (const [name, value] of fields) {
    if (refused(!TOKEN.test(name.replace(/^:/, "")), "strict-names")) return false;
    if (name.startsWith(":")) continue;
    if (refused(CONTROL.test(value), "strict-values")) return false;
    if (kind === "trailers" && FORBIDDEN_TRAILERS.has(name)) continue;
    const wrong = !/^\d+$/.test(value) || Number(value) > Number.MAX_SAFE_INTEGER;
    if (refused(name === "content-length" && wrong, "strict-content-length")) return false;
    if (refused(name === "host" && !AUTHORITY.test(value) && value !== "", "strict-authority")) return false;
  }
  if (kind === "trailers") return true;
  if (refused(countOf(fields, "content-length") > 1, "strict-content-length")) return false;
  const of = (name: string) => lastOf(fields, name);
  if (kind === "response") {
    const status = of(":status") as string;
    return !refused(!/^[1-9]\d\d$/.test(status) || status === "101", "strict-status");
  }
  if (refused(!METHOD.test(of(":method") as string), "strict-method")) return false;
  if (refused(!SCHEME.test(of(":scheme") ?? "http"), "strict-scheme")) return false;
  if (refused(!PATH.test(of(":path") ?? "/"), "strict-path")) return false;
  if (refused(!AUTHORITY.test(of(":authority") ?? "a"), "strict-authority")) return false;
  return !refused(countOf(fields, "host") > 1, "host-once");
}

/** The list as its event carries it, or null when it is refused. */
export function received(fields: Field[], kind: Kind, applies: Applies): Field[] | null {
  for (const [name, value] of fields) {
    if (name === "" || /[A-Z]/.test(name) || surrounded(name) || surrounded(value)) return null;
  }
  if (!acceptable(fields, kind, applies) || !strict(fields, kind, applies)) return null;
  const kept = withCookies(fields, applies);
  if (kind !== "trailers") return kept;
  const rest = kept.filter(([name]) => !FORBIDDEN_TRAILERS.has(name));
  return rest.length < kept.length && applies("forbidden-trailers-are-dropped") ? rest : kept;
}

function withCookies(fields: Field[], applies: Applies): Field[] {
  const cookies = fields.filter(([name]) => name === "cookie");
  if (cookies.length === 0) return fields;
  const cookie: Field = ["cookie", cookies.map(([, value]) => value).join("; ")];
  const at = fields.findIndex(([name]) => name === "cookie");
  const others = fields.filter(([name]) => name !== "cookie");
  if (at === others.length || !applies("cookies-in-place")) return [...others, cookie];
  return [...others.slice(0, at), cookie, ...others.slice(at)];
}

const sensitive = (name: string, value: string) =>
  name === "authorization" || name === "proxy-authorization" || (name === "cookie" && value.length < 20);

/** The list as it is sent, or null when it is refused. */
export function sent(fields: Field[], kind: Kind, applies: Applies): Field[] | null {
  const repaired = fields.map(([name, value, never]): Field => [stripped(lowered(name)), stripped(value), never]);
  const broken = fields.some(([name, value]) => stripped(name) !== name || stripped(value) !== value);
  if (broken && applies("whitespace-is-refused")) return null;
  const clean = repaired
    .filter(([name]) => !CONNECTION_FIELDS.has(name))
    .map(([name, value, never]): Field => (never || sensitive(name, value) ? [name, value, true] : [name, value]));
  if (clean.length < fields.length && applies("connection-fields-are-refused")) return null;
  return acceptable(clean, kind, applies) && strict(clean, kind, applies) ? clean : null;
}

/** Python's int(), or null. */
export function integerOf(text: string): number | null {
  const plain = /^[+-]?\d+(_\d+)*$/;
  return plain.test(stripped(text)) ? Number(stripped(text).replaceAll("_", "")) : null;
}
