// @ts-check
// Messages as real clients and servers send them: each function makes one, drawing all details from the seeded
// generator.

/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {[name: string, value: string]} Field */
/**
 * A message as intended; what a peer reads is compared with it.
 *
 * @typedef {object} Message
 * @property {string} [method]
 * @property {string} [target]
 * @property {number} [status]
 * @property {string} [reason]
 * @property {Field[]} fields
 * @property {string} body
 * @property {number} [chunkSize] if given, the body is sent chunked, in chunks of this many octets
 */

const HOSTS = [
  "www.example.com",
  "shop.example.org",
  "api.example.net",
  "static.cdn.example.com",
  "news.example.co.uk",
];
const WORDS = ["products", "articles", "users", "orders", "search", "images", "assets", "v2", "account", "comments"];
const LANGUAGES = [
  "en-US,en;q=0.9",
  "de-DE,de;q=0.9,en;q=0.8",
  "fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3",
  "ja,en-US;q=0.7",
];
const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
];

/** @param {Random} random */
function path(random) {
  const segments = [];
  for (let count = random.integer(1, 3); count > 0; count--) segments.push(random.pick(WORDS));
  return `/${segments.join("/")}/${random.integer(1, 999_999)}`;
}

/** @param {Random} random @param {number} pairs */
function cookies(random, pairs) {
  const names = ["session", "_ga", "csrftoken", "theme", "consent", "cart", "locale"];
  const parts = [];
  for (let index = 0; index < pairs; index++) parts.push(`${names[index]}=${random.base64url(random.integer(8, 40))}`);
  return parts.join("; ");
}

/** @param {Random} random @param {number} length */
function json(random, length) {
  const text = `{"id":${random.integer(1, 9_999_999)},"note":"${random.letters(Math.max(1, length - 30))}"}`;
  return text;
}

/** A request by curl or a health check: only what is necessary. @param {Random} random @returns {Message} */
export function tinyGet(random) {
  /** @type {Field[]} */
  const fields = [
    ["Host", random.pick(HOSTS)],
    ["User-Agent", `curl/8.${random.integer(1, 17)}.0`],
    ["Accept", "*/*"],
  ];
  return { method: "GET", target: path(random), fields, body: "" };
}

/** A browser opens a page. @param {Random} random @returns {Message} */
export function browserGet(random) {
  const host = random.pick(HOSTS);
  /** @type {Field[]} */
  const fields = [
    ["Host", host],
    ["Connection", "keep-alive"],
    ["Upgrade-Insecure-Requests", "1"],
    ["User-Agent", random.pick(BROWSERS)],
    ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"],
    ["Sec-Fetch-Site", random.pick(["same-origin", "none", "cross-site"])],
    ["Sec-Fetch-Mode", "navigate"],
    ["Sec-Fetch-Dest", "document"],
    ["Referer", `https://${host}${path(random)}`],
    ["Accept-Encoding", "gzip, deflate, br, zstd"],
    ["Accept-Language", random.pick(LANGUAGES)],
  ];
  if (random.chance(0.5)) fields.push(["Cookie", cookies(random, random.integer(1, 5))]);
  return { method: "GET", target: `${path(random)}?q=${random.letters(random.integer(3, 20))}`, fields, body: "" };
}

/** A browser loads an image, a script, a style sheet. @param {Random} random @returns {Message} */
export function assetGet(random) {
  const host = random.pick(HOSTS);
  /** @type {Field[]} */
  const fields = [
    ["Host", host],
    ["User-Agent", random.pick(BROWSERS)],
    ["Accept", random.pick(["*/*", "image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.5", "text/css,*/*;q=0.1"])],
    ["Accept-Language", random.pick(LANGUAGES)],
    ["Accept-Encoding", "gzip, deflate, br"],
    ["Connection", "keep-alive"],
    ["Referer", `https://${host}${path(random)}`],
    ["Sec-Fetch-Dest", random.pick(["image", "script", "style"])],
    ["Sec-Fetch-Mode", "no-cors"],
  ];
  if (random.chance(0.4)) fields.push(["If-None-Match", `"${random.hex(16)}"`], ["If-Modified-Since", random.date()]);
  return {
    method: "GET",
    target: `${path(random)}/${random.hex(12)}.${random.pick(["js", "css", "png"])}`,
    fields,
    body: "",
  };
}

