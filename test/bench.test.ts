// The benchmark's own promises: the same inputs everywhere, all different, and peers that read them alike.

import { describe, expect, it } from "vitest";
import { drawBars } from "../bench/chart.mjs";
import { namedWorkloads, requestCorpus, responseCorpus } from "../bench/corpus.mjs";
import { fitGrowth, slope } from "../bench/growth.mjs";
import { measure, quantile } from "../bench/measure.mjs";
import { llhttpOffsets, PEERS, referenceOf } from "../bench/peers/index.mjs";
import { verify } from "../bench/verify.mjs";

type Workload = ReturnType<typeof requestCorpus>;

const node = referenceOf("strings");

const octetsOf = ({ units }: Workload) => units.map(({ reads }) => Buffer.concat(reads).toString("latin1"));
const readers = [...new Set([...PEERS.lazy, ...PEERS.strings])];

describe.each([
  ["requests", requestCorpus],
  ["responses", responseCorpus],
] as const)("the corpus of %s", (_name, makeCorpus) => {
  it("is the same every time", () => {
    expect(octetsOf(makeCorpus())).toEqual(octetsOf(makeCorpus()));
  });

  it("holds at least 512 different messages", () => {
    expect(new Set(octetsOf(makeCorpus())).size).toBeGreaterThanOrEqual(512);
  });

  it.each(readers.map((peer) => [peer.name, peer.about, peer] as const))(
    "is read alike by %s (%s)",
    (_peer, _about, peer) => {
      verify(peer, makeCorpus(undefined, 64));
    },
  );
});

it("has requests of about 545 octets and 10 fields", () => {
  const { units, octets, messages } = requestCorpus();
  const fields = units.reduce((sum, unit) => sum + unit.messages[0].fields.length, 0);
  expect(octets / messages).toBeGreaterThan(520);
  expect(octets / messages).toBeLessThan(570);
  expect(fields / messages).toBeCloseTo(10, 0);
});

describe.each(namedWorkloads().map((workload) => [workload.name, workload] as const))(
  "the workload %s",
  (_name, workload) => {
    const sample = { ...workload, units: workload.units.slice(0, 2) };
    const isCut = workload.units.some(({ reads }) => reads.length > 1);

    it("holds different units", () => {
      expect(new Set(octetsOf(workload)).size).toBe(workload.units.length);
    });

    it("is read alike by every peer", () => {
      for (const peer of readers) if (peer !== llhttpOffsets || !isCut) verify(peer, sample);
    });
  },
);

describe("verifying", () => {
  it("names the peer and the message that is read differently", () => {
    const deaf = { ...node, name: "deaf", list: () => [] };
    expect(() => verify(deaf, requestCorpus(1, 1))).toThrow(/^deaf reads corpus of requests, unit 0 differently/);
  });

  it("names the peer and the message that is refused", () => {
    const workload = requestCorpus(1, 1);
    workload.units[0].reads = [Buffer.from("nonsense\r\n\r\n")];
    expect(() => verify(node, workload)).toThrow(/^Node's own parser fails at corpus of requests, unit 0/);
  });
});

describe("measuring", () => {
  it("gives a time and a ratio for each peer", async () => {
    const options = { warmUp: 2, batches: 3, reference: node };
    const results = await measure(requestCorpus(1, 8), "strings", PEERS.strings, options);
    expect(results.map(({ peer }) => peer)).toEqual(PEERS.strings.map(({ name }) => name));
    expect(results.every(({ median, lower, upper }) => lower > 0 && lower <= median && median <= upper)).toBe(true);
    expect(results.find(({ peer }) => peer === node.name)?.ratio).toBe(1);
  });

  it("refuses a peer that skips work", async () => {
    const lazy = { ...node, name: "lazy", strings: () => 0 };
    const options = { warmUp: 0, batches: 1, reference: node };
    await expect(measure(requestCorpus(1, 8), "strings", [node, lazy], options)).rejects.toThrow("lazy did other work");
  });

  it("finds quantiles", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([3, 1, 2], 0.25)).toBe(1.5);
  });
});

describe("fitting growth", () => {
  const points = (time: (size: number) => number) => [100, 200, 400, 800].map((size) => ({ size, time: time(size) }));

  it("finds the exponent", () => {
    expect(slope(points((size) => 3 * size))).toBeCloseTo(1);
    expect(slope(points((size) => 3 * size ** 2))).toBeCloseTo(2);
  });

  it("rejects work that is quadratic", () => {
    const make = (size: number) => () => {
      let total = 0;
      for (let step = 0; step < size * size; step++) total = (total + step) | 0;
      return total;
    };
    expect(fitGrowth({ name: "quadratic", sizes: [100, 200, 400], make }).linear).toBe(false);
  });
});

it("draws charts that escape what they are given", () => {
  const bars = [{ label: "<a>", value: 1, text: '"b" & c', ours: true }];
  const svg = drawBars({ title: "t", subtitle: "s", groups: [{ title: "g", bars }], caption: "c" });
  expect(svg).toContain("prefers-color-scheme: dark");
  expect(svg).toContain("&#60;a&#62;");
  expect(svg).toContain("&#34;b&#34; &#38; c");
});
