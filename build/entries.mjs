// What the package ships, one line each: the kernels, the entries, and the forms in which each entry is built. Read by
// the build, by `npm run docs` (which writes package.json's `exports` and `sideEffects`), by the sizes and the
// package's tests.
import { importingSource, kernelSource, requiringSource } from "./kernels.mjs";

/**
 * name: the file in dist/, and two targets in asconfig.json, `name` with SIMD and `name.scalar`; door: what asc
 * compiles.
 */
export const KERNELS = [
  { name: "http1", door: "assembly/index.ts" },
  { name: "http2", door: "assembly/http2.ts" },
];

/** subpath: as users import it; source: the file under src/; hasEffects: importing it has side effects. */
export const ENTRIES = [
  { subpath: ".", source: "index" },
  { subpath: "./http1", source: "http1/index" },
  { subpath: "./http2", source: "http2/index" },
  { subpath: "./hpack", source: "http2/hpack" },
  { subpath: "./web", source: "adapters/web/index" },
  { subpath: "./node", source: "adapters/node/index" },
  { subpath: "./http-parser-js", source: "compat/index" },
  { subpath: "./node-http", source: "adapters/node-http/index", hasEffects: true },
  { subpath: "./js", source: "js", hasEffects: true },
];

/** The published conformance suites. */
export const SUITES = ["http1", "http2", "hpack"];

/** The conditions of `exports`, in order (the first that holds is used), and where each gets the kernel from. */
export const FORMS = [
  {
    condition: "workerd",
    format: "es",
    extension: "workerd.js",
    kernel: (name) => importingSource(name, `./${name}.wasm`),
  },
  {
    condition: "edge-light",
    format: "es",
    extension: "edge-light.js",
    kernel: (name) => importingSource(name, `./${name}.wasm?module`),
  },
  { condition: "require", format: "cjs", extension: "cjs", kernel: requiringSource },
  { condition: "default", format: "es", extension: "js", kernel: (name) => kernelSource(name) },
];

/** Returns the base name of an entry's files in dist/. */
export const fileName = ({ subpath }) => (subpath === "." ? "index" : subpath.slice(2).replaceAll("/", "-"));

/** Returns package.json's `exports`. */
export function packageExports() {
  return Object.fromEntries([
    ...ENTRIES.map((entry) => [entry.subpath, conditionsOf(`./dist/${fileName(entry)}`)]),
    ...KERNELS.map(({ name }) => [`./${name}.wasm`, `./dist/${name}.wasm`]),
    ...SUITES.map((name) => [`./conformance/${name}.json`, `./test/conformance/${name}.json`]),
    ["./package.json", "./package.json"],
  ]);
}

function conditionsOf(path) {
  const conditions = {};
  for (const { condition, extension } of FORMS) {
    const types = `${path}.${extension === "cjs" ? "d.cts" : "d.ts"}`;
    const file = `${path}.${extension}`;
    if (condition === "default") Object.assign(conditions, { types, default: file });
    else conditions[condition] = { types, default: file };
  }
  return conditions;
}

/** Returns package.json's `sideEffects`: the files that a bundler must keep even if none of their exports are used. */
export function sideEffects() {
  const entries = ENTRIES.filter(({ hasEffects }) => hasEffects);
  return entries.flatMap((entry) => FORMS.map(({ extension }) => `./dist/${fileName(entry)}.${extension}`));
}
