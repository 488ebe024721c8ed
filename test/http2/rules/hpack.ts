// RFC 7541: HPACK.
import { type Rule, tested } from "./rule.ts";

const LONG = [
  "an index",
  "the name of an indexing literal",
  "the name of a literal",
  "the name of a never-indexed literal",
];
const SIZED = [...LONG, "a table size"];

// biome-ignore format: a table
export const HPACK_RULES: readonly Rule[] = [
  tested("2.3.2", "both", "Entries that are in the table twice are no error.", "entries twice"),
  tested("2.3.3", "both", "An index beyond both tables is a decoding error.", ...LONG.map((kind) => `past the table: ${kind}`), ...LONG.map((kind) => `far past the table: ${kind}`), "an index of the dynamic table"),
  tested("3.2", "both", "Representations are processed in their order, each as its kind demands.", "a literal", "a never-indexed literal", "an index of the dynamic table", "a name of the dynamic table", "entries twice", "an entry evicted while its name is used", "an entry larger than the table empties it"),
  tested("4.2", "both", "The encoder's table is not larger than the decoder allows.", "the table is not larger than the peer allows"),
  tested("4.2", "both", "A change of the size is said at the start of the next header block.", "a smaller HEADER_TABLE_SIZE is answered by a table size at the start of the next block", "a table size behind a field", "HEADER_TABLE_SIZE lowered and acknowledged, no size update"),
  tested("4.2", "both", "Of several changes before a block the smallest is said, then the last.", "the smallest of several HEADER_TABLE_SIZEs is said, then the last", "two table sizes", "a table size that evicts"),
  tested("5.1", "both", "Integers above the limits, in value or octets, are decoding errors.", ...SIZED.map((kind) => `an integer above 2^32: ${kind}`), ...SIZED.map((kind) => `an integer of 11 octets: ${kind}`), ...SIZED.map((kind) => `an integer of 2^64, which wraps round: ${kind}`), ...SIZED.map((kind) => `an integer that does not end: ${kind}`), "a length of 11 octets", "a name of 2^28 octets", "an integer with needless octets"),
  tested("5.2", "both", "Huffman padding of more than seven bits is a decoding error.", "Huffman: padding of 8 bits", "Huffman: padding of 11 bits", "Huffman that needs no padding"),
  tested("5.2", "both", "Huffman padding that is not the beginning of EOS is a decoding error.", "Huffman: padding of zeros", "Huffman: padding that begins with ones", "Huffman"),
  tested("5.2", "both", "EOS inside Huffman text is a decoding error.", "Huffman: EOS", "Huffman: EOS in a name"),
  tested("6.1", "both", "Index 0 is a decoding error.", "index 0"),
  tested("6.2.3", "both", "A never-indexed field is forwarded as one.", "a field that came never-indexed is sent on so", "a pseudo-field that came never-indexed is sent on so"),
  tested("6.2.3", "both", "A field that is to be never-indexed is always sent so.", "a sensitive field is never indexed"),
  tested("6.3", "both", "A table size is not said above the limit.", "the table is not larger than the peer allows", "the smallest of several HEADER_TABLE_SIZEs is said, then the last"),
  tested("6.3", "both", "A table size above the limit is a decoding error.", "a table size above the limit", "HEADER_TABLE_SIZE lowered and acknowledged, size update above it", "a table size"),
  tested("7.1.3", "both", "A never-indexed value is not encoded again in a form that indexes it.", "a field that came never-indexed is sent on so", "a pseudo-field that came never-indexed is sent on so"),
  tested("7.1.3", "both", "Encoded by HPACK again, it is never-indexed.", "a field that came never-indexed is sent on so", "a pseudo-field that came never-indexed is sent on so"),
];
