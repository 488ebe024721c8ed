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
import { END_STREAM, frame as frameOf, number, readFrames } from "./frames.ts";

const HIGHEST_FRAME_SIZE = 2 ** 24 - 1;

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
  return frameOf(type, flags, streamId, Uint8Array.from(octets));
}

/** A number in four octets. */
export function u32(value: number): number[] {
  return [...number(value, 4)];
}

/** Frames as `DATA 1 END: 5`, that is type, stream, END_STREAM, octets of the payload. */
export function frames(octets: Uint8Array): string[] {
  return readFrames(octets, HIGHEST_FRAME_SIZE).map(({ type, flags, stream, payload }) => {
    const end = (type === "DATA" || type === "HEADERS") && flags & END_STREAM ? " END" : "";
    return `${type} ${stream}${end}: ${payload.length}`;
  });
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
