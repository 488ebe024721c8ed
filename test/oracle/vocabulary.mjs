/** Parts of messages for generate.mjs: the usual, and near misses (ODD_...), most of which both ends must refuse. */

export const METHODS = ["GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "M-SEARCH"];
export const ODD_METHODS = ["get", "GE T", "", "G\0T", "GET\t", "CONNECT", "PRI", "GET:", "\xc7ET"];
export const TARGETS = ["/", "/a?b=c&d", "/%ff/~x", "*", "http://a/b", "/;p='q'", "/{}|^"];
export const ODD_TARGETS = ["", "/a b", "/\xff", "/\x7f", "a:80", "//", "/#f", "/\t", "\\", "/a\0"];
export const VERSIONS = [...Array(30).fill("HTTP/1.1"), "HTTP/1.0"];
export const ODD_VERSIONS = [
  "HTTP/1.2",
  "HTTP/2.0",
  "HTTP/0.9",
  "http/1.1",
  "HTTP/1.1 ",
  "HTTP/11",
  "HTTP/1.",
  "HTTP/1.10",
  "X",
];
export const ODD_HOSTS = ["", "a, b", "a b", "[::1]", "[::1", "a:80", "a:x", "A", "a/", "\xe9", "u@a", "a\t"];
export const FIELDS = [
  ["Accept", "*/*"],
  ["X", ""],
  ["X-Long", "v".repeat(70)],
  ["Cookie", "a=b; c=d"],
  ["x-high", "\xe9\xff"],
  ["X-Tab", "a\tb"],
  ["X!#$%&'*+-.^_`|~9", "v"],
  ["Date", "Thu, 01 Jan 1970 00:00:00 GMT"],
  ["Keep-Alive", "timeout=5"],
  ["TE", "trailers"],
];
export const ODD_LINES = [
  "X : v",
  "X",
  ": v",
  "X: \x01",
  "X: a\x7fb",
  "X: a\0",
  " X: v",
  "X: v\r\n w",
  "X: v\r\n\tw",
  "X: \r\n \r\n w",
  "X\xff: v",
  "X(: v",
  "X:  v  ",
  "X:\tv\t",
  "X:v",
  "X: a\rb",
  "X\t: v",
  "Host: b",
  "Content-Length: 5",
  "Content-Length: 0",
  "Transfer-Encoding: chunked",
];
export const CONNECTIONS = [
  "close",
  "Close",
  "keep-alive",
  "Keep-Alive, x",
  "x, close",
  ",close,",
  "",
  "upgrade",
  "closed",
  "close;q",
];
export const ODD_LENGTHS = [
  "+5",
  "-1",
  "5,5",
  "5, 5",
  "5 5",
  "0x5",
  "5;",
  "",
  "9007199254740991",
  "9007199254740992",
  "1e1",
  "\xb2",
  "05",
];
export const ODD_CODINGS = [
  "Chunked",
  "chunked, chunked",
  "gzip, chunked",
  "chunked, gzip",
  "gzip",
  "identity",
  "chunked,",
  ",chunked",
  "",
  "xchunked",
  "chunked;a=b",
  "chunked chunked",
  "\x0bchunked",
];
export const EXPECTATIONS = ["100-continue", "100-Continue", "100-continue, x", "x", ""];
export const EXTENSIONS = [";a", ";a=b", ';a="b;c"', ";a=b;c=d", ';a="\\""', ';a=""', "; a=b", ";a =b", ";a= b"];
export const ODD_EXTENSIONS = [
  " ",
  ";",
  ";=",
  ';a="',
  ";a\0",
  ";a=b c",
  " ;a",
  ";a=\x80",
  '\t;a="\xe9"',
  ";a;",
  "x",
  ";a\rb",
];
export const ODD_SIZES = [
  "",
  "g",
  "0x5",
  "-5",
  "+5",
  " 5",
  "5 5",
  "00000000000000005",
  "fffffffffffffffff",
  "20000000000000",
];
export const TRAILERS = [
  ["X-Sum", "1"],
  ["X-Note", ""],
  ["Checksum", "abc"],
];
export const STATUSES = [200, 200, 200, 201, 204, 206, 301, 304, 404, 500, 599, 999];
export const ODD_STATUS_LINES = [
  "HTTP/1.1 200",
  "HTTP/1.1 20 OK",
  "HTTP/1.1 2000 OK",
  "HTTP/1.1  200 OK",
  "HTTP/1.1 200  OK",
  "HTTP/1.1 099 X",
  "HTTP/1.1 200 \x01",
  "200 OK",
  "HTTP/1.1 200 OK ",
  "HTTP/1.1 6 ",
  "HTTP/1.1 200 \xe9",
  "ICY 200 OK",
  "HTTP/1.0 200 OK",
];
