// node:http with Node's own parser and with ours: programs see the same. Here on the Node that runs the tests; on others by
// `npm run test:compat`.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const SCENARIOS = fileURLToPath(new URL("scenarios.mjs", import.meta.url));
const ENTRY = new URL("../../dist/node-http.js", import.meta.url).href;

const ENTRIES = ["../../dist/node-http.js", "../../dist/node-http.cjs"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

interface Run {
  parsers: string[];
  after: string;
  results: Record<string, unknown>;
}

async function run(...parameters: string[]): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCENARIOS, ...parameters], {
    maxBuffer: 1e8,
    timeout: 60_000,
  });
  return JSON.parse(stdout) as Run;
}

describe("sansio/node-http", async () => {
  const [theirs, ours] = await Promise.all([run(), run(ENTRY)]);

  test("our parser reads what Node's own read; after uninstall() Node's own is there again", () => {
    expect([theirs.parsers, theirs.after]).toEqual([["HTTPParser"], "HTTPParser"]);
    expect([ours.parsers, ours.after]).toEqual([["NodeParser"], "HTTPParser"]);
  });

  test.each(Object.keys(theirs.results))("%s", (name) => {
    expect(JSON.stringify(theirs.results[name])).not.toContain("failed: ");
    expect(ours.results[name]).toEqual(theirs.results[name]);
  });
});

test("a server goes on over install() and uninstall(), of the ESM and the CommonJS copy", async () => {
  const program = fileURLToPath(new URL("switching.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...ENTRIES], { timeout: 60_000 });
  const [ours, theirs] = ["NodeParser", "HTTPParser"];
  expect(stdout.trim().split(" ")).toEqual([ours, theirs, theirs, ours, theirs, ours, "6", "0"]);
});
