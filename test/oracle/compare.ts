/** What is compared of two answers, and how a difference is shown. */

import type { Answer, Scenario } from "./golden.ts";
import { Model } from "./model.ts";
import { playScenario } from "./protocol.ts";
import type { Rule } from "./rules.ts";

export function modelled(scenario: Scenario, rules: ReadonlySet<Rule>): { answers: Answer[]; touched: Set<Rule> } {
  const model = new Model(scenario.role, rules, scenario.max_incomplete_event_size);
  return { answers: playScenario(model, scenario), touched: model.touched };
}

/** What h11 can be asked about: no code and offset; and the hint of a local error is API shape (ours is always 500). */
export function visible(answers: Answer[]): string {
  return JSON.stringify(
    answers.map(({ events, sentinel, bytes, trailing, error, state }) => {
      const [kind, status] = error ?? [];
      return { events, sentinel, bytes, trailing, state, kind, status: kind === "LocalProtocolError" ? null : status };
    }),
  );
}

/** Codes and offsets, where the model has them. */
export function blames(answers: Answer[], pattern: Answer[]): string {
  const blame = ({ error }: Answer, like: Answer | undefined) =>
    error && [like?.error?.[2] && error[2], like?.error?.[3] !== undefined ? error[3] : undefined];
  return JSON.stringify(answers.map((answer, index) => blame(answer, pattern[index])));
}

/** The first operation that differs. */
export function report(scenario: Scenario, expected: Answer[], found: Answer[]): string {
  const differs = (answer: Answer, index: number) => {
    const like = expected[index] as Answer;
    return visible([answer]) !== visible([like]) || blames([answer], [like]) !== blames([like], [like]);
  };
  const at = found.findIndex(differs);
  const lines = [
    `${scenario.id} (${scenario.role}), operation ${at} of ${JSON.stringify(scenario.ops).slice(0, 500)}`,
    `  expected ${JSON.stringify(expected[at])?.slice(0, 500)}`,
    `  found    ${JSON.stringify(found[at])?.slice(0, 500)}`,
  ];
  return lines.join("\n");
}
