// More of what Node's own tests of http ask of a parser: connections that are kept or not, heads without fields, pipelines that
// are paused or cut off, sockets in odd hands.
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, body, CRLF, listen, mirror, misbehaving, raw, scenario, silent, streamOf } from "./kit.mjs";

const GET = `GET / HTTP/1.1${CRLF}Host: a${CRLF}${CRLF}`;
const LAST = `GET /last HTTP/1.1${CRLF}Host: a${CRLF}Connection: close${CRLF}${CRLF}`;

scenario("responses after which the connection is kept, or not", async (undo) => {
  const answers = [
    `HTTP/1.1 200 OK${CRLF}Content-Length: 2${CRLF}${CRLF}ok`,
    `HTTP/1.1 200 OK${CRLF}Connection: close${CRLF}Content-Length: 2${CRLF}${CRLF}ok`,
    `HTTP/1.0 200 OK${CRLF}Content-Length: 2${CRLF}${CRLF}ok`,
    `HTTP/1.0 200 OK${CRLF}Connection: keep-alive${CRLF}Content-Length: 2${CRLF}${CRLF}ok`,
    `HTTP/1.1 200 OK${CRLF}Transfer-Encoding: chunked${CRLF}${CRLF}2${CRLF}ok${CRLF}0${CRLF}${CRLF}`,
    `HTTP/1.1 204 No Content${CRLF}${CRLF}`,
    `HTTP/1.1 304 Not Modified${CRLF}Content-Length: 9${CRLF}${CRLF}`,
  ];
  const seen = [];
  for (const answer of answers) {
    let connections = 0;
    const server = net.createServer((socket) => {
      connections++;
      socket.on("error", () => {});
      socket.on("data", () => socket.write(answer));
      undo.push(() => socket.destroy());
    });
    const port = await listen(server, undo);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    undo.push(() => agent.destroy());
    const first = await ask({ port, agent });
    await new Promise((done) => setTimeout(done, 20));
    const second = await ask({ port, agent });
    seen.push([first.status, first.body, second.status, second.body, connections]);
  }
  return seen;
});

scenario("heads without fields, of each version", async (undo) => {
  const seen = [];
  for (const version of ["0.9", "1.0", "1.1", "2.0"]) {
    seen.push(await ask({ port: await misbehaving(`HTTP/${version} 200 OK${CRLF}${CRLF}until the end`, undo) }));
  }
  return seen;
});

scenario("octets behind a response that nobody asked for", async (undo) => {
  const answer = `HTTP/1.1 200 OK${CRLF}Content-Length: 2${CRLF}${CRLF}ok`;
  const seen = [];
  for (const more of [answer, "HTTP/1.1 what", `${CRLF}${CRLF}`]) {
    seen.push((await ask({ port: await misbehaving(answer + more, undo) })).body);
  }
  return seen;
});

scenario("fields that come several times, in responses", async (undo) => {
  const fields = [
    "Set-Cookie: a=1",
    "Set-Cookie: b=2",
    "X: 1",
    "x: 2",
    "Age: 1",
    "Age: 2",
    "ETag: 3",
    "etag: 4",
    "Vary:",
  ];
  const port = await misbehaving(
    `HTTP/1.1 200 OK${CRLF}${fields.join(CRLF)}${CRLF}Content-Length: 0${CRLF}${CRLF}`,
    undo,
  );
  const request = http.get({ port, host: "127.0.0.1" });
  const [response] = await once(request, "response");
  await body(response);
  return [response.headers, response.headersDistinct, response.rawHeaders];
});

