// A received event that is given to `send` of another connection, as a proxy gives it, is refused with nothing changed,
// or the other end hears the same message: from each protocol to each.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  Http1Connection,
  type Http1ReceivedEvent,
  Http2Connection,
  type Http2ReceivedEvent,
  LocalProtocolError,
} from "../src/index.ts";
import { octets } from "./helpers.ts";

type Version = "1.1" | "2";
type Field = [name: string, value: string, sensitive?: true];
type Received = Http1ReceivedEvent | Http2ReceivedEvent;

/** A message as a caller says it. */
interface Said {
  /** What `openStream` or `send` is given. */
  readonly head: Record<string, unknown> & { readonly headers: Field[] };
  readonly body: string;
  readonly trailers: Field[];
}

/** A message as the other end hears it. */
interface Heard {
  readonly events: readonly Received[];
  readonly head: Received & { readonly headers: { raw(): Field[] } };
}

const RUNS = { numRuns: 2000, seed: 3 };
const OPTIONS = { settings: { enableConnectProtocol: true } };

// --- one hop ------------------------------------------------------------------------------------------------------------

interface Ends<Connection> {
  readonly client: Connection;
  readonly server: Connection;
}

function ends1(): Ends<Http1Connection> {
  return { client: new Http1Connection("client"), server: new Http1Connection("server") };
}

function ends2(): Ends<Http2Connection> {
  const both = { client: new Http2Connection("client"), server: new Http2Connection("server", OPTIONS) };
  for (let i = 0; i < 3; i++) {
    carry(both.client, both.server);
    carry(both.server, both.client);
  }
  return both;
}

interface Carrier {
  bytesToSend(): Uint8Array;
  feed(bytes: Uint8Array): void;
  events(): IterableIterator<Received>;
}

/** Carries octets, and gives the events that they are. */
function carry(from: Carrier, to: Carrier): Received[] {
  to.feed(from.bytesToSend());
  return [...to.events()];
}

/** Does this; false when it is refused, and then nothing may have been queued. */
function isTaken(connection: { readonly queuedBytes: number }, action: () => unknown): boolean {
  const { queuedBytes } = connection;
  try {
    action();
    return true;
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
    expect(connection.queuedBytes).toBe(queuedBytes);
    return false;
  }
}

function say(connection: Http1Connection | Http2Connection, event: object): boolean {
  const given = connection instanceof Http2Connection ? { ...event, streamId: 1 } : event;
  return isTaken(connection, () => connection.send(given as never));
}

/** Says the rest of a message; false when a part of it was refused. */
function sayBody(connection: Http1Connection | Http2Connection, { body, trailers }: Said): boolean {
  const data = { type: "data", data: octets(body) };
  return (body === "" || say(connection, data)) && say(connection, { type: "end-of-message", headers: trailers });
}

/** Sends a request over one hop. Undefined when it was refused. */
function request(version: Version, said: Said): Heard | undefined {
  const both = version === "2" ? ends2() : ends1();
  const { client, server } = both;
  const isOpen =
    client instanceof Http2Connection
      ? isTaken(client, () => client.openStream(said.head as never))
      : say(client, { type: "request", ...said.head });
  if (!isOpen || !sayBody(client, said)) return undefined;
  return heard(carry(client as Carrier, server as Carrier), "request");
}

/** Sends a response to a request with this method over one hop. Undefined when it was refused. */
function response(version: Version, method: string, said: Said): Heard | undefined {
  const asked = method === "CONNECT" ? { target: "a:1" } : { target: "/" };
  const both = version === "2" ? ends2() : ends1();
  const { client, server } = both;
  const line = {
    method,
    ...asked,
    headers: [["Host", asked.target === "/" ? "a" : asked.target]] as [string, string][],
  };
  if (client instanceof Http2Connection) client.openStream(line);
  else client.send({ type: "request", ...line });
  if (method !== "CONNECT" || version === "1.1") say(client, { type: "end-of-message" });
  carry(client as Carrier, server as Carrier);
  const { type } = said.head;
  if (!say(server, said.head)) return undefined;
  const isTunnel = method === "CONNECT" && Number(said.head.status) < 300;
  if (type === "response" && !isTunnel && !sayBody(server, said)) return undefined;
  return heard(carry(server as Carrier, client as Carrier), type as string);
}

