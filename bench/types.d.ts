// What the peers use and their types leave out.

interface Buffer {
  latin1Slice(start?: number, end?: number): string;
}

declare module "@perseveranza-pets/milo" {
  // biome-ignore lint/suspicious/noExplicitAny: the package has no types
  export const milo: any;
}

declare module "hpack.js" {
  // biome-ignore lint/suspicious/noExplicitAny: the package has no types
  const hpack: any;
  export = hpack;
}
