// @ts-check
// llhttp as WebAssembly with SIMD, driven as undici drives it: one callback for each piece of a message.

import { createRequire } from "node:module";
import { findField, totalLength } from "./fields.mjs";

const require = createRequire(import.meta.url);
const compiled = new WebAssembly.Module(require("undici/lib/llhttp/llhttp_simd-wasm.js"));
const { METHODS, TYPE } = require("undici/lib/llhttp/constants.js");
const METHOD_NAMES = Object.fromEntries(Object.entries(METHODS).map(([name, number]) => [number, name]));

/**
 * What is kept of a name or value until it is asked for.
 *
 * @typedef {"strings" | "views" | "offsets"} Keep
 */

/** @param {string} name @param {string} about @param {Keep} keep @returns {import("./index.mjs").Peer} */
function makePeer(name, about, keep) {
  const fieldsOf = keep === "strings" ? (/** @type {any} */ head) => head.fields : decode;
  return {
    name,
    about,
    module: import.meta.url,
    open: (kind, onMessage) => open(kind, onMessage, keep),
    get: (head, field) => (keep === "strings" ? findField(head.fields, field) : findKept(head, field)),
    total: (head) => totalLength(fieldsOf(head)),
    strings: (head) => totalLength(fieldsOf(head)),
    list: fieldsOf,
  };
}

export const llhttpStrings = makePeer(
  "undici's llhttp WASM",
  "one string for each name and value as it is called back",
  "strings",
);
export const llhttpViews = makePeer(
  "undici's llhttp WASM",
  "one Buffer view for each name and value, which is what undici keeps",
  "views",
);
export const llhttpOffsets = makePeer(
  "llhttp WASM, offsets",
  "keeps numbers alone, as nobody does; a head cut over reads is beyond it",
  "offsets",
);

/** @type {import("./index.mjs").Peer} */
export const llhttpTokens = {
  ...llhttpStrings,
  about: "the calls back are empty functions",
  open: () => openReader(TYPE.BOTH, Object.fromEntries(CALLBACKS.map((name) => [name, () => 0])), () => {}),
};

const CALLBACKS = /** @type {const} */ ([
  "wasm_on_message_begin",
  "wasm_on_url",
  "wasm_on_status",
  "wasm_on_header_field",
  "wasm_on_header_value",
  "wasm_on_headers_complete",
  "wasm_on_body",
  "wasm_on_message_complete",
]);

/**
 * Makes an instance with one buffer, as in undici (which has one for the whole process; here each reader is one
 * connection).
 *
 * @param {number} type
 * @param {Record<string, (parser: number, at: number, length: number) => number>} callbacks
 * @param {(read: Buffer, pointer: number) => void} onRead
 */
function openReader(type, callbacks, onRead) {
  /** @type {any} */
  const llhttp = new WebAssembly.Instance(compiled, { env: callbacks }).exports;
  const parser = llhttp.llhttp_alloc(type);
  let size = 0;
  let pointer = 0;
  let view = new Uint8Array();
  return {
    llhttp,
    parser,
    prepare() {},
    begin() {},
    feed(/** @type {Buffer} */ read) {
      if (read.length > size) {
        if (pointer !== 0) llhttp.free(pointer);
        size = Math.ceil(read.length / 4096) * 4096;
        pointer = llhttp.malloc(size);
      }
      if (view.buffer !== llhttp.memory.buffer || view.byteOffset !== pointer || view.length !== size) {
        view = new Uint8Array(llhttp.memory.buffer, pointer, size);
      }
      view.set(read);
      onRead(read, pointer);
      const result = llhttp.llhttp_execute(parser, pointer, read.length);
      if (result !== 0) throw new Error(`llhttp refused its input with ${result}`);
    },
  };
}

/**
 * @param {"request" | "response"} kind
 * @param {(head: any, body: number) => void} onMessage
 * @param {Keep} keep
 * @returns {import("./index.mjs").Reader}
 */
