// @ts-check
// The verdict: a reader of HTTP/1.1 that is slow and simple, each rule of RFC 9110 and RFC 9112 by itself, over a text of one
// char an octet that is there as a whole. It shares nothing with the product. Where the RFC lets a recipient choose between
// refusing and reading, it refuses, but for what CHOICES names.
import { INCOMPLETE, Refused, readChunked, readFields } from "./reference-parts.mjs";

/** Where the RFC leaves room and a strict reading reads on: what is read, and what gives the room. */
export const CHOICES = Object.freeze([
  ["one empty line before a request", "RFC 9112 2.2: SHOULD ignore at least one"],
  ["any visible ASCII as request target, but for CONNECT", "RFC 9112 3: SHOULD answer 400; no part of framing"],
  ["a status line without the SP before its reason", "RFC 9112 4: the client's to be lenient; no part of framing"],
  ["statuses from 600 to 999", "RFC 9110 15: SHOULD treat as 5xx"],
  ["Content-Length with leading zeros", "RFC 9110 8.6: 1*DIGIT"],
  ["BWS in chunk extensions", "RFC 9112 7.1.1: the ABNF has it"],
  ["folded fields and trailers in a response, each fold one SP", "RFC 9112 5.2: a user agent MUST"],
  ["chunked beside Content-Length in a response, or in HTTP/1.0; then the connection ends", "RFC 9112 6.1, 6.3 (3)"],
  ["HTTP/1.0 with keep-alive goes on in a server", "RFC 9112 9.3 and C.2.2"],
  ["a CONNECT with content, by its Content-Length or chunked", "RFC 9112 6.3; RFC 9110 9.3.6 defines none"],
  ["a request that asks for a tunnel or for another protocol is refused one, and HTTP goes on", "RFC 9110 7.8, 9.3.6"],
]);

/** Where a strict reading refuses what the RFC would have read: a doubt about framing. */
export const STRICTER = Object.freeze([
  [
    "empty elements beside chunked in Transfer-Encoding",
    "RFC 9110 5.6.1.2: ignore a reasonable number; peers read them otherwise",
  ],
  ["a minor version above 1", "RFC 9110 2.5: SHOULD read as HTTP/1.1; nobody sends one"],
  ["LF alone as a line end", "RFC 9112 2.2: MAY recognize it; peers take it for data"],
  ["white space in start lines, more or other than one SP", "RFC 9112 3, 4: MAY split at it"],
  [
    "white space before a colon in a response",
    "RFC 9112 5.1: a proxy MUST remove it; peers take the line for another field, or none",
  ],
  ["other transfer codings in a response", "RFC 9112 6.3 (4): until the connection ends; none is implemented"],
]);

/**
 * @typedef {[name: string, value: string][]} Fields
 * @typedef {{ end: number, body: string, trailers: Fields }} Extent
 * @typedef {{ method: string, target: string, version: string, fields: Fields, start: number }} RequestHead
 * @typedef {{ status: number, reason: string, version: string, fields: Fields, start: number }} ResponseHead
 * @typedef {object} Reading
 * @property {((RequestHead | ResponseHead) & Extent)[]} messages that are whole
 * @property {(RequestHead | ResponseHead)[]} heads that were accepted, the one of a message that is not whole included
 * @property {string} end "end" of the input between messages, "closed" when what follows does not count, "tunnel", or why it was refused
 */

/** @param {string} text all that a client sends before it closes @returns {Reading} */
export function readRequests(text) {
  return readAll(text, (at) => readRequest(text, at));
}

/**
 * @param {string} text all that a server sends before it closes
 * @param {readonly string[]} methods of the requests, all of them sent before
 * @returns {Reading} interim responses are among its heads only
 */
export function readResponses(text, methods) {
  let due = 0;
  const reading = readAll(text, (at) => {
    if (due === methods.length) throw new Refused("a response to no request (RFC 9112 9.2)");
    const answer = readResponse(text, at, methods[due] ?? "GET");
    if (!answer.interim) due += 1;
    return answer;
  });
  return reading.end === "end" && due < methods.length ? { ...reading, end: "no response (RFC 9112 8)" } : reading;
}

/** More octets may make it whole. @param {Reading} reading */
export function isIncomplete({ end }) {
  return end === INCOMPLETE;
}

/** What matters of how it ended: the input is whole, something else follows, or it was refused. @param {Reading} reading */
export function endOf({ end }) {
  if (end === "end" || end === "closed") return "whole";
  return end === "tunnel" ? "tunnel" : "refused";
}

/**
 * @typedef {{ message: any, interim?: boolean, complete: () => Partial<Extent> & { end: number }, closes: boolean, tunnel?: boolean, skip?: boolean }} Part
 * @param {string} text
 * @param {(at: number) => Part | null} read null: the input ended here, between messages
 * @returns {Reading}
 */
