// One HTTP/1.1 connection, either end: adds to client.ts what only a server needs, and what the adapters do not.
import { CLOSE, EXPECT_CONTINUE, METHOD_CONNECT, UPGRADE } from "../../assembly/layout.ts";
import { RemoteProtocolError } from "../shared/errors.ts";
import type { Pairs } from "../shared/field-pairs.ts";
import { checkOctets } from "../shared/octets.ts";
import { ClientConnection, keepsAlive, type ReceivedHead } from "./client.ts";
import type { Http1ReceivedEvent, SendInformationalResponse, SendResponse } from "./events.ts";
import { IDLE, SEND_RESPONSE } from "./exchange.ts";
import { RequestReceiver } from "./request-reader.ts";
import { sendInformationalResponse, sendResponse } from "./responder.ts";
import { takeSome } from "./send-queue.ts";
import { proposesUpgrade } from "./sender.ts";

/**
 * A state machine for one end of one HTTP/1.1 connection (RFC 9112), with h11's semantics.
 *
 * The loop: `feed` what was read from the transport, call `nextEvent` until it returns `need-data` or `paused`, `send`
 * your events, write what `bytesToSend` returns. Once that is written, close the transport if `localState` is
 * `must-close`, `closed` or `error`.
 */
export class Http1Connection extends ClientConnection {
  /** @internal */
  declare protected readonly receiver: RequestReceiver;

  /** @internal */
  protected override newReceiver(): RequestReceiver {
    return new RequestReceiver(this.role, this.settings);
  }

  /** The HTTP version of the peer's last message, "1.1" or "1.0"; null before the first. */
  get remoteHttpVersion(): string | null {
    return this.peerVersion;
  }

  /**
   * Client: true while the server has not answered `Expect: 100-continue` (RFC 9110 10.1.1). The core has no timer:
   * send the body anyway when you have waited long enough.
   */
  get isWaitingFor100Continue(): boolean {
    return this.role === "client" && this.sending.waiting;
  }

  /** Octets fed and not yet consumed. Stop feeding while this is large and `nextEvent` returns `paused`. */
  get bufferedBytes(): number {
    return this.receiver.length;
  }

  /** Server: true while the client waits for a 100 or a final response before it sends the body (RFC 9110 10.1.1). */
  get remoteIsWaitingFor100Continue(): boolean {
    return this.role === "server" && this.current.waiting;
  }

  /** @internal */
  protected override readHead(): ReceivedHead | undefined {
    if (this.role === "client") return super.readHead();
    const { receiver, current } = this;
    const event = receiver.readRequest();
    if (event === undefined) return undefined;
    const { facts, version, method } = receiver;
    if (!current.begin()) throw receiver.fault("UNEXPECTED_REQUEST", event.offset);
    this.peerVersion = event.httpVersion;
    current.method = method;
    if (version < 11 || facts & (CLOSE | UPGRADE | EXPECT_CONTINUE) || method === METHOD_CONNECT) this.receiveWishes();
    receiver.beginBody();
    return event;
  }

  /** Notes what a request asks for besides a response: to close or to keep alive, to switch protocols, to get a 100. */
  private receiveWishes(): void {
    const { receiver, current, settings } = this;
    const { facts, version, method } = receiver;
    if (!keepsAlive(facts, version, settings)) current.disableKeepAlive();
    else current.keepAliveAsked = version < 11;
    current.propose(proposesUpgrade(facts, version), method === METHOD_CONNECT);
    current.waiting = version === 11 && (facts & EXPECT_CONTINUE) !== 0;
  }

  /** @internal */
  protected override sendResponse(event: SendResponse | SendInformationalResponse, pairs: Pairs): void {
    const { sender, sending } = this;
    if (event.type === "informational-response") return sendInformationalResponse(sender, event, pairs, sending);
    sendResponse(sender, event, pairs, sending, { version: this.peerVersion, failed: this.failure !== null });
  }

  /**
   * Yields events until `need-data` or `paused`, which are not yielded; after `connection-closed`, which is, it ends.
   * @throws RemoteProtocolError as `nextEvent` does
   */
  *events(): IterableIterator<Http1ReceivedEvent> {
    while (true) {
      const event = this.nextEvent();
      if (event.type === "need-data" || event.type === "paused") return;
      yield event;
      if (event.type === "connection-closed") return;
    }
  }

  /**
   * Drains what was sent into `target`, as much as it has room for; the rest stays queued. The fastest way out: the array
   * that `bytesToSend` makes costs V8 300 to 600 ns, as its memory is not on V8's own heap.
   * @returns how many octets were written, from the start of `target`
   * @throws TypeError for anything but a Uint8Array over an ArrayBuffer
   */
  drainInto(target: Uint8Array): number {
    checkOctets("drainInto", target);
    const { queue } = this.sender;
    return queue.length > target.length ? takeSome(queue, target) : queue.takeInto(target);
  }

  /** Notes that the transport could not send: from now on `localState` is `error`. */
  sendFailed(): void {
    this.sending.fail(this.role);
  }

  /**
   * Server: queues a minimal response with the error's status hint and `Connection: close`. Returns false and does
   * nothing in client role, when a response has begun, or when sending has failed.
   * @throws TypeError for anything but a RemoteProtocolError
   */
  errorResponse(error: RemoteProtocolError): boolean {
    if (!(error instanceof RemoteProtocolError)) throw new TypeError("errorResponse takes a RemoteProtocolError");
    const { server } = this.current;
    if (this.role === "client" || (server !== IDLE && server !== SEND_RESPONSE)) return false;
    this.send({
      type: "response",
      status: error.statusHint,
      headers: [
        ["Content-Length", "0"],
        ["Connection", "close"],
      ],
    });
    this.send({ type: "end-of-message" });
    return true;
  }
}
