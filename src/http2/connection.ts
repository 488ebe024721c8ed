// One HTTP/2 connection, either end: wires what receives, what sends and what both share. Bytes in, events out; events in,
// bytes out. No sockets, timers or clocks: the caller moves the bytes, tells the time where a budget needs it, and decides
// when to give up.
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
import { HIGHEST_STREAM_ID, PING_SIZE, PREFACE } from "./frames.ts";
import { type Http2Options, type Http2Role, readOptions } from "./options.ts";
import { Receiver } from "./receive.ts";
import { Sender } from "./send.ts";
import { Session } from "./session.ts";
import { type GivenSettings, type Http2Settings, readSettings } from "./settings.ts";
import { ON } from "./stream.ts";
import { WAS_RESET_HERE } from "./streams.ts";
import { beginUpgraded } from "./upgrade.ts";
import { writeAlternativeService, writeOrigin } from "./write-extensions.ts";

/** What `sniff` says of the first octets of a connection. */
export type Sniffed = "http2" | "http1" | "need-data";

const NO_MAX = Number.POSITIVE_INFINITY;
const NO_PING = new Uint8Array(PING_SIZE);
const INITIAL_WINDOW = 65535;

/**
 * A state machine for one end of one HTTP/2 connection (RFC 9113). The preface and the first SETTINGS are queued at once.
 *
 * The loop: `feed` what was read, call `nextEvent` until it gives `need-data`, `send` what you have to say, write
 * `bytesToSend`. When drained, close the transport if `finished`.
 */
export class Http2Connection {
  /** Which end this is. */
  readonly role: Http2Role;
  private readonly session: Session;
  private readonly receiver: Receiver;
  private readonly sender: Sender;
  private failure: RemoteProtocolError | null = null;

  /**
   * @param role "client" opens streams, "server" answers on them
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
    if (more > 0) session.widen(more);
  }

  // --- read-outs ---------------------------------------------------------------------------------------------------------

  /** Nothing will be sent or taken any more: close the transport when drained. */
  get finished(): boolean {
    return this.session.isFinished;
  }

  /** Streams that are open: those that this end opened, and those of the peer. Promised ones are not counted. */
  get openStreams(): { readonly local: number; readonly remote: number } {
    const { local, remote } = this.session.streams;
    return { local, remote };
  }

  /** What this end announced and the peer has acknowledged. */
  get localSettings(): Http2Settings {
    return this.session.local;
  }

  /** What the peer announced. */
  get remoteSettings(): Http2Settings {
    return this.session.remote;
  }

  /** Octets sent and not yet drained: frames, credit that is due, and data that waits for its turn or for a window. */
  get queuedBytes(): number {
    const { output, scheduler, creditOctets } = this.session;
    return output.length + creditOctets + scheduler.queued;
  }

  /** Octets of data that wait on a stream for their turn or for a window; 0 of one that is over. */
  queuedOn(streamId: number): number {
    return this.session.streams.get(streamId)?.queued ?? 0;
  }

  /**
   * Octets of DATA that the peer lets this end send: on a stream, by its own window and the connection's; 0 asks for the
   * connection's alone. What is queued is not subtracted. It may be negative (RFC 9113 6.9.2).
   * @throws LocalProtocolError when there is no such stream
   */
  window(streamId: number): number {
    const { scheduler } = this.session;
    if (streamId === 0) return scheduler.window;
    return Math.min(scheduler.window, scheduler.windowOf(this.sender.find(streamId)));
  }

  // --- bytes in, events out ----------------------------------------------------------------------------------------------

  /**
   * Takes octets from the peer; parses nothing yet. The chunk is held by reference and Data events are views of it: do not
   * overwrite it, or set `copyData`. An empty chunk means nothing; after a remote error octets are ignored.
   * @param now the time in milliseconds, of any clock that does not go back: by it the budgets of `limits` recover
   * @throws TypeError for anything but a Uint8Array over an ArrayBuffer, for a `now` that is no number, and after feedEof
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

  /** The peer closed its sending side. Idempotent. */
  feedEof(): void {
    this.receiver.buffer.ended = true;
  }

  /**
   * The next event, or `need-data`.
   * @throws RemoteProtocolError when the peer broke the protocol; the same again at every later call. GOAWAY is queued
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

  /** Events until `need-data`, which is not yielded; `connection-closed` is yielded and ends it. */
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

  /** The last GOAWAY: nothing is said or heard after it. */
  private terminate(code: Http2Code, debugData: Uint8Array): void {
    const { session } = this;
    session.writeGoaway(session.streams.highestRemote, code, debugData);
    session.dropStreams();
    this.receiver.stop();
  }

  // --- events in, bytes out ----------------------------------------------------------------------------------------------

  /**
   * Client: sends a request and gives the id of its stream. The body follows by `send`, unless `endStream` says that there
   * is none.
   * @throws LocalProtocolError when it may not be sent, or the peer takes no more streams now; then nothing has changed
   */
  openStream(request: Http2Request, options: OpenStreamOptions = {}): number {
    return this.sender.openStream(request, options);
  }

  /**
   * Says something on a stream: checks it, moves the stream, queues it. Data is cut into frames when it is drained, as the
   * windows and the other streams allow; trailers and the end stay behind it.
   * @returns false for data that is behind a window: `drain` tells when it no longer is. Otherwise true
   * @throws LocalProtocolError when it may not be sent; then nothing has changed. TypeError for what is no event
   */
  send(event: Http2Send): boolean {
    return this.sender.send(event);
  }

