// The map of linear memory, and every number on which the two languages must agree.
// Compiled twice: by asc into the kernels, by tsc into the bridge. So it has constants only, made with + - * << from
// numbers and earlier names, and below 2^31; no import and no other syntax. usize is an address, u32 a size, offset or
// flag, i32 a status or an identity.

/** The ceilings: how many fields and how many octets a head can have. */
export const MAX_FIELDS: u32 = 4096;
export const INPUT_SIZE: u32 = 262144;

// --- regions, in the order of their addresses -------------------------------------------------------------------

/** The compiler's own constants are below this address. */
export const STATIC_END: usize = 16384;

/** One octet of class bits for each octet value: filled once at instantiation from the RFCs' predicates. */
export const CLASS: usize = STATIC_END;
export const CLASS_SIZE: u32 = 256;

/**
 * Perfect hash of the known field names: slot -> identity, identity -> length, identity -> name as in names.ts, a colon
 * and zeros.
 */
export const NAME_SLOTS: usize = CLASS + CLASS_SIZE;
export const NAME_SLOT_COUNT: u32 = 768;
export const NAME_LENGTHS: usize = NAME_SLOTS + NAME_SLOT_COUNT;
export const MAX_NAMES: u32 = 128;
export const NAMES: usize = NAME_LENGTHS + MAX_NAMES;
export const NAME_SIZE: u32 = 32;

/** For each length of a name: which bits of the eight octets before its end make up its key. */
export const KEY_MASKS: usize = NAMES + MAX_NAMES * NAME_SIZE;
export const KEY_MASKS_SIZE: u32 = 272;

/** Constant vectors of the loop over lines. */
export const VECTORS: usize = KEY_MASKS + KEY_MASKS_SIZE;
export const VECTORS_SIZE: u32 = 64;

/**
 * The kernel's findings about one head or chunk-size line. All offsets are relative to the first octet of the input.
 */
export const HEAD: usize = VECTORS + VECTORS_SIZE;
export const HEAD_FACTS: u32 = 0;
export const HEAD_FIELD_COUNT: u32 = 4;
/** Where the offending octet is, when the status is a fault. */
export const HEAD_FAULT_AT: u32 = 8;
/** Where to go on scanning, when the status is NEED_DATA: all lines before it are complete and well-formed. */
export const HEAD_RESUME: u32 = 12;
export const HEAD_METHOD: u32 = 16;
export const HEAD_METHOD_END: u32 = 20;
export const HEAD_TARGET_END: u32 = 24;
/** Major and minor version as two decimal digits: 10 or 11 if it is supported. */
export const HEAD_VERSION: u32 = 28;
export const HEAD_STATUS: u32 = 32;
export const HEAD_REASON: u32 = 36;
export const HEAD_REASON_END: u32 = 40;
/** Where the value that decides (or is at fault) is: of Content-Length, Transfer-Encoding, Host. */
export const HEAD_LENGTH_AT: u32 = 44;
export const HEAD_CODING_AT: u32 = 48;
export const HEAD_HOST_AT: u32 = 52;
/** Octets of all names and values together; and of all names, which is told only on TELL_NAME_OCTETS. */
export const HEAD_FIELD_OCTETS: u32 = 56;
export const HEAD_NAME_OCTETS: u32 = 60;
/** f64: the Content-Length, or the size of a chunk. */
export const HEAD_LENGTH: u32 = 64;
/** Octets of chunk extensions in this chunk-size line. */
export const HEAD_EXTENSION_OCTETS: u32 = 72;
/** Where the empty line that ended the head begins. */
export const HEAD_FIELDS_END: u32 = 76;
/** Where a folded value ends, after its folds have become single spaces. An address. */
export const HEAD_UNFOLDED_END: u32 = 80;
/** Octets of all records together, when the status is positive. */
export const HEAD_RECORDS: u32 = 84;
/**
 * What a scan of fields keeps from line to line. Addresses: of the last record, of the last long one, of the end of
 * READS, of the next entry in STOPS, of the octet before which stops are listed. And how many octets before the next
 * line, counted from address 0, belong to no name and no value, less four for each line (": " and CRLF).
 */
