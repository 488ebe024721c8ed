// @ts-check
// Node's own HTTP/2, as client of our server and as server for our client.
import http2 from "node:http2";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { expectEqual } from "../acceptance/tools.mjs";
import { digest, OurClient, pattern, startOurServer } from "./drive.mjs";

const LARGE = 12 * 1024 * 1024;
const MANY = 100;

/** @typedef {{ name: string, run(tls: { key: string, cert: string }): Promise<string | void> }} Case */

/** @param {(session: http2.ClientHttp2Session, server: Awaited<ReturnType<typeof startOurServer>>) => Promise<string | void>} use */
function withNodeClient(use, overTls = false) {
  return async (/** @type {{ key: string, cert: string }} */ tls) => {
    const server = await startOurServer(overTls ? tls : null);
    const origin = `${overTls ? "https" : "http"}://127.0.0.1:${server.port}`;
    const session = http2.connect(origin, { rejectUnauthorized: false });
    try {
      const remark = await use(session, server);
      if (!session.destroyed) await new Promise((resolve) => session.close(() => resolve(undefined)));
      expectEqual(server.failures.map(String).join(), "", "errors of our server");
      return remark;
    } finally {
      session.destroy();
      await server.stop();
    }
  };
}

/**
 * @param {http2.ClientHttp2Session} session
 * @param {http2.OutgoingHttpHeaders} headers
 * @param {{ body?: Uint8Array, trailers?: http2.OutgoingHttpHeaders }} [options]
 * @returns {Promise<{ status: number, body: Buffer, trailers: http2.IncomingHttpHeaders, informational: number[] }>}
 */
function nodeRequest(session, headers, { body, trailers } = {}) {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined, waitForTrailers: trailers !== undefined });
    /** @type {Buffer[]} */
    const chunks = [];
    /** @type {number[]} */
    const informational = [];
    let status = 0;
    /** @type {http2.IncomingHttpHeaders} */
    let received = {};
    stream.on("headers", (fields) => informational.push(Number(fields[":status"])));
    stream.on("response", (fields) => {
      status = Number(fields[":status"]);
    });
    stream.on("trailers", (fields) => {
      received = fields;
    });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers ?? {}));
    stream.on("data", (octets) => chunks.push(octets));
    stream.on("error", reject);
    stream.on("close", () => resolve({ status, body: Buffer.concat(chunks), trailers: received, informational }));
    if (body !== undefined) stream.end(body);
  });
}

