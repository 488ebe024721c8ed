// The parser of sansio/node-http: how the octets were cut never matters.
import { describe, expect, test } from "vitest";
import { NodeParser, type Slots } from "../../src/adapters/node-http/parser.ts";
import { everyCut } from "../compat/record.ts";

const SLOTS: Slots = {
  kOnMessageBegin: 0,
  kOnHeaders: 1,
  kOnHeadersComplete: 2,
  kOnBody: 3,
  kOnMessageComplete: 4,
  refusesFields: false,
};
const REQUEST = 1;

function read(input: string, cuts: number[], maxHeaderSize: number): unknown[] {
  const parser = new NodeParser(SLOTS);
  const heads: unknown[] = [];
  parser[SLOTS.kOnHeadersComplete] = (...given: unknown[]) => {
    heads.push(given);
    return 0;
  };
  parser[SLOTS.kOnMessageComplete] = () => undefined;
  parser.initialize(REQUEST, {}, maxHeaderSize);
  const ends = [...cuts, input.length];
  for (const [i, end] of ends.entries()) {
    const result = parser.execute(Buffer.from(input.slice(i === 0 ? 0 : ends[i - 1], end), "latin1"));
    if (typeof result !== "number") return [...heads, result.code];
  }
  return [...heads, parser.finish()?.code];
}

const LONG = "a".repeat(60);

describe.each([
  ["a head above maxHeaderSize", `GET / HTTP/1.1\r\nA: ${LONG}\r\n\r\n`],
  ["one whose end has not come", `GET / HTTP/1.1\r\nA: ${LONG}`],
  ["one with another fault", `GET / HTTP/1.1\r\nA: ${LONG}\r\nB : c\r\n\r\n`],
  ["one of a method that is none", `BREW / HTTP/1.1\r\nA: ${LONG}\r\n\r\n`],
  ["one that is long for its white space alone", `GET / HTTP/1.1\r\nA: ${" ".repeat(100)}b\r\n\r\n`],
])("%s", (_what, input) => {
  const whole = read(input, [], 50);

  test("octet by octet", () => {
    const cuts = Array.from({ length: input.length - 1 }, (_, i) => i + 1);
    expect(read(input, cuts, 50)).toEqual(whole);
  });

  test("in two pieces, wherever it is cut", () => {
    for (const cuts of everyCut(input)) expect(read(input, cuts, 50), `${cuts}`).toEqual(whole);
  });
});
