// The same, and an exchange over TCP with node:http's client.
import { get } from "node:http";
import { createServer } from "sansio/node";
import { results } from "./app.js";

const server = createServer((request, reply) => {
  reply.complete(200, [], new TextEncoder().encode(`${request.method} ${request.target}`));
});
const port = await server.listen({ port: 0, host: "127.0.0.1" });
const tcp = await new Promise((done, fail) => {
  get({ host: "127.0.0.1", port, path: "/over-tcp", agent: false }, async (response) => {
    let text = "";
    for await (const piece of response) text += piece;
    done(`${response.statusCode} ${text}`);
  }).on("error", fail);
});
await server.close();
console.log(JSON.stringify({ ...(await results()), tcp }));
