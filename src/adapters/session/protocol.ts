// The seam between the adapters and the protocols: how to make a session of either end. HTTP/1.1 is what they know by
// themselves; who wants HTTP/2 imports it and passes it, and who does not carries none of it.
import { Http1Connection } from "../../http1/index.ts";
import type { ClientOwner, ClientSession } from "./client.ts";
import { type ClientSettings, Http1ClientSession } from "./http1-client.ts";
import { Http1ServerSession } from "./http1-server.ts";
import type { Service } from "./service.ts";
import type { Session, Transport } from "./session.ts";

/** A transport whose session may be exchanged for another, when it is known what the peer speaks. */
export interface SwitchableTransport extends Transport {
  session: Session;
}

/** How to speak a protocol, at either end. */
export interface Protocol {
  readonly name: string;
  /** @throws TypeError or RangeError for impossible options of the protocol: before there is a connection to fail by them */
  check(service: Service): void;
  server(transport: SwitchableTransport, service: Service): Session;
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
