// Every way in which the protocol can be broken: one table, two classes. No protocol here.

/**
 * The status hint is what a server answers the fault with; what a client or a local caller did wrong has its own. Behind
 * the text: HTTP/2's code, where it is not PROTOCOL_ERROR or can only be in HTTP/2.
 */
const TABLE = {
  // the start line
  LEADING_EMPTY_LINES: [400, "too many empty lines before the request (RFC 9112 2.2)"],
  BAD_METHOD: [400, "the method must be a token followed by one SP (RFC 9110 9.1)"],
  BAD_TARGET: [400, "the request target must be visible ASCII, and an authority in CONNECT (RFC 9112 3.2)"],
  TARGET_TOO_LONG: [414, "the request target is longer than limits.maxTargetBytes"],
  BAD_VERSION: [400, 'the version must be "HTTP/" DIGIT "." DIGIT at the end of its word (RFC 9112 2.3)'],
  VERSION_NOT_SUPPORTED: [505, "only HTTP/1.0 and HTTP/1.1 are spoken here (RFC 9110 15.6.6)"],
  BAD_STATUS: [400, "the status must be three digits from 100 on between single spaces (RFC 9112 4)"],
  BAD_REASON: [400, "the reason phrase must be HTAB, SP, visible or obs-text octets (RFC 9112 4)"],
  // field lines
  BARE_CR: [400, "CR must be followed by LF (RFC 9112 2.2)"],
  BARE_LF: [400, "a line must end in CRLF, not in LF alone (RFC 9112 2.2)"],
  BAD_FIELD_NAME: [400, "a field name must be a token directly followed by a colon (RFC 9112 5.1)"],
  BAD_FIELD_VALUE: [400, "a field value must be HTAB, SP, visible or obs-text octets (RFC 9110 5.5)"],
  OBS_FOLD: [400, "a field value must not go on in the next line (RFC 9112 5.2)"],
  TOO_MANY_FIELDS: [431, "more fields than limits.maxFields"],
  HEAD_TOO_LARGE: [431, "the head is larger than limits.maxHeadBytes"],
  TRAILERS_TOO_LARGE: [431, "the trailer section is larger than limits.maxTrailerBytes"],
  // what the fields mean
  MISSING_HOST: [400, "an HTTP/1.1 request must have a Host field (RFC 9112 3.2)"],
  DUPLICATE_HOST: [400, "a request must not have more than one Host field (RFC 9112 3.2)"],
  BAD_HOST: [400, 'the Host value must be uri-host [ ":" port ] (RFC 9110 7.2)'],
  BAD_TRANSFER_ENCODING: [400, "Transfer-Encoding must be exactly one `chunked` (RFC 9112 6.1)"],
  UNKNOWN_TRANSFER_CODING: [501, "no transfer coding but `chunked` is implemented (RFC 9112 6.1)"],
  TRANSFER_ENCODING_IN_HTTP_1_0: [400, "an HTTP/1.0 request must not have Transfer-Encoding (RFC 9112 6.1)"],
  CONTENT_LENGTH_WITH_TRANSFER_ENCODING: [
    400,
    "Content-Length and Transfer-Encoding exclude each other (RFC 9112 6.2)",
  ],
  BAD_CONTENT_LENGTH: [400, "Content-Length must be 1*DIGIT (RFC 9110 8.6)"],
  CONTENT_LENGTH_TOO_LARGE: [400, "Content-Length is above 2^53-1, which cannot be counted exactly"],
  CONFLICTING_CONTENT_LENGTH: [400, "Content-Length is given with different values (RFC 9112 6.3)"],
  REPEATED_CONTENT_LENGTH: [400, "Content-Length is given more than once (RFC 9110 8.6)"],
  // the body
  BODY_TOO_LARGE: [413, "the body is larger than limits.maxBodyBytes", "CANCEL"],
  BAD_CHUNK_SIZE: [400, "a chunk size must be 1*HEXDIG directly before extensions or CRLF (RFC 9112 7.1)"],
  CHUNK_SIZE_TOO_LARGE: [400, "the chunk size is above 2^53-1, which cannot be counted exactly"],
  CHUNK_SIZE_TOO_LONG: [413, "the chunk size has more digits than limits.maxChunkSizeDigits"],
  BAD_CHUNK_EXTENSION: [400, 'chunk extensions must be *( ";" name [ "=" value ] ) (RFC 9112 7.1.1)'],
  CHUNK_EXTENSIONS_TOO_LARGE: [
    413,
    "more octets of chunk extensions than limits.maxChunkExtensionBytes or …TotalBytes",
  ],
  CHUNK_LINE_TOO_LONG: [413, "a chunk-size line is longer than limits.maxChunkLineBytes"],
  BAD_CHUNK_END: [400, "chunk data must be followed by CRLF (RFC 9112 7.1)"],
  // the end of the input
  INCOMPLETE_HEAD: [400, "the input ended in the middle of a head"],
  INCOMPLETE_BODY: [400, "the input ended in the middle of a body (RFC 9112 8)"],
  RESPONSE_NOT_RECEIVED: [502, "the input ended before the response"],
  // what nobody asked for
  UNEXPECTED_REQUEST: [
    400,
    "a request that can no longer be answered: this end has responded without one, or has failed",
  ],
  UNSOLICITED_RESPONSE: [502, "a response that began before its request was sent"],
  UNSOLICITED_SWITCH: [502, "101 without a proposal to upgrade (RFC 9110 15.2.2)"],
  TOO_MANY_INFORMATIONAL_RESPONSES: [
    502,
    "more informational responses than limits.maxInformationalResponses",
    "ENHANCE_YOUR_CALM",
  ],
  // HTTP/2: what a header block is made of (HPACK); the connection ends
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
    "a table size update stands first in its block and obeys SETTINGS (RFC 7541 4.2, 6.3)",
    "COMPRESSION_ERROR",
  ],
  MISSING_TABLE_SIZE_UPDATE: [
    400,
    "a block after smaller SETTINGS must begin with a table size update (RFC 7541 4.2)",
    "COMPRESSION_ERROR",
  ],
  HEADER_BLOCK_TOO_LARGE: [431, "the header block is larger than limits.maxHeaderBlockBytes", "ENHANCE_YOUR_CALM"],
  // HTTP/2: frames; the connection ends, or where it is the fault of one stream only, that
  BAD_PREFACE: [400, "the client begins with the preface of HTTP/2 (RFC 9113 3.4)", "PROTOCOL_ERROR"],
  SETTINGS_EXPECTED: [400, "the first frame must be SETTINGS (RFC 9113 3.4)", "PROTOCOL_ERROR"],
  BAD_HTTP2_SETTINGS: [
    400,
    "HTTP2-Settings must be one payload of SETTINGS in base64url (RFC 7540 3.2.1)",
    "PROTOCOL_ERROR",
  ],
  FRAME_TOO_LARGE: [400, "the frame is larger than SETTINGS_MAX_FRAME_SIZE (RFC 9113 4.2)", "FRAME_SIZE_ERROR"],
  BAD_FRAME_LENGTH: [400, "frames of this type have another length (RFC 9113 6)", "FRAME_SIZE_ERROR"],
  BAD_PADDING: [400, "the padding must be shorter than the payload (RFC 9113 6.1)", "PROTOCOL_ERROR"],
  BAD_STREAM_ID: [400, "this frame cannot stand on this stream (RFC 9113 5.1.1, 6)", "PROTOCOL_ERROR"],
  UNEXPECTED_FRAME: [400, "this frame is not allowed in the state of its stream (RFC 9113 5.1)", "PROTOCOL_ERROR"],
  FRAME_ON_CLOSED_STREAM: [400, "the peer has ended this stream (RFC 9113 5.1)", "STREAM_CLOSED"],
  CONTINUATION_EXPECTED: [400, "a header block goes on in CONTINUATION frames only (RFC 9113 6.10)", "PROTOCOL_ERROR"],
  UNEXPECTED_CONTINUATION: [400, "CONTINUATION without a header block (RFC 9113 6.10)", "PROTOCOL_ERROR"],
  BAD_SETTING: [400, "this setting must not have this value (RFC 9113 6.5.2)", "PROTOCOL_ERROR"],
  BAD_INITIAL_WINDOW_SIZE: [400, "SETTINGS_INITIAL_WINDOW_SIZE is above 2^31-1 (RFC 9113 6.5.2)", "FLOW_CONTROL_ERROR"],
  ZERO_WINDOW_INCREMENT: [400, "WINDOW_UPDATE must not be by 0 (RFC 9113 6.9)", "PROTOCOL_ERROR"],
  WINDOW_TOO_LARGE: [400, "a window must not go above 2^31-1 (RFC 9113 6.9.1)", "FLOW_CONTROL_ERROR"],
  WINDOW_EXCEEDED: [400, "more DATA than the window allows (RFC 9113 6.9)", "FLOW_CONTROL_ERROR"],
  PUSH_NOT_ALLOWED: [400, "there can be no push here (RFC 9113 8.4)", "PROTOCOL_ERROR"],
  BAD_PROMISE: [400, "a pushed request must be safe, cacheable and without a body (RFC 9113 8.4)", "PROTOCOL_ERROR"],
  SELF_DEPENDENCY: [400, "a stream cannot depend on itself (RFC 7540 5.3.1)", "PROTOCOL_ERROR"],
  BAD_PRIORITY_UPDATE: [
    400,
    "PRIORITY_UPDATE is a client's, of a request that can be (RFC 9218 7.1)",
    "PROTOCOL_ERROR",
  ],
  INCOMPLETE_FRAME: [400, "the input ended in the middle of a frame", "PROTOCOL_ERROR"],
  TOO_MANY_STREAMS: [503, "more streams than SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113 5.1.2)", "REFUSED_STREAM"],
  TOO_MANY_CONTINUATIONS: [431, "more CONTINUATION frames than limits.maxContinuationFrames", "ENHANCE_YOUR_CALM"],
  TOO_MANY_SETTINGS: [400, "more settings in a frame than limits.maxSettingsPerFrame", "ENHANCE_YOUR_CALM"],
  TOO_MANY_RESETS: [429, "more streams reset than limits.maxResets", "ENHANCE_YOUR_CALM"],
  TOO_MANY_USELESS_FRAMES: [429, "more frames that bring nothing on than limits.maxUselessFrames", "ENHANCE_YOUR_CALM"],
  TOO_MANY_PINGS: [429, "more PING and SETTINGS frames than limits.maxPings", "ENHANCE_YOUR_CALM"],
  TOO_MANY_UNFLUSHED_ACKS: [429, "more acknowledgements wait than limits.maxUnflushedAcks", "ENHANCE_YOUR_CALM"],
  TOO_MUCH_QUEUED: [429, "more octets of control frames wait than limits.maxQueuedControlBytes", "ENHANCE_YOUR_CALM"],
  // HTTP/2: what becomes of a message; the stream ends
  CONTENT_LENGTH_MISMATCH: [
    400,
    "the body has another length than Content-Length says, or there can be none (RFC 9113 8.1.1)",
  ],
  TRAILERS_WITHOUT_END: [400, "trailers must end the stream (RFC 9113 8.1)"],
  INFORMATIONAL_WITH_END: [502, "an informational response must not end the stream (RFC 9113 8.1)"],
  UNWANTED_PUSH: [400, "the request that this push belongs to was reset", "REFUSED_STREAM"],
  EXTENDED_CONNECT_NOT_ENABLED: [400, "extended CONNECT without SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 3)"],
  FIELDS_TOO_LARGE: [
    431,
    "more fields than limits.maxFields, or octets of them than limits.maxHeaderBytes",
    "ENHANCE_YOUR_CALM",
  ],
  // HTTP/2: what a message is made of; the stream ends
  FIELD_NAME_NOT_LOWER_CASE: [400, "field names of HTTP/2 are lower-case (RFC 9113 8.2.1)"],
  CONNECTION_SPECIFIC_FIELD: [400, "a connection-specific field must not be in HTTP/2 (RFC 9113 8.2.2)"],
  BAD_TE: [400, "TE may say nothing but `trailers` in HTTP/2 (RFC 9113 8.2.2)"],
  UNKNOWN_PSEUDO_FIELD: [400, "this pseudo-field is not defined, or not for this kind of message (RFC 9113 8.3)"],
  DUPLICATE_PSEUDO_FIELD: [400, "a pseudo-field must not be given more than once (RFC 9113 8.3)"],
  MISPLACED_PSEUDO_FIELD: [400, "pseudo-fields come before all other fields (RFC 9113 8.3)"],
  MISSING_PSEUDO_FIELD: [400, "a pseudo-field that this kind of message needs is missing (RFC 9113 8.3)"],
  BAD_SCHEME: [400, 'the scheme must be ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 3.1)'],
  BAD_AUTHORITY: [400, 'the authority must be uri-host [ ":" port ] (RFC 9113 8.3.1)'],
  BAD_PATH: [400, "the path must begin with a slash, or be an asterisk in OPTIONS (RFC 9113 8.3.1)"],
  BAD_PROTOCOL: [400, "the protocol of an extended CONNECT must be a token (RFC 8441 4)"],
  HOST_CONFLICT: [400, "Host and :authority must not differ (RFC 9113 8.3.1)"],
  SWITCH_IN_HTTP2: [502, "HTTP/2 has no 101 (RFC 9113 8.6)"],
  // what only a caller can do
  WRONG_STATE: [500, "this event cannot be sent now"],
  FORBIDDEN_TRAILER: [500, "this field must not be sent as a trailer (RFC 9110 6.5.1)"],
  TRAILERS_NOT_ALLOWED: [500, "trailers need a chunked body (RFC 9110 6.5)"],
  BODY_TOO_LONG: [500, "more body than Content-Length said, or a body where there can be none"],
  BODY_TOO_SHORT: [500, "less body than Content-Length said"],
  UNPROPOSED_SWITCH: [500, "101 needs a request that proposed to upgrade (RFC 9110 15.2.2)"],
  PIPELINE_FULL: [500, "more requests are unanswered than maxPipelined"],
  NOT_REUSABLE: [500, "the next cycle begins when both sides are done"],
  NOT_SWITCHED: [500, "there is trailing data only after a switch of protocols or the end"],
  NO_KERNEL: [
    500,
    "WebAssembly is missing or refused here, and sansio/js was not imported before the first connection",
  ],
  NO_SUCH_STREAM: [500, "there is no stream with this id, or no longer"],
  NO_STREAM_LEFT: [500, "2^31-1 streams were opened; a new connection is needed (RFC 9113 5.1.1)"],
  GOING_AWAY: [500, "the connection is ending: no new streams (RFC 9113 6.8)"],
  RELEASED_TOO_MUCH: [500, "more octets are released than were received"],
} as const;

