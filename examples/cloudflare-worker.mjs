// A Cloudflare Worker that speaks HTTP over the raw socket of connect(): `/?port=N` reports what the server there
// answers.
import { connect } from "cloudflare:sockets";
import { Http1Connection } from "sansio/http1";
import { turn } from "./loop.mjs";

export default {
  async fetch(request) {
    const port = Number(new URL(request.url).searchParams.get("port"));
    return Response.json(await get("127.0.0.1", port, "/"));
  },
};

async function get(hostname, port, target) {
  const socket = connect({ hostname, port });
  const [reader, writer] = [socket.readable.getReader(), socket.writable.getWriter()];
  const connection = new Http1Connection("client");
  const headers = { Host: `${hostname}:${port}`, Connection: "close" };
  connection.send({ type: "request", method: "GET", target, headers });
  connection.send({ type: "end-of-message" });
  await writer.write(connection.bytesToSend());

  const answer = { status: 0, server: "", body: "", isComplete: false };
  while (!answer.isComplete) {
    const { value, done } = await reader.read();
    if (done) connection.feedEof();
    else connection.feed(value);
    turn(connection, (event) => {
      if (event.type === "response") answer.status = event.status;
      if (event.type === "response") answer.server = event.headers.get("server");
      if (event.type === "data") answer.body += new TextDecoder().decode(event.data);
      if (event.type === "end-of-message") answer.isComplete = true;
    });
  }
  await socket.close();
  return answer;
}
