// What programs see of node:http, as plain data: run with Node's own parser and with ours, it must be the same. A framework-free
// program, so that it runs on each version of Node: `node scenarios.mjs [PATH OF sansio/node-http]` prints JSON.
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { ask, body, CRLF, listen, mirror, misbehaving, raw, scenario, scenarios } from "./kit.mjs";
import "./context-scenarios.mjs";
import "./odd-scenarios.mjs";

// --- servers and clients that behave ------------------------------------------------------------------------------

scenario("requests over one kept connection", async (undo) => {
  const server = http.createServer(mirror);
  const connections = [];
  server.on("connection", (socket) => connections.push(socket));
  const port = await listen(server, undo);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  undo.push(() => agent.destroy());
  const results = [];
  for (let i = 0; i < 3; i++) {
    results.push(await ask({ port, agent, path: `/${i}?q=1#x`, method: "POST", headers: { A: ["b", "c"] } }, "hello"));
  }
  return { results, connections: connections.length };
});

scenario("chunks and trailers, both ways", async (undo) => {
  const server = http.createServer(async (request, response) => {
    const text = await body(request);
    response.writeHead(200, { Trailer: "X-Sum" });
    response.write("one");
    response.write("two");
    response.addTrailers({ "X-Sum": `${text.length}`, "X-Sent": JSON.stringify(request.rawTrailers) });
    response.end();
  });
  const port = await listen(server, undo);
  return ask({ port, method: "POST", headers: { Trailer: "X-Check" } }, (request) => {
    request.write("some");
    request.write("more");
    request.addTrailers({ "X-Check": "yes" });
    request.end();
  });
});

scenario("Expect: 100-continue, informational responses", async (undo) => {
  const server = http.createServer(mirror);
  server.on("checkContinue", (request, response) => {
    response.writeProcessing();
    response.writeEarlyHints({ link: "</a>; rel=preload" });
    response.writeContinue();
    mirror(request, response);
  });
  const port = await listen(server, undo);
  let continued = false;
  const seen = await ask(
    { port, method: "POST", headers: { Expect: "100-continue", "Content-Length": 5 } },
    (request) => {
      request.on("continue", () => {
        continued = true;
        request.end("hello");
      });
      request.flushHeaders();
    },
  );
  return { ...seen, continued };
});

scenario("responses without a body", async (undo) => {
  const server = http.createServer((request, response) => {
    const status = Number(request.url.slice(1));
    response.writeHead(status, request.method === "HEAD" || status === 304 ? { "Content-Length": 10 } : {});
    response.end();
  });
  const port = await listen(server, undo);
  const agent = new http.Agent({ keepAlive: true });
  undo.push(() => agent.destroy());
  const results = [];
  for (const path of ["/200", "/204", "/304"]) {
    for (const method of ["GET", "HEAD"]) results.push(await ask({ port, agent, path, method }));
  }
  return results;
});

scenario("a body of 3 MB, and backpressure", async (undo) => {
  const server = http.createServer((request, response) => {
    request.pause();
    setTimeout(() => request.pipe(response), 20);
  });
  const port = await listen(server, undo);
  const sent = Buffer.alloc(3_000_000, "0123456789abcdef");
  const seen = await ask({ port, method: "POST" }, sent);
  return { ...seen, body: createHash("sha256").update(seen.body).digest("hex"), length: seen.body.length };
});

scenario("an upgrade, with octets behind the heads", async (undo) => {
  const server = http.createServer();
  const seen = [];
  server.on("upgrade", ({ url, headers }, duplex, early) => {
    seen.push([url, headers.upgrade, early.toString().slice(0, 6)]);
    duplex.write(`HTTP/1.1 101 Switching Protocols${CRLF}Connection: upgrade${CRLF}Upgrade: echo${CRLF}${CRLF}early`);
    // What follows may have come with the head, or alone.
    const echo = (data) => duplex.write(data.toString().toUpperCase());
    if (early.length > 0) echo(early);
    duplex.on("data", echo);
    duplex.on("end", () => duplex.end());
  });
  const port = await listen(server, undo);
  seen.push(
    await raw(port, [
      `GET /up HTTP/1.1${CRLF}Host: a${CRLF}Connection: upgrade${CRLF}Upgrade: echo${CRLF}${CRLF}behind`,
      "later",
    ]),
  );
  const request = http.request({ port, host: "127.0.0.1", headers: { Connection: "Upgrade", Upgrade: "echo" } });
  request.end();
  const [response, socket, head] = await once(request, "upgrade");
  let text = head.toString();
  socket.on("data", (data) => {
    text += data;
  });
  socket.write("hello");
  while (!text.includes("HELLO")) await once(socket, "data");
  socket.destroy();
  return { seen, status: response.statusCode, upgrade: response.upgrade, text };
});

