// Two connections, one of each role, that speak to each other at random: requests, bodies, trailers, pushes, resets,
// settings that change, priorities, windows of all sizes, octets cut anywhere. Neither may ever find fault with the
// other; every message that was not reset arrives as it was sent; and at last nothing is queued, stalled or held.
import { expect, test } from "vitest";
import {
  type HeaderFields,
  Http2Connection,
  type Http2Event,
  type Http2Options,
  LocalProtocolError,
} from "../../src/http2/index.ts";
import { pick, type Random, random } from "../helpers.ts";
import { readFrames } from "./frames.ts";

const RUNS = 120;
const STEPS = 150;

// --- a message as it was sent and as it came ------------------------------------------------------------------------------------------

interface Message {
  head: string;
  body: string;
  trailers: string | undefined;
}

const newMessage = (): Message => ({ head: "", body: "", trailers: undefined });

type Fields = [string, string][];

const text = (fields: Iterable<readonly [string, string]>): string =>
  [...fields].map((pair) => pair.join("=")).join("&");

class End {
  readonly connection: Http2Connection;
  readonly sent = new Map<number, Message>();
  readonly came = new Map<number, Message>();
  /** Streams that this end may still send a body on. */
  readonly sending = new Set<number>();
  readonly reset = new Set<number>();
  /** Of a pushed stream the one it belongs to. */
  readonly parents = new Map<number, number>();
  readonly manual: boolean;
  private readonly held: [number, number][] = [];
  private readonly next: Random;

  constructor(role: "client" | "server", options: Http2Options, next: Random) {
    this.connection = new Http2Connection(role, options);
    this.manual = options.windows?.mode === "manual";
    this.next = next;
  }

  /** Everything that came, told to the model. */
  pull(): void {
    for (const event of this.connection.events()) this.take(event);
  }

  private take(event: Http2Event): void {
    switch (event.type) {
      case "request":
        this.begin(event.streamId, `${event.method} ${event.target} ${text(event.headers)}`);
        if (this.next(8) > 0) this.sending.add(event.streamId);
        break;
      case "response":
        this.begin(event.streamId, `${event.status} ${text(event.headers)}`);
        break;
      case "data": {
        const message = this.came.get(event.streamId) as Message;
        message.body += Buffer.from(event.data).toString("latin1");
        if (this.manual) this.held.push([event.streamId, event.data.length]);
        break;
      }
      case "end-of-message":
        (this.came.get(event.streamId) as Message).trailers = text(event.headers as HeaderFields);
        break;
      case "stream-reset":
        expect(event.remote, `${this.connection.role} resets ${event.streamId} for ${event.reason}`).toBe(true);
        this.drop(event.streamId);
        break;
    }
  }

  private begin(streamId: number, head: string): void {
    expect(this.came.has(streamId)).toBe(false);
    this.came.set(streamId, { ...newMessage(), head });
  }

  drop(streamId: number): void {
    this.reset.add(streamId);
    this.sending.delete(streamId);
  }

  /** Gives back some of what came, or all of it. */
  release(all: boolean): void {
    while (this.held.length > 0 && (all || this.next(3) > 0)) {
      const [streamId, octets] = this.held.shift() as [number, number];
      this.connection.release(streamId, octets);
    }
  }
}

// --- what ends do -----------------------------------------------------------------------------------------------------------------------

const fieldsOf = (next: Random): Fields =>
  Array.from({ length: next(4) }, () => [
    pick(["a", "b", "x-long", "cookie"], next),
    pick(["", "v", "w".repeat(next(90))], next),
  ]);
/** Crumbs of a cookie come joined; here there is one at most. */
const oneCookie = (fields: Fields): Fields =>
  fields.filter(([name], index) => name !== "cookie" || fields.findIndex(([other]) => other === name) === index);

const bodyOf = (next: Random): string =>
  pick("abcdefgh".split(""), next).repeat(pick([0, 1, 20, 300, 5000, 40_000], next));

