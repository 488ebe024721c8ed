// What goes in and out of HPACK, and the seam between it and the connection.
import type { ErrorCode } from "../shared/errors.ts";
import type { FieldPair, HeaderFields } from "../shared/header-fields.ts";

/** Up to where a received message is kept. */
export interface MessageLimits {
  /** Octets of all names and values, 32 more for each field (RFC 9113 6.5.2). */
  readonly maxHeaderBytes: number;
  /** Fields, pseudo-fields and each crumb of a cookie counted. */
  readonly maxFields: number;
}

/** Which rules a block stands under. */
export type MessageKind = "request" | "response" | "trailers";

/** What of a request its rules are about. */
export interface RequestParts {
  readonly method: string | null;
  readonly scheme: string | null;
  readonly authority: string | null;
  readonly path: string | null;
  readonly protocol: string | null;
}

/** A received header block, read as a message or as trailers. */
export interface DecodedMessage extends RequestParts {
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
  /** `:authority`, or what Host says where that is absent. */
  readonly authority: string | null;
  /** 0 when it is no response. */
  readonly status: number;
  /** -1 when there is none. */
  readonly contentLength: number;
}

/** A header block to send. */
export interface EncodedMessage {
  /** The whole block: a view that the next call of any encoder or decoder overwrites. */
  readonly block: Uint8Array;
  /** What Content-Length says; -1 when there is none. */
  readonly contentLength: number;
}

/** Fields that may be sent, names in lower case; encoded later. */
export type CheckedFields = readonly FieldPair[];
