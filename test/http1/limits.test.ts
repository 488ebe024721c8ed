// Every limit approached, met and passed by one, at every split, in each role where it applies: the code, the offset, the
// status hint, and what was delivered before (decisions are design.md's, law 5: how octets were split never matters).
import { describe, expect, test } from "vitest";
import { Http1Connection, LENIENCIES, LIMITS, type Limits, type Role } from "../../src/http1/index.ts";
import { LENIENCY_NOTES } from "../../src/http1/option-notes.ts";
import { both, client, octets, readEverySplit, readings, request, server } from "./helpers.ts";

/** One limit in one place of the input. */
interface Case {
  readonly limit: keyof Limits;
  readonly value: number;
  readonly where: string;
  readonly role: Role;
  /** Other limits that would be in the way. */
  readonly besides?: Partial<Limits>;
  /** An input in which the measured thing has this size. */
  readonly input: (size: number) => string;
  /** The fault in an input of a greater size, and where it is. */
  readonly fault: string;
  readonly offset: number;
  /** How many lines come before it. */
  readonly before?: number;
}

const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n";
const RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
const CHUNKED = {
  server: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  client: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
};
const hint = (role: Role, status: number) => (role === "client" ? 502 : status);
const fill = (count: number) => "x".repeat(Math.max(count, 0));
const fields = (count: number) => Array.from({ length: count }, (_, i) => `F${i % 10}: v\r\n`).join("");
const INFORMATION = "HTTP/1.1 103 Early Hints\r\n\r\n";

