// Parts of the caller's chunks, of their own kind: a Buffer's are Buffers.

/** What subarray() makes of a Buffer: its species, where that is a class of its own, as in Node. */
type BufferClass = new (memory: ArrayBufferLike, byteOffset: number, length: number) => Uint8Array;

const { Buffer } = globalThis as {
  readonly Buffer?: { readonly prototype: Uint8Array; readonly [Symbol.species]?: BufferClass };
};

export function speciesOf(buffer: typeof Buffer): BufferClass | undefined {
  const species = buffer?.[Symbol.species];
  return species !== buffer && species?.prototype === buffer?.prototype ? species : undefined;
}

const BufferSpecies = speciesOf(Buffer);

/** The octets [start, end) of the chunk, as its subarray() gives them: for a Buffer without that, 5 % of a response less. */
export function viewOf(chunk: Uint8Array, start: number, end: number): Uint8Array {
  if (BufferSpecies === undefined || Object.getPrototypeOf(chunk) !== BufferSpecies.prototype) {
    return chunk.subarray(start, end);
  }
  return new BufferSpecies(chunk.buffer, chunk.byteOffset + start, end - start);
}
