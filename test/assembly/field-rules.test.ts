// What a field must be by itself (RFC 9113 8.2, 8.3), received and to be sent: every octet at every kind of place, and every
// rule of a name.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout-http2.ts";
import { hex, literal, plain } from "../http2/hpack-helpers.ts";
import { decodeAt, encodeAt, faultName, HPACK_BUILDS, newHpack } from "./hpack-kernel.ts";

const TCHAR = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/;
const UPPER = /^[A-Z]$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]$/;

/** The fault of each value of a name; of sound ones "". */
const FIELDS: [name: string, rule: number, values: [value: string, fault: string][]][] = [
  [
    ":method",
    layout.METHOD,
    [
      ["GET", ""],
      ["get", ""],
      ["M-SEARCH", ""],
      ["", "BAD_METHOD"],
      ["G ET", "BAD_METHOD"],
      ["GET / HTTP/1.1\r\nX:", "BAD_FIELD_VALUE"],
      ["G(T", "BAD_METHOD"],
    ],
  ],
  [
    ":scheme",
    layout.SCHEME,
    [
      ["https", ""],
      ["a+1-2.z", ""],
      ["H", ""],
      ["", "BAD_SCHEME"],
      ["1a", "BAD_SCHEME"],
      ["http://evil", "BAD_SCHEME"],
      ["a b", "BAD_SCHEME"],
    ],
  ],
  [
    ":authority",
    layout.AUTHORITY_FIELD,
    [
      ["a.example", ""],
      ["a.example:443", ""],
      ["a.example:", ""],
      ["[::1]:8080", ""],
      ["", "BAD_AUTHORITY"],
      ["user@a.example", "BAD_AUTHORITY"],
      ["a.example/x", "BAD_AUTHORITY"],
      ["a:b", "BAD_AUTHORITY"],
    ],
  ],
  [
    ":path",
    layout.PATH,
    [
      ["/", ""],
      ["*", ""],
      ["/a?b=c#d", ""],
      ["", "BAD_PATH"],
      ["/a b", "BAD_PATH"],
      ["/\xe9", "BAD_PATH"],
      ["/\x7f", "BAD_FIELD_VALUE"],
      ["/\r\n", "BAD_FIELD_VALUE"],
    ],
  ],
  [
    ":protocol",
    layout.PROTOCOL,
    [
      ["websocket", ""],
      ["", "BAD_PROTOCOL"],
      ["a/b", "BAD_PROTOCOL"],
    ],
  ],
  [
    ":status",
    layout.STATUS,
    [
      ["200", ""],
      ["100", ""],
      ["999", ""],
      ["099", "BAD_STATUS"],
      ["20", "BAD_STATUS"],
      ["2000", "BAD_STATUS"],
      ["2xx", "BAD_STATUS"],
      ["20x", "BAD_STATUS"],
      ["x00", "BAD_STATUS"],
      ["", "BAD_STATUS"],
    ],
  ],
  [":unknown", layout.UNKNOWN_PSEUDO, [["x", "UNKNOWN_PSEUDO_FIELD"]]],
  [
    "content-length",
    layout.CONTENT_LENGTH,
    [
      ["0", ""],
      ["00012", ""],
      ["9007199254740991", ""],
      ["9007199254740992", "CONTENT_LENGTH_TOO_LARGE"],
      ["9".repeat(60), "CONTENT_LENGTH_TOO_LARGE"],
      [`${"9".repeat(60)}x`, "BAD_CONTENT_LENGTH"],
      ["", "BAD_CONTENT_LENGTH"],
      ["+5", "BAD_CONTENT_LENGTH"],
      ["5, 5", "BAD_CONTENT_LENGTH"],
      ["0x5", "BAD_CONTENT_LENGTH"],
    ],
  ],
  [
    "host",
    layout.HOST_FIELD,
    [
      ["a.example:80", ""],
      ["", ""],
      ["a b", "BAD_HOST"],
      ["a@b", "BAD_HOST"],
    ],
  ],
  [
    "te",
    layout.TE,
    [
      ["trailers", ""],
      ["Trailers", ""],
      ["trailers, gzip", "BAD_TE"],
      ["trailerz", "BAD_TE"],
      ["", "BAD_TE"],
    ],
  ],
  ["connection", layout.CONNECTION_FIELD, [["close", "CONNECTION_SPECIFIC_FIELD"]]],
  ["keep-alive", layout.CONNECTION_FIELD, [["", "CONNECTION_SPECIFIC_FIELD"]]],
  ["proxy-connection", layout.CONNECTION_FIELD, [["keep-alive", "CONNECTION_SPECIFIC_FIELD"]]],
  ["transfer-encoding", layout.CONNECTION_FIELD, [["chunked", "CONNECTION_SPECIFIC_FIELD"]]],
  ["upgrade", layout.CONNECTION_FIELD, [["h2c", "CONNECTION_SPECIFIC_FIELD"]]],
  [
    "cookie",
    layout.COOKIE,
    [
      ["a=b", ""],
      ["a\x01", "BAD_FIELD_VALUE"],
      [" a", "BAD_FIELD_VALUE"],
    ],
  ],
  [
    "x-any",
    layout.ANY,
    [
      ["", ""],
      ["a b\tc", ""],
      ["\xe9\xff\x80", ""],
      [" a", "BAD_FIELD_VALUE"],
      ["\ta", "BAD_FIELD_VALUE"],
      ["a ", "BAD_FIELD_VALUE"],
      ["a\t", "BAD_FIELD_VALUE"],
      [" ", "BAD_FIELD_VALUE"],
      ["a\r\nGET / HTTP/1.1", "BAD_FIELD_VALUE"],
      ["a\0", "BAD_FIELD_VALUE"],
    ],
  ],
];

