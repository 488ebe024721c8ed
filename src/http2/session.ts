// What the receiving and the sending half of a connection share: settings, windows, streams, the queue of frames, and how
// streams and the connection end.
import { type ErrorCode, type ErrorDetail, http2CodeOf, RemoteProtocolError } from "../shared/errors.ts";
import { compileEvents, REFUSED } from "../shared/machine.ts";
import { Budgets } from "./budgets.ts";
import { codeNumber, type Http2Code } from "./codes.ts";
import { ENDING_STATES, ENDING_TRIGGERS, type EndingTrigger, ON_ENDING } from "./connection-states.ts";
import type { StreamResetEvent } from "./events.ts";
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  FRAME_HEADER_SIZE,
  GOAWAY,
  HEADERS,
  HIGHEST_STREAM_ID,
  INCREMENT_SIZE,
  PING,
  PING_SIZE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
  writeFrameHeader,
  writeU32,
} from "./frames.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { HpackEncoder } from "./hpack-encoder.ts";
import type { Configuration, Http2Limits, Http2Role } from "./options.ts";
import { Output } from "./output.ts";
import { Scheduler } from "./scheduler.ts";
import { DEFAULT_SETTINGS, type Http2Settings, type SomeSettings, writeSettings } from "./settings.ts";
import { CLOSED, END, ENDED, HEAD, NOTHING, ON, type Stream, TRAILERS } from "./stream.ts";
import { IS_IDLE, Streams, WAS_RESET_HERE } from "./streams.ts";

const ENDINGS = compileEvents(ENDING_STATES, ENDING_TRIGGERS, ON_ENDING);
const [OPEN, , GOING_AWAY, FINISHED, TERMINATED] = [...ENDING_STATES.keys()] as [
  number,
  number,
  number,
  number,
  number,
];

const INITIAL_WINDOW = 65535;

/** However few octets are drained at a time, frames are not made smaller for it than this: what is left of one waits. */
const LEAST_ROOM = 1024;

export class Session {
  readonly role: Http2Role;
  readonly isServer: boolean;
  readonly configuration: Configuration;
  readonly limits: Http2Limits;
  readonly output = new Output();
  readonly scheduler = new Scheduler();
  readonly budgets = new Budgets(this);
  readonly streams: Streams;
  readonly decoder = new HpackDecoder();
  readonly encoder = new HpackEncoder();
  /** Of this end: those that the peer has acknowledged. Of the peer: those that this end has. */
  local: Http2Settings = DEFAULT_SETTINGS;
  remote: Http2Settings = DEFAULT_SETTINGS;
  /** Has the peer's first SETTINGS frame come? */
  hasRemoteSettings = false;
  /** Frames that the peer has not acknowledged, the oldest first. */
  unacknowledged: readonly SomeSettings[] = [];
  /** Streams that the peer may have open: already before it has acknowledged the first frame. */
  concurrentStreams: number;
  /** Has extended CONNECT been announced? */
  takesExtendedConnect = false;
  /** What the peer may still send on the connection, by what was drained. */
  window = INITIAL_WINDOW;
  /** Received octets that are credited to the connection by the next WINDOW_UPDATE; is one due? */
  credit = 0;
  isCreditDue = false;
  /** Received octets that wait for `release`. */
  held = 0;
  /** Where the frame that is being read began. */
  offset = 0;
  /** The time that the caller told last; NaN when none. */
  now = Number.NaN;
  /** The last stream of the peer's that is served, as the last GOAWAY said; of this end's, as the peer's said. */
  lastServed = HIGHEST_STREAM_ID;
  lastServedByPeer = HIGHEST_STREAM_ID;
  /** Streams of whose data a caller was told that it waits, and that wait for the connection's window alone; ids of those let go. */
  private waiting: Set<Stream> | null = null;
  drained: number[] | null = null;
  /** Priorities that came before their requests (server). */
  earlyPriorities: Map<number, string> | null = null;
  private ending = OPEN;
  private credited: Stream[] | null = null;

