// Both implementations on the same inputs: what is alike, and that how the octets were split never matters.
import { describe, expect, test } from "vitest";
import { ALIKE } from "./inputs.ts";
import { everyCut, OURS, record, THEIRS } from "./record.ts";

describe.each(ALIKE)("%s", (_what, type, input, way) => {
  test("as http-parser-js", () => {
    const ours = record(OURS, type, input, way);
    const theirs = record(THEIRS, type, input, way);
    expect(ours).toEqual(theirs);
  });

  test("at every split", () => {
    const whole = record(OURS, type, input, way);
    const cuts = input.length > 1000 ? [[1], [500], [input.length - 1]] : everyCut(input);
    for (const cut of cuts) {
      const { consumed, ...split } = record(OURS, type, input, { ...way, cuts: cut });
      // An Error says nothing about how much was consumed before.
      expect({ cut, ...split, consumed: whole.error === undefined ? consumed : 0 }).toEqual({ cut, ...whole });
    }
  });
});

test("NUL in a line that is no field, and no colon behind it: an Error at every split, where once was a loop for ever", () => {
  const input = "GET / HTTP/1.1\r\nA b\0\r\n\r\n";
  const { error } = record(OURS, "REQUEST", input);
  expect(error).toBe("Parse Error HPE_INVALID_HEADER_TOKEN");
  for (const cuts of everyCut(input)) expect(record(OURS, "REQUEST", input, { cuts }).error, `${cuts}`).toBe(error);
});

test("a CR without its LF before a message: the same Error at every split", () => {
  const input = "GET / HTTP/1.1\r\n\r\n\r\xff";
  const { error } = record(OURS, "REQUEST", input);
  expect(error).toBe("Parse Error HPE_LF_EXPECTED");
  for (const cuts of everyCut(input)) expect(record(OURS, "REQUEST", input, { cuts }).error, `${cuts}`).toBe(error);
});

test.each(["HTTP/1.1 200 OK\r\nA b", "HTTP/1.1 200 OK\nA: b\r\nC\x01", "HTTP/1.1 200 OK\r\nA: \x01"])(
  "the end in a line of %j that is at fault already: the same at every split",
  (input) => {
    const { finish } = record(THEIRS, "RESPONSE", input);
    expect(finish).toBe("invalid state for EOF");
    for (const cuts of [[], ...everyCut(input)])
      expect(record(OURS, "RESPONSE", input, { cuts }).finish, `${cuts}`).toBe(finish);
  },
);
