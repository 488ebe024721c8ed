// @ts-check
// milo: a parser in Rust, compiled to WebAssembly.

import { createRequire } from "node:module";
import { findField, totalLength } from "./fields.mjs";

const require = createRequire(import.meta.url);
const { milo: parsers } = require("@perseveranza-pets/milo");

const CAPACITY = 2 ** 21;

/** @type {import("./index.mjs").Peer} */
export const milo = {
  name: "milo",
  module: import.meta.url,
  about: "version 0.2.1, the last on the registry; one string for each name and value as it is called back",
  open,
  get: (head, name) => findField(head.fields, name),
  total: (head) => totalLength(head.fields),
  strings: (head) => totalLength(head.fields),
  list: (head) => head.fields,
};

/** @type {import("./index.mjs").Peer} */
export const miloTokens = { ...milo, about: "no call back is set", open: (kind) => openReader(kind).reader };

/** @param {"request" | "response"} kind */
function openReader(kind) {
  const pointer = parsers.alloc(CAPACITY);
  const parser = parsers.create();
  parsers.setMode(parser, kind === "request" ? parsers.MESSAGE_TYPE_REQUEST : parsers.MESSAGE_TYPE_RESPONSE);
  let view = new Uint8Array();
  /** @type {{ read: Buffer, rest: Buffer }} */
  const state = { read: Buffer.alloc(0), rest: Buffer.alloc(0) };
  // It leaves it to the caller to know that a 204 and a 304 have no body.
  parsers.setOnStatus(parser, (/** @type {number} */ _parser, /** @type {number} */ at) => {
    const status = state.read.latin1Slice(at, at + 3);
    parsers.setSkipBody(parser, status === "204" || status === "304");
  });
  const reader = {
    prepare() {},
    begin() {},
    feed(/** @type {Buffer} */ read) {
      // Octets that it did not consume must be passed again.
      const octets = state.rest.length === 0 ? read : Buffer.concat([state.rest, read]);
      state.read = octets;
      if (view.buffer !== parsers.memory.buffer) view = new Uint8Array(parsers.memory.buffer, pointer, CAPACITY);
      view.set(octets);
      const consumed = parsers.parse(parser, pointer, octets.length);
      if (parsers.getErrorCode(parser) !== 0)
        throw new Error(`milo refused its input with ${parsers.getErrorCode(parser)}`);
      state.rest = octets.subarray(consumed);
    },
  };
  return { parser, state, reader };
}

/** @type {import("./index.mjs").Peer["open"]} */
function open(kind, onMessage) {
  const { parser, state, reader } = openReader(kind);
  /** @type {string[]} */
  let fields = [];
  let first = "";
  let second = "";
  let body = 0;

  /** @typedef {(parser: number, at: number, length: number) => void} Callback */
  /** @type {Callback} */
  const onFirst = (_parser, at, length) => {
    first = state.read.latin1Slice(at, at + length);
  };
  /** @type {Callback} */
  const onSecond = (_parser, at, length) => {
    second = state.read.latin1Slice(at, at + length);
  };
  /** @type {Callback} */
  const onPart = (_parser, at, length) => {
    fields.push(state.read.latin1Slice(at, at + length));
  };
  parsers.setOnMessageStart(parser, () => {
    fields = [];
    body = 0;
  });
  if (kind === "request") {
    parsers.setOnMethod(parser, onFirst);
    parsers.setOnUrl(parser, onSecond);
  } else {
    parsers.setOnReason(parser, onSecond);
  }
  parsers.setOnHeaderName(parser, onPart);
  parsers.setOnHeaderValue(parser, onPart);
  parsers.setOnData(parser, (/** @type {number} */ _parser, /** @type {number} */ at, /** @type {number} */ length) => {
    body += state.read.subarray(at, at + length).length;
  });
  parsers.setOnMessageComplete(parser, () => {
    onMessage(
      kind === "request"
        ? { method: first, target: second, fields }
        : { status: parsers.getStatus(parser), reason: second, fields },
      body,
    );
  });
  return reader;
}
