// What scenarios are made of: servers, clients and octets, and what is seen of them as plain data.
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { Duplex } from "node:stream";

/** In so many steps a socket is waited for. */
const STEPS = 20;

export const CRLF = "\r\n";
export const scenarios = {};

/** A scenario gets a list of things to undo at its end. */
export function scenario(name, run) {
  scenarios[name] = run;
}

export async function listen(server, undo) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return server.address().port;
}

export async function body(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString("latin1");
}

/** A request, and all that comes back. */
export async function ask(options, sent) {
  const request = http.request({ host: "127.0.0.1", ...options });
  const seen = { informational: [] };
  request.on("information", ({ statusCode, headers }) => seen.informational.push([statusCode, { ...headers }]));
  const answered = new Promise((done) => {
    request.on("response", done);
    request.on("error", (error) => done(error));
    request.on("close", () => done(new Error("closed without a response")));
  });
  if (typeof sent === "function") sent(request);
  else request.end(sent);
  const response = await answered;
  if (response instanceof Error) return { ...seen, error: describe(response) };
  seen.status = [response.statusCode, response.statusMessage, response.httpVersion];
  seen.rawHeaders = withoutTime(response.rawHeaders);
  try {
    seen.body = await body(response);
  } catch (error) {
    seen.bodyError = describe(error);
  }
  seen.complete = response.complete;
  seen.trailers = { ...response.trailers };
  seen.rawTrailers = response.rawTrailers;
  return seen;
}

function withoutTime(list) {
  return list.map((text, i) => (i % 2 === 1 && list[i - 1].toLowerCase() === "date" ? "now" : text));
}

/** But for `bytesParsed`: Node's own is one more or less than the place of the fault, by the kind of it. */
function describe({ code, message, reason, rawPacket }) {
  return { code, message: message.replace(/:\d+/, ""), reason, packet: rawPacket?.length };
}

/** Sends octets as they are, in pieces, and gives what comes back until the connection ends. */
export async function raw(port, pieces, { end = false, wait = 400 } = {}) {
  const socket = net.connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  let text = "";
  socket.on("data", (data) => {
    text += data.toString("latin1");
  });
  socket.on("error", () => {});
  const closed = once(socket, "close");
  await once(socket, "connect");
  for (const piece of [pieces].flat()) {
    if (!socket.destroyed) socket.write(Buffer.from(piece, "latin1"));
    await new Promise((done) => setTimeout(done, 5));
  }
  if (end) socket.end();
  // In steps: a process that is kept waiting finds its timers due before it looks at its sockets.
  let steps = 0;
  const timer = setInterval(() => ++steps === STEPS && socket.destroy(), wait / STEPS);
  await closed;
  clearInterval(timer);
  return text.replace(/Date: [^\r]*/g, "Date: now");
}

/** A server of octets: whatever is asked, this is the answer. */
export async function misbehaving(answer, undo) {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      for (const piece of [answer].flat()) if (piece !== null) socket.write(Buffer.from(piece, "latin1"));
      if ([answer].flat().includes(null)) socket.destroy();
      else socket.end();
    });
  });
  return listen(server, undo);
}

/** Answers, and goes on waiting. */
export async function silent(answer, undo) {
  const server = net.createServer((socket) => {
    undo.push(() => socket.destroy());
    socket.on("error", () => {});
    socket.once("data", async () => {
      for (const piece of [answer].flat()) {
        socket.write(Buffer.from(piece, "latin1"));
        await new Promise((done) => setTimeout(done, 5));
      }
    });
  });
  return listen(server, undo);
}

/** A stream that is no socket: what is pushed is read, what is written is in `written`. */
export function streamOf() {
  return Object.assign(
    new Duplex({
      read() {},
      write(data, _encoding, done) {
        this.written += data.toString("latin1");
        done();
      },
    }),
    { written: "" },
  );
}

/** Answers with what was asked. */
export function mirror(request, response) {
  body(request).then(
    (text) => {
      const { method, url, httpVersion, rawHeaders, headers, trailers, rawTrailers, complete } = request;
      response.setHeader("Content-Type", "application/json");
      const seen = { method, url, httpVersion, rawHeaders: withoutPort(rawHeaders), cookie: headers.cookie, text };
      response.end(JSON.stringify({ ...seen, trailers, rawTrailers, complete }));
    },
    () => {},
  );
}

function withoutPort(rawHeaders) {
  return rawHeaders.map((text) => text.replace(/^(127\.0\.0\.1|localhost):\d+$/, "$1"));
}
