// The server's side of a connection: keep-alive, pipelining, 100-continue, switching protocols.
import { describe, expect, test } from "vitest";
import { type Http1Connection, type Http1Options, PAUSED, type RemoteProtocolError } from "../../src/http1/index.ts";
import {
  answer,
  EOF,
  faultLine,
  latin1,
  octets,
  pull,
  readings,
  refusal,
  refused,
  type Seen,
  sent,
  server,
  stateOf,
  unmarked,
} from "./helpers.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** A server that was fed this, and what it gave. */
function fed(input: string, options?: Http1Options): { connection: Http1Connection; seen: Seen } {
  const connection = server(options);
  const seen: Seen = { lines: [], offsets: [] };
  const { bytes, eof } = unmarked(input);
  connection.feed(bytes);
  if (eof) connection.feedEof();
  pull(connection, seen);
  return { connection, seen };
}

function pulled(connection: Http1Connection): string[] {
  const seen: Seen = { lines: [], offsets: [] };
  pull(connection, seen);
  return seen.lines;
}

describe("keep-alive (RFC 9112 9.3)", () => {
  // biome-ignore format: a table
  const ROWS: [version: string, connection: string | undefined, open: boolean][] = [
    ["1.1", undefined,            true],
    ["1.1", "keep-alive",         true],
    ["1.1", "",                   true],
    ["1.1", "closed",             true],
    ["1.1", "x-close",            true],
    ["1.1", "close",              false],
    ["1.1", "Close",              false],
    ["1.1", "a, \tCLOSE ,b",      false],
    ["1.1", "keep-alive, close",  false],
    ["1.0", undefined,            false],
    ["1.0", "close",              false],
    ["1.0", "a",                  false],
    ["1.0", "keep-alive",         true],
    ["1.0", "a,Keep-Alive",       true],
    ["1.0", "keep-alive, close",  false],
  ];
  test.each(ROWS)("HTTP/%s, Connection: %s: %s", (version, option, open) => {
    const { connection } = fed(
      `GET / HTTP/${version}\r\nHost: a\r\n${option === undefined ? "" : `Connection: ${option}\r\n`}\r\n`,
    );
    expect(connection.remoteState).toBe(open ? "done" : "must-close");
    expect(connection.remoteHttpVersion).toBe(version);
    answer(connection);
    expect(connection.localState).toBe(open ? "done" : "must-close");
    expect(refusal(() => connection.startNextCycle())).toBe(open ? "sent" : "NOT_REUSABLE 500");
  });
  test("close in a second Connection field counts", () => {
    expect(fed("GET / HTTP/1.1\r\nHost: a\r\nConnection: a\r\nConnection: close\r\n\r\n").connection.remoteState).toBe(
      "must-close",
    );
  });
  test("close in a response counts, in an informational one it does not", () => {
    const { connection } = fed(GET);
    connection.send({ type: "informational-response", status: 103, headers: { Connection: "close" } });
    expect(connection.remoteState).toBe("done");
    connection.send({ type: "response", status: 204, headers: { Connection: "close" } });
    expect([connection.localState, connection.remoteState]).toEqual(["send-body", "must-close"]);
    connection.send({ type: "end-of-message" });
    expect(connection.localState).toBe("must-close");
  });
  test("keep-alive in HTTP/1.0 can be turned off", () => {
    const { connection } = fed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", { http10KeepAlive: false });
    expect(connection.remoteState).toBe("must-close");
  });
  test("a body of unknown length to a 1.0 peer closes, keep-alive or not", () => {
    const { connection } = fed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    connection.send({ type: "response", status: 200 });
    expect(connection.remoteState).toBe("must-close");
  });
  test("the version is that of the last message, and is kept over cycles", () => {
    const { connection } = fed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    answer(connection);
    connection.startNextCycle();
    expect(connection.remoteHttpVersion).toBe("1.0");
    connection.feed(octets(GET));
    pulled(connection);
    expect(connection.remoteHttpVersion).toBe("1.1");
    expect(server().remoteHttpVersion).toBeNull();
  });
  test("a 1.1 request after a kept-alive 1.0 request gets no keep-alive", () => {
    const { connection } = fed(`GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${GET}`);
    connection.send({ type: "response", status: 204 });
    connection.send({ type: "end-of-message" });
    expect(sent(connection)).toBe("HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
    connection.startNextCycle();
    pulled(connection);
    connection.send({ type: "response", status: 204 });
    expect(sent(connection)).toBe("HTTP/1.1 204 No Content\r\n\r\n");
  });
});

describe("pipelined requests", () => {
  readings("wait for their turn", server, [
    [`‸${GET}‸${GET}`, "GET / HTTP/1.1 | Host: a", "end", "paused"],
    [`‸${GET}‸\0`, "GET / HTTP/1.1 | Host: a", "end", "paused"],
    [
      `‸POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n‸hi‸${GET}`,
      "POST / HTTP/1.1 | Host: a | Content-Length: 2",
      "data hi",
      "end",
      "paused",
    ],
  ]);
  readings(
    "are read in order, each at its offset",
    server,
    [
      [
        `‸${GET}‸‸POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n‸hi\r\n‸0\r\n\r\n‸${GET}‸‸${EOF}`,
        "GET / HTTP/1.1 | Host: a",
        "end",
        "POST /2 HTTP/1.1 | Host: a | Transfer-Encoding: chunked",
        "data [hi]",
        "end",
        "GET / HTTP/1.1 | Host: a",
        "end",
        "closed",
      ],
      [`‸${GET}‸‸${GET}‸‸\0`, "GET / HTTP/1.1 | Host: a", "end", "GET / HTTP/1.1 | Host: a", "end", "BAD_METHOD 400"],
      // A body that looks like a request is a body.
      [
        `‸POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${GET.length}\r\n\r\n‸${GET}‸‸${GET}‸`,
        `POST / HTTP/1.1 | Host: a | Content-Length: ${GET.length}`,
        `data ${GET}`,
        "end",
        "GET / HTTP/1.1 | Host: a",
        "end",
      ],
      // What looks like the body of a request without one is the next request.
      [`‸${GET}‸hello‸\r\n`, "GET / HTTP/1.1 | Host: a", "end", "BAD_METHOD 400"],
    ],
    true,
  );
  test("a thousand in one chunk, answered one by one", () => {
    const { connection } = fed(
      Array.from({ length: 1000 }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""),
    );
    const targets: string[] = ["/0"];
    while (connection.bufferedBytes > 0) {
      answer(connection);
      connection.startNextCycle();
      for (const event of connection.events()) if (event.type === "request") targets.push(event.target);
    }
    expect(targets).toEqual(Array.from({ length: 1000 }, (_, i) => `/${i}`));
  });
  test("bufferedBytes tells what waits: it grows by what is fed, and by nothing else", () => {
    const { connection } = fed(GET);
    expect(connection.bufferedBytes).toBe(0);
    let waiting = 0;
    for (let i = 1; i < 100; i++) {
      connection.feed(new Uint8Array(i));
      waiting += i;
      expect(connection.nextEvent()).toBe(PAUSED);
      expect(connection.bufferedBytes).toBe(waiting);
    }
  });
  test("startNextCycle is refused until both sides are done, and changes nothing", () => {
    const connection = server();
    const steps: (() => unknown)[] = [
      () => {},
      () => connection.feed(octets("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh")),
      () => pulled(connection),
      () => connection.send({ type: "response", status: 200, headers: { "Content-Length": "1" } }),
      () => connection.send({ type: "data", data: octets("x") }),
      () => connection.send({ type: "end-of-message" }),
      () => connection.feed(octets("i")),
    ];
    for (const step of steps) {
      step();
      const before = stateOf(connection);
      expect(refusal(() => connection.startNextCycle())).toBe("NOT_REUSABLE 500");
      expect(stateOf(connection)).toEqual(before);
    }
    pulled(connection);
    connection.startNextCycle();
    expect([connection.localState, connection.remoteState]).toEqual(["idle", "idle"]);
  });
  test("an early answer: the rest of the request is read before the next one", () => {
    const { connection, seen } = fed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    answer(connection, 413);
    connection.feed(octets(`llo${GET}`));
    pull(connection, seen);
    expect(seen.lines.slice(1)).toEqual(["data hello", "end", "paused"]);
    connection.startNextCycle();
    expect(pulled(connection)).toEqual(["GET / HTTP/1.1 | Host: a", "end"]);
  });
  test("EOF behind complete requests is a clean end, in the middle of one it is not", () => {
    const { connection } = fed(`${GET}${GET}GE${EOF}`);
    answer(connection);
    connection.startNextCycle();
    expect(pulled(connection)).toEqual(["GET / HTTP/1.1 | Host: a", "end", "paused"]);
    answer(connection);
    connection.startNextCycle();
    expect(pulled(connection)).toEqual(["INCOMPLETE_HEAD 400"]);
  });
});

describe("before a request, and at the wrong time", () => {
  test("a server may answer before it is asked (408, 400); a request after that is one that nobody expects", () => {
    const connection = server();
    connection.send({ type: "response", status: 408, headers: { "Content-Length": "0", Connection: "close" } });
    connection.send({ type: "end-of-message" });
    expect(sent(connection)).toBe("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    expect(connection.localState).toBe("must-close");
    connection.feed(octets(GET));
    expect(pulled(connection)).toEqual(["UNEXPECTED_REQUEST 400"]);
  });
  test("informational responses need a request", () => {
    expect(refused(server(), { type: "informational-response", status: 100 })).toBe("WRONG_STATE 500");
  });
  test("no second response, no informational one after the final one", () => {
    const { connection } = fed(GET);
    connection.send({ type: "response", status: 200, headers: { "Content-Length": "0" } });
    expect(refused(connection, { type: "response", status: 200 })).toBe("WRONG_STATE 500");
    expect(refused(connection, { type: "informational-response", status: 100 })).toBe("WRONG_STATE 500");
    connection.send({ type: "end-of-message" });
    expect(refused(connection, { type: "response", status: 200 })).toBe("WRONG_STATE 500");
    expect(refused(connection, { type: "data", data: octets("") })).toBe("WRONG_STATE 500");
    expect(refused(connection, { type: "end-of-message" })).toBe("WRONG_STATE 500");
  });
  test("a client's events are refused", () => {
    expect(refused(server(), { type: "request", method: "GET", target: "/", headers: { Host: "a" } })).toBe(
      "WRONG_STATE 500",
    );
    expect(server().outstandingRequests).toBe(0);
    expect(fed(GET).connection.outstandingRequests).toBe(0);
  });
});

describe("Expect: 100-continue (RFC 9110 10.1.1)", () => {
  const post = (fields: string, version = "1.1") => `POST / HTTP/${version}\r\nHost: a\r\n${fields}\r\n`;
  const EXPECT = post("Content-Length: 5\r\nExpect: 100-continue\r\n");
  const CHUNKED = post("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n");
  test.each([
    [EXPECT, true],
    [CHUNKED, true],
    [post("Content-Length: 5\r\nexpect: a, 100-Continue\r\n"), true],
    [post("Content-Length: 5\r\nExpect: a\r\nExpect: 100-continue\r\n"), true],
    [post("Content-Length: 5\r\nExpect: 100-continued\r\n"), false],
    [post("Content-Length: 5\r\nExpect: \r\n"), false],
    [post("Content-Length: 5\r\n"), false],
    [post("Content-Length: 5\r\nConnection: close\r\n"), false],
    [post("Content-Length: 5\r\nConnection: upgrade\r\nUpgrade: x\r\n"), false],
    [post("Content-Length: 5\r\nExpect: 100-continue\r\n", "1.0"), false],
  ])("%j: waits: %s", (input, waits) => {
    const { connection } = fed(input);
    expect([connection.remoteIsWaitingFor100Continue, connection.isWaitingFor100Continue]).toEqual([waits, false]);
  });
  test("ends with 100, with a final response, with the body, with the end of the message, with a switch", () => {
    const ends: [string, (connection: Http1Connection) => void][] = [
      [EXPECT, (connection) => connection.send({ type: "informational-response", status: 100 })],
      [EXPECT, (connection) => connection.send({ type: "response", status: 417 })],
      [
        EXPECT,
        (connection) => {
          connection.feed(octets("h"));
          pulled(connection);
        },
      ],
      [
        CHUNKED,
        (connection) => {
          connection.feed(octets("0\r\n\r\n"));
          pulled(connection);
        },
      ],
      [
        post("Content-Length: 5\r\nExpect: 100-continue\r\nConnection: upgrade\r\nUpgrade: x\r\n"),
        (connection) => connection.send({ type: "informational-response", status: 101 }),
      ],
    ];
    for (const [input, end] of ends) {
      const { connection } = fed(input);
      expect(connection.remoteIsWaitingFor100Continue).toBe(true);
      end(connection);
      expect(connection.remoteIsWaitingFor100Continue).toBe(false);
    }
  });
  test("goes on after another informational response, and with a refused 100", () => {
    const { connection } = fed(EXPECT);
    connection.send({ type: "informational-response", status: 103 });
    refused(connection, { type: "informational-response", status: 100, headers: { "A b": "c" } });
    expect(connection.remoteIsWaitingFor100Continue).toBe(true);
  });
  test("on a message without body it is over with the message", () => {
    const connection = server();
    connection.feed(octets("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"));
    connection.nextEvent();
    expect(connection.remoteIsWaitingFor100Continue).toBe(true);
    connection.nextEvent();
    expect(connection.remoteIsWaitingFor100Continue).toBe(false);
  });

  describe("declined: the client may close instead of sending the body", () => {
    const outcome = (input: string, answers: (connection: Http1Connection) => void, more = "") => {
      const { connection } = fed(input);
      answers(connection);
      connection.feed(octets(more));
      pulled(connection);
      connection.feedEof();
      return pulled(connection);
    };
    const declines = (connection: Http1Connection) => answer(connection, 417);
    const continues = (connection: Http1Connection) => connection.send({ type: "informational-response", status: 100 });
    test.each([
      ["a final response", EXPECT, declines, "", "closed"],
      ["chunked", CHUNKED, declines, "", "closed"],
      [
        "the response not yet ended",
        EXPECT,
        (connection: Http1Connection) => connection.send({ type: "response", status: 417 }),
        "",
        "closed",
      ],
      [
        "a final response that closes",
        EXPECT,
        (connection: Http1Connection) => {
          connection.send({ type: "response", status: 417, headers: { "Content-Length": "0", Connection: "close" } });
          connection.send({ type: "end-of-message" });
        },
        "",
        "closed",
      ],
      ["not after some of the body", EXPECT, declines, "h", "INCOMPLETE_BODY 400"],
      ["not in a chunk-size line", CHUNKED, declines, "5", "INCOMPLETE_BODY 400"],
      ["not in the trailer section", CHUNKED, declines, "0\r\n", "INCOMPLETE_BODY 400"],
      ["not in a chunk", CHUNKED, declines, "5\r\n", "INCOMPLETE_BODY 400"],
      ["not without an answer", EXPECT, () => {}, "", "INCOMPLETE_BODY 400"],
      ["not after 100", EXPECT, continues, "", "INCOMPLETE_BODY 400"],
      [
        "after 100 and a final response",
        EXPECT,
        (connection: Http1Connection) => {
          continues(connection);
          declines(connection);
        },
        "",
        "closed",
      ],
      ["not when the body had begun before the answer", `${EXPECT}h`, declines, "", "INCOMPLETE_BODY 400"],
      ["without expectation", post("Content-Length: 5\r\n"), declines, "", "closed"],
    ])("%s", (_, input, answers, more, expected) => {
      expect(outcome(input, answers, more)).toEqual([expected]);
    });
    test("then both ends are closed or must close", () => {
      const { connection } = fed(EXPECT);
      declines(connection);
      connection.feedEof();
      expect(pulled(connection)).toEqual(["closed"]);
      expect([connection.localState, connection.remoteState]).toEqual(["must-close", "closed"]);
      expect(connection.takeTrailingData()).toEqual({ data: new Uint8Array(0), eof: true });
    });
    test("the body may come all the same", () => {
      const { connection } = fed(EXPECT);
      declines(connection);
      connection.feed(octets("hello"));
      expect(pulled(connection)).toEqual(["data hello", "end"]);
      connection.startNextCycle();
    });
  });
});

describe("switching protocols (RFC 9110 7.8, 9.3.6)", () => {
  const upgrade = (fields = "Connection: upgrade\r\nUpgrade: x\r\n") => `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
  const CONNECT = "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n";
  const BOTH = CONNECT.replace("\r\n\r\n", "\r\nConnection: Upgrade, close\r\nUpgrade: x\r\n\r\n");
  const switches = (connection: Http1Connection) => connection.send({ type: "informational-response", status: 101 });
  const tunnels = (connection: Http1Connection) => connection.send({ type: "response", status: 200 });
  const denies = (connection: Http1Connection) => answer(connection, 404);

  describe.each([
    ["Upgrade", upgrade(), switches],
    ["CONNECT", CONNECT, tunnels],
    ["CONNECT with Upgrade, by 101", BOTH, switches],
    ["CONNECT with Upgrade, by 2xx", BOTH, tunnels],
  ])("%s", (_, input, accepts) => {
    test("is paused when the request is complete", () => {
      const { connection, seen } = fed(input);
      expect(seen.lines.slice(1)).toEqual(["end", "paused"]);
      expect([connection.localState, connection.remoteState]).toEqual(["send-response", "might-switch-protocol"]);
      expect(refusal(() => connection.takeTrailingData())).toBe("NOT_SWITCHED 500");
      expect(refusal(() => connection.startNextCycle())).toBe("NOT_REUSABLE 500");
    });
    test.each(["", "more", GET])("accepted, with %j behind it", (trailing) => {
      for (const before of [true, false]) {
        const { connection } = fed(input + (before ? trailing : ""));
        accepts(connection);
        connection.bytesToSend();
        if (!before) connection.feed(octets(trailing));
        expect([connection.localState, connection.remoteState]).toEqual(["switched-protocol", "switched-protocol"]);
        expect(connection.nextEvent()).toBe(PAUSED);
        expect(connection.bufferedBytes).toBe(trailing.length);
        expect(latin1(connection.takeTrailingData().data)).toBe(trailing);
        expect(connection.bufferedBytes).toBe(0);
        // Nothing is sent or parsed any more; what is fed is handed over.
        for (const event of ["connection-closed", "end-of-message"] as const)
          expect(refused(connection, { type: event })).toBe("WRONG_STATE 500");
        expect(refused(connection, { type: "response", status: 200 })).toBe("WRONG_STATE 500");
        connection.feed(octets("ab"));
        connection.feed(octets("cd"));
        const { data, eof } = connection.takeTrailingData();
        expect([latin1(data), eof]).toEqual(["abcd", false]);
        connection.feedEof();
        expect(connection.nextEvent()).toBe(PAUSED);
        expect(connection.takeTrailingData()).toEqual({ data: new Uint8Array(0), eof: true });
      }
    });
    test("accepted by an informational response only after others", () => {
      const { connection } = fed(input);
      connection.send({ type: "informational-response", status: 103 });
      accepts(connection);
      expect(connection.localState).toBe("switched-protocol");
    });
    test("denied: HTTP goes on", () => {
      for (const trailing of ["", GET]) {
        const { connection } = fed(input + trailing);
        connection.send({ type: "response", status: 404, headers: { "Content-Length": "0" } });
        expect(connection.remoteState).toBe(input === BOTH ? "must-close" : "done");
        connection.send({ type: "end-of-message" });
        if (input === BOTH) continue;
        connection.startNextCycle();
        expect(pulled(connection)).toEqual(trailing === "" ? [] : ["GET / HTTP/1.1 | Host: a", "end"]);
        connection.feedEof();
        expect(pulled(connection)).toEqual(["closed"]);
      }
    });
    test("denied, and the end of the input is seen", () => {
      const { connection } = fed(`${input}${EOF}`);
      expect(connection.nextEvent()).toBe(PAUSED);
      denies(connection);
      expect(connection.nextEvent().type).toBe("connection-closed");
    });
  });

  test("a successful answer to Upgrade other than 101 denies it", () => {
    const { connection } = fed(upgrade());
    tunnels(connection);
    expect([connection.localState, connection.remoteState]).toEqual(["send-body", "done"]);
  });
  test.each([
    ["nothing", GET],
    ["Upgrade without Connection: upgrade", upgrade("Upgrade: x\r\n")],
    ["Connection: upgrade without Upgrade", upgrade("Connection: upgrade\r\n")],
    ["an empty Upgrade", upgrade("Connection: upgrade\r\nUpgrade: \r\n")],
    ["an Upgrade of empty members", upgrade("Connection: upgrade\r\nUpgrade: , ,\r\n")],
    ["HTTP/1.0", upgrade().replace("1.1", "1.0")],
    ["CONNECT", CONNECT],
  ])("101 is refused when the request has %s", (_, input) => {
    const { connection } = fed(input);
    expect(refused(connection, { type: "informational-response", status: 101 })).toBe("UNPROPOSED_SWITCH 500");
    denies(connection);
  });
  test("while the request has still a body: it is read, and what follows it is not HTTP's", () => {
    const { connection } = fed(
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nhe",
    );
    switches(connection);
    expect([connection.localState, connection.remoteState]).toEqual(["switched-protocol", "send-body"]);
    expect(refusal(() => connection.takeTrailingData())).toBe("NOT_SWITCHED 500");
    connection.feed(octets("llo!"));
    expect(pulled(connection)).toEqual(["data llo", "end", "paused"]);
    expect(connection.remoteState).toBe("switched-protocol");
    expect(latin1(connection.takeTrailingData().data)).toBe("!");
  });
  test("trailing data that lies in one chunk is a view of it", () => {
    const connection = server();
    const chunk = octets(`${CONNECT}tail`);
    connection.feed(chunk);
    pulled(connection);
    tunnels(connection);
    const { data } = connection.takeTrailingData();
    expect([data.buffer === chunk.buffer, data.byteOffset, latin1(data)]).toEqual([true, CONNECT.length, "tail"]);
  });
  test("CONNECT in HTTP/1.0 may be accepted, and closes when it is not", () => {
    const old = "CONNECT a:1 HTTP/1.0\r\n\r\n";
    const accepted = fed(old).connection;
    tunnels(accepted);
    expect(sent(accepted)).toBe("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    expect(accepted.localState).toBe("switched-protocol");
    const denied = fed(old).connection;
    denies(denied);
    expect([denied.localState, denied.remoteState]).toEqual(["must-close", "must-close"]);
  });
  test("a fault in the body of a request that proposed: the proposal can only be denied", () => {
    const connection = server();
    connection.feed(
      octets("POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n!"),
    );
    connection.nextEvent();
    let error: unknown;
    try {
      connection.nextEvent();
    } catch (thrown) {
      error = thrown;
    }
    expect(faultLine(error)).toBe("BAD_CHUNK_SIZE 400");
    expect(connection.errorResponse(error as RemoteProtocolError)).toBe(true);
    expect(connection.localState).toBe("must-close");
  });
});
