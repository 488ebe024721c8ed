// Bodies read (RFC 9112 6 and 7): by length, in chunks with extensions and trailers, until the connection closes; in both
// roles, at every split. `‸` stands where the expected event begins, or at the octet at fault.
import { describe, expect, test } from "vitest";
import { FORBIDDEN_TRAILERS, Http1Connection, type Http1Options, type Role } from "../../src/http1/index.ts";
import { both, client, EOF, octets, type Row, readEverySplit, readings, server } from "./helpers.ts";

const START = { server: "POST / HTTP/1.1\r\nHost: a", client: "HTTP/1.1 200 OK" };
const SHOWN = { server: "POST / HTTP/1.1 | Host: a", client: "HTTP/1.1 200 OK" };
/** A fault's status hint, where a server's is 400. */
const hint = (role: Role, line: string) => (role === "client" ? line.replace(/ [45]\d\d/, " 502") : line);
const make = (role: Role, options?: Http1Options) => () =>
  role === "server" ? server(options) : client("GET", options);

/** The row behind a head with this framing field, as this role reads it. */
const behind = (role: Role, field: string, [body, ...expected]: Row): Row => [
  `‸${START[role]}\r\n${field}\r\n\r\n${body}`,
  `${SHOWN[role]} | ${field}`,
  ...expected.map((line) => hint(role, line)),
];

describe.each(both)("by length, in %s role", (role) => {
  const sized = (size: number, ...row: Row) => behind(role, `Content-Length: ${size}`, row);
  readings("", make(role), [
    sized(0, "‸", "end"),
    sized(1, "‸x‸", "data x", "end"),
    sized(5, "‸hello‸", "data hello", "end"),
    sized(5, "‸he", "data he"),
    sized(5, "‸hello‸more", "data hello", "end", "paused"),
    sized(2, "‸\0\xff‸", "data \0\xff", "end"),
    sized(5, `‸${EOF}`, "INCOMPLETE_BODY 400"),
    sized(5, `‸hell‸${EOF}`, "data hell", "INCOMPLETE_BODY 400"),
    sized(5, `‸hello‸‸${EOF}`, "data hello", "end", "closed"),
  ]);
});

