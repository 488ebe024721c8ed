// @ts-check
// Modes "hpack" and "hpack-encode": header blocks to strings and back, per field. Ours against hpack.js, on nghttp2's
// encoding of browsers' and servers' fields (the shared stories, SANSIO_SHARED, default ../shared), or, if those are
// absent, on our own encoding of the corpus.

import { deepStrictEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import hpackJs from "hpack.js";
import { HpackDecoder, HpackEncoder } from "sansio/hpack";
import { requestCorpus } from "./corpus.mjs";
import { alternate } from "./measure.mjs";
import { nativeInflate } from "./nghttp2.mjs";

/** @typedef {import("./measure.mjs").Budget} Budget */
/** @typedef {[name: string, value: string]} Field */
/** @typedef {{ kind: "request" | "response", blocks: Uint8Array[], lists: Field[][] }} Story of one compression context */

export const REFERENCE = "hpack.js";
const BY_ITSELF = "sansio, by itself";
const TABLE_SIZE = 4096;
const LIMITS = { maxHeaderBytes: 65536, maxFields: 256 };

/** The id of the last story of requests; later ones are responses. */
const LAST_REQUEST = 20;

/** @returns {{ name: string, stories: Story[] }} */
export function hpackWork() {
  const path = resolve(import.meta.dirname, "..", process.env.SANSIO_SHARED ?? "../shared", "vectors/hpack.json");
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return { name: "blocks of ours", stories: [ownStory()] };
  }
  /** @type {{ names: string[], values: string[], stories: Record<string, number[][]>, wires: Record<string, Record<string, string[]>> }} */
  const { names, values, stories, wires } = JSON.parse(text);
  return {
    name: "nghttp2's stories",
    stories: Object.entries(wires.nghttp2).map(([id, blocks]) => ({
      kind: Number(id) <= LAST_REQUEST ? "request" : "response",
      blocks: blocks.map((block) => new Uint8Array(Buffer.from(block, "base64"))),
      lists: stories[id].map((numbers) =>
        Array.from({ length: numbers.length / 2 }, (_, i) => [names[numbers[2 * i]], values[numbers[2 * i + 1]]]),
      ),
    })),
  };
}

/** @returns {Story} */
function ownStory() {
  const encoder = new HpackEncoder();
  const lists = requestCorpus().units.map(({ messages: [{ method, target, fields }] }) => {
    const pseudo = /** @type {Field[]} */ ([
      [":method", method],
      [":scheme", "https"],
      [":path", target],
    ]);
    return [...pseudo, ...fields.map(([name, value]) => /** @type {Field} */ ([name.toLowerCase(), value]))];
  });
  return { kind: "request", blocks: lists.map((list) => encoder.encode(list)), lists };
}

setFlagsFromString("--expose-gc");
/** @type {(options: { type: "minor" }) => void} */
const gc = runInNewContext("gc");

/**
 * Called before each turn, so that each peer pays only for its own garbage. Eight passes of ours take 7 ms; after
 * hpack.js they took 6 ms more, for its garbage.
 */
const collect = () => gc({ type: "minor" });

/**
 * Counts what a pass saw, to check that all do the same work.
 *
 * @param {readonly (readonly [string, string, ...unknown[]])[]} fields
 */
function octetsIn(fields) {
  let octets = 0;
  for (let i = 0; i < fields.length; i++) octets += fields[i][0].length + fields[i][1].length;
  return octets;
}

/** @param {readonly Story[]} stories */
export function decoders(stories) {
  return [
    {
      name: "sansio",
      about: "HpackDecoder.decode(): every name and value a string",
      prepare() {},
      run: () =>
        eachBlock(
          stories,
          () => new HpackDecoder(),
          (decoder, block) => octetsIn(decoder.decode(block)),
        ),
      /** @param {readonly Uint8Array[]} blocks */
      read(blocks) {
        const decoder = new HpackDecoder();
        return blocks.map((block) => decoder.decode(block));
      },
    },
    {
      name: REFERENCE,
      about: "the decompressor: write(), execute(), read() until there is no more",
      prepare() {},
      run: () => eachBlock(stories, decompressor, octetsRead),
      /** @param {readonly Uint8Array[]} blocks */
      read(blocks) {
        const decoder = decompressor();
        return blocks.map((block) => readAll(decoder, block).map(({ name, value }) => [name, value]));
      },
    },
  ];
}

function decompressor() {
  return hpackJs.decompressor.create({ table: { maxSize: TABLE_SIZE } });
}

/** @param {any} decoder @param {Uint8Array} block @returns {{ name: string, value: string }[]} */
function readAll(decoder, block) {
  decoder.write(Buffer.from(block.buffer, block.byteOffset, block.length));
  decoder.execute();
  const fields = [];
  for (let field = decoder.read(); field !== null; field = decoder.read()) fields.push(field);
  return fields;
}

/** Returns the same sum as octetsIn(). @param {any} decoder @param {Uint8Array} block */
function octetsRead(decoder, block) {
  decoder.write(Buffer.from(block.buffer, block.byteOffset, block.length));
  decoder.execute();
  let octets = 0;
  for (let field = decoder.read(); field !== null; field = decoder.read()) {
    octets += field.name.length + field.value.length;
  }
  return octets;
}

/**
 * @template T
 * @param {readonly Story[]} stories
 * @param {() => T} open
 * @param {(decoder: T, block: Uint8Array) => number} take
 */