/** A stable name of one way to break the protocol. */
export type ErrorCode = keyof typeof TABLE;

/** One row of the table of codes: made for documentation and for callers that list them. */
export interface ErrorRow {
  readonly code: ErrorCode;
  /** What a server answers: the statusHint of a RemoteProtocolError in server role. */
  readonly statusHint: number;
  readonly text: string;
  /** What HTTP/2 sends in RST_STREAM or GOAWAY (RFC 9113 7). */
  readonly http2Code: string;
}

/** What HTTP/2 sends in RST_STREAM or GOAWAY because of this (RFC 9113 7). */
export function http2CodeOf(code: ErrorCode): string {
  const row: readonly [number, string, string?] = TABLE[code];
  return row[2] ?? "PROTOCOL_ERROR";
}

/** Every code with its text and its hint for a server. */
export const ERRORS: readonly ErrorRow[] = Object.freeze(
  Object.entries(TABLE).map(([name, [statusHint, text]]) => {
    const code = name as ErrorCode;
    return { code, statusHint, text, http2Code: http2CodeOf(code) };
  }),
);

/** What an error knows besides its code. */
export interface ErrorDetail {
  /** The lower-case name of the field at fault. */
  readonly header?: string | undefined;
  /** The octet that was found. */
  readonly octet?: number | undefined;
  /** What was seen, in words, where the table's text does not say it all. */
  readonly seen?: string | undefined;
}

