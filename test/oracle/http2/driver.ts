/** Our connection behind the scenarios' steps. Only the shape of the API is translated here, nothing else. */

import { HpackDecoder } from "../../../src/http2/hpack-decoder.ts";
import { Http2Connection, LocalProtocolError, RemoteProtocolError } from "../../../src/http2/index.ts";
import { CODES } from "../../http2/frames.ts";
import type { Ending } from "./model.ts";
import type { Field } from "./model-blocks.ts";
import type { Answer, Event, Frame, Step } from "./model-streams.ts";
import { joined, ordered, requestOf, responseOf, runsOf } from "./vocabulary.mjs";

const SETTINGS: Record<number, string> = {
  1: "headerTableSize",
  2: "enablePush",
  3: "maxConcurrentStreams",
  4: "initialWindowSize",
  5: "maxFrameSize",
  6: "maxHeaderListSize",
  8: "enableConnectProtocol",
  9: "noRfc7540Priorities",
};
const NUMBERS = Object.fromEntries(Object.entries(SETTINGS).map(([id, name]) => [name, Number(id)]));
const BOOLEAN = new Set([2, 8, 9]);

type Role = "client" | "server";
type Received = ReturnType<Http2Connection["nextEvent"]>;

const octetsOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (octets: Uint8Array) => Buffer.from(octets).toString("latin1");
const hexOf = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
const codeOf = (code: string | number) => (typeof code === "number" ? code : CODES.indexOf(code));

/** Numbers to our names; a value that our types cannot express stays a number, to be refused. */
function named(settings: Record<string, number>): object {
  return Object.fromEntries(
    Object.entries(settings).map(([id, value]) => [
      SETTINGS[Number(id)] ?? id,
      BOOLEAN.has(Number(id)) && value < 2 ? value === 1 : value,
    ]),
  );
}

const numbered = (settings: object) =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [NUMBERS[name] ?? name, Number(value)]));

const pairs = (headers: Iterable<readonly [string, string]>): Field[] =>
  [...headers].map(([name, value]) => [name, value]);

/** null: hyper-h2 has no such event, and where it comes is checked elsewhere. */
function shown(event: Received): Event | null {
  switch (event.type) {
    case "request": {
      const { method, target, scheme, authority, protocol = null } = event;
      return ["request", event.streamId, [method, target, scheme, authority, protocol], pairs(event.headers)];
    }
    case "push-promise": {
      const { method, target, scheme, authority, protocol = null } = event;
      const line = [method, target, scheme, authority, protocol];
      return ["push-promise", event.streamId, event.promisedStreamId, line, pairs(event.headers)];
    }
    case "response":
    case "informational-response":
      return [event.type, event.streamId, String(event.status), pairs(event.headers)];
    case "data":
      return ["data", event.streamId, textOf(event.data)];
    case "end-of-message":
      return ["end-of-message", event.streamId, pairs(event.headers)];
    case "stream-reset":
      return ["stream-reset", event.streamId, codeOf(event.code), event.remote];
    case "settings":
    case "settings-acknowledged":
      return [event.type, numbered(event.settings)];
    case "ping":
    case "ping-acknowledged":
      return [event.type, hexOf(event.data)];
    case "window-updated":
      return [event.type, event.streamId, event.increment];
    case "goaway":
      return ["goaway", codeOf(event.code), event.lastStreamId, hexOf(event.debugData)];
    case "alternative-service":
      return [event.type, event.origin, event.value];
    case "unknown-frame":
      return [event.type, event.frameType, event.streamId, event.flags, hexOf(event.payload)];
    case "drain":
      return [event.type, event.streamId];
    case "origin":
      return [event.type, ...event.origins];
    case "priority-updated":
      return [event.type, event.streamId, event.urgency, event.incremental];
    default:
      return [event.type];
  }
}

/** Frames as they were sent, header blocks decoded and joined. */
export class FrameReader {
  private readonly decoder = new HpackDecoder();
  private block: Buffer[] = [];
  private head: Frame | null = null;

  read(octets: Uint8Array): Frame[] {
    const input = Buffer.from(octets);
    const frames: Frame[] = [];
    let at = input.toString("latin1").startsWith("PRI ") ? 24 : 0;
    while (at < input.length) {
      const length = input.readUIntBE(at, 3);
      const payload = input.subarray(at + 9, at + 9 + length);
      if (payload.length < length) throw new Error("a frame is cut");
      const frame = this.frame(input[at + 3] as number, input[at + 4] as number, input.readUInt32BE(at + 5), payload);
      if (frame !== null) frames.push(frame);
      at += 9 + length;
    }
    return frames;
  }

  private frame(type: number, flags: number, stream: number, payload: Buffer): Frame | null {
    const hex = payload.toString("hex");
    switch (type) {
      case 0:
        return ["DATA", stream, runsOf(payload.toString("latin1")), (flags & 1) === 1];
      case 1:
        this.head = ["HEADERS", stream, [], (flags & 1) === 1];
        return this.fragment(payload, flags);
      case 3:
        return ["RST_STREAM", stream, payload.readUInt32BE(0)];
      case 4: {
        if (flags & 1) return ["SETTINGS-ACK"];
        const settings: Record<number, number> = {};
        for (let at = 0; at < payload.length; at += 6)
          settings[payload.readUInt16BE(at)] = payload.readUInt32BE(at + 2);
        return ["SETTINGS", settings];
      }
      case 5:
        this.head = ["PUSH_PROMISE", stream, payload.readUInt32BE(0), []];
        return this.fragment(payload.subarray(4), flags);
      case 6:
        return [flags & 1 ? "PING-ACK" : "PING", hex];
      case 7:
        return ["GOAWAY", payload.readUInt32BE(0), payload.readUInt32BE(4), hex.slice(16)];
      case 8:
        return ["WINDOW_UPDATE", stream, payload.readUInt32BE(0)];
      case 9:
        return this.fragment(payload, flags);
      case 10: {
        const origin = payload.subarray(2, 2 + payload.readUInt16BE(0)).toString("latin1");
        return ["ALTSVC", stream, origin, payload.subarray(2 + origin.length).toString("latin1")];
      }
      default:
        return [`frame ${type}`, stream, flags, hex];
    }
  }

