// Everything in every state of a stream, on real connections: what the table says happens, and what it does not say is
// refused, with the error that is written beside it.
import { describe, expect, test } from "vitest";
import type { Http2Connection } from "../../src/http2/index.ts";
import {
  ON_STREAM,
  REFUSALS,
  STREAM_STATES,
  STREAM_TRIGGERS,
  type StreamState,
  type StreamTrigger,
} from "../../src/http2/stream-states.ts";
import { fault, frame, GET, join, type Pair, POST, pair, refusal, u32, zeros } from "./pair.ts";

const RESPONSE = 0x88;
const REQUEST = [0x82, 0x84, 0x86, 0x01, 0x01, "a"];

/** Which end is looked at: a pushed stream is reserved-local at the server only. */
type Side = keyof Pair;

/** Brings stream `id` of the given side into a state. */
interface Way {
  readonly side: Side;
  readonly id: number;
  readonly go: (both: Pair) => void;
}

const request = (both: Pair) => both.client.openStream(POST);
const end = (connection: Http2Connection, streamId: number) => connection.send({ type: "end-of-message", streamId });
const respond = (both: Pair, streamId = 1, endStream = false) =>
  both.server.send({ type: "response", streamId, status: 200, endStream });

const pushed = (both: Pair) => {
  request(both);
  join(both);
  both.server.push(1, GET);
  join(both);
};

const open = (both: Pair) => {
  request(both);
  respond(joined(both));
  join(both);
};

function joined(both: Pair): Pair {
  join(both);
  return both;
}

/** Opens stream 1, and ends the messages of these sides on it. */
const ended =
  (...sides: Side[]) =>
  (both: Pair) => {
    open(both);
    for (const side of sides) end(both[side], 1);
    join(both);
  };

const server = (go: Way["go"]): Way => ({ side: "server", id: 1, go });
const client = (go: Way["go"]): Way => ({ side: "client", id: 1, go });
const nothing = () => undefined;

/** For each state one way to it for each side that can be in it. */
const WAYS: { readonly [S in StreamState]: readonly Way[] } = {
  idle: [server(nothing), client(nothing)],
  "reserved-local": [{ side: "server", id: 2, go: pushed }],
  "reserved-remote": [{ side: "client", id: 2, go: pushed }],
  open: [server(open), client(open)],
  "half-closed-local": [client(ended("client")), server(ended("server"))],
  "half-closed-remote": [server(ended("client")), client(ended("server"))],
  closed: [server(ended("server", "client")), client(ended("server", "client"))],
};

/** What this end does for a trigger. The second HEADERS of a message are its trailers. */
function sends(connection: Http2Connection, trigger: StreamTrigger, streamId: number, state: StreamState): void {
  const data = zeros(1);
  if (trigger === "send-rst-stream") connection.reset(streamId);
  else if (trigger === "send-data") connection.send({ type: "data", streamId, data });
  else if (trigger === "send-end-stream") connection.send({ type: "data", streamId, data, endStream: true });
  else if (state === "reserved-local" || state === "idle") connection.send({ type: "response", streamId, status: 200 });
  else connection.send({ type: "end-of-message", streamId, headers: [["x-a", "b"]] });
}

/** The peer's frame for a trigger. */
function received(trigger: StreamTrigger, side: Side, id: number): Uint8Array | null {
  const isPushed = id % 2 === 0;
  const head = side === "server" ? REQUEST : [RESPONSE];
  switch (trigger) {
    case "receive-headers":
      return frame(1, 4, id, ...head);
    case "receive-data":
      return frame(0, 0, id, "x");
    case "receive-end-stream":
      return frame(0, 1, id, "x");
    case "receive-rst-stream":
      return frame(3, 0, id, ...u32(8));
    case "receive-window-update":
      return frame(8, 0, id, ...u32(1));
    default:
      return isPushed ? null : frame(5, 4, id, ...u32(2), ...REQUEST);
  }
}

/** Where a living stream is, as far as it can be told from outside. */
function counts({ openStreams }: Http2Connection): string {
  return JSON.stringify(openStreams);
}

