// One stream: where it is, its windows, what is queued on it. An object of small integers, some 250 octets.
import { compileEvents, REFUSED } from "../shared/machine.ts";
import type { CheckedFields } from "./hpack-types.ts";
import {
  MESSAGE_STATES,
  MESSAGE_TRIGGERS,
  type MessageTrigger,
  ON_MESSAGE,
  ON_STREAM,
  REFUSALS,
  type Refusal,
  STREAM_STATES,
  STREAM_TRIGGERS,
  type StreamState,
  type StreamTrigger,
} from "./stream-states.ts";

const STREAMS = compileEvents(STREAM_STATES, STREAM_TRIGGERS, ON_STREAM);
const MESSAGES = compileEvents(MESSAGE_STATES, MESSAGE_TRIGGERS, ON_MESSAGE);
const STREAM_COLUMNS = STREAM_TRIGGERS.length;
const MESSAGE_COLUMNS = MESSAGE_TRIGGERS.length;

/** A state's index, which is what the tables and their users work with. */
export const [IDLE, RESERVED_LOCAL, RESERVED_REMOTE, OPEN, HALF_CLOSED_LOCAL, HALF_CLOSED_REMOTE, CLOSED] = [
  ...STREAM_STATES.keys(),
] as [number, number, number, number, number, number, number];
export const [HEAD, BODY, ENDED] = [...MESSAGE_STATES.keys()] as [number, number, number];

function indexed<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>;
}

/** A trigger's index. */
export const ON: Record<StreamTrigger, number> = indexed(STREAM_TRIGGERS);
export const MESSAGE: Record<MessageTrigger, number> = indexed(MESSAGE_TRIGGERS);

/** What stands behind the last piece of queued data. */
export const NOTHING = 0;
export const END = 1;
export const TRAILERS = 2;

/** RFC 9218 4.1: neither first nor last. */
export const DEFAULT_URGENCY = 3;

/** Has no turn to send. */
export const UNLISTED = -1;

export class Stream {
  readonly id: number;
  state = IDLE;
  /** Of the message that is sent, of the one that is received. */
  sent = HEAD;
  received = HEAD;
  /** Windows, less the initial window size that holds: a change of that changes no stream. */
  sendDelta = 0;
  receiveDelta = 0;
  /** Received octets that are credited by the next WINDOW_UPDATE; is the stream in the list of those? */
  credit = 0;
  isCredited = false;
  /** Received octets that wait for `release`. */
  held = 0;
  /** Octets of the body that are due: received, sent. -1: as many as come. */
  owed = -1;
  due = -1;
  /** Octets of the received body. */
  bodyOctets = 0;
  informational = 0;
  /** The request's method is one after which a body or its length mean something else. */
  isHead = false;
  isConnect = false;
  /** CONNECT was answered 2xx: octets both ways, and no trailers (RFC 9113 8.5). */
  isTunnel = false;
  /** Who opened it. */
  readonly isLocal: boolean;
  /** What is queued: the first piece from `chunkAt` on, those behind it from `laterAt` on; then the end, or trailers. */
  queued = 0;
  chunk: Uint8Array | null = null;
  chunkAt = 0;
  later: Uint8Array[] | null = null;
  laterAt = 0;
  ending = NOTHING;
  trailers: CheckedFields | null = null;
  /** Was a caller told that data waits behind a window? */
  isWaiting = false;
  /** Of the scheduler: urgency, the turn among those as urgent, and the place in the heap. */
  urgency = DEFAULT_URGENCY;
  incremental = false;
  order = 0;
  place = UNLISTED;

  constructor(id: number, isLocal: boolean) {
    this.id = id;
    this.isLocal = isLocal;
  }

  allows(trigger: number): boolean {
    return STREAMS[this.state * STREAM_COLUMNS + trigger] !== REFUSED;
  }

  /** Moves by a trigger that is allowed. */
  fire(trigger: number): void {
    this.state = STREAMS[this.state * STREAM_COLUMNS + trigger] as number;
  }

  /** May this be sent, or received, as the next part of the message? */
  allowsSent(trigger: number): boolean {
    return MESSAGES[this.sent * MESSAGE_COLUMNS + trigger] !== REFUSED;
  }

  fireSent(trigger: number): void {
    this.sent = MESSAGES[this.sent * MESSAGE_COLUMNS + trigger] as number;
  }

  fireReceived(trigger: number): void {
    this.received = MESSAGES[this.received * MESSAGE_COLUMNS + trigger] as number;
  }
}

/** What a received frame means for which a stream's state has no cell. */
export function refusalIn(state: number): Refusal {
  return REFUSALS[STREAM_STATES[state] as StreamState];
}

export function stateName(stream: Stream): string {
  return `${STREAM_STATES[stream.state]}, message ${MESSAGE_STATES[stream.sent]}`;
}
