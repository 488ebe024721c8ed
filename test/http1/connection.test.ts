// What holds for every connection: feeding and its end, whose memory is whose, pulling, errors, closing.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  type DataEvent,
  Http1Connection,
  type Http1Event,
  LocalProtocolError,
  NEED_DATA,
  PAUSED,
  RemoteProtocolError,
  type RequestEvent,
} from "../../src/http1/index.ts";
import {
  answer,
  both,
  client,
  EOF,
  faultLine,
  latin1,
  line,
  octets,
  pull,
  read,
  readings,
  refusal,
  type Seen,
  sent,
  server,
} from "./helpers.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("feed", () => {
  test("stores only: nothing is read, refused or moved before an event is pulled", () => {
    for (const role of both) {
      const connection = new Http1Connection(role);
      connection.feed(octets("\0\0\0"));
      expect([connection.localState, connection.remoteState, connection.bufferedBytes]).toEqual(["idle", "idle", 3]);
    }
  });
  test("an empty chunk is nothing, before and after anything", () => {
    const connection = server();
    const empty = new Uint8Array(0);
    connection.feed(empty);
    expect(connection.nextEvent()).toBe(NEED_DATA);
    connection.feed(octets("GET "));
    connection.feed(empty);
    connection.feed(octets(`${GET.slice(4)}`));
    connection.feed(empty);
    const seen: Seen = { lines: [], offsets: [] };
    pull(connection, seen);
    expect(seen.lines).toEqual(["GET / HTTP/1.1 | Host: a", "end"]);
  });
  test("after feedEof it is a TypeError, for an empty chunk too", () => {
    const connection = server();
    connection.feedEof();
    connection.feedEof();
    expect(() => connection.feed(octets("x"))).toThrow(TypeError);
    expect(() => connection.feed(new Uint8Array(0))).toThrow(TypeError);
    expect(connection.nextEvent().type).toBe("connection-closed");
  });
  test("after a remote error it is ignored", () => {
    const connection = server();
    connection.feed(octets("\0"));
    const error = thrown(() => connection.nextEvent());
    connection.feed(octets(GET));
    expect(connection.bufferedBytes).toBe(0);
    expect(thrown(() => connection.nextEvent())).toBe(error);
  });
  test.each([
    ["undefined", undefined],
    ["null", null],
    ["a string", "GET"],
    ["an array", [71]],
    ["an ArrayBuffer", new ArrayBuffer(4)],
    ["a DataView", new DataView(new ArrayBuffer(4))],
    ["a Uint16Array", new Uint16Array(4)],
    ["an Int8Array", new Int8Array(4)],
    ["a Uint8ClampedArray", new Uint8ClampedArray(4)],
    ["a thing that says it is one", { [Symbol.toStringTag]: "Uint8Array", length: 4 }],
    ["shared memory", new Uint8Array(new SharedArrayBuffer(4))],
    ["another realm's Uint16Array", runInNewContext("new Uint16Array(4)")],
    ["another realm's shared memory", runInNewContext("new Uint8Array(new SharedArrayBuffer(4))")],
  ])("%s is a TypeError", (_, chunk) => {
    const connection = server();
    expect(() => connection.feed(chunk as Uint8Array)).toThrow(TypeError);
    expect(connection.bufferedBytes).toBe(0);
  });
  test.each([
    ["a Buffer", Buffer.from(GET)],
    ["a Buffer of the pool, inside it", Buffer.from(`xx${GET}xx`).subarray(2, 2 + GET.length)],
    ["a subarray", octets(`xx${GET}xx`).subarray(2, 2 + GET.length)],
    ["another realm's Uint8Array", runInNewContext("Uint8Array.from(input)", { input: [...octets(GET)] })],
  ])("%s is taken", (_, chunk) => {
    expect(read(server(), [chunk as Uint8Array]).lines).toEqual(["GET / HTTP/1.1 | Host: a", "end"]);
  });
});

