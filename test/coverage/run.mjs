// Every branch of src/http1, src/http2, src/shared, src/wasm and assembly/, or a reason beside it: `npm run test:coverage`.
//
// The suite runs in a copy of the tree, where asconfig.json loads build/assembly-coverage.mjs: once with the SIMD kernels (this
// run counts src/ too) and once, as far as it is about the kernels, with the scalar ones in their place; the counts are joined.
// Left to npm test are tests that run programs of ours in processes of their own, that measure time, that take long and reach no
// branch of their own, and that are about what sits on the counted folders. In the tree itself nothing is changed, and the tests find everything where they always find it.
//
//   node test/coverage/run.mjs [--keep] [vitest's filters...]
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { join as joinCounts, judge, report } from "./branches.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const COUNTED = ["src/http1", "src/http2", "src/shared", "src/wasm"];
const LEFT_OUT = [
  "examples",
  "docs",
  "bench",
  "cli",
  "no-hang",
  "growth",
  "*/linear",
  "compat/durability",
  "adapters",
  "oracle",
  "smuggling",
  "splits",
  "node-http",
  "fuzz",
];
const OF_KERNELS = ["test/assembly", "test/wasm", "test/http1", "test/http2", "test/coverage"];
const keep = process.argv.includes("--keep");
const filters = process.argv.slice(2).filter((argument) => argument !== "--keep");

const copy = mkdtempSync(join(tmpdir(), "sansio-coverage-"));
try {
  process.exitCode = main();
} finally {
  if (keep) console.log(`kept ${copy}`);
  else rmSync(copy, { recursive: true, force: true });
}

function main() {
  makeCopy();
  run("npm", ["run", "--silent", "build"], {});
  const results = {
    "the suite with SIMD kernels": vitest({}, ["--coverage", ...filters]),
    "the suite with scalar kernels": vitest({ SANSIO_COVERAGE_SCALAR: "1" }, filters.length > 0 ? filters : OF_KERNELS),
    "branches of src/": areSourcesCovered(),
    "a reason beside every exclusion in src/": areExclusionsExplained(),
    "branches of assembly/": isAssemblyCovered(),
  };
  for (const [name, passed] of Object.entries(results)) console.log(`${passed ? "passed" : "FAILED"}  ${name}`);
  const failed = Object.values(results).filter((passed) => !passed).length;
  console.log(`${Object.keys(results).length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function makeCopy() {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  for (const file of files.toString().split("\0").filter(Boolean)) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file));
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  mkdirSync(join(copy, "hits"));

  const asconfig = JSON.parse(readFileSync(join(copy, "asconfig.json"), "utf8"));
  asconfig.options.transform = [join(copy, "build/assembly-coverage.mjs")];
  writeFileSync(join(copy, "asconfig.json"), JSON.stringify(asconfig));

  writeFileSync(
    join(copy, "coverage.config.ts"),
    `import { mergeConfig } from "vitest/config";
import base from "./test/vitest.config";
export default mergeConfig(base, {
  test: {
    exclude: ${JSON.stringify(LEFT_OUT.flatMap((name) => [`test/${name}*.test.ts`, `test/${name}/**`]))},
    setupFiles: [${JSON.stringify(join(copy, "test/coverage/collect.ts"))}],
    coverage: { reporter: ["json"], reportOnFailure: true, thresholds: { branches: 0 }, exclude: ["**/*.d.ts"] },
  },
});
`,
  );
}

function vitest(environment, options) {
  return run("node_modules/.bin/vitest", ["run", "--config", "coverage.config.ts", ...options], {
    SANSIO_SHARED: resolve(ROOT, process.env.SANSIO_SHARED ?? "../shared"),
    SANSIO_COVERAGE_HITS: join(copy, "hits"),
    ...environment,
  });
}

function run(command, options, environment) {
  const { status } = spawnSync(command, options, {
    cwd: copy,
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  return status === 0;
}

/** `v8 ignore` takes a branch out of the count: only with " -- " and a reason behind it. */
function areExclusionsExplained() {
  const bare = COUNTED.flatMap((folder) =>
    readdirSync(join(copy, folder), { recursive: true })
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) =>
        readFileSync(join(copy, folder, name), "utf8")
          .split("\n")
          .flatMap((line, index) =>
            /(v8|c8|istanbul) ignore/.test(line) && !/ignore (next|start|stop|if|else|file).* -- \S/.test(line)
              ? [`${folder}/${name}:${index + 1}`]
              : [],
          ),
      ),
  );
  for (const place of bare) console.log(`no reason   ${place}`);
  return bare.length === 0;
}

/** Istanbul's form of the counts: for each branch its arms, how often each was taken, and where it is. */
function areSourcesCovered() {
  const files = JSON.parse(readFileSync(join(copy, "coverage/coverage-final.json"), "utf8"));
  const arms = Object.entries(files).flatMap(([path, { branchMap, b: counts }]) =>
    Object.entries(branchMap).flatMap(([branch, { type, locations, loc }]) =>
      locations.map((location, arm) => {
        const { line, column } = location.start.line === undefined ? loc.start : location.start;
        const place = `${relative(copy, path)}:${line}:${column + 1} ${type}, arm ${arm + 1} of ${locations.length}`;
        return { place, taken: counts[branch][arm] > 0 };
      }),
    ),
  );
  const uncovered = arms.filter(({ taken }) => !taken);
  for (const { place } of uncovered) console.log(`uncovered  ${place}`);
  console.log(`src/: ${arms.length - uncovered.length} of ${arms.length} branch arms taken`);
  return arms.length > 0 && uncovered.length === 0;
}

function isAssemblyCovered() {
  const map = JSON.parse(readFileSync(join(copy, "build/out/branches.json"), "utf8"));
  const hits = readdirSync(join(copy, "hits")).map((name) =>
    JSON.parse(readFileSync(join(copy, "hits", name), "utf8")),
  );
  const judgement = judge(map, joinCounts(hits), (file) => readFileSync(join(copy, file), "utf8"));
  console.log(report(judgement));
  return judgement.uncovered.length === 0 && judgement.stale.length === 0;
}
