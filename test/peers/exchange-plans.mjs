// @ts-check
// What a random exchange consists of. The server reads its part from the field x-plan; both ends know what must arrive.
import { createHash } from "node:crypto";
import { Random } from "../oracle/http2/random.mjs";

/**
 * @typedef {object} Plan
 * @property {number} id
 * @property {string} method
 * @property {number} up octets of the request's body; 0: none
 * @property {boolean} upLength is it announced?
 * @property {boolean} upTrailers
 * @property {boolean} expects 100-continue
 * @property {number} status
 * @property {number} down
 * @property {boolean} downLength
 * @property {boolean} downTrailers
 * @property {number} informs how many 103 stand before the response
 * @property {"after" | "early" | "refuse"} when the response begins: after the body, before it, or instead of reading it
 * @property {boolean} slowClient reads with pauses
 * @property {boolean} slowServer
 * @property {"client" | "server" | null} aborts who gives up in the middle of the response
 */

const SIZES = [0, 1, 100, 16_384, 65_535, 65_536, 100_000, 700_000];

/** @param {Random} random @param {number} id @returns {Plan} */
export function planned(random, id) {
  const method = random.pick(["GET", "GET", "POST", "PUT", "HEAD", "DELETE"]);
  const up = method === "POST" || method === "PUT" ? random.pick(SIZES) : 0;
  const upLength = random.chance(0.5);
  const status = random.weighted([
    [10, 200],
    [1, 204],
    [1, 304],
    [1, 404],
    [1, 500],
  ]);
  const bodiless = method === "HEAD" || status === 204 || status === 304;
  const down = bodiless ? 0 : random.pick(SIZES);
  const downLength = random.chance(0.5);
  const when = up === 0 ? "after" : random.pick(["after", "after", "early", "refuse"]);
  return {
    id,
    method,
    up,
    upLength,
    upTrailers: up > 0 && !upLength && random.chance(0.3),
    expects: up > 0 && random.chance(0.2),
    status,
    down,
    downLength,
    downTrailers: down > 0 && !downLength && random.chance(0.3),
    informs: random.chance(0.15) ? random.between(1, 3) : 0,
    when,
    slowClient: random.chance(0.15),
    slowServer: random.chance(0.15),
    // With Content-Length all may have been sent when the server gives up: then only the next exchange would notice.
    aborts: down > 1000 && random.chance(0.08) ? random.pick(downLength ? ["client"] : ["client", "server"]) : null,
  };
}

/** The body of so many octets, in pieces: the same for the same plan. @param {Plan} plan @param {number} octets */
export function* pieces({ id }, octets) {
  const random = new Random(id * 2 + 1);
  for (let at = 0; at < octets; ) {
    const length = Math.min(octets - at, random.pick([1, 10, 1000, 16_384, 16_385, 65_536, 200_000]));
    const piece = Buffer.alloc(length);
    for (let i = 0; i < length; i += 997) piece[i] = (at + i + id) & 0xff;
    at += length;
    yield piece;
  }
}

/** @param {Plan} plan @param {number} octets */
export function digestOf(plan, octets) {
  const hash = createHash("sha1");
  for (const piece of pieces(plan, octets)) hash.update(piece);
  return hash.digest("hex").slice(0, 12);
}

/** Reads all of a body, with pauses where it is to be slow. @param {AsyncIterable<Uint8Array>} body @param {boolean} slow */
export async function read(body, slow) {
  const hash = createHash("sha1");
  let octets = 0;
  let pauses = 0;
  for await (const piece of body) {
    hash.update(piece);
    octets += piece.length;
    if (slow && pauses++ < 5) await pause(5);
  }
  return { octets, digest: hash.digest("hex").slice(0, 12) };
}

/** @param {number} milliseconds */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export const TRAILERS = /** @type {[string, string][]} */ ([["x-sum", "1"]]);

/** @param {Plan} plan @returns {[string, string][]} */
export function requestFields(plan) {
  /** @type {[string, string][]} */
  const fields = [["x-plan", JSON.stringify(plan)]];
  if (plan.up > 0 && plan.upLength) fields.push(["content-length", String(plan.up)]);
  if (plan.expects) fields.push(["expect", "100-continue"]);
  return fields;
}

/** @param {Plan} plan @returns {[string, string][]} */
export function responseFields(plan) {
  const bodiless = plan.status === 204 || plan.status === 304;
  const fields = /** @type {[string, string][]} */ ([["x-id", String(plan.id)]]);
  if (plan.downLength && !bodiless) fields.push(["content-length", String(plan.method === "HEAD" ? 5 : plan.down)]);
  return fields;
}
