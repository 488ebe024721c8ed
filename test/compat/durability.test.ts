// What a parser has to endure: every three messages one behind the other, three messages cut at any two places, bodies and
// heads of any length in small pieces. http-parser-js says what is to come out.
import { describe, expect, test } from "vitest";
import { ALIKE } from "./inputs.ts";
import { type Implementation, OURS, type Recording, record, THEIRS, type Type } from "./record.ts";

const CHUNKS = "Transfer-Encoding: chunked\r\n\r\n";

/** Of about 200 octets each: 20,000 pairs of places. */
const SCANS: readonly (readonly [Type, ...string[]])[] = [
  ["REQUEST", "GET /1 HTTP/1.1\r\n\r\n", "GET /2 HTTP/1.1\r\nA:  b \r\n\r\n", "GET /3 HTTP/1.1\r\nC: d\r\n e\r\n\r\n"],
  [
    "REQUEST",
    `POST /1 HTTP/1.1\r\n${CHUNKS}1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n`,
    "POST /2 HTTP/1.1\r\nContent-Length: 5\r\n\r\nWorld",
    "GET /3 HTTP/1.0\r\nconTENT-Length: 5\r\n\r\nHELLO",
  ],
  [
    "REQUEST",
    `POST /1 HTTP/1.1\r\n${CHUNKS}5\r\nhello\r\n0006 \r\n world\r\n000\r\n\r\n`,
    `PUT /2 HTTP/1.1\r\n${CHUNKS}2\nhi\n0\r\nVary: *\r\nX:\r\n\r\n`,
    "\r\n\r\nHEAD /3 HTTP/1.1\r\n\r\n",
  ],
  [
    "REQUEST",
    "GET /1?a=b?c HTTP/1.1\r\nno field\r\n: none\r\n\r\n",
    "\r\nGET /2 HTTP/1.1\n\n",
    "CONNECT home:443 HTTP/1.0\r\nUser-agent: x\r\n\r\nsome data\r\nand more",
  ],
  [
    "RESPONSE",
    `HTTP/1.1 200 OK\r\n${CHUNKS}12  \r\nin the first chunk\r\n3\r\n\r\n!\r\n0  \r\n\r\n`,
    "HTTP/1.0 204 No content\r\nConnection: keep-alive\r\n\r\n",
    "HTTP/1.1 301\r\n\r\n",
  ],
  [
    "RESPONSE",
    "HTTP/1.0 301 Moved\r\nPragma: \r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA_b: v;;~c=\r\n\r\n",
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil it closes",
  ],
  [
    "RESPONSE",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nelse",
  ],
];

interface Message {
  readonly what: string;
  readonly input: string;
  readonly isKept: boolean;
}

/** Is it one sound message? And may another one follow? */
function asMessage(type: Type, what: string, input: string): Message[] {
  const { steps, error, finish } = record(THEIRS, type, input);
  const [head] = steps;
  const isOne = steps.filter(([step]) => step === "complete").length === 1 && steps.at(-1)?.[0] === "complete";
  if (head?.[0] !== "head" || !isOne || error !== undefined || finish !== undefined) return [];
  const { shouldKeepAlive, upgrade } = head[1] as { shouldKeepAlive: boolean; upgrade: boolean };
  return [{ what, input, isKept: shouldKeepAlive && !upgrade }];
}

const messages = (type: Type) =>
  [
    ...ALIKE.filter(([, of, input, way]) => of === type && way === undefined && input.length < 400),
    ...SCANS.filter(([of]) => of === type).flatMap(([of, ...three]) => three.map((input) => ["", of, input] as const)),
  ].flatMap(([, , input], index) => asMessage(type, `${type} ${index}`, input));

describe.each(["REQUEST", "RESPONSE"] as const)("%s: every three messages one behind the other", (type) => {
  const every = messages(type);
  const kept = every.filter(({ isKept }) => isKept);

  test("there are many", () => {
    expect(kept.length).toBeGreaterThanOrEqual(type === "REQUEST" ? 33 : 9);
    expect(every.length).toBeGreaterThan(kept.length + 3);
  });

  test.each(kept)("$what first", ({ input: first }) => {
    for (const { input: second } of kept) {
      for (const { input: third } of every) {
        const input = first + second + third;
        const theirs = record(THEIRS, type, input);
        expectSame({ input }, record(OURS, type, input), theirs, told(theirs));
      }
    }
  });
});

describe.each(SCANS)("%s: three messages cut at any two places: %j", (type, ...three) => {
  test("come out as whole", () => {
    const input = three.join("");
    const theirs = record(THEIRS, type, input);
    expect(theirs.error).toBe(undefined);
    expect(theirs.steps.filter(([step]) => step === "complete")).toHaveLength(3);
    const expected = told(theirs);
    for (let second = 2; second < input.length; second++) {
      for (let first = 1; first < second; first++) {
        expectSame({ first, second }, record(OURS, type, input, { cuts: [first, second] }), theirs, expected);
      }
    }
  });
});

