// Records connections and replays them. Nothing in a connection depends on time or chance: the same octets in the same
// pieces give the same events and the same output, on any machine, as often as you like.
//   node examples/recorder.mjs record FILE   a server that appends what it receives and sends to FILE
//   node examples/recorder.mjs replay FILE   prints every event again, and fails if anything else would be sent
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

const [mode, file] = process.argv.slice(2);
if (mode === "record") record();
else
  replay(
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );

function record() {
  let number = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const { connection, handle } = greeter();
    const id = number++;
    socket.on("data", (octets) => answer(octets));
    socket.on("end", () => answer(null));
    socket.on("error", () => connection.sendFailed());

    function answer(octets) {
      // What follows the last answer is read and dropped: a reset would take the answer away from the client.
      if (socket.writableEnded) return;
      if (octets === null) connection.feedEof();
      else connection.feed(octets);
      const sent = turn(connection, handle);
      const received = octets && Buffer.from(octets).toString("base64");
      appendFileSync(file, `${JSON.stringify({ id, received, sent: Buffer.from(sent).toString("base64") })}\n`);
      socket.write(sent);
      if (isOver(connection)) socket.end();
    }
  });
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
}

function replay(steps) {
  const servers = new Map();
  for (const { id, received, sent } of steps) {
    if (!servers.has(id)) servers.set(id, greeter());
    const { connection, handle } = servers.get(id);
    if (received === null) connection.feedEof();
    else connection.feed(Buffer.from(received, "base64"));
    const again = turn(connection, (event) => {
      console.log(id, event.offset, event.type, event.target ?? "");
      handle(event);
    });
    if (Buffer.from(again).toString("base64") === sent) continue;
    console.error(`connection ${id} would send something else:\n${new TextDecoder().decode(again)}`);
    process.exitCode = 1;
  }
}
