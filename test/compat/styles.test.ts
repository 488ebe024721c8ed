// The three ways in which callbacks were set and called over the years, and octets out of the middle of a chunk: both
// implementations on every input. Both have what one consumer's way changes for the others, so each way has its own copies.
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { latin1, octets } from "../helpers.ts";
import { ALIKE, type Row } from "./inputs.ts";
import { type Implementation, shape } from "./record.ts";

const STYLES = ["one object", "nine arguments", "callbacks by name"] as const;
type Style = (typeof STYLES)[number];

const NAMES = ["versionMajor", "versionMinor", "headers", "method", "url", "statusCode", "statusMessage", "upgrade"];

async function copies(style: Style): Promise<Implementation[]> {
  vi.resetModules();
  const { HTTPParser: ours } = await import("../../src/compat/index.ts");
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve("http-parser-js")];
  const { HTTPParser: theirs } = require("http-parser-js");
  if (style === "nine arguments") for (const parser of [ours, theirs]) expect(parser.kOnExecute).toBe(99);
  return [ours, theirs];
}

interface Callbacks {
  onHeaders(headers: string[], url: string): void;
  onHeadersComplete(...given: unknown[]): unknown;
  onBody(data: Buffer, start: number, length: number): void;
  onMessageComplete(): void;
}

function setCallbacks(parser: Implementation, type: Implementation, style: Style, callbacks: Callbacks): void {
  for (const [name, callback] of Object.entries(callbacks)) {
    if (style === "callbacks by name") parser[name] = callback;
    else parser[type[`k${name[0]?.toUpperCase()}${name.slice(1)}`]] = callback;
  }
}

/** What is called back, the arguments as they are; `step` octets at a time, each time out of the one chunk. */
function play(type: Implementation, style: Style, [, kind, input, way]: Row, step: number): unknown[] {
  const seen: unknown[][] = [];
  const parser = new type(type[kind]);
  let body = "";
  let switched = way?.result === 2;
  setCallbacks(parser, type, style, {
    onHeaders: (headers, url) => seen.push(["trailers", [...headers], url]),
    onHeadersComplete: (...given) => {
      switched ||= given.length === 1 ? (given[0] as { upgrade: boolean }).upgrade : given[7] === true;
      seen.push(
        given.length === 1 ? [structuredClone(given[0])] : [given.length, NAMES.map((_, at) => given[at]), given[8]],
      );
      return way?.result;
    },
    onBody: (data, start, length) => {
      expect([start, length]).toEqual([0, data.length]);
      body += latin1(data);
    },
    onMessageComplete: () => {
      seen.push(["complete", body, parser.isUserCall]);
      body = "";
    },
  });
  const padded = Buffer.from(octets(`\n\n${input}\n\n`));
  for (let at = 0; at < input.length; at += step) {
    const count = Math.min(step, input.length - at);
    const result = parser.execute(padded, 2 + at, count);
    if (typeof result !== "number") return [...seen, shape(result), parser.hadError, parser.isUserCall];
    if (result < count) return [...seen, `stopped after ${at + result}`, body];
    // What follows a switch is the caller's to see: fed on, it would be read as a message.
    if (switched && seen.at(-1)?.[0] === "complete") return [...seen, body];
  }
  return [...seen, body, shape(parser.finish() ?? new Error("finished")), parser.hadError, parser.isUserCall];
}

const WHOLE = 2 ** 20;

describe.each(STYLES)("%s", (style) => {
  let ours: Implementation;
  let theirs: Implementation;
  beforeAll(async () => {
    [ours, theirs] = await copies(style);
  });

  test.each(ALIKE)("%s", (...row) => {
    const expected = play(theirs, style, row, WHOLE);
    expect(play(ours, style, row, WHOLE)).toEqual(expected);
  });

  test.each(ALIKE.filter(([, , input]) => input.length < 1000))("octet by octet: %s", (...row) => {
    expect(play(ours, style, row, 1)).toEqual(play(theirs, style, row, 1));
  });
});