export const HEAD_RECORD: u32 = 88;
export const HEAD_LONG_RECORD: u32 = 92;
export const HEAD_READS_END: u32 = 96;
export const HEAD_STOP: u32 = 100;
export const HEAD_LISTED: u32 = 104;
export const HEAD_OTHER_OCTETS: u32 = 108;
/** Behind the last line that was left out; 0 if none was. At HEAD_RESUME it means that no fold can follow. */
export const HEAD_LEFT_OUT: u32 = 112;
export const HEAD_SIZE: u32 = 128;

/**
 * The values that are to be read: where one starts, with the identity of its name in the fourth octet; where it ends.
 */
export const READS: usize = HEAD + HEAD_SIZE;
export const READ_SIZE: u32 = 8;
export const READS_SIZE: u32 = READ_SIZE * MAX_FIELDS + 16;

/**
 * How many octets are searched for stops at a time: about a head, so that pipelined heads are not searched repeatedly.
 */
export const STOPS_STRIDE: u32 = 1024;

/**
 * Addresses of the next octets of the input that are neither SP nor visible ASCII, at most one in two; after them, how
 * far the search has come.
 */
export const STOPS: usize = READS + READS_SIZE;
export const STOPS_SIZE: u32 = STOPS_STRIDE * 2 + 16;

/**
 * What HeaderFields needs to know of the lines. Records are written downwards from the first octet of the head, so that
 * records and head are one string; each octet is below 0x80, so that any decoder returns it unchanged. Nearest to the
 * head are four octets that tell where the first line starts; below them is a record for each field, which also tells
 * how far away the next line is. The record of a usual line, `name ": " value CRLF`, has four octets: the length of the
 * name (6 bits) and whether it is spelled as in names.ts; the identity of the name; the length of the value (14 bits in
 * two octets). For any other line the first octet is 0, and below these four are four numbers, downwards: the lengths
 * of the name, of the gap after it, of the value, and of what follows the value. A number is 21 bits, seven an
 * octet, the least significant first.
 */
export const RECORDS: usize = 131056;
export const RECORD_SIZE: u32 = 4;
export const RECORD_SPELLED: u32 = 64;
export const RECORD_NAME_LENGTH: u32 = RECORD_SPELLED - 1;
export const RECORD_NUMBER: u32 = 3;
export const LONG_RECORD_SIZE: u32 = RECORD_SIZE + 4 * RECORD_NUMBER;
export const RECORDS_SIZE: u32 = 16 + LONG_RECORD_SIZE * MAX_FIELDS;

/** The scratch page: the octets of one head or line, copied here for one call. It ends where memory ends. */
export const INPUT: usize = RECORDS + RECORDS_SIZE;
export const END: usize = INPUT + INPUT_SIZE;

// --- what to scan -----------------------------------------------------------------------------------------------

export const REQUEST: i32 = 0;
export const RESPONSE: i32 = 1;
export const TRAILERS: i32 = 2;
/** Field lines that continue at HEAD_RESUME: such a scan tells only whether the head ends or is at fault. */
export const RESUMED: i32 = 3;

// --- leniencies (bits of `allow`) -------------------------------------------------------------------------------

export const ALLOW_OBS_FOLD: u32 = 1 << 0;
export const ALLOW_BARE_LF: u32 = 1 << 1;
export const ALLOW_MISSING_REASON_SPACE: u32 = 1 << 2;
export const ALLOW_CONTROL_OCTETS: u32 = 1 << 3;
export const ALLOW_HIGH_TARGET: u32 = 1 << 4;
export const ALLOW_CHUNK_SIZE_SPACE: u32 = 1 << 5;
/** Set by src/compat alone: LF alone ends a chunk-size line that has nothing but the size. */
export const ALLOW_CHUNK_LF: u32 = 1 << 6;
/** Set by src/compat alone: drops lines that are not fields, unless they begin with a name that frames the message. */
export const ALLOW_MALFORMED_FIELDS: u32 = 1 << 7;

/** Not for the kernel, which tells LENGTH_REPEATED in any case: for those who choose the framing. */
export const ALLOW_REPEATED_LENGTH: u32 = 1 << 8;

/** Not a leniency: tell HEAD_NAME_OCTETS. The writers compare it, as what is read must be what was meant to be sent. */
export const TELL_NAME_OCTETS: u32 = 1 << 9;

