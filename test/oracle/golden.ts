/** The scenarios and the real h11's answers, as refresh.mjs stored them. */

import { readFileSync } from "node:fs";

export type Pair = [name: string, value: string];

/** An event in the oracle's spelling. Bytes are strings of one character per octet. */
export type OracleEvent =
  | { type: "Request"; method: string; target: string; headers?: Pair[]; http_version?: string }
  | {
      type: "InformationalResponse" | "Response";
      status_code: number;
      headers?: Pair[];
      reason?: string;
      http_version?: string;
    }
  | { type: "Data"; data: string }
  | { type: "EndOfMessage"; headers?: Pair[] }
  | { type: "ConnectionClosed" };

export type Operation =
  | ["recv" | "feed", string]
  | ["feed_each", string, number]
  | ["send" | "send_parts" | "make", OracleEvent]
  | ["next" | "drain" | "send_failed" | "start_next_cycle" | "trailing_data" | "state" | "respond"];

export type State = [our: string, their: string, version: string | null, waiting: boolean];

/** What one operation gave. `error` is kind, status hint, and ours alone: code and offset. */
export interface Answer {
  events?: OracleEvent[];
  sentinel?: "NEED_DATA" | "PAUSED" | undefined;
  bytes?: string | undefined;
  trailing?: [data: string, eof: boolean];
  error?: [kind: string, status: number | null, code?: string | undefined, offset?: number | undefined] | undefined;
  state?: State | undefined;
}

export interface Scenario {
  id: string | number;
  role: "client" | "server";
  max_incomplete_event_size?: number;
  ops: Operation[];
  answers: Answer[];
}

function restored(_key: string, value: unknown): unknown {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    if ("r" in value) return (value.r as [string, number][]).map(([piece, times]) => piece.repeat(times)).join("");
    if ("l" in value) return (value.l as [unknown, number][]).flatMap(([item, times]) => Array(times).fill(item));
  }
  return value;
}

export function readGolden(name: "corpus" | "generated" | "extra"): Scenario[] {
  const text = readFileSync(new URL(`./h11-${name}.jsonl`, import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line, restored) as Scenario);
}

/** Fills in the states that were left out because they had not changed. */
export function withStates(answers: Answer[]): Answer[] {
  let state: State | undefined;
  return answers.map((answer) => {
    state = answer.state ?? state;
    return { ...answer, state };
  });
}
