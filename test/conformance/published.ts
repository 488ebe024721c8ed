// The published suites are made from the tables of test/http1 and test/http2: every row is a case. Each row's test demands that
// the suite has it as it is; `node test/conformance/refresh.mjs` writes the suites anew.
import { appendFileSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { type AnyCase, type Protocol, type Suite, unpacked } from "./drive.js";
import { keyOf } from "./key.mjs";

const RECORD = process.env.SANSIO_RECORD;

/** Demands that the suite of a protocol has this case, or records it. */
export function demand(protocol: Protocol, found: AnyCase): void {
  if (RECORD !== undefined) appendFileSync(RECORD, `${JSON.stringify({ protocol, found })}\n`);
  else {
    const published = casesOf(protocol).get(keyOf(found));
    expect({ ...published, name: found.name }, "node test/conformance/refresh.mjs").toEqual(asJson(found));
  }
}

/** The name of a case is that of its test. */
export function nameOfTest(): string {
  const { currentTestName = "", testPath = "" } = expect.getState();
  return `${testPath.replace(/.*\//, "").replace(".test.ts", "")}: ${currentTestName.replaceAll(" > ", ": ")}`;
}

const suites = new Map<Protocol, ReadonlyMap<string, AnyCase>>();

function casesOf(protocol: Protocol): ReadonlyMap<string, AnyCase> {
  let cases = suites.get(protocol);
  if (cases === undefined) {
    const text = readFileSync(new URL(`${protocol}.json`, import.meta.url), "utf8");
    cases = new Map((JSON.parse(text) as Suite).cases.map(unpacked).map((each) => [keyOf(each), each]));
    suites.set(protocol, cases);
  }
  return cases;
}

function asJson(value: object): object {
  return JSON.parse(JSON.stringify(value));
}
