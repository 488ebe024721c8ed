// What the parsers in this directory tolerate: the leniencies that users of http-parser-js rely on, each with a name,
// and how they become the settings of the shared receiver.
import {
  ALLOW_BARE_LF,
  ALLOW_CHUNK_LF,
  ALLOW_CHUNK_SIZE_SPACE,
  ALLOW_CONTROL_OCTETS,
  ALLOW_HIGH_TARGET,
  ALLOW_MALFORMED_FIELDS,
  ALLOW_MISSING_REASON_SPACE,
  ALLOW_OBS_FOLD,
  ALLOW_REPEATED_LENGTH,
  INPUT_SIZE,
  MAX_FIELDS,
} from "../../assembly/layout.ts";
import type { Settings } from "../http1/options.ts";

/** What a parser tolerates. None of these are available in an Http1Connection. */
export interface Tolerances {
  /** The ALLOW_ bits of assembly/layout.ts. */
  readonly allow: number;
  /** Any number of empty lines before a message. */
  readonly emptyLines: boolean;
  /** Any two-digit version; a missing, repeated or invalid Host; a CONNECT target that is not an authority. */
  readonly looseHead: boolean;
  /** Keep reading after a request that closes the connection. */
  readonly readsOn: boolean;
  /** Content-Length together with `chunked`: chunked wins, and the connection is not kept alive. */
  readonly chunkedWins: boolean;
  /** `chunked` in HTTP/1.0: the connection is not kept alive. */
  readonly oldChunked: boolean;
  /** Unimplemented transfer codings, treated as in llhttp: before `chunked`, or in a response read until the close. */
  readonly otherCodings: boolean;
  /** Transfer-Encoding: identity, which RFC 7230 abolished: ignored, and the connection is not kept alive. */
  readonly identity: boolean;
}

/** What http-parser-js accepts and its users rely on: the default. */
export const TOLERANT: Tolerances = {
  allow:
    ALLOW_OBS_FOLD |
    ALLOW_BARE_LF |
    ALLOW_MISSING_REASON_SPACE |
    ALLOW_HIGH_TARGET |
    ALLOW_CHUNK_SIZE_SPACE |
    ALLOW_CHUNK_LF |
    ALLOW_MALFORMED_FIELDS |
    ALLOW_REPEATED_LENGTH,
  emptyLines: true,
  looseHead: true,
  readsOn: true,
  chunkedWins: true,
  oldChunked: true,
  otherCodings: false,
  identity: true,
};

/** RFC 9112 to the letter: refuses all that an Http1Connection refuses, and folded fields in responses as well. */
export const STRICT: Tolerances = {
  allow: ALLOW_MISSING_REASON_SPACE,
  emptyLines: false,
  looseHead: false,
  readsOn: false,
  chunkedWins: false,
  oldChunked: false,
  otherCodings: false,
  identity: false,
};

/** What Node's own parser accepts by default. Node checks Host in its server, not in the parser. */
export const AS_NODE: Tolerances = {
  ...STRICT,
  emptyLines: true,
  looseHead: true,
  oldChunked: true,
  otherCodings: true,
};

/** What it accepts with `httpValidation: "relaxed"`. */
export const AS_NODE_RELAXED: Tolerances = { ...AS_NODE, allow: AS_NODE.allow | ALLOW_CONTROL_OCTETS };

/** With `insecureHTTPParser`: also what http-parser-js accepts, but never anything that enables request smuggling. */
export const AS_NODE_INSECURE: Tolerances = {
  ...TOLERANT,
  allow: TOLERANT.allow | ALLOW_CONTROL_OCTETS,
  otherCodings: true,
};

/** The most octets in a chunk-size line, and in its extensions, as in Node. */
const CHUNK_LINE = 16384;

/** Settings by tolerances and size, created once each: few sizes are ever used. */
const MADE = new Map<Tolerances, Map<number, Settings>>();
const MOST_KEPT = 64;

/** Returns settings with these tolerances, for heads and trailer sections of at most `maxHeaderSize` octets. */
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
    copyData: false,
    http10KeepAlive: true,
    maxPipelined: 1,
  };
  if (bySize.size === MOST_KEPT) bySize.clear();
  bySize.set(maxHeaderSize, settings);
  return settings;
}
