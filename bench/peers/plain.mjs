// @ts-check
// What one would write by hand in an afternoon: correct on good input, checks names and values, does nothing clever.

import { findField, totalLength } from "./fields.mjs";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the octets a field value may not hold
const BAD_VALUE = /[\0-\x08\x0a-\x1f\x7f]/;

/** @type {import("./index.mjs").Peer} */
export const plain = {
  name: "plain JavaScript",
  module: import.meta.url,
  about: "our own floor: one string of the head, split with indexOf, names and values checked by regular expressions",
  open,
  get: (head, name) => findField(head.fields, name),
  total: (head) => totalLength(head.fields),
  strings: (head) => totalLength(head.fields),
  list: (head) => head.fields,
};

/** @param {string} text @param {"request" | "response"} kind */
function parseHead(text, kind) {
  let end = text.indexOf("\r\n");
  const first = text.indexOf(" ");
  const second = text.indexOf(" ", first + 1);
  const fields = [];
  let length = 0;
  let chunked = false;
  for (let start = end + 2; ; start = end + 2) {
    end = text.indexOf("\r\n", start);
    if (end === start) break;
    const colon = text.indexOf(":", start);
    const name = text.slice(start, colon);
    const value = text.slice(colon + 1, end).trim();
    if (!TOKEN.test(name) || BAD_VALUE.test(value)) throw new Error("bad field line");
    fields.push(name, value);
    if (name.length === 14 && name.toLowerCase() === "content-length") length = Number(value);
    else if (name.length === 17 && name.toLowerCase() === "transfer-encoding")
      chunked = value.toLowerCase() === "chunked";
  }
  const lineEnd = text.indexOf("\r\n");
  const head =
    kind === "request"
      ? { method: text.slice(0, first), target: text.slice(first + 1, second), fields }
      : { status: Number(text.slice(first + 1, second)), reason: text.slice(second + 1, lineEnd), fields };
  return { head, length, chunked };
}

/** @type {import("./index.mjs").Peer["open"]} */
function open(kind, onMessage) {
  /** @type {Buffer | null} */
  let rest = null;
  /** @type {any} */
  let head = null;
  let body = 0;
  let remaining = 0;
  let chunked = false;

  /** Ends the message. */
  function finish() {
    const complete = head;
    const octets = body;
    head = null;
    body = 0;
    chunked = false;
    onMessage(complete, octets);
  }

  /**
   * Takes one chunk-size line, and the end of the message if it is the last.
   *
   * @param {Buffer} octets
   * @param {number} position
   * @returns {number} where to go on, or -1 if more octets are needed
   */
  function chunkLine(octets, position) {
    // Skips the CRLF after the previous chunk's data.
    const start = body > 0 ? position + 2 : position;
    const end = octets.indexOf("\r\n", start, "latin1");
    if (end === -1) return -1;
    remaining = Number.parseInt(octets.latin1Slice(start, end), 16);
    if (remaining > 0) return end + 2;
    if (octets.length < end + 4) return -1;
    finish();
    return end + 4;
  }

  return {
    prepare() {},
    begin() {},
    feed(read) {
      const octets = rest === null ? read : Buffer.concat([rest, read]);
      rest = null;
      let position = 0;
      while (position < octets.length) {
        if (head === null) {
          const end = octets.indexOf("\r\n\r\n", position, "latin1");
          if (end === -1) break;
          const parsed = parseHead(octets.latin1Slice(position, end + 4), kind);
          position = end + 4;
          head = parsed.head;
          chunked = parsed.chunked;
          remaining = parsed.length;
          if (!chunked && remaining === 0) finish();
        } else if (remaining > 0) {
          const taken = Math.min(remaining, octets.length - position);
          body += octets.subarray(position, position + taken).length;
          remaining -= taken;
          position += taken;
          if (remaining === 0 && !chunked) finish();
        } else {
          const next = chunkLine(octets, position);
          if (next === -1) break;
          position = next;
        }
      }
      if (position < octets.length) rest = octets.subarray(position);
    },
  };
}