scenario("a request paused in the middle, and many pipelined behind it", async (undo) => {
  const order = [];
  const server = http.createServer(async (request, response) => {
    order.push(request.url);
    if (request.method === "POST") {
      request.pause();
      await new Promise((done) => setTimeout(done, 50));
    }
    const text = await body(request);
    response.end(`${request.url} ${text.length}`);
  });
  const port = await listen(server, undo);
  const post = `POST /slow HTTP/1.1${CRLF}Host: a${CRLF}Content-Length: 70000${CRLF}${CRLF}${"x".repeat(70000)}`;
  const answer = await raw(port, [post + GET.repeat(300), LAST], { wait: 20_000 });
  return [order.length, order.at(-1), answer.match(/HTTP\/1.1 200 OK/g).length, answer.includes("/slow 70000")];
});

scenario("a socket destroyed while pipelined requests are read", async (undo) => {
  const seen = [];
  const server = http.createServer((request, response) => {
    seen.push(request.url);
    response.end("ok");
    if (request.url === "/kill") request.socket.destroy();
  });
  const port = await listen(server, undo);
  const kill = `GET /kill HTTP/1.1${CRLF}Host: a${CRLF}${CRLF}`;
  await raw(port, kill + GET + GET);
  return [seen[0], await raw(port, LAST)];
});

scenario("what callbacks throw reaches the process, and the server goes on", async (undo) => {
  const server = http.createServer((request, response) => {
    if (request.url === "/") throw new Error("mine");
    response.end("ok");
  });
  const port = await listen(server, undo);
  const caught = once(process, "uncaughtException");
  process.once("uncaughtException", () => {});
  await Promise.all([raw(port, GET, { wait: 100 }), caught]);
  return [(await caught)[0].message, await raw(port, LAST)];
});

scenario("others who read the socket too", async (undo) => {
  const server = http.createServer(mirror);
  let overheard = "";
  server.on("connection", (socket) => {
    socket.on("data", (data) => {
      overheard += data.toString("latin1");
    });
  });
  const port = await listen(server, undo);
  return [await raw(port, LAST), overheard];
});

scenario("a server on streams that are no sockets", async () => {
  const server = http.createServer(mirror);
  const duplex = streamOf();
  const ended = once(duplex, "finish");
  server.emit("connection", duplex);
  for (const octet of LAST) duplex.push(Buffer.from(octet));
  await ended;
  return duplex.written.replace(/Date: [^\r]*/, "Date: now");
});

scenario("a socket by its path", async (undo) => {
  const path = join(tmpdir(), `sansio-${process.pid}.sock`);
  const server = http.createServer(mirror);
  server.listen(path);
  await once(server, "listening");
  undo.push(() => server.close());
  return ask({ socketPath: path, method: "POST", agent: false }, "over a path");
});

scenario("a request aborted before, within and behind its response", async (undo) => {
  const server = http.createServer((request, response) => {
    if (request.url === "/never") return;
    response.write("begun");
    if (request.url === "/whole") response.end();
  });
  const port = await listen(server, undo);
  const seen = [];
  for (const path of ["/never", "/begun", "/whole"]) {
    const events = [];
    const request = http.get({ port, host: "127.0.0.1", path });
    request.on("error", ({ code }) => events.push(code));
    request.on("response", (response) => {
      response.on("error", ({ code }) => events.push(`response ${code}`));
      response.on("data", (data) => {
        events.push(data.toString());
        if (path === "/begun") request.destroy();
      });
      response.on("end", () => request.destroy());
    });
    if (path === "/never") setTimeout(() => request.destroy(), 30);
    await new Promise((done) => request.on("close", done));
    seen.push(events);
  }
  return seen;
});

scenario("methods that are accepted, and their names", async (undo) => {
  const port = await listen(
    http.createServer((request, response) => response.end(request.method)),
    undo,
  );
  const seen = [];
  for (const method of http.METHODS) {
    if (method === "CONNECT") continue;
    const answer = await raw(port, `${method} * HTTP/1.1${CRLF}Host: a${CRLF}Connection: close${CRLF}${CRLF}`);
    seen.push([method, answer.split(CRLF)[0], answer.endsWith(method)]);
  }
  return seen;
});

