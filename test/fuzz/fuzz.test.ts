// The fuzzer itself on its corpus: every target's inputs, those that found something among them, under all its laws.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";

const ROOT = new URL("../..", import.meta.url).pathname;

test.skipIf(!existsSync(`${ROOT}dist/js.js`))("the corpus of each target breaks no law", { timeout: 240_000 }, () => {
  const said = execFileSync(process.execPath, ["test/fuzz/run.mjs", "--executions", "1"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const lines = said.trim().split("\n");
  expect(lines.map((line) => line.split(":")[0])).toEqual([
    ...["kernel", "http1-server", "http1-client", "http1-send", "hpack-decode", "hpack-encode"],
    ...["http2-server", "http2-client", "http2-send", "compat", "web", "node"],
    ...["web-program", "node-program", "node-http-parser", "node-http", "node-take"],
  ]);
  for (const line of lines) expect(line).toMatch(/: [1-9]\d* executions .*coverage [1-9]\d.*findings 0$/);
});
