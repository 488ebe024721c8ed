import { expect, test } from "vitest";
import { golden } from "./oracle/http2/golden.mjs";
import { Model, type Scenario } from "./oracle/http2/model.ts";

const all = golden();
test("the model without rules is hyper-h2, on every scenario", () => {
  const failures: string[] = [];
  for (const { scenario, answers, end } of all) {
    const model = new Model(scenario.role, scenario.settings);
    for (const [index, step] of [null, ...scenario.steps].entries()) {
      const answer = model.play(step);
      if (JSON.stringify(answer) !== JSON.stringify(answers[index])) {
        failures.push(`${scenario.id} (${scenario.role}, ${scenario.defect}) step ${index}: ${JSON.stringify(step)?.slice(0,400)}\n model  ${JSON.stringify(answer).slice(0,600)}\n h2     ${JSON.stringify(answers[index]).slice(0,600)}`);
        break;
      }
      if (index === scenario.steps.length && JSON.stringify(model.finish()) !== JSON.stringify(end))
        failures.push(`${scenario.id} (${scenario.role}, ${scenario.defect}) end\n model  ${JSON.stringify(model.finish()).slice(0,600)}\n h2     ${JSON.stringify(end).slice(0,600)}`);
    }
  }
  if (failures.length) expect.fail(`${failures.length}\n${failures.slice(0,12).join("\n")}`);
});
