// @ts-check
// A server for wrk.mjs and h2load.mjs that shows what a handler on Fetch types costs: a Request and a Response per
// exchange, with the same fields as the others.

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