  constructor(role: Http2Role, configuration: Configuration) {
    const { limits, settings } = configuration;
    this.role = role;
    this.isServer = role === "server";
    this.configuration = configuration;
    this.limits = limits;
    this.streams = new Streams(role === "client");
    this.concurrentStreams = settings.maxConcurrentStreams;
  }

  fault(code: ErrorCode, detail: ErrorDetail = {}): RemoteProtocolError {
    return new RemoteProtocolError(code, this.offset, this.role, detail);
  }

  // --- how it ends -----------------------------------------------------------------------------------------------------

  /** Moves towards the end. False when the table has no cell, and then nothing changes. */
  end(trigger: EndingTrigger): boolean {
    const next = ENDINGS[this.ending * ENDING_TRIGGERS.length + ENDING_TRIGGERS.indexOf(trigger)] as number;
    if (next === REFUSED) return false;
    this.ending = next;
    this.noticeEmptiness();
    return true;
  }

  get isOpen(): boolean {
    return this.ending === OPEN;
  }

  get isFinished(): boolean {
    return this.ending === FINISHED || this.ending === TERMINATED;
  }

  get isTerminated(): boolean {
    return this.ending === TERMINATED;
  }

  private noticeEmptiness(): void {
    if (this.ending === GOING_AWAY && this.streams.living.size === 0) this.end("no-stream-left");
  }

  /** GOAWAY, and with an error the end of everything else. */
  writeGoaway(lastStreamId: number, code: Http2Code, debugData: Uint8Array): void {
    const at = this.frame(8 + debugData.length, GOAWAY, 0, 0);
    const { page } = this.output;
    writeU32(page, at, lastStreamId);
    writeU32(page, at + 4, codeNumber(code));
    page.set(debugData, at + 8);
    this.lastServed = lastStreamId;
  }

  /** Everything that lives is dropped: nothing is said on streams any more. */
  dropStreams(): void {
    for (const stream of this.streams.living.values()) this.fire(stream, ON["send-rst-stream"]);
    this.waiting = null;
    this.drained = null;
  }

  // --- streams ---------------------------------------------------------------------------------------------------------

  /** Moves a stream by a trigger that is allowed; what is left of a closed one is cleared away. */
  fire(stream: Stream, trigger: number): void {
    this.streams.fire(stream, trigger);
    if (stream.state !== CLOSED) return;
    if (stream.isWaiting) this.waiting?.delete(stream);
    stream.isWaiting = false;
    if (stream.queued > 0) {
      this.scheduler.drop(stream);
      this.noticeRoom();
    }
    this.noticeEmptiness();
  }

  /** RST_STREAM. */
  writeReset(streamId: number, code: Http2Code): void {
    const at = this.frame(4, RST_STREAM, 0, streamId);
    writeU32(this.output.page, at, codeNumber(code));
  }

  /**
   * A stream error (RFC 9113 5.4.2): resets the stream, or in a server that may, answers it with this status first; a
   * request that has ended then needs no reset. On a stream that is idle it is an error of the connection: none may be
   * reset before it is used.
   */
  streamError(streamId: number, code: ErrorCode, answer = 0, hasEnded = false): StreamResetEvent {
    const stream = this.streams.get(streamId);
    if (stream === undefined && this.streams.fateOf(streamId) === IS_IDLE) throw this.fault(code);
    this.budgets.spendReset();
    this.budgets.checkQueued(FRAME_HEADER_SIZE + 4);
    const http2Code = http2CodeOf(code) as Http2Code;
    const begin = this.output.length;
    const isAnswered = answer > 0 && this.isServer && (stream === undefined || stream.sent === HEAD);
    if (isAnswered) this.writeHeaders(streamId, this.encoder.encodeResponse(answer, []).block, true);
    if (!isAnswered || !hasEnded) {
      this.writeReset(streamId, isAnswered ? "NO_ERROR" : http2Code);
      this.streams.rememberReset(streamId, WAS_RESET_HERE);
    }
    this.budgets.provoke(this.output.length - begin);
    if (stream !== undefined) this.fire(stream, ON["send-rst-stream"]);
    return { type: "stream-reset", streamId, code: http2Code, remote: false, reason: code, offset: this.offset };
  }

