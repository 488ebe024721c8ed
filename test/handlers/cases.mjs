// What is asked of the application, and what must come back whatever is between: a status, fields, a body; trailers and
// informational responses where the client shows them.
import { createHash } from "node:crypto";

const UPLOAD = new Uint8Array(200_000).map((_, index) => index % 251);
const JSON_TYPE = ["content-type", "application/json"];
const LINK = ["link", "</style.css>; rel=preload; as=style"];
const ITEM = '{"id":"7","tags":["a","ü"]}';
const ITEM_FIELDS = [["content-length", "28"], JSON_TYPE];
const DOWNLOAD = ".".repeat(300_000);
const DOWNLOAD_FIELDS = [
  ["content-length", "300000"],
  ["content-type", "application/octet-stream"],
];

/**
 * @typedef {object} Asked
 * @property {string} method
 * @property {string} path
 * @property {Uint8Array} [body] sent in pieces, of a length that is not told, where the client can
 * @property {[string, string][]} [trailers] sent where the client can
 */
/**
 * @typedef {object} Answered
 * @property {number} status
 * @property {[string, string][]} fields without those of one hop, in order of their names
 * @property {string} body octets as latin1
 * @property {[string, string][]} [trailers] absent: the client cannot show them
 * @property {number[]} [informational] absent: the client cannot show them
 */
/** @type {readonly { name: string, asked: Asked, answered: Answered }[]} */
export const CASES = [
  {
    name: "JSON",
    asked: { method: "GET", path: "/items/7" },
    answered: { status: 200, fields: ITEM_FIELDS, body: utf8(ITEM) },
  },
  {
    name: "HEAD",
    asked: { method: "HEAD", path: "/items/7" },
    answered: { status: 200, fields: ITEM_FIELDS, body: "" },
  },
  {
    name: "a download, streamed",
    asked: { method: "GET", path: "/download/300000" },
    answered: { status: 200, fields: DOWNLOAD_FIELDS, body: DOWNLOAD },
  },
  {
    name: "an upload, its digest",
    asked: { method: "PUT", path: "/upload", body: UPLOAD },
    answered: { status: 200, ...jsonOf({ length: UPLOAD.length, sha256: sha256(UPLOAD) }) },
  },
  {
    name: "server-sent events",
    asked: { method: "GET", path: "/events" },
    answered: {
      status: 200,
      fields: [
        ["cache-control", "no-store"],
        ["content-type", "text/event-stream"],
      ],
      body: [1, 2, 3].map((id) => `id: ${id}\ndata: tick\n\n`).join(""),
    },
  },
  {
    name: "trailers",
    asked: { method: "PUT", path: "/trailers", body: UPLOAD.slice(0, 1000), trailers: [["X-Checksum", "abc"]] },
    answered: {
      status: 200,
      fields: [
        ["content-type", "text/plain"],
        ["trailer", "X-Length, X-Received"],
      ],
      body: latin1(UPLOAD.slice(0, 1000)),
      trailers: [
        ["x-length", "1000"],
        ["x-received", "abc"],
      ],
    },
  },
  {
    name: "103, then 200",
    asked: { method: "GET", path: "/hints" },
    answered: {
      status: 200,
      fields: [["content-type", "text/html"], LINK],
      body: "<!doctype html><title>Hints</title>\n",
      informational: [103],
    },
  },
  {
    name: "404",
    asked: { method: "GET", path: "/nowhere" },
    answered: {
      status: 404,
      fields: [
        ["content-length", "11"],
        ["content-type", "text/plain"],
      ],
      body: "Not found.\n",
    },
  },
  {
    name: "405",
    asked: { method: "DELETE", path: "/upload" },
    answered: {
      status: 405,
      fields: [
        ["allow", "PUT"],
        ["content-length", "0"],
      ],
      body: "",
    },
  },
];

const OF_ONE_HOP = ["connection", "keep-alive", "transfer-encoding"];

/** Fields as they are compared. @param {Iterable<[string, string]>} fields @returns {[string, string][]} */
export function comparable(fields) {
  return [...fields]
    .map(([name, value]) => /** @type {[string, string]} */ ([name.toLowerCase(), value]))
    .filter(([name]) => !OF_ONE_HOP.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * What is not as it must be; null: nothing.
 * @param {Answered} expected
 * @param {Answered} seen
 * @param {"all" | "none" | "hidden"} extras trailers and informational responses: there, not there in this version of the
 *   protocol, or not shown by the client
 * @param {boolean} sendsTrailers
 */
export function differenceOf(expected, seen, extras, sendsTrailers) {
  const { trailers = [], informational = [] } = extras === "all" ? expected : {};
  const answered = trailers.map(([name, value]) => [name, value === "abc" && !sendsTrailers ? "none" : value]);
  const wanted = { ...expected, trailers: answered, informational };
  const parts = ["status", "fields", "body", ...(extras === "hidden" ? [] : ["trailers", "informational"])];
  for (const part of parts) {
    const [is, should] = [seen[part], wanted[part]].map((value) => JSON.stringify(value));
    if (is !== should) return `${part}: ${is?.slice(0, 200)} instead of ${should?.slice(0, 200)}`;
  }
  return null;
}

/** @param {object} value */
function jsonOf(value) {
  const body = utf8(JSON.stringify(value));
  return { fields: [["content-length", String(body.length)], JSON_TYPE], body };
}

/** @param {string} text */
function utf8(text) {
  return latin1(Buffer.from(text));
}

/** @param {Uint8Array} octets */
export function latin1(octets) {
  return Buffer.from(octets).toString("latin1");
}

/** @param {Uint8Array} octets */
function sha256(octets) {
  return createHash("sha256").update(octets).digest("hex");
}
