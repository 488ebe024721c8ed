// The bridge: octets of an element onto the scratch page wherever they lie, and what the kernel says as strings.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { HTTP1_KERNEL } from "../../build/out/http1-kernel.ts";
import { Http1Connection } from "../../src/index.ts";
import { ReceiveBuffer } from "../../src/shared/receive-buffer.ts";
import { Kernel, type KernelExports, kernel } from "../../src/wasm/kernel.ts";
import { instantiate } from "../../src/wasm/module.ts";
import { FAULTS, faultCode, takeText, takeTrailers } from "../../src/wasm/scan.ts";
import { latin1, octets, random } from "../helpers.ts";

const { INPUT, TRAILERS, REQUEST } = layout;

/** Puts a trailer section on the page and scans it. */
function scanned(text: string, what: number = TRAILERS): Kernel {
  const it = kernel();
  it.octets.set(octets(text), INPUT);
  const status = it.scanHead(what, INPUT, INPUT + text.length, layout.ALLOW_OBS_FOLD, 256, 256);
  expect(status).toBe(text.length);
  return it;
}

test("there is one kernel in this realm", () => {
  expect(kernel()).toBe(kernel());
});

describe("put", () => {
  const it = new Kernel(instantiate<KernelExports>(HTTP1_KERNEL));
  const text = Array.from({ length: 600 }, (_, i) => String.fromCharCode(33 + (i % 90))).join("");

  /** The element is the first octets of `text`: some in the partial copy, the rest in a chunk behind other octets. */
  function sourceOf(partialLength: number, position: number, more: number): ReceiveBuffer {
    const partial = new Uint8Array(partialLength + 10).fill(0xfe);
    partial.set(octets(text.slice(0, partialLength)));
    const chunk = octets(`${"#".repeat(position)}${text.slice(partialLength)}${"#".repeat(more)}`);
    return Object.assign(new ReceiveBuffer(), { partial, partialLength, chunk, position });
  }

  test("copies what is asked for, to where it says, and no octet more", () => {
    const next = random(41);
    for (let i = 0; i < 4000; i++) {
      const partialLength = i % 3 === 0 ? 0 : next(100);
      const position = i % 2 === 0 ? 0 : next(50);
      const source = sourceOf(partialLength, position, next(2) * 20);
      const end = partialLength + next(i % 5 === 0 ? text.length - partialLength + 1 : 60);
      const from = next(end + 1);
      it.octets.fill(0xaa, INPUT, INPUT + 700);
      const reached = it.put(source, from, end);
      expect(reached).toBe(INPUT + end - from);
      expect(latin1(it.octets.subarray(INPUT, reached))).toBe(text.slice(from, end));
      expect(it.octets[reached]).toBe(0xaa);
    }
  });

  test("the whole of a chunk", () => {
    const source = Object.assign(new ReceiveBuffer(), { chunk: octets(text) });
    expect(it.put(source, 0, text.length)).toBe(INPUT + text.length);
    expect(latin1(it.octets.subarray(INPUT, INPUT + text.length))).toBe(text);
  });

  test("a chunk that fills the page ends where memory ends", () => {
    const source = Object.assign(new ReceiveBuffer(), { chunk: new Uint8Array(layout.INPUT_SIZE) });
    expect(it.put(source, 0, layout.INPUT_SIZE)).toBe(layout.END);
  });
});

