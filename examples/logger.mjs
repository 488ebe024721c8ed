// A logging man in the middle: what one connection receives, the other sends, and every event is logged on the way. It
// shows what a parser sees, where a dump of the octets would show what was sent.
// `node examples/logger.mjs UPSTREAM_PORT`
import { connect, createServer } from "node:net";
import { Http1Connection } from "sansio";
import { isOver, turn } from "./loop.mjs";

const port = Number(process.argv[2]);

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const front = { sign: ">", socket, connection: new Http1Connection("server") };
  const behind = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const back = { sign: "<", socket: behind, connection: new Http1Connection("client") };
  join(front, back);
  join(back, front);
});

function join(from, to) {
  const { socket, connection } = from;
  const give = (receive) => {
    receive();
    pass(from, to);
  };
  socket.on("data", (octets) => give(() => connection.feed(octets)));
  socket.on("end", () => give(() => connection.feedEof()));
  socket.on("drain", () => to.socket.resume());
  socket.on("error", () => to.socket.destroy());
  socket.on("close", () => to.socket.end());
}

function pass(from, to) {
  try {
    write(
      from,
      turn(from.connection, (event) => carry(event, from, to)),
    );
    // A side that does not read keeps the other from sending.
    if (!write(to, to.connection.bytesToSend())) from.socket.pause();
    if (from.connection.role === "client" && nextCycle(from.connection, to.connection)) pass(to, from);
  } catch (error) {
    console.log("!", error.code ?? error);
    for (const { socket } of [from, to]) socket.destroy();
  }
}

function carry(event, from, to) {
  console.log(from.sign, ...describe(event));
  if (event.type !== "connection-closed") to.connection.send(event);
}

function write({ socket, connection }, octets) {
  // Behind the last message nothing is said: what still arrives is only logged.
  if (socket.writableEnded) return true;
  const hasRoom = socket.write(octets);
  if (isOver(connection)) socket.end();
  return hasRoom;
}

/** Starts the next cycle when both sides have finished an exchange. The next request may have arrived already. */
function nextCycle(...connections) {
  if (connections.some(({ localState, remoteState }) => localState !== "done" || remoteState !== "done")) return false;
  for (const connection of connections) connection.startNextCycle();
  return true;
}

function describe({ type, method, target, status, data, headers }) {
  const what = [method, target, status, data && `${data.length} octets`].filter((part) => part !== undefined);
  return [type, ...what, ...(headers?.length > 0 ? [JSON.stringify(headers)] : [])];
}

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
