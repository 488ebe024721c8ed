/**
 * The comparisons of oracle.test.ts and oracle-http2.test.ts on programs that nobody has seen yet: longer ones, with several
 * defects each, answered by the real h11 and hyper-h2 as it goes. `MINUTES=5 SEED=1 npm run test:long`; each half gets half
 * of the time. A difference is a fault of ours, or one of the model, which then needs a rule and a scenario of its own
 * (extra.mjs, http2/found.mjs).
 */

import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { answerOf, oracle, run } from "./ask.mjs";
import * as http1 from "./compare.ts";
import { Driver } from "./driver.ts";
import { generated } from "./generate.mjs";
import { type Scenario, withStates } from "./golden.ts";
import { oracle as oracleOfHttp2, played } from "./http2/ask.mjs";
import * as http2 from "./http2/compare.ts";
import { generated as generatedHttp2 } from "./http2/generate-long.mjs";
import type { Scenario as Http2Scenario } from "./http2/model.ts";
import type { Answer } from "./http2/model-streams.ts";
import { ALL_RULES as ALL_HTTP2_RULES } from "./http2/rules.ts";
import { playScenario } from "./protocol.ts";
import { ALL_RULES } from "./rules.ts";

const MINUTES = Number(process.env.MINUTES ?? 1);
const SEED = Number(process.env.SEED ?? 1);
/** Seeds of one run are this far from those of the next. */
const APART = 1_000_000;
/** Asked of one process. */
const BATCH = 250;
const SHOWN = 10;
const PIECES = [Infinity, 1, 7, 100];
const NO_TIMEOUT = { timeout: 0 };

/** Plays batches until the time is over. @param differences of one batch */
function long(differences: (first: number) => string[]): void {
  const until = performance.now() + MINUTES * 30_000;
  const found: string[] = [];
  let turn = 0;
  for (; turn === 0 || (performance.now() < until && found.length < SHOWN); turn += 1) {
    found.push(...differences(SEED * APART + turn * BATCH));
  }
  console.log(`${turn * BATCH} programs from seed ${SEED}, ${found.length} differences`);
  expect(found.slice(0, SHOWN).join("\n")).toBe("");
}

test.skipIf(!existsSync(oracle))(
  "HTTP/1.1: h11 is the model without rules, ours the model with all of them",
  NO_TIMEOUT,
  () => {
    const all = new Set(ALL_RULES);
    long((first) => {
      const asked = generated(BATCH, first) as Scenario[];
      const lines = asked.map((scenario) => JSON.stringify({ proto: "h11", ...scenario }));
      const replies = run([], lines.join("\n"));
      return asked.flatMap((scenario, index) => {
        const golden = withStates(answerOf(replies[index].trace));
        const model = http1.modelled(scenario, new Set()).answers;
        const expected = http1.modelled(scenario, all).answers;
        const ours = playScenario(new Driver(scenario.role), scenario);
        const differs =
          http1.visible(ours) !== http1.visible(expected) ||
          http1.blames(ours, expected) !== http1.blames(expected, expected);
        return [
          ...(http1.visible(model) === http1.visible(golden)
            ? []
            : [`h11 and the model: ${http1.report(scenario, golden, model)}`]),
          ...(differs ? [`ours: ${http1.report(scenario, expected, ours)}`] : []),
        ];
      });
    });
  },
);

test.skipIf(!existsSync(oracleOfHttp2))(
  "HTTP/2: hyper-h2 is the model without rules, ours the model with all of them",
  NO_TIMEOUT,
  () => {
    long((first) => {
      const asked = generatedHttp2(BATCH, first) as Http2Scenario[];
      const golden = played(asked);
      return asked.flatMap((scenario, index) => {
        const { answers, end } = golden[index];
        return [...ofModel(scenario, answers, end), ...ofOurs(scenario, PIECES[index % PIECES.length] as number)];
      });
    });
  },
);

function ofModel(scenario: Http2Scenario, answers: Answer[], end: unknown): string[] {
  const { model, answers: found } = http2.modelled(scenario, new Set());
  if (http2.visible(found) !== http2.visible(answers)) {
    return [`hyper-h2 and the model: ${http2.report(scenario, answers, found)}`];
  }
  return differing(`${scenario.id}: the end of hyper-h2 and the model`, end, model.finish());
}

function ofOurs(scenario: Http2Scenario, size: number): string[] {
  const { model, answers: expected } = http2.modelled(scenario, new Set(ALL_HTTP2_RULES));
  const { driver, answers } = http2.ours(scenario, size);
  if (http2.visible(answers) !== http2.visible(expected)) return [`ours: ${http2.report(scenario, expected, answers)}`];
  const ending = model.ending();
  return differing(`${scenario.id}: the end of ours`, ending, driver.ending(Object.keys(ending.windows)));
}

function differing(what: string, expected: unknown, found: unknown): string[] {
  const [wanted, given] = [expected, found].map((value) => JSON.stringify(value));
  return wanted === given ? [] : [`${what}\n  expected ${wanted}\n  found    ${given}`];
}
