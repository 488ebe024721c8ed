// One input at every cut, in short: what a connection makes of it.
import { expect } from "vitest";
import {
  Http2Connection,
  type Http2Options,
  type Http2ReceivedEvent,
  RemoteProtocolError,
} from "../../src/http2/index.ts";
import { octets } from "../helpers.ts";
import { frame, frames, GET, lines } from "./pair.ts";

export const PREFACE = octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
export const SETTINGS = frame(4, 0, 0);
export const REQUEST = [0x82, 0x84, 0x86, 0x01, 0x01, "a"];
export const OPEN = frame(1, 4, 1, ...REQUEST);

/** What an input gives: its events in short, the error that ends it, and the frames sent in answer, SETTINGS left out. */
export interface Outcome {
  events: string[];
  error: string | undefined;
  sent: string[];
}

/** Feeds the pieces to a new connection, one after another. */
export function run(make: () => Http2Connection, pieces: Uint8Array[]): Outcome {
  const connection = make();
  connection.bytesToSend();
  const events: Http2ReceivedEvent[] = [];
  let error: string | undefined;
  for (const piece of pieces) {
    connection.feed(piece);
    try {
      for (const event of connection.events()) events.push(event);
    } catch (fault) {
      if (!(fault instanceof RemoteProtocolError)) throw fault;
      error = `${fault.code} ${fault.http2Code} at ${fault.offset}`;
    }
  }
  const sent = frames(connection.bytesToSend()).filter((line) => !line.startsWith("SETTINGS"));
  return { events: lines(events), error, sent };
}

/** Runs an input whole, octet by octet, and cut in two at every place: the outcome must be the same each time. */
export function everyCut(make: () => Http2Connection, parts: readonly Uint8Array[]): Outcome {
  const bytes = new Uint8Array(Buffer.concat(parts));
  const whole = run(make, [bytes]);
  expect(
    run(
      make,
      [...bytes].map((_, at) => bytes.subarray(at, at + 1)),
    ),
    "octet by octet",
  ).toEqual(whole);
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(run(make, [bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(whole);
  }
  return whole;
}

/** A server that has received the client's preface and settings. */
export function serving(parts: readonly Uint8Array[], options?: Http2Options): Outcome {
  const { events, ...rest } = everyCut(() => new Http2Connection("server", options), [PREFACE, SETTINGS, ...parts]);
  expect(events[0]).toBe("settings");
  return { events: events.slice(1), ...rest };
}

/** A client that has sent a request on stream 1. */
export function asking(parts: readonly Uint8Array[], options?: Http2Options): Outcome {
  const make = () => {
    const client = new Http2Connection("client", options);
    client.openStream(GET, { endStream: true });
    return client;
  };
  const { events, ...rest } = everyCut(make, [SETTINGS, ...parts]);
  return { events: events.slice(1), ...rest };
}
