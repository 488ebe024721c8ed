// @ts-check
// The loop between a socket and a connection, both ways, with back-pressure; and two small programs on it.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Http2Connection, RemoteProtocolError } from "sansio";

/** @typedef {import("sansio").Http2ReceivedEvent} Event */
/** @typedef {import("node:net").Socket} Socket */
/** @typedef {{ connection: Http2Connection, socket: Socket, flush(): void, closed: Promise<Error | null> }} Driven */

/** What is taken from the connection at a time: no more is in the socket's hands than that. */
const OCTETS_AHEAD = 1 << 18;

/**
 * Moves octets between the two until either ends.
 *
 * @param {Socket} socket
 * @param {Http2Connection} connection
 * @param {(event: Event) => void} onEvent may send
 * @returns {Driven}
 */
export function drive(socket, connection, onEvent) {
  /** @type {Error | null} */
  let failure = null;
  const flush = () => {
    while (connection.queuedBytes > 0 && socket.writableLength < OCTETS_AHEAD && !socket.destroyed) {
      const chunks = connection.chunksToSend(OCTETS_AHEAD);
      if (chunks.length === 0) break;
      socket.cork();
      for (const chunk of chunks) socket.write(chunk);
      socket.uncork();
    }
    if (connection.finished && !socket.writableEnded) socket.end();
  };
  const pull = () => {
    try {
      for (const event of connection.events()) onEvent(event);
    } catch (error) {
      failure ??= /** @type {Error} */ (error);
      if (!(error instanceof RemoteProtocolError)) socket.destroy();
    }
    flush();
  };
  socket.on("data", (octets) => {
    connection.feed(octets, performance.now());
    pull();
  });
  socket.on("drain", flush);
  socket.on("end", () => {
    connection.feedEof();
    pull();
  });
  socket.on("error", () => {});
  /** @type {Promise<Error | null>} */
  const closed = new Promise((resolve) => socket.once("close", () => resolve(failure)));
  flush();
  return { connection, socket, flush, closed };
}

/** A response of so many octets that tell where they stand. @param {number} octets */
export function pattern(octets) {
  const body = Buffer.allocUnsafe(octets);
  for (let i = 0; i < octets; i++) body[i] = (i * 31 + (i >> 8)) & 0xff;
  return body;
}

/** @param {Uint8Array} octets */
export function digest(octets) {
  return createHash("sha256").update(octets).digest("hex").slice(0, 16);
}

/**
 * A server on our connection: `/bytes/N`, `/echo` (with the request's trailers), `/inform` (103 first), `/slow`
 * (answers when the caller says `release`), `/reset`.
 *
 * @param {{ key: string, cert: string } | null} tls
 */
