// What tests of the parser share: a seeded generator, and the law that how the octets were split never matters.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import {
  type HeaderFields,
  Http1Connection,
  type Http1Options,
  type Http1ReceivedEvent,
  LocalProtocolError,
  RemoteProtocolError,
  type Role,
} from "../src/index.ts";
import { giveNames } from "../src/wasm/kernel.ts";

// --- octets -----------------------------------------------------------------------------------------------------

/** A text of chars up to 0xff as octets. */
export function octets(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** Octets as a text of one char each. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

// --- randomness that repeats ------------------------------------------------------------------------------------

/** A whole number from 0 to below `limit`. */
export type Random = (limit: number) => number;

/** mulberry32: the same numbers for the same seed. */
export function random(seed: number): Random {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

/** One of a list. */
export function pick<T>(from: readonly T[], next: Random): T {
  return from[next(from.length)] as T;
}

// --- everySplit -------------------------------------------------------------------------------------------------

/** An event in plain data: adjacent pieces of data joined, octets as text, headers as pairs with names as sent. */
export interface PlainEvent {
  type: Http1ReceivedEvent["type"];
  offset: number;
  method?: string;
  target?: string;
  status?: number;
  reason?: string;
  httpVersion?: string;
  headers?: [string, string][];
  data?: string;
  chunkStart?: boolean;
  chunkEnd?: boolean;
}

export interface PlainError {
  code: string;
  offset: number;
  statusHint: number;
  header: string | undefined;
  message: string;
}

/** All that can be seen of a connection after some input. */
export interface Outcome {
  events: PlainEvent[];
  /** How pulling ended; `error` says more when it is "error". */
  end: "need-data" | "paused" | "connection-closed" | "error";
  error: PlainError | undefined;
  localState: string;
  remoteState: string;
  bufferedBytes: number;
}

export interface Result extends Outcome {
  /** The same after feedEof. */
  eof: Outcome;
}

type Kept = Omit<PlainEvent, "headers"> & { headers?: HeaderFields };
type Before = (connection: Http1Connection) => void;

/** The status with which a server run answers: it refuses every switch, so that HTTP goes on. */
const ANSWER = 404;

/** A connection that is driven as the rules of everySplit say. */
class Run {
  readonly connection: Http1Connection;
  private readonly events: Kept[] = [];
  private end: Outcome["end"] = "need-data";
  private error: PlainError | undefined;

  constructor(role: Role, options: Http1Options | undefined, before: Before | undefined) {
    this.connection = new Http1Connection(role, options);
    before?.(this.connection);
  }

  /** Pulls until there is no event; a server answers what is complete; both go on to the next message. */
  pull(): void {
    const { connection } = this;
    try {
      while (this.end !== "connection-closed") {
        const event = connection.nextEvent();
        if (event.type === "need-data" || event.type === "paused") {
          this.end = event.type;
          if (event.type === "need-data" || !this.cycle()) return;
          continue;
        }
        this.keep(event);
        if (event.type === "connection-closed") this.end = event.type;
        if (event.type === "end-of-message") this.answer();
      }
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      const { code, offset, statusHint, header, message } = error;
      this.end = "error";
      this.error = { code, offset, statusHint, header, message };
    }
  }

  private answer(): void {
    const { connection } = this;
    if (connection.role === "server") {
      connection.send({ type: "response", status: ANSWER, headers: [["Content-Length", "0"]] });
      connection.send({ type: "end-of-message" });
      connection.bytesToSend();
    }
    this.cycle();
  }

  private cycle(): boolean {
    const { connection } = this;
    if (connection.remoteState !== "done" || (connection.role === "server" && connection.localState !== "done")) {
      return false;
    }
    try {
      connection.startNextCycle();
    } catch (error) {
      if (error instanceof LocalProtocolError) return false;
      throw error;
    }
    return true;
  }

  private keep(event: Http1ReceivedEvent): void {
    if (event.type !== "data") {
      this.events.push({ ...event });
      return;
    }
    const { data, chunkStart, chunkEnd, offset } = event;
    const last = this.events[this.events.length - 1];
    if (last?.type === "data" && !last.chunkEnd && !chunkStart) {
      expect(offset).toBe(last.offset + (last.data as string).length);
      last.data += latin1(data);
      last.chunkEnd = chunkEnd;
    } else {
      this.events.push({ type: "data", data: latin1(data), chunkStart, chunkEnd, offset });
    }
  }

  /** Headers are read only now, when later octets have been fed and the fed ones overwritten. */
  outcome(): Outcome {
    const { connection, end, error } = this;
    return {
      events: this.events.map(({ headers, ...rest }) => ({ ...rest, ...(headers && { headers: headers.raw() }) })),
      end,
      error,
      localState: connection.localState,
      remoteState: connection.remoteState,
      bufferedBytes: connection.bufferedBytes,
    };
  }
}

/** Feeds copies of the pieces, pulling after each or only at the end, and overwrites them before anything is compared. */
function runPieces(
  role: Role,
  pieces: Uint8Array[],
  options: Http1Options | undefined,
  before: Before | undefined,
  eager: boolean,
): Result {
  const run = new Run(role, options, before);
  const fed = pieces.map((piece) => piece.slice());
  for (const piece of fed) {
    run.connection.feed(piece);
    if (eager) run.pull();
  }
  run.pull();
  const spoil = () => {
    for (const piece of fed) piece.fill(0xff);
  };
  if (run.connection.bufferedBytes === 0) spoil();
  const outcome = run.outcome();
  run.connection.feedEof();
  run.pull();
  spoil();
  return { ...outcome, eof: run.outcome() };
}

function piecesAt(input: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  return [0, ...cuts].map((cut, i) => input.subarray(cut, cuts[i] ?? input.length));
}

function expectSame(got: Result, wanted: Result, how: string): void {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) expect({ how, ...got }).toEqual({ how, ...wanted });
}

/** Longer inputs are cut at so many places only, at both ends and anywhere. */
const MOST_CUTS = 400;

/**
 * Runs a connection over the input whole, octet by octet, at each two-piece cut, in random pieces, and with octets
 * behind it, and demands the same of all. A server answers each request with a small 404 and goes on to the next; a
 * client goes on when its response is complete. `before` may send (a client's requests). Gives the outcome, and what
 * becomes of it when the input then ends.
 */
export function everySplit(role: Role, input: string | Uint8Array, options?: Http1Options, before?: Before): Result {
  const bytes = typeof input === "string" ? octets(input) : input;
  const run = (cuts: readonly number[]) => runPieces(role, piecesAt(bytes, cuts), options, before, true);
  const whole = someSplits(role, bytes, options, before);

  const next = random(bytes.length);
  for (let cut = 1; cut < bytes.length; cut++) {
    const step = bytes.length <= MOST_CUTS || cut < MOST_CUTS / 4 || cut > bytes.length - MOST_CUTS / 4;
    if (step || next(bytes.length) < MOST_CUTS / 2) expectSame(run([cut]), whole, `cut at ${cut}`);
  }
  return whole;
}

/** everySplit without each two-piece cut: for inputs by the thousand. */
export function someSplits(role: Role, input: string | Uint8Array, options?: Http1Options, before?: Before): Result {
  const bytes = typeof input === "string" ? octets(input) : input;
  const run = (cuts: readonly number[], eager = true) => runPieces(role, piecesAt(bytes, cuts), options, before, eager);
  const whole = run([]);

  expectSame(run([...bytes.keys()].slice(1)), whole, "octet by octet");
  const next = random(bytes.length);
  for (let i = 0; i < 8 && bytes.length > 0; i++) {
    const cuts = Array.from({ length: 1 + next(8) }, () => next(bytes.length)).sort((a, b) => a - b);
    expectSame(run(cuts, i % 2 === 0), whole, `cut at ${cuts}${i % 2 === 0 ? "" : ", pulled at the end"}`);
  }
  expectGoesOn(whole, runPieces(role, [bytes, octets("\x00trailing\r\n\r\n")], options, before, false));
  return whole;
}

/** What the input alone gave is what it gives with octets behind it, up to the last piece of data. */
function expectGoesOn(alone: Result, more: Result): void {
  if (alone.error !== undefined) {
    expect({ events: more.events, error: more.error }).toEqual({ events: alone.events, error: alone.error });
    return;
  }
  const { events } = alone;
  const last = events[events.length - 1];
  const seen = more.events.slice(0, events.length);
  const lastSeen = seen[seen.length - 1];
  if (last?.type === "data" && lastSeen?.type === "data") {
    const data = lastSeen.data?.slice(0, last.data?.length);
    seen[seen.length - 1] = { ...lastSeen, data, chunkEnd: last.chunkEnd } as PlainEvent;
  }
  expect(seen).toEqual(events);
}

// --- the kernel -------------------------------------------------------------------------------------------------

/** The exports of a kernel, as assembly/index.ts has them. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  scanHead(what: number, start: number, end: number, allow: number, maxFields: number, maxTarget: number): number;
  scanChunkLine(start: number, end: number, allow: number, maxDigits: number, maxExtensions: number): number;
  takeNames(start: number, end: number): void;
}

/** Both builds of the one kernel: what holds for one must hold for the other. */
export const BUILDS = ["http1.wasm", "http1.scalar.wasm"] as const;

export function kernelModule(build: (typeof BUILDS)[number]): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(`../build/out/${build}`, import.meta.url)));
}

export function newKernel(build: (typeof BUILDS)[number]): KernelExports {
  const kernel = new WebAssembly.Instance(kernelModule(build)).exports as unknown as KernelExports;
  giveNames(kernel);
  return kernel;
}

/** Puts the input where memory ends, so that a read of one octet beyond it traps. Returns where it begins. */
export function atMemoryEnd(kernel: KernelExports, input: Uint8Array): number {
  const memory = new Uint8Array(kernel.memory.buffer);
  memory.set(input, memory.length - input.length);
  return memory.length - input.length;
}
