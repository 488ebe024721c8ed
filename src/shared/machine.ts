// State machines as tables. What is declared is compiled once into an array of small integers, so that the declaration
// is what runs. Knows no protocol.

/** The next state by state and trigger; an absent cell refuses the trigger. */
export type EventTable<State extends string, Trigger extends string> = {
  readonly [S in State]?: { readonly [T in Trigger]?: State };
};

/** Returns the index of each name: compiled tables are in these numbers. */
export function indexes<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>;
}

/** An absent cell. */
export const REFUSED = -1;

/** Compiles a table to an array: cell [state * triggers + trigger] is the next state's index, or REFUSED. */
export function compileEvents<State extends string, Trigger extends string>(
  states: readonly State[],
  triggers: readonly Trigger[],
  table: EventTable<State, Trigger>,
): Int8Array {
  const cells = new Int8Array(states.length * triggers.length).fill(REFUSED);
  states.forEach((state, row) => {
    triggers.forEach((trigger, column) => {
      const next = table[state]?.[trigger];
      if (next !== undefined) cells[row * triggers.length + column] = states.indexOf(next);
    });
  });
  return cells;
}
