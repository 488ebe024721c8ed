// The two error classes of the core, and the table behind their codes. Knows no protocol.
import { COMMON_ERRORS, type ErrorCode, type ErrorEntry } from "./error-codes.ts";

export type { ErrorCode } from "./error-codes.ts";

/** The entry of each code in use: the common ones here, a protocol's own from addErrors(). */
const TABLE: { [code in ErrorCode]?: ErrorEntry } = { ...COMMON_ERRORS };

/** Adds a protocol's codes to the table. The module that raises them calls this. */
export function addErrors(entries: { readonly [code in ErrorCode]?: ErrorEntry }): void {
  Object.assign(TABLE, entries);
}

/** One row of the table of error codes, for documentation and for callers that list them. */
export interface ErrorRow {
  readonly code: ErrorCode;
  /** The status to answer with: the `statusHint` of a RemoteProtocolError in server role. */
  readonly statusHint: number;
  readonly text: string;
  /** The name of the HTTP/2 error code that RST_STREAM or GOAWAY carries (RFC 9113 7). */
  readonly http2Code: string;
}

function rowOf(code: ErrorCode, entry: ErrorEntry = TABLE[code] ?? code): ErrorRow {
  const [statusHint, text, http2Code = "PROTOCOL_ERROR"] = typeof entry === "string" ? ([400, entry] as const) : entry;
  return { code, statusHint, text, http2Code };
}

/** Returns the status that a server answers this fault of its peer with. */
export function statusHintOf(code: ErrorCode): number {
  return rowOf(code).statusHint;
}

/** Returns the name of the HTTP/2 error code that RST_STREAM or GOAWAY carries for this code (RFC 9113 7). */
export function http2CodeOf(code: ErrorCode): string {
  return rowOf(code).http2Code;
}

/** Returns a row for every code in these parts of the table. */
export function errorRows(...parts: (typeof TABLE)[]): readonly ErrorRow[] {
  const entries = parts.flatMap((part) => Object.entries(part) as [ErrorCode, ErrorEntry][]);
  return Object.freeze(entries.map(([code, entry]) => rowOf(code, entry)));
}

/** What an error tells besides its code. */
export interface ErrorDetail {
  /** The lower-case name of the field at fault. */
  readonly header?: string | undefined;
  /** The octet that was found. */
  readonly octet?: number | undefined;
  /** What was found, in words, where the table's text alone is not specific enough. */
  readonly seen?: string | undefined;
}

const BRAND = Symbol.for("sansio.ProtocolError");
const LOCAL_STATUS_HINT = 500;
const CLIENT_STATUS_HINT = 502;

function isBranded(value: unknown, brand: string): boolean {
  return typeof value === "object" && value !== null && (value as { [BRAND]?: string })[BRAND] === brand;
}

/** Returns what `instanceof` means for a subclass: whether its prototype is in the value's chain. */
function isInstance(subclass: { readonly prototype: object }, value: unknown): boolean {
  return Object.prototype.isPrototypeOf.call(subclass.prototype, value as object);
}

function describe(code: ErrorCode, detail: ErrorDetail, offset: number | undefined): string {
  let message = rowOf(code).text;
  if (detail.header !== undefined) message += `; field ${JSON.stringify(detail.header)}`;
  if (detail.octet !== undefined) message += `; found 0x${detail.octet.toString(16).padStart(2, "0")}`;
  if (detail.seen !== undefined) message += `; ${detail.seen}`;
  return offset === undefined ? message : `${message} at octet ${offset}`;
}

/**
 * You broke the protocol: the call was refused, and nothing was changed or queued.
 * `instanceof` works across copies of this package (ESM, CommonJS).
 */
export class LocalProtocolError extends Error {
  readonly code: ErrorCode;
  /** Always 500: the fault is this end's own. */
  readonly statusHint: number = LOCAL_STATUS_HINT;
  /** The lower-case name of the field at fault; undefined when no field is. */
  readonly header: string | undefined;

  constructor(code: ErrorCode, detail: ErrorDetail = {}) {
    super(describe(code, detail, undefined));
    this.name = "LocalProtocolError";
    this.code = code;
    this.header = detail.header;
    Object.defineProperty(this, BRAND, { value: "local" });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is the class on the right of instanceof that matters
    return this === LocalProtocolError ? isBranded(value, "local") : isInstance(this, value);
  }
}

/**
 * The peer broke the protocol. Terminal: `nextEvent` throws it after every event that preceded the fault, and the same
 * error again at every later call. `instanceof` works across copies of this package (ESM, CommonJS).
 */
export class RemoteProtocolError extends Error {
  readonly code: ErrorCode;
  /** Server role: the status to answer with. Client role: 502, what a gateway would answer. */
  readonly statusHint: number;
  /** Octets from the beginning of the connection to the offending one. */
  readonly offset: number;
  /** The lower-case name of the field at fault; undefined when no field is. */
  readonly header: string | undefined;

  constructor(code: ErrorCode, offset: number, role: "client" | "server", detail: ErrorDetail = {}) {
    super(describe(code, detail, offset));
    this.name = "RemoteProtocolError";
    this.code = code;
    this.statusHint = role === "client" ? CLIENT_STATUS_HINT : rowOf(code).statusHint;
    this.offset = offset;
    this.header = detail.header;
    Object.defineProperty(this, BRAND, { value: "remote" });
  }

  /** HTTP/2: the name of the error code in the GOAWAY that was queued (RFC 9113 7). */
  get http2Code(): string {
    return http2CodeOf(this.code);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is the class on the right of instanceof that matters
    return this === RemoteProtocolError ? isBranded(value, "remote") : isInstance(this, value);
  }
}
