// Frames that carry no message: settings, windows, resets, pings, priorities, GOAWAY, extensions and unknown types.
import { codeName } from "./codes.ts";
import type { Http2ReceivedEvent, StreamResetEvent } from "./events.ts";
import {
  ACK,
  FRAME_HEADER_SIZE,
  type FrameHeader,
  HIGHEST_WINDOW,
  PING_SIZE,
  readU31,
  readU32,
  SETTINGS,
} from "./frames.ts";
import { type Priority, parsePriority } from "./priority.ts";
import type { Session } from "./session.ts";
import { isKnown, parseSettings, SETTING_SIZE, type SettingEntry, settingsOf } from "./settings.ts";
import { ENDED, ON, refusalIn, type Stream } from "./stream.ts";
import { IS_IDLE, WAS_RESET_BY_PEER, WAS_RESET_HERE } from "./streams.ts";

export class ControlReader {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  // --- SETTINGS ------------------------------------------------------------------------------------------------------------

  readSettings(octets: Uint8Array, at: number, frame: FrameHeader): Http2ReceivedEvent | null {
    const { session } = this;
    const { length } = frame;
    if (frame.has(ACK)) {
      if (length > 0) throw session.fault("BAD_FRAME_LENGTH");
      return this.acknowledged();
    }
    if (length / SETTING_SIZE > session.limits.maxSettingsPerFrame) throw session.fault("TOO_MANY_SETTINGS");
    const entries = parseSettings(octets, at, length);
    if (typeof entries === "string") throw session.fault(entries);
    session.budgets.spendPing(FRAME_HEADER_SIZE);
    this.apply(entries);
    session.frame(0, SETTINGS, ACK, 0);
    session.budgets.provoke(FRAME_HEADER_SIZE, 1);
    return { type: "settings", settings: settingsOf(entries), offset: session.offset };
  }

  /**
   * Puts the peer's settings into effect, in their order (RFC 9113 6.5.3). Unknown ones are not kept: a peer could
   * announce all 65,528, and each later frame would copy them.
   */
  apply(entries: readonly SettingEntry[]): void {
    const { session } = this;
    const known = entries.filter(isKnown);
    for (const [name, value] of known) {
      if (name === "headerTableSize") session.encoder.setMaxTableSize(value as number);
      else if (name === "initialWindowSize") this.moveWindows(value as number);
      else this.checkChange(name, value as boolean);
    }
    session.remote = Object.freeze({ ...session.remote, ...settingsOf(known) });
    session.hasRemoteSettings = true;
  }

  /** Refuses settings that must not change, or that this peer must not send. */
  private checkChange(name: string, value: boolean): void {
    const { session } = this;
    const { remote } = session;
    const isBad =
      (name === "enablePush" && value && !session.isServer) ||
      (name === "enableConnectProtocol" && !value && remote.enableConnectProtocol) ||
      (name === "noRfc7540Priorities" && session.hasRemoteSettings && value !== remote.noRfc7540Priorities);
    if (isBad) throw session.fault("BAD_SETTING", { seen: `${name} ${value}` });
  }

  /** Sets a new initial window size, which moves the windows of open streams too (RFC 9113 6.9.2). */
  private moveWindows(window: number): void {
    const { session } = this;
    if (window + session.streams.highestSendDelta > HIGHEST_WINDOW) this.checkWindows(window);
    session.scheduler.rebase(window);
  }

  /** Checks that a new initial window size lifts no window above 2^31-1 (RFC 9113 6.9.2). */
  private checkWindows(window: number): void {
    const { session } = this;
    let highest = 0;
    for (const stream of session.streams.living.values()) highest = Math.max(highest, stream.sendDelta);
    session.streams.highestSendDelta = highest;
    if (window + highest > HIGHEST_WINDOW) throw session.fault("WINDOW_TOO_LARGE");
  }

  /** Puts the oldest unacknowledged frame into effect. An acknowledgement of nothing is ignored. */
  private acknowledged(): Http2ReceivedEvent | null {
    const { session } = this;
    const [settings, ...later] = session.unacknowledged;
    if (settings === undefined) {
      session.budgets.spendUseless();
      return null;
    }
    session.unacknowledged = later;
    session.activate(settings);
    return { type: "settings-acknowledged", settings, offset: session.offset };
  }

  // --- PING, GOAWAY --------------------------------------------------------------------------------------------------------

