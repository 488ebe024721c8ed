// An HTTP/2 client on a TLS socket: all requests at once, each on its own stream. It trusts any certificate, because
// that of `npm start -- --tls` is self-signed. `node examples/http2-client.mjs PORT TARGET...`
import { connect } from "node:tls";
import { Http2Connection } from "sansio/http2";
import { turn } from "./loop.mjs";

const [port, ...targets] = process.argv.slice(2);
const socket = connect({ port: Number(port), host: "127.0.0.1", ALPNProtocols: ["h2"], rejectUnauthorized: false });
const connection = new Http2Connection("client");
const asked = new Map();

socket.on("secureConnect", () => {
  if (socket.alpnProtocol !== "h2") return socket.destroy(new Error("the server does not speak HTTP/2"));
  for (const target of targets) {
    const request = { method: "GET", target, scheme: "https", authority: `localhost:${port}` };
    asked.set(connection.openStream(request, { endStream: true }), { target, status: 0, pieces: [] });
  }
  socket.write(connection.bytesToSend());
});
socket.on("data", (octets) => received(() => connection.feed(octets, performance.now())));
socket.on("end", () => received(() => connection.feedEof()));
socket.on("close", () => {
  if (asked.size > 0) process.exitCode = 1;
});

function received(feed) {
  feed();
  const octets = turn(connection, handle);
  if (octets.length > 0) socket.write(octets);
  if (connection.finished) socket.end();
}

function handle(event) {
  const { type, streamId } = event;
  const answer = asked.get(streamId);
  if (type === "response") answer.status = event.status;
  if (type === "data") answer.pieces.push(event.data);
  if (type === "stream-reset") console.error(`${answer.target}: ${event.code}`);
  if (type !== "end-of-message") return;
  console.log(answer.target, answer.status, Buffer.concat(answer.pieces).toString().trim());
  asked.delete(streamId);
  // Announces the end. `finished` is true once the last answer has arrived.
  if (asked.size === 0) connection.goaway();
}