describe("ownership", () => {
  test("data is a view of the chunk that was fed", () => {
    const connection = server();
    const chunk = octets(`${POST}hel`);
    const rest = octets("xlox").subarray(1, 3);
    connection.feed(chunk);
    connection.feed(rest);
    const data = [...connection.events()].filter((event): event is DataEvent => event.type === "data");
    expect(data.map((event) => latin1(event.data))).toEqual(["hel", "lo"]);
    expect(data.map((event) => event.data.buffer)).toEqual([chunk.buffer, rest.buffer]);
    expect(data[0]?.data.buffer).toBe(chunk.buffer);
    expect(data[0]?.data.byteOffset).toBe(POST.length);
    expect(data[1]?.data.buffer).toBe(rest.buffer);
    // It goes on seeing what the caller does to the chunk.
    chunk[POST.length] = 0x48;
    expect(data.map((event) => latin1(event.data))[0]).toBe("Hel");
  });
  test("data is a plain Uint8Array, also of a Buffer", () => {
    const connection = server();
    connection.feed(Buffer.from(`${POST}hello`));
    const data = [...connection.events()].find((event): event is DataEvent => event.type === "data");
    expect(Object.getPrototypeOf(data?.data)).toBe(Uint8Array.prototype);
    expect(latin1(data?.data as Uint8Array)).toBe("hello");
  });
  test("with copyData chunks are copied when they are fed", () => {
    const connection = server({ copyData: true });
    const chunk = octets(`${POST}hello`);
    connection.feed(chunk);
    chunk.fill(0);
    const seen: Seen = { lines: [], offsets: [] };
    pull(connection, seen);
    expect(seen.lines[1]).toBe("data hello");
  });
  test("a head that is cut over chunks is held as a copy; headers own their data", () => {
    const connection = server();
    const [first, second] = [octets(GET.slice(0, 20)), octets(`${GET.slice(20, -2)}A: b\r\n\r\n`)];
    connection.feed(first);
    expect(connection.nextEvent()).toBe(NEED_DATA);
    expect(connection.bufferedBytes).toBe(20);
    first.fill(0x78);
    connection.feed(second);
    const event = connection.nextEvent() as RequestEvent;
    second.fill(0x78);
    expect(line(event)).toBe("GET / HTTP/1.1 | Host: a | A: b");
  });
  test("headers of one connection do not depend on what others read", () => {
    const events = Array.from({ length: 50 }, (_, i) => {
      const connection = server();
      connection.feed(octets(`GET /${i} HTTP/1.1\r\nHost: h${i}\r\nX-${i}: \xe4${i}\r\n\r\n`));
      return connection.nextEvent();
    });
    expect(events.map(line)).toEqual(events.map((_, i) => `GET /${i} HTTP/1.1 | Host: h${i} | X-${i}: \xe4${i}`));
  });
  test("connections may be fed and pulled in turn", () => {
    const input = octets(`${POST}hello`);
    const connections = Array.from({ length: 3 }, () => ({
      connection: server(),
      seen: { lines: [], offsets: [] } as Seen,
    }));
    for (let at = 0; at < input.length; at++) {
      for (const { connection, seen } of connections) {
        connection.feed(input.subarray(at, at + 1));
        pull(connection, seen);
      }
    }
    for (const { seen } of connections)
      expect(seen.lines).toEqual(["POST / HTTP/1.1 | Host: a | Content-Length: 5", "data hello", "end"]);
  });
});

test("a chunk that was transferred away is the caller's fault, not the peer's", () => {
  const connection = server();
  const chunk = octets(`${POST}hello`);
  connection.feed(chunk);
  connection.nextEvent();
  structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
  expect(thrown(() => connection.nextEvent())).not.toBeInstanceOf(RemoteProtocolError);
  expect(connection.remoteState).toBe("send-body");
});

