// @ts-check
// The server that wrk.mjs compares `npm start` with: bare node:http, sending the same fields for /hello.

import { createServer } from "node:http";

const BODY = "Hello, world!\n";
const FIELDS = ["Content-Type", "text/plain", "Content-Length", String(BODY.length)];

const server = createServer((_request, response) => {
  // Otherwise it adds Connection and Keep-Alive.
  response.removeHeader("connection");
  response.writeHead(200, FIELDS);
  response.end(BODY);
});

server.listen(0, "127.0.0.1", () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  console.log(`node:http at http://127.0.0.1:${address.port}`);
});
process.once("SIGTERM", () => process.exit());
