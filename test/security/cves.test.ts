// Each class of known faults has tests, which exist under the names that the table gives, and SECURITY.md has the table.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Http1Connection } from "../../src/http1/index.ts";
import { octets } from "../helpers.ts";
import { NAMES } from "../http2/cases/index.ts";
import { continuation, headers, literals } from "../http2/frames.ts";
import { join, pair } from "../http2/pair.ts";
import { ready } from "../http2/runner.ts";
import { REQUEST_CASES } from "../smuggling/corpus.mjs";
import { RESPONSE_CASES } from "../smuggling/corpus-responses.mjs";
import { CVES, type Suite } from "./cves.ts";

const ROOT = new URL("../../", import.meta.url);
const SMUGGLING = new Set([...REQUEST_CASES, ...RESPONSE_CASES].map(({ group, name }) => `${group}: ${name}`));

/** Is there a test of this name? Cases are tests by their own names (smuggling.test.ts, cases.test.ts). */
function exists(suite: Suite, name: string): boolean {
  if (suite === "test/smuggling") return SMUGGLING.has(name);
  if (suite === "test/http2/cases") return NAMES.includes(name);
  return readFileSync(new URL(suite, ROOT), "utf8").includes(`"${name}"`);
}

describe("every class has tests", () => {
  test.each(CVES.map((row) => [row.ids.join(", "), row] as const))("%s", (_, { tests, what, whose }) => {
    expect([what.length > 0, whose.length > 0, tests.length > 0]).toEqual([true, true, true]);
    expect(tests.filter(([suite, name]) => !exists(suite, name))).toEqual([]);
  });
  test("a name that no test has is found out", () => {
    for (const suite of ["test/smuggling", "test/http2/cases", "test/http1/writers.test.ts"] as const)
      expect(exists(suite, "nothing of the kind")).toBe(false);
  });
  test("no class stands there twice", () => {
    const ids = CVES.flatMap((row) => row.ids);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});

const shared = new URL(`${process.env.SANSIO_SHARED ?? "../shared"}/anchors/`, ROOT);
const studies = existsSync(new URL("security.md", shared));
test.skipIf(!studies).each(["security.md", "security-http2.md"])(
  "the study %s names none that is not in the table",
  (study) => {
    // WebSocket (F) is not here yet
    const [about = ""] = readFileSync(new URL(study, shared), "utf8").split("## F. WebSocket");
    const known = CVES.flatMap((row) => row.ids).join(" ");
    const named = about.match(/(?:CVE-|(?<=[ ,/-]))20[12]\d-\d{4,5}\b/g) ?? [];
    expect(named.length).toBeGreaterThan(10);
    expect(named.map((id) => id.replace("CVE-", "")).filter((id) => !known.includes(id))).toEqual([]);
  },
);

// --- classes that have no test elsewhere ----------------------------------------------------------------------------------------

test("an informational response answers no request: GET and HEAD, pipelined", () => {
  const client = new Http1Connection("client");
  for (const method of ["GET", "HEAD"]) {
    client.send({ type: "request", method, target: "/", headers: [["Host", "a"]] });
    client.send({ type: "end-of-message" });
  }
  const early = "HTTP/1.1 103 Early Hints\r\n\r\n";
  const ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  client.feed(octets(`${early}${ok}hello${ok}`));
  expect([...client.events()].map(({ type }) => type)).toEqual([
    "informational-response",
    "response",
    "data",
    "end-of-message",
  ]);
  client.startNextCycle();
  expect([...client.events()].map(({ type }) => type)).toEqual(["response", "end-of-message"]);
  expect([client.outstandingRequests, client.bufferedBytes]).toEqual([0, 0]);
});

test("a response that no window lets out is told: send gives false, and says how much waits", () => {
  const both = pair({ settings: { initialWindowSize: 0 } });
  both.client.openStream({ method: "GET", scheme: "http", authority: "a", target: "/" }, { endStream: true });
  join(both);
  both.server.send({ type: "response", streamId: 1, status: 200 });
  const before = both.server.queuedBytes;
  expect(both.server.send({ type: "data", streamId: 1, data: new Uint8Array(100_000) })).toBe(false);
  expect(both.server.queuedBytes - before).toBeGreaterThanOrEqual(100_000);
  join(both);
  expect(both.server.queuedBytes).toBeGreaterThanOrEqual(100_000);
  both.client.reset(1);
  join(both);
  expect(both.server.queuedBytes).toBe(0);
});

test("half a header block: nothing is given, and what is kept is bounded", () => {
  const run = ready("server", { limits: { maxHeaderBlockBytes: 1000, maxContinuationFrames: 5 } });
  run.feed(headers(1, [[":method", "GET"]], { open: true }));
  for (let more = 0; more < 5; more++) run.feed(continuation(1, literals([["n", "v".repeat(100)]]), { open: true }));
  expect([run.events, run.error]).toEqual([[], undefined]);
  run.feed(continuation(1, literals([["n", "v"]]), { open: true }));
  expect([run.events, run.error?.code]).toEqual([[], "TOO_MANY_CONTINUATIONS"]);
});

describe("SECURITY.md", () => {
  test("names every class", () => {
    const text = readFileSync(new URL("SECURITY.md", ROOT), "utf8");
    for (const { ids } of CVES) for (const id of ids) expect(text).toContain(id);
  });
});
