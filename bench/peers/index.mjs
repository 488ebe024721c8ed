// @ts-check
// Which peers are measured in which mode. A parser with no lazier way does the same work in every mode; the table says
// so.

import { httpParserJs } from "./http-parser-js.mjs";
import { llhttpOffsets, llhttpStrings, llhttpTokens, llhttpViews } from "./llhttp-wasm.mjs";
import { milo, miloTokens } from "./milo.mjs";
import { node } from "./node.mjs";
import { plain } from "./plain.mjs";
import { sansio, sansioKept, sansioNew } from "./sansio.mjs";
import { sansioKernel } from "./sansio-kernel.mjs";

/**
 * A way to read messages. A head has `method` and `target`, or `status` and `reason`; how it keeps fields is up to the
 * peer.
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} about differs between two peers of the same name
 * @property {string} module where it is exported: each mode imports it afresh
 * @property {(kind: "request" | "response", onMessage: (head: any, body: number) => void) => Reader} open
 * @property {(head: any, name: string) => string | null} get a field's value by its lower-case name
 * @property {(head: any) => number} total the total length of all names and values, visited one by one
 * @property {(head: any) => number} strings the same, after making every name (as sent) and value a string
 * @property {(head: any) => string[]} list names and values
 */
/**
 * @typedef {object} Reader
 * @property {(units: number) => void} prepare called before each pass, untimed
 * @property {() => void} begin called before each unit, timed
 * @property {(read: Buffer) => void} feed
 */
/** @typedef {"tokenise" | "lazy" | "gets" | "iterate" | "strings"} Mode */

export { llhttpOffsets, sansioNew };

/** Returns the peer to compare with: Node's own parser, except that it cannot be made to find tokens alone. */
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
