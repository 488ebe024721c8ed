// One stream: its states, its windows, and the data queued on it. An object of small integers, about 250 octets.
import { compileEvents, indexes, REFUSED } from "../shared/machine.ts";
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

/** The index of each state, which the compiled tables and their users work with. */
export const {
  idle: IDLE,
  "reserved-local": RESERVED_LOCAL,
  "reserved-remote": RESERVED_REMOTE,
  closed: CLOSED,
} = indexes(STREAM_STATES);
export const { head: HEAD, body: BODY, ended: ENDED } = indexes(MESSAGE_STATES);

/** The index of each trigger. */
export const ON: Record<StreamTrigger, number> = indexes(STREAM_TRIGGERS);
export const MESSAGE: Record<MessageTrigger, number> = indexes(MESSAGE_TRIGGERS);

/** What follows the last piece of queued data. */
export const NOTHING = 0;
export const END = 1;
export const TRAILERS = 2;

/** The default urgency, in the middle of 0 to 7 (RFC 9218 4.1). */
export const DEFAULT_URGENCY = 3;

/** The `place` of a stream that has no turn to send. */
export const UNLISTED = -1;

export class Stream {
  readonly id: number;
  state = IDLE;
  /** The states of the message being sent and of the one being received. */
  sent = HEAD;
  received = HEAD;
  /** The windows, minus the current initial window size: when that changes, no stream has to be touched. */
  sendDelta = 0;
  receiveDelta = 0;
  /**
   * Received octets that the next WINDOW_UPDATE gives back, and whether the stream is in the list of those that are due
   * one.
   */
  credit = 0;
  isCredited = false;
  /** Received octets that wait for `release` (manual windows). */
  held = 0;
  /** Octets of the body still to be received (`owed`) and to be sent (`due`); -1 when the length is not declared. */
  owed = -1;
  due = -1;
  /** Octets of the body received so far, and the number of informational responses. */
  bodyOctets = 0;
  informational = 0;
  /** The request's method is HEAD or CONNECT, which changes what a body or its length mean. */
  isHead = false;
  isConnect = false;
  /** CONNECT was answered with 2xx: octets flow both ways, and there are no trailers (RFC 9113 8.5). */
  isTunnel = false;
  /** True when this end opened it. */
  readonly isLocal: boolean;
  /**
   * The octets queued: `chunk` from `chunkAt` on, then the pieces in `later` from `laterAt` on; then the end, or
   * trailers.
   */
  queued = 0;
  chunk: Uint8Array | null = null;
  chunkAt = 0;
  later: Uint8Array[] | null = null;
  laterAt = 0;
  ending = NOTHING;
  trailers: CheckedFields | null = null;
  /** True when `send` has returned false, and no `drain` event followed yet. */
  isWaiting = false;
  /** For the scheduler: the priority, the order among equally urgent streams, and the place in the heap. */
  urgency = DEFAULT_URGENCY;
  incremental = false;
  order = 0;
  place = UNLISTED;

  constructor(id: number, isLocal: boolean) {
    this.id = id;
    this.isLocal = isLocal;
  }

  noteMethod(method: string): void {
    this.isHead = method === "HEAD";
    this.isConnect = method === "CONNECT";
  }

  /** Returns the octets of the request's body; -1 when its length is not declared. */
  requestLength(contentLength: number): number {
    return this.isConnect ? -1 : contentLength;
  }

  /** Tells whether a response with this status has no body, whatever its Content-Length says (RFC 9110 6.4.1). */
  isBodiless(status: number): boolean {
    return this.isHead || status === 204 || status === 304;
  }

  /** Tells whether a response with this status opens a tunnel: 2xx to CONNECT (RFC 9113 8.5). */
  opensTunnel(status: number): boolean {
    return this.isConnect && status < 300;
  }

  /** Returns the octets of the body of a response with this status; -1 when its length is not declared. */
  responseLength(status: number, contentLength: number): number {
    if (this.isBodiless(status)) return 0;
    return this.opensTunnel(status) ? -1 : contentLength;
  }

  allows(trigger: number): boolean {
    return STREAMS[this.state * STREAM_COLUMNS + trigger] !== REFUSED;
  }

  /** Moves the state by a trigger, which must be allowed. */
  fire(trigger: number): void {
    this.state = STREAMS[this.state * STREAM_COLUMNS + trigger] as number;
  }

  /** Tells whether this may be sent as the next part of the message. */
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

/** Returns the error for a received frame that a stream's state has no cell for. */
export function refusalIn(state: number): Refusal {
  return REFUSALS[STREAM_STATES[state] as StreamState];
}

export function stateName(stream: Stream): string {
  return `${STREAM_STATES[stream.state]}, message ${MESSAGE_STATES[stream.sent]}`;
}
