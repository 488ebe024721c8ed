// A server on Deno.listen: `deno run --allow-net examples/deno.mjs`. A connection is a pair of streams.
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`http://127.0.0.1:${listener.addr.port}/`);
// A client that vanishes ends its own loop and no other.
for await (const socket of listener) serve(socket).catch(() => {});

async function serve(socket) {
  const { connection, handle } = greeter();
  const writer = socket.writable.getWriter();
  for await (const octets of socket.readable.values({ preventCancel: true })) {
    connection.feed(octets);
    await writer.write(turn(connection, handle));
    if (isOver(connection)) break;
  }
  if (!isOver(connection)) connection.feedEof();
  await writer.write(turn(connection, handle));
  await writer.close();
  socket.close();
}
