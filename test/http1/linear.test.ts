// No input takes more time than its length deserves.
import { describe, expect, test } from "vitest";
import { Http1Connection, type Http1Options } from "../../src/http1/index.ts";
import { LARGEST_EXPONENT, leastExponent, type Work } from "../growth.ts";
import { client, octets, request, server } from "./helpers.ts";

const ALL = {
  maxHeadBytes: 262144,
  maxFields: 4096,
  maxTrailerBytes: 262144,
  maxChunkLineBytes: 262144,
  maxChunkExtensionBytes: 262144,
};
const LIMITS: Http1Options = {
  limits: {
    ...ALL,
    maxChunkExtensionTotalBytes: Number.POSITIVE_INFINITY,
    maxLeadingEmptyLines: Number.POSITIVE_INFINITY,
    maxInformationalResponses: Number.POSITIVE_INFINITY,
    maxTargetBytes: 262144,
    maxChunkSizeDigits: 262144,
  },
  allow: { obsFold: true },
};
const HEAD = "GET / HTTP/1.1\r\nHost: a\r\n";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/** Feeds an input in pieces of a size, pulling after each; all must be sound. */
function reads(make: () => Http1Connection, input: string, size: number): Work {
  const bytes = octets(input);
  const connection = make();
  return () => {
    for (let at = 0; at < bytes.length; at += size) {
      connection.feed(bytes.subarray(at, at + size));
      for (const _ of connection.events());
    }
    expect(connection.remoteState).not.toBe("error");
  };
}

