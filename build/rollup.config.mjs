// Bundles what tsc emitted: first the types of each entry, which determine the members that may be renamed; then each
// entry in each form. Forms share no chunks.
import { basename, resolve } from "node:path";
import dts from "rollup-plugin-dts";
import { ENTRIES, FORMS, fileName, KERNELS } from "./entries.mjs";
import { readNames, renamed } from "./mangle.mjs";
import { ownConstants } from "./own-constants.mjs";

const JS = "build/out/js";
const entries = (extension) =>
  Object.fromEntries(ENTRIES.map((entry) => [fileName(entry), `${JS}/src/${entry.source}.${extension}`]));
const scripts = Object.fromEntries(KERNELS.map(({ name }) => [`${name}-script`, `build/out/${name}-script.js`]));
const files = (extension) => ({
  dir: "dist",
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `common-[name].${extension}`,
});

/** Replaces the modules that embed the kernels, since each form gets them from a different place. */
function kernelsOf({ kernel }) {
  return {
    name: "kernels",
    resolveId: (id) => {
      if (/\.wasm(\?|$)/.test(id)) return { id, external: true };
      return /-script\.js$/.test(id) ? resolve("build/out", basename(id)) : null;
    },
    load: (id) => {
      const name = /\/build\/out\/js\/build\/out\/(\w+)-kernel\.js$/.exec(id)?.[1];
      return name === undefined ? null : kernel(name);
    },
  };
}

let names;

/** Uses the same short names in every module of every form. The command, which nobody imports, keeps the long names. */
const shortMembers = {
  name: "short-members",
  transform: (code, id) => {
    if (!id.startsWith(resolve(JS))) return null;
    names ??= readNames(resolve("."));
    return { code: renamed(id, code, names), map: null };
  },
};

export default [
  {
    input: entries("d.ts"),
    external: /^node:/,
    plugins: [dts()],
    output: [
      { format: "es", ...files("d.ts") },
      { format: "es", ...files("d.cts") },
    ],
  },
  ...FORMS.map((form) => ({
    input: { ...entries("js"), ...(form.format === "cjs" && scripts) },
    external: /^node:/,
    makeAbsoluteExternalsRelative: false,
    plugins: [kernelsOf(form), shortMembers, ownConstants],
    output: {
      format: form.format,
      exports: "named",
      ...files(form.extension),
      hoistTransitiveImports: false,
      minifyInternalExports: false,
      indent: false,
    },
  })),
  {
    input: { cli: `${JS}/src/cli/main.js` },
    external: /^node:/,
    output: { format: "es", ...files("js"), chunkFileNames: "cli-[name].js" },
  },
];
