// What a caller can set: limits and leniencies, each with its precedents, who needs it and what it risks. The tables are
// the options: defaults are read from them, and the README prints them.
import {
  ALLOW_BARE_LF,
  ALLOW_CHUNK_SIZE_SPACE,
  ALLOW_CONTROL_OCTETS,
  ALLOW_HIGH_TARGET,
  ALLOW_MISSING_REASON_SPACE,
  ALLOW_OBS_FOLD,
  INPUT_SIZE,
  MAX_FIELDS,
} from "../../assembly/layout.ts";

export type Role = "client" | "server";

/** Counted in octets unless the name says otherwise, and the same however the input was split. */
export interface Limits {
  /** A head: start line and header fields with the empty line. At most 262144. */
  readonly maxHeadBytes: number;
  /** Field lines of a head or of a trailer section. At most 4096. */
  readonly maxFields: number;
  /** The request target. */
  readonly maxTargetBytes: number;
  /** A trailer section with its empty line. At most 262144. */
  readonly maxTrailerBytes: number;
  /** A chunk-size line with its CRLF. At most 262144. */
  readonly maxChunkLineBytes: number;
  /** Chunk extensions of one line. */
  readonly maxChunkExtensionBytes: number;
  /** Chunk extensions of one message. */
  readonly maxChunkExtensionTotalBytes: number;
  /** Digits of a chunk size, leading zeros included. */
  readonly maxChunkSizeDigits: number;
  /** Empty lines before a request. */
  readonly maxLeadingEmptyLines: number;
  /** Informational responses before a final one (client). */
  readonly maxInformationalResponses: number;
  /** The body of one message, without its framing. Infinity: none. */
  readonly maxBodyBytes: number;
}

/** A row of the table of limits. */
export interface LimitRow {
  readonly name: keyof Limits;
  readonly default: number;
  readonly ceiling: number;
  readonly what: string;
  readonly precedents: string;
}

// biome-ignore format: a table
export const LIMITS: readonly LimitRow[] = Object.freeze([
  { name: "maxHeadBytes",                default: 65536,    ceiling: INPUT_SIZE, what: "octets of a head",                      precedents: "Node 16 KiB, h11 16 KiB, http-parser-js 80 KiB, hyper 400 KiB" },
  { name: "maxFields",                   default: 256,      ceiling: MAX_FIELDS, what: "fields of a head or trailer section",   precedents: "hyper 100, Apache 100; Node drops fields above 1000 silently, which helps smuggling" },
  { name: "maxTargetBytes",              default: 16384,    ceiling: INPUT_SIZE, what: "octets of the request target",          precedents: "RFC 9112 3 recommends at least 8000; milo 8 KiB" },
  { name: "maxTrailerBytes",             default: 16384,    ceiling: INPUT_SIZE, what: "octets of a trailer section",           precedents: "Node, h11, hyper, undici 16 KiB; http-parser-js none" },
  { name: "maxChunkLineBytes",           default: 8192,     ceiling: INPUT_SIZE, what: "octets of a chunk-size line",           precedents: "h11 16 KiB" },
  { name: "maxChunkExtensionBytes",      default: 4096,     ceiling: INPUT_SIZE, what: "octets of chunk extensions in a line",  precedents: "Node 16 KiB a chunk (CVE-2024-22019)" },
  { name: "maxChunkExtensionTotalBytes", default: 16384,    ceiling: Infinity,   what: "octets of chunk extensions in a message", precedents: "hyper 16 KiB a body" },
  { name: "maxChunkSizeDigits",          default: 16,       ceiling: INPUT_SIZE, what: "digits of a chunk size",                precedents: "picohttpparser and hyper 16, h11 20" },
  { name: "maxLeadingEmptyLines",        default: 1,        ceiling: Infinity,   what: "empty lines before a request",          precedents: "RFC 9112 2.2 asks for at least one; h11 none, llhttp any number" },
  { name: "maxInformationalResponses",   default: 32,       ceiling: Infinity,   what: "informational responses to one request", precedents: "none in h11, llhttp, Node" },
  { name: "maxBodyBytes",                default: Infinity, ceiling: Infinity,   what: "octets of the body of one message",     precedents: "the application's to know: nginx 1 MiB" },
]);

/** Named leniencies. Each true accepts what the default of the role refuses; each false refuses what it accepts. */
export interface Leniencies {
  /** Fields that go on in the next line, joined by one SP. Default: client true, server false. */
  readonly obsFold: boolean;
  /** LF alone as the end of a line in heads and trailers, never in chunk-size lines. Default false. */
  readonly bareLf: boolean;
  /** Content-Length given several times with one value. Default false. */
  readonly repeatedContentLength: boolean;
  /** A status line that ends after the status, without SP. Default: client true. */
  readonly missingReasonSpace: boolean;
  /** Control octets in field values, but never NUL, CR and LF. Default false. */
  readonly controlBytesInValues: boolean;
  /** Octets 0x80 to 0xff in the request target. Default false. */
  readonly nonAsciiTarget: boolean;
  /** SP and HTAB between a chunk size (or its extensions) and CRLF. Default false. */
  readonly chunkSizeWhitespace: boolean;
}

/** A row of the table of leniencies. */
export interface LeniencyRow {
  readonly name: keyof Leniencies;
  readonly client: boolean;
  readonly server: boolean;
  /** The bits of the kernel's `allow`. */
  readonly bits: number;
  readonly what: string;
  readonly who: string;
  readonly risk: string;
}

