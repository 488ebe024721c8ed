// The application over Web Streams, as Node makes them of a socket: serveConnection knows nothing of Node.
import { createServer } from "node:net";
import { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { either, protocolOf, serveConnection } from "sansio/web";
import { application } from "../../../examples/application.mjs";
import { selfSigned } from "../../../examples/certificate.mjs";

const onError = (error) => console.error(error);
const plain = createServer({ allowHalfOpen: true }, (socket) => {
  serveConnection(Duplex.toWeb(socket), application, { protocol: either, onError });
});
const tls = { ...selfSigned(), ALPNProtocols: ["h2", "http/1.1"], allowHalfOpen: true };
const secure = createTlsServer(tls, (socket) => {
  const protocol = protocolOf(socket.alpnProtocol);
  serveConnection(Duplex.toWeb(socket), application, { protocol, scheme: "https", onError });
});
for (const server of [plain, secure]) await new Promise((done) => server.listen(0, "127.0.0.1", done));
console.log(JSON.stringify({ http: plain.address().port, https: secure.address().port }));
