// @ts-check
// A small application on Fetch types that runs unchanged over every byte stream and both versions of HTTP. It knows no
// socket, and needs nothing from the runtime but Fetch and a digest.
import { createHash } from "node:crypto";

/** @typedef {import("sansio/web").RequestInfo} Info */
/** @typedef {import("sansio/web").PlainResponse} PlainResponse */
/** @typedef {(request: Request, info: Info, parameter: string) => Response | PlainResponse | Promise<Response | PlainResponse>} Route */

/** @type {readonly [method: string, path: RegExp, Route][]} */
const ROUTES = [
  ["GET", /^\/items\/(\w+)$/, (_request, _info, id) => json({ id, tags: ["a", "ü"] })],
  ["GET", /^\/download\/(\d{1,10})$/, (_request, _info, length) => download(Number(length))],
  ["PUT", /^\/upload$/, upload],
  ["GET", /^\/events$/, events],
  ["PUT", /^\/trailers$/, trailers],
  ["GET", /^\/hints$/, hints],
];

/** @type {import("sansio/web").FetchHandler} */
export function application(request, info) {
  const { pathname } = new URL(request.url);
  const found = ROUTES.find(([, pattern]) => pattern.test(pathname));
  if (found === undefined) return { status: 404, headers: { "Content-Type": "text/plain" }, body: "Not found.\n" };
  const [method, path, route] = found;
  const isAllowed = request.method === method || (request.method === "HEAD" && method === "GET");
  if (!isAllowed) return { status: 405, headers: { Allow: method } };
  return route(request, info, path.exec(pathname)?.[1] ?? "");
}

/** Runtimes differ in the content type that Response.json sets. @param {object} value @returns {PlainResponse} */
function json(value) {
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

/** Generates the body as it is read, so memory holds no more than the client takes. @param {number} length */
function download(length) {
  let left = length;
  const body = new ReadableStream(
    {
      pull(controller) {
        const piece = new Uint8Array(Math.min(left, 65536)).fill(0x2e);
        left -= piece.length;
        if (piece.length > 0) controller.enqueue(piece);
        if (left === 0) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "Content-Type": "application/octet-stream", "Content-Length": `${length}` } });
}

/** @type {Route} */
async function upload(_request, { body }) {
  const hash = createHash("sha256");
  let length = 0;
  for await (const piece of pieces(body)) {
    hash.update(piece);
    length += piece.length;
  }
  return json({ length, sha256: hash.digest("hex") });
}

/** Server-sent events, as read by an EventSource. @type {Route} */
function events(_request, { signal }) {
  async function* body() {
    for (let id = 1; id <= 3 && !signal.aborted; id++) yield new TextEncoder().encode(`id: ${id}\ndata: tick\n\n`);
  }
  return { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" }, body: body() };
}

/** Echoes the body, with its length and the request's checksum trailer in the response's trailers. @type {Route} */
function trailers(_request, info) {
  let length = 0;
  async function* body() {
    for await (const piece of pieces(info.body)) {
      length += piece.length;
      yield piece;
    }
  }
  return {
    headers: { "Content-Type": "text/plain", Trailer: "X-Length, X-Received" },
    body: body(),
    trailers: async () => ({
      "X-Length": `${length}`,
      "X-Received": (await info.trailers).get("x-checksum") ?? "none",
    }),
  };
}

/** Announces what the page will need before the page is made. @type {Route} */
function hints(_request, info) {
  const link = "</style.css>; rel=preload; as=style";
  info.inform(103, { Link: link });
  return new Response("<!doctype html><title>Hints</title>\n", {
    headers: { "Content-Type": "text/html", Link: link },
  });
}

/** Iterates over a stream: not all runtimes have iterable streams. @param {ReadableStream<Uint8Array> | null} stream */
async function* pieces(stream) {
  const reader = stream?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
