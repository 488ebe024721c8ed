// Two connections joined in memory, and what came out of them in short.
import { expect } from "vitest";
import {
  Http2Connection,
  type Http2Event,
  type Http2Options,
  type Http2ReceivedEvent,
  LocalProtocolError,
  RemoteProtocolError,
} from "../../src/http2/index.ts";
import { latin1 } from "../helpers.ts";

export interface Pair {
  readonly client: Http2Connection;
  readonly server: Http2Connection;
}

/** Events of both ends since they were last joined. */
export interface Joined {
  readonly client: Http2ReceivedEvent[];
  readonly server: Http2ReceivedEvent[];
}

/** Both ends, with settings exchanged and acknowledged. */
export function pair(clientOptions?: Http2Options, serverOptions?: Http2Options): Pair {
  const both = {
    client: new Http2Connection("client", clientOptions),
    server: new Http2Connection("server", serverOptions),
  };
  join(both);
  return both;
}

/** Carries octets to and fro until neither end has any. */
export function join({ client, server }: Pair): Joined {
  const joined: Joined = { client: [], server: [] };
  for (let isIdle = false; !isIdle; ) {
    const there = carry(client, server, joined.server);
    const back = carry(server, client, joined.client);
    isIdle = !there && !back;
  }
  return joined;
}

function carry(from: Http2Connection, to: Http2Connection, events: Http2ReceivedEvent[]): boolean {
  const octets = from.bytesToSend();
  if (octets.length > 0) to.feed(octets);
  events.push(...to.events());
  return octets.length > 0;
}

export const GET = { method: "GET", target: "/", authority: "a" } as const;
export const POST = { method: "POST", target: "/", authority: "a" } as const;

export function zeros(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}

/** Types of events, each with its stream where it has one: `request 1`, `settings`. Runs of data are added up: `data 1: 70000`. */
export function lines(events: readonly Http2Event[]): string[] {
  const all: string[] = [];
  let octets = 0;
  for (const [index, event] of events.entries()) {
    const on = "streamId" in event ? ` ${event.streamId}` : "";
    if (event.type === "data") octets += event.data.length;
    const next = events[index + 1];
    const goesOn = event.type === "data" && next?.type === "data" && next.streamId === event.streamId;
    if (goesOn) continue;
    all.push(event.type === "data" ? `data${on}: ${octets}` : event.type + on);
    octets = 0;
  }
  return all;
}

/** One frame, of the octets and texts given. */
export function frame(type: number, flags: number, streamId: number, ...payload: (number | string)[]): Uint8Array {
  const octets = payload.flatMap((part) => (typeof part === "number" ? [part] : [...Buffer.from(part, "latin1")]));
  return Uint8Array.from([0, octets.length >> 8, octets.length & 255, type, flags, 0, 0, 0, streamId, ...octets]);
}

/** A number in four octets. */
export function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

const TYPES = ["DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY"];
const NAMES: Record<number, string> = {
  8: "WINDOW_UPDATE",
  9: "CONTINUATION",
  10: "ALTSVC",
  12: "ORIGIN",
  16: "PRIORITY_UPDATE",
};

/** Frames as `DATA 1 END: 5`, that is type, stream, END_STREAM, octets of the payload. */
export function frames(octets: Uint8Array): string[] {
  const all: string[] = [];
  for (let at = 0; at < octets.length; ) {
    const [, high = 0, low = 0, type = 0, flags = 0] = octets.subarray(at);
    const length = (high << 8) | low;
    const end = type <= 1 && flags & 1 ? " END" : "";
    all.push(`${TYPES[type] ?? NAMES[type]} ${octets[at + 8]}${end}: ${length}`);
    at += 9 + length;
  }
  return all;
}

/** What a call refuses with. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof LocalProtocolError || error instanceof RemoteProtocolError) return error.code;
    return (error as Error).name;
  }
  return "nothing";
}

/** The error that nextEvent gives in the end, again and again. */
export function fault(connection: Http2Connection): RemoteProtocolError {
  for (let i = 0; i < 100_000; i++) {
    try {
      if (connection.nextEvent().type === "need-data") break;
    } catch (error) {
      expect(error).toBeInstanceOf(RemoteProtocolError);
      expect(() => connection.nextEvent()).toThrow(error as Error);
      return error as RemoteProtocolError;
    }
  }
  throw new Error("no error");
}

export { latin1 };
