/** What received frames do to the connection and its streams, in hyper-h2 and, with rules, in ours. */

import { LARGEST } from "./model-machine.ts";
import { MessagesModel } from "./model-messages.ts";
import {
  ALTSVC,
  CONTINUATION,
  DATA,
  GOAWAY,
  HEADERS,
  ORIGIN,
  PING,
  PRIORITY,
  PRIORITY_UPDATE,
  PUSH_PROMISE,
  type Received,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from "./model-reading.ts";
import {
  type Event,
  Fault,
  FLOW_CONTROL_ERROR,
  FRAME_SIZE_ERROR,
  invalidSetting,
  NO_ERROR,
  PROTOCOL_ERROR,
  STREAM_CLOSED,
} from "./model-streams.ts";
import type { Rule } from "./rules.ts";

export class ReceivingModel extends MessagesModel {
  private hasTheirSettings = false;

  protected override process(frame: Received): Event[] {
    try {
      return this.dispatched(frame);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { stream, reason, code } = error;
      if (reason === "error of the stream" || reason === "answered") {
        return this.resetHere(stream, code, reason === "answered" ? null : error.answered ? NO_ERROR : code);
      }
      const by = this.closedBy(error.stream);
      const reset = by === "sent reset" || by === "received reset";
      if ((error.reason === "stream closed" || error.reason === "id too low") && reset) {
        this.resetAgain(error.stream, error.events.length > 0);
        return error.events;
      }
      if (error.reason === "id too low" && by !== null) throw new Fault(STREAM_CLOSED);
      throw error;
    }
  }

  /** A stream error; on a stream that is idle one of the connection. */
  private resetHere(id: number, code: number, sent: number | null = code): Event[] {
    const stream = this.streams.get(id);
    if (stream === undefined && id > this.highest(id)) throw new Fault(code);
    if (stream !== undefined) {
      stream.state = "CLOSED";
      stream.closedBy = sent === null ? "received end" : "sent reset";
    } else if (sent === null) this.closed.set(id, "received end");
    else this.closed.set(id, "sent reset");
    if (sent !== null) this.queue.push(["RST_STREAM", id, sent]);
    return [["stream-reset", id, code, false]];
  }

  private dispatched(frame: Received): Event[] {
    const { type, flags, stream: id, payload } = frame;
    switch (type) {
      case DATA:
        return this.data(frame);
      case HEADERS:
        return this.headers(frame);
      case PRIORITY:
        if (payload.length !== 5) throw new Fault(FRAME_SIZE_ERROR, "error of the stream", id);
        this.priority(frame);
        return [];
      case RST_STREAM:
        return this.reset(id, payload.readUInt32BE(0));
      case SETTINGS:
        return this.settings(frame);
      case PUSH_PROMISE:
        return this.pushPromise(frame);
      case PING: {
        this.step("recv-PING");
        const data = payload.toString("hex");
        if (flags & 1) return [["ping-acknowledged", data]];
        this.queue.push(["PING-ACK", data]);
        return [["ping", data]];
      }
      case GOAWAY:
        return this.goawayReceived(payload);
      case WINDOW_UPDATE:
        return this.windowUpdate(id, payload.readUInt32BE(0) % 2 ** 31);
      case CONTINUATION:
        this.streamOf(id).state = "CLOSED";
        throw new Fault(PROTOCOL_ERROR);
      case ALTSVC:
        return this.alternativeService(frame);
      default:
        return this.extension(frame);
    }
  }

  private extension({ type, flags, stream: id, payload }: Received): Event[] {
    const known = type === ORIGIN || type === PRIORITY_UPDATE;
    if (!known || !this.applies("extension-frames-are-known")) {
      return [["unknown-frame", type, id, flags, payload.toString("hex")]];
    }
    if (type === ORIGIN) return this.client ? [["origin", payload.subarray(2).toString("latin1")]] : [];
    if (this.client) throw new Fault(PROTOCOL_ERROR);
    const stream = payload.readUInt32BE(0);
    if (!this.isLiving(stream) && (stream <= this.highestIn || this.isLeftOut(stream))) return [];
    const early = [...this.urgencies.keys()].filter((key) => key > this.highestIn).length;
    if (stream > this.highestIn && early + this.openStreams(1) >= this.announced(3)) throw new Fault(PROTOCOL_ERROR);
    const urgency = Number(/u=(\d)/.exec(payload.subarray(4).toString("latin1"))?.[1]);
    this.urgencies.set(stream, urgency);
    return [["priority-updated", stream, urgency, false]];
  }

  private goawayReceived(payload: Buffer): Event[] {
    let last = payload.readUInt32BE(0);
    if (!this.applies("goaway-lets-streams-finish")) this.step("recv-GOAWAY");
    else {
      last = Math.min(last, this.lastServedByPeer);
      this.lastServedByPeer = last;
      this.goneAway(last);
    }
    if (this.queue.length > 0 && !this.applies("goaway-keeps-the-output")) this.queue = [];
    return [["goaway", payload.readUInt32BE(4), last, payload.subarray(8).toString("hex")]];
  }

  private reset(id: number, code: number): Event[] {
    if (this.isLeftOut(id)) return [];
    const idle = id > this.highest(id);
    if (idle && this.state !== "IDLE" && this.applies("reset-of-an-idle-stream")) throw new Fault(PROTOCOL_ERROR);
    this.step("recv-RST");
    const stream = this.streams.get(id);
    if (stream === undefined) return [];
    return this.stepStream(stream, "recv-RST").map((event) => [...event, code, true] as Event);
  }

  private settings({ flags, payload }: Received): Event[] {
    this.step("recv-SETTINGS");
    if (flags & 1) return this.acknowledged();
    const entries = Array.from({ length: payload.length / 6 }, (_, index): [number, number] => [
      payload.readUInt16BE(6 * index),
      payload.readUInt32BE(6 * index + 2),
    ]);
    const values = new Map(entries);
    for (const [index, [id, value]] of entries.entries()) {
      const overwritten = entries.slice(index + 1).some(([other]) => other === id);
      this.checkSetting(id, value, overwritten ? "each-setting-counts" : undefined);
      if (id === 9 && value > 1 && this.applies("priorities-of-rfc9218-are-known")) throw new Fault(PROTOCOL_ERROR);
    }
    for (const [id, value] of entries.length > values.size && this.applies("each-setting-counts") ? entries : values) {
      this.checkChange(id, value);
      if (id === 4) {
        this.shiftOut(value - (this.theirSetting(4) as number));
        this.noticeRoom();
      }
      if (id === 5) this.maxFrameOut = value;
      if (id !== 8 && id !== 9) this.theirs.set(id, [value]);
    }
    for (const [id, value] of values) this.theirs.set(id, [value]);
    this.hasTheirSettings = true;
    this.queue.push(["SETTINGS-ACK"]);
    return [["settings", Object.fromEntries(values)]];
  }

  private checkSetting(id: number, value: number, rule?: Rule): void {
    const code = invalidSetting(id, value);
    if (code !== 0 && (rule === undefined || this.applies(rule))) throw new Fault(code);
  }

  /** Settings that must not change, or that this peer must not send. */
  private checkChange(id: number, value: number): void {
    const refuse = (is: boolean, rule: Rule) => {
      if (is && this.applies(rule)) throw new Fault(PROTOCOL_ERROR);
    };
    refuse(this.client && id === 2 && value === 1, "server-must-not-enable-push");
    refuse(id === 8 && value === 0 && this.theirSetting(8) === 1, "extended-connect-stays");
    const changes = id === 9 && this.hasTheirSettings && value !== (this.theirSetting(9) ?? 0);
    refuse(changes, "priorities-of-rfc9218-are-known");
  }

  private shiftOut(difference: number): void {
    for (const stream of this.streams.values()) {
      const isTooMuch = stream.out + difference > LARGEST;
      if (isTooMuch && stream.state === "CLOSED" && this.applies("ended-streams-have-no-window")) continue;
      if (isTooMuch) throw new Fault(FLOW_CONTROL_ERROR);
      stream.out += difference;
    }
  }

  /** hyper-h2 moves every setting by a step, whichever frame it was sent in. */
  private acknowledged(): Event[] {
    const inOrder = this.rules.has("acknowledgements-in-order");
    const isFirst = this.acknowledgements === 0;
    this.acknowledgements += 1;
    const frame = this.sent.shift();
    if (frame === undefined && this.applies("unsolicited-acknowledgement-is-ignored")) return [];
    const changed: Record<string, number> = {};
    this.touched.add("acknowledgements-in-order");
    for (const [id, values] of this.ours) {
      if (values.length < 2 || (inOrder && frame?.[id] === undefined)) continue;
      if (inOrder && isFirst && !this.waitsFromTheBeginning.has(id)) continue;
      const old = values.shift() as number;
      const value = values[0] as number;
      if (!(isFirst && frame?.[id] === value)) changed[id] = value;
      if (id === 4) this.shiftIn(value - old);
      if (id === 6 && !this.applies("header-limit-is-an-option")) this.blocks.maxList = value;
      if (id === 5) this.maxFrameIn = value;
      if (id === 1) this.blocks.limit = value;
    }
    return [["settings-acknowledged", changed]];
  }

  private shiftIn(difference: number): void {
    for (const stream of this.streams.values()) {
      if (!stream.in.shift(difference)) throw new Fault(FLOW_CONTROL_ERROR);
    }
  }

  private windowUpdate(id: number, increment: number): Event[] {
    if (this.isLeftOut(id)) return [];
    this.step("recv-WINDOW_UPDATE");
    if (id === 0) {
      if (this.out + increment > LARGEST) throw new Fault(FLOW_CONTROL_ERROR);
      this.out += increment;
      return [["window-updated", 0, increment]];
    }
    try {
      const stream = this.streamOf(id);
      const promised = stream.state === "RESERVED_REMOTE";
      if (promised && this.applies("frames-on-reserved-streams")) throw new Fault(PROTOCOL_ERROR);
      if (increment === 0 && stream.state !== "CLOSED") throw new Fault(PROTOCOL_ERROR, "error of the stream", id);
      if (this.stepStream(stream, "recv-WINDOW_UPDATE").length === 0) return [];
      if (stream.out + increment > LARGEST) return this.resetHere(id, FLOW_CONTROL_ERROR);
      stream.out += increment;
      return [["window-updated", id, increment]];
    } catch (error) {
      if (error instanceof Fault && error.reason === "stream closed") return [];
      throw error;
    }
  }

  private alternativeService({ stream: id, payload }: Received): Event[] {
    this.step("recv-ALTSVC");
    const length = payload.readUInt16BE(0);
    const origin = payload.subarray(2, 2 + length).toString("latin1");
    const field = payload.subarray(2 + length).toString("latin1");
    if (id === 0) return origin === "" || !this.client ? [] : [["alternative-service", origin, field]];
    const stream = this.streams.get(id);
    if (stream === undefined || origin !== "") return [];
    const heard = this.client && stream.state !== "CLOSED";
    const before = stream.headersReceived;
    if (heard && (before || stream.state === "IDLE") && this.applies("alternative-service-at-any-time")) {
      return [["alternative-service", "", field]];
    }
    return this.stepStream(stream, "recv-ALTSVC").map((): Event => {
      const authority = stream.authority ?? "";
      const shown = authority !== "" && this.applies("alternative-service-names-no-authority") ? "" : authority;
      return ["alternative-service", shown, field];
    });
  }
}
