// Every way to break the protocol: one table in three parts, so that importing a protocol brings in no other's codes.

/**
 * The status hint is the status with which a server answers the fault; a text alone stands for 400. A fault of the
 * local caller has 500. The third member is the HTTP/2 error code, where that is not PROTOCOL_ERROR.
 */
export type ErrorEntry = string | readonly [statusHint: number, text: string, http2Code?: string];

/** The codes that every version has. */
export const COMMON_ERRORS = {
  // the start line
  BAD_METHOD: "the method must be a token followed by one SP (RFC 9110 9.1)",
  BAD_STATUS: "the status must be three digits from 100 on between single spaces (RFC 9112 4)",
  // field lines
  BAD_FIELD_NAME: "a field name must be a token directly followed by a colon (RFC 9112 5.1)",
  BAD_FIELD_VALUE: "a field value must be HTAB, SP, visible or obs-text octets (RFC 9110 5.5)",
  // what the fields mean
  DUPLICATE_HOST: "a request must not have more than one Host field (RFC 9112 3.2)",
  BAD_HOST: 'the Host value must be uri-host [ ":" port ] (RFC 9110 7.2)',
  BAD_CONTENT_LENGTH: "Content-Length must be 1*DIGIT (RFC 9110 8.6)",
  CONTENT_LENGTH_TOO_LARGE: "Content-Length is above 2^53-1, which cannot be counted exactly",
  CONFLICTING_CONTENT_LENGTH: "Content-Length is given with different values (RFC 9112 6.3)",
  REPEATED_CONTENT_LENGTH: "Content-Length is given more than once (RFC 9110 8.6)",
  // the body
  BODY_TOO_LARGE: [413, "the body is larger than limits.maxBodyBytes", "CANCEL"],
  // unexpected messages
  TOO_MANY_INFORMATIONAL_RESPONSES: [
    502,
    "more informational responses than limits.maxInformationalResponses",
    "ENHANCE_YOUR_CALM",
  ],
  // faults of the local caller
  WRONG_STATE: [500, "this event cannot be sent now"],
  FORBIDDEN_TRAILER: [500, "this field must not be sent as a trailer (RFC 9110 6.5.1)"],
  TRAILERS_NOT_ALLOWED: [500, "trailers need a chunked body or a message of HTTP/2, and no tunnel (RFC 9110 6.5)"],
  BODY_TOO_LONG: [500, "more body than Content-Length said, or a body where none is allowed"],
  BODY_TOO_SHORT: [500, "less body than Content-Length said"],
  NO_KERNEL: [500, "WebAssembly is missing or refused, and sansio/js was not imported before the first connection"],
} as const;

/** The codes of HTTP/1.1 alone. */
export const HTTP1_ERRORS = {
  // the start line
  LEADING_EMPTY_LINES: "too many empty lines before the request (RFC 9112 2.2)",
  BAD_TARGET: "the request target must be visible ASCII, and an authority in CONNECT (RFC 9112 3.2)",
  TARGET_TOO_LONG: [414, "the request target is longer than limits.maxTargetBytes"],
  BAD_VERSION: 'the version must be "HTTP/" DIGIT "." DIGIT and nothing more (RFC 9112 2.3)',
  VERSION_NOT_SUPPORTED: [505, "only HTTP/1.0 and HTTP/1.1 are spoken here (RFC 9110 15.6.6)"],
  BAD_REASON: "the reason phrase must be HTAB, SP, visible or obs-text octets (RFC 9112 4)",
  // field lines
  BARE_CR: "CR must be followed by LF (RFC 9112 2.2)",
  BARE_LF: "a line must end in CRLF, not in LF alone (RFC 9112 2.2)",
  OBS_FOLD: "a field value must not continue on the next line (RFC 9112 5.2)",
  TOO_MANY_FIELDS: [431, "more fields than limits.maxFields"],
  HEAD_TOO_LARGE: [431, "the head is larger than limits.maxHeadBytes"],
  TRAILERS_TOO_LARGE: [431, "the trailer section is larger than limits.maxTrailerBytes"],
  // what the fields mean
  MISSING_HOST: "an HTTP/1.1 request must have a Host field (RFC 9112 3.2)",
  BAD_TRANSFER_ENCODING: "Transfer-Encoding must be exactly one `chunked` (RFC 9112 6.1)",
  UNKNOWN_TRANSFER_CODING: [501, "no transfer coding but `chunked` is implemented (RFC 9112 6.1)"],
  TRANSFER_ENCODING_IN_HTTP_1_0: "an HTTP/1.0 request must not have Transfer-Encoding (RFC 9112 6.1)",
  CONTENT_LENGTH_WITH_TRANSFER_ENCODING: "Content-Length and Transfer-Encoding exclude each other (RFC 9112 6.2)",
  // the body
  BAD_CHUNK_SIZE: "a chunk size must be 1*HEXDIG directly before extensions or CRLF (RFC 9112 7.1)",
  CHUNK_SIZE_TOO_LARGE: "the chunk size is above 2^53-1, which cannot be counted exactly",
  CHUNK_SIZE_TOO_LONG: [413, "the chunk size has more digits than limits.maxChunkSizeDigits"],
  BAD_CHUNK_EXTENSION: 'chunk extensions must be *( ";" name [ "=" value ] ) (RFC 9112 7.1.1)',
  CHUNK_EXTENSIONS_TOO_LARGE: [
    413,
    "more octets of chunk extensions than limits.maxChunkExtensionBytes or …TotalBytes",
  ],
  CHUNK_LINE_TOO_LONG: [413, "a chunk-size line is longer than limits.maxChunkLineBytes"],
  BAD_CHUNK_END: "chunk data must be followed by CRLF (RFC 9112 7.1)",
  // the end of the input
  INCOMPLETE_HEAD: "the input ended in the middle of a head (RFC 9112 8)",
  INCOMPLETE_BODY: "the input ended in the middle of a body (RFC 9112 8)",
  RESPONSE_NOT_RECEIVED: [502, "the input ended before the response"],
  // unexpected messages
  UNEXPECTED_REQUEST: "this request cannot be answered: this end has responded already, or has failed",
  UNSOLICITED_RESPONSE: [502, "a response that began before its request was sent (RFC 9112 9.2)"],
  UNSOLICITED_SWITCH: [502, "101 without a proposal to upgrade (RFC 9110 7.8)"],
  // faults of the local caller
  UNPROPOSED_SWITCH: [500, "101 needs a request that proposed to upgrade (RFC 9110 7.8)"],
  PIPELINE_FULL: [500, "more requests are unanswered than maxPipelined"],
  NOT_REUSABLE: [500, "the next cycle begins when both sides are done"],
  NOT_SWITCHED: [500, "trailing data exists only after a protocol switch or the end"],
} as const;