const CASES: Case[] = both.flatMap((role): Case[] => {
  const start = role === "server" ? REQUEST : RESPONSE;
  const chunked = CHUNKED[role];
  const at = chunked.length;
  return [
    // A head counts from its first octet to its empty line.
    ...[60, 65536].map(
      (value): Case => ({
        limit: "maxHeadBytes",
        value,
        where: "a value",
        role,
        offset: value,
        fault: `HEAD_TOO_LARGE ${hint(role, 431)}`,
        input: (size) => `${start}A: ${fill(size - start.length - 7)}\r\n\r\n`,
      }),
    ),
    {
      limit: "maxHeadBytes",
      value: 262144,
      where: "many fields",
      role,
      besides: { maxFields: 4096 },
      offset: 262144,
      fault: `HEAD_TOO_LARGE ${hint(role, 431)}`,
      input: (size) =>
        `${start}${`A: ${fill(93)}\r\n`.repeat(2600)}B: ${fill(size - start.length - 254800 - 7)}\r\n\r\n`,
    },
    {
      limit: "maxHeadBytes",
      value: 10,
      where: "the start line",
      role,
      offset: 10,
      fault: `HEAD_TOO_LARGE ${hint(role, 431)}`,
      input: (size) => (size > 10 ? start : start.slice(0, size)),
    },
    // A head has `start`'s field and those.
    ...[8, 256, 4096].map(
      (value): Case => ({
        limit: "maxFields",
        value,
        where: "a head",
        role,
        offset: start.length + (value - 1) * "F0: v\r\n".length,
        fault: `TOO_MANY_FIELDS ${hint(role, 431)}`,
        input: (size) => `${start}${fields(size - 1)}\r\n`,
      }),
    ),
    ...[2, 7, 256].map(
      (value): Case => ({
        limit: "maxFields",
        value,
        where: "trailers",
        role,
        before: 1,
        offset: at + 3 + value * 7,
        fault: `TOO_MANY_FIELDS ${hint(role, 431)}`,
        input: (size) => `${chunked}0\r\n${fields(size)}\r\n`,
      }),
    ),
    // A trailer section counts from behind the last chunk's line to its empty line.
    ...[30, 16384].map(
      (value): Case => ({
        limit: "maxTrailerBytes",
        value,
        where: "a value",
        role,
        before: 1,
        offset: at + 3 + value,
        fault: `TRAILERS_TOO_LARGE ${hint(role, 431)}`,
        input: (size) => `${chunked}0\r\nA: ${fill(size - 7)}\r\n\r\n`,
      }),
    ),
    {
      limit: "maxTrailerBytes",
      value: 14,
      where: "fields",
      role,
      before: 1,
      offset: at + 3 + 14,
      fault: `TRAILERS_TOO_LARGE ${hint(role, 431)}`,
      input: (size) => `${chunked}0\r\nA: b\r\nC:${fill(size - 12)}\r\n\r\n`,
    },
    // A chunk-size line counts with its CRLF, its extensions without.
    ...[20, 8192].map(
      (value): Case => ({
        limit: "maxChunkLineBytes",
        value,
        where: "extensions",
        role,
        before: 1,
        besides: { maxChunkExtensionBytes: 9000 },
        offset: at + value,
        fault: `CHUNK_LINE_TOO_LONG ${hint(role, 413)}`,
        input: (size) => `${chunked}0;${fill(size - 4)}\r\n\r\n`,
      }),
    ),
    {
      limit: "maxChunkLineBytes",
      value: 20,
      where: "digits, second line",
      role,
      before: 2,
      besides: { maxChunkSizeDigits: 9000 },
      offset: at + 6 + 20,
      fault: `CHUNK_LINE_TOO_LONG ${hint(role, 413)}`,
      input: (size) => `${chunked}1\r\nx\r\n${"0".repeat(size - 2)}\r\n\r\n`,
    },
    ...[5, 4096].map(
      (value): Case => ({
        limit: "maxChunkExtensionBytes",
        value,
        where: "a token",
        role,
        before: 1,
        offset: at + 1 + value,
        fault: `CHUNK_EXTENSIONS_TOO_LARGE ${hint(role, 413)}`,
        input: (size) => `${chunked}0;${fill(size - 1)}\r\n\r\n`,
      }),
    ),
    {
      limit: "maxChunkExtensionBytes",
      value: 0,
      where: "none",
      role,
      before: 1,
      offset: at + 1,
      fault: `CHUNK_EXTENSIONS_TOO_LARGE ${hint(role, 413)}`,
      input: (size) => `${chunked}0${size > 0 ? ";a" : ""}\r\n\r\n`,
    },
    {
      limit: "maxChunkExtensionBytes",
      value: 9,
      where: "a quoted string",
      role,
      before: 1,
      offset: at + 1 + 9,
      fault: `CHUNK_EXTENSIONS_TOO_LARGE ${hint(role, 413)}`,
      input: (size) => `${chunked}0;a="${fill(size - 5)}"\r\n\r\n`,
    },
    {
      limit: "maxChunkExtensionTotalBytes",
      value: 10,
      where: "three chunks",
      role,
      before: 3,
      offset: at + 9 + 9 + 1 + 4,
      fault: `CHUNK_EXTENSIONS_TOO_LARGE ${hint(role, 413)}`,
      input: (size) => `${chunked}1;aa\r\nx\r\n1;bb\r\ny\r\n0;${fill(size - 7)}\r\n\r\n`,
    },
    {
      limit: "maxChunkExtensionTotalBytes",
      value: 16384,
      where: "many chunks",
      role,
      before: 8193,
      offset: at + 8192 * 8 + 1,
      fault: `CHUNK_EXTENSIONS_TOO_LARGE ${hint(role, 413)}`,
      input: (size) =>
        `${chunked}${"1;a\r\nx\r\n".repeat(Math.min(8192, size / 2))}0${size > 16384 ? ";a" : ""}\r\n\r\n`,
    },
    ...[3, 16].map(
      (value): Case => ({
        limit: "maxChunkSizeDigits",
        value,
        where: "zeros",
        role,
        before: 1,
        offset: at + value,
        fault: `CHUNK_SIZE_TOO_LONG ${hint(role, 413)}`,
        input: (size) => `${chunked}${"0".repeat(size)}\r\n\r\n`,
      }),
    ),
    // The size of a body is known before its first octet, but where the connection's end is its end.
    {
      limit: "maxBodyBytes",
      value: 10,
      where: "one chunk",
      role,
      before: 1,
      offset: at,
      fault: `BODY_TOO_LARGE ${hint(role, 413)}`,
      input: (size) => `${chunked}${size.toString(16)}\r\n${fill(size)}\r\n0\r\n\r\n`,
    },
    {
      limit: "maxBodyBytes",
      value: 10,
      where: "chunks",
      role,
      before: 3,
      offset: at + 9 + 9,
      fault: `BODY_TOO_LARGE ${hint(role, 413)}`,
      input: (size) =>
        `${chunked}4\r\nabcd\r\n4\r\nefgh\r\n${(size - 8).toString(16)}\r\n${fill(size - 8)}\r\n0\r\n\r\n`,
    },
    {
      limit: "maxBodyBytes",
      value: 0,
      where: "one chunk",
      role,
      before: 1,
      offset: at,
      fault: `BODY_TOO_LARGE ${hint(role, 413)}`,
      input: (size) => `${chunked}${size > 0 ? `${size}\r\n${fill(size)}\r\n` : ""}0\r\n\r\n`,
    },
  ];
});
const POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
CASES.push(
  ...[2, 9, 16384].map(
    (value): Case => ({
      limit: "maxTargetBytes",
      value,
      where: "",
      role: "server",
      offset: 4 + value,
      fault: "TARGET_TOO_LONG 414",
      input: (size) => `GET ${"/".repeat(size)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    }),
  ),
  {
    limit: "maxBodyBytes",
    value: 10,
    where: "Content-Length",
    role: "server",
    offset: POST.length,
    fault: "BODY_TOO_LARGE 413 content-length",
    input: (size) => `${POST}${size}\r\n\r\n${fill(size)}`,
  },
  {
    limit: "maxBodyBytes",
    value: 10,
    where: "Content-Length",
    role: "client",
    offset: 33,
    fault: "BODY_TOO_LARGE 502 content-length",
    input: (size) => `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${fill(size)}`,
  },
  {
    limit: "maxBodyBytes",
    value: 10,
    where: "until close",
    role: "client",
    before: 2,
    offset: 29,
    fault: "BODY_TOO_LARGE 502",
    input: (size) => `HTTP/1.1 200 OK\r\n\r\n${fill(size)}`,
  },
  {
    limit: "maxBodyBytes",
    value: 0,
    where: "until close",
    role: "client",
    before: 1,
    offset: 19,
    fault: "BODY_TOO_LARGE 502",
    input: (size) => `HTTP/1.1 200 OK\r\n\r\n${fill(size)}`,
  },
  ...[0, 1, 32].map(
    (value): Case => ({
      limit: "maxInformationalResponses",
      value,
      where: "",
      role: "client",
      before: value,
      offset: value * INFORMATION.length,
      fault: "TOO_MANY_INFORMATIONAL_RESPONSES 502",
      input: (size) => `${INFORMATION.repeat(size)}${RESPONSE}\r\n`,
    }),
  ),
  ...[0, 1, 2, 100].map(
    (value): Case => ({
      limit: "maxLeadingEmptyLines",
      value,
      where: "",
      role: "server",
      offset: 2 * value,
      fault: "LEADING_EMPTY_LINES 400",
      input: (size) => `${"\r\n".repeat(size)}${REQUEST}\r\n`,
    }),
  ),
);

test("every limit is here, and every default", () => {
  expect(new Set(CASES.map(({ limit }) => limit))).toEqual(new Set(LIMITS.map((row) => row.name)));
  for (const { name, default: value } of LIMITS) {
    if (value !== Number.POSITIVE_INFINITY)
      expect(
        CASES.some((one) => one.limit === name && one.value === value),
        name,
      ).toBe(true);
  }
});

describe.each(CASES)(
  "$limit $value, $role: $where",
  { timeout: 60_000 },
  ({ limit, value, role, besides, input, fault, offset, before = 0 }) => {
    const ofDefault = LIMITS.find((row) => row.name === limit)?.default === value;
    const limits = { ...besides, ...(ofDefault ? {} : { [limit]: value }) };
    const make = () => (role === "server" ? server({ limits }) : client("GET", { limits }));
    const faults = ({ lines }: { lines: string[] }) => lines.filter((line) => /^[A-Z_]+ \d+/.test(line));

    test.each([value - 1, value].filter((size) => size >= 0))("%d passes", (size) => {
      expect(faults(readEverySplit(make, octets(input(size))))).toEqual([]);
    });
    test.each([value + 1, value + 2, value + 300])("%d does not", (size) => {
      const seen = readEverySplit(make, octets(input(size)));
      expect(seen.lines[seen.lines.length - 1]).toBe(fault);
      expect(seen.offsets[seen.offsets.length - 1]).toBe(offset);
      expect(seen.lines.length - 1).toBe(before);
      expect(faults(seen)).toEqual([fault]);
    });
  },
);

// Of two faults the lower offset wins, a limit included.
describe("a limit and a fault", () => {
  const limited = (limits: Partial<Limits>) => () => server({ limits });
  readings("maxHeadBytes 30: the octet at the limit, and before it", limited({ maxHeadBytes: 30 }), [
    ["GET / HTTP/1.1\r\nA: bcdefghij‸\x01lmn\r\n", "BAD_FIELD_VALUE 400 a"],
    ["GET / HTTP/1.1\r\nA: bcdefghijkl‸\x01mn\r\n", "HEAD_TOO_LARGE 431"],
    ["GET / HTTP/1.1\r\nA: bcdefghijkl‸mn\x01\r\n", "HEAD_TOO_LARGE 431"],
    ["GET / HTTP/1.1\r\nHost: abcde\r\n\r‸\n", "HEAD_TOO_LARGE 431"],
  ]);
  readings("maxTargetBytes 3", limited({ maxTargetBytes: 3 }), [
    ["GET /ab‸\0 HTTP/1.1\r\n", "BAD_TARGET 400"],
    ["GET /ab‸c\0 HTTP/1.1\r\n", "TARGET_TOO_LONG 414"],
    ["GET /a‸\0bcdef HTTP/1.1\r\n", "BAD_TARGET 400"],
  ]);
  readings("maxFields 1", limited({ maxFields: 1 }), [
    ["GET / HTTP/1.1\r\nA: b\r\n‸C: \0\r\n", "TOO_MANY_FIELDS 431"],
    ["GET / HTTP/1.1\r\nA: ‸\0\r\nC: d\r\n", "BAD_FIELD_VALUE 400 a"],
    ["GET / HTTP/1.1\r\nA: b\r\n‸ c\r\n", "OBS_FOLD 400"],
    ["GET / HTTP/1.1\r\nA: b\r\n‸\n", "BARE_LF 400"],
  ]);
  readings("a target of the limit's length, not ended yet", limited({ maxTargetBytes: 3 }), [
    ["GET /ab"],
    ["GET /abc"],
  ]);
  const body = CHUNKED.server.replace("POST", "‸POST");
  const shown = "POST / HTTP/1.1 | Host: a | Transfer-Encoding: chunked";
  readings("chunk-size lines", limited({ maxChunkLineBytes: 10, maxChunkExtensionBytes: 4, maxChunkSizeDigits: 4 }), [
    [`${body}1;a‸\0bcdefghijkl\r\n`, shown, "BAD_CHUNK_EXTENSION 400"],
    [`${body}1;abc‸d\0\r\n`, shown, "CHUNK_EXTENSIONS_TOO_LARGE 413"],
    [`${body}1;abc‸defghijklmno`, shown, "CHUNK_EXTENSIONS_TOO_LARGE 413"],
    [`${body}0000‸0g\r\n`, shown, "CHUNK_SIZE_TOO_LONG 413"],
    [`${body}00‸g00000\r\n`, shown, "BAD_CHUNK_SIZE 400"],
  ]);
  readings("trailers", limited({ maxTrailerBytes: 10 }), [
    [`${body}0\r\nA: b‸\0cdefghij\r\n`, shown, "BAD_FIELD_VALUE 400 a"],
    [`${body}0\r\nA: bcdefgh‸\0\r\n`, shown, "TRAILERS_TOO_LARGE 431"],
  ]);
});

test("a limit of chunk-size lines below the octets that are looked at first", () => {
  const read = (line: string) => {
    const connection = new Http1Connection("server", { limits: { maxChunkLineBytes: 6 } });
    connection.feed(octets(`${CHUNKED.server}${line}\r\n12345678`));
    return [...connection.events()].map(({ type }) => type);
  };
  expect(read("0008")).toEqual(["request", "data"]);
  expect(() => read("00008")).toThrow(expect.objectContaining({ code: "CHUNK_LINE_TOO_LONG" }));
});

test("limits begin anew with each message", () => {
  const limits = {
    maxHeadBytes: CHUNKED.server.length,
    maxFields: 2,
    maxBodyBytes: 1,
    maxChunkExtensionTotalBytes: 2,
    maxLeadingEmptyLines: 1,
    maxTrailerBytes: 8,
  };
  const one = `\r\n${CHUNKED.server}1;a\r\nx\r\n0\r\nA: b\r\n\r\n`;
  const { lines } = readEverySplit(() => server({ limits }), octets(one.repeat(3)), { cycles: true });
  expect(lines.filter((line) => line === "end | A: b").length).toBe(3);
});

test("informational responses are counted for each request", () => {
  const connection = client("GET", { limits: { maxInformationalResponses: 2 } });
  for (let i = 0; i < 3; i++) {
    connection.feed(octets(`${INFORMATION.repeat(2)}${RESPONSE}\r\n`));
    expect([...connection.events()].length).toBe(4);
    connection.startNextCycle();
    request(connection);
  }
});

test("a head without end is held no further than its limit", () => {
  const connection = server({ limits: { maxHeadBytes: 1000 } });
  connection.feed(octets(REQUEST));
  for (let i = REQUEST.length; i < 1000; i++) {
    connection.feed(octets("x"));
    expect(connection.nextEvent().type).toBe("need-data");
    expect(connection.bufferedBytes).toBe(i + 1);
  }
  connection.feed(octets("x"));
  expect(() => connection.nextEvent()).toThrow(/maxHeadBytes/);
  expect(connection.bufferedBytes).toBe(0);
});

describe("options", () => {
  test.each(LIMITS)("limits.$name: ceiling $ceiling", ({ name, ceiling }) => {
    const make = (limit: number) => () => new Http1Connection("server", { limits: { [name]: limit } });
    for (const limit of [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY])
      expect(make(limit), `${limit}`).toThrow(RangeError);
    for (const limit of [0, 1, ceiling]) expect(make(limit), `${limit}`).not.toThrow();
    if (ceiling === Number.POSITIVE_INFINITY) return;
    for (const limit of [ceiling + 1, Number.POSITIVE_INFINITY]) expect(make(limit), `${limit}`).toThrow(RangeError);
  });
  test("maxPipelined is a count from 1", () => {
    for (const maxPipelined of [0, -1, 1.5, Number.NaN])
      expect(() => new Http1Connection("client", { maxPipelined })).toThrow(RangeError);
    expect(() => new Http1Connection("client", { maxPipelined: Number.POSITIVE_INFINITY })).not.toThrow();
  });
  test("unknown names are a TypeError", () => {
    const wrong = [
      { limits: { maxHeaders: 1 } },
      { allow: { everything: true } },
      { limit: {} },
      { maxHeadBytes: 1 },
    ] as object[];
    for (const options of wrong)
      expect(() => new Http1Connection("server", options), JSON.stringify(options)).toThrow(TypeError);
    expect(() => new Http1Connection("proxy" as Role)).toThrow(TypeError);
    expect(() => new Http1Connection(undefined as unknown as Role)).toThrow(TypeError);
  });
  test.each([
    [5],
    [null],
    [{ limits: 5 }],
    [{ allow: "obsFold" }],
    [{ limits: { maxHeadBytes: "5" } }],
    [{ limits: { maxHeadBytes: null } }],
    [{ maxPipelined: "3" }],
    [{ maxPipelined: null }],
    [{ allow: null }],
    [{ allow: { bareLf: null } }],
    [{ allow: { bareLf: 1 } }],
    [{ allow: { bareLf: "no" } }],
    [{ copyData: 1 }],
    [{ http10KeepAlive: "yes" }],
  ])("a wrong type is a TypeError: %j", (options) => {
    expect(() => new Http1Connection("server", options as unknown as Http1Options)).toThrow(TypeError);
  });
  test("undefined means the default", () => {
    const { lines } = readEverySplit(
      () =>
        server({
          limits: { maxHeadBytes: undefined as unknown as number },
          allow: { obsFold: undefined as unknown as boolean },
          copyData: undefined,
          http10KeepAlive: undefined,
          maxPipelined: undefined,
        }),
      octets(`${REQUEST} x\r\n\r\n`),
    );
    expect(lines).toEqual(["OBS_FOLD 400"]);
  });
  test("every leniency has a row with who needs it and its risk", () => {
    for (const { name } of LENIENCIES)
      expect(Math.min(...LENIENCY_NOTES[name].map(({ length }) => length))).toBeGreaterThan(0);
  });
  test("Host's own limit is the head's", () => {
    const host = "a".repeat(5000);
    const { lines } = readEverySplit(server, octets(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    expect(lines[0]).toBe(`GET / HTTP/1.1 | Host: ${host}`);
  });
});
