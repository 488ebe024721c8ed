// What this end sends, and what it refuses to: the rules that bind a sender (RFC 9113, RFC 7541). No input at every split
// here: each is a plain test.
import { expect } from "vitest";
import type { Http2Connection } from "../../../src/http2/index.ts";
import { latin1, octets } from "../../helpers.ts";
import { BOTH, type Check, get, OK, post } from "../case.ts";
import {
  data,
  type EmittedFrame,
  END_HEADERS,
  END_STREAM,
  frameLine,
  goaway,
  headers,
  join,
  MAX_31,
  number,
  PREFACE,
  readFrames,
  rstStream,
  settings,
  windowUpdate,
} from "../frames.ts";
import { Run, ready } from "../runner.ts";
import { answer, body, client, feed, lines, POSTING, REQUEST, refusal, sent, server, serverRun } from "./sender.ts";

// --- preface and settings -----------------------------------------------------------------------------------------------------------

export const BEGINNINGS: readonly Check[] = [
  {
    name: "a client sends the preface and SETTINGS first",
    check: () => {
      const { connection } = new Run("client");
      connection.openStream(REQUEST, { endStream: true });
      const all = connection.bytesToSend();
      expect(latin1(all.subarray(0, 24))).toBe("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      expect(readFrames(all.subarray(24)).map(({ type }) => type)).toEqual(["SETTINGS", "HEADERS"]);
    },
  },
  {
    name: "a server sends SETTINGS first",
    check: () => {
      const run = new Run("server");
      run.feed(join(PREFACE, settings(), get(1)));
      answer(run.connection, 1, true);
      expect(lines(run.connection).map((line) => line.replace(/=.*/, "="))).toEqual([
        expect.stringMatching(/^SETTINGS(?! ACK)/),
        "SETTINGS ACK",
        "HEADERS 1 END_STREAM",
      ]);
    },
  },
  {
    name: "a server does not announce ENABLE_PUSH 1",
    check: () => {
      expect(() => new Run("server", { settings: { enablePush: true } })).toThrow(RangeError);
      const [first] = sent(new Run("server").connection);
      expect(frameLine(first as EmittedFrame)).not.toMatch(/ 2=/);
    },
  },
  {
    name: "settings that cannot be are not announced",
    check: () => {
      for (const role of BOTH) {
        for (const set of [{ maxFrameSize: 16_383 }, { maxFrameSize: 2 ** 24 }, { initialWindowSize: 2 ** 31 }]) {
          expect(() => new Run(role, { settings: set })).toThrow(RangeError);
        }
      }
    },
  },
  {
    name: "settings hold at once and are acknowledged behind what went before",
    check: () => {
      const connection = client();
      connection.openStream(POSTING);
      connection.send({ type: "data", streamId: 1, data: body(20_000) });
      feed(connection, settings(["MAX_FRAME_SIZE", 20_000]));
      expect(sent(connection, 20_000).map(({ type, payload }) => [type, payload.length])).toEqual(
        expect.arrayContaining([
          ["SETTINGS", 0],
          ["DATA", 20_000],
        ]),
      );
    },
  },
];

// --- streams ----------------------------------------------------------------------------------------------------------------------------

export const OPENINGS: readonly Check[] = [
  {
    name: "streams of a client are odd and rise",
    check: () => {
      const connection = client();
      expect([0, 1, 2].map(() => connection.openStream(REQUEST, { endStream: true }))).toEqual([1, 3, 5]);
      expect(lines(connection)).toEqual(["HEADERS 1 END_STREAM", "HEADERS 3 END_STREAM", "HEADERS 5 END_STREAM"]);
    },
  },
  {
    name: "streams of a server are even and rise",
    check: () => {
      const connection = server(post(1));
      expect([0, 1].map(() => connection.push(1, REQUEST))).toEqual([2, 4]);
      expect(lines(connection)).toEqual(["PUSH_PROMISE 1 2", "PUSH_PROMISE 1 4"]);
    },
  },
  {
    name: "no more streams than the peer allows",
    check: () => {
      const connection = client(undefined, settings(["MAX_CONCURRENT_STREAMS", 1]));
      connection.openStream(REQUEST, { endStream: true });
      expect(refusal(connection, () => connection.openStream(REQUEST))).toBe("TOO_MANY_STREAMS");
      feed(connection, headers(1, OK, { end: true }));
      expect(connection.openStream(REQUEST, { endStream: true })).toBe(3);
    },
  },
  {
    name: "no new stream after GOAWAY",
    check: () => {
      const received = client(undefined, goaway(0));
      expect(refusal(received, () => received.openStream(REQUEST))).toBe("GOING_AWAY");
      const own = client();
      own.goaway();
      expect(refusal(own, () => own.openStream(REQUEST))).toBe("GOING_AWAY");
    },
  },
  {
    name: "nothing but PRIORITY on a stream that is over",
    check: () => {
      const connection = server(get(1));
      answer(connection, 1, true);
      for (const action of [
        () => answer(connection, 1),
        () => connection.send({ type: "data", streamId: 1, data: body(1) }),
        () => connection.send({ type: "end-of-message", streamId: 1 }),
        () => connection.push(1, REQUEST),
      ]) {
        expect(refusal(connection, action)).toMatch(/^(NO_SUCH_STREAM|WRONG_STATE)$/);
      }
      // Too late to reset, and no harm.
      connection.reset(1);
      expect(lines(connection)).toEqual([]);
    },
  },
  {
    name: "nothing on a stream that was reset by either",
    check: () => {
      const byPeer = server(get(1), rstStream(1));
      const byUs = server(get(1));
      byUs.reset(1);
      for (const connection of [byPeer, byUs]) {
        expect(refusal(connection, () => answer(connection, 1))).toMatch(/^(NO_SUCH_STREAM|WRONG_STATE)$/);
        connection.reset(1);
        expect(lines(connection)).toEqual([]);
      }
    },
  },
  {
    name: "a reset drops what was queued on the stream",
    check: () => {
      const connection = server(get(1), settings(["INITIAL_WINDOW_SIZE", 0]));
      answer(connection, 1);
      connection.bytesToSend();
      connection.send({ type: "data", streamId: 1, data: body(9), endStream: true });
      connection.reset(1);
      feed(connection, windowUpdate(0, 99));
      expect(lines(connection)).toEqual(["RST_STREAM 1 CANCEL"]);
    },
  },
  {
    name: "nothing on an idle stream",
    check: () => {
      const connection = client();
      for (const action of [
        () => connection.reset(1),
        () => connection.send({ type: "data", streamId: 1, data: body(1) }),
        () => connection.reset(2),
      ]) {
        expect(refusal(connection, action)).toBe("NO_SUCH_STREAM");
      }
    },
  },
  {
    name: "no stream is opened behind the last there is",
    check: () => {
      const connection = client();
      // 2^30 streams take too long to open.
      const { session } = connection as unknown as { session: { streams: { nextLocal: number } } };
      session.streams.nextLocal = MAX_31;
      expect(connection.openStream(REQUEST, { endStream: true })).toBe(MAX_31);
      expect(refusal(connection, () => connection.openStream(REQUEST))).toBe("NO_STREAM_LEFT");
    },
  },
  {
    name: "nothing behind END_STREAM",
    check: () => {
      const connection = client();
      connection.openStream(REQUEST, { endStream: true });
      expect(refusal(connection, () => connection.send({ type: "data", streamId: 1, data: body(1) }))).toBe(
        "WRONG_STATE",
      );
      expect(refusal(connection, () => connection.send({ type: "end-of-message", streamId: 1 }))).toBe("WRONG_STATE");
    },
  },
];

// --- frames ---------------------------------------------------------------------------------------------------------------------------------

export const FRAMES: readonly Check[] = [
  {
    name: "frames are not larger than the peer allows",
    check: () => {
      const connection = client(undefined, settings(["INITIAL_WINDOW_SIZE", 1_000_000]), windowUpdate(0, 1_000_000));
      connection.openStream({ ...POSTING, headers: [["big", "~".repeat(40_000)]] });
      connection.send({ type: "data", streamId: 1, data: body(100_000), endStream: true });
      const frames = sent(connection);
      expect(frames.filter(({ type }) => type === "CONTINUATION").length).toBeGreaterThan(0);
      expect(frames.reduce((sum, { type, payload }) => sum + (type === "DATA" ? payload.length : 0), 0)).toBe(100_000);
    },
  },
  {
    name: "a header block is one sequence that END_HEADERS ends",
    check: () => {
      const connection = client();
      connection.openStream({ ...REQUEST, headers: [["big", "~".repeat(40_000)]] }, { endStream: true });
      connection.ping(octets("12345678"));
      const flags = sent(connection).map(({ type, flags: own }) => `${type} ${own}`);
      expect(flags[0]).toBe(`HEADERS ${END_STREAM}`);
      expect(flags.at(-2)).toBe(`CONTINUATION ${END_HEADERS}`);
      expect(flags.slice(1, -2).every((line) => line === "CONTINUATION 0")).toBe(true);
      expect(flags.at(-1)).toBe("PING 0");
    },
  },
  {
    name: "PING is answered with its octets, PING ACK is not",
    check: () => {
      const run = ready("server");
      run.feed(join(frameOf(6, 0, octets("\x00\x01\xff\x7f****")), frameOf(6, 1, octets("********"))));
      expect(run.sentFrames()).toEqual(["PING ACK \x00\x01\xff\x7f****"]);
    },
  },
  {
    name: "a PING of ours has eight octets",
    check: () => {
      const connection = client();
      expect(() => connection.ping(octets("1234567"))).toThrow();
      connection.ping();
      expect(sent(connection).map(({ payload }) => payload.length)).toEqual([8]);
    },
  },
  {
    name: "GOAWAY does not raise its last stream",
    check: () => {
      const run = serverRun(get(1), get(3));
      const { connection } = run;
      connection.shutdown();
      connection.goaway();
      connection.goaway();
      expect(lines(connection)).toEqual([`GOAWAY ${MAX_31} NO_ERROR`, "GOAWAY 3 NO_ERROR", "GOAWAY 3 NO_ERROR"]);
      feed(connection, get(5));
      connection.goaway("INTERNAL_ERROR");
      expect(lines(connection)).toEqual(["GOAWAY 3 INTERNAL_ERROR"]);
    },
  },
  {
    // nghttp2 takes an odd one for a connection error.
    name: "the last stream of a client's GOAWAY is a server's, or 0",
    check: () => {
      const connection = client();
      connection.shutdown();
      connection.goaway();
      expect(lines(connection)).toEqual([`GOAWAY ${MAX_31 - 1} NO_ERROR`, "GOAWAY 0 NO_ERROR"]);
    },
  },
  {
    name: "GOAWAY covers every stream whose frames were handed on",
    check: () => {
      const run = serverRun(get(1), post(7));
      run.connection.goaway("ENHANCE_YOUR_CALM");
      expect(lines(run.connection)).toEqual(["GOAWAY 7 ENHANCE_YOUR_CALM"]);
    },
  },
];

function frameOf(type: number, flags: number, payload: Uint8Array): Uint8Array {
  return join(number(payload.length, 3), Uint8Array.of(type, flags), number(0, 4), payload);
}

// --- flow control -----------------------------------------------------------------------------------------------------------------------------

const dataOf = (connection: Http2Connection): number =>
  sent(connection).reduce((sum, { type, payload }) => sum + (type === "DATA" ? payload.length : 0), 0);

/** The connection's credit that comes back for twenty frames of 16,100 octets on a stream, drained after each. */
function givenBack(connection: Http2Connection, streamId: number): number {
  let back = 0;
  for (let round = 0; round < 20; round++) {
    feed(connection, data(streamId, 16_000, { pad: 99 }));
    for (const { type, stream, payload } of sent(connection)) {
      if (type === "WINDOW_UPDATE" && stream === 0) back += number31(payload);
    }
  }
  return back;
}

const number31 = (payload: Uint8Array): number => new DataView(payload.buffer, payload.byteOffset).getUint32(0);

export const WINDOWS: readonly Check[] = [
  {
    name: "no more DATA than the window of the stream",
    check: () => {
      const connection = server(settings(["INITIAL_WINDOW_SIZE", 10]), get(1));
      answer(connection, 1);
      expect(connection.send({ type: "data", streamId: 1, data: body(25), endStream: true })).toBe(false);
      expect(dataOf(connection)).toBe(10);
      feed(connection, windowUpdate(1, 8));
      expect(dataOf(connection)).toBe(8);
      feed(connection, settings(["INITIAL_WINDOW_SIZE", 11]));
      expect(dataOf(connection)).toBe(1);
      feed(connection, windowUpdate(1, 100));
      expect(lines(connection)).toEqual([`DATA 1 ${"x".repeat(6)} END_STREAM`]);
    },
  },
  {
    name: "no more DATA than the window of the connection",
    check: () => {
      const connection = server(settings(["INITIAL_WINDOW_SIZE", 1_000_000]), get(1), get(3));
      for (const streamId of [1, 3]) {
        answer(connection, streamId);
        connection.send({ type: "data", streamId, data: body(50_000), endStream: true });
      }
      expect(dataOf(connection)).toBe(65_535);
      feed(connection, windowUpdate(3, 1000));
      expect(dataOf(connection)).toBe(0);
      feed(connection, windowUpdate(0, 100_000));
      expect(dataOf(connection)).toBe(100_000 - 65_535);
    },
  },
  {
    name: "SETTINGS does not change the window of the connection",
    check: () => {
      const connection = server(settings(["INITIAL_WINDOW_SIZE", MAX_31]), get(1));
      answer(connection, 1);
      connection.send({ type: "data", streamId: 1, data: body(70_000) });
      expect(dataOf(connection)).toBe(65_535);
    },
  },
  {
    name: "an empty DATA that ends the stream needs no window",
    check: () => {
      const connection = server(settings(["INITIAL_WINDOW_SIZE", 0]), get(1));
      answer(connection, 1);
      connection.send({ type: "end-of-message", streamId: 1 });
      expect(lines(connection)).toEqual(["HEADERS 1", "DATA 1  END_STREAM"]);
    },
  },
  {
    name: "what is ignored is given back to the connection",
    check: () => {
      const { connection } = serverRun(post(1), post(3));
      connection.reset(3);
      expect(20 * 16_100 - givenBack(connection, 3)).toBeLessThan(65_535);
    },
  },
  {
    name: "DATA above the last stream of our GOAWAY is given back to the connection",
    check: () => {
      const { connection } = serverRun(post(1));
      connection.goaway();
      feed(connection, post(3));
      expect(20 * 16_100 - givenBack(connection, 3)).toBeLessThan(65_535);
    },
  },
  {
    name: "credit is never 0 and never above 2^31-1",
    check: () => {
      const { connection } = serverRun(post(1));
      const credits: number[] = [];
      for (let round = 0; round < 50; round++) {
        feed(connection, data(1, 7000), data(1, "", { pad: 3 }));
        for (const { type, payload } of sent(connection)) {
          if (type === "WINDOW_UPDATE") credits.push(number31(payload));
        }
      }
      expect(credits.length).toBeGreaterThan(0);
      expect(credits.every((credit) => credit > 0 && credit <= 65_535)).toBe(true);
    },
  },
];
