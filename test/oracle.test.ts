/**
 * Ours against the real h11 over its oracle's scenarios. The model (oracle/model.ts) without rules must equal h11's stored
 * answers, which proves the model; with all rules (oracle/rules.ts) it says exactly what ours must do. The answers are
 * refreshed by `node test/oracle/refresh.mjs`, the only part that needs Python.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { FORBIDDEN_TRAILERS as PUBLISHED } from "../src/index.ts";
import { blames, modelled, report, visible } from "./oracle/compare.ts";
import { Driver } from "./oracle/driver.ts";
import { readGolden, type Scenario, withStates } from "./oracle/golden.ts";
import { Model } from "./oracle/model.ts";
import { FORBIDDEN_TRAILERS } from "./oracle/model-grammar.ts";
import type { Allowed } from "./oracle/model-lines.ts";
import { playScenario } from "./oracle/protocol.ts";
import { ALL_RULES, RULES, type Rule } from "./oracle/rules.ts";

const MOST_SCENARIOS_OF_A_RULE = 0.15;
const SHOWN = 10;

const scenarios: Scenario[] = [...readGolden("corpus"), ...readGolden("generated"), ...readGolden("extra")];
const NONE: ReadonlySet<Rule> = new Set();
const ALL: ReadonlySet<Rule> = new Set(ALL_RULES);

/**
 * The rules that changed what can be seen: each without which the outcome is another. When two do the same and none is
 * missed alone, all that were asked.
 */
function firedIn(scenario: Scenario, outcome: string, touched: Set<Rule>): Rule[] {
  if (outcome === visible(withStates(scenario.answers))) return [];
  const needed = [...touched].filter((rule) => {
    const others = new Set(ALL_RULES.filter((other) => other !== rule));
    return visible(modelled(scenario, others).answers) !== outcome;
  });
  return needed.length > 0 ? needed : [...touched];
}

function expectNone(failures: string[]): void {
  if (failures.length === 0) return;
  const rest = failures.length > SHOWN ? `\n... and ${failures.length - SHOWN} more` : "";
  expect.fail(
    `${failures.length} of ${scenarios.length} scenarios differ\n${failures.slice(0, SHOWN).join("\n")}${rest}`,
  );
}

test("the model without rules is h11, on every scenario", { timeout: 60_000 }, () => {
  const failures: string[] = [];
  for (const scenario of scenarios) {
    const golden = withStates(scenario.answers);
    const { answers } = modelled(scenario, NONE);
    if (visible(answers) !== visible(golden)) failures.push(report(scenario, golden, answers));
  }
  expectNone(failures);
});

describe("ours", () => {
  const notModel: string[] = [];
  const notH11: string[] = [];
  const hints = new Set<number | null>();
  const counts = new Map<Rule, number>(ALL_RULES.map((rule) => [rule, 0]));
  let without = 0;

  beforeAll(() => {
    for (const scenario of scenarios) {
      const { answers: expected, touched } = modelled(scenario, ALL);
      const ours = playScenario(new Driver(scenario.role, scenario.max_incomplete_event_size), scenario);
      for (const { error } of ours) if (error?.[0] === "LocalProtocolError") hints.add(error[1]);
      if (visible(ours) !== visible(expected) || blames(ours, expected) !== blames(expected, expected)) {
        notModel.push(report(scenario, expected, ours));
      }
      const fired = firedIn(scenario, visible(expected), touched);
      for (const rule of fired) counts.set(rule, (counts.get(rule) ?? 0) + 1);
      if (fired.length > 0) continue;
      without += 1;
      const golden = withStates(scenario.answers);
      if (visible(ours) !== visible(golden)) notH11.push(report(scenario, golden, ours));
    }
  }, 60_000);

  test("is the model with all its rules: events, states, bytes sent, error kind, hint, code and offset", () => {
    expectNone(notModel);
  });

  test("is h11 where no rule fired", () => {
    expectNone(notH11);
  });

  test("sees every rule at work, and none in more than 15 % of the scenarios", () => {
    const share = (rule: Rule) => (counts.get(rule) ?? 0) / scenarios.length;
    const width = Math.max(...ALL_RULES.map((rule) => rule.length));
    const rows = ALL_RULES.map((rule) => {
      const percent = (100 * share(rule)).toFixed(2).padStart(6);
      return `${rule.padEnd(width)} ${String(counts.get(rule)).padStart(5)} ${percent} %  ${RULES[rule]}`;
    });
    console.log(`${scenarios.length} scenarios, ${without} of them without any rule\n${rows.join("\n")}`);
    expect(ALL_RULES.filter((rule) => counts.get(rule) === 0)).toEqual([]);
    expect(ALL_RULES.filter((rule) => share(rule) > MOST_SCENARIOS_OF_A_RULE)).toEqual([]);
  });

  test("hints 500 in every local error", () => {
    expect([...hints]).toEqual([500]);
  });

  test("publishes the forbidden trailers that the model knows", () => {
    expect([...PUBLISHED].sort()).toEqual([...FORBIDDEN_TRAILERS].sort());
  });
});

/** Each leniency, and each that client role has by default the other way: the model must follow. */
const LENIENCIES: Allowed[] = [
  { obsFold: true },
  { obsFold: false },
  { bareLf: true },
  { repeatedContentLength: true },
  { missingReasonSpace: false },
  { controlBytesInValues: true },
  { nonAsciiTarget: true },
  { chunkSizeWhitespace: true },
];
/** Of the generated scenarios one in so many: each leniency plays all that remain. */
const SAMPLED = 4;
const sampled = scenarios.filter(({ id }, index) => !String(id).startsWith("g") || index % SAMPLED === 0);

test.each(LENIENCIES)("ours with %o is the model with it", { timeout: 60_000 }, (allowed) => {
  const failures: string[] = [];
  let matters = false;
  for (const scenario of sampled) {
    const { role, max_incomplete_event_size: limit } = scenario;
    const expected = playScenario(new Model(role, ALL, limit, allowed), scenario);
    const ours = playScenario(new Driver(role, limit, allowed), scenario);
    if (visible(ours) !== visible(expected) || blames(ours, expected) !== blames(expected, expected)) {
      failures.push(report(scenario, expected, ours));
    }
    matters ||= visible(ours) !== visible(modelled(scenario, ALL).answers);
  }
  expectNone(failures);
  expect(matters).toBe(true);
});
