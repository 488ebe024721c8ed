// HTTP/2 as a protocol to pass to the adapters. Code that does not import this carries none of HTTP/2.
import { Http2Connection } from "../../http2/index.ts";
import { Http1ServerSession } from "./http1-server.ts";
import { Http2ClientSession } from "./http2-client.ts";
import { Http2ServerSession } from "./http2-server.ts";
import { http1, type Protocol, type SwitchableTransport } from "./protocol.ts";
import type { ServerRequest } from "./server-exchange.ts";
import type { Service } from "./service.ts";
import type { Session } from "./session.ts";

/** HTTP/2, by prior knowledge or chosen by ALPN. */
export const http2: Protocol = {
  name: "h2",
  check: (service) => {
    new Http2Connection("server", service.http2);
  },
  server: (transport, service) => new Http2ServerSession(transport, service),
  client: (transport, owner, settings) => new Http2ClientSession(transport, owner, settings),
};

/** For servers: HTTP/2 or HTTP/1.1, chosen by the client's first octets (RFC 9113 3.3). */
export const either: Protocol = {
  name: "http/1.1 or h2",
  check: (service) => {
    http1.check(service);
    http2.check(service);
  },
  server: (transport, service) => new SniffingSession(transport, service),
  client: () => {
    throw new TypeError("a client must know what it speaks");
  },
};

/** Returns the protocol that ALPN chose: HTTP/2 for "h2", HTTP/1.1 for anything else. */
export function protocolOf(alpn: string | null | undefined | false): Protocol {
  return alpn === "h2" ? http2 : http1;
}

/** Holds received octets until they reveal the protocol; the session for it then takes this one's place. */
class SniffingSession implements Session {
  readonly unanswered: ServerRequest[] = [];
  private readonly transport: SwitchableTransport;
  private readonly service: Service;
  private held = new Uint8Array(0);
  private isStopping = false;
  private since = Number.NaN;

  constructor(transport: SwitchableTransport, service: Service) {
    this.transport = transport;
    this.service = service;
  }

  take(): readonly Uint8Array[] {
    return [];
  }

  receive(octets: Uint8Array): void {
    const { held } = this;
    let first = octets;
    if (held.length > 0) {
      first = new Uint8Array(held.length + octets.length);
      first.set(held);
      first.set(octets, held.length);
    }
    const sniffed = Http2Connection.sniff(first);
    if (sniffed === "need-data") this.held = new Uint8Array(first);
    else this.become(sniffed === "http2", first);
  }

  receiveEnd(): void {
    this.become(false, this.held).receiveEnd();
  }

  private become(isHttp2: boolean, octets: Uint8Array): Session {
    const { transport, service } = this;
    const session = isHttp2 ? new Http2ServerSession(transport, service) : new Http1ServerSession(transport, service);
    transport.session = session;
    if (this.isStopping) session.shutdown();
    if (octets.length > 0) session.receive(octets);
    return session;
  }

  drained(): void {}

  gone(): void {}

  tick(now: number): void {
    const { idle, head } = this.service.timeouts;
    if (Number.isNaN(this.since)) this.since = now;
    if (now - this.since >= (this.held.length > 0 ? head : idle)) this.transport.close();
  }

  shutdown(): void {
    this.isStopping = true;
    if (this.held.length === 0) this.transport.close();
  }
}
