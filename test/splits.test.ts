// Every input that others' answers are stored for, and every case of the smuggling corpus, at every split: the same events,
// error, states and octets left, also with octets behind it and at its end.
import { describe, expect, test } from "vitest";
import { type Http1Connection, LocalProtocolError } from "../src/index.ts";
import { everySplit } from "./helpers.ts";
import { request } from "./http1/helpers.ts";
import { toSend } from "./oracle/driver.ts";
import { type OracleEvent, readGolden, type Scenario } from "./oracle/golden.ts";
import { REQUEST_CASES } from "./smuggling/corpus.mjs";
import { RESPONSE_CASES } from "./smuggling/corpus-responses.mjs";

interface Input {
  readonly role: Scenario["role"];
  /** What the connection sends before anything is fed. */
  readonly sends: readonly OracleEvent[];
  readonly text: string;
}

/** What a scenario feeds before it sends again. A server has nothing to send before. */
function inputOf({ role, ops }: Scenario): Input {
  const sends: OracleEvent[] = [];
  let text = "";
  for (const operation of ops) {
    switch (operation[0]) {
      case "send":
      case "send_parts":
        if (text !== "") return { role, sends, text };
        if (role === "client") sends.push(operation[1]);
        break;
      case "recv":
      case "feed":
      case "feed_each":
        text += operation[1];
    }
  }
  return { role, sends, text };
}

/** What is refused is not sent: its scenario goes on without it. */
function sendAll(connection: Http1Connection, sends: readonly OracleEvent[]): void {
  for (const event of sends) {
    try {
      connection.send(toSend(event));
    } catch (error) {
      if (!(error instanceof LocalProtocolError)) throw error;
    }
  }
  connection.bytesToSend();
}

const unique = new Map(
  [...readGolden("corpus"), ...readGolden("extra")].map(inputOf).map((input) => [JSON.stringify(input), input]),
);
const inputs = [...unique.values()].filter(({ text }) => text !== "");

describe("h11's scenarios", () => {
  test("are more than 500 inputs, of both roles", () => {
    expect(inputs.filter(({ role }) => role === "server").length).toBeGreaterThan(250);
    expect(inputs.filter(({ role }) => role === "client").length).toBeGreaterThan(100);
  });
  test.each(["server", "client"] as const)("of a %s", (role) => {
    const ends = new Set<string>();
    for (const { sends, text } of inputs.filter((input) => input.role === role)) {
      const { error, end } = everySplit(role, text, {}, (connection) => sendAll(connection, sends));
      ends.add(error?.code ?? end);
    }
    expect(ends.size).toBeGreaterThan(10);
  });
});

describe("the smuggling corpus", () => {
  test("requests", () => {
    for (const { text } of REQUEST_CASES) everySplit("server", text);
  });
  test("responses", () => {
    for (const { text, methods = [] } of RESPONSE_CASES)
      everySplit("client", text, {}, (connection) => {
        for (const method of methods) request(connection, method);
      });
  });
});
