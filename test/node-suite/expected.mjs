// The tests of Node that pass with its own parser and not with ours, each with the reason: rows of docs/node-http.md, "What is
// different", or what no program sees.

/** @type {Readonly<Record<string, string>>} */
export const EXPECTED = {
  "parallel/test-http-header-overflow.js": "a head above maxHeaderSize whose end has not come: an error when it ends",
  "parallel/test-http-parser-lazy-loaded.js": "puts another parser into Node's binding, which is loaded already",
  "parallel/test-http-pause-no-dump.js": "a body in the same packet as its head, paused in its first data and answered",
  "parallel/test-http-transfer-encoding-repeated-chunked.js": "a faulty Transfer-Encoding: only the error",
  "sequential/test-http-regr-gh-2928.js":
    "lets a parser read from a handle: ours reads through the stream's data events",
};
