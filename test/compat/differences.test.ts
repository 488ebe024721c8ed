// Every difference from http-parser-js is deliberate: it is in the table, the table is true, and the page shows it.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIFFERENCES, type Difference } from "./differences.ts";
import { everyCut, OURS, record, THEIRS } from "./record.ts";

const PAGE = readFileSync(new URL("../../docs/http-parser-js.md", import.meta.url), "utf8");

const isRefused = ({ ours }: Difference) => /^(Parse Error|max header)/.test(ours);

describe.each(DIFFERENCES.filter(isRefused))("$what", ({ type, input, ours, way }) => {
  test("is refused at once, and for good", () => {
    expect(record(OURS, type, input, way).error).toBe(ours);
    const parser = new OURS(type);
    parser.maxHeaderSize = way?.maxHeaderSize ?? parser.maxHeaderSize;
    const first = parser.execute(Buffer.from(input, "latin1"));
    expect(parser.execute(Buffer.from("GET / HTTP/1.1\r\n\r\n"))).toBe(first);
    expect(parser.finish()).toBe(undefined);
  });
});

describe.each(DIFFERENCES.filter(({ hangs }) => !hangs))("$what", (difference) => {
  test("is read on by http-parser-js, though what follows may confuse it, or is its Error too", () => {
    const { type, input, way } = difference;
    const theirs = record(THEIRS, type, input, way);
    const ours = record(OURS, type, input, way);
    expect(theirs).not.toEqual(ours);
    const [, error] = /^`(Parse Error .*)`$/.exec(difference.theirs) ?? [];
    if (error !== undefined) expect(theirs.error).toBe(error);
    else if (isRefused(difference) && theirs.error !== undefined) {
      expect(theirs.steps.length).toBeGreaterThan(ours.steps.length);
    }
  });
});

describe.each(DIFFERENCES)("$what", (difference) => {
  const { what, type, input, theirs, ours, why, way } = difference;

  test("at every split", () => {
    const { consumed: _, ...whole } = record(OURS, type, input, way);
    const cuts = input.length > 1000 ? [[1], [500], [input.length - 1]] : everyCut(input);
    for (const cut of cuts) {
      const { consumed: __, ...split } = record(OURS, type, input, { ...way, cuts: cut });
      expect({ cut, ...split }).toEqual({ cut, ...whole });
    }
  });

  test("is on the page", () => {
    expect(PAGE).toContain(`| ${what} | ${theirs} | ${isRefused(difference) ? `\`${ours}\`` : ours} | ${why} |`);
  });
});

describe("what is read otherwise", () => {
  const steps = (what: string) => {
    const row = DIFFERENCES.find((difference) => difference.what.startsWith(what));
    if (row === undefined) throw new Error(`no row ${what}`);
    return record(OURS, row.type, row.input, row.way);
  };

  test.each(["requests behind one with Content-Length", "requests behind one of HTTP/1.0"])("%s", (what) => {
    const { steps: seen, error, consumed } = steps(what);
    expect(seen.map(([step]) => step)).toEqual(["head", "complete"]);
    expect(seen[0]?.[1]).toMatchObject({ shouldKeepAlive: false, url: "/" });
    expect(error).toBe(undefined);
    expect(consumed).toBeGreaterThan(80);
  });

  test("requests behind one with identity", () => {
    const { steps: seen, error } = steps("requests behind one with `Transfer-Encoding");
    expect(seen.slice(1)).toEqual([["body", "World"], ["complete"]]);
    expect(seen[0]?.[1]).toMatchObject({ shouldKeepAlive: false });
    expect(error).toBe(undefined);
  });

  test.each(["a response with Content-Length", "a response with `Transfer-Encoding"])("%s is not kept", (what) => {
    expect(steps(what).steps[0]?.[1]).toMatchObject({ shouldKeepAlive: false });
  });

  test("a folded line behind a dropped one", () => {
    expect(steps("a folded line").steps[0]?.[1]).toMatchObject({ headers: ["A", "b"] });
  });

  test("304", () => {
    expect(steps("304").steps.map(([step]) => step)).toEqual(["head", "complete", "head", "complete"]);
  });

  test.each(["a body of a request to", "a chunked body of a request to"])("%s upgrade", (what) => {
    const { steps: seen, consumed } = steps(what);
    const row = DIFFERENCES.find((difference) => difference.what.startsWith(what));
    expect(seen.slice(1)).toEqual([["body", "hi"], ["complete"]]);
    expect(row?.input.slice(consumed)).toBe("ELSE");
  });

  test("octets that would become controls", () => {
    expect(steps("octets from 0x80").steps[0]?.[1]).toMatchObject({ headers: ["A", "b\x8dc\xa0"] });
  });
});
