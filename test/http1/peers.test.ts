// What the suites of other implementations look for (llhttp, http-parser, h11, Go, aiohttp, hyper, gunicorn, nginx, curl,
// Chromium, Jetty, Beast, undici, CPython, Bun, the HTTP Garden) and the other tables here do not have; each at every
// split.
import { Http1Connection } from "../../src/http1/index.ts";
import { client, type Row, readings, request, server } from "./helpers.ts";

const CHUNKED = "Transfer-Encoding: chunked";
const SWITCH = "Connection: upgrade\r\nUpgrade: x";
const SWITCHED = " | Connection: upgrade | Upgrade: x";
const CONNECT = "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n";
const LENGTH = "Content-Length: 2";
const post = (lines: string) => `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n`;

// RFC 9112 6.3 knows no request whose length is not that of its fields, CONNECT and proposals to switch included: what is
// behind the body is the tunnel's, or the other protocol's.
readings("a body before a switch", server, [
  [`‸${CONNECT}${LENGTH}\r\n\r\n‸hi‸raw`, `CONNECT a:1 HTTP/1.1 | Host: a | ${LENGTH}`, "data hi", "end", "paused"],
  [
    `‸${CONNECT}${CHUNKED}\r\n\r\n2\r\n‸hi\r\n‸0\r\n\r\nraw`,
    `CONNECT a:1 HTTP/1.1 | Host: a | ${CHUNKED}`,
    "data [hi]",
    "end",
    "paused",
  ],
  [
    `‸POST / HTTP/1.1\r\nHost: a\r\n${SWITCH}\r\n${LENGTH}\r\n\r\n‸hi‸raw`,
    `POST / HTTP/1.1 | Host: a${SWITCHED} | ${LENGTH}`,
    "data hi",
    "end",
    "paused",
  ],
  [
    `‸PUT / HTTP/1.1\r\nHost: a\r\n${SWITCH}\r\n${CHUNKED}\r\n\r\n2\r\n‸hi\r\n‸0\r\n\r\nraw`,
    `PUT / HTTP/1.1 | Host: a${SWITCHED} | ${CHUNKED}`,
    "data [hi]",
    "end",
    "paused",
  ],
]);

// RFC 9112 6.3 (1): a 1xx has no body; what is behind it is the other protocol's.
readings(
  "101 with a length or a coding",
  () => {
    const connection = new Http1Connection("client");
    request(connection, "GET", [
      ["Connection", "upgrade"],
      ["Upgrade", "x"],
    ]);
    return connection;
  },
  [LENGTH, CHUNKED, "Content-Length: x", "Transfer-Encoding: gzip"].map(
    (field): Row => [
      `‸HTTP/1.1 101 \r\n${SWITCH}\r\n${field}\r\n\r\nhi`,
      `HTTP/1.1 101 ${SWITCHED} | ${field}`,
      "paused",
    ],
  ),
);

readings("what is behind a message without a body, by definition, is no body", () => client(), [
  [`‸HTTP/1.1 103 \r\n${LENGTH}\r\n\r\n‸hi`, `HTTP/1.1 103  | ${LENGTH}`, "BAD_VERSION 502"],
  [`‸HTTP/1.1 100 \r\n${CHUNKED}\r\n\r\n‸2\r\nhi\r\n`, `HTTP/1.1 100  | ${CHUNKED}`, "BAD_VERSION 502"],
  [`‸HTTP/1.1 204 \r\n${LENGTH}\r\n\r\n‸hi`, `HTTP/1.1 204  | ${LENGTH}`, "end", "paused"],
  ["‸HTTP/1.1 304 \r\n\r\n‸\r\n\r\nHTTP/1.1 200 \r\n\r\n", "HTTP/1.1 304 ", "end", "paused"],
]);

// Chromium reads a status out of each.
readings("status lines with a status somewhere", () => client(), [
  ["HTTP/1.1 302‸.1 Found\r\n", "BAD_STATUS 502"],
  ["HTTP/1.1‸ignored 201 Created\r\n", "BAD_STATUS 502"],
  ["HTTP/1.1‸\t500 204 No Content\r\n", "BAD_STATUS 502"],
  ["HTTP/2‸34.01 204 No Content\r\n", "BAD_VERSION 502"],
]);
readings("request lines with a request somewhere", server, [
  ["Extra lineGET ‸/ HTTP/1.1\r\n", "BAD_VERSION 400"],
  ["GET /a ‸/HTTP/1.1\r\n", "BAD_VERSION 400"],
]);

