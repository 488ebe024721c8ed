// An HTTP/2 client and server joined in memory. The loop is the same as for HTTP/1.1; each event names its stream.
import { Http2Connection } from "sansio/http2";

const text = (octets) => new TextDecoder().decode(octets);
const bytes = (string) => new TextEncoder().encode(string);
const client = new Http2Connection("client");
const server = new Http2Connection("server");

const asked = client.openStream({ method: "POST", target: "/greet", scheme: "https", authority: "example.com" });
client.send({ type: "data", streamId: asked, data: bytes("world"), endStream: true });

const names = new Map();
while (carry(client, server, serve) + carry(server, client, (event) => print("client sees", event)) > 0);

/** Carries octets from one end to the other, and handles the events that they cause there. */
function carry(from, to, handle) {
  const octets = from.bytesToSend();
  to.feed(octets);
  for (const event of to.events()) handle(event);
  return octets.length;
}

function serve(event) {
  print("server sees", event);
  const { type, streamId } = event;
  if (type === "data") names.set(streamId, text(event.data));
  if (type !== "end-of-message") return;
  server.send({ type: "response", streamId, status: 200, headers: { "Content-Type": "text/plain" } });
  server.send({ type: "data", streamId, data: bytes(`Hello, ${names.get(streamId)}!`) });
  server.send({ type: "end-of-message", streamId, headers: { "X-Checked": "yes" } });
}

function print(who, { type, streamId, status, data, headers }) {
  const more = [streamId, status, data && text(data), headers?.get("x-checked")];
  console.log(who, type, ...more.filter((part) => part !== undefined && part !== null));
}
