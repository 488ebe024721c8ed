// Response heads read (RFC 9112 4 to 6): status line, fields, which have a body and how long it is; at every split.
// `‸` stands where the expected event begins, or at the octet at fault.
import { describe, expect, test } from "vitest";
import type { Http1Options, Leniencies } from "../../src/http1/index.ts";
import { client, EOF, octets, type Row, readEverySplit, readings } from "./helpers.ts";

const allow = (name: keyof Leniencies, value: boolean): Http1Options => ({ allow: { [name]: value } });
const get = () => client("GET");
const EMPTY = "Content-Length: 0";

/** A response without body that is read as it stands. */
const good = (status: string, shown = status): Row => [`‸${status}\r\n${EMPTY}\r\n\r\n‸`, `${shown} | ${EMPTY}`, "end"];

describe("status line (RFC 9112 4)", () => {
  readings("is read", get, [
    good("HTTP/1.1 200 OK"),
    good("HTTP/1.0 200 OK"),
    good("HTTP/1.1 200 "),
    good("HTTP/1.1 200", "HTTP/1.1 200 "),
    good("HTTP/1.1 200  OK "),
    good("HTTP/1.1 200 \tA\tB\t"),
    good("HTTP/1.1 404 \xe4\x80\xff"),
    good("HTTP/1.1 999 a:b/c!"),
    good("HTTP/1.1 600 x"),
    good(`HTTP/1.1 200 ${"x".repeat(1000)}`),
  ]);
  readings("is refused", get, [
    // HTTP-version
    ["‸X", "BAD_VERSION 502"],
    ["‸\0", "BAD_VERSION 502"],
    ["‸\r\n", "BAD_VERSION 502"],
    ["‸\n", "BAD_VERSION 502"],
    ["‸ HTTP/1.1 200 OK\r\n", "BAD_VERSION 502"],
    ["‸http/1.1 200 OK\r\n", "BAD_VERSION 502"],
    ["H‸\r\n", "BAD_VERSION 502"],
    ["HTTP‸ 200 OK\r\n", "BAD_VERSION 502"],
    ["HTTP/‸x.1 200 OK\r\n", "BAD_VERSION 502"],
    ["HTTP/1‸ 200 OK\r\n", "BAD_VERSION 502"],
    ["HTTP/1.‸ 200 OK\r\n", "BAD_VERSION 502"],
    ["HTTP/1‸0.1 200 OK\r\n", "BAD_VERSION 502"],
    ["‸ICY 200 OK\r\n", "BAD_VERSION 502"],
    // SP 3DIGIT SP, from 100 on
    ["HTTP/1.1‸\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1‸1 200 OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1‸\t200 OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 ‸ 200 OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 ‸\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 2‸\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 20‸ OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 20‸x OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 ‸-20 OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 200‸0 OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 200‸OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 200‸\tOK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 ‸000 OK\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 ‸099 OK\r\n", "BAD_STATUS 502"],
    // reason-phrase
    ["HTTP/1.1 200 O‸\0K\r\n", "BAD_REASON 502"],
    ["HTTP/1.1 200 ‸\x01\r\n", "BAD_REASON 502"],
    ["HTTP/1.1 200 ‸\x0b\r\n", "BAD_REASON 502"],
    ["HTTP/1.1 200 OK‸\x7f\r\n", "BAD_REASON 502"],
    // line end
    ["HTTP/1.1 200 OK‸\n", "BARE_LF 502"],
    ["HTTP/1.1 200‸\n", "BARE_LF 502"],
    ["HTTP/1.1 200 OK‸\rX: y\r\n", "BARE_CR 502"],
    ["HTTP/1.1 200‸\rX: y\r\n", "BARE_CR 502"],
    // a client has no use for other versions
    ["‸HTTP/2.0 200 OK\r\n\r\n", "VERSION_NOT_SUPPORTED 502"],
    ["‸HTTP/0.9 200 OK\r\n\r\n", "VERSION_NOT_SUPPORTED 502"],
    ["‸HTTP/1.2 200 OK\r\nTransfer-Encoding: x\r\n\r\n", "VERSION_NOT_SUPPORTED 502"],
    // the end of the input
    [`H‸${EOF}`, "INCOMPLETE_HEAD 502"],
    [`HTTP/1.1 200 OK\r\n‸${EOF}`, "INCOMPLETE_HEAD 502"],
    [`HTTP/1.1 200 OK\r\n\r‸${EOF}`, "INCOMPLETE_HEAD 502"],
    [`HTTP/1.1 2‸x${EOF}`, "BAD_STATUS 502"],
    [`‸${EOF}`, "RESPONSE_NOT_RECEIVED 502"],
    [`‸HTTP/1.1 103 \r\n\r\n‸${EOF}`, "HTTP/1.1 103 ", "RESPONSE_NOT_RECEIVED 502"],
  ]);
  readings("without SP, without allow.missingReasonSpace", () => client("GET", allow("missingReasonSpace", false)), [
    ["HTTP/1.1 200‸\r\n", "BAD_STATUS 502"],
    ["HTTP/1.1 200‸\n", "BAD_STATUS 502"],
    good("HTTP/1.1 200 "),
  ]);
  test("every control octet but HTAB is refused in a reason", () => {
    for (const octet of [...Array(32).keys(), 0x7f].filter((control) => control !== 9)) {
      const seen = readEverySplit(get, octets(`HTTP/1.1 200 O${String.fromCharCode(octet)}K\r\n\r\n`));
      const code = octet === 10 ? "BARE_LF 502" : octet === 13 ? "BARE_CR 502" : "BAD_REASON 502";
      expect([octet, seen]).toEqual([octet, { lines: [code], offsets: [14] }]);
    }
  });
});

