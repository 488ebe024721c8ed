// Builds dist/: kernels (asc, wasm2js), JavaScript and types (tsc), bundles (rollup). `--kernel` stops after the
// kernels. Where everything is as the last build left it, nothing is built.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { KERNELS } from "./entries.mjs";
import { isUpToDate, writeStamp } from "./stamp.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

async function makeKernels() {
  const { makeKernel } = await import("./kernels.mjs");
  mkdirSync("build/out", { recursive: true });
  for (const kernel of KERNELS) await makeKernel(kernel);
}

function tellKernels() {
  for (const { name } of KERNELS) {
    const wasm = readFileSync(`build/out/${name}.wasm`);
    console.log(`${name}.wasm ${wasm.length} bytes, sha256 ${createHash("sha256").update(wasm).digest("hex")}`);
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
  const { rollup } = await import("rollup");
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
if (isUpToDate()) {
  console.log("dist/ is up to date");
} else {
  await makeKernels();
  if (!process.argv.includes("--kernel")) {
    compileTypeScript();
    await bundle();
    writeStamp();
  }
}
tellKernels();