  // --- frames out ------------------------------------------------------------------------------------------------------

  /** Begins a frame in the output's page: where its payload goes. */
  frame(length: number, type: number, flags: number, streamId: number): number {
    const at = this.output.reserve(FRAME_HEADER_SIZE + length);
    writeFrameHeader(this.output.page, at, length, type, flags, streamId);
    return at + FRAME_HEADER_SIZE;
  }

  writeSettings(settings: SomeSettings): void {
    const payload = writeSettings(settings);
    const at = this.frame(payload.length, SETTINGS, 0, 0);
    this.output.page.set(payload, at);
    // Few ever wait: a list of just its length, where push would keep room for 17.
    this.unacknowledged = [...this.unacknowledged, settings];
    if (settings.enableConnectProtocol === true) this.takesExtendedConnect = true;
  }

  /** Settings of this end that the peer has acknowledged: no others hold from here on (RFC 9113 6.5.3). */
  activate(settings: SomeSettings): void {
    this.local = Object.freeze({ ...this.local, ...settings });
    if (settings.headerTableSize !== undefined) this.decoder.maxTableSize = settings.headerTableSize;
    if (settings.maxConcurrentStreams !== undefined) this.concurrentStreams = settings.maxConcurrentStreams;
  }

  writePing(data: Uint8Array, flags: number): void {
    const at = this.frame(PING_SIZE, PING, flags, 0);
    this.output.page.set(data, at);
  }

  writeHeaders(streamId: number, block: Uint8Array, endStream: boolean): void {
    this.writeBlock(HEADERS, endStream ? END_STREAM : 0, streamId, block, 0);
  }

  /** A header block in one frame, and CONTINUATION where it is longer than the peer takes. `promised`: of PUSH_PROMISE, else 0. */
  writeBlock(type: number, flags: number, streamId: number, block: Uint8Array, promised: number): void {
    const { maxFrameSize } = this.remote;
    const prefix = promised === 0 ? 0 : 4;
    let end = Math.min(block.length, maxFrameSize - prefix);
    const isWhole = end === block.length;
    const at = this.frame(prefix + end, type, isWhole ? flags | END_HEADERS : flags, streamId);
    if (promised !== 0) writeU32(this.output.page, at, promised);
    this.output.page.set(isWhole ? block : block.subarray(0, end), at + prefix);
    while (end < block.length) {
      const fragment = block.subarray(end, end + maxFrameSize);
      end += fragment.length;
      const next = this.frame(fragment.length, CONTINUATION, end === block.length ? END_HEADERS : 0, streamId);
      this.output.page.set(fragment, next);
    }
  }

  /** The end of the message that is sent, when nothing is queued before it. */
  writeEnding(stream: Stream): void {
    const { trailers } = stream;
    if (trailers === null) this.frame(0, DATA, END_STREAM, stream.id);
    else this.writeHeaders(stream.id, this.encoder.encodeChecked(trailers), true);
    stream.trailers = null;
    stream.ending = NOTHING;
    this.fire(stream, ON["send-end-stream"]);
  }

  /** Makes frames of what is due until there are `max` octets, if it comes to that. `copies`: will all be copied anyway? */
  fill(max: number, copies: boolean): void {
    const { output, scheduler } = this;
    if (this.isTerminated) return;
    this.writeCredits();
    for (let stream = scheduler.next(); stream !== null; stream = scheduler.next()) {
      if (output.length >= max) return;
      const room = Math.max(LEAST_ROOM, max - output.length - FRAME_HEADER_SIZE);
      const isEmpty = scheduler.writeFrame(stream, output, Math.min(room, this.remote.maxFrameSize), copies);
      if (isEmpty) this.emptied(stream);
    }
  }

