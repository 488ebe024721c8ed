// Builds dist/: kernels (asc, wasm2js), JavaScript and types (tsc), bundles (rollup). `--kernel` stops after the
// kernels.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { KERNELS } from "./entries.mjs";
import { makeKernel } from "./kernels.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

async function makeKernels() {
  mkdirSync("build/out", { recursive: true });
  for (const kernel of KERNELS) {
    const { octets, hash } = await makeKernel(kernel);
    console.log(`${kernel.name}.wasm ${octets} bytes, sha256 ${hash}`);
  }
}

function compileTypeScript() {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  rmSync("build/out/js", { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [tsc, "-p", "src"], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

async function bundle() {
  rmSync("dist", { recursive: true, force: true });
  const { default: bundles } = await import("./rollup.config.mjs");
  for (const { output, ...input } of bundles) {
    const made = await rollup({
      ...input,
      onwarn: (warning) => {
        throw new Error(warning.message);
      },
    });
    for (const each of [output].flat()) await made.write(each);
    await made.close();
  }
  for (const { name } of KERNELS) copyFileSync(`build/out/${name}.wasm`, `dist/${name}.wasm`);
  chmodSync("dist/cli.js", 0o755);
}

process.chdir(root);
await makeKernels();
if (!process.argv.includes("--kernel")) {
  compileTypeScript();
  await bundle();
}
