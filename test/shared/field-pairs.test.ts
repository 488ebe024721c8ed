// Fields to send, from whatever a caller has.
import { describe, expect, test } from "vitest";
import { Http1Connection } from "../../src/index.ts";
import { checkedPair, fieldPairs, type HeaderInput } from "../../src/shared/field-pairs.ts";
import { type HeaderFields, NO_FIELDS } from "../../src/shared/header-fields.ts";
import { octets } from "../helpers.ts";

type Pairs = [name: string, value: string][];

/** The headers of a request. */
function received(head: string): HeaderFields {
  const connection = new Http1Connection("server");
  connection.feed(octets(head));
  const event = connection.nextEvent();
  if (event.type !== "request") throw new Error(event.type);
  return event.headers;
}

describe("fieldPairs", () => {
  const AB: Pairs = [
    ["A", "1"],
    ["b", "2"],
  ];
  const generator = function* (): Generator<[string, string]> {
    yield* AB;
  };

  test.each<[string, HeaderInput | undefined, Pairs]>([
    ["nothing", undefined, []],
    ["no pairs", [], []],
    ["pairs", AB, AB],
    ["a record", { A: "1", b: "2" }, AB],
    [
      "a record of lists",
      { A: ["1", "3"], b: "2", c: [] },
      [
        ["A", "1"],
        ["A", "3"],
        ["b", "2"],
      ],
    ],
    ["an empty record", {}, []],
    ["a record without prototype", Object.assign(Object.create(null), { A: "1" }), [["A", "1"]]],
    ["a Map", new Map(AB), AB],
    ["a generator", generator(), AB],
    ["node-fetch's Headers", Object.assign(new Map(AB), { raw: () => ({ A: ["1"], b: ["2"] }) }), AB],
    [
      "Fetch's Headers",
      new Headers([
        ["A", "1"],
        ["Set-Cookie", "x"],
        ["Set-Cookie", "y"],
      ]),
      [
        ["a", "1"],
        ["set-cookie", "x"],
        ["set-cookie", "y"],
      ],
    ],
    ["HeaderFields", received("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nb: 2\r\n\r\n"), [["Host", "a"], ...AB]],
    ["NO_FIELDS", NO_FIELDS, []],
    ["names of one", { __proto__: null, constructor: "1" } as unknown as HeaderInput, [["constructor", "1"]]],
  ])("%s", (_, input, wanted) => {
    expect(fieldPairs(input).map(checkedPair)).toEqual(wanted);
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["a number", 5],
    ["a string", "A: b"],
    ["a function", () => []],
    ["a symbol", Symbol("a")],
    ["a number as value", [["A", 5]]],
    ["undefined as value", [["A", undefined]]],
    ["null as value", [["A", null]]],
    ["a number as name", [[5, "a"]]],
    ["a symbol as name", [[Symbol("a"), "a"]]],
    ["a lone name", [["A"]]],
    ["no pair", [5]],
    ["null for a pair", [null]],
    ["a string for a pair, too short", ["A"]],
    ["a record with a number", { A: 5 }],
    ["a record with undefined", { A: undefined }],
    ["a record with null", { A: null }],
    ["a record with an object", { A: {} }],
    ["a record with a list of numbers", { A: [5] }],
    ["a list in a list", [["A", ["b"]]]],
    ["a promise", Promise.resolve({ A: "b" })],
    ["a date", new Date()],
    ["octets of a buffer", new ArrayBuffer(4)],
  ])("%s is a TypeError, and nothing is sent", (_, input) => {
    expect(() => fieldPairs(input as HeaderInput).map(checkedPair)).toThrow(TypeError);
    const [client, server] = [new Http1Connection("client"), new Http1Connection("server")];
    const headers = input as HeaderInput;
    expect(() => client.send({ type: "request", method: "GET", target: "/", headers })).toThrow(TypeError);
    expect(() => server.send({ type: "response", status: 200, headers })).toThrow(TypeError);
    expect([client.localState, client.queuedBytes, server.localState, server.queuedBytes]).toEqual([
      "idle",
      0,
      "idle",
      0,
    ]);
  });
});

test("a TypeError says which value is none, and does not tell it", () => {
  const client = new Http1Connection("client");
  const messages = [{ Host: "a", "Content-Length": 5 }, [["Host", null]], [["Host"]], [Symbol("a")], [[5, "a"]]].map(
    (headers) => {
      try {
        client.send({ type: "request", method: "GET", target: "/", headers: headers as unknown as HeaderInput });
      } catch (error) {
        return (error as Error).message.replace("headers must be pairs of strings, name and value: ", "");
      }
      return "sent";
    },
  );
  expect(messages).toEqual([
    'the value of "Content-Length" is of type number',
    'the value of "Host" is null',
    'the value of "Host" is of type undefined',
    "one is no such pair",
    "one is no such pair",
  ]);
});