describe("pulling", () => {
  test("need-data and paused are one frozen object each", () => {
    const connection = server();
    expect(connection.nextEvent()).toBe(NEED_DATA);
    connection.feed(octets(`${GET}G`));
    for (const _ of connection.events());
    expect(connection.nextEvent()).toBe(PAUSED);
    expect(connection.nextEvent()).toBe(PAUSED);
    expect([Object.isFrozen(NEED_DATA), Object.isFrozen(PAUSED), NEED_DATA, PAUSED]).toEqual([
      true,
      true,
      { type: "need-data" },
      { type: "paused" },
    ]);
  });
  test("every event that is received has the offset where it began", () => {
    const connection = server();
    connection.feed(octets(`\r\n${POST}hello${GET}`));
    const seen: [string, number][] = [];
    for (const event of connection.events()) seen.push([event.type, event.offset]);
    answer(connection);
    connection.startNextCycle();
    for (const event of connection.events()) seen.push([event.type, event.offset]);
    connection.feedEof();
    for (const event of connection.events()) seen.push([event.type, event.offset]);
    const body = 2 + POST.length;
    const next = body + 5;
    const end = next + GET.length;
    expect(seen).toEqual([
      ["request", 2],
      ["data", body],
      ["end-of-message", next],
      ["request", next],
      ["end-of-message", end],
      ["connection-closed", end],
    ]);
  });
  test("events() stops before need-data and paused, and behind connection-closed", () => {
    const connection = server();
    expect([...connection.events()]).toEqual([]);
    connection.feed(octets(GET + GET));
    expect([...connection.events()].map((event) => event.type)).toEqual(["request", "end-of-message"]);
    expect([...connection.events()]).toEqual([]);
    answer(connection);
    connection.startNextCycle();
    connection.feedEof();
    expect([...connection.events()].map((event) => event.type)).toEqual([
      "request",
      "end-of-message",
      "connection-closed",
    ]);
    expect([...connection.events()].map((event) => event.type)).toEqual(["connection-closed"]);
  });
  test("events() may be left and taken up again", () => {
    const connection = server();
    connection.feed(octets(`${POST}hello`));
    for (const event of connection.events()) if (event.type === "request") break;
    expect([...connection.events()].map((event) => event.type)).toEqual(["data", "end-of-message"]);
  });
  test("connection-closed repeats when pulled again, whatever is sent meanwhile", () => {
    const connection = server();
    connection.feed(octets(GET));
    connection.feedEof();
    for (const _ of connection.events());
    for (let i = 0; i < 3; i++)
      expect(connection.nextEvent()).toEqual({ type: "connection-closed", offset: GET.length });
    answer(connection);
    expect(connection.nextEvent().type).toBe("connection-closed");
    expect(connection.localState).toBe("must-close");
    connection.send({ type: "connection-closed" });
    expect([connection.nextEvent().type, connection.localState]).toEqual(["connection-closed", "closed"]);
  });
  test("EOF before anything is a clean end in both roles", () => {
    for (const role of both) {
      const connection = new Http1Connection(role);
      connection.feedEof();
      expect(connection.nextEvent()).toEqual({ type: "connection-closed", offset: 0 });
      expect([connection.remoteState, connection.localState]).toEqual(["closed", "must-close"]);
      expect(refusal(() => connection.startNextCycle())).toBe("NOT_REUSABLE 500");
    }
  });
});

describe("octets after a message that closes the connection are dropped (RFC 9112 9.6)", () => {
  const closes = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  readings("server", server, [
    [`‸${closes}‸${GET}‸${EOF}`, "GET / HTTP/1.1 | Host: a | Connection: close", "end", "closed"],
    [`‸${closes}‸\0\0\0`, "GET / HTTP/1.1 | Host: a | Connection: close", "end"],
    [`‸GET / HTTP/1.0\r\n\r\n‸${GET}‸${EOF}`, "GET / HTTP/1.0", "end", "closed"],
  ]);
  readings("client", () => client(), [
    [`‸HTTP/1.1 204 \r\nConnection: close\r\n\r\n‸${OK}‸${EOF}`, "HTTP/1.1 204  | Connection: close", "end", "closed"],
    [`‸HTTP/1.0 204 \r\n\r\n‸${OK}‸${EOF}`, "HTTP/1.0 204 ", "end", "closed"],
  ]);
  test("and not kept", () => {
    const connection = server();
    connection.feed(octets(closes));
    for (const _ of connection.events());
    for (let i = 0; i < 100; i++) {
      connection.feed(octets("x".repeat(1000)));
      expect(connection.nextEvent()).toBe(NEED_DATA);
      expect(connection.bufferedBytes).toBe(0);
    }
    expect(refusal(() => connection.takeTrailingData())).toBe("NOT_SWITCHED 500");
    connection.feedEof();
    expect(connection.nextEvent()).toEqual({ type: "connection-closed", offset: closes.length + 100_000 });
    expect(connection.takeTrailingData()).toEqual({ data: new Uint8Array(0), eof: true });
  });
});

