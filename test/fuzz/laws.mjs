// @ts-check
// The laws that hold for every input of every target.
import { deepStrictEqual } from "node:assert";

/** How octets are cut before they are fed. @typedef {(octets: Uint8Array) => Uint8Array[]} Cut */
/**
 * How an input is run: text that says all that was seen. It throws when a law of its own is broken.
 * @typedef {(world: any, input: Uint8Array, cut: Cut) => string[] | Promise<string[]>} Play
 */
/**
 * @typedef {object} Target
 * @property {string[]} seeds
 * @property {string[]} pieces what is put in
 * @property {((input: Buffer) => Buffer[])[]} grammar how an input is cut into parts
 * @property {Play} play
 * @property {Record<string, Cut>} cuts what must change nothing
 * @property {number} [patience] milliseconds that an input of LONGEST octets may take
 */

/** @type {Cut} */
const whole = (octets) => [octets];
/** @type {Cut} */
export const halves = (octets) => [octets.subarray(0, octets.length >> 1), octets.subarray(octets.length >> 1)];
/** Octet by octet, or in up to 256 pieces: what a longer input is cut into the other cuts tell. @type {Cut} */
export function single(octets) {
  const length = Math.ceil(octets.length / 256);
  return Array.from({ length: Math.ceil(octets.length / length) || 0 }, (_, i) =>
    octets.subarray(i * length, (i + 1) * length),
  );
}
/** At places that the octets tell. @type {Cut} */
export function odd(octets) {
  const pieces = [];
  for (let at = 0; at < octets.length; ) {
    const end = at + 1 + ((octets[at] ?? 0) % 23);
    pieces.push(octets.subarray(at, end));
    at = end;
  }
  return pieces;
}
export const CUTS = { "two pieces": halves, "octet by octet": single, "at odd places": odd };

/** Milliseconds for one input of at most 1,000 octets, all cuts together; a tenth of it is usual. */
const PATIENCE = 200;

/**
 * Only our errors come out (in the plays), both kernels say the same, no split changes it, and it takes time in proportion.
 * @param {Target} target @param {Buffer} buffer @param {{ wasm: any, script: any }} worlds
 */
export async function check(target, buffer, worlds) {
  const { patience = PATIENCE } = target;
  const begun = performance.now();
  await playAll(target, buffer, worlds);
  if (performance.now() - begun <= patience) return;
  // The machine may have been busy: what is slow takes the processor's time each time.
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    await playAll(target, buffer, worlds);
    const { user, system } = process.cpuUsage(before);
    if (user + system <= patience * 1000) return;
  }
  throw new Error(`slow: an input takes more than ${patience} ms`);
}

/** @param {Target} target @param {Buffer} buffer @param {{ wasm: any, script: any }} worlds */
async function playAll({ play, cuts }, buffer, { wasm, script }) {
  // Plain Uint8Arrays: views of a fed Buffer would be Buffers, which JSON writes otherwise.
  const fresh = () => new Uint8Array(buffer);
  const seen = await play(script, fresh(), whole);
  deepStrictEqual(await play(wasm, fresh(), whole), seen, "WebAssembly and JavaScript differ");
  for (const [name, cut] of Object.entries(cuts))
    deepStrictEqual(await play(script, fresh(), cut), seen, `${name} differs`);
}

// --- what the plays share -------------------------------------------------------------------------------------------

/** Data says its octets; the pieces of adjacent data are joined by `joined`. @param {any} event */
export function told(event) {
  if (event.type === "data") return `data ${event.streamId ?? ""} ${latin1(event.data)}`;
  return JSON.stringify(event);
}

/** @param {string[]} lines */
export function joined(lines) {
  /** @type {string[]} */
  const out = [];
  for (const line of lines) {
    const last = out.at(-1);
    const begin = /^data \d* /.exec(line)?.[0];
    if (begin !== undefined && last?.startsWith(begin)) out[out.length - 1] = last + line.slice(begin.length);
    else out.push(line);
  }
  return out;
}

/**
 * Only RemoteProtocolError may come, it comes again at the next pull, and nothing that it tells of lies behind what was fed.
 * @param {any} world @param {any} connection @param {string[]} lines @param {number} [fed]
 */
export function pull(world, connection, lines, fed = Number.POSITIVE_INFINITY) {
  try {
    for (const event of connection.events()) {
      if (event.offset > fed) throw new Error(`an event at ${event.offset} of ${fed} octets`);
      lines.push(told(event));
    }
    return true;
  } catch (error) {
    if (!(error instanceof world.RemoteProtocolError)) throw error;
    const { code, offset, statusHint } = /** @type {any} */ (error);
    if (offset > fed) throw new Error(`an error at ${offset} of ${fed} octets`);
    const line = `error ${code} ${offset} ${statusHint}`;
    if (lines.at(-1) !== line) lines.push(line);
    try {
      connection.nextEvent();
    } catch (again) {
      if (again === error) return false;
    }
    throw new Error("an event after an error");
  }
}

/** A refusal must be a LocalProtocolError. @param {any} world @param {() => unknown} action @param {() => unknown} state which a refusal leaves as it was */
export function says(world, action, state) {
  const before = state();
  try {
    action();
    return true;
  } catch (error) {
    if (!(error instanceof world.LocalProtocolError)) throw error;
    deepStrictEqual(state(), before, `a refusal (${/** @type {any} */ (error).code}) changed something`);
    return false;
  }
}

/** @param {Uint8Array} octets */
export const latin1 = (octets) => Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1");
/** @param {string} text */
export const octetsOf = (text) => new Uint8Array(Buffer.from(text, "latin1"));

// --- programs: records that end in RS, their parts divided by US ----------------------------------------------------------

/** @param {string[][]} records */
export const program = (...records) => records.map((record) => `${record.join("\x1f")}\x1e`).join("");

/** @param {string} text */
export const splitRecords = (text) =>
  text
    .split("\x1e")
    .slice(0, -1)
    .map((record) => `${record}\x1e`);

/** @param {Uint8Array} input */
export const recordsOf = (input) =>
  latin1(input)
    .split("\x1e")
    .map((record) => record.split("\x1f"));

/** @param {string[]} parts @returns {[string, string][]} */
export function pairsOf(parts) {
  /** @type {[string, string][]} */
  const pairs = [];
  for (let i = 0; i < parts.length; i += 2) pairs.push([parts[i] ?? "", parts[i + 1] ?? ""]);
  return pairs;
}
