// What the receiving and the sending half of a connection share: settings, streams, the queue of frames, and the ends of
// streams and of the connection.
import { type ErrorCode, type ErrorDetail, http2CodeOf, RemoteProtocolError, statusHintOf } from "../shared/errors.ts";
import { compileEvents, indexes, REFUSED } from "../shared/machine.ts";
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
  PING,
  PING_SIZE,
  RST_STREAM,
  SETTINGS,
  writeFrameHeader,
  writeU32,
} from "./frames.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { HpackEncoder } from "./hpack-encoder.ts";
import type { Configuration, Http2Limits, Http2Role } from "./options.ts";
import { Output } from "./output.ts";
import type { Priority } from "./priority.ts";
import { ReceiveWindows } from "./receive-windows.ts";
import { Scheduler } from "./scheduler.ts";
import { DEFAULT_SETTINGS, type Http2Settings, type SomeSettings, writeSettings } from "./settings.ts";
import { CLOSED, END, HEAD, NOTHING, ON, type Stream, TRAILERS } from "./stream.ts";
import { IS_IDLE, Streams, WAS_RESET_HERE } from "./streams.ts";

const ENDINGS = compileEvents(ENDING_STATES, ENDING_TRIGGERS, ON_ENDING);
const { open: OPEN, "going-away": GOING_AWAY, finished: FINISHED, terminated: TERMINATED } = indexes(ENDING_STATES);
const ON_END = indexes(ENDING_TRIGGERS);

/** The status that answers a malformed request; one that is too large has another. */
const MALFORMED = 400;

/** Octets of payload. Frames are cut no smaller than this, however few octets are drained at a time: the rest waits. */
const LEAST_ROOM = 1024;

export class Session {
  readonly role: Http2Role;
  readonly isServer: boolean;
  readonly configuration: Configuration;
  readonly limits: Http2Limits;
  readonly output = new Output();
  readonly scheduler = new Scheduler();
  readonly budgets = new Budgets(this);
  readonly windows = new ReceiveWindows(this);
  readonly streams: Streams;
  readonly decoder = new HpackDecoder();
  readonly encoder = new HpackEncoder();
  /** This end's settings, as far as the peer has acknowledged them; and the peer's, as far as this end has. */
  local: Http2Settings = DEFAULT_SETTINGS;
  remote: Http2Settings = DEFAULT_SETTINGS;
  /** True once the peer's first SETTINGS frame was received. */
  hasRemoteSettings = false;
  /** The SETTINGS frames that the peer has not acknowledged, oldest first. */
  unacknowledged: readonly SomeSettings[] = [];
  /** Streams that the peer may have open; in effect even before it has acknowledged the first frame. */
  concurrentStreams: number;
  /** True once extended CONNECT was announced (RFC 8441). */
  takesExtendedConnect = false;
  /** Where the frame being read began, in octets since the connection began. */
  offset = 0;
  /** The last time the caller gave, in milliseconds; NaN when none. */
  now = Number.NaN;
  /**
   * The last stream of the peer that this end serves, and of this end that the peer serves, by the last GOAWAY of each.
   */
  lastServed = HIGHEST_STREAM_ID;
  lastServedByPeer = HIGHEST_STREAM_ID;
  /** Server: the priorities that came before their requests, by stream id. */
  earlyPriorities: Map<number, Priority> | null = null;
  private ending = OPEN;

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

  // --- the connection's end --------------------------------------------------------------------------------------------

