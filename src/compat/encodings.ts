// The values of `HTTPParser.encoding`: how octets from 0x80 up become characters.

/**
 * Clears the eighth bit, as Buffer's "ascii" does, except where that would produce a control character, SP or DEL: a
 * head must not contain one that was not sent.
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
 * Decodes text that contains octets from 0x80 up.
 * @param text one character per octet
 * @throws TypeError for an unknown encoding
 */
export function decodeHigh(text: string, encoding: string): string {
  const decoder = DECODERS.get(encoding.toLowerCase());
  if (decoder === undefined)
    throw new TypeError(`unknown encoding: ${encoding}; known: ${[...DECODERS.keys()].join(", ")}`);
  return decoder(text);
}
