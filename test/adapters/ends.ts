// Both adapters behind one face, for what must hold in each: a server asked by a peer by hand or by its own client, and a
// client whose server is a peer by hand. sansio/web has streams in memory, sansio/node sockets.
import { once } from "node:events";
import net from "node:net";
import {
  ClientConnection,
  createServer,
  fetchHandler,
  fetch as fetchOverDuplex,
  type Handler,
  type ServerOptions,
} from "../../src/adapters/node/index.ts";
import {
  Connection,
  type ConnectionOptions,
  either,
  type FetchHandler,
  type FetchOptions,
  fetchOver,
  http1,
  http2,
  type PlainRequest,
  type Protocol,
  serveConnection,
} from "../../src/adapters/web/index.ts";
import type { RemoteProtocolError } from "../../src/index.ts";
import { type PeerStream, streamPair } from "./helpers.ts";

/** A connection that is being served, seen from outside. */
export interface ServedEnd {
  /** The other end of it. */
  readonly stream: PeerStream;
  /** What `onError` was told, and of which target. */
  readonly errors: { error: unknown; target: string | undefined }[];
  /** Resolves when the server has no connection any more. */
  closed(): Promise<void>;
  /** A client of the same adapter on the stream. */
  client(options: ConnectionOptions): Connection | ClientConnection;
}

/** A client of an adapter on one stream, whose server is at the other end. */
export interface ClientEnd {
  readonly stream: PeerStream;
  readonly connect: (options: ConnectionOptions) => Connection | ClientConnection;
  readonly fetchOver: typeof fetchOver extends (stream: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
}

export interface Adapter {
  readonly adapter: string;
  serve(handler: FetchHandler, options?: ServerOptions): Promise<ServedEnd>;
  connect(): Promise<ClientEnd>;
}

const web: Adapter = {
  adapter: "sansio/web",
  async serve(handler, options = {}) {
    const [ours, stream] = streamPair();
    const { errors, onError } = listener();
    const served = serveConnection(ours, handler, { protocol: either, onError, ...options });
    return {
      stream,
      errors,
      async closed() {
        await served.closed;
      },
      client: (given) => new Connection(stream, given),
    };
  },
  async connect() {
    const [ours, stream] = streamPair();
    return {
      stream,
      connect: (options) => new Connection(ours, options),
      fetchOver: (request, options) => fetchOver(ours, request, options),
    };
  },
};

const node: Adapter = {
  adapter: "sansio/node",
  serve: (handler, options) => serveNode(fetchHandler(handler), options),
  async connect() {
    const server = net.createServer({ allowHalfOpen: true });
    const port = await new Promise<number>((done) => {
      server.listen(0, "127.0.0.1", () => done((server.address() as net.AddressInfo).port));
    });
    const socket = net.connect(port, "127.0.0.1");
    const [[theirs]] = (await Promise.all([once(server, "connection"), once(socket, "connect")])) as [[net.Socket], []];
    server.close();
    return {
      stream: streamOf(theirs),
      connect: (options) => new ClientConnection(socket, options),
      fetchOver: (request: Request | PlainRequest, options?: ConnectionOptions & FetchOptions) =>
        fetchOverDuplex(socket, request, options),
    };
  },
};

/** The same as an adapter's `serve`, with createServer's own handler. */
export async function serveNode(handler: Handler, options: ServerOptions = {}): Promise<ServedEnd> {
  const { errors, onError } = listener();
  const server = createServer(handler, { onError, ...options });
  const socket = net.connect({ port: await server.listen(), host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  while (server.connections === 0) await new Promise((done) => setImmediate(done));
  return {
    get stream() {
      return streamOf(socket);
    },
    errors,
    async closed() {
      while (server.connections > 0) await new Promise((done) => setTimeout(done, 5));
      await server.close(0);
    },
    client: (given) => new ClientConnection(socket, given),
  };
}

/** By hand, for Duplex.toWeb gives the end of one direction only when the other has ended too. */
function streamOf(socket: net.Socket): PeerStream {
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      socket.pause();
      socket.on("data", (octets) => {
        controller.enqueue(octets);
        if ((controller.desiredSize ?? 0) <= 0) socket.pause();
      });
      socket.on("end", () => controller.close());
      socket.on("error", (error) => controller.error(error));
      socket.on("close", () => controller.error(new Error("closed")));
    },
    pull: () => {
      socket.resume();
    },
  });
  const writable = new WritableStream<Uint8Array>({
    write: (octets) => new Promise((done) => socket.write(octets, () => done())),
    close: () => new Promise((done) => socket.end(done)),
  });
  return { readable, writable, vanish: () => socket.resetAndDestroy() };
}

function listener() {
  const errors: ServedEnd["errors"] = [];
  return {
    errors,
    onError: (error: unknown, request: { target: string } | null) => {
      errors.push({ error: error as RemoteProtocolError, target: request?.target });
    },
  };
}

const ADAPTERS = [web, node];
const PROTOCOLS: { name: string; protocol: Protocol }[] = [
  { name: "HTTP/1.1", protocol: http1 },
  { name: "HTTP/2", protocol: http2 },
];

/** Each adapter with each protocol. */
export const ENDS = ADAPTERS.flatMap((adapter) => PROTOCOLS.map((protocol) => ({ ...adapter, ...protocol })));
