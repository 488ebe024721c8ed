// @ts-check
// What goes over a bare socket and what must come back: exact statuses, and whether the connection stays open.

/**
 * @typedef {object} RawCase
 * @property {string} name
 * @property {string | string[]} send octets, one char each; an array is written piece by piece, with time between
 * @property {boolean} [waits] each piece but the first is sent when one more response has come
 * @property {number[]} statuses of every response, interim ones included
 * @property {boolean} open whether another request is answered on the same connection afterwards
 * @property {boolean} [fin] the client closes its sending side after `send`
 * @property {string[]} [methods] of the requests, where one of them is HEAD or CONNECT
 * @property {(string | RegExp)[]} [heads] what each head must contain
 * @property {string[]} [bodies] exact bodies of the responses
 * @property {string} [trailers] exact trailer section of the last response
 */

const HELLO = "Hello, world!\n";
const hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
/** @param {string} fields */
const get = (fields) => `GET /hello HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
/** @param {string} fields @param {string} body */
const post = (fields, body) => `POST /echo HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;
/** @param {string} body */
const chunked = (body) => post("Transfer-Encoding: chunked\r\n", body);

/** @type {[name: string, status: number, send: string][]} each is answered with that status and the connection closes */
const REFUSED = [
  ["no Host", 400, "GET /hello HTTP/1.1\r\n\r\n"],
  ["two Hosts", 400, get("Host: a\r\n")],
  ["two Hosts in HTTP/1.0", 400, "GET /hello HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"],
  ["space in Host", 400, "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n"],
  ["path in Host", 400, "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"],
  ["user in Host", 400, "GET /hello HTTP/1.1\r\nHost: u@a\r\n\r\n"],
  ["open bracket in Host", 400, "GET /hello HTTP/1.1\r\nHost: [::1\r\n\r\n"],

  ["version in lower case", 400, "GET /hello http/1.1\r\nHost: a\r\n\r\n"],
  ["version 2.0", 505, "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n"],
  ["HTTP/2's preface, but for its end", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r"],
  ["version 1.2", 505, "GET /hello HTTP/1.2\r\nHost: a\r\n\r\n"],
  ["version 1.32", 400, "GET /hello HTTP/1.32\r\nHost: a\r\n\r\n"],
  ["no version", 400, "GET /hello\r\n\r\n"],
  ["RTSP", 400, "GET /hello RTSP/1.0\r\nHost: a\r\n\r\n"],
  ["two spaces in the request line", 400, "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["space after the version", 400, "GET /hello HTTP/1.1 \r\nHost: a\r\n\r\n"],
  ["tab in the request line", 400, "GET\t/hello\tHTTP/1.1\r\nHost: a\r\n\r\n"],
  ["method is no token", 400, "G(T /hello HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["space before the method", 400, " GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["two empty lines first", 400, `\r\n\r\n${hello}`],
  ["a TLS hello", 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ["NUL in the target", 400, "GET /he\0llo HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["DEL in the target", 400, "GET /he\x7fllo HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["non-ASCII in the target", 400, "GET /h\xe9llo HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["CONNECT without a port", 400, "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["CONNECT to a path", 400, "CONNECT /hello HTTP/1.1\r\nHost: a\r\n\r\n"],

  ["space before the colon", 400, get("X : 1\r\n")],
  ["tab before the colon", 400, get("Content-Length\t: 1\r\n")],
  ["no colon", 400, get("X\r\n")],
  ["empty field name", 400, get(": 1\r\n")],
  ["field name is no token", 400, get("X@Y: 1\r\n")],
  ["space before the first field", 400, "GET /hello HTTP/1.1\r\n X: 1\r\nHost: a\r\n\r\n"],
  ["folded field", 400, get("X: 1\r\n 2\r\n")],
  ["bare LF after the request line", 400, "GET /hello HTTP/1.1\nHost: a\r\n\r\n"],
  ["bare LF after a field", 400, "GET /hello HTTP/1.1\r\nHost: a\n\r\n"],
  ["bare LF as the empty line", 400, "GET /hello HTTP/1.1\r\nHost: a\r\n\n"],
  ["bare CR in a value", 400, get("X: 1\r2\r\n")],
  ["CR CR LF", 400, get("X: 1\r\r\n")],
  ["NUL in a value", 400, get("X: a\0b\r\n")],
  ["control octet in a value", 400, get("X: a\x01b\r\n")],
  ["DEL in a value", 400, get("X: a\x7fb\r\n")],

  ["Content-Length +5", 400, post("Content-Length: +5\r\n", "hello")],
  ["Content-Length -5", 400, post("Content-Length: -5\r\n", "hello")],
  ["Content-Length 0x5", 400, post("Content-Length: 0x5\r\n", "hello")],
  ["Content-Length 5x", 400, post("Content-Length: 5x\r\n", "hello")],
  ["Content-Length 5 5", 400, post("Content-Length: 5 5\r\n", "hello")],
  ["empty Content-Length", 400, post("Content-Length:\r\n", "hello")],
  ["Content-Length with a superscript", 400, post("Content-Length: 5\xb2\r\n", "hello")],
  ["Content-Length 5, 6", 400, post("Content-Length: 5, 6\r\n", "hello")],
  ["Content-Length twice, different", 400, post("Content-Length: 5\r\nContent-length: 6\r\n", "hello")],
  ["Content-Length twice, equal", 400, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")],
  ["Content-Length 2^53", 400, post("Content-Length: 9007199254740992\r\n", "hello")],
  ["Content-Length 2^64 + 5", 400, post("Content-Length: 18446744073709551621\r\n", "hello")],

  [
    "Transfer-Encoding and Content-Length",
    400,
    post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  ],
  [
    "Content-Length and Transfer-Encoding",
    400,
    post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
  ],
  ["Transfer-Encoding in HTTP/1.0", 400, "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["gzip, chunked", 501, post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")],
  ["gzip", 400, post("Transfer-Encoding: gzip\r\n", "")],
  ["identity", 400, post("Transfer-Encoding: identity\r\n", "")],
  ["chunked, gzip", 400, post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")],
  ["chunked, chunked", 400, post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")],
  ["chunked in two fields", 400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")],
  ["xchunked", 400, post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")],
  ["quoted chunked", 400, post('Transfer-Encoding: "chunked"\r\n', "0\r\n\r\n")],
  ["chunked with a parameter", 400, post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n")],
  ["empty Transfer-Encoding", 400, post("Transfer-Encoding:\r\n", "0\r\n\r\n")],
  ["empty member before chunked", 400, post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n")],

  ["chunk size 0x5", 400, chunked("0x5\r\nhello\r\n0\r\n\r\n")],
  ["chunk size +5", 400, chunked("+5\r\nhello\r\n0\r\n\r\n")],
  ["chunk size -5", 400, chunked("-5\r\nhello\r\n0\r\n\r\n")],
  ["empty chunk size", 400, chunked("\r\nhello\r\n0\r\n\r\n")],
  ["space before a chunk size", 400, chunked(" 5\r\nhello\r\n0\r\n\r\n")],
  ["space after a chunk size", 400, chunked("5 \r\nhello\r\n0\r\n\r\n")],
  ["chunk size 5_0", 400, chunked("5_0\r\nhello\r\n0\r\n\r\n")],
  ["chunk size 2^53", 400, chunked("20000000000000\r\nhello")],
  ["chunk size of 17 digits", 413, chunked("00000000000000005\r\nhello\r\n0\r\n\r\n")],
  ["LF after a chunk size", 400, chunked("5\nhello\r\n0\r\n\r\n")],
  ["LF after chunk data", 400, chunked("5\r\nhello\n0\r\n\r\n")],
  ["wrong octets after chunk data", 400, chunked("5\r\nhelloXX0\r\n\r\n")],
  ["chunk data too long", 400, chunked("5\r\nhello!\r\n0\r\n\r\n")],
  ["chunk extension without a name", 400, chunked("5;\r\nhello\r\n0\r\n\r\n")],
  ["LF in a chunk extension", 400, chunked("5;a\n\r\nhello\r\n0\r\n\r\n")],
  ["CR in a chunk extension", 400, chunked("5;a\rb\r\nhello\r\n0\r\n\r\n")],
  ["NUL in a chunk extension", 400, chunked("5;a=\0\r\nhello\r\n0\r\n\r\n")],
  ["unterminated quote in a chunk extension", 400, chunked('5;a="b\r\nhello\r\n0\r\n\r\n')],
  ["space before the colon of a trailer", 400, chunked("0\r\nX : 1\r\n\r\n")],
  ["bare LF after a trailer", 400, chunked("0\r\nX: 1\n\r\n")],
  ["folded trailer", 400, chunked("0\r\nX: 1\r\n 2\r\n\r\n")],

  ["target too long", 414, `GET /${"a".repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ["field too long", 431, get(`X: ${"a".repeat(70_000)}\r\n`)],
  ["too many fields", 431, get("X: 1\r\n".repeat(300))],
  ["trailers too long", 431, chunked(`0\r\nX: ${"a".repeat(20_000)}\r\n\r\n`)],
  ["chunk extension too long", 413, chunked(`5;a=${"b".repeat(5_000)}\r\nhello\r\n0\r\n\r\n`)],
  ["chunk extensions too long together", 413, chunked(`0001;a=${"b".repeat(2_000)}\r\nh\r\n`.repeat(12))],
];

const pattern = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n";

/** @type {RawCase[]} */
// biome-ignore format: a table, one row a case
const LEGAL = [
  { name: "an empty line first", send: `\r\n${hello}`, statuses: [200], open: true, bodies: [HELLO] },
  { name: "method in lower case", send: "get /hello HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [501], open: true },
  { name: "unknown method with a body", send: "BREW /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ntea", statuses: [501], open: true },
  { name: "method of odd token characters", send: "!#$%&'*+-.^_`|~ / HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [501], open: true },
  { name: "absolute-form target", send: "GET http://a.example/hello?x HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [200], open: true, bodies: [HELLO] },
  { name: "absolute-form target without a path", send: "GET http://a.example HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [200], open: true },
  { name: "target that is neither path nor URL", send: "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [400], open: true },
  { name: "OPTIONS *", send: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [204], open: true, heads: ["Allow: GET, HEAD, "] },
  { name: "OPTIONS of a path", send: "OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [204], open: true, heads: ["Allow: GET, HEAD\r\n"] },
  { name: "method not allowed", send: "DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [405], open: true, heads: ["Allow: GET, HEAD\r\n"] },
  { name: "method not allowed, chunked body skipped", send: `POST /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n${hello}`, statuses: [405, 200], open: true },
  { name: "field name of odd token characters", send: get("!#$%&'*+-.^_`|~: 1\r\n"), statuses: [200], open: true },
  { name: "empty value, no space after the colon", send: get("X:\r\nY:1\r\n"), statuses: [200], open: true },
  { name: "octets above 0x7f in a value", send: get("X: caf\xe9 \x80\xff\r\n"), statuses: [200], open: true },
  { name: "255 fields more", send: get("X: 1\r\n".repeat(255)), statuses: [200], open: true },
  { name: "a target of 8000 octets", send: `GET /hello?${"a".repeat(7993)} HTTP/1.1\r\nHost: a\r\n\r\n`, statuses: [200], open: true },
  { name: "empty Host", send: "GET /hello HTTP/1.1\r\nHost:\r\n\r\n", statuses: [200], open: true },
  { name: "IPv6 Host with a port", send: "GET /hello HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", statuses: [200], open: true },
  { name: "Content-Length between tabs", send: post("Content-Length:\t5\t\r\n", "hello"), statuses: [200], open: true, bodies: ["hello"] },
  { name: "Content-Length 0010", send: post("Content-Length: 0010\r\n", "helloworld"), statuses: [200], open: true, bodies: ["helloworld"] },
  { name: "body on a GET", send: `GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${hello}`, statuses: [200, 200], open: true, bodies: [HELLO, HELLO] },
  { name: "body on a GET, echoed", send: "GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", statuses: [200], open: true, bodies: ["hello"] },
  { name: "POST without a body", send: post("", ""), statuses: [200], open: true, bodies: [""] },
  { name: "content type comes back", send: post("Content-Type: a/b;c=d\r\nContent-Length: 1\r\n", "x"), statuses: [200], open: true, heads: ["Content-Type: a/b;c=d\r\n"], bodies: ["x"] },
  { name: "Transfer-Encoding: CHUNKED and a tab", send: post("Transfer-Encoding:\tCHUNKED\t\r\n", "5\r\nhello\r\n0\r\n\r\n"), statuses: [200], open: true, bodies: ["hello"] },
  { name: "chunk sizes with zeros and upper case", send: chunked(`0000A\r\nhelloworld\r\n00\r\n\r\n`), statuses: [200], open: true, bodies: ["helloworld"] },
  { name: "chunk extensions", send: chunked('5;a;b=c ; d = "e;\\"f"\r\nhello\r\n0;last\r\n\r\n'), statuses: [200], open: true, bodies: ["hello"] },
  { name: "trailers come back", send: chunked("5\r\nhello\r\n0\r\nX-Sum: 42\r\nY: z\r\n\r\n"), statuses: [200], open: true, bodies: ["hello"], trailers: "X-Sum: 42\r\nY: z\r\n" },
  { name: "forbidden trailers are dropped", send: chunked("0\r\nContent-Length: 5\r\nX: 1\r\nHost: b\r\n\r\n"), statuses: [200], open: true, bodies: [""], trailers: "X: 1\r\n" },
  { name: "Connection: close", send: get("Connection: close\r\n"), statuses: [200], open: false, bodies: [HELLO], heads: [/^connection: close\r$/im] },
  { name: "close in a list", send: get("Connection: x, Close ,y\r\n"), statuses: [200], open: false },
  { name: "requests after Connection: close", send: get("Connection: close\r\n") + hello, statuses: [200], open: false },
  { name: "HTTP/1.0", send: "GET /hello HTTP/1.0\r\n\r\n", statuses: [200], open: false, bodies: [HELLO] },
  { name: "HTTP/1.0 with keep-alive", send: "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", statuses: [200], open: true, heads: [/^connection: keep-alive\r$/im] },
  { name: "HTTP/1.0 and a body of unknown length", send: "GET /bytes/100 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", statuses: [200], open: false, bodies: [pattern + pattern.slice(0, 36)] },
  { name: "an upgrade nobody takes", send: `${get("Connection: upgrade\r\nUpgrade: h2c\r\n")}${hello}`, statuses: [200, 200], open: true },
  { name: "an upgrade in HTTP/1.0", send: "GET /hello HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", statuses: [200], open: false },
  { name: "CONNECT", send: `CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n${hello}`, statuses: [501], open: false },
  { name: "TRACE", send: "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [501], open: true },
  { name: "HEAD", send: "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n", methods: ["HEAD"], statuses: [200], open: true, heads: ["Content-Length: 14\r\n"] },
  { name: "HEAD of a chunked stream", send: "HEAD /bytes/10 HTTP/1.1\r\nHost: a\r\n\r\n", methods: ["HEAD"], statuses: [200], open: true, heads: ["Transfer-Encoding: chunked\r\n"] },
  { name: "HEAD of the page", send: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", methods: ["HEAD"], statuses: [200], open: true, heads: [/^Content-Length: \d{4,5}\r$/m] },
  { name: "HEAD of what is not there", send: "HEAD /no HTTP/1.1\r\nHost: a\r\n\r\n", methods: ["HEAD"], statuses: [404], open: true },
  { name: "HEAD of the echo of a body", send: "HEAD /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: 1\r\n\r\n", methods: ["HEAD"], statuses: [200], open: true },
  { name: "Expect: 100-continue", send: [post("Expect: 100-continue\r\nContent-Length: 5\r\n", ""), "hello"], waits: true, statuses: [100, 200], open: true, bodies: ["", "hello"] },
  { name: "Expect: 100-continue, body at once", send: post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"), statuses: [200], open: true, bodies: ["hello"] },
  { name: "Expect: 100-continue for a refused body", send: "POST /hello HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", statuses: [405], open: false },
  { name: "Expect of something else", send: post("Expect: y 100-continue\r\nContent-Length: 5\r\n", "hello"), statuses: [200], open: true, bodies: ["hello"] },
  { name: "three requests at once", send: `${hello}GET /no HTTP/1.1\r\nHost: a\r\n\r\n${chunked("2\r\nhi\r\n0\r\n\r\n")}`, statuses: [200, 404, 200], open: true },
  { name: "a stream, then more requests", send: `GET /bytes/300000 HTTP/1.1\r\nHost: a\r\n\r\n${hello}`, statuses: [200, 200], open: true, bodies: [pattern.repeat(4688).slice(0, 300_000), HELLO] },
  { name: "a stream of no octets", send: "GET /bytes/0 HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [200], open: true, bodies: [""] },
  { name: "a stream of more than 2^53 - 1 octets", send: "GET /bytes/9007199254740992 HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [404], open: true },
  { name: "a long body nobody wants", send: `POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n${"x".repeat(3_000_000)}`, statuses: [405], open: false },
  { name: "half-close after a request", send: hello, fin: true, statuses: [200], open: false, bodies: [HELLO] },
  { name: "half-close after two requests", send: hello + hello, fin: true, statuses: [200, 200], open: false },
  { name: "half-close during the answer", send: "GET /bytes/300000 HTTP/1.1\r\nHost: a\r\n\r\n", fin: true, statuses: [200], open: false, bodies: [pattern.repeat(4688).slice(0, 300_000)] },
  { name: "half-close before a request", send: "", fin: true, statuses: [], open: false },
];

/** @type {RawCase[]} */
const CUT = [
  { name: "end in the request line", send: "GET /hel", fin: true, statuses: [400], open: false },
  { name: "end in a field", send: "GET /hello HTTP/1.1\r\nHost: a", fin: true, statuses: [400], open: false },
  { name: "end before the body", send: post("Content-Length: 5\r\n", ""), fin: true, statuses: [400], open: false },
  { name: "end in a chunk-size line", send: chunked("5"), fin: true, statuses: [400], open: false },
  { name: "end before the last chunk's empty line", send: chunked("0\r\n"), fin: true, statuses: [400], open: false },
  {
    name: "a good request, then a bad one",
    send: `${hello}GET /hello HTTP/1.1\r\n\r\n`,
    statuses: [200, 400],
    open: false,
    bodies: [HELLO, ""],
  },
  {
    name: "a good request, a bad one, a good one",
    send: `${hello}G@T / HTTP/1.1\r\n\r\n${hello}`,
    statuses: [200, 400],
    open: false,
  },
  {
    name: "a body shorter than what follows it",
    send: `${post("Content-Length: 3\r\n", "hello")}\r\n\r\n`,
    statuses: [200, 400],
    open: false,
    bodies: ["hel", ""],
  },
  {
    name: "a head that goes on after its fault",
    send: ["GET /hello HTTP/1.1\r\nX : 1\r\n", "Host: a\r\n\r\n"],
    statuses: [400],
    open: false,
  },
];

/** @type {RawCase[]} */
export const malformed = [
  ...REFUSED.map(([name, status, send]) => ({ name, send, statuses: [status], open: false })),
  ...CUT,
];
export const legal = LEGAL;
