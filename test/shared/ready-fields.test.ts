// HeaderFields made of strings: the same in every way as those made of a head.
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Http1Connection } from "../../src/http1/connection.ts";
import { fieldPairs } from "../../src/shared/field-pairs.ts";
import { HeaderFields } from "../../src/shared/header-fields.ts";
import { ReadyFields } from "../../src/shared/ready-fields.ts";
import { octets } from "../helpers.ts";

const PAIRS: [string, string][] = [
  ["accept", "text/html"],
  ["x-a", ""],
  ["set-cookie", "a=1"],
  ["accept", "*/*"],
  ["set-cookie", "b=2, c"],
  ["x-long-unknown-name", "\xe9"],
];

/** The same fields, out of an HTTP/1.1 head. */
function parsed(): HeaderFields {
  const connection = new Http1Connection("client");
  connection.send({ type: "request", method: "GET", target: "/", headers: [["Host", "a"]] });
  const lines = PAIRS.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  connection.feed(octets(`HTTP/1.1 200 OK\r\n${lines}\r\n`));
  const event = connection.nextEvent();
  if (event.type !== "response") throw new Error(event.type);
  return event.headers;
}

const ready = new ReadyFields(PAIRS.flat(), [1, 5]);

describe("a list of ready strings", () => {
  const READINGS: [name: string, read: (fields: HeaderFields) => unknown][] = [
    ["length", (fields) => fields.length],
    ["iterating", (fields) => [...fields]],
    ["entries", (fields) => [...fields.entries()]],
    ["toJSON", (fields) => JSON.stringify(fields)],
    ["getSetCookie", (fields) => fields.getSetCookie()],
    ["inspect", (fields) => inspect(fields).replaceAll(", true", "")],
    [
      "forEach",
      (fields) => {
        const seen: unknown[] = [];
        fields.forEach((value, name, own) => {
          seen.push([value, name, own === fields]);
        });
        return seen;
      },
    ],
    ...["accept", "Accept", "x-a", "X-Long-Unknown-Name", "set-cookie", "none", ""].flatMap(
      (name): [string, (fields: HeaderFields) => unknown][] => [
        [`get ${name}`, (fields) => fields.get(name)],
        [`getAll ${name}`, (fields) => fields.getAll(name)],
        [`has ${name}`, (fields) => fields.has(name)],
      ],
    ),
  ];

  test.each(READINGS)("%s: as of a head", (_, read) => {
    expect(read(ready)).toEqual(read(parsed()));
  });

  test("is a HeaderFields", () => {
    expect(ready).toBeInstanceOf(HeaderFields);
    expect(inspect(ready)).toMatch(/^HeaderFields \[/);
  });

  test("flat() is a list of its own, without what is sensitive", () => {
    const fields = new ReadyFields(PAIRS.flat(), [0]);
    const list = fields.flat();
    expect(list).toEqual(PAIRS.flat());
    list[1] = "changed";
    expect(fields.flat()).toEqual(PAIRS.flat());
  });

  test("raw() tells which fields are sensitive, so that who forwards them keeps it", () => {
    const raw = PAIRS.map((pair, i) => (i === 1 || i === 5 ? [...pair, true] : pair));
    expect(ready.raw()).toEqual(raw);
    expect(fieldPairs(ready)).toEqual(raw);
    expect(new ReadyFields(PAIRS.flat(), null).raw()).toEqual(PAIRS);
  });

  test("what is given out is not what it keeps", () => {
    const fields = new ReadyFields(["a", "b"], null);
    for (const pairs of [fields.raw(), fields.toJSON(), [...fields]]) (pairs[0] as string[])[1] = "changed";
    expect(fields.get("a")).toBe("b");
  });

  test("may be empty", () => {
    const fields = new ReadyFields([], null);
    expect([fields.length, fields.get("a"), [...fields], fields.has("a")]).toEqual([0, null, [], false]);
  });
});
