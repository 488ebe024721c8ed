// What a caller can set: limits, settings, windows, leniencies. The tables define the options: defaults are read from
// them, and the README prints them, with the precedents from option-notes.ts.
import { checkCount, checkFlag, checkNames, type LimitTable, readLimits } from "../shared/options.ts";
import { HIGHEST_WINDOW, INITIAL_WINDOW } from "./frames.ts";
import { type GivenSettings, type Http2Settings, readSettings } from "./settings.ts";

/** An end of a connection: a "client" opens streams, a "server" answers on them. */
export type Http2Role = "client" | "server";

/**
 * Limits on what the peer may send; how the input was split makes no difference. Exceeding one is a connection error
 * ENHANCE_YOUR_CALM unless its description says otherwise.
 */
export interface Http2Limits {
  /**
   * Octets of a message's names and values, plus 32 for each field (RFC 9113 6.5.2). Above: 431, or a stream error.
   * Default 65536, at most 1048576.
   */
  readonly maxHeaderBytes: number;
  /**
   * Fields of a message, counting pseudo-fields and each cookie crumb. Above: 431, or a stream error. Default 256, at
   * most 4096.
   */
  readonly maxFields: number;
  /** Octets of one header block as sent, CONTINUATION included. Default 131072, at most 262144. */
  readonly maxHeaderBlockBytes: number;
  /** CONTINUATION frames in one header block. Default 16. */
  readonly maxContinuationFrames: number;
  /** Settings in one SETTINGS frame. Default 32. */
  readonly maxSettingsPerFrame: number;
  /** Streams that the peer resets, or causes this end to reset, in a burst. Default 1000. */
  readonly maxResets: number;
  /** How many of them are forgiven per second; only if `feed` is given the time. Default 33. */
  readonly resetsPerSecond: number;
  /**
   * Frames that achieve nothing, in a burst: empty DATA, PRIORITY, unknown types, anything ignored on closed streams.
   * GOAWAY counts too. Default 10000.
   */
  readonly maxUselessFrames: number;
  /** How many of them are forgiven per second; only if `feed` is given the time. Default 330. */
  readonly uselessFramesPerSecond: number;
  /** PING and SETTINGS frames that ask for an acknowledgement, in a burst. Default 10000. */
  readonly maxPings: number;
  /** How many of them are forgiven per second; only if `feed` is given the time. Default 330. */
  readonly pingsPerSecond: number;
  /** Acknowledgements of PING and SETTINGS that are queued and not yet drained. Default 1000. */
  readonly maxUnflushedAcks: number;
  /**
   * Octets of frames other than DATA that the peer caused, response heads included, and that are not yet drained.
   * Default 1048576.
   */
  readonly maxQueuedControlBytes: number;
  /** Client: informational responses before the final one. Above: a stream error. Default 32. */
  readonly maxInformationalResponses: number;
  /** Octets of the body of one message. Above: 413, or a stream error. Infinity, the default: no limit. */
  readonly maxBodyBytes: number;
}

/** One limit: its default, and the highest value that can be set. */
export interface Http2LimitRow {
  readonly name: keyof Http2Limits;
  readonly default: number;
  readonly ceiling: number;
}

const NONE = Number.POSITIVE_INFINITY;

// biome-ignore format: a table
/** Each limit's default, and the highest value that can be set. */
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

/** Named leniencies. HTTP/2 has none so far. */
export type Http2Leniencies = Readonly<Record<never, never>>;

/** Flow control of received DATA (RFC 9113 5.2). */
export interface Http2Windows {
  /** Octets that the peer may send on the connection before it gets credit back. Default 65535, at least 65535. */
  readonly connection?: number | undefined;
  /** `"automatic"` (the default) gives credit back as events are pulled, `"manual"` only when you call `release`. */
  readonly mode?: "automatic" | "manual" | undefined;
  /**
   * Octets that the peer may send on one stream. The same as `settings.initialWindowSize`: give either, or the same
   * value to both. Default 65535.
   */
  readonly stream?: number | undefined;
}

/** The options of an `Http2Connection`; all may be left out. */
export interface Http2Options {
  /** The settings that the first SETTINGS frame announces to the peer. */
  readonly settings?: GivenSettings | undefined;
  /** The sizes and counts above which the peer's input is refused. */
  readonly limits?: Partial<Http2Limits> | undefined;
  /** Flow control of received DATA. */
  readonly windows?: Http2Windows | undefined;
  /** Named leniencies. */
  readonly allow?: Http2Leniencies | undefined;
  /** Copy each chunk when it is fed, for callers that reuse their receive buffer. Default false. */
  readonly copyData?: boolean | undefined;
  /**
   * Server: what happens to a stream whose request is malformed. `"reset"` (the default) resets it, `"respond"` answers
   * 400 first. A request that is merely too large is answered either way: 431 for its head, 413 for its body.
   */
  readonly onMalformed?: "reset" | "respond" | undefined;
}

/** The options with every default filled in. All connections that were given no options share one object. */
export interface Configuration {
  readonly limits: Http2Limits;
  /**
   * The settings of the first SETTINGS frame: those given, and where this library's defaults differ from RFC 9113
   * 6.5.2.
   */
  readonly settings: Partial<Http2Settings> & Pick<Http2Settings, "maxConcurrentStreams" | "noRfc7540Priorities">;
  readonly connectionWindow: number;
  readonly manual: boolean;
  readonly copyData: boolean;
  readonly respond: boolean;
}

const OPTIONS = ["settings", "limits", "windows", "allow", "copyData", "onMalformed"];
const WINDOWS = ["connection", "mode", "stream"];
const MAX_CONCURRENT_STREAMS = 100;
const DEFAULTS: { [R in Http2Role]?: Configuration } = {};

/**
 * Checks the options and fills in the defaults.
 * @throws TypeError for an unknown name or a wrong type; RangeError for an impossible limit or setting, and for a
 * stream's window that is given twice and differs
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
  checkFlag("copyData", copyData);
  checkChoice("onMalformed", onMalformed, ["reset", "respond"]);
  const { connection = INITIAL_WINDOW, mode = "automatic", stream } = windows;
  checkChoice("windows.mode", mode, ["automatic", "manual"]);
  checkCount("windows.connection", connection, INITIAL_WINDOW, HIGHEST_WINDOW);
  if (stream !== undefined) checkCount("windows.stream", stream, 0, HIGHEST_WINDOW);
  const read = readLimits(HTTP2_LIMIT_TABLE, limits);
  const announced = {
    maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
    maxHeaderListSize: read.maxHeaderBytes,
    noRfc7540Priorities: true,
    ...(stream !== undefined && { initialWindowSize: stream }),
    ...readSettings(role, settings),
  };
  if (stream !== undefined && stream !== announced.initialWindowSize) {
    throw new RangeError("windows.stream and settings.initialWindowSize must not differ");
  }
  return {
    limits: read,
    settings: announced,
    connectionWindow: connection,
    manual: mode === "manual",
    copyData,
    respond: onMalformed === "respond",
  };
}

function checkChoice(name: string, choice: string, choices: readonly string[]): void {
  if (!choices.includes(choice)) throw new TypeError(`${name} must be one of ${choices.join(", ")}`);
}
