// @ts-check
// HTTP/2 cases for growth.mjs: the number of streams, opened and closed in various orders, and the length of header
// blocks.

import { Http2Connection } from "sansio";
import { HpackDecoder, HpackEncoder } from "sansio/hpack";

const NO_LIMIT = Number.POSITIVE_INFINITY;

const REQUEST = /** @type {const} */ ({
  method: "POST",
  target: "/",
  scheme: "http",
  authority: "growth",
  headers: [],
});
const OPTIONS = {
  settings: { maxConcurrentStreams: 2 ** 31 },
  limits: { maxQueuedControlBytes: NO_LIMIT, maxResets: NO_LIMIT, maxUselessFrames: NO_LIMIT, maxFields: 4096 },
};
const PIECE = new Uint8Array(20);
const PREFACE = 24;
const WINDOW_UPDATE = [0, 0, 4, 8, 0];
const OCTET = new Uint8Array(1);

/** @typedef {{ client: Http2Connection, server: Http2Connection }} Pair */

/** @returns {Pair} with the handshake done */
function pair() {
  const both = { client: new Http2Connection("client", OPTIONS), server: new Http2Connection("server", OPTIONS) };
  carry(both);
  return both;
}

/** Carries octets both ways until neither end has any. @param {Pair} both */
function carry({ client, server }) {
  while (client.queuedBytes + server.queuedBytes > 0) {
    const moved = move(client, server) + move(server, client);
    // The rest is queued behind a window.
    if (moved === 0) return;
  }
}

/** @param {Http2Connection} from @param {Http2Connection} to */
function move(from, to) {
  const octets = from.bytesToSend();
  take(to, octets);
  return octets.length;
}

/** @param {Http2Connection} connection @param {Uint8Array} octets */
function take(connection, octets) {
  connection.feed(octets);
  for (const _ of connection.events());
}

/**
 * Opens `count` requests without ending them, and sends the heads of their responses.
 *
 * @param {Pair} both
 * @param {number} count
 * @param {number} first the id of the first stream
 * @param {boolean} incremental
 */
function open(both, count, first, incremental) {
  for (let i = 0; i < count; i++) both.client.openStream(REQUEST, { priority: { incremental } });
  carry(both);
  for (let i = 0; i < count; i++) both.server.send({ type: "response", streamId: first + 2 * i, status: 200 });
}

/** @param {Pair} both @param {number} streams how many should be left */
function checkLeft({ client, server }, streams) {
  if (client.openStreams.local !== streams || server.openStreams.remote !== streams)
    throw new Error("a stream is left");
}

/** Opens, answers and ends streams, at most `most` at a time. @param {number} most */
function atOnce(most) {
  return (/** @type {number} */ count) => () => {
    const both = pair();
    for (let left = count, next = 1; left > 0; left -= most) {
      const end = next + 2 * Math.min(left, most);
      open(both, Math.min(left, most), next, false);
      for (let streamId = next; streamId < end; streamId += 2) {
        both.client.send({ type: "end-of-message", streamId });
        both.server.send({ type: "data", streamId, data: OCTET, endStream: true });
      }
      carry(both);
      next = end;
    }
    checkLeft(both, 0);
  };
}

/** The client resets each stream as soon as it is open. @param {number} count */
function reset(count) {
  return () => {
    const both = pair();
    for (let i = 0; i < count; i++) both.client.reset(both.client.openStream(REQUEST));
    carry(both);
    checkLeft(both, 0);
  };
}

/** Queues data on all streams, last stream first, before any of it goes out. @param {boolean} incremental */
function queued(incremental) {
  return (/** @type {number} */ count) => () => {
    const both = pair();
    open(both, count, 1, incremental);
    for (let streamId = 2 * count - 1; streamId > 0; streamId -= 2) {
      both.server.send({ type: "data", streamId, data: PIECE });
      both.server.send({ type: "data", streamId, data: PIECE, endStream: true });
      both.client.send({ type: "end-of-message", streamId });
    }
    carry(both);
    checkLeft(both, 0);
  };
}

