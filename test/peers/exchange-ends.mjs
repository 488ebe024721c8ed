// @ts-check
// Servers and clients that carry out plans: ours, node:http, node:http2. A server tells what it saw of each request.
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { ClientConnection, createServer, http1 as ours1, http2 as ours2 } from "sansio/node";
import { pause, pieces, read, requestFields, responseFields, TRAILERS } from "./exchange-plans.mjs";

/** @typedef {import("./exchange-plans.mjs").Plan} Plan */
/** @typedef {{ status: number, octets: number, digest: string, trailers: string, informational: number[] }} Answer */
/** @typedef {{ octets: number, digest: string, trailers: string }} Seen */

/** Until it drains, or is over. @param {import("node:events").EventEmitter} emitter */
function wait(emitter) {
  return new Promise((resolve) => {
    const done = () => {
      emitter.off("drain", done).off("close", done);
      resolve(undefined);
    };
    emitter.on("drain", done).on("close", done);
  });
}

// --- servers ----------------------------------------------------------------------------------------------------------

/** For node:http and the same API of node:http2. @param {Map<number, Seen>} seen */
const nodeHandler = (seen) => async (/** @type {any} */ request, /** @type {any} */ response) => {
  const plan = /** @type {Plan} */ (JSON.parse(request.headers["x-plan"]));
  const isHttp2 = request.httpVersionMajor === 2;
  request.on("error", () => {});
  response.on("error", () => {});
  const reading = async () => {
    const { octets, digest } = await read(request, plan.slowServer);
    seen.set(plan.id, { octets, digest, trailers: JSON.stringify({ ...request.trailers }) });
  };
  try {
    if (plan.when === "after") await reading();
    const whole = plan.when === "early" ? reading() : null;
    whole?.catch(() => {});
    // Before its turn Node's server writes early hints behind the head of the final response.
    while (plan.informs > 0 && !isHttp2 && response.socket === null && !response.destroyed) await pause(1);
    for (let i = 0; i < plan.informs; i++) {
      if (isHttp2) response.stream.additionalHeaders({ ":status": 103, link: "</a>" });
      else response.writeEarlyHints({ link: "</a>" });
    }
    const fields = Object.fromEntries(responseFields(plan));
    response.writeHead(plan.status, plan.downTrailers && !isHttp2 ? { ...fields, trailer: "x-sum" } : fields);
    let sent = 0;
    for (const piece of pieces(plan, plan.down)) {
      if (plan.aborts === "server" && sent > plan.down / 2) break;
      sent += piece.length;
      if (!response.write(piece)) await wait(response);
      if (response.destroyed || response.stream?.destroyed) return;
    }
    if (plan.aborts === "server" && isHttp2) return response.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    if (plan.aborts === "server") return response.destroy();
    await whole;
    if (plan.downTrailers) response.addTrailers(Object.fromEntries(TRAILERS));
    response.end();
    if (plan.when === "refuse" && isHttp2) request.resume();
  } catch {
    response.destroy?.();
  }
};

/** @param {Map<number, Seen>} seen @param {unknown[]} errors */
export async function startOurs(seen, errors) {
  const server = createServer(
    async (request, reply) => {
      const plan = /** @type {Plan} */ (JSON.parse(/** @type {string} */ (request.headers.get("x-plan"))));
      const reading = async () => {
        const { octets, digest } = await read(request, plan.slowServer);
        const trailers = JSON.stringify(Object.fromEntries(request.trailers ?? []));
        seen.set(plan.id, { octets, digest, trailers });
      };
      try {
        if (plan.when === "after") await reading();
        const whole = plan.when === "early" ? reading() : null;
        whole?.catch(() => {});
        whole?.catch(() => {});
        for (let i = 0; i < plan.informs; i++) reply.inform(103, { link: "</a>" });
        reply.respond(plan.status, responseFields(plan));
        let sent = 0;
        for (const piece of pieces(plan, plan.down)) {
          if (plan.aborts === "server" && sent > plan.down / 2) break;
          sent += piece.length;
          if (reply.isAborted) return;
          if (!reply.write(piece)) {
            await new Promise((resolve) => {
              reply.onDrain = () => resolve(undefined);
              reply.onAbort = () => resolve(undefined);
            });
          }
        }
        if (plan.aborts === "server") return reply.abort(new Error("given up"));
        await whole;
        if (!reply.isAborted) reply.end(plan.downTrailers ? TRAILERS : undefined);
      } catch (error) {
        if (!reply.isAborted) throw error;
      }
    },
    { onError: (error) => errors.push(error) },
  );
  const port = await server.listen(0);
  return { port, server, stop: () => server.close(2000) };
}