function open(client: End, next: Random): void {
  const headers = oneCookie(fieldsOf(next));
  const method = pick(["GET", "POST"], next);
  const endStream = next(2) === 0;
  const priority = { urgency: next(8), incremental: next(2) === 0 };
  const options = next(4) === 0 ? { endStream, priority } : { endStream };
  const streamId = client.connection.openStream({ method, target: "/t", authority: "a", headers }, options);
  // The priority comes as a field of its own.
  const message = { ...newMessage(), head: `${method} /t ${text(headers)}` };
  if (endStream) message.trailers = "";
  else client.sending.add(streamId);
  client.sent.set(streamId, message);
}

/** The next part of a message on some stream. */
function sendOn(end: End, next: Random): void {
  const { connection, sending, sent } = end;
  const streamId = pick([...sending], next);
  if (streamId === undefined) return;
  const message = sent.get(streamId);
  if (message === undefined) {
    const headers = oneCookie(fieldsOf(next));
    if (next(4) === 0) connection.send({ type: "informational-response", streamId, status: 103, headers });
    const status = pick([200, 404], next);
    connection.send({ type: "response", streamId, status, headers });
    sent.set(streamId, { ...newMessage(), head: `${status} ${text(headers)}` });
    return;
  }
  if (next(4) === 0) {
    const trailers: Fields = next(2) === 0 ? [] : [["t", "r"]];
    connection.send({ type: "end-of-message", streamId, headers: trailers });
    message.trailers = text(trailers);
    sending.delete(streamId);
    return;
  }
  const body = bodyOf(next);
  const endStream = next(5) === 0;
  connection.send({ type: "data", streamId, data: new Uint8Array(Buffer.from(body, "latin1")), endStream });
  message.body += body;
  if (!endStream) return;
  message.trailers = "";
  sending.delete(streamId);
}

function resetOne(end: End, next: Random): void {
  const streamId = pick([...end.sending, ...end.came.keys()], next);
  if (streamId === undefined || next(4) > 0) return;
  end.connection.reset(streamId);
  end.drop(streamId);
}

function push(server: End, next: Random): void {
  const parent = pick([...server.sending], next);
  if (parent === undefined || parent % 2 === 0) return;
  const promised = server.connection.push(parent, { method: "GET", target: "/p", authority: "a" });
  server.sending.add(promised);
  server.parents.set(promised, parent);
}

function change(end: End, next: Random): void {
  end.connection.updateSettings(
    pick(
      [
        { initialWindowSize: pick([0, 1, 100, 70_000], next) },
        { headerTableSize: pick([0, 60, 4096, 9000], next) },
        { maxFrameSize: pick([16_384, 20_000], next) },
        { initialWindowSize: 1000, headerTableSize: 100 },
      ],
      next,
    ),
  );
}

/** What must be refused whenever it is said: it changes nothing and queues nothing. */
function misuse(end: End, next: Random): void {
  const { connection } = end;
  const streamId = pick([...end.sending, 1, 2, 99_999], next);
  const bad: [string, string][] = [
    ["new-name", "new value"],
    ...pick([[["Bad Name", "v"]], [["a", "\n"]], [["upgrade", "x"]]], next),
  ] as Fields;
  const calls: (() => unknown)[] = [
    () => connection.openStream({ method: "GET", target: "/", authority: "a", headers: bad }),
    () => connection.openStream({ method: "GET", target: "no slash", authority: "a", headers: [["other-name", "v"]] }),
    () => connection.push(streamId, { method: "GET", target: "/", authority: "a", headers: bad }),
    () => connection.push(streamId, { method: "DELETE", target: "/", authority: "a" }),
    () => connection.send({ type: "response", streamId, status: 200, headers: bad }),
    () => connection.send({ type: "informational-response", streamId, status: 101 }),
    () => connection.send({ type: "end-of-message", streamId, headers: bad }),
    () => connection.send({ type: "data", streamId: 99_999, data: new Uint8Array(5) }),
    () => connection.release(99_999, 5),
  ];
  const before = stateOf(connection);
  expect(pick(calls, next)).toThrow(LocalProtocolError);
  expect(stateOf(connection)).toEqual(before);
}

const stateOf = ({ queuedBytes, openStreams, finished }: Http2Connection) => ({ queuedBytes, openStreams, finished });

