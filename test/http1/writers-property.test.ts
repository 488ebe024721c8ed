// The law of the writers, tried on what nobody would think of: whatever is given to `send`, it throws, and nothing was
// said, or what was said is read by the other end as exactly that one message.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Http1Connection, type Http1Event, type Http1Send, LocalProtocolError } from "../../src/http1/index.ts";
import { latin1, octets, stateOf } from "./helpers.ts";

type Pairs = [string, string][];

const RUNS = { numRuns: 2500, seed: 1 };

// --- what is given ------------------------------------------------------------------------------------------------------

const anyChar = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(..."abcXYZ019-_.~/") },
  { weight: 3, arbitrary: fc.constantFrom(...' \t,;:="\\()%[]@#?') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "\r",
      "\n",
      "\r\n",
      "\0",
      "\x7f",
      "\x80",
      "\xff",
      "\u0100",
      "\u010a",
      "\ud800",
      "\x0b",
      "\x1f",
    ),
  },
);
const junk = fc.string({ unit: anyChar, maxLength: 12 });
const token = fc.string({ unit: fc.constantFrom(..."abcXYZ019!#$%&'*+-.^_`|~"), minLength: 1, maxLength: 8 });
const text = fc
  .string({ unit: fc.constantFrom(...'abc XYZ09,;:="\\()\t\x80\xff'), maxLength: 12 })
  .map((value) => value.replace(/^[ \t]+|[ \t]+$/g, ""));
const often = <T>(sound: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: sound }, { weight: 1, arbitrary: other });

const KNOWN: Record<string, string[]> = {
  "Content-Length": ["0", "3", "03", "5", "5, 5", "x", "", "-1", "9007199254740992", " 5"],
  "Transfer-Encoding": ["chunked", "Chunked", "gzip", "gzip, chunked", "chunked,", ""],
  Connection: ["close", "keep-alive", "Upgrade", "a, close", "", ","],
  Upgrade: ["websocket", "", ","],
  Expect: ["100-continue", "x"],
  Host: ["a", "a:1", "", "a b", "[::1]", "[", "a/b"],
  Trailer: ["x"],
};
const known = fc
  .constantFrom(...Object.keys(KNOWN))
  .chain((name) =>
    fc.tuple(
      fc.constantFrom(name, name.toUpperCase(), name.toLowerCase()),
      fc.constantFrom(...(KNOWN[name] as string[])),
    ),
  );
const field = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(often(token, junk), often(text, junk)) },
  { weight: 2, arbitrary: known },
);
const fields = fc.array(field, { maxLength: 6 });
const trailers = often(
  fc.constant<Pairs>([]),
  fc.array(fc.tuple(often(token, junk), often(text, junk)), { maxLength: 3 }),
);
const bodies = fc.array(fc.string({ unit: fc.constantFrom("a", "\r", "\n", "0", "\0", "\xff"), maxLength: 4 }), {
  maxLength: 4,
});
const method = often(fc.constantFrom("GET", "HEAD", "POST", "CONNECT", "OPTIONS", "get", "X"), often(token, junk));
const target = often(fc.constantFrom("/", "*", "a:1", "http://a/b?c#d"), often(token, junk));
const withHost = fc
  .tuple(often(fc.constant(true), fc.constant(false)), fields)
  .map(([hosted, list]): Pairs => (hosted ? [...list, ["Host", "h"]] : list));

// --- the law --------------------------------------------------------------------------------------------------------------

/** Sends; true when it was accepted. A refusal is a LocalProtocolError and leaves no trace. */
function says(connection: Http1Connection, event: Http1Send): boolean {
  const before = stateOf(connection);
  try {
    connection.send(event);
    return true;
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
    expect(stateOf(connection)).toEqual(before); // the queue's length too
    return false;
  }
}

/** Sends as much of a body as is taken, its end, and gives what must be read. */
function saysBody(
  connection: Http1Connection,
  pieces: string[],
  end: Pairs,
): { body: string; trailers: Pairs } | undefined {
  let body = "";
  for (const piece of pieces) if (says(connection, { type: "data", data: octets(piece) })) body += piece;
  for (const headers of [end, []]) {
    for (let room = 0; room < 10; room++) {
      if (says(connection, { type: "end-of-message", headers })) return { body, trailers: headers };
      if (says(connection, { type: "data", data: octets("z") })) body += "z";
    }
  }
  return undefined;
}