  private fragment(payload: Buffer, flags: number): Frame | null {
    this.block.push(payload);
    if (!(flags & 4)) return null;
    const decoded = this.decoder.decode(Buffer.concat(this.block));
    const fields = ordered(decoded.map(([name, value, never]) => (never ? [name, value, true] : [name, value])));
    this.block = [];
    const [type, stream, third] = this.head as Frame;
    return type === "HEADERS" ? [type, stream, fields, (this.head as Frame)[3]] : [type, stream, third, fields];
  }
}

export class Driver {
  readonly connection: Http2Connection;
  private readonly reader = new FrameReader();
  private acknowledged = false;
  private events: Event[] = [];

  constructor(role: Role, settings: Record<string, number> = {}) {
    this.connection = new Http2Connection(role, { settings: named(settings), windows: { mode: "manual" } });
  }

  private receive(octets: Uint8Array): void {
    this.connection.feed(octets);
    for (const event of this.connection.events()) {
      const one = shown(event);
      if (one === null) continue;
      if (one[0] === "settings-acknowledged" && !this.acknowledged) {
        this.acknowledged = true;
        one[1] = {};
      }
      this.events.push(one);
    }
  }

  private call([name, ...rest]: Step): void {
    const { connection } = this;
    const [id, second, third] = rest as unknown as [number, never, never];
    switch (name) {
      case "request": {
        const fields = second as Field[];
        const [[method, target, scheme, authority, protocol], headers] = requestOf(fields);
        const given = fields.some(([field]) => field === ":authority") ? authority : undefined;
        const request = { method, target, scheme: scheme || undefined, authority: given, headers };
        connection.openStream(protocol === null ? request : { ...request, protocol }, { endStream: third });
        return;
      }
      case "respond": {
        const [status, headers] = responseOf(second);
        // What is no number is no status: any other would say something else.
        const event = { streamId: id, status: /^\d+$/.test(status) ? Number(status) : Number.NaN, headers };
        if (/^1\d\d$/.test(status)) connection.send({ type: "informational-response", ...event });
        else connection.send({ type: "response", ...event, endStream: third });
        return;
      }
      case "trailers":
        connection.send({ type: "end-of-message", streamId: id, headers: second });
        return;
      case "data":
        connection.send({ type: "data", streamId: id, data: octetsOf(second), endStream: third });
        return;
      case "end":
        connection.send({ type: "end-of-message", streamId: id });
        return;
      case "reset":
        connection.reset(id, CODES[second] ?? second);
        return;
      case "release":
        connection.release(id, second);
        return;
      case "ping":
        connection.ping(octetsOf(rest[0] as unknown as string));
        return;
      case "settings":
        connection.updateSettings(named(rest[0] as unknown as Record<string, number>));
        return;
      case "push": {
        const [[method, target, scheme, authority], headers] = requestOf(third);
        connection.push(id, { method, target, scheme, authority, headers });
        return;
      }
      case "goaway":
        connection.goaway(CODES[id] ?? id, octetsOf(second));
        return;
      case "altsvc": {
        const [origin, value, streamId] = rest as unknown as [string | null, string, number];
        connection.altsvc(origin === null ? { value, streamId } : { value, origin });
        return;
      }
      default:
        throw new Error(`no step ${name}`);
    }
  }

  /** @param ids of the streams that should still live, and 0 */
  ending(ids: string[]): Ending {
    const { finished, openStreams } = this.connection;
    const windows = ids.map((id) => [id, this.connection.window(Number(id))]);
    return { finished, open: { ...openStreams }, windows: Object.fromEntries(windows) };
  }

  /** @param size how many octets are fed at once */
  play(step: Step | null, size: number): Answer {
    let error: string | number | undefined;
    try {
      if (step?.[0] === "recv") {
        const octets = Buffer.from(step[2] as string, "hex");
        for (let at = 0; at < octets.length; at += size) this.receive(octets.subarray(at, at + size));
      } else if (step !== null) this.call(step);
    } catch (fault) {
      error = errorOf(fault);
    }
    const frames = this.reader.read(this.connection.bytesToSend());
    const answer: Answer = {};
    const events = joined(this.events) as Event[];
    if (events.length > 0) answer.events = events;
    if (frames.length > 0) answer.frames = frames;
    if (error !== undefined) answer.error = error;
    this.events = [];
    return answer;
  }
}

/** What is neither of our two errors, nor refused for its type, is a defect and stays what it is. */
function errorOf(fault: unknown): string | number {
  if (fault instanceof RemoteProtocolError) return codeOf(fault.http2Code);
  const refused = fault instanceof LocalProtocolError || fault instanceof TypeError || fault instanceof RangeError;
  if (refused) return "local";
  throw fault;
}
