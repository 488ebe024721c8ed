// What is delivered has short names where nobody sees them: which those are, how they are replaced, and that all others are there.
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { renamed, shortNames } from "../build/mangle.mjs";
import * as sources from "../src/index.ts";

const names = (source: string, path = "src/http1/a.ts", types = "") => [
  ...shortNames([{ path, text: source }], [{ path: "a.d.ts", text: types }]).keys(),
];

describe("which names", () => {
  test("members of classes, the most used first", () => {
    expect(names("class A { aa = 1; private bb = this.cc; get cc() { return this.cc; } dd() {} }")).toEqual([
      "cc",
      "aa",
      "bb",
      "dd",
    ]);
  });

  test.each([
    ["a string says it", 'class A { aa = 1 } f("aa");', undefined, undefined],
    ["an interface of src/wasm has it", "class A { aa = 1 } interface B { aa: number }", "src/wasm/a.ts", undefined],
    ["it is public", "class A { aa = 1 }", undefined, "declare class A { aa: number }"],
    ["a runtime has it", "class A { aa = 1 }", undefined, "interface Window { readonly aa: number }"],
    ["another layer declares it", "class A { aa = 1 }", "src/compat/a.ts", undefined],
    ["it is no member of a class", "interface A { aa: number } const aa = { aa: 1 };", undefined, undefined],
  ])("not when %s", (_, source, path, types) => {
    expect(names(source, path, types)).toEqual([]);
  });

  test("a private member in the types is no public one", () => {
    expect(names("class A { private aa = 1 }", undefined, "declare class A { private aa; }")).toEqual(["aa"]);
  });
});

test("members are replaced where they are declared and used, and nothing else", () => {
  const source =
    "class A { aa = 1; get bb() { const { aa, bb: x, ...cc } = this; return { aa, bb: aa.aa, 'aa': this['aa'], ...cc }; } }\n" +
    "({ aa } = x); ({ aa = 1 } = x); const aa = 'aa'; function bb(aa) { return [aa, aa.bb]; } // aa";
  expect(
    renamed(
      "a.js",
      source,
      new Map([
        ["aa", "$0"],
        ["bb", "$1"],
        ["cc", "$2"],
      ]),
    ),
  ).toBe(
    "class A { $0 = 1; get $1() { const { $0: aa, $1: x, ...cc } = this; return { $0: aa, $1: aa.$0, 'aa': this['aa'], ...cc }; } }\n" +
      "({ $0: aa } = x); ({ $0: aa = 1 } = x); const aa = 'aa'; function bb(aa) { return [aa, aa.$1]; } // aa",
  );
});

describe("what is delivered", async () => {
  const delivered = (await import(new URL("../dist/index.js", import.meta.url).href)) as typeof sources;

  test("exports the same", () => {
    expect(Object.keys(delivered).sort()).toEqual(Object.keys(sources).sort());
  });

  test.each(["HeaderFields", "HpackDecoder", "HpackEncoder", "Http1Connection", "Http2Connection"] as const)(
    "%s: only its private members have other names",
    (name) => {
      const members = (from: typeof sources) => membersOf(from[name].prototype);
      const long = members(delivered).filter((member) => !/^\$[0-9a-z]+$/.test(member));
      expect(members(sources)).toEqual(expect.arrayContaining(long));
      expect(members(delivered)).toHaveLength(members(sources).length);
      expect(long).toEqual(expect.arrayContaining(PUBLIC[name]));
    },
  );

  test("errors, fields and events show themselves as the sources' do", () => {
    const shown = ({ Http1Connection }: typeof sources) => {
      const connection = new Http1Connection("server");
      connection.feed(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\nbad\r\n\r\n"));
      const request = connection.nextEvent();
      connection.nextEvent();
      connection.send({ type: "response", status: 204 });
      connection.send({ type: "end-of-message" });
      connection.startNextCycle();
      try {
        connection.nextEvent();
        return [];
      } catch (error) {
        return [inspect(request), Object.entries(error as object), String(error)];
      }
    };
    expect(shown(delivered)).toEqual(shown(sources));
    expect(shown(delivered)).toHaveLength(3);
  });
});

/** Its members, inherited ones too. */
function membersOf(prototype: object): string[] {
  const parent: object = Object.getPrototypeOf(prototype);
  const own = Object.getOwnPropertyNames(prototype);
  return parent === Object.prototype ? own : [...new Set([...own, ...membersOf(parent)])];
}

/** The contract's names. */
const PUBLIC = {
  HeaderFields: "get getAll getSetCookie has entries forEach raw toJSON".split(" "),
  HpackDecoder: ["decode"],
  HpackEncoder: ["encode"],
  Http1Connection: (
    "feed feedEof nextEvent events send bytesToSend chunksToSend sendFailed startNextCycle takeTrailingData errorResponse " +
    "localState remoteState remoteHttpVersion remoteIsWaitingFor100Continue isWaitingFor100Continue outstandingRequests " +
    "bufferedBytes queuedBytes"
  ).split(" "),
  Http2Connection: (
    "feed feedEof nextEvent events bytesToSend chunksToSend queuedBytes openStream send reset release ping updateSettings push " +
    "prioritize shutdown goaway altsvc origin finished openStreams localSettings remoteSettings window"
  ).split(" "),
};