/** The codes of HTTP/2 alone. */
export const HTTP2_ERRORS = {
  // the coding of a field block (HPACK): connection errors
  BAD_HPACK_INTEGER: [
    400,
    "an HPACK integer must end within the block, six octets and 31 bits (RFC 7541 5.1)",
    "COMPRESSION_ERROR",
  ],
  BAD_HPACK_STRING: [400, "an HPACK string must end within the block (RFC 7541 5.2)", "COMPRESSION_ERROR"],
  BAD_HUFFMAN: [
    400,
    "Huffman text must end in less than eight bits of ones, without EOS (RFC 7541 5.2)",
    "COMPRESSION_ERROR",
  ],
  BAD_HPACK_INDEX: [400, "an HPACK index must point into the tables (RFC 7541 2.3.3)", "COMPRESSION_ERROR"],
  BAD_TABLE_SIZE_UPDATE: [
    400,
    "a table size update must begin its block and obey SETTINGS (RFC 7541 4.2, 6.3)",
    "COMPRESSION_ERROR",
  ],
  MISSING_TABLE_SIZE_UPDATE: [
    400,
    "a block after smaller SETTINGS must begin with a table size update (RFC 7541 4.2)",
    "COMPRESSION_ERROR",
  ],
  HEADER_BLOCK_TOO_LARGE: [431, "the header block is larger than limits.maxHeaderBlockBytes", "ENHANCE_YOUR_CALM"],
  // frames: connection errors, or stream errors where only one stream is at fault
  BAD_PREFACE: "the client must begin with the preface of HTTP/2 (RFC 9113 3.4)",
  SETTINGS_EXPECTED: "the first frame must be SETTINGS (RFC 9113 3.4)",
  BAD_HTTP2_SETTINGS: "HTTP2-Settings must be one payload of SETTINGS in base64url (RFC 7540 3.2.1)",
  FRAME_TOO_LARGE: [400, "the frame is larger than SETTINGS_MAX_FRAME_SIZE (RFC 9113 4.2)", "FRAME_SIZE_ERROR"],
  BAD_FRAME_LENGTH: [400, "a frame of this type has another length (RFC 9113 6)", "FRAME_SIZE_ERROR"],
  BAD_PADDING: "the padding must be shorter than the payload (RFC 9113 6.1)",
  BAD_STREAM_ID: "this frame cannot be on this stream (RFC 9113 5.1.1, 6)",
  UNEXPECTED_FRAME: "this frame is not allowed in the state of its stream (RFC 9113 5.1)",
  FRAME_ON_CLOSED_STREAM: [400, "the peer has ended this stream (RFC 9113 5.1)", "STREAM_CLOSED"],
  CONTINUATION_EXPECTED: "only CONTINUATION may continue a header block (RFC 9113 6.10)",
  UNEXPECTED_CONTINUATION: "CONTINUATION without a header block (RFC 9113 6.10)",
  BAD_SETTING: "this setting must not have this value (RFC 9113 6.5.2)",
  BAD_INITIAL_WINDOW_SIZE: [400, "SETTINGS_INITIAL_WINDOW_SIZE is above 2^31-1 (RFC 9113 6.5.2)", "FLOW_CONTROL_ERROR"],
  ZERO_WINDOW_INCREMENT: "a window increment must not be 0 (RFC 9113 6.9)",
  WINDOW_TOO_LARGE: [400, "a window must not go above 2^31-1 (RFC 9113 6.9.1)", "FLOW_CONTROL_ERROR"],
  WINDOW_EXCEEDED: [400, "more DATA than the window allows (RFC 9113 6.9.1)", "FLOW_CONTROL_ERROR"],
  PUSH_NOT_ALLOWED: "push is not allowed here (RFC 9113 8.4)",
  BAD_PROMISE: "a pushed request must be safe, cacheable and without a body (RFC 9113 8.4)",
  SELF_DEPENDENCY: "a stream cannot depend on itself (RFC 7540 5.3.1)",
  BAD_PRIORITY_UPDATE:
    "only a client sends PRIORITY_UPDATE, for as many streams of its own as it may open (RFC 9218 7.1)",
  INCOMPLETE_FRAME: "the input ended in the middle of a frame",
  TOO_MANY_STREAMS: [503, "more streams than SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113 5.1.2)", "REFUSED_STREAM"],
  TOO_MANY_CONTINUATIONS: [431, "more CONTINUATION frames than limits.maxContinuationFrames", "ENHANCE_YOUR_CALM"],
  TOO_MANY_SETTINGS: [400, "more settings in a frame than limits.maxSettingsPerFrame", "ENHANCE_YOUR_CALM"],
  TOO_MANY_RESETS: [429, "more streams reset than limits.maxResets", "ENHANCE_YOUR_CALM"],
  TOO_MANY_USELESS_FRAMES: [429, "more frames without effect than limits.maxUselessFrames", "ENHANCE_YOUR_CALM"],
  TOO_MANY_PINGS: [429, "more PING and SETTINGS frames than limits.maxPings", "ENHANCE_YOUR_CALM"],
  TOO_MANY_UNFLUSHED_ACKS: [429, "more acknowledgements wait than limits.maxUnflushedAcks", "ENHANCE_YOUR_CALM"],
  TOO_MUCH_QUEUED: [429, "more octets of control frames wait than limits.maxQueuedControlBytes", "ENHANCE_YOUR_CALM"],
  // the course of a message: stream errors
  CONTENT_LENGTH_MISMATCH: "the body is not as long as Content-Length says, or must be empty (RFC 9113 8.1.1)",
  TRAILERS_WITHOUT_END: "trailers must end the stream (RFC 9113 8.1)",
  INFORMATIONAL_WITH_END: [502, "an informational response must not end the stream (RFC 9113 8.1)"],
  UNWANTED_PUSH: [400, "the request that this push belongs to was reset", "REFUSED_STREAM"],
  EXTENDED_CONNECT_NOT_ENABLED: "extended CONNECT without SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 3)",
  FIELDS_TOO_LARGE: [
    431,
    "more fields than limits.maxFields, or octets of them than limits.maxHeaderBytes",
    "ENHANCE_YOUR_CALM",
  ],
  // the fields of a message: stream errors
  FIELD_NAME_NOT_LOWER_CASE: "field names of HTTP/2 are lower-case (RFC 9113 8.2.1)",
  CONNECTION_SPECIFIC_FIELD: "a connection-specific field must not be in HTTP/2 (RFC 9113 8.2.2)",
  BAD_TE: "TE may say nothing but `trailers` in HTTP/2 (RFC 9113 8.2.2)",
  UNKNOWN_PSEUDO_FIELD: "this pseudo-field is not defined, or not for this kind of message (RFC 9113 8.3)",
  DUPLICATE_PSEUDO_FIELD: "a pseudo-field must not be given more than once (RFC 9113 8.3)",
  MISPLACED_PSEUDO_FIELD: "pseudo-fields come before all other fields (RFC 9113 8.3)",
  MISSING_PSEUDO_FIELD: "a pseudo-field that this kind of message needs is missing (RFC 9113 8.3)",
  BAD_SCHEME: 'the scheme must be ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 3.1)',
  BAD_AUTHORITY: 'the authority must be uri-host [ ":" port ] (RFC 9113 8.3.1)',
  BAD_PATH: "the path must begin with a slash, or be an asterisk in OPTIONS (RFC 9113 8.3.1)",
  BAD_PROTOCOL: "the protocol of an extended CONNECT must be a token (RFC 8441 4)",
  HOST_CONFLICT: "Host and :authority must not differ (RFC 9113 8.3.1)",
  SWITCH_IN_HTTP2: [502, "HTTP/2 has no 101 (RFC 9113 8.6)"],
  // faults of the local caller
  NO_SUCH_STREAM: [500, "no stream has this id, or it is gone"],
  NO_STREAM_LEFT: [500, "the stream ids up to 2^31-1 are used up; a new connection is needed (RFC 9113 5.1.1)"],
  GOING_AWAY: [500, "the connection is ending: no new streams (RFC 9113 6.8)"],
  RELEASED_TOO_MUCH: [500, "more octets are released than were received"],
} as const;

/** A stable name for one way to break the protocol. */
export type ErrorCode = keyof typeof COMMON_ERRORS | keyof typeof HTTP1_ERRORS | keyof typeof HTTP2_ERRORS;
