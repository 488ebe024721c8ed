// The joint state of both sides and two facts as one number, and the rules over it compiled to an array.
import { type JointRule, STATES, type State } from "./states.ts";

// Four bits of the client's index, four of the server's, a bit a fact.
export const CLIENT_SHIFT = 6;
export const SERVER_SHIFT = 2;
export const SIDE = 15;
export const KEEP_ALIVE = 2;
export const SWITCH_PENDING = 1;

export function joint(client: number, server: number, keepAlive: boolean, switchPending: boolean): number {
  const facts = (keepAlive ? KEEP_ALIVE : 0) | (switchPending ? SWITCH_PENDING : 0);
  return (client << CLIENT_SHIFT) | (server << SERVER_SHIFT) | facts;
}

/**
 * Compiles rules to an array: for each joint state, the one that it settles in when no rule applies any more. The server
 * has fewer states than four bits can tell; the places of the others mean nothing.
 */
export function compileRules(rules: readonly JointRule[]): Uint16Array {
  return new Uint16Array(joint(STATES.length, 0, false, false)).map((_, at) => {
    const client = STATES[at >> CLIENT_SHIFT] as State;
    const server = STATES[(at >> SERVER_SHIFT) & SIDE] as State;
    const last = settle(
      { client, server, keepAlive: (at & KEEP_ALIVE) !== 0, switchPending: (at & SWITCH_PENDING) !== 0 },
      rules,
    );
    return joint(STATES.indexOf(last.client), STATES.indexOf(last.server), last.keepAlive, last.switchPending);
  });
}

interface Joint {
  client: State;
  server: State;
  keepAlive: boolean;
  switchPending: boolean;
}

/** Applies the first rule that changes anything, again and again, until none does. */
function settle(now: Joint, rules: readonly JointRule[]): Joint {
  const rule = rules.find(({ when, then }) => matches(now, when) && !matches(now, then));
  return rule === undefined ? now : settle({ ...now, ...rule.then }, rules);
}

function matches(now: Joint, part: JointRule["when"]): boolean {
  for (const name in part) if (part[name as keyof Joint] !== now[name as keyof Joint]) return false;
  return true;
}
