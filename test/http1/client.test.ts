// The client's side of a connection: cycles, pipelining, responses that nobody asked for, 100-continue, switching.
import { describe, expect, test } from "vitest";
import { ClientConnection } from "../../src/http1/client.ts";
import { Http1Connection, type Http1Options, NEED_DATA, PAUSED } from "../../src/http1/index.ts";
import {
  client,
  EOF,
  HOST,
  latin1,
  octets,
  pull,
  readEverySplit,
  readings,
  refusal,
  refused,
  request,
  type Seen,
  sent,
  stateOf,
  unmarked,
} from "./helpers.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const SHOWN = "HTTP/1.1 200 OK | Content-Length: 0";
const numbered = (i: number) => `HTTP/1.1 200 ${i}\r\nContent-Length: 0\r\n\r\n`;

function pulled(connection: Http1Connection): string[] {
  const seen: Seen = { lines: [], offsets: [] };
  pull(connection, seen);
  return seen.lines;
}

/** Feeds an input, marks taken out, and gives what comes of it. */
function feeds(connection: Http1Connection, input: string): string[] {
  const { bytes, eof } = unmarked(input);
  connection.feed(bytes);
  if (eof) connection.feedEof();
  return pulled(connection);
}

/** A client that has sent so many requests. */
function pipelining(count: number, options?: Http1Options): Http1Connection {
  const connection = new Http1Connection("client", options);
  for (let i = 0; i < count; i++) request(connection);
  return connection;
}

describe("one request after another", () => {
  test("states, and what is outstanding", () => {
    const connection = new Http1Connection("client");
    const states = () => [connection.localState, connection.remoteState, connection.outstandingRequests];
    expect(states()).toEqual(["idle", "idle", 0]);
    connection.send({ type: "request", method: "PUT", target: "/", headers: [HOST, ["Content-Length", "1"]] });
    expect(states()).toEqual(["send-body", "send-response", 1]);
    connection.send({ type: "data", data: octets("x") });
    connection.send({ type: "end-of-message" });
    expect(states()).toEqual(["done", "send-response", 1]);
    expect(feeds(connection, "HTTP/1.1 100 \r\n\r\n")).toEqual(["HTTP/1.1 100 "]);
    expect(states()).toEqual(["done", "send-response", 1]);
    expect(feeds(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh")).toEqual([
      "HTTP/1.1 200 OK | Content-Length: 2",
      "data h",
    ]);
    expect(states()).toEqual(["done", "send-body", 1]);
    expect(feeds(connection, "i")).toEqual(["data i", "end"]);
    expect(states()).toEqual(["done", "done", 0]);
    expect(connection.nextEvent()).toBe(NEED_DATA);
    connection.startNextCycle();
    expect(states()).toEqual(["idle", "idle", 0]);
    expect(connection.remoteHttpVersion).toBe("1.1");
  });
  test("a hundred cycles", () => {
    const connection = new Http1Connection("client");
    for (let i = 0; i < 100; i++) {
      request(connection);
      expect(feeds(connection, numbered(i))).toEqual([`HTTP/1.1 200 ${i} | Content-Length: 0`, "end"]);
      connection.startNextCycle();
    }
  });
  test("an early response: the body may be finished, or given up", () => {
    const connection = new Http1Connection("client");
    connection.send({ type: "request", method: "PUT", target: "/", headers: [HOST, ["Content-Length", "1"]] });
    expect(feeds(connection, OK)).toEqual([SHOWN, "end"]);
    expect([connection.localState, connection.remoteState]).toEqual(["send-body", "done"]);
    expect(refusal(() => connection.startNextCycle())).toBe("NOT_REUSABLE 500");
    connection.send({ type: "data", data: octets("x") });
    connection.send({ type: "end-of-message" });
    connection.startNextCycle();
  });

  // biome-ignore format: a table
  const KEEP_ALIVE: [head: string, options: Http1Options, state: string][] = [
    ["HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",                                          {}, "done"],
    ["HTTP/1.1 200 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n",                     {}, "must-close"],
    ["HTTP/1.1 200 \r\nContent-Length: 0\r\nConnection: a, CLOSE\r\n\r\n",                  {}, "must-close"],
    ["HTTP/1.0 200 \r\nContent-Length: 0\r\n\r\n",                                          {}, "must-close"],
    ["HTTP/1.0 200 \r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",                {}, "must-close"],
    ["HTTP/1.0 200 \r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",                { http10KeepAlive: true }, "done"],
    ["HTTP/1.0 200 \r\nContent-Length: 0\r\nConnection: keep-alive, close\r\n\r\n",         { http10KeepAlive: true }, "must-close"],
    ["HTTP/1.0 200 \r\nContent-Length: 0\r\n\r\n",                                          { http10KeepAlive: true }, "must-close"],
    ["HTTP/1.0 204 \r\nConnection: keep-alive\r\n\r\n",                                     { http10KeepAlive: true }, "done"],
    ["HTTP/1.0 200 \r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n", { http10KeepAlive: true }, "must-close"],
    ["HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",                        {}, "done"],
    ["HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",   {}, "must-close"],
    ["HTTP/1.1 100 \r\nConnection: close\r\n\r\nHTTP/1.1 204 \r\n\r\n",                      {}, "done"],
  ];
  test.each(KEEP_ALIVE)("%j %j: %s", (head, options, state) => {
    const connection = client("GET", options);
    expect(feeds(connection, head).pop()).toBe("end");
    expect([connection.localState, connection.remoteState]).toEqual([state, state]);
  });
  readings(
    "a body until the close of a 1.0 connection, keep-alive or not",
    () => client("GET", { http10KeepAlive: true }),
    [
      [
        `‸HTTP/1.0 200 \r\nConnection: keep-alive\r\n\r\n‸hi‸‸${EOF}`,
        "HTTP/1.0 200  | Connection: keep-alive",
        "data hi",
        "end",
        "closed",
      ],
    ],
  );
});

