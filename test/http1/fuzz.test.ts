// Whatever is fed, only events and RemoteProtocolErrors come out; no split of it changes them, their offsets, or the error;
// what is buffered is bounded. Inputs: sound messages, mutated at random, and random octets.
import { expect, test } from "vitest";
import type { Http1Connection, Http1Options } from "../../src/http1/index.ts";
import { type Random, random } from "../helpers.ts";
import { client, octets, pull, request, type Seen, server } from "./helpers.ts";

const ROUNDS = 3000;

const REQUESTS = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "\r\nGET /a?b HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\nGET",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n",
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b;\\""\r\nhello\r\n1 ; c\r\nx\r\n0\r\nA: b\r\nContent-Length: 5\r\n\r\nGET / HTTP/1.0\r\n\r\n',
  "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1, 1\r\n\r\nx",
  "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\tc \r\n d\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\ntail",
  "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nX: \x80\xff\r\n\r\n\0\x01\x02",
  "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\nGET /",
  "GET / HTTP/1.1\nHost: a\nA: b\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
];
const RESPONSES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na;b\r\n0123456789\r\n0\r\nA: b\r\n c\r\nSet-Cookie: a\r\n\r\nHTTP/1.1 304 \r\n\r\n",
  "HTTP/1.0 200 OK\r\nA: b\r\n c\r\n\r\nuntil the end",
  "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\ntail",
  "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
  "HTTP/1.1 404 Not Found\nContent-Length: 0\n\nHTTP/1.1 200 OK\r\n\r\nx",
];
/** What mutations put in. */
const PIECES = [
  ...'\r\n\0 \t:;=,"\\0159afgAGHZ/.\x7f\x80\xff[]%',
  "\r\n",
  "\r\n\r\n",
  "\r\n ",
  "0\r\n\r\n",
  "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Host: b\r\n",
  "HTTP/1.1",
  "x".repeat(40),
  "1\r\nx\r\n",
  "Connection: close\r\n",
];

function mutate(input: string, next: Random): string {
  let text = input;
  for (let times = next(4); times > 0; times--) {
    const at = next(text.length + 1);
    const removed = next(3) === 0 ? 0 : next(5);
    const added = next(3) === 0 ? "" : (PIECES[next(PIECES.length)] as string);
    text = text.slice(0, at) + added + text.slice(at + removed);
  }
  return text;
}

function noise(next: Random): string {
  return Array.from({ length: next(60) }, () =>
    next(2) ? String.fromCharCode(next(256)) : (PIECES[next(PIECES.length)] as string),
  ).join("");
}

function optionsOf(next: Random): Http1Options {
  const allow = Object.fromEntries(
    [
      "obsFold",
      "bareLf",
      "repeatedContentLength",
      "missingReasonSpace",
      "controlBytesInValues",
      "nonAsciiTarget",
      "chunkSizeWhitespace",
    ]
      .filter(() => next(4) === 0)
      .map((name) => [name, next(2) === 0]),
  );
  const limits = Object.fromEntries(
    [
      ["maxHeadBytes", 80],
      ["maxFields", 3],
      ["maxTargetBytes", 6],
      ["maxTrailerBytes", 20],
      ["maxChunkLineBytes", 12],
      ["maxChunkExtensionBytes", 6],
      ["maxChunkExtensionTotalBytes", 8],
      ["maxChunkSizeDigits", 2],
      ["maxLeadingEmptyLines", 3],
      ["maxInformationalResponses", 1],
      ["maxBodyBytes", 8],
    ]
      .filter(() => next(5) === 0)
      .map(([name, most]) => [name, next(most as number) + 1]),
  );
  return { allow, limits };
}

/** Feeds the pieces; answers or goes on where that is due, so that a whole input is read. */
function run(
  make: () => Http1Connection,
  pieces: Uint8Array[],
  late: boolean,
): Seen & { state: string; buffered: number } {
  const connection = make();
  const seen: Seen = { lines: [], offsets: [] };
  for (const piece of pieces) {
    connection.feed(piece);
    if (!late) go(connection, seen);
  }
  go(connection, seen);
  const { bufferedBytes } = connection;
  connection.feedEof();
  go(connection, seen);
  return { ...seen, state: `${connection.localState} ${connection.remoteState}`, buffered: bufferedBytes };
}

function go(connection: Http1Connection, seen: Seen): void {
  pull(connection, seen);
  // A server that is asked answers: always a refusal of switches.
  while (seen.lines[seen.lines.length - 1] === "paused" && connection.localState !== "switched-protocol") {
    if (connection.role === "server" && connection.localState === "send-response") {
      connection.send({ type: "response", status: 404, headers: { "Content-Length": "0" } });
      connection.send({ type: "end-of-message" });
      connection.bytesToSend();
    }
    if (connection.remoteState === "done" && connection.localState === "done") connection.startNextCycle();
    else if (connection.remoteState !== "must-close") return;
    seen.lines.pop();
    pull(connection, seen);
  }
}

function cut(bytes: Uint8Array, next: Random): Uint8Array[] {
  const cuts = Array.from({ length: 1 + next(6) }, () => next(bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length));
}

function pipelining(options: Http1Options, next: Random): () => Http1Connection {
  const requests = Array.from({ length: 1 + next(3) }, () => (["GET", "HEAD", "POST"] as const)[next(3)] as string);
  const last = (["GET", "CONNECT", "upgrade"] as const)[next(3)];
  return () => {
    const connection = client("GET", options);
    for (const method of requests) request(connection, method);
    if (last === "upgrade")
      request(connection, "GET", [
        ["Connection", "upgrade"],
        ["Upgrade", "x"],
      ]);
    else if (last === "CONNECT") request(connection, "CONNECT");
    return connection;
  };
}

test.each(["server", "client"] as const)("%s", { timeout: 60_000 }, (role) => {
  const next = random(role.length * 1000 + 7);
  const kinds = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const base = role === "server" ? REQUESTS : RESPONSES;
    const first = next(20) === 0 ? noise(next) : mutate(base[next(base.length)] as string, next);
    const input = octets(first + (next(3) === 0 ? mutate(base[next(base.length)] as string, next) : ""));
    const options = next(2) === 0 ? {} : optionsOf(next);
    const make = role === "server" ? () => server(options) : pipelining(options, next);
    const whole = run(make, [input], false);
    expect(whole.buffered).toBeLessThanOrEqual(input.length);
    const bytes = Array.from(input, (_, i) => input.subarray(i, i + 1));
    for (const [pieces, late] of [
      [bytes, false],
      [bytes, true],
      [cut(input, next), false],
      [cut(input, next), true],
    ] as const) {
      const other = run(make, pieces, late);
      if (JSON.stringify(other) === JSON.stringify(whole)) continue;
      const how = `round ${round}, ${late ? "late, " : ""}${pieces.map((piece) => piece.length)} ${JSON.stringify(options)} ${JSON.stringify(String.fromCharCode(...input))}`;
      expect(other, how).toEqual(whole);
    }
    for (const line of whole.lines) kinds.add(line.split(" ")[0] as string);
  }
  // The fuzz reaches most of what there is to reach.
  expect([...kinds].filter((kind) => /^[A-Z][A-Z_0-9]+$/.test(kind)).length).toBeGreaterThan(25);
});
