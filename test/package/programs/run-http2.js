// One exchange of HTTP/2 between two ends in memory, for whichever copy of the package it is given. Returns what happened.
const text = (octets) => new TextDecoder().decode(octets);
const bytes = (string) => new TextEncoder().encode(string);

export function exchangeHttp2({ Http2Connection }) {
  const client = new Http2Connection("client");
  const server = new Http2Connection("server");
  const log = [];
  const carry = (from, to, handle) => {
    const octets = from.bytesToSend();
    to.feed(octets);
    for (const event of to.events()) handle(event);
    return octets.length;
  };
  const serve = ({ type, method, target, authority, data, streamId }) => {
    if (type === "request") log.push(`${method} ${target} ${authority}`);
    if (type === "data") log.push(text(data));
    if (type !== "end-of-message") return;
    server.send({ type: "response", streamId, status: 200 });
    server.send({ type: "data", streamId, data: bytes("ok"), endStream: true });
  };
  const read = ({ type, status, data }) => {
    if (type === "response") log.push(String(status));
    if (type === "data") log.push(text(data));
  };
  const opened = client.openStream({ method: "POST", target: "/echo", authority: "example.com" });
  client.send({ type: "data", streamId: opened, data: bytes("hi"), endStream: true });
  while (carry(client, server, serve) + carry(server, client, read) > 0);
  return log.join(" | ");
}