describe("pipelining", () => {
  test("in done the next request may be sent; localState is the newest request's, remoteState the oldest response's", () => {
    const connection = pipelining(2);
    const states = () => [connection.localState, connection.remoteState, connection.outstandingRequests];
    expect(states()).toEqual(["done", "send-response", 2]);
    connection.send({ type: "request", method: "PUT", target: "/3", headers: [HOST, ["Content-Length", "1"]] });
    expect(states()).toEqual(["send-body", "send-response", 3]);
    expect(refused(connection, { type: "request", method: "GET", target: "/", headers: [HOST] })).toBe(
      "WRONG_STATE 500",
    );
    expect(feeds(connection, numbered(1))).toEqual(["HTTP/1.1 200 1 | Content-Length: 0", "end", "paused"]);
    expect(states()).toEqual(["send-body", "done", 2]);
    connection.startNextCycle();
    expect(states()).toEqual(["send-body", "send-response", 2]);
    connection.send({ type: "data", data: octets("x") });
    connection.send({ type: "end-of-message" });
    expect(feeds(connection, numbered(2) + numbered(3))).toEqual([
      "HTTP/1.1 200 2 | Content-Length: 0",
      "end",
      "paused",
    ]);
    connection.startNextCycle();
    expect(pulled(connection)).toEqual(["HTTP/1.1 200 3 | Content-Length: 0", "end"]);
    expect(states()).toEqual(["done", "done", 0]);
    connection.startNextCycle();
    expect(states()).toEqual(["idle", "idle", 0]);
  });
  test("paused comes after each response while more are outstanding, with and without octets", () => {
    const connection = pipelining(3);
    for (let i = 1; i <= 3; i++) {
      expect(connection.nextEvent()).toBe(NEED_DATA);
      expect(feeds(connection, numbered(i)).slice(0, 2)).toEqual([`HTTP/1.1 200 ${i} | Content-Length: 0`, "end"]);
      expect(connection.nextEvent()).toBe(i < 3 ? PAUSED : NEED_DATA);
      connection.startNextCycle();
    }
  });
  test("each response is read as the answer to its own request", () => {
    const connection = new Http1Connection("client");
    for (const method of ["HEAD", "GET", "HEAD", "POST"]) request(connection, method);
    const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    connection.feed(octets(`${response}${response}hi${response}${response}hi`));
    const bodies: string[] = [];
    for (let i = 0; i < 4; i++) {
      bodies.push(
        pulled(connection)
          .filter((line) => line !== "paused")
          .slice(1)
          .join(),
      );
      connection.startNextCycle();
    }
    expect(bodies).toEqual(["end", "data hi,end", "end", "data hi,end"]);
  });
  test("the octets queued are the requests in order", () => {
    const connection = new Http1Connection("client");
    for (const target of ["/1", "/2"]) {
      connection.send({ type: "request", method: "POST", target, headers: [HOST, ["Content-Length", "1"]] });
      connection.send({ type: "data", data: octets("x") });
      connection.send({ type: "end-of-message" });
    }
    const one = (i: number) => `POST /${i} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx`;
    expect(sent(connection)).toBe(one(1) + one(2));
  });
  test("at most maxPipelined", () => {
    for (const [options, most] of [
      [undefined, 16],
      [{ maxPipelined: 1 }, 1],
      [{ maxPipelined: 3 }, 3],
    ] as const) {
      const connection = pipelining(most, options);
      expect(refused(connection, { type: "request", method: "GET", target: "/", headers: [HOST] })).toBe(
        "PIPELINE_FULL 500",
      );
      feeds(connection, OK);
      // Answered in full, it counts no more.
      request(connection);
      expect(connection.outstandingRequests).toBe(most);
      expect(refused(connection, { type: "request", method: "GET", target: "/", headers: [HOST] })).toBe(
        "PIPELINE_FULL 500",
      );
    }
  });
  test("a request in done with nothing outstanding: the next response is due after startNextCycle", () => {
    const connection = pipelining(1);
    feeds(connection, OK);
    request(connection);
    expect([connection.localState, connection.remoteState, connection.outstandingRequests]).toEqual([
      "done",
      "done",
      1,
    ]);
    expect(connection.nextEvent()).toBe(PAUSED);
    connection.startNextCycle();
    expect(connection.remoteState).toBe("send-response");
    expect(feeds(connection, OK)).toEqual([SHOWN, "end"]);
  });
  test("not after a request that closes, nor after one that proposes a switch; after a refusal of it again", () => {
    const next = { type: "request", method: "GET", target: "/", headers: [HOST] } as const;
    const closing = new Http1Connection("client");
    request(closing, "GET", [["Connection", "close"]]);
    expect([closing.localState, refused(closing, next)]).toEqual(["must-close", "WRONG_STATE 500"]);
    for (const [method, headers] of [
      [
        "GET",
        [
          ["Connection", "upgrade"],
          ["Upgrade", "x"],
        ],
      ],
      ["CONNECT", []],
    ] as [string, [string, string][]][]) {
      const connection = new Http1Connection("client");
      request(connection, method, headers);
      expect([connection.localState, refused(connection, next)]).toEqual(["might-switch-protocol", "WRONG_STATE 500"]);
      feeds(connection, "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n");
      request(connection);
      expect(connection.outstandingRequests).toBe(1);
    }
  });
  test("a proposal behind other requests is answered in its turn", () => {
    const connection = pipelining(1);
    request(connection, "GET", [
      ["Connection", "upgrade"],
      ["Upgrade", "x"],
    ]);
    expect([connection.localState, connection.remoteState]).toEqual(["might-switch-protocol", "send-response"]);
    // 101 to the first is one that nobody proposed.
    const early = pipelining(1);
    request(early, "GET", [
      ["Connection", "upgrade"],
      ["Upgrade", "x"],
    ]);
    expect(feeds(early, "HTTP/1.1 101 \r\n\r\n")).toEqual(["UNSOLICITED_SWITCH 502"]);
    feeds(connection, OK);
    connection.startNextCycle();
    expect(feeds(connection, "HTTP/1.1 101 \r\n\r\ntail")).toEqual(["HTTP/1.1 101 ", "paused"]);
    expect([connection.localState, connection.remoteState, connection.outstandingRequests]).toEqual([
      "switched-protocol",
      "switched-protocol",
      0,
    ]);
    expect(latin1(connection.takeTrailingData().data)).toBe("tail");
  });

  describe("the end of the input", () => {
    test("with more outstanding: paused, then after startNextCycle the error", () => {
      const connection = pipelining(2);
      expect(feeds(connection, `${OK}${EOF}`)).toEqual([SHOWN, "end", "paused"]);
      expect(connection.outstandingRequests).toBe(1);
      connection.startNextCycle();
      expect(pulled(connection)).toEqual(["RESPONSE_NOT_RECEIVED 502"]);
      expect([connection.localState, connection.remoteState]).toEqual(["must-close", "error"]);
    });
    test("with none outstanding: connection-closed", () => {
      const connection = pipelining(2);
      connection.feed(octets(OK + OK));
      connection.feedEof();
      expect(pulled(connection)).toEqual([SHOWN, "end", "paused"]);
      connection.startNextCycle();
      expect(pulled(connection)).toEqual([SHOWN, "end", "closed"]);
    });
    test("in the middle of the second response", () => {
      const connection = pipelining(2);
      expect(feeds(connection, `${OK}HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe${EOF}`)).toEqual([
        SHOWN,
        "end",
        "paused",
      ]);
      connection.startNextCycle();
      expect(pulled(connection)).toEqual(["HTTP/1.1 200 OK | Content-Length: 5", "data he", "INCOMPLETE_BODY 502"]);
    });
  });

  describe("a response that says close, with more outstanding", () => {
    const CLOSE = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    test("what follows is dropped, and the end is connection-closed", () => {
      for (const closing of [CLOSE, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"]) {
        const connection = pipelining(3);
        expect(feeds(connection, closing + OK + OK).pop()).toBe("end");
        expect([connection.localState, connection.remoteState]).toEqual(["must-close", "must-close"]);
        expect(connection.nextEvent()).toBe(NEED_DATA);
        expect(connection.bufferedBytes).toBe(0);
        expect(refusal(() => connection.startNextCycle())).toBe("NOT_REUSABLE 500");
        expect(refused(connection, { type: "request", method: "GET", target: "/", headers: [HOST] })).toBe(
          "WRONG_STATE 500",
        );
        connection.feedEof();
        expect(pulled(connection)).toEqual(["closed"]);
        // What was never answered can be told.
        expect(connection.outstandingRequests).toBe(2);
      }
    });
    test("a request that is being sent may be finished, then nothing more", () => {
      const connection = pipelining(1);
      connection.send({ type: "request", method: "PUT", target: "/", headers: [HOST, ["Content-Length", "1"]] });
      expect(feeds(connection, CLOSE)).toEqual(["HTTP/1.1 200 OK | Content-Length: 0 | Connection: close", "end"]);
      expect(connection.localState).toBe("send-body");
      connection.send({ type: "data", data: octets("x") });
      connection.send({ type: "end-of-message" });
      expect(connection.localState).toBe("must-close");
    });
    test("a body until close is the last thing of all: the others go without a response", () => {
      const connection = pipelining(2);
      expect(feeds(connection, `HTTP/1.1 200 OK\r\n\r\n${OK}${EOF}`)).toEqual([
        "HTTP/1.1 200 OK",
        `data ${OK}`,
        "end",
        "paused",
      ]);
      connection.startNextCycle();
      expect(pulled(connection)).toEqual(["RESPONSE_NOT_RECEIVED 502"]);
    });
  });

  test("a fault ends all of them", () => {
    const connection = pipelining(3);
    expect(feeds(connection, `${OK}!`)).toEqual([SHOWN, "end", "paused"]);
    connection.startNextCycle();
    expect(pulled(connection)).toEqual(["BAD_VERSION 502"]);
    expect([connection.localState, connection.remoteState]).toEqual(["must-close", "error"]);
    expect(refused(connection, { type: "request", method: "GET", target: "/", headers: [HOST] })).toBe(
      "WRONG_STATE 500",
    );
  });
  test("startNextCycle is refused before the response is complete, and changes nothing", () => {
    const connection = pipelining(2);
    for (const part of ["", "HTTP/1.1 200 OK\r\nContent", "-Length: 1\r\n\r\n", ""]) {
      feeds(connection, part);
      const before = stateOf(connection);
      expect(refusal(() => connection.startNextCycle())).toBe("NOT_REUSABLE 500");
      expect(stateOf(connection)).toEqual(before);
    }
  });
});

describe("octets that nobody asked for never answer the next request", () => {
  /** A client that is idle after one exchange. */
  const idle = () => {
    const connection = client();
    feeds(connection, OK);
    connection.startNextCycle();
    return connection;
  };
  const begin = OK.length;
  const at = { offsets: [begin] };

  test.each([
    ["a response", OK],
    ["an informational response", "HTTP/1.1 100 \r\n\r\n"],
    ["a 101", "HTTP/1.1 101 \r\n\r\n"],
    ["a 408 that keeps the connection", "HTTP/1.1 408 \r\nContent-Length: 0\r\n\r\n"],
    ["a 400 that closes", "HTTP/1.1 400 \r\nConnection: close\r\n\r\n"],
    ["a malformed head", "HTTP/1.1 200 \0\r\n\r\n"],
    ["no response at all", "\0"],
    ["an empty line", "\r\n"],
    ["part of a response, and the end", `HTTP/1.1 2${EOF}`],
    ["a 408 with faulty framing", "HTTP/1.1 408 \r\nConnection: close\r\nContent-Length: x\r\n\r\n"],
  ])("%s, while idle", (_, input) => {
    const { bytes, eof } = unmarked(input);
    const seen = readEverySplit(idle, bytes, { eof });
    expect(seen).toEqual({ lines: ["UNSOLICITED_RESPONSE 502"], ...at });
  });
  test("part of a response waits, for it may be a 408", () => {
    const connection = idle();
    expect(feeds(connection, "HTTP/1.1 200 OK\r\n")).toEqual([]);
    expect(connection.remoteState).toBe("idle");
  });
  test.each([OK, "HTTP/1.1 100 \r\n\r\n", `${OK}${OK}`, "\0"])("before any request: %j", (input) => {
    const connection = new Http1Connection("client");
    expect(feeds(connection, input)).toEqual(["UNSOLICITED_RESPONSE 502"]);
    expect([connection.localState, connection.remoteState]).toEqual(["idle", "error"]);
    expect(refused(connection, { type: "request", method: "GET", target: "/", headers: [HOST] })).toBe(
      "WRONG_STATE 500",
    );
    expect(connection.queuedBytes).toBe(0);
  });
  test("fed with the response before: paused, startNextCycle succeeds, then the error", () => {
    const connection = client();
    expect(feeds(connection, OK + OK)).toEqual([SHOWN, "end", "paused"]);
    connection.startNextCycle();
    expect(pulled(connection)).toEqual(["UNSOLICITED_RESPONSE 502"]);
  });
  test("fed before the next request was sent, pulled after it", () => {
    for (const cut of [1, 9, 17, OK.length - 1, OK.length]) {
      const connection = idle();
      connection.feed(octets(OK.slice(0, cut)));
      request(connection);
      connection.feed(octets(OK.slice(cut)));
      const seen: Seen = { lines: [], offsets: [] };
      pull(connection, seen);
      expect(seen).toEqual({ lines: ["UNSOLICITED_RESPONSE 502"], ...at });
    }
  });
  test("a body fed before the request whose head comes after it is no answer either", () => {
    const connection = client();
    connection.feed(octets(`${OK}x`));
    expect(pulled(connection)).toEqual([SHOWN, "end", "paused"]);
    request(connection);
    connection.feed(octets(OK));
    connection.startNextCycle();
    expect(pulled(connection)).toEqual(["UNSOLICITED_RESPONSE 502"]);
  });
  test("pipelined requests remember each their own mark", () => {
    const connection = pipelining(1);
    connection.feed(octets(OK));
    // The second request is sent when the first response has been fed; its response may follow at once.
    request(connection);
    connection.feed(octets(OK));
    expect(pulled(connection)).toEqual([SHOWN, "end", "paused"]);
    connection.startNextCycle();
    expect(pulled(connection)).toEqual([SHOWN, "end"]);

    const poisoned = pipelining(1);
    poisoned.feed(octets(OK + OK));
    request(poisoned);
    expect(pulled(poisoned)).toEqual([SHOWN, "end", "paused"]);
    poisoned.startNextCycle();
    expect(pulled(poisoned)).toEqual(["UNSOLICITED_RESPONSE 502"]);
  });

  test.each([
    ["HTTP/1.1, close", "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"],
    ["HTTP/1.0", "HTTP/1.0 408 Request Timeout\r\nContent-Length: 5\r\n\r\nhello"],
    ["HTTP/1.0 with keep-alive", "HTTP/1.0 408 \r\nConnection: keep-alive\r\n\r\n"],
  ])("but a 408 that closes is the server's giving up: connection-closed (%s)", (_, input) => {
    const seen = readEverySplit(idle, octets(input), {});
    expect(seen.lines).toEqual(["closed"]);
    const connection = idle();
    expect(feeds(connection, input)).toEqual(["closed"]);
    expect([connection.localState, connection.remoteState, connection.bufferedBytes]).toEqual([
      "must-close",
      "closed",
      0,
    ]);
    expect(refused(connection, { type: "request", method: "GET", target: "/", headers: [HOST] })).toBe(
      "WRONG_STATE 500",
    );
    connection.feed(octets("more"));
    expect([connection.nextEvent(), connection.bufferedBytes]).toEqual([
      { type: "connection-closed", offset: begin },
      0,
    ]);
    connection.feedEof();
    expect(connection.nextEvent()).toEqual({ type: "connection-closed", offset: begin });
  });
  test("a 408 that was on its way when the request was sent", () => {
    const connection = idle();
    connection.feed(octets("HTTP/1.1 408 \r\nConnection: close\r\n\r\n"));
    request(connection);
    expect(pulled(connection)).toEqual(["closed"]);
    expect([connection.localState, connection.remoteState]).toEqual(["must-close", "closed"]);
    expect(connection.outstandingRequests).toBe(1);
  });
  test("a 408 that was asked for is a response", () => {
    expect(feeds(client(), "HTTP/1.1 408 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n")).toEqual([
      "HTTP/1.1 408  | Connection: close | Content-Length: 0",
      "end",
    ]);
  });
});

describe("Expect: 100-continue (RFC 9110 10.1.1)", () => {
  const asking = (headers: [string, string][] = [["Expect", "100-continue"]]) => {
    const connection = new Http1Connection("client");
    connection.send({
      type: "request",
      method: "PUT",
      target: "/",
      headers: [HOST, ["Content-Length", "1"], ...headers],
    });
    return connection;
  };
  test("waits until it is answered, or the body is sent without an answer", () => {
    const ends: ((connection: Http1Connection) => void)[] = [
      (connection) => feeds(connection, "HTTP/1.1 100 Continue\r\n\r\n"),
      (connection) => feeds(connection, "HTTP/1.1 417 \r\n"),
      (connection) => feeds(connection, OK),
      (connection) => connection.send({ type: "data", data: octets("x") }),
    ];
    const waits = ends.map((end) => {
      const connection = asking();
      expect([connection.isWaitingFor100Continue, connection.remoteIsWaitingFor100Continue]).toEqual([true, false]);
      end(connection);
      return connection.isWaitingFor100Continue;
    });
    expect(waits).toEqual([false, true, false, false]);
  });
  test("a switch of protocols ends it", () => {
    const connection = asking([
      ["Expect", "100-continue"],
      ["Connection", "upgrade"],
      ["Upgrade", "x"],
    ]);
    expect(connection.isWaitingFor100Continue).toBe(true);
    feeds(connection, "HTTP/1.1 101 \r\nUpgrade: x\r\n\r\n");
    expect(connection.isWaitingFor100Continue).toBe(false);
  });
  test("103 is no answer to it", () => {
    const connection = asking();
    feeds(connection, "HTTP/1.1 103 \r\n\r\n");
    expect(connection.isWaitingFor100Continue).toBe(true);
  });
  test("other expectations, or none", () => {
    expect(asking([]).isWaitingFor100Continue).toBe(false);
    expect(asking([["Expect", "x"]]).isWaitingFor100Continue).toBe(false);
    expect(asking([["Expect", "x, 100-CONTINUE"]]).isWaitingFor100Continue).toBe(true);
  });
  test("on a request without body it is over with the message", () => {
    const connection = new Http1Connection("client");
    connection.send({ type: "request", method: "GET", target: "/", headers: [HOST, ["Expect", "100-continue"]] });
    expect(connection.isWaitingFor100Continue).toBe(true);
    connection.send({ type: "end-of-message" });
    expect(connection.isWaitingFor100Continue).toBe(false);
  });
  test("a refused piece of body leaves it waiting", () => {
    const connection = asking();
    expect(refused(connection, { type: "data", data: octets("too long") })).toBe("BODY_TOO_LONG 500");
    expect(connection.isWaitingFor100Continue).toBe(true);
  });
  test("refused, the client closes without its body", () => {
    const connection = asking();
    expect(feeds(connection, "HTTP/1.1 417 \r\nContent-Length: 0\r\n\r\n").pop()).toBe("end");
    expect(connection.localState).toBe("send-body");
    expect(refusal(() => connection.startNextCycle())).toBe("NOT_REUSABLE 500");
    connection.sendFailed();
    expect([connection.localState, connection.remoteState]).toEqual(["error", "must-close"]);
  });
});

describe("switching protocols", () => {
  const UPGRADE: [string, string][] = [
    ["Connection", "upgrade"],
    ["Upgrade", "x"],
  ];
  const asking = (method: string, headers: [string, string][]) => {
    const connection = new Http1Connection("client");
    request(connection, method, headers);
    return connection;
  };
  const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n";
  const CASES: [string, () => Http1Connection, string, string][] = [
    ["Upgrade", () => asking("GET", UPGRADE), SWITCH, "HTTP/1.1 101 Switching Protocols | Upgrade: x"],
    [
      "CONNECT",
      () => asking("CONNECT", []),
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
      "HTTP/1.1 200 OK | Content-Length: 5",
    ],
    ["CONNECT by 101", () => asking("CONNECT", UPGRADE), SWITCH, "HTTP/1.1 101 Switching Protocols | Upgrade: x"],
    ["CONNECT by 299", () => asking("CONNECT", [...UPGRADE, ["A", "b"]]), "HTTP/1.1 299 \r\n\r\n", "HTTP/1.1 299 "],
    ["Upgrade after others", () => asking("GET", UPGRADE), `HTTP/1.1 100 \r\n\r\n${SWITCH}`, "HTTP/1.1 100 "],
  ];
  describe.each(CASES)("%s", (_, make, accepts, first) => {
    test.each(["", "tail", OK])("accepted, with %j behind it", (trailing) => {
      const seen = readEverySplit(make, octets(accepts + trailing), {});
      expect(seen.lines.filter((line) => line !== "paused")[0]).toBe(first);
      expect(seen.lines).not.toContain("end");
      const connection = make();
      expect(feeds(connection, accepts + trailing).pop()).toBe("paused");
      expect([connection.localState, connection.remoteState, connection.outstandingRequests]).toEqual([
        "switched-protocol",
        "switched-protocol",
        0,
      ]);
      expect(refused(connection, { type: "request", method: "GET", target: "/", headers: [HOST] })).toBe(
        "WRONG_STATE 500",
      );
      expect(refused(connection, { type: "connection-closed" })).toBe("WRONG_STATE 500");
      connection.feed(octets("abc"));
      connection.feedEof();
      expect(connection.nextEvent()).toBe(PAUSED);
      const { data, eof } = connection.takeTrailingData();
      expect([latin1(data), eof]).toEqual([`${trailing}abc`, true]);
      expect(connection.takeTrailingData()).toEqual({ data: new Uint8Array(0), eof: true });
    });
    test("denied: the response is read, HTTP goes on", () => {
      const connection = make();
      expect(feeds(connection, "HTTP/1.1 404 \r\nContent-Length: 2\r\n\r\nno")).toEqual([
        "HTTP/1.1 404  | Content-Length: 2",
        "data no",
        "end",
      ]);
      expect([connection.localState, connection.remoteState]).toEqual(["done", "done"]);
      connection.startNextCycle();
      request(connection);
      expect(feeds(connection, OK)).toEqual([SHOWN, "end"]);
    });
    test("the end of the input before an answer", () => {
      const connection = make();
      expect(feeds(connection, EOF)).toEqual(["RESPONSE_NOT_RECEIVED 502"]);
      expect(refusal(() => connection.takeTrailingData())).toBe("NOT_SWITCHED 500");
    });
  });
  readings("101 that nobody proposed", () => client(), [
    [`‸${SWITCH}`, "UNSOLICITED_SWITCH 502"],
    [`‸HTTP/1.1 100 \r\n\r\n‸${SWITCH}`, "HTTP/1.1 100 ", "UNSOLICITED_SWITCH 502"],
  ]);
  readings("Upgrade without Connection: upgrade proposes nothing", () => asking("GET", [["Upgrade", "x"]]), [
    [`‸${SWITCH}`, "UNSOLICITED_SWITCH 502"],
  ]);
  readings("101 to CONNECT", () => client("CONNECT"), [[`‸${SWITCH}`, "UNSOLICITED_SWITCH 502"]]);
  test("before the request is sent in full: it is finished, then switched", () => {
    const connection = new Http1Connection("client");
    connection.send({
      type: "request",
      method: "POST",
      target: "/",
      headers: [HOST, ...UPGRADE, ["Content-Length", "2"]],
    });
    expect(feeds(connection, `${SWITCH}tail`).pop()).toBe("paused");
    expect([connection.localState, connection.remoteState]).toEqual(["send-body", "switched-protocol"]);
    connection.send({ type: "data", data: octets("hi") });
    connection.send({ type: "end-of-message" });
    expect(connection.localState).toBe("switched-protocol");
    expect(latin1(connection.takeTrailingData().data)).toBe("tail");
  });
});

describe("two ends joined", () => {
  /** Moves octets both ways until both are quiet. */
  function settle(
    asking: Http1Connection,
    answering: Http1Connection,
    heard: Record<"asking" | "answering", string[]>,
  ): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const [from, to, list] of [
        [asking, answering, heard.answering],
        [answering, asking, heard.asking],
      ] as const) {
        const bytes = from.bytesToSend();
        if (bytes.length === 0) continue;
        moved = true;
        to.feed(bytes);
        list.push(...pulled(to));
        expect([from.localState, from.remoteState]).toEqual([to.remoteState, to.localState]);
      }
    }
  }
  test("agree on both states after every event", () => {
    const asking = new Http1Connection("client");
    const answering = new Http1Connection("server");
    const heard = { asking: [] as string[], answering: [] as string[] };
    for (let i = 0; i < 3; i++) {
      asking.send({
        type: "request",
        method: "POST",
        target: `/${i}`,
        headers: [HOST, ["Transfer-Encoding", "chunked"], ["Expect", "100-continue"]],
      });
      settle(asking, answering, heard);
      expect([asking.isWaitingFor100Continue, answering.remoteIsWaitingFor100Continue]).toEqual([true, true]);
      answering.send({ type: "informational-response", status: 100 });
      settle(asking, answering, heard);
      expect([asking.isWaitingFor100Continue, answering.remoteIsWaitingFor100Continue]).toEqual([false, false]);
      asking.send({ type: "data", data: octets(`body ${i}`) });
      settle(asking, answering, heard);
      asking.send({ type: "end-of-message", headers: { "X-Sum": `${i}` } });
      settle(asking, answering, heard);
      answering.send({ type: "response", status: 200 });
      settle(asking, answering, heard);
      answering.send({ type: "data", data: octets("ok") });
      answering.send({ type: "end-of-message" });
      settle(asking, answering, heard);
      asking.startNextCycle();
      answering.startNextCycle();
    }
    const TE = "Transfer-Encoding: chunked";
    expect(heard.answering).toEqual(
      [0, 1, 2].flatMap((i) => [
        `POST /${i} HTTP/1.1 | Host: a | ${TE} | Expect: 100-continue`,
        `data [body ${i}]`,
        `end | X-Sum: ${i}`,
      ]),
    );
    expect(heard.asking).toEqual(
      [0, 1, 2].flatMap(() => ["HTTP/1.1 100 Continue", `HTTP/1.1 200 OK | ${TE}`, "data [ok]", "end"]),
    );
  });
});

describe("a client without a server's half, as fetchOver has it", () => {
  test("asks and reads the answer", () => {
    const connection = new ClientConnection("client");
    connection.send({ type: "request", method: "GET", target: "/", headers: [HOST] });
    connection.send({ type: "end-of-message" });
    expect(latin1(connection.bytesToSend())).toBe("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    connection.feed(octets(`HTTP/1.1 103 \r\n\r\n${OK}`));
    const next = () => connection.nextEvent().type;
    expect([next(), next(), next()]).toEqual(["informational-response", "response", "end-of-message"]);
    connection.startNextCycle();
    expect([connection.localState, connection.remoteState]).toEqual(["idle", "idle"]);
  });

  test.each([
    { type: "response", status: 200 },
    { type: "informational-response", status: 103 },
  ] as const)("refuses what the whole connection does, in the same words: $type", (event) => {
    for (const start of [() => {}, request]) {
      const refusals = [new ClientConnection("client"), new Http1Connection("client")].map((connection) => {
        start(connection as Http1Connection);
        return refusal(() => connection.send(event));
      });
      expect(refusals[0]).toContain("WRONG_STATE");
      expect(refusals[0]).toBe(refusals[1]);
    }
  });
});
