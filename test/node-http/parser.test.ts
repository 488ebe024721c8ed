// The parser of sansio/node-http in the hands of others.
import { expect, test } from "vitest";
import { NodeParser } from "../../src/adapters/node-http/parser.ts";

const SLOTS = {
  kOnMessageBegin: 0,
  kOnHeaders: 1,
  kOnHeadersComplete: 2,
  kOnBody: 3,
  kOnMessageComplete: 4,
  refusesFields: false,
};

test("a program may close a parser when it hears that it is freed", () => {
  const parser = new NodeParser(SLOTS);
  let freed = 0;
  parser.free = () => {
    freed++;
    parser.close();
  };
  parser.initialize(1, {});
  parser.free();
  expect(freed).toBe(1);
});
