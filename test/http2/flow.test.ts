// Data on its way out: windows, back-pressure, the order of streams; and credit for what was received.
import { describe, expect, test } from "vitest";
import { Http2Connection, type Http2Options } from "../../src/http2/index.ts";
import { fault, frame, frames, GET, join, lines, type Pair, POST, pair, refusal, u32, zeros } from "./pair.ts";

/** A server that is to answer so many requests, its heads drained. */
function answering(count: number, clientOptions?: Http2Options, priorities: (object | undefined)[] = []): Pair {
  const both = pair(clientOptions);
  for (let i = 0; i < count; i++) both.client.openStream(GET, { endStream: true, priority: priorities[i] });
  join(both);
  for (let i = 0; i < count; i++) both.server.send({ type: "response", streamId: 1 + 2 * i, status: 200 });
  join(both);
  return both;
}

function data(connection: Http2Connection, streamId: number, length: number, endStream = false): boolean {
  return connection.send({ type: "data", streamId, data: zeros(length), endStream });
}

const windowUpdate = (streamId: number, increment: number) => frame(8, 0, streamId, ...u32(increment));

describe("data that is sent", () => {
  test("is cut into frames by the peer's frame size and the windows, and ends where it ends", () => {
    const { client, server } = answering(1);
    expect(data(server, 1, 65535)).toBe(true);
    expect(data(server, 1, 5, true)).toBe(false);
    expect(server.queuedBytes).toBe(65540);
    expect(server.window(1)).toBe(65535);
    expect(frames(server.bytesToSend())).toEqual(["DATA 1: 16384", "DATA 1: 16384", "DATA 1: 16384", "DATA 1: 16383"]);
    expect([server.window(1), server.window(0), server.queuedBytes]).toEqual([0, 0, 5]);
    expect([server.queuedOn(1), server.queuedOn(3)]).toEqual([5, 0]);
    server.feed(windowUpdate(0, 10));
    expect(lines([...server.events()])).toEqual(["window-updated 0"]);
    server.feed(windowUpdate(1, 2));
    expect(lines([...server.events()])).toEqual(["window-updated 1"]);
    expect(frames(server.bytesToSend())).toEqual(["DATA 1: 2"]);
    server.feed(windowUpdate(1, 3));
    expect(lines([...server.events()])).toEqual(["window-updated 1", "drain 1"]);
    expect(frames(server.bytesToSend())).toEqual(["DATA 1 END: 3"]);
    expect(server.openStreams).toEqual({ local: 0, remote: 0 });
    expect(client.openStreams.local).toBe(1);
  });

  test("is never overtaken by trailers, nor by the end", () => {
    const both = answering(2, { windows: { stream: 10 } });
    expect(data(both.server, 1, 25)).toBe(false);
    both.server.send({ type: "end-of-message", streamId: 1, headers: [["x-sum", "1"]] });
    expect(data(both.server, 3, 25)).toBe(false);
    both.server.send({ type: "end-of-message", streamId: 3 });
    const { client, server } = join(both);
    expect(client.filter((event) => event.type === "end-of-message").map(({ headers }) => headers.raw())).toEqual([
      [["x-sum", "1"]],
      [],
    ]);
    expect(lines(server).filter((line) => line.startsWith("drain"))).toEqual(["drain 1", "drain 3"]);
    expect(both.server.queuedBytes).toBe(0);
  });

  test("waits for a window that the peer's settings open, and stays behind one that they shut", () => {
    const both = answering(1, { windows: { mode: "manual" } });
    const resize = (initialWindowSize: number) => {
      both.client.updateSettings({ initialWindowSize });
      return join(both);
    };
    resize(0);
    expect(both.server.window(1)).toBe(0);
    expect(data(both.server, 1, 100)).toBe(false);
    expect(lines(join(both).client)).toEqual([]);
    expect(lines(resize(50).client)).toEqual(["settings-acknowledged", "data 1: 50"]);
    expect(lines(resize(20).client)).toEqual(["settings-acknowledged"]);
    expect(both.server.window(1)).toBe(-30);
    const { server, client } = resize(1000);
    expect(lines(server)).toEqual(["settings", "drain 1"]);
    expect(lines(client)).toEqual(["settings-acknowledged", "data 1: 50"]);
  });

  test("of all streams waits together for the connection's window when the settings open theirs", () => {
    const both = answering(2, { settings: { initialWindowSize: 0 }, windows: { mode: "manual" } });
    const { server } = both;
    for (const id of [1, 3]) expect(data(server, id, 40000)).toBe(false);
    both.client.updateSettings({ initialWindowSize: 65535 });
    server.feed(both.client.bytesToSend());
    expect(lines([...server.events()])).toEqual(["settings"]);
    server.bytesToSend();
    expect([server.window(0), server.queuedOn(1) + server.queuedOn(3)]).toEqual([0, 80000 - 65535]);
    expect(lines([...server.events()])).toEqual(["drain 1"]);
    server.feed(windowUpdate(0, 80000 - 65535 - 1));
    expect(lines([...server.events()])).toEqual(["window-updated 0"]);
    server.feed(windowUpdate(0, 1));
    expect(lines([...server.events()])).toEqual(["window-updated 0", "drain 3"]);
  });

  test("goes on in pieces as they were given, and leaves nothing behind", () => {
    const { server } = answering(1);
    const pieces = Array.from({ length: 40 }, (_, i) => zeros(100 + i).fill(i));
    for (const piece of pieces) expect(server.send({ type: "data", streamId: 1, data: piece })).toBe(true);
    expect(server.send({ type: "data", streamId: 1, data: zeros(0) })).toBe(true);
    const chunks = server.chunksToSend();
    expect(chunks.filter((chunk) => pieces.includes(chunk as Uint8Array<ArrayBuffer>))).toHaveLength(40);
    expect(server.queuedBytes).toBe(0);
    expect(server.bytesToSend()).toHaveLength(0);
  });

  test("is dropped with its stream, and makes room for others", () => {
    const { server } = answering(3);
    const fits = [data(server, 1, 60_000), data(server, 3, 60_000), data(server, 5, 5000)];
    expect(fits).toEqual([true, false, false]);
    server.reset(1);
    expect(lines([...server.events()])).toEqual(["drain 3", "drain 5"]);
    expect(server.queuedBytes).toBe(65_000 + 13);
    server.feed(frame(3, 0, 3, ...u32(8)));
    expect(lines([...server.events()])).toEqual(["stream-reset 3"]);
    expect(frames(server.bytesToSend())).toEqual(["RST_STREAM 1: 4", "DATA 5: 5000"]);
  });

  test("when all of a waiting stream was let out by a drain, its drain event comes too", () => {
    const { server } = answering(2);
    server.feed(windowUpdate(1, 100_000));
    for (const _ of server.events());
    data(server, 1, 65_536);
    expect(data(server, 3, 10)).toBe(false);
    server.prioritize(3, { urgency: 0 });
    expect(frames(server.bytesToSend())[0]).toBe("DATA 3: 10");
    expect(lines([...server.events()])).toEqual(["drain 3"]);
  });
});