scenario("an upgrade that nobody listens for", async (undo) => {
  const port = await listen(http.createServer(mirror), undo);
  return ask({ port, headers: { Connection: "Upgrade", Upgrade: "echo" } });
});

scenario("CONNECT", async (undo) => {
  const server = http.createServer();
  server.on("connect", ({ url }, duplex, early) => {
    duplex.end(`HTTP/1.1 200 Connected${CRLF}${CRLF}${url} ${early}`);
  });
  const port = await listen(server, undo);
  const first = await raw(port, `CONNECT a.example:443 HTTP/1.1${CRLF}Host: a.example:443${CRLF}${CRLF}head`);
  const request = http.request({ port, host: "127.0.0.1", method: "CONNECT", path: "b.example:1" });
  request.end();
  const [response, socket, head] = await once(request, "connect");
  const text = head.toString() + (await body(socket));
  return { first, status: response.statusCode, text };
});

scenario("pipelined requests, and octet by octet", async (undo) => {
  const port = await listen(http.createServer(mirror), undo);
  const get = (path) => `GET ${path} HTTP/1.1${CRLF}Host: a${CRLF}${CRLF}`;
  const post = `POST /p HTTP/1.1${CRLF}Host: a${CRLF}Content-Length: 3${CRLF}${CRLF}abc`;
  const last = `GET /last HTTP/1.1${CRLF}Host: a${CRLF}Connection: close${CRLF}${CRLF}`;
  return [
    await raw(port, get("/1") + post + get("/2") + last),
    await raw(port, [...`${CRLF}${post}`, last], { wait: 2000 }),
  ];
});

scenario("fields: order, spelling, repetition, octets, many of them", async (undo) => {
  const server = http.createServer({ joinDuplicateHeaders: true }, mirror);
  const plain = http.createServer(mirror);
  plain.maxHeadersCount = 5;
  const ports = [await listen(server, undo), await listen(plain, undo)];
  const many = Array.from({ length: 40 }, (_, i) => `X-${i}: ${i}`).join(CRLF);
  const head = `hOsT: a${CRLF}Cookie: a=1${CRLF}cookie: b=2${CRLF}Age: 1${CRLF}AGE: 2${CRLF}X: caf\xe9\t!${CRLF}Empty:${CRLF}${many}`;
  const results = [];
  for (const port of ports)
    results.push(await raw(port, `GET /\x7e HTTP/1.1${CRLF}${head}${CRLF}Connection: close${CRLF}${CRLF}`));
  return results;
});

scenario("HTTP/1.0, and close", async (undo) => {
  const port = await listen(http.createServer(mirror), undo);
  const request = (version, fields) => `GET / HTTP/${version}${CRLF}Host: a${CRLF}${fields}${CRLF}`;
  return [
    await raw(port, request("1.0", "")),
    await raw(port, [request("1.0", `Connection: keep-alive${CRLF}`), request("1.0", "")]),
    await raw(port, request("1.1", `Connection: close${CRLF}`)),
    await raw(port, `GET / HTTP/1.1${CRLF}${CRLF}`),
  ];
});

scenario("the asynchronous context of each request on one connection", async (undo) => {
  const port = await listen(http.createServer(mirror), undo);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  undo.push(() => agent.destroy());
  const storage = new AsyncLocalStorage();
  const stores = [];
  for (const name of ["first", "second"]) {
    await storage.run(name, () => {
      return new Promise((done) => {
        http.get({ port, host: "127.0.0.1", agent }, (response) => {
          stores.push(storage.getStore());
          response.on("data", () => stores.push(storage.getStore()));
          response.on("end", () => {
            stores.push(storage.getStore());
            setImmediate(done);
          });
        });
      });
    });
  }
  return stores;
});

// --- limits and times ---------------------------------------------------------------------------------------------

