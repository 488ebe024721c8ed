// What a callback parser does with some input, in plain data, and the same for http-parser-js and for ours.
import { HTTPParser as Theirs } from "http-parser-js";
import { HTTPParser as Ours } from "../../src/compat/index.ts";
import { latin1, octets } from "../helpers.ts";

export type Type = "REQUEST" | "RESPONSE";

/** One call back; adjacent pieces of a body joined. */
export type Step = ["head", object] | ["body", string] | ["trailers", string[], string] | ["complete"];

export interface Recording {
  steps: Step[];
  /** Octets consumed; how the last call of `execute` ended, if with an Error; what `finish` returned. */
  consumed: number;
  error: string | undefined;
  finish: string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: two implementations with types of their own
export type Implementation = any;

export const OURS: Implementation = Ours;
export const THEIRS: Implementation = Theirs;

export interface Way {
  /** Where the input is cut. */
  cuts?: readonly number[];
  /** What kOnHeadersComplete returns. */
  result?: unknown;
  strict?: boolean;
  maxHeaderSize?: number;
}

/** Feeds the input as a socket would, up to a switch of protocols or an Error, and closes. */
export function record(parser: Implementation, type: Type, input: string, way: Way = {}): Recording {
  const { cuts = [], result, strict, maxHeaderSize } = way;
  const steps: Step[] = [];
  const instance = new parser(parser[type]);
  if (strict !== undefined) instance.strict = strict;
  if (maxHeaderSize !== undefined) instance.maxHeaderSize = maxHeaderSize;
  let switched = false;
  instance[parser.kOnHeadersComplete] = (info: { upgrade: boolean; headers: string[] }) => {
    steps.push(["head", { ...info, headers: [...info.headers] }]);
    switched = info.upgrade || result === 2;
    return result;
  };
  instance[parser.kOnBody] = (data: Buffer, start: number, length: number) => {
    const text = latin1(data.subarray(start, start + length));
    const last = steps.at(-1);
    if (last?.[0] === "body") last[1] += text;
    else steps.push(["body", text]);
  };
  instance[parser.kOnHeaders] = (fields: string[], url: string) => steps.push(["trailers", [...fields], url]);
  instance[parser.kOnMessageComplete] = () => steps.push(["complete"]);

  const bytes = Buffer.from(octets(input));
  let consumed = 0;
  let error: string | undefined;
  const ends = [...cuts, bytes.length];
  for (let i = 0; i < ends.length; i++) {
    const piece = Buffer.from(bytes.subarray(ends[i - 1] ?? 0, ends[i]));
    const returned = instance.execute(piece);
    // The chunk is the caller's again.
    const length = piece.length;
    piece.fill(0);
    if (typeof returned !== "number") {
      error = shape(returned);
      break;
    }
    consumed += returned;
    if (returned < length || (switched && steps.at(-1)?.[0] === "complete")) break;
  }
  const finished = instance.finish();
  return { steps, consumed, error, finish: finished === undefined ? undefined : shape(finished) };
}

/** An Error as its users see it. */
export function shape(error: Error & { code?: string }): string {
  if (!(error instanceof Error)) return `not an Error: ${String(error)}`;
  return error.code === undefined ? error.message : `${error.message} ${error.code}`;
}

/** Every way to cut an input in two, and each octet alone. */
export function everyCut(input: string): number[][] {
  const places = Array.from({ length: Math.max(0, input.length - 1) }, (_, index) => index + 1);
  return [...places.map((place) => [place]), places];
}
