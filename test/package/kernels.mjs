// Reproducible kernels: built in two clean clones of what is committed, the octets are the same. `npm run test:kernels`.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { KERNELS } from "../../build/entries.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "sansio-kernels-"));

function hashesOf(clone) {
  const at = join(folder, clone);
  execFileSync("git", ["clone", "--quiet", ROOT, at]);
  symlinkSync(join(ROOT, "node_modules"), join(at, "node_modules"));
  execFileSync(process.execPath, ["build/build.mjs", "--kernel"], { cwd: at });
  return KERNELS.map(({ name }) => {
    const wasm = readFileSync(join(at, "build/out", `${name}.wasm`));
    return `${createHash("sha256").update(wasm).digest("hex")}  ${name}.wasm`;
  });
}

try {
  const [first, second] = ["first", "second"].map(hashesOf);
  console.log(first.join("\n"));
  if (first.join() !== second.join()) {
    console.log(`built again:\n${second.join("\n")}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
