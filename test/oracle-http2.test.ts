/**
 * Ours against the real hyper-h2 over seeded scenarios. The model (oracle/http2/model.ts) without rules must equal
 * hyper-h2's stored answers, which proves the model; with all rules (oracle/http2/rules.ts) it says exactly what ours must
 * do. The answers are refreshed by `node test/oracle/http2/refresh.mjs`, the only part that needs Python.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { modelled, ours, report, visible } from "./oracle/http2/compare.ts";
import { golden } from "./oracle/http2/golden.mjs";
import type { Scenario } from "./oracle/http2/model.ts";
import type { Answer } from "./oracle/http2/model-streams.ts";
import { ALL_RULES, RULES, type Rule } from "./oracle/http2/rules.ts";

const MOST_SCENARIOS_OF_A_RULE = 0.15;
/** Octets fed to ours at once: the same must come of any. One scenario after the other. */
const PIECES = [Infinity, 1, 7, 100];
const SHOWN = 10;

interface Golden {
  scenario: Scenario;
  answers: Answer[];
  end: unknown;
}

const all = golden() as Golden[];
const ALL: ReadonlySet<Rule> = new Set(ALL_RULES);

function expectNone(failures: string[]): void {
  if (failures.length === 0) return;
  const rest = failures.length > SHOWN ? `\n... and ${failures.length - SHOWN} more` : "";
  expect.fail(`${failures.length} of ${all.length} scenarios differ\n${failures.slice(0, SHOWN).join("\n")}${rest}`);
}

test("the model without rules is hyper-h2, on every scenario", { timeout: 60_000 }, () => {
  const failures: string[] = [];
  for (const { scenario, answers, end } of all) {
    const played = modelled(scenario, new Set());
    if (visible(played.answers) !== visible(answers)) failures.push(report(scenario, answers, played.answers));
    else expect(played.model.finish(), scenario.id).toEqual(end);
  }
  expectNone(failures);
});

/** The rules without which the outcome is another; when none is missed alone, all that were asked. */
function firedIn(scenario: Scenario, outcome: string, stored: string, touched: Set<Rule>): Rule[] {
  if (outcome === stored) return [];
  const needed = [...touched].filter((rule) => {
    const others = new Set(ALL_RULES.filter((other) => other !== rule));
    return visible(modelled(scenario, others).answers) !== outcome;
  });
  return needed.length > 0 ? needed : [...touched];
}

describe("ours", () => {
  const notModel: string[] = [];
  const counts = new Map<Rule, number>(ALL_RULES.map((rule) => [rule, 0]));
  let without = 0;

  beforeAll(() => {
    for (const [index, { scenario, answers: h2 }] of all.entries()) {
      const { answers: expected, model } = modelled(scenario, ALL);
      const fired = firedIn(scenario, visible(expected), visible(h2), model.touched);
      for (const rule of fired) counts.set(rule, (counts.get(rule) ?? 0) + 1);
      if (fired.length === 0) without += 1;
      try {
        const { driver, answers } = ours(scenario, PIECES[index % PIECES.length] as number);
        if (visible(answers) !== visible(expected)) {
          notModel.push(report(scenario, expected, answers));
          continue;
        }
        const wanted = JSON.stringify(model.ending());
        const ending = JSON.stringify(driver.ending(Object.keys(model.ending().windows)));
        if (ending !== wanted) notModel.push(`${scenario.id}, end\n  expected ${wanted}\n  found    ${ending}`);
      } catch (error) {
        notModel.push(`${scenario.id} (${scenario.role}, ${scenario.defect}) ${(error as Error).stack}`);
      }
    }
  }, 60_000);

  test("is the model with all its rules: events, frames sent, errors and their codes, streams and windows at the end", () => {
    expectNone(notModel);
  });

  test("sees every rule at work, and none in more than 15 % of the scenarios", () => {
    const share = (rule: Rule) => (counts.get(rule) ?? 0) / all.length;
    const width = Math.max(...ALL_RULES.map((rule) => rule.length));
    const rows = ALL_RULES.map((rule) => {
      const percent = (100 * share(rule)).toFixed(2).padStart(6);
      return `${rule.padEnd(width)} ${String(counts.get(rule)).padStart(5)} ${percent} %  ${RULES[rule]}`;
    });
    console.log(`${all.length} scenarios, ${without} of them without any rule\n${rows.join("\n")}`);
    expect(ALL_RULES.filter((rule) => counts.get(rule) === 0)).toEqual([]);
    expect(ALL_RULES.filter((rule) => share(rule) > MOST_SCENARIOS_OF_A_RULE)).toEqual([]);
  });
});
