// How octets from 0x80 on become chars: the values of `HTTPParser.encoding`.

/**
 * As Buffer's "ascii": the eighth bit is lost. But where that would make a control, SP or DEL it is kept: a head must not
 * hold what was not sent as such.
 */
function decodeAscii(text: string): string {
  return text.replace(/[\xa1-\xfe]/g, (char) => String.fromCharCode(char.charCodeAt(0) & 0x7f));
}

function decodeUtf8(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(text, (char) => char.charCodeAt(0)));
}

function keep(text: string): string {
  return text;
}

const DECODERS: ReadonlyMap<string, (text: string) => string> = new Map([
  ["ascii", decodeAscii],
  ["latin1", keep],
  ["binary", keep],
  ["utf8", decodeUtf8],
  ["utf-8", decodeUtf8],
]);

/**
 * @param text one char per octet
 * @throws TypeError for an encoding that is none of these
 */
export function decodeHigh(text: string, encoding: string): string {
  const decoder = DECODERS.get(encoding.toLowerCase());
  if (decoder === undefined)
    throw new TypeError(`unknown encoding: ${encoding}; known: ${[...DECODERS.keys()].join(", ")}`);
  return decoder(text);
}