describe("drained so many octets at a time", () => {
  test.each([1, 7, 99.5, 100, 2000, 20_000])("%s: the same frames, whole in the end", (max) => {
    const { server, client } = answering(2, undefined, [{ urgency: 5 }, undefined]);
    data(server, 1, 30_000, true);
    data(server, 3, 20_000, true);
    let taken = 0;
    const into = (connection: Http2Connection) => {
      const target = new Uint8Array(max);
      return [target.subarray(0, connection.drainInto(target))];
    };
    for (let turn = 0; server.queuedBytes > 0; turn++) {
      const chunks =
        turn % 3 === 0 ? [server.bytesToSend(max)] : turn % 3 === 1 ? server.chunksToSend(max) : into(server);
      const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      expect(length).toBeLessThanOrEqual(max);
      expect(length).toBeGreaterThan(0);
      taken += length;
      for (const chunk of chunks) client.feed(chunk);
      if (turn > 60_000) throw new Error("no end");
    }
    expect(taken).toBeGreaterThan(50_000);
    expect(lines([...client.events()])).toEqual([
      "data 3: 20000",
      "end-of-message 3",
      "data 1: 30000",
      "end-of-message 1",
    ]);
  });

  test("0 octets, and what is no number", () => {
    const { server } = answering(1);
    data(server, 1, 5);
    expect(server.bytesToSend(0)).toHaveLength(0);
    expect(server.chunksToSend(0)).toEqual([]);
    expect(server.drainInto(new Uint8Array(0))).toBe(0);
    expect(refusal(() => server.bytesToSend(-1))).toBe("RangeError");
    expect(refusal(() => server.bytesToSend(Number.NaN))).toBe("RangeError");
    expect(refusal(() => server.chunksToSend("1" as never))).toBe("TypeError");
    for (const target of [5, [0], new Uint16Array(9), new Uint8Array(new SharedArrayBuffer(9))]) {
      expect(refusal(() => server.drainInto(target as never))).toBe("TypeError");
    }
  });
});

