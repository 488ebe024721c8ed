// The two halves of every adapter. A transport moves octets (a socket in node/, a pair of streams in web/); a session
// speaks one end of a protocol. They meet at these interfaces, so that any transport works with any session.

import type { ServerRequest } from "./server-exchange.ts";

/** The byte stream under a session, as the session sees it. */
export interface Transport {
  /** Whether the peer is not keeping up: write nothing more before `drained`. */
  readonly isBlocked: boolean;
  /** Writes what the session has queued. */
  flush(): void;
  /** Stops reading from the peer, or resumes. */
  hold(isHeld: boolean): void;
  /**
   * Closes the connection in order, after sending what is queued. Reads from the peer only as far as that requires,
   * unless `readsOn` is true: a tunnel may be closed in one direction.
   */
  close(readsOn?: boolean): void;
  /** Ends the connection in a way the peer cannot mistake for an orderly close. */
  reset(error: unknown): void;
}

/** One end of a connection, as the transport sees it. No method throws. */
export interface Session {
  /** Removes and returns what is to be written now. */
  take(): readonly Uint8Array[];
  /** Octets arrived. */
  receive(octets: Uint8Array): void;
  /** The peer will send no more. */
  receiveEnd(): void;
  /** The transport has room again. */
  drained(): void;
  /** The connection has ended; `error` says why if it did not end in order. */
  gone(error: unknown): void;
  /** Checks the timeouts. `now` is in milliseconds, from any monotonic clock. */
  tick(now: number): void;
  /** Server: requests whose responses are incomplete. */
  readonly unanswered: ServerRequest[];
  /** Stops taking requests, lets exchanges in progress finish, then closes. */
  shutdown(): void;
}

/**
 * Output is flushed once this many octets are queued: a lower value costs system calls, a higher one costs memory for
 * every slow peer.
 */
export const FLUSH_AT = 64 * 1024;

/** Below this many octets, one copied array beats a vector of small ones. */
const COPY_BELOW = 16 * 1024;

/**
 * How many microtask turns a head waits for what follows it, so that both are written together. A stream whose first
 * piece is ready delivers it within 3 to 6 turns, and its end within 6 to 17 (Node 20 to 26, Deno, Bun). A head waits
 * no longer than this for a slow body.
 */
export const HEAD_TURNS = 16;

/** Batches what is sent outside a session's loop: calls back after some microtask turns. */
export class Delay {
  private left = 0;
  private readonly call: () => void;

  constructor(call: () => void) {
    this.call = call;
  }

  /** Calls back after this many turns. Does nothing if a call is already due. */
  begin(turns: number): void {
    if (this.left > 0) return;
    this.left = turns;
    queueMicrotask(this.turn);
  }

  private readonly turn = (): void => {
    if (--this.left > 0) queueMicrotask(this.turn);
    else this.call();
  };
}

/** The output queue of a core connection. */
interface Queue {
  readonly queuedBytes: number;
  bytesToSend(): Uint8Array;
  chunksToSend(): Uint8Array[];
}

/**
 * Drains the queue into arrays to write. HTTP/2 creates its WINDOW_UPDATEs only at this point, and its `queuedBytes`
 * includes data that a window still holds back, so there may be nothing to write.
 */
export function takeQueued(queue: Queue): readonly Uint8Array[] {
  if (queue.queuedBytes >= COPY_BELOW) return queue.chunksToSend();
  const bytes = queue.bytesToSend();
  return bytes.length > 0 ? [bytes] : [];
}
