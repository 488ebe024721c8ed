// A server that awaits: one loop for each connection, which reads no more before what it answered is on its way.
import { once } from "node:events";
import { createServer } from "node:net";
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.setTimeout(30_000, () => socket.destroy());
  // A client that vanishes ends its own loop and no other.
  serve(socket).catch(() => socket.destroy());
});

async function serve(socket) {
  const { connection, handle } = greeter();
  for await (const octets of socket.iterator({ destroyOnReturn: false })) {
    connection.feed(octets);
    if (!socket.write(turn(connection, handle))) await once(socket, "drain");
    if (isOver(connection)) break;
  }
  if (!isOver(connection)) connection.feedEof();
  socket.end(turn(connection, handle));
}

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
