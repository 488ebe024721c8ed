// The framing of messages that are not usual, with each of the tolerances and without.
import { describe, expect, test } from "vitest";
import {
  CHUNKED,
  CODING,
  CODING_ENDS_CHUNKED,
  CODING_OTHER,
  LENGTH,
  LENGTH_BAD,
  LENGTH_CONFLICT,
  LENGTH_REPEATED,
  LENGTH_TOO_LARGE,
  METHOD_GET,
} from "../../assembly/layout.ts";
import { isDoubtful, tolerantFraming } from "../../src/compat/framing.ts";
import { STRICT, TOLERANT, type Tolerances } from "../../src/compat/modes.ts";
import { type Framed, IN_CHUNKS, UNTIL_CLOSE } from "../../src/http1/framing.ts";

const ONLY_CHUNKED = CODING | CHUNKED | CODING_ENDS_CHUNKED;
const UNKNOWN = CODING | CODING_OTHER;
const UNKNOWN_THEN_CHUNKED = UNKNOWN | CODING_ENDS_CHUNKED;

const request = (facts: number, version = 11): Framed => ({
  isRequest: true,
  method: METHOD_GET,
  status: 0,
  version,
  facts,
  length: 5,
});
const response = (facts: number, status = 200): Framed => ({ ...request(facts), isRequest: false, status });
const only = (name: keyof Tolerances): Tolerances => ({ ...STRICT, [name]: true });

describe("tolerantFraming", () => {
  test.each<[what: string, Framed, headers: string[], Tolerances, expected: number | string]>([
    ["no fields", request(0), [], TOLERANT, 0],
    ["a status without a body", response(ONLY_CHUNKED | LENGTH, 304), [], TOLERANT, 0],
    ["chunked", request(ONLY_CHUNKED), [], STRICT, IN_CHUNKS],
    ["chunked and a length", request(ONLY_CHUNKED | LENGTH), [], only("chunkedWins"), IN_CHUNKS],
    ["chunked and a length", request(ONLY_CHUNKED | LENGTH), [], STRICT, "CONTENT_LENGTH_WITH_TRANSFER_ENCODING"],
    ["the same in a response", response(ONLY_CHUNKED | LENGTH), [], STRICT, "CONTENT_LENGTH_WITH_TRANSFER_ENCODING"],
    ["and a bad one", request(ONLY_CHUNKED | LENGTH | LENGTH_BAD), [], TOLERANT, "BAD_CONTENT_LENGTH"],
    ["a large one", request(ONLY_CHUNKED | LENGTH | LENGTH_TOO_LARGE), [], TOLERANT, "CONTENT_LENGTH_TOO_LARGE"],
    ["two", request(ONLY_CHUNKED | LENGTH | LENGTH_CONFLICT), [], TOLERANT, "CONFLICTING_CONTENT_LENGTH"],
    ["chunked in HTTP/1.0", request(ONLY_CHUNKED, 10), [], only("oldChunked"), IN_CHUNKS],
    ["chunked in HTTP/1.0", request(ONLY_CHUNKED, 10), [], STRICT, "TRANSFER_ENCODING_IN_HTTP_1_0"],
    ["a coding, then chunked", request(UNKNOWN_THEN_CHUNKED), [], only("otherCodings"), IN_CHUNKS],
    ["a coding, then chunked", request(UNKNOWN_THEN_CHUNKED), [], STRICT, "UNKNOWN_TRANSFER_CODING"],
    [
      "chunked before it as well",
      request(UNKNOWN_THEN_CHUNKED),
      ["Transfer-Encoding", "Chunked", "transfer-encoding", "gzip , chunked"],
      only("otherCodings"),
      "UNKNOWN_TRANSFER_CODING",
    ],
    [
      "the same in a response",
      response(UNKNOWN_THEN_CHUNKED),
      ["Transfer-Encoding", "chunked, gzip, chunked"],
      only("otherCodings"),
      IN_CHUNKS,
    ],
    ["and a length", request(UNKNOWN_THEN_CHUNKED | LENGTH), [], only("otherCodings"), "UNKNOWN_TRANSFER_CODING"],
    ["a coding alone", request(UNKNOWN), [], only("otherCodings"), "BAD_TRANSFER_ENCODING"],
    ["a response's coding alone", response(UNKNOWN), [], only("otherCodings"), UNTIL_CLOSE],
    ["a response's coding alone", response(UNKNOWN), [], STRICT, "BAD_TRANSFER_ENCODING"],
    ["identity", request(UNKNOWN | LENGTH), ["Transfer-Encoding", "Identity"], only("identity"), 5],
    ["identity", request(UNKNOWN | LENGTH), ["Transfer-Encoding", "identity"], STRICT, "BAD_TRANSFER_ENCODING"],
    ["no identity", request(UNKNOWN | LENGTH), ["Transfer-Encoding", "gzip"], TOLERANT, "BAD_TRANSFER_ENCODING"],
    [
      "two of them",
      request(UNKNOWN),
      ["Transfer-Encoding", "identity", "Transfer-Encoding", "identity"],
      TOLERANT,
      "BAD_TRANSFER_ENCODING",
    ],
    ["equal lengths", request(LENGTH | LENGTH_REPEATED), ["Content-Length", "5", "content-length", "5"], TOLERANT, 5],
    ["equal lengths", request(LENGTH | LENGTH_REPEATED), ["Content-Length", "5"], STRICT, "REPEATED_CONTENT_LENGTH"],
    [
      "other lengths",
      request(LENGTH | LENGTH_CONFLICT),
      ["Content-Length", "5"],
      TOLERANT,
      "CONFLICTING_CONTENT_LENGTH",
    ],
    [
      "a list of lengths",
      request(LENGTH | LENGTH_REPEATED),
      ["Content-Length", "5, 5"],
      TOLERANT,
      "BAD_CONTENT_LENGTH",
    ],
    [
      "a list of zeros",
      { ...request(LENGTH | LENGTH_REPEATED), length: 0 },
      ["Content-Length", "0, 0"],
      TOLERANT,
      "BAD_CONTENT_LENGTH",
    ],
    ["a list where no body is", response(LENGTH | LENGTH_REPEATED, 204), ["Content-Length", "5, 5"], TOLERANT, 0],
  ])("%s", (_, message, headers, tolerances, expected) => {
    expect(tolerantFraming(message, headers, tolerances)).toBe(expected);
  });
});

test.each<[what: string, Framed, framing: number, expected: boolean]>([
  ["chunked", request(ONLY_CHUNKED), IN_CHUNKS, false],
  ["chunked and a length", request(ONLY_CHUNKED | LENGTH), IN_CHUNKS, true],
  ["chunked in HTTP/1.0", request(ONLY_CHUNKED, 10), IN_CHUNKS, true],
  ["a coding, then chunked, in HTTP/1.0 (RFC 9112 6.1)", request(UNKNOWN_THEN_CHUNKED, 10), IN_CHUNKS, true],
  ["a length in HTTP/1.0", request(LENGTH, 10), 5, false],
  ["identity", request(UNKNOWN), 0, true],
  ["identity and a length in a response", response(UNKNOWN | LENGTH), 5, true],
  ["a coding of a response without a body", response(UNKNOWN, 304), 0, false],
  ["a coding of a response until it closes", response(UNKNOWN), UNTIL_CLOSE, false],
])("isDoubtful: %s", (_, message, framing, expected) => {
  expect(isDoubtful(message, framing)).toBe(expected);
});
