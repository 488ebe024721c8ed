// @ts-check
// What may differ between Node's own parser and ours (docs/node-http.md, "What is different"), each told from the octets.
import { latin1 } from "../laws.mjs";

/** What a parser made of an input. @typedef {{ lines: string[], error: any, consumed: number, isCut: boolean, finish: any }} Seen */
/** @typedef {{ theirs: Seen, ours: Seen, text: string }} Both */

const STATUSES = /** @type {Record<string, number>} */ ({
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
});

/** What node:http answers to a refusal. @param {Seen} seen */
const classOf = ({ error }) => (error === undefined ? 0 : (STATUSES[error.code] ?? 400));

/** The beginning may end within a body. @param {string[]} lines @param {string[]} others */
const isBeginning = (lines, others) =>
  lines.every(
    (line, i) =>
      line === others[i] ||
      (i === lines.length - 1 && line.startsWith("body ") && others[i]?.startsWith(line) === true),
  );

/** @param {Both} both */
const isSame = ({ theirs, ours }) =>
  theirs.lines.length === ours.lines.length && theirs.lines.every((line, i) => line === ours.lines[i]);

/** @param {Seen} seen */
const isIncomplete = ({ finish }) => finish?.code === "HPE_INVALID_EOF_STATE";

/** The line in which our refusal lies. @param {Both} both */
function lineOf({ ours, text }) {
  const at = ours.error.bytesParsed;
  const begin = text.lastIndexOf("\n", Math.max(0, at - 1)) + 1;
  return text.slice(begin, Math.max(text.indexOf("\n", at), begin));
}

