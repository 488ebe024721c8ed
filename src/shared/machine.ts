// State machines as tables. What is declared (names, rows) is compiled once into arrays of small integers, so that the
// declaration is what runs. Knows no protocol.

/** The next state by state and trigger; an absent cell refuses the trigger. */
export type EventTable<State extends string, Trigger extends string> = {
  readonly [S in State]?: { readonly [T in Trigger]?: State };
};

/** A rule over the joint state of both sides and two facts: if all of `when` holds, the sides move to `then`. */
export interface JointRule<State extends string> {
  readonly when: { client?: State; server?: State; keepAlive?: boolean; switchPending?: boolean };
  readonly then: { client?: State; server?: State };
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

// A joint state and its two facts in one number: four bits of the client's index, four of the server's, a bit a fact.
export const CLIENT_SHIFT = 6;
export const SERVER_SHIFT = 2;
export const SIDE = 15;
export const KEEP_ALIVE = 2;
export const SWITCH_PENDING = 1;

export function joint(client: number, server: number, keepAlive: boolean, switchPending: boolean): number {
  const facts = (keepAlive ? KEEP_ALIVE : 0) | (switchPending ? SWITCH_PENDING : 0);
  return (client << CLIENT_SHIFT) | (server << SERVER_SHIFT) | facts;
}

/** Compiles rules to an array: for each joint state, the one that it settles in when no rule applies any more. */
export function compileRules<State extends string>(
  states: readonly State[],
  rules: readonly JointRule<State>[],
): Uint16Array {
  const settled = new Uint16Array(joint(states.length, 0, false, false));
  states.forEach((client, c) => {
    states.forEach((server, s) => {
      for (const keepAlive of [false, true]) {
        for (const switchPending of [false, true]) {
          const last = settle({ client, server, keepAlive, switchPending }, rules);
          const [clientIndex, serverIndex] = [states.indexOf(last.client), states.indexOf(last.server)];
          settled[joint(c, s, keepAlive, switchPending)] = joint(clientIndex, serverIndex, keepAlive, switchPending);
        }
      }
    });
  });
  return settled;
}

interface Joint<State> {
  client: State;
  server: State;
  keepAlive: boolean;
  switchPending: boolean;
}

/** Applies the first rule that changes anything, again and again, until none does. */
function settle<State extends string>(now: Joint<State>, rules: readonly JointRule<State>[]): Joint<State> {
  const rule = rules.find(({ when, then }) => matches(now, when) && !matches(now, then));
  return rule === undefined ? now : settle({ ...now, ...rule.then }, rules);
}

function matches<State extends string>(now: Joint<State>, part: JointRule<State>["when"]): boolean {
  return (
    (part.client === undefined || part.client === now.client) &&
    (part.server === undefined || part.server === now.server) &&
    (part.keepAlive === undefined || part.keepAlive === now.keepAlive) &&
    (part.switchPending === undefined || part.switchPending === now.switchPending)
  );
}
