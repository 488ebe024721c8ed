// @ts-check
// What hostile servers answer, by class: a name, the methods asked, the octets, and how many final responses a strict reading
// finds. `HIDDEN` would answer a request that nobody sent, or another's.

/** @typedef {[name: string, text: string, whole: number, methods?: string[]]} Row */

const HIDDEN = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden";
const LAST = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast";
const OK = "HTTP/1.1 200 OK\r\n";
const TE = "Transfer-Encoding: chunked\r\n";
const END = "0\r\n\r\n";
const TWO = ["GET", "GET"];

/** @param {string} fields @param {string} body */
const ok = (fields, body) => `${OK}${fields}\r\n${body}`;
/** A response and then the one that was due. @param {string} name @param {string} fields @param {string} body @param {number} whole @returns {Row} */
const two = (name, fields, body, whole) => [name, ok(fields, body + LAST), whole, TWO];
/** @param {string} value @returns {Row} */
const length = (value) => two(`Content-Length:${value}`, `Content-Length:${value}\r\n`, "hello", 0);
/** @param {string} value @returns {Row} */
const coding = (value) =>
  two(`Transfer-Encoding:${value}`, `Transfer-Encoding:${value}\r\n`, `5\r\nhello\r\n${END}`, 0);
/** @param {string} size @returns {Row} */
const chunk = (size) => two(`chunk size "${size}"`, TE, `${size}\r\nhello\r\n${END}`, 0);
/** @param {string} line @param {number} whole @returns {Row} */
const status = (line, whole) => [JSON.stringify(line), `${line}\r\nContent-Length: 5\r\n\r\nhello`, whole];
/** @param {string} code @param {string} fields @param {string[]} methods @returns {Row} */
const bodiless = (code, fields, methods) => [
  `${methods[0]}: ${code} with ${fields.trim()}`,
  `HTTP/1.1 ${code} X\r\n${fields}\r\n${LAST}`,
  2,
  methods,
];

