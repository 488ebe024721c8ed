// What the documents say about the options besides their values. Nothing in the package imports it.
import type { Leniencies, Limits } from "./options.ts";

/** What each limit counts, and what other implementations do. */
export const LIMIT_NOTES: { readonly [L in keyof Limits]: readonly [what: string, precedents: string] } = {
  maxHeadBytes: ["octets of a head", "Node 16 KiB, h11 16 KiB, http-parser-js 80 KiB, hyper 400 KiB"],
  maxFields: [
    "fields of a head or trailer section",
    "hyper 100, Apache 100; Node silently drops fields above 1000, which helps smuggling",
  ],
  maxTargetBytes: ["octets of the request target", "RFC 9112 3 recommends at least 8000; milo 8 KiB"],
  maxTrailerBytes: ["octets of a trailer section", "Node, h11, hyper, undici 16 KiB; http-parser-js none"],
  maxChunkLineBytes: ["octets of a chunk-size line", "h11 16 KiB"],
  maxChunkExtensionBytes: ["octets of chunk extensions in a line", "Node 16 KiB per chunk (CVE-2024-22019)"],
  maxChunkExtensionTotalBytes: ["octets of chunk extensions in a message", "hyper 16 KiB per body"],
  maxChunkSizeDigits: ["digits of a chunk size", "picohttpparser and hyper 16, h11 20"],
  maxLeadingEmptyLines: [
    "empty lines before a request",
    "RFC 9112 2.2 asks for at least one; h11 none, llhttp any number",
  ],
  maxInformationalResponses: ["informational responses to one request", "none in h11, llhttp, Node"],
  maxBodyBytes: ["octets of the body of one message", "up to the application; nginx 1 MiB"],
};

/** What each leniency lets pass, who needs it, and what it risks. */
export const LENIENCY_NOTES: { readonly [L in keyof Leniencies]: readonly [what: string, who: string, risk: string] } =
  {
    obsFold: [
      "fields folded over several lines",
      "clients of old servers (RFC 9112 5.2 requires user agents to unfold)",
      "a front that reads the fold as a separate field sees different fields (CVE-2022-32215)",
    ],
    bareLf: [
      "a bare LF ends a line of a head or trailer section",
      "hand-written peers and tests, embedded devices (h11 #7)",
      "a front that takes LF as data forwards a hidden message (CVE-2022-32214)",
    ],
    repeatedContentLength: [
      "several Content-Length fields, all equal",
      "clients of servers behind a proxy that duplicates the field (httpx #767)",
      "a peer that uses a different one frames the message differently (CVE-2026-1525)",
    ],
    missingReasonSpace: [
      "a status line without the SP before the reason phrase",
      "clients of many small servers (h11 #32)",
      "none known",
    ],
    controlBytesInValues: [
      "control characters other than NUL, CR, LF in values",
      "crawlers that encounter odd cookies (h11 #57, #113)",
      "log and terminal injection; some parsers treat VT and FF as whitespace",
    ],
    nonAsciiTarget: [
      "octets from 0x80 up in the request target",
      "servers of clients that do not percent-encode (h11 #48, #69)",
      "caches and filters that decode it differently see another path",
    ],
    chunkSizeWhitespace: [
      "SP or HTAB after a chunk size",
      "clients of servers that pad chunk sizes (h11 #133)",
      "a front that stops at the space frames the body differently",
    ],
  };
