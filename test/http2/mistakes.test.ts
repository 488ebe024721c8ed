// What a caller says is what goes on the wire, or it is an error: members that contradict each other, that are misspelt
// or of the wrong type, or that answer differently when they are read again. What is refused has changed nothing: the
// octets that follow are those of a connection that never heard of it.
import { describe, expect, test } from "vitest";
import {
  HpackEncoder,
  type Http2Connection,
  type Http2ReceivedEvent,
  type Http2Request,
} from "../../src/http2/index.ts";
import { GET, join, POST, pair, refusal, zeros } from "./pair.ts";

const CONNECT = { method: "CONNECT", target: "a:443" } as const;
const SERVER = { settings: { enableConnectProtocol: true } };
const ANSWER = { type: "response", streamId: 1, status: 200 } as const;

/** Both ends, and the client's request on stream 1, which has ended; stream 3 is a CONNECT, stream 5 waits for its body. */
function asked() {
  const both = pair(undefined, SERVER);
  both.client.openStream(GET, { endStream: true });
  both.client.openStream(CONNECT);
  both.client.openStream(POST);
  join(both);
  return both;
}

/** Says several things that are legal whatever was refused before, and gives all octets. */
function goOn(connection: Http2Connection): Uint8Array {
  const headers = { "x-a": "b", "x-c": "d" };
  if (connection.role === "client") {
    const streamId = connection.openStream({ ...GET, headers });
    connection.prioritize(streamId, { urgency: 1 });
  } else {
    connection.send({ ...ANSWER, headers });
    connection.send({ type: "data", streamId: 1, data: zeros(3), endStream: true });
  }
  connection.ping();
  connection.updateSettings({ headerTableSize: 100 });
  return connection.bytesToSend();
}

/** Makes a member say one thing when it is first read, and another from then on. */
function turning(name: string, first: unknown, then: unknown, given: object): never {
  let reads = 0;
  return Object.defineProperty(given, name, { get: () => (reads++ === 0 ? first : then) }) as never;
}

type Row = [what: string, code: string, say: (connection: Http2Connection) => unknown];

const open = (request: object, options?: unknown) => (client: Http2Connection) =>
  client.openStream({ ...GET, ...request } as never, options as never);
const send = (event: object) => (connection: Http2Connection) => connection.send({ streamId: 1, ...event } as never);

const trailer = (field: unknown[]) => send({ type: "end-of-message", streamId: 5, headers: [field] });

