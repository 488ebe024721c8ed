// One exchange between two ends in memory, for whichever copy of the package it is given. Returns what happened.
const latin1 = (octets) => Array.from(octets, (octet) => String.fromCharCode(octet)).join("");

export function exchange({ Http1Connection }) {
  const client = new Http1Connection("client");
  const server = new Http1Connection("server");
  const headers = { Host: "example.com", "Content-Length": "2" };
  client.send({ type: "request", method: "POST", target: "/echo", headers });
  client.send({ type: "data", data: new Uint8Array([104, 105]) });
  client.send({ type: "end-of-message" });
  server.feed(client.bytesToSend());
  const log = [];
  for (const event of server.events()) {
    if (event.type === "request") log.push(`${event.method} ${event.target} ${event.headers.get("host")}`);
    if (event.type === "data") log.push(latin1(event.data));
  }
  server.send({ type: "response", status: 200, headers: [["Content-Length", "2"]] });
  server.send({ type: "data", data: new Uint8Array([111, 107]) });
  server.send({ type: "end-of-message" });
  client.feed(server.bytesToSend());
  for (const event of client.events()) {
    if (event.type === "response") log.push(`${event.status} ${event.reason}`);
    if (event.type === "data") log.push(latin1(event.data));
  }
  return log.join(" | ");
}

/** A remote and a local error of this copy. */
export function errors({ Http1Connection }) {
  const caught = (run) => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const server = new Http1Connection("server");
  server.feed(new TextEncoder().encode("GET / HTTP/1.1\r\nHost : a\r\n\r\n"));
  return {
    remote: caught(() => server.nextEvent()),
    local: caught(() => new Http1Connection("client").send({ type: "end-of-message" })),
  };
}
