// @ts-check
// What the example server answers: /, /hello, /echo, /bytes/N. It deals with HTTP semantics (methods, targets,
// statuses), but with no socket and no version of the protocol: a handler of sansio/node serves HTTP/1.1 and HTTP/2
// alike.
import { renderPage } from "./page.mjs";

/**
 * @typedef {import("sansio/node").ServerRequest} Request
 * @typedef {import("sansio/node").Reply} Reply
 * @typedef {(request: Request, reply: Reply) => void} Handler
 */

/** @type {Handler} */
export function handle(request, reply) {
  route(request)(request, reply);
}

/**
 * @param {Request} request
 * @returns {Handler}
 */
function route({ method, target }) {
  if (target === "/hello" && method === "GET") return hello;
  if (!IMPLEMENTED.includes(method)) return notImplemented;
  if (target === "*") return method === "OPTIONS" ? options(IMPLEMENTED) : badRequest;
  const path = pathOf(target);
  if (path === undefined) return badRequest;
  const resource = path.startsWith("/bytes/") ? bytesResource(path) : RESOURCES.get(path);
  if (resource === undefined) return notFound;
  if (resource.methods.includes(method)) return resource.handler;
  return method === "OPTIONS" ? options(resource.methods) : notAllowed(resource.methods);
}

/**
 * Returns the path of an origin-form or absolute-form target (RFC 9112 3.2.1, 3.2.2).
 * @param {string} target
 */
function pathOf(target) {
  const absolute = /^https?:\/\/[^/?#]+(.*)$/i.exec(target);
  const path = (absolute?.[1] ?? target).replace(/\?.*/, "");
  if (path === "" && absolute !== null) return "/";
  return path.startsWith("/") ? path : undefined;
}

// ---- fixed answers --------------------------------------------------------------------------------------------------

/**
 * Date (RFC 9110 6.6.1), renewed once a second. One shared pair, so that constant heads stay constants.
 * @type {[string, string]}
 */
const DATE = ["Date", new Date().toUTCString()];
setInterval(() => {
  DATE[1] = new Date().toUTCString();
}, 1000).unref();

/**
 * @param {number} status
 * @param {string} text
 * @param {[string, string][]} [more]
 * @returns {Handler}
 */
function fixed(status, text, more = []) {
  const body = Buffer.from(text, "latin1");
  const headers = [...more, DATE];
  if (status !== 204) headers.push(["Content-Type", "text/plain"], contentLength(body.length));
  return (_, reply) => reply.complete(status, headers, body);
}

/** @param {number} length @returns {[string, string]} */
function contentLength(length) {
  return ["Content-Length", String(length)];
}

const hello = fixed(200, "Hello, world!\n");
const badRequest = fixed(400, "The request target is neither a path nor an http URL.\n");
const notFound = fixed(404, "Not found. Try /, /hello, /echo or /bytes/1000.\n");
const notImplemented = fixed(501, "This server does not implement that method.\n");
/** @param {readonly string[]} methods */
const options = (methods) => fixed(204, "", [["Allow", methods.join(", ")]]);
/** @param {readonly string[]} methods */
const notAllowed = (methods) => fixed(405, "Method not allowed here.\n", [["Allow", methods.join(", ")]]);

// ---- / --------------------------------------------------------------------------------------------------------------

/** @type {Handler} */
function page(request, reply) {
  let bodyOctets = 0;
  request.read({
    data: (octets) => {
      bodyOctets += octets.length;
    },
    end: (trailers) => {
      const html = Buffer.from(renderPage(request, trailers, bodyOctets));
      reply.complete(200, [DATE, ...PAGE_FIELDS, contentLength(html.length)], html);
    },
    error: () => {},
  });
}

/** @type {[string, string][]} */
const PAGE_FIELDS = [
  ["Content-Type", "text/html; charset=utf-8"],
  ["Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'"],
  ["Cache-Control", "no-store"],
];

// ---- /echo ----------------------------------------------------------------------------------------------------------

/**
 * Sends the body back as it arrives, framed like the request: with its Content-Length, else chunked with its trailers.
 * @type {Handler}
 */
function echo(request, reply) {
  reply.onDrain = () => request.resume();
  request.read({
    data: (octets) => {
      if (!reply.hasBegun) beginEcho(request, reply);
      if (!reply.write(octets)) request.pause();
    },
    end: (trailers) => {
      if (!reply.hasBegun) beginEcho(request, reply);
      reply.end(trailers.length > 0 ? trailers.raw() : undefined);
    },
    error: () => {},
  });
}

/** @type {Handler} */
function beginEcho(request, reply) {
  const length = request.headers.get("content-length");
  /** @type {[string, string][]} */
  const headers = [DATE, ["Content-Type", request.headers.get("content-type") ?? "application/octet-stream"]];
  if (length !== null) headers.push(contentLength(Number(length)));
  else if (request.httpVersion !== "2" && !request.headers.has("transfer-encoding")) headers.push(contentLength(0));
  reply.respond(200, [...headers, ...UNTRUSTED_FIELDS]);
}

/**
 * The echoed content comes from a stranger: no browser may run it as a page of this server.
 * @type {[string, string][]}
 */
const UNTRUSTED_FIELDS = [
  ["X-Content-Type-Options", "nosniff"],
  ["Content-Security-Policy", "sandbox"],
];

// ---- /bytes/N -------------------------------------------------------------------------------------------------------

/** @type {Handler} */
function bytes(request, reply) {
  // The answer to HEAD has the same head and no body.
  let left = request.method === "HEAD" ? 0 : bytesWanted(pathOf(request.target));
  const writeOn = () => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!reply.write(piece)) return;
    }
    reply.onDrain = null;
    reply.end();
  };
  reply.respond(200, [DATE, ["Content-Type", "application/octet-stream"]]);
  reply.onDrain = writeOn;
  writeOn();
}

/** @param {string} path */
function bytesResource(path) {
  return Number.isSafeInteger(bytesWanted(path)) ? { methods: ["GET", "HEAD"], handler: bytes } : undefined;
}

/** @param {string} [path] */
function bytesWanted(path = "") {
  return Number(/^\/bytes\/(\d{1,16})$/.exec(path)?.[1]);
}

/** 64 KiB, in lines of 64 octets. */
const PIECE = Buffer.alloc(64 * 1024, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n");

// ---- the table ------------------------------------------------------------------------------------------------------

const IMPLEMENTED = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** @type {ReadonlyMap<string, { methods: readonly string[], handler: Handler }>} */
const RESOURCES = new Map([
  ["/", { methods: ["GET", "HEAD"], handler: page }],
  ["/hello", { methods: ["GET", "HEAD"], handler: hello }],
  ["/echo", { methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], handler: echo }],
]);
