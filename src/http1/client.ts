// The client's end of one HTTP/1.1 connection, and everything that both ends share: it joins receive buffer, readers,
// state machine and writers. Bytes in, events out; events in, bytes out. No sockets, timers or clocks: the caller moves
// the bytes and decides when to give up. What only a server needs, or only callers that are no adapter, is in
// connection.ts, so that a bundled client carries none of it.
import { CLOSE, CODING, KEEP_ALIVE, LENGTH } from "../../assembly/layout.ts";
import { LocalProtocolError, RemoteProtocolError } from "../shared/errors.ts";
import { fieldPairs, type Pairs } from "../shared/field-pairs.ts";
import { NEED_DATA } from "../shared/need-data.ts";
import { checkOctets } from "../shared/octets.ts";
import {
  type ConnectionClosedEvent,
  type EndOfMessageEvent,
  type Http1Event,
  type Http1Send,
  type InformationalResponseEvent,
  PAUSED,
  type RequestEvent,
  type ResponseEvent,
  type SendInformationalResponse,
  type SendRequest,
  type SendResponse,
} from "./events.ts";
import {
  CLOSED,
  DONE,
  Exchange,
  IDLE,
  MIGHT_SWITCH,
  MUST_CLOSE,
  ON,
  SEND_BODY,
  SEND_RESPONSE,
  SWITCHED,
  stateName,
  type TriggerIndex,
} from "./exchange.ts";
import { type Http1Options, type Role, readOptions, type Settings } from "./options.ts";
import { Receiver } from "./readers.ts";
import { Sender } from "./sender.ts";
import type { State } from "./states.ts";

/** What reading a head gives; connection-closed when the server gave up the idle connection (an unsolicited 408). */
export type ReceivedHead = RequestEvent | ResponseEvent | InformationalResponseEvent | ConnectionClosedEvent;

/** A connection in role client. Users have Http1Connection; being a subclass, it takes 20 ns more to construct. */
export class ClientConnection {
  /** Which end this is. */
  readonly role: Role;
  /** @internal */
  protected readonly settings: Settings;
  /** @internal */
  protected readonly receiver: Receiver;
  /** Made when something is first sent: saves 20 ns before a message is read. */
  private usedSender: Sender | null = null;
  /** @internal The exchange whose response is due: the only one, unless a client pipelines. */
  protected current: Exchange = new Exchange();
  /** @internal The exchange in which this end sends: `current`, or the last of those that follow it. */
  protected sending: Exchange = this.current;
  /** The number of exchanges from `current` to `sending`. */
  private exchanges = 1;
  /** The connection-closed event, which every later pull gets again; null before it. */
  private closed: ConnectionClosedEvent | null = null;
  /** @internal */
  protected peerVersion: string | null = null;
  /** @internal */
  protected failure: RemoteProtocolError | null = null;

  /**
   * @param role "client" sends requests, "server" sends responses
   * @throws TypeError for an unknown role or option, RangeError for an impossible limit, LocalProtocolError NO_KERNEL
   *   where WebAssembly is missing or refused and `sansio/js` was not imported
   */
  constructor(role: Role, options?: Http1Options) {
    if (role !== "client" && role !== "server") throw new TypeError('role must be "client" or "server"');
    this.role = role;
    this.settings = readOptions(role, options);
    this.receiver = this.newReceiver();
  }

  /** @internal */
  protected newReceiver(): Receiver {
    return new Receiver(this.role, this.settings);
  }

  // --- read-outs --------------------------------------------------------------------------------------------------

  /** The state of this end; in a client that pipelines, that of its newest request. */
  get localState(): State {
    return stateName(this.sending.stateOf(this.role));
  }

  /** The state of the peer; in a client that pipelines, that of the oldest response that is due. */
  get remoteState(): State {
    return stateName(this.current.stateOf(this.remoteRole));
  }

  /** Client: the number of requests that were sent and are not yet answered in full. */
  get outstandingRequests(): number {
    return this.current.answered ? this.exchanges - 1 : this.exchanges;
  }