  private emptied(stream: Stream): void {
    if (stream.isWaiting) this.drain(stream);
    if (stream.ending === END) {
      stream.ending = NOTHING;
      this.fire(stream, ON["send-end-stream"]);
    } else if (stream.ending === TRAILERS) {
      this.writeEnding(stream);
    }
  }

  // --- windows ---------------------------------------------------------------------------------------------------------

  /** Does the peer still send on this stream? */
  private isReceiving(stream: Stream): boolean {
    return stream.state !== CLOSED && stream.received !== ENDED;
  }

  /** What the peer may still send on a stream. */
  receiveWindow(stream: Stream): number {
    return this.local.initialWindowSize + stream.receiveDelta;
  }

  /** Octets of DATA, padding included, that need not wait for the caller. */
  giveBack(stream: Stream | null, octets: number): void {
    this.credit += octets;
    if (this.configuration.manual || this.credit >= this.configuration.connectionWindow / 2) this.isCreditDue = true;
    if (stream === null) return;
    stream.credit += octets;
    const isDue = this.configuration.manual || stream.credit >= this.local.initialWindowSize / 2;
    if (!isDue || stream.isCredited || !this.isReceiving(stream)) return;
    stream.isCredited = true;
    this.credited ??= [];
    this.credited.push(stream);
  }

  /** Octets of the WINDOW_UPDATEs that the next drain makes. */
  get creditOctets(): number {
    if (this.isTerminated) return 0;
    return ((this.isCreditDue ? 1 : 0) + (this.credited?.length ?? 0)) * (FRAME_HEADER_SIZE + INCREMENT_SIZE);
  }

  /** WINDOW_UPDATE where it is due. From here on the peer may use it. */
  private writeCredits(): void {
    if (this.isCreditDue) {
      this.writeWindowUpdate(0, this.credit);
      this.window += this.credit;
      this.credit = 0;
      this.isCreditDue = false;
    }
    const { credited } = this;
    if (credited === null) return;
    this.credited = null;
    for (const stream of credited) {
      stream.isCredited = false;
      if (!this.isReceiving(stream) || stream.credit === 0) continue;
      this.writeWindowUpdate(stream.id, stream.credit);
      stream.receiveDelta += stream.credit;
      stream.credit = 0;
    }
  }

  /** The peer may send so much more on the connection, from the next drain on. */
  widen(octets: number): void {
    this.credit += octets;
    this.isCreditDue = true;
  }

  private writeWindowUpdate(streamId: number, increment: number): void {
    const at = this.frame(INCREMENT_SIZE, WINDOW_UPDATE, 0, streamId);
    writeU32(this.output.page, at, increment);
  }

  /** Does all that is queued on the stream fit into the windows, with what is queued on others? If not, a drain will tell. */
  letsGo(stream: Stream): boolean {
    const { scheduler } = this;
    if (!scheduler.fits(stream)) stream.isWaiting = true;
    else if (scheduler.isOpen) return true;
    else this.wait(stream);
    return false;
  }

  /** The connection's window opened, or less is queued: streams that wait for nothing else are let go, all of them. */
  noticeRoom(): void {
    const { scheduler, waiting } = this;
    if (waiting === null || !scheduler.isOpen) return;
    this.waiting = null;
    for (const stream of waiting) if (scheduler.fits(stream)) this.drain(stream);
  }

  /** The stream's own window opened. */
  noticeRoomOf(stream: Stream): void {
    if (!stream.isWaiting || !this.scheduler.fits(stream)) return;
    if (this.scheduler.isOpen) this.drain(stream);
    else this.wait(stream);
  }

  private wait(stream: Stream): void {
    stream.isWaiting = true;
    this.waiting ??= new Set();
    this.waiting.add(stream);
  }

  private drain(stream: Stream): void {
    stream.isWaiting = false;
    this.waiting?.delete(stream);
    this.drained ??= [];
    this.drained.push(stream.id);
  }
}
