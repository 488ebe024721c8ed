// The benchmark's own promises: the same inputs everywhere, all different, and peers that read them alike.

import { describe, expect, it } from "vitest";
import { drawBars } from "../bench/chart.mjs";
import { namedWorkloads, requestCorpus, responseCorpus } from "../bench/corpus.mjs";
import { cyclers, cycleWork, verifyCyclers } from "../bench/cycle.mjs";
import { fitGrowth, slope } from "../bench/growth.mjs";
import { headlines, losses } from "../bench/headlines.mjs";
import { decoders, encoders, fieldCount, hpackWork, messageReader, verifyHpack } from "../bench/hpack.mjs";
import { measure, quantile } from "../bench/measure.mjs";
import { llhttpOffsets, PEERS, referenceOf } from "../bench/peers/index.mjs";
import { block, fillIn } from "../bench/readme.mjs";
import { environment } from "../bench/report.mjs";
import { responseHeads, senders, verifySenders } from "../bench/send.mjs";
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

describe("HPACK against hpack.js", () => {
  const { stories } = hpackWork();

  it("reads the same fields, those that were meant", () => {
    verifyHpack(stories.slice(0, 6));
  });

  it("notices other fields", () => {
    const [story] = stories;
    const wrong = { ...story, lists: story.lists.map((list) => [...list, ["x", "y"]]) } as typeof story;
    expect(() => verifyHpack([wrong])).toThrow();
  });

  it("counts fields, and all peers see the same octets", () => {
    const some = stories.slice(0, 3);
    expect(fieldCount(some)).toBe(some.flatMap(({ lists }) => lists.flat()).length);
    const [ours, theirs] = decoders(some).map((peer) => peer.run());
    expect(ours).toBe(theirs);
    const [own, other] = encoders(some).map((peer) => peer.run());
    expect(own).toBe(other);
    expect(messageReader(some).run()).toBeGreaterThan(0);
  });
});

describe("sending against node:http", () => {
  const heads = responseHeads(undefined, 64);

  it("has many heads of 10 fields, no two alike", () => {
    const all = responseHeads();
    expect(new Set(all.map((head) => JSON.stringify(head))).size).toBe(512);
    expect(all.every(({ fields }) => new Set(fields.map(([name]) => name)).size === 10)).toBe(true);
  });

  it("gives the same octets", () => {
    verifySenders(senders(heads), heads);
  });

  it("gives the same octets in whole exchanges", async () => {
    const work = cycleWork(64);
    await verifyCyclers(cyclers(work), work);
  });

  it("notices other octets", async () => {
    const work = cycleWork(8);
    const runners = cyclers(work);
    const wrong = { ...work, answers: work.answers.map((answer) => ({ ...answer, status: 299 })) };
    await expect(verifyCyclers(runners, wrong)).rejects.toThrow("sansio sends something else");
    const others = heads.map((head) => ({ ...head, status: 204 }));
    expect(() => verifySenders(senders(heads), others)).toThrow("sends something else");
  });
});

describe("the block in the README", () => {
  const rows = (mode: string, workload: string, factors: Record<string, number>) => ({
    workload,
    mode,
    per: "message",
    reference: node.name,
    results: Object.entries(factors).map(([peer, toFirst]) => ({
      ...{ peer, about: "", median: 1, lower: 1, upper: 1, mean: 1 },
      ...{ ratio: factors[node.name] / toFirst, toFirst },
    })),
  });
  const results = {
    environment: environment(),
    load: 0,
    measurements: [
      rows("lazy", "corpus of requests", { sansio: 1, [node.name]: 3, fast: 0.5 }),
      rows("lazy", "corpus of responses", { sansio: 1, [node.name]: 4 }),
    ],
    bodies: [],
    memory: [{ what: "heap of an idle server", value: 500, unit: "octets", most: 600, holds: true }],
    growth: [],
  };

  it("has the ratios, and who is faster", () => {
    const row = headlines(results, []).find(({ ratios }) => ratios.length > 0);
    expect(row).toMatchObject({ peer: node.name, ratios: [3, 4] });
    expect(losses(results)).toMatchObject([{ ours: "sansio", peer: "fast", factor: 2 }]);
    const load = { what: "under load", peer: "another", least: 2, ratio: 2.5, servers: [] };
    const text = block([{ major: "20", results, loads: [load] }]);
    expect(text).toContain("| under load | another | 2.5× |");
    expect(text).toContain(`| ${node.name} | 3.0× / 4.0× |`);
    expect(text).toContain("| fast | 2.0× |");
    expect(text).toContain("500 octets");
  });

  it("stands between its markers", () => {
    expect(fillIn("a <!-- bench -->old<!-- /bench --> b", "new")).toBe("a <!-- bench -->\nnew\n<!-- /bench --> b");
    expect(() => fillIn("a", "new")).toThrow("the page has no <!-- bench -->");
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
