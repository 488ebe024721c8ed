// Inputs on which ours does what http-parser-js does: the tolerances that its users rely on, and what is sound anyway.
import type { Type, Way } from "./record.ts";

export type Row = readonly [what: string, type: Type, input: string, way?: Way];

const CHUNKED = "POST /it HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const SWITCH = "Connection: upgrade\r\nUpgrade: websocket\r\n";

// biome-ignore format: a table
export const ALIKE: readonly Row[] = [
  // requests
  ["a request without fields", "REQUEST", "GET / HTTP/1.1\r\n\r\n"],
  ["a request", "REQUEST", "GET /hello?x=y#z HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n"],
  ["HTTP/1.0", "REQUEST", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"],
  ["HTTP/1.0, keep-alive", "REQUEST", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"],
  ["versions nobody speaks", "REQUEST", "GET / HTTP/2.7\r\n\r\nGET / HTTP/0.9\r\n\r\nGET / HTTP/3.0\r\n\r\n"],
  ["close", "REQUEST", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ["what follows a close", "REQUEST", "GET /1 HTTP/1.1\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"],
  ["pipelined requests", "REQUEST", "GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /3 HTTP/1.1\r\n\r\n"],
  ["empty lines before a request", "REQUEST", "\r\n\r\n\r\n\n\r\nGET / HTTP/1.1\r\n\r\n"],
  ["empty lines between requests", "REQUEST", "GET /1 HTTP/1.1\r\n\r\n\r\n\r\nGET /2 HTTP/1.1\r\n\r\n\r\n"],
  ["bare LF", "REQUEST", "GET / HTTP/1.1\nHost: a\nA: b\n\n"],
  ["bare LF here and there", "REQUEST", "POST / HTTP/1.1\nHost: a\r\nContent-Length: 2\n\r\nhi"],
  ["all methods", "REQUEST", "DELETE GET HEAD POST PUT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK UNLINK SOURCE".split(" ").map((method) => `${method} / HTTP/1.1\r\n\r\n`).join("")],
  ["an unknown method", "REQUEST", "BREW / HTTP/1.1\r\n\r\n"],
  ["a method in lower case", "REQUEST", "get / HTTP/1.1\r\n\r\n"],
  ["no version", "REQUEST", "GET /\r\n\r\n"],
  ["a version in lower case", "REQUEST", "GET / http/1.1\r\n\r\n"],
  ["a version of three digits", "REQUEST", "GET / HTTP/1.10\r\n\r\n"],
  ["two spaces", "REQUEST", "GET  / HTTP/1.1\r\n\r\n"],
  ["a space in the target", "REQUEST", "GET /a b HTTP/1.1\r\n\r\n"],
  ["quotes in the target", "REQUEST", 'GET /with_"stupid"_quotes?foo="bar" HTTP/1.1\r\n\r\n'],
  ["CR in a value", "REQUEST", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n"],
  ["CR before CRLF", "REQUEST", "GET / HTTP/1.1\r\nA: b\r\r\n\r\n"],

  // fields
  ["white space around values", "REQUEST", "GET / HTTP/1.0\r\nX:1337\r\nX:   42 \t\r\nY:\t 4 2\r\nEmpty:\r\nEmpty2: \r\n\r\n"],
  ["folded values", "REQUEST", "GET / HTTP/1.1\r\nLine1:   abc\r\n\tdef\r\n ghi\r\n\t\tjkl\r\n  mno \r\n\t \tqrs\r\nLine2: \t line2\t\r\nLine3:\r\n line3\r\nLine4: \r\n \r\nConnection:\r\n close\r\n\r\n"],
  ["folded values, bare LF", "REQUEST", "GET / HTTP/1.1\nLine1:   abc\n\tdef\n ghi\nConnection:\n close\n\n"],
  ["a fold before the first field", "REQUEST", "GET / HTTP/1.1\r\n X: y\r\nA: b\r\n\r\n"],
  ["lines that are no field", "REQUEST", "GET / HTTP/1.1\r\nAccept: */*\r\n:\r\nno colon\r\nnocolon\r\n: empty name\r\nA : space\r\nB\t: tab\r\nC: d\r\n\r\n"],
  ["no field but a line that is none", "REQUEST", "GET /12345678901234567890 HTTP/1.1\r\n:\r\n\r\n"],
  ["names that are no token", "REQUEST", 'GET / HTTP/1.1\r\nX(y): 1\r\n"q": 2\r\na/b@c[d]: 3\r\n\r\n'],
  ["255 fields", "REQUEST", `GET / HTTP/1.0\r\n${"X-Filler: 42\r\n".repeat(255)}\r\n`],
  ["a head of 70 KB", "REQUEST", `GET / HTTP/1.0\r\n${"X-Filler: 42 of many\r\n".repeat(3200)}\r\n`],
  ["known names in each spelling", "REQUEST", "GET / HTTP/1.1\r\nhost: a\r\nHost: b\r\nHOST: c\r\nUser-agent: d\r\nUser-Agent: e\r\nuser-agent: f\r\nETag: g\r\nAccess-Control-Allow-Credentials: h\r\naccess-control-allow-credentials: i\r\nAccess-Control-Allow-credentials: j\r\nX-XSS-Protection: k\r\nX-Xss-Protection: l\r\nPadding: the last names are near the end of the head\r\n\r\n"],
  ["high octets", "REQUEST", "GET /\xe9 HTTP/1.1\r\nA: na\xefve caf\xe9\r\nB: \xc3\xa9\r\n\r\n"],
  ["two Hosts, and what is no host", "REQUEST", "GET / HTTP/1.1\r\nHost: a b/c\r\nHost: d\r\n\r\n"],

  // bodies
  ["a body", "REQUEST", "POST / HTTP/1.1\r\nContent-Length: 15\r\n\r\nfoo=42&bar=1337"],
  ["a body of a GET", "REQUEST", "GET / HTTP/1.0\r\nconTENT-Length: 5\r\n\r\nHELLO"],
  ["leading zeros in Content-Length", "REQUEST", "POST / HTTP/1.1\r\nContent-Length: 0005\r\n\r\nHELLO"],
  ["Content-Length: 0", "REQUEST", "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\n\r\n"],
  ["equal Content-Lengths", "REQUEST", "POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi"],
  ["different Content-Lengths", "REQUEST", "POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!"],
  ["chunks", "REQUEST", `${CHUNKED}3\r\n123\r\n6\r\n123456\r\nA\r\n1234567890\r\n0\r\n\r\n`],
  ["chunks of upper and lower case, zeros", "REQUEST", `${CHUNKED}00a\r\n1234567890\r\n00A\r\n1234567890\r\n000\r\n\r\n`],
  ["chunk extensions", "REQUEST", `${CHUNKED}5; woohoo3;whaaaat=arethese\r\nhello\r\n6;a="b;c";d\r\n world\r\n0;last\r\n\r\n`],
  ["spaces behind chunk sizes", "REQUEST", `${CHUNKED}5  \r\nhello\r\n0 \r\n\r\n`],
  ["chunks, bare LF", "REQUEST", "POST / HTTP/1.1\nTransfer-Encoding: Chunked\n\n7\nMozilla\n9\nDeveloper\n0\nExpires: never\n\n"],
  ["trailers", "REQUEST", `${CHUNKED}4\r\nping\r\n0\r\nVary: *\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nbad line\r\n\r\n`],
  ["folded trailers, high octets", "REQUEST", `${CHUNKED}0\r\nA: b\r\n c\r\nD: \xe9\r\n\r\n`],
  ["wrong octets behind a chunk", "REQUEST", `${CHUNKED}3\r\nabcX\r\n0\r\n\r\n`],
  ["requests behind each kind of body", "REQUEST", `${CHUNKED}1\r\na\r\n0\r\nA: b\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nbGET / HTTP/1.1\r\n\r\n`],

  // the callback's answer
  ["returning 1", "REQUEST", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET / HTTP/1.1\r\n\r\n", { result: 1 }],
  ["returning true on chunks", "RESPONSE", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 204 No\r\n\r\n", { result: true }],
  ["returning 2", "REQUEST", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nelse", { result: 2 }],

  // switches
  ["an upgrade", "REQUEST", `GET /demo HTTP/1.1\r\nHost: a\r\n${SWITCH}\r\nHot diggity dogg`],
  ["an upgrade and a list", "REQUEST", "GET /demo HTTP/1.1\r\nConnection: Something,\r\n Upgrade, ,Keep-Alive\r\nUpgrade: WebSocket\r\n\r\nHot"],
  ["Upgrade without Connection", "REQUEST", "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\nGET / HTTP/1.1\r\n\r\n"],
  ["CONNECT", "REQUEST", "CONNECT home.netscape.com:443 HTTP/1.0\r\nUser-agent: Mozilla/1.1N\r\n\r\nsome data\r\nand more"],
  ["CONNECT to anything", "REQUEST", "CONNECT /x HTTP/1.1\r\n\r\nx"],
  ["101", "RESPONSE", `HTTP/1.1 101 Switching Protocols\r\n${SWITCH}\r\nhello`],
  ["101 with Transfer-Encoding", "RESPONSE", `HTTP/1.1 101 Switching Protocols\r\n${SWITCH}Transfer-Encoding: chunked\r\n\r\nhello`],
  ["200 with Upgrade", "RESPONSE", `HTTP/1.1 200 OK\r\n${SWITCH}Content-Length: 2\r\n\r\nhi`],

  // responses
  ["a response", "RESPONSE", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\npong"],
  ["until the end", "RESPONSE", "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nall of this\r\n\r\n"],
  ["until the end, empty", "RESPONSE", "HTTP/1.0 200 Connection established\r\n\r\n"],
  ["no reason", "RESPONSE", "HTTP/1.1 301\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"],
  ["a long reason, high octets", "RESPONSE", "HTTP/1.1 500 Ori\xebntatie  problem\r\nContent-Length: 0\r\n\r\n"],
  ["empty lines before a response", "RESPONSE", "\r\n\nHTTP/1.1 204 No\r\n\r\n\r\nHTTP/1.1 204 No\r\n\r\n"],
  ["bare LF", "RESPONSE", "HTTP/1.1 404 Not Found\nContent-Type: text/html\nContent-Length: 3\n\nno\n"],
  ["100 and then 200", "RESPONSE", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ["204", "RESPONSE", "HTTP/1.1 204 No content\r\nConnection: close\r\n\r\nHTTP/1.0 204 No content\r\nConnection: keep-alive\r\n\r\n"],
  ["HTTP/1.0, keep-alive, Content-Length", "RESPONSE", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na"],
  ["chunks with Content-Length and keep-alive", "RESPONSE", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 13\r\nConnection: keep-alive\r\n\r\n7\r\nthunk1\n\r\n6\r\nthunk2\r\n0\r\n\r\nHTTP/1.1 204 No\r\n\r\n"],
  ["chunks in HTTP/1.0", "RESPONSE", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
  ["identity until the end", "RESPONSE", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nabc"],
  ["no response", "RESPONSE", "bad http - should trigger parse error\r\n"],

  // ends
  ["nothing", "REQUEST", ""],
  ["half a first line", "REQUEST", "GET / HT"],
  ["half a head", "REQUEST", "GET / HTTP/1.1\r\nHost: a\r\n"],
  ["half a body", "RESPONSE", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"],
  ["half a chunk", "RESPONSE", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
  ["no last chunk", "RESPONSE", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"],
  ["half a trailer section", "RESPONSE", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n"],
];