describe("scanText", () => {
  test("scans chars as octets, with no leniency", () => {
    const it = kernel();
    expect(it.scanText(REQUEST, "GET / HTTP/1.1\r\nA: \xff\r\n\r\n")).toBe(24);
    expect(it.scanText(REQUEST, "GET / HTTP/1.1\n\n")).toBe(-layout.BARE_LF);
    expect(it.scanText(REQUEST, "GET /\xff HTTP/1.1\r\n\r\n")).toBe(-layout.BAD_TARGET);
    expect(it.scanText(TRAILERS, "A: b\r\n c\r\n\r\n")).toBe(-layout.OBS_FOLD);
    expect(it.scanText(TRAILERS, "A: \x01\r\n\r\n")).toBe(-layout.BAD_FIELD_VALUE);
    expect(it.scanText(TRAILERS, "")).toBe(0);
  });

  test("what is no octet is not sound", () => {
    const it = kernel();
    for (const value of ["Ā", "€", "\ud800", "\u{1f600}", "é€"]) {
      expect([value, it.scanText(TRAILERS, `A: ${value}\r\n\r\n`)]).toEqual([value, layout.NEED_DATA]);
    }
  });

  // Its UTF-8 does not fit; what is scanned must be the text all the same.
  test("K5: a text that fills the page, with chars from 0x80", () => {
    const it = kernel();
    const line = "A: éééé";
    const value = (end: string) => "v".repeat(layout.INPUT_SIZE - line.length - end.length);
    const text = (end: string) => `${line}${value(end)}${end}`;
    expect(it.scanText(TRAILERS, text("\r\n\r\n"))).toBe(layout.INPUT_SIZE);
    // Four octets more than chars: the last four chars must not be left out.
    expect(it.scanText(TRAILERS, text("\r\n\r\n\r\n\r\n"))).toBe(layout.INPUT_SIZE - 4);
    expect(it.scanText(TRAILERS, text("\r\n\r\n€€€€"))).toBe(layout.NEED_DATA);
    const client = new Http1Connection("client");
    const given: [string, string] = ["A", `éééé${"v".repeat(layout.INPUT_SIZE - 40)}\r\n\r\n`];
    const request = { type: "request", method: "GET", target: "/", headers: [["Host", "a"], given] } as const;
    expect(() => client.send(request)).toThrow(expect.objectContaining({ code: "BAD_FIELD_VALUE" }));
  });

  test("knows no limits but the map's", () => {
    const it = kernel();
    expect(it.scanText(TRAILERS, `${"A:\r\n".repeat(layout.MAX_FIELDS)}\r\n`)).toBe(4 * layout.MAX_FIELDS + 2);
    expect(it.scanText(TRAILERS, `${"A:\r\n".repeat(layout.MAX_FIELDS + 1)}\r\n`)).toBe(-layout.TOO_MANY_FIELDS);
    const target = "t".repeat(layout.INPUT_SIZE - 17);
    expect(it.scanText(REQUEST, `GET ${target} HTTP/1.1\r\n\r\n`)).toBe(layout.INPUT_SIZE);
  });
});

test("length is the Content-Length, or the size of a chunk", () => {
  expect(scanned("Content-Length: 9007199254740991\r\n\r\n").length).toBe(Number.MAX_SAFE_INTEGER);
  const it = kernel();
  it.octets.set(octets("ff\r\n"), INPUT);
  expect([it.scanChunkLine(INPUT, INPUT + 4, 0, 16, 16), it.length]).toEqual([4, 255]);
});

test("takeText is the records and the head, octets from 0x80 too", () => {
  const head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  expect(takeText(scanned(head, REQUEST), head.length).slice(2 * layout.RECORD_SIZE)).toBe(head);
  const high = "GET / HTTP/1.1\r\nA: \x80\x9f\xff\r\n\r\n";
  expect(takeText(scanned(high, REQUEST), high.length).slice(2 * layout.RECORD_SIZE)).toBe(high);
  expect(takeText(scanned("\r\n"), 2)).toBe("\0\0\0\0\r\n");
});

describe("takeTrailers", () => {
  const take = (text: string) => takeTrailers(scanned(text), text.length).raw();

  test("gives the fields", () => {
    expect(take("\r\n")).toEqual([]);
    expect(take("A: b\r\nX-C:\r\nA: \xff\r\n\r\n")).toEqual([
      ["A", "b"],
      ["X-C", ""],
      ["A", "\xff"],
    ]);
  });

  test("without those that must not stand there", () => {
    expect(take("Content-Length: 5\r\n\r\n")).toEqual([]);
    expect(take("Host: a\r\nA: b\r\nset-cookie: c\r\nE-Tag: d\r\nTE: e\r\nETag: f\r\n\r\n")).toEqual([
      ["A", "b"],
      ["E-Tag", "d"],
      ["ETag", "f"],
    ]);
  });

  test("that go on in other lines too", () => {
    expect(take("A: b\r\n c\r\nHost: d\r\n e\r\nF: g\r\n\r\n")).toEqual([
      ["A", "b c"],
      ["F", "g"],
    ]);
  });

  test("and they stay what they are when the page is used again", () => {
    const text = "A: b\r\nHost: c\r\nD: e\r\n\r\n";
    const fields = takeTrailers(scanned(text), text.length);
    kernel().octets.fill(0x3f, layout.RECORDS, layout.END);
    scanned("Z: z\r\n\r\n");
    expect(fields.raw()).toEqual([
      ["A", "b"],
      ["D", "e"],
    ]);
  });
});

test("faultCode gives the code of a negative status", () => {
  for (const [fault, code] of Object.entries(FAULTS)) expect(faultCode(-Number(fault))).toBe(code);
});
