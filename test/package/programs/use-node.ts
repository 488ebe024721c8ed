// The adapters under Node's types, with the DOM's beside them and without. The lines marked must not compile.
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { ClientConnection, createServer, forward, type HttpServer } from "sansio/node";
import { Connection, type Fetched, fetchOver, http2, serveConnection } from "sansio/web";

const socket = connect(80, "localhost");
export const fetched: Promise<Fetched> = fetchOver(Duplex.toWeb(socket), { target: "/", authority: "localhost" });
export const kept = new Connection(Duplex.toWeb(socket), { protocol: http2 });
const streams = { readable: new TransformStream().readable, writable: new TransformStream().writable };
serveConnection(streams, () => ({ status: 200, body: "Hello!" }));

/** What an upgrade gives can carry the next connection. */
export async function tunnelled(): Promise<Connection | null> {
  const { upgraded } = await fetched;
  return upgraded && new Connection(upgraded.readable.locked ? streams : upgraded);
}

const upstream = new ClientConnection(socket);
export const server: HttpServer = createServer(async (request, reply) => {
  if (request.target === "/") return reply.complete(200, { "Content-Length": "0" });
  for await (const octets of request) reply.write(octets);
  await forward(request, reply, upstream);
});

// @ts-expect-error text is no octets
serveConnection({ ...streams, readable: new ReadableStream<string>() }, () => new Response());
// @ts-expect-error a Duplex is no pair of Web Streams
fetchOver(socket, { target: "/", authority: "localhost" });
