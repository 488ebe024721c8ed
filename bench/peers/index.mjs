// @ts-check
// Who is measured in which mode. A parser that has no lazier way does the same work in every mode; the table says so.

import { httpParserJs } from "./http-parser-js.mjs";
import { llhttpOffsets, llhttpStrings, llhttpTokens, llhttpViews } from "./llhttp-wasm.mjs";
import { milo, miloTokens } from "./milo.mjs";
import { node } from "./node.mjs";
import { plain } from "./plain.mjs";
import { sansio, sansioKept, sansioNew } from "./sansio.mjs";
import { sansioKernel } from "./sansio-kernel.mjs";

/**
 * One way to read messages. A head has `method` and `target`, or `status` and `reason`; how it keeps fields is its own affair.
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} about of two with one name, another
 * @property {string} module where it is exported: each mode imports it anew
 * @property {(kind: "request" | "response", onMessage: (head: any, body: number) => void) => Reader} open
 * @property {(head: any, name: string) => string | null} get a field's value by its lower-case name
 * @property {(head: any) => number} total the length of all names and values, visited one by one
 * @property {(head: any) => number} strings the same, after every name (as sent) and value was made a string
 * @property {(head: any) => string[]} list names and values
 */
/**
 * @typedef {object} Reader
 * @property {(units: number) => void} prepare outside the time, before each pass
 * @property {() => void} begin within the time, before each unit
 * @property {(read: Buffer) => void} feed
 */
/** @typedef {"tokenise" | "lazy" | "gets" | "iterate" | "strings"} Mode */

export { llhttpOffsets, sansioNew };

/** With whom the others are compared: Node's own parser, which cannot be made to find tokens alone. */
export function referenceOf(/** @type {Mode} */ mode) {
  return mode === "tokenise" ? llhttpTokens : node;
}

/** @type {Record<Mode, Peer[]>} */
export const PEERS = {
  tokenise: [sansioKernel, llhttpTokens, miloTokens],
  lazy: [sansio, sansioNew, sansioKept, node, llhttpViews, llhttpOffsets, milo, httpParserJs, plain],
  gets: [sansio, sansioNew, sansioKept, node, llhttpViews, llhttpOffsets, milo, httpParserJs, plain],
  iterate: [sansio, sansioNew, sansioKept, node, llhttpStrings, milo, httpParserJs, plain],
  strings: [sansio, sansioNew, sansioKept, node, llhttpStrings, milo, httpParserJs, plain],
};
