// @ts-check
// What the corpus is made of.

/** @typedef {{ group: string, name: string, text: string, whole: number, methods?: readonly string[] }} Case */
/** @typedef {[name: string, text: string, whole: number]} Row */

export const LAST = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
export const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

/** @param {string} lines each with its line end @param {string} [body] */
export const post = (lines, body = "") => `POST /a HTTP/1.1\r\nHost: a\r\n${lines}\r\n${body}${LAST}`;
/** @param {string} lines */
export const get = (lines) => `GET /a HTTP/1.1\r\nHost: a\r\n${lines}\r\n${LAST}`;
/** @param {string} first */
export const line = (first) => `${first}\r\nHost: a\r\n\r\n${LAST}`;
export const TE = "Transfer-Encoding: chunked\r\n";
/** @param {string} text */
export const chunked = (text) => post(TE, text);
/** @param {string} text */
export const length = (text) => `Content-Length: ${text.length}\r\n`;
export const END = "0\r\n\r\n";
/** A body that is one message by Content-Length and another by chunked. */
export const CL_TE = `${END}${HIDDEN}`;
/** The chunks of which hide a request when Content-Length counts. */
export const TE_CL = `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n${END}`;
