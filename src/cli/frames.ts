// Cuts HTTP/2 octets into frames by their lengths alone: interpreting a frame is up to the connection.

/** A frame header: the nine octets before a payload (RFC 9113 4.1). */
export interface Frame {
  readonly type: "frame";
  /** The name of the frame type, or its number if it has no name. */
  readonly frame: string | number;
  readonly flags: readonly string[];
  readonly streamId: number;
  readonly length: number;
}

/** The client's preface (`frame` is null), or a whole frame. */
export interface Piece {
  readonly octets: Uint8Array;
  /** Octets of the input before it. */
  readonly offset: number;
  readonly frame: Frame | null;
}

export const FRAME_HEADER_SIZE = 9;
export const PREFACE_SIZE = 24;

const ACK = { 1: "ACK" };
const END_HEADERS = { 4: "END_HEADERS" };
const PADDED = { 8: "PADDED" };

/** Frame types and their flags, by number (RFC 9113 6, RFC 7838 4, RFC 8336 2, RFC 9218 7.1). */
const TYPES: Readonly<Record<number, { readonly name: string; readonly flags: Readonly<Record<number, string>> }>> = {
  0: { name: "DATA", flags: { 1: "END_STREAM", ...PADDED } },
  1: { name: "HEADERS", flags: { 1: "END_STREAM", ...END_HEADERS, ...PADDED, 32: "PRIORITY" } },
  2: { name: "PRIORITY", flags: {} },
  3: { name: "RST_STREAM", flags: {} },
  4: { name: "SETTINGS", flags: ACK },
  5: { name: "PUSH_PROMISE", flags: { ...END_HEADERS, ...PADDED } },
  6: { name: "PING", flags: ACK },
  7: { name: "GOAWAY", flags: {} },
  8: { name: "WINDOW_UPDATE", flags: {} },
  9: { name: "CONTINUATION", flags: END_HEADERS },
  10: { name: "ALTSVC", flags: {} },
  12: { name: "ORIGIN", flags: {} },
  16: { name: "PRIORITY_UPDATE", flags: {} },
};

export class FrameCutter {
  #held: Uint8Array[] = [];
  #length = 0;
  #offset = 0;
  #preface: number;

  /** @param preface octets before the first frame */
  constructor(preface: number) {
    this.#preface = preface;
  }

  *cut(octets: Uint8Array): Generator<Piece> {
    this.#held.push(octets);
    this.#length += octets.length;
    for (let piece = this.#next(); piece !== null; piece = this.#next()) yield piece;
  }

  /** Returns what is left when the input ends: an incomplete frame. */
  rest(): Uint8Array {
    return this.#whole();
  }

  #next(): Piece | null {
    if (this.#preface > 0) {
      const { offset, octets } = this.#take(this.#preface) ?? {};
      if (octets === undefined || offset === undefined) return null;
      this.#preface = 0;
      return { octets, offset, frame: null };
    }
    if (this.#length < FRAME_HEADER_SIZE) return null;
    const header = this.#whole();
    const length = new DataView(header.buffer, header.byteOffset).getUint32(0) >>> 8;
    const taken = this.#take(FRAME_HEADER_SIZE + length);
    return taken === null ? null : { ...taken, frame: frameOf(taken.octets, length) };
  }

  #take(count: number): { octets: Uint8Array; offset: number } | null {
    if (this.#length < count) return null;
    const whole = this.#whole();
    const offset = this.#offset;
    this.#held = [whole.subarray(count)];
    this.#length -= count;
    this.#offset += count;
    return { octets: whole.subarray(0, count), offset };
  }

  #whole(): Uint8Array {
    if (this.#held.length !== 1) this.#held = [Buffer.concat(this.#held)];
    return this.#held[0] as Uint8Array;
  }
}

function frameOf(octets: Uint8Array, length: number): Frame {
  const [, , , type, flags] = octets as unknown as [number, number, number, number, number];
  const known = TYPES[type];
  const streamId = new DataView(octets.buffer, octets.byteOffset).getUint32(5) & 0x7fffffff;
  const names = [1, 2, 4, 8, 16, 32, 64, 128]
    .filter((bit) => (flags & bit) !== 0)
    .map((bit) => known?.flags[bit] ?? `0x${bit.toString(16)}`);
  return { type: "frame", frame: known?.name ?? type, flags: names, streamId, length };
}
