// Frames as a peer writes them, right or wrong, and what this end emits, read back: own writers and an own reader, so that
// a fault of src/http2 cannot hide behind itself. Header blocks are plain literals (RFC 7541 6.2.2) unless a test says
// otherwise.
import { latin1, octets } from "../helpers.ts";

// --- names (RFC 9113 6, 7; RFC 7838 4; RFC 8336 2; RFC 9218 7.1) --------------------------------------------------------

export const TYPE = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
  ALTSVC: 10,
  ORIGIN: 12,
  PRIORITY_UPDATE: 16,
} as const;

export const CODES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;
export type Code = (typeof CODES)[number];

export const SETTING = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
  ENABLE_CONNECT_PROTOCOL: 8,
  NO_RFC7540_PRIORITIES: 9,
} as const;

const ACK = 1;
export const END_STREAM = 1;
export const END_HEADERS = 4;
const PADDED = 8;
const PRIORITY = 0x20;

export const MAX_31 = 2 ** 31 - 1;

// --- octets -------------------------------------------------------------------------------------------------------------

type Octets = Uint8Array<ArrayBuffer>;

export function join(...parts: readonly Uint8Array[]): Octets {
  return new Uint8Array(Buffer.concat(parts));
}

/** An unsigned number in so many octets. */
export function number(value: number, octetCount: number): Octets {
  const list = new Uint8Array(octetCount);
  for (let at = octetCount - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) list[at] = rest % 256;
  return list;
}

export function bytes(...values: number[]): Octets {
  return Uint8Array.from(values);
}

// --- frames (RFC 9113 4.1) ------------------------------------------------------------------------------------------------

export const PREFACE = octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** A frame of any kind, whatever the RFC says of it. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Octets {
  return join(number(payload.length, 3), bytes(type, flags), number(stream, 4), payload);
}

/** The header of a frame whose payload is not there. */
export function frameHeader(type: number, flags: number, stream: number, length: number): Octets {
  return join(number(length, 3), bytes(type, flags), number(stream, 4));
}

export interface Shape {
  /** END_STREAM. */
  readonly end?: boolean;
  /** So many octets of padding, and the octet that counts them. */
  readonly pad?: number;
  /** No END_HEADERS: CONTINUATION follows. */
  readonly open?: boolean;
  /** The stream depended upon: the deprecated priority fields are there. */
  readonly priority?: number;
}

export function data(stream: number, content: string | number, { end, pad }: Shape = {}): Octets {
  const text = octets(typeof content === "number" ? "x".repeat(content) : content);
  return frame(TYPE.DATA, (end ? END_STREAM : 0) | (pad === undefined ? 0 : PADDED), stream, padded(text, pad));
}

/** A request, a response or trailers; the fields as pairs or as a finished header block. */
export function headers(stream: number, fields: Fields | Uint8Array, shape: Shape = {}): Octets {
  const { end, pad, open, priority: dependency } = shape;
  const block = fields instanceof Uint8Array ? fields : literals(fields);
  const first = dependency === undefined ? bytes() : join(number(dependency, 4), bytes(15));
  const flags =
    (end ? END_STREAM : 0) |
    (open ? 0 : END_HEADERS) |
    (pad === undefined ? 0 : PADDED) |
    (dependency === undefined ? 0 : PRIORITY);
  return frame(TYPE.HEADERS, flags, stream, padded(join(first, block), pad));
}

export function continuation(stream: number, fragment: Uint8Array, { open }: Shape = {}): Octets {
  return frame(TYPE.CONTINUATION, open ? 0 : END_HEADERS, stream, fragment);
}

/** A header block in so many frames: HEADERS and CONTINUATIONs, cut at these octets. */
export function inPieces(stream: number, block: Uint8Array, cuts: readonly number[], shape: Shape = {}): Octets {
  const parts = [0, ...cuts].map((from, i) => block.subarray(from, cuts[i] ?? block.length));
  return join(
    ...parts.map((part, i) => {
      const open = i < parts.length - 1;
      return i === 0 ? headers(stream, part, { ...shape, open }) : continuation(stream, part, { open });
    }),
  );
}

export function priority(stream: number, dependency = 0): Octets {
  return frame(TYPE.PRIORITY, 0, stream, join(number(dependency, 4), bytes(15)));
}

