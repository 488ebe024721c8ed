/** The model and ours, played; what is compared of their answers, and how a difference is shown. */

import { Driver } from "./driver.ts";
import { Model, type Scenario } from "./model.ts";
import type { Answer } from "./model-streams.ts";
import type { Rule } from "./rules.ts";

export function modelled({ role, settings, steps }: Scenario, rules: ReadonlySet<Rule>) {
  const model = new Model(role, settings, rules);
  return { model, answers: [null, ...steps].map((step) => model.play(step)) };
}

export const visible = (answers: Answer[]) => JSON.stringify(answers.slice(1));

/** The first step that differs. */
export function report({ id, role, defect, settings, steps }: Scenario, expected: Answer[], found: Answer[]): string {
  const at = found.findIndex(
    (answer, index) => index > 0 && JSON.stringify(answer) !== JSON.stringify(expected[index]),
  );
  return [
    `${id} (${role}, ${defect}, ${JSON.stringify(settings)}), step ${at}: ${JSON.stringify(steps[at - 1])?.slice(0, 700)}`,
    `  expected ${JSON.stringify(expected[at])?.slice(0, 700)}`,
    `  found    ${JSON.stringify(found[at])?.slice(0, 700)}`,
  ].join("\n");
}

/** @param size how many octets are fed at once */
export function ours({ role, settings, steps }: Scenario, size: number) {
  const driver = new Driver(role, settings);
  return { driver, answers: [null, ...steps].map((step) => driver.play(step, size)) };
}
