// The two halves of every adapter: a transport moves octets (node's is a socket, the web's a pair of streams), a session
// knows a protocol and one end of it. They meet here, so that each of either works with each of the other.

import type { ServerRequest } from "./exchange.ts";

/** The byte stream under a session, as the session sees it. */
export interface Transport {
  /** More is written than the peer takes: add nothing before `drained`. */
  readonly isBlocked: boolean;
  /** Takes what is queued now. */
  flush(): void;
  /** Reads no more from the peer, or reads on. */
  hold(isHeld: boolean): void;
  /**
   * Ends the connection in order, after what is queued. The peer's octets are read no more than is needed for that,
   * unless the session reads on: a tunnel may be closed one way.
   */
  close(readsOn?: boolean): void;
  /** Ends the connection such that the peer cannot take it for an orderly end. */
  reset(error: unknown): void;
}

/** One end of a connection, as the transport sees it. No method throws. */
export interface Session {
  /** What is to be written now: it is taken out of the queue. */
  take(): readonly Uint8Array[];
  /** Octets came. */
  receive(octets: Uint8Array): void;
  /** The peer sends no more. */
  receiveEnd(): void;
  /** What was written is on its way: there is room again. */
  drained(): void;
  /** The connection is gone; `error` says why if it was not in order. */
  gone(error: unknown): void;
  /** Time passes: `now` in milliseconds, from any clock that only goes forward. */
  tick(now: number): void;
  /** Server: requests whose answers are not complete. */
  readonly unanswered: ServerRequest[];
  /** Takes no more requests, lets the exchanges in progress end, then closes. */
  shutdown(): void;
}

/** Answers begin to be written when they come to this: less costs system calls, more costs memory for every slow peer. */
export const FLUSH_AT = 64 * 1024;

/** Below this one array that is a copy beats a vector of small ones. */
const COPY_BELOW = 16 * 1024;

/**
 * Turns of the microtasks that a head waits for what follows it, to be written with it: a stream that has its first piece
 * ready gives it in 3 to 6, and its end in 6 to 17 (Node 20 to 26, Deno, Bun). A body that does not come keeps it no longer.
 */
export const HEAD_TURNS = 16;

/** What is said outside of a session's loop, put together: calls back after some turns of the microtasks. */
export class Delay {
  private left = 0;
  private readonly call: () => void;

  constructor(call: () => void) {
    this.call = call;
  }

  /** Calls back after so many turns, unless it will already. */
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

/** Something with a queue: the connections of the core. */
interface Queue {
  readonly queuedBytes: number;
  bytesToSend(): Uint8Array;
  chunksToSend(): Uint8Array[];
}

const NOTHING: readonly Uint8Array[] = [];

/** What is queued, as arrays to write. HTTP/2 makes its WINDOW_UPDATEs only now, and may have queued what a window keeps back. */
export function takeQueued(queue: Queue): readonly Uint8Array[] {
  if (queue.queuedBytes >= COPY_BELOW) return queue.chunksToSend();
  const bytes = queue.bytesToSend();
  return bytes.length === 0 ? NOTHING : [bytes];
}