describe("reading", () => {
  const make = () => server(LIMITS);
  const asking = () => client("GET", LIMITS);
  const WHOLE = Number.MAX_SAFE_INTEGER;
  // biome-ignore format: a table
  const ROWS: [what: string, make: () => Http1Connection, first: number, input: (size: number) => string, pieces: number][] = [
    ["a long value, octet by octet",           make,   8000, (size) => `${HEAD}A: ${"x".repeat(size)}\r\n\r\n`, 1],
    ["a long target, octet by octet",          make,   8000, (size) => `GET /${"x".repeat(size)} HTTP/1.1\r\nHost: a\r\n\r\n`, 1],
    ["a long name, octet by octet",            make,   8000, (size) => `${HEAD}${"x".repeat(size)}: a\r\n\r\n`, 1],
    ["many fields, octet by octet",            make,   500,  (size) => `${HEAD}${"Ab: cd\r\n".repeat(size)}\r\n`, 1],
    ["many fields, in threes",                 make,   500,  (size) => `${HEAD}${"Ab: cd\r\n".repeat(size)}\r\n`, 3],
    ["many fields at once",                    make,   500,  (size) => `${HEAD}${"Ab: cd\r\n".repeat(size)}\r\n`, WHOLE],
    ["many folds, octet by octet",             make,   2000, (size) => `${HEAD}A: b${"\r\n c".repeat(size)}\r\n\r\n`, 1],
    ["many folds at once",                     make,   6000, (size) => `${HEAD}A: b${"\r\n c".repeat(size)}\r\n\r\n`, WHOLE],
    ["many empty folds at once",               make,   6000, (size) => `${HEAD}A: b${"\r\n ".repeat(size)}\r\n\r\n`, WHOLE],
    ["many folded fields, octet by octet",     make,   500,  (size) => `${HEAD}${"A: b\r\n c\r\n".repeat(size)}\r\n`, 1],
    ["many members of Connection at once",     make,   15000, (size) => `${HEAD}Connection: ${",a".repeat(size)}\r\n\r\n`, WHOLE],
    ["empty lines, octet by octet",            make,   8000, (size) => `${"\r\n".repeat(size)}${HEAD}\r\n`, 1],
    ["a long chunk extension, octet by octet", make,   8000, (size) => `${CHUNKED}1;${"a".repeat(size)}\r\nx\r\n0\r\n\r\n`, 1],
    ["many chunk extensions, octet by octet",  make,   4000, (size) => `${CHUNKED}1${";a=b".repeat(size)}\r\nx\r\n0\r\n\r\n`, 1],
    ["zeros before a chunk size, octet by octet", make, 8000, (size) => `${CHUNKED}${"0".repeat(size)}1\r\nx\r\n0\r\n\r\n`, 1],
    ["tiny chunks, octet by octet",            make,   2000, (size) => `${CHUNKED}${"1\r\nx\r\n".repeat(size)}0\r\n\r\n`, 1],
    ["tiny chunks at once",                    make,   4000, (size) => `${CHUNKED}${"1\r\nx\r\n".repeat(size)}0\r\n\r\n`, WHOLE],
    ["trailers, octet by octet",               make,   500,  (size) => `${CHUNKED}0\r\n${"Ab: cd\r\n".repeat(size)}\r\n`, 1],
    ["a body, octet by octet",                 make,   8000, (size) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n${"x".repeat(size)}`, 1],
    ["informational responses at once",        asking, 1000, (size) => `${"HTTP/1.1 103 \r\n\r\n".repeat(size)}`, WHOLE],
    ["folds in a response, octet by octet",    asking, 2000, (size) => `HTTP/1.1 204 \r\nA: b${"\r\n c".repeat(size)}\r\n\r\n`, 1],
  ];
  test.each(ROWS)("%s", (_, connection, first, input, size) => {
    expect(leastExponent(first, (count) => reads(connection, input(count), size))).toBeLessThan(LARGEST_EXPONENT);
  });

  test("octets that were fed one by one before they are pulled", () => {
    const work = (size: number): Work => {
      const connection = server();
      const bytes = octets(`${HEAD}Content-Length: ${size}\r\n\r\n${"x".repeat(size)}`);
      return () => {
        for (let at = 0; at < bytes.length; at++) connection.feed(bytes.subarray(at, at + 1));
        let count = 0;
        for (const _ of connection.events()) count++;
        expect(count).toBe(size + 2);
      };
    };
    expect(leastExponent(8000, work)).toBeLessThan(LARGEST_EXPONENT);
  });

  test("pipelined requests in one chunk", () => {
    const work = (size: number): Work => {
      const connection = server();
      connection.feed(octets(`${HEAD}\r\n`.repeat(size)));
      return () => {
        for (let i = 0; i < size; i++) {
          for (const _ of connection.events());
          connection.send({ type: "response", status: 204 });
          connection.send({ type: "end-of-message" });
          connection.startNextCycle();
        }
        expect(connection.bufferedBytes).toBe(0);
      };
    };
    expect(leastExponent(1000, work)).toBeLessThan(LARGEST_EXPONENT);
  });

  test("a fault behind many fields", () => {
    const work = (size: number): Work => {
      const input = octets(`${HEAD}${"Ab: cd\r\n".repeat(size)}Last: x\0\r\n`);
      return () => {
        const connection = server(LIMITS);
        for (let at = 0; at < input.length; at += 2) {
          connection.feed(input.subarray(at, at + 2));
          try {
            connection.nextEvent();
          } catch {}
        }
        expect(connection.remoteState).toBe("error");
      };
    };
    expect(leastExponent(500, work)).toBeLessThan(LARGEST_EXPONENT);
  });
});

describe("sending", () => {
  /** A client that may send a body in chunks. */
  function sender(): Http1Connection {
    const connection = new Http1Connection("client");
    const headers = { Host: "a", "Transfer-Encoding": "chunked" };
    connection.send({ type: "request", method: "PUT", target: "/", headers });
    return connection;
  }
  const piece = octets("x");

  test("many pieces of a body, drained at once", () => {
    const work = (size: number): Work => {
      const connection = sender();
      return () => {
        for (let i = 0; i < size; i++) connection.send({ type: "data", data: piece });
        expect(connection.bytesToSend().length).toBeGreaterThan(6 * size);
      };
    };
    // From where the pieces outgrow V8's nursery: below a piece takes 60 ns, above 400 (from 5,000 the fit gave up to 1.61).
    expect(leastExponent(20_000, work)).toBeLessThan(LARGEST_EXPONENT);
  });
  test("many pieces of a body, drained into a small target again and again", () => {
    const target = new Uint8Array(10);
    const work = (size: number): Work => {
      const connection = sender();
      for (let i = 0; i < size; i++) connection.send({ type: "data", data: piece });
      return () => {
        let drained = 0;
        while (connection.queuedBytes > 0) drained += connection.drainInto(target);
        expect(drained).toBeGreaterThan(6 * size);
      };
    };
    expect(leastExponent(10_000, work)).toBeLessThan(LARGEST_EXPONENT);
  });
  test("many fields", () => {
    const work = (size: number): Work => {
      const headers = Array.from({ length: size }, (_, i) => [`name-${i}`, `${i}`] as const);
      const connection = new Http1Connection("client");
      return () =>
        connection.send({ type: "request", method: "GET", target: "/", headers: [["Host", "a"], ...headers] });
    };
    expect(leastExponent(500, work)).toBeLessThan(LARGEST_EXPONENT);
  });
  test("many requests outstanding, sent and answered", () => {
    const response = octets("HTTP/1.1 204 \r\n\r\n");
    const work = (size: number): Work => {
      const connection = new Http1Connection("client", { maxPipelined: size });
      return () => {
        for (let i = 0; i < size; i++) request(connection);
        for (let i = 0; i < size; i++) {
          connection.feed(response);
          for (const _ of connection.events());
          connection.startNextCycle();
        }
        expect(connection.outstandingRequests).toBe(0);
      };
    };
    expect(leastExponent(1000, work)).toBeLessThan(LARGEST_EXPONENT);
  });
});