/** @type {Record<string, Row[]>} */
const RESPONSES = {
  "framing of responses": [
    two("Content-Length and chunked (hyper #4123)", `Content-Length: 3\r\n${TE}`, `5\r\nhello\r\n${END}`, 1),
    two("chunked and an invalid Content-Length", `Content-Length: x\r\n${TE}`, `5\r\nhello\r\n${END}`, 1),
    ["chunked in HTTP/1.0", `HTTP/1.0 200 OK\r\n${TE}\r\n5\r\nhello\r\n${END}${LAST}`, 1, TWO],
    two("Content-Length twice, different (CVE-2026-1525)", "Content-Length: 5\r\ncontent-length: 6\r\n", "hello", 0),
    two("Content-Length twice, the same", "Content-Length: 5\r\nContent-Length: 5\r\n", "hello", 0),
    ...[
      "",
      " +5",
      " -5",
      " 0x5",
      " 5x",
      " 5 5",
      " 5,6",
      " 5,5",
      " 5\x0b",
      " 18446744073709551621",
      " 5\xa0",
      " 1e1",
    ].map(length),
    two("Content-Length: 005", "Content-Length: 005\r\n", "hello", 2),
    two("folded Content-Length", "Content-Length:\r\n 5\r\n", "hello", 2),
    ...[
      "",
      " gzip",
      " gzip, chunked",
      " chunked, gzip",
      " chunked, chunked",
      " xchunked",
      " chunked, xchunked",
      " chunked;a=b",
      " ,chunked",
      " identity",
      ' "chunked"',
      " chunked\x0b",
    ].map(coding),
    two("identity and chunked, in two fields", `Transfer-Encoding: identity\r\n${TE}`, `5\r\nhello\r\n${END}`, 0),
    two("folded Transfer-Encoding", "Transfer-Encoding:\r\n chunked\r\n", `5\r\nhello\r\n${END}`, 2),
    ["neither: until the end", ok("", `hello${LAST}`), 1],
    ["Content-Length longer than what comes", ok("Content-Length: 99\r\n", "hello"), 0],
    ["chunked without a last chunk", ok(TE, "5\r\nhello\r\n"), 0],
  ],
  "chunks of responses": [
    ...["", "0x5", "+5", "-5", " 5", "5 ", "5x", "_5", "10000000000000005", "5;", '5;a="', "5;a=\x01", "5;a\0"].map(
      chunk,
    ),
    two("LF behind the size", TE, `5\nhello\r\n${END}`, 0),
    two("LF behind the data", TE, `5\r\nhello\n${END}`, 0),
    two("two octets in the place of CRLF (CVE-2025-43859)", TE, `5\r\nhelloXX${END}`, 0),
    two("LF in an extension (CVE-2025-55315)", TE, `5;a\nb\r\nhello\r\n${END}`, 0),
    two("CR in an extension", TE, `5;a\rb\r\nhello\r\n${END}`, 0),
    two("a trailer", TE, "5\r\nhello\r\n0\r\nX: y\r\n\r\n", 2),
    two("a trailer without colon", TE, "5\r\nhello\r\n0\r\nX\r\n\r\n", 0),
    two("LF ends the trailers", TE, "5\r\nhello\r\n0\r\nX: y\n\n", 0),
  ],
  "responses without body": [
    ...["204", "304"].flatMap((code) => [
      bodiless(code, "Content-Length: 5\r\n", TWO),
      bodiless(code, TE, TWO),
      bodiless(code, `Content-Length: 5\r\n${TE}`, TWO),
      bodiless(code, "Content-Length: x\r\n", TWO),
    ]),
    bodiless("200", "Content-Length: 5\r\n", ["HEAD", "GET"]),
    bodiless("200", TE, ["HEAD", "GET"]),
    bodiless("404", "Content-Length: 5\r\n", ["HEAD", "GET"]),
    ["103 with Content-Length", `HTTP/1.1 103 X\r\nContent-Length: 5\r\n\r\n${LAST}`, 1],
    ["100 with Transfer-Encoding", `HTTP/1.1 100 X\r\n${TE}\r\n${LAST}`, 1],
    ["several 1xx", `HTTP/1.1 100 X\r\n\r\nHTTP/1.1 199 Y\r\n\r\nHTTP/1.1 103 Z\r\nLink: </a>\r\n\r\n${LAST}`, 1],
    ["103 that says close", `HTTP/1.1 103 X\r\nConnection: close\r\n\r\n${LAST}`, 1],
    ["101 nobody proposed", `HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n${LAST}`, 0],
    ["200 to CONNECT with Content-Length", `${OK}Content-Length: 5\r\n\r\nhello${LAST}`, 0, ["CONNECT"]],
    ["404 to CONNECT with Content-Length", `HTTP/1.1 404 X\r\nContent-Length: 5\r\n\r\nhello`, 1, ["CONNECT"]],
  ],
  "who is answered": [
    ["two responses to one request (queue poisoning)", LAST + HIDDEN, 1],
    ["octets behind the response", `${LAST}GARBAGE`, 1],
    ["CRLF behind the response", `${LAST}\r\n`, 1],
    ["two responses to two requests", HIDDEN + LAST, 2, TWO],
    ["CRLF between responses", `${HIDDEN}\r\n${LAST}`, 1, TWO],
    ["a response behind close", `${OK}Connection: close\r\nContent-Length: 0\r\n\r\n${LAST}`, 1, TWO],
    ["a response behind HTTP/1.0", `HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n${LAST}`, 1, TWO],
    ["no response", "", 0],
    ["only a 1xx", "HTTP/1.1 100 Continue\r\n\r\n", 0],
  ],
  "heads of responses": [
    status("HTTP/1.1 200", 1),
    status("HTTP/1.1 200 ", 1),
    status("HTTP/1.1 200 a\tb\xff", 1),
    ...[
      "HTTP/1.1  200 OK",
      "HTTP/1.1\t200 OK",
      "HTTP/1.1 20 OK",
      "HTTP/1.1 2000 OK",
      "HTTP/1.1 +200 OK",
      "HTTP/1.1 2x0 OK",
      "HTTP/1.1 20\xb2 OK",
      "HTTP/1.1 200OK",
      "HTTP/1.1 200\xa0OK",
      "HTTP/1.1 000 OK",
      "HTTP/1.1 099 OK",
      "http/1.1 200 OK",
      "HTTP/2.0 200 OK",
      "HTTP/1.2 200 OK",
      "HTTP/11 200 OK",
      "ICY 200 OK",
      " HTTP/1.1 200 OK",
      "HTTP/1.1 200 O\0K",
      "HTTP/1.1 200 O\x01K",
      "HTTP/1.1 200 O\x7fK",
      "HTTP/1.1 200\x0bOK",
    ].map((line) => status(line, 0)),
    ["an empty line before", `\r\n${LAST}`, 0],
    ["CR CR before a field (llhttp 9.3.1)", "HTTP/1.1 200 OK\r\rContent-Length: 4\r\n\r\nlast", 0],
    ["CR before a field", "HTTP/1.1 200 OK\rContent-Length: 4\r\n\r\nlast", 0],
    ["LF behind the status line", "HTTP/1.1 200 OK\nContent-Length: 4\r\n\r\nlast", 0],
    ["LF everywhere", "HTTP/1.1 200 OK\nContent-Length: 4\n\nlast", 0],
    two("folded field", "X: y\r\n z\r\nContent-Length: 5\r\n", "hello", 2),
    two("a fold that is Content-Length", "X: y\r\n Content-Length: 0\r\nContent-Length: 5\r\n", "hello", 2),
    two("white space before the first field", " X: y\r\nContent-Length: 5\r\n", "hello", 0),
    two("space before the colon of Content-Length", "Content-Length : 5\r\n", "hello", 0),
    two(
      "space before the colon of Transfer-Encoding",
      "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n",
      "hello",
      0,
    ),
    two(
      "a line end in Transfer-Encoding's name",
      "Transfer-\r\nEncoding: chunked\r\nContent-Length: 5\r\n",
      "hello",
      0,
    ),
    two("no colon behind Content-Length's name", "Content-Length 5\r\n", "hello", 0),
    two("NUL in a value", "X: a\0b\r\nContent-Length: 5\r\n", "hello", 0),
    two("\\x01 in a value (CVE-2026-34520)", "X: a\x01b\r\nContent-Length: 5\r\n", "hello", 0),
    two("LF hides Content-Length", "X: y\nContent-Length: 0\r\n", "", 0),
    two("CR hides Content-Length", "X: y\rContent-Length: 0\r\n", "", 0),
    two("no colon", "X\r\nContent-Length: 5\r\n", "hello", 0),
    two("empty name", ": y\r\nContent-Length: 5\r\n", "hello", 0),
  ],
};

/** @type {readonly import("./pieces.mjs").Case[]} */
export const RESPONSE_CASES = Object.entries(RESPONSES).flatMap(([group, rows]) =>
  rows.map(([name, text, whole, methods = ["GET"]]) => ({ group, name, text, whole, methods })),
);
