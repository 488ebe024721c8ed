// `npm run test:heavy`: what takes minutes: servers of others, great bodies, hundreds of thousands of requests of which some
// are given up. Words behind -- choose cases by their names. What has no tool here is SKIPPED, or with CI=true a failure.
import { abortCase } from "./aborts.mjs";
import { gigabyteCases } from "./gigabyte.mjs";
import { peerCases } from "./peers.mjs";

const WANTED = process.argv.slice(2).join(" ");
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const { name, run } of [...peerCases, ...gigabyteCases, abortCase]) {
  if (!name.includes(WANTED)) continue;
  const begun = performance.now();
  const { told, outcome } = await run().then(
    (text) => ({ told: text, outcome: text.startsWith("no ") ? "skipped" : "passed" }),
    (error) => ({ told: error.stack, outcome: "failed" }),
  );
  const counted = outcome === "skipped" && process.env.CI === "true" ? "failed" : outcome;
  totals[counted] += 1;
  console.log(`${counted.padEnd(8)} ${name}: ${told} (${((performance.now() - begun) / 1000).toFixed(0)} s)`);
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);