function heard(all: readonly Received[], type: string): Heard {
  const events = all.filter((event) =>
    ["request", "response", "informational-response", "data", "end-of-message"].includes(event.type),
  );
  const faults = all.filter((event) => event.type === "stream-reset");
  expect(faults).toEqual([]);
  expect(events[0]?.type).toBe(type);
  return { events, head: events[0] as Heard["head"] };
}

// --- the same message -------------------------------------------------------------------------------------------------

/** What frames a message in HTTP/1.1. */
const FRAMING = ["transfer-encoding", "content-length"];

/** Fields but those, names in lower case; the crumbs of a cookie, which HTTP/2 joins, last and as one. */
function fieldsOf(raw: readonly Field[], dropped: readonly string[]): unknown[] {
  const cookies = raw.filter(([name]) => name.toLowerCase() === "cookie");
  const cookie = cookies.map(([, value]) => value).join("; ");
  return raw
    .map(([name, value]): Field => [name.toLowerCase(), value])
    .filter(([name]) => name !== "cookie" && !dropped.includes(name))
    .concat(cookies.length > 0 ? [["cookie", cookie]] : []);
}

function bodyOf({ events }: Heard): string {
  return events.map((event) => (event.type === "data" ? Buffer.from(event.data).toString("latin1") : "")).join("");
}

function trailersOf({ events }: Heard): readonly Field[] {
  const end = events.at(-1) as Received;
  return end.type === "end-of-message" ? end.headers.raw() : [];
}

function marksOf(raw: readonly Field[]): string[] {
  return raw.filter(([, , sensitive]) => sensitive === true).map(([name]) => name);
}

/** The received message, as a proxy says it further: its events, with nothing but `changed` changed. */
function saidAgain(before: Heard, changed: object): Said {
  const head = { ...before.head, ...changed } as unknown as Said["head"];
  return { head, body: bodyOf(before), trailers: [...trailersOf(before)] };
}

function expectSame(before: Heard, after: Heard, dropped: readonly string[]): void {
  expect(fieldsOf(after.head.headers.raw(), dropped)).toEqual(fieldsOf(before.head.headers.raw(), dropped));
  expect(bodyOf(after)).toBe(bodyOf(before));
  expect(fieldsOf(trailersOf(after), [])).toEqual(fieldsOf(trailersOf(before), []));
}

// --- what is said -------------------------------------------------------------------------------------------------------

const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(...others) });
const field: fc.Arbitrary<Field> = fc.constantFrom<Field[]>(
  ["X-A", "b"],
  ["x-secret", "s", true],
  ["authorization", "Basic eA=="],
  ["Cookie", "a=b"],
  ["cookie", "c=d; e=f"],
  ["cookie", "g=h", true],
  ["TE", "trailers"],
  ["te", "gzip"],
  ["Connection", "X-A"],
  ["connection", "close"],
  ["Keep-Alive", "timeout=5"],
  ["Upgrade", "websocket"],
  ["Proxy-Connection", "close"],
  ["Transfer-Encoding", "chunked"],
  ["Content-Length", "0"],
  ["content-length", "3"],
  ["Expect", "100-continue"],
  ["Set-Cookie", "a=b"],
  ["set-cookie", "c=d"],
  ["Trailer", "x-t"],
  ["Max-Forwards", "0"],
  ["X-Empty", ""],
  ["X-High", "\x80\xff"],
);
const fields = fc.array(field, { maxLength: 4 });
const bodies = often("", "abc", "x");
const sections = often<Field[]>(
  [],
  [["X-T", "1"]],
  [
    ["x-t", "1", true],
    ["x-u", "2"],
  ],
  [["Content-Length", "1"]],
);

