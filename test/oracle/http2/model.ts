/** The model as a whole: scenarios played on it. Without rules hyper-h2, with all of them ours. */

import { SendingModel } from "./model-sending.ts";
import { type Answer, type Event, Fault, type Step } from "./model-streams.ts";
import { joined } from "./vocabulary.mjs";

export interface Scenario {
  id: string;
  role: "client" | "server";
  defect?: string;
  settings?: Record<string, number>;
  steps: Step[];
}

/** What a refused call may have changed. */
const STREAM_FACTS = ["state", "client", "headersSent", "trailersSent", "closedBy", "method", "due"] as const;

/** Calls that need no stream: refused when everything is over. */
const OF_THE_CONNECTION = ["ping", "settings", "goaway", "altsvc", "push", "request"];

/** How a connection stands: is it finished, how many streams each end has open, what may be sent (0: in all). */
export interface Ending {
  finished: boolean;
  open: { local: number; remote: number };
  windows: Record<string, number>;
}

export class Model extends SendingModel {
  private isFirstRead = true;

  // ---------------------------------------------------------------- scenarios

  private partsOf(cut: string, octets: Buffer): Buffer[] {
    if (cut === "whole") return [octets];
    if (cut === "octets") return Array.from(octets, (_, index) => octets.subarray(index, index + 1));
    const parts: Buffer[] = [];
    let at = 0;
    if (this.isFirstRead && octets.toString("latin1").startsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
      parts.push(octets.subarray(0, 24));
      at = 24;
    }
    while (octets.length - at >= 9) {
      const length = octets.readUIntBE(at, 3) + 9;
      if (octets.length - at < length) break;
      parts.push(octets.subarray(at, at + length));
      at += length;
    }
    if (at < octets.length) parts.push(octets.subarray(at));
    return parts;
  }

  /** hyper-h2 has changed much when it refuses a call; ours nothing. */
  private call([name, ...rest]: Step): void {
    const { state, highestOut } = this;
    const streams = new Map([...this.streams].map(([id, stream]) => [id, { ...stream }]));
    try {
      const over = (this.dead !== null || this.terminated) && OF_THE_CONNECTION.includes(name);
      this.refuse("nothing-after-the-fatal-error", over);
      this.calls[name]?.(...rest);
    } catch (error) {
      if (state !== this.state && this.applies("refused-call-keeps-the-connection")) this.state = state;
      for (const [id, stream] of this.streams) {
        const before = streams.get(id);
        if (before === undefined) {
          if (!this.applies("refused-call-opens-no-stream")) continue;
          this.streams.delete(id);
          this.highestOut = highestOut;
        } else if (STREAM_FACTS.some((fact) => before[fact] !== stream[fact])) {
          if (this.applies("refused-call-keeps-the-stream")) Object.assign(stream, before);
        }
      }
      const encodes = ["request", "respond", "trailers", "push"].includes(name);
      if (encodes && !this.applies("refused-fields-keep-the-encoder")) this.lost = true;
      throw error;
    }
  }

  play(step: Step | null): Answer {
    let error: string | number | undefined;
    try {
      if (step === null) this.start();
      else if (step[0] === "recv") {
        const parts = this.partsOf(step[1] as string, Buffer.from(step[2] as string, "hex"));
        this.isFirstRead = false;
        for (const part of parts) this.receive(part);
      } else this.call(step);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      error = step?.[0] === "recv" ? fault.code : "local";
    }
    this.writeCredits();
    this.drain();
    this.noticeEnd();
    const answer: Answer = {};
    const events = joined(this.events) as Event[];
    if (events.length > 0) answer.events = events;
    if (this.queue.length > 0) answer.frames = this.queue;
    if (error !== undefined) answer.error = error;
    this.events = [];
    this.queue = [];
    return answer;
  }

  /** What our connection tells of itself. */
  ending(): Ending {
    const living = [...this.streams.values()].filter(({ state }) => state !== "CLOSED");
    const open = (ours: boolean) => living.filter((stream) => stream.open && this.isOurs(stream.id) === ours).length;
    return {
      finished: this.finished || this.terminated || this.dead !== null,
      open: { local: open(true), remote: open(false) },
      windows: Object.fromEntries([[0, this.out], ...living.map(({ id, out }) => [id, Math.min(out, this.out)])]),
    };
  }

  /** As `endOf` in vocabulary.mjs. */
  finish(): unknown {
    const streams = [...this.streams].filter(([, { state }]) => state !== "CLOSED");
    return {
      closed: this.state === "CLOSED",
      out: this.out,
      in: this.in.left,
      streams: Object.fromEntries(streams.map(([id, stream]) => [id, [stream.state, stream.out, stream.in.left]])),
    };
  }
}
