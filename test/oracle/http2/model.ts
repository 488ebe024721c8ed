/** hyper-h2 as a whole: what it is told to do, and scenarios played on it. */

import type { Field } from "./model-blocks.ts";
import { isInformational, type Kind, sent } from "./model-fields.ts";
import { type Answer, Fault, type Frame, invalidSetting, PROTOCOL_ERROR, ReceivingModel, type Stream } from "./model-receiving.ts";
import { joined, runsOf } from "./vocabulary.mjs";

export type Step = [name: string, ...rest: never[]];

export interface Scenario {
  id: string;
  role: "client" | "server";
  defect?: string;
  settings?: Record<string, number>;
  steps: Step[];
}

const KINDS: Record<string, Kind> = {
  "request sent": "request",
  "push sent": "request",
  "response sent": "response",
  "trailers sent": "trailers",
};

const hexOf = (text: string) => Buffer.from(text, "latin1").toString("hex");

export class Model extends ReceivingModel {
  /** The peer cannot decode what we encode any more: a refused list has changed the encoder's table. */
  private lost = false;

  start(): void {
    const { ours } = this;
    const order = [1, 2, 4, 5, 8, 3, 6];
    this.queue.push(["SETTINGS", Object.fromEntries(order.map((id) => [id, (ours.get(id) as number[])[0]]))]);
  }

  private fieldsSent(fields: Field[], kind: Kind): Field[] | "lost" {
    const clean = sent(fields, kind);
    if (clean === null) throw new Fault(PROTOCOL_ERROR);
    return this.lost ? "lost" : clean;
  }