  /** Octets sent and not yet drained. */
  get queuedBytes(): number {
    return this.usedSender === null ? 0 : this.usedSender.queue.length;
  }

  // --- bytes in, events out ---------------------------------------------------------------------------------------

  /**
   * Stores octets from the peer; nothing is parsed before `nextEvent`. The chunk is held by reference and `data` events
   * are views of it: do not overwrite it, or set `copyData`. An empty chunk changes nothing; after a
   * RemoteProtocolError octets are ignored.
   * @throws TypeError for anything but a Uint8Array over memory that is not shared, and after `feedEof`
   */
  feed(bytes: Uint8Array): void {
    const memory = checkOctets("feed", bytes);
    const { receiver } = this;
    if (receiver.ended) throw new TypeError("feed after feedEof");
    if (this.failure !== null || bytes.length === 0) return;
    if (this.settings.copyData) receiver.push(new Uint8Array(bytes));
    else receiver.push(bytes, memory);
  }

  /** Notes that the peer closed its sending side. Idempotent. */
  feedEof(): void {
    this.receiver.ended = true;
  }

  /**
   * Returns the next event, or `need-data` when more octets must be fed first, or `paused`: after the peer's message
   * until `startNextCycle`, while a proposed switch of protocols is undecided, and for good after a switch.
   * @throws RemoteProtocolError when the peer broke the protocol; the same error again at every later call
   */
  nextEvent(): Http1Event {
    if (this.failure !== null) throw this.failure;
    try {
      return this.readEvent();
    } catch (error) {
      if (error instanceof RemoteProtocolError) this.failReceiving(error);
      throw error;
    }
  }

  private readEvent(): Http1Event {
    const { receiver, current } = this;
    const state = this.role === "server" ? current.client : current.server;
    // The end of a body of known length, or of none. Through readBody(), to the same effect, it took some 20 ns more.
    if (state === SEND_BODY) return receiver.isSpent ? this.complete(receiver.endOfMessage()) : this.readBody();
    if (state !== IDLE && state !== SEND_RESPONSE) return this.readNothing(state);
    return (receiver.length > 0 ? this.readHead() : undefined) ?? this.noEvent();
  }

  /** The states in which no message may follow. */
  private readNothing(state: number): Http1Event {
    const { receiver } = this;
    if (state === MIGHT_SWITCH || state === SWITCHED) return PAUSED;
    if (state === DONE && (receiver.length > 0 || this.exchanges > 1)) return PAUSED;
    // RFC 9112 9.6: what follows a message that closes the connection is no message.
    if (state === MUST_CLOSE || state === CLOSED) receiver.clear();
    return this.noEvent();
  }

  /** There is nothing to read: more is to come, or the peer has closed, which it may unless it owes a response. */
  private noEvent(): Http1Event {
    if (this.closed !== null) return this.closed;
    return this.receiver.ended ? this.readEnd() : NEED_DATA;
  }

  private readEnd(): ConnectionClosedEvent {
    const { receiver, current, remoteRole } = this;
    if (current.stateOf(remoteRole) === SEND_RESPONSE) throw receiver.fault("RESPONSE_NOT_RECEIVED", receiver.fed);
    return this.close(ON["connection-closed"], receiver.fed);
  }

  /** Ends the peer's side by this trigger, at this offset. */
  private close(trigger: TriggerIndex, offset: number): ConnectionClosedEvent {
    this.current.fire(this.remoteRole, trigger);
    this.closed = { type: "connection-closed", offset };
    return this.closed;
  }

  /** @internal Reads the head that is due; undefined when more octets are needed. */
  protected readHead(): ReceivedHead | undefined {
    const { receiver, current } = this;
    const begin = receiver.offset;
    if (current.server === IDLE || begin < current.fedBefore) return this.readUnsolicited(begin);
    const event = receiver.readResponse(current.method);
    if (event === undefined) return undefined;
    if (event.type === "informational-response") this.receiveInformational(event);
    else this.receiveResponse(event);
    this.peerVersion = event.httpVersion;
    return event;
  }

