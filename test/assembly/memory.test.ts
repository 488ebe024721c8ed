// The kernel is a pure function over its scratch page: it reads no octet past the input, writes only what is its to
// write, and nothing that a call left behind changes the next.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { atMemoryEnd, BUILDS, type KernelExports, newKernel, octets, pick, random } from "../helpers.ts";
import { type Answer, brief, type Scan, scanAt, scanChunkLine, scanHead } from "./answer.ts";
import { head, mutated } from "./generate.ts";
import { readHead } from "./reference.ts";

const FOLD = layout.ALLOW_OBS_FOLD;
const SAMPLES: [text: string, scan: Scan][] = [
  ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", { what: layout.REQUEST }],
  ["CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n", { what: layout.REQUEST }],
  [
    "POST /\xe9 HTTP/1.0\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    { what: layout.REQUEST, allow: layout.ALLOW_HIGH_TARGET },
  ],
  ["HTTP/1.1 200 OK\r\nSet-Cookie: \xff\r\nContent-Length: 5, 5\r\n\r\n", { what: layout.RESPONSE }],
  ["HTTP/1.1 204 \r\nA: b\r\n c\r\n  d\r\nUpgrade: h2c\r\n\r\n", { what: layout.RESPONSE, allow: FOLD }],
  ["Content-Length: x\r\nContent-Length: 5\r\n\r\n", { what: layout.TRAILERS }],
  ["Host: a b\r\n\r\n", { what: layout.TRAILERS }],
  [" c\r\nA: b\r\n\r\n", { what: layout.RESUMED, allow: FOLD }],
  ["\r\n", { what: layout.TRAILERS }],
  ["GET / HTTP/1.1\r\nHost: a\r\nA", { what: layout.REQUEST }],
  ["GET / HTTP/1.1\r\nHost: a\r\nA b: c\r\n\r\n", { what: layout.REQUEST }],
  ["", { what: layout.REQUEST }],
];

/** Scans `text` placed at `start` in a memory that is otherwise `junk`. */
function scanIn(
  kernel: KernelExports,
  start: number,
  text: string,
  scan: Scan,
  junk: (limit: number) => number,
): Answer {
  const bytes = new Uint8Array(kernel.memory.buffer);
  const value = junk(256);
  bytes.fill(value, layout.HEAD, layout.HEAD + layout.HEAD_SIZE);
  bytes.fill(junk(256), layout.RECORDS, layout.END);
  bytes.set(octets(text), start);
  return scanAt(kernel, start, text.length, scan);
}