  readPing(octets: Uint8Array, at: number, frame: FrameHeader): Http2ReceivedEvent {
    const { session } = this;
    const { offset } = session;
    const data = new Uint8Array(octets.subarray(at, at + PING_SIZE));
    if (frame.has(ACK)) return { type: "ping-acknowledged", data, offset };
    session.budgets.spendPing(FRAME_HEADER_SIZE + PING_SIZE);
    session.writePing(data, ACK);
    session.budgets.provoke(FRAME_HEADER_SIZE + PING_SIZE, 1);
    return { type: "ping", data, offset };
  }

  readGoaway(octets: Uint8Array, at: number, { length }: FrameHeader): Http2ReceivedEvent {
    const { session } = this;
    const { streams, offset } = session;
    session.budgets.spendUseless();
    // The id must not rise (RFC 9113 6.8); if it does, the earlier one stays in effect.
    const lastStreamId = Math.min(readU31(octets, at), session.lastServedByPeer);
    session.lastServedByPeer = lastStreamId;
    const unprocessed = [...streams.living.keys()].filter((id) => streams.isLocal(id) && id > lastStreamId);
    for (const id of unprocessed) {
      streams.rememberReset(id, WAS_RESET_HERE);
      session.fire(streams.get(id) as Stream, ON["receive-rst-stream"]);
    }
    session.end("receive-goaway");
    const code = codeName(readU32(octets, at + 4));
    return {
      type: "goaway",
      code,
      lastStreamId,
      debugData: new Uint8Array(octets.subarray(at + 8, at + length)),
      unprocessed,
      offset,
    };
  }

  /** Ends the streams whose received message is incomplete, once the input has ended. */
  endStreams(): StreamResetEvent[] {
    const { session } = this;
    const { offset } = session;
    const events: StreamResetEvent[] = [];
    for (const stream of session.streams.living.values()) {
      if (stream.received === ENDED) continue;
      events.push({ type: "stream-reset", streamId: stream.id, code: "CANCEL", remote: true, reason: "", offset });
      session.fire(stream, ON["receive-rst-stream"]);
    }
    return events;
  }

  // --- RST_STREAM, WINDOW_UPDATE -------------------------------------------------------------------------------------------

  readReset(octets: Uint8Array, at: number, { streamId }: FrameHeader): Http2ReceivedEvent | null {
    const { session } = this;
    const stream = session.streams.get(streamId);
    if (stream === undefined) return this.ignore(streamId);
    session.budgets.spendReset();
    session.streams.rememberReset(streamId, WAS_RESET_BY_PEER);
    session.fire(stream, ON["receive-rst-stream"]);
    const code = codeName(readU32(octets, at));
    return { type: "stream-reset", streamId, code, remote: true, reason: "", offset: session.offset };
  }

  /** Ignores a frame on a stream that is over, where it may arrive late. On an idle stream it is a connection error. */
  private ignore(streamId: number): null {
    const { session } = this;
    if (session.streams.fateOf(streamId) === IS_IDLE && !session.leavesOut(streamId)) {
      throw session.fault("UNEXPECTED_FRAME");
    }
    session.budgets.spendUseless();
    return null;
  }

  readWindowUpdate(octets: Uint8Array, at: number, { streamId }: FrameHeader): Http2ReceivedEvent | null {
    const { session } = this;
    const { scheduler, offset } = session;
    const increment = readU31(octets, at);
    if (streamId === 0) {
      if (increment === 0) throw session.fault("ZERO_WINDOW_INCREMENT");
      if (scheduler.window + increment > HIGHEST_WINDOW) throw session.fault("WINDOW_TOO_LARGE");
      scheduler.widenConnection(increment);
      return { type: "window-updated", streamId, increment, offset };
    }
    const stream = session.streams.get(streamId);
    if (stream === undefined) return this.ignore(streamId);
    if (!stream.allows(ON["receive-window-update"])) throw session.fault(refusalIn(stream.state).code);
    if (increment === 0) return session.streamError(streamId, "ZERO_WINDOW_INCREMENT");
    if (scheduler.windowOf(stream) + increment > HIGHEST_WINDOW)
      return session.streamError(streamId, "WINDOW_TOO_LARGE");
    scheduler.widen(stream, increment);
    session.streams.highestSendDelta = Math.max(session.streams.highestSendDelta, stream.sendDelta);
    return { type: "window-updated", streamId, increment, offset };
  }

  // --- priorities ----------------------------------------------------------------------------------------------------------

