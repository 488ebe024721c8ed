// @ts-check
// http-parser-js, the pure JavaScript parser that most of the registry depends on, and our replacement for it.

import * as theirs from "http-parser-js";
import * as ours from "sansio/http-parser-js";
import { findField, totalLength } from "./fields.mjs";

/** @type {Pick<import("./index.mjs").Peer, "get" | "total" | "strings" | "list">} */
const fields = {
  get: (head, name) => findField(head.fields, name),
  total: (head) => totalLength(head.fields),
  strings: (head) => totalLength(head.fields),
  list: (head) => head.fields,
};

/** @type {import("./index.mjs").Peer} */
export const httpParserJs = {
  name: "http-parser-js",
  module: import.meta.url,
  about: "JavaScript alone; makes every string as it goes, so it has no lazy way",
  open: (kind, onMessage) => open(theirs, kind, onMessage),
  ...fields,
};

/** @type {import("./index.mjs").Peer} */
export const sansioInItsPlace = {
  name: "sansio/http-parser-js",
  module: import.meta.url,
  about: "ours, through the same callbacks",
  open: (kind, onMessage) => open(ours, kind, onMessage),
  ...fields,
};

/**
 * @param {any} implementation
 * @param {"request" | "response"} kind
 * @param {(head: any, body: number) => void} onMessage
 * @returns {import("./index.mjs").Reader}
 */
function open({ HTTPParser, methods }, kind, onMessage) {
  const parser = new HTTPParser(kind === "request" ? HTTPParser.REQUEST : HTTPParser.RESPONSE);
  /** @type {any} */
  let head = null;
  let body = 0;

  /** @type {any} */ (parser)[HTTPParser.kOnHeadersComplete] = (/** @type {any} */ info) => {
    head =
      kind === "request"
        ? { method: methods[info.method], target: info.url, fields: info.headers }
        : { status: info.statusCode, reason: info.statusMessage, fields: info.headers };
    // It leaves it to the caller to know that a 304 has no body.
    return info.statusCode === 304;
  };
  parser[HTTPParser.kOnBody] = (
    /** @type {unknown} */ _octets,
    /** @type {number} */ _start,
    /** @type {number} */ length,
  ) => {
    body += length;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    const octets = body;
    body = 0;
    onMessage(head, octets);
  };

  return {
    prepare() {},
    begin() {},
    feed(read) {
      const consumed = parser.execute(read);
      if (consumed !== read.length) throw consumed;
    },
  };
}