describe("fields", () => {
  const OK = "HTTP/1.1 200 OK";
  const reads = (lines: string, shown: string): Row => [
    `‸${OK}\r\n${EMPTY}\r\n${lines}\r\n\r\n‸`,
    `${OK} | ${EMPTY} | ${shown}`,
    "end",
  ];
  const refuses = (lines: string, expected: string): Row => [`${OK}\r\n${lines}\r\n\r\n`, expected];
  // obs-fold: a user agent must make each one SP (RFC 9112 5.2).
  readings("folds become one SP", get, [
    reads("A: b\r\n c", "A: b c"),
    reads("A: b \t \r\n\t \tc\r\n d", "A: b c d"),
    reads("A:\r\n b\r\n ", "A: b"),
    reads("A:\r\n \r\n ", "A: "),
    reads("A: b\r\n c\r\nB: d\r\n e", "A: b c | B: d e"),
    ["‸HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\n‸hi‸", "HTTP/1.1 200 OK | Content-Length: 2", "data hi", "end"],
    [
      "‸HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n‸0\r\n\r\n",
      "HTTP/1.1 200 OK | Transfer-Encoding: chunked",
      "end",
    ],
    refuses("‸ A: b", "BAD_FIELD_NAME 502"),
    refuses("A: b\r\n c‸\0", "BAD_FIELD_VALUE 502 a"),
    refuses("A: b\r\n\tc: d‸\x01", "BAD_FIELD_VALUE 502 a"),
    refuses("A: b\r\n c‸\rd", "BARE_CR 502"),
    refuses("A: b\r\n c‸\n", "BARE_LF 502"),
    [`${OK}\r\nA: b\r\n c\r\n‸${EOF}`, "INCOMPLETE_HEAD 502"],
    [`${OK}\r\nA: b\r\n c‸\0${EOF}`, "BAD_FIELD_VALUE 502 a"],
  ]);
  readings("folds without allow.obsFold", () => client("GET", allow("obsFold", false)), [
    refuses("A: b\r\n‸ c", "OBS_FOLD 502"),
    refuses("A: b\r\n‸\tc", "OBS_FOLD 502"),
  ]);
  readings("are refused", get, [
    refuses("‸: b", "BAD_FIELD_NAME 502"),
    refuses("A‸ : b", "BAD_FIELD_NAME 502"),
    refuses("A‸", "BAD_FIELD_NAME 502"),
    refuses("A: ‸\x01", "BAD_FIELD_VALUE 502 a"),
    refuses("A: b‸\n", "BARE_LF 502"),
    refuses("A: b‸\rc", "BARE_CR 502"),
  ]);
  readings("with allow.bareLf", () => client("GET", allow("bareLf", true)), [
    ["‸HTTP/1.1 200 OK\nContent-Length: 0\n\n‸", `${OK} | ${EMPTY}`, "end"],
    ["‸HTTP/1.1 200\nA: b\n c\r\nContent-Length: 0\n\r\n‸", `HTTP/1.1 200  | A: b c | ${EMPTY}`, "end"],
    // An empty line before a response is none, whatever ends it.
    ["‸\n", "BAD_VERSION 502"],
  ]);
  readings("with allow.controlBytesInValues", () => client("GET", allow("controlBytesInValues", true)), [
    reads("A: \x01b\x7f", "A: \x01b\x7f"),
    refuses("A: b‸\0", "BAD_FIELD_VALUE 502 a"),
    // The reason is no field value.
    ["HTTP/1.1 200 ‸\x01\r\n", "BAD_REASON 502"],
  ]);
  readings("Host means nothing in a response", get, [reads("Host: a/b\r\nHost: c", "Host: a/b | Host: c")]);
});

