// What a caller can set: limits, settings, windows, leniencies. The tables are the options: defaults are read from them, and
// the README prints them, with the precedents that option-notes.ts has.
import { checkCount, checkNames, type LimitTable, readLimits } from "../shared/limits.ts";
import { type GivenSettings, type Http2Settings, readSettings } from "./settings.ts";

export type Http2Role = "client" | "server";

/** Counted the same however the input was split. What is above is ENHANCE_YOUR_CALM unless the row says otherwise. */
export interface Http2Limits {
  /** A message's names and values, 32 more for each field (RFC 9113 6.5.2). Above: 431, or a stream error. */
  readonly maxHeaderBytes: number;
  /** Fields of a message, pseudo-fields and each crumb of a cookie counted. Above: 431, or a stream error. At most 4096. */
  readonly maxFields: number;
  /** Octets of one header block as they are sent, CONTINUATION included. At most 262144. */
  readonly maxHeaderBlockBytes: number;
  /** CONTINUATION frames of one header block. */
  readonly maxContinuationFrames: number;
  /** Settings in one SETTINGS frame. */
  readonly maxSettingsPerFrame: number;
  /** Streams that the peer resets, or makes this end reset, at once. */
  readonly maxResets: number;
  /** How many of them are forgiven in a second: only when `feed` is told the time. */
  readonly resetsPerSecond: number;
  /** Frames that bring nothing on: empty DATA, PRIORITY, unknown types, whatever is ignored on closed streams. */
  readonly maxUselessFrames: number;
  /** How many of them are forgiven in a second: only when `feed` is told the time. */
  readonly uselessFramesPerSecond: number;
  /** PING and SETTINGS frames that ask for an acknowledgement, at once. */
  readonly maxPings: number;
  /** How many of them are forgiven in a second: only when `feed` is told the time. */
  readonly pingsPerSecond: number;
  /** Acknowledgements of PING and SETTINGS that are queued and not yet drained. */
  readonly maxUnflushedAcks: number;
  /** Octets of frames other than DATA that are queued and not yet drained. */
  readonly maxQueuedControlBytes: number;
  /** Informational responses before a final one (client). Above: a stream error. */
  readonly maxInformationalResponses: number;
  /** The body of one message. Above: a stream error. Infinity: none. */
  readonly maxBodyBytes: number;
}

/** A row of the table of limits. */
export interface Http2LimitRow {
  readonly name: keyof Http2Limits;
  readonly default: number;
  readonly ceiling: number;
}

const NONE = Number.POSITIVE_INFINITY;

// biome-ignore format: a table
/** The default, and the highest that can be set. */
export const HTTP2_LIMIT_TABLE: LimitTable<keyof Http2Limits> = {
  maxHeaderBytes:            [65536, 1048576],
  maxFields:                 [256, 4096],
  maxHeaderBlockBytes:       [131072, 262144],
  maxContinuationFrames:     [16, NONE],
  maxSettingsPerFrame:       [32, NONE],
  maxResets:                 [1000, NONE],
  resetsPerSecond:           [33, NONE],
  maxUselessFrames:          [10000, NONE],
  uselessFramesPerSecond:    [330, NONE],
  maxPings:                  [10000, NONE],
  pingsPerSecond:            [330, NONE],
  maxUnflushedAcks:          [1000, NONE],
  maxQueuedControlBytes:     [1048576, NONE],
  maxInformationalResponses: [32, NONE],
  maxBodyBytes:              [NONE, NONE],
};

/** Named leniencies: none so far in HTTP/2. */
export type Http2Leniencies = Readonly<Record<never, never>>;

/** Flow control of what is received (RFC 9113 5.2). */
export interface Http2Windows {
  /** Octets that the peer may send on the connection ahead of what was taken. Default 65535, at least 65535. */
  readonly connection?: number | undefined;
  /** `"automatic"` (the default) gives credit back as data is pulled, `"manual"` only by `release`. */
  readonly mode?: "automatic" | "manual" | undefined;
  /** Octets that the peer may send on one stream. Default: `settings.initialWindowSize`, and that is 65535. */
  readonly stream?: number | undefined;
}

export interface Http2Options {
  /** What is announced to the peer in the first SETTINGS frame. */
  readonly settings?: GivenSettings | undefined;
  /** Sizes and counts above which the peer's input is refused. */
  readonly limits?: Partial<Http2Limits> | undefined;
  readonly windows?: Http2Windows | undefined;
  readonly allow?: Http2Leniencies | undefined;
  /** Copy each chunk when it is fed, for callers that reuse their receive buffer. Default false. */
  readonly copyData?: boolean | undefined;
  /**
   * Server: what becomes of a stream whose request is malformed. `"reset"` (the default) resets it, `"respond"` answers
   * 400 first. A request that is only too large is answered 431 either way.
   */
  readonly onMalformed?: "reset" | "respond" | undefined;
}

/** Options with every default filled in; one object serves all connections that were given none. */
export interface Configuration {
  readonly limits: Http2Limits;
  /** What differs from the defaults of RFC 9113 6.5.2, for the first SETTINGS frame. */
  readonly settings: Partial<Http2Settings> & Pick<Http2Settings, "maxConcurrentStreams" | "noRfc7540Priorities">;
  readonly connectionWindow: number;
  readonly manual: boolean;
  readonly copyData: boolean;
  readonly respond: boolean;
}

const OPTIONS = ["settings", "limits", "windows", "allow", "copyData", "onMalformed"];
const WINDOWS = ["connection", "mode", "stream"];
const HIGHEST_WINDOW = 0x7fffffff;
const DEFAULT_WINDOW = 65535;
const MAX_CONCURRENT_STREAMS = 100;
const DEFAULTS: { [R in Http2Role]?: Configuration } = {};

/**
 * @throws TypeError for an unknown name or a wrong type; RangeError for a limit or a setting that cannot be
 */
export function readOptions(role: Http2Role, options: Http2Options | undefined): Configuration {
  if (options === undefined) {
    DEFAULTS[role] ??= readOptions(role, {});
    return DEFAULTS[role];
  }
  checkNames("options", options, OPTIONS);
  const { settings = {}, limits, windows = {}, allow = {}, copyData = false, onMalformed = "reset" } = options;
  checkNames("windows", windows, WINDOWS);
  checkNames("allow", allow, []);
  if (typeof copyData !== "boolean") throw new TypeError("copyData must be a boolean");
  checkChoice("onMalformed", onMalformed, ["reset", "respond"]);
  const { connection = DEFAULT_WINDOW, mode = "automatic", stream } = windows;
  checkChoice("windows.mode", mode, ["automatic", "manual"]);
  checkCount("windows.connection", connection, DEFAULT_WINDOW, HIGHEST_WINDOW);
  if (stream !== undefined) checkCount("windows.stream", stream, 0, HIGHEST_WINDOW);
  const read = readLimits(HTTP2_LIMIT_TABLE, limits);
  return {
    limits: read,
    settings: {
      maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
      maxHeaderListSize: read.maxHeaderBytes,
      noRfc7540Priorities: true,
      ...(stream !== undefined && { initialWindowSize: stream }),
      ...readSettings(role, settings),
    },
    connectionWindow: connection,
    manual: mode === "manual",
    copyData,
    respond: onMalformed === "respond",
  };
}

function checkChoice(name: string, choice: string, choices: readonly string[]): void {
  if (!choices.includes(choice)) throw new TypeError(`${name} must be one of ${choices.join(", ")}`);
}