function eachBlock(stories, open, take) {
  let octets = 0;
  for (const { blocks } of stories) {
    const decoder = open();
    for (const block of blocks) octets += take(decoder, block);
  }
  return octets;
}

/**
 * Reads messages as the connection does: separates pseudo-fields, checks every rule of RFC 9113.
 *
 * @param {readonly Story[]} stories
 */
export function messageReader(stories) {
  return {
    name: "sansio, as messages",
    about: "the same, pseudo-fields told apart, all of RFC 9113 8.2 and 8.3 checked",
    prepare() {},
    run() {
      let octets = 0;
      for (const { blocks, kind } of stories) {
        const decoder = new HpackDecoder();
        for (const block of blocks) octets += decoder.decodeMessage(block, kind, LIMITS).headers.length;
      }
      return octets;
    },
  };
}

/** @param {readonly Story[]} stories */
export function encoders(stories) {
  const objects = stories.map(({ lists }) => lists.map((list) => list.map(([name, value]) => ({ name, value }))));
  return [
    {
      name: "sansio",
      about: "HpackEncoder.encode()",
      prepare() {},
      run() {
        let blocks = 0;
        for (const { lists } of stories) {
          const encoder = new HpackEncoder();
          for (const list of lists) blocks += encoder.encode(list).length > 0 ? 1 : 0;
        }
        return blocks;
      },
    },
    {
      name: REFERENCE,
      about: "the compressor: write(), read()",
      prepare() {},
      run() {
        let blocks = 0;
        for (const story of objects) {
          const encoder = hpackJs.compressor.create({ table: { maxSize: TABLE_SIZE } });
          for (const list of story) {
            encoder.write(list);
            blocks += encoder.read().length > 0 ? 1 : 0;
          }
        }
        return blocks;
      },
    },
  ];
}

/** Checks that both decode every block to the intended fields. @param {readonly Story[]} stories */
export function verifyHpack(stories) {
  for (const { read } of decoders(stories)) {
    for (const { blocks, lists } of stories) deepStrictEqual(read(blocks), lists);
  }
}

/** @param {readonly Story[]} stories */
export function fieldCount(stories) {
  return stories.reduce((sum, { lists }) => sum + lists.reduce((fields, list) => fields + list.length, 0), 0);
}

/** @param {Budget} budget @returns {Promise<import("./report.mjs").Measurement>} */
export async function measureHpack(budget) {
  const { name, stories } = hpackWork();
  verifyHpack(stories);
  const options = { ...sparing(budget), count: fieldCount(stories), reference: REFERENCE, what: name };
  const results = await alternate(decoders(stories), options);
  const apart = (/** @type {string} */ what) => ({ ...options, reference: "", what: `${name} ${what}` });
  const series = await alternate([messageReader(stories)], apart("as messages"));
  series.push(...(await alternate([byItself(stories)], apart("by itself"))));
  results.push(...series.map((own) => against(own, results, "sansio")));
  results.push(against(nativeOf(stories), results, BY_ITSELF));
  return { workload: name, mode: "hpack", per: "field", reference: REFERENCE, results };
}

/**
 * Ours measured alone, to compare with nghttp2, which has its own process: with hpack.js's garbage in the caches it
 * takes 15 ns more.
 *
 * @param {readonly Story[]} stories
 */
function byItself(stories) {
  return { ...decoders(stories)[0], name: BY_ITSELF, about: "the first, when no other takes turns with it" };
}

/**
 * nghttp2 in its own process, making no strings: the time that ours should come close to.
 *
 * @param {readonly Story[]} stories
 */
function nativeOf(stories) {
  const seen = { fields: fieldCount(stories), octets: stories.reduce((sum, { lists }) => sum + octetsInAll(lists), 0) };
  const { isStudied, ...times } = nativeInflate(stories, seen);
  const about = isStudied ? "as it was studied: no compiler or no library is here" : "nghttp2_hd_inflate_hd2(), C";
  return { peer: isStudied ? "nghttp2, studied" : "nghttp2, native", about, ...times, ratio: 0, toFirst: 0 };
}

/** @param {readonly Field[][]} lists */
function octetsInAll(lists) {
  return lists.reduce((sum, list) => sum + octetsIn(list), 0);
}

/**
 * Adds the ratios of a peer measured after the others: they are ratios of medians.
 *
 * @param {import("./measure.mjs").Result} own
 * @param {import("./measure.mjs").Result[]} all
 * @param {string} first
 */
function against(own, all, first) {
  const median = (/** @type {string} */ name) => all.find(({ peer }) => peer === name)?.median ?? Number.NaN;
  return { ...own, ratio: median(REFERENCE) / own.median, toFirst: own.median / median(first) };
}

/** @param {Budget} budget @returns {Promise<import("./report.mjs").Measurement>} */
export async function measureHpackEncoding(budget) {
  const { name, stories } = hpackWork();
  const options = { ...sparing(budget), count: fieldCount(stories), reference: REFERENCE, what: `${name}, encoded` };
  const results = await alternate(encoders(stories), options);
  return { workload: name, mode: "hpack-encode", per: "field", reference: REFERENCE, results };
}

/**
 * Reduces the budget: a pass has as many fields as ten passes of the other modes have messages.
 *
 * @param {Budget} budget
 */
function sparing({ warmUp, batches, ...rest }) {
  return { warmUp: Math.ceil(warmUp / 8), batches: Math.ceil(batches / 2), passes: 8, begin: collect, ...rest };
}
