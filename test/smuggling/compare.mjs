// @ts-check
// What a reader saw against the strict reading, and the sums of it.

/** @typedef {"same" | "fewer" | "more" | "other" | "hangs"} Verdict */
/** @typedef {import("./reference.mjs").Reading} Reading */
/** @typedef {import("./readers.mjs").Message} Message */
/** @typedef {(message: Message) => unknown[]} Shown what of a message can be compared */

/** Parsers give everything. @type {Shown} */
export const WHOLE = (message) => message;
/** A server says which request it answered; some leave out the authority. @type {Shown} */
export const ASKED = ([method, target]) => [method, target.replace(/^https?:\/\/[^/]*/i, "")];
/** A proxy may write the target in another way. @type {Shown} */
export const FORWARDED = ([method, , body]) => [method, body];

/** @param {Reading} reading @returns {Message[]} */
export function messagesOf({ messages }) {
  return messages.map((message) =>
    "method" in message ? [message.method, message.target, message.body] : [message.status, "", message.body],
  );
}

/** Requests of which at least the head was accepted. @param {Reading} reading @returns {Message[]} */
export function headsOf({ heads }) {
  return heads.map((head) => ("method" in head ? [head.method, head.target, ""] : [head.status, "", ""]));
}

/**
 * "more": all that the strict reading finds, and then messages that it does not.
 * @param {Message[]} strict
 * @param {import("./readers.mjs").Seen} seen
 * @param {Shown} shown
 * @returns {Verdict}
 */
export function compare(strict, { messages, hangs = false }, shown) {
  if (hangs) return "hangs";
  const [wanted, got] = [strict, messages].map((list) => list.map((message) => JSON.stringify(shown(message))));
  const common = Math.min(wanted?.length ?? 0, got?.length ?? 0);
  for (let i = 0; i < common; i++) if (wanted?.[i] !== got?.[i]) return "other";
  return messages.length === strict.length ? "same" : messages.length < strict.length ? "fewer" : "more";
}

/** How often each reader came to each verdict, and where it was not "same". */
export class Tally {
  /** @type {Map<string, Map<Verdict, number>>} */
  readers = new Map();
  /** @type {Map<string, Map<string, Verdict>>} by the input's name */
  differences = new Map();

  /** @param {string} reader @param {string} name of the input, or of the rule that refused it @param {Verdict} verdict */
  add(reader, name, verdict) {
    const counts = this.readers.get(reader) ?? new Map();
    this.readers.set(reader, counts.set(verdict, (counts.get(verdict) ?? 0) + 1));
    if (verdict === "same") return;
    const of = this.differences.get(name) ?? new Map();
    this.differences.set(name, of.set(reader, verdict));
  }

  /** @param {string} reader @param {Verdict} verdict */
  count(reader, verdict) {
    return this.readers.get(reader)?.get(verdict) ?? 0;
  }

  /** Inputs that a reader was given. @param {string} reader */
  total(reader) {
    return [...(this.readers.get(reader)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }
}
