// The fuzzer itself, briefly and with a fixed seed.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";

const ROOT = new URL("../..", import.meta.url).pathname;

test.skipIf(!existsSync(`${ROOT}dist/js.js`))("half a second of each target finds nothing", { timeout: 60_000 }, () => {
  const said = execFileSync(process.execPath, ["test/fuzz/run.mjs", "--minutes", "0.01"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const lines = said.trim().split("\n");
  expect(lines.length).toBeGreaterThanOrEqual(5);
  for (const line of lines) expect(line).toMatch(/\b[1-9]\d* ranges reached.*findings 0$/);
});
