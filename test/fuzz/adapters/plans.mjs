// @ts-check
// What is asked, how it is handled, how it is answered and how the answer is read: one record of a program.
import { isFaulty, sourceOf } from "./bodies.mjs";

const METHODS = /** @type {Record<string, string>} */ ({ P: "POST", H: "HEAD", T: "PUT", O: "OPTIONS", C: "CONNECT" });
const STATUSES = /** @type {Record<string, number>} */ ({ 4: 204, 5: 205, 3: 304, 6: 600 });
/** Statuses whose responses have no content (RFC 9110 15.3.5, 15.3.6, 15.4.5). */
const BODILESS = [204, 205, 304];

/** @param {string} text @param {string} letters */
const hasAny = (text, letters) => Array.from(letters).some((letter) => text.includes(letter));

/** @param {string} text @returns {import("./bodies.mjs").Manner} */
const mannerOf = (text) => /** @type {any} */ (/[rpcn]/.exec(text)?.[0] ?? "r");

export class Plan {
  /**
   * - flags of the request: t trailers, e Expect, s a signal, L and S a Content-Length too long and too short, x Connection:
   *   close, q through sansio/node's request(), F as a Fetch Request
   * - handling: how the body is read, then i 103, l waits first, w answers before it reads, T throws, E throws behind the
   *   body, D answers nothing, u switches, a aborts, N through sansio/node's own handler
   * - of the answer: t trailers, L and S as above, F as a Fetch Response, 3 to 6 a status
   * @param {number} key @param {string[]} parts
   */
  constructor(key, [method = "", source = "", flags = "", handling = "", answer = "", answerFlags = "", manner = ""]) {
    this.key = key;
    this.isUpgrade = method === "U";
    this.method = METHODS[method] ?? "GET";
    this.source = this.method === "CONNECT" ? sourceOf("n") : sourceOf(source);
    this.flags = flags;
    this.handling = handling;
    this.handled = mannerOf(handling);
    this.answer = sourceOf(answer);
    this.answerFlags = answerFlags;
    this.status = STATUSES[/[3-6]/.exec(answerFlags)?.[0] ?? ""] ?? 200;
    this.manner = mannerOf(manner);
    this.isGivenUp = false;
  }

  get switches() {
    return this.handling.includes("u") && (this.isUpgrade || this.method === "CONNECT");
  }

  /** What each side must come to have of the other's body, and whether it can be whole. */
  get expected() {
    const { source, answer, flags, answerFlags, method, status } = this;
    const isBodiless = method === "HEAD" || BODILESS.includes(status);
    return {
      request: lengthsOf(source, flags),
      answer: isBodiless ? [0, ...(status === 205 ? [answer.length] : [])] : lengthsOf(answer, answerFlags),
    };
  }

  /** Nothing about it may go wrong, whatever else does. */
  get isHonest() {
    const { source, answer, flags, answerFlags, handling, handled, manner, method, status } = this;
    if (isFaulty(source) || isFaulty(answer) || hasAny(flags, "LS") || hasAny(answerFlags, "LS")) return false;
    if (hasAny(handling, "wTEDua") || "cn".includes(handled) || "cn".includes(manner) || this.isGivenUp) return false;
    // A server may answer a CONNECT with what is no tunnel; our client then has a body.
    if (method === "CONNECT" || this.isUpgrade) return false;
    return !(BODILESS.includes(status) && answer.length > 0) && status !== 600;
  }

  /** Besides, others on its HTTP/1.1 connection go on. */
  get leavesOthers() {
    return this.isHonest && !this.flags.includes("x");
  }

  get headers() {
    /** @type {[string, string][]} */
    const fields = [["X-Key", String(this.key)]];
    if (this.flags.includes("e")) fields.push(["Expect", "100-continue"]);
    if (this.isUpgrade) fields.push(["Connection", "upgrade"], ["Upgrade", "test"]);
    else if (this.flags.includes("x")) fields.push(["Connection", "close"]);
    fields.push(...liesOf(this.source, this.flags));
    return fields;
  }

  get answerHeaders() {
    return [["X-Key", String(this.key)], ...liesOf(this.answer, this.answerFlags)];
  }

  /** @param {string} flags @param {string} who */
  trailers(flags, who) {
    return flags.includes("t") && !hasAny(flags, "LS") ? [["X-T", `${who}${this.key}`]] : undefined;
  }
}

/** @param {import("./bodies.mjs").Source} source @param {string} flags @returns {[string, string][]} */
function liesOf({ length }, flags) {
  if (flags.includes("L")) return [["Content-Length", String(length + 1)]];
  return flags.includes("S") && length > 0 ? [["Content-Length", String(length - 1)]] : [];
}

/** The lengths that a body may have where it looks whole. @param {import("./bodies.mjs").Source} source @param {string} flags */
function lengthsOf(source, flags) {
  const { length } = source;
  if (flags.includes("L")) return [];
  if (flags.includes("S") && length > 0) return [length - 1];
  return isFaulty(source) ? [] : [length];
}
