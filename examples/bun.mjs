// A server on Bun.listen: `bun examples/bun.mjs`. Its sockets use callbacks, and a write may take only part of the
// octets.
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const { port } = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  allowHalfOpen: true,
  socket: {
    open(socket) {
      socket.data = { ...greeter(), waiting: new Uint8Array(0), isEnded: false };
      socket.timeout(30);
    },
    data(socket, octets) {
      // What follows the last answer is read and dropped: a reset would take the answer away from the client.
      if (socket.data.isEnded) return;
      // A copy: the octets belong to Bun, and the connection keeps what it is fed.
      socket.data.connection.feed(new Uint8Array(octets));
      answer(socket);
    },
    end(socket) {
      if (socket.data.isEnded) return socket.end();
      socket.data.connection.feedEof();
      answer(socket);
    },
    drain: write,
    timeout: (socket) => socket.terminate(),
    error: (socket) => socket.data.connection.sendFailed(),
  },
});
console.log(`http://127.0.0.1:${port}/`);

function answer(socket) {
  const { connection, handle, waiting } = socket.data;
  socket.data.waiting = Buffer.concat([waiting, turn(connection, handle)]);
  write(socket);
}

function write(socket) {
  const { connection, waiting } = socket.data;
  socket.data.waiting = waiting.subarray(Math.max(socket.write(waiting), 0));
  // Do not read from a client that does not read.
  if (socket.data.waiting.length > 0) socket.pause();
  else if (isOver(connection)) endWriting(socket);
  else socket.resume();
}

function endWriting(socket) {
  if (socket.data.isEnded) return;
  socket.data.isEnded = true;
  // Not end(): it closes the side that is read too.
  socket.shutdown();
}
