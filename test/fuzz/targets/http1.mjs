// @ts-check
// Http1Connection: what it makes of octets, in both roles.
import { CUTS, joined, pull } from "../laws.mjs";
import { endingIn } from "../mutate.mjs";

export const HTTP1_PIECES = [
  "\r\n",
  "\r\n\r\n",
  "\r\n ",
  "0\r\n\r\n",
  "1\r\nx\r\n",
  '1;a="b"\r\n',
  '5;a="\\"";b\r\nhello\r\n',
  "Content-Length: 3\r\n",
  "Content-Length: 3, 3\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Host: b\r\n",
  "Connection: close\r\n",
  "Connection: keep-alive, Upgrade\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: x\r\n",
  "Set-Cookie: a=b\r\n",
  "A: b\r\n c\r\n",
  "HTTP/1.1",
  "HTTP/1.0",
  "x".repeat(40),
];
export const REQUESTS = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n",
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n0\r\nA: b\r\n\r\n',
  "CONNECT a:443 HTTP/1.1\r\nHost: [::1]:80\r\n\r\ntail",
  "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n\r\nGET /b HTTP/1.0\r\n\r\nGET",
  "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nxy",
];
export const RESPONSES = [
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nA: b\r\n c\r\n\r\n3\r\nabc\r\n0\r\nB: c\r\n\r\n",
  "HTTP/1.0 200 OK\r\n\r\nuntil the end",
  "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 \r\nETag: a\r\n\r\nHTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\ntail",
  "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
];
const GRAMMAR = [endingIn("\r\n"), endingIn("\r\n\r\n"), endingIn(": ")];

/** What the first octet asks for besides: limits that are near, leniencies. @param {number} octet */
function optionsOf(octet) {
  if (octet < 192) return {};
  if (octet < 224)
    return {
      limits: {
        maxHeadBytes: 60,
        maxFields: 2,
        maxTargetBytes: 5,
        maxTrailerBytes: 12,
        maxBodyBytes: 8,
        maxChunkExtensionBytes: 6,
      },
    };
  return {
    allow: {
      obsFold: true,
      bareLf: true,
      repeatedContentLength: true,
      missingReasonSpace: true,
      chunkSizeWhitespace: true,
    },
  };
}

/** A server refuses all that it is asked. @param {any} connection */
function answer(connection) {
  if (connection.localState !== "send-response") return;
  connection.send({ type: "response", status: 404, headers: [["Content-Length", "0"]] });
  connection.send({ type: "end-of-message" });
  connection.bytesToSend();
}

/** What a client has asked before. */
const ASKED = [
  { method: "GET" },
  { method: "HEAD" },
  {
    method: "GET",
    headers: [
      ["Connection", "upgrade"],
      ["Upgrade", "x"],
    ],
  },
];

/** @param {any} connection */
function ask(connection) {
  for (const { method, headers = [] } of ASKED) {
    connection.send({ type: "request", method, target: "/", headers: [["Host", "a"], ...headers] });
    connection.send({ type: "end-of-message" });
  }
}

/** @param {"server" | "client"} role @returns {import("../laws.mjs").Play} */
const play = (role) => (world, input, cut) => {
  const connection = new world.Http1Connection(role, optionsOf(input[0] ?? 0));
  /** @type {string[]} */
  const lines = [];
  if (role === "client") ask(connection);
  let fed = 0;
  for (const piece of cut(input.subarray(1))) {
    connection.feed(piece);
    fed += piece.length;
    while (pull(world, connection, lines, fed) && connection.remoteState === "done") {
      if (role === "server") answer(connection);
      if (
        connection.remoteState !== "done" || connection.outstandingRequests > 1
          ? false
          : connection.localState !== "done"
      )
        break;
      if (!goOn(world, connection)) break;
    }
    if (connection.bufferedBytes > fed) throw new Error("more is buffered than was fed");
  }
  connection.feedEof();
  pull(world, connection, lines, fed);
  return [...joined(lines), `${connection.localState} ${connection.remoteState}`];
};

/** @param {any} world @param {any} connection */
function goOn(world, connection) {
  try {
    connection.startNextCycle();
    return true;
  } catch (error) {
    if (error instanceof world.LocalProtocolError) return false;
    throw error;
  }
}

/** @type {Record<string, import("../laws.mjs").Target>} */
export const TARGETS = {
  "http1-server": {
    seeds: REQUESTS.map((text) => `\0${text}`),
    pieces: [...HTTP1_PIECES, ...REQUESTS],
    grammar: GRAMMAR,
    play: play("server"),
    cuts: CUTS,
  },
  "http1-client": {
    seeds: RESPONSES.map((text) => `\0${text}`),
    pieces: [...HTTP1_PIECES, ...RESPONSES],
    grammar: GRAMMAR,
    play: play("client"),
    cuts: CUTS,
  },
};
