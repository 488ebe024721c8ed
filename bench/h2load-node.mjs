// @ts-check
// The servers that h2load.mjs compares `npm start` with: bare node:http2, through its compatibility API (request,
// response) or its stream API, sending the same fields for /hello.

import { createServer } from "node:http2";

const BODY = "Hello, world!\n";
const FIELDS = { "content-type": "text/plain", "content-length": String(BODY.length) };

const server = createServer();
if (process.argv[2] === "streams") {
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200, ...FIELDS });
    stream.end(BODY);
  });
} else {
  server.on("request", (_request, response) => {
    response.writeHead(200, FIELDS);
    response.end(BODY);
  });
}

server.listen(0, "127.0.0.1", () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  console.log(`node:http2 at http://127.0.0.1:${address.port}`);
});
process.once("SIGTERM", () => process.exit());