describe.each(BUILDS)("%s", (build) => {
  const kernel = newKernel(build);
  const bytes = new Uint8Array(kernel.memory.buffer);

  test("a read of one octet past the memory traps", () => {
    const start = atMemoryEnd(kernel, octets("GET / HTTP/1.1\r\nHost: a"));
    const scan = (end: number) => kernel.scanHead(layout.REQUEST, start, end, 0, 256, 256);
    expect(scan(bytes.length)).toBe(0);
    expect(() => scan(bytes.length + 1)).toThrow(WebAssembly.RuntimeError);
    expect(() => kernel.scanChunkLine(bytes.length, bytes.length + 1, 0, 16, 16)).toThrow(WebAssembly.RuntimeError);
  });

  test("nothing is read past the input: every head, cut at every octet, at the end of memory", () => {
    for (const [text, scan] of SAMPLES) {
      for (let end = 0; end <= text.length; end++) {
        // No trap; and what lies past the input, were it read, could only be a trap.
        expect([end, scanHead(kernel, text.slice(0, end), scan)]).toEqual([end, readHead(text.slice(0, end), scan)]);
      }
    }
    const next = random(21);
    for (let i = 0; i < 3000; i++) {
      const what = next(4);
      const text = mutated(head(next, what), next);
      expect(() => scanHead(kernel, text, { what, allow: next(64) })).not.toThrow();
      expect(() => scanChunkLine(kernel, text.slice(next(text.length + 1)))).not.toThrow();
    }
  });

  test("nothing past the input matters: the same whatever follows it", () => {
    for (const [text, scan] of SAMPLES) {
      for (const after of ["\0", "\r\n\r\n", "A: b\r\n\r\n", "\xff".repeat(40), ":".repeat(40), " ".repeat(40)]) {
        bytes.set(octets(text + after), layout.INPUT);
        expect([text, scanAt(kernel, layout.INPUT, text.length, scan)]).toEqual([text, readHead(text, scan)]);
      }
    }
  });

  test("nothing survives a call: the same whatever lies in HEAD, the records and the page", () => {
    const next = random(22);
    for (const [text, scan] of SAMPLES) {
      const wanted = readHead(text, scan);
      for (let i = 0; i < 30; i++) {
        const start = pick([layout.INPUT, layout.INPUT + next(4096), layout.END - text.length], next);
        expect(scanIn(kernel, start, text, scan, next)).toEqual(wanted);
      }
    }
  });

  test("nothing survives a call: the same after any other", () => {
    const all = [...SAMPLES.keys()];
    for (const first of all) {
      for (const second of all) {
        for (const i of [first, second]) {
          const [text, scan] = SAMPLES[i] as (typeof SAMPLES)[number];
          bytes.set(octets(text), layout.INPUT);
          expect([first, second, scanAt(kernel, layout.INPUT, text.length, scan)]).toEqual([
            first,
            second,
            readHead(text, scan),
          ]);
        }
        scanChunkLine(kernel, "7;a=b\r\n");
      }
    }
  });

  test("a chunk-size line after any head, and a head after it", () => {
    for (const [text, scan] of SAMPLES) {
      scanHead(kernel, text, scan);
      expect(scanChunkLine(kernel, "1a;b\r\n")).toEqual({ outcome: "done", consumed: 6, size: 26, extensions: 2 });
      expect(scanChunkLine(kernel, "1a")).toEqual({ outcome: "more" });
    }
  });

  test("writes go to HEAD, to the lists of values and stops, to the records below the head, and to a folded head itself", () => {
    const next = random(23);
    const mine = new Uint8Array(bytes.length);
    for (let i = 0; i < 1500; i++) {
      const what = next(4);
      const [text, scan] =
        i < SAMPLES.length
          ? (SAMPLES[i] as (typeof SAMPLES)[number])
          : [mutated(head(next, what), next), { what, allow: next(64) }];
      const start = pick([layout.INPUT, layout.INPUT + 77, layout.END - text.length], next);
      bytes.set(octets(text), start);
      mine.set(bytes);
      if (next(4) === 0) kernel.scanChunkLine(start, start + text.length, next(64), 16, 64);
      else kernel.scanHead(scan.what ?? 0, start, start + text.length, scan.allow ?? 0, 4096, 4096);
      const records = layout.RECORD_SIZE + layout.LONG_RECORD_SIZE * (text.split("\n").length - 1);
      const isFolded = /\n[ \t]|^[ \t]/.test(text) && ((scan.allow ?? 0) & FOLD) !== 0;
      for (const [from, end] of [
        [layout.HEAD, layout.HEAD + layout.HEAD_SIZE],
        [layout.READS, layout.STOPS + layout.STOPS_SIZE],
        [start - records, isFolded ? start + text.length : start],
      ] as const) {
        mine.set(bytes.subarray(from, end), from);
      }
      expect([text, Buffer.compare(mine, bytes)]).toEqual([text, 0]);
    }
  });

  test("the records of the most fields fill their region and no more", () => {
    const text = `${"A:\r\n".repeat(layout.MAX_FIELDS)}\r\n`;
    bytes.fill(0xaa, layout.HEAD + layout.HEAD_SIZE, layout.END);
    bytes.set(octets(text), layout.INPUT);
    expect(brief(scanAt(kernel, layout.INPUT, text.length, { what: layout.TRAILERS }))).toBe(`done ${text.length}`);
    const below = bytes.subarray(layout.STOPS + layout.STOPS_SIZE, layout.RECORDS);
    expect(below.every((octet) => octet === 0xaa)).toBe(true);
    const lowest = layout.INPUT - layout.RECORD_SIZE - layout.LONG_RECORD_SIZE * layout.MAX_FIELDS;
    expect([bytes[lowest - 1], bytes[lowest]]).toEqual([0xaa, 2]);
  });

  test("the stops of a page that is full fill their region and no more", () => {
    const size = layout.INPUT_SIZE;
    const whole = `A:${"\t".repeat(size - 6)}\r\n\r\n`;
    bytes.fill(0xaa, layout.HEAD + layout.HEAD_SIZE, layout.END);
    bytes.set(octets(whole), layout.INPUT);
    expect(brief(scanAt(kernel, layout.INPUT, size, { what: layout.TRAILERS }))).toBe(`done ${size}`);
    const below = bytes.subarray(layout.STOPS + layout.STOPS_SIZE, layout.RECORDS);
    expect(below.every((octet) => octet === 0xaa)).toBe(true);
  });

  test("the most fields whose values are read are all read", () => {
    const text = `${"TE:\r\n".repeat(layout.MAX_FIELDS - 1)}${"Host:\r\n"}\r\n`;
    const hosts = `${"Host:\r\n".repeat(layout.MAX_FIELDS)}\r\n`;
    for (const each of [text, hosts]) {
      bytes.fill(0xaa, layout.HEAD + layout.HEAD_SIZE, layout.END);
      bytes.set(octets(each), layout.INPUT);
      expect(brief(scanAt(kernel, layout.INPUT, each.length, { what: layout.TRAILERS }))).toBe(`done ${each.length}`);
      const facts = new DataView(bytes.buffer).getUint32(layout.HEAD + layout.HEAD_FACTS, true);
      expect(facts & (layout.HOST | layout.HOST_REPEATED)).toBe(
        each === hosts ? layout.HOST | layout.HOST_REPEATED : layout.HOST,
      );
    }
  });
});
