// @ts-check
// What the example server answers: /, /hello, /echo, /bytes/N. Knows HTTP's meaning (methods, targets, statuses);
// knows no socket. See Handler in serve-connection.mjs.
import { renderPage } from "./page.mjs";

/**
 * @typedef {import("./serve-connection.mjs").Handler} Handler
 * @typedef {import("./serve-connection.mjs").Request} Request
 * @typedef {import("./serve-connection.mjs").Response} Response
 */

/**
 * Finds the handler for a request.
 * @param {Request} request
 * @returns {Handler}
 */
export function route(request) {
  const { method, target } = request;
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
 * The path of an origin-form or absolute-form target (RFC 9112 3.2.1, 3.2.2).
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
 * Date (RFC 9110 6.6.1), renewed once a second: a shared pair, so that constant heads stay constants.
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
  if (status !== 204) headers.push(["Content-Type", "text/plain"], ["Content-Length", String(body.length)]);
  /** @type {Response} */
  const response = { type: "response", status, headers };
  return {
    start(connection) {
      connection.respond(response);
      if (body.length > 0) connection.write(body);
      connection.finish();
    },
  };
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
const page = {
  start(connection) {
    connection.wantBody();
    connection.state = { bodyOctets: 0 };
  },
  data(connection, octets) {
    connection.state.bodyOctets += octets.length;
  },
  end(connection, message) {
    const { bodyOctets } = connection.state;
    const html = Buffer.from(renderPage(connection.request, message, bodyOctets, connection.requests));
    connection.respond({ type: "response", status: 200, headers: [DATE, ...PAGE_FIELDS, contentLength(html.length)] });
    connection.write(html);
    connection.finish();
  },
};

/** @type {[string, string][]} */
const PAGE_FIELDS = [
  ["Content-Type", "text/html; charset=utf-8"],
  ["Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'"],
  ["Cache-Control", "no-store"],
];

// ---- /echo ----------------------------------------------------------------------------------------------------------

/**
 * The body back as it comes, with the framing of the request: its Content-Length, else chunked with its trailers.
 * The answer begins after all octets of one read were parsed, so that a fault among them still gets its own status.
 * @type {Handler}
 */
const echo = {
  start(connection) {
    connection.wantBody();
    connection.state = { begun: false, waiting: [] };
  },
  data(connection, octets) {
    if (connection.state.begun) connection.write(octets);
    else connection.state.waiting.push(octets);
  },
  settle(connection) {
    if (connection.state.waiting.length > 0) beginEcho(connection);
  },
  end(connection, message) {
    beginEcho(connection);
    connection.finish(message.headers.length > 0 ? message.headers.raw() : undefined);
  },
};

/** @param {import("./serve-connection.mjs").ServedConnection} connection */
function beginEcho(connection) {
  const { state, request } = connection;
  if (state.begun) return;
  const length = request.headers.get("content-length");
  /** @type {[string, string][]} */
  const headers = [DATE, ["Content-Type", request.headers.get("content-type") ?? "application/octet-stream"]];
  if (length !== null) headers.push(contentLength(Number(length)));
  else if (!request.headers.has("transfer-encoding")) headers.push(contentLength(0));
  connection.respond({ type: "response", status: 200, headers: [...headers, ...UNTRUSTED_FIELDS] });
  for (const octets of state.waiting) connection.write(octets);
  state.begun = true;
  state.waiting = [];
}

/**
 * What is echoed was written by a stranger: no browser may run it as a page of this server.
 * @type {[string, string][]}
 */
const UNTRUSTED_FIELDS = [
  ["X-Content-Type-Options", "nosniff"],
  ["Content-Security-Policy", "sandbox"],
];

// ---- /bytes/N -------------------------------------------------------------------------------------------------------

/** @type {Handler} */
const bytes = {
  start(connection) {
    connection.respond({
      type: "response",
      status: 200,
      headers: [DATE, ["Content-Type", "application/octet-stream"]],
    });
    // A HEAD has the same head and nothing else.
    const wanted = bytesWanted(pathOf(connection.request.target));
    connection.state = { left: connection.request.method === "HEAD" ? 0 : wanted };
    this.writable?.(connection);
  },
  writable(connection) {
    const { state } = connection;
    let hasRoom = true;
    while (hasRoom && state.left > 0) {
      const piece = state.left < PIECE.length ? PIECE.subarray(0, state.left) : PIECE;
      state.left -= piece.length;
      hasRoom = connection.write(piece);
    }
    if (state.left === 0) connection.finish();
  },
};

/** @param {string} path */
function bytesResource(path) {
  return Number.isSafeInteger(bytesWanted(path)) ? { methods: ["GET", "HEAD"], handler: bytes } : undefined;
}

/** @param {string} [path] */
function bytesWanted(path = "") {
  return Number(/^\/bytes\/(\d{1,16})$/.exec(path)?.[1]);
}

/** Lines of 64 octets, 64 KiB of them. */
const PIECE = Buffer.alloc(64 * 1024, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n");

// ---- the table ------------------------------------------------------------------------------------------------------

/** @param {number} length @returns {[string, string]} */
const contentLength = (length) => ["Content-Length", String(length)];

const IMPLEMENTED = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** @type {ReadonlyMap<string, { methods: readonly string[], handler: Handler }>} */
const RESOURCES = new Map([
  ["/", { methods: ["GET", "HEAD"], handler: page }],
  ["/hello", { methods: ["GET", "HEAD"], handler: hello }],
  ["/echo", { methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], handler: echo }],
]);
