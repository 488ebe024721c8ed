// First lines of every odd kind, before several ends of a head: both implementations make the same of them, or a row of the
// table says why not.
import { describe, expect, test } from "vitest";
import { DIFFERENCES } from "./differences.ts";
import { OURS, record, THEIRS, type Type } from "./record.ts";

const ENDS = ["\r\n\r\n", "\r\nA: b\r\nContent-Length: 0\r\n\r\n", "\n\n", "\r\n", ""];

// biome-ignore format: a table
const LINES: { readonly [T in Type]: readonly string[] } = {
  RESPONSE: [
    "", "H", "HTTP/", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 4", "HTTP/1.1 4 OK", "HTTP/1.1 40", "HTTP/1.1 2x0 OK", "HTTP/1.1 -20 OK",
    "HTTP/1.1 099 x", "HTTP/1.1 000 x", "HTTP/1.1 999 x", "HTTP/1.1 1000", "HTTP/1.1 200.1 OK", "HTTP/1.1 100", "HTTP/1.1 204 ",
    "HTTP/1.1 304", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200  OK", "HTTP/1.1 200 OK ",
    "HTTP/1.1 200 \tOK", "HTTP/1.1 200 OK HTTP/1.1", "HTTP/1.1 200 OK\rX", "HTTP/1.1 200 O\0K", "HTTP/1.1 200 \xe9", "HTTP/1.1 \0",
    "HTTP/11 200 OK", "HTTP/1 200 OK", "HTTP/1. 200 OK", "HTTP/.1 200 OK", "HTTP/1.1.1 200 OK", "HTTP/01.1 200 OK", "HTTP/1.01 200 OK",
    "HTTP/0.9 200 OK", "HTTP/2.0 200 OK", "HTTP/9.9 200 OK", "HTTPS/1.1 200 OK", "HTTP 1.1 200 OK", "Http/1.1 200 OK", "HTP/1.1 200 OK",
    "http/1.1 200 OK", " HTTP/1.1 200 OK", "\tHTTP/1.1 200 OK", "ICY 200 OK", "SIP/2.0 200 OK", "200 OK", "<html>",
  ],
  REQUEST: [
    "", "G", "GET", "GET ", "GET  ", "GET /", "GET / ", "GET / HTTP", "GET / HTTP/", "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/.1",
    "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP/10.1", "GET / HTTP/1,1", "GET / HTTP/x.y", "GET / HTTP/1.1 ", "GET / HTTP/1.1\t",
    "GET / HTTP/1.1 x", "GET / HTP/1.1", "GET / http/1.1", "GET / HTTPS/1.1", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/2.0",
    "GET / HTTP/9.9", "GET / HTTP/1.1\rX", "GET /  HTTP/1.1", "GET / / HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1", "GET /a\tb HTTP/1.1",
    "GET /\x7f HTTP/1.1", "GET /\rX HTTP/1.1", "GET\r/ HTTP/1.1", "GE\rT / HTTP/1.1", "GET http://a/ HTTP/1.1", "GET a HTTP/1.1",
    "GET * HTTP/1.1", "GET ? HTTP/1.1", "GET # HTTP/1.1", "GET <> HTTP/1.1", "GET \\ HTTP/1.1", "GET /% HTTP/1.1", "CONNECT a HTTP/1.1",
    "CONNECT a:b HTTP/1.1", "CONNECT  HTTP/1.1", "GETX / HTTP/1.1", "Get / HTTP/1.1", "GET- / HTTP/1.1", "-GET / HTTP/1.1", "- / HTTP/1.1",
    "M_SEARCH * HTTP/1.1", "PRI * HTTP/2.0", "G\0T / HTTP/1.1", "GET,POST / HTTP/1.1", "GET: / HTTP/1.1", "HTTP/1.1 200 OK",
    " GET / HTTP/1.1", "/ HTTP/1.1", "{}", "\x16\x03\x01\x02\0", "QUERY / HTTP/1.1",
  ],
};

const NO_SPACE = "a reason without the space before it";
const FIRST = "a first octet that begins no message";
const STATUS = "a status below 100, or of other than three digits";
const CR = "CR within a first line";
const METHOD = "a method that is none of `methods`";
const TARGET = "controls in the target";

/** The row that tells of a line on which the two differ. */
const TOLD: { readonly [line: string]: string } = {
  "HTTP/1.1 200\tOK": NO_SPACE,
  "HTTP/1.1 200.1 OK": NO_SPACE,
  "HTTP/1.1 099 x": STATUS,
  "HTTP/1.1 000 x": STATUS,
  "HTTP/1.1 1000": STATUS,
  "HTTP/1.1 200 OK\rX": CR,
  "HTTP/1.1 200 O\0K": "controls in the reason",
  "http/1.1 200 OK": FIRST,
  " HTTP/1.1 200 OK": FIRST,
  "\tHTTP/1.1 200 OK": FIRST,
  "ICY 200 OK": FIRST,
  "SIP/2.0 200 OK": FIRST,
  "200 OK": FIRST,
  "<html>": FIRST,
  "GET / HTTP/1.1\rX": CR,
  "GET /a\tb HTTP/1.1": TARGET,
  "GET /\x7f HTTP/1.1": TARGET,
  "GET /\rX HTTP/1.1": TARGET,
  "GETX / HTTP/1.1": METHOD,
  "Get / HTTP/1.1": METHOD,
  "GET- / HTTP/1.1": METHOD,
  "-GET / HTTP/1.1": METHOD,
  "- / HTTP/1.1": METHOD,
  "M_SEARCH * HTTP/1.1": METHOD,
  "PRI * HTTP/2.0": METHOD,
  " GET / HTTP/1.1": FIRST,
  "/ HTTP/1.1": FIRST,
  "{}": FIRST,
  "\x16\x03\x01\x02\0": FIRST,
};

/** Ours has this method besides: docs/http-parser-js.md says so. */
const MORE = "QUERY / HTTP/1.1";

const all = Object.entries(LINES).flatMap(([type, lines]) => lines.map((line) => [type as Type, line] as const));

describe.each(all.filter(([, line]) => line !== MORE))("%s %j", (type, line) => {
  const told = DIFFERENCES.find(({ what }) => what === TOLD[line]);

  test(told === undefined ? "as http-parser-js" : told.what, () => {
    let isDifferent = false;
    for (const end of ENDS) {
      const ours = record(OURS, type, line + end);
      const theirs = record(THEIRS, type, line + end);
      if (told === undefined || ours.error === theirs.error) expect({ end, ...ours }).toEqual({ end, ...theirs });
      else {
        isDifferent = true;
        // Another Error, or none yet: theirs comes as soon as the line ends.
        const error = told.what === METHOD && end === "\r\n" ? undefined : told.ours;
        expect({ end, steps: ours.steps, error: ours.error }).toEqual({ end, steps: [], error });
      }
    }
    expect(isDifferent).toBe(told !== undefined);
  });
});

test("each line that is told of is one of those, by a row that is there", () => {
  const lines = all.map(([, line]) => line);
  for (const [line, what] of Object.entries(TOLD)) {
    expect(lines).toContain(line);
    expect(DIFFERENCES.map((row) => row.what)).toContain(what);
  }
});