export function rstStream(stream: number, code: Code | number = "CANCEL"): Octets {
  return frame(TYPE.RST_STREAM, 0, stream, codeOctets(code));
}

export function settings(...pairs: readonly (readonly [keyof typeof SETTING | number, number])[]): Octets {
  const entries = pairs.map(([id, value]) =>
    join(number(typeof id === "number" ? id : SETTING[id], 2), number(value, 4)),
  );
  return frame(TYPE.SETTINGS, 0, 0, join(...entries));
}

export function settingsAck(): Octets {
  return frame(TYPE.SETTINGS, ACK, 0, bytes());
}

export function pushPromise(stream: number, promised: number, fields: Fields | Uint8Array, shape: Shape = {}): Octets {
  const block = fields instanceof Uint8Array ? fields : literals(fields);
  const flags = (shape.open ? 0 : END_HEADERS) | (shape.pad === undefined ? 0 : PADDED);
  return frame(TYPE.PUSH_PROMISE, flags, stream, padded(join(number(promised, 4), block), shape.pad));
}

/** Eight octets. */
export function ping(text: string, ack = false): Octets {
  return frame(TYPE.PING, ack ? ACK : 0, 0, octets(text));
}

export function goaway(last: number, code: Code | number = "NO_ERROR", debug = ""): Octets {
  return frame(TYPE.GOAWAY, 0, 0, join(number(last, 4), codeOctets(code), octets(debug)));
}

export function windowUpdate(stream: number, increment: number): Octets {
  return frame(TYPE.WINDOW_UPDATE, 0, stream, number(increment, 4));
}

export function altsvc(stream: number, of: string, value: string): Octets {
  return frame(TYPE.ALTSVC, 0, stream, join(number(of.length, 2), octets(of), octets(value)));
}

export function origin(...origins: string[]): Octets {
  return frame(TYPE.ORIGIN, 0, 0, join(...origins.flatMap((one) => [number(one.length, 2), octets(one)])));
}

export function priorityUpdate(stream: number, value: string): Octets {
  return frame(TYPE.PRIORITY_UPDATE, 0, 0, join(number(stream, 4), octets(value)));
}

/** The type, flags or reserved bit of a finished frame changed. */
export function altered(whole: Uint8Array, change: { flags?: number; reserved?: boolean }): Octets {
  const copy = join(whole);
  copy[4] = (copy[4] as number) | (change.flags ?? 0);
  if (change.reserved) copy[5] = (copy[5] as number) | 0x80;
  return copy;
}

function padded(content: Uint8Array, pad: number | undefined): Octets {
  return pad === undefined ? join(content) : join(bytes(pad), content, new Uint8Array(pad));
}

function codeOctets(code: Code | number): Octets {
  return number(typeof code === "number" ? code : CODES.indexOf(code), 4);
}

// --- header blocks (RFC 7541 5, 6) ----------------------------------------------------------------------------------------

export type Fields = readonly (readonly [name: string, value: string])[];

/** An integer with a prefix of so many bits, below whatever stands above them (RFC 7541 5.1). */
export function integer(value: number, prefix: number, above = 0): Octets {
  const most = 2 ** prefix - 1;
  if (value < most) return bytes(above | value);
  const list = [above | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) list.push((rest % 128) + 128);
  return bytes(...list, rest);
}

/** A string literal without Huffman (RFC 7541 5.2). */
export function string(text: string): Octets {
  return join(integer(text.length, 7), octets(text));
}

/** A string literal that says it is Huffman-coded. */
export function huffman(...code: number[]): Octets {
  return join(integer(code.length, 7, 0x80), bytes(...code));
}

/** Literals without indexing, new names. */
export function literals(fields: Fields): Octets {
  return join(...fields.map(([name, value]) => join(bytes(0), string(name), string(value))));
}

/** A literal that is put into the dynamic table. */
export function indexing(name: string, value: string): Octets {
  return join(bytes(0x40), string(name), string(value));
}

/** A literal that is never to be indexed. */
export function neverIndexed(name: string, value: string): Octets {
  return join(bytes(0x10), string(name), string(value));
}

export function indexed(index: number): Octets {
  return integer(index, 7, 0x80);
}

