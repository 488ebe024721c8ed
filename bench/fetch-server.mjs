// @ts-check
// What a handler on Fetch's types costs, for wrk.mjs and h2load.mjs: a Request and a Response for each exchange, with the
// fields that the others send.

import { createServer, fetchHandler } from "sansio/node";

const BODY = new TextEncoder().encode("Hello, world!\n");
let date = new Date().toUTCString();
setInterval(() => {
  date = new Date().toUTCString();
}, 1000).unref();

const server = createServer(
  fetchHandler(() => {
    const headers = { Date: date, "Content-Type": "text/plain", "Content-Length": String(BODY.length) };
    return new Response(BODY, { headers });
  }),
);
console.log(`sansio, Fetch handler at http://127.0.0.1:${await server.listen()} `);
process.once("SIGTERM", () => process.exit());
