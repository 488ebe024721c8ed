// @ts-check
// Programs of others, run to their end.
import { spawn } from "node:child_process";

/**
 * @param {string} command
 * @param {string[]} parameters
 * @param {{ timeout?: number, stdin?: import("node:stream").Readable, onOutput?: (octets: Buffer) => void }} [options]
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>} stdout is "" when `onOutput` took it
 */
export function run(command, parameters, { timeout = 30_000, stdin, onOutput } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: [stdin ? "pipe" : "ignore", "pipe", "pipe"], timeout });
    let stdout = "";
    let stderr = "";
    child.once("error", reject);
    child.stdout?.on("data", (octets) => {
      if (onOutput) onOutput(octets);
      else stdout += octets.toString("latin1");
    });
    child.stderr?.on("data", (octets) => {
      stderr += octets.toString("latin1");
    });
    if (stdin && child.stdin) stdin.pipe(child.stdin);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/**
 * @param {string} tool
 * @returns {Promise<boolean>}
 */
export async function hasTool(tool) {
  const { code } = await run("sh", ["-c", `command -v "${tool}"`]);
  return code === 0;
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} what
 */
export function expectEqual(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

/**
 * @param {string} text
 * @param {string | RegExp} part
 * @param {string} what
 */
export function expectPart(text, part, what) {
  if (typeof part === "string" ? text.includes(part) : part.test(text)) return;
  throw new Error(`${what} has no ${part}: ${JSON.stringify(text.slice(0, 400))}`);
}
