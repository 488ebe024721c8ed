// The sending half of a connection, except for responses: is the event legal now, may it go out, what does it change?
// Nothing is changed or queued before everything has been checked.
import { CONNECTION_UPGRADE, EXPECT_CONTINUE, METHOD_CONNECT, UPGRADE } from "../../assembly/layout.ts";
import { LocalProtocolError } from "../shared/errors.ts";
import type { Pairs } from "../shared/field-pairs.ts";
import { checkOctets } from "../shared/octets.ts";
import type { SendData, SendRequest } from "./events.ts";
import { type Exchange, ON, stateName, type TriggerIndex } from "./exchange.ts";
import { IN_CHUNKS } from "./framing.ts";
import type { Role } from "./options.ts";
import { SendQueue } from "./send-queue.ts";
import { TRIGGERS } from "./states.ts";
import { LAST_CHUNK, writeRequest, writeTrailers } from "./writers.ts";

export class Sender {
  readonly queue: SendQueue = new SendQueue();
  private readonly role: Role;
  /** Octets still due of the body being sent, or IN_CHUNKS, or UNTIL_CLOSE. */
  owed = 0;

  constructor(role: Role) {
    this.role = role;
  }

  /** @param fed how many octets were fed so far: a response that began among them cannot answer this request */
  sendRequest(event: SendRequest, pairs: Pairs, exchange: Exchange, isFull: boolean, fed: number): void {
    this.checkAllowed(ON.request, exchange);
    if (!exchange.allows("server", ON["client-request"])) throw this.wrongState(ON.request, exchange);
    if (isFull) throw new LocalProtocolError("PIPELINE_FULL");
    const { text, facts, method, framing, closes } = writeRequest(event, pairs);
    this.queue.pushText(text);
    this.owed = framing;
    exchange.method = method;
    exchange.fedBefore = fed;
    exchange.answered = false;
    exchange.begin();
    if (closes) exchange.disableKeepAlive();
    exchange.propose(proposesUpgrade(facts, 11), method === METHOD_CONNECT);
    exchange.waiting = (facts & EXPECT_CONTINUE) !== 0;
  }

  sendData(event: SendData, exchange: Exchange): void {
    const { queue, owed } = this;
    const { data } = event;
    this.checkAllowed(ON.data, exchange);
    checkOctets("data", data);
    if (owed >= 0 && data.length > owed) {
      throw new LocalProtocolError("BODY_TOO_LONG", { seen: `${data.length} octets where ${owed} are due` });
    }
    exchange.waiting = false;
    if (data.length === 0) return;
    if (owed >= 0) this.owed = owed - data.length;
    if (owed === IN_CHUNKS) queue.pushText(`${data.length.toString(16)}\r\n`);
    queue.pushOctets(data);
    if (owed === IN_CHUNKS) queue.pushText("\r\n");
  }

  sendEndOfMessage(pairs: Pairs, exchange: Exchange): void {
    const { queue, owed } = this;
    this.checkAllowed(ON["end-of-message"], exchange);
    const text = writeTrailers(pairs);
    if (owed !== IN_CHUNKS && text !== LAST_CHUNK) throw new LocalProtocolError("TRAILERS_NOT_ALLOWED");
    if (owed > 0) throw new LocalProtocolError("BODY_TOO_SHORT", { seen: `${owed} octets are still due` });
    exchange.waiting = false;
    if (owed === IN_CHUNKS) queue.pushText(text);
    exchange.fire(this.role, ON["end-of-message"]);
  }

  sendConnectionClosed(exchange: Exchange): void {
    this.checkAllowed(ON["connection-closed"], exchange);
    exchange.fire(this.role, ON["connection-closed"]);
  }

  /** @throws LocalProtocolError WRONG_STATE */
  checkAllowed(trigger: TriggerIndex, exchange: Exchange): void {
    if (!exchange.allows(this.role, trigger)) throw this.wrongState(trigger, exchange);
  }

  wrongState(trigger: TriggerIndex, exchange: Exchange): LocalProtocolError {
    const state = stateName(exchange.stateOf(this.role));
    return new LocalProtocolError("WRONG_STATE", { seen: `${TRIGGERS[trigger]} from a ${this.role} that is ${state}` });
  }
}

/** RFC 9110 7.8: Upgrade counts only in HTTP/1.1, and only together with the connection option. */
export function proposesUpgrade(facts: number, version: number): boolean {
  return version === 11 && (facts & UPGRADE) !== 0 && (facts & CONNECTION_UPGRADE) !== 0;
}
