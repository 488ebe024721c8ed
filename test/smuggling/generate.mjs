// @ts-check
// Inputs that nobody wrote: the corpus changed by octets and pieces that mean something, and messages put together from
// lines of which each may be the wrong one. The same for the same seed.
import { endingIn, makeRandom, mutate } from "../fuzz/mutate.mjs";
import { REQUEST_CASES } from "./corpus.mjs";
import { RESPONSE_CASES } from "./corpus-responses.mjs";
import { LAST } from "./pieces.mjs";

/** @typedef {{ text: string, methods?: readonly string[] }} Input */

const PIECES = [
  ..."\r\n|\n|\r|\r\n\r\n|\n\n|\r\r\n|\0| |\t|:|;|,|\x0b|\xa0|\xff|0|5|0\r\n\r\n|5\r\nhello\r\n".split("|"),
  "Content-Length: 5\r\n",
  "Content-Length: 0\r\n",
  "content-length:\t5 \r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "transfer-encoding:chunked\r\n",
  "Connection: close\r\n",
  "Connection: keep-alive\r\n",
  "Host: b\r\n",
  "X: y\r\n",
  " z\r\n",
  ";a=b",
  ';a="b"',
  "GET /x HTTP/1.1\r\nHost: a\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  " HTTP/1.0\r\n",
];

/** Changes take whole lines and whole heads. */
const LINES = [endingIn("\r\n"), endingIn("\r\n\r\n")];

const STARTS = ["GET /a HTTP/1.1", "POST /a HTTP/1.1", "POST /a HTTP/1.0", "HEAD /a HTTP/1.1", "CONNECT a:1 HTTP/1.1"];
const STATUSES = [
  "HTTP/1.1 200 OK",
  "HTTP/1.0 200 OK",
  "HTTP/1.1 204 No",
  "HTTP/1.1 304 No",
  "HTTP/1.1 103 Early",
  "HTTP/1.1 200",
];
const METHODS = [["GET"], ["GET", "GET"], ["HEAD", "GET"], ["CONNECT"], ["GET", "CONNECT"]];
const SPACES = ["", "", "", " ", "\t", "\r\n ", "\x0b", "\0"];
const NAMES = [
  "Content-Length",
  "Content-Length",
  "Transfer-Encoding",
  "Transfer-Encoding",
  "Connection",
  "X",
  "Host",
  "Expect",
];
/** @type {Record<string, string[]>} */
const VALUES = {
  "Content-Length": ["5", "5", "0", "05", "6", "+5", "5,5", "", "0x5", "33", "5 "],
  "Transfer-Encoding": [
    "chunked",
    "chunked",
    "Chunked",
    "x",
    "identity",
    "",
    "chunked, chunked",
    "gzip, chunked",
    "chunked;",
  ],
  Connection: ["close", "keep-alive", "x, close", "Content-Length", "Transfer-Encoding", "Upgrade"],
  X: ["y", "", "y z", "\x80"],
  Host: ["a", "b", "a b", ""],
  Expect: ["100-continue", "x"],
};
const LINE_ENDS = [..."\r\n|\r\n|\r\n|\r\n|\r\n|\r\n|\r\n|\r\n|\n|\r|\r\r\n|".split("|")];
const SIZES = ["5", "5", "5", "05", "0x5", "5 ", " 5", "-5", "6", "4", "5;a", '5;a="b"', "5;a=", "5;", "", "g"];
const BODIES = ["", "hello", "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"];

/** @param {number} seed @param {"requests" | "responses"} what @returns {Generator<Input>} endless */
export function* generate(seed, what) {
  const next = makeRandom(seed);
  const cases = what === "requests" ? REQUEST_CASES : RESPONSE_CASES;
  const corpus = cases.map(({ text }) => Buffer.from(text, "latin1"));
  /** @template T @param {readonly T[]} from @returns {T} */
  const pick = (from) => /** @type {T} */ (from[next(from.length)]);
  /** Mostly the first. @param {readonly string[]} from */
  const seldom = (from) => (next(20) > 0 ? /** @type {string} */ (from[0]) : pick(from));
  for (;;) {
    const text = next(2) === 0 ? mutate(corpus, PIECES, LINES, next).toString("latin1") : assembled();
    yield what === "requests" ? { text } : { text, methods: pick(METHODS) };
  }

  function assembled() {
    const count = 1 + next(2);
    const messages = Array.from({ length: count }, () => message());
    return messages.join(seldom(["", "\r\n"])) + (what === "requests" ? LAST : "");
  }

  function message() {
    const first = what === "requests" ? pick(STARTS) : seldom(STATUSES);
    const fields = Array.from({ length: next(4) }, () => field());
    if (what === "requests") fields.splice(next(fields.length + 1), 0, "Host: a\r\n");
    return `${first}${seldom(LINE_ENDS)}${fields.join("")}${seldom(LINE_ENDS)}${body()}`;
  }

  function field() {
    const name = pick(NAMES);
    const value = pick(VALUES[name] ?? [""]);
    return `${name}${seldom(SPACES)}:${seldom([" ", ...SPACES])}${value}${seldom(SPACES)}${seldom(LINE_ENDS)}`;
  }

  function body() {
    if (next(2) === 0) return pick(BODIES);
    const chunks = Array.from(
      { length: next(3) },
      () => `${seldom(SIZES)}${seldom(LINE_ENDS)}hello${seldom(LINE_ENDS)}`,
    );
    const trailers = next(4) === 0 ? field() : "";
    return `${chunks.join("")}${seldom(["0", "00", "0;a", "0x0", ""])}${seldom(LINE_ENDS)}${trailers}${seldom(LINE_ENDS)}`;
  }
}
