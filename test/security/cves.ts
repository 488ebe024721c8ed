// Faults of others that were given a number, by class, and the tests that show that it is not ours. SECURITY.md's table is
// made from this one.

/** Where the test is: a case of the smuggling corpus, a case of HTTP/2's rules, or a file with the title in it. */
export type Suite = "test/smuggling" | "test/http2/cases" | `test/${string}.test.ts`;

export interface Cve {
  readonly ids: readonly string[];
  readonly whose: string;
  readonly what: string;
  readonly tests: readonly (readonly [suite: Suite, name: string])[];
}

const smuggling = (...names: string[]) => names.map((name) => ["test/smuggling", name] as const);
const http2 = (...names: string[]) => names.map((name) => ["test/http2/cases", name] as const);
const own = (...names: string[]) => names.map((name) => ["test/security/cves.test.ts", name] as const);
const limits = (...names: string[]) => names.map((name) => ["test/http1/limits.test.ts", name] as const);
const writers = (...names: string[]) => names.map((name) => ["test/http1/writers.test.ts", name] as const);

// biome-ignore format: a table
export const CVES: readonly Cve[] = [
  // --- Transfer-Encoding ---
  { ids: ["CVE-2022-32213", "CVE-2024-6827"], whose: "Node, gunicorn", what: "a Transfer-Encoding that is not just chunked is believed, or ignored",
    tests: smuggling("Transfer-Encoding: Transfer-Encoding: chunkedx", "Transfer-Encoding: Transfer-Encoding: gzip, chunked", "Transfer-Encoding: Transfer-Encoding: chunked, identity") },
  { ids: ["CVE-2024-1135"], whose: "gunicorn", what: "Transfer-Encodings that conflict, with Content-Length to fall back to",
    tests: smuggling("Transfer-Encoding: Transfer-Encoding: xchunked with Content-Length", "Transfer-Encoding: chunked and x, in two fields, with Content-Length") },
  { ids: ["CVE-2026-89044"], whose: "Netty", what: "`chunked, xchunked`",
    tests: smuggling("framing of responses: Transfer-Encoding: chunked, xchunked", "Transfer-Encoding: Transfer-Encoding: x chunked") },
  { ids: ["CVE-2020-8287"], whose: "Node", what: "Transfer-Encoding twice: the second one counts, or the first",
    tests: smuggling("Transfer-Encoding: chunked, in two fields", "Transfer-Encoding: chunked and identity, in two fields", "Transfer-Encoding: identity and chunked, in two fields") },
  { ids: ["CVE-2022-32215"], whose: "Node", what: "Transfer-Encoding folded over lines",
    tests: smuggling("field lines: folded Transfer-Encoding", "field lines: folded Transfer-Encoding, with Content-Length") },
  { ids: ["CVE-2026-42581"], whose: "Netty", what: "Transfer-Encoding and Content-Length in HTTP/1.0",
    tests: smuggling("Transfer-Encoding in HTTP/1.0: chunked with Content-Length", "Transfer-Encoding in HTTP/1.0: chunked with Content-Length and keep-alive") },
  { ids: ["hyper #4123"], whose: "hyper", what: "a Content-Length that Transfer-Encoding overrides is kept, and sent on",
    tests: [...smuggling("CL.TE and TE.CL: Content-Length covers a hidden request, chunked does not", "framing of responses: Content-Length and chunked (hyper #4123)"), ["test/adapters/node.test.ts", "removes a Content-Length that chunked overrides (RFC 9112 6.3)"]] },
  { ids: ["CVE-2026-42580", "CVE-2026-42585"], whose: "Netty", what: "more faults of framing, whose details are not public to us: the whole class",
    tests: [["test/smuggling/smuggling.test.ts", "%s that are generated"]] },
  // --- Content-Length ---
  { ids: ["CVE-2023-47627", "RUSTSEC-2021-0020", "CVE-2023-34188"], whose: "aiohttp, hyper, Mongoose", what: "Content-Length with a sign, a prefix, white space, or nothing",
    tests: smuggling("Content-Length: Content-Length: +5", "Content-Length: Content-Length: -5", "Content-Length: Content-Length: 0x5", "Content-Length: Content-Length: 5 5") },
  { ids: ["CVE-2023-40225"], whose: "HAProxy", what: "an empty Content-Length", tests: smuggling("Content-Length: Content-Length:", "Content-Length: twice, one empty") },
  { ids: ["CVE-2026-1525"], whose: "undici", what: "Content-Length twice, in other case",
    tests: smuggling("Content-Length: twice, different, names in other case", "framing of responses: Content-Length twice, different (CVE-2026-1525)") },
  { ids: ["CVE-2024-27982"], whose: "Node", what: "white space before Content-Length's name", tests: smuggling("Content-Length: with space before the name (0.CL)", "field lines: white space before the first field") },
  { ids: ["CVE-2019-15606"], whose: "Node", what: "white space around a value is part of it", tests: smuggling("Content-Length: Content-Length:\t5\t", "Transfer-Encoding: with HTAB around") },
  // --- chunks ---
  { ids: ["CVE-2025-22871", "CVE-2025-58056"], whose: "Go, Netty", what: "LF alone ends a chunk line",
    tests: smuggling("chunk line ends: LF behind the size", "chunk line ends: LF behind the last size", "chunk extensions: LF ends an extension (EXT.TERM)") },
  { ids: ["CVE-2025-43859"], whose: "h11", what: "any two octets for the CRLF behind chunk data",
    tests: smuggling("chunk line ends: two octets in the place of CRLF", "chunks of responses: two octets in the place of CRLF (CVE-2025-43859)") },
  { ids: ["CVE-2024-52304", "CVE-2025-55315", "CVE-2021-22960", "picohttpparser PR 82", "fasthttp PR 1899"], whose: "aiohttp, Kestrel, Node, picohttpparser, fasthttp", what: "CR or LF in chunk extensions",
    tests: smuggling("chunk extensions: LF in an extension (TERM.EXT)", "chunk extensions: CR in an extension", "chunks of responses: LF in an extension (CVE-2025-55315)") },
  { ids: ["CVE-2026-33870"], whose: "Netty", what: "quotes in chunk extensions that do not end",
    tests: smuggling('chunk extensions: "5;a=""', "chunk extensions: CRLF in a quoted value") },
  { ids: ["CVE-2024-22019", "CVE-2023-39326"], whose: "Node, Go", what: "chunk extensions without end", tests: limits("maxChunkExtensionBytes", "maxChunkExtensionTotalBytes", "maxChunkLineBytes") },
  { ids: ["CVE-2023-40175", "CVE-2025-53643"], whose: "Puma, aiohttp", what: "trailers that are not read, or not checked",
    tests: smuggling("trailers: a request as a name", "trailers: without colon", "trailers: Content-Length", "trailers: LF ends a trailer") },
  // --- lines ---
  { ids: ["CVE-2021-22959"], whose: "Node", what: "white space before the colon", tests: smuggling("field lines: space before the colon of Content-Length", "field lines: space before the colon of Transfer-Encoding") },
  { ids: ["CVE-2023-40518"], whose: "OpenLiteSpeed", what: "names that are no tokens, Transfer-Encoding hidden in one", tests: smuggling("field lines: NUL in Transfer-Encoding's name", "field lines: \\x0b before Transfer-Encoding's name", "field lines: space in Transfer-Encoding's name") },
  { ids: ["CVE-2022-32214"], whose: "Node", what: "LF alone ends a line", tests: smuggling("line ends in heads: LF hides Content-Length", "line ends in heads: LF everywhere") },
  { ids: ["CVE-2022-35256", "CVE-2023-30589", "CVE-2023-37276"], whose: "Node, aiohttp", what: "CR alone ends a line",
    tests: smuggling("line ends in heads: CR hides Content-Length", "line ends in heads: CR X hides Transfer-Encoding", "heads of responses: CR CR before a field (llhttp 9.3.1)") },
  { ids: ["CVE-2026-34520"], whose: "aiohttp", what: "NUL and control octets in the values of responses", tests: smuggling("heads of responses: \\x01 in a value (CVE-2026-34520)", "heads of responses: NUL in a value") },
  // --- who is answered ---
  { ids: ["GHSA-35p6-xmwp-9g52", "aiohttp #13656"], whose: "undici, aiohttp", what: "octets nobody asked for answer the next request",
    tests: [...smuggling("who is answered: two responses to one request (queue poisoning)"), ["test/http1/client.test.ts", "octets that nobody asked for never answer the next request"]] },
  { ids: ["CVE-2026-42584"], whose: "Netty", what: "an informational response takes the place of the response that is due", tests: own("an informational response answers no request: GET and HEAD, pipelined") },
  // --- what is sent ---
  { ids: ["CVE-2026-1527", "CVE-2025-67735", "CVE-2026-42578"], whose: "undici, Netty", what: "CR and LF in methods, targets, names and values that are sent",
    tests: [...writers("nothing goes out that was not meant"), ["test/http1/writers-property.test.ts", "a request is refused, or read as exactly itself"], ["test/smuggling/sending.test.ts", "%s is one message for everybody, or refused"]] },
  // --- HTTP/2 ---
  { ids: ["CVE-2023-44487"], whose: "all (rapid reset)", what: "streams opened and reset again and again", tests: http2("rapid reset", "rapid reset, at the default limit") },
  { ids: ["CVE-2025-8671"], whose: "many (MadeYouReset)", what: "streams that this end is made to reset",
    tests: http2("resets we are made to send: WINDOW_UPDATE 0", "resets we are made to send: DATA after END_STREAM", "resets we are made to send: PRIORITY that makes a stream depend on itself", "resets we are made to send: more streams than allowed") },
  { ids: ["CVE-2019-9514"], whose: "many", what: "a flood of frames that must be answered by RST_STREAM", tests: http2("resets we are made to send: HEADERS after END_STREAM", "resets we are made to send: malformed requests") },
  { ids: ["CVE-2024-27316", "CVE-2024-27983", "CVE-2024-28182"], whose: "Apache, Node, nghttp2", what: "CONTINUATION without end", tests: http2("CONTINUATION flood", "CONTINUATION flood, at the default limit", "CONTINUATION of many octets") },
  { ids: ["CVE-2026-33871"], whose: "Netty", what: "CONTINUATION without octets", tests: http2("CONTINUATION without octets") },
  { ids: ["CVE-2019-9512"], whose: "many", what: "PING flood", tests: http2("PING flood", "PING flood, at the default limit", "PING flood of a peer that reads") },
  { ids: ["CVE-2019-9515"], whose: "many", what: "SETTINGS flood", tests: http2("SETTINGS flood") },
  { ids: ["CVE-2020-11080"], whose: "nghttp2", what: "thousands of settings in a frame", tests: http2("33 settings in a frame", "thousands of settings in a frame") },
  { ids: ["CVE-2019-9518"], whose: "many", what: "empty frames", tests: http2("empty DATA", "DATA of padding") },
  { ids: ["CVE-2019-9513"], whose: "many", what: "priorities shuffled", tests: http2("PRIORITY", "PRIORITY, at the default limit") },
  { ids: ["CVE-2019-9511", "CVE-2019-9517"], whose: "many", what: "large responses asked for through tiny windows",
    tests: [["test/http2/flow.test.ts", "is cut into frames by the peer's frame size and the windows, and ends where it ends"], ["test/http2/flow.test.ts", "is dropped with its stream, and makes room for others"], ...own("a response that no window lets out is told: send gives false, and says how much waits")] },
  { ids: ["CVE-2016-6581"], whose: "hpack", what: "HPACK bomb: an entry named thousands of times", tests: http2("an entry referenced again and again", "an entry of 4 KiB referenced thousands of times") },
  { ids: ["CVE-2019-9516"], whose: "many", what: "fields without octets", tests: http2("2,000 fields without a value") },
  { ids: ["CVE-2021-21409"], whose: "Netty", what: "a body that is not as long as content-length says", tests: http2("content-length and nothing, ended by HEADERS", "content-length and more", "content-length and less, ended by DATA") },
  { ids: ["floods of frames that are ignored"], whose: "nghttp2 (glitches)", what: "unknown frames, frames on closed streams", tests: http2("unknown frames", "WINDOW_UPDATE on a closed stream", "RST_STREAM on a closed stream") },
  { ids: ["memory of closed streams"], whose: "hyper-h2", what: "what millions of short streams leave behind", tests: [["test/http2/linear.test.ts", "leave nothing behind"]] },
  { ids: ["slow header blocks"], whose: "all", what: "half a header block, then silence: the caller sees that nothing comes", tests: own("half a header block: nothing is given, and what is kept is bounded") },
];