describe("remote errors", () => {
  test("come after every event that preceded them, and then again and again, the same one", () => {
    const connection = server();
    connection.feed(octets("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n!"));
    const seen: string[] = [];
    const error = thrown(() => {
      for (const event of connection.events()) seen.push(line(event));
    });
    expect(seen).toEqual(["POST / HTTP/1.1 | Host: a | Transfer-Encoding: chunked", "data [hi]"]);
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(error).not.toBeInstanceOf(LocalProtocolError);
    expect(error).toMatchObject({
      name: "RemoteProtocolError",
      code: "BAD_CHUNK_SIZE",
      statusHint: 400,
      offset: 63,
      header: undefined,
    });
    expect((error as Error).message).toMatch(/found 0x21 at octet 63/);
    for (let i = 0; i < 3; i++) expect(thrown(() => connection.nextEvent())).toBe(error);
    expect(thrown(() => [...connection.events()])).toBe(error);
    connection.feedEof();
    expect(thrown(() => connection.nextEvent())).toBe(error);
    expect([connection.remoteState, connection.bufferedBytes]).toEqual(["error", 0]);
  });
  test("sending stays legal", () => {
    const connection = server();
    connection.feed(octets("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe"));
    for (const _ of connection.events());
    connection.feedEof();
    expect(faultLine(thrown(() => connection.nextEvent()))).toBe("INCOMPLETE_BODY 400");
    connection.send({ type: "response", status: 200, headers: { "Content-Length": "2" } });
    connection.send({ type: "data", data: octets("ok") });
    connection.send({ type: "end-of-message" });
    expect(sent(connection)).toBe("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    expect(connection.localState).toBe("must-close");
    expect(refusal(() => connection.startNextCycle())).toBe("NOT_REUSABLE 500");
  });
  test("in client role too: what was begun may be finished", () => {
    const connection = new Http1Connection("client");
    connection.send({ type: "request", method: "PUT", target: "/", headers: { Host: "a", "Content-Length": "2" } });
    connection.feed(octets("!"));
    expect(faultLine(thrown(() => connection.nextEvent()))).toBe("BAD_VERSION 502");
    connection.send({ type: "data", data: octets("hi") });
    connection.send({ type: "end-of-message" });
    expect(connection.localState).toBe("must-close");
  });
  test("are real errors with a stack, and nothing else is one", () => {
    const error = thrown(() => {
      const connection = server();
      connection.feed(octets("\0"));
      connection.nextEvent();
    }) as RemoteProtocolError;
    expect(error).toBeInstanceOf(Error);
    expect(error.stack).toContain("RemoteProtocolError");
    expect({}).not.toBeInstanceOf(RemoteProtocolError);
    expect(null).not.toBeInstanceOf(RemoteProtocolError);
  });
});

describe("errorResponse", () => {
  const REFUSAL = (status: string) => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  /** A server that has met this input's fault. */
  function faulty(
    input: string,
    before: (connection: Http1Connection) => void = () => {},
  ): [Http1Connection, RemoteProtocolError] {
    const connection = server({ limits: { maxBodyBytes: 100, maxTargetBytes: 100 } });
    connection.feed(octets(input));
    before(connection);
    const error = thrown(() => [...connection.events()]);
    return [connection, error as RemoteProtocolError];
  }
  test.each([
    ["\0", "400 Bad Request"],
    [`GET /${"a".repeat(100)} HTTP/1.1\r\n`, "414 URI Too Long"],
    ["GET / HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported"],
    [`GET / HTTP/1.1\r\n${"A: b\r\n".repeat(257)}`, "431 Request Header Fields Too Large"],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n", "413 Content Too Large"],
    ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501 Not Implemented"],
  ])("%j: %s", (input, status) => {
    const [connection, error] = faulty(input);
    expect(connection.errorResponse(error)).toBe(true);
    expect(sent(connection)).toBe(REFUSAL(status));
    expect([connection.localState, connection.remoteState]).toEqual(["must-close", "error"]);
    // Once is enough.
    expect(connection.errorResponse(error)).toBe(false);
    expect(connection.queuedBytes).toBe(0);
  });
  test("to a 1.0 request, to HEAD, in the middle of a body, with an expectation", () => {
    const inputs = [
      "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n",
      "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n!",
      "CONNECT a:1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n!",
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n!",
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n!",
    ];
    for (const input of inputs) {
      const [connection, error] = faulty(input, (other) => other.feedEof());
      expect(connection.errorResponse(error), input).toBe(true);
      expect(sent(connection), input).toBe(REFUSAL("400 Bad Request"));
      expect(connection.localState, input).toBe("must-close");
    }
  });
  test("to a message after others", () => {
    const connection = server();
    connection.feed(octets(`${GET}\0`));
    for (const _ of connection.events());
    answer(connection);
    connection.startNextCycle();
    const error = thrown(() => connection.nextEvent()) as RemoteProtocolError;
    expect(error.offset).toBe(GET.length);
    expect(connection.errorResponse(error)).toBe(true);
    expect(sent(connection)).toBe(REFUSAL("400 Bad Request"));
  });
  test("not when a response has begun, is complete, when sending failed or is closed, when protocols were switched, nor as a client", () => {
    const chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const states: [string, string, (connection: Http1Connection) => void][] = [
      [
        "send-body",
        `${chunked}!`,
        (connection) => {
          connection.nextEvent();
          connection.send({ type: "response", status: 200 });
        },
      ],
      [
        "must-close",
        `${chunked}!`,
        (connection) => {
          connection.nextEvent();
          answer(connection);
        },
      ],
      ["error", "\0", (connection) => connection.sendFailed()],
      [
        "closed",
        `${chunked}!`,
        (connection) => {
          connection.nextEvent();
          answer(connection);
          connection.send({ type: "connection-closed" });
        },
      ],
    ];
    for (const [state, input, before] of states) {
      const [connection, error] = faulty(input, before);
      expect(error, state).toBeInstanceOf(RemoteProtocolError);
      connection.bytesToSend();
      expect([connection.localState, connection.errorResponse(error), connection.queuedBytes]).toEqual([
        state,
        false,
        0,
      ]);
    }
    const asking = client();
    asking.feed(octets("!"));
    const error = thrown(() => asking.nextEvent()) as RemoteProtocolError;
    expect(error.statusHint).toBe(502);
    for (const role of [asking, client(), new Http1Connection("client")]) {
      expect([role.errorResponse(error), role.queuedBytes]).toEqual([false, 0]);
    }
    const switched = server();
    switched.feed(octets("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (const _ of switched.events());
    switched.send({ type: "response", status: 200 });
    switched.bytesToSend();
    expect([switched.localState, switched.errorResponse(error), switched.queuedBytes]).toEqual([
      "switched-protocol",
      false,
      0,
    ]);
  });
  test("after informational responses it is still due", () => {
    const [connection, error] = faulty("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n!", (other) => {
      other.nextEvent();
      other.send({ type: "informational-response", status: 103 });
      other.bytesToSend();
    });
    expect(connection.errorResponse(error)).toBe(true);
    expect(sent(connection)).toBe(REFUSAL("400 Bad Request"));
  });
});

describe("sendFailed", () => {
  test("this end is in error: nothing is sent any more, receiving goes on", () => {
    const connection = server();
    connection.feed(octets(`${POST}hello`));
    const seen: Seen = { lines: [line(connection.nextEvent())], offsets: [0] };
    connection.sendFailed();
    connection.sendFailed();
    expect(connection.localState).toBe("error");
    expect(refusal(() => connection.send({ type: "connection-closed" }))).toBe("WRONG_STATE 500");
    pull(connection, seen);
    expect(seen.lines.slice(1)).toEqual(["data hello", "end"]);
    expect(refusal(() => connection.send({ type: "response", status: 200 }))).toBe("WRONG_STATE 500");
    expect([connection.localState, connection.remoteState]).toEqual(["error", "must-close"]);
  });
  test("in the middle of a response: the client is in must-close when it is done", () => {
    const connection = server();
    connection.feed(octets(GET));
    for (const _ of connection.events());
    connection.send({ type: "response", status: 200 });
    connection.sendFailed();
    expect([connection.localState, connection.remoteState]).toEqual(["error", "must-close"]);
  });
  test("a client", () => {
    const connection = new Http1Connection("client");
    connection.send({ type: "request", method: "PUT", target: "/", headers: { Host: "a", "Content-Length": "5" } });
    connection.sendFailed();
    connection.feed(octets("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
    const events: Http1Event[] = [...connection.events()];
    expect(events.map((event) => event.type)).toEqual(["response", "end-of-message"]);
    expect([connection.localState, connection.remoteState]).toEqual(["error", "must-close"]);
  });
});

test("headers that send while they are read: what they send goes first, and nothing goes out in the wrong state", () => {
  const connection = new Http1Connection("client");
  const inner = { type: "request", method: "GET", target: "/inner", headers: [["Host", "a"]] } as const;
  const headers = {
    *[Symbol.iterator](): Generator<[string, string]> {
      connection.send(inner);
      yield ["Host", "a"];
    },
  };
  expect(() => connection.send({ type: "request", method: "GET", target: "/outer", headers })).toThrow("send-body");
  expect(String.fromCharCode(...connection.bytesToSend())).toBe("GET /inner HTTP/1.1\r\nHost: a\r\n\r\n");
  expect([connection.localState, connection.outstandingRequests]).toEqual(["send-body", 1]);
});

test("errorResponse takes a RemoteProtocolError", () => {
  const connection = new Http1Connection("server");
  for (const error of [null, {}, new Error("no"), { statusHint: 400 }]) {
    expect(() => connection.errorResponse(error as RemoteProtocolError)).toThrow(TypeError);
  }
  expect(connection.queuedBytes).toBe(0);
});