/** @type {Case[]} */
export const nodeClientCases = [
  {
    name: "an empty body and a small one",
    run: withNodeClient(async (session) => {
      expectEqual((await nodeRequest(session, { ":path": "/bytes/0" })).body.length, 0, "octets");
      expectEqual(digest((await nodeRequest(session, { ":path": "/bytes/1000" })).body), digest(pattern(1000)), "body");
    }),
  },
  {
    name: `${LARGE} octets up and the same down, by flow control`,
    run: withNodeClient(async (session) => {
      const body = pattern(LARGE);
      const answer = await nodeRequest(session, { ":method": "POST", ":path": "/echo" }, { body });
      expectEqual(digest(answer.body), digest(body), "body");
    }),
  },
  {
    name: "the same over TLS by ALPN",
    run: withNodeClient(async (session) => {
      const body = pattern(LARGE);
      const answer = await nodeRequest(session, { ":method": "POST", ":path": "/echo" }, { body });
      expectEqual(session.alpnProtocol, "h2", "protocol");
      expectEqual(digest(answer.body), digest(body), "body");
    }, true),
  },
  {
    name: "trailers both ways",
    run: withNodeClient(async (session) => {
      const trailers = { "x-digest": "abc", "x-more": "d" };
      const headers = { ":method": "POST", ":path": "/echo" };
      const answer = await nodeRequest(session, headers, { body: pattern(100_000), trailers });
      expectEqual(JSON.stringify({ ...answer.trailers }), JSON.stringify(trailers), "trailers");
    }),
  },
  {
    name: "103 before the response",
    run: withNodeClient(async (session) => {
      const { status, informational } = await nodeRequest(session, { ":path": "/inform" });
      expectEqual(`${informational} ${status}`, "103 200", "statuses");
    }),
  },
  {
    name: `${MANY} streams at a time, 2,000 requests`,
    run: withNodeClient(async (session) => {
      for (let round = 0; round < 20; round++) {
        const answers = await Promise.all(
          Array.from({ length: MANY }, (_, i) => nodeRequest(session, { ":path": `/bytes/${i * 10}` })),
        );
        answers.forEach(({ body }, i) => {
          expectEqual(body.length, i * 10, "octets");
        });
      }
    }),
  },
  {
    name: "a stream that is reset leaves the others alone",
    run: withNodeClient(async (session) => {
      const [bad, good] = await Promise.allSettled([
        nodeRequest(session, { ":path": "/reset" }),
        nodeRequest(session, { ":path": "/bytes/5000" }),
      ]);
      expectEqual(bad.status, "rejected", "the reset one");
      if (bad.status === "rejected") expectEqual(bad.reason.code, "ERR_HTTP2_STREAM_ERROR", "its error");
      expectEqual(good.status === "fulfilled" && good.value.body.length, 5000, "octets of the other");
    }),
  },
  {
    name: "GOAWAY with a request in flight: it is answered, and no other is taken",
    run: withNodeClient(async (session, server) => {
      const slow = nodeRequest(session, { ":path": "/slow" });
      while (server.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const [driven] = server.open;
      const goaway = new Promise((resolve) => session.once("goaway", resolve));
      driven?.connection.goaway();
      driven?.flush();
      expectEqual(await goaway, 0, "code");
      server.waiting[0]?.();
      driven?.flush();
      expectEqual((await slow).body.toString(), "late", "body");
      await driven?.closed;
      expectEqual(session.destroyed || session.closed, true, "the session is over");
    }),
  },
  {
    name: "PING, and settings of Node's own",
    run: withNodeClient(async (session) => {
      // Before it is connected Node calls a ping off.
      await new Promise((resolve) => session.once("connect", resolve));
      const took = await new Promise((resolve, reject) => {
        session.ping((error, duration) => (error ? reject(error) : resolve(duration)));
      });
      await new Promise((resolve, reject) => {
        session.settings({ initialWindowSize: 1000, headerTableSize: 0 }, (error) =>
          error ? reject(error) : resolve(undefined),
        );
      });
      expectEqual((await nodeRequest(session, { ":path": "/bytes/70000" })).body.length, 70_000, "octets");
      return `${Math.round(Number(took) * 1000)} us`;
    }),
  },
];

/** @param {http2.Http2Server | http2.Http2SecureServer} server */
async function startNodeServer(server) {
  server.on("stream", (/** @type {http2.ServerHttp2Stream} */ stream, /** @type {any} */ headers) => {
    const octets = /^\/bytes\/(\d+)$/.exec(headers[":path"])?.[1];
    stream.on("error", () => {});
    if (headers[":path"] === "/echo") {
      /** @type {http2.IncomingHttpHeaders} */
      let trailers = {};
      stream.on("trailers", (fields) => {
        trailers = fields;
      });
      stream.respond({ ":status": 200 }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ ...trailers }));
      stream.pipe(stream);
    } else if (headers[":path"] === "/inform") {
      stream.additionalHeaders({ ":status": 103, link: "</a.css>; rel=preload" });
      stream.respond({ ":status": 200 }, { endStream: true });
    } else if (headers[":path"] === "/goaway") {
      stream.session?.goaway(0);
      setTimeout(() => stream.respond({ ":status": 200 }, { endStream: true }), 50);
    } else if (headers[":path"] === "/reset") {
      stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    } else {
      stream.respond({ ":status": 200 });
      stream.end(pattern(Number(octets)));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/** @param {(client: OurClient) => Promise<string | void>} use */
function withNodeServer(use, overTls = false) {
  return async (/** @type {{ key: string, cert: string }} */ tls) => {
    const server = overTls ? http2.createSecureServer(tls) : http2.createServer();
    /** @type {Set<http2.Http2Session>} */
    const sessions = new Set();
    server.on("session", (session) => sessions.add(session));
    const port = await startNodeServer(server);
    const socket = overTls
      ? connectTls({ port, host: "127.0.0.1", ALPNProtocols: ["h2"], rejectUnauthorized: false })
      : connect(port, "127.0.0.1");
    try {
      const client = new OurClient(socket);
      const remark = await use(client);
      const failure = await client.close();
      expectEqual(String(failure), "null", "our client's error");
      return remark;
    } finally {
      socket.destroy();
      // After its own GOAWAY Node's server keeps the session although the socket is gone.
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  };
}

/** @type {(overTls: boolean) => Case[]} */
const ourClientCases = (overTls) => [
  {
    name: `${LARGE} octets up and the same down, trailers behind them${overTls ? ", over TLS" : ""}`,
    run: withNodeServer(async (client) => {
      const body = pattern(LARGE);
      const answer = await client.request("/echo", { method: "POST", body, trailers: [["x-digest", "abc"]] });
      expectEqual(digest(answer.body), digest(body), "body");
      expectEqual(JSON.stringify(answer.trailers?.raw()), '[["x-digest","abc"]]', "trailers");
    }, overTls),
  },
];

/** @type {Case[]} */
export const nodeServerCases = [
  ...ourClientCases(false),
  ...ourClientCases(true),
  {
    name: "103 before the response",
    run: withNodeServer(async (client) => {
      const { status, informational } = await client.request("/inform");
      expectEqual(`${informational} ${status}`, "103 200", "statuses");
    }),
  },
  {
    name: `2,000 requests, ${MANY} at a time`,
    run: withNodeServer(async (client) => {
      for (let round = 0; round < 20; round++) {
        const targets = Array.from({ length: MANY }, (_, i) => `/bytes/${i * 10}`);
        const answers = await Promise.all(targets.map((target) => client.request(target)));
        answers.forEach(({ body }, i) => {
          expectEqual(body.length, i * 10, "octets");
        });
      }
    }),
  },
  {
    name: "a stream that is reset leaves the others alone",
    run: withNodeServer(async (client) => {
      const [bad, good] = await Promise.allSettled([client.request("/reset"), client.request("/bytes/5000")]);
      expectEqual(bad.status === "rejected" && bad.reason.message, "reset: INTERNAL_ERROR", "the reset one");
      expectEqual(good.status === "fulfilled" && good.value.body.length, 5000, "octets of the other");
    }),
  },
  {
    name: "GOAWAY with a request in flight: it is answered",
    run: withNodeServer(async (client) => {
      expectEqual((await client.request("/goaway")).status, 200, "status");
      expectEqual(client.seen.filter(({ type }) => type === "goaway").length > 0, true, "GOAWAY was seen");
    }),
  },
];
