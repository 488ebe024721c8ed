// Measures the shipped sizes: `npm run sizes` after a build; `-- --readme` writes the README's table. Fails if a size
// is above its limit, or has grown by more than two percent over the README's table, so that growth is a decision.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { fillIn } from "./docs.mjs";
import { ENTRIES, fileName, KERNELS } from "./entries.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const GROWTH = 1.02;
const ANY = Number.POSITIVE_INFINITY;
/** Hard limits in octets: raw, gzip, brotli. */
const LIMITS = {
  "`http1.wasm`": [12288, ANY, ANY],
  "`http2.wasm`": [20480, ANY, ANY],
  "`fetchOver` alone, minified": [ANY, 25600, ANY],
};
/** Goals that are not reached yet: reported only; the README's table keeps these sizes from growing. */
const GOALS = {
  "`sansio/http1`, minified": [40960, ANY, 13312],
};
const KINDS = ["raw", "gzip", "brotli"];
const MEASURED = new Set([".", "./http1", "./http2", "./hpack", "./http-parser-js", "./web", "./js"]);

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const rows = [];
for (const { name } of KERNELS) rows.push(row(`\`${name}.wasm\``, readFileSync(join(ROOT, "dist", `${name}.wasm`))));
for (const entry of ENTRIES.filter(({ subpath }) => MEASURED.has(subpath))) {
  rows.push(
    row(`\`${join("sansio", entry.subpath)}\`, minified`, await minified(`export * from "./${fileName(entry)}.js";`)),
  );
}
rows.push(row("`fetchOver` alone, minified", await minified('export { fetchOver } from "./web.js";')));
const table = [["", "octets", "gzip", "brotli"], ["---", "---:", "---:", "---:"], ...rows]
  .map((cells) => `| ${cells.join(" | ")} |`)
  .join("\n");
console.log(table);
if (process.argv.includes("--readme")) writeFileSync(join(ROOT, "README.md"), fillIn(readme, { sizes: table }));
else for (const [name, octets] of rows) checkGrowth(name, octets);
for (const [name, ...sizes] of rows) {
  if (above(name, sizes, GOALS[name]).length > 0) console.log(`goal: ${above(name, sizes, GOALS[name]).join("; ")}`);
  for (const fault of above(name, sizes, LIMITS[name])) {
    console.log(`above its limit: ${fault}`);
    process.exitCode = 1;
  }
}

function row(name, bytes) {
  return [name, bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length];
}

/** Returns this module, resolved in dist/, bundled and minified into one file, kernels included. */
async function minified(code) {
  const id = join(ROOT, "dist/measured.js");
  const source = {
    name: "source",
    resolveId: (name) => (name === id ? id : null),
    load: (name) => (name === id ? code : null),
  };
  const bundle = await rolldown({ input: id, platform: "neutral", plugins: [source] });
  const { output } = await bundle.generate({ minify: true, format: "es" });
  await bundle.close();
  return Buffer.from(output[0].code);
}

function above(name, sizes, most = [ANY, ANY, ANY]) {
  const kinds = KINDS.filter((_, i) => sizes[i] > most[i]);
  return kinds.map(
    (kind) => `${name} has ${sizes[KINDS.indexOf(kind)]} octets ${kind}, not ${most[KINDS.indexOf(kind)]}`,
  );
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
