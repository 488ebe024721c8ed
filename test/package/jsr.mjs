// What JSR would take, as `deno publish --dry-run` judges it, without the network: types of everything exported are checked;
// and used by Deno from there. `npm run test:jsr`, after a build.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENTRIES } from "../../build/entries.mjs";
import { installPackages, ROOT, runtime } from "../runtimes/tools.mjs";

const JSR = join(ROOT, "build/out/jsr");
const LIMIT = 900_000;

installPackages();
execFileSync(process.execPath, [join(ROOT, "build/jsr.mjs")]);
const { version, exports } = JSON.parse(readFileSync(join(JSR, "jsr.json"), "utf8"));
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
assert.equal(version, manifest.version);
assert.deepEqual(
  Object.keys(exports),
  ENTRIES.map(({ subpath }) => subpath),
);

const folder = mkdtempSync(join(tmpdir(), "sansio-jsr-"));
try {
  const deno = (...parameters) => {
    const options = { cwd: JSR, encoding: "utf8", timeout: LIMIT, env: { ...process.env, NO_COLOR: "1" } };
    const { status, stdout, stderr, error } = spawnSync(runtime("deno"), parameters, options);
    assert.equal(status, 0, `deno ${parameters.join(" ")}\n${error ?? ""}${stdout}${stderr}`);
    return stdout + stderr;
  };
  const told = deno("publish", "--dry-run", "--allow-dirty");
  assert.match(told, /Dry run complete/);
  assert.doesNotMatch(told, /warning/i);
  console.log(`passed  deno publish --dry-run: ${Object.keys(exports).length} entries, version ${version}`);

  for (const name of ["run.js", "run-http2.js"])
    copyFileSync(join(import.meta.dirname, "programs", name), join(folder, name));
  writeFileSync(
    join(folder, "main.js"),
    `import * as sansio from "file://${JSR}/src/index.ts";
     import { exchange } from "./run.js";
     import { exchangeHttp2 } from "./run-http2.js";
     console.log(exchange(sansio));
     console.log(exchangeHttp2(sansio));`,
  );
  const printed = deno("run", "--allow-read", "--no-config", join(folder, "main.js"));
  assert.match(printed, /200 OK \| ok\n.*\| 200 \| ok\n/);
  console.log("passed  the sources in Deno: an exchange of each protocol");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log("2 passed, 0 failed");
