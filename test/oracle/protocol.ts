/** The oracle's operations, played on anything that can be driven like a connection: the model and ours. */

import type { Answer, Operation, OracleEvent, Scenario, State } from "./golden.ts";

/** An error of the oracle's protocol. `code` and `offset` are ours alone; undefined where they are not modelled. */
export class Fault extends Error {
  readonly kind: string;
  readonly status: number | null;
  readonly code: string | undefined;
  readonly offset: number | undefined;

  constructor(kind: string, status: number | null, code?: string, offset?: number) {
    super(`${kind} ${status} ${code} ${offset}`);
    this.kind = kind;
    this.status = status;
    this.code = code;
    this.offset = offset;
  }
}

export type Sentinel = "NEED_DATA" | "PAUSED";

export interface Endpoint {
  /** The empty string is the end of the input. */
  feed(bytes: string): void;
  next(): OracleEvent | Sentinel;
  send(event: OracleEvent): string;
  make(event: OracleEvent): void;
  sendFailed(): void;
  startNextCycle(): void;
  trailingData(): [data: string, eof: boolean];
  state(): State;
}

function append(answer: Answer, next: OracleEvent | Sentinel): void {
  answer.sentinel = undefined;
  if (next === "NEED_DATA" || next === "PAUSED") {
    answer.sentinel = next;
    return;
  }
  answer.events ??= [];
  const last = answer.events.at(-1);
  if (next.type === "Data" && last?.type === "Data") last.data += next.data;
  else if (next.type !== "ConnectionClosed" || last?.type !== "ConnectionClosed") answer.events.push({ ...next });
}

function drain(endpoint: Endpoint, answer: Answer): void {
  for (;;) {
    const next = endpoint.next();
    append(answer, next);
    if (typeof next === "string" || next.type === "ConnectionClosed") return;
  }
}

const EMPTY_RESPONSE: OracleEvent = { type: "Response", status_code: 200, headers: [] };

function respond(endpoint: Endpoint, role: Scenario["role"], answer: Answer): void {
  const our = () => endpoint.state()[0];
  const sent = (bytes: string) => {
    answer.bytes = (answer.bytes ?? "") + bytes;
  };
  if (role === "server" && (our() === "IDLE" || our() === "SEND_RESPONSE")) sent(endpoint.send(EMPTY_RESPONSE));
  if (role === "server" && our() === "SEND_BODY") sent(endpoint.send({ type: "EndOfMessage" }));
  if (our() === "DONE" && endpoint.state()[1] === "DONE") endpoint.startNextCycle();
}

function play(endpoint: Endpoint, role: Scenario["role"], operation: Operation, answer: Answer): void {
  switch (operation[0]) {
    case "recv":
      endpoint.feed(operation[1]);
      return;
    case "next":
      append(answer, endpoint.next());
      return;
    case "drain":
      drain(endpoint, answer);
      return;
    case "feed":
      endpoint.feed(operation[1]);
      drain(endpoint, answer);
      return;
    case "feed_each":
      for (let at = 0; at < operation[1].length; at += operation[2]) {
        endpoint.feed(operation[1].slice(at, at + operation[2]));
        drain(endpoint, answer);
      }
      return;
    case "send":
    case "send_parts":
      answer.bytes = endpoint.send(operation[1]);
      return;
    case "make":
      endpoint.make(operation[1]);
      return;
    case "send_failed":
      endpoint.sendFailed();
      return;
    case "start_next_cycle":
      endpoint.startNextCycle();
      return;
    case "trailing_data":
      answer.trailing = endpoint.trailingData();
      return;
    case "respond":
      respond(endpoint, role, answer);
      return;
    case "state":
      return;
  }
}

export function playScenario(endpoint: Endpoint, scenario: Pick<Scenario, "role" | "ops">): Answer[] {
  return scenario.ops.map((operation) => {
    const answer: Answer = {};
    try {
      play(endpoint, scenario.role, operation, answer);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      answer.error = [error.kind, error.status, error.code, error.offset];
    }
    if (answer.bytes === "") answer.bytes = undefined;
    answer.state = endpoint.state();
    return answer;
  });
}