describe("which responses have a body, and how long it is (RFC 9112 6.3)", () => {
  const head = (status: string, lines: string) => `HTTP/1.1 ${status} \r\n${lines}\r\n\r\n`;
  const shown = (status: string, lines: string) => `HTTP/1.1 ${status}  | ${lines.replaceAll("\r\n", " | ")}`;
  const FRAMING = [
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Content-Length: x",
    "Content-Length: 5, 6",
    "Content-Length: 99999999999999999999",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked",
  ];
  // Kept in the headers, and otherwise ignored.
  const bodiless = (status: string) =>
    FRAMING.map((lines): Row => [`‸${head(status, lines)}‸`, shown(status, lines), "end"]);
  readings("HEAD", () => client("HEAD"), [...bodiless("200"), ...bodiless("404"), ...bodiless("500")]);
  readings("204 and 304", get, [...bodiless("204"), ...bodiless("304")]);
  readings(
    "1xx",
    get,
    FRAMING.map(
      (lines): Row => [`‸${head("103", lines)}‸HTTP/1.1 204 \r\n\r\n‸`, shown("103", lines), "HTTP/1.1 204 ", "end"],
    ),
  );
  readings(
    "2xx to CONNECT",
    () => client("CONNECT"),
    [200, 204, 299].flatMap((status) =>
      FRAMING.map((lines): Row => [`‸${head(`${status}`, lines)}`, shown(`${status}`, lines), "paused"]),
    ),
  );
  readings("others to CONNECT", () => client("CONNECT"), [
    ["‸HTTP/1.1 404 \r\nContent-Length: 2\r\n\r\n‸hi‸", "HTTP/1.1 404  | Content-Length: 2", "data hi", "end"],
    ["‸HTTP/1.1 300 \r\nContent-Length: 2\r\n\r\n‸hi‸", "HTTP/1.1 300  | Content-Length: 2", "data hi", "end"],
    ["HTTP/1.1 404 \r\nContent-Length: ‸x\r\n\r\n", "BAD_CONTENT_LENGTH 502 content-length"],
  ]);

  readings("Content-Length", get, [
    ["‸HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n‸hi‸", shown("200", "Content-Length: 2"), "data hi", "end"],
    ["HTTP/1.1 200 \r\nContent-Length: ‸\r\n\r\n", "BAD_CONTENT_LENGTH 502 content-length"],
    ["HTTP/1.1 200 \r\nContent-Length: ‸9007199254740992\r\n\r\n", "CONTENT_LENGTH_TOO_LARGE 502 content-length"],
    ["HTTP/1.1 200 \r\nContent-Length: 5, ‸6\r\n\r\n", "CONFLICTING_CONTENT_LENGTH 502 content-length"],
    ["HTTP/1.1 200 \r\nContent-Length: 5\r\nContent-Length: ‸5\r\n\r\n", "REPEATED_CONTENT_LENGTH 502 content-length"],
  ]);
  readings("repeated with allow.repeatedContentLength", () => client("GET", allow("repeatedContentLength", true)), [
    ["‸HTTP/1.1 200 \r\nContent-Length: 2, 2\r\n\r\n‸hi‸", shown("200", "Content-Length: 2, 2"), "data hi", "end"],
  ]);

  const CHUNKS = "2\r\n‸hi\r\n‸0\r\n\r\n";
  readings("Transfer-Encoding", get, [
    [
      `‸${head("200", "Transfer-Encoding: chunked")}${CHUNKS}`,
      shown("200", "Transfer-Encoding: chunked"),
      "data [hi]",
      "end",
    ],
    ["HTTP/1.1 200 \r\nTransfer-Encoding: ‸gzip\r\n\r\n", "BAD_TRANSFER_ENCODING 502 transfer-encoding"],
    ["HTTP/1.1 200 \r\nTransfer-Encoding: ‸gzip, chunked\r\n\r\n", "UNKNOWN_TRANSFER_CODING 502 transfer-encoding"],
    ["HTTP/1.0 200 \r\nTransfer-Encoding: ‸gzip\r\n\r\n", "BAD_TRANSFER_ENCODING 502 transfer-encoding"],
    [
      "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: ‸chunked\r\n\r\n",
      "BAD_TRANSFER_ENCODING 502 transfer-encoding",
    ],
  ]);
  // Faulty framing that is read all the same closes the connection: what follows is dropped (RFC 9112 6.1).
  readings("chunked beside Content-Length, or in HTTP/1.0, closes", get, [
    [
      `‸${head("200", "Content-Length: 5\r\nTransfer-Encoding: chunked")}${CHUNKS}HTTP/1.1 200 OK\r\n\r\n‸${EOF}`,
      shown("200", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
      "data [hi]",
      "end",
      "closed",
    ],
    [
      `‸${head("200", "Content-Length: x\r\nTransfer-Encoding: chunked")}${CHUNKS}junk‸${EOF}`,
      shown("200", "Content-Length: x\r\nTransfer-Encoding: chunked"),
      "data [hi]",
      "end",
      "closed",
    ],
    [
      `‸HTTP/1.0 200 \r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}junk‸${EOF}`,
      "HTTP/1.0 200  | Transfer-Encoding: chunked",
      "data [hi]",
      "end",
      "closed",
    ],
  ]);

  readings("neither: until the connection closes", get, [
    [`‸HTTP/1.1 200 OK\r\n\r\n‸hello‸‸${EOF}`, "HTTP/1.1 200 OK", "data hello", "end", "closed"],
    [`‸HTTP/1.1 200 OK\r\n\r\n‸‸${EOF}`, "HTTP/1.1 200 OK", "end", "closed"],
    [
      `‸HTTP/1.0 200 OK\r\n\r\n‸HTTP/1.1 200 OK\r\n\r\n‸‸${EOF}`,
      "HTTP/1.0 200 OK",
      "data HTTP/1.1 200 OK\r\n\r\n",
      "end",
      "closed",
    ],
    ["‸HTTP/1.1 200 OK\r\n\r\n‸hello", "HTTP/1.1 200 OK", "data hello"],
  ]);
});