/** @param {Map<number, Seen>} seen @param {"http" | "http2"} kind */
async function startNode(seen, kind) {
  const server = kind === "http" ? http.createServer(nodeHandler(seen)) : http2.createServer(nodeHandler(seen));
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      return { unanswered: [] };
    },
  };
}

// --- clients ----------------------------------------------------------------------------------------------------------

/** The answer's rest, read as the plan says. @param {Plan} plan @param {AsyncIterable<Uint8Array>} body @param {() => void} abort */
async function readAnswer(plan, body, abort) {
  if (plan.aborts !== "client") return read(body, plan.slowClient);
  for await (const _ of body) {
    abort();
    break;
  }
  throw new Error("given up");
}

/** @param {number} port @param {"http1" | "http2"} kind */
export function oursClient(port, kind) {
  /** @type {ClientConnection[]} */
  const idle = [];
  /** @type {Set<ClientConnection>} */
  const all = new Set();
  const take = () => {
    const known = idle.pop();
    if (known?.isOpen) return known;
    const made = new ClientConnection(connect(port, "127.0.0.1"), { protocol: kind === "http1" ? ours1 : ours2 });
    made.closed.catch(() => {});
    all.add(made);
    return made;
  };
  return {
    /** @param {Plan} plan @returns {Promise<Answer>} */
    async ask(plan) {
      const connection = take();
      if (kind === "http2") idle.push(connection);
      const controller = new AbortController();
      const response = await connection.request(
        {
          method: plan.method,
          target: `/${plan.id}`,
          authority: "localhost",
          scheme: "http",
          headers: requestFields(plan),
          ...(plan.up > 0 && { body: Readable.from(pieces(plan, plan.up)) }),
          ...(plan.upTrailers && { trailers: TRAILERS }),
        },
        { signal: controller.signal },
      );
      const { octets, digest } = await readAnswer(plan, /** @type {any} */ (response.body), () => controller.abort());
      const trailers = JSON.stringify(Object.fromEntries(/** @type {any} */ (await response.trailers) ?? []));
      if (kind === "http1" && connection.isOpen && connection.outstanding === 0) idle.push(connection);
      const informational = response.informational.map(({ status }) => status);
      return { status: response.status, octets, digest, trailers, informational };
    },
    connections: () => all.size,
    async close() {
      await Promise.all([...all].map((connection) => (connection.isOpen ? connection.close() : connection.abort())));
    },
  };
}

/** Writes the body of a plan to a stream of Node's. @param {any} request @param {Plan} plan */
async function write(request, plan) {
  for (const piece of pieces(plan, plan.up)) {
    if (request.destroyed) return;
    if (!request.write(piece)) await wait(request);
  }
  if (!request.destroyed) request.end();
}

