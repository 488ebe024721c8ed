// Writes test/conformance/http1.json from the tables of readings in test/http1 (record.ts): `node test/conformance/refresh.mjs`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "sansio-conformance-"));
try {
  const record = join(folder, "cases.jsonl");
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const parameters = ["run", "--config", "test/vitest.config.ts", "--no-file-parallelism", "test/http1"];
  const { status } = spawnSync(process.execPath, [vitest, ...parameters], {
    cwd: ROOT,
    env: { ...process.env, SANSIO_RECORD: record },
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("a reading failed: the suite is not written");
  writeSuite(readFileSync(record, "utf8").trimEnd().split("\n").map(JSON.parse));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One case a line, in the order of their names; what goes in is there once. */
function writeSuite(recorded) {
  const keyOf = ({ role, options, send, answer, input, end }) =>
    JSON.stringify([role, options, send, answer, input, end]);
  const cases = [...new Map(recorded.map((each) => [keyOf(each), each])).values()];
  cases.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const lines = cases.map((each) => JSON.stringify(each)).join(",\n");
  const path = join(import.meta.dirname, "http1.json");
  writeFileSync(path, `{ "protocol": "http1", "cases": [\n${lines}\n] }\n`);
  console.log(`${cases.length} cases in ${path}`);
}