/** Names that have a known one's length, or its beginning, or its end: rules are by whole names. */
const OTHERS = [
  ..."tf ts host1 hosu ghost cookif dookie upgradf dpgrade".split(" "),
  ..."connectiom donnection keep-alivf jeep-alive content-lengti dontent-length".split(" "),
  ..."proxy-connectiom qroxy-connection transfer-encodinh uransfer-encoding content-type".split(" "),
];
const OTHER_PSEUDO = [
  ..."path methoe :pati :qath :methoe :schemf :statut :statusx :protocom :qrotocol :authoritz :buthority :p".split(" "),
].map((name) => (name.startsWith(":") ? name : `:${name}`));

describe.each(HPACK_BUILDS)("%s", (build) => {
  const kernel = newHpack(build);
  const received = (name: string, value: string) => {
    const answer = decodeAt(kernel, hex(literal(name, value)));
    if (typeof answer === "string") return answer;
    const [{ rule, fault } = { rule: -1, fault: "none" }] = answer.records;
    return { rule, fault };
  };
  const sent = (name: string, value: string) => {
    const answer = encodeAt(kernel, [{ kind: layout.LITERAL, index: 0, name, value }], layout.CHECKED);
    return typeof answer === "string" ? answer.replace(" of 0", "") : "";
  };

  test.each(FIELDS)("%s", (name, rule, values) => {
    for (const [value, fault] of values) {
      expect([value, received(name, value)]).toEqual([value, { rule, fault }]);
      expect([value, sent(name, value)]).toEqual([value, fault]);
    }
  });

  test("a value whose name is in the static table is under its rule", () => {
    expect(decodeAt(kernel, hex(`0f0d${plain("+5")}`))).toMatchObject({ records: [{ fault: "BAD_CONTENT_LENGTH" }] });
    expect(encodeAt(kernel, [{ kind: layout.LITERAL, index: 28, value: "+5" }], layout.CHECKED)).toBe(
      "BAD_CONTENT_LENGTH of 0",
    );
  });

  test("a value whose name is in the dynamic table is under the rule that is told", () => {
    const told = { kind: layout.LITERAL, index: 62, value: "gzip" };
    expect(encodeAt(kernel, [told], layout.CHECKED)).toBeInstanceOf(Uint8Array);
    expect(encodeAt(kernel, [{ ...told, rule: layout.TE }], layout.CHECKED)).toBe("BAD_TE of 0");
    decodeAt(kernel, hex(`7f00${plain("gzip")}7f00${plain("trailers")}7f00${plain("a\x01")}`));
    expect(faultName(kernel.checkValue(layout.TE, 0, 4))).toBe("BAD_TE");
    expect(faultName(kernel.checkValue(layout.TE, 4, 12))).toBe("");
    expect(faultName(kernel.checkValue(layout.COOKIE, 12, 14))).toBe("BAD_FIELD_VALUE");
  });

  test("the first fault is told, of which record", () => {
    const fields = [
      { kind: layout.INDEXED, index: 2 },
      { kind: layout.LITERAL, index: 0, name: "a", value: "b" },
      { kind: layout.LITERAL, index: 0, name: "A", value: " " },
      { kind: layout.LITERAL, index: 0, name: "b b", value: "" },
    ];
    expect(encodeAt(kernel, fields, layout.CHECKED)).toBe("FIELD_NAME_NOT_LOWER_CASE of 2");
    expect(encodeAt(kernel, fields)).toBeInstanceOf(Uint8Array);
  });

  test.each(OTHERS)("%s is no special name", (name) => {
    expect(received(name, "x")).toEqual({ rule: layout.ANY, fault: "" });
  });

  test.each(OTHER_PSEUDO)("%s is no pseudo-field", (name) => {
    const isKnown = [":path"].includes(name);
    expect(received(name, "/")).toMatchObject({ fault: isKnown ? "" : "UNKNOWN_PSEUDO_FIELD" });
  });

  test("every octet in a name", () => {
    for (let octet = 0; octet < 256; octet++) {
      const char = String.fromCharCode(octet);
      const fault = !TCHAR.test(char) ? "BAD_FIELD_NAME" : UPPER.test(char) ? "FIELD_NAME_NOT_LOWER_CASE" : "";
      for (const place of [0, 1, 5, 15, 16, 17, 30]) {
        const name = `${"x".repeat(place)}${char}${"y".repeat(30 - place)}`;
        const isPseudo = char === ":" && place === 0;
        expect([octet, place, received(name, "v")]).toMatchObject([
          octet,
          place,
          { fault: isPseudo ? "UNKNOWN_PSEUDO_FIELD" : fault },
        ]);
        if (!isPseudo) expect([octet, place, sent(name, "v")]).toEqual([octet, place, fault]);
      }
    }
    for (const name of ["", ":"]) expect(received(name, "v")).toMatchObject({ fault: "BAD_FIELD_NAME" });
    expect(received("Bad Name", "v")).toMatchObject({ fault: "BAD_FIELD_NAME" });
  });

  test("every octet in a value, plain and as Huffman text", () => {
    for (let octet = 0; octet < 256; octet++) {
      const char = String.fromCharCode(octet);
      for (const place of [0, 1, 5, 15, 16, 17, 39, 40]) {
        const value = `${"v".repeat(place)}${char}${"w".repeat(40 - place)}`;
        const isSpaceAtEnd = (char === " " || char === "\t") && (place === 0 || place === 40);
        const fault = VALUE.test(char) && !isSpaceAtEnd ? "" : "BAD_FIELD_VALUE";
        expect([octet, place, received("x", value)]).toMatchObject([octet, place, { fault }]);
        const huffman = encodeAt(kernel, [{ kind: layout.LITERAL, index: 0, name: "x", value }]) as Uint8Array;
        expect([octet, place, decodeAt(kernel, huffman)]).toMatchObject([octet, place, { records: [{ fault }] }]);
        expect([octet, place, sent("x", value)]).toEqual([octet, place, fault]);
      }
    }
  });
});
