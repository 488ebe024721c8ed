// Received fields: lazy, read-only, owning what they show.
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Http1Connection } from "../../src/index.ts";
import { type HeaderFields, KNOWN_NAMES, NO_FIELDS, USUAL_NAMES } from "../../src/shared/header-fields.ts";
import { octets } from "../helpers.ts";

type Pairs = [name: string, value: string][];

/** The headers of a request with these field lines (and a Host). */
function received(pairs: Pairs): HeaderFields {
  const connection = new Http1Connection("server", { limits: { maxFields: 4096, maxHeadBytes: 262144 } });
  const lines = pairs.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  connection.feed(octets(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`));
  const event = connection.nextEvent();
  if (event.type !== "request") throw new Error(event.type);
  return event.headers;
}

const PAIRS: Pairs = [
  ["Accept", "text/html"],
  ["X-Odd", "1"],
  ["accept", "*/*"],
  ["x-oDD", ""],
  ["Set-Cookie", "a=1, b"],
  ["SET-COOKIE", "c=2"],
  ["X-Latin", "caf\xe9 \x80\x9f\xff"],
  ["Empty", ""],
];

describe("HeaderFields", () => {
  const fields = received(PAIRS);

  test.each([
    ["accept", "text/html, */*"],
    ["ACCEPT", "text/html, */*"],
    ["x-odd", "1, "],
    ["X-ODD", "1, "],
    ["empty", ""],
    ["host", "a"],
    ["x-latin", "caf\xe9 \x80\x9f\xff"],
    ["content-length", null],
    ["x-od", null],
    ["x-odd2", null],
    ["", null],
    ["né", null],
    // The empty name and "__proto__" are no names of a table.
    ["__proto__", null],
    ["constructor", null],
  ])("get(%j): %j", (name, value) => {
    expect(fields.get(name)).toBe(value);
    expect(fields.has(name)).toBe(value !== null);
  });

  test.each([
    ["Accept", ["text/html", "*/*"]],
    ["X-Odd", ["1", ""]],
    ["empty", [""]],
    ["none", []],
    ["Date", []],
  ])("getAll(%j): %j", (name, values) => {
    expect(fields.getAll(name)).toEqual(values);
  });

  test("getSetCookie never joins", () => {
    expect(fields.getSetCookie()).toEqual(["a=1, b", "c=2"]);
    expect(NO_FIELDS.getSetCookie()).toEqual([]);
  });

  test("is read-only, its length too", () => {
    expect(() => {
      (fields as { length: number }).length = 1;
    }).toThrow(TypeError);
    expect(fields.length).toBe(PAIRS.length + 1);
  });

  test("iterates lower-case names, in the order of the wire", () => {
    const lower = [["host", "a"], ...PAIRS.map(([name, value]) => [name.toLowerCase(), value])];
    expect([...fields]).toEqual(lower);
    expect([...fields.entries()]).toEqual(lower);
    expect(fields.length).toBe(PAIRS.length + 1);
    // Each iteration is its own.
    const [one, two] = [fields.entries(), fields.entries()];
    one.next();
    expect([one.next().value, two.next().value]).toEqual([
      ["accept", "text/html"],
      ["host", "a"],
    ]);
  });

  test("raw and JSON have names as sent", () => {
    expect(fields.raw()).toEqual([["Host", "a"], ...PAIRS]);
    expect(fields.flat()).toEqual(fields.raw().flat());
    expect(JSON.parse(JSON.stringify(fields))).toEqual([["Host", "a"], ...PAIRS]);
    expect(JSON.stringify({ headers: NO_FIELDS })).toBe('{"headers":[]}');
  });

  test("is taken by Map and by Fetch's Headers", () => {
    expect(new Map(fields).get("host")).toBe("a");
    const pairs = [
      ...received([
        ["A", "b"],
        ["A", "c"],
      ]),
    ];
    expect(new Headers(pairs).get("a")).toBe("b, c");
  });

  test("shows itself in logs", () => {
    expect(inspect(received([["A", "b"]]))).toBe("HeaderFields [ [ 'Host', 'a' ], [ 'A', 'b' ] ]");
    expect(inspect({ headers: NO_FIELDS })).toBe("{ headers: HeaderFields [] }");
    const show = (fields as unknown as Record<symbol, (depth: number, options: object) => string>)[
      Symbol.for("nodejs.util.inspect.custom")
    ];
    // A runtime that calls the hook without its inspect gets JSON.
    expect(show?.call(received([["A", "b"]]), 2, {})).toBe('HeaderFields [["Host","a"],["A","b"]]');
  });

  test("every known name, in any case, is found and iterated in lower case", () => {
    for (const name of KNOWN_NAMES.slice(1).filter(
      (known) => !/^(host|content-length|transfer-encoding)$/.test(known),
    )) {
      const usual = USUAL_NAMES[KNOWN_NAMES.indexOf(name)] as string;
      for (const sent of [name.toUpperCase(), usual, name, `${name.slice(0, -1)}${name.slice(-1).toUpperCase()}`]) {
        const seen = received([[sent, "1"]]);
        expect([name, seen.get(name), [...seen][1], seen.raw()[1]]).toEqual([name, "1", [name, "1"], [sent, "1"]]);
        expect(seen.flat().slice(2)).toEqual([sent, "1"]);
      }
    }
  });

  test("names of every length, and values of the longest that a usual record tells", () => {
    for (let length = 1; length < 140; length++) {
      const name = `X${"n".repeat(length - 1)}`;
      const seen = received([
        [name, "1"],
        ["Behind", "2"],
      ]);
      expect([length, seen.get(name.toLowerCase()), seen.get("behind")]).toEqual([length, "1", "2"]);
      expect(seen.raw().slice(1)).toEqual([
        [name, "1"],
        ["Behind", "2"],
      ]);
    }
    for (const length of [0x3ffe, 0x3fff, 0x4000]) {
      const seen = received([
        ["Content-Type", "v".repeat(length)],
        ["Behind", "2"],
      ]);
      expect([length, seen.raw()[1]?.[0], seen.get("content-type")?.length, seen.get("behind")]).toEqual([
        length,
        "Content-Type",
        length,
        "2",
      ]);
    }
  });

  test("unknown names of one length are told apart", () => {
    const seen = received([
      ["x-aa", "1"],
      ["x-ab", "2"],
      ["X-AB", "3"],
    ]);
    expect([seen.get("x-ab"), seen.getAll("x-aa"), seen.has("x-ac")]).toEqual(["2, 3", ["1"], false]);
  });

  test("as many fields and as long ones as the map holds", () => {
    const many = received(Array.from({ length: 4095 }, (_, i) => [`N${i}`, `${i}`]));
    expect([many.length, many.get("n0"), many.get("N4094"), many.get("n2047")]).toEqual([4096, "0", "4094", "2047"]);
    const long = received([
      ["First", "1"],
      ["Long", "v".repeat(200_000)],
      ["Last", "x"],
    ]);
    expect([long.get("first"), long.get("long")?.length, long.get("last")]).toEqual(["1", 200_000, "x"]);
  });

  test("NO_FIELDS is none", () => {
    expect([NO_FIELDS.length, [...NO_FIELDS], NO_FIELDS.get("a"), NO_FIELDS.has("a"), NO_FIELDS.raw()]).toEqual([
      0,
      [],
      null,
      false,
      [],
    ]);
  });
});

describe("ownership", () => {
  const REQUEST = "GET / HTTP/1.1\r\nHost: first\r\nX-Odd: one\r\n\r\n";
  const OTHER = "PUT /zzzzzzzz HTTP/1.1\r\nHost: second\r\nX-Odd: two\r\nX-More: 3\r\n\r\n";

  /** The headers of the first request, unread; then everything they could lean on is used again. */
  function kept(pieces: Uint8Array[]): HeaderFields {
    const connection = new Http1Connection("server");
    for (const piece of pieces) connection.feed(piece);
    const event = connection.nextEvent();
    if (event.type !== "request") throw new Error(event.type);
    for (const piece of pieces) piece.fill(0x3f);
    for (let i = 0; i < 3; i++) {
      const other = new Http1Connection("server");
      other.feed(octets(OTHER));
      other.nextEvent();
    }
    return event.headers;
  }

  test.each([
    ["whole", [REQUEST]],
    ["cut", [REQUEST.slice(0, 20), REQUEST.slice(20)]],
    ["by octet", [...REQUEST]],
  ])("a head that came %s is safe after later feeds, and from its overwritten chunk", (_, pieces) => {
    expect(kept(pieces.map(octets)).raw()).toEqual([
      ["Host", "first"],
      ["X-Odd", "one"],
    ]);
  });

  test("a small head of a large chunk does not hold the chunk: a string of its own, and numbers", () => {
    const chunk = new Uint8Array(1 << 20);
    chunk.set(octets(REQUEST));
    const held = Object.values(kept([chunk]));
    expect(held.map((value) => typeof value).sort()).toEqual(["number", "number", "string"]);
    expect(held.join().length).toBeLessThan(200);
  });
});

describe("every way to all fields says the same", () => {
  const usual: Pairs = [
    ["Accept", "text/html"],
    ["X-Odd", ""],
    ["x-request-id", "1"],
    ["Set-Cookie", "a=1"],
    ["SET-COOKIE", "b=2"],
  ];
  const long: Pairs = [["X-Long", "v".repeat(20_000)], ...usual];
  const trailers = (section: string): HeaderFields => {
    const connection = new Http1Connection("server");
    connection.feed(octets(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${section}\r\n`));
    for (const event of connection.events()) if (event.type === "end-of-message") return event.headers;
    throw new Error("no end");
  };
  test.each<[string, HeaderFields, Pairs]>([
    ["lines as they usually are", received(usual), [["Host", "a"], ...usual]],
    ["values of all octets, and empty ones", received(PAIRS), [["Host", "a"], ...PAIRS]],
    ["a head that is long", received(long), [["Host", "a"], ...long]],
    [
      "lines with other white space",
      trailers("A:1\r\nServer:\t x \r\nB: \r\n"),
      [
        ["A", "1"],
        ["Server", "x"],
        ["B", ""],
      ],
    ],
    [
      "trailers of which some were dropped",
      trailers("A: 1\r\nHost: b\r\nEtag: 2\r\n"),
      [
        ["A", "1"],
        ["Etag", "2"],
      ],
    ],
    ["none", NO_FIELDS, []],
  ])("%s", (_, given, pairs) => {
    const lower = pairs.map(([name, value]) => [name.toLowerCase(), value]);
    expect(given.raw()).toEqual(pairs);
    expect(given.toJSON()).toEqual(pairs);
    expect([...given]).toEqual(lower);
    expect([...given.entries()]).toEqual(lower);
    const called: [string, string][] = [];
    given.forEach((value, name, all) => {
      expect(all).toBe(given);
      called.push([name, value]);
    });
    expect(called).toEqual(lower);
    for (const [name, value] of lower) expect(given.getAll(name as string)).toContain(value);
    expect(given.length).toBe(pairs.length);
  });
});

test("names and values too long for a short record", () => {
  const long: Pairs = [
    ["X-Value", "v".repeat(16383)],
    ["X-Value", "w".repeat(16384)],
    ["N".repeat(127), "a"],
    ["N".repeat(128), "b"],
    ["X-Last", "c"],
  ];
  const fields = received(long);
  expect(fields.raw()).toEqual([["Host", "a"], ...long]);
  expect(fields.flat()).toEqual(["Host", "a", ...long.flat()]);
  expect(fields.getAll("x-value").map((value) => value.length)).toEqual([16383, 16384]);
  expect([fields.get("n".repeat(128)), fields.get("x-last")]).toEqual(["b", "c"]);
});
