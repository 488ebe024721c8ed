// @ts-check
// What each mode does with a message while the clock runs. Imported once per peer and mode (with a query after the
// name), so that V8 compiles separate loops for each: the object shapes of one peer must not slow down another.

/** @typedef {import("./corpus.mjs").Unit} Unit */
/** @typedef {import("./peers/index.mjs").Mode} Mode */
/** @typedef {import("./peers/index.mjs").Peer} Peer */

const ASKED = { request: ["host", "user-agent", "accept"], response: ["content-type", "date", "etag"] };

/**
 * Returns a pass over units, which gives the sum of what it saw: the same for all peers, so that none can skip the
 * work.
 *
 * @param {Peer} peer
 * @param {Mode} mode
 * @param {"request" | "response"} kind
 */
export function makePass(peer, mode, kind) {
  let sum = 0;
  const [first, second, third] = ASKED[kind];

  const firstLine =
    kind === "request"
      ? (/** @type {any} */ head) => head.method.length + head.target.length
      : (/** @type {any} */ head) => head.status + head.reason.length;

  /** @type {Record<Mode, (head: any, body: number) => void>} */
  const consumers = {
    tokenise() {},
    lazy(head, body) {
      sum += firstLine(head) + body;
    },
    gets(head, body) {
      sum += firstLine(head) + body;
      sum +=
        (peer.get(head, first)?.length ?? 0) +
        (peer.get(head, second)?.length ?? 0) +
        (peer.get(head, third)?.length ?? 0);
    },
    iterate(head, body) {
      sum += firstLine(head) + body + peer.total(head);
    },
    strings(head, body) {
      sum += firstLine(head) + body + peer.strings(head);
    },
  };

  const reader = peer.open(kind, consumers[mode]);

  /** @param {readonly Unit[]} units */
  function run(units) {
    sum = 0;
    for (let index = 0; index < units.length; index++) {
      const { reads } = units[index];
      reader.begin();
      for (let read = 0; read < reads.length; read++) reader.feed(reads[read]);
    }
    return sum;
  }

  return { prepare: reader.prepare, run };
}