scenario("maxHeaderSize", async (undo) => {
  const seen = [];
  const server = http.createServer({ maxHeaderSize: 1000 }, mirror);
  const listening = http.createServer({ maxHeaderSize: 1000 }, mirror);
  listening.on("clientError", (error, socket) => {
    seen.push(error.code, error.message);
    socket.end(`HTTP/1.1 400 Mine${CRLF}Connection: close${CRLF}${CRLF}`);
  });
  const ports = [await listen(server, undo), await listen(listening, undo)];
  for (const port of ports) {
    for (const size of [900, 1100]) {
      const field = `GET / HTTP/1.1${CRLF}Host: a${CRLF}Connection: close${CRLF}A: ${"b".repeat(size)}`;
      seen.push((await raw(port, `${field}${CRLF}${CRLF}`)).slice(0, 20));
      const fields = `GET / HTTP/1.1${CRLF}Host: a${CRLF}Connection: close${CRLF}${`A:${"b".repeat(9)}${CRLF}`.repeat(size / 10)}${CRLF}`;
      seen.push((await raw(port, fields)).slice(0, 20));
      const trailers = `POST / HTTP/1.1${CRLF}Host: a${CRLF}Connection: close${CRLF}Transfer-Encoding: chunked${CRLF}${CRLF}0${CRLF}A: ${"b".repeat(size)}${CRLF}${CRLF}`;
      seen.push((await raw(port, trailers)).slice(0, 20));
    }
  }
  const port = await misbehaving(`HTTP/1.1 200 OK${CRLF}A: ${"b".repeat(3000)}${CRLF}${CRLF}`, undo);
  for (const maxHeaderSize of [2000, 4000]) {
    const { error, status } = await ask({ port, maxHeaderSize });
    seen.push(error?.code, error?.message, status);
  }
  return seen;
});

scenario("headersTimeout and requestTimeout", async (undo) => {
  const seen = [];
  const options = {
    headersTimeout: 150,
    requestTimeout: 300,
    connectionsCheckingInterval: 40,
    keepAliveTimeout: 60_000,
  };
  const server = http.createServer(options, mirror);
  const listening = http.createServer(options, mirror);
  listening.on("clientError", (error, socket) => {
    seen.push(error.code);
    socket.destroy();
  });
  const half = [`GET / HTTP/1.1${CRLF}`, `POST / HTTP/1.1${CRLF}Host: a${CRLF}Content-Length: 9${CRLF}${CRLF}a`, ""];
  for (const port of [await listen(server, undo), await listen(listening, undo)]) {
    for (const octets of half) seen.push(await raw(port, octets || [], { wait: 1500 }));
  }
  // Between messages there is no limit but keepAliveTimeout.
  const port = server.address().port;
  const get = `GET / HTTP/1.1${CRLF}Host: a${CRLF}${CRLF}`;
  const pieces = [get, ...Array(80).fill(""), get];
  seen.push((await raw(port, pieces, { wait: 1500, end: true })).match(/HTTP\/1.1 \d+/g));
  return seen;
});

scenario("closeIdleConnections and closeAllConnections", async (undo) => {
  const server = http.createServer((request, response) => {
    if (request.url === "/slow") request.resume();
    else mirror(request, response);
  });
  const port = await listen(server, undo);
  const open = async (text) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => {});
    const state = { closed: false };
    socket.on("close", () => {
      state.closed = true;
    });
    socket.resume();
    await once(socket, "connect");
    if (text) socket.write(text);
    return state;
  };
  const kept = await open(`GET / HTTP/1.1${CRLF}Host: a${CRLF}${CRLF}`);
  const slow = await open(`GET /slow HTTP/1.1${CRLF}Host: a${CRLF}${CRLF}`);
  const inHead = await open("GET / HT");
  const silent = await open("");
  const pause = () => new Promise((done) => setTimeout(done, 100));
  const states = () => [kept, slow, inHead, silent].map(({ closed }) => closed);
  await pause();
  const before = states();
  server.closeIdleConnections();
  await pause();
  const afterIdle = states();
  server.closeAllConnections();
  await pause();
  return { before, afterIdle, afterAll: states() };
});

