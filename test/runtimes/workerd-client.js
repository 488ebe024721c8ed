// A Worker that speaks HTTP/1.1 over connect(): what /?port=N answers is what the server there said, as events.
import { connect } from "cloudflare:sockets";
import { Http1Connection } from "sansio/http1";

export default {
  async fetch(request) {
    const port = Number(new URL(request.url).searchParams.get("port"));
    const socket = connect({ hostname: "127.0.0.1", port });
    const writer = socket.writable.getWriter();
    const reader = socket.readable.getReader();
    const connection = new Http1Connection("client");
    connection.send({
      type: "request",
      method: "GET",
      target: "/",
      headers: { Host: `127.0.0.1:${port}`, Connection: "close" },
    });
    connection.send({ type: "end-of-message" });
    await writer.write(connection.bytesToSend());
    let status = 0;
    let server = "";
    let body = "";
    for (let ended = false; !ended; ) {
      const { value, done } = await reader.read();
      if (done) connection.feedEof();
      else connection.feed(value);
      for (const event of connection.events()) {
        if (event.type === "response") {
          status = event.status;
          server = event.headers.get("server");
        }
        if (event.type === "data") body += new TextDecoder().decode(event.data);
        if (event.type === "end-of-message") ended = true;
      }
    }
    await socket.close();
    return Response.json({ status, server, body });
  },
};
