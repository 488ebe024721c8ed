// Bundles what tsc emitted: ES modules and CommonJS share no chunks, and each entry has its types beside it.
import dts from "rollup-plugin-dts";

const js = "build/out/js/src";
const library = { index: `${js}/index.js`, http1: `${js}/http1/index.js` };
const types = { index: `${js}/index.d.ts`, http1: `${js}/http1/index.d.ts` };
const shared = (extension) => ({
  dir: "dist",
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `shared.${extension}`,
});

export default [
  {
    input: library,
    output: [
      { format: "es", ...shared("js") },
      { format: "cjs", ...shared("cjs") },
    ],
  },
  {
    input: { cli: `${js}/cli/main.js` },
    external: /^node:/,
    output: { format: "es", ...shared("js"), chunkFileNames: "cli-[name].js" },
  },
  {
    input: types,
    plugins: [dts()],
    output: [
      { format: "es", ...shared("d.ts") },
      { format: "es", ...shared("d.cts") },
    ],
  },
];
