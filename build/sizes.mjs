// The sizes of what is delivered: `npm run sizes` after a build; `-- --readme` writes the README's table. A kernel or entry that
// has grown by more than two percent over the README's table fails, so that growth is a decision.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { fillIn } from "./docs.mjs";
import { ENTRIES, fileName, KERNELS } from "./entries.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const GROWTH = 1.02;
const MEASURED = new Set([".", "./http1", "./http2", "./hpack", "./http-parser-js", "./web", "./js"]);

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const rows = [];
for (const { name } of KERNELS) rows.push(row(`\`${name}.wasm\``, readFileSync(join(ROOT, "dist", `${name}.wasm`))));
for (const entry of ENTRIES.filter(({ subpath }) => MEASURED.has(subpath))) {
  rows.push(row(`\`${join("sansio", entry.subpath)}\`, minified`, await minified(entry)));
}
const table = [["", "octets", "gzip", "brotli"], ["---", "---:", "---:", "---:"], ...rows]
  .map((cells) => `| ${cells.join(" | ")} |`)
  .join("\n");
console.log(table);
if (process.argv.includes("--readme")) writeFileSync(join(ROOT, "README.md"), fillIn(readme, { sizes: table }));
else for (const [name, octets] of rows) checkGrowth(name, octets);

function row(name, bytes) {
  return [name, bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length];
}

/** The whole entry in one file, kernels included. */
async function minified(entry) {
  const bundle = await rolldown({ input: join(ROOT, "dist", `${fileName(entry)}.js`), platform: "neutral" });
  const { output } = await bundle.generate({ minify: true, format: "es" });
  await bundle.close();
  return Buffer.from(output[0].code);
}

function checkGrowth(name, octets) {
  const told = Number(
    readme
      .split("\n")
      .find((line) => line.startsWith(`| ${name} |`))
      ?.split("|")[2],
  );
  if (octets <= told * GROWTH) return;
  console.log(`${name} has ${octets} octets, the README says ${told}: npm run sizes -- --readme`);
  process.exitCode = 1;
}