  /**
   * Refuses a response that began before its request was sent: it answers nothing, whatever it is (response queue
   * poisoning). A 408 that closes or is HTTP/1.0 is let through as the end of an idle connection.
   */
  private readUnsolicited(begin: number): ConnectionClosedEvent | undefined {
    const { receiver, current } = this;
    const unsolicited = receiver.fault("UNSOLICITED_RESPONSE", begin);
    let event: ResponseEvent | InformationalResponseEvent | undefined;
    try {
      event = receiver.readResponse(current.method);
    } catch {
      throw unsolicited;
    }
    if (event === undefined) return undefined;
    if (event.status !== 408 || (receiver.version === 11 && !(receiver.facts & CLOSE))) throw unsolicited;
    receiver.clear();
    return this.close(ON["idle-timeout"], begin);
  }

  private receiveInformational(event: InformationalResponseEvent): void {
    const { receiver, current, settings } = this;
    if (++current.informational > settings.limits.maxInformationalResponses) {
      throw receiver.fault("TOO_MANY_INFORMATIONAL_RESPONSES", event.offset);
    }
    if (event.status === 100) current.waiting = false;
    if (event.status !== 101) return;
    if (!current.upgradeProposed) throw receiver.fault("UNSOLICITED_SWITCH", event.offset);
    current.waiting = false;
    current.answered = true;
    current.fire("server", ON["upgrade-accepted"]);
  }

  private receiveResponse(event: ResponseEvent): void {
    const { receiver, current } = this;
    const { facts, version } = receiver;
    current.waiting = false;
    if (current.connectProposed && event.status < 300) {
      current.answered = true;
      current.fire("server", ON["connect-accepted"]);
      return;
    }
    current.propose(false, false);
    current.fire("server", ON.response);
    if (version < 11 || facts & (CLOSE | CODING)) this.heedClosing();
    receiver.beginBody();
  }

  /** Allows no further request after a response that closes, or whose framing is in doubt. */
  private heedClosing(): void {
    const { facts, version, framing } = this.receiver;
    // Chunked despite a Content-Length or HTTP/1.0; or an HTTP/1.0 body that ends with the connection.
    const doubtful = framing < 0 && (version < 11 || (facts & LENGTH) !== 0);
    if (doubtful || !keepsAlive(facts, version, this.settings)) {
      for (const exchange of this.pipeline()) exchange.disableKeepAlive();
    }
  }

  private readBody(): Http1Event {
    const { receiver, current } = this;
    const event = receiver.readBody();
    if (event === undefined) return this.noBody();
    if (event.type === "end-of-message") return this.complete(event);
    current.waiting = false;
    return event;
  }

  /** Ends the peer's message with this event. */
  private complete(event: EndOfMessageEvent): EndOfMessageEvent {
    const { current } = this;
    current.answered = true;
    current.waiting = false;
    current.fire(this.remoteRole, ON["end-of-message"]);
    return event;
  }

  /**
   * There is no more of the body. If the input has ended, that is an error, unless a server sent a final response
   * before any of the body came (417, 413, a redirect).
   */
  private noBody(): Http1Event {
    const { receiver, current } = this;
    if (!receiver.ended) return NEED_DATA;
    const answered = current.server === SEND_BODY || current.server === DONE || current.server === MUST_CLOSE;
    if (this.role === "client" || !answered || receiver.bodyBegan)
      throw receiver.fault("INCOMPLETE_BODY", receiver.fed);
    return this.close(ON["body-declined"], receiver.fed);
  }

  private failReceiving(error: RemoteProtocolError): void {
    this.failure = error;
    this.receiver.clear();
    for (const exchange of this.pipeline()) exchange.fail(this.remoteRole);
  }

  // --- events in, bytes out ---------------------------------------------------------------------------------------

