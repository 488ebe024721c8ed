// What a caller can set: limits with their precedents, settings, windows, leniencies. The tables are the options:
// defaults are read from them, and the README prints them.
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
  readonly what: string;
  readonly precedents: string;
}

const NONE = Number.POSITIVE_INFINITY;

// biome-ignore format: a table
export const HTTP2_LIMITS: readonly Http2LimitRow[] = Object.freeze([
  { name: "maxHeaderBytes",            default: 65536,   ceiling: 1048576, what: "octets of a message's fields, 32 more for each",     precedents: "hyper-h2 64 KiB, nghttp2 64 KiB, Node 64 KiB, hyper 16 KiB" },
  { name: "maxFields",                 default: 256,     ceiling: 4096,    what: "fields of a message, crumbs of cookies counted",     precedents: "Node 128 pairs; hyper-h2 by octets only: 2,048" },
  { name: "maxHeaderBlockBytes",       default: 131072,  ceiling: 262144,  what: "octets of a header block as sent",                   precedents: "hyper closes at 4 times its limit" },
  { name: "maxContinuationFrames",     default: 16,      ceiling: NONE,    what: "CONTINUATION frames of a header block",              precedents: "nghttp2 8, hyper-h2 64 (VU#421644)" },
  { name: "maxSettingsPerFrame",       default: 32,      ceiling: NONE,    what: "settings in a SETTINGS frame",                       precedents: "nghttp2 32, Node 32 (CVE-2020-11080)" },
  { name: "maxResets",                 default: 1000,    ceiling: NONE,    what: "streams reset by the peer or because of it",         precedents: "nghttp2 1,000, Node 1,000 (CVE-2023-44487, CVE-2025-8671)" },
  { name: "resetsPerSecond",           default: 33,      ceiling: NONE,    what: "resets forgiven in a second",                        precedents: "nghttp2 33, Node 33" },
  { name: "maxUselessFrames",          default: 10000,   ceiling: NONE,    what: "empty, unknown and ignored frames",                  precedents: "nghttp2 10,000 (CVE-2019-9518)" },
  { name: "uselessFramesPerSecond",    default: 330,     ceiling: NONE,    what: "useless frames forgiven in a second",                precedents: "nghttp2 330" },
  { name: "maxPings",                  default: 10000,   ceiling: NONE,    what: "PING and SETTINGS frames to acknowledge",            precedents: "nghttp2 by the queue only (CVE-2019-9512, -9515)" },
  { name: "pingsPerSecond",            default: 330,     ceiling: NONE,    what: "PING and SETTINGS frames forgiven in a second",      precedents: "none elsewhere" },
  { name: "maxUnflushedAcks",          default: 1000,    ceiling: NONE,    what: "acknowledgements not yet drained",                   precedents: "nghttp2 1,000, Node 1,000" },
  { name: "maxQueuedControlBytes",     default: 1048576, ceiling: NONE,    what: "octets of frames other than DATA not yet drained",   precedents: "nghttp2 5,000 frames; Node 10 MB a session" },
  { name: "maxInformationalResponses", default: 32,      ceiling: NONE,    what: "informational responses to one request",             precedents: "none in hyper-h2, nghttp2, Node" },
  { name: "maxBodyBytes",              default: NONE,    ceiling: NONE,    what: "octets of the body of one message",                  precedents: "the application's to know: nginx 1 MiB" },
]);

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
  readonly settings: Partial<Http2Settings>;
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
  const { limits = {}, windows = {}, allow = {}, copyData = false, onMalformed = "reset" } = options;
  checkNames("limits", limits, HTTP2_LIMITS.map(nameOf));
  checkNames("windows", windows, WINDOWS);
  checkNames("allow", allow, []);
  if (typeof copyData !== "boolean") throw new TypeError("copyData must be a boolean");
  checkChoice("onMalformed", onMalformed, ["reset", "respond"]);
  const { connection = DEFAULT_WINDOW, mode = "automatic", stream } = windows;
  checkChoice("windows.mode", mode, ["automatic", "manual"]);
  checkCount("windows.connection", connection, DEFAULT_WINDOW, HIGHEST_WINDOW);
  if (stream !== undefined) checkCount("windows.stream", stream, 0, HIGHEST_WINDOW);
  const chosen = HTTP2_LIMITS.map((row) => [row.name, limitOf(row, limits[row.name])] as const);
  const read = Object.fromEntries(chosen) as unknown as Http2Limits;
  return {
    limits: read,
    settings: readSettings(role, {
      maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
      maxHeaderListSize: read.maxHeaderBytes,
      noRfc7540Priorities: true,
      ...(stream !== undefined && { initialWindowSize: stream }),
      ...options.settings,
    }),
    connectionWindow: connection,
    manual: mode === "manual",
    copyData,
    respond: onMalformed === "respond",
  };
}

function limitOf(row: Http2LimitRow, given: number | undefined): number {
  const limit = given ?? row.default;
  checkCount(`limits.${row.name}`, limit, 0, row.ceiling);
  return limit;
}

function checkCount(name: string, count: number, least: number, most: number): void {
  if (typeof count !== "number") throw new TypeError(`${name} must be a number`);
  const whole = Number.isInteger(count) || count === Number.POSITIVE_INFINITY;
  if (!whole || count < least || count > most) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${String(count)}`);
  }
}

function checkChoice(name: string, choice: string, choices: readonly string[]): void {
  if (!choices.includes(choice)) throw new TypeError(`${name} must be one of ${choices.join(", ")}`);
}

function nameOf(row: { readonly name: string }): string {
  return row.name;
}

function checkNames(option: string, given: object, names: readonly string[]): void {
  if (typeof given !== "object" || given === null) throw new TypeError(`${option} must be an object`);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) throw new TypeError(`${option}.${name} is not an option; known: ${names.join(", ")}`);
  }
}
