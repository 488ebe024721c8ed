// @ts-check
// What hostile callers give to `send`, and what comes out.
import fc from "fast-check";

/** @typedef {[name: string, value: string][]} Fields */
/**
 * @typedef {object} Given
 * @property {string} method of the request; in server role of the one that is answered
 * @property {string} target
 * @property {number} status
 * @property {string | undefined} reason
 * @property {Fields} headers
 * @property {string[]} pieces of the body
 * @property {Fields} trailers
 */
/** @typedef {{ text: string, head: string | number, target: string, body: string }} Emitted a message that `send` took in full */

const INJECTIONS = [
  ..."\r\n|\n|\r|\0|\r\n\r\n|\n\n| |\t|:|,|;|\x0b|\x85|\xa0|\xff|\u010a|\u010d|\u2028|\ud800".split("|"),
  "\r\nX: y",
  "\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n",
  " HTTP/1.1\r\nHost: a\r\n\r\nGET /hidden",
  "\r\nContent-Length: 0\r\n\r\n",
  "\nTransfer-Encoding: chunked\n\n",
  "\u010a\u010dTransfer-Encoding: chunked",
];
const BODIES = [
  "",
  "a",
  "0\r\n\r\n",
  "\r\n",
  "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n",
  "5\r\nhello\r\n",
  "\0\xff",
  "x".repeat(300),
];
const METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];
const KNOWN = /** @type {Record<string, string[]>} */ ({
  "Content-Length": ["0", "5", "05", "1", "300", "5, 5", "+5", "0x5", "", " 5", "5\t", "9007199254740993"],
  "Transfer-Encoding": [
    "chunked",
    "Chunked",
    "gzip, chunked",
    "identity",
    "",
    "chunked, chunked",
    "chunked;a=b",
    ",chunked",
  ],
  Connection: ["close", "keep-alive", "Upgrade", "Transfer-Encoding", "Content-Length", ""],
  Expect: ["100-continue"],
  Upgrade: ["x"],
  Host: ["a", "b:1", "a b", "", "a\r\nX: y"],
  Trailer: ["T"],
});

/** Now and then something is put in. @param {fc.Arbitrary<string>} sound */
const spoiled = (sound) =>
  fc.oneof(
    { weight: 12, arbitrary: sound },
    { weight: 1, arbitrary: fc.tuple(sound, fc.constantFrom(...INJECTIONS), sound).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: fc.constantFrom(...INJECTIONS) },
  );
const token = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_!"), minLength: 1, maxLength: 6 });
const value = fc.string({ unit: fc.constantFrom(...'abc09,;:="/()'), maxLength: 10 });
const known = fc
  .constantFrom(...Object.keys(KNOWN))
  .chain((name) =>
    fc.tuple(fc.constantFrom(name, name.toLowerCase()), spoiled(fc.constantFrom(...(KNOWN[name] ?? [""])))),
  );
const field = fc.oneof(fc.tuple(spoiled(token.map((name) => `X-${name}`)), spoiled(value)), known);
const fields = fc.array(/** @type {fc.Arbitrary<[string, string]>} */ (field), { maxLength: 4 });

/** @type {fc.Arbitrary<Given>} */
export const anyGiven = fc.record({
  method: spoiled(fc.constantFrom(...METHODS)),
  target: spoiled(fc.constantFrom("/", "/a?b=c", "*", "http://a/b")),
  status: fc.constantFrom(200, 200, 200, 201, 204, 205, 304, 404, 500, 299),
  reason: fc.oneof(fc.constant(undefined), spoiled(value)),
  headers: fields,
  pieces: fc.array(fc.constantFrom(...BODIES), { maxLength: 3 }),
  trailers: fc.oneof(
    { weight: 4, arbitrary: fc.constant(/** @type {Fields} */ ([])) },
    { weight: 1, arbitrary: fields },
  ),
});

/** @param {any} Http1Connection @param {Given} given @returns {Emitted | null} null: refused, in part or as a whole */
export function emitRequest(Http1Connection, { method, target, headers, pieces, trailers }) {
  const connection = new Http1Connection("client");
  const hosted = headers.some(([name]) => /^host$/i.test(name)) ? headers : [...headers, ["Host", "a"]];
  if (!takes(() => connection.send({ type: "request", method, target, headers: hosted }))) return null;
  const body = sendBody(connection, pieces, trailers);
  return body === null ? null : { text: drained(connection), head: method, target, body };
}

/** @param {any} Http1Connection @param {Given} given @returns {Emitted | null} an answer to a GET or a HEAD */
export function emitResponse(Http1Connection, { method, status, reason, headers, pieces, trailers }) {
  const connection = new Http1Connection("server");
  connection.feed(Buffer.from(`${answered(method)} / HTTP/1.1\r\nHost: a\r\n\r\n`));
  for (const _ of connection.events());
  if (!takes(() => connection.send({ type: "response", status, headers, reason }))) return null;
  const body = sendBody(connection, pieces, trailers);
  return body === null ? null : { text: drained(connection), head: status, target: "", body };
}

/** @param {string} method */
export function answered(method) {
  return method === "HEAD" ? "HEAD" : "GET";
}

/** What is left to a Content-Length that the caller chose is filled up. @param {any} connection @param {string[]} pieces @param {Fields} trailers */
function sendBody(connection, pieces, trailers) {
  let body = "";
  const sends = (/** @type {string} */ piece) => {
    if (takes(() => connection.send({ type: "data", data: Buffer.from(piece, "latin1") }))) body += piece;
  };
  for (const piece of pieces) sends(piece);
  for (const headers of [trailers, []]) {
    for (let room = 0; room < 400; room++) {
      if (takes(() => connection.send({ type: "end-of-message", headers }))) return body;
      const { length } = body;
      sends("z");
      if (body.length === length) break;
    }
  }
  return null;
}

/** @param {() => void} send @returns {boolean} false when it was refused; anything but a refusal is a fault */
export function takes(send) {
  try {
    send();
    return true;
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "LocalProtocolError") throw error;
    return false;
  }
}

/** @param {any} connection */
function drained(connection) {
  return Buffer.from(connection.bytesToSend()).toString("latin1");
}
