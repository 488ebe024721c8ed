// Prepares the JSR package in build/out/jsr: the sources, the built kernels, and a jsr.json derived from package.json. JSR
// takes TypeScript and generates types and documentation itself. After a build: `node build/jsr.mjs`, then, in that
// directory, `npx jsr publish`.
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ENTRIES, KERNELS } from "./entries.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const OUT = join(ROOT, "build/out/jsr");
const { version, license } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

rmSync(OUT, { recursive: true, force: true });
const isLeftOut = (path) => /\/(tsconfig\.json|assembly\.d\.ts|cli)$/.test(path);
cpSync(join(ROOT, "src"), join(OUT, "src"), { recursive: true, filter: (path) => !isLeftOut(path) });
for (const file of ["README.md", "LICENSE", "CHANGELOG.md"]) copy(file);
for (const name of ["layout", "layout-http2", "names", "static-table"]) {
  // In TypeScript, AssemblyScript's integer types are numbers.
  const source = readFileSync(join(ROOT, `assembly/${name}.ts`), "utf8");
  write(`assembly/${name}.ts`, source.replaceAll(/: (?:i32|u32|usize)\b/g, ": number"));
}
for (const { name } of KERNELS) {
  copy(`build/out/${name}-kernel.ts`);
  copy(`build/out/${name}-script.d.ts`);
  const script = readFileSync(join(ROOT, `build/out/${name}-script.js`), "utf8");
  write(`build/out/${name}-script.js`, `/* @ts-self-types="./${name}-script.d.ts" */\n${script}`);
}
const exports = Object.fromEntries(ENTRIES.map(({ subpath, source }) => [subpath, `./src/${source}.ts`]));
write("jsr.json", `${JSON.stringify({ name: "@sansio/sansio", version, license, exports }, null, 2)}\n`);

function copy(file) {
  mkdirSync(dirname(join(OUT, file)), { recursive: true });
  copyFileSync(join(ROOT, file), join(OUT, file));
}

function write(file, text) {
  mkdirSync(dirname(join(OUT, file)), { recursive: true });
  writeFileSync(join(OUT, file), text);
}
