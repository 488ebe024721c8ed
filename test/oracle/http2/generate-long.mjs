/** Programs for long runs (../long.ts): more steps, several defects, and values of all sizes. */

import { Script, scenario } from "./generate.mjs";

const LARGEST = 2 ** 31 - 1;
const LENGTHS = [20, 60, 150];
const DEFECTS = [0, 0.05, 0.15];

class LongScript extends Script {
  peerSettings() {
    const { random, peer, role } = this;
    const possible = [
      [1, random.pick([0, 31, 32, 100, 4096, 65536])],
      [3, random.pick([0, 1, 2, 3, 100, LARGEST])],
      [4, random.pick([0, 1, 5, 1000, 65535, 65536, 100_000, LARGEST])],
      [4, random.pick([0, 65535])],
      [5, random.pick([16384, 16385, 20000, 16777215])],
      [6, random.pick([0, 100, 65536])],
      [8, random.pick([0, 1])],
      [2, role === "server" ? random.pick([0, 1]) : 0],
      [random.pick([0, 7, 9, 10, 0xffff]), random.pick([0, 1, 2 ** 32 - 1])],
    ];
    const chosen = random.some(possible, 0.25).filter(([id]) => id !== 1 || !this.tableSized);
    this.tableSized ||= chosen.some(([id]) => id === 1);
    peer.settings(chosen);
  }

  peerOther() {
    const { random, peer } = this;
    const stream = random.pick([0, 0, ...this.streams.keys()]);
    random.weighted([
      [6, () => super.peerOther()],
      [3, () => peer.windowUpdate(stream, random.pick([1, 2, 65535, 1_000_000]))],
      [0.2, () => peer.windowUpdate(stream, random.pick([2 ** 30, LARGEST]))],
      [1, () => peer.settingsAck()],
      [1, () => this.peerSettings()],
    ])();
  }

  peerData(id) {
    const { random, peer } = this;
    const stream = this.streams.get(id);
    if (stream.length !== null || random.chance(0.6)) {
      super.peerData(id);
      return;
    }
    const end = random.chance(0.2);
    const pad = random.chance(0.2) ? random.pick([0, 1, 255]) : undefined;
    peer.data(id, random.pick(["d", "e"]).repeat(random.pick([1000, 5000, 16_000])), { end, pad });
    stream.theirs = !end;
  }

  ourData(id) {
    const { random } = this;
    if (random.chance(0.5)) {
      super.ourData(id);
      return;
    }
    const end = random.chance(0.3);
    const octets = random.pick([1000, 16_383, 16_384, 16_385, 40_000, 70_000]);
    this.call("data", id, random.pick(["u", "v"]).repeat(octets), end);
    this.streams.get(id).ours = !end;
  }

  ourOther() {
    const { random } = this;
    random.weighted([
      [6, () => super.ourOther()],
      [
        2,
        () => {
          const possible = [
            [1, random.pick([0, 100, 4096, 8192])],
            [3, random.pick([0, 1, 2, 100])],
            [4, random.pick([0, 1, 65535, 1_000_000, LARGEST])],
            [5, random.pick([16384, 16385, 16777215])],
            [6, random.pick([100, 65536])],
          ];
          this.call("settings", Object.fromEntries(random.some(possible, 0.4)));
        },
      ],
      [1, () => this.call("release", random.pick([...this.streams.keys(), 1]), random.pick([1, 1000, 16_000, 65_535]))],
    ])();
  }
}

/** @param first seed of the first; one more of each that follows */
export const generated = (count, first) =>
  Array.from({ length: count }, (_, index) => {
    const seed = first + index;
    const long = {
      most: LENGTHS[seed % LENGTHS.length],
      defects: DEFECTS[Math.floor(seed / LENGTHS.length) % DEFECTS.length],
    };
    return scenario(seed, LongScript, long);
  });