describe.each(STREAM_STATES)("%s", (state) => {
  const ways = WAYS[state];

  test.each(ways.map((way) => [way.side, way] as const))("at the %s, frames of the peer", (side, { id, go }) => {
    for (const trigger of STREAM_TRIGGERS.filter((name) => name.startsWith("receive"))) {
      // PUSH_PROMISE moves the promised stream, and comes on an open one.
      if (trigger === "receive-push-promise") continue;
      const both = pair();
      go(both);
      const connection = both[side];
      const how = `${state}, ${side}: ${trigger}`;
      const octets = received(trigger, side, id) as Uint8Array;
      const cell = ON_STREAM[state]?.[trigger === "receive-end-stream" ? "receive-data" : trigger];
      // Only a server's streams begin by HEADERS that are received.
      const next = state === "idle" && side === "client" ? undefined : cell;
      connection.feed(octets);
      if (next !== undefined) {
        // A second head is trailers without an end, and DATA before the head is malformed: the message's matter.
        expect(
          refusal(() => [...connection.events()]),
          how,
        ).toBe("nothing");
        continue;
      }
      // A server's stream begins by HEADERS; RST_STREAM and WINDOW_UPDATE may come late (RFC 9113 5.1).
      const isLate = state === "closed" && (trigger === "receive-rst-stream" || trigger === "receive-window-update");
      if (isLate) {
        expect(connection.nextEvent().type, how).toBe("need-data");
        continue;
      }
      const { scope, code } = REFUSALS[state];
      if (scope === "stream") {
        expect(connection.nextEvent(), how).toMatchObject({
          type: "stream-reset",
          streamId: id,
          remote: false,
          reason: code,
        });
        expect(connection.nextEvent().type, how).toBe("need-data");
      } else {
        const wanted = state === "idle" && trigger === "receive-headers" ? "BAD_STREAM_ID" : code;
        expect(fault(connection).code, how).toBe(wanted);
        expect(connection.finished, how).toBe(true);
      }
    }
  });

  test.each(ways.map((way) => [way.side, way] as const))("at the %s, what this end sends", (side, { id, go }) => {
    for (const trigger of STREAM_TRIGGERS.filter((name) => name.startsWith("send"))) {
      const both = pair();
      go(both);
      const connection = both[side];
      const how = `${state}, ${side}: ${trigger}`;
      const before = counts(connection);
      if (trigger === "send-push-promise") continue;
      const outcome = refusal(() => sends(connection, trigger, id, state));
      const cell = ON_STREAM[state]?.[trigger === "send-end-stream" ? "send-data" : trigger];
      // An idle stream is moved by openStream, not by send: "streams that are opened" below.
      if (cell !== undefined && state !== "idle") {
        expect(outcome, how).toBe("nothing");
        continue;
      }
      // What is reset once more, or was over, is over.
      const isOver = state === "closed" && trigger === "send-rst-stream";
      const isGone = state === "idle" || state === "closed";
      expect(outcome, how).toBe(isOver ? "nothing" : isGone ? "NO_SUCH_STREAM" : "WRONG_STATE");
      expect(counts(connection), how).toBe(before);
    }
  });
});

describe("streams that are opened", () => {
  test("by HEADERS of a client, at both ends", () => {
    const both = pair();
    expect(both.client.openStream(POST)).toBe(1);
    expect(both.client.openStreams).toEqual({ local: 1, remote: 0 });
    join(both);
    expect(both.server.openStreams).toEqual({ local: 0, remote: 1 });
    expect(refusal(() => both.server.openStream(GET))).toBe("WRONG_STATE");
  });

  test("by PUSH_PROMISE of a server", () => {
    const both = pair();
    pushed(both);
    expect(both.server.window(2)).toBe(65535);
    expect(both.client.window(2)).toBe(65535);
    expect(refusal(() => both.client.push(1, GET))).toBe("PUSH_NOT_ALLOWED");
  });
});

describe("where a stream goes", () => {
  const total = ({ local, remote }: { local: number; remote: number }) => local + remote;

  test("a pushed stream counts when it is answered, at both ends, and is over when the answer is", () => {
    const both = pair();
    pushed(both);
    expect(both.server.openStreams).toEqual({ local: 0, remote: 1 });
    respond(both, 2);
    join(both);
    expect(both.server.openStreams).toEqual({ local: 1, remote: 1 });
    expect(both.client.openStreams).toEqual({ local: 1, remote: 1 });
    end(both.server, 2);
    join(both);
    expect([total(both.server.openStreams), total(both.client.openStreams)]).toEqual([1, 1]);
  });

  test("a reset closes it at both ends, from every state in which it lives", () => {
    for (const state of [
      "reserved-local",
      "reserved-remote",
      "open",
      "half-closed-local",
      "half-closed-remote",
    ] as const) {
      for (const { side, id, go } of WAYS[state]) {
        const both = pair();
        go(both);
        both[side].reset(id, "CANCEL");
        const events = join(both)[side === "server" ? "client" : "server"];
        expect(events).toContainEqual(
          expect.objectContaining({ type: "stream-reset", streamId: id, code: "CANCEL", remote: true }),
        );
        expect(refusal(() => both.client.window(id))).toBe("NO_SUCH_STREAM");
        expect(refusal(() => both.server.window(id))).toBe("NO_SUCH_STREAM");
      }
    }
  });

  test("PUSH_PROMISE comes on a stream of the client's that the server may still answer", () => {
    for (const [state, code] of [
      ["open", null],
      ["half-closed-local", null],
      ["half-closed-remote", "PUSH_NOT_ALLOWED"],
    ] as const) {
      const way = WAYS[state].find(({ side }) => side === "client") as Way;
      const both = pair();
      way.go(both);
      both.client.feed(frame(5, 4, 1, ...u32(2), ...REQUEST));
      if (code === null)
        expect(both.client.nextEvent()).toMatchObject({ type: "push-promise", streamId: 1, promisedStreamId: 2 });
      else expect(fault(both.client).code).toBe(code);
    }
  });
});
