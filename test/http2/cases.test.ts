// The rules of RFC 9113 and RFC 7541 and the known attacks, one by one: each case in each role it applies to, at every
// split, with the exact code, scope and last stream.
import { describe, expect, test } from "vitest";
import { CASES, CHECKS, NAMES } from "./cases/index.ts";
import { check } from "./runner.ts";

describe.each(Object.entries(CASES))("%s", (_room, cases) => {
  const runs = cases.flatMap((one) => one.roles.map((role) => ({ name: one.name, role, one })));
  test.for(runs)("$role: $name", ({ one, role }) => check(one, role));
});

describe.each(Object.entries(CHECKS))("%s", (_room, checks) => {
  test.for(checks.map((one) => ({ ...one })))("$name", ({ check: run }) => run());
});

test("no two cases have the same name", () => {
  expect(NAMES.filter((name, index) => NAMES.indexOf(name) !== index)).toEqual([]);
});
