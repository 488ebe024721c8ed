// Installed and uninstalled while a server goes on, by both copies of the package: who reads each new connection, and what
// the server knows of all of them. Printed for both-ways.test.ts, which survives it when the process does not.
import { once } from "node:events";
import http from "node:http";
import { createRequire } from "node:module";

const [esm, cjs] = [await import(process.argv[2]), createRequire(import.meta.url)(process.argv[3])];
const seen = [];
const server = http.createServer((request, response) => response.end(request.socket.parser.constructor.name));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const agents = [];

/** On a connection of its own, which is kept. */
async function ask() {
  const agent = new http.Agent({ keepAlive: true });
  agents.push(agent);
  const request = http.get({ agent, host: "127.0.0.1", port: server.address().port });
  const [response] = await once(request, "response");
  seen.push((await response.toArray()).join(""));
  await new Promise(setImmediate);
}

async function count() {
  server.getConnections((_error, connections) => seen.push(connections));
  await new Promise((done) => setTimeout(done, 20));
}

await ask();
esm.uninstall();
await ask();
cjs.uninstall();
await ask();
cjs.install();
esm.install();
await ask();
cjs.uninstall();
await ask();
esm.uninstall();
esm.install();
await ask();
await count();
server.closeIdleConnections();
await count();
server.close();
for (const agent of agents) agent.destroy();
console.log(seen.join(" "));
