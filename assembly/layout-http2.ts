// The map of http2.wasm's memory, by the same rules as layout.ts. CLASS and HEAD are used from there, and all regions
// here lie behind them. BLOCK holds what is on the wire, TEXT what it means: decoding goes from BLOCK to TEXT, encoding
// from TEXT to BLOCK.

/** How many bits of Huffman text are looked up at a time: the table takes 16 KiB; 13 bits were no faster. */
export const WINDOW_BITS: u32 = 12;

// --- regions, in the order of their addresses -------------------------------------------------------------------

/**
 * What WINDOW_BITS bits of Huffman text begin with: one word for each value of these bits, indexed by their complement.
 * From bit 0: how many bits are used; from 8: how many octets they give, one or two; from 10: how many bits the first
 * octet takes; from 16: the first octet; from 24: the second. LONGER: a longer code.
 */
export const WINDOWS: usize = 24576;
export const WINDOWS_SIZE: u32 = 4 << WINDOW_BITS;
/** In place of the number of bits used: more than there ever are. */
export const LONGER: u32 = 64;

/**
 * For each octet: its code in the low word; in the high one the code's length, and ODD unless it is SP or visible
 * ASCII.
 */
export const CODES: usize = WINDOWS + WINDOWS_SIZE;
export const CODES_SIZE: u32 = 2048;
export const ODD: u32 = 256;

/**
 * For each code length: the first value above all codes of that length, in the high bits of a word; and what to add to
 * a code for its place in SYMBOLS.
 */
export const LENGTHS: usize = CODES + CODES_SIZE;
export const LENGTHS_SIZE: u32 = 256;

/** The octets in the order of their codes. */
export const SYMBOLS: usize = LENGTHS + LENGTHS_SIZE;
export const SYMBOLS_SIZE: u32 = 256;

/** The rule of each entry of the static table, by its index. */
export const STATIC_RULES: usize = SYMBOLS + SYMBOLS_SIZE;
export const STATIC_COUNT: u32 = 61;
export const STATIC_RULES_SIZE: u32 = 64;

/**
 * One record of four words for each field or table size update. The first: its kind, its rule from bit 8, its fault
 * from bit 16. The second: an index (in a literal, of the name; 0 if the name is literal too), or a size. The others
 * are for literals only. Decoded: where in TEXT the name ends, and where the value after it ends; each string begins
 * where the one before ends. To be encoded: the lengths of name and value.
 */
export const FIELDS: usize = 65536;
export const FIELD_SIZE: u32 = 16;
export const MAX_FIELDS_AT_ONCE: u32 = 4096;

export const BLOCK: usize = 131072;
export const BLOCK_SIZE: u32 = 262144;

/** Room for a block of Huffman text at five bits an octet; the last window may be written beyond it. */
export const TEXT: usize = BLOCK + BLOCK_SIZE + 64;
export const TEXT_SIZE: u32 = 419456;
export const HTTP2_END: usize = 851968;

// --- words of HEAD besides FACTS, FIELD_COUNT and FAULT_AT --------------------------------------------------------

/** Where the text ends. An address. */
export const HEAD_TEXT_END: u32 = 116;
/** Where to go on in the block. An address. */
export const HEAD_NEXT: u32 = 120;
/** Not zero: the string just read has an octet that is neither SP nor visible ASCII. */
export const HEAD_ODD: u32 = 124;

// --- kinds of records: the number of zeros that a representation of RFC 7541 6 begins with ------------------------

export const INDEXED: u32 = 0;
export const LITERAL_INDEXED: u32 = 1;
export const SIZE_UPDATE: u32 = 2;
export const LITERAL_NEVER_INDEXED: u32 = 3;
export const LITERAL: u32 = 4;

// --- how to encode (bits) -----------------------------------------------------------------------------------------

/** Names and values must be ones that may be received. */
export const CHECKED: u32 = 1 << 0;
/** Strings are not Huffman-coded. */
export const PLAIN: u32 = 1 << 1;

// --- rules: what a name demands of its field ----------------------------------------------------------------------

export const ANY: u32 = 0;
export const METHOD: u32 = 1;
export const SCHEME: u32 = 2;
export const AUTHORITY_FIELD: u32 = 3;
export const PATH: u32 = 4;
export const PROTOCOL: u32 = 5;
export const STATUS: u32 = 6;
/** A name that begins with a colon, and is none of the six before. */
export const UNKNOWN_PSEUDO: u32 = 7;
export const COOKIE: u32 = 8;
export const CONTENT_LENGTH: u32 = 9;
export const HOST_FIELD: u32 = 10;
export const TE: u32 = 11;
export const CONNECTION_FIELD: u32 = 12;

// --- faults of the block: the status is one of these, negated -----------------------------------------------------

export const BAD_HPACK_INTEGER: i32 = 1;
export const BAD_HPACK_STRING: i32 = 2;
export const BAD_HUFFMAN: i32 = 3;
export const BAD_HPACK_INDEX: i32 = 4;
export const BAD_TABLE_SIZE_UPDATE: i32 = 5;

// --- faults of a field: stored in its record; when encoding, the status is one of these, negated ------------------

export const NO_FAULT: i32 = 0;
export const BAD_FIELD_NAME: i32 = 16;
export const FIELD_NAME_NOT_LOWER_CASE: i32 = 17;
export const BAD_FIELD_VALUE: i32 = 18;
export const CONNECTION_SPECIFIC_FIELD: i32 = 19;
export const BAD_TE: i32 = 20;
export const UNKNOWN_PSEUDO_FIELD: i32 = 21;
export const BAD_METHOD: i32 = 22;
export const BAD_SCHEME: i32 = 23;
export const BAD_AUTHORITY: i32 = 24;
export const BAD_PATH: i32 = 25;
export const BAD_PROTOCOL: i32 = 26;
export const BAD_STATUS: i32 = 27;
export const BAD_CONTENT_LENGTH: i32 = 28;
export const CONTENT_LENGTH_TOO_LARGE: i32 = 29;
export const BAD_HOST: i32 = 30;