const CLIENT: Row[] = [
  // members that contradict each other
  ["the scheme of a CONNECT", "UNKNOWN_PSEUDO_FIELD", open({ ...CONNECT, authority: undefined, scheme: "https" })],
  ["a CONNECT to elsewhere", "HOST_CONFLICT", open(CONNECT)],
  ["a Host that is not the authority", "HOST_CONFLICT", open({ headers: [["host", "b"]] })],
  ["an authority that is no Host", "HOST_CONFLICT", open({ authority: "b", headers: [["host", "a"]] })],
  [
    "two equal Hosts",
    "DUPLICATE_HOST",
    open({
      headers: [
        ["host", "a"],
        ["Host", "a"],
      ],
    }),
  ],
  [
    "two Hosts",
    "DUPLICATE_HOST",
    open({
      authority: undefined,
      headers: [
        ["host", "a"],
        ["host", "A"],
      ],
    }),
  ],
  ["two priorities", "RangeError", open({ headers: { Priority: "u=1" } }, { priority: { urgency: 5 } })],
  ["a priority and the usual one", "RangeError", open({ headers: { priority: "u=1" } }, { priority: {} })],
  ["a protocol without CONNECT", "UNKNOWN_PSEUDO_FIELD", open({ protocol: "websocket" })],
  ["a body that is not there", "BODY_TOO_SHORT", open({ headers: { "content-length": "1" } }, { endStream: true })],
  ["two lengths", "CONFLICTING_CONTENT_LENGTH", open({ headers: { "content-length": ["1", "2"] } })],
  // spelling
  ["a misspelt option", "TypeError", open({}, { endstream: true })],
  ["a misspelt priority", "TypeError", open({}, { priority: { urgncy: 1 } })],
  ["a misspelt priority later", "TypeError", (client) => client.prioritize(3, { urgncy: 1 } as never)],
  ["KELVIN SIGN in a name", "BAD_FIELD_NAME", open({ headers: [["coo\u212Aie", "a"]] })],
  // types
  ["no options", "TypeError", open({}, null)],
  ["a flag for options", "TypeError", open({}, true)],
  ["a promise for headers", "TypeError", open({ headers: Promise.resolve({ a: "b" }) })],
  ["a Date for headers", "TypeError", open({ headers: new Date() })],
  ["a Host that is a number", "TypeError", open({ authority: undefined, headers: { host: 5 } })],
  ["a length that is a number", "TypeError", open({ headers: { "content-length": 0 } }, { endStream: true })],
  ["a mark that is not true", "TypeError", open({ headers: [["x-a", "b", "true"]] })],
  ["a value too many", "TypeError", open({ headers: [["x-a", "b", "c"]] })],
  ["a value too many in Host", "TypeError", open({ headers: [["host", "a", "a"]] })],
  ["KELVIN SIGN in a trailer", "BAD_FIELD_NAME", trailer(["to\u212Aen", "a"])],
  ["a sensitive part by another name", "TypeError", open({ sensitive: ["path"] })],
  ["a sensitive part that is no list", "TypeError", open({ sensitive: "target" })],
  ["a mark of a trailer that is not true", "TypeError", trailer(["x-a", "b", 1])],
];

const SERVERS: Row[] = [
  ["1xx that ends", "INFORMATIONAL_WITH_END", send({ type: "informational-response", status: 103, endStream: true })],
  ["a final 1xx", "BAD_STATUS", send({ type: "response", status: 103 })],
  ["a 200 that is not final", "BAD_STATUS", send({ type: "informational-response", status: 200 })],
  [
    "a body that is not there",
    "BODY_TOO_SHORT",
    send({ ...ANSWER, headers: { "content-length": "1" }, endStream: true }),
  ],
  ["a length that is a number", "TypeError", send({ ...ANSWER, headers: { "content-length": 0 }, endStream: true })],
  ["a status that becomes final", "BAD_STATUS", (server) => server.send(turning("status", 103, 200, { ...ANSWER }))],
  ["a promise for headers", "TypeError", send({ ...ANSWER, headers: Promise.resolve({}) })],
  ["a Set-Cookie of two values", "TypeError", send({ ...ANSWER, headers: [["set-cookie", "a=b", "c=d"]] })],
  ["the scheme of a pushed CONNECT", "BAD_PROMISE", (server) => server.push(1, { ...CONNECT, scheme: "https" })],
  ["a push with two Hosts", "DUPLICATE_HOST", (server) => server.push(1, { ...GET, headers: { host: ["a", "a"] } })],
  ["a GOAWAY above the largest frame", "RangeError", (server) => server.goaway("NO_ERROR", zeros(16384 - 7))],
  ["a fatal one", "RangeError", (server) => server.goaway("INTERNAL_ERROR", zeros(16384 - 7))],
  [
    "SETTINGS above the largest frame",
    "RangeError",
    (server) => server.updateSettings(Object.fromEntries(Array.from({ length: 2731 }, (_, i) => [100 + i, 1]))),
  ],
  ["an origin and a stream", "TypeError", (server) => server.altsvc({ value: "h2", origin: "https://a", streamId: 1 })],
  ["neither", "TypeError", (server) => server.altsvc({ value: "h2", orgin: "https://a" } as never)],
  ["no stream of that name", "TypeError", (server) => server.altsvc({ value: "h2", streamId: "1" as never })],
];

