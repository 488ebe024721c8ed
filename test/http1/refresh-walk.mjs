// Asks the real h11 for the walk of its states and stores it as text: `node test/http1/refresh-walk.mjs`. Needs Debian's
// python3-h11; walk.test.ts reads only what this writes.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const python = "/usr/bin/python3";
const script = fileURLToPath(new URL("refresh-walk.py", import.meta.url));
const { status, stdout, stderr, error } = spawnSync(python, [script], { encoding: "utf8" });
if (status !== 0) {
  console.error(error ?? stderr);
  process.exit(2);
}
writeFileSync(new URL("h11-walk.txt", import.meta.url), stdout);
console.log(`${stdout.split("\n").length - 2} states`);