scenario("keepAliveTimeout, and a client's timeout", async (undo) => {
  const server = http.createServer({ keepAliveTimeout: 50, keepAliveTimeoutBuffer: 10 }, (request, response) => {
    if (request.url !== "/never") mirror(request, response);
  });
  const port = await listen(server, undo);
  const kept = await raw(port, `GET / HTTP/1.1${CRLF}Host: a${CRLF}${CRLF}`, { wait: 3000 });
  const seen = await ask({ port, path: "/never", timeout: 60 }, (request) => {
    request.on("timeout", () => request.destroy(new Error("too late")));
    request.end();
  });
  return { kept, seen };
});

// --- who misbehaves -----------------------------------------------------------------------------------------------

scenario("requests that are none: clientError, and the answer", async (undo) => {
  const seen = [];
  const listening = http.createServer(mirror);
  listening.on("clientError", ({ code, rawPacket }, socket) => {
    seen.push([code, rawPacket?.toString("latin1")]);
    socket.destroy();
  });
  const ports = [await listen(http.createServer(mirror), undo), await listen(listening, undo)];
  const get = `GET / HTTP/1.1${CRLF}Host: a${CRLF}`;
  const post = `POST / HTTP/1.1${CRLF}Host: a${CRLF}`;
  const chunked = `${post}Transfer-Encoding: chunked${CRLF}${CRLF}`;
  const inputs = [
    `BREW / HTTP/1.1${CRLF}${CRLF}`,
    `\x16\x03\x01`,
    `GET /\x01 HTTP/1.1${CRLF}${CRLF}`,
    `GET / HTTP/1.9${CRLF}${CRLF}`,
    `GET / SPDY/1.1${CRLF}${CRLF}`,
    `${get}A : b${CRLF}${CRLF}`,
    `${get}no colon${CRLF}${CRLF}`,
    `${get}A: b\0${CRLF}${CRLF}`,
    `${get}A: b\rc${CRLF}${CRLF}`,
    `${get}A: b\n${CRLF}`,
    `${get}A: b${CRLF} folded${CRLF}${CRLF}`,
    `${post}Content-Length: +5${CRLF}${CRLF}`,
    `${post}Content-Length: 5, 5${CRLF}${CRLF}`,
    `${post}Content-Length: 5${CRLF}Content-Length: 5${CRLF}${CRLF}`,
    `${post}Content-Length: 5${CRLF}Transfer-Encoding: chunked${CRLF}${CRLF}`,
    `${post}Transfer-Encoding: chunked${CRLF}Content-Length: 5${CRLF}${CRLF}`,
    `${post}Transfer-Encoding: xchunked${CRLF}${CRLF}`,
    `${chunked}-5${CRLF}`,
    `${chunked}5x${CRLF}`,
    `${chunked}2${CRLF}abX`,
    `${chunked}2;${"a".repeat(17000)}${CRLF}`,
    `${chunked}0${CRLF}bad trailer${CRLF}${CRLF}`,
  ];
  for (const port of ports) for (const input of inputs) seen.push(await raw(port, input));
  // The input ends in the middle of a message.
  for (const port of ports)
    for (const input of ["GET / HT", get, `${post}Content-Length: 5${CRLF}${CRLF}ab`])
      seen.push(await raw(port, input, { end: true }));
  return seen;
});

scenario("servers that misbehave", async (undo) => {
  const head = `HTTP/1.1 200 OK${CRLF}`;
  const answers = [
    "bad http - should trigger parse error\r\n",
    [null],
    `${head}Content-Length: 9${CRLF}${CRLF}abc`,
    [`${head}Content-Length: 9${CRLF}${CRLF}abc`, null],
    `${head}Transfer-Encoding: chunked${CRLF}${CRLF}3${CRLF}abc`,
    `${head}Transfer-Encoding: chunked${CRLF}${CRLF}3${CRLF}abcd${CRLF}`,
    `${head}Transfer-Encoding: chunked${CRLF}${CRLF}zz${CRLF}`,
    `${head}Transfer-Encoding: chunked${CRLF}Content-Length: 3${CRLF}${CRLF}3${CRLF}abc${CRLF}0${CRLF}${CRLF}`,
    `${head}Content-Length: 3${CRLF}Content-Length: 4${CRLF}${CRLF}abcd`,
    `${head}Content-Length: +3${CRLF}${CRLF}abc`,
    `${head}A : b${CRLF}${CRLF}`,
    `${head}A: b${CRLF} c${CRLF}${CRLF}`,
    `HTTP/1.1 20 OK${CRLF}${CRLF}`,
    `HTTP/1.1 200${CRLF}Content-Length: 2${CRLF}${CRLF}ok`,
    `HTTP/1.0 200 OK${CRLF}${CRLF}until the end`,
    `${head}${CRLF}until the end`,
    `HTTP/1.1 100 Continue${CRLF}${CRLF}${head}Content-Length: 2${CRLF}${CRLF}ok`,
    `HTTP/1.1 101 Switching Protocols${CRLF}Connection: upgrade${CRLF}Upgrade: x${CRLF}${CRLF}else`,
    `HTTP/1.1 304 Not Modified${CRLF}Content-Length: 9${CRLF}${CRLF}`,
    `HTTP/1.1 200 OK${CRLF}X: caf\xe9${CRLF}Content-Length: 0${CRLF}${CRLF}`,
  ];
  const seen = [];
  for (const answer of answers) seen.push(await ask({ port: await misbehaving(answer, undo) }));
  return seen;
});

