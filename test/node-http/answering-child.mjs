// Answers on sockets that its parent gives it.
import http from "node:http";

process.on("message", (path, socket) => {
  const response = new http.ServerResponse({ method: "GET", httpVersionMajor: 1, httpVersionMinor: 1, headers: {} });
  response.assignSocket(socket);
  response.setHeader("Connection", "close");
  response.end(`from another process: ${path}`);
  response.on("finish", () => socket.end());
});
process.send("ready");
