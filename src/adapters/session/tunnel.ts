// A connection that has switched to another protocol: raw octets both ways, behind the interface of an exchange.
import { NO_FIELDS } from "../../shared/header-fields.ts";
import type { IncomingBody } from "./body.ts";

export class Tunnel {
  readonly incoming: IncomingBody;
  queuedBytes = 0;
  /** This end will write no more: the connection closes once everything is sent. */
  hasEnded = false;
  private queue: Uint8Array[] = [];

  constructor(incoming: IncomingBody) {
    this.incoming = incoming;
  }

  write(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.queue.push(octets);
    this.queuedBytes += octets.length;
  }

  end(): void {
    this.hasEnded = true;
  }

  receiveEnd(): void {
    this.incoming.finish(NO_FIELDS);
  }

  chunksToSend(): Uint8Array[] {
    const { queue } = this;
    this.queue = [];
    this.queuedBytes = 0;
    return queue;
  }
}
