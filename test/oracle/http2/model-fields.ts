/** What hyper-h2 4.1.0 accepts as header lists, received and sent. */

import type { Field } from "./model-blocks.ts";

export type Kind = "request" | "response" | "trailers";

const CONNECTION_FIELDS = new Set(["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"]);
const PSEUDO = new Set([":method", ":scheme", ":authority", ":path", ":status", ":protocol"]);
const OF_REQUESTS = [":scheme", ":path", ":authority", ":method", ":protocol"];
const SPACE = " \t\n\r\x0b\x0c";

const surrounded = (text: string) => text !== "" && (SPACE.includes(text[0] as string) || SPACE.includes(text.at(-1) as string));
const stripped = (text: string) => text.replace(/^[ \t\n\r\x0b\x0c]+|[ \t\n\r\x0b\x0c]+$/g, "");
const lowered = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const valueOf = (fields: Field[], name: string) => fields.findLast(([n]) => n === name)?.[1];

export const isInformational = (fields: Field[]) => {
  for (const [name, value] of fields) {
    if (!name.startsWith(":")) return false;
    if (name === ":status") return value.startsWith("1");
  }
  return false;
};

/** The rules that hold both ways. */
function acceptable(fields: Field[], kind: Kind): boolean {
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
  if (![":path", ":method", ":scheme"].every((name) => seen.has(name)) || seen.has(":status")) return false;
  if (seen.has(":protocol") && valueOf(fields, ":method") !== "CONNECT") return false;
  const authority = valueOf(fields, ":authority");
  const host = valueOf(fields, "host");
  if (authority === undefined && host === undefined) return false;
  if (authority !== undefined && host !== undefined && authority !== host) return false;
  return valueOf(fields, ":path") !== "";
}

/** The list as its event carries it, or null when it is refused. */
export function received(fields: Field[], kind: Kind): Field[] | null {
  for (const [name, value] of fields) {
    if (name === "" || /[A-Z]/.test(name) || surrounded(name) || surrounded(value)) return null;
  }
  if (!acceptable(fields, kind)) return null;
  const cookies = fields.filter(([name]) => name === "cookie");
  const others = fields.filter(([name]) => name !== "cookie");
  return cookies.length === 0 ? others : [...others, ["cookie", cookies.map(([, value]) => value).join("; ")]];
}

const sensitive = (name: string, value: string) =>
  name === "authorization" || name === "proxy-authorization" || (name === "cookie" && value.length < 20);

/** The list as it is sent, or null when it is refused. */
export function sent(fields: Field[], kind: Kind): Field[] | null {
  const clean = fields
    .map(([name, value, never]): Field => [stripped(lowered(name)), stripped(value), never])
    .filter(([name]) => !CONNECTION_FIELDS.has(name))
    .map(([name, value, never]): Field => (never || sensitive(name, value) ? [name, value, true] : [name, value]));
  return acceptable(clean, kind) ? clean : null;
}

/** Python's int(), or null. */
export function integerOf(text: string): number | null {
  return /^[ \t\n\r\x0b\x0c]*[+-]?\d+(_\d+)*[ \t\n\r\x0b\x0c]*$/.test(text) ? Number(stripped(text).replaceAll("_", "")) : null;
}