  /** Moves the connection towards its end. Returns false, and changes nothing, when the table has no cell. */
  end(trigger: EndingTrigger): boolean {
    const next = ENDINGS[this.ending * ENDING_TRIGGERS.length + ON_END[trigger]] as number;
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

  /** @throws RangeError for a payload that is larger than the peer's largest frame */
  checkFits(name: string, length: number): void {
    const { maxFrameSize } = this.remote;
    if (length > maxFrameSize) throw new RangeError(`${name} must fit into one frame of ${maxFrameSize} octets`);
  }

  /** Writes GOAWAY, and stops serving the peer's streams above `lastStreamId`. */
  writeGoaway(lastStreamId: number, code: Http2Code, debugData: Uint8Array): void {
    const at = this.frame(8 + debugData.length, GOAWAY, 0, 0);
    const { page } = this.output;
    writeU32(page, at, lastStreamId);
    writeU32(page, at + 4, codeNumber(code));
    page.set(debugData, at + 8);
    this.lastServed = lastStreamId;
  }

  /** Drops all streams that are alive: nothing more is sent on them. */
  dropStreams(): void {
    for (const stream of this.streams.living.values()) this.fire(stream, ON["send-rst-stream"]);
    this.scheduler.drained = null;
  }

  // --- streams ---------------------------------------------------------------------------------------------------------

  /** Moves a stream by a trigger, which must be allowed, and cleans up if that closes it. */
  fire(stream: Stream, trigger: number): void {
    this.streams.fire(stream, trigger);
    if (stream.state !== CLOSED) return;
    this.scheduler.drop(stream);
    this.noticeEmptiness();
  }

  /** Writes RST_STREAM. */
  writeReset(streamId: number, code: Http2Code): void {
    const at = this.frame(4, RST_STREAM, 0, streamId);
    writeU32(this.output.page, at, codeNumber(code));
  }

  /**
   * Handles a stream error (RFC 9113 5.4.2): resets the stream. A server that may still respond answers with the status
   * `answer` first, unless that is 0; a request that has ended then needs no reset. On an idle stream it is a
   * connection error, as no stream may be reset before it is used.
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

  /**
   * Refuses a received message: a stream error that a server answers with the code's status first. A malformed request
   * (400) is answered only if the caller wants that.
   */
  refuse(streamId: number, code: ErrorCode, hasEnded: boolean): StreamResetEvent {
    const status = statusHintOf(code);
    const isAnswered = status !== MALFORMED || this.configuration.respond;
    return this.streamError(streamId, code, isAnswered ? status : 0, hasEnded);
  }

  /** Tells whether this is a stream of the peer's that this end has said, by a GOAWAY, not to serve. */
  leavesOut(streamId: number): boolean {
    return streamId > this.lastServed && !this.streams.isLocal(streamId);
  }

  // --- frames to send --------------------------------------------------------------------------------------------------

  /** Begins a frame in the output's page. Returns the place of its payload. */
  frame(length: number, type: number, flags: number, streamId: number): number {
    const at = this.output.reserve(FRAME_HEADER_SIZE + length);
    writeFrameHeader(this.output.page, at, length, type, flags, streamId);
    return at + FRAME_HEADER_SIZE;
  }

  writeSettings(settings: SomeSettings): void {
    const payload = writeSettings(settings);
    this.checkFits("settings", payload.length);
    const at = this.frame(payload.length, SETTINGS, 0, 0);
    this.output.page.set(payload, at);
    // Few ever wait: this makes a list of the exact length, while push would reserve room for 17.
    this.unacknowledged = [...this.unacknowledged, settings];
    if (settings.enableConnectProtocol === true) this.takesExtendedConnect = true;
  }

  /** Puts into effect settings of this end that the peer has acknowledged (RFC 9113 6.5.3). */
  activate(settings: SomeSettings): void {
    this.local = Object.freeze({ ...this.local, ...settings });
    if (settings.headerTableSize !== undefined) this.decoder.maxTableSize = settings.headerTableSize;
    if (settings.maxConcurrentStreams !== undefined) this.concurrentStreams = settings.maxConcurrentStreams;
    if (settings.initialWindowSize !== undefined) this.windows.rebase(this.streams.living.values());
  }

  writePing(data: Uint8Array, flags: number): void {
    const at = this.frame(PING_SIZE, PING, flags, 0);
    this.output.page.set(data, at);
  }

  writeHeaders(streamId: number, block: Uint8Array, endStream: boolean): void {
    this.writeBlock(HEADERS, endStream ? END_STREAM : 0, streamId, block, 0);
  }

  /**
   * Writes a header block: one frame, and CONTINUATION frames where it is longer than the peer's largest frame.
   * @param promised the promised stream of a PUSH_PROMISE; otherwise 0
   */
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

  /** Writes the end of the message being sent, or its trailers. Nothing may be queued before it. */
  writeEnding(stream: Stream): void {
    const { trailers } = stream;
    if (trailers === null) this.frame(0, DATA, END_STREAM, stream.id);
    else this.writeHeaders(stream.id, this.encoder.encodeChecked(trailers), true);
    stream.trailers = null;
    stream.ending = NOTHING;
    this.fire(stream, ON["send-end-stream"]);
  }

  /**
   * Makes frames of what is due, up to about `max` octets.
   * @param copies whether everything drained is copied anyway
   */
  fill(max: number, copies: boolean): void {
    const { output, scheduler } = this;
    if (this.isTerminated) return;
    this.windows.write();
    for (let stream = scheduler.next(); stream !== null; stream = scheduler.next()) {
      if (output.length >= max) return;
      const room = Math.max(LEAST_ROOM, max - output.length - FRAME_HEADER_SIZE);
      const isEmpty = scheduler.writeFrame(stream, output, Math.min(room, this.remote.maxFrameSize), copies);
      if (isEmpty) this.emptied(stream);
    }
  }

  private emptied(stream: Stream): void {
    if (stream.ending === END) {
      stream.ending = NOTHING;
      this.fire(stream, ON["send-end-stream"]);
    } else if (stream.ending === TRAILERS) {
      this.writeEnding(stream);
    }
  }
}
