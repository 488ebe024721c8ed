// @ts-check
// The inputs to measure: two corpora of many different messages (for the headline figures), and the named workloads.

import {
  apiRequest,
  apiResponse,
  assetGet,
  browserGet,
  cachedResponse,
  chunkedResponse,
  emptyResponse,
  encode,
  manySmallFields,
  pageResponse,
  tinyGet,
  upload,
} from "./messages.mjs";
import { makeRandom } from "./random.mjs";

/** @typedef {import("./messages.mjs").Message} Message */
/** @typedef {import("./random.mjs").Random} Random */
/**
 * A unit is what arrives at one time: some reads that contain one or more whole messages.
 *
 * @typedef {object} Unit
 * @property {Buffer[]} reads
 * @property {Message[]} messages the contents of the reads
 */
/**
 * @typedef {object} Workload
 * @property {string} name
 * @property {"request" | "response"} kind
 * @property {Unit[]} units
 * @property {number} messages
 * @property {number} octets
 * @property {"message" | "chunk" | "read"} per the unit that times are given per
 * @property {number} count how many of those units are in one pass
 */

export const CORPUS_SIZE = 512;

/** Weights that give about 545 octets and 10 fields per request, as browsers and API clients send today. */
const REQUESTS = /** @type {const} */ ([
  [browserGet, 24],
  [assetGet, 30],
  [apiRequest, 28],
  [manySmallFields, 6],
  [tinyGet, 12],
]);

const RESPONSES = /** @type {const} */ ([
  [pageResponse, 25],
  [apiResponse, 30],
  [cachedResponse, 25],
  [emptyResponse, 12],
  [chunkedResponse, 8],
]);

/**
 * @param {readonly (readonly [make: (random: Random) => Message, weight: number])[]} makers
 * @param {number} seed
 * @param {number} size
 */
function mixture(makers, seed, size) {
  const random = makeRandom(seed);
  const drawn = makers.flatMap(([make, weight]) => Array.from({ length: weight }, () => make));
  return Array.from({ length: size }, () => random.pick(drawn)(random));
}

/** @param {number} [seed] @param {number} [size] */
export function requestCorpus(seed = 1, size = CORPUS_SIZE) {
  return workload("corpus of requests", "request", mixture(REQUESTS, seed, size));
}

/** @param {number} [seed] @param {number} [size] */
export function responseCorpus(seed = 2, size = CORPUS_SIZE) {
  return workload("corpus of responses", "response", mixture(RESPONSES, seed, size));
}

/**
 * Returns the named workloads. Each also has many different messages: one repeated input would train the branch
 * predictor.
 *
 * @returns {Workload[]}
 */
export function namedWorkloads() {
  return [
    workload("tiny GET", "request", many(tinyGet, 512, 11)),
    workload("browser GET", "request", many(browserGet, 512, 12)),
    workload("API request", "request", many(apiRequest, 512, 13)),
    workload("many small fields", "request", many(manySmallFields, 512, 14)),
    workload("page responses", "response", many(pageResponse, 512, 15)),
    workload("API responses", "response", many(apiResponse, 512, 16)),
    workload("CDN responses", "response", many(cachedResponse, 512, 17)),
    workload(
      "chunks of 64 B",
      "request",
      many((random) => upload(random, 64 * 64, 64), 64, 20),
      { per: "chunk", count: 64 * 64 },
    ),
    workload(
      "chunks of 16 KiB",
      "request",
      many((random) => upload(random, 2 ** 18, 2 ** 14), 16, 21),
      {
        per: "chunk",
        count: 16 * 16,
        cut: (octets) => slices(octets, 65536),
      },
    ),
    workload(
      "1 MiB body, 64 KiB reads",
      "request",
      many((random) => upload(random, 2 ** 20), 8, 22),
      {
        per: "read",
        count: 8 * 17,
        cut: (octets) => slices(octets, 65536),
      },
    ),
    pipelines(),
    workload("heads cut in two", "request", many(browserGet, 512, 18), {
      cut: (octets) => [octets.subarray(0, octets.length >> 1), octets.subarray(octets.length >> 1)],
    }),
    workload("heads byte by byte", "request", many(assetGet, 16, 19), { cut: (octets) => slices(octets, 1) }),
  ];
}

/** 16 requests in one read. */
function pipelines() {
  const messages = mixture(REQUESTS, 3, 512);
  const units = Array.from({ length: 32 }, (_, index) => {
    const group = messages.slice(index * 16, index * 16 + 16);
    return { reads: [Buffer.concat(group.map(encode))], messages: group };
  });
  return summary("pipelines of 16", "request", units, "message", messages.length);
}

/** @param {(random: Random) => Message} make @param {number} count @param {number} seed */
function many(make, count, seed) {
  const random = makeRandom(seed);
  return Array.from({ length: count }, () => make(random));
}

/** @param {Buffer} octets @param {number} size */
function slices(octets, size) {
  const parts = [];
  for (let start = 0; start < octets.length; start += size) parts.push(octets.subarray(start, start + size));
  return parts;
}

/**
 * @param {string} name
 * @param {Workload["kind"]} kind
 * @param {Message[]} messages
 * @param {{ cut?: (octets: Buffer) => Buffer[], per?: Workload["per"], count?: number }} [shape]
 * @returns {Workload}
 */
function workload(name, kind, messages, { cut = (octets) => [octets], per = "message", count = messages.length } = {}) {
  const units = messages.map((message) => ({ reads: cut(encode(message)), messages: [message] }));
  return summary(name, kind, units, per, count);
}

/**
 * @param {string} name
 * @param {Workload["kind"]} kind
 * @param {Unit[]} units
 * @param {Workload["per"]} per
 * @param {number} count
 * @returns {Workload}
 */
function summary(name, kind, units, per, count) {
  const messages = units.reduce((sum, unit) => sum + unit.messages.length, 0);
  const octets = units.reduce((sum, unit) => sum + unit.reads.reduce((length, read) => length + read.length, 0), 0);
  return { name, kind, units, messages, octets, per, count };
}
