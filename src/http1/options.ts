// What a caller can set: limits and leniencies. The tables define the options: defaults are read from them, and the
// README prints them, with the precedents and risks in option-notes.ts.
import {
  ALLOW_BARE_LF,
  ALLOW_CHUNK_SIZE_SPACE,
  ALLOW_CONTROL_OCTETS,
  ALLOW_HIGH_TARGET,
  ALLOW_MISSING_REASON_SPACE,
  ALLOW_OBS_FOLD,
  ALLOW_REPEATED_LENGTH,
  INPUT_SIZE,
  MAX_FIELDS,
} from "../../assembly/layout.ts";
import { checkCount, checkFlag, checkNames, type LimitTable, readLimits } from "../shared/options.ts";

/** Which end of a connection this is: a client sends requests, a server responses. */
export type Role = "client" | "server";

/** Limits on what the peer sends: in octets unless the name says otherwise, and the same however the input is split. */
export interface Limits {
  /** A head: start line, header fields and the empty line. Default 65536, at most 262144. */
  readonly maxHeadBytes: number;
  /** Field lines of a head or of a trailer section. Default 256, at most 4096. */
  readonly maxFields: number;
  /** The request target. Default 16384, at most 262144. */
  readonly maxTargetBytes: number;
  /** A trailer section with its empty line. Default 16384, at most 262144. */
  readonly maxTrailerBytes: number;
  /** A chunk-size line with its CRLF. Default 8192, at most 262144. */
  readonly maxChunkLineBytes: number;
  /** Chunk extensions of one line. Default 4096, at most 262144. */
  readonly maxChunkExtensionBytes: number;
  /** Chunk extensions of one message. Default 16384. */
  readonly maxChunkExtensionTotalBytes: number;
  /** Digits of a chunk size, leading zeros included. Default 16, at most 262144. */
  readonly maxChunkSizeDigits: number;
  /** Empty lines before a request. Default 1. */
  readonly maxLeadingEmptyLines: number;
  /** Informational responses before a final one (client). Default 32. */
  readonly maxInformationalResponses: number;
  /** The body of one message, without its framing. Infinity, the default: no limit. */
  readonly maxBodyBytes: number;
}

/** A row of the table of limits. */
export interface LimitRow {
  readonly name: keyof Limits;
  readonly default: number;
  /** The highest value that can be set. */
  readonly ceiling: number;
}

// biome-ignore format: a table
/** Each limit's default, and the highest value that can be set. */
export const LIMIT_TABLE: LimitTable<keyof Limits> = {
  maxHeadBytes:                [65536, INPUT_SIZE],
  maxFields:                   [256, MAX_FIELDS],
  maxTargetBytes:              [16384, INPUT_SIZE],
  maxTrailerBytes:             [16384, INPUT_SIZE],
  maxChunkLineBytes:           [8192, INPUT_SIZE],
  maxChunkExtensionBytes:      [4096, INPUT_SIZE],
  maxChunkExtensionTotalBytes: [16384, Infinity],
  maxChunkSizeDigits:          [16, INPUT_SIZE],
  maxLeadingEmptyLines:        [1, Infinity],
  maxInformationalResponses:   [32, Infinity],
  maxBodyBytes:                [Infinity, Infinity],
};

/**
 * Named leniencies: `true` accepts what a strict parser refuses, `false` refuses it. The defaults depend on the role.
 */
export interface Leniencies {
  /** A field value folded over lines (RFC 9112 5.2): each fold becomes one SP. Default: client true, server false. */
  readonly obsFold: boolean;
  /** LF alone as a line end in heads and trailer sections, never in chunk-size lines. Default false. */
  readonly bareLf: boolean;
  /** Content-Length given several times with the same value. Default false. */
  readonly repeatedContentLength: boolean;
  /** A status line that ends right after the status, without the SP. Default: client true. */
  readonly missingReasonSpace: boolean;
  /** Control octets in field values, except NUL, CR and LF. Default false. */
  readonly controlBytesInValues: boolean;
  /** Octets 0x80 to 0xff in the request target. Default false. */
  readonly nonAsciiTarget: boolean;
  /** SP and HTAB between a chunk size (or its extensions) and CRLF. Default false. */
  readonly chunkSizeWhitespace: boolean;
}

