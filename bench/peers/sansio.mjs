// @ts-check
// Our own connections, through the public interface alone.

import { Http1Connection } from "sansio";
import { totalLength } from "./fields.mjs";

/** @typedef {import("./index.mjs").Peer} Peer */
/** @typedef {import("./index.mjs").Reader} Reader */

const REQUEST = /** @type {const} */ ({ type: "request", method: "GET", target: "/", headers: [["Host", "bench"]] });
const RESPONSE = /** @type {const} */ ({ type: "response", status: 204, headers: [] });
const END = /** @type {const} */ ({ type: "end-of-message" });

/** @type {Pick<Peer, "get" | "total" | "strings" | "list">} */
const fields = {
  get: (head, name) => head.headers.get(name),
  total(head) {
    let total = 0;
    for (const [name, value] of head.headers) total += name.length + value.length;
    return total;
  },
  strings: (head) => totalLength(head.headers.flat()),
  list: (head) => head.headers.flat(),
};

/** @type {Peer} */
export const sansio = {
  name: "sansio",
  module: import.meta.url,
  about: "connections made before the time begins, as everybody's parsers are; a client's have sent their requests",
  open: (kind, onMessage) => openMany(kind === "request" ? makeServer : makeClient, onMessage),
  ...fields,
};

/** @type {Peer} */
export const sansioNew = {
  name: "sansio, new connections",
  module: import.meta.url,
  about: "the same, but a server's connections are made within the time",
  open: (kind, onMessage) => (kind === "request" ? openNew(onMessage) : openMany(makeClient, onMessage)),
  ...fields,
};

/** @type {Peer} */
export const sansioKept = {
  name: "sansio, one connection",
  module: import.meta.url,
  about:
    "a server that answers each request with 204 within the time, which no peer does; a client whose requests were sent before",
  open: (kind, onMessage) => (kind === "request" ? openAnsweringServer(onMessage) : openPipeliningClient(onMessage)),
  ...fields,
};

/** @returns {Http1Connection} */
function makeServer() {
  return new Http1Connection("server");
}

/**
 * Does not drain what the client sent: arrays dropped before the timing would be freed during it, by another thread (a
 * response took 460 ns or 800, by chance).
 *
 * @returns {Http1Connection}
 */
function makeClient() {
  const client = new Http1Connection("client");
  client.send(REQUEST);
  client.send(END);
  return client;
}

/** @param {() => Http1Connection} make @param {(head: any, body: number) => void} onMessage @returns {Reader} */
function openMany(make, onMessage) {
  /** @type {Http1Connection[]} */
  let waiting = [];
  let connection = make();
  const receive = makeReceiver(onMessage, answer);
  return {
    prepare(units) {
      waiting = Array.from({ length: units }, make);
    },
    begin() {
      connection = /** @type {Http1Connection} */ (waiting.pop());
    },
    feed(read) {
      connection.feed(read);
      receive(connection);
    },
  };
}

/** @param {(head: any, body: number) => void} onMessage @returns {Reader} */
function openNew(onMessage) {
  let connection = makeServer();
  const receive = makeReceiver(onMessage, answer);
  return {
    prepare() {},
    begin() {
      connection = makeServer();
    },
    feed(read) {
      connection.feed(read);
      receive(connection);
    },
  };
}

/** @param {(head: any, body: number) => void} onMessage @returns {Reader} */
function openAnsweringServer(onMessage) {
  const connection = new Http1Connection("server");
  const receive = makeReceiver(onMessage, answer);
  let isFirst = true;
  return {
    prepare() {},
    begin() {
      if (!isFirst) answer(connection);
      isFirst = false;
    },
    feed(read) {
      connection.feed(read);
      receive(connection);
    },
  };
}

/** @param {(head: any, body: number) => void} onMessage @returns {Reader} */
function openPipeliningClient(onMessage) {
  let connection = new Http1Connection("client");
  const receive = makeReceiver(onMessage, startNextCycle);
  return {
    prepare(units) {
      connection = new Http1Connection("client", { maxPipelined: units });
      for (let index = 0; index < units; index++) {
        connection.send(REQUEST);
        connection.send(END);
      }
      connection.chunksToSend();
    },
    begin() {},
    feed(read) {
      connection.feed(read);
      receive(connection);
    },
  };
}

/** @param {Http1Connection} server */
function answer(server) {
  server.send(RESPONSE);
  server.send(END);
  server.chunksToSend();
  server.startNextCycle();
}

/** @param {Http1Connection} client */
function startNextCycle(client) {
  client.startNextCycle();
}

/**
 * The loop that every caller has: pulls events until there is no more to read.
 *
 * @param {(head: any, body: number) => void} onMessage
 * @param {(connection: Http1Connection) => void} goOn
 */
function makeReceiver(onMessage, goOn) {
  /** @type {any} */
  let head = null;
  let body = 0;

  return function receive(/** @type {Http1Connection} */ connection) {
    for (;;) {
      const event = connection.nextEvent();
      switch (event.type) {
        case "need-data":
          return;
        case "paused":
          if (connection.bufferedBytes === 0) return;
          goOn(connection);
          break;
        case "data":
          body += event.data.length;
          break;
        case "end-of-message":
          onMessage(head, body);
          body = 0;
          break;
        default:
          head = event;
      }
    }
  };
}
