// Octets to strings and back, one char per octet (ISO 8859-1), by the fastest means that the runtime has.
// TextDecoder's "latin1" is windows-1252 by the Encoding standard, wrong for 0x80 to 0x9f: it is used for ASCII only.

/** What is used of the runtime, if it is there. The Buffer of Node, Bun and Deno has latin1 methods of its own. */
export interface TextRuntime {
  readonly Buffer?: {
    readonly prototype: {
      latin1Slice(this: Uint8Array, start: number, end: number): string;
      latin1Write(this: Uint8Array, text: string, at: number, length: number): number;
    };
  };
  readonly TextDecoder?: new (label: string) => { decode(octets: Uint8Array): string };
}

export interface TextCodec {
  /** Returns the octets [start, end) as a string; `high` tells whether any of them may be 0x80 or above. */
  decode(octets: Uint8Array, start: number, end: number, high: boolean): string;
  /** Writes the text's chars, none above 0xff, to `octets` from `at` on. There must be room. */
  encode(text: string, octets: Uint8Array, at: number): void;
}

/** How many chars one call of String.fromCharCode makes: far below every engine's limit on arguments. */
const PIECE = 4096;

/** V8 keeps arrays of up to 64 octets on its own heap and moves them off it for C++: latin1Write takes 170 ns, the loop 50. */
const ON_HEAP = 64;

export function textCodec(runtime: TextRuntime): TextCodec {
  const buffer = runtime.Buffer?.prototype;
  if (buffer !== undefined) {
    // Looked up once: V8 keeps this prototype as a dictionary, and each look-up in it cost a head some 5 ns.
    const { latin1Slice, latin1Write } = buffer;
    return {
      decode: (octets, start, end) => latin1Slice.call(octets, start, end),
      encode(text, octets, at) {
        if (octets.length <= ON_HEAP) encodeByLoop(text, octets, at);
        // Without a length workerd assumes that of the whole array, and throws when `at` is not 0.
        else latin1Write.call(octets, text, at, text.length);
      },
    };
  }
  const ascii = runtime.TextDecoder && new runtime.TextDecoder("latin1");
  return {
    decode(octets, start, end, high) {
      if (ascii !== undefined && !high) return ascii.decode(octets.subarray(start, end));
      let text = "";
      for (let at = start; at < end; at += PIECE) {
        text += String.fromCharCode(...octets.subarray(at, Math.min(at + PIECE, end)));
      }
      return text;
    },
    encode: encodeByLoop,
  };
}

function encodeByLoop(text: string, octets: Uint8Array, at: number): void {
  for (let i = 0; i < text.length; i++) octets[at + i] = text.charCodeAt(i);
}

/** The codec of this runtime. */
export const { decode: decodeLatin1, encode: encodeLatin1 } = textCodec(globalThis as TextRuntime);

/** Returns whether every char is at most 0xff. V8 answers at once for its one-byte strings, which cannot match. */
export function isLatin1(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of one octet is what is asked for
  return !/[^\x00-\xff]/.test(text);
}