/** A row of the table of leniencies: whether each role accepts it by default. */
export interface LeniencyRow {
  readonly name: keyof Leniencies;
  readonly client: boolean;
  readonly server: boolean;
}

// biome-ignore format: a table
/** Each leniency's bit in `allow` (assembly/layout.ts), and the roles that accept it by default. */
export const LENIENCY_TABLE: { readonly [L in keyof Leniencies]: { readonly bits: number } & { readonly [R in Role]?: true } } = {
  obsFold:                { bits: ALLOW_OBS_FOLD, client: true },
  bareLf:                 { bits: ALLOW_BARE_LF },
  repeatedContentLength:  { bits: ALLOW_REPEATED_LENGTH },
  missingReasonSpace:     { bits: ALLOW_MISSING_REASON_SPACE, client: true },
  controlBytesInValues:   { bits: ALLOW_CONTROL_OCTETS },
  nonAsciiTarget:         { bits: ALLOW_HIGH_TARGET },
  chunkSizeWhitespace:    { bits: ALLOW_CHUNK_SIZE_SPACE },
};

/** The options of an `Http1Connection`. */
export interface Http1Options {
  /** Sizes and counts above which the peer's input is refused. */
  readonly limits?: Partial<Limits> | undefined;
  /** Named leniencies. The README says who needs each, and what it risks. */
  readonly allow?: Partial<Leniencies> | undefined;
  /** Copy each chunk when it is fed, for callers that reuse their receive buffer. Default false. */
  readonly copyData?: boolean | undefined;
  /** Keep HTTP/1.0 connections open when both ends ask for it. Default: server true, client false. */
  readonly http10KeepAlive?: boolean | undefined;
  /** Client: how many requests may be unanswered at a time. Default 16. */
  readonly maxPipelined?: number | undefined;
}

/** Options with every default filled in. Connections of a role that were given no options share one object. */
export interface Settings {
  readonly limits: Limits;
  /** The ALLOW_ bits of assembly/layout.ts. */
  readonly allow: number;
  readonly copyData: boolean;
  readonly http10KeepAlive: boolean;
  readonly maxPipelined: number;
}

const OPTIONS = ["limits", "allow", "copyData", "http10KeepAlive", "maxPipelined"];
const DEFAULT_MAX_PIPELINED = 16;
const DEFAULTS: { [R in Role]?: Settings } = {};

/**
 * Returns the options with every default filled in.
 * @throws TypeError for an unknown name or a wrong type; RangeError for a limit that is not a count, or is above the
 *   ceiling that the kernel's memory sets
 */
export function readOptions(role: Role, options: Http1Options | undefined): Settings {
  if (options === undefined) return defaultSettings(role);
  checkNames("options", options, OPTIONS);
  const { limits, allow = {}, copyData = false, http10KeepAlive = role === "server" } = options;
  const { maxPipelined = DEFAULT_MAX_PIPELINED } = options;
  checkNames("allow", allow, Object.keys(LENIENCY_TABLE));
  let bits = 0;
  for (const [name, row] of Object.entries(LENIENCY_TABLE)) {
    const { [name as keyof Leniencies]: flag = row[role] ?? false } = allow;
    checkFlag(`allow.${name}`, flag);
    if (flag) bits |= row.bits;
  }
  checkFlag("copyData", copyData);
  checkFlag("http10KeepAlive", http10KeepAlive);
  checkCount("maxPipelined", maxPipelined, 1, Number.POSITIVE_INFINITY);
  return { limits: readLimits(LIMIT_TABLE, limits), allow: bits, copyData, http10KeepAlive, maxPipelined };
}

function defaultSettings(role: Role): Settings {
  DEFAULTS[role] ??= readOptions(role, {});
  return DEFAULTS[role];
}

/** Returns every leniency, with whether each role accepts it by default. */
export function leniencyRows(): readonly LeniencyRow[] {
  return Object.freeze(
    Object.entries(LENIENCY_TABLE).map(([name, { client = false, server = false }]) => ({
      name: name as keyof Leniencies,
      client,
      server,
    })),
  );
}