describe.each(both)("in chunks, in %s role", (role) => {
  const chunked = (...row: Row) => behind(role, "Transfer-Encoding: chunked", row);
  readings("sizes and data", make(role), [
    chunked("‸0\r\n\r\n", "end"),
    chunked("‸000\r\n\r\n", "end"),
    chunked("5\r\n‸hello\r\n‸0\r\n\r\n", "data [hello]", "end"),
    chunked("1\r\n‸h\r\n4\r\n‸ello\r\n‸0\r\n\r\n", "data [h]", "data [ello]", "end"),
    chunked(
      `00a\r\n‸0123456789\r\nA\r\n‸0123456789\r\n1F\r\n‸${"x".repeat(31)}\r\n‸0\r\n\r\n`,
      "data [0123456789]",
      "data [0123456789]",
      `data [${"x".repeat(31)}]`,
      "end",
    ),
    chunked("2\r\n‸\r\n\r\n‸0\r\n\r\n", "data [\r\n]", "end"),
    chunked("5\r\n‸he", "data [he"),
    chunked("5\r\n‸hello", "data [hello]"),
    chunked("0000000000000005\r\n‸hello\r\n‸0\r\n\r\n", "data [hello]", "end"),
    chunked("1fffffffffffff\r\n‸x", "data [x"),
    chunked("‸0\r\n\r\nmore", "end", "paused"),
  ]);
  readings("faulty sizes", make(role), [
    ...[" ", "\t", "-", "+1", "x", "g", "G", ";a", "\0", "\xb2", '"5"', "."].map((size) =>
      chunked(`‸${size}\r\n`, "BAD_CHUNK_SIZE 400"),
    ),
    chunked("5‸ \r\n", "BAD_CHUNK_SIZE 400"),
    chunked("5‸\t\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("5‸g\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("0‸x5\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("5‸,\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("5‸_0\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("5‸.\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("‸\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("‸\n", "BAD_CHUNK_SIZE 400"),
    chunked("5‸\n", "BARE_LF 400"),
    chunked("5‸\rx\n", "BARE_CR 400"),
    chunked("5‸\r\r\n", "BARE_CR 400"),
    chunked("2000000000000‸0\r\n", "CHUNK_SIZE_TOO_LARGE 400"),
    chunked("fffffffffffff‸fff\r\n", "CHUNK_SIZE_TOO_LARGE 400"),
    chunked("0000000000000000‸5\r\n", "CHUNK_SIZE_TOO_LONG 413"),
    chunked("1\r\n‸x\r\n‸z\r\n", "data [x]", "BAD_CHUNK_SIZE 400"),
  ]);
  // Octet by octet, at once: nothing but CRLF (CVE-2025-43859).
  readings("faulty ends of chunk data", make(role), [
    chunked("1\r\n‸x‸y", "data [x]", "BAD_CHUNK_END 400"),
    chunked("1\r\n‸x‸\n", "data [x]", "BAD_CHUNK_END 400"),
    chunked("1\r\n‸x\r‸x", "data [x]", "BAD_CHUNK_END 400"),
    chunked("1\r\n‸x\r‸\r", "data [x]", "BAD_CHUNK_END 400"),
    chunked("1\r\n‸x‸0\r\n\r\n", "data [x]", "BAD_CHUNK_END 400"),
    chunked("3\r\n‸abc‸ \r\n", "data [abc]", "BAD_CHUNK_END 400"),
  ]);
  readings("cut off", make(role), [
    chunked(`‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`5‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`5\r‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`5;a‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`5\r\n‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`5\r\n‸he‸${EOF}`, "data [he", "INCOMPLETE_BODY 400"),
    chunked(`2\r\n‸he‸${EOF}`, "data [he]", "INCOMPLETE_BODY 400"),
    chunked(`2\r\n‸he\r‸${EOF}`, "data [he]", "INCOMPLETE_BODY 400"),
    chunked(`2\r\n‸he\r\n‸${EOF}`, "data [he]", "INCOMPLETE_BODY 400"),
    chunked(`0\r\n‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`0\r\n\r‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`0\r\nA: b\r\n‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`5 ‸${EOF}`, "INCOMPLETE_BODY 400"),
    chunked(`5 ‸x${EOF}`, "BAD_CHUNK_SIZE 400"),
    chunked(`5‸g${EOF}`, "BAD_CHUNK_SIZE 400"),
    chunked(`0\r\nA‸ ${EOF}`, "BAD_FIELD_NAME 400"),
  ]);
  // chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) (RFC 9112 7.1.1)
  const EXTENSIONS = [
    ";a",
    ";a=b",
    ";a;b=c;d",
    " ;a",
    "\t;\ta",
    " ; a = b ; c",
    ';a="b"',
    ';a=""',
    ';a="b;c=\\"\\\\ \t\x80"',
    ";!#$%&'*+-.^_`|~=1",
    ';a = "b"',
  ];
  readings("extensions are checked and dropped", make(role), [
    ...EXTENSIONS.map((extension) => chunked(`1${extension}\r\n‸x\r\n‸0${extension}\r\n\r\n`, "data [x]", "end")),
    chunked("1;‸\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a;‸\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;‸=b\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a=‸\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a=‸;b\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a‸ \r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a=b‸ \t\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a ‸b\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a=b‸=c\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked('1;a="b"‸c\r\n', "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a='b'‸@\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked('1;a="b‸\r\n', "BAD_CHUNK_EXTENSION 400"),
    chunked('1;a="b\\‸\r\n', "BAD_CHUNK_EXTENSION 400"),
    chunked('1;a="‸\0"\r\n', "BAD_CHUNK_EXTENSION 400"),
    chunked('1;a="‸\x7f"\r\n', "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a‸\0\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a=‸\xff\r\n", "BAD_CHUNK_EXTENSION 400"),
    chunked("1;a‸\n", "BARE_LF 400"),
    chunked("1;a‸\rb\n", "BARE_CR 400"),
    chunked("1;a=b‸\n", "BARE_LF 400"),
  ]);
  readings("with allow.chunkSizeWhitespace", make(role, { allow: { chunkSizeWhitespace: true } }), [
    chunked("1 \t\r\n‸x\r\n‸0 \r\n\r\n", "data [x]", "end"),
    chunked("1;a \r\n‸x\r\n‸0;a=b\t\r\n\r\n", "data [x]", "end"),
    chunked("‸ 1\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("1 ‸1\r\n", "BAD_CHUNK_SIZE 400"),
    chunked("1 ‸\n", "BARE_LF 400"),
    chunked("1 ‸\rx\n", "BARE_CR 400"),
    chunked(`1 ‸${EOF}`, "INCOMPLETE_BODY 400"),
  ]);
  // LF never ends a chunk-size line, whatever is allowed elsewhere (RFC 9112 erratum 7633).
  readings("with allow.bareLf", make(role, { allow: { bareLf: true } }), [
    chunked("1‸\n", "BARE_LF 400"),
    chunked("1;a‸\n", "BARE_LF 400"),
    chunked("1\r\n‸x‸\n", "data [x]", "BAD_CHUNK_END 400"),
    chunked("‸0\r\n\n", "end"),
    chunked("‸0\r\nA: b\n\n", "end | A: b"),
  ]);

  readings("trailers", make(role), [
    chunked("‸0\r\nA: b\r\n\r\n", "end | A: b"),
    chunked("1\r\n‸x\r\n‸0\r\nA: b\r\nc:\t\xe4 \r\n\r\n", "data [x]", "end | A: b | c: \xe4"),
    chunked("0\r\nA‸ : b\r\n", "BAD_FIELD_NAME 400"),
    chunked("0\r\n‸ A: b\r\n", "BAD_FIELD_NAME 400"),
    chunked("0\r\n‸: b\r\n", "BAD_FIELD_NAME 400"),
    chunked("0\r\nA: b‸\0\r\n", "BAD_FIELD_VALUE 400 a"),
    chunked("0\r\nA: b‸\n", "BARE_LF 400"),
    chunked("0\r\n‸\n", "BARE_LF 400"),
    chunked("0\r\n‸\rX", "BARE_CR 400"),
    chunked("0\r\nA: b\r\n‸\n", "BARE_LF 400"),
    chunked("0\r\nA: b‸\rC: d\r\n", "BARE_CR 400"),
    chunked("0\r\n5‸\r\nhello\r\n", "BAD_FIELD_NAME 400"),
    // Names that must not stand there are dropped, whatever their values say (RFC 9110 6.5.1).
    chunked(
      "‸0\r\nContent-Length: x\r\nA: b\r\nTransfer-Encoding: gzip\r\nHost: /\r\nHost: b\r\nc: d\r\n\r\n",
      "end | A: b | c: d",
    ),
    chunked("‸0\r\nSet-Cookie: a=b\r\n\r\n", "end"),
    chunked("‸0\r\nConnection: close\r\nUpgrade: x\r\nX: y\r\n\r\n", "end | Connection: close | Upgrade: x | X: y"),
    ...FORBIDDEN_TRAILERS.map((name) => chunked(`‸0\r\n${name.toUpperCase()}: 1\r\nA: b\r\n\r\n`, "end | A: b")),
  ]);
  const fold = chunked("‸0\r\nA: b\r\n\tc\r\nB: d\r\n\r\n", "end | A: b c | B: d");
  const noFold = chunked("0\r\nA: b\r\n‸ c\r\n", "OBS_FOLD 400");
  readings("folded trailers", make(role), [role === "client" ? fold : noFold]);
  readings("folded trailers with allow.obsFold", make(role, { allow: { obsFold: true } }), [fold]);
  readings("folded trailers without allow.obsFold", make(role, { allow: { obsFold: false } }), [noFold]);
  readings("trailers with allow.controlBytesInValues", make(role, { allow: { controlBytesInValues: true } }), [
    chunked("‸0\r\nA: \x01\r\n\r\n", "end | A: \x01"),
  ]);

  test("faults of chunk-size lines wait for the end of the line, but in its first octet", () => {
    for (const [line, waits] of [
      ["5 ", true],
      ["5;", true],
      ["5;a=\0", true],
      ["5g", true],
      ["g", false],
      [";", false],
    ] as const) {
      const connection = make(role)();
      connection.feed(octets(`${START[role]}\r\nTransfer-Encoding: chunked\r\n\r\n`));
      connection.nextEvent();
      connection.feed(octets(line));
      if (!waits) {
        expect(() => connection.nextEvent(), line).toThrow();
        continue;
      }
      expect(connection.nextEvent().type, line).toBe("need-data");
      connection.feed(octets("\r\n"));
      expect(() => connection.nextEvent(), line).toThrow();
    }
  });
});

test("a chunk's octets of any value, at any split", () => {
  const body = String.fromCharCode(...Array(256).keys());
  const { lines } = readEverySplit(
    server,
    octets(`${START.server}\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n${body}\r\n0\r\n\r\n`),
  );
  expect(lines).toEqual([`${SHOWN.server} | Transfer-Encoding: chunked`, `data [${body}]`, "end"]);
});

test("one data event for each piece of a chunk in a fed chunk", () => {
  const connection = new Http1Connection("server");
  connection.feed(octets(`${START.server}\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab`));
  connection.feed(octets("cd\r\n1\r\nx\r\n1"));
  const marks = [...connection.events()].flatMap((event) =>
    event.type === "data" ? [[String.fromCharCode(...event.data), event.chunkStart, event.chunkEnd]] : [],
  );
  expect(marks).toEqual([
    ["ab", true, false],
    ["cd", false, true],
    ["x", true, true],
  ]);
});
