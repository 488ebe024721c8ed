// In a project with the override: WebSocket sessions whose handshakes our parser reads. Prints JSON.
const http = require("node:http");
const net = require("node:net");
const { once } = require("node:events");
const { createRequire } = require("node:module");
const driver = require("websocket-driver");
const Faye = require("faye-websocket");
const sockjs = require("sockjs");

const path = createRequire(require.resolve("websocket-driver")).resolve("http-parser-js");
const { HTTPParser } = require(path);
let executed = 0;
const { execute } = HTTPParser.prototype;
HTTPParser.prototype.execute = function counted(...given) {
  executed++;
  return execute.apply(this, given);
};

async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

/** Both ends by websocket-driver: the server reads the request, the client the response. */
async function driverSession() {
  const server = net.createServer((accepted) => {
    const end = driver.server();
    end.on("connect", () => end.start());
    end.messages.on("data", (said) => end.messages.write(`echo ${said}`));
    accepted.pipe(end.io).pipe(accepted);
    accepted.on("error", () => {});
  });
  const port = await listen(server);
  const socket = net.connect(port, "127.0.0.1");
  const client = driver.client(`ws://127.0.0.1:${port}/path?x=y`);
  socket.pipe(client.io).pipe(socket);
  client.start();
  client.messages.write("hello");
  const [text] = await once(client.messages, "data");
  socket.destroy();
  server.close();
  return text;
}

async function fayeSession(port, url, expected) {
  const client = new Faye.Client(`ws://127.0.0.1:${port}${url}`);
  client.on("open", () => client.send("hello"));
  const [{ data }] = await new Promise((done, fail) => {
    client.on("message", (event) => event.data === expected && done([event]));
    client.on("error", fail);
    client.on("close", ({ code, reason }) => fail(new Error(`closed: ${code} ${reason}`)));
  });
  client.removeAllListeners();
  client.close();
  return data;
}

async function fayeServer() {
  const server = http.createServer();
  server.on("upgrade", (request, socket, body) => {
    const end = new Faye(request, socket, body);
    end.on("message", ({ data }) => end.send(`echo ${data}`));
  });
  const port = await listen(server);
  const text = await fayeSession(port, "/", "echo hello");
  server.closeAllConnections();
  server.close();
  return text;
}

async function sockjsServer() {
  const echo = sockjs.createServer({ log() {} });
  echo.on("connection", (connection) => connection.on("data", (said) => connection.write(`echo ${said}`)));
  const server = http.createServer();
  echo.installHandlers(server, { prefix: "/echo" });
  const port = await listen(server);
  const text = await fayeSession(port, "/echo/websocket", "echo hello");
  server.closeAllConnections();
  server.close();
  return text;
}

async function main() {
  const results = {};
  for (const [name, session] of Object.entries({ driverSession, fayeServer, sockjsServer })) {
    executed = 0;
    results[name] = { text: await session(), executed };
  }
  console.log(JSON.stringify({ isOurs: HTTPParser.kOnMessageBegin === 5, results }));
  process.exit();
}

main();