// biome-ignore format: a table
export const LENIENCIES: readonly LeniencyRow[] = Object.freeze([
  { name: "obsFold",               client: true,  server: false, bits: ALLOW_OBS_FOLD,             what: "fields folded over several lines",
    who: "user agents of old servers (RFC 9112 5.2 bids them unfold)", risk: "a front that reads the fold as a field of its own sees other fields (CVE-2022-32215)" },
  { name: "bareLf",                client: false, server: false, bits: ALLOW_BARE_LF,              what: "LF alone ends a line of a head or trailer section",
    who: "hand-written peers and tests, embedded devices (h11 #7)", risk: "a front that takes LF for data forwards a hidden message (CVE-2022-32214)" },
  { name: "repeatedContentLength", client: false, server: false, bits: 0,                          what: "Content-Length several times, all equal",
    who: "clients of servers behind a doubling proxy (httpx #767)", risk: "a peer that reads another of them frames otherwise (CVE-2026-1525)" },
  { name: "missingReasonSpace",    client: true,  server: false, bits: ALLOW_MISSING_REASON_SPACE, what: "a status line without the SP before the reason",
    who: "clients of many small servers (h11 #32)", risk: "none known" },
  { name: "controlBytesInValues",  client: false, server: false, bits: ALLOW_CONTROL_OCTETS,       what: "controls other than NUL, CR, LF in values",
    who: "crawlers that meet odd cookies (h11 #57, #113)", risk: "log and terminal injection; VT and FF are white space to some parsers" },
  { name: "nonAsciiTarget",        client: false, server: false, bits: ALLOW_HIGH_TARGET,          what: "octets from 0x80 in the request target",
    who: "servers of clients that do not percent-encode (h11 #48, #69)", risk: "caches and filters that decode otherwise see another path" },
  { name: "chunkSizeWhitespace",   client: false, server: false, bits: ALLOW_CHUNK_SIZE_SPACE,     what: "SP and HTAB after a chunk size",
    who: "clients of servers that pad chunk sizes (h11 #133)", risk: "a front that stops at the space frames otherwise" },
]);

export interface Http1Options {
  /** Sizes and counts above which the peer's input is refused. */
  readonly limits?: Partial<Limits> | undefined;
  /** Named leniencies: each documented with who needs it and what it risks. */
  readonly allow?: Partial<Leniencies> | undefined;
  /** Copy each chunk when it is fed, for callers that reuse their receive buffer. Default false. */
  readonly copyData?: boolean | undefined;
  /** Keep HTTP/1.0 connections open when both ends ask for it. Default: server true, client false. */
  readonly http10KeepAlive?: boolean | undefined;
  /** Client: requests that may be unanswered at a time. Default 16. */
  readonly maxPipelined?: number | undefined;
}

/** Options with every default filled in; one object serves all connections that were given none. */
export interface Settings {
  readonly limits: Limits;
  /** The bits of the kernel. */
  readonly allow: number;
  readonly bareLf: boolean;
  readonly repeatedContentLength: boolean;
  readonly copyData: boolean;
  readonly http10KeepAlive: boolean;
  readonly maxPipelined: number;
}

const OPTIONS = ["limits", "allow", "copyData", "http10KeepAlive", "maxPipelined"];
const DEFAULT_MAX_PIPELINED = 16;
const DEFAULTS: { [R in Role]?: Settings } = {};

/**
 * @throws TypeError for an unknown name or a wrong type; RangeError for a limit that is no count, or above the ceiling
 *   that the kernel's memory sets
 */
export function readOptions(role: Role, options: Http1Options | undefined): Settings {
  if (options === undefined) return defaultSettings(role);
  checkNames("options", options, OPTIONS);
  const { limits = {}, allow = {}, copyData = false, http10KeepAlive = role === "server" } = options;
  const maxPipelined = options.maxPipelined ?? DEFAULT_MAX_PIPELINED;
  checkNames("limits", limits, LIMITS.map(nameOf));
  checkNames("allow", allow, LENIENCIES.map(nameOf));
  checkFlags("allow.", allow);
  checkFlags("", { copyData, http10KeepAlive });
  checkCount("maxPipelined", maxPipelined, 1, Number.POSITIVE_INFINITY);
  const chosen = LIMITS.map((row) => [row.name, limitOf(row, limits[row.name])] as const);
  let bits = 0;
  for (const row of LENIENCIES) if (allow[row.name] ?? row[role]) bits |= row.bits;
  return {
    limits: Object.fromEntries(chosen) as unknown as Limits,
    allow: bits,
    bareLf: allow.bareLf ?? false,
    repeatedContentLength: allow.repeatedContentLength ?? false,
    copyData,
    http10KeepAlive,
    maxPipelined,
  };
}

function defaultSettings(role: Role): Settings {
  DEFAULTS[role] ??= readOptions(role, {});
  return DEFAULTS[role];
}

function limitOf(row: LimitRow, given: number | undefined): number {
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

function nameOf(row: { readonly name: string }): string {
  return row.name;
}

function checkFlags(prefix: string, flags: Readonly<Record<string, boolean | undefined>>): void {
  for (const [name, flag] of Object.entries(flags)) {
    if (flag !== undefined && typeof flag !== "boolean") throw new TypeError(`${prefix}${name} must be a boolean`);
  }
}

function checkNames(option: string, given: object, names: readonly string[]): void {
  if (typeof given !== "object" || given === null) throw new TypeError(`${option} must be an object`);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) throw new TypeError(`${option}.${name} is not an option; known: ${names.join(", ")}`);
  }
}
