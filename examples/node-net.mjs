// A server on the callbacks of node:net. `node examples/node-net.mjs`, then `curl -d you http://127.0.0.1:PORT/`.
import { createServer } from "node:net";
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const { connection, handle } = greeter();
  socket.on("data", (octets) => answer(() => connection.feed(octets)));
  socket.on("end", () => answer(() => connection.feedEof()));
  socket.on("drain", () => socket.resume());
  socket.on("error", () => connection.sendFailed());
  socket.setTimeout(30_000, () => socket.destroy());

  function answer(receive) {
    // What follows the last answer is read and dropped: a reset would take the answer away from the client.
    if (socket.writableEnded) return;
    receive();
    // Do not read from a client that does not read.
    if (!socket.write(turn(connection, handle))) socket.pause();
    if (isOver(connection)) socket.end();
  }
});

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