/** An API call: a long bearer token, cookies, identifiers, a JSON body. @param {Random} random @returns {Message} */
export function apiRequest(random) {
  const method = random.pick(["GET", "POST", "PUT", "PATCH", "DELETE"]);
  const body = method === "GET" || method === "DELETE" ? "" : json(random, random.integer(40, 220));
  /** @type {Field[]} */
  const fields = [
    ["Host", random.pick(HOSTS)],
    ["Accept", "application/json, text/plain, */*"],
    [
      "Authorization",
      `Bearer ${random.base64url(36)}.${random.base64url(random.integer(150, 260))}.${random.base64url(43)}`,
    ],
    ["User-Agent", random.pick(["okhttp/5.1.0", "axios/1.13.2", "python-requests/2.32.5", "Go-http-client/1.1"])],
    ["X-Request-Id", random.uuid()],
    ["Traceparent", `00-${random.hex(32)}-${random.hex(16)}-01`],
    ["Accept-Encoding", "gzip, br"],
  ];
  if (random.chance(0.3)) fields.push(["Cookie", cookies(random, random.integer(2, 5))]);
  if (body !== "") fields.push(["Content-Type", "application/json"], ["Content-Length", String(body.length)]);
  return { method, target: `/api${path(random)}`, fields, body };
}

/** A request that came through proxies: many short fields. @param {Random} random @returns {Message} */
export function manySmallFields(random) {
  /** @type {Field[]} */
  const fields = [["Host", random.pick(HOSTS)]];
  for (let count = random.integer(16, 26); count > 0; count--) {
    fields.push([`X-${random.letters(random.integer(1, 8))}`, random.hex(random.integer(1, 10))]);
  }
  return { method: "GET", target: path(random), fields, body: "" };
}

/** A page, a stylesheet or an error page from nginx or Apache. @param {Random} random @returns {Message} */
export function pageResponse(random) {
  const body = `<!doctype html><p>${random.letters(random.integer(20, 300))}`;
  const [status, reason] = random.pick(
    /** @type {const} */ ([
      [200, "OK"],
      [200, "OK"],
      [404, "Not Found"],
      [503, "Service Unavailable"],
    ]),
  );
  /** @type {Field[]} */
  const fields = [
    ["Server", random.pick(["nginx/1.29.3", "Apache/2.4.65 (Debian)", "nginx"])],
    ["Date", random.date()],
    ["Content-Type", "text/html; charset=utf-8"],
    ["Content-Length", String(body.length)],
    ["Last-Modified", random.date()],
    ["Connection", "keep-alive"],
    ["Vary", "Accept-Encoding"],
    ["ETag", `"${random.hex(8)}-${random.hex(4)}"`],
    ["Accept-Ranges", "bytes"],
  ];
  return { status, reason, fields, body };
}

/** JSON from a Node application with no proxy in front. @param {Random} random @returns {Message} */
export function apiResponse(random) {
  const body = json(random, random.integer(40, 400));
  /** @type {Field[]} */
  const fields = [
    ["X-Powered-By", "Express"],
    ["Access-Control-Allow-Origin", "*"],
    ["Content-Type", "application/json; charset=utf-8"],
    ["Content-Length", String(body.length)],
    ["ETag", `W/"${random.hex(3)}-${random.base64url(27)}"`],
    ["X-RateLimit-Limit", "5000"],
    ["X-RateLimit-Remaining", String(random.integer(0, 5000))],
    ["Date", random.date()],
    ["Connection", "keep-alive"],
    ["Keep-Alive", "timeout=5"],
  ];
  for (let count = random.integer(0, 2); count > 0; count--) {
    fields.push(["Set-Cookie", `s${count}=${random.base64url(32)}; Path=/; HttpOnly; Secure; SameSite=Lax`]);
  }
  return { status: random.pick([200, 200, 200, 201]), reason: "OK", fields, body };
}