const BRAND = Symbol.for("sansio.ProtocolError");
const LOCAL_STATUS_HINT = 500;
const CLIENT_STATUS_HINT = 502;

function isBranded(value: unknown, brand: string): boolean {
  return typeof value === "object" && value !== null && (value as { [BRAND]?: string })[BRAND] === brand;
}

/** What `instanceof` means for a subclass: its prototype is in the chain. */
function isInstance(subclass: { readonly prototype: object }, value: unknown): boolean {
  return Object.prototype.isPrototypeOf.call(subclass.prototype, value as object);
}

function describe(code: ErrorCode, detail: ErrorDetail, offset: number | undefined): string {
  let message: string = TABLE[code][1];
  if (detail.header !== undefined) message += `; field ${JSON.stringify(detail.header)}`;
  if (detail.octet !== undefined) message += `; found 0x${detail.octet.toString(16).padStart(2, "0")}`;
  if (detail.seen !== undefined) message += `; ${detail.seen}`;
  return offset === undefined ? message : `${message} at octet ${offset}`;
}

/**
 * You broke the protocol: the event was refused, nothing was changed or queued.
 * `instanceof` holds across copies of this package (ESM, CommonJS).
 */
export class LocalProtocolError extends Error {
  readonly code: ErrorCode;
  /** 500: it is the sender's own fault. */
  readonly statusHint: number = LOCAL_STATUS_HINT;
  /** The lower-case name of the field at fault, where it is one. */
  readonly header: string | undefined;

