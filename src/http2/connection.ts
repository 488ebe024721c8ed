// One HTTP/2 connection, either end: connects the receiving half, the sending half and the session that both share.
// Bytes in, events out; events in, bytes out. No sockets, timers or clocks: the caller moves the bytes, gives the time
// where a budget needs it, and decides when to give up.
import { LocalProtocolError, RemoteProtocolError } from "../shared/errors.ts";
import { checkOctets } from "../shared/octets.ts";
import { NO_OCTETS } from "../shared/receive-buffer.ts";
import { codeNumber, type Http2Code } from "./codes.ts";
import type {
  AlternativeService,
  Http2Event,
  Http2Priority,
  Http2ReceivedEvent,
  Http2Request,
  Http2RequestEvent,
  Http2Send,
  OpenStreamOptions,
} from "./events.ts";
import { HIGHEST_STREAM_ID, INITIAL_WINDOW, PING_SIZE, PREFACE } from "./frames.ts";
import { type Http2Options, type Http2Role, readOptions } from "./options.ts";
import { Receiver } from "./receive.ts";
import { Sender } from "./send.ts";
import { Session } from "./session.ts";
import { type GivenSettings, type Http2Settings, readSettings } from "./settings.ts";
import { ON } from "./stream.ts";
import { WAS_RESET_HERE } from "./streams.ts";
import { beginUpgraded } from "./upgrade.ts";
import { readService, writeAlternativeService, writeOrigin } from "./write-extensions.ts";

/** What `sniff` finds in the first octets of a connection. */
export type Sniffed = "http2" | "http1" | "need-data";

const NO_MAX = Number.POSITIVE_INFINITY;
const NO_PING = new Uint8Array(PING_SIZE);

/**
 * A state machine for one end of one HTTP/2 connection (RFC 9113). The constructor queues the first SETTINGS frame,
 * after the preface in a client.
 *
 * The loop: `feed` the bytes that were read, call `nextEvent` until it returns `need-data`, `send` your own events, and
 * write `bytesToSend()` to the transport. Once everything is drained, close the transport if `finished` is true.
 */
export class Http2Connection {
  /** Which end of the connection this is. */
  readonly role: Http2Role;
  private readonly session: Session;
  private readonly receiver: Receiver;
  private readonly sender: Sender;
  private failure: RemoteProtocolError | null = null;

  /**
   * @param role a "client" opens streams, a "server" answers on them
   * @throws TypeError for an unknown role or option, RangeError for an impossible limit or setting
   */
  constructor(role: Http2Role, options?: Http2Options) {
    if (role !== "client" && role !== "server") throw new TypeError('role must be "client" or "server"');
    const configuration = readOptions(role, options);
    this.role = role;
    const session = new Session(role, configuration);
    this.session = session;
    this.receiver = new Receiver(session);
    this.sender = new Sender(session);
    if (role === "client") {
      const at = session.output.reserve(PREFACE.length);
      session.output.page.set(PREFACE, at);
    }
    session.writeSettings(configuration.settings);
    const more = configuration.connectionWindow - INITIAL_WINDOW;
    if (more > 0) session.windows.widen(more);
  }

  // --- read-outs ---------------------------------------------------------------------------------------------------------

  /** True when nothing more will be sent or accepted: close the transport once everything is drained. */
  get finished(): boolean {
    return this.session.isFinished;
  }

  /**
   * The number of open streams: opened by this end (`local`) and by the peer (`remote`). Promised streams are not
   * counted.
   */
  get openStreams(): { readonly local: number; readonly remote: number } {
    const { local, remote } = this.session.streams;
    return { local, remote };
  }

  /** The settings that this end announced and the peer has acknowledged; defaults for all others. */
  get localSettings(): Http2Settings {
    return this.session.local;
  }

  /** The settings that the peer announced; defaults for all others. */
  get remoteSettings(): Http2Settings {
    return this.session.remote;
  }

  /**
   * Octets sent and not yet drained: frames, WINDOW_UPDATEs that are due, and data waiting for its turn or for a
   * window.
   */
  get queuedBytes(): number {
    const { output, scheduler, windows, isTerminated } = this.session;
    return output.length + scheduler.queued + (isTerminated ? 0 : windows.dueOctets);
  }

  /** Octets of data waiting on a stream for their turn or for a window; 0 when the stream is over or does not exist. */
  queuedOn(streamId: number): number {
    return this.session.streams.get(streamId)?.queued ?? 0;
  }

