// What http-parser-js accepts and we refuse, or read otherwise; docs/http-parser-js.md shows this table. Each row is an
// input, what theirs does with it in words, what ours does, and why.
import type { Type, Way } from "./record.ts";

export interface Difference {
  readonly what: string;
  readonly type: Type;
  readonly input: string;
  readonly theirs: string;
  /** The Error; or in words where there is none. */
  readonly ours: string;
  readonly why: string;
  readonly way?: Way;
  /** Theirs must not be run on it. */
  readonly hangs?: true;
}

const CHUNKED = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
const length = (value: string) => `POST / HTTP/1.1\r\nContent-Length: ${value}\r\n\r\nhello`;
const coding = (value: string) => `POST / HTTP/1.1\r\nTransfer-Encoding: ${value}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`;
const chunk = (line: string) => `${CHUNKED}${line}\r\nhello\r\n0\r\n\r\n`;

const HEADER = "Parse Error HPE_INVALID_HEADER_TOKEN";
const CONSTANT = "Parse Error HPE_INVALID_CONSTANT";
const CODING = "Parse Error HPE_INVALID_TRANSFER_ENCODING";
const LENGTH = "Parse Error HPE_INVALID_CONTENT_LENGTH";
const CHUNK = "Parse Error HPE_INVALID_CHUNK_SIZE";
const OVERFLOW = "max header size exceeded";