scenario("responses with more fields than maxHeadersCount", async (undo) => {
  const names = [];
  for (const [count, wanted] of [
    [2, 1],
    [40, 35],
    [1100, undefined],
  ]) {
    const fields = Array.from({ length: count }, (_, i) => `X-${i}: ${i}${CRLF}`).join("");
    const port = await misbehaving(`HTTP/1.1 200 OK${CRLF}${fields}Content-Length: 2${CRLF}${CRLF}ok`, undo);
    const request = http.get({ port, host: "127.0.0.1" });
    if (wanted !== undefined) request.maxHeadersCount = wanted;
    const [response] = await once(request, "response");
    names.push(Object.keys(response.headers), response.rawHeaders.length);
    response.resume();
  }
  return names;
});

scenario("a client that goes away", async (undo) => {
  const events = [];
  const server = http.createServer((request) => {
    request.on("aborted", () => events.push("aborted"));
    request.on("error", ({ code }) => events.push(code));
    request.on("close", () => events.push("close", request.complete));
    request.resume();
  });
  const port = await listen(server, undo);
  const socket = net.connect(port, "127.0.0.1");
  socket.write(`POST / HTTP/1.1${CRLF}Host: a${CRLF}Content-Length: 9${CRLF}${CRLF}abc`);
  await new Promise((done) => setTimeout(done, 100));
  socket.destroy();
  await new Promise((done) => setTimeout(done, 100));
  return events;
});

scenario("insecureHTTPParser", async (undo) => {
  const seen = [];
  for (const insecureHTTPParser of [false, true]) {
    const port = await listen(http.createServer({ insecureHTTPParser }, mirror), undo);
    seen.push(
      (await raw(port, `GET / HTTP/1.1${CRLF}Host: a${CRLF}A: b\x01c${CRLF}Connection: close${CRLF}${CRLF}`)).slice(
        0,
        15,
      ),
    );
    const answering = await misbehaving(
      `HTTP/1.1 200 OK${CRLF}A: b\x01c${CRLF}Content-Length: 2${CRLF}${CRLF}ok`,
      undo,
    );
    const { error, body: text } = await ask({ port: answering, insecureHTTPParser });
    seen.push(error?.code, text);
  }
  return seen;
});

// --- the run ------------------------------------------------------------------------------------------------------

/** Runs them, and tells whose parsers were in use meanwhile. */
async function main(entry) {
  const adapter = entry === undefined ? undefined : await import(entry);
  const results = {};
  const parsers = new Set();
  const { parsers: pool } = process.getBuiltinModule("_http_common");
  const { alloc } = pool;
  pool.alloc = function counted() {
    const parser = alloc.call(this);
    parsers.add(parser.constructor.name);
    return parser;
  };
  for (const [name, run] of Object.entries(scenarios)) {
    const undo = [];
    try {
      results[name] = await run(undo);
    } catch (error) {
      results[name] = `failed: ${error.stack}`;
    }
    for (const step of undo) step();
  }
  if (alloc === Object.getPrototypeOf(pool).alloc) Reflect.deleteProperty(pool, "alloc");
  else pool.alloc = alloc;
  adapter?.uninstall();
  const after = pool.alloc().constructor.name;
  console.log(JSON.stringify({ node: process.version, parsers: [...parsers], after, results }));
}

await main(process.argv[2]);