const requests: fc.Arbitrary<Said> = fc
  .record({
    method: often("GET", "POST", "HEAD", "OPTIONS", "CONNECT", "TRACE"),
    target: often("/", "*", "/a?b=c", "http://a/b", "http://a", "a:443", ""),
    host: often<string | undefined>("a", "A", "a:443", "b", "", undefined),
    authority: often<string | undefined>(undefined, "a", "a:443", "A", ""),
    scheme: often<string | undefined>(undefined, "http", "https", "foo", ""),
    protocol: often<string | undefined>(undefined, "websocket"),
    fields,
    body: bodies,
    trailers: sections,
  })
  .map(({ host, fields: others, body: text, trailers: end, ...line }) => ({
    head: { ...line, headers: host === undefined ? others : [["Host", host], ...others] },
    body: text,
    trailers: end,
  }));

const responses: fc.Arbitrary<{ method: string; said: Said }> = fc
  .record({
    method: often("GET", "HEAD", "CONNECT"),
    status: often(200, 100, 103, 204, 205, 304, 404, 599),
    fields,
    body: bodies,
    trailers: sections,
  })
  .map(({ method, status, fields: headers, ...rest }) => {
    // The octets of a tunnel are no message.
    const { body: text, trailers: end } = method === "CONNECT" && status < 300 ? { body: "", trailers: [] } : rest;
    const type = status < 200 ? "informational-response" : "response";
    return { method, said: { head: { type, status, headers }, body: text, trailers: end } };
  });

// --- the law ------------------------------------------------------------------------------------------------------------

const ROUTES = (["1.1", "2"] as const).flatMap((from) => (["1.1", "2"] as const).map((to) => [from, to] as const));

test.each(ROUTES)("a request of HTTP/%s goes on in HTTP/%s, or is refused", (from, to) => {
  let passed = 0;
  fc.assert(
    fc.property(requests, (said) => {
      const before = request(from, said);
      if (before === undefined || before.head.type !== "request") return;
      const { head } = before;
      const authority = "authority" in head ? head.authority : "";
      if (from === "2" && to === "1.1") {
        // As it is, it says another version. What its pseudo-fields say is for the caller to say as HTTP/1.1 does.
        expect(request(to, saidAgain(before, {}))).toBeUndefined();
      }
      const others = head.headers.raw().filter(([name]) => name !== "host");
      const hosted = { httpVersion: undefined, headers: [["Host", authority], ...others] };
      const after = request(to, saidAgain(before, from === "2" && to === "1.1" ? hosted : {}));
      if (after === undefined) return;
      passed++;
      const { method, target } = head;
      expect(after.head).toMatchObject({ method, target });
      const host = authority === "" ? (head.headers.get("host") ?? "") : authority;
      expect("authority" in after.head ? after.head.authority : after.head.headers.get("host")).toBe(host);
      if (from === "2" && to === "2") {
        expect(after.head).toMatchObject({ scheme: (head as { scheme: string }).scheme });
        expect(marksOf(after.head.headers.raw())).toEqual(marksOf(head.headers.raw()));
        expect(marksOf(trailersOf(after))).toEqual(marksOf(trailersOf(before)));
      }
      expectSame(before, after, to === from ? ["host"] : ["host", "transfer-encoding"]);
    }),
    RUNS,
  );
  expect(passed).toBeGreaterThan(RUNS.numRuns / 20);
});

test.each(ROUTES)("a response of HTTP/%s goes on in HTTP/%s, or is refused", (from, to) => {
  let passed = 0;
  fc.assert(
    fc.property(responses, ({ method, said }) => {
      const before = response(from, method, said);
      if (before === undefined) return;
      if (from === "2" && to === "1.1") expect(response(to, method, saidAgain(before, {}))).toBeUndefined();
      const after = response(to, method, saidAgain(before, from === "2" ? { httpVersion: undefined } : {}));
      if (after === undefined) return;
      passed++;
      const { status } = before.head as { status: number };
      expect(after.head).toMatchObject({ status });
      // Content-Length: never in messages that can have no body (RFC 9110 8.6).
      const isBare = status < 200 || status === 204 || (method === "CONNECT" && status < 300);
      expectSame(before, after, isBare ? FRAMING : FRAMING.filter((name) => name !== "content-length"));
    }),
    RUNS,
  );
  expect(passed).toBeGreaterThan(RUNS.numRuns / 20);
});