describe.each([
  ["client", CLIENT],
  ["server", SERVERS],
] as const)("a %s is refused, and nothing has changed", (role, rows) => {
  test.each(rows)("%s", (_what, code, say) => {
    const connection = asked()[role];
    const { queuedBytes, openStreams } = connection;
    expect(refusal(() => say(connection))).toBe(code);
    expect([connection.queuedBytes, connection.openStreams]).toEqual([queuedBytes, openStreams]);
    expect(goOn(connection)).toEqual(goOn(asked()[role]));
  });
});

const only = (events: Http2ReceivedEvent[], type: string) => events.find((event) => event.type === type) as never;

describe("what is said is heard", () => {
  test("members are read once: what was checked is what is sent", () => {
    for (const [name, first, then] of [
      ["authority", "a", "b"],
      ["scheme", "http", "https"],
      ["target", "/a", "/b"],
      ["method", "GET", "PUT"],
    ] as const) {
      const both = pair();
      both.client.openStream(turning(name, first, then, { ...GET }), { endStream: true });
      expect(only(join(both).server, "request")).toMatchObject({ [name]: first });
    }
    const { client, server } = asked();
    server.send(turning("status", 201, 103, { ...ANSWER }));
    server.origin(turning("0", "https://a", "https://longer", ["https://a"]));
    server.altsvc(turning("value", "h2", "h3=longer", { origin: "https://a" }));
    const { client: events } = join({ client, server });
    expect(only(events, "response")).toMatchObject({ status: 201 });
    expect(only(events, "alternative-service")).toMatchObject({ value: "h2" });
  });

  test("a received CONNECT and an alternative service can be given back as they are", () => {
    const both = asked();
    const next = pair();
    next.client.openStream(only(join(pairOf(CONNECT)).server, "request"));
    expect(only(join(next).server, "request")).toMatchObject({ method: "CONNECT", target: "a:443", scheme: "" });
    for (const service of [
      { value: "h2", origin: "https://a" },
      { value: "h2", streamId: 1 },
    ]) {
      both.server.altsvc(service);
      const heard: never = only(join(both).client, "alternative-service");
      both.server.altsvc(heard);
      expect(only(join(both).client, "alternative-service")).toMatchObject(service);
    }
  });

  test("Infinity takes back a lower setting", () => {
    const both = pair(undefined, { settings: { maxConcurrentStreams: 1, maxHeaderListSize: 1000 } });
    both.server.updateSettings({ maxConcurrentStreams: Infinity, maxHeaderListSize: Infinity });
    join(both);
    expect(both.client.remoteSettings).toMatchObject({
      maxConcurrentStreams: 2 ** 32 - 1,
      maxHeaderListSize: 2 ** 32 - 1,
    });
    both.client.openStream(GET);
    expect(both.client.openStream(GET)).toBe(3);
  });

  test("the mark of a Host that becomes the authority stays: it is in no table", () => {
    const encoder = new HpackEncoder();
    const never = encoder.encode([[":authority", "a", true]]);
    const both = pair();
    both.client.openStream({ method: "GET", target: "/", headers: [["host", "a", true]] });
    expect(Buffer.from(both.client.bytesToSend()).includes(never)).toBe(true);
    expect(refusal(() => encoder.encode([["a", "b", 1 as never]]))).toBe("TypeError");
  });

  test("no char above 0xff passes for a letter of a name because its lower case is one", () => {
    const { client } = pair();
    const found: string[] = [];
    for (let code = 0x100; code < 0x10000; code++) {
      const name = String.fromCharCode(code);
      if (name.toLowerCase().charCodeAt(0) > 0xff) continue;
      expect(refusal(() => client.openStream({ ...GET, headers: [[name, ""]] }))).toBe("BAD_FIELD_NAME");
      found.push(name);
    }
    expect(found).toContain("\u212a");
  });
});

/** Both ends, when the client has sent this request. */
function pairOf(request: Http2Request) {
  const both = pair();
  both.client.openStream(request);
  return both;
}
