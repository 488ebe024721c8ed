// Octets are chars and chars octets, by whatever means a runtime has.
import { describe, expect, test } from "vitest";
import { decodeLatin1, encodeLatin1, isLatin1, type TextRuntime, textCodec } from "../../src/wasm/text.ts";

const ALL = Uint8Array.from({ length: 256 }, (_, octet) => octet);
const TEXT = Array.from(ALL, (octet) => String.fromCharCode(octet)).join("");

const RUNTIMES: [name: string, runtime: TextRuntime][] = [
  ["this runtime", globalThis as TextRuntime],
  ["a runtime without Buffer", { TextDecoder }],
  ["a runtime without Buffer and TextDecoder", {}],
];

describe.each(RUNTIMES)("%s", (_, runtime) => {
  const { decode, encode } = textCodec(runtime);

  test("decodes every octet as itself, 0x80 to 0x9f too, which are others in windows-1252", () => {
    expect(decode(ALL, 0, 256, true)).toBe(TEXT);
    expect(decode(ALL, 0x80, 0xa0, true)).toBe(TEXT.slice(0x80, 0xa0));
  });

  test("decodes ASCII, told that it is", () => {
    expect(decode(ALL, 0, 128, false)).toBe(TEXT.slice(0, 128));
    expect(decode(ALL, 0x41, 0x44, false)).toBe("ABC");
  });

  test("decodes nothing as nothing", () => {
    expect([decode(ALL, 5, 5, false), decode(ALL, 5, 5, true)]).toEqual(["", ""]);
  });

  test.each([4095, 4096, 4097, 8192, 300_000])("decodes %i octets", (length) => {
    const octets = Uint8Array.from({ length }, (_value, i) => i * 7);
    const text = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
    expect(decode(octets, 0, length, true) === text).toBe(true);
    expect(decode(octets, 1, length, true) === text.slice(1)).toBe(true);
  });

  test("encodes every char as itself, and touches nothing else", () => {
    const octets = new Uint8Array(260).fill(0xaa);
    encode(TEXT, octets, 2);
    expect([...octets]).toEqual([0xaa, 0xaa, ...ALL, 0xaa, 0xaa]);
    encode("", octets, 0);
    expect(octets[0]).toBe(0xaa);
  });

  test.each([64, 65])("encodes into an array of %i octets, which V8 keeps in its heap up to 64", (length) => {
    const octets = new Uint8Array(length).fill(0xaa);
    encode(TEXT.slice(0xff - 40), octets, 3);
    expect([...octets]).toEqual([0xaa, 0xaa, 0xaa, ...ALL.subarray(0xff - 40), ...Array(length - 44).fill(0xaa)]);
  });

  test("an array that is a part of another", () => {
    const part = ALL.subarray(0x40, 0x60);
    expect(decode(part, 1, 4, false)).toBe("ABC");
    const mine = new Uint8Array(8);
    encode("xyz", mine.subarray(4), 1);
    expect([...mine]).toEqual([0, 0, 0, 0, 0, 0x78, 0x79, 0x7a]);
  });
});

test("the codec of this runtime is there", () => {
  expect(decodeLatin1(ALL, 0, 256, true)).toBe(TEXT);
  const octets = new Uint8Array(256);
  encodeLatin1(TEXT, octets, 0);
  expect(octets).toEqual(ALL);
});

test.each([
  ["", true],
  [TEXT, true],
  [`${TEXT}Ā`, false],
  ["\u{1f600}", false],
  ["Ā".slice(1), true],
  ["€", false],
  ["\ud800", false],
])("isLatin1(%j): %s", (text, wanted) => {
  expect(isLatin1(text)).toBe(wanted);
});

test("latin1Write is told the length: workerd takes the whole array's without, and refuses it behind the beginning", () => {
  const { latin1Slice, latin1Write } = Buffer.prototype as unknown as NonNullable<TextRuntime["Buffer"]>["prototype"];
  const strict = {
    latin1Slice,
    latin1Write(this: Uint8Array, text: string, at: number, length: number = this.length) {
      if (length > this.length - at) throw new RangeError("length");
      return latin1Write.call(this, text, at, length);
    },
  };
  const octets = new Uint8Array(4);
  const { encode } = textCodec({ Buffer: { prototype: strict } });
  encode("ab", octets, 1);
  encode("", octets, 4);
  expect([...octets]).toEqual([0, 0x61, 0x62, 0]);
});
