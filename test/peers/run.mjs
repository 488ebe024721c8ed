// @ts-check
// `npm run test:peers`: HTTP/2 with the programs of others at the other end, both ways. A tool that is not there is SKIPPED,
// or with CI=true a failure. `-- WORDS` runs the cases with these in the name.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasTool } from "../acceptance/tools.mjs";
import { nginxCases, startNginx } from "./nginx-cases.mjs";
import { nodeClientCases, nodeServerCases } from "./node-cases.mjs";
import { toolCases } from "./tool-cases.mjs";

const WANTED = process.argv.slice(2).join(" ");
const totals = { passed: 0, failed: 0, skipped: 0 };
const folder = mkdtempSync(join(tmpdir(), "sansio-peers-"));

try {
  const files = makeCertificate();
  const tls = { key: readFileSync(files.keyFile, "utf8"), cert: readFileSync(files.certFile, "utf8") };
  console.log("Node's client, our server");
  for (const { name, run } of nodeClientCases) await report(name, () => run(tls));
  console.log("\nour client, Node's server");
  for (const { name, run } of nodeServerCases) await report(name, () => run(tls));
  console.log("\nour client, nginx");
  if (await hasTool("nginx")) {
    const nginx = await startNginx(folder, files);
    for (const { name, run } of nginxCases) await report(name, () => run(nginx));
    await nginx.stop();
  } else for (const { name } of nginxCases) skip(name, "nginx");
  console.log("\nprograms, our server");
  for (const { name, tool, run } of toolCases) {
    if (await hasTool(tool)) await report(name, () => run(tls));
    else skip(name, tool);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);

/** A certificate of our own for localhost, a day long. */
function makeCertificate() {
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const parameters = [
    "req",
    "-x509",
    ...curve,
    "-nodes",
    "-days",
    "1",
    ...subject,
    "-keyout",
    keyFile,
    "-out",
    certFile,
  ];
  execFileSync("openssl", parameters, { stdio: "ignore" });
  return { keyFile, certFile };
}

/**
 * @param {string} name
 * @param {() => Promise<string | void>} run may give a remark
 */
async function report(name, run) {
  if (!name.includes(WANTED)) return;
  const begun = performance.now();
  try {
    const remark = await withinTime(run());
    totals.passed += 1;
    const took = Math.round(performance.now() - begun);
    console.log(`  ok       ${name}${remark ? ` (${remark})` : ""}${took > 500 ? ` ${took} ms` : ""}`);
  } catch (error) {
    totals.failed += 1;
    console.log(`  FAILED   ${name}: ${/** @type {Error} */ (error).message}`);
  }
}

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
function withinTime(promise) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error("nothing for 60 s")), 60_000).unref();
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, late]));
}

/**
 * @param {string} name
 * @param {string} tool
 */
function skip(name, tool) {
  const mustBeThere = process.env.CI === "true";
  totals[mustBeThere ? "failed" : "skipped"] += 1;
  console.log(`  ${mustBeThere ? "FAILED " : "SKIPPED"}  ${name}: no ${tool} on this machine`);
}