export async function startOurServer(tls) {
  /** @type {Set<Driven>} */
  const open = new Set();
  /** @type {Error[]} */
  const failures = [];
  /** @type {(() => void)[]} */
  const waiting = [];
  const listener = /** @param {Socket} socket */ (socket) => {
    const connection = new Http2Connection("server");
    const driven = drive(socket, connection, (event) => serve(connection, event, waiting));
    open.add(driven);
    driven.closed.then((failure) => {
      open.delete(driven);
      if (failure !== null) failures.push(failure);
    });
  };
  const server = tls === null ? createServer(listener) : createTlsServer({ ...tls, ALPNProtocols: ["h2"] }, listener);
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve())));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    port,
    open,
    failures,
    waiting,
    async stop() {
      for (const { socket } of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @type {WeakMap<Http2Connection, Map<number, { target: string, chunks: Uint8Array[] }>>} */
const REQUESTS = new WeakMap();

/**
 * @param {Http2Connection} connection
 * @param {Event} event
 * @param {(() => void)[]} waiting
 */
function serve(connection, event, waiting) {
  const requests = REQUESTS.get(connection) ?? new Map();
  REQUESTS.set(connection, requests);
  if (event.type === "request") requests.set(event.streamId, { target: event.target, chunks: [] });
  else if (event.type === "data") requests.get(event.streamId).chunks.push(event.data);
  else if (event.type === "end-of-message") {
    const { streamId } = event;
    const { target, chunks } = requests.get(streamId);
    requests.delete(streamId);
    if (target === "/slow") waiting.push(() => respond(connection, streamId, [Buffer.from("late")], []));
    else if (target === "/reset") connection.reset(streamId, "INTERNAL_ERROR");
    else if (target === "/echo") respond(connection, streamId, chunks, event.headers.raw());
    else {
      if (target === "/inform") {
        connection.send({
          type: "informational-response",
          streamId,
          status: 103,
          headers: [["link", "</a.css>; rel=preload"]],
        });
      }
      respond(connection, streamId, [pattern(Number(/^\/bytes\/(\d+)$/.exec(target)?.[1] ?? 0))], []);
    }
  }
}

/**
 * @param {Http2Connection} connection
 * @param {number} streamId
 * @param {Uint8Array[]} chunks
 * @param {readonly (readonly [string, string])[]} trailers
 */
function respond(connection, streamId, chunks, trailers) {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  connection.send({ type: "response", streamId, status: 200, headers: [["content-length", String(length)]] });
  for (const data of chunks) connection.send({ type: "data", streamId, data });
  connection.send({ type: "end-of-message", streamId, headers: trailers });
}

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {number[]} informational
 * @property {import("sansio").HeaderFields | null} headers
 * @property {import("sansio").HeaderFields | null} trailers
 * @property {Buffer} body
 */

/** A client on our connection. */
export class OurClient {
  /** @param {Socket} socket */
  constructor(socket) {
    this.connection = new Http2Connection("client");
    /** @type {Map<number, { answer: Answer, chunks: Uint8Array[], resolve(answer: Answer): void, reject(error: Error): void }>} */
    this.exchanges = new Map();
    /** @type {(() => void)[]} requests that wait for the peer's settings or for a place */
    this.queue = [];
    /** @type {Event[]} */
    this.seen = [];
    this.driven = drive(socket, this.connection, (event) => this.take(event));
    this.driven.closed.then((failure) => {
      for (const { reject } of this.exchanges.values()) reject(failure ?? new Error("the connection closed"));
    });
  }

  /** @param {Event} event */
  take(event) {
    if (!("streamId" in event) || event.streamId === 0) this.seen.push(event);
    if (event.type === "settings" || event.type === "end-of-message") for (const next of this.queue.splice(0)) next();
    if (event.type === "goaway") {
      for (const id of event.unprocessed) this.exchanges.get(id)?.reject(new Error("unprocessed"));
      for (const id of event.unprocessed) this.exchanges.delete(id);
    }
    const exchange = "streamId" in event ? this.exchanges.get(event.streamId) : undefined;
    if (exchange === undefined) return;
    const { answer, chunks } = exchange;
    if (event.type === "informational-response") answer.informational.push(event.status);
    else if (event.type === "response") Object.assign(answer, { status: event.status, headers: event.headers });
    else if (event.type === "data") chunks.push(event.data);
    else if (event.type === "end-of-message") {
      Object.assign(answer, { trailers: event.headers, body: Buffer.concat(chunks) });
      this.exchanges.delete(event.streamId);
      exchange.resolve(answer);
    } else if (event.type === "stream-reset") {
      this.exchanges.delete(event.streamId);
      exchange.reject(new Error(`reset: ${event.code}`));
    }
  }

  /**
   * @param {string} target
   * @param {{ method?: string, body?: Uint8Array, trailers?: [string, string][], scheme?: string }} [options]
   * @returns {Promise<Answer>}
   */
  request(target, { method = "GET", body, trailers, scheme = "http" } = {}) {
    return new Promise((resolve, reject) => {
      const open = () => {
        const request = { method, target, scheme, authority: "localhost" };
        const length = body === undefined ? [] : [["content-length", String(body.length)]];
        /** @type {number} */
        let streamId;
        try {
          const headers = /** @type {[string, string][]} */ (length);
          streamId = this.connection.openStream({ ...request, headers }, { endStream: body === undefined });
        } catch (error) {
          if (/** @type {any} */ (error).code === "TOO_MANY_STREAMS") this.queue.push(open);
          else reject(error);
          return;
        }
        /** @type {Answer} */
        const answer = { status: 0, informational: [], headers: null, trailers: null, body: Buffer.alloc(0) };
        this.exchanges.set(streamId, { answer, chunks: [], resolve, reject });
        if (body !== undefined) {
          this.connection.send({ type: "data", streamId, data: body });
          this.connection.send({ type: "end-of-message", streamId, headers: trailers ?? [] });
        }
        this.driven.flush();
      };
      open();
    });
  }

  /** Says goodbye. */
  async close() {
    if (!this.connection.finished) this.connection.goaway();
    this.driven.flush();
    // A server that said GOAWAY itself may leave its half open.
    setTimeout(() => this.driven.socket.destroy(), 500).unref();
    return this.driven.closed;
  }
}
