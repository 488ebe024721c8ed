// @ts-check
// Node's own parser: llhttp in C, through the C++ binding that node:http uses.

import { findField, totalLength } from "./fields.mjs";

// Newer versions of Node warn when this module is loaded, but node:http offers no other way to reach its parser.
const silent = process.noDeprecation;
process.noDeprecation = true;
// @ts-expect-error it has no types
const { HTTPParser, methods } = await import("node:_http_common");
process.noDeprecation = silent;

/** @type {import("./index.mjs").Peer} */
export const node = {
  name: "Node's own parser",
  module: import.meta.url,
  about: "llhttp in C++; makes every string before it calls back, so it has no lazy way",
  open,
  get: (head, name) => findField(head.fields, name),
  total: (head) => totalLength(head.fields),
  strings: (head) => totalLength(head.fields),
  list: (head) => head.fields,
};

/** @type {import("./index.mjs").Peer["open"]} */
function open(kind, onMessage) {
  const parser = new HTTPParser();
  parser.initialize(kind === "request" ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, 65536, 0);
  /** @type {string[] | null} */
  let early = null;
  /** @type {any} */
  let head = null;
  let body = 0;

  // More than 32 fields arrive in several calls.
  parser[HTTPParser.kOnHeaders] = (/** @type {string[]} */ fields, /** @type {string} */ target) => {
    if (head !== null) return;
    if (early === null) early = [target];
    else early[0] += target;
    early.push(...fields);
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    /** @type {number} */ _major,
    /** @type {number} */ _minor,
    /** @type {string[]} */ fields,
    /** @type {number} */ method,
    /** @type {string} */ target,
    /** @type {number} */ status,
    /** @type {string} */ reason,
  ) => {
    if (early !== null) {
      target = early[0];
      fields = early.slice(1);
      early = null;
    }
    head = kind === "request" ? { method: methods[method], target, fields } : { status, reason, fields };
    return 0;
  };
  parser[HTTPParser.kOnBody] = (/** @type {Buffer} */ octets) => {
    body += octets.length;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    const octets = body;
    const complete = head;
    head = null;
    body = 0;
    onMessage(complete, octets);
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