/** Of the octets up to our refusal, the head or trailers. @param {Both} both */
function headOf({ ours, text }) {
  const end = text.indexOf("\r\n\r\n", ours.error.bytesParsed);
  return end < 0 ? text : text.slice(0, end);
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const EXTENSION = `[ \\t]*;[ \\t]*${TOKEN}(?:[ \\t]*=[ \\t]*(?:${TOKEN}|"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"))?`;
/** RFC 9112 3, 4, 7.1. */
const REQUEST_LINE = new RegExp(`^${TOKEN} [\\x21-\\x7e]+ HTTP/[0-9]\\.[0-9]\\r?$`);
const STATUS_LINE = /^HTTP\/[0-9]\.[0-9] [1-9][0-9]{2} [\t\x20-\x7e\x80-\xff]*\r?$/;
const CHUNK_LINE = new RegExp(`^[0-9A-Fa-f]+(?:${EXTENSION})*\\r?$`);

/** @param {RegExp} grammar @returns {(both: Both) => boolean} */
const breaks = (grammar) => (both) => !grammar.test(lineOf(both));
/** @param {RegExp} field @returns {(both: Both) => boolean} */
const hasField = (field) => (both) => field.test(headOf(both));

/** What ours refuses and Node's accepts, or refuses otherwise: by the cause, whether the octets are at fault. @type {Record<string, (both: Both) => boolean>} */
const STRICTER = {
  BAD_TARGET: breaks(REQUEST_LINE),
  BAD_VERSION: breaks(REQUEST_LINE),
  BAD_STATUS: breaks(STATUS_LINE),
  BAD_REASON: breaks(STATUS_LINE),
  BAD_CHUNK_EXTENSION: breaks(CHUNK_LINE),
  BARE_LF: ({ ours, text }) => {
    const at = text.indexOf("\n", ours.error.bytesParsed);
    // The CR before it may be the last octet of a body.
    return (
      at <= ours.error.bytesParsed + 1 && (text[at - 1] !== "\r" || ours.lines.at(-1)?.startsWith("end ") === true)
    );
  },
  BARE_CR: ({ ours, text }) => /\r(?!\n)/.test(text.slice(Math.max(0, ours.error.bytesParsed - 1)).slice(0, 3)),
  BAD_TRANSFER_ENCODING: hasField(/\ntransfer-encoding:/i),
  UNKNOWN_TRANSFER_CODING: hasField(/\ntransfer-encoding:/i),
  TRANSFER_ENCODING_IN_HTTP_1_0: hasField(/\ntransfer-encoding:/i),
  CONTENT_LENGTH_TOO_LARGE: hasField(/\ncontent-length:[ \t]*[0-9]{16}/i),
  CHUNK_SIZE_TOO_LARGE: (both) => /^0*(?:[1-9a-f][0-9a-f]{14}|[2-9a-f][0-9a-f]{13})/i.test(lineOf(both)),
};

/** Named by what differs; true where that is all that does. @type {Record<string, (both: Both) => boolean>} */
const EXCUSES = {
  "Proxy-Connection, which Node reads like Connection": ({ text }) => /^proxy-connection:/im.test(text),
  "a tab around a word that Node looks for": ({ text }) =>
    /^(?:content-length|transfer-encoding|connection|upgrade):[^\n]*\t/im.test(text),
  "white space in chunk extensions": ({ theirs, ours, text }) =>
    theirs.error?.code === "HPE_STRICT" &&
    isBeginning(theirs.lines, ours.lines) &&
    /^[0-9a-f]+[^\n]*[ \t;]/im.test(text.slice(Math.max(0, theirs.error.bytesParsed - 40))),
  "octets after a 1xx that closes the connection": ({ theirs, ours }) =>
    theirs.error?.code === "HPE_CLOSED_CONNECTION" &&
    isBeginning(theirs.lines, ours.lines) &&
    /^head \[1,\d,null,"",1\d\d,.*,false,\[/.test(theirs.lines.at(-2) ?? ""),
  "the end within the body of a request to upgrade": (both) =>
    isSame(both) &&
    isIncomplete(both.ours) &&
    /^head .*,true,(?:true|false),\[/.test(both.ours.lines.findLast((line) => line.startsWith("head ")) ?? ""),
  "octets after an upgrade that nobody listens for": ({ theirs, ours }) =>
    theirs.isCut && isBeginning(theirs.lines, ours.lines) && /^(?:head|end) /.test(theirs.lines.at(-1) ?? ""),
  "the end after a 101 that switches nothing": (both) =>
    isSame(both) && isIncomplete(both.theirs) && /^head \[1,\d,null,"",101,/.test(both.theirs.lines.at(-2) ?? ""),
  "chunked in HTTP/1.0: the connection is not kept": ({ theirs, ours }) => {
    const at = ours.lines.findIndex((line, i) => line !== theirs.lines[i]);
    const mended = ours.lines[at]?.replace(/,false,\[/, ",true,[");
    return /^head \[(?:1,0|0,9),.*"transfer-encoding"/i.test(mended ?? "") && mended === theirs.lines[at];
  },
  "a fault that ours alone refuses, or first": (both) => {
    const { ours, theirs } = both;
    return isBeginning(ours.lines, theirs.lines) && STRICTER[ours.error?.cause.code]?.(both) === true;
  },
  "a fault in a line or a head whose end has not come": (both) => {
    const { ours, theirs, text } = both;
    if (theirs.error === undefined || !isIncomplete(ours)) return false;
    const isInBody = ours.lines.at(-1)?.startsWith("head ") === true;
    if (theirs.error.code === "HPE_INVALID_METHOD" && !isInBody) return false;
    return isSame(both) && !/\n\r?\n/.test(text.slice(theirs.error.bytesParsed + 1));
  },
  "of several faults in a head one is its size": (both) => {
    const classes = [classOf(both.theirs), classOf(both.ours)];
    return classes.includes(431) && classes.includes(400) && isSame(both);
  },
  "white space behind a value, which Node counts": ({ theirs, ours, text }) =>
    classOf(theirs) === 431 && isBeginning(theirs.lines, ours.lines) && /[ \t]\r?\n/.test(text),
  "octets after a message that closes the connection": ({ ours, theirs }) => {
    if (ours.error !== undefined || isIncomplete(ours) || !isBeginning(ours.lines, theirs.lines)) return false;
    return /^head .*,false,\[/.test(ours.lines.findLast((line) => line.startsWith("head ")) ?? "");
  },
  "a faulty length of a message that has no body": ({ ours, theirs }) => {
    if (theirs.error?.code.includes("CONTENT_LENGTH") !== true || !isBeginning(theirs.lines, ours.lines)) return false;
    return /^head \[1,\d,null,"",(?:1\d\d|204|304),.*"content-length"/i.test(ours.lines[theirs.lines.length] ?? "");
  },
};

/** The code of a fault, or what else came at the end. @param {Seen} seen */
const wordOf = ({ error, finish }) => error?.cause?.code ?? error?.code ?? finish?.code ?? "no fault";

/** Whether they are the same without an excuse. @param {Seen} theirs @param {Seen} ours */
export function isAlike(theirs, ours) {
  const both = { theirs, ours, text: "" };
  const isSameEnd = classOf(theirs) === classOf(ours) && isIncomplete(theirs) === isIncomplete(ours);
  if (!isSame(both) || !isSameEnd || theirs.isCut) return false;
  return ours.error === undefined ? theirs.consumed === ours.consumed : theirs.error.code === ours.error.code;
}

/** Throws where they differ without an excuse. @param {Seen} theirs @param {Seen} ours @param {Uint8Array} octets */
export function judge(theirs, ours, octets) {
  const both = { theirs, ours, text: latin1(octets) };
  const isSameEnd = classOf(theirs) === classOf(ours) && isIncomplete(theirs) === isIncomplete(ours);
  if (isSame(both) && isSameEnd && (ours.error !== undefined || theirs.consumed === ours.consumed)) return;
  if (Object.values(EXCUSES).some((holds) => holds(both))) return;
  const lines = [theirs, ours].map((seen) => `\n  ${[...seen.lines, wordOf(seen), seen.consumed].join("\n  ")}`);
  throw new Error(`LAW Node's own parser: ${wordOf(theirs)}, ours: ${wordOf(ours)}${lines.join("\n  --")}`);
}
