// Seeded heads for the kernel's tests: legal, odd and faulty parts put together, then mutated.
import * as layout from "../../assembly/layout.ts";
import { pick, type Random } from "../helpers.ts";

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "get",
  "GE",
  "PROPFIND",
  "M-SEARCH",
];
const TARGETS = [
  "/",
  "*",
  "/a?b=c&d=%20",
  "http://a/b",
  "a:80",
  "[::1]:443",
  "a",
  "a:99999",
  "x".repeat(31),
  `/${"é".repeat(3)}`,
];
const VERSIONS = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9"];
const REASONS = ["OK", "", "Not Found", "\t x \xe9", "a".repeat(17)];
const NAMES = [
  "Host",
  "host",
  "Content-Length",
  "content-length",
  "CONTENT-LENGTH",
  "Transfer-Encoding",
  "transfer-encoding",
  "Connection",
  "Upgrade",
  "Expect",
  "Trailer",
  "Set-Cookie",
  "Accept",
  "User-Agent",
  "X-Forwarded-For",
  "X-Unknown",
  "access-control-allow-credentials",
  "!#$%&'*+-.^_`|~09",
  "a",
  "x".repeat(16),
  "y".repeat(33),
];
/** The names of fields that govern a message. */
export const GOVERNING = NAMES.slice(0, 10);
export const VALUES = [
  "",
  "a",
  "example.com",
  "example.com:8080",
  "[::1]:80",
  "[v1.x]",
  "a%20b",
  "a b",
  "[1::2::3]",
  "0",
  "5",
  "5",
  "5, 5",
  "5,6",
  "9007199254740991",
  "9007199254740992",
  "05",
  "+5",
  "5 ",
  "chunked",
  "Chunked",
  "gzip, chunked",
  "chunked, gzip",
  "chunked,",
  "identity",
  "close",
  "keep-alive",
  "Keep-Alive, Upgrade",
  "close,",
  "websocket",
  "100-continue",
  "100-Continue ",
  "b".repeat(15),
  "c".repeat(16),
  "d".repeat(17),
  "e\tf",
  "\xe9\xff",
  "trailing \t",
  ", ,a",
];
const GAPS = ["", " ", "  ", "\t", " \t "];
const LINE_ENDS = ["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\n ", "\r\n\t  ", "\r\n \r\n "];
const STRANGE = [
  "\0",
  "\r",
  "\n",
  "\r\n",
  " ",
  "\t",
  ":",
  ",",
  ";",
  '"',
  "\\",
  "=",
  "\x01",
  "\x11",
  "\x1f",
  "\x7f",
  "\x80",
  "\xff",
  "a",
  "-",
  "0",
  "%",
  "[",
];

function line(next: Random): string {
  return `${pick(NAMES, next)}:${pick(GAPS, next)}${pick(VALUES, next)}${pick(GAPS, next)}${pick(LINE_ENDS, next)}`;
}

/** A head of its kind; mostly whole. */
export function head(next: Random, what: number): string {
  let text = "";
  if (what === layout.REQUEST) text = `${pick(METHODS, next)} ${pick(TARGETS, next)} ${pick(VERSIONS, next)}\r\n`;
  if (what === layout.RESPONSE) text = `${pick(VERSIONS, next)} ${100 + next(500)} ${pick(REASONS, next)}\r\n`;
  for (let fields = next(6); fields > 0; fields--) text += line(next);
  return `${text}\r\n${pick(["", "", "body"], next)}`;
}

/** No, one or two octets put in, taken out or changed; sometimes the end cut off. */
export function mutated(text: string, next: Random): string {
  for (let changes = next(3); changes > 0; changes--) {
    const at = next(text.length + 1);
    text = text.slice(0, at) + pick([...STRANGE, ""], next) + text.slice(at + next(2));
  }
  return next(4) === 0 ? text.slice(0, next(text.length + 1)) : text;
}