  /**
   * Returns the octets of DATA that the peer allows this end to send on a stream: the smaller of its window and the
   * connection's; for stream 0, the connection's window. Queued data is not subtracted. May be negative (RFC 9113
   * 6.9.2).
   * @throws LocalProtocolError when there is no such stream
   */
  window(streamId: number): number {
    const { scheduler } = this.session;
    if (streamId === 0) return scheduler.window;
    return Math.min(scheduler.window, scheduler.windowOf(this.sender.find(streamId)));
  }

  // --- bytes in, events out ----------------------------------------------------------------------------------------------

  /**
   * Takes octets from the peer; parses nothing yet. The chunk is held by reference and `data` events are views of it:
   * do not overwrite it, or set `copyData`. An empty chunk does nothing; after a remote error octets are ignored.
   * @param now the time in milliseconds, from any clock that does not go backwards; lets the budgets of `limits`
   * recover
   * @throws TypeError for anything but a Uint8Array over an ArrayBuffer, for a `now` that is not a number, and after
   * feedEof
   */
  feed(bytes: Uint8Array, now?: number): void {
    const memory = checkOctets("feed", bytes);
    if (now !== undefined && typeof now !== "number") throw new TypeError("now must be a number of milliseconds");
    const { buffer } = this.receiver;
    if (buffer.ended) throw new TypeError("feed after feedEof");
    if (now !== undefined) this.session.now = now;
    if (this.session.isTerminated || bytes.length === 0) return;
    if (this.session.configuration.copyData) buffer.push(new Uint8Array(bytes));
    else buffer.push(bytes, memory);
  }

  /** Records that the peer closed its sending side. Idempotent. */
  feedEof(): void {
    this.receiver.buffer.ended = true;
  }

  /**
   * Returns the next event, or `need-data` when there is none.
   * @throws RemoteProtocolError when the peer broke the protocol; every later call throws the same error. GOAWAY is
   * queued
   */
  nextEvent(): Http2Event {
    if (this.failure !== null) throw this.failure;
    try {
      return this.receiver.read();
    } catch (error) {
      if (error instanceof RemoteProtocolError) this.fail(error);
      throw error;
    }
  }

  /** Yields events until `need-data`, which is not yielded, or up to and including `connection-closed`. */
  *events(): IterableIterator<Http2ReceivedEvent> {
    while (true) {
      const event = this.nextEvent();
      if (event.type === "need-data") return;
      yield event;
      if (event.type === "connection-closed") return;
    }
  }

  private fail(error: RemoteProtocolError): void {
    const { session } = this;
    this.failure = error;
    this.terminate(error.http2Code as Http2Code, NO_OCTETS);
    session.end("fault");
  }

  /** Writes the last GOAWAY: nothing is sent or read after it. */
  private terminate(code: Http2Code, debugData: Uint8Array): void {
    const { session } = this;
    session.writeGoaway(session.streams.highestRemote, code, debugData);
    session.dropStreams();
    this.receiver.stop();
  }

  // --- events in, bytes out ----------------------------------------------------------------------------------------------

  /**
   * Client: sends a request and returns the id of its stream. Send the body with `send`, unless `endStream` says that
   * there is none.
   * @throws LocalProtocolError when the request may not be sent, or the peer accepts no more streams now; nothing has
   * changed
   */
  openStream(request: Http2Request, options: OpenStreamOptions = {}): number {
    return this.sender.openStream(request, options);
  }

  /**
   * Sends an event on a stream: checks it, moves the stream's state and queues it. Data is cut into frames when it is
   * drained, as the windows and the other streams allow; trailers and the end of the message wait behind it.
   * @returns false for data that has to wait for a window, until a `drain` event; true otherwise
   * @throws LocalProtocolError when the event may not be sent; nothing has changed. TypeError for anything that is not
   * an event
   */
  send(event: Http2Send): boolean {
    return this.sender.send(event);
  }

  /**
   * Resets a stream (RST_STREAM) and drops the data queued on it. Does nothing when the stream is over already.
   * @param code default CANCEL
   * @throws LocalProtocolError when the stream was never opened; TypeError, RangeError for an invalid code
   */
  reset(streamId: number, code: Http2Code = "CANCEL"): void {
    const { session } = this;
    const { streams } = session;
    codeNumber(code);
    const stream = streams.get(streamId);
    if (stream === undefined) {
      if (!streams.wasUsed(streamId)) this.sender.find(streamId);
      return;
    }
    session.writeReset(streamId, code);
    streams.rememberReset(streamId, WAS_RESET_HERE);
    session.fire(stream, ON["send-rst-stream"]);
  }