function open(kind, onMessage, keep) {
  const isRequest = kind === "request";
  /** @type {Buffer} */
  let read = Buffer.alloc(0);
  let pointer = 0;
  /** @type {any[]} */
  let fields = [];
  let line = "";
  let body = 0;
  /** @type {any} */
  let head = null;
  let lastWasName = false;

  const first = (/** @type {number} */ _parser, /** @type {number} */ at, /** @type {number} */ length) => {
    line += read.latin1Slice(at - pointer, at - pointer + length);
    return 0;
  };

  // A name or value split over two reads is called back twice.
  const strings = {
    add(/** @type {number} */ start, /** @type {number} */ length, /** @type {boolean} */ more) {
      const text = read.latin1Slice(start, start + length);
      if (more) fields[fields.length - 1] += text;
      else fields.push(text);
    },
  };
  const views = {
    add(/** @type {number} */ start, /** @type {number} */ length, /** @type {boolean} */ more) {
      const view = read.subarray(start, start + length);
      if (more) fields.push(Buffer.concat([fields.pop(), view]));
      else fields.push(view);
    },
  };
  const offsets = {
    add(/** @type {number} */ start, /** @type {number} */ length) {
      fields.push(start, length);
    },
  };
  const { add } = { strings, views, offsets }[keep];

  const reader = openReader(
    isRequest ? TYPE.REQUEST : TYPE.RESPONSE,
    {
      wasm_on_message_begin() {
        fields = [];
        line = "";
        body = 0;
        lastWasName = false;
        return 0;
      },
      wasm_on_url: first,
      wasm_on_status: first,
      wasm_on_header_field(_parser, at, length) {
        add(at - pointer, length, lastWasName);
        lastWasName = true;
        return 0;
      },
      wasm_on_header_value(_parser, at, length) {
        add(at - pointer, length, !lastWasName);
        lastWasName = false;
        return 0;
      },
      wasm_on_headers_complete(_parser, status) {
        head = isRequest
          ? { method: METHOD_NAMES[reader.llhttp.llhttp_get_method(reader.parser)], target: line, fields, read, keep }
          : { status, reason: line, fields, read, keep };
        return 0;
      },
      // Hands the data over as undici does: as a view of what was read.
      wasm_on_body(_parser, at, length) {
        body += keep === "offsets" ? length : read.subarray(at - pointer, at - pointer + length).length;
        return 0;
      },
      wasm_on_message_complete() {
        onMessage(head, body);
        return 0;
      },
    },
    (nextRead, nextPointer) => {
      read = nextRead;
      pointer = nextPointer;
    },
  );
  return reader;
}

/** @param {{ fields: any[], read: Buffer, keep: Keep }} head @returns {string[]} */
function decode({ fields, read, keep }) {
  if (keep === "views") return fields.map((view) => view.latin1Slice());
  const strings = [];
  for (let index = 0; index < fields.length; index += 2)
    strings.push(read.latin1Slice(fields[index], fields[index] + fields[index + 1]));
  return strings;
}

/**
 * Returns one value, making no strings of names of a different length.
 *
 * @param {{ fields: any[], read: Buffer, keep: Keep }} head
 * @param {string} name
 */
function findKept({ fields, read, keep }, name) {
  if (keep === "views") {
    for (let index = 0; index < fields.length; index += 2) {
      const view = fields[index];
      if (view.length === name.length && view.latin1Slice().toLowerCase() === name)
        return fields[index + 1].latin1Slice();
    }
    return null;
  }
  for (let index = 0; index < fields.length; index += 4) {
    const start = fields[index];
    if (fields[index + 1] === name.length && read.latin1Slice(start, start + name.length).toLowerCase() === name) {
      return read.latin1Slice(fields[index + 2], fields[index + 2] + fields[index + 3]);
    }
  }
  return null;
}
