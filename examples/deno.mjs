// A server on Deno.listen: `deno run --allow-net examples/deno.mjs`. A connection is a pair of streams.
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`http://127.0.0.1:${listener.addr.port}/`);
while (true) {
  try {
    // A client that vanishes ends only its own loop.
    serve(await listener.accept()).catch(() => {});
  } catch (error) {
    // The client had vanished before Deno could ask for its address.
    if (!(error instanceof Deno.errors.NotConnected)) throw error;
  }
}

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
  await drop(socket);
}

/** Reads what still arrives, for a moment: closing over unread octets sends a reset, which can destroy the answer. */
async function drop(socket) {
  const isLate = new Promise((late) => setTimeout(late, 1_000));
  const reader = socket.readable.getReader();
  const isRead = (async () => {
    while (!(await reader.read()).done);
  })();
  await Promise.race([isRead, isLate]).finally(() => socket.close());
}
