// A Worker that serves HTTP/1.1 on an inbound TCP socket: it answers each request with its method, target and body.
import { Http1Connection, RemoteProtocolError } from "sansio/http1";

export default {
  async connect(socket) {
    const writer = socket.writable.getWriter();
    const reader = socket.readable.getReader();
    const connection = new Http1Connection("server");
    let told = "";
    while (!["must-close", "closed", "error"].includes(connection.localState)) {
      const { value, done } = await reader.read();
      if (done) connection.feedEof();
      else connection.feed(value);
      try {
        for (let event = connection.nextEvent(); event.type !== "need-data"; event = connection.nextEvent()) {
          if (event.type === "paused" || event.type === "connection-closed") break;
          if (event.type === "request") told = `${event.method} ${event.target} `;
          if (event.type === "data") told += new TextDecoder().decode(event.data);
          if (event.type === "end-of-message") answer(connection, told);
        }
      } catch (error) {
        if (!(error instanceof RemoteProtocolError)) throw error;
        connection.errorResponse(error);
      }
      const bytes = connection.bytesToSend();
      if (bytes.length > 0) await writer.write(bytes);
      if (done) break;
    }
    await writer.close();
  },
};

function answer(connection, text) {
  const data = new TextEncoder().encode(text);
  connection.send({ type: "response", status: 200, headers: { "Content-Length": String(data.length) } });
  connection.send({ type: "data", data });
  connection.send({ type: "end-of-message" });
  if (connection.localState === "done") connection.startNextCycle();
}
