import { expect, test } from "vitest";
import { type Answer, readGolden, type Scenario, withStates } from "./oracle/golden.ts";
import { Model } from "./oracle/model.ts";
import { playScenario } from "./oracle/protocol.ts";

const scenarios: Scenario[] = [...readGolden("corpus"), ...readGolden("generated"), ...readGolden("extra")];

/** What h11 can be asked about: without code and offset, and without the hint of local errors. */
const seenByH11 = (answers: Answer[]) =>
  JSON.stringify(
    answers.map(({ events, sentinel, bytes, trailing, error, state }) => ({
      events,
      sentinel,
      bytes,
      trailing,
      state,
      error: error && [error[0], error[0] === "LocalProtocolError" ? null : error[1]],
    })),
  );

test("the model without rules is h11", { timeout: 60_000 }, () => {
  const different: string[] = [];
  for (const scenario of scenarios) {
    const model = new Model(scenario.role, new Set(), scenario.max_incomplete_event_size);
    const ours = seenByH11(playScenario(model, scenario));
    const golden = seenByH11(withStates(scenario.answers));
    if (ours !== golden)
      different.push(
        `${scenario.id} ${JSON.stringify(scenario.ops).slice(0, 400)}\n  h11   ${golden.slice(0, 1500)}\n  model ${ours.slice(0, 1500)}`,
      );
  }
  console.log(different.slice(0, 6).join("\n"));
  expect(different.length).toBe(0);
});
