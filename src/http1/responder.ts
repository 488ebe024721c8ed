// What only a server sends: responses. As in sender.ts, nothing is changed or queued before everything has been
// checked.
import type { Pairs } from "../shared/field-pairs.ts";
import type { SendInformationalResponse, SendResponse } from "./events.ts";
import { type Exchange, ON } from "./exchange.ts";
import { writeInformationalResponse, writeResponse } from "./response-writers.ts";
import type { Sender } from "./sender.ts";

/** The facts of the peer that govern a response. */
export interface Peer {
  readonly version: string | null;
  /** Whether it has broken the protocol. */
  readonly failed: boolean;
}

export function sendInformationalResponse(
  sender: Sender,
  event: SendInformationalResponse,
  pairs: Pairs,
  exchange: Exchange,
): void {
  const { status } = event;
  sender.checkAllowed(ON["informational-response"], exchange);
  sender.queue.pushText(writeInformationalResponse(event, status, pairs, exchange.upgradeProposed));
  if (status === 100 || status === 101) exchange.waiting = false;
  exchange.fire("server", ON[status === 101 ? "upgrade-accepted" : "informational-response"]);
}

export function sendResponse(sender: Sender, event: SendResponse, pairs: Pairs, exchange: Exchange, peer: Peer): void {
  const { version, failed } = peer;
  const { status } = event;
  sender.checkAllowed(ON.response, exchange);
  const { method, keepAlive } = exchange;
  const keepAliveAsked = exchange.keepAliveAsked && !failed;
  const { text, framing, closes } = writeResponse(event, status, pairs, { method, keepAlive, keepAliveAsked, version });
  sender.queue.pushText(text);
  sender.owed = framing;
  exchange.waiting = false;
  if (exchange.connectProposed && status < 300) return exchange.fire("server", ON["connect-accepted"]);
  exchange.propose(false, false);
  exchange.fire("server", ON.response);
  if (closes) exchange.disableKeepAlive();
}
