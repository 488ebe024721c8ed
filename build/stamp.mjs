// Whether what was built is what would be built: most of the project's commands build first, and a build takes 20 seconds.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const STAMP = "build/out/stamp";
const MADE_FROM = ["src", "assembly", "build", "asconfig.json", "package.json", "package-lock.json"];
const MADE = ["dist", "build/out"];
/** In build/, but not what the build reads; and what other commands make in build/out. */
const LEFT_OUT = [STAMP, "build/out/jsr"];

export function isUpToDate() {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp();
}

export function writeStamp() {
  writeFileSync(STAMP, stamp());
}

/** A hash over the names and octets of all files that the build reads or writes: whatever changes either, another build follows. */
function stamp() {
  const hash = createHash("sha256").update(process.version);
  for (const path of new Set([...MADE_FROM, ...MADE].flatMap(filesIn))) {
    hash.update(`\0${path}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

function filesIn(path) {
  if (LEFT_OUT.includes(path) || !existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}
