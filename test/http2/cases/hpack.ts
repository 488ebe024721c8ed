// Header blocks that cannot be decoded, and what the dynamic table remembers (RFC 7541, RFC 9113 4.3).

import { BOTH, type Case, fatal, fine, GET, POST, POSTED, resets, SERVER, start, whole } from "../case.ts";
import {
  bytes,
  headers,
  huffman,
  indexed,
  indexing,
  integer,
  join,
  literals,
  neverIndexed,
  sizeUpdate,
  string,
} from "../frames.ts";

const last = { end: true } as const;

/** A message whose block goes on so and cannot be decoded. */
const broken = (name: string, ...parts: Uint8Array[]): Case =>
  fatal(name, BOTH, (role) => [headers(3, join(literals(start(role)), ...parts), last)], [], "COMPRESSION_ERROR");

/** A message whose block goes on so and has these fields. */
const decoded = (name: string, parts: Uint8Array[], fields: string, inserted = 0): Case =>
  fine(
    name,
    BOTH,
    (role) => [headers(3, join(literals(start(role)), ...parts), last)],
    (role) => whole(role, 3, fields),
    { inserted },
  );

/** An integer of this prefix whose continuation octets are these. */
const long = (prefix: number, above: number, ...octetList: number[]): Uint8Array =>
  bytes(above | (2 ** prefix - 1), ...octetList);

const TEN = Array<number>(10).fill(0x80);

/** Indexed, three kinds of literals, size update: prefix and the bits above it. */
const KINDS: readonly [name: string, prefix: number, above: number][] = [
  ["an index", 7, 0x80],
  ["the name of an indexing literal", 6, 0x40],
  ["the name of a literal", 4, 0],
  ["the name of a never-indexed literal", 4, 0x10],
];

export const BROKEN: readonly Case[] = [
  broken("index 0", bytes(0x80)),
  ...KINDS.map(([name, prefix, above]) => broken(`past the table: ${name}`, integer(63, prefix, above), string("v"))),
  ...KINDS.map(([name, prefix, above]) =>
    broken(`far past the table: ${name}`, integer(2 ** 31 - 1, prefix, above), string("v")),
  ),
  ...[...KINDS, ["a table size", 5, 0x20] as const].flatMap(([name, prefix, above]) => [
    broken(`an integer above 2^32: ${name}`, long(prefix, above, 0xff, 0xff, 0xff, 0xff, 0x7f)),
    broken(`an integer of 11 octets: ${name}`, long(prefix, above, ...TEN, 1)),
    broken(
      `an integer of 2^64, which wraps round: ${name}`,
      long(prefix, above, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02),
    ),
    broken(`an integer that does not end: ${name}`, long(prefix, above, 0x80)),
  ]),
  broken("a length of 11 octets", bytes(0), long(7, 0, ...TEN, 0), string("v")),
  broken("a name longer than the block", bytes(0), integer(9, 7), bytes(0x61)),
  broken("a name of 2^28 octets", bytes(0), integer(2 ** 28, 7), bytes(0x61)),
  broken("a value longer than the block", bytes(0), string("n"), integer(2, 7), bytes(0x61)),
  broken("a block that ends before a name", bytes(0)),
  broken("a block that ends before a value", bytes(0), string("n")),
  broken("a Huffman value longer than the block", bytes(0), string("n"), bytes(0x82, 0x1f)),
  broken("Huffman: EOS", bytes(0), string("n"), huffman(0xff, 0xff, 0xff, 0xff)),
  broken("Huffman: EOS in a name", bytes(0), huffman(0xff, 0xff, 0xff, 0xfc), string("v")),
  broken("Huffman: padding of 8 bits", bytes(0), string("n"), huffman(0xff)),
  broken("Huffman: padding of 11 bits", bytes(0), string("n"), huffman(0x1f, 0xff)),
  broken("Huffman: padding of zeros", bytes(0), string("n"), huffman(0x18)),
  broken("Huffman: padding that begins with ones", bytes(0), string("n"), huffman(0x1e)),
  fatal(
    "a table size above the limit",
    BOTH,
    (role) => [headers(3, join(sizeUpdate(4097), literals(start(role))), last)],
    [],
    "COMPRESSION_ERROR",
  ),
  broken("a table size behind a field", sizeUpdate(4096)),
  fatal(
    "a broken block of trailers",
    SERVER,
    [headers(3, POST), headers(3, indexed(99), last)],
    [POSTED(3)],
    "COMPRESSION_ERROR",
    { last: 3 },
  ),
  fatal(
    "a broken block on a stream we reset",
    SERVER,
    [headers(3, POST), (connection) => connection.reset(3), headers(3, indexed(99), last)],
    [POSTED(3)],
    "COMPRESSION_ERROR",
    { last: 3, emits: ["RST_STREAM 3 CANCEL"] },
  ),
];

/** Entries of the static table that no message may have as they are: what is indexed is checked as a literal is. */
const STATIC: readonly [index: number, field: string][] = [
  [28, "content-length without a value"],
  [57, "transfer-encoding without a value"],
  [38, "host without a value"],
];

