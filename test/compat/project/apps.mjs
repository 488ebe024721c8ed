// Express, Fastify and ws on node:http, as plain data: with Node's own parser, and with ours when an entry is given.
import { once } from "node:events";
import http from "node:http";
import express from "express";
import fastify from "fastify";
import { WebSocket, WebSocketServer } from "ws";

const [entry] = process.argv.slice(2);
if (entry !== undefined) await import(entry);

async function ask(port, path, options, sent) {
  const request = http.request({ host: "127.0.0.1", port, path, ...options });
  request.end(sent);
  const [response] = await once(request, "response");
  let text = "";
  for await (const piece of response) text += piece;
  const { date, host, "keep-alive": kept, ...headers } = response.headers;
  return [response.statusCode, headers, text.replaceAll(String(port), "PORT")];
}

const JSON_TYPE = { "Content-Type": "application/json" };

async function requests(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const chunked = { ...JSON_TYPE, "Transfer-Encoding": "chunked" };
  const seen = [
    await ask(port, "/hello?name=a%20b", { agent }),
    await ask(port, "/json", { agent, method: "POST", headers: JSON_TYPE }, '{"a":[1,2,3]}'),
    await ask(port, "/json", { agent, method: "POST", headers: chunked }, '{"b":"chunked"}'),
    await ask(port, "/json", { agent, method: "POST", headers: JSON_TYPE }, "{not json"),
    await ask(port, "/none", { agent }),
    await ask(port, "/hello", { agent, method: "HEAD" }),
    await ask(port, "/redirect", { agent }),
    await ask(port, "/hello", { agent, headers: { "If-None-Match": "*" } }),
  ];
  agent.destroy();
  return seen;
}

async function expressApp() {
  const app = express();
  app.use(express.json());
  app.get("/hello", (request, response) => response.send(`hello ${request.query.name}`));
  app.post("/json", (request, response) => response.json({ got: request.body }));
  app.get("/redirect", (_request, response) => response.redirect("/hello"));
  app.use((_error, _request, response, _next) => response.status(400).send("bad"));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const seen = await requests(server.address().port);
  server.close();
  return seen;
}

async function fastifyApp() {
  const app = fastify();
  app.get("/hello", async ({ query }) => ({ hello: query.name }));
  app.post("/json", async ({ body }) => ({ got: body }));
  app.get("/redirect", (_request, reply) => reply.redirect("/hello"));
  await app.listen({ port: 0, host: "127.0.0.1" });
  const seen = await requests(app.server.address().port);
  await app.close();
  return seen;
}

async function wsServer() {
  const server = http.createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: true });
  sockets.on("connection", (socket, { url, headers }) => {
    socket.send(JSON.stringify([url, headers.upgrade, headers["sec-websocket-extensions"]]));
    socket.on("message", (data) => socket.send(`echo ${data}`));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${server.address().port}/path`);
  const seen = [];
  client.on("open", () => client.send("x".repeat(70_000)));
  for (const _ of [1, 2]) seen.push(String((await once(client, "message"))[0]));
  client.close();
  seen.push((await once(client, "close"))[0]);
  server.close();
  return seen;
}

const { alloc } = process.getBuiltinModule("_http_common").parsers;
const parser = alloc.call(process.getBuiltinModule("_http_common").parsers).constructor.name;
const results = { express: await expressApp(), fastify: await fastifyApp(), ws: await wsServer() };
console.log(JSON.stringify({ parser, results }));
process.exit();
