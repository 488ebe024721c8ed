// A client on a pair of Web Streams: here those of a socket, but WebTransport, a tunnel or a serial port would do as
// well. `node examples/web-streams.mjs PORT NAME`
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { asker } from "./greeting.mjs";
import { turn } from "./loop.mjs";

const [port, name] = process.argv.slice(2);
const { readable, writable } = Duplex.toWeb(connect(Number(port), "127.0.0.1"));
const { connection, answer, handle } = asker(name);
const [reader, writer] = [readable.getReader(), writable.getWriter()];

await writer.write(connection.bytesToSend());
while (!answer.isComplete) {
  const { done, value } = await reader.read();
  if (done) connection.feedEof();
  else connection.feed(value);
  turn(connection, handle);
}
console.log(answer.status, answer.text.trim());
await writer.close();
