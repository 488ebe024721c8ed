// @ts-check
// What heads, trailers and chunks are made of, for reference.mjs.

/** The message is not HTTP/1.1, or is not whole; the text names the rule. */
export class Refused extends Error {}

/** The rule that a message which is not whole breaks. */
export const INCOMPLETE = "incomplete (RFC 9112 8)";

/** RFC 9112 5: field-line = field-name ":" OWS field-value OWS, and CRLF. Values: HTAB, SP, VCHAR, obs-text (RFC 9110 5.5). */
const FIELD_LINE = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t -~\x80-\xff]*)\r\n/y;
/** RFC 9112 5.2: obs-fold = OWS CRLF RWS, and the rest of the line */
const FOLD = /[ \t]+([\t -~\x80-\xff]*)\r\n/y;
const FOLDED = /[ \t]*\r\n[ \t]+/g;

/**
 * Field lines up to the empty line (RFC 9112 2.1).
 * @param {string} text
 * @param {number} start
 * @param {boolean} folds whether they are read
 */
export function readFields(text, start, folds) {
  /** @type {[string, string][]} */
  const fields = [];
  let at = start;
  while (!text.startsWith("\r\n", at)) {
    FIELD_LINE.lastIndex = at;
    const line = FIELD_LINE.exec(text);
    if (line === null) throw new Refused(whyNoField(text, at, fields.length));
    at = FIELD_LINE.lastIndex;
    let value = /** @type {string} */ (line[2]);
    for (FOLD.lastIndex = at; folds && FOLD.test(text); at = FOLD.lastIndex)
      value += `\r\n${text.slice(at, FOLD.lastIndex - 2)}`;
    fields.push([/** @type {string} */ (line[1]), trimmed(value.replace(FOLDED, " "))]);
  }
  return { fields, end: at + 2 };
}

/** @param {string} value */
function trimmed(value) {
  return value.replace(/^[ \t]+|[ \t]+$/g, "");
}

/** @param {string} text @param {number} at @param {number} before */
function whyNoField(text, at, before) {
  const lineEnd = text.indexOf("\n", at);
  if (lineEnd < 0) return INCOMPLETE;
  const line = text.slice(at, lineEnd + 1);
  if (/^[ \t]/.test(line))
    return before === 0 ? "white space before the fields (RFC 9112 2.2)" : "obs-fold (RFC 9112 5.2)";
  if (/^[^:]*[ \t]:/.test(line)) return "white space before the colon (RFC 9112 5.1)";
  if (/\r[^\n]/.test(line)) return "CR alone (RFC 9112 2.2)";
  if (!line.endsWith("\r\n")) return "LF alone (RFC 9112 2.2)";
  if (/^[^:]*:.*[^\t\r\n -~\x80-\xff]/.test(line)) return "control octet in a value (RFC 9110 5.5)";
  return "field name (RFC 9112 5)";
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
/** RFC 9110 5.6.4 */
const QUOTED = '"(?:[\\t !#-\\[\\]-~\x80-\xff]|\\\\[\\t -~\x80-\xff])*"';
const BWS = "[ \\t]*";
/** RFC 9112 7.1 and 7.1.1: chunk-size [ chunk-ext ] CRLF */
const CHUNK_LINE = new RegExp(
  `([0-9A-Fa-f]+)(?:${BWS};${BWS}${TOKEN}(?:${BWS}=${BWS}(?:${TOKEN}|${QUOTED}))?)*\r\n`,
  "y",
);
/** More digits than a 64-bit number has are refused: RFC 9112 7.1 bids to expect that, and to prevent overflow. */
const MOST_DIGITS = 16;

/** RFC 9112 7.1: chunked-body @param {string} text @param {number} start @param {boolean} folds in trailers */
export function readChunked(text, start, folds) {
  let body = "";
  let at = start;
  for (;;) {
    CHUNK_LINE.lastIndex = at;
    const digits = CHUNK_LINE.exec(text)?.[1];
    if (digits === undefined) throw new Refused(whyNoChunk(text, at));
    at = CHUNK_LINE.lastIndex;
    const size = BigInt(`0x${digits}`);
    if (digits.length > MOST_DIGITS || size > BigInt(Number.MAX_SAFE_INTEGER))
      throw new Refused("chunk size too large (RFC 9112 7.1)");
    if (size === 0n) break;
    const dataEnd = at + Number(size);
    if (dataEnd + 2 > text.length) {
      const wrong = text.length === dataEnd + 1 && text[dataEnd] !== "\r";
      throw new Refused(wrong ? "octets after chunk data (RFC 9112 7.1)" : INCOMPLETE);
    }
    if (!text.startsWith("\r\n", dataEnd)) throw new Refused("octets after chunk data (RFC 9112 7.1)");
    body += text.slice(at, dataEnd);
    at = dataEnd + 2;
  }
  const { fields, end } = readFields(text, at, folds);
  return { body, trailers: fields.filter(([name]) => !NOT_IN_TRAILERS.has(name.toLowerCase())), end };
}

/** @param {string} text @param {number} at */
function whyNoChunk(text, at) {
  const lineEnd = text.indexOf("\n", at);
  if (lineEnd < 0) return INCOMPLETE;
  return /^[0-9A-Fa-f]+[ \t]*;/.test(text.slice(at, lineEnd))
    ? "chunk extensions (RFC 9112 7.1.1)"
    : "chunk size (RFC 9112 7.1)";
}

/** RFC 7230 4.1.2: framing, routing, request modifiers, authentication, response control, how the payload is processed. */
const NOT_IN_TRAILERS = new Set(
  `transfer-encoding content-length host
   cache-control expect max-forwards pragma range te if-match if-none-match if-modified-since if-unmodified-since if-range
   www-authenticate authorization proxy-authenticate proxy-authorization cookie set-cookie
   age expires date location retry-after vary warning
   content-encoding content-type content-range trailer`.split(/\s+/),
);
