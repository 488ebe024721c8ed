// @ts-check
// Checks, before anything is timed, that every peer reads every message as intended.

import { deepStrictEqual } from "node:assert/strict";

/** @typedef {import("./corpus.mjs").Workload} Workload */
/** @typedef {import("./messages.mjs").Message} Message */
/** @typedef {import("./peers/index.mjs").Peer} Peer */

/**
 * Throws an error that names the message if the peer reads one differently.
 *
 * @param {Peer} peer
 * @param {Workload} workload
 */
export function verify(peer, { name, kind, units }) {
  /** @type {unknown[]} */
  let seen = [];
  const reader = peer.open(kind, (head, body) => seen.push(describe(kind, head, peer.list(head), body)));
  reader.prepare(units.length);
  units.forEach((unit, index) => {
    seen = [];
    const where = `${name}, unit ${index}`;
    try {
      reader.begin();
      for (const read of unit.reads) reader.feed(read);
    } catch (error) {
      throw new Error(`${peer.name} fails at ${where}:\n${quote(unit)}`, { cause: error });
    }
    const meant = unit.messages.map((message) => describe(kind, message, message.fields.flat(), message.body.length));
    try {
      deepStrictEqual(seen, meant);
    } catch (error) {
      throw new Error(`${peer.name} reads ${where} differently:\n${quote(unit)}`, { cause: error });
    }
  });
}

/**
 * @param {"request" | "response"} kind
 * @param {any} head
 * @param {readonly string[]} fields
 * @param {number} body
 */
function describe(kind, head, fields, body) {
  const line = kind === "request" ? [head.method, head.target] : [head.status, head.reason];
  return { line, fields: fields.map((part, index) => (index % 2 === 0 ? part.toLowerCase() : part)), body };
}

/** @param {import("./corpus.mjs").Unit} unit */
function quote({ reads }) {
  return Buffer.concat(reads).toString("latin1").slice(0, 1000);
}
