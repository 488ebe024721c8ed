// Both sides of a tunnel as a Node Duplex.
import { Duplex } from "node:stream";
import type { IncomingBody } from "../session/body.ts";
import { NetworkError } from "../session/errors.ts";
import type { Outgoing } from "../session/server-exchange.ts";

/** Wraps an upgraded connection as a Duplex for code that expects one: `duplexOf(reply.upgrade(headers), reply)`. */
export function duplexOf(incoming: IncomingBody, outgoing: Outgoing): Duplex {
  return new TunnelDuplex(incoming, outgoing);
}

class TunnelDuplex extends Duplex {
  private readonly incoming: IncomingBody;
  private readonly outgoing: Outgoing;
  private pending: ((error?: Error | null) => void) | null = null;

  constructor(incoming: IncomingBody, outgoing: Outgoing) {
    super({ allowHalfOpen: true });
    this.incoming = incoming;
    this.outgoing = outgoing;
    outgoing.onDrain = () => this.written(null);
    outgoing.onAbort = (error) => this.destroy(asError(error));
  }

  override _read(): void {
    const { incoming } = this;
    if (incoming.isClaimed) return incoming.resume();
    incoming.read({
      data: (octets) => {
        if (!this.push(octets)) incoming.pause();
      },
      end: () => this.push(null),
      error: (error) => this.destroy(asError(error)),
    });
  }

  override _write(octets: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.outgoing.write(octets)) done();
    else if (this.outgoing.isAborted) done(new NetworkError("DISCONNECTED", "the tunnel has ended"));
    else this.pending = done;
  }

  override _final(done: (error?: Error | null) => void): void {
    this.outgoing.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.written(error ?? new NetworkError("ABORTED", "the tunnel was given up"));
    if (!this.incoming.isComplete) this.incoming.discard();
    if (!this.outgoing.isAborted && (error !== null || !this.writableFinished)) this.outgoing.abort(error ?? undefined);
    done(error);
  }

  private written(error: Error | null): void {
    const { pending } = this;
    this.pending = null;
    pending?.(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new NetworkError("DISCONNECTED", String(error), { cause: error });
}