  constructor(code: ErrorCode, detail: ErrorDetail = {}) {
    super(describe(code, detail, undefined));
    this.name = "LocalProtocolError";
    this.code = code;
    this.header = detail.header;
    Object.defineProperty(this, BRAND, { value: "local" });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is the class on the right of instanceof that matters
    return this === LocalProtocolError ? isBranded(value, "local") : isInstance(this, value);
  }
}

/**
 * The peer broke the protocol. Terminal: thrown by `nextEvent` after every event that preceded it, and ever after.
 * `instanceof` holds across copies of this package (ESM, CommonJS).
 */
export class RemoteProtocolError extends Error {
  readonly code: ErrorCode;
  /** Server role: the status to answer with. Client role: 502, what a gateway would answer. */
  readonly statusHint: number;
  /** Octets from the beginning of the connection to the offending one. */
  readonly offset: number;
  /** The lower-case name of the field at fault, where it is one. */
  readonly header: string | undefined;

  constructor(code: ErrorCode, offset: number, role: "client" | "server", detail: ErrorDetail = {}) {
    super(describe(code, detail, offset));
    this.name = "RemoteProtocolError";
    this.code = code;
    this.statusHint = role === "client" ? CLIENT_STATUS_HINT : TABLE[code][0];
    this.offset = offset;
    this.header = detail.header;
    Object.defineProperty(this, BRAND, { value: "remote" });
  }

  /** HTTP/2: the code in the GOAWAY that was queued, by its name (RFC 9113 7). */
  get http2Code(): string {
    return http2CodeOf(this.code);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is the class on the right of instanceof that matters
    return this === RemoteProtocolError ? isBranded(value, "remote") : isInstance(this, value);
  }
}
