// A client and a server joined in memory: no socket, no stream, no await. What one sends is fed to the other.
import { Http1Connection } from "sansio";

const text = (octets) => new TextDecoder().decode(octets);
const bytes = (string) => new TextEncoder().encode(string);
const client = new Http1Connection("client");
const server = new Http1Connection("server");

client.send({
  type: "request",
  method: "POST",
  target: "/greet",
  headers: { Host: "example.com", "Content-Length": "5" },
});
client.send({ type: "data", data: bytes("world") });
client.send({ type: "end-of-message" });
server.feed(show("client sends", client.bytesToSend()));

let name = "";
for (const event of server.events()) {
  console.log("server sees ", event.type);
  if (event.type === "data") name += text(event.data);
  if (event.type === "end-of-message") {
    server.send({ type: "response", status: 200, headers: { "Content-Type": "text/plain" } });
    server.send({ type: "data", data: bytes(`Hello, ${name}!`) });
    server.send({ type: "end-of-message" });
  }
}
client.feed(show("server sends", server.bytesToSend()));

for (const event of client.events()) console.log("client sees ", event.type, event.status ?? "");

function show(who, sent) {
  console.log(who, JSON.stringify(text(sent)));
  return sent;
}