  /** Parses PRIORITY and ignores it (RFC 9113 5.3.2). A stream that depends on itself is an error all the same. */
  readPriority(octets: Uint8Array, at: number, { streamId }: FrameHeader): Http2ReceivedEvent | null {
    const { session } = this;
    session.budgets.spendUseless();
    if (readU31(octets, at) !== streamId) return null;
    const { streams } = session;
    const isOver = streams.get(streamId) === undefined && streams.fateOf(streamId) !== IS_IDLE;
    return isOver ? null : session.streamError(streamId, "SELF_DEPENDENCY");
  }

  /** Reads PRIORITY_UPDATE (RFC 9218 7.1). */
  readPriorityUpdate(octets: Uint8Array, at: number, { length }: FrameHeader): Http2ReceivedEvent | null {
    const { session } = this;
    const { streams } = session;
    const streamId = readU31(octets, at);
    session.budgets.spendUseless();
    if (!session.isServer || streamId === 0) throw session.fault("BAD_PRIORITY_UPDATE");
    const priority = parsePriority(latin1(octets, at + 4, at + length));
    const { urgency, incremental } = priority;
    const stream = streams.get(streamId);
    if (stream !== undefined) session.scheduler.prioritize(stream, urgency, incremental);
    else if (streams.fateOf(streamId) !== IS_IDLE || session.leavesOut(streamId)) return null;
    else this.keepPriority(streamId, priority);
    return { type: "priority-updated", streamId, urgency, incremental, offset: session.offset };
  }

  /**
   * Keeps the priority of a request that is still to come; of no more requests than may be open. When there is no room,
   * those whose ids the peer has passed are dropped: they have come, or never will.
   */
  private keepPriority(streamId: number, priority: Priority): void {
    const { session } = this;
    const { streams } = session;
    session.earlyPriorities ??= new Map();
    const early = session.earlyPriorities;
    const isFull = () => early.size + streams.remote >= session.concurrentStreams;
    if (isFull()) for (const id of early.keys()) if (id <= streams.highestRemote) early.delete(id);
    if (streams.isLocal(streamId) || (isFull() && !early.has(streamId))) throw session.fault("BAD_PRIORITY_UPDATE");
    early.set(streamId, priority);
  }

  // --- extensions ----------------------------------------------------------------------------------------------------------

  /** Reads ALTSVC. A frame that breaks the rules is ignored (RFC 7838 4). */
  readAlternativeService(octets: Uint8Array, at: number, frame: FrameHeader): Http2ReceivedEvent | null {
    const { session } = this;
    const { length, streamId } = frame;
    const originLength = length < 2 ? length : ((octets[at] as number) << 8) | (octets[at + 1] as number);
    const hasOrigin = originLength > 0;
    const isOnStream = streamId > 0 && session.streams.get(streamId) !== undefined;
    const isSound = originLength + 2 <= length && (streamId === 0 ? hasOrigin : isOnStream && !hasOrigin);
    if (session.isServer || !isSound) return this.useless();
    const origin = latin1(octets, at + 2, at + 2 + originLength);
    const value = latin1(octets, at + 2 + originLength, at + length);
    return { type: "alternative-service", streamId, origin, value, offset: session.offset };
  }

  /** Reads ORIGIN. A frame that breaks the rules is ignored (RFC 8336 2.1). */
  readOrigin(octets: Uint8Array, at: number, frame: FrameHeader): Http2ReceivedEvent | null {
    const { session } = this;
    const { length, flags, streamId } = frame;
    if (session.isServer || streamId !== 0 || (flags & 0xf) !== 0) return this.useless();
    const origins: string[] = [];
    const end = at + length;
    let next = at;
    while (next < end) {
      const begin = next + 2;
      next = begin < end ? begin + (((octets[next] as number) << 8) | (octets[next + 1] as number)) : end + 1;
      if (next > end) return this.useless();
      origins.push(latin1(octets, begin, next));
    }
    return { type: "origin", origins, offset: session.offset };
  }

  readUnknown(octets: Uint8Array, at: number, frame: FrameHeader): Http2ReceivedEvent {
    const { session } = this;
    const { length, type: frameType, flags, streamId } = frame;
    session.budgets.spendUseless();
    const payload = new Uint8Array(octets.subarray(at, at + length));
    return { type: "unknown-frame", streamId, frameType, flags, payload, offset: session.offset };
  }

  private useless(): null {
    this.session.budgets.spendUseless();
    return null;
  }
}

/** Returns octets as text, one char each. */
function latin1(octets: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(octets[at] as number);
  return text;
}
