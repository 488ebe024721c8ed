// Converts errors of the core to the Errors that http-parser-js returns, with its messages, and its codes where it has
// any.
import type { ErrorCode, RemoteProtocolError } from "../shared/errors.ts";

/** The error that `execute` and `finish` return if the peer broke the protocol. */
export interface ParseError extends Error {
  /** A code as in Node, such as "HPE_INVALID_CONSTANT". Some errors of http-parser-js have none. */
  code?: string;
  /** Octets of the chunk passed in this call that precede the fault. */
  bytesParsed?: number;
  /** The exact fault, with its code, offset and field. */
  readonly cause: RemoteProtocolError | undefined;
}

const PARSE_ERROR = "Parse Error";

/** For each core code: Node's code, or a message of http-parser-js that has no code. */
const SHAPES: { readonly [C in ErrorCode]?: { readonly code: string } | { readonly message: string } } = {
  LEADING_EMPTY_LINES: { code: "HPE_INVALID_CONSTANT" },
  BAD_METHOD: { code: "HPE_INVALID_CONSTANT" },
  BAD_TARGET: { code: "HPE_INVALID_CONSTANT" },
  TARGET_TOO_LONG: { message: "max header size exceeded" },
  BAD_VERSION: { code: "HPE_INVALID_CONSTANT" },
  VERSION_NOT_SUPPORTED: { code: "HPE_INVALID_CONSTANT" },
  BAD_STATUS: { code: "HPE_INVALID_CONSTANT" },
  BAD_REASON: { code: "HPE_INVALID_CONSTANT" },
  BARE_CR: { code: "HPE_LF_EXPECTED" },
  BARE_LF: { code: "HPE_CR_EXPECTED" },
  TOO_MANY_FIELDS: { message: "max header size exceeded" },
  HEAD_TOO_LARGE: { message: "max header size exceeded" },
  TRAILERS_TOO_LARGE: { message: "max header size exceeded" },
  BAD_TRANSFER_ENCODING: { code: "HPE_INVALID_TRANSFER_ENCODING" },
  UNKNOWN_TRANSFER_CODING: { code: "HPE_INVALID_TRANSFER_ENCODING" },
  TRANSFER_ENCODING_IN_HTTP_1_0: { code: "HPE_INVALID_TRANSFER_ENCODING" },
  CONTENT_LENGTH_WITH_TRANSFER_ENCODING: { code: "HPE_UNEXPECTED_CONTENT_LENGTH" },
  BAD_CONTENT_LENGTH: { code: "HPE_INVALID_CONTENT_LENGTH" },
  CONTENT_LENGTH_TOO_LARGE: { code: "HPE_INVALID_CONTENT_LENGTH" },
  CONFLICTING_CONTENT_LENGTH: { code: "HPE_UNEXPECTED_CONTENT_LENGTH" },
  REPEATED_CONTENT_LENGTH: { code: "HPE_UNEXPECTED_CONTENT_LENGTH" },
  BAD_CHUNK_SIZE: { code: "HPE_INVALID_CHUNK_SIZE" },
  CHUNK_SIZE_TOO_LARGE: { code: "HPE_INVALID_CHUNK_SIZE" },
  CHUNK_SIZE_TOO_LONG: { code: "HPE_INVALID_CHUNK_SIZE" },
  BAD_CHUNK_EXTENSION: { code: "HPE_INVALID_CHUNK_SIZE" },
  CHUNK_EXTENSIONS_TOO_LARGE: { code: "HPE_CHUNK_EXTENSIONS_OVERFLOW" },
  CHUNK_LINE_TOO_LONG: { code: "HPE_CHUNK_EXTENSIONS_OVERFLOW" },
  BAD_CHUNK_END: { message: "Expected empty line" },
  UNEXPECTED_REQUEST: { code: "HPE_CLOSED_CONNECTION" },
};

const OTHER = { code: "HPE_INVALID_HEADER_TOKEN" };

/** Converts a core error. @param begin octets of the connection before this call's chunk */
export function parseError(cause: RemoteProtocolError, begin: number): ParseError {
  const shape = SHAPES[cause.code] ?? OTHER;
  const error = newError("message" in shape ? shape.message : PARSE_ERROR, cause);
  if ("code" in shape) error.code = shape.code;
  error.bytesParsed = Math.max(0, cause.offset - begin);
  return error;
}

/** Returns the error for a method that is not in `methods`. */
export function unknownMethod(cause: RemoteProtocolError): ParseError {
  return newError("invalid request method", cause);
}

/** Returns the error for input that ended in the middle of a message. */
export function unexpectedEnd(): ParseError {
  return newError("invalid state for EOF", undefined);
}

/** Returns the error for a parser that has no type yet. */
export function notInitialized(): ParseError {
  return new TypeError("the parser was not initialized") as Error as ParseError;
}

function newError(message: string, cause: RemoteProtocolError | undefined): ParseError {
  return new Error(message, cause && { cause }) as ParseError;
}
