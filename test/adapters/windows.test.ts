// Of HTTP/2's connection window nothing is lost to requests that came whole and of which their handlers leave something
// unread, whichever of the two, handler or exchange, is over first.
import { expect, it } from "vitest";
import { fetchHandler, type Handler, type ServerRequest } from "../../src/adapters/node/index.ts";
import { serveNode } from "./ends.ts";
import { forbidUnhandledRejections, Http2Peer, pause } from "./helpers.ts";

forbidUnhandledRejections();

const FULL = new Uint8Array(60_000);

/** When the request has arrived, and when its stream has been reset. */
const ARRIVED = 20;
const RESET = 60;

async function wholeOf(request: ServerRequest): Promise<void> {
  while (!request.isComplete) await pause(1);
}

/** Reads the first piece and stops. */
function begin(request: ServerRequest): void {
  request.read({ data: () => request.pause(), end: () => {}, error: () => {} });
}

const fail = () => {
  throw new Error("the handler's fault");
};

async function touch(request: Request): Promise<void> {
  await request.body?.getReader().read();
}

const HANDLERS: Record<string, Handler> = {
  fails: async (request) => wholeOf(request).then(fail),
  "fails, having begun to read": async (request) => {
    begin(request);
    await wholeOf(request).then(fail);
  },
  "fails, having begun to answer": async (request, reply) => {
    await wholeOf(request);
    reply.respond(200);
    fail();
  },
  "gives up": async (request, reply) => wholeOf(request).then(() => reply.abort()),
  "gives up, by callbacks": (_, reply) => {
    setTimeout(() => reply.abort(), ARRIVED);
  },
  answers: async (request, reply) => wholeOf(request).then(() => reply.complete(200)),
  "answers, having begun to read": async (request, reply) => {
    begin(request);
    await wholeOf(request);
    reply.complete(200);
  },
  "answers, having begun to read, by callbacks": (request, reply) => {
    begin(request);
    setTimeout(() => reply.complete(200), ARRIVED);
  },
  "answers before the request is whole, having begun to read": (request, reply) => {
    begin(request);
    reply.complete(200);
  },
  "answers Fetch, having begun to read": fetchHandler(async (request) => {
    await touch(request);
    return new Response("ok");
  }),
  "fails Fetch, having begun to read": fetchHandler(async (request) => touch(request).then(fail)),
  "answers too late": async (_, reply) => pause(RESET).then(() => reply.complete(200)),
  "answers too late, having begun to read": async (request, reply) => {
    begin(request);
    await pause(RESET);
    reply.complete(200);
  },
  "answers too late, by callbacks": (_, reply) => {
    setTimeout(() => reply.complete(200), RESET);
  },
  "does nothing": () => {},
  "answers Fetch too late": fetchHandler(async () => pause(RESET).then(() => new Response("ok"))),
};

it.each(Object.entries(HANDLERS))("a handler that %s", async (what, handler) => {
  const served = await serveNode(handler);
  const peer = new Http2Peer("client", served.stream);
  await peer.until("settings-acknowledged");
  const whole = peer.http.window(0);
  const streamId = peer.http.openStream({ method: "PUT", target: "/", authority: "a" });
  peer.http.send({ type: "data", streamId, data: FULL, endStream: true });
  peer.flush();
  if (/too late|nothing/.test(what)) {
    await pause(ARRIVED);
    peer.http.reset(streamId);
    peer.flush();
  }
  await peer.raw.until(() => {
    peer.take();
    return peer.http.window(0) === whole;
  });
  expect(peer.http.window(0)).toBe(whole);
  peer.reset();
  await served.closed();
});