/** Something that one end does; what is not allowed just now is refused and changes nothing. */
function act(end: End, next: Random): void {
  const { connection } = end;
  const { role } = connection;
  try {
    pick<() => void>(
      [
        () => (role === "client" ? open(end, next) : sendOn(end, next)),
        () => sendOn(end, next),
        () => sendOn(end, next),
        () => sendOn(end, next),
        () => resetOne(end, next),
        () => (role === "server" ? push(end, next) : connection.ping()),
        () => change(end, next),
        () => end.release(false),
        () => {
          const streamId = pick([...end.sending], next);
          if (streamId !== undefined) connection.prioritize(streamId, { urgency: next(8), incremental: next(2) === 0 });
        },
      ],
      next,
    )();
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
  }
}

/** Octets from one end to the other, in pieces. */
function carry(from: End, to: End, max: number, next: Random): number {
  const octets = from.connection.bytesToSend(max);
  for (let at = 0; at < octets.length; ) {
    const count = pick([1, 9, 100, 100_000], next);
    to.connection.feed(octets.subarray(at, at + count));
    to.pull();
    at += count;
  }
  return octets.length;
}

const optionsOf = (next: Random): Http2Options => ({
  settings: {
    initialWindowSize: pick([65_535, 65_535, 10, 1000, 200_000], next),
    headerTableSize: pick([4096, 4096, 0, 70], next),
    maxConcurrentStreams: pick([100, 3], next),
  },
  windows: { mode: pick(["automatic", "manual"] as const, next) },
});

test("what one end sends the other gets", { timeout: 60_000 }, () => {
  const next = random(2026);
  let messages = 0;
  let octets = 0;
  for (let run = 0; run < RUNS; run++) {
    const client = new End("client", optionsOf(next), next);
    const server = new End("server", optionsOf(next), next);
    const ends = [client, server] as const;
    // A client that begins before it knows how many streams the server allows may be refused.
    carry(server, client, Number.POSITIVE_INFINITY, next);
    for (let step = 0; step < STEPS; step++) {
      const [one, other] = next(2) === 0 ? [client, server] : [server, client];
      act(one, next);
      if (next(4) === 0) misuse(one, next);
      if (next(2) === 0) octets += carry(one, other, pick([1, 10, 500, Number.POSITIVE_INFINITY], next), next);
    }
    settle(ends, next);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      messages += compare(one, other);
    }
  }
  expect(messages).toBeGreaterThan(RUNS * 5);
  expect(octets).toBeGreaterThan(RUNS * 10_000);
});

/** Both ends carry and give back until nothing moves. */
function settle(ends: readonly [End, End], next: Random): void {
  const [client, server] = ends;
  // A window of 0 would hold what is queued for ever: that is the caller's to widen.
  for (const end of ends) end.connection.updateSettings({ initialWindowSize: 100_000 });
  for (let round = 0; round < 500; round++) {
    for (const end of ends) end.release(true);
    const there = carry(client, server, Number.POSITIVE_INFINITY, next);
    const back = carry(server, client, Number.POSITIVE_INFINITY, next);
    if (there + back === 0) break;
  }
  for (const { connection } of ends) {
    expect(connection.queuedBytes, `${connection.role} has octets queued`).toBe(0);
    readFrames(connection.bytesToSend());
  }
}

/** Each message that was sent and not reset is there; of those that were, a beginning. */
function compare(from: End, to: End): number {
  let count = 0;
  for (const [streamId, message] of from.sent) {
    const came = to.came.get(streamId);
    // A promise on a stream that the client had given up is refused, and that may come when all is said.
    if (to.reset.has(from.parents.get(streamId) ?? 0)) continue;
    const what = `stream ${streamId} of the ${from.connection.role}`;
    if (from.reset.has(streamId) || to.reset.has(streamId)) {
      if (came !== undefined) expect(message.body.startsWith(came.body), what).toBe(true);
      continue;
    }
    expect(came?.head.replace(/&?priority=[^&]*$/, ""), what).toBe(message.head);
    expect(came?.body.length, what).toBe(message.body.length);
    expect(came?.body === message.body, what).toBe(true);
    expect(came?.trailers, what).toBe(message.trailers);
    count++;
  }
  return count;
}
