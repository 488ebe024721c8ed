// Whether a bundle has a kernel in it: some of the text that the build embeds.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { KERNELS } from "../../build/entries.mjs";
import { octetText } from "../../build/octet-text.mjs";

const DIST = resolve(import.meta.dirname, "../../dist");

/** No char of it is written otherwise in a string or template of any sort. */
const PLAIN = /[\w!#%&()*+,\-./:;<=>?@^|~]{60}/;

const MARKS = KERNELS.map(({ name }) => {
  const text = octetText(readFileSync(join(DIST, `${name}.wasm`)));
  return { name, mark: PLAIN.exec(text.slice(text.length / 2))[0] };
});

/** The names of the kernels that are embedded in this code. */
export function kernelsIn(code) {
  return MARKS.filter(({ mark }) => code.includes(mark)).map(({ name }) => name);
}
