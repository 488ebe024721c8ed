// What surrounds a parser: the asynchronous context its callbacks run in, programs that take sockets and parsers into their
// own hands.
import { AsyncLocalStorage, createHook, executionAsyncId } from "node:async_hooks";
import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { fileURLToPath } from "node:url";
import { ask, body, CRLF, listen, scenario, streamOf } from "./kit.mjs";

const CHILD = fileURLToPath(new URL("answering-child.mjs", import.meta.url));
const get = (path, ...fields) => [`GET ${path} HTTP/1.1`, "Host: a", ...fields, "", ""].join(CRLF);
const pause = (time) => new Promise((done) => setTimeout(done, time));

scenario("connections in the context in which the server was given them", async () => {
  const storage = new AsyncLocalStorage();
  const seen = [];
  const server = http.createServer(async (request, response) => {
    seen.push([request.url, storage.getStore()]);
    const text = await body(request);
    response.end(text);
    seen.push([text, storage.getStore()]);
  });
  const streams = ["one", "two"].map((name) => {
    const stream = streamOf();
    storage.run(name, () => server.emit("connection", stream));
    return stream;
  });
  for (const path of ["/first", "/second"]) {
    for (const [i, stream] of streams.entries()) {
      storage.run("who pushes", () => stream.push(get(path, "Content-Length: 4") + (i === 0 ? "left" : "same")));
      await pause(20);
    }
  }
  return seen;
});

scenario("async_hooks: one resource a connection and one a request, each destroyed once", async (undo) => {
  const made = new Map();
  const gone = [];
  const hook = createHook({
    init(id, type, trigger) {
      if (type.startsWith("HTTP")) made.set(id, { type, isTriggered: trigger > 0 });
    },
    destroy(id) {
      if (made.has(id)) gone.push(id);
    },
  }).enable();
  undo.push(() => hook.disable());
  const within = [];
  const server = http.createServer((_request, response) => {
    within.push(made.get(executionAsyncId())?.type);
    response.end("ok");
  });
  const port = await listen(server, undo);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < 3; i++) await ask({ port, agent });
  agent.destroy();
  await ask({ port, agent: false });
  await pause(100);
  return { within, made: [...made.values()], gone: gone.length, once: new Set(gone).size };
});

scenario("a connection given to another process: nothing of it stays here", async (undo) => {
  const child = fork(CHILD);
  undo.push(() => child.kill());
  await once(child, "message");
  let given;
  const server = http.createServer((request, response) => {
    given = response.socket;
    child.send(request.url, given);
    // Not later, and not by `listen`: Node's own list still has the parser when the request ends, without a socket.
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const seen = await ask({ port: server.address().port, path: "/elsewhere", agent: false });
  return [seen.status, seen.body, given.parser === null, given._httpMessage === null];
});
