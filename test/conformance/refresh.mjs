// Writes the suites of test/conformance from the tables of test/http1 and test/http2 (published.ts):
// `node test/conformance/refresh.mjs`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { keyOf } from "./key.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const TABLES = [
  "test/http1",
  "test/http2/cases.test.ts",
  "test/http2/hpack-decoder.test.ts",
  "test/http2/hpack-rfc.test.ts",
];
/** Texts above so many octets are searched for what they repeat. */
const LONG = 500;
const REPEATED = /(.{1,40}?)\1{15,}/gs;
const folder = mkdtempSync(join(tmpdir(), "sansio-conformance-"));
try {
  const record = join(folder, "cases.jsonl");
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const parameters = ["run", "--config", "test/vitest.config.ts", "--no-file-parallelism", ...TABLES];
  const { status } = spawnSync(process.execPath, [vitest, ...parameters], {
    cwd: ROOT,
    env: { ...process.env, SANSIO_RECORD: record },
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("a reading failed: the suite is not written");
  const recorded = readFileSync(record, "utf8").trimEnd().split("\n").map(JSON.parse);
  for (const protocol of new Set(recorded.map((each) => each.protocol))) {
    const own = recorded.filter((each) => each.protocol === protocol);
    writeSuite(
      protocol,
      own.map(({ found }) => found),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One case a line, in the order of their names; what goes in is there once, by the last of its names. */
function writeSuite(protocol, recorded) {
  const byName = recorded.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const lasts = new Map(byName.map((each) => [keyOf(each), each]));
  const cases = byName.filter((each) => lasts.get(keyOf(each)) === each);
  const lines = cases.map((each) => JSON.stringify(packed(each))).join(",\n");
  const path = join(import.meta.dirname, `${protocol}.json`);
  writeFileSync(path, `{ "protocol": "${protocol}", "cases": [\n${lines}\n] }\n`);
  console.log(`${cases.length} cases in ${path}`);
}

/** The case with long repetitions told by their number: drive.js's `unpacked` undoes it. */
function packed(value) {
  if (typeof value === "string") return value.length > LONG ? packedText(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(packed);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, packed(each)]));
}

function packedText(text) {
  const parts = [];
  let end = 0;
  for (const { 0: run, 1: unit, index } of text.matchAll(REPEATED)) {
    if (index > end) parts.push(text.slice(end, index));
    parts.push([run.length / unit.length, unit]);
    end = index + run.length;
  }
  return end === 0 ? text : { parts: [...parts, ...(end < text.length ? [text.slice(end)] : [])] };
}
