// No rule without a test or a reason; no test named that does not exist; tests in each role that the rule binds.
import { describe, expect, test } from "vitest";
import { CASES, NAMES } from "./cases/index.ts";
import { RULES } from "./rules/index.ts";

const ROLES = new Map(Object.values(CASES).flatMap((cases) => cases.map(({ name, roles }) => [name, roles])));

/** In which roles the tests run; those of sending say it themselves. */
const rolesOf = (tests: readonly string[]): Set<string> =>
  new Set(tests.flatMap((name): readonly string[] => ROLES.get(name) ?? ["client", "server"]));

describe.each(Object.entries(RULES))("%s", (_rfc, rules) => {
  test.for(rules.map((row) => ({ ...row })))("$section: $rule", ({ section, rule, tests, because, binds }) => {
    expect(section).toMatch(/^\d+(\.\d+)*$/);
    expect(rule).toMatch(/^\S.*\.$/);
    expect(tests.length > 0, "tests, or why there can be none: one of them").toBe(because === "");
    expect(tests.filter((name) => !NAMES.includes(name))).toEqual([]);
    if (tests.length > 0) {
      const bound = binds === "both" ? ["client", "server"] : [binds];
      expect([...rolesOf(tests)]).toEqual(expect.arrayContaining(bound));
    }
  });

  test("each rule stands there once", () => {
    const said = rules.map(({ section, binds, rule }) => `${section} ${binds} ${rule}`);
    expect(said.filter((one, index) => said.indexOf(one) !== index)).toEqual([]);
  });
});

test("the sections are in order", () => {
  const order = (section: string) => section.split(".").map(Number);
  const sorted = Object.values(RULES).map((rules) =>
    rules
      .map(({ section }) => section)
      .toSorted((one, other) => {
        const [a, b] = [order(one), order(other)];
        const at = a.findIndex((part, index) => part !== b[index]);
        return at < 0 ? a.length - b.length : (a[at] as number) - (b[at] ?? -1);
      }),
  );
  expect(Object.values(RULES).map((rules) => rules.map(({ section }) => section))).toEqual(sorted);
});