export const INDEXED: readonly Case[] = [
  ...STATIC.slice(0, 2).map(([index, field]) =>
    resets(
      `static table: ${field}`,
      BOTH,
      (role) => [headers(3, join(literals(start(role)), indexed(index)), last)],
      [],
      [3, "PROTOCOL_ERROR"],
    ),
  ),
  ...STATIC.slice(2).map(([index, field]) =>
    resets(
      `static table: ${field}`,
      SERVER,
      [headers(3, join(literals(GET), indexed(index)), last)],
      [],
      [3, "PROTOCOL_ERROR"],
    ),
  ),
  resets(
    "static table: :authority without a value",
    SERVER,
    [headers(3, join(indexed(2), indexed(6), indexed(1), indexed(4)), last)],
    [],
    [3, "PROTOCOL_ERROR"],
  ),
  resets(
    "static table: :status in a request",
    SERVER,
    [headers(3, join(literals(GET), indexed(8)), last)],
    [],
    [3, "PROTOCOL_ERROR"],
  ),
  resets(
    "static table: :path behind a field",
    SERVER,
    [headers(3, join(indexed(2), indexed(6), literals([["a", "b"]]), indexed(4)), last)],
    [],
    [3, "PROTOCOL_ERROR"],
  ),
  resets(
    "an entry of the dynamic table that was malformed stays so",
    SERVER,
    [headers(3, join(literals(GET), indexing("a", "b\n")), last), headers(5, join(literals(GET), indexed(62)), last)],
    ["reset 3 PROTOCOL_ERROR local"],
    [5, "PROTOCOL_ERROR"],
    { inserted: 1, emits: ["RST_STREAM 3 PROTOCOL_ERROR", "RST_STREAM 5 PROTOCOL_ERROR"] },
  ),
  fine(
    "a request of the static table",
    SERVER,
    [headers(3, join(indexed(2), indexed(6), literals([[":authority", "a"]]), indexed(4), indexed(16)), last)],
    ["request 3 GET http://a/ | accept-encoding: gzip, deflate", "end 3"],
  ),
];

// --- what is decoded (RFC 7541 2.3, 3.2, 4) ------------------------------------------------------------------------------------------

export const DECODED: readonly Case[] = [
  decoded("a literal", [literals([["a", "b"]])], " | a: b"),
  decoded("a never-indexed literal", [neverIndexed("a", "b")], " | a: b"),
  decoded("an empty value", [literals([["a", ""]])], " | a: "),
  decoded("Huffman", [bytes(0), string("n"), huffman(0x1f)], " | n: a"),
  decoded(
    "Huffman that needs no padding",
    [bytes(0), string("n"), huffman(0x18, 0xc6, 0x31, 0x8c, 0x63)],
    " | n: aaaaaaaa",
  ),
  decoded("an index of the dynamic table", [indexed(62)], " | x-other: kept"),
  decoded("a name of the dynamic table", [integer(62, 4), string("b")], " | x-other: b"),
  decoded("a name of the static table", [integer(32, 4), string("b")], " | cookie: b"),
  decoded("an integer with needless octets", [long(4, 0, 0xaf, 0x80, 0x00), string("b")], " | x-other: b"),
  decoded(
    "entries twice",
    [indexing("c", "d"), indexing("c", "d"), indexed(62), indexed(63), indexed(64)],
    " | c: d | c: d | c: d | c: d | x-other: kept",
    2,
  ),
  decoded(
    "an entry evicted while its name is used",
    [integer(62, 6, 0x40), string("y".repeat(4050)), indexing("x-other", "kept")],
    ` | x-other: ${"y".repeat(4050)} | x-other: kept`,
  ),
  fatal(
    "an entry larger than the table empties it",
    BOTH,
    (role) => [headers(3, join(literals(start(role)), indexing("n", "y".repeat(4064)), indexed(62)), last)],
    [],
    "COMPRESSION_ERROR",
  ),
  fine(
    "a table size",
    BOTH,
    (role) => [headers(3, join(sizeUpdate(4096), literals(start(role)), indexed(62)), last)],
    (role) => whole(role, 3, " | x-other: kept"),
  ),
  fine(
    "two table sizes",
    BOTH,
    (role) => [headers(3, join(sizeUpdate(43), sizeUpdate(4096), literals(start(role)), indexed(62)), last)],
    (role) => whole(role, 3, " | x-other: kept"),
  ),
  fatal(
    "a table size that evicts",
    BOTH,
    (role) => [headers(3, join(sizeUpdate(42), sizeUpdate(4096), literals(start(role)), indexed(62)), last)],
    [],
    "COMPRESSION_ERROR",
  ),
  resets(
    "a malformed message leaves the table in step",
    BOTH,
    (role) => [headers(3, join(literals(start(role)), indexing("BAD", "x"), indexing("c", "d")), last)],
    [],
    [3, "PROTOCOL_ERROR"],
    { inserted: 2 },
  ),
  fine(
    "fields of a malformed message are in the table",
    SERVER,
    [
      headers(3, join(literals([...GET, ["connection", "close"]]), indexing("c", "d")), last),
      headers(5, join(literals(GET), indexed(62)), last),
    ],
    ["reset 3 PROTOCOL_ERROR local", "request 5 GET http://a/ | c: d", "end 5"],
    { inserted: 1, emits: ["RST_STREAM 3 PROTOCOL_ERROR"] },
  ),
];
