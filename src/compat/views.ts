// Views of the caller's chunks, of the same class: a view of a Buffer is a Buffer.

/** The class of a Buffer's subarray(): its species, if that is a separate class, as in Node. */
type BufferClass = new (memory: ArrayBufferLike, byteOffset: number, length: number) => Uint8Array;

const { Buffer } = globalThis as {
  readonly Buffer?: { readonly prototype: Uint8Array; readonly [Symbol.species]?: BufferClass };
};

export function speciesOf(buffer: typeof Buffer): BufferClass | undefined {
  const species = buffer?.[Symbol.species];
  return species !== buffer && species?.prototype === buffer?.prototype ? species : undefined;
}

const BufferSpecies = speciesOf(Buffer);

/**
 * Returns octets [start, end), as subarray() does. Bypassing Buffer's own subarray() saves 5 % of the time of a
 * response.
 */
export function viewOf(chunk: Uint8Array, start: number, end: number): Uint8Array {
  if (BufferSpecies === undefined || Object.getPrototypeOf(chunk) !== BufferSpecies.prototype) {
    return chunk.subarray(start, end);
  }
  return new BufferSpecies(chunk.buffer, chunk.byteOffset + start, end - start);
}
