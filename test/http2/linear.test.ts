// What many streams cost: time in proportion to their number, and no memory when they are over.
import { describe, expect, test } from "vitest";
import { Http2Connection } from "../../src/http2/index.ts";
import { leastExponent, timeOf } from "../growth.ts";
import { join, type Pair, POST, zeros } from "./pair.ts";

const UNLIMITED = Number.POSITIVE_INFINITY;

function wide(): Pair {
  const options = {
    settings: { maxConcurrentStreams: 2 ** 31 },
    limits: { maxQueuedControlBytes: UNLIMITED, maxResets: UNLIMITED },
  };
  const both = { client: new Http2Connection("client", options), server: new Http2Connection("server", options) };
  join(both);
  return both;
}

/** Opens so many streams at a time, answers all, ends all. */
function openAndClose(count: number): void {
  const { client, server } = wide();
  for (let i = 0; i < count; i++) client.openStream(POST);
  server.feed(client.bytesToSend());
  for (const event of server.events()) {
    if (event.type === "request") server.send({ type: "response", streamId: event.streamId, status: 200 });
  }
  expect([client.openStreams.local, server.openStreams.remote]).toEqual([count, count]);
  for (let id = 1; id < 2 * count; id += 2) {
    client.send({ type: "end-of-message", streamId: id });
    server.send({ type: "data", streamId: id, data: zeros(1), endStream: true });
  }
  join({ client, server });
  expect([client.openStreams.local, server.openStreams.remote]).toEqual([0, 0]);
}

describe("10,000 streams", () => {
  test("opened and closed in time linear in their number", () => {
    expect(leastExponent(1250, (count) => () => openAndClose(count), 1.5)).toBeLessThan(1.5);
    expect(timeOf(() => openAndClose(10_000))).toBeLessThan(2_000_000);
  });

  test("leave nothing behind", () => {
    const { client, server } = wide();
    for (let i = 0; i < 3000; i++) {
      const streamId = client.openStream(POST);
      server.feed(client.bytesToSend());
      for (const _ of server.events());
      if (i % 2 === 0) server.reset(streamId);
      else {
        server.send({ type: "response", streamId, status: 200, endStream: true });
        client.send({ type: "end-of-message", streamId });
      }
      join({ client, server });
    }
    const { streams } = (
      server as unknown as { session: { streams: { living: Map<number, unknown>; resets: Map<number, number> } } }
    ).session;
    expect(streams.living.size).toBe(0);
    expect(streams.resets.size).toBe(1024);
  });

  test("a change of the initial window looks only at streams with data queued", () => {
    const change = (count: number) => {
      const { client, server } = wide();
      for (let i = 0; i < count; i++) client.openStream(POST);
      join({ client, server });
      return () => {
        for (let i = 0; i < 500; i++) {
          server.updateSettings({ initialWindowSize: 65_535 + i });
          client.feed(server.bytesToSend());
          for (const _ of client.events());
          client.bytesToSend();
        }
      };
    };
    // The same work, whatever the number: one by one 10,000 windows took eight times as long as 1,250.
    expect(leastExponent(1250, change, 0.5)).toBeLessThan(0.5);
    expect(timeOf(change(10_000))).toBeLessThan(500_000);
  });
});