/** Queues data behind the streams' windows, then opens these one at a time. @param {number} count */
function waiting(count) {
  const octets = new Http2Connection("client", { ...OPTIONS, settings: { initialWindowSize: 0 } }).bytesToSend();
  return () => {
    const server = new Http2Connection("server", OPTIONS);
    const both = { client: new Http2Connection("client", OPTIONS), server };
    open(both, count, 1, false);
    // The SETTINGS of another client, without its preface: now no window is open.
    take(server, octets.subarray(PREFACE));
    for (let streamId = 1; streamId < 2 * count; streamId += 2) {
      server.send({ type: "data", streamId, data: PIECE, endStream: true });
      both.client.send({ type: "end-of-message", streamId });
    }
    move(both.client, server);
    server.bytesToSend();
    for (let streamId = 1; streamId < 2 * count; streamId += 2) {
      take(server, Uint8Array.of(...WINDOW_UPDATE, ...[24, 16, 8, 0].map((bits) => streamId >> bits), 0, 0, 0, 20));
      server.bytesToSend();
    }
    // The window of the connection is 65,535 octets.
    if (server.openStreams.remote !== Math.max(0, count - Math.floor(65_535 / 20))) throw new Error("a stream is left");
  };
}

/** @param {number} count */
function fields(count) {
  const block = new HpackEncoder().encode(
    Array.from({ length: count }, (_, index) => [`x-${index}`, `value ${index}`]),
  );
  return () => {
    if (new HpackDecoder({ maxHeaderBytes: 2 ** 20 }).decode(block).length !== count)
      throw new Error("a field is missing");
  };
}

/** Feeds a request, with a head of n octets, one octet at a time. @param {number} size */
function byteByByte(size) {
  const { client } = pair();
  client.openStream({ ...REQUEST, headers: [["x-long", "~".repeat(size)]] }, { endStream: true });
  const octets = client.bytesToSend();
  return () => {
    const server = new Http2Connection("server", OPTIONS);
    server.feed(new Http2Connection("client").bytesToSend());
    for (let at = 0; at < octets.length; at++) {
      server.feed(octets.subarray(at, at + 1));
      for (const _ of server.events());
    }
    if (server.openStreams.remote !== 1) throw new Error("the request was not read");
  };
}

/** @param {number} from @param {number} to */
function doubling(from, to) {
  return Array.from({ length: Math.log2(to / from) + 1 }, (_, step) => from * 2 ** step);
}

const STREAMS = doubling(80, 10_240);

/** For streams that are all open at once: ten thousand outgrow the processor's caches. Quadratic growth would be 2. */
const ALIVE = { sizes: STREAMS, holds: true, most: 1.6 };

/** @type {import("./growth.mjs").Case[]} */
export const HTTP2_CASES = [
  { name: "HTTP/2: n streams, 100 at a time", sizes: STREAMS, make: atOnce(100) },
  { name: "HTTP/2: n streams, one at a time", sizes: STREAMS, make: atOnce(1) },
  { name: "HTTP/2: n streams, all at once", ...ALIVE, make: atOnce(Number.POSITIVE_INFINITY) },
  { name: "HTTP/2: n streams opened and reset", ...ALIVE, make: reset },
  { name: "HTTP/2: data on n streams, the last first", ...ALIVE, make: queued(false) },
  { name: "HTTP/2: data on n streams that share", ...ALIVE, make: queued(true) },
  { name: "HTTP/2: data behind n windows", ...ALIVE, make: waiting },
  { name: "HTTP/2: n fields in a header block", sizes: doubling(128, 4096), make: fields },
  { name: "HTTP/2: a head of n octets, byte by byte", sizes: doubling(128, 32_768), make: byteByByte },
];
