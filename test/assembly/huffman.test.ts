// Huffman text (RFC 7541 5.2 and Appendix B): the code, and both ways against a reader that goes bit by bit.
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout-http2.ts";
import { latin1, octets, random } from "../helpers.ts";
import { decodeAt, encodeAt, HPACK_BUILDS, type HpackExports, newHpack } from "./hpack-kernel.ts";

type Code = { length: number; code: number };

function codesOf({ memory }: HpackExports): Code[] {
  const words = new Uint32Array(memory.buffer, layout.CODES, 512);
  return Array.from({ length: 256 }, (_, i) => ({
    code: words[2 * i] as number,
    length: (words[2 * i + 1] as number) & (layout.ODD - 1),
  }));
}

/** Bit by bit, as the RFC says it. */
function reference(codes: Code[], text: Uint8Array): string {
  const known = new Map(codes.map(({ code, length }, octet) => [`${length} ${code}`, String.fromCharCode(octet)]));
  let found = "";
  let code = 0;
  let length = 0;
  let ones = true;
  for (const octet of text) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((octet >> bit) & 1);
      ones &&= ((octet >> bit) & 1) === 1;
      length++;
      const char = known.get(`${length} ${code}`);
      if (length > 30 || (length === 30 && char === undefined)) return "BAD_HUFFMAN";
      if (char === undefined) continue;
      found += char;
      code = 0;
      length = 0;
      ones = true;
    }
  }
  return length < 8 && ones ? found : "BAD_HUFFMAN";
}

/** A value that is Huffman text of these octets. */
function block(text: Uint8Array): Uint8Array {
  const more = text.length - 0x7f;
  const length = more < 0 ? [0x80 | text.length] : [0xff, (more & 0x7f) | 0x80, more >> 7];
  return new Uint8Array([0x0f, 0x00, ...length, ...text]);
}

describe.each(HPACK_BUILDS)("%s", (build) => {
  const kernel = newHpack(build);
  const codes = codesOf(kernel);
  const decode = (text: Uint8Array) => {
    const answer = decodeAt(kernel, block(text));
    return typeof answer === "string" ? answer : answer.records[0]?.value;
  };
  const encode = (value: string) => encodeAt(kernel, [{ kind: layout.LITERAL, index: 19, value }]) as Uint8Array;
  const decodeAgain = (encoded: Uint8Array) => {
    const answer = decodeAt(kernel, encoded);
    return typeof answer === "string" ? answer : answer.records[0]?.value;
  };

  test("the code is complete: with EOS, of 30 bits, there is no bit sequence without a meaning", () => {
    expect(codes.reduce((sum, { length }) => sum + 2 ** -length, 0) + 2 ** -30).toBe(1);
  });

  test.each([
    [0x00, 0x1ff8, 13],
    [0x0a, 0x3ffffffc, 30],
    [0x16, 0x3ffffffe, 30],
    [0x20, 0x14, 6],
    [0x30, 0x0, 5],
    [0x39, 0x1f, 6],
    [0x41, 0x21, 6],
    [0x58, 0xfc, 8],
    [0x5c, 0x7fff0, 19],
    [0x61, 0x3, 5],
    [0x74, 0x9, 5],
    [0x7a, 0x7b, 7],
    [0x7b, 0x7ffe, 15],
    [0x80, 0xfffe6, 20],
    [0xc0, 0x3ffffe0, 26],
    [0xff, 0x3ffffee, 26],
  ])("octet 0x%s has the code of Appendix B", (octet, code, length) => {
    expect(codes[octet]).toEqual({ code, length });
  });

  test("every two octets are encoded and decoded again", () => {
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        const text = String.fromCharCode(first, second);
        const again = decodeAgain(encode(text));
        if (again !== text) expect([first, second, again]).toEqual([first, second, text]);
      }
    }
  });

  test("every octet at every place of a text, encoded as the reference has it", () => {
    for (let octet = 0; octet < 256; octet++) {
      for (const place of [0, 1, 2, 7, 8, 15, 16, 17, 40]) {
        const text = `${"e".repeat(place)}${String.fromCharCode(octet)}${"1".repeat(40 - place)}`;
        const encoded = encode(text);
        expect(decodeAgain(encoded)).toBe(text);
        const huffman = encoded.subarray(3);
        expect(encoded[2]).toBe(0x80 | huffman.length);
        expect(reference(codes, huffman)).toBe(text);
      }
    }
  });

  test("any octets mean what the reference says", () => {
    const next = random(7);
    for (let i = 0; i < 10000; i++) {
      const ones = next(4);
      const text = Uint8Array.from({ length: next(24) }, () => (next(5) < ones ? 0xff : next(256)));
      expect([latin1(text), decode(text)]).toEqual([latin1(text), reference(codes, text)]);
    }
  });

  test("two octets mean what the reference says, alone and behind others", () => {
    for (let pair = 0; pair < 65536; pair += 5) {
      const tail = [pair >> 8, pair & 0xff];
      for (const text of [new Uint8Array(tail), new Uint8Array([...octets("\x1c\x64\x1c\x64\x1c\x64\x1c"), ...tail])]) {
        const found = decode(text);
        const meant = reference(codes, text);
        if (found !== meant) expect([text, found]).toEqual([text, meant]);
      }
    }
  });

  test.each([
    ["EOS", "3fffffff"],
    ["EOS behind a letter", "1fffffffff"],
    ["eight bits of padding", "1c64ff"],
    ["a whole octet of ones", "ff"],
    ["padding of zeros", "1800"],
    ["padding not all ones", "1a"],
  ])("%s is refused", (_, digits) => {
    expect(decode(new Uint8Array(Buffer.from(digits, "hex")))).toBe("BAD_HUFFMAN");
  });

  test("seven bits of padding are the most", () => {
    // "0" five bits, "X" eight: 13 bits and three; "\\" 19 bits and five; "&" eight bits and none.
    for (const text of ["0", "X", "\\", "&", "ee", "?", "#", "\x00", "|", "{", "\n", "000", ""]) {
      const encoded = encodeAt(kernel, [{ kind: layout.LITERAL, index: 19, value: `${text}eeeeeeeeee` }]) as Uint8Array;
      expect(decodeAgain(encoded)).toBe(`${text}eeeeeeeeee`);
    }
  });

  test("the shorter form is taken, Huffman text where both are as long, nothing for nothing", () => {
    expect(Buffer.from(encode("\x00\x00")).toString("hex")).toBe("0f04020000");
    expect(Buffer.from(encode("307")).toString("hex")).toBe("0f0483640eff");
    expect(Buffer.from(encode("")).toString("hex")).toBe("0f0400");
    const plain = encodeAt(kernel, [{ kind: layout.LITERAL, index: 19, value: "eee" }], layout.PLAIN) as Uint8Array;
    expect(Buffer.from(plain).toString("hex")).toBe("0f0403656565");
  });

  test("long texts of any octets come back", () => {
    const next = random(11);
    for (const length of [126, 127, 128, 255, 256, 1000, 16511, 16512, 100000]) {
      const text = String.fromCharCode(
        ...Array.from({ length: Math.min(length, 1000) }, () => (next(3) ? 0x61 + next(26) : next(256))),
      );
      const value = text.repeat(Math.ceil(length / text.length)).slice(0, length);
      expect(decodeAgain(encode(value)) === value).toBe(true);
    }
  });
});
