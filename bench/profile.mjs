// @ts-check
// Shows where the nanoseconds of a browser's GET go. Each way does what the previous one does and one step more, in
// turns; the difference is the cost of the step. The first ways drive the kernel by hand, the others use the public
// interface.

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Http1Connection } from "sansio";
import { namedWorkloads } from "./corpus.mjs";
import { alternate } from "./measure.mjs";
import { loadKernel } from "./peers/sansio-kernel.mjs";
import { fillIn, table } from "./readme.mjs";
import { environment } from "./report.mjs";

/**
 * @typedef {object} Way
 * @property {string} step what it does beyond the previous way
 * @property {string} anchor the figure for it in shared/performance.md
 * @property {() => void} prepare
 * @property {(read: Buffer, index: number) => unknown} run
 * @property {string} [after] the way it builds on, if that is not the previous one
 */

/** @param {number} count @returns {Way[]} */
function makeWays(count) {
  const { kernel, memory, head, layout } = loadKernel();
  const { INPUT, REQUEST, HEAD_RECORDS, HEAD_FIELD_COUNT, HEAD_METHOD, HEAD_METHOD_END, HEAD_TARGET_END } = layout;
  const METHODS = Array.from({ length: 64 }, (_, index) => `METHOD${index}`);
  const { latin1Slice } = Buffer.prototype;
  /** @type {any[]} */
  let connections = [];
  // Garbage collections during this way would copy whatever another way left alive.
  const nothing = () => {
    connections = [];
  };
  const makeAll = () => {
    connections = Array.from({ length: count }, () => new Http1Connection("server"));
  };

  return [
    {
      step: "copy into the kernel's page",
      anchor: "16 – 25",
      prepare: nothing,
      run: (read) => memory.set(read, INPUT),
    },
    {
      step: "scan: tokens, identities, facts",
      anchor: "139, tokens alone; 114 in native C",
      prepare: nothing,
      run(read) {
        memory.set(read, INPUT);
        return kernel.scanHead(REQUEST, INPUT, INPUT + read.length, 0, 256, 16384);
      },
    },
    {
      step: "decode: one string of head and records",
      anchor: "60 – 95",
      prepare: nothing,
      run(read) {
        memory.set(read, INPUT);
        const length = kernel.scanHead(REQUEST, INPUT, INPUT + read.length, 0, 256, 16384);
        const start = INPUT - head[HEAD_RECORDS >> 2];
        return latin1Slice.call(memory, start, INPUT + length);
      },
    },
    {
      step: "the event and its fields, made by hand",
      anchor: "",
      prepare: nothing,
      run(read) {
        memory.set(read, INPUT);
        const length = kernel.scanHead(REQUEST, INPUT, INPUT + read.length, 0, 256, 16384);
        const fields = head[HEAD_FIELD_COUNT >> 2];
        const start = head[HEAD_RECORDS >> 2];
        const text = latin1Slice.call(memory, INPUT - start, INPUT + length);
        return {
          type: "request",
          method: METHODS[head[HEAD_METHOD >> 2]],
          target: text.substring(start + head[HEAD_METHOD_END >> 2] + 1, start + head[HEAD_TARGET_END >> 2]),
          httpVersion: "1.1",
          headers: { text, fields, map: null },
          offset: 0,
        };
      },
    },
    {
      step: "feed() and the first nextEvent(): limits, framing, machine",
      anchor: "245 for all so far, no semantics",
      prepare: makeAll,
      run(read, index) {
        const connection = connections[index];
        connection.feed(read);
        return connection.nextEvent();
      },
    },
    {
      step: "nextEvent(): end-of-message",
      anchor: "",
      prepare: makeAll,
      run(read, index) {
        const connection = connections[index];
        connection.feed(read);
        connection.nextEvent();
        return connection.nextEvent();
      },
    },
    {
      step: "nextEvent(): nothing more",
      anchor: "",
      prepare: makeAll,
      run(read, index) {
        const connection = connections[index];
        connection.feed(read);
        connection.nextEvent();
        connection.nextEvent();
        return connection.nextEvent();
      },
    },
    {
      step: "a new connection for each",
      anchor: "",
      prepare: nothing,
      run(read) {
        const connection = new Http1Connection("server");
        connection.feed(read);
        connection.nextEvent();
        connection.nextEvent();
        return connection.nextEvent();
      },
    },
    {
      step: "raw(): every name and value a string",
      anchor: "150 – 180",
      after: "nextEvent(): nothing more",
      prepare: makeAll,
      run(read, index) {
        const connection = connections[index];
        connection.feed(read);
        const { headers } = connection.nextEvent();
        connection.nextEvent();
        connection.nextEvent();
        return headers.raw();
      },
    },
    {
      step: "three get()",
      anchor: "",
      after: "nextEvent(): nothing more",
      prepare: makeAll,
      run(read, index) {
        const connection = connections[index];
        connection.feed(read);
        const { headers } = connection.nextEvent();
        connection.nextEvent();
        connection.nextEvent();
        return [headers.get("host"), headers.get("user-agent"), headers.get("accept")];
      },
    },
  ];
}

