// An entry of the static table is judged as the same field written out: some of its pairs no message may have.
import { expect, test } from "vitest";
import { HpackDecoder } from "../../src/http2/hpack-decoder.ts";
import { HpackEncoder } from "../../src/http2/hpack-encoder.ts";
import { STATIC_PAIRS } from "../../src/http2/hpack-table.ts";
import { LocalProtocolError } from "../../src/shared/errors.ts";
import { hex, literal } from "./hpack-helpers.ts";

const LIMITS = { maxHeaderBytes: 65536, maxFields: 100 };
const HEAD = [":method GET", ":scheme https", ":path /"].map((pair) => pair.split(" ") as [string, string]);

/** A request with this field, as its index or as a literal; of pseudo-fields it is the only one of its name. */
function judged(name: string, value: string, written: string) {
  const others = HEAD.filter(([other]) => other !== name).map(([other, text]) => literal(other, text));
  const isPseudo = name.startsWith(":");
  const authority = name === ":authority" ? "" : literal(":authority", "a");
  const block = others.join("") + authority + written + (isPseudo ? literal("host", "") : "");
  const { fault, malformed, header } = new HpackDecoder().decodeMessage(hex(block), "request", LIMITS);
  return { name, value, fault, malformed, header };
}

const rows = STATIC_PAIRS.map(([name, value], index) => ({ name, value, index })).slice(1);
const refused = rows.filter(({ name, value }) => {
  const { malformed } = judged(name, value, literal(name, value));
  return ["CONNECTION_SPECIFIC_FIELD", "BAD_CONTENT_LENGTH", "BAD_AUTHORITY"].includes(String(malformed));
});

test.each(rows)("$index: $name: $value", ({ name, value, index }) => {
  expect(judged(name, value, (0x80 + index).toString(16))).toEqual(judged(name, value, literal(name, value)));
});

test("the pairs that no message may have are not sent either", () => {
  expect(refused.map(({ name }) => name)).toEqual([":authority", "content-length", "transfer-encoding"]);
  for (const { name, value } of refused) {
    const [authority, headers] = name === ":authority" ? [value, []] : ["a", [[name, value] as const]];
    const encode = () => new HpackEncoder().encodeRequest("GET", "https", authority, "/", null, headers);
    expect(encode, name).toThrow(LocalProtocolError);
  }
});
