// The errors of Node's own parser, with llhttp 9's codes and reasons, because programs match on the codes.
import type { ErrorCode, RemoteProtocolError } from "../../shared/errors.ts";

/** The error that `execute` and `finish` return and `clientError` receives; Node adds `rawPacket`. */
export interface NodeParseError extends Error {
  /** Node's code, such as "HPE_INVALID_METHOD". */
  code: string;
  /** llhttp's text for the fault. */
  reason: string;
  /** Octets of the chunk before the fault. */
  bytesParsed: number;
  /** The exact fault. */
  readonly cause: RemoteProtocolError | undefined;
}

// biome-ignore format: a table
const TABLE: { readonly [C in ErrorCode]?: readonly [code: string, reason: string] } = {
  BAD_METHOD:                    ["HPE_INVALID_METHOD", "Invalid method encountered"],
  BAD_TARGET:                    ["HPE_INVALID_URL", "Invalid char in url path"],
  BAD_VERSION:                   ["HPE_INVALID_CONSTANT", "Expected HTTP/, RTSP/ or ICE/"],
  VERSION_NOT_SUPPORTED:         ["HPE_INVALID_VERSION", "Invalid HTTP version"],
  BAD_STATUS:                    ["HPE_INVALID_STATUS", "Invalid status code"],
  BAD_REASON:                    ["HPE_INVALID_CONSTANT", "Invalid status"],
  BARE_CR:                       ["HPE_LF_EXPECTED", "Missing expected LF after header value"],
  BARE_LF:                       ["HPE_CR_EXPECTED", "Missing expected CR after header value"],
  BAD_FIELD_NAME:                ["HPE_INVALID_HEADER_TOKEN", "Invalid header token"],
  BAD_FIELD_VALUE:               ["HPE_INVALID_HEADER_TOKEN", "Invalid header value char"],
  OBS_FOLD:                      ["HPE_INVALID_HEADER_TOKEN", "Unexpected whitespace after header value"],
  HEAD_TOO_LARGE:                ["HPE_HEADER_OVERFLOW", "Header overflow"],
  TARGET_TOO_LONG:               ["HPE_HEADER_OVERFLOW", "Header overflow"],
  TOO_MANY_FIELDS:               ["HPE_HEADER_OVERFLOW", "Header overflow"],
  TRAILERS_TOO_LARGE:            ["HPE_HEADER_OVERFLOW", "Header overflow"],
  BAD_TRANSFER_ENCODING:         ["HPE_INVALID_TRANSFER_ENCODING", "Request has invalid `Transfer-Encoding`"],
  UNKNOWN_TRANSFER_CODING:       ["HPE_INVALID_TRANSFER_ENCODING", "Request has invalid `Transfer-Encoding`"],
  TRANSFER_ENCODING_IN_HTTP_1_0: ["HPE_INVALID_TRANSFER_ENCODING", "Request has invalid `Transfer-Encoding`"],
  CONTENT_LENGTH_WITH_TRANSFER_ENCODING:
    ["HPE_INVALID_TRANSFER_ENCODING", "Transfer-Encoding can't be present with Content-Length"],
  BAD_CONTENT_LENGTH:            ["HPE_INVALID_CONTENT_LENGTH", "Invalid character in Content-Length"],
  CONTENT_LENGTH_TOO_LARGE:      ["HPE_INVALID_CONTENT_LENGTH", "Content-Length overflow"],
  CONFLICTING_CONTENT_LENGTH:    ["HPE_UNEXPECTED_CONTENT_LENGTH", "Duplicate Content-Length"],
  REPEATED_CONTENT_LENGTH:       ["HPE_UNEXPECTED_CONTENT_LENGTH", "Duplicate Content-Length"],
  BAD_CHUNK_SIZE:                ["HPE_INVALID_CHUNK_SIZE", "Invalid character in chunk size"],
  CHUNK_SIZE_TOO_LARGE:          ["HPE_INVALID_CHUNK_SIZE", "Chunk size overflow"],
  CHUNK_SIZE_TOO_LONG:           ["HPE_INVALID_CHUNK_SIZE", "Chunk size overflow"],
  BAD_CHUNK_EXTENSION:           ["HPE_STRICT", "Invalid character in chunk extensions"],
  CHUNK_EXTENSIONS_TOO_LARGE:    ["HPE_CHUNK_EXTENSIONS_OVERFLOW", "Chunk extensions overflow"],
  CHUNK_LINE_TOO_LONG:           ["HPE_CHUNK_EXTENSIONS_OVERFLOW", "Chunk extensions overflow"],
  BAD_CHUNK_END:                 ["HPE_STRICT", "Expected LF after chunk data"],
};

const LENGTH_SECOND = ["HPE_INVALID_CONTENT_LENGTH", "Content-Length can't be present with Transfer-Encoding"] as const;

/** Converts a core error to Node's. @param begin octets of the connection before this call's chunk */
export function nodeParseError(cause: RemoteProtocolError, begin: number): NodeParseError {
  const [code, reason] = rowOf(cause);
  return newError(code, reason, Math.max(0, cause.offset - begin), cause);
}

function rowOf({ code, header, message }: RemoteProtocolError): readonly [code: string, reason: string] {
  if (code === "CONTENT_LENGTH_WITH_TRANSFER_ENCODING" && header === "content-length") return LENGTH_SECOND;
  return TABLE[code] ?? ["HPE_USER", message];
}

/** Returns the error for a peer that closed in the middle of a message. */
export function invalidEof(): NodeParseError {
  return newError("HPE_INVALID_EOF_STATE", "Invalid EOF state", 0, undefined);
}

function newError(
  code: string,
  reason: string,
  bytesParsed: number,
  cause: RemoteProtocolError | undefined,
): NodeParseError {
  return Object.assign(new Error("Parse Error", cause && { cause }), { code, reason, bytesParsed }) as NodeParseError;
}