  /**
   * Manual windows: returns credit to the peer for `octets` octets of this stream's `data` events, so that it may send
   * as many more. Also needed for a stream that is over, as its octets still occupy the connection's window.
   * @throws LocalProtocolError for more octets than were received and not yet released (unless `windows.mode` is
   * "manual", that is any number above 0), and for a stream that was never opened
   * @throws TypeError, RangeError when `octets` is not a whole number from 0 on
   */
  release(streamId: number, octets: number): void {
    const { session } = this;
    if (typeof octets !== "number") throw new TypeError("octets must be a number");
    if (!Number.isInteger(octets) || octets < 0) throw new RangeError("octets must be a whole number");
    const stream = session.streams.get(streamId) ?? null;
    if (stream === null && !session.streams.wasUsed(streamId)) this.sender.find(streamId);
    session.windows.release(stream, octets);
  }

  /**
   * Sends a PING, which the peer answers: `ping-acknowledged`.
   * @param data eight octets, which the answer repeats; default zeros
   * @throws TypeError, RangeError for anything but eight octets; LocalProtocolError after an error
   */
  ping(data: Uint8Array = NO_PING): void {
    checkOctets("ping", data);
    if (data.length !== PING_SIZE) throw new RangeError("a ping has eight octets");
    this.checkAlive();
    this.session.writePing(data, 0);
  }

  /**
   * Announces settings. They take effect when the peer acknowledges them: `settings-acknowledged`.
   * @throws TypeError, RangeError for an invalid setting; LocalProtocolError for one that must not be changed, and
   * after an error
   */
  updateSettings(settings: GivenSettings): void {
    const { session } = this;
    const read = readSettings(this.role, settings);
    this.checkAlive();
    if (session.takesExtendedConnect && read.enableConnectProtocol === false) {
      throw new LocalProtocolError("BAD_SETTING", {
        seen: "enableConnectProtocol must not be taken back (RFC 8441 3)",
      });
    }
    const priorities = session.configuration.settings.noRfc7540Priorities;
    if (read.noRfc7540Priorities !== undefined && read.noRfc7540Priorities !== priorities) {
      throw new LocalProtocolError("BAD_SETTING", { seen: "noRfc7540Priorities must not be changed (RFC 9218 2.1)" });
    }
    session.writeSettings(read);
  }

  /**
   * Server: promises a response to a request that the client did not make (PUSH_PROMISE), and returns the id of the
   * promised stream. Send the response on it with `send`.
   * @param streamId the stream of the client's request that the promise is associated with
   * @throws LocalProtocolError when the request may not be pushed; nothing has changed
   */
  push(streamId: number, request: Http2Request): number {
    return this.sender.push(streamId, request);
  }

  /**
   * Changes a stream's priority. In a client it also sends PRIORITY_UPDATE (RFC 9218 7).
   * @throws LocalProtocolError when there is no such stream
   */
  prioritize(streamId: number, priority: Http2Priority): void {
    this.sender.prioritize(streamId, priority);
  }

  /**
   * Announces a graceful end: GOAWAY with the highest id that a stream of the peer could have. It asks the peer to open
   * no more streams; those that it opens before the GOAWAY arrives are still served. Call `goaway` a round trip later (a
   * `ping` measures it).
   * @throws LocalProtocolError when the connection is ending already
   */
  shutdown(): void {
    const { session } = this;
    if (!session.end("shutdown")) throw new LocalProtocolError("GOING_AWAY");
    // The streams that a client leaves unserved are a server's, which are even (RFC 9113 5.1.1).
    session.writeGoaway(session.isServer ? HIGHEST_STREAM_ID : HIGHEST_STREAM_ID - 1, "NO_ERROR", NO_OCTETS);
  }

  /**
   * Ends the connection: GOAWAY with the id of the last stream seen from the peer. Later streams are ignored; the
   * others go on, and the connection is `finished` when none is left. With any code but NO_ERROR it is finished at
   * once, and queued data is dropped.
   * @param debugData for diagnosis by the peer; it may have any form
   * @throws LocalProtocolError after an error; TypeError, RangeError for an invalid code, data that is not a
   * Uint8Array, or more than fits into a frame
   */
  goaway(code: Http2Code = "NO_ERROR", debugData: Uint8Array = NO_OCTETS): void {
    const { session } = this;
    checkOctets("goaway", debugData);
    const isGraceful = codeNumber(code) === 0;
    session.checkFits("debugData", 8 + debugData.length);
    this.checkAlive();
    if (!isGraceful) {
      this.terminate(code, debugData);
      session.end("goaway-with-error");
      return;
    }
    session.writeGoaway(Math.min(session.lastServed, session.streams.highestRemote), code, debugData);
    session.end("goaway");
  }

