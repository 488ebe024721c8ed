// The helpers judge other tests: they are shown to see what they are there to see.
import { expect, test } from "vitest";
import { everySplit, random } from "./helpers.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

test("everySplit answers a server's requests and goes on", () => {
  const { events, end, eof } = everySplit("server", GET + GET);
  expect(events.map(({ type, offset }) => [type, offset])).toEqual([
    ["request", 0],
    ["end-of-message", 27],
    ["request", 27],
    ["end-of-message", 54],
  ]);
  expect([end, eof.end]).toEqual(["need-data", "connection-closed"]);
});

test("everySplit joins data and keeps the boundaries of chunks", () => {
  const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const { events } = everySplit("server", `${head}3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n`);
  expect(events.slice(1)).toEqual([
    { type: "data", data: "abc", chunkStart: true, chunkEnd: true, offset: 59 },
    { type: "data", data: "de", chunkStart: true, chunkEnd: true, offset: 67 },
    { type: "end-of-message", headers: [["X", "y"]], offset: 71 },
  ]);
});

test("everySplit gives the error", () => {
  expect(everySplit("server", `${GET}GET / HTTP/1.1\r\nHost : a\r\n\r\n`)).toMatchObject({
    end: "error",
    error: { code: "BAD_FIELD_NAME", offset: 47, statusHint: 400 },
    remoteState: "error",
  });
});

test("everySplit reads responses to what was sent before", () => {
  const two = everySplit(
    "client",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No\r\n\r\n",
    {},
    (client) => {
      for (let i = 0; i < 2; i++) {
        client.send({ type: "request", method: "GET", target: "/", headers: [["Host", "a"]] });
        client.send({ type: "end-of-message" });
      }
    },
  );
  expect(two.events.map(({ type }) => type)).toEqual([
    "response",
    "data",
    "end-of-message",
    "response",
    "end-of-message",
  ]);
});

test("the generator repeats, and reaches every number", () => {
  const [a, b] = [random(7), random(7)];
  const numbers = Array.from({ length: 1000 }, () => a(10));
  expect(numbers).toEqual(Array.from({ length: 1000 }, () => b(10)));
  expect(new Set(numbers)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
});
