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

/** Compiles rules to an array: for each joint state, the one that it settles in when no rule applies any more. */
export function compileRules(rules: readonly JointRule[]): Uint16Array {
  const settled = new Uint16Array(joint(STATES.length, 0, false, false));
  STATES.forEach((client, c) => {
    STATES.forEach((server, s) => {
      for (const keepAlive of [false, true]) {
        for (const switchPending of [false, true]) {
          const last = settle({ client, server, keepAlive, switchPending }, rules);
          const [clientIndex, serverIndex] = [STATES.indexOf(last.client), STATES.indexOf(last.server)];
          settled[joint(c, s, keepAlive, switchPending)] = joint(clientIndex, serverIndex, keepAlive, switchPending);
        }
      }
    });
  });
  return settled;
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
