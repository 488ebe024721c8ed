/** Scenarios that long runs of the generator (../long.ts) found, cut down to what matters. */

import { Peer } from "./peer.mjs";
import { GET } from "./selftests.mjs";

const OK = [[":status", "200"]];

/** Each part is a call, or writes what the peer sends. */
function scenario(id, role, settings, ...parts) {
  const peer = new Peer();
  if (role === "server") peer.preface();
  peer.settings();
  const steps = parts.map((part) => {
    if (Array.isArray(part)) return part;
    part(peer);
    const [octets, note] = peer.take();
    return ["recv", "frames", octets.toString("hex"), note];
  });
  return { id, role, ...(settings && { settings }), steps };
}

export const found = () => [
  scenario(
    "a late response on a stream that was reset, while as many are promised as may be",
    "client",
    { 3: 1 },
    ["request", 1, GET, true],
    (peer) => {
      peer.pushPromise(1, 2, GET);
      peer.headers(2, OK);
    },
    ["reset", 1, 8],
    ["request", 3, GET, true],
    (peer) => peer.headers(1, OK, { end: true }),
    (peer) => peer.data(2, "pushed", { end: true }),
  ),
  ...[
    ["SETTINGS_NO_RFC7540_PRIORITIES of 2", [[[9, 2]]]],
    ["SETTINGS_NO_RFC7540_PRIORITIES that comes later", [[[9, 1]]]],
    ["extended CONNECT that is taken back", [[[8, 1]], [[8, 0]]]],
  ].map(([id, frames]) =>
    scenario(id, "client", null, ["request", 1, GET, true], (peer) => {
      for (const pairs of frames) peer.settings(pairs);
      peer.headers(1, OK, { end: true });
    }),
  ),
  scenario(
    "an initial window size that only a stream that is over could not bear",
    "client",
    null,
    ["request", 1, GET, false],
    (peer) => {
      peer.windowUpdate(1, 10);
      peer.headers(1, OK, { end: true });
    },
    ["data", 1, "a", true],
    (peer) => peer.settings([[4, 2 ** 31 - 1]]),
    ["request", 3, GET, true],
  ),
  scenario(
    "an initial window size that is too large, and then smaller, in one frame",
    "client",
    null,
    ["request", 1, GET, false],
    (peer) => {
      peer.windowUpdate(1, 10);
      peer.settings([
        [4, 2 ** 31 - 1],
        [4, 0],
      ]);
    },
  ),
  scenario(
    "a promise on a stream whose end waits for a window",
    "server",
    null,
    (peer) => {
      peer.settings([[4, 3]]);
      peer.headers(1, GET, { end: true });
    },
    ["respond", 1, OK, false],
    ["data", 1, "waits", true],
    ["push", 1, 2, GET],
    (peer) => peer.windowUpdate(1, 10),
  ),
];