/** Keeps the results of the ways from being optimised away. */
export const kept = { last: /** @type {unknown} */ (null) };

/** @param {{ quick?: boolean }} [options] */
export async function profile({ quick = false } = {}) {
  const workload = namedWorkloads().find(({ name }) => name === "browser GET");
  const reads = (workload?.units ?? []).map((unit) => unit.reads[0]);
  const ways = makeWays(reads.length);
  const runners = ways.map(({ step, anchor, prepare, run }) => ({
    name: step,
    about: anchor,
    prepare,
    // Each way gets its own, separately compiled loop, which calls only that way.
    run: /** @type {() => number} */ (
      new Function(
        "reads",
        "run",
        "kept",
        "return () => { for (let i = 0; i < reads.length; i++) kept.last = run(reads[i], i); return reads.length; }",
      )(reads, run, kept)
    ),
  }));
  const budget = quick ? { warmUp: 20, batches: 15 } : { warmUp: 200, batches: 201 };
  const options = { ...budget, count: reads.length, reference: runners[0].name, what: "profile" };
  const results = await alternate(runners, options);

  const octets = reads.reduce((sum, read) => sum + read.length, 0) / reads.length;
  console.log(`a browser's GET of ${octets.toFixed(0)} octets, nanoseconds, Node ${process.versions.node}\n`);
  console.log(`  ${"step".padEnd(62)} ${"it adds".padStart(8)} ${"so far".padStart(8)}   anchor`);
  const rows = results.map(({ peer, about, median }, index) => {
    const before = results.find((result) => result.peer === ways[index].after) ?? results[index - 1];
    return { step: peer, adds: median - (before?.median ?? 0), median, anchor: about };
  });
  for (const { step, adds, median, anchor } of rows) {
    console.log(`  ${step.padEnd(62)} ${adds.toFixed(0).padStart(8)} ${median.toFixed(0).padStart(8)}   ${anchor}`);
  }
  console.log("");
  return rows;
}

/** Writes the steps into the bench's README. @param {Awaited<ReturnType<typeof profile>>} rows */
function writePage(rows) {
  const { processor, node, date } = environment();
  const cells = rows.map(({ step, adds, median, anchor }) => [step, adds.toFixed(0), median.toFixed(0), anchor]);
  const content = `${processor}, Node ${node.slice(1)}, ${date}:\n\n${table(["step", "it adds", "so far", "anchor"], cells)}`;
  const page = new URL("README.md", import.meta.url);
  writeFileSync(page, fillIn(readFileSync(page, "utf8"), content, "profile"));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, write: { type: "boolean", default: false } },
  });
  const rows = await profile(values);
  if (values.write) writePage(rows);
}