  private headerCall<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      this.lost = true;
      throw error;
    }
  }

  // ---------------------------------------------------------------- the calls

  request(id: number, fields: Field[], end: boolean): void {
    this.sendHeaders(id, fields, end);
  }

  respond(id: number, fields: Field[], end: boolean): void {
    this.sendHeaders(id, fields, end);
  }

  trailers(id: number, fields: Field[]): void {
    this.sendHeaders(id, fields, true);
  }

  private sendHeaders(id: number, fields: Field[], end: boolean): void {
    this.headerCall(() => {
      const outbound = this.client ? 1 : 0;
      if (!this.streams.has(id) && this.openStreams(outbound) + 1 > (this.theirSetting(3) ?? Infinity)) {
        throw new Fault(PROTOCOL_ERROR);
      }
      this.step("send-HEADERS");
      const stream = this.streams.get(id) ?? this.begin(id, outbound);
      this.streamHeadersSent(stream, fields, end);
    });
  }

  private streamHeadersSent(stream: Stream, fields: Field[], end: boolean): void {
    const informational = !stream.client && isInformational(fields);
    if (informational && end) throw new Fault(PROTOCOL_ERROR);
    const [event] = this.stepStream(stream, informational ? "send-1XX" : "send-HEADERS") as [[string]];
    const clean = this.fieldsSent(fields, KINDS[event[0]] as Kind);
    if (end) this.stepStream(stream, "send-END");
    if (stream.trailersSent && !end) throw new Fault(PROTOCOL_ERROR);
    const valueOf = (name: string) => fields.find(([n]) => n === name)?.[1] ?? null;
    if (stream.client) stream.authority ??= valueOf(":authority");
    stream.method = valueOf(":method");
    this.queue.push(["HEADERS", stream.id, clean, end]);
  }

  dataCall(id: number, text: string, end: boolean): void {
    const { out } = this.streamOf(id);
    if (text.length > Math.min(this.out, out) || text.length > this.maxFrameOut) throw new Fault(PROTOCOL_ERROR);
    this.step("send-DATA");
    const stream = this.streamOf(id);
    this.stepStream(stream, "send-DATA");
    if (end) this.stepStream(stream, "send-END");
    stream.out -= text.length;
    this.out -= text.length;
    this.queue.push(["DATA", id, runsOf(text), end]);
  }

  end(id: number): void {
    this.step("send-DATA");
    const stream = this.streams.get(id);
    if (stream === undefined) throw new Fault(PROTOCOL_ERROR);
    this.stepStream(stream, "send-END");
    this.queue.push(["DATA", id, "", true]);
  }

  resetCall(id: number, code: number): void {
    this.step("send-RST");
    this.stepStream(this.streamOf(id), "send-RST");
    this.queue.push(["RST_STREAM", id, code]);
  }

  release(id: number, octets: number): void {
    const increment = this.in.release(octets);
    const frames: Frame[] = increment > 0 ? [["WINDOW_UPDATE", 0, increment]] : [];
    try {
      const stream = this.streamOf(id);
      const more = stream.open ? stream.in.release(octets) : 0;
      if (more > 0) frames.push(["WINDOW_UPDATE", id, more]);
    } catch (error) {
      if (!(error instanceof Fault) || error.reason !== "stream closed") throw error;
    }
    this.queue.push(...frames);
  }

  ping(text: string): void {
    this.step("send-PING");
    this.queue.push(["PING", hexOf(text)]);
  }

  settingsCall(values: Record<string, number>): void {
    this.step("send-SETTINGS");
    for (const [id, value] of Object.entries(values)) {
      if (invalidSetting(Number(id), value) !== 0) throw new Fault(PROTOCOL_ERROR);
      const known = this.ours.get(Number(id));
      if (known === undefined) this.ours.set(Number(id), [value, value]);
      else known.push(value);
    }
    const octets = Object.entries(values).map(([id, value]) => [Number(id) & 0xff, value]);
    this.queue.push(["SETTINGS", Object.fromEntries(octets)]);
  }

  push(id: number, promised: number, fields: Field[]): void {
    this.headerCall(() => {
      if (this.theirSetting(2) === 0) throw new Fault(PROTOCOL_ERROR);
      this.step("send-PUSH");
      const parent = this.streamOf(id);
      if (id % 2 === 0) throw new Fault(PROTOCOL_ERROR);
      const stream = this.begin(promised, 0);
      this.stepStream(parent, "send-PUSH");
      const clean = this.fieldsSent(fields, "request");
      this.stepStream(stream, "send-PUSH");
      this.queue.push(["PUSH_PROMISE", id, promised, clean]);
    });
  }

  goaway(code: number, debug: string): void {
    this.step("send-GOAWAY");
    this.queue.push(["GOAWAY", this.highestIn, code, hexOf(debug)]);
  }

  altsvc(origin: string | null, field: string, id: number | null): void {
    this.step("send-ALTSVC");
    if (id !== null) this.stepStream(this.streamOf(id), "send-ALTSVC");
    this.queue.push(["ALTSVC", id ?? 0, origin ?? "", field]);
  }

  // ---------------------------------------------------------------- scenarios

  private partsOf(cut: string, octets: Buffer): Buffer[] {
    if (cut === "whole") return [octets];
    if (cut === "octets") return Array.from(octets, (_, at) => octets.subarray(at, at + 1));
    const parts: Buffer[] = [];
    let at = 0;
    if (this.unread && octets.subarray(0, 24).toString("latin1").startsWith("PRI")) at = this.prefaceLength(octets, parts);
    for (; octets.length - at >= 9; ) {
      const length = octets.readUIntBE(at, 3) + 9;
      if (octets.length - at < length) break;
      parts.push(octets.subarray(at, at + length));
      at += length;
    }
    if (at < octets.length) parts.push(octets.subarray(at));
    return parts;
  }

  private unread = true;

  private prefaceLength(octets: Buffer, parts: Buffer[]): number {
    if (octets.subarray(0, 24).toString("latin1") !== "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") return 0;
    parts.push(octets.subarray(0, 24));
    return 24;
  }

  play(step: Step | null): Answer {
    let error: string | number | undefined;
    try {
      if (step === null) this.start();
      else if (step[0] === "recv") {
        const parts = this.partsOf(step[1] as string, Buffer.from(step[2] as string, "hex"));
        this.unread = false;
        for (const part of parts) this.receive(part);
      } else {
        const [name, ...rest] = step as unknown as [string, ...unknown[]];
        const call = name === "settings" || name === "reset" || name === "data" ? `${name}Call` : name;
        (this as unknown as Record<string, (...rest: unknown[]) => void>)[call]?.(...rest);
      }
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      error = step?.[0] === "recv" ? fault.code : "local";
    }
    const answer: Answer = {};
    if (this.events.length > 0) answer.events = joined(this.events) as never;
    if (this.queue.length > 0) answer.frames = this.queue;
    if (error !== undefined) answer.error = error;
    this.events = [];
    this.queue = [];
    return answer;
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
