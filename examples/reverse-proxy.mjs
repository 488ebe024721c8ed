// A reverse proxy: HTTP/1.1 (and HTTP/2) in front, HTTP/2 behind, all requests on one connection. `forward` runs the
// same loop on both connections: it keeps raw names, trailers and informational responses, goes at the pace of the
// slower side, and refuses what another server might read differently. `node examples/reverse-proxy.mjs UPSTREAM_PORT`
import { connect } from "node:net";
import { ClientConnection, createServer, forward, http2 } from "sansio/node";

const port = Number(process.argv[2]);
let upstream;

/** Returns the upstream connection, or a new one when it takes no more requests. */
function connected() {
  if (!upstream?.isOpen) upstream = new ClientConnection(connect(port, "127.0.0.1"), { protocol: http2 });
  return upstream;
}

const server = createServer(
  (request, reply) =>
    forward(request, reply, connected(), {
      headers: [["Forwarded", `proto=${request.scheme}`]],
      onRefusal: ({ reason }) => console.error(`refused: ${reason}`),
    }),
  { onError: (error) => console.error(`refused: ${error.code ?? error}`) },
);
console.log(`http://127.0.0.1:${await server.listen()}/`);