/** Everything that the reader gives, joined. */
function hears(
  connection: Http1Connection,
  bytes: Uint8Array,
): { heads: Http1Event[]; body: string; trailers: Pairs; ends: number; last: string } {
  connection.feed(bytes);
  const heard = { heads: [] as Http1Event[], body: "", trailers: [] as Pairs, ends: 0, last: "" };
  while (true) {
    const event = connection.nextEvent();
    if (event.type === "need-data" || event.type === "paused" || event.type === "connection-closed") {
      heard.last = event.type;
      return heard;
    }
    if (event.type === "data") heard.body += latin1(event.data);
    else if (event.type === "end-of-message") {
      heard.ends++;
      heard.trailers = event.headers.raw();
    } else heard.heads.push(event);
  }
}

/** As it must be read: Host first. */
function hostFirst(pairs: Pairs): Pairs {
  const host = pairs.find(([name]) => name.toLowerCase() === "host") as [string, string];
  return [host, ...pairs.filter((pair) => pair !== host)];
}

test("a request is refused, or read as exactly itself", { timeout: 60_000 }, () => {
  let accepted = 0;
  const run = (asked: { method: string; target: string; headers: Pairs }, pieces: string[], end: Pairs) => {
    const writer = new Http1Connection("client");
    if (!says(writer, { type: "request", ...asked })) return;
    accepted++;
    const message = saysBody(writer, pieces, end);
    const reader = new Http1Connection("server");
    const heard = hears(reader, writer.bytesToSend());
    expect(heard.heads).toMatchObject([
      { type: "request", method: asked.method, target: asked.target, httpVersion: "1.1", offset: 0 },
    ]);
    const [head] = heard.heads;
    expect(head?.type === "request" && head.headers.raw()).toEqual(hostFirst(asked.headers));
    if (message !== undefined) {
      expect({ ...message, ends: 1 }).toEqual({ body: heard.body, trailers: heard.trailers, ends: heard.ends });
      expect([reader.remoteState, reader.bufferedBytes]).toEqual([writer.localState, 0]);
    }
  };
  fc.assert(fc.property(fc.record({ method, target, headers: withHost }), bodies, trailers, run), RUNS);
  expect(accepted).toBeGreaterThan(RUNS.numRuns / 10);
});

test("a response is refused, or read as exactly itself with the fields that were added", { timeout: 60_000 }, () => {
  let accepted = 0;
  const asking = fc.record({
    method: fc.constantFrom("GET", "HEAD", "CONNECT", "POST"),
    headers: fc.constantFrom<Pairs>(
      [],
      [["Connection", "close"]],
      [
        ["Connection", "upgrade"],
        ["Upgrade", "x"],
      ],
    ),
  });
  const status = often(fc.constantFrom(200, 204, 304, 404, 500, 205, 299), fc.integer({ min: 90, max: 1000 }));
  const reason = often(fc.constantFrom(undefined, "OK", ""), fc.oneof(text, junk));
  const run = (
    asked: { method: string; headers: Pairs },
    given: { status: number; reason: string | undefined; headers: Pairs },
    pieces: string[],
    end: Pairs,
  ) => {
    const reader = new Http1Connection("client");
    reader.send({
      type: "request",
      method: asked.method,
      target: asked.method === "CONNECT" ? "a:1" : "/",
      headers: [["Host", "h"], ...asked.headers],
    });
    reader.send({ type: "end-of-message" });
    const writer = new Http1Connection("server");
    hears(writer, reader.bytesToSend());
    const type = given.status < 200 ? "informational-response" : "response";
    if (!says(writer, { type, ...given })) return;
    accepted++;
    const message =
      type === "response" && writer.localState !== "switched-protocol" ? saysBody(writer, pieces, end) : undefined;
    const heard = hears(reader, writer.bytesToSend());
    expect(heard.heads).toMatchObject([
      { type, status: given.status, ...(given.reason !== undefined && { reason: given.reason }) },
    ]);
    const [head] = heard.heads;
    const read = head !== undefined && "headers" in head ? head.headers.raw() : [];
    // What was given is there in its order, but for framing and connection fields; what was added is only those.
    const plain = (pairs: Pairs) =>
      pairs.filter(([name]) => !/^(content-length|transfer-encoding|connection)$/i.test(name));
    expect(plain(read)).toEqual(plain(given.headers));
    if (message === undefined) return;
    expect({ ...message, ends: 1 }).toEqual({ body: heard.body, trailers: heard.trailers, ends: heard.ends });
    expect([reader.remoteState, reader.localState, reader.bufferedBytes]).toEqual([
      writer.localState,
      writer.remoteState,
      0,
    ]);
  };
  fc.assert(fc.property(asking, fc.record({ status, reason, headers: fields }), bodies, trailers, run), RUNS);
  expect(accepted).toBeGreaterThan(RUNS.numRuns / 10);
});
