// Whatever a caller passes to `send`, what goes out is one message for everybody who reads it, and the one that was meant, or
// `send` refused it. h11, nginx and the others read it in `npm run smuggling`.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Http1Connection } from "../../src/http1/index.ts";
import { compare, messagesOf, type Verdict, WHOLE } from "./compare.mjs";
import { answered, anyGiven, type Emitted, emitRequest, emitResponse, type Given } from "./emit.mjs";
import { httpParserJs, type Message, nodeRequests, nodeResponse } from "./readers.mjs";
import { endOf, readRequests, readResponses } from "./reference.mjs";

const RUNS = { numRuns: 1500, seed: 1 };

/** Read as it was meant, by a strict reading and by parsers of others: they may refuse it, but never see anything else. */
async function expectOne(given: Given, sent: Emitted, isRequest: boolean): Promise<Verdict> {
  const { text, head, target, body } = sent;
  const method = answered(given.method);
  const reading = isRequest ? readRequests(text) : readResponses(text, [method]);
  const meant: Message[] = [[head, target, body]];
  expect({ text, end: endOf(reading), messages: messagesOf(reading) }).toEqual({ text, end: "whole", messages: meant });
  expect(reading.messages[0]?.end).toBe(text.length);
  const seen = isRequest
    ? [await nodeRequests(text), httpParserJs(text)]
    : [await nodeResponse(text, method), httpParserJs(text, method)];
  const verdicts = seen.map((each) => compare(meant, each, WHOLE));
  for (const verdict of verdicts)
    expect({ text, verdict }).toEqual({ text, verdict: expect.stringMatching(/^(same|fewer)$/) });
  return verdicts[0] as Verdict;
}

test.each([
  ["a request", emitRequest, true],
  ["a response", emitResponse, false],
] as const)("%s is one message for everybody, or refused", { timeout: 120_000 }, async (_, emit, isRequest) => {
  const counts = { refused: 0, same: 0, fewer: 0 };
  const run = async (given: Given) => {
    const sent = emit(Http1Connection, given);
    if (sent === null) counts.refused++;
    else counts[(await expectOne(given, sent, isRequest)) as "same" | "fewer"]++;
  };
  await fc.assert(fc.asyncProperty(anyGiven, run), RUNS);
  // Neither is everything refused, nor nothing; and what goes out Node reads.
  expect(counts.refused).toBeGreaterThan(RUNS.numRuns / 10);
  expect(counts.same).toBeGreaterThan(RUNS.numRuns / 5);
  expect(counts.fewer).toBeLessThan(counts.same / 5);
});
