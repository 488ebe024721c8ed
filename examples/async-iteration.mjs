// A server with one `for await` loop per connection, which reads on only when its answer is on the way.
import { once } from "node:events";
import { createServer } from "node:net";
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.setTimeout(30_000, () => socket.destroy());
  // A client that vanishes ends only its own loop.
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
