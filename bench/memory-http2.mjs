// @ts-check
// HTTP/2 findings for memory.mjs: idle connections, after the handshake and after one exchange with the fields of curl
// and of the example server, and idle streams.

import { Http2Connection } from "sansio";

/** Ceilings, in octets. */
const MOST_CONNECTION = 4096;
const MOST_STREAM = 500;

const CONNECTIONS = 10_000;
const STREAMS = 100_000;

/** @typedef {{ client: Http2Connection, server: Http2Connection }} Pair */
/** @typedef {(what: string, value: number, unit: string, most: number | null) => void} Add */
/** @typedef {() => Promise<NodeJS.MemoryUsage>} Settle */

const BODY = new TextEncoder().encode("Hello, world!\n");
const FIELDS = /** @type {[string, string][]} */ ([
  ["Date", "Wed, 25 Nov 2026 21:00:00 GMT"],
  ["Content-Type", "text/plain"],
  ["Content-Length", String(BODY.length)],
]);
const REQUEST = /** @type {const} */ ({
  method: "GET",
  target: "/hello",
  scheme: "http",
  authority: "127.0.0.1:8080",
  headers: [
    ["User-Agent", "curl/7.88.1"],
    ["Accept", "*/*"],
  ],
});

/** @param {Http2Connection} from @param {Http2Connection} to */
function move(from, to) {
  to.feed(from.bytesToSend());
  for (const event of to.events()) if (event.type === "request") answer(to, event.streamId);
}

/** @param {Http2Connection} server @param {number} streamId */
function answer(server, streamId) {
  server.send({ type: "response", streamId, status: 200, headers: FIELDS });
  server.send({ type: "data", streamId, data: BODY, endStream: true });
}

/** @param {Pair} pair */
function exchange({ client, server }) {
  client.openStream(REQUEST, { endStream: true });
  move(client, server);
  move(server, client);
}

/** @returns {Pair} with the handshake done */
function pair() {
  const both = { client: new Http2Connection("client"), server: new Http2Connection("server") };
  for (let turn = 0; turn < 2; turn++) {
    move(both.client, both.server);
    move(both.server, both.client);
  }
  return both;
}

const MANY = { settings: { maxConcurrentStreams: STREAMS } };

/**
 * Makes connections with STREAMS open streams and nothing else on them.
 *
 * @returns {{ client: () => Http2Connection, server: () => Http2Connection }}
 */
function crowds() {
  const open = () => {
    const client = new Http2Connection("client");
    client.feed(new Http2Connection("server", MANY).bytesToSend());
    for (const _ of client.events());
    for (let i = 0; i < STREAMS; i++) client.openStream(REQUEST);
    return client;
  };
  return {
    client: open,
    server() {
      const server = new Http2Connection("server", MANY);
      server.feed(open().bytesToSend());
      for (const _ of server.events());
      return server;
    },
  };
}

/**
 * Returns the memory held by each of `count` objects.
 *
 * @param {Settle} settle
 * @param {number} count
 * @param {() => unknown} make makes all of them
 */
async function heapOf(settle, count, make) {
  const before = await settle();
  const kept = make();
  const { heapUsed, arrayBuffers } = await settle();
  if (kept === undefined) throw new Error("it is gone");
  return {
    heap: (heapUsed - before.heapUsed) / count,
    outside: Math.max(0, arrayBuffers - before.arrayBuffers) / count,
  };
}

/** @param {() => unknown} make */
function many(make) {
  return () => Array.from({ length: CONNECTIONS }, make);
}

/** @param {Add} add @param {Settle} settle */
export async function findHttp2(add, settle) {
  exchange(pair());
  const crowd = crowds();
  for (const role of /** @type {const} */ (["server", "client"])) {
    const shaken = await heapOf(
      settle,
      CONNECTIONS,
      many(() => pair()[role]),
    );
    add(`heap of an idle HTTP/2 ${role}, hands shaken`, shaken.heap, "octets", MOST_CONNECTION);
    const used = await heapOf(
      settle,
      CONNECTIONS,
      many(() => {
        const both = pair();
        exchange(both);
        return both[role];
      }),
    );
    add(`heap of an idle HTTP/2 ${role}, after one exchange`, used.heap, "octets", MOST_CONNECTION);
    add(`buffers of an idle HTTP/2 ${role} outside the heap`, used.outside, "octets", null);
    const streams = await heapOf(settle, STREAMS, crowd[role]);
    add(`heap of an idle stream of an HTTP/2 ${role}`, streams.heap, "octets", MOST_STREAM);
  }
}
