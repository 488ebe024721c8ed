// What goes into HPACK and comes out of it: the interface between it and the connection.
import type { ErrorCode } from "../shared/errors.ts";
import type { FieldPair } from "../shared/field-pairs.ts";
import type { HeaderFields } from "../shared/header-fields.ts";
import type { Http2RequestPart } from "./events.ts";

/** How much of a received message is kept. */
export interface MessageLimits {
  /** Octets of all names and values, plus 32 for each field (RFC 9113 6.5.2). */
  readonly maxHeaderBytes: number;
  /** Fields, counting pseudo-fields and each cookie crumb. */
  readonly maxFields: number;
}

/** What a block is, which decides the rules that apply to it. */
export type MessageKind = "request" | "response" | "trailers";

/** The parts of a request that the rules of RFC 9113 8.3.1 are about: its pseudo-fields. */
export interface RequestParts {
  readonly method: string | null;
  readonly scheme: string | null;
  readonly authority: string | null;
  readonly path: string | null;
  readonly protocol: string | null;
}

/** A received header block, read as the head of a message or as trailers. */
export interface DecodedMessage extends RequestParts {
  /**
   * A fault of the block, which is a connection error: COMPRESSION_ERROR, unless the block is too large. The other
   * members mean nothing then, and the decoder cannot be used any more.
   */
  readonly fault: ErrorCode | null;
  /** The first violation of RFC 9113 8.1 to 8.3, a stream error; null in a valid message. The table is in step. */
  readonly malformed: ErrorCode | null;
  /** The lower-case name of the malformed field; null when there is none. */
  readonly header: string | null;
  /** True when the message exceeded the limits: the fields above them were dropped. The table is in step. */
  readonly tooLarge: boolean;
  /** The fields without pseudo-fields, in wire order; cookie crumbs are joined with "; " in the place of the first. */
  readonly headers: HeaderFields;
  /** `:authority`, or else the Host field. */
  readonly authority: string | null;
  /** The parts of a request that came never-indexed; undefined for none. */
  readonly sensitiveParts: readonly Http2RequestPart[] | undefined;
  /** The status of a response; 0 otherwise. */
  readonly status: number;
  /** The value of Content-Length; -1 when there is none. */
  readonly contentLength: number;
}

/** A header block to send, and what the connection needs to know about it. */
export interface EncodedMessage {
  /** The whole block: a view that the next call of any encoder or decoder overwrites. */
  readonly block: Uint8Array;
  /** The value of Content-Length; -1 when there is none. */
  readonly contentLength: number;
}

/** Checked fields with lower-case names, to be encoded later. */
export type CheckedFields = readonly FieldPair[];
