// Our connections read exactly what a strict reading of the RFC reads: every message, every head, every octet, and where it
// ends. Servers and parsers of others join in `npm run smuggling`, which writes docs/smuggling.md.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Http1Connection } from "../../src/http1/index.ts";
import { FORBIDDEN_TRAILERS } from "../../src/index.ts";
import { compare, Tally, WHOLE } from "./compare.mjs";
import { REQUEST_CASES } from "./corpus.mjs";
import { RESPONSE_CASES } from "./corpus-responses.mjs";
import { generate } from "./generate.mjs";
import { oursOfRequests, oursOfResponses } from "./ours.mjs";
import type { Case } from "./pieces.mjs";
import { endOf, type Reading, readRequests, readResponses } from "./reference.mjs";

const GENERATED = 4000;

const strictly = (text: string, methods?: readonly string[]): Reading =>
  methods === undefined ? readRequests(text) : readResponses(text, methods);
const ours = (text: string, methods?: readonly string[]): Reading =>
  methods === undefined ? oursOfRequests(Http1Connection, text) : oursOfResponses(Http1Connection, text, methods);

/** Of two readings all that must be the same; the reason of a refusal is not. */
const shown = (reading: Reading) => ({ ...reading, end: endOf(reading) });

const CASES = [...REQUEST_CASES, ...RESPONSE_CASES];
const named = (group: string) =>
  CASES.filter((each) => each.group === group).map((each): [string, Case] => [each.name, each]);
describe.each([...new Set(CASES.map(({ group }) => group))])("%s", (group) => {
  test.each(named(group))("%s", (_name, { text, methods, whole }) => {
    const strict = strictly(text, methods);
    // what somebody counted who wrote the case
    expect(strict.messages).toHaveLength(whole);
    expect(shown(ours(text, methods))).toEqual(shown(strict));
  });
});

test.each(["requests", "responses"] as const)("%s that are generated", { timeout: 60_000 }, (what) => {
  let left = GENERATED;
  const ends = new Set<string>();
  let messages = 0;
  for (const { text, methods } of generate(1, what)) {
    const strict = strictly(text, methods);
    ends.add(strict.end);
    messages += strict.messages.length;
    const [seen, wanted] = [shown(ours(text, methods)), shown(strict)];
    if (JSON.stringify(seen) !== JSON.stringify(wanted)) expect({ text, ...seen }).toEqual({ text, ...wanted });
    if (--left === 0) break;
  }
  // They are neither all refused nor all for one reason.
  expect(messages).toBeGreaterThan(GENERATED / 10);
  expect(ends.size).toBeGreaterThan(15);
});

describe("the strict reading", () => {
  const REQUEST = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nT: u\r\n\r\n";
  test("is whole only at the last octet", () => {
    for (let cut = 1; cut < REQUEST.length; cut++)
      expect([cut, readRequests(REQUEST.slice(0, cut)).messages]).toEqual([cut, []]);
    expect(readRequests(REQUEST)).toMatchObject({
      messages: [{ method: "POST", target: "/a", body: "hello", trailers: [["T", "u"]], end: REQUEST.length }],
      end: "end",
    });
  });
  test("says that more octets may come as long as they may", () => {
    for (let cut = 1; cut < REQUEST.length; cut++)
      expect([cut, readRequests(REQUEST.slice(0, cut)).end]).toEqual([cut, "incomplete (RFC 9112 8)"]);
  });
  test("drops the trailers that must not be", () => {
    for (const name of FORBIDDEN_TRAILERS) {
      const [message] = readRequests(REQUEST.replace("T: u", `${name}: u`)).messages;
      expect([name, message?.trailers]).toEqual([name, []]);
    }
  });
});

describe("a comparison", () => {
  const [a, b, c] = ["a", "b", "c"].map((target) => ["GET", target, ""] as [string, string, string]);
  test.each([
    ["same", [a, b], false],
    ["fewer", [a], false],
    ["more", [a, b, c], false],
    ["other", [c], false],
    ["other", [a, c, b], false],
    ["hangs", [a, b], true],
  ])("says %s", (verdict, messages, hangs) => {
    const given = messages as [string, string, string][];
    expect(compare([a, b] as [string, string, string][], { messages: given, hangs }, WHOLE)).toBe(verdict);
  });
  test("is summed up", () => {
    const tally = new Tally();
    tally.add("x", "1", "same");
    tally.add("x", "2", "more");
    expect([tally.total("x"), tally.count("x", "more"), tally.count("y", "same")]).toEqual([2, 1, 0]);
    expect([...tally.differences]).toEqual([["2", new Map([["x", "more"]])]]);
  });
});

describe("docs/smuggling.md", () => {
  const text = readFileSync(new URL("../../docs/smuggling.md", import.meta.url), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| sansio"));
  test("has no row where we read more, or anything else, than the strict reading", () => {
    const sums = rows.filter((line) => / \d+ \| \d+ \| \d+ \| \d+ \| \d+ \| \d+ \|$/.test(line));
    // the connections and the proxy six times, the server thrice
    expect(sums).toHaveLength(15);
    for (const line of sums) expect(line).toMatch(/ 0 \| 0 \| 0 \|$/);
    for (const line of sums.filter((each) => each.startsWith("| sansio |")))
      expect(line).toMatch(/ (\d+) \| \1 \| 0 \| 0 \| 0 \| 0 \|$/);
  });
  test("was made from this corpus", () => {
    expect(text).toContain(`| sansio | ${REQUEST_CASES.length} | ${REQUEST_CASES.length} |`);
    expect(text).toContain(`| sansio | ${RESPONSE_CASES.length} | ${RESPONSE_CASES.length} |`);
  });
});