describe("priorities (RFC 9218)", () => {
  const order = (server: Http2Connection) =>
    frames(server.bytesToSend()).map((line) => Number.parseInt(line.split(" ")[1] ?? "", 10));

  test("the most urgent first; of the same urgency in the order in which they were opened", () => {
    const { server } = answering(4, undefined, [{ urgency: 4 }, { urgency: 1 }, undefined, { urgency: 1 }]);
    for (const id of [7, 5, 3, 1]) data(server, id, 15_000, true);
    expect(order(server)).toEqual([3, 7, 5, 1]);
  });

  test("incremental ones in turn, frame by frame", () => {
    const shared = { incremental: true };
    const both = answering(3, undefined, [shared, shared, undefined]);
    for (const id of [1, 3]) data(both.server, id, 30_000, true);
    expect(order(both.server)).toEqual([1, 3, 1, 3]);
  });

  test("however they came, were put off or left, those that are not incremental go by id", () => {
    const count = 40;
    const { server } = answering(count);
    // 17 has no factor in common with the count: all of them, in an order that is none.
    const ids = Array.from({ length: count }, (_, i) => 2 * ((i * 17) % count) + 1);
    for (const id of ids) data(server, id, 100, true);
    for (const id of ids.slice(0, 10)) server.reset(id);
    for (const id of ids.slice(10, 20)) server.prioritize(id, { urgency: 5 });
    const inOrder = (some: number[]) => some.sort((one, other) => one - other);
    expect(order(server)).toEqual([...ids.slice(0, 10), ...inOrder(ids.slice(20)), ...inOrder(ids.slice(10, 20))]);
  });

  test("those that are and those that are not: one after the other", () => {
    const shared = { incremental: true };
    const { server } = answering(4, undefined, [undefined, shared, shared, { urgency: 1 }]);
    for (const id of [5, 3, 1]) data(server, id, 20_000 - id, true);
    expect(order(server)).toEqual([1, 5, 1, 3, 5, 3]);
    data(server, 7, 5);
    expect(order(server)).toEqual([7]);
  });

  test("PRIORITY_UPDATE before the request, and on streams that wait", () => {
    const both = pair();
    both.client.openStream(GET, { endStream: true });
    both.client.openStream(GET, { endStream: true });
    join(both);
    both.server.feed(frame(16, 0, 0, ...u32(7), "u=0, i"));
    expect([...both.server.events()]).toMatchObject([
      { type: "priority-updated", streamId: 7, urgency: 0, incremental: true },
    ]);
    both.client.openStream(GET, { endStream: true });
    both.client.openStream(GET, { endStream: true, priority: { urgency: 6 } });
    join(both);
    for (const id of [1, 3, 5, 7]) {
      both.server.send({ type: "response", streamId: id, status: 200 });
      data(both.server, id, 10_000, true);
    }
    both.client.prioritize(5, { urgency: 1, incremental: true });
    expect(both.client.queuedBytes).toBe(9 + 4 + 6);
    both.server.feed(both.client.bytesToSend());
    expect([...both.server.events()]).toMatchObject([{ streamId: 5, urgency: 1, incremental: true }]);
    expect(order(both.server)).toEqual([1, 3, 5, 7, 7, 5, 1, 3]);
    expect(both.server.openStreams.remote).toBe(0);
  });

  test("PRIORITY_UPDATE before requests that are refused, or never come, takes no room from others", () => {
    const both = pair({}, { settings: { maxConcurrentStreams: 2 } });
    const update = (streamId: number) => {
      both.server.feed(frame(16, 0, 0, ...u32(streamId), "u=1"));
      expect(lines([...both.server.events()])).toEqual([`priority-updated ${streamId}`]);
    };
    const refuse = (streamId: number) => {
      both.server.feed(frame(1, 5, streamId, 0x84)); // :path alone
      expect([...both.server.events()]).toMatchObject([{ type: "stream-reset", reason: "MISSING_PSEUDO_FIELD" }]);
    };
    for (const streamId of [1, 3, 5]) {
      update(streamId);
      refuse(streamId);
    }
    update(7);
    refuse(9);
    update(11);
    update(13);
    both.server.feed(frame(16, 0, 0, ...u32(15), "u=1"));
    expect(fault(both.server)).toMatchObject({ code: "BAD_PRIORITY_UPDATE" });
  });

  test("PRIORITY_UPDATE for requests that a GOAWAY left out takes no room, however many", () => {
    const both = pair({}, { settings: { maxConcurrentStreams: 2 } });
    both.client.openStream(GET, { endStream: true });
    join(both);
    both.server.goaway();
    for (let streamId = 3; streamId < 30; streamId += 2) {
      both.server.feed(frame(16, 0, 0, ...u32(streamId), "u=1"));
      both.server.feed(frame(1, 5, streamId, 0x84));
    }
    expect([...both.server.events()]).toEqual([]);
    both.server.send({ type: "response", streamId: 1, status: 200, endStream: true });
    expect(lines(join(both).client)).toEqual(["goaway", "response 1", "end-of-message 1"]);
  });

  test("what is no priority", () => {
    const { client, server } = answering(1);
    client.prioritize(1, { urgency: 7 });
    expect(refusal(() => client.prioritize(1, { urgency: 8 }))).toBe("RangeError");
    expect(refusal(() => client.prioritize(1, { urgency: "1" as never }))).toBe("TypeError");
    expect(refusal(() => client.prioritize(1, { incremental: 1 as never }))).toBe("TypeError");
    expect(refusal(() => server.prioritize(9, {}))).toBe("NO_SUCH_STREAM");
  });
});