// biome-ignore format: a table
export const DIFFERENCES: readonly Difference[] = [
  // framing
  { what: "chunk size `-5`", type: "REQUEST", input: chunk("-5"), theirs: "hangs for ever", ours: CHUNK, why: "RFC 9112 7.1: 1*HEXDIG", hangs: true },
  { what: "chunk size `+5`", type: "REQUEST", input: chunk("+5"), theirs: "5", ours: CHUNK, why: "a front that refuses it, or reads 0, frames otherwise" },
  { what: "chunk size `5x`", type: "REQUEST", input: chunk("5x"), theirs: "5", ours: CHUNK, why: "the same" },
  { what: "chunk size `0x5`", type: "REQUEST", input: chunk("0x5"), theirs: "5", ours: CHUNK, why: "the same" },
  { what: "chunk size ` 5`", type: "REQUEST", input: chunk(" 5"), theirs: "5", ours: CHUNK, why: "the same" },
  { what: "chunk size `zz`", type: "REQUEST", input: `${CHUNKED}zz\r\n\r\n`, theirs: "0: ends the body", ours: CHUNK, why: "the same" },
  { what: "chunk size left out", type: "REQUEST", input: `${CHUNKED}\r\n\r\n`, theirs: "0: ends the body", ours: CHUNK, why: "the same" },
  { what: "chunk size above 2^53-1", type: "REQUEST", input: chunk("20000000000000"), theirs: "counts with rounding", ours: CHUNK, why: "it cannot be counted exactly" },
  { what: "chunk extensions that break the grammar, or hold NUL or CR", type: "REQUEST", input: chunk('5;a="b'), theirs: "skipped", ours: CHUNK, why: "RFC 9112 7.1.1; smuggling by extensions (CVE-2025-55315, CVE-2026-33870)" },
  { what: "LF alone behind a chunk extension, or behind spaces after a chunk size", type: "REQUEST", input: `${CHUNKED}5;a\nhello\r\n0\r\n\r\n`, theirs: "ends the line", ours: "Parse Error HPE_CR_EXPECTED", why: "a front that takes it for a part of the line frames otherwise (CVE-2025-55315)" },
  { what: "chunk-size lines above 16 KiB", type: "REQUEST", input: chunk(`5;${"a".repeat(17000)}`), theirs: "any length", ours: "Parse Error HPE_CHUNK_EXTENSIONS_OVERFLOW", why: "memory without bound (CVE-2024-22019)" },
  { what: "`Content-Length: +5`", type: "REQUEST", input: length("+5"), theirs: "5", ours: LENGTH, why: "RFC 9110 8.6: 1*DIGIT" },
  { what: "`Content-Length: 0x5`", type: "REQUEST", input: length("0x5"), theirs: "5", ours: LENGTH, why: "the same" },
  { what: "`Content-Length: 5e0`", type: "REQUEST", input: length("5e0"), theirs: "5", ours: LENGTH, why: "the same" },
  { what: "`Content-Length: -1`", type: "REQUEST", input: length("-1"), theirs: "a body without end", ours: LENGTH, why: "the same" },
  { what: "`Content-Length:` empty", type: "REQUEST", input: length(""), theirs: "0", ours: LENGTH, why: "the same" },
  { what: "`Content-Length: abc`", type: "REQUEST", input: length("abc"), theirs: "`execute` returns NaN", ours: LENGTH, why: "the same" },
  { what: "`Content-Length: 5, 5`", type: "REQUEST", input: length("5, 5"), theirs: "`execute` returns NaN", ours: LENGTH, why: "the same; the field several times, all equal, is accepted" },
  { what: "`Content-Length` above 2^53-1", type: "REQUEST", input: length("9007199254740993"), theirs: "counts with rounding", ours: LENGTH, why: "it cannot be counted exactly" },
  { what: "`Content-Length: abc` beside `chunked`", type: "REQUEST", input: "POST / HTTP/1.1\r\nContent-Length: abc\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", theirs: "chunked wins", ours: LENGTH, why: "chunked wins over what is a length" },
  { what: "`Transfer-Encoding: gzip, chunked`", type: "REQUEST", input: coding("gzip, chunked"), theirs: "no body: it becomes the next request", ours: CODING, why: "RFC 9112 6.3; smuggling" },
  { what: "`Transfer-Encoding: xchunked`", type: "REQUEST", input: coding("xchunked"), theirs: "no body", ours: CODING, why: "the same" },
  { what: "`Transfer-Encoding: ,chunked`", type: "REQUEST", input: coding(",chunked"), theirs: "no body", ours: CODING, why: "the same" },
  { what: "`Transfer-Encoding:` empty", type: "REQUEST", input: coding(""), theirs: "no body", ours: CODING, why: "the same" },
  { what: "two `Transfer-Encoding` fields", type: "REQUEST", input: coding("chunked\r\nTransfer-Encoding: identity"), theirs: "the last decides", ours: CODING, why: "the same" },
  { what: "`Transfer-Encoding: gzip` in a response", type: "RESPONSE", input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi", theirs: "Content-Length decides", ours: CODING, why: "a coding that is not implemented hides where the body ends" },
  { what: "`Transfer-Encoding : chunked`", type: "REQUEST", input: "POST / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", theirs: "the line is dropped", ours: HEADER, why: "CVE-2021-22959; other lines that are no field are dropped" },
  { what: "`Content-Length : 5`", type: "REQUEST", input: "POST / HTTP/1.1\r\nContent-Length : 5\r\n\r\nhello", theirs: "the line is dropped", ours: HEADER, why: "the same" },
  { what: "a first line ` Content-Length: 5`, as if folded", type: "REQUEST", input: "POST / HTTP/1.1\r\n Content-Length: 5\r\n\r\nhello", theirs: "the line is dropped", ours: HEADER, why: "CVE-2024-27982" },
  { what: "a folded line behind a line that is no field", type: "REQUEST", input: "GET / HTTP/1.1\r\nA: b\r\nno colon\r\n c\r\n\r\n", theirs: "continues the field before", ours: "is dropped with it", why: "it belongs to nothing" },
  { what: "requests behind one with Content-Length and `chunked`", type: "REQUEST", input: "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", theirs: "are read", ours: "are dropped, and shouldKeepAlive is false", why: "RFC 9112 6.1: the connection must close" },
  { what: "requests behind one of HTTP/1.0 with `chunked`", type: "REQUEST", input: "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", theirs: "are read", ours: "are dropped, and shouldKeepAlive is false", why: "the same" },
  { what: "requests behind one with `Transfer-Encoding: identity`", type: "REQUEST", input: "POST / HTTP/1.1\r\nTransfer-Encoding: Identity\r\nContent-Length: 5\r\n\r\nWorldGET /2 HTTP/1.1\r\n\r\n", theirs: "are read", ours: "are dropped, and shouldKeepAlive is false", why: "RFC 9112 6.3: a front may read its body until the connection closes, or in chunks" },
  { what: "a response with `Transfer-Encoding: identity` and Content-Length, without `Connection: keep-alive`", type: "RESPONSE", input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi", theirs: "shouldKeepAlive is true", ours: "shouldKeepAlive is false", why: "the same" },
  { what: "a response with Content-Length and `chunked`, without `Connection: keep-alive`", type: "RESPONSE", input: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", theirs: "shouldKeepAlive is true", ours: "shouldKeepAlive is false", why: "RFC 9112 6.3" },
  { what: "304 with Content-Length", type: "RESPONSE", input: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 No\r\n\r\n", theirs: "waits for a body", ours: "has no body", why: "RFC 9112 6.3; so have 1xx and 204, whatever they say" },
  { what: "a body of a request to upgrade", type: "REQUEST", input: "POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nhiELSE", theirs: "what follows it is taken for a request", ours: "`execute` stops behind it", why: "RFC 9110 7.8: the other protocol begins there" },
  { what: "a chunked body of a request to upgrade", type: "REQUEST", input: `POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nELSE`, theirs: "is taken for the other protocol", ours: "`execute` stops behind it", why: "the same" },
  // octets
  { what: "NUL, and other controls but HTAB, in values", type: "REQUEST", input: "GET / HTTP/1.1\r\nA: b\x00c\r\n\r\n", theirs: "kept", ours: HEADER, why: "RFC 9110 5.5" },
  { what: "controls and obs-text in names", type: "REQUEST", input: "GET / HTTP/1.1\r\nA\x0b: b\r\n\r\n", theirs: "kept", ours: HEADER, why: "VT and FF are white space to some parsers" },
  { what: "controls in the target", type: "REQUEST", input: "GET /\x01 HTTP/1.1\r\n\r\n", theirs: "kept", ours: CONSTANT, why: "RFC 9112 3.2" },
  { what: "controls in the reason", type: "RESPONSE", input: "HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n", theirs: "kept", ours: CONSTANT, why: "RFC 9112 4" },
  { what: "octets from 0x80 that lose their eighth bit and become controls, SP or DEL", type: "REQUEST", input: "GET / HTTP/1.1\r\nA: b\x8dc\xa0\r\n\r\n", theirs: "become CR and SP", ours: "stay as they are, one char each", why: "a value must not hold a line end that was not sent" },
  // limits and shapes
  { what: "a head above `maxHeaderSize` that ends in the chunk it began in", type: "REQUEST", input: `GET / HTTP/1.1\r\nA: ${"b".repeat(100)}\r\n\r\n`, theirs: "accepted", ours: OVERFLOW, why: "a limit that depends on how the octets were split is none", way: { maxHeaderSize: 64 } },
  { what: "a head above 256 KiB, whatever `maxHeaderSize` is", type: "REQUEST", input: `GET / HTTP/1.1\r\nA: ${"b".repeat(270000)}\r\n\r\n`, theirs: "accepted", ours: OVERFLOW, why: "the kernel's memory has a fixed size", way: { maxHeaderSize: 1048576 } },
  { what: "trailers above `maxHeaderSize`", type: "REQUEST", input: `${CHUNKED}0\r\nA: ${"b".repeat(90000)}\r\n\r\n`, theirs: "accepted", ours: OVERFLOW, why: "memory without bound" },
  { what: "more than 4096 fields", type: "REQUEST", input: `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(4097)}\r\n`, theirs: "accepted", ours: OVERFLOW, why: "the kernel's memory has a fixed size" },
  { what: "a status below 100, or of other than three digits", type: "RESPONSE", input: "HTTP/1.1 2000 OK\r\n\r\n", theirs: "200, and the rest is the reason", ours: CONSTANT, why: "RFC 9112 4" },
  { what: "a first octet that begins no message", type: "REQUEST", input: "{}", theirs: "an Error when the line ends", ours: CONSTANT, why: "nothing behind it can mend that" },
  { what: "a method that is none of `methods`", type: "REQUEST", input: "GETX / HTTP/1.1\r\n", theirs: "an Error when the line ends", ours: "the same Error when the head ends", why: "the kernel reads a head as one, and finds nothing wrong with the line" },
  { what: "CR within a first line", type: "REQUEST", input: "GET / HTTP/1.1\rX\r\n\r\n", theirs: "`Parse Error HPE_INVALID_CONSTANT`", ours: "Parse Error HPE_LF_EXPECTED", why: "the same fault by its name" },
  { what: "a reason without the space before it", type: "RESPONSE", input: "HTTP/1.1 200OK\r\n\r\n", theirs: "accepted", ours: CONSTANT, why: "RFC 9112 4" },
];
