// A connection that has switched to another protocol: raw octets both ways, behind the interface of an exchange.
import { NO_FIELDS } from "../../shared/header-fields.ts";
import { checkOctets } from "../../shared/octets.ts";
import { type BodySource, IncomingBody } from "./body.ts";
import type { Transport } from "./session.ts";

export class Tunnel {
  readonly incoming: IncomingBody;
  queuedBytes = 0;
  /** This end will write no more: the connection closes once everything is sent. */
  private hasEnded = false;
  private queue: Uint8Array[] = [];

  /** @param trailing what the core connection had received of it */
  constructor(source: BodySource, { data, eof }: { data: Uint8Array; eof: boolean }) {
    this.incoming = new IncomingBody(source, 0);
    if (data.length > 0) this.incoming.push(data);
    if (eof) this.receiveEnd();
  }

  /** @throws TypeError for anything but octets */
  write(octets: Uint8Array): void {
    checkOctets("write", octets);
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

  /**
   * After a turn of the session's loop: holds back the peer while octets wait for their reader, and closes the direction
   * that has ended. Returns whether both have.
   */
  settle(transport: Transport): boolean {
    const { incoming, hasEnded } = this;
    transport.hold(incoming.isWaiting);
    if (!hasEnded) return false;
    if (incoming.isComplete || incoming.isDiscarded) return true;
    transport.close(true);
    return false;
  }
}
