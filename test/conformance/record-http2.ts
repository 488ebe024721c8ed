// What the suites of HTTP/2 and HPACK have of a case of test/http2: what was called while it ran, and what came of it.
import { afterEach, beforeEach } from "vitest";
import { HpackDecoder, type HpackDecoderOptions } from "../../src/http2/hpack.ts";
import * as http2 from "../../src/http2/index.ts";
import { Http2Connection, type Http2Options, type Http2Role } from "../../src/http2/index.ts";
import { latin1 } from "../helpers.ts";
import { type HpackBlock, type Http2Case, playHpack, playHttp2, type Step } from "./drive.js";
import { demand, nameOfTest } from "./published.ts";

type Splits = Http2Case["splits"];
type Method = (this: object, ...parameters: unknown[]) => unknown;

/** What a case of a connection is about: its role, its options, what is done, where in the peer's octets it is cut. */
interface Given {
  readonly name: string;
  readonly role: Http2Role;
  readonly options: Http2Options | undefined;
  /** Runs the case once, in whole pieces. */
  readonly run: () => void;
  readonly ends: boolean;
  /** Given the octets of all steps. */
  readonly splits: (length: number) => Splits;
}

/** Floods of more events, at our own default limits, would be half of the published octets: they are in test/http2 only. */
const MOST_EVENTS = 200;

/** Demands that this is a case of the suite, or records it. */
export function publishConnection({ name, role, options, run, ends, splits }: Given): void {
  const steps = joined(callsOf(run));
  const length = steps.reduce((sum, step) => sum + (typeof step === "string" ? step.length : 0), 0);
  const how = { role, ...(options && { options }), steps, ...(ends && { end: true }) };
  const outcome = playHttp2(http2, how, [], false);
  if (outcome.events.length > MOST_EVENTS) return;
  demand("http2", { name: `${role}: ${name}`, ...how, splits: splits(length), ...outcome });
}

/** The calls that change a connection. */
const CALLS = [
  ...["openStream", "send", "reset", "release", "ping", "updateSettings", "push", "prioritize", "shutdown", "goaway"],
  ...["altsvc", "origin", "bytesToSend", "feed"],
] as const;

function callsOf(run: () => void): Step[] {
  const steps: Step[] = [];
  const prototype = Http2Connection.prototype as unknown as Record<string, Method>;
  const before = CALLS.map((name) => [name, prototype[name] as Method] as const);
  let isInside = false;
  for (const [name, method] of before) {
    prototype[name] = function (...parameters) {
      if (isInside) return method.apply(this, parameters);
      const [first] = parameters;
      steps.push(
        name === "feed" && parameters.length === 1
          ? latin1(first as Uint8Array)
          : [name, ...(parameters.map(withoutOctets) as [])],
      );
      isInside = true;
      try {
        return method.apply(this, parameters);
      } finally {
        isInside = false;
      }
    };
  }
  try {
    run();
  } finally {
    for (const [name, method] of before) prototype[name] = method;
  }
  return steps;
}

function withoutOctets(value: unknown): unknown {
  if (value instanceof Uint8Array) return { octets: latin1(value) };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutOctets(each)]));
}

/** Octets that follow each other are one step. */
function joined(steps: readonly Step[]): Step[] {
  const list: Step[] = [];
  for (const step of steps) {
    const last = list.at(-1);
    if (typeof step === "string" && typeof last === "string") list[list.length - 1] = last + step;
    else if (step !== "") list.push(step);
  }
  return list;
}

// --- HPACK --------------------------------------------------------------------------------------------------------

/** A case has at most so many blocks: decoders that are given more are told in no case. */
const MOST_BLOCKS = 20;

/** Demands of each test of this file that each decoder it uses is a case of the suite, or records it. */
export function publishDecoders(): void {
  let publish: () => void;
  beforeEach(() => {
    publish = watchDecoders();
  });
  afterEach(() => publish());
}

function watchDecoders(): () => void {
  const used = new Map<HpackDecoder, Recorded>();
  const { decode } = HpackDecoder.prototype;
  const limit = Object.getOwnPropertyDescriptor(HpackDecoder.prototype, "maxTableSize") as PropertyDescriptor;
  const of = (decoder: HpackDecoder): Recorded => {
    const known = used.get(decoder) ?? { options: optionsOf(decoder), sizes: [], blocks: [] };
    used.set(decoder, known);
    return known;
  };
  HpackDecoder.prototype.decode = function (this: HpackDecoder, block) {
    const { sizes, blocks } = of(this);
    if (block instanceof Uint8Array && blocks.length <= MOST_BLOCKS) {
      blocks.push({ ...(sizes.length > 0 && { maxTableSizes: sizes.splice(0) }), block: latin1(block) });
    }
    return decode.call(this, block);
  };
  Object.defineProperty(HpackDecoder.prototype, "maxTableSize", {
    ...limit,
    set(this: HpackDecoder, octets: number) {
      const recorded = of(this);
      limit.set?.call(this, octets);
      recorded.sizes.push(octets);
    },
  });
  return () => {
    HpackDecoder.prototype.decode = decode;
    Object.defineProperty(HpackDecoder.prototype, "maxTableSize", limit);
    for (const { options, blocks } of used.values()) {
      if (blocks.length === 0 || blocks.length > MOST_BLOCKS) continue;
      const how = { ...(Object.keys(options).length > 0 && { options }), blocks };
      demand("hpack", { name: nameOfTest(), ...how, ...playHpack(http2, how) });
    }
  };
}

interface Recorded {
  readonly options: HpackDecoderOptions;
  readonly sizes: number[];
  readonly blocks: Pick<HpackBlock, "maxTableSizes" | "block">[];
}

/** The options that are not the defaults. */
function optionsOf(decoder: HpackDecoder): HpackDecoderOptions {
  const all = (of: HpackDecoder) => ({
    maxTableSize: of.maxTableSize,
    ...(of as unknown as { limits: { maxHeaderBytes: number; maxFields: number } }).limits,
  });
  const usual: Record<string, number> = all(new HpackDecoder());
  return Object.fromEntries(Object.entries(all(decoder)).filter(([name, value]) => value !== usual[name]));
}