// --- status: a positive number of octets consumed, NEED_DATA, or a negated fault ---------------------------------

export const NEED_DATA: i32 = 0;

export const BAD_METHOD: i32 = 1;
export const BAD_TARGET: i32 = 2;
export const TARGET_TOO_LONG: i32 = 3;
export const BAD_VERSION: i32 = 4;
export const BAD_STATUS: i32 = 5;
export const BAD_REASON: i32 = 6;
export const BARE_CR: i32 = 7;
export const BARE_LF: i32 = 8;
export const BAD_FIELD_NAME: i32 = 9;
export const BAD_FIELD_VALUE: i32 = 10;
export const OBS_FOLD: i32 = 11;
export const TOO_MANY_FIELDS: i32 = 12;
export const BAD_CHUNK_SIZE: i32 = 13;
export const CHUNK_SIZE_TOO_LARGE: i32 = 14;
export const CHUNK_SIZE_TOO_LONG: i32 = 15;
export const BAD_CHUNK_EXTENSION: i32 = 16;
export const CHUNK_EXTENSIONS_TOO_LARGE: i32 = 17;

// --- facts (bits of HEAD_FACTS) ---------------------------------------------------------------------------------

/** Some octet of the head is 0x80 or above. */
export const HIGH: u32 = 1 << 0;
export const LENGTH: u32 = 1 << 1;
export const LENGTH_REPEATED: u32 = 1 << 2;
export const LENGTH_CONFLICT: u32 = 1 << 3;
export const LENGTH_BAD: u32 = 1 << 4;
export const LENGTH_TOO_LARGE: u32 = 1 << 5;
/** There is a Transfer-Encoding field. */
export const CODING: u32 = 1 << 6;
/** It is exactly one `chunked`. */
export const CHUNKED: u32 = 1 << 7;
/** The last coding is `chunked`. */
export const CODING_ENDS_CHUNKED: u32 = 1 << 8;
/** A coding other than `chunked` is named. */
export const CODING_OTHER: u32 = 1 << 9;
/** The connection options close, keep-alive and upgrade. */
export const CLOSE: u32 = 1 << 10;
export const KEEP_ALIVE: u32 = 1 << 11;
export const CONNECTION_UPGRADE: u32 = 1 << 12;
/** There is a Connection field. */
export const CONNECTION: u32 = 1 << 13;
/** An Upgrade field names a protocol. */
export const UPGRADE: u32 = 1 << 14;
export const EXPECT_CONTINUE: u32 = 1 << 15;
export const HOST: u32 = 1 << 16;
export const HOST_REPEATED: u32 = 1 << 17;
export const HOST_BAD: u32 = 1 << 18;
/** The method is CONNECT, and its target is host ":" port. */
export const AUTHORITY: u32 = 1 << 19;
/** A trailer section has a field that must not be a trailer. */
export const NOT_FOR_TRAILERS: u32 = 1 << 20;

// --- methods whose meaning matters to the framing, and those worth a constant -------------------------------------

export const METHOD_OTHER: i32 = 0;
export const METHOD_GET: i32 = 1;
export const METHOD_HEAD: i32 = 2;
export const METHOD_POST: i32 = 3;
export const METHOD_PUT: i32 = 4;
export const METHOD_DELETE: i32 = 5;
export const METHOD_CONNECT: i32 = 6;
export const METHOD_OPTIONS: i32 = 7;
export const METHOD_TRACE: i32 = 8;
export const METHOD_PATCH: i32 = 9;

// --- known names whose values the kernel reads: the first of FIELD_NAMES ------------------------------------------

export const NAME_UNKNOWN: i32 = 0;
export const NAME_CONNECTION: i32 = 1;
export const NAME_UPGRADE: i32 = 2;
export const NAME_CONTENT_LENGTH: i32 = 3;
export const NAME_EXPECT: i32 = 4;
export const NAME_HOST: i32 = 5;
export const NAME_TRANSFER_ENCODING: i32 = 6;
export const LAST_READ_NAME: i32 = 6;
/** The names from the first to the last must not be trailers (RFC 7230 4.1.2). */
export const FIRST_NOT_FOR_TRAILERS: i32 = 3;
export const LAST_NOT_FOR_TRAILERS: i32 = 33;
