/** All defects of a role, with their weights. Each is { name, first: does it begin the connection, play(script, random) }. */

import { wrongCalls, wrongRequestsSent, wrongResponsesSent } from "./defects-calls.mjs";
import { aroundGoaway, clientOpening, floods, opening, wrongFrames } from "./defects-frames.mjs";
import { wrongBlocks, wrongMessages, wrongRequests, wrongResponses } from "./defects-messages.mjs";

const named = (group, weight, first = false) =>
  Object.entries(group).map(([name, play]) => [weight, { name, first, play }]);

const BOTH = [
  ...named(wrongFrames, 1),
  ...named(aroundGoaway, 2),
  ...named(floods, 1),
  ...named(wrongBlocks, 0.7),
  ...named(wrongMessages, 1),
  ...named(wrongCalls, 1.5),
];
const OF = {
  server: [...BOTH, ...named(opening, 1, true), ...named(wrongRequests, 1.2), ...named(wrongResponsesSent, 1.5)],
  client: [...BOTH, ...named(clientOpening, 2, true), ...named(wrongResponses, 2), ...named(wrongRequestsSent, 2.5)],
};

export const defects = (role) => OF[role];
