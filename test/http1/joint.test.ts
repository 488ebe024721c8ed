// biome-ignore-all lint/suspicious/noThenProperty: a rule says when, and what then
// Rules compiled to numbers say what the declared ones say.
import { describe, expect, test } from "vitest";
import {
  CLIENT_SHIFT,
  compileRules,
  joint,
  KEEP_ALIVE,
  SERVER_SHIFT,
  SIDE,
  SWITCH_PENDING,
} from "../../src/http1/joint.ts";
import { type JointRule, STATES, type State } from "../../src/http1/states.ts";

describe("compileRules", () => {
  const settledOf = (rules: JointRule[]) => {
    const settled = compileRules(rules);
    return (client: State, server: State, keepAlive = true, switchPending = false) => {
      const cell = settled[joint(STATES.indexOf(client), STATES.indexOf(server), keepAlive, switchPending)] as number;
      expect([(cell & KEEP_ALIVE) !== 0, (cell & SWITCH_PENDING) !== 0]).toEqual([keepAlive, switchPending]);
      return `${STATES[cell >> CLIENT_SHIFT]} ${STATES[(cell >> SERVER_SHIFT) & SIDE]}`;
    };
  };

  test("without rules every joint state stays", () => {
    const settle = settledOf([]);
    for (const client of STATES)
      for (const server of STATES) expect(settle(client, server)).toBe(`${client} ${server}`);
  });

  test("a rule needs all that it names", () => {
    const settle = settledOf([
      { when: { client: "done", server: "done", keepAlive: false, switchPending: true }, then: { server: "closed" } },
    ]);
    expect(settle("done", "done", false, true)).toBe("done closed");
    expect(settle("done", "done", true, true)).toBe("done done");
    expect(settle("done", "done", false, false)).toBe("done done");
    expect(settle("done", "idle", false, true)).toBe("done idle");
    expect(settle("idle", "done", false, true)).toBe("idle done");
  });

  test("each of the two facts alone", () => {
    const settle = settledOf([
      { when: { keepAlive: false }, then: { client: "closed" } },
      { when: { switchPending: true }, then: { server: "closed" } },
    ]);
    expect([settle("idle", "idle", false, false), settle("idle", "idle", true, true)]).toEqual([
      "closed idle",
      "idle closed",
    ]);
    expect([settle("idle", "idle", false, true), settle("idle", "idle")]).toEqual(["closed closed", "idle idle"]);
  });

  test("rules go on until none applies, and the first that applies goes first", () => {
    const settle = settledOf([
      { when: { client: "idle" }, then: { client: "send-body" } },
      { when: { client: "send-body" }, then: { client: "done", server: "done" } },
      { when: { client: "idle" }, then: { client: "closed" } },
    ]);
    expect([settle("idle", "idle"), settle("closed", "idle")]).toEqual(["done done", "closed idle"]);
  });

  test("a rule that changes nothing does not hang", () => {
    expect(settledOf([{ when: { client: "idle" }, then: { client: "idle" } }])("idle", "send-body")).toBe(
      "idle send-body",
    );
  });

  test("no two joint states share a cell", () => {
    const cells = new Set<number>();
    const all = [...STATES.keys()].flatMap((c) => [...STATES.keys()].map((s) => [c, s] as const));
    for (const [c, s] of all) {
      for (const [keepAlive, pending] of [
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ] as const) {
        cells.add(joint(c, s, keepAlive, pending));
      }
    }
    expect(cells.size).toBe(4 * STATES.length ** 2);
  });
});
