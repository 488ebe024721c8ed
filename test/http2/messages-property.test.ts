// Whatever a caller gives as a message of HTTP/2: it is refused, and nothing was said, or the other end hears exactly it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Http2Connection, type Http2ReceivedEvent, LocalProtocolError } from "../../src/http2/index.ts";
import { join, pair } from "./pair.ts";

type Pairs = [string, string][];

const RUNS = { numRuns: 1500, seed: 8 };

const anyChar = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(..."abcxyz019-_.~/") },
  { weight: 3, arbitrary: fc.constantFrom(...' \t,;:="\\()%[]@#?AZ') },
  { weight: 1, arbitrary: fc.constantFrom("\r", "\n", "\0", "\x7f", "\x80", "\xff", "\u0100", "\ud800", "\x1f") },
);
const junk = fc.string({ unit: anyChar, maxLength: 12 });
const often = <T>(sound: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: sound }, { weight: 1, arbitrary: other });
const name = often(
  fc.string({ unit: fc.constantFrom(..."abXY-09_"), minLength: 1, maxLength: 8 }),
  fc.oneof(
    junk,
    fc.constantFrom("connection", "te", "transfer-encoding", ":path", "upgrade", "content-length", "Host"),
  ),
);
const value = often(
  fc.string({ unit: fc.constantFrom(..."ab 09;=\x80\xff"), maxLength: 9 }).map((text) => text.trim()),
  junk,
);
const headers = fc.array(fc.tuple(name, value), { maxLength: 4 });
const request = fc.record({
  method: often(fc.constantFrom("GET", "POST", "OPTIONS", "x"), junk),
  target: often(fc.constantFrom("/", "/a?b=c", "*"), junk),
  authority: often(fc.constantFrom("a", "a:1", "[::1]"), junk),
  headers,
});

/** True when it was taken; a refusal is a LocalProtocolError, and queues nothing. */
function says(connection: Http2Connection, say: () => unknown): boolean {
  const { queuedBytes, openStreams } = connection;
  try {
    say();
    return true;
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
    expect([connection.queuedBytes, connection.openStreams]).toEqual([queuedBytes, openStreams]);
    return false;
  }
}

/** Crumbs of a cookie come joined, and an authority given as Host comes as that: neither is among the names here. */
const lowered = (pairs: Pairs) => pairs.map(([first, second]) => [first.toLowerCase(), second]);

const raw = (event: Http2ReceivedEvent | undefined) =>
  event !== undefined && "headers" in event ? event.headers.raw() : undefined;

test("a request is refused, or heard as exactly itself, with its trailers", { timeout: 60_000 }, () => {
  let taken = 0;
  fc.assert(
    fc.property(request, headers, (asked, trailers) => {
      const both = pair();
      if (!says(both.client, () => both.client.openStream(asked))) return;
      taken++;
      const hasEnded = says(both.client, () =>
        both.client.send({ type: "end-of-message", streamId: 1, headers: trailers }),
      );
      const heard = join(both).server.filter(({ type }) => type === "request" || type === "end-of-message");
      expect(heard.map(({ type }) => type)).toEqual(hasEnded ? ["request", "end-of-message"] : ["request"]);
      const { method, target, authority } = asked;
      expect(heard[0]).toMatchObject({ method, target, authority });
      expect(raw(heard[0])).toEqual(lowered(asked.headers));
      if (hasEnded) expect(raw(heard[1])).toEqual(lowered(trailers));
    }),
    RUNS,
  );
  expect(taken).toBeGreaterThan(RUNS.numRuns / 10);
});

test("a response is refused, or heard as exactly itself", { timeout: 60_000 }, () => {
  let taken = 0;
  const status = often(fc.constantFrom(200, 204, 304, 404, 599), fc.integer({ min: 90, max: 1000 }));
  fc.assert(
    fc.property(status, headers, (number, given) => {
      const both = pair();
      both.client.openStream({ method: "GET", target: "/", authority: "a" }, { endStream: true });
      join(both);
      const response = { type: "response", streamId: 1, status: number, headers: given, endStream: true } as const;
      if (!says(both.server, () => both.server.send(response))) return;
      taken++;
      const heard = join(both).client;
      expect(heard.map(({ type }) => type)).toEqual(["response", "end-of-message"]);
      expect(heard[0]).toMatchObject({ status: number });
      expect(raw(heard[0])).toEqual(lowered(given));
    }),
    RUNS,
  );
  expect(taken).toBeGreaterThan(RUNS.numRuns / 10);
});
