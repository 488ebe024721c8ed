// Tables compiled to numbers say what the declared ones say.
import { describe, expect, test } from "vitest";
import { compileEvents, type EventTable, REFUSED } from "../../src/shared/machine.ts";

const STATES = ["idle", "busy", "done", "closed"] as const;
const TRIGGERS = ["start", "finish", "close"] as const;
type State = (typeof STATES)[number];
type Trigger = (typeof TRIGGERS)[number];

describe("compileEvents", () => {
  const table: EventTable<State, Trigger> = {
    idle: { start: "busy", close: "closed" },
    busy: { start: "busy", finish: "done" },
    done: {},
  };
  const cells = compileEvents(STATES, TRIGGERS, table);

  test("every cell is the next state, or refused when it, or its row, is absent", () => {
    STATES.forEach((state, row) => {
      TRIGGERS.forEach((trigger, column) => {
        const next = table[state]?.[trigger];
        expect(cells[row * TRIGGERS.length + column]).toBe(next === undefined ? REFUSED : STATES.indexOf(next));
      });
    });
  });

  test("to stay is no refusal, and the first state no absence", () => {
    expect(cells[1 * TRIGGERS.length + 0]).toBe(1);
    const back = compileEvents(STATES, TRIGGERS, { done: { start: "idle" } });
    expect(back[2 * TRIGGERS.length]).toBe(0);
    expect([...back].filter((cell) => cell !== REFUSED)).toEqual([0]);
  });
});