function readAll(text, read) {
  /** @type {Reading} */
  const reading = { messages: [], heads: [], end: "end" };
  let at = 0;
  try {
    while (at < text.length) {
      const part = read(at);
      if (part === null) return reading;
      reading.heads.push(part.message);
      if (part.tunnel) return { ...reading, end: "tunnel" };
      const extent = part.complete();
      if (!part.interim) reading.messages.push({ ...part.message, body: "", trailers: [], ...extent });
      if (part.closes) return { ...reading, end: "closed" };
      at = extent.end;
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    reading.end = error.message;
  }
  return reading;
}

// --- requests ---------------------------------------------------------------------------------------------------------------

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const VERSION = "HTTP/[0-9]\\.[0-9]";
/** RFC 9112 3: request-line = method SP request-target SP HTTP-version, and CRLF */
const REQUEST_LINE = new RegExp(`(${TOKEN}) ([!-~]+) (${VERSION})\r\n`, "y");

/** @param {string} text @param {number} start @returns {Part | null} */
function readRequest(text, start) {
  // RFC 9112 2.2: one empty line
  const at = text.startsWith("\r\n", start) ? start + 2 : start;
  if (at === text.length) return null;
  const [, method = "", target = "", version = ""] = match(REQUEST_LINE, text, at, "request line (RFC 9112 3)");
  const { fields, end } = readFields(text, REQUEST_LINE.lastIndex, false);
  checkVersion(version);
  // RFC 9112 3.2.3: CONNECT has authority-form
  if (method === "CONNECT" && !isAuthority(target)) throw new Refused("target of CONNECT (RFC 9112 3.2.3)");
  checkHost(fields, version);
  const length = requestLength(fields, version);
  const message = { method, target, version: version.slice(5), fields, start: at };
  return { message, complete: () => readBody(text, end, length, false), closes: !persists(fields, version) };
}

/** @param {string} version */
function checkVersion(version) {
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") throw new Refused("version (RFC 9110 2.5)");
}

/** RFC 9112 3.2: MUST answer 400 to no Host in HTTP/1.1, to more than one, to an invalid one @param {Fields} fields @param {string} version */
function checkHost(fields, version) {
  const hosts = valuesOf(fields, "host");
  if (hosts.length === 0 && version === "HTTP/1.1") throw new Refused("no Host (RFC 9112 3.2)");
  if (hosts.length > 1) throw new Refused("two Hosts (RFC 9112 3.2)");
  if (hosts.length === 1 && !isHost(hosts[0] ?? "")) throw new Refused("invalid Host (RFC 9112 3.2)");
}

/** RFC 9112 6.3 for requests: octets, or "chunked". @param {Fields} fields @param {string} version @returns {number | "chunked"} */
function requestLength(fields, version) {
  const codings = valuesOf(fields, "transfer-encoding");
  const lengths = valuesOf(fields, "content-length");
  if (codings.length > 0) {
    if (version === "HTTP/1.0") throw new Refused("Transfer-Encoding in HTTP/1.0 (RFC 9112 6.1)");
    if (!isChunkedAlone(codings)) throw new Refused("Transfer-Encoding (RFC 9112 6.3 (4))");
    if (lengths.length > 0) throw new Refused("Transfer-Encoding and Content-Length (RFC 9112 6.1)");
    return "chunked";
  }
  return lengths.length === 0 ? 0 : readLength(lengths);
}

// --- responses --------------------------------------------------------------------------------------------------------------

/** RFC 9112 4: status-line = HTTP-version SP 3DIGIT SP [ reason-phrase ], and CRLF */
const STATUS_LINE = new RegExp(`(${VERSION}) ([1-9][0-9]{2})(?: ([\\t -~\x80-\xff]*))?\r\n`, "y");

/** @param {string} text @param {number} at @param {string} method @returns {Part} */
function readResponse(text, at, method) {
  const [, version = "", code = "", reason = ""] = match(STATUS_LINE, text, at, "status line (RFC 9112 4)");
  const { fields, end } = readFields(text, STATUS_LINE.lastIndex, true);
  checkVersion(version);
  const status = Number(code);
  if (status === 101) throw new Refused("a switch nobody proposed (RFC 9110 15.2.2)");
  const message = { status, reason, version: version.slice(5), fields, start: at };
  const interim = status < 200;
  // RFC 9112 6.3 (2)
  const tunnel = method === "CONNECT" && status >= 200 && status < 300;
  // RFC 9112 6.3 (1)
  const bodiless = interim || method === "HEAD" || status === 204 || status === 304 || tunnel;
  const length = bodiless ? 0 : responseLength(fields);
  // RFC 9112 6.1: Transfer-Encoding with Content-Length or in HTTP/1.0: the connection must end
  const doubtful = length === "chunked" && (version === "HTTP/1.0" || valuesOf(fields, "content-length").length > 0);
  const closes = !interim && (version === "HTTP/1.0" || asksFor(fields, "close") || doubtful);
  return { message, interim, tunnel, complete: () => readBody(text, end, length, true), closes };
}

/** RFC 9112 6.3 for responses @param {Fields} fields @returns {number | "chunked" | "close"} */
function responseLength(fields) {
  const codings = valuesOf(fields, "transfer-encoding");
  const lengths = valuesOf(fields, "content-length");
  if (codings.length > 0) {
    if (!isChunkedAlone(codings)) throw new Refused("Transfer-Encoding (RFC 9112 6.1)");
    return "chunked";
  }
  return lengths.length === 0 ? "close" : readLength(lengths);
}

// --- framing ----------------------------------------------------------------------------------------------------------------

/** @param {string} text @param {number} at @param {number | "chunked" | "close"} length @param {boolean} folds @returns {Partial<Extent> & { end: number }} */
function readBody(text, at, length, folds) {
  if (length === "chunked") return readChunked(text, at, folds);
  if (length === "close") return { body: text.slice(at), end: text.length };
  if (at + length > text.length) throw new Refused(INCOMPLETE);
  return { body: text.slice(at, at + length), end: at + length };
}

/** RFC 9110 8.6: one Content-Length = 1*DIGIT, which a double holds exactly @param {string[]} values */
function readLength(values) {
  const [value = ""] = values;
  if (values.length > 1 || !/^[0-9]+$/.test(value)) throw new Refused("Content-Length (RFC 9112 6.3 (5))");
  if (BigInt(value) > BigInt(Number.MAX_SAFE_INTEGER)) throw new Refused("Content-Length above 2^53-1");
  return Number(value);
}

/** RFC 9112 6.1: chunked once and no other coding; 7: names without case @param {string[]} values */
function isChunkedAlone(values) {
  return values.length === 1 && values[0]?.toLowerCase() === "chunked";
}

/** RFC 9112 9.3 @param {Fields} fields @param {string} version */
function persists(fields, version) {
  if (asksFor(fields, "close")) return false;
  return version === "HTTP/1.1" || asksFor(fields, "keep-alive");
}

/** @param {Fields} fields @param {string} option */
function asksFor(fields, option) {
  return elements(valuesOf(fields, "connection")).some((element) => element.toLowerCase() === option);
}

/** The elements of a list of tokens (RFC 9110 5.6.1) @param {string[]} values */
function elements(values) {
  const all = values.join(",").split(",");
  return all.map((element) => element.replace(/^[ \t]+|[ \t]+$/g, "")).filter((element) => element !== "");
}

/** @param {Fields} fields @param {string} name */
function valuesOf(fields, name) {
  return fields.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
}

// --- hosts (RFC 3986 3.2.2) -------------------------------------------------------------------------------------------------

const H16 = "[0-9A-Fa-f]{1,4}";
const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const LS32 = `(?:${H16}:${H16}|${OCTET}(?:\\.${OCTET}){3})`;
const IPV6 = [
  `(?:${H16}:){6}${LS32}`,
  `::(?:${H16}:){5}${LS32}`,
  `(?:${H16})?::(?:${H16}:){4}${LS32}`,
  `(?:(?:${H16}:){0,1}${H16})?::(?:${H16}:){3}${LS32}`,
  `(?:(?:${H16}:){0,2}${H16})?::(?:${H16}:){2}${LS32}`,
  `(?:(?:${H16}:){0,3}${H16})?::${H16}:${LS32}`,
  `(?:(?:${H16}:){0,4}${H16})?::${LS32}`,
  `(?:(?:${H16}:){0,5}${H16})?::${H16}`,
  `(?:(?:${H16}:){0,6}${H16})?::`,
].join("|");
const UNRESERVED_OR_SUB = "[A-Za-z0-9\\-._~!$&'()*+,;=]";
const IP_LITERAL = `\\[(?:${IPV6}|[vV][0-9A-Fa-f]+\\.(?:${UNRESERVED_OR_SUB}|:)+)\\]`;
const URI_HOST = `(?:${IP_LITERAL}|(?:${UNRESERVED_OR_SUB}|%[0-9A-Fa-f]{2})*)`;

/** RFC 9110 7.2: uri-host [ ":" port ]; empty where the target has no authority @param {string} value */
function isHost(value) {
  return new RegExp(`^${URI_HOST}(?::[0-9]*)?$`).test(value);
}

/** RFC 9112 3.2.3 and RFC 9110 9.3.6: a host and a port that is neither empty nor out of range @param {string} target */
function isAuthority(target) {
  const port = new RegExp(`^${URI_HOST}:([0-9]+)$`).exec(target)?.[1];
  return port !== undefined && !target.startsWith(":") && Number(port) <= 65535;
}

/** @param {RegExp} rule sticky @param {string} text @param {number} at @param {string} what */
function match(rule, text, at, what) {
  rule.lastIndex = at;
  const found = rule.exec(text);
  if (found === null) throw new Refused(text.indexOf("\n", at) < 0 ? INCOMPLETE : what);
  return found;
}