  /**
   * Server: announces an alternative service (ALTSVC, RFC 7838 4).
   * @throws LocalProtocolError in a client, and when there is no such stream
   * @throws TypeError, RangeError for a bad value or origin, or one that does not fit into a frame
   */
  altsvc(service: AlternativeService): void {
    this.checkServer();
    const read = readService(service);
    if (read.streamId !== 0) this.sender.find(read.streamId);
    writeAlternativeService(this.session, read);
  }

  /**
   * Server: announces the origins that the connection may be used for (ORIGIN, RFC 8336).
   * @throws LocalProtocolError in a client
   * @throws TypeError, RangeError for a bad origin, or for more than fit into a frame
   */
  origin(origins: readonly string[]): void {
    this.checkServer();
    writeOrigin(this.session, origins);
  }

  /**
   * Drains up to `max` octets of what was sent, as one fresh array; empty when there is nothing to send.
   * @throws TypeError, RangeError when `max` is not a number from 0 on
   */
  bytesToSend(max: number = NO_MAX): Uint8Array {
    const octets = wholeMax(max);
    this.session.fill(octets, true);
    return this.session.output.takeBytes(octets);
  }

  /**
   * Drains what was sent into `target`, as much as it has room for; the rest stays queued.
   * @returns how many octets were written, from the start of `target`
   * @throws TypeError for anything but a Uint8Array over an ArrayBuffer
   */
  drainInto(target: Uint8Array): number {
    checkOctets("drainInto", target);
    this.session.fill(target.length, true);
    return this.session.output.takeInto(target);
  }

  /**
   * Drains up to `max` octets of what was sent, in pieces for a vectored write; bodies are not copied.
   * @throws TypeError, RangeError when `max` is not a number from 0 on
   */
  chunksToSend(max: number = NO_MAX): Uint8Array[] {
    const octets = wholeMax(max);
    this.session.fill(octets, false);
    return this.session.output.takeChunks(octets);
  }

  private checkAlive(): void {
    if (this.session.isTerminated) throw new LocalProtocolError("GOING_AWAY");
  }

  private checkServer(): void {
    this.checkAlive();
    if (this.role !== "server") throw new LocalProtocolError("WRONG_STATE", { seen: "only a server announces this" });
  }

  // --- beginnings ----------------------------------------------------------------------------------------------------------

  /**
   * Returns a connection that began as HTTP/1.1 and was upgraded to h2c (RFC 7540 3.2). The request is stream 1, and is
   * complete. Server: the first events are that request and its end; send the 101 by HTTP/1.1 first. Client: the
   * response arrives on stream 1.
   * @param request the HTTP/1.1 request event, received or sent
   * @param http2Settings the value of its HTTP2-Settings field
   * @throws RemoteProtocolError in a server when that value is malformed: answer 400, or ignore the upgrade
   */
  static fromUpgrade(
    role: Http2Role,
    request: Pick<Http2RequestEvent, "method" | "target" | "headers">,
    http2Settings: string,
    options?: Http2Options,
  ): Http2Connection {
    const connection = new Http2Connection(role, options);
    beginUpgraded(connection.session, connection.receiver, request, http2Settings);
    return connection;
  }

  /**
   * Tells whether the first octets of a connection begin HTTP/2 with prior knowledge (RFC 9113 3.3): "need-data" as
   * long as they are only the beginning of the client's preface.
   */
  static sniff(bytes: Uint8Array): Sniffed {
    checkOctets("sniff", bytes);
    const length = Math.min(bytes.length, PREFACE.length);
    for (let at = 0; at < length; at++) if (bytes[at] !== PREFACE[at]) return "http1";
    return length === PREFACE.length ? "http2" : "need-data";
  }
}

/** Returns the whole octets of a `max`. @throws TypeError, RangeError when it is not a number from 0 on */
function wholeMax(max: number): number {
  if (typeof max !== "number") throw new TypeError("max must be a number");
  if (!(max >= 0)) throw new RangeError(`max must not be negative: ${max}`);
  return Math.floor(max);
}
