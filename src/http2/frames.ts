// Frames (RFC 9113 4, 6; RFC 7838 4; RFC 8336 2; RFC 9218 7.1): which lengths and streams each type allows, and how a
// header is written.
import type { ErrorCode } from "../shared/errors.ts";

export const DATA = 0x0;
export const HEADERS = 0x1;
export const PRIORITY = 0x2;
export const RST_STREAM = 0x3;
export const SETTINGS = 0x4;
export const PUSH_PROMISE = 0x5;
export const PING = 0x6;
export const GOAWAY = 0x7;
export const WINDOW_UPDATE = 0x8;
export const CONTINUATION = 0x9;
export const ALTSVC = 0xa;
export const ORIGIN = 0xc;
export const PRIORITY_UPDATE = 0x10;

/** Flags. ACK belongs to SETTINGS and PING, END_STREAM to DATA and HEADERS. */
export const ACK = 0x1;
export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const HAS_PRIORITY = 0x20;

export const FRAME_HEADER_SIZE = 9;
export const PRIORITY_SIZE = 5;
/** Octets of the promised stream's id in a PUSH_PROMISE. */
export const PROMISED_ID_SIZE = 4;
export const PING_SIZE = 8;
/** Octets of a WINDOW_UPDATE's payload. */
export const INCREMENT_SIZE = 4;
export const HIGHEST_STREAM_ID = 0x7fffffff;
export const HIGHEST_WINDOW = 0x7fffffff;
/** Octets of each window until something changes it (RFC 9113 6.9.2). */
export const INITIAL_WINDOW = 65535;

/** The first octets that a client sends (RFC 9113 3.4). */
export const PREFACE = Uint8Array.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (char) => char.charCodeAt(0));

/** The header of a frame (RFC 9113 4.1). A connection reads all headers into the same object. */
export class FrameHeader {
  length = 0;
  type = 0;
  flags = 0;
  streamId = 0;

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
}

interface FrameRow {
  readonly type: number;
  readonly on: "connection" | "stream" | "either";
  /** The payload's length in octets: minimum, maximum, and the unit that it must be a multiple of. */
  readonly least: number;
  readonly most: number;
  readonly unit: number;
}

const ANY = 0xffffff;

// biome-ignore format: a table
const FRAMES: readonly FrameRow[] = [
  { type: DATA,            on: "stream",     least: 0, most: ANY, unit: 1 },
  { type: HEADERS,         on: "stream",     least: 0, most: ANY, unit: 1 },
  { type: PRIORITY,        on: "stream",     least: 5, most: 5,   unit: 1 },
  { type: RST_STREAM,      on: "stream",     least: 4, most: 4,   unit: 1 },
  { type: SETTINGS,        on: "connection", least: 0, most: ANY, unit: 6 },
  { type: PUSH_PROMISE,    on: "stream",     least: 4, most: ANY, unit: 1 },
  { type: PING,            on: "connection", least: 8, most: 8,   unit: 1 },
  { type: GOAWAY,          on: "connection", least: 8, most: ANY, unit: 1 },
  { type: WINDOW_UPDATE,   on: "either",     least: 4, most: 4,   unit: 1 },
  { type: CONTINUATION,    on: "stream",     least: 0, most: ANY, unit: 1 },
  { type: PRIORITY_UPDATE, on: "connection", least: 4, most: ANY, unit: 1 },
];

const BY_TYPE: readonly (FrameRow | undefined)[] = Array.from({ length: 256 }, (_, type) =>
  FRAMES.find((row) => row.type === type),
);

/** Returns what is wrong with a frame judged by its header alone; null when nothing is. */
export function frameFault({ type, length, streamId }: FrameHeader): ErrorCode | null {
  const row = BY_TYPE[type];
  if (row === undefined) return null;
  if (row.on !== "either" && (streamId === 0) !== (row.on === "connection")) return "BAD_STREAM_ID";
  if (length < row.least || length > row.most || length % row.unit !== 0) return "BAD_FRAME_LENGTH";
  return null;
}

/** What "HTTP", the beginning of a response of HTTP/1, says when it is read as the header of a frame. */
const HTTP1_LENGTH = 0x485454;
const HTTP1_TYPE = 0x50;

/** Describes a frame by its header, for the text of an error. */
export function describeFrame({ type, length, streamId }: FrameHeader): string {
  if (length === HTTP1_LENGTH && type === HTTP1_TYPE) return "the peer speaks HTTP/1";
  return `frame of type 0x${type.toString(16)}, ${length} octets, stream ${streamId}`;
}

/** Writes the nine octets of a frame header. */
export function writeFrameHeader(
  page: Uint8Array,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  page[at] = length >>> 16;
  page[at + 1] = length >>> 8;
  page[at + 2] = length;
  page[at + 3] = type;
  page[at + 4] = flags;
  writeU32(page, at + 5, streamId);
}

export function writeU32(page: Uint8Array, at: number, value: number): void {
  page[at] = value >>> 24;
  page[at + 1] = value >>> 16;
  page[at + 2] = value >>> 8;
  page[at + 3] = value;
}

export function readU32(octets: Uint8Array, at: number): number {
  return (readU31(octets, at) | ((octets[at] as number) & 0x80 ? 0x80000000 : 0)) >>> 0;
}

/** Reads 31 bits; the reserved bit before them is ignored (RFC 9113 4.1). */
export function readU31(octets: Uint8Array, at: number): number {
  return (
    (((octets[at] as number) & 0x7f) << 24) |
    ((octets[at + 1] as number) << 16) |
    ((octets[at + 2] as number) << 8) |
    (octets[at + 3] as number)
  );
}