  /**
   * Sends an event to the peer: validates it, moves the state machine, and queues the octets for `bytesToSend` or
   * `chunksToSend`.
   * @throws LocalProtocolError when the event may not be sent; nothing has changed then. TypeError for anything that is
   *   not an event, or has a member of the wrong type
   */
  send(event: Http1Send): void {
    // Fields are read before anything else, as that may run the caller's code.
    switch (event.type) {
      case "request":
        return this.sendRequest(event, fieldPairs(event.headers));
      case "informational-response":
      case "response":
        return this.sendResponse(event, fieldPairs(event.headers));
      case "data":
        return this.sender.sendData(event, this.sending);
      case "end-of-message": {
        const pairs = fieldPairs(event.headers);
        return this.sender.sendEndOfMessage(pairs, this.sending);
      }
      case "connection-closed":
        return this.sender.sendConnectionClosed(this.sending);
      default:
        throw new TypeError(`not an event to send: ${String((event as { type: unknown }).type)}`);
    }
  }

  /** @internal Throws, as a client sends no responses. */
  protected sendResponse(event: SendResponse | SendInformationalResponse, _pairs: Pairs): void {
    throw this.sender.wrongState(ON[event.type], this.sending);
  }

  /** Drains the queue of sent octets as one fresh array; empty when nothing is queued. */
  bytesToSend(): Uint8Array {
    return this.sender.queue.takeBytes();
  }

  /** Drains the queue in pieces, for a vectored write: bodies are the arrays that were sent, not copies. */
  chunksToSend(): Uint8Array[] {
    return this.sender.queue.takeChunks();
  }

  /** A client in `done` may send the next request before the response is there: that begins an exchange of its own. */
  private sendRequest(event: SendRequest, pairs: Pairs): void {
    const { sending, settings, receiver } = this;
    const pipelines = this.role === "client" && sending.client === DONE;
    const exchange = pipelines ? new Exchange() : sending;
    const isFull = this.outstandingRequests >= settings.maxPipelined;
    this.sender.sendRequest(event, pairs, exchange, isFull, receiver.fed);
    if (!pipelines) return;
    sending.following = exchange;
    this.sending = exchange;
    this.exchanges++;
  }

  // --- cycles -----------------------------------------------------------------------------------------------------

  /**
   * Goes on to the next message, once both sides are done. A client that pipelines goes on to the next response that is
   * due.
   * @throws LocalProtocolError when a side is not done, or the connection must close
   */
  startNextCycle(): void {
    const { current } = this;
    if (current.client !== DONE || current.server !== DONE) {
      throw new LocalProtocolError("NOT_REUSABLE", {
        seen: `client is ${stateName(current.client)}, server is ${stateName(current.server)}`,
      });
    }
    this.current = current.following ?? new Exchange();
    if (current.following === null) this.sending = this.current;
    else this.exchanges--;
  }

  /**
   * Moves out the octets that no longer belong to HTTP/1.1, and tells whether the peer has closed its sending side
   * (`eof`). Call it again for octets that are fed later.
   * @throws LocalProtocolError unless the protocol was switched or the peer has closed
   */
  takeTrailingData(): { data: Uint8Array; eof: boolean } {
    const state = this.current.stateOf(this.remoteRole);
    if (state !== SWITCHED && state !== CLOSED) throw new LocalProtocolError("NOT_SWITCHED");
    const { receiver } = this;
    return { data: receiver.takeAll(), eof: receiver.ended };
  }

  /** Yields every exchange, from the one whose response is due to the one whose request is being sent. */
  private *pipeline(): Generator<Exchange> {
    for (let exchange: Exchange | null = this.current; exchange !== null; exchange = exchange.following) yield exchange;
  }

  /** @internal */
  protected get sender(): Sender {
    this.usedSender ??= new Sender(this.role);
    return this.usedSender;
  }

  private get remoteRole(): Role {
    return this.role === "client" ? "server" : "client";
  }
}

/** RFC 9112 9.3: 1.1 keeps alive unless told to close; 1.0 closes unless both ends want keep-alive. */
export function keepsAlive(facts: number, version: number, settings: Settings): boolean {
  if (facts & CLOSE) return false;
  return version === 11 || (settings.http10KeepAlive && (facts & KEEP_ALIVE) !== 0);
}
