// Fills dist/: the kernel (asc), JavaScript and types (tsc), bundles (rollup). `--kernel` stops after the kernel.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { rollup } from "rollup";
import bundles from "./rollup.config.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "build", "out");

/** Compiles assembly/ for one target of asconfig.json. */
async function compileKernel(target) {
  const { error, stderr } = await asc.main(["assembly/index.ts", "--config", "asconfig.json", "--target", target], {
    readFile: (name, base) => {
      try {
        return readFileSync(join(base, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (name, contents, base) => {
      mkdirSync(dirname(join(base, name)), { recursive: true });
      writeFileSync(join(base, name), contents);
    },
    listFiles: () => null,
  });
  const messages = stderr.toString();
  if (error !== null || messages !== "") throw new Error(`asc: ${messages}${error?.message ?? ""}`);
}

/** Makes the kernel a module of one constant, from which the bundles embed it. */
function embedKernel() {
  const wasm = readFileSync(join(out, "http1.wasm"));
  const text = `// Made by build/build.mjs.\nexport const HTTP1_KERNEL: string = "${wasm.toString("base64")}";\n`;
  writeFileSync(join(out, "http1-kernel.ts"), text);
  const hash = createHash("sha256").update(wasm).digest("hex");
  console.log(`http1.wasm ${wasm.length} bytes, sha256 ${hash}`);
}

function compileTypeScript() {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  rmSync(join(out, "js"), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [tsc, "-p", join(root, "src")], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

async function bundle() {
  rmSync(join(root, "dist"), { recursive: true, force: true });
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
  chmodSync(join(root, "dist", "cli.js"), 0o755);
}

process.chdir(root);
mkdirSync(out, { recursive: true });
await compileKernel("simd");
await compileKernel("scalar");
embedKernel();
if (!process.argv.includes("--kernel")) {
  compileTypeScript();
  await bundle();
}
