// Request heads read (RFC 9112 2 to 5): start line, fields, Host, framing fields, leniencies; each at every split.
// `‸` stands where the expected event begins, or at the octet at fault.
import { describe, expect, test } from "vitest";
import type { Http1Options, Leniencies, RequestEvent } from "../../src/http1/index.ts";
import { EOF, octets, type Row, readEverySplit, readings, server } from "./helpers.ts";

const allow = (name: keyof Leniencies, value = true): Http1Options => ({ allow: { [name]: value } });

/** A request with these field lines, Host last so that the faults of others are met first. */
const withFields = (lines: string, ...expected: string[]): Row => [
  `GET / HTTP/1.1\r\n${lines}\r\nHost: a\r\n\r\n`,
  ...expected,
];

const good = (start: string): Row => [`‸${start}\r\nHost: a\r\n\r\n‸`, `${start} | Host: a`, "end"];

describe("request line (RFC 9112 3)", () => {
  const TOKENS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const VISIBLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join("");
  readings("is read", server, [
    ...[
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "DELETE",
      "OPTIONS",
      "TRACE",
      "PATCH",
      "get",
      "G",
      "PROPFIND",
      "GETGETGETGETGETGET",
      TOKENS,
    ].map((method) => good(`${method} / HTTP/1.1`)),
    ...["*", "/a?b#c", "http://a/b", "//", "a", VISIBLE].map((target) => good(`GET ${target} HTTP/1.1`)),
    ["‸GET / HTTP/1.0\r\n\r\n‸", "GET / HTTP/1.0", "end"],
    ["‸GET / HTTP/1.0\r\nHost: a\r\n\r\n‸", "GET / HTTP/1.0 | Host: a", "end"],
    ["‸CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n‸", "CONNECT a:443 HTTP/1.1 | Host: a", "end", "paused"],
  ]);

  readings("is refused", server, [
    // method = token
    ["‸ GET / HTTP/1.1\r\n", "BAD_METHOD 400"],
    ["‸\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "BAD_METHOD 400"],
    ["‸\0", "BAD_METHOD 400"],
    ["‸\xff", "BAD_METHOD 400"],
    ["‸:", "BAD_METHOD 400"],
    ["‸\tGET / HTTP/1.1\r\n", "BAD_METHOD 400"],
    ["GET‸\r\n", "BAD_METHOD 400"],
    ["GET‸\n", "BAD_METHOD 400"],
    ["GET‸\t/ HTTP/1.1\r\n", "BAD_METHOD 400"],
    ["GET‸: a\r\n", "BAD_METHOD 400"],
    ["G‸\xc3\x89T / HTTP/1.1\r\n", "BAD_METHOD 400"],
    ["GET‸\0 / HTTP/1.1\r\n", "BAD_METHOD 400"],
    ['GET‸"/" HTTP/1.1\r\n', "BAD_METHOD 400"],
    // request-target = visible ASCII here
    ["GET ‸ / HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET ‸\r\n", "BAD_TARGET 400"],
    ["GET ‸\n", "BAD_TARGET 400"],
    ["GET /‸\0 HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET /‸\t HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET /‸\x7f HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET /‸\x80 HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET /‸\xff HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET ‸\xe4 HTTP/1.1\r\n", "BAD_TARGET 400"],
    // HTTP-version = "HTTP/" DIGIT "." DIGIT, and CRLF behind it
    ["GET /‸\r\n", "BAD_VERSION 400"],
    ["GET /‸\n", "BAD_VERSION 400"],
    ["GET / ‸\r\n", "BAD_VERSION 400"],
    ["GET / ‸ HTTP/1.1\r\n", "BAD_VERSION 400"],
    ["GET / ‸http/1.1\r\n", "BAD_VERSION 400"],
    ["GET / HTTP‸ /1.1\r\n", "BAD_VERSION 400"],
    ["GET / HTTP/‸\r\n", "BAD_VERSION 400"],
    ["GET / HTTP/1‸\r\n", "BAD_VERSION 400"],
    ["GET / HTTP/1‸,1\r\n", "BAD_VERSION 400"],
    ["GET / HTTP/1.‸x\r\n", "BAD_VERSION 400"],
    ["GET / HTTP/1.1‸1\r\n", "BAD_VERSION 400"],
    ["GET / HTTP/1.1‸ \r\n", "BAD_VERSION 400"],
    ["GET / HTTP/1.1‸\t\r\n", "BAD_VERSION 400"],
    ["GET / HTTP/1.1‸x\r\n", "BAD_VERSION 400"],
    ["GET / HTTP/1‸1\r\n", "BAD_VERSION 400"],
    ["GET / ‸XTTP/1.1\r\n", "BAD_VERSION 400"],
    ["GET / ‸a HTTP/1.1\r\n", "BAD_VERSION 400"],
    // line end
    ["GET / HTTP/1.1‸\n", "BARE_LF 400"],
    ["GET / HTTP/1.1‸\rHost: a\r\n", "BARE_CR 400"],
    ["GET / HTTP/1.1‸\r\r\n", "BARE_CR 400"],
    ["GET /‸\r HTTP/1.1\r\n", "BAD_VERSION 400"],
  ]);

  readings("has an unknown version", server, [
    ...["0.9", "2.0", "1.2", "3.0", "9.9", "0.0"].map(
      (version): Row => [`GET / ‸HTTP/${version}\r\nHost: a\r\n\r\n`, "VERSION_NOT_SUPPORTED 505"],
    ),
    ["PRI * ‸HTTP/2.0\r\n\r\nSM\r\n\r\n", "VERSION_NOT_SUPPORTED 505"],
    // A line fault stands before the whole-head checks wherever it is.
    ["GET / HTTP/2.0\r\na‸ b\r\n\r\n", "BAD_FIELD_NAME 400"],
  ]);

  readings("with allow.nonAsciiTarget", () => server(allow("nonAsciiTarget")), [
    ["‸GET /\x80\xe4\xff HTTP/1.1\r\nHost: a\r\n\r\n‸", "GET /\x80\xe4\xff HTTP/1.1 | Host: a", "end"],
    ["‸GET \xe4 HTTP/1.1\r\nHost: a\r\n\r\n‸", "GET \xe4 HTTP/1.1 | Host: a", "end"],
    ["GET /\xe4‸\x7f HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET /\xe4‸\0 HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET \xe4‸\r\n", "BAD_VERSION 400"],
  ]);

  test("every octet that is no token stops a method, every one that is not visible ASCII a target", () => {
    const visible = (octet: number) => octet > 0x20 && octet < 0x7f;
    for (let octet = 0; octet < 256; octet++) {
      const char = String.fromCharCode(octet);
      const method = readEverySplit(server, octets(`A${char}B / HTTP/1.1\r\nHost: a\r\n\r\n`));
      const target = readEverySplit(server, octets(`A /${char}B HTTP/1.1\r\nHost: a\r\n\r\n`));
      if (TOKENS.includes(char)) expect(method.lines[0]).toBe(`A${char}B / HTTP/1.1 | Host: a`);
      else if (char !== " ") expect([octet, method]).toEqual([octet, { lines: ["BAD_METHOD 400"], offsets: [1] }]);
      if (visible(octet)) expect(target.lines[0]).toBe(`A /${char}B HTTP/1.1 | Host: a`);
      else if (char === " " || char === "\r" || char === "\n") expect(target.lines).toEqual(["BAD_VERSION 400"]);
      else expect([octet, target]).toEqual([octet, { lines: ["BAD_TARGET 400"], offsets: [3] }]);
    }
  });
});

describe("empty lines before a request (RFC 9112 2.2)", () => {
  readings("one", server, [
    ["\r\n‸GET / HTTP/1.1\r\nHost: a\r\n\r\n‸", "GET / HTTP/1.1 | Host: a", "end"],
    [`\r\n‸${EOF}`, "closed"],
    [`\r‸${EOF}`, "INCOMPLETE_HEAD 400"],
    ["\r\n‸\r\n", "LEADING_EMPTY_LINES 400"],
    ["\r\n‸\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "LEADING_EMPTY_LINES 400"],
    ["‸\n", "BARE_LF 400"],
    ["\r\n‸\n", "BARE_LF 400"],
    ["‸\rX", "BARE_CR 400"],
    ["‸\r\r\n", "BARE_CR 400"],
    ["\r\n‸\rX", "BARE_CR 400"],
    ["\r\n‸ GET / HTTP/1.1\r\n", "BAD_METHOD 400"],
  ]);
  readings("none with maxLeadingEmptyLines 0", () => server({ limits: { maxLeadingEmptyLines: 0 } }), [
    ["‸\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "LEADING_EMPTY_LINES 400"],
    ["‸GET / HTTP/1.1\r\nHost: a\r\n\r\n‸", "GET / HTTP/1.1 | Host: a", "end"],
  ]);
  readings(
    "any number with maxLeadingEmptyLines Infinity",
    () => server({ limits: { maxLeadingEmptyLines: Number.POSITIVE_INFINITY } }),
    [[`${"\r\n".repeat(99)}‸GET / HTTP/1.1\r\nHost: a\r\n\r\n‸`, "GET / HTTP/1.1 | Host: a", "end"]],
  );
  readings("LF with allow.bareLf", () => server(allow("bareLf")), [
    ["\n‸GET / HTTP/1.1\r\nHost: a\r\n\r\n‸", "GET / HTTP/1.1 | Host: a", "end"],
    ["\r\n‸\n", "LEADING_EMPTY_LINES 400"],
    ["\n‸\r\n", "LEADING_EMPTY_LINES 400"],
    ["‸\rX", "BARE_CR 400"],
  ]);
  readings(
    "before each request anew, and not counted in the octets of the head",
    () => server({ limits: { maxHeadBytes: 27 } }),
    [
      [
        "\r\n‸GET / HTTP/1.1\r\nHost: a\r\n\r\n‸\r\n‸GET / HTTP/1.1\r\nHost: a\r\n\r\n‸\r\n‸\r\n",
        "GET / HTTP/1.1 | Host: a",
        "end",
        "GET / HTTP/1.1 | Host: a",
        "end",
        "LEADING_EMPTY_LINES 400",
      ],
      [`‸GET / HTTP/1.1\r\nHost: a\r\n\r\n‸\r\n‸${EOF}`, "GET / HTTP/1.1 | Host: a", "end", "closed"],
    ],
    true,
  );
});

describe("field lines (RFC 9112 5)", () => {
  const read = (lines: string, fields: string): Row => [
    `‸GET / HTTP/1.1\r\n${lines}\r\nHost: a\r\n\r\n‸`,
    `GET / HTTP/1.1 | ${fields} | Host: a`,
    "end",
  ];
  readings("are read", server, [
    read("A:b", "A: b"),
    read("A: b", "A: b"),
    read("A:\t b\t ", "A: b"),
    read("A:", "A: "),
    read("A: \t ", "A: "),
    read("A: b c\td", "A: b c\td"),
    read("A: \x80\xff", "A: \x80\xff"),
    read("A: ::,;\"'{}", "A: ::,;\"'{}"),
    read("!#$%&'*+-.^_`|~0aZ: b", "!#$%&'*+-.^_`|~0aZ: b"),
    read("a: 1\r\nA: 2\r\na: 3", "a: 1 | A: 2 | a: 3"),
    read(`x: ${"y".repeat(300)}`, `x: ${"y".repeat(300)}`),
    read(`${"n".repeat(100)}: v`, `${"n".repeat(100)}: v`),
  ]);

  readings("are refused", server, [
    // field-name = token, directly before ":"
    withFields("‸: b", "BAD_FIELD_NAME 400"),
    withFields("A‸ : b", "BAD_FIELD_NAME 400"),
    withFields("A‸\t: b", "BAD_FIELD_NAME 400"),
    withFields("A‸", "BAD_FIELD_NAME 400"),
    withFields("A‸ b", "BAD_FIELD_NAME 400"),
    withFields("A‸\0: b", "BAD_FIELD_NAME 400"),
    withFields("A‸\xe4: b", "BAD_FIELD_NAME 400"),
    withFields("‸(A): b", "BAD_FIELD_NAME 400"),
    withFields("A‸@: b", "BAD_FIELD_NAME 400"),
    // white space before the first field line
    withFields("‸ A: b", "BAD_FIELD_NAME 400"),
    withFields("‸\tA: b", "BAD_FIELD_NAME 400"),
    withFields("‸ ", "BAD_FIELD_NAME 400"),
    // field-value = HTAB / SP / VCHAR / obs-text
    withFields("A: b‸\0", "BAD_FIELD_VALUE 400 a"),
    withFields("A: ‸\x01", "BAD_FIELD_VALUE 400 a"),
    withFields("A-Long-Name: b‸\x0bc", "BAD_FIELD_VALUE 400 a-long-name"),
    withFields("A: b‸\x0cc", "BAD_FIELD_VALUE 400 a"),
    withFields("A: b‸\x1fc", "BAD_FIELD_VALUE 400 a"),
    withFields("A: b‸\x7fc", "BAD_FIELD_VALUE 400 a"),
    withFields("X: 1\r\nA: b‸\x7fc", "BAD_FIELD_VALUE 400 a"),
    // line ends
    withFields("A: b‸\n", "BARE_LF 400"),
    withFields("A: b‸\rc", "BARE_CR 400"),
    withFields("A:‸\rc", "BARE_CR 400"),
    withFields("A: b‸\r", "BARE_CR 400"),
    ["GET / HTTP/1.1\r\nHost: a\r\n‸\n", "BARE_LF 400"],
    ["GET / HTTP/1.1\r\nHost: a\r\n‸\rX\n", "BARE_CR 400"],
    ["GET / HTTP/1.1\r\n‸\n", "BARE_LF 400"],
    // obs-fold
    withFields("A: b\r\n‸ c", "OBS_FOLD 400"),
    withFields("A: b\r\n‸\tc", "OBS_FOLD 400"),
    withFields("A:\r\n‸ c", "OBS_FOLD 400"),
    withFields("A: b\r\n‸ ", "OBS_FOLD 400"),
    // a field line without colon, as a chunk of a body would be
    withFields("5‸", "BAD_FIELD_NAME 400"),
  ]);

  readings("of several faults the first one in the input counts", server, [
    ["G‸\0T /\0 HTTP/1.1\r\nA : b\r\n\r\n", "BAD_METHOD 400"],
    ["GET /‸\0 HTTP/x\r\nA : b\r\n\r\n", "BAD_TARGET 400"],
    withFields("A: ‸\x01\x02\r\nB : c", "BAD_FIELD_VALUE 400 a"),
    withFields("A: b\r\n‸ c\x01", "OBS_FOLD 400"),
    withFields("Host: /\r\nContent-Length: x\r\nB‸ : c", "BAD_FIELD_NAME 400"),
  ]);

  readings("cut off by the end of the input", server, [
    [`GET / HTTP/1.1\r\nHost: a\r\n\r‸${EOF}`, "INCOMPLETE_HEAD 400"],
    [`G‸${EOF}`, "INCOMPLETE_HEAD 400"],
    [`GET / HTTP/1.1‸${EOF}`, "INCOMPLETE_HEAD 400"],
    [`GET / HTTP/1.1\r\nHost: a‸${EOF}`, "INCOMPLETE_HEAD 400"],
    [`GET /‸\0${EOF}`, "BAD_TARGET 400"],
    [`GET / HTTP/1.1\r\nA: b\r\n‸ ${EOF}`, "OBS_FOLD 400"],
    [`GET / HTTP/1.1\r\nA‸ ${EOF}`, "BAD_FIELD_NAME 400"],
    [`‸${EOF}`, "closed"],
  ]);

  test("a fault waits for the end of its line, but in the first octet of the head", () => {
    const cases = [
      "GET /\0 HTTP/1.1",
      "GET / HTTP/1.1\r\nA : b",
      "GET / HTTP/1.1\r\nA: b\0",
      "GET / HTTP/1.1\r\nA: b\r\n c",
    ];
    for (const input of cases) {
      const connection = server();
      connection.feed(octets(input));
      expect(connection.nextEvent().type).toBe("need-data");
      connection.feed(octets("\r\n"));
      expect(() => connection.nextEvent()).toThrow();
    }
    for (const input of ["\0", " ", "\x16"]) {
      const connection = server();
      connection.feed(octets(input));
      expect(() => connection.nextEvent()).toThrow();
    }
  });

  const CONTROLS = [...Array(32).keys(), 0x7f].filter((octet) => octet !== 9);
  test("no control octet passes in a value, HTAB excepted", () => {
    for (const octet of CONTROLS) {
      const seen = readEverySplit(
        server,
        octets(`GET / HTTP/1.1\r\nA: b${String.fromCharCode(octet)}c\r\nHost: a\r\n\r\n`),
      );
      const code = octet === 10 ? "BARE_LF 400" : octet === 13 ? "BARE_CR 400" : "BAD_FIELD_VALUE 400 a";
      expect([octet, seen]).toEqual([octet, { lines: [code], offsets: [20] }]);
    }
  });
  test("with allow.controlBytesInValues every control octet does but NUL, CR and LF", () => {
    for (const octet of CONTROLS) {
      const value = `b${String.fromCharCode(octet)}c`;
      const input = octets(`GET / HTTP/1.1\r\nA: ${value}\r\nHost: a\r\n\r\n`);
      const { lines } = readEverySplit(() => server(allow("controlBytesInValues")), input);
      const refusals: Record<number, string> = { 0: "BAD_FIELD_VALUE 400 a", 10: "BARE_LF 400", 13: "BARE_CR 400" };
      expect([octet, lines[0]]).toEqual([octet, refusals[octet] ?? `GET / HTTP/1.1 | A: ${value} | Host: a`]);
    }
  });

  const FOLDED = "‸GET / HTTP/1.1\r\nA: b\r\n c\r\n\t d \t\r\nHost: a\r\n\r\n‸";
  readings("folded with allow.obsFold", () => server(allow("obsFold")), [
    [FOLDED, "GET / HTTP/1.1 | A: b c d | Host: a", "end"],
    read("A: b \t\r\n \t c", "A: b c"),
    read("A:\r\n b", "A: b"),
    read("A: b\r\n ", "A: b"),
    read("A: b\r\n \r\n c", "A: b c"),
    read("A: \r\n \r\n ", "A: "),
    read(`A: b${"\r\n c".repeat(20)}`, `A: b${" c".repeat(20)}`),
    withFields("A: b\r\n c‸\0", "BAD_FIELD_VALUE 400 a"),
    withFields("A: b\r\n c‸\n", "BARE_LF 400"),
    withFields("A: b\r\n c‸\rd", "BARE_CR 400"),
    withFields("‸ A: b", "BAD_FIELD_NAME 400"),
    [`GET / HTTP/1.1\r\nA: b\r\n c\r\n‸${EOF}`, "INCOMPLETE_HEAD 400"],
    // The folded value counts, whole.
    [
      "‸POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 1\r\n\r\n‸x‸",
      "POST / HTTP/1.1 | Host: a | Content-Length: 1",
      "data x",
      "end",
    ],
    ["‸GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n‸", "GET / HTTP/1.1 | Host: a", "end"],
    ["GET / HTTP/1.1\r\nHost: a‸\r\n b\r\n\r\n", "BAD_HOST 400 host"],
  ]);
  readings("folded with allow.obsFold and allow.bareLf", () => server({ allow: { obsFold: true, bareLf: true } }), [
    read("A: b\n c\r\n d", "A: b c d"),
  ]);

  const LF_ONLY = "‸GET / HTTP/1.1\nHost: a\nB: c\n\n‸";
  readings("ended by LF with allow.bareLf", () => server(allow("bareLf")), [
    [LF_ONLY, "GET / HTTP/1.1 | Host: a | B: c", "end"],
    ["‸GET / HTTP/1.1\r\nHost: a\n\r\n‸", "GET / HTTP/1.1 | Host: a", "end"],
    ["‸GET / HTTP/1.1\nHost: a\r\n\n‸", "GET / HTTP/1.1 | Host: a", "end"],
    ["GET / HTTP/1.1\nHost: a‸\r\r\n\n", "BARE_CR 400"],
    ["GET /‸\n", "BAD_VERSION 400"],
    ["GET / HTTP/1.1\nA: b\n‸ c\n", "OBS_FOLD 400"],
  ]);
});

describe("Host (RFC 9112 3.2)", () => {
  const HOSTS = [
    "",
    "a",
    "a.b-c_d~",
    "a:80",
    "a:",
    ":80",
    "1.2.3.4",
    "1.2.3.4:5",
    "256.0.0.1",
    "%41%7e",
    "!$&'()*+,;=",
    "[::]",
    "[::1]:80",
    "[1:2:3:4:5:6:7:8]",
    "[1::8]",
    "[::ffff:1.2.3.4]",
    "[1:2:3:4:5:6:1.2.3.4]",
    "[abcd:EF01::]",
    "[v1.a:b]",
    "[vF.~]",
    "a:99999999",
  ];
  readings(
    "is read",
    server,
    HOSTS.map((host): Row => [`‸GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n‸`, `GET / HTTP/1.1 | Host: ${host}`, "end"]),
  );

  const bad = (value: string): Row => [`GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`, "BAD_HOST 400 host"];
  readings("is refused", server, [
    bad("a‸ b"),
    bad("a‸/b"),
    bad("a‸?b"),
    bad("a‸#b"),
    bad("user‸@a"),
    bad("a:‸b"),
    bad("a:80‸:"),
    bad("a‸\\b"),
    bad("http:‸//a"),
    bad("‸%4"),
    bad("‸%zz"),
    bad("a‸\xe4"),
    bad('‸"a"'),
    bad("a‸<"),
    bad("a‸|"),
    bad("‸^"),
    bad("‸{}"),
    bad("a:80‸ x"),
    bad("‸["),
    bad("‸[]"),
    bad("‸[:]"),
    bad("‸[1]"),
    bad("‸[1:2:3:4:5:6:7]"),
    bad("‸[1:2:3:4:5:6:7:8:9]"),
    bad("‸[1::2::3]"),
    bad("‸[12345::]"),
    bad("‸[::g]"),
    bad("‸[::1.2.3]"),
    bad("‸[::1.2.3.256]"),
    bad("‸[::01.2.3.4]"),
    bad("‸[1:2:3:4:5:6:7::8]"),
    bad("‸[1:2:3:4:5:6:7:1.2.3.4]"),
    bad("‸[v.a]"),
    bad("‸[v1.]"),
    bad("‸[vg.a]"),
    bad("[::1]‸x"),
    bad("‸[::1"),
    bad("‸[:::]"),
    bad("‸[1:]"),
  ]);

  readings("is missing or there twice", server, [
    ["GET / HTTP/1.1\r\n‸\r\n", "MISSING_HOST 400 host"],
    ["GET / HTTP/1.1\r\nA: b\r\n‸\r\n", "MISSING_HOST 400 host"],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: ‸a\r\n\r\n", "DUPLICATE_HOST 400 host"],
    ["GET / HTTP/1.1\r\nHost: a\r\nhOST: ‸b\r\n\r\n", "DUPLICATE_HOST 400 host"],
    ["GET / HTTP/1.0\r\nHost: a\r\nHost: ‸a\r\n\r\n", "DUPLICATE_HOST 400 host"],
    ["GET / HTTP/1.0\r\nHost: ‸/\r\n\r\n", "BAD_HOST 400 host"],
    // Of two Host faults the first one counts.
    ["GET / HTTP/1.1\r\nHost: ‸/\r\nHost: a\r\n\r\n", "BAD_HOST 400 host"],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: ‸/\r\n\r\n", "DUPLICATE_HOST 400 host"],
  ]);
});

describe("CONNECT's target is host:port (RFC 9112 3.2.3)", () => {
  const head = (target: string) => `CONNECT ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
  readings(
    "is read",
    server,
    ["a:1", "a:0", "a:65535", "a:00080", "1.2.3.4:80", "[::1]:443", "a-b_c.d:1", "%41:1"].map(
      (target): Row => [`‸${head(target)}‸`, `CONNECT ${target} HTTP/1.1 | Host: a`, "end", "paused"],
    ),
  );
  readings(
    "is refused",
    server,
    [
      "a",
      "a:",
      ":1",
      "/",
      "*",
      "http://a/",
      "a:b",
      "a:1/",
      "a:65536",
      "a:99999999999999999999",
      "[::1",
      "[::1]",
      "u@a:1",
      "a:1:2",
      "a:-1",
    ].map((target): Row => [head(`‸${target}`), "BAD_TARGET 400"]),
  );
});

describe("the whole-head checks come in the order version, target, Host, Transfer-Encoding, Content-Length", () => {
  readings("order", server, [
    ["CONNECT / ‸HTTP/2.0\r\nTransfer-Encoding: x\r\nContent-Length: x\r\n\r\n", "VERSION_NOT_SUPPORTED 505"],
    ["CONNECT ‸/ HTTP/1.1\r\nTransfer-Encoding: x\r\nContent-Length: x\r\n\r\n", "BAD_TARGET 400"],
    ["GET / HTTP/1.1\r\nTransfer-Encoding: x\r\nContent-Length: x\r\n‸\r\n", "MISSING_HOST 400 host"],
    [
      "GET / HTTP/1.1\r\nContent-Length: x\r\nTransfer-Encoding: ‸x\r\nHost: a\r\n\r\n",
      "BAD_TRANSFER_ENCODING 400 transfer-encoding",
    ],
    ["GET / HTTP/1.1\r\nContent-Length: ‸x\r\nHost: a\r\n\r\n", "BAD_CONTENT_LENGTH 400 content-length"],
    // Both there: that is the fault, if the coding is sound.
    [
      "GET / HTTP/1.1\r\nContent-Length: ‸x\r\nTransfer-Encoding: chunked\r\nHost: a\r\n\r\n",
      "CONTENT_LENGTH_WITH_TRANSFER_ENCODING 400 content-length",
    ],
  ]);
});

describe("Content-Length (RFC 9110 8.6)", () => {
  const post = (lines: string) => `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n`;
  const shown = (lines: string) => `POST / HTTP/1.1 | Host: a | ${lines.replaceAll("\r\n", " | ")}`;
  const reads = (lines: string, body: string): Row => [`‸${post(lines)}‸${body}‸`, shown(lines), `data ${body}`, "end"];
  const refuses = (lines: string, code: string): Row => [post(lines), `${code} 400 content-length`];
  readings("is read", server, [
    reads("Content-Length: 5", "hello"),
    reads("CONTENT-LENGTH: 0005", "hello"),
    [
      "‸POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\t5 \t\r\n\r\n‸hello‸",
      "POST / HTTP/1.1 | Host: a | Content-Length: 5",
      "data hello",
      "end",
    ],
    [`‸${post("Content-Length: 0")}‸`, shown("Content-Length: 0"), "end"],
    [`‸${post(`Content-Length: ${"0".repeat(400)}`)}‸`, shown(`Content-Length: ${"0".repeat(400)}`), "end"],
    [`‸${post("Content-Length: 9007199254740991")}‸x`, shown("Content-Length: 9007199254740991"), "data x"],
  ]);
  readings("is refused", server, [
    ...[
      "‸",
      "‸x",
      "5‸x",
      "‸-5",
      "‸+5",
      "5‸.0",
      "0‸x5",
      "5‸ 5",
      "‸,",
      "‸, 5",
      "5,‸",
      "5, ‸,5",
      "5‸;",
      "‸\xb2",
      '‸"5"',
      "1‸e3",
    ].map((value) => refuses(`Content-Length: ${value}`, "BAD_CONTENT_LENGTH")),
    refuses("Content-Length: ‸9007199254740992", "CONTENT_LENGTH_TOO_LARGE"),
    refuses("Content-Length: ‸18446744073709551616", "CONTENT_LENGTH_TOO_LARGE"),
    refuses(`Content-Length: ‸${"9".repeat(5000)}`, "CONTENT_LENGTH_TOO_LARGE"),
    refuses("Content-Length: 5\r\nContent-Length: ‸6", "CONFLICTING_CONTENT_LENGTH"),
    refuses("Content-Length: 5, ‸6", "CONFLICTING_CONTENT_LENGTH"),
    refuses("Content-Length: 5\r\nContent-Length: ‸5", "REPEATED_CONTENT_LENGTH"),
    refuses("Content-Length: 5, ‸5", "REPEATED_CONTENT_LENGTH"),
    refuses("Content-Length: 5,‸05", "REPEATED_CONTENT_LENGTH"),
    refuses("Content-Length: 5, 5, ‸6", "CONFLICTING_CONTENT_LENGTH"),
    refuses("Content-Length: 5, 5, ‸x", "BAD_CONTENT_LENGTH"),
    refuses("Content-Length: 5\r\nContent-Length: ‸x", "BAD_CONTENT_LENGTH"),
  ]);
  readings("repeated with allow.repeatedContentLength", () => server(allow("repeatedContentLength")), [
    reads("Content-Length: 5\r\nContent-Length: 5", "hello"),
    reads("Content-Length: 5, 5", "hello"),
    reads("Content-Length: 5 ,\t005\r\nContent-Length: 5", "hello"),
    refuses("Content-Length: 5\r\nContent-Length: ‸6", "CONFLICTING_CONTENT_LENGTH"),
    refuses("Content-Length: 5, 5, ‸6", "CONFLICTING_CONTENT_LENGTH"),
    refuses("Content-Length: 5,‸ ", "BAD_CONTENT_LENGTH"),
    refuses("Content-Length: 9007199254740991, ‸9007199254740992", "CONTENT_LENGTH_TOO_LARGE"),
  ]);
  readings("in HTTP/1.0 too", server, [
    ["‸POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n‸hi‸", "POST / HTTP/1.0 | Content-Length: 2", "data hi", "end"],
  ]);
});

describe("Transfer-Encoding (RFC 9112 6.1)", () => {
  const post = (lines: string, version = "1.1") => `POST / HTTP/${version}\r\nHost: a\r\n${lines}\r\n\r\n`;
  const refuses = (lines: string, code: string): Row => [post(lines), `${code} transfer-encoding`];
  readings(
    "chunked is read",
    server,
    ["chunked", "Chunked", "CHUNKED"].map(
      (coding): Row => [
        `‸${post(`Transfer-Encoding: ${coding}`)}‸0\r\n\r\n`,
        `POST / HTTP/1.1 | Host: a | Transfer-Encoding: ${coding}`,
        "end",
      ],
    ),
  );
  readings("is refused", server, [
    ...[
      "gzip",
      "identity",
      "chunked, gzip",
      "chunked, chunked",
      "chunked,",
      ",chunked",
      ",",
      "",
      "xchunked",
      "chunke",
      "chunked;a",
      "chunked;a=b",
      "chunked x",
      '"chunked"',
      "chunked, identity",
    ].map((value) => refuses(`Transfer-Encoding: ‸${value}`, "BAD_TRANSFER_ENCODING 400")),
    refuses("Transfer-Encoding: chunked\r\nTransfer-Encoding: ‸chunked", "BAD_TRANSFER_ENCODING 400"),
    refuses("Transfer-Encoding: chunked\r\nTransfer-Encoding: ‸gzip", "BAD_TRANSFER_ENCODING 400"),
    refuses("Transfer-Encoding: ‸gzip, chunked", "UNKNOWN_TRANSFER_CODING 501"),
    refuses("Transfer-Encoding: ‸gzip, deflate, Chunked", "UNKNOWN_TRANSFER_CODING 501"),
    refuses("Transfer-Encoding: ‸identity, chunked", "UNKNOWN_TRANSFER_CODING 501"),
    refuses("Transfer-Encoding: ‸gzip;a=b, chunked", "UNKNOWN_TRANSFER_CODING 501"),
    refuses("Transfer-Encoding: gzip\r\nTransfer-Encoding: ‸chunked", "UNKNOWN_TRANSFER_CODING 501"),
  ]);
  readings("with Content-Length, and in HTTP/1.0", server, [
    [
      post("Content-Length: ‸5\r\nTransfer-Encoding: chunked"),
      "CONTENT_LENGTH_WITH_TRANSFER_ENCODING 400 content-length",
    ],
    [
      post("Transfer-Encoding: chunked\r\nContent-Length: ‸5"),
      "CONTENT_LENGTH_WITH_TRANSFER_ENCODING 400 content-length",
    ],
    [post("Transfer-Encoding: ‸chunked", "1.0"), "TRANSFER_ENCODING_IN_HTTP_1_0 400 transfer-encoding"],
    [post("Transfer-Encoding: ‸gzip", "1.0"), "TRANSFER_ENCODING_IN_HTTP_1_0 400 transfer-encoding"],
  ]);
});

test("an event is complete and does not change when more is fed", () => {
  const connection = server({ copyData: true });
  const chunk = octets("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n");
  connection.feed(chunk);
  const event = connection.nextEvent() as RequestEvent;
  chunk.fill(0x78);
  connection.feed(octets("GET /other HTTP/1.1\r\nHost: b\r\n\r\n"));
  for (const _ of connection.events());
  expect(event).toMatchObject({ type: "request", method: "GET", target: "/", httpVersion: "1.1", offset: 0 });
  expect([...event.headers]).toEqual([
    ["host", "a"],
    ["a", "b"],
  ]);
});