/** Each sent over a connection of its own: what the server says of it, or what was asked. */
async function verdicts(port, requests) {
  const seen = [];
  for (const text of requests) {
    const answer = await raw(port, `${text}${CRLF}Host: a${CRLF}Connection: close${CRLF}${CRLF}`);
    seen.push([text, answer.split(CRLF)[0], answer.split(CRLF).at(-1)]);
  }
  return seen;
}

scenario("targets that are accepted, and not", async (undo) => {
  const codes = [];
  const server = http.createServer((request, response) => response.end(request.url));
  server.on("connect", (request, socket) => socket.end(`HTTP/1.1 200 OK${CRLF}${CRLF}${request.url}`));
  server.on("clientError", ({ code }, socket) => {
    codes.push(code);
    socket.end(`HTTP/1.1 400 Bad Request${CRLF}${CRLF}`);
  });
  const port = await listen(server, undo);
  const targets = [
    "/",
    "*",
    "*x",
    "//a",
    "/a b",
    "http://a",
    "http://a/b",
    "Http://[::1]:80?c",
    "x+y://a",
    "x:/a",
    "x:a",
  ];
  targets.push("http://a#b", "http://a/#b", "http:///", "http://u@a/", "http://u@@a/", "http://a|b/", "http://a@", "x");
  targets.push("@evil.example/", ".evil.example", "../a", "?a", "#a", "&a", "-", "a:80", "1://a", ":80", "http://");
  const connects = ["a:80", "a", "[::1]:80", "a/b", "/", "a?b", "a#b", "@a", "a@b@c", "a@@b", "a|b", "*"];
  const asked = [
    ...targets.map((target) => `GET ${target} HTTP/1.1`),
    ...connects.map((at) => `CONNECT ${at} HTTP/1.1`),
  ];
  return { seen: await verdicts(port, asked), codes };
});

scenario("trailers that say how a body is framed", async (undo) => {
  const codes = [];
  const server = http.createServer(mirror);
  server.on("clientError", ({ code }, socket) => {
    codes.push(code);
    socket.destroy();
  });
  const port = await listen(server, undo);
  const chunks = `Transfer-Encoding: chunked${CRLF}${CRLF}1${CRLF}x${CRLF}0${CRLF}`;
  const seen = [];
  for (const name of [
    "Content-Length: 1",
    "content-length: 0",
    "Transfer-Encoding: chunked",
    "Trailer: a",
    "Host: b",
  ]) {
    const fields = `A: b${CRLF}${name}${CRLF}${CRLF}`;
    const request = `POST / HTTP/1.1${CRLF}Host: a${CRLF}Connection: close${CRLF}${chunks}${fields}`;
    seen.push((await raw(port, request)).split(CRLF).at(-1));
    const answering = await misbehaving(`HTTP/1.1 200 OK${CRLF}${chunks}${fields}`, undo);
    seen.push(await ask({ port: answering }));
  }
  return { seen, codes };
});

scenario("first octets that begin no message are refused at once", async (undo) => {
  const seen = [];
  const server = http.createServer(mirror);
  server.on("clientError", ({ code, bytesParsed, rawPacket }, socket) => {
    seen.push([code, bytesParsed, rawPacket?.toString("latin1")]);
    socket.destroy();
  });
  const port = await listen(server, undo);
  const inputs = [
    "*",
    "1",
    "\x16\x03\x01",
    "FO",
    "get /",
    "GETX",
    "M-SEARCHES",
    "\r\n\r\nhello",
    " GET /",
    "\0",
    "GE\r\n",
  ];
  inputs.push(`FOO / HTTP/1.1${CRLF}A : b${CRLF}${CRLF}`, `${GET}what`, ["G", "E", "R"], ["PROP", "FINE /"]);
  for (const input of inputs) await raw(port, input, { wait: 5000 });
  const answers = ["hello", "\x15\x03\x01", "HTTQ", "h", `SSH-2.0${CRLF}`, ["HT", "LP"]];
  for (const answer of answers) seen.push((await ask({ port: await silent(answer, undo) })).error.code);
  return seen;
});