describe("credit for what is received", () => {
  function upload(both: Pair, octets: number): void {
    both.client.openStream(POST);
    both.client.send({ type: "data", streamId: 1, data: zeros(octets) });
    both.server.feed(both.client.bytesToSend());
    for (const _ of both.server.events());
  }

  test("automatic: given back when half of the window was taken, at the drain", () => {
    const both = pair();
    upload(both, 30_000);
    expect(frames(both.server.bytesToSend())).toEqual([]);
    both.client.send({ type: "data", streamId: 1, data: zeros(3000) });
    both.server.feed(both.client.bytesToSend());
    for (const _ of both.server.events());
    expect(frames(both.server.bytesToSend())).toEqual(["WINDOW_UPDATE 0: 4", "WINDOW_UPDATE 1: 4"]);
  });

  test("a peer that goes beyond what was drained breaks the rule, whatever this end would have given", () => {
    const both = pair(undefined, { windows: { connection: 100_000 } });
    both.client.openStream(POST);
    both.server.feed(both.client.bytesToSend());
    for (let i = 0; i < 4; i++) both.server.feed(frame(0, 0, 1, ...new Array(16_000).fill(0)));
    expect(lines([...both.server.events()]).at(-1)).toBe("data 1: 64000");
    both.server.feed(frame(0, 0, 1, ...new Array(16_000).fill(0)));
    expect([...both.server.events()]).toMatchObject([
      { type: "stream-reset", code: "FLOW_CONTROL_ERROR", reason: "WINDOW_EXCEEDED" },
    ]);
    both.server.feed(frame(0, 0, 1, ...new Array(16_000).fill(0)));
    expect([...both.server.events()]).toEqual([]);
    both.server.feed(frame(0, 0, 1, ...new Array(16_000).fill(0)));
    expect(fault(both.server)).toMatchObject({ code: "WINDOW_EXCEEDED", http2Code: "FLOW_CONTROL_ERROR" });
  });

  test("a larger connection window is announced at once", () => {
    const client = new (pair().client.constructor as typeof Http2Connection)("client", {
      windows: { connection: 100_000, stream: 70_000 },
    });
    expect(frames(client.bytesToSend().subarray(24))).toEqual(["SETTINGS 0: 24", "WINDOW_UPDATE 0: 4"]);
  });

  test("a window that is lowered: what was taken of the larger one is given back, or nothing could come any more", () => {
    const both = pair();
    upload(both, 30_000);
    both.server.updateSettings({ initialWindowSize: 1000 });
    both.client.openStream(POST);
    const { client } = join(both);
    expect(lines(client)).toEqual(["settings", "window-updated 1"]);
    expect([both.client.window(1), both.client.window(3)]).toEqual([1000, 1000]);
  });

  test("manual: what is released, and no more than came", () => {
    const both = pair(undefined, { windows: { mode: "manual" } });
    upload(both, 1000);
    expect(frames(both.server.bytesToSend())).toEqual([]);
    both.server.release(1, 0);
    both.server.release(1, 400);
    both.server.release(1, 100);
    expect(refusal(() => both.server.release(1, 501))).toBe("RELEASED_TOO_MUCH");
    expect(refusal(() => both.server.release(3, 1))).toBe("NO_SUCH_STREAM");
    expect(refusal(() => both.server.release(1, -1))).toBe("RangeError");
    expect(refusal(() => both.server.release(1, "1" as never))).toBe("TypeError");
    expect(frames(both.server.bytesToSend())).toEqual(["WINDOW_UPDATE 0: 4", "WINDOW_UPDATE 1: 4"]);
    both.server.reset(1);
    both.server.release(1, 500);
    expect(frames(both.server.bytesToSend())).toEqual(["RST_STREAM 1: 4", "WINDOW_UPDATE 0: 4"]);
    expect(refusal(() => both.server.release(1, 1))).toBe("RELEASED_TOO_MUCH");
  });

  test("manual: padding and what was not handed out are given back by themselves", () => {
    const both = pair(undefined, { windows: { mode: "manual" } });
    both.client.openStream(POST);
    join(both);
    both.server.feed(frame(0, 8, 1, 3, "abcde", 0, 0, 0));
    expect(lines([...both.server.events()])).toEqual(["data 1: 5"]);
    expect(frames(both.server.bytesToSend())).toEqual(["WINDOW_UPDATE 0: 4", "WINDOW_UPDATE 1: 4"]);
    const cut = frame(0, 0, 1, "abcdefgh");
    both.server.feed(cut.subarray(0, 12));
    expect(lines([...both.server.events()])).toEqual(["data 1: 3"]);
    both.server.reset(1);
    both.server.feed(cut.subarray(12));
    expect([...both.server.events()]).toEqual([]);
    both.server.release(1, 8);
    expect(frames(both.server.bytesToSend())).toEqual(["RST_STREAM 1: 4", "WINDOW_UPDATE 0: 4"]);
  });
});

test("queuedBytes counts the WINDOW_UPDATEs that the next drain makes, so that a driver that asks first drains them", () => {
  const server = new Http2Connection("server");
  const client = new Http2Connection("client");
  const id = client.openStream({ method: "POST", target: "/", scheme: "http", authority: "a", headers: [] });
  client.send({ type: "data", streamId: id, data: new Uint8Array(60_000) });
  server.feed(client.bytesToSend());
  server.bytesToSend();
  expect([...server.events()].some(({ type }) => type === "data")).toBe(true);
  const { queuedBytes } = server;
  expect(queuedBytes).toBeGreaterThanOrEqual(26);
  expect(server.bytesToSend().length).toBe(queuedBytes);
  expect(server.queuedBytes).toBe(0);
});
