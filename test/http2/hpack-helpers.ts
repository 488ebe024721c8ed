// What the tests of HPACK share.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { HpackDecoder, HpackEncoder, RemoteProtocolError } from "../../src/http2/hpack.ts";
import type { FieldPair } from "../../src/shared/field-pairs.ts";

/** Octets from hexadecimal digits; white space is for the eye. */
export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replaceAll(/\s/g, ""), "hex"));
}

export function toHex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

/** What a new decoder, or this one, says of a block: its fields, or a code. */
export function decoded(block: Uint8Array | string, decoder = new HpackDecoder()): FieldPair[] | string {
  try {
    return decoder.decode(typeof block === "string" ? hex(block) : block);
  } catch (error) {
    if (error instanceof RemoteProtocolError) return error.code;
    throw error;
  }
}

/** A literal string as it stands in a block, without Huffman coding; below 127 octets. */
export function plain(text: string): string {
  if (text.length > 126) throw new RangeError("too long for one octet");
  return text.length.toString(16).padStart(2, "0") + Buffer.from(text, "latin1").toString("hex");
}

/** A field that is all literal and not inserted. */
export function literal(name: string, value: string): string {
  return `00${plain(name)}${plain(value)}`;
}

export function encoded(fields: readonly FieldPair[], encoder = new HpackEncoder()): string {
  return toHex(encoder.encode(fields));
}

// --- the stories of other encoders --------------------------------------------------------------------------------

/** One context of compression: each block, its fields, and the table size that was announced before it. */
export interface Story {
  encoder: string;
  id: string;
  cases: { wire: Uint8Array; fields: [name: string, value: string][]; tableSize: number | undefined }[];
}

/** shared/vectors/hpack.json, where it is; undefined where it is not. */
export function readStories(): Story[] | undefined {
  const path = resolve(import.meta.dirname, "../..", process.env.SANSIO_SHARED ?? "../shared", "vectors/hpack.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const { names, values, stories, wires, tables } = JSON.parse(text) as {
    names: string[];
    values: string[];
    stories: Record<string, number[][]>;
    wires: Record<string, Record<string, string[]>>;
    tables: Record<string, Record<string, number[]> | undefined>;
  };
  const fieldsOf = (numbers: number[]): [string, string][] =>
    Array.from({ length: numbers.length / 2 }, (_, i) => [
      names[numbers[2 * i] as number] as string,
      values[numbers[2 * i + 1] as number] as string,
    ]);
  return Object.entries(wires).flatMap(([encoder, told]) =>
    Object.entries(told).map(([id, cases]) => ({
      encoder,
      id,
      cases: cases.map((wire, i) => ({
        wire: new Uint8Array(Buffer.from(wire, "base64")),
        fields: fieldsOf(stories[id]?.[i] as number[]),
        // 0: nothing was announced
        tableSize: tables[encoder]?.[id]?.[i] || undefined,
      })),
    })),
  );
}

/** Names that are met, known and unknown to the static table. */
export const NO_PSEUDO = ["accept", "x-a", "x-b", "cookie", "set-cookie", "content-length", "te", "date", "etag"];