export function sizeUpdate(size: number): Octets {
  return integer(size, 5, 0x20);
}

/** The static table has 61 entries: the newest entry of the dynamic table is the next (RFC 7541 2.3.3). */
export const FIRST_DYNAMIC = 62;

// --- what was emitted -------------------------------------------------------------------------------------------------------

export interface EmittedFrame {
  readonly type: keyof typeof TYPE;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

const TYPE_NAMES = new Map(Object.entries(TYPE).map(([name, type]) => [type as number, name as keyof typeof TYPE]));

/** The flags that each type defines (RFC 9113 6): others are left unset when sending (4.1). */
const FLAGS: Partial<Record<keyof typeof TYPE, number>> = {
  DATA: END_STREAM | PADDED,
  HEADERS: END_STREAM | END_HEADERS | PADDED | PRIORITY,
  SETTINGS: ACK,
  PUSH_PROMISE: END_HEADERS | PADDED,
  PING: ACK,
  CONTINUATION: END_HEADERS,
};

/** Whole frames, each checked against what RFC 9113 4.1 says of every frame that is sent. */
export function readFrames(sent: Uint8Array, maxFrameSize = 16_384): EmittedFrame[] {
  const frames: EmittedFrame[] = [];
  const view = new DataView(sent.buffer, sent.byteOffset, sent.length);
  let block = 0;
  for (let at = 0; at < sent.length; ) {
    const length = view.getUint16(at) * 256 + view.getUint8(at + 2);
    const type = TYPE_NAMES.get(view.getUint8(at + 3));
    const flags = view.getUint8(at + 4);
    const stream = view.getUint32(at + 5);
    if (type === undefined) throw new Error(`a frame of unknown type ${view.getUint8(at + 3)} was sent`);
    must(at + 9 + length <= sent.length, "frames are sent whole");
    must(length <= maxFrameSize, "a frame is not larger than the peer allows (4.2)");
    must((flags & ~(FLAGS[type] ?? 0)) === 0, `unused flags of ${type} are unset (4.1)`);
    must(stream <= MAX_31, "the reserved bit is unset (4.1)");
    must((type === "CONTINUATION" ? stream : 0) === block, "a header block is one sequence (4.3)");
    if (type === "HEADERS" || type === "PUSH_PROMISE" || type === "CONTINUATION")
      block = flags & END_HEADERS ? 0 : stream;
    frames.push({ type, flags, stream, payload: sent.subarray(at + 9, at + 9 + length) });
    at += 9 + length;
  }
  must(block === 0, "a header block is sent whole (4.3)");
  return frames;
}

/** As expect, a hundred times as fast: it is asked of every frame of every run. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`what was sent breaks a rule: ${what}`);
}

/** `HEADERS 1 END_STREAM`, `DATA 1 hello`, `RST_STREAM 3 CANCEL`, `GOAWAY 1 NO_ERROR`, `SETTINGS ACK`, `PING ACK 12345678` */
export function frameLine({ type, flags, stream, payload }: EmittedFrame): string {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const ack = flags & ACK ? " ACK" : "";
  const end = flags & END_STREAM ? " END_STREAM" : "";
  switch (type) {
    case "DATA":
      return `DATA ${stream} ${payload.length > 40 ? `${payload.length} octets` : latin1(payload)}${end}`;
    case "HEADERS":
      return `HEADERS ${stream}${end}`;
    case "RST_STREAM":
      return `RST_STREAM ${stream} ${CODES[view.getUint32(0)]}`;
    case "SETTINGS":
      return `SETTINGS${ack}${settingsText(view)}`;
    case "PUSH_PROMISE":
      return `PUSH_PROMISE ${stream} ${view.getUint32(0)}`;
    case "PING":
      return `PING${ack} ${latin1(payload)}`;
    case "GOAWAY":
      return `GOAWAY ${view.getUint32(0)} ${CODES[view.getUint32(4)]}`;
    case "WINDOW_UPDATE":
      return `WINDOW_UPDATE ${stream} ${view.getUint32(0)}`;
    default:
      return `${type} ${stream}`;
  }
}

function settingsText(view: DataView): string {
  let text = "";
  for (let at = 0; at < view.byteLength; at += 6) text += ` ${view.getUint16(at)}=${view.getUint32(at + 2)}`;
  return text;
}
