// h2spec's scenarios of HPACK: its suite `hpack`, and what is sound in section 5 of its suite `generic`. In front of each
// representation, or behind a table size, stands a whole request.
import { bytes, headers, huffman, indexed, integer, join, sizeUpdate, string } from "../http2/frames.ts";
import { ANSWERED, goaway, REQUEST, section, WHOLE } from "./scenario.ts";

const NAME = "x-test";
const VALUE = "h2spec";
/** The same by the code of RFC 7541's Appendix B. */
const CODED_NAME = huffman(0xf2, 0xb2, 0x4a, 0x84, 0xff);
const CODED_VALUE = huffman(0x9c, 0x48, 0xac, 0xa4);
/** user-agent in the static table. */
const USER_AGENT = 58;

const asked = (...block: Uint8Array[]) => headers(1, join(...block), WHOLE);
const behind = (...field: Uint8Array[]) => asked(REQUEST, ...field);
const BROKEN = goaway("COMPRESSION_ERROR", 0);

/** A kind of literal: with a name of the static table and a new one, each with and without Huffman. */
function kinds(kind: string, first: number, prefix: number) {
  const name = integer(USER_AGENT, prefix, first);
  return section(
    "generic 5",
    [`${kind}: a known name`, behind(name, string(VALUE)), ANSWERED],
    [`${kind}: a known name, Huffman`, behind(name, CODED_VALUE), ANSWERED],
    [`${kind}: a new name`, behind(bytes(first), string(NAME), string(VALUE)), ANSWERED],
    [`${kind}: a new name, Huffman`, behind(bytes(first), CODED_NAME, CODED_VALUE), ANSWERED],
  );
}

export const HPACK = [
  section("generic 5", ["an index", behind(indexed(USER_AGENT)), ANSWERED]),
  kinds("an indexing literal", 0x40, 6),
  kinds("a literal", 0, 4),
  kinds("a never-indexed literal", 0x10, 4),
  section(
    "generic 5",
    ["a table size", asked(sizeUpdate(0), REQUEST), ANSWERED],
    ["two table sizes", asked(sizeUpdate(0), sizeUpdate(4096), REQUEST), ANSWERED],
  ),
  section(
    "hpack 2.3.3",
    ["an index beyond the tables", behind(indexed(126)), BROKEN],
    ["the name of a literal beyond the tables", behind(integer(126, 6, 0x40), string(VALUE)), BROKEN],
  ),
  section("hpack 4.2", ["a table size behind the fields", behind(sizeUpdate(1)), BROKEN]),
  section(
    "hpack 5.2",
    ["Huffman: padding of more than 7 bits", behind(bytes(0), CODED_NAME, huffman(0x49, 0x50, 0x9f, 0xff)), BROKEN],
    ["Huffman: padding of zeros", behind(bytes(0), CODED_NAME, huffman(0x49, 0x50, 0x90)), BROKEN],
    ["Huffman: EOS", behind(bytes(0), CODED_NAME, huffman(255, 255, 255, 0xfd, 0x25, 0x42, 0x7f)), BROKEN],
  ),
  section("hpack 6.1", ["index 0", behind(bytes(0x80)), BROKEN]),
  section("hpack 6.3", ["a table size above HEADER_TABLE_SIZE", asked(sizeUpdate(4097), REQUEST), BROKEN]),
].flat();