/** Compared as text: one of toEqual() takes longer than all the rest. Where texts differ it has the last word, and tells where. */
function expectSame(where: object, ours: Recording, theirs: Recording, expected: string): void {
  if (told(ours) !== expected) expect({ ...where, ...ours }).toEqual({ ...where, ...theirs });
}

/** A recording as a text; its parts in one order: the two differ in the order of the head's. */
function told({ steps, ...ends }: Recording): string {
  const ordered = steps.map(([step, ...parts]) => [
    step,
    ...parts.map((part) => (step === "head" ? Object.entries(part).sort() : part)),
  ]);
  return JSON.stringify([ordered, Object.entries(ends).sort()]);
}

describe.each([
  ["http-parser-js", THEIRS],
  ["ours", OURS],
])("%s endures", (_name, parser) => {
  test("8 MiB in chunks of 1 KiB, in reads of 4,024 octets", () => {
    const count = 8192;
    const chunk = `400\r\n${"C".repeat(1024)}\r\n`;
    const input = Buffer.from(`HTTP/1.0 200 OK\r\n${CHUNKS}${chunk.repeat(count)}0\r\n\r\n`);
    const { instance, seen } = counted(parser, "RESPONSE");
    for (let at = 0; at < input.length; at += 4024) {
      const read = input.subarray(at, at + 4024);
      expect(instance.execute(read)).toBe(read.length);
    }
    expect(instance.finish()).toBe(undefined);
    expect(seen).toEqual({ heads: 1, octets: count * 1024, ends: 1 });
  });

  test.each([
    ["REQUEST", "POST / HTTP/1.0"],
    ["RESPONSE", "HTTP/1.0 200 OK"],
  ] as const)("a %s with a body of 100,000 octets, each by itself, and one behind it", (type, line) => {
    const head = Buffer.from(`${line}\r\nConnection: Keep-Alive\r\nContent-Length: 100000\r\n\r\n`);
    const { instance, seen } = counted(parser, type);
    expect(instance.execute(head)).toBe(head.length);
    const octet = Buffer.from("a");
    let consumed = 0;
    for (let i = 0; i < 100_000; i++) consumed += instance.execute(octet);
    expect(consumed).toBe(100_000);
    expect(instance.execute(head)).toBe(head.length);
    expect(seen).toEqual({ heads: 2, octets: 100_000, ends: 1 });
  });

  test.each([
    ["REQUEST", "GET / HTTP/1.1"],
    ["RESPONSE", "HTTP/1.0 200 OK"],
  ] as const)("a %s whose fields do not end: an Error near 80 KiB", (type, line) => {
    const { instance, seen } = counted(parser, type);
    const field = Buffer.from("header-key: header-value\r\n");
    instance.execute(Buffer.from(`${line}\r\n`));
    let octets = 0;
    let returned: unknown = 0;
    while (typeof returned === "number" && octets < 200_000) {
      returned = instance.execute(field);
      octets += field.length;
    }
    expect(returned).toBeInstanceOf(Error);
    expect((returned as Error).message).toBe("max header size exceeded");
    expect(Math.abs(octets - 81_920)).toBeLessThanOrEqual(2 * field.length);
    expect(seen).toEqual({ heads: 0, octets: 0, ends: 0 });
  });

  test("an end within a body: the octets before it are consumed", () => {
    const input = Buffer.from("GET / HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nfooba");
    const { instance, seen } = counted(parser, "REQUEST");
    expect(instance.execute(input)).toBe(input.length);
    expect(seen).toEqual({ heads: 1, octets: 5, ends: 0 });
    expect(instance.finish()).toBeInstanceOf(Error);
  });

  test("a value of 3 KB folded over fifty lines", () => {
    const lines = Array.from({ length: 50 }, (_, index) => `\t${String(index).padStart(60, "MIIF")}`);
    const input = `GET / HTTP/1.1\r\nX-Certificate:   -----BEGIN-----\r\n${lines.join("\r\n")}\r\n\r\n`;
    const { steps, consumed } = record(parser, "REQUEST", input);
    const value = ["-----BEGIN-----", ...lines.map((line) => line.trim())].join(" ");
    expect(steps[0]?.[1]).toMatchObject({ headers: ["X-Certificate", value] });
    expect(consumed).toBe(input.length);
  });
});

function counted(parser: Implementation, type: Type) {
  const seen = { heads: 0, octets: 0, ends: 0 };
  const instance = new parser(parser[type]);
  instance[parser.kOnHeadersComplete] = () => {
    seen.heads++;
  };
  instance[parser.kOnBody] = (_data: unknown, _start: number, length: number) => {
    seen.octets += length;
  };
  instance[parser.kOnMessageComplete] = () => {
    seen.ends++;
  };
  return { instance, seen };
}
