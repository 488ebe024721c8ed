// What tests of what is sent share.
import { expect } from "vitest";
import { HpackDecoder } from "../../../src/http2/hpack-decoder.ts";
import { type Http2Connection, type Http2Options, LocalProtocolError } from "../../../src/http2/index.ts";
import { latin1, octets } from "../../helpers.ts";
import { type EmittedFrame, frameLine, join, PREFACE, readFrames, settings, settingsAck } from "../frames.ts";
import { Run, ready } from "../runner.ts";

// --- what came out ----------------------------------------------------------------------------------------------------------------

export const sent = (connection: Http2Connection, maxFrameSize?: number): EmittedFrame[] => {
  const all = connection.bytesToSend();
  return readFrames(latin1(all).startsWith(latin1(PREFACE)) ? all.subarray(PREFACE.length) : all, maxFrameSize);
};
export const lines = (connection: Http2Connection): string[] => sent(connection).map(frameLine);

/** The code of the LocalProtocolError that the action throws, which changes nothing and queues nothing. */
export function refusal(connection: Http2Connection, action: () => unknown): string {
  connection.bytesToSend();
  try {
    action();
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
    expect(connection.queuedBytes).toBe(0);
    expect(connection.bytesToSend()).toHaveLength(0);
    return error.code;
  }
  throw new Error("it was sent");
}

/** The header blocks among the frames, each joined with its CONTINUATIONs. */
export function blocks(frames: readonly EmittedFrame[]): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (const { type, payload } of frames) {
    if (type === "HEADERS") list.push(payload);
    if (type === "PUSH_PROMISE") list.push(payload.subarray(4));
    if (type === "CONTINUATION") list.push(join(list.pop() as Uint8Array, payload));
  }
  return list;
}

/** `name: value` of each field of each block, as a peer of this connection reads them. */
export function fieldsSent(connection: Http2Connection, decoder = new HpackDecoder()): string[][] {
  return blocks(sent(connection)).map((block) => decoder.decode(block).map(([name, value]) => `${name}: ${value}`));
}

export const REQUEST = { method: "GET", scheme: "http", authority: "a", target: "/" } as const;
export const POSTING = { ...REQUEST, method: "POST" } as const;

/** A client whose preface and settings are over. */
export function client(options?: Http2Options, ...peer: Uint8Array[]): Http2Connection {
  const run = new Run("client", options);
  run.feed(join(settings(), settingsAck(), ...peer));
  run.begin();
  return run.connection;
}

export function server(...peer: Uint8Array[]): Http2Connection {
  const { connection } = serverRun(...peer);
  return connection;
}

export function serverRun(...peer: Uint8Array[]): Run {
  const run = ready("server");
  for (const piece of peer) run.feed(piece);
  run.flush();
  return run;
}

export function feed(connection: Http2Connection, ...pieces: Uint8Array[]): void {
  for (const piece of pieces) connection.feed(piece);
  while (connection.nextEvent().type !== "need-data");
}

export const answer = (connection: Http2Connection, streamId: number, endStream = false): void => {
  connection.send({ type: "response", streamId, status: 200, endStream });
};

export const body = (count: number): Uint8Array => octets("x".repeat(count));
