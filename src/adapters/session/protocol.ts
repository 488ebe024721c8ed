// The seam between the adapters and the protocols: how to create a session for either end. The adapters know only
// HTTP/1.1 themselves. HTTP/2 must be imported and passed in, so that code that does not use it does not carry it.
import { Http1Connection } from "../../http1/index.ts";
import type { ClientOwner, ClientSession } from "./client-exchange.ts";
import type { ClientSettings } from "./client-settings.ts";
import { Http1ClientSession } from "./http1-client.ts";
import { Http1ServerSession } from "./http1-server.ts";
import type { Service } from "./service.ts";
import type { Session, Transport } from "./session.ts";

/** A transport whose session may be replaced once the peer's protocol is known. */
export interface SwitchableTransport extends Transport {
  session: Session;
}

/** How to speak a protocol, at either end. Pass one of `http1`, `http2` and `either` to the adapters. */
export interface Protocol {
  /** As ALPN names it; for `either` both. */
  readonly name: string;
  /**
   * Checks the protocol's options before any connection could fail because of them.
   * @throws TypeError or RangeError for impossible options
   */
  check(service: Service): void;
  /** Creates the session of a server's connection. @hidden The types of sessions are not public. */
  server(transport: SwitchableTransport, service: Service): Session;
  /** Creates the session of a client's connection. @hidden The same. */
  client(transport: Transport, owner: ClientOwner, settings: ClientSettings): ClientSession;
}

/** HTTP/1.1. */
export const http1: Protocol = {
  name: "http/1.1",
  check: (service) => {
    new Http1Connection("server", service.http1);
  },
  server: (transport, service) => new Http1ServerSession(transport, service),
  client: (transport, owner, settings) => new Http1ClientSession(transport, owner, settings),
};