/** An asset from a content delivery network. @param {Random} random @returns {Message} */
export function cachedResponse(random) {
  const body = random.base64url(random.integer(10, 300));
  /** @type {Field[]} */
  const fields = [
    ["Date", random.date()],
    ["Content-Type", random.pick(["application/javascript", "image/webp", "text/css", "font/woff2"])],
    ["Content-Length", String(body.length)],
    ["Connection", "keep-alive"],
    ["Cache-Control", "public, max-age=31536000, immutable"],
    ["ETag", `"${random.hex(32)}"`],
    ["Age", String(random.integer(1, 999_999))],
    ["Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload"],
    ["X-Content-Type-Options", "nosniff"],
    ["X-Cache", random.pick(["HIT", "MISS", "RefreshHit from cloudfront"])],
    ["Via", `1.1 ${random.hex(32)}.cloudfront.net (CloudFront)`],
    ["X-Amz-Cf-Pop", `FRA${random.integer(10, 99)}-P${random.integer(1, 9)}`],
    ["X-Amz-Cf-Id", `${random.base64url(54)}==`],
  ];
  return { status: 200, reason: "OK", fields, body };
}

/** A response without content: 204, 304, a redirect. @param {Random} random @returns {Message} */
export function emptyResponse(random) {
  const [status, reason] = random.pick(
    /** @type {const} */ ([
      [204, "No Content"],
      [304, "Not Modified"],
      [302, "Found"],
    ]),
  );
  /** @type {Field[]} */
  const fields = [
    ["Server", random.pick(["cloudflare", "nginx", "gws"])],
    ["Date", random.date()],
    ["Connection", "keep-alive"],
  ];
  if (status === 302)
    fields.push(["Location", `https://${random.pick(HOSTS)}${path(random)}`], ["Content-Length", "0"]);
  if (status === 304) fields.push(["ETag", `"${random.hex(16)}"`], ["Cache-Control", "max-age=600"]);
  return { status, reason, fields, body: "" };
}

/**
 * A page generated while it is being sent.
 *
 * @param {Random} random
 * @param {number} [length] octets of the body
 * @param {number} [chunkSize]
 * @returns {Message}
 */
export function chunkedResponse(random, length = random.integer(60, 400), chunkSize = 200) {
  /** @type {Field[]} */
  const fields = [
    ["Server", random.pick(["nginx", "Caddy", "gunicorn"])],
    ["Date", random.date()],
    ["Content-Type", "text/html; charset=utf-8"],
    ["Transfer-Encoding", "chunked"],
    ["Connection", "keep-alive"],
    ["Cache-Control", "no-cache, private"],
    ["X-Request-Id", random.uuid()],
  ];
  return {
    status: 200,
    reason: "OK",
    fields,
    body: random
      .letters(64)
      .repeat(Math.ceil(length / 64))
      .slice(0, length),
    chunkSize,
  };
}

/**
 * An upload.
 *
 * @param {Random} random
 * @param {number} length octets of the body
 * @param {number} [chunkSize] if given, the body is chunked; else it has a Content-Length
 * @returns {Message}
 */
export function upload(random, length, chunkSize) {
  /** @type {Field[]} */
  const fields = [
    ["Host", random.pick(HOSTS)],
    ["User-Agent", `curl/8.${random.integer(1, 17)}.0`],
    ["Accept", "*/*"],
    ["Content-Type", "application/octet-stream"],
    chunkSize === undefined ? ["Content-Length", String(length)] : ["Transfer-Encoding", "chunked"],
  ];
  const body = random
    .letters(64)
    .repeat(Math.ceil(length / 64))
    .slice(0, length);
  return { method: "PUT", target: path(random), fields, body, chunkSize };
}

/**
 * Returns the octets of a message.
 *
 * @param {Message} message
 */
export function encode(message) {
  const { method, target, status, reason, fields, body, chunkSize } = message;
  const first = method === undefined ? `HTTP/1.1 ${status} ${reason}` : `${method} ${target} HTTP/1.1`;
  const head = `${first}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return Buffer.from(head + (chunkSize === undefined ? body : encodeChunks(body, chunkSize)), "latin1");
}

/** @param {string} body @param {number} size */
function encodeChunks(body, size) {
  const parts = [];
  for (let start = 0; start < body.length; start += size) {
    const piece = body.slice(start, start + size);
    parts.push(`${piece.length.toString(16)}\r\n${piece}\r\n`);
  }
  return `${parts.join("")}0\r\n\r\n`;
}