/** @param {number} port */
function nodeClient(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  return {
    /** @param {Plan} plan @returns {Promise<Answer>} */
    async ask(plan) {
      const fields = { ...Object.fromEntries(requestFields(plan)), ...(plan.upTrailers && { trailer: "x-sum" }) };
      // Node's client would use a connection again on which it left out the body that it had announced.
      if (plan.expects) Object.assign(fields, { connection: "close" });
      const request = http.request({
        port,
        host: "127.0.0.1",
        agent,
        method: plan.method,
        path: `/${plan.id}`,
        headers: fields,
      });
      /** @type {number[]} */
      const informational = [];
      request.on("information", ({ statusCode }) => informational.push(statusCode));
      const answered = once(request, "response");
      if (plan.upTrailers) request.addTrailers(Object.fromEntries(TRAILERS));
      let hasBegun = !plan.expects;
      const begin = () => {
        hasBegun = true;
        write(request, plan).catch(() => {});
      };
      if (hasBegun) begin();
      else {
        request.flushHeaders();
        request.once("continue", begin);
        // A final response that comes instead ends it without the body.
        request.once("response", () => hasBegun || request.end());
      }
      const [response] = await answered;
      request.on("error", () => {});
      const { octets, digest } = await readAnswer(plan, response, () => request.destroy());
      if (!response.complete) throw new Error("incomplete");
      return {
        status: response.statusCode,
        octets,
        digest,
        trailers: JSON.stringify({ ...response.trailers }),
        informational,
      };
    },
    connections: () => 0,
    async close() {
      agent.destroy();
    },
  };
}

/** @param {number} port */
function nodeHttp2Client(port) {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  return {
    /** @param {Plan} plan @returns {Promise<Answer>} */
    async ask(plan) {
      const asked = { ":method": plan.method, ":path": `/${plan.id}`, ...Object.fromEntries(requestFields(plan)) };
      const stream = session.request(asked, { endStream: plan.up === 0, waitForTrailers: plan.upTrailers });
      stream.on("wantTrailers", () => stream.sendTrailers(Object.fromEntries(TRAILERS)));
      /** @type {number[]} */
      const informational = [];
      stream.on("headers", (fields) => informational.push(Number(fields[":status"])));
      let trailers = {};
      stream.on("trailers", (fields) => {
        trailers = { ...fields };
      });
      const answered = once(stream, "response");
      if (plan.up > 0 && plan.expects) stream.once("continue", () => write(stream, plan).catch(() => {}));
      else if (plan.up > 0) write(stream, plan).catch(() => {});
      const [head] = await answered;
      stream.on("error", () => {});
      const { octets, digest } = await readAnswer(plan, stream, () => stream.close(8));
      if (stream.rstCode !== 0) throw new Error(`reset ${stream.rstCode}`);
      return { status: Number(head[":status"]), octets, digest, trailers: JSON.stringify(trailers), informational };
    },
    connections: () => 1,
    async close() {
      session.destroy();
    },
  };
}

/** Who can speak with whom. */
export const PAIRS = [
  { name: "node:http, our server", start: startOurs, client: nodeClient },
  { name: "node:http2, our server", start: startOurs, client: nodeHttp2Client },
  {
    name: "ours, node:http",
    start: (/** @type {Map<number, Seen>} */ seen) => startNode(seen, "http"),
    client: (/** @type {number} */ port) => oursClient(port, "http1"),
  },
  {
    name: "ours, node:http2",
    start: (/** @type {Map<number, Seen>} */ seen) => startNode(seen, "http2"),
    client: (/** @type {number} */ port) => oursClient(port, "http2"),
  },
  {
    name: "ours, our server, HTTP/1.1",
    start: startOurs,
    client: (/** @type {number} */ port) => oursClient(port, "http1"),
  },
  {
    name: "ours, our server, HTTP/2",
    start: startOurs,
    client: (/** @type {number} */ port) => oursClient(port, "http2"),
  },
  {
    name: "node:http, node:http",
    start: (/** @type {Map<number, Seen>} */ seen) => startNode(seen, "http"),
    client: nodeClient,
  },
  {
    name: "node:http2, node:http2",
    start: (/** @type {Map<number, Seen>} */ seen) => startNode(seen, "http2"),
    client: nodeHttp2Client,
  },
];
