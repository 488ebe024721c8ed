// What goes in and out of HPACK, and the seam between it and the connection.
import type { ErrorCode } from "../shared/errors.ts";
import type { HeaderFields } from "../shared/header-fields.ts";

/**
 * A field as HPACK knows it: name, value, and `true` when it is sensitive, that is never to be put into a table, here or
 * at any later hop (RFC 7541 7.1.3). Strings of one char per octet.
 */
export type HpackField = readonly [name: string, value: string, sensitive?: true];

/** Up to where a received message is kept. */
export interface MessageLimits {
  /** Octets of all names and values, 32 more for each field (RFC 9113 6.5.2). */
  readonly maxHeaderBytes: number;
  /** Fields, pseudo-fields and each crumb of a cookie counted. */
  readonly maxFields: number;
}

/** Which rules a block stands under. */
export type MessageKind = "request" | "response" | "trailers";

/** A received header block, read as a message or as trailers. */
export interface DecodedMessage {
  /** A connection error of HTTP/2's COMPRESSION_ERROR: nothing else holds then, and the decoder is of no more use. */
  readonly fault: ErrorCode | null;
  /** The first violation of RFC 9113 8.1 to 8.3, a stream error; null in a sound message. The table is in step. */
  readonly malformed: ErrorCode | null;
  /** The lower-case name of the field that is malformed. */
  readonly header: string | null;
  /** More than the limits allow: what is above was dropped, the table is in step. */
  readonly tooLarge: boolean;
  /** The fields without pseudo-fields, in the order of the wire; crumbs of a cookie joined with "; " where the first was. */
  readonly headers: HeaderFields;
  readonly method: string | null;
  readonly scheme: string | null;
  /** `:authority`, or what Host says where that is absent. */
  readonly authority: string | null;
  readonly path: string | null;
  readonly protocol: string | null;
  /** 0 when it is no response. */
  readonly status: number;
  /** -1 when there is none. */
  readonly contentLength: number;
}

/** A header block to send. */
export interface EncodedMessage {
  /** The whole block, the caller's own. */
  readonly block: Uint8Array;
  /** What Content-Length says; -1 when there is none. */
  readonly contentLength: number;
}