  /**
   * Ends a stream before its time (RST_STREAM); what is queued on it is dropped. Nothing when the stream is over already.
   * @param code default CANCEL
   * @throws LocalProtocolError when the stream was never opened
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
   * Manual windows: so many octets of `data` events of this stream were dealt with, and the peer may send as many more.
   * Also for a stream that is over: its octets count for the connection.
   * @throws LocalProtocolError for more than were received, and unless `windows.mode` is "manual"
   */
  release(streamId: number, octets: number): void {
    const { session } = this;
    if (typeof octets !== "number") throw new TypeError("octets must be a number");
    if (!Number.isInteger(octets) || octets < 0) throw new RangeError("octets must be a whole number");
    const stream = session.streams.get(streamId) ?? null;
    if (stream === null && !session.streams.wasUsed(streamId)) this.sender.find(streamId);
    if (octets > session.held || (stream !== null && octets > stream.held)) {
      throw new LocalProtocolError("RELEASED_TOO_MUCH");
    }
    session.held -= octets;
    if (stream !== null) stream.held -= octets;
    if (octets > 0) session.giveBack(stream, octets);
  }

  /**
   * Asks for a sign of life, which comes as `ping-acknowledged`.
   * @param data eight octets, by which the answer is known; default zeros
   */
  ping(data: Uint8Array = NO_PING): void {
    checkOctets("ping", data);
    if (data.length !== PING_SIZE) throw new RangeError("a ping has eight octets");
    this.checkAlive();
    this.session.writePing(data, 0);
  }

  /**
   * Announces settings. They hold when the peer has acknowledged them: `settings-acknowledged`.
   * @throws TypeError, RangeError for what is no setting; LocalProtocolError for one that must not be changed
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
   * Server: promises a response to a request that nobody made, and gives the id of its stream, on which `send` answers.
   * @param streamId the client's request to which it belongs
   * @throws LocalProtocolError when it may not be pushed; then nothing has changed
   */
  push(streamId: number, request: Http2Request): number {
    return this.sender.push(streamId, request);
  }

  /** Changes how a stream is served among others; a client tells the server (RFC 9218 7). @throws LocalProtocolError */
  prioritize(streamId: number, priority: Http2Priority): void {
    this.sender.prioritize(streamId, priority);
  }

  /**
   * Announces the end: GOAWAY with the highest id. The peer is to open no more streams; those that it opens before it knows
   * are served. Call `goaway` a round trip later (a `ping` tells when).
   * @throws LocalProtocolError when the end was announced already
   */
  shutdown(): void {
    const { session } = this;
    if (!session.end("shutdown")) throw new LocalProtocolError("GOING_AWAY");
    session.writeGoaway(HIGHEST_STREAM_ID, "NO_ERROR", NO_OCTETS);
  }

  /**
   * Ends the connection: GOAWAY with the last stream that was seen. Later ones are ignored; the others go on, and when there
   * is none left the connection is `finished`. With another code than NO_ERROR it is finished at once, and nothing that was
   * queued behind a window goes out.
   * @throws LocalProtocolError after an error
   */
  goaway(code: Http2Code = "NO_ERROR", debugData: Uint8Array = NO_OCTETS): void {
    const { session } = this;
    checkOctets("goaway", debugData);
    const isGraceful = codeNumber(code) === 0;
    this.checkAlive();
    if (!isGraceful) {
      this.terminate(code, debugData);
      session.end("goaway-with-error");
      return;
    }
    session.writeGoaway(Math.min(session.lastServed, session.streams.highestRemote), code, debugData);
    session.end("goaway");
  }

  /** Server: tells of an alternative service (RFC 7838). @throws LocalProtocolError in a client, or without such a stream */
  altsvc(service: AlternativeService): void {
    this.checkServer();
    if ("streamId" in service) this.sender.find(service.streamId);
    writeAlternativeService(this.session, service);
  }

  /** Server: tells for what origins the connection may be used (RFC 8336). @throws LocalProtocolError in a client */
  origin(origins: readonly string[]): void {
    this.checkServer();
    writeOrigin(this.session, origins);
  }

  /** Drains what was sent, up to `max` octets, as one fresh array; empty when there is nothing. */
  bytesToSend(max: number = NO_MAX): Uint8Array {
    checkMax(max);
    this.session.fill(max, true);
    return this.session.output.takeBytes(max);
  }

  /** Drains what was sent, up to `max` octets, in pieces, bodies as they were given, for a vectored write. */
  chunksToSend(max: number = NO_MAX): Uint8Array[] {
    checkMax(max);
    this.session.fill(max, false);
    return this.session.output.takeChunks(max);
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
   * A connection that began as HTTP/1.1 and was upgraded to h2c (RFC 7540 3.2). The request is stream 1, and has ended.
   * Server: its first events are that request and its end; send the 101 by HTTP/1.1 first. Client: the response comes on
   * stream 1.
   * @param request the HTTP/1.1 event, received or sent
   * @param http2Settings the value of its field HTTP2-Settings
   * @throws RemoteProtocolError in a server when that is malformed: answer 400, or as if no upgrade was asked for
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

  /** Do these first octets of a connection begin HTTP/2 with prior knowledge (RFC 9113 3.3)? */
  static sniff(bytes: Uint8Array): Sniffed {
    checkOctets("sniff", bytes);
    const length = Math.min(bytes.length, PREFACE.length);
    for (let at = 0; at < length; at++) if (bytes[at] !== PREFACE[at]) return "http1";
    return length === PREFACE.length ? "http2" : "need-data";
  }
}

function checkMax(max: number): void {
  if (typeof max !== "number") throw new TypeError("max must be a number");
  if (!(max >= 0)) throw new RangeError(`max must not be negative: ${max}`);
}