readings("a chunk of more than 4 GiB, whose size in 32 bits is that of what follows", server, [
  [
    `‸${post(CHUNKED)}100000002\r\n‸hi\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    `POST / HTTP/1.1 | Host: a | ${CHUNKED}`,
    "data [hi\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
  ],
]);

readings("close beside upgrade proposes nothing that could follow", server, [
  [
    "‸GET / HTTP/1.1\r\nHost: a\r\nConnection: close, upgrade\r\nUpgrade: x\r\n\r\n‸",
    "GET / HTTP/1.1 | Host: a | Connection: close, upgrade | Upgrade: x",
    "end",
    "paused",
  ],
]);

readings("names and numbers that only look like ASCII", server, [
  [post("Transfer-Encoding: ‸chun\xe2\x84\xaaed"), "BAD_TRANSFER_ENCODING 400 transfer-encoding"],
  [post("Transfer-Encoding: ‸\xa0,chunked"), "UNKNOWN_TRANSFER_CODING 501 transfer-encoding"],
  [post("Content-Length: ‸\xef\xbc\x95"), "BAD_CONTENT_LENGTH 400 content-length"],
  [post("Content-Length: ‸\xf0\x9d\x9f\x99"), "BAD_CONTENT_LENGTH 400 content-length"],
  ["GET / HTTP/1.‸\xef\xbc\x91\r\n", "BAD_VERSION 400"],
  ["‸\xef\xbb\xbfGET / HTTP/1.1\r\n", "BAD_METHOD 400"],
  [`‸${post(CHUNKED)}‸\xef\xbc\x95\r\n`, `POST / HTTP/1.1 | Host: a | ${CHUNKED}`, "BAD_CHUNK_SIZE 400"],
]);
readings("the same in responses", () => client(), [
  ["HTTP/1.1 20‸\xb2 OK\r\n", "BAD_STATUS 502"],
  ["HTTP/1.1 200‸\xa0OK\r\n", "BAD_STATUS 502"],
]);

readings("lines that are no field, though a lenient eye sees a framing field", server, [
  [post("Transfer-‸\r\nEncoding: chunked"), "BAD_FIELD_NAME 400"],
  [post("Content-Length‸ 2"), "BAD_FIELD_NAME 400"],
  [post("Transfer-Encoding‸ x: chunked"), "BAD_FIELD_NAME 400"],
  [post(`X: y\r\n‸\r${CHUNKED}`), "BARE_CR 400"],
  [`‸${post(CHUNKED)}5‸\r\r;a\r\n`, `POST / HTTP/1.1 | Host: a | ${CHUNKED}`, "BARE_CR 400"],
]);

readings("what reads like a fault, and is none", server, [
  [
    `‸${post("Content-Length: 010")}‸0123456789‸`,
    "POST / HTTP/1.1 | Host: a | Content-Length: 010",
    "data 0123456789",
    "end",
  ],
  [
    `‸${post(CHUNKED)}‸0\r\nX:GET / HTTP/1.1\r\n\r\n`,
    `POST / HTTP/1.1 | Host: a | ${CHUNKED}`,
    "end | X: GET / HTTP/1.1",
  ],
  [`‸${post("Transfer-%45ncoding: chunked")}‸`, "POST / HTTP/1.1 | Host: a | Transfer-%45ncoding: chunked", "end"],
]);

readings("other protocols, with a first line like ours", server, [
  ["SOURCE /a ‸ICE/1.0\r\n", "BAD_VERSION 400"],
  ["OPTIONS * ‸RTSP/1.0\r\n", "BAD_VERSION 400"],
  ["PROXY TCP4 ‸192.0.2.1 192.0.2.2 1 2\r\n", "BAD_VERSION 400"],
]);
readings("other protocols' answers", () => client(), [
  ["‸ICE/1.0 200 OK\r\n", "BAD_VERSION 502"],
  ["‸RTSP/1.0 200 OK\r\n", "BAD_VERSION 502"],
]);
