// What a parser of this room lets pass: the tolerances that the users of http-parser-js rely on, each by its name, and how
// they become the settings of the one receiver.
import {
  ALLOW_BARE_LF,
  ALLOW_CHUNK_LF,
  ALLOW_CHUNK_SIZE_SPACE,
  ALLOW_CONTROL_OCTETS,
  ALLOW_HIGH_TARGET,
  ALLOW_MALFORMED_FIELDS,
  ALLOW_MISSING_REASON_SPACE,
  ALLOW_OBS_FOLD,
  INPUT_SIZE,
  MAX_FIELDS,
} from "../../assembly/layout.ts";
import type { Settings } from "../http1/options.ts";

/** What is let pass. None of them is to be had in a connection. */
export interface Tolerances {
  /** The bits of the kernel's `allow`. */
  readonly allow: number;
  /** LF alone as a line end. */
  readonly bareLf: boolean;
  /** Any number of empty lines before a message. */
  readonly emptyLines: boolean;
  /** Any version of two digits; no Host, two of them, or what is no host; a target of CONNECT that is no authority. */
  readonly looseHead: boolean;
  /** Content-Length several times, all equal. */
  readonly repeatedContentLength: boolean;
  /** What follows a request that closes the connection is read. */
  readonly readsOn: boolean;
  /** Content-Length beside `chunked`: chunked wins, and the connection is not kept. */
  readonly chunkedWins: boolean;
  /** `chunked` in HTTP/1.0: the connection is not kept. */
  readonly oldChunked: boolean;
  /** Codings that are not implemented, as llhttp has it: before `chunked`, or in a response until the connection ends. */
  readonly otherCodings: boolean;
  /** Transfer-Encoding: identity, which RFC 7230 abolished, as if it were not there. */
  readonly identity: boolean;
}

/** What http-parser-js accepts and its users rely on. */
export const TOLERANT: Tolerances = {
  allow:
    ALLOW_OBS_FOLD |
    ALLOW_BARE_LF |
    ALLOW_MISSING_REASON_SPACE |
    ALLOW_HIGH_TARGET |
    ALLOW_CHUNK_SIZE_SPACE |
    ALLOW_CHUNK_LF |
    ALLOW_MALFORMED_FIELDS,
  bareLf: true,
  emptyLines: true,
  looseHead: true,
  repeatedContentLength: true,
  readsOn: true,
  chunkedWins: true,
  oldChunked: true,
  otherCodings: false,
  identity: true,
};

/** RFC 9112 to the letter: what a connection refuses, and folded fields in responses. */
export const STRICT: Tolerances = {
  allow: ALLOW_MISSING_REASON_SPACE,
  bareLf: false,
  emptyLines: false,
  looseHead: false,
  repeatedContentLength: false,
  readsOn: false,
  chunkedWins: false,
  oldChunked: false,
  otherCodings: false,
  identity: false,
};

/** What Node's own parser accepts by default. It leaves Host to its server. */
export const AS_NODE: Tolerances = {
  ...STRICT,
  emptyLines: true,
  looseHead: true,
  oldChunked: true,
  otherCodings: true,
};

/** And with `httpValidation: "relaxed"`. */
export const AS_NODE_RELAXED: Tolerances = { ...AS_NODE, allow: AS_NODE.allow | ALLOW_CONTROL_OCTETS };

/** And with `insecureHTTPParser`: what http-parser-js accepts besides, and never what smuggles. */
export const AS_NODE_INSECURE: Tolerances = {
  ...TOLERANT,
  allow: TOLERANT.allow | ALLOW_CONTROL_OCTETS,
  otherCodings: true,
};

/** What a chunk-size line may hold, and the extensions in it, as in Node. */
const CHUNK_LINE = 16384;

/** Few sizes are ever asked for; settings are made once for each. */
const MADE = new Map<Tolerances, Map<number, Settings>>();
const MOST_KEPT = 64;

/** Settings with these tolerances for heads, and trailer sections, of at most `maxHeaderSize` octets. */
export function settingsFor(tolerances: Tolerances, maxHeaderSize: number): Settings {
  const bySize = MADE.get(tolerances) ?? new Map<number, Settings>();
  MADE.set(tolerances, bySize);
  const made = bySize.get(maxHeaderSize);
  if (made !== undefined) return made;
  const size = Math.min(maxHeaderSize, INPUT_SIZE);
  const settings: Settings = {
    limits: {
      maxHeadBytes: size,
      maxFields: MAX_FIELDS,
      maxTargetBytes: INPUT_SIZE,
      maxTrailerBytes: size,
      maxChunkLineBytes: CHUNK_LINE,
      maxChunkExtensionBytes: CHUNK_LINE,
      maxChunkExtensionTotalBytes: Number.POSITIVE_INFINITY,
      maxChunkSizeDigits: 16,
      maxLeadingEmptyLines: tolerances.emptyLines ? Number.POSITIVE_INFINITY : 1,
      maxInformationalResponses: Number.POSITIVE_INFINITY,
      maxBodyBytes: Number.POSITIVE_INFINITY,
    },
    allow: tolerances.allow,
    bareLf: tolerances.bareLf,
    repeatedContentLength: tolerances.repeatedContentLength,
    copyData: false,
    http10KeepAlive: true,
    maxPipelined: 1,
  };
  if (bySize.size === MOST_KEPT) bySize.clear();
  bySize.set(maxHeaderSize, settings);
  return settings;
}
