// What is sent, octet for octet: every event written as it is read; framing and connection fields chosen; and nothing
// refused that leaves a trace.
import { STATUS_CODES } from "node:http";
import { describe, expect, test } from "vitest";
import { FORBIDDEN_TRAILERS, Http1Connection, type Http1Send, LocalProtocolError } from "../../src/http1/index.ts";
import {
  client,
  HOST,
  latin1,
  line,
  octets,
  pull,
  refusal,
  refused,
  request,
  type Seen,
  sent,
  server,
  stateOf,
} from "./helpers.ts";

type Pairs = [string, string][];

// --- one list, read and written ---------------------------------------------------------------------------------------

const END: Http1Send = { type: "end-of-message" };
const data = (body: string): Http1Send => ({ type: "data", data: octets(body) });
const get = (headers: Pairs = []): Http1Send => ({
  type: "request",
  method: "GET",
  target: "/",
  headers: [["Host", "a"], ...headers],
});
const post = (headers: Pairs): Http1Send => ({ ...get(headers), method: "POST" }) as Http1Send;
const respond = (status: number, headers: Pairs = [], reason?: string): Http1Send => ({
  type: status < 200 ? "informational-response" : "response",
  status,
  headers,
  ...(reason !== undefined && { reason }),
});
const GET = "GET / HTTP/1.1\r\nHost: a\r\n";
const POST = "POST / HTTP/1.1\r\nHost: a\r\n";
const CHUNKED: [string, string] = ["Transfer-Encoding", "chunked"];
const UPGRADE: Pairs = [
  ["Connection", "upgrade"],
  ["Upgrade", "x"],
];

/** A message: each event with the octets that it is. */
type Message = readonly (readonly [event: Http1Send, octets: string])[];

const REQUESTS: readonly Message[] = [
  [
    [get(), `${GET}\r\n`],
    [END, ""],
  ],
  [
    [
      get([
        ["A", ""],
        ["b", "c d\te"],
        ["X", "\x80\xff"],
      ]),
      `${GET}A: \r\nb: c d\te\r\nX: \x80\xff\r\n\r\n`,
    ],
    [END, ""],
  ],
  [
    [
      { type: "request", method: "!#$%&'*+-.^_`|~1a", target: "*", headers: { Host: "" } },
      "!#$%&'*+-.^_`|~1a * HTTP/1.1\r\nHost: \r\n\r\n",
    ],
    [END, ""],
  ],
  [
    [
      {
        type: "request",
        method: "GET",
        target: 'http://a/?b=c#~{}"<>|\\^`',
        headers: { Host: "a:1" },
        httpVersion: "1.1",
      },
      'GET http://a/?b=c#~{}"<>|\\^` HTTP/1.1\r\nHost: a:1\r\n\r\n',
    ],
    [END, ""],
  ],
  [
    [
      { type: "request", method: "OPTIONS", target: "*", headers: { Host: "[::1]:80" } },
      "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
    ],
    [END, ""],
  ],
  [
    [post([["Content-Length", "5"]]), `${POST}Content-Length: 5\r\n\r\n`],
    [data("hello"), "hello"],
    [END, ""],
  ],
  [
    [post([["Content-Length", "5"]]), `${POST}Content-Length: 5\r\n\r\n`],
    [data("he"), "he"],
    [data("llo"), "llo"],
    [END, ""],
  ],
  [
    [post([["Content-Length", "0"]]), `${POST}Content-Length: 0\r\n\r\n`],
    [END, ""],
  ],
  [
    [post([CHUNKED]), `${POST}Transfer-Encoding: chunked\r\n\r\n`],
    [END, "0\r\n\r\n"],
  ],
  [
    [post([CHUNKED]), `${POST}Transfer-Encoding: chunked\r\n\r\n`],
    [data("hello"), "5\r\nhello\r\n"],
    [data("x".repeat(26)), `1a\r\n${"x".repeat(26)}\r\n`],
    [
      {
        type: "end-of-message",
        headers: [
          ["A", "b"],
          ["A", "c"],
        ],
      },
      "0\r\nA: b\r\nA: c\r\n\r\n",
    ],
  ],
  [
    [get([["Connection", "close"]]), `${GET}Connection: close\r\n\r\n`],
    [END, ""],
  ],
  [
    [get(UPGRADE), `${GET}Connection: upgrade\r\nUpgrade: x\r\n\r\n`],
    [END, ""],
  ],
  [
    [
      { type: "request", method: "CONNECT", target: "a:443", headers: { Host: "a:443" } },
      "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
    ],
    [END, ""],
  ],
];

const LENGTH_0: Pairs = [["Content-Length", "0"]];
const RESPONSES: readonly (readonly [request: Http1Send, Message])[] = [
  [
    get(),
    [
      [respond(200, LENGTH_0), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
      [END, ""],
    ],
  ],
  [
    get(),
    [
      [respond(200, LENGTH_0, ""), "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"],
      [END, ""],
    ],
  ],
  [
    get(),
    [
      [respond(299, LENGTH_0), "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n"],
      [END, ""],
    ],
  ],
  [
    get(),
    [
      [respond(999, LENGTH_0, "a\t\xe4 b "), "HTTP/1.1 999 a\t\xe4 b \r\nContent-Length: 0\r\n\r\n"],
      [END, ""],
    ],
  ],
  [
    get(),
    [
      [respond(200, [["Content-Length", "5"]]), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
      [data("hello"), "hello"],
      [END, ""],
    ],
  ],
  [
    get(),
    [
      [respond(200, [CHUNKED]), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
      [data("hi"), "2\r\nhi\r\n"],
      [{ type: "end-of-message", headers: { A: "b" } }, "0\r\nA: b\r\n\r\n"],
    ],
  ],
  [
    get(),
    [
      [respond(100), "HTTP/1.1 100 Continue\r\n\r\n"],
      [respond(103, [["Link", "</a>"]]), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"],
      [respond(199, [], "x"), "HTTP/1.1 199 x\r\n\r\n"],
      [respond(204), "HTTP/1.1 204 No Content\r\n\r\n"],
      [END, ""],
    ],
  ],
  [
    get(),
    [
      [
        respond(304, [
          ["ETag", '"a"'],
          ["Content-Length", "5"],
        ]),
        'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 5\r\n\r\n',
      ],
      [END, ""],
    ],
  ],
  [
    { ...get(), method: "HEAD" } as Http1Send,
    [
      [respond(200, [["Content-Length", "5"]]), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
      [END, ""],
    ],
  ],
  [
    get([["Connection", "close"]]),
    [
      [
        respond(200, [["Connection", "close"], ...LENGTH_0]),
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
      ],
      [END, ""],
    ],
  ],
  [
    get(UPGRADE),
    [[respond(101, UPGRADE), "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"]],
  ],
  [
    { type: "request", method: "CONNECT", target: "a:1", headers: { Host: "a" } },
    [[respond(200, [["A", "b"]]), "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"]],
  ],
];

describe("one list of events and octets, written and read", () => {
  const bytes = (message: Message) => message.map(([, text]) => text).join("");
  const fieldsOf = (headers: unknown): Pairs => (Array.isArray(headers) ? headers : Object.entries(headers ?? {}));
  /** The line that reading gives for what was sent. */
  function shown(event: Http1Send): string {
    const fields =
      "headers" in event
        ? fieldsOf(event.headers)
            .map(([name, value]) => ` | ${name}: ${value}`)
            .join("")
        : "";
    switch (event.type) {
      case "request":
        return `${event.method} ${event.target} HTTP/1.1${fields}`;
      case "data":
        return `data ${latin1(event.data)}`;
      case "end-of-message":
        return `end${fields}`;
      case "connection-closed":
        return "closed";
      default:
        return `HTTP/1.1 ${event.status} ${event.reason ?? (STATUS_CODES[event.status] || "")}${fields}`;
    }
  }
  function check(writer: Http1Connection, reader: Http1Connection, message: Message): void {
    const chunked = bytes(message).includes("chunked");
    for (const [event, text] of message) {
      writer.send(event);
      expect(writer.queuedBytes).toBe(text.length);
      expect(sent(writer)).toBe(text);
      expect(writer.queuedBytes).toBe(0);
    }
    for (const [event, text] of message) {
      reader.feed(octets(text));
      const told = shown(event);
      const wanted = event.type === "data" && chunked ? `data [${told.slice(5)}]` : told;
      if (event.type !== "data" || event.data.length > 0) expect(line(reader.nextEvent())).toBe(wanted);
    }
    expect(["need-data", "paused"]).toContain(reader.nextEvent().type);
    // Both ends are where they should be.
    expect([writer.localState, writer.remoteState]).toEqual([reader.remoteState, reader.localState]);
  }
  test.each(REQUESTS.map((message) => [bytes(message), message] as const))("request %j", (_, message) => {
    check(new Http1Connection("client"), server(), message);
  });
  test.each(RESPONSES.map(([asked, message]) => [bytes(message), asked, message] as const))(
    "response %j",
    (_, asked, message) => {
      const reader = new Http1Connection("client");
      reader.send(asked);
      reader.send(END);
      const writer = server();
      writer.feed(reader.bytesToSend());
      pull(writer, { lines: [], offsets: [] });
      check(writer, reader, message);
    },
  );
});

// --- framing and connection fields of responses -----------------------------------------------------------------------

describe("responses get the framing that the peer understands (RFC 9112 6.3, as h11)", () => {
  const PEERS: Record<string, string> = {
    "1.1": "X / HTTP/1.1\r\nHost: a\r\n\r\n",
    "1.1 close": "X / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "1.0": "X / HTTP/1.0\r\n\r\n",
    "1.0 keep-alive": "X / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  };
  /** A server that has read a request, or nothing ("unknown"). */
  function asked(method: string, peer: string): Http1Connection {
    const connection = server();
    if (peer === "unknown") return connection;
    const target = method === "CONNECT" ? "a:1" : "/";
    connection.feed(octets((PEERS[peer] as string).replace("X /", `${method} ${target}`)));
    pull(connection, { lines: [], offsets: [] });
    return connection;
  }
  const CL = "Content-Length: 2";
  const TE = "Transfer-Encoding: chunked";
  const CLOSE = "Connection: close";
  const KEEP = "Connection: keep-alive";
  /** What the body "hi" and its end become: as it is, in a chunk, or refused because there is no body. */
  type Body = "hi" | "chunk" | "none";
  // biome-ignore format: a table
  const ROWS: [method: string, peer: string, status: number, given: string[], written: string[], body: Body, state: string][] = [
    ["GET",  "1.1", 200, [],               [TE],               "chunk", "done"],
    ["GET",  "1.1", 200, [CL],             [CL],               "hi",    "done"],
    ["GET",  "1.1", 200, [TE],             [TE],               "chunk", "done"],
    ["GET",  "1.1", 200, ["A: b"],         ["A: b", TE],       "chunk", "done"],
    ["GET",  "1.1", 200, [CLOSE],          [CLOSE, TE],        "chunk", "must-close"],
    ["GET",  "1.1", 200, [CL, CLOSE],      [CL, CLOSE],        "hi",    "must-close"],
    ["GET",  "1.1", 205, [],               [TE],               "chunk", "done"],
    ["GET",  "1.1", 404, [],               [TE],               "chunk", "done"],
    ["POST", "1.1", 200, [],               [TE],               "chunk", "done"],
    ["GET",  "1.1", 204, [],               [],                 "none",  "done"],
    ["GET",  "1.1", 204, [CL],             [],                 "none",  "done"],
    ["GET",  "1.1", 204, [TE, "A: b"],     ["A: b"],           "none",  "done"],
    ["GET",  "1.1", 204, [CL, TE],         [],                 "none",  "done"],
    ["GET",  "1.1", 304, [],               [],                 "none",  "done"],
    ["GET",  "1.1", 304, [CL],             [CL],               "none",  "done"],
    ["GET",  "1.1", 304, [TE],             [TE],               "none",  "done"],
    ["HEAD", "1.1", 200, [],               [TE],               "none",  "done"],
    ["HEAD", "1.1", 200, [CL],             [CL],               "none",  "done"],
    ["HEAD", "1.1", 200, [TE],             [TE],               "none",  "done"],
    ["HEAD", "1.1", 204, [CL],             [],                 "none",  "done"],
    ["CONNECT", "1.1", 200, [],            [],                 "none",  "switched-protocol"],
    ["CONNECT", "1.1", 299, [CL],          [],                 "none",  "switched-protocol"],
    ["CONNECT", "1.1", 200, [TE, "A: b"],  ["A: b"],           "none",  "switched-protocol"],
    ["CONNECT", "1.1", 404, [],            [TE],               "chunk", "done"],
    ["CONNECT", "1.1", 300, [CL],          [CL],               "hi",    "done"],

    ["GET",  "1.1 close", 200, [],         [TE, CLOSE],        "chunk", "must-close"],
    ["GET",  "1.1 close", 200, [CL],       [CL, CLOSE],        "hi",    "must-close"],
    ["GET",  "1.1 close", 204, [],         [CLOSE],            "none",  "must-close"],
    ["HEAD", "1.1 close", 200, [],         [TE, CLOSE],        "none",  "must-close"],
    ["GET",  "1.1 close", 200, [CL, KEEP], [CL, CLOSE],        "hi",    "must-close"],

    ["GET",  "1.0", 200, [],               [CLOSE],            "hi",    "must-close"],
    ["GET",  "1.0", 200, [CL],             [CL, CLOSE],        "hi",    "must-close"],
    ["GET",  "1.0", 200, [TE],             [CLOSE],            "hi",    "must-close"],
    ["GET",  "1.0", 200, [CLOSE, "A: b"],  [CLOSE, "A: b"],    "hi",    "must-close"],
    ["HEAD", "1.0", 200, [],               [CLOSE],            "none",  "must-close"],
    ["HEAD", "1.0", 200, [TE],             [CLOSE],            "none",  "must-close"],
    ["GET",  "1.0", 204, [],               [CLOSE],            "none",  "must-close"],

    ["GET",  "1.0 keep-alive", 200, [],    [CLOSE],            "hi",    "must-close"],
    ["GET",  "1.0 keep-alive", 200, [TE],  [CLOSE],            "hi",    "must-close"],
    ["GET",  "1.0 keep-alive", 200, [CL],  [CL, KEEP],         "hi",    "done"],
    ["GET",  "1.0 keep-alive", 200, [KEEP, CL], [KEEP, CL],    "hi",    "done"],
    ["GET",  "1.0 keep-alive", 200, [CL, CLOSE], [CL, CLOSE],  "hi",    "must-close"],
    ["GET",  "1.0 keep-alive", 200, ["Connection: a", CL], ["Connection: a, keep-alive", CL], "hi", "done"],
    ["GET",  "1.0 keep-alive", 204, [],    [KEEP],             "none",  "done"],
    ["GET",  "1.0 keep-alive", 304, [CL],  [CL, KEEP],         "none",  "done"],
    ["HEAD", "1.0 keep-alive", 200, [CL],  [CL, KEEP],         "none",  "done"],
    ["HEAD", "1.0 keep-alive", 200, [],    [KEEP],             "none",  "done"],

    ["",     "unknown", 400, [],           [CLOSE],            "hi",    "must-close"],
    ["",     "unknown", 408, [TE],         [CLOSE],            "hi",    "must-close"],
    ["",     "unknown", 400, [CL, CLOSE],  [CL, CLOSE],        "hi",    "must-close"],
    ["",     "unknown", 400, [CL],         [CL],               "hi",    "done"],

    // close is added in place, in the stead of keep-alive; the other options stay as they are.
    ["GET",  "1.1 close", 200, ["Connection: a", CL],                ["Connection: a, close", CL],    "hi", "must-close"],
    ["GET",  "1.1 close", 200, ["CONNECTION: Keep-Alive, A ,b", CL], ["CONNECTION: A, b, close", CL], "hi", "must-close"],
    ["GET",  "1.1 close", 200, ["Connection: ", CL],                 ["Connection: close", CL],       "hi", "must-close"],
    ["GET",  "1.1 close", 200, ["Connection: a", CL, "Connection: keep-alive"], ["Connection: a, close", CL], "hi", "must-close"],
    ["GET",  "1.1 close", 200, ["Connection: a", CL, "Connection: b"], ["Connection: a, close", CL, "Connection: b"], "hi", "must-close"],
    ["GET",  "1.1 close", 200, ["Connection: Close, a", CL],         ["Connection: Close, a", CL],    "hi", "must-close"],
    ["GET",  "1.0", 200, ["Connection: a", TE],                      ["Connection: a, close"],        "hi", "must-close"],
  ];
  const pair = (field: string): [string, string] => [
    field.slice(0, field.indexOf(":")),
    field.slice(field.indexOf(":") + 2),
  ];

  test.each(ROWS)("%s of %s, %d %j: %j", (method, peer, status, given, written, body, state) => {
    const connection = asked(method, peer);
    const before = [...given];
    connection.send({ type: "response", status, reason: "", headers: given.map(pair) });
    expect(sent(connection)).toBe(`HTTP/1.1 ${status} \r\n${written.map((field) => `${field}\r\n`).join("")}\r\n`);
    expect(given).toEqual(before);
    if (state === "switched-protocol") return expect(connection.localState).toBe(state);
    const outcome = refusal(() => connection.send(data("hi")));
    if (body === "none") expect(outcome).toBe("BODY_TOO_LONG 500");
    connection.send(END);
    expect(sent(connection)).toBe(body === "chunk" ? "2\r\nhi\r\n0\r\n\r\n" : body === "hi" ? "hi" : "");
    expect(connection.localState).toBe(state);
  });

  test("without http10KeepAlive the connection of a 1.0 peer closes", () => {
    const connection = server({ http10KeepAlive: false });
    connection.feed(octets(PEERS["1.0 keep-alive"]?.replace("X", "GET") as string));
    pull(connection, { lines: [], offsets: [] });
    connection.send({ type: "response", status: 200, headers: [pair(CL)] });
    expect(sent(connection)).toBe(`HTTP/1.1 200 OK\r\n${CL}\r\n${CLOSE}\r\n\r\n`);
  });

  test("a 1.0 peer that broke the protocol is not told that the connection stays open", () => {
    const connection = server();
    connection.feed(octets("PUT / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n"));
    connection.feedEof();
    pull(connection, { lines: [], offsets: [] });
    connection.send({ type: "response", status: 400, headers: [pair(CL)] });
    expect(sent(connection)).toBe(`HTTP/1.1 400 Bad Request\r\n${CL}\r\n\r\n`);
  });

  test("informational responses have no framing fields, and close says nothing in them", () => {
    const connection = asked("GET", "1.1");
    connection.send({ type: "informational-response", status: 103, headers: ["A: b", CL, TE, CLOSE].map(pair) });
    expect(sent(connection)).toBe(`HTTP/1.1 103 Early Hints\r\nA: b\r\n${CLOSE}\r\n\r\n`);
    connection.send({ type: "response", status: 204 });
    connection.send(END);
    expect(connection.localState).toBe("done");
  });

  test("a response to HEAD has the fields of the response to GET", () => {
    for (const peer of ["1.1", "1.1 close", "1.0"]) {
      for (const given of [[], [CL], [TE], ["A: b"], [CLOSE]]) {
        const heads = ["GET", "HEAD"].map((method) => {
          const connection = asked(method, peer);
          connection.send({ type: "response", status: 200, headers: given.map(pair) });
          return sent(connection);
        });
        expect(heads[1]).toBe(heads[0]);
      }
    }
  });

  const faults: [string[], string][] = [
    [[CL, TE], "CONTENT_LENGTH_WITH_TRANSFER_ENCODING 500 content-length"],
    [["Transfer-Encoding: gzip"], "BAD_TRANSFER_ENCODING 500 transfer-encoding"],
    [["Transfer-Encoding: "], "BAD_TRANSFER_ENCODING 500 transfer-encoding"],
    [["Transfer-Encoding: chunked, chunked"], "BAD_TRANSFER_ENCODING 500 transfer-encoding"],
    [[TE, TE], "BAD_TRANSFER_ENCODING 500 transfer-encoding"],
    [["Transfer-Encoding: gzip, chunked"], "UNKNOWN_TRANSFER_CODING 500 transfer-encoding"],
    [["Content-Length: x"], "BAD_CONTENT_LENGTH 500 content-length"],
    [["Content-Length: "], "BAD_CONTENT_LENGTH 500 content-length"],
    [["Content-Length: -1"], "BAD_CONTENT_LENGTH 500 content-length"],
    [["Content-Length: 9007199254740992"], "CONTENT_LENGTH_TOO_LARGE 500 content-length"],
    [[CL, CL], "REPEATED_CONTENT_LENGTH 500 content-length"],
    [["Content-Length: 2, 2"], "REPEATED_CONTENT_LENGTH 500 content-length"],
    [[CL, "Content-Length: 3"], "CONFLICTING_CONTENT_LENGTH 500 content-length"],
  ];
  test.each(faults)("%j is refused in responses and requests: %s", (given, expected) => {
    const headers = given.map(pair);
    expect(refused(asked("GET", "1.1"), { type: "response", status: 200, headers })).toBe(expected);
    expect(refused(asked("HEAD", "1.1"), { type: "response", status: 200, headers })).toBe(expected);
    expect(refused(asked("GET", "1.1"), { type: "response", status: 304, headers })).toBe(expected);
    expect(refused(asked("GET", "1.0"), { type: "response", status: 200, headers })).toBe(expected);
    expect(
      refused(new Http1Connection("client"), {
        type: "request",
        method: "PUT",
        target: "/",
        headers: [["Host", "a"], ...headers],
      }),
    ).toBe(expected);
  });
});

describe("requests", () => {
  const write = (headers: Pairs, method = "GET", target = "/") => {
    const connection = new Http1Connection("client");
    const outcome = refused(connection, { type: "request", method, target, headers });
    return outcome === "sent" ? sent(connection) : outcome;
  };
  test("Host comes first (RFC 9110 7.2), as it was given", () => {
    expect(
      write([
        ["A", "b"],
        ["hOST", "c"],
        ["D", "e"],
      ]),
    ).toBe("GET / HTTP/1.1\r\nhOST: c\r\nA: b\r\nD: e\r\n\r\n");
    expect(
      write([
        ["Host", "c"],
        ["A", "b"],
      ]),
    ).toBe("GET / HTTP/1.1\r\nHost: c\r\nA: b\r\n\r\n");
  });
  test.each([
    ["no Host", [], "MISSING_HOST 500 host"],
    [
      "two",
      [
        ["Host", "a"],
        ["host", "a"],
      ],
      "DUPLICATE_HOST 500 host",
    ],
    ["no host at all", [["Host", "a/b"]], "BAD_HOST 500 host"],
    ["an octet too many", [["Host", "[::1"]], "BAD_HOST 500 host"],
  ] as [string, Pairs, string][])("Host: %s", (_, headers, expected) => {
    expect(write(headers)).toBe(expected);
  });
  test.each(["/", "a", "a:", ":1", "a:65536", "http://a", "a:1/"])("CONNECT %s", (target) => {
    expect(write([["Host", "a"]], "CONNECT", target)).toBe("BAD_TARGET 500");
  });
  test("nothing is added: a request without framing has no body", () => {
    expect(write([["Host", "a"]], "POST")).toBe("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
  });
  test("a request that says close closes", () => {
    const connection = new Http1Connection("client");
    request(connection, "GET", [["Connection", "close"]]);
    expect(connection.localState).toBe("must-close");
  });
});

test("reason phrases are IANA's", () => {
  // Node knows the registry too; where it differs, the registry (2024-11) says otherwise.
  const registry: Record<number, string | undefined> = {
    ...STATUS_CODES,
    104: "Upload Resumption Supported",
    413: "Content Too Large",
    418: "",
    422: "Unprocessable Content",
    509: "",
    305: "Use Proxy",
  };
  for (let status = 100; status < 1000; status++) {
    if (status === 101) continue;
    const connection = server();
    connection.feed(octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (const _ of connection.events());
    connection.send({ type: status < 200 ? "informational-response" : "response", status });
    expect(sent(connection).split("\r\n")[0]).toBe(`HTTP/1.1 ${status} ${registry[status] ?? ""}`);
  }
});

// --- what is refused --------------------------------------------------------------------------------------------------

describe("nothing goes out that was not meant", () => {
  const CONTROLS = [...Array(32).keys(), 0x7f].map((octet) => String.fromCharCode(octet));
  const INJECTIONS = ["\r\nX: y", "\nX: y", "\rX: y", "\r\n\r\nGET /", "\0", "\r\n", "\n", "\r", "\r\n X"];
  const WIDE = ["\u0100", "\u010d\u010a", "\u{1f600}", "\ud800", "\u560d\u560a"];
  const SEPARATORS = [...'()<>@,;:\\"/[]?={} \t'];
  const put = (bad: string) => [`${bad}a`, `a${bad}b`, `a${bad}`, bad];

  /** A connection that may send this event; nothing of it may be different after a refusal. */
  function waiting(event: Http1Send): Http1Connection {
    if (event.type === "request") return new Http1Connection("client");
    const connection = server();
    connection.feed(octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (const _ of connection.events());
    if (event.type === "end-of-message") connection.send(respond(200, [CHUNKED]));
    return connection;
  }
  function expectRefused(event: Http1Send, expected: string): void {
    const connection = waiting(event);
    const queued = connection.queuedBytes;
    expect(refused(connection, event), JSON.stringify(event)).toBe(expected);
    expect(connection.queuedBytes).toBe(queued);
    connection.bytesToSend();
    // It goes on as if nothing had been said.
    if (event.type === "request") connection.send(get());
    else connection.send(event.type === "end-of-message" ? END : respond(204));
    const good =
      event.type === "request"
        ? `${GET}\r\n`
        : event.type === "end-of-message"
          ? "0\r\n\r\n"
          : "HTTP/1.1 204 No Content\r\n\r\n";
    expect(sent(connection)).toBe(good);
  }

  test("method", () => {
    const bad = [...CONTROLS, ...INJECTIONS, ...WIDE, ...SEPARATORS, "\x80", "\xff"].flatMap(put);
    for (const method of [...bad, ""]) expectRefused({ ...get(), method } as Http1Send, "BAD_METHOD 500");
  });
  test("target", () => {
    const bad = [...CONTROLS, ...INJECTIONS, ...WIDE, " ", "\x80", "\xff", " HTTP/1.1\r\nA: b\r\n\r\n"].flatMap(put);
    for (const target of [...bad, ""]) expectRefused({ ...get(), target } as Http1Send, "BAD_TARGET 500");
  });
  test("reason, of final and of informational responses", () => {
    const bad = [...CONTROLS.filter((char) => char !== "\t"), ...INJECTIONS, ...WIDE].flatMap(put);
    for (const reason of bad) {
      expectRefused(respond(200, [], reason), "BAD_REASON 500");
      expectRefused(respond(103, [], reason), "BAD_REASON 500");
    }
  });
  test("status", () => {
    for (const status of [99, 0, -1, 1000, 200.5, Number.NaN, 100, 199, Number.POSITIVE_INFINITY])
      expectRefused({ type: "response", status }, "BAD_STATUS 500");
    for (const status of [99, 200, 204]) expectRefused({ type: "informational-response", status }, "BAD_STATUS 500");
  });
  test("what is wrong with a value is told: the field, and the first char that cannot stand there", () => {
    const messages = ["a\nb\0", "1 \u20ac", " a"].map((value) => {
      try {
        client().send(get([["X-Odd", value]]));
      } catch (error) {
        return (error as Error).message.replace(/^.*?; /, "");
      }
      return "sent";
    });
    expect(messages).toEqual([
      'field "x-odd"; found 0x0a',
      'field "x-odd"; found 0x20ac',
      'field "x-odd"; white space at an end of the value',
    ]);
  });
  test("a status that is another at each look: what is written is what the machine moves by", () => {
    const upgrade = { Connection: "Upgrade", Upgrade: "x" };
    const fickle = (type: "response" | "informational-response", ...statuses: number[]): Http1Send =>
      ({
        type,
        headers: upgrade,
        get status() {
          return statuses.shift() ?? 0;
        },
      }) as Http1Send;
    const switching = server();
    switching.feed(octets("CONNECT a:1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"));
    for (const event of switching.events()) expect(event.type).not.toBe("connection-closed");
    switching.send(fickle("informational-response", 103, 101, 101));
    expect([sent(switching).slice(0, 12), switching.localState]).toEqual(["HTTP/1.1 103", "send-response"]);
    switching.send(fickle("response", 404, 200, 200));
    expect([sent(switching).slice(0, 12), switching.localState]).toEqual(["HTTP/1.1 404", "send-body"]);
  });
  test("version: only 1.1 is sent", () => {
    for (const httpVersion of ["1.0", "2", "1.1\r\nX: y", ""]) {
      expectRefused({ ...get(), httpVersion } as Http1Send, "BAD_VERSION 500");
      expectRefused({ type: "response", status: 200, httpVersion }, "BAD_VERSION 500");
      expectRefused({ type: "informational-response", status: 103, httpVersion }, "BAD_VERSION 500");
    }
  });

  const eachWithFields = (fields: Pairs): Http1Send[] => [
    get(fields),
    respond(200, fields),
    respond(103, fields),
    { type: "end-of-message", headers: fields },
  ];
  test("names", () => {
    const bad = [...CONTROLS, ...INJECTIONS, ...WIDE, ...SEPARATORS, "\x80", "\xff", "a: b\r\nc"].flatMap(put);
    for (const name of [...bad, "a: b", ""]) {
      for (const event of eachWithFields([
        ["A", "b"],
        [name, "c"],
        ["D", "e"],
      ]))
        expectRefused(event, `BAD_FIELD_NAME 500 ${name.toLowerCase()}`);
    }
  });
  test("values", () => {
    const bad = [...CONTROLS.filter((char) => char !== "\t"), ...INJECTIONS, ...WIDE].flatMap(put);
    for (const value of [...bad, " a", "a ", "\ta", "a\t", " ", "\t"]) {
      for (const event of eachWithFields([
        ["A", "b"],
        ["X-Y", value],
        ["D", "e"],
      ]))
        expectRefused(event, "BAD_FIELD_VALUE 500 x-y");
    }
  });
  test("long names and values are counted whole", () => {
    for (const length of [127, 128, 16383, 16384, 65535]) {
      const long = "n".repeat(length);
      for (const event of eachWithFields([
        [long, "c"],
        ["D", long],
      ]))
        expect(refused(waiting(event), event)).toBe("sent");
    }
  });
  test("values that say less than they seem to: in framing fields too", () => {
    for (const name of ["Content-Length", "Transfer-Encoding", "Connection"]) {
      for (const value of [" 5", "5\r\nX: y", "5\0", "\u0135"]) {
        expectRefused(respond(200, [[name, value]]), `BAD_FIELD_VALUE 500 ${name.toLowerCase()}`);
      }
    }
    // Even where the field is dropped.
    expect(refused(waiting(get([])), get([["Host", "a\r\nX: y"]])), "Host").not.toBe("sent");
  });
  test("a name and a value that make up for each other", () => {
    for (const event of eachWithFields([
      ["A: b\r\nC", ""],
      ["", ""],
    ]))
      expect(refused(waiting(event), event)).toMatch(/^BAD_FIELD_NAME/);
    // As many octets in names and in values as the kernel finds, but one field more.
    const colons: [string, string] = ["a:b", "c"];
    for (const event of eachWithFields([colons, colons, colons, ["D", "e\r\nFFFFFF:g"]]))
      expect(refused(waiting(event), event)).toMatch(/^BAD_FIELD_NAME/);
    for (const event of eachWithFields([
      ["A", "b\r\nC: d"],
      ["E", ""],
    ]))
      expect(refused(waiting(event), event)).toMatch(/^BAD_FIELD_VALUE/);
    for (const event of eachWithFields([
      ["A", ""],
      ["B", " "],
    ]))
      expect(refused(waiting(event), event)).toBe("BAD_FIELD_VALUE 500 b");
  });
  test("forbidden trailers (RFC 7230 4.1.2)", () => {
    for (const name of FORBIDDEN_TRAILERS) {
      for (const spelt of [name, name.toUpperCase()])
        expectRefused(
          {
            type: "end-of-message",
            headers: [
              ["A", "b"],
              [spelt, "1"],
            ],
          },
          `FORBIDDEN_TRAILER 500 ${name}`,
        );
    }
    expect(FORBIDDEN_TRAILERS).toContain("set-cookie");
    expect(FORBIDDEN_TRAILERS.length).toBe(31);
  });
  test("a head of more than 256 KiB, more than 4,096 fields", () => {
    expectRefused(get([["A", "x".repeat(262144)]]), "HEAD_TOO_LARGE 500");
    expectRefused(respond(200, [["A", "x".repeat(262144)]]), "HEAD_TOO_LARGE 500");
    expectRefused(
      respond(
        200,
        Array.from({ length: 4097 }, () => ["A", "b"]),
      ),
      "TOO_MANY_FIELDS 500",
    );
    expectRefused(
      { type: "end-of-message", headers: Array.from({ length: 4097 }, () => ["A", "b"] as const) },
      "TOO_MANY_FIELDS 500",
    );
    const most = waiting(respond(200));
    most.send(
      respond(
        200,
        Array.from({ length: 4096 }, () => ["A", "b"]),
      ),
    );
    expect(most.queuedBytes).toBeGreaterThan(4096 * 6);
  });
  test("trailers need chunks (RFC 9110 6.5)", () => {
    const trailers: Http1Send = { type: "end-of-message", headers: { A: "b" } };
    for (const head of [respond(200, LENGTH_0), respond(204)]) {
      const connection = waiting(head);
      connection.send(head);
      expect(refused(connection, trailers)).toBe("TRAILERS_NOT_ALLOWED 500");
      connection.send(END);
      expect(connection.localState).toBe("done");
    }
    const plain = new Http1Connection("client");
    plain.send(get());
    expect(refused(plain, trailers)).toBe("TRAILERS_NOT_ALLOWED 500");
  });

  test("wrong types are a TypeError, and change nothing", () => {
    const wrong: [() => Http1Connection, unknown][] = [
      ...[undefined, null, 5, "request", {}, { type: "requests" }, { type: "paused" }, { type: "need-data" }].map(
        (event): [() => Http1Connection, unknown] => [() => new Http1Connection("client"), event],
      ),
      ...[
        { method: undefined },
        { method: 5 },
        { target: undefined },
        { target: null },
        { target: new URL("http://a") },
      ].map((part): [() => Http1Connection, unknown] => [() => new Http1Connection("client"), { ...get(), ...part }]),
      ...[
        5,
        "a: b",
        null,
        true,
        [["a"]],
        [["a", 5]],
        [[5, "a"]],
        ["ab"],
        [undefined],
        { a: 5 },
        { a: undefined },
        { a: null },
        { a: [5] },
        [["a", undefined]],
      ].flatMap((headers): [() => Http1Connection, unknown][] => [
        [() => new Http1Connection("client"), { ...get(), headers }],
        [() => waiting(respond(200)), { type: "response", status: 200, headers }],
        [() => waiting(END), { type: "end-of-message", headers }],
      ]),
      ...["200", null, undefined].map((status): [() => Http1Connection, unknown] => [
        () => waiting(respond(200)),
        { type: "response", status },
      ]),
      ...[5, null].map((reason): [() => Http1Connection, unknown] => [
        () => waiting(respond(200)),
        { type: "response", status: 200, reason },
      ]),
      ...[
        "hi",
        [1, 2],
        new ArrayBuffer(2),
        new DataView(new ArrayBuffer(2)),
        new Uint16Array(2),
        undefined,
        null,
        new Uint8Array(new SharedArrayBuffer(2)),
      ].map((body): [() => Http1Connection, unknown] => [() => waiting(END), { type: "data", data: body }]),
    ];
    const accepted: string[] = [];
    for (const [make, event] of wrong) {
      const connection = make();
      const before = stateOf(connection);
      const shown = `${(event as { type?: unknown })?.type}: ${Object.values(event ?? {}).map(String)}`;
      try {
        connection.send(event as Http1Send);
        accepted.push(shown);
      } catch (error) {
        if (!(error instanceof TypeError)) accepted.push(`${shown}: ${error}`);
      }
      if (JSON.stringify(stateOf(connection)) !== JSON.stringify(before)) accepted.push(`${shown}: changed`);
    }
    expect(accepted).toEqual([]);
  });
});

// --- bodies -----------------------------------------------------------------------------------------------------------

describe("a body is as long as Content-Length says", () => {
  const sending = (length: string) => {
    const connection = new Http1Connection("client");
    connection.send(post([["Content-Length", length]]));
    connection.bytesToSend();
    return connection;
  };
  test("too long: refused, and the rest may still come", () => {
    const connection = sending("5");
    expect(refused(connection, data("hello!"))).toBe("BODY_TOO_LONG 500");
    connection.send(data("hel"));
    expect(refused(connection, data("low"))).toBe("BODY_TOO_LONG 500");
    expect(refused(connection, END)).toBe("BODY_TOO_SHORT 500");
    connection.send(data(""));
    connection.send(data("lo"));
    expect(refused(connection, data("!"))).toBe("BODY_TOO_LONG 500");
    connection.send(END);
    expect(sent(connection)).toBe("hello");
    expect(connection.localState).toBe("done");
  });
  test("too short: refused", () => {
    const connection = sending("9007199254740991");
    expect(refused(connection, END)).toBe("BODY_TOO_SHORT 500");
    expect(connection.localState).toBe("send-body");
  });
  test("none where there can be none", () => {
    const connection = new Http1Connection("client");
    connection.send(get());
    expect(refused(connection, data("x"))).toBe("BODY_TOO_LONG 500");
    connection.send(data(""));
    connection.send(END);
    expect(sent(connection)).toBe(`${GET}\r\n`);
  });
  test("an empty piece is no chunk: it would be the last", () => {
    const connection = new Http1Connection("client");
    connection.send(post([CHUNKED]));
    connection.bytesToSend();
    connection.send(data(""));
    expect(connection.queuedBytes).toBe(0);
    connection.send(data("x"));
    connection.send(data(""));
    connection.send(END);
    expect(sent(connection)).toBe("1\r\nx\r\n0\r\n\r\n");
  });
  test("any Uint8Array will do, a Buffer and one of a subarray too", () => {
    const connection = sending("4");
    connection.send({ type: "data", data: Buffer.from("ab") });
    connection.send({ type: "data", data: octets("xcdx").subarray(1, 3) });
    expect(sent(connection)).toBe("abcd");
  });
});

describe("headers are given as", () => {
  const received = (() => {
    const connection = server();
    connection.feed(octets("GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-TWO: 2\r\n\r\n"));
    const event = connection.nextEvent();
    return event.type === "request" ? event.headers : undefined;
  })();
  test.each([
    ["pairs", [HOST, ["X-One", "1"], ["x-TWO", "2"]], "Host: a\r\nX-One: 1\r\nx-TWO: 2\r\n"],
    ["a record", { Host: "a", "X-One": "1" }, "Host: a\r\nX-One: 1\r\n"],
    ["a record of lists", { "X-One": ["1", "2"], Host: "a", None: [] }, "Host: a\r\nX-One: 1\r\nX-One: 2\r\n"],
    [
      "a Map",
      new Map([
        ["Host", "a"],
        ["X-One", "1"],
      ]),
      "Host: a\r\nX-One: 1\r\n",
    ],
    [
      "Fetch's Headers",
      new Headers([
        ["X-One", "1"],
        ["Host", "a"],
        ["x-one", "2"],
      ]),
      "host: a\r\nx-one: 1, 2\r\n",
    ],
    ["HeaderFields, with names as they came", received, "Host: a\r\nX-One: 1\r\nx-TWO: 2\r\n"],
    [
      "a generator",
      (function* () {
        yield ["Host", "a"] as const;
      })(),
      "Host: a\r\n",
    ],
  ])("%s", (_, headers, expected) => {
    const connection = new Http1Connection("client");
    connection.send({ type: "request", method: "GET", target: "/", headers: headers as Pairs });
    expect(sent(connection)).toBe(`GET / HTTP/1.1\r\n${expected}\r\n`);
  });
});

describe("draining", () => {
  test("bytesToSend gives a fresh array, never the caller's own", () => {
    const connection = new Http1Connection("client");
    connection.send(post([["Content-Length", "3"]]));
    connection.bytesToSend();
    const body = octets("abc");
    connection.send({ type: "data", data: body });
    const drained = connection.bytesToSend();
    expect(drained).toEqual(body);
    expect(drained.buffer).not.toBe(body.buffer);
    expect(connection.bytesToSend().length).toBe(0);
  });
  test("chunksToSend passes bodies through by reference, and text in one piece", () => {
    const connection = new Http1Connection("client");
    const [first, second] = [octets("abc"), octets("de")];
    connection.send(post([CHUNKED]));
    connection.send({ type: "data", data: first });
    connection.send({ type: "data", data: second });
    connection.send(END);
    const length = connection.queuedBytes;
    const chunks = connection.chunksToSend();
    expect(chunks.length).toBe(5);
    expect([chunks[1], chunks[3]].map((chunk, i) => chunk === [first, second][i])).toEqual([true, true]);
    expect(chunks.map(latin1).join("")).toBe(
      `${POST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    );
    expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(length);
    expect(connection.chunksToSend()).toEqual([]);
  });
  test("an empty drain cannot be written to", () => {
    const drained = new Http1Connection("client").bytesToSend();
    expect(drained.length).toBe(0);
  });
  test("closing queues nothing", () => {
    const connection = client();
    connection.feed(octets("HTTP/1.1 204 \r\n\r\n"));
    for (const _ of connection.events());
    connection.send({ type: "connection-closed" });
    expect([connection.queuedBytes, connection.localState]).toEqual([0, "closed"]);
    connection.send({ type: "connection-closed" });
    expect(connection.localState).toBe("closed");
  });
});

test("the error names state and event, and the field", () => {
  const connection = new Http1Connection("client");
  expect(() => connection.send(END)).toThrow(/end-of-message.*client.*idle/);
  try {
    connection.send(get([["X-A", "b "]]));
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(LocalProtocolError);
    expect(error).toMatchObject({
      name: "LocalProtocolError",
      code: "BAD_FIELD_VALUE",
      statusHint: 500,
      header: "x-a",
    });
    expect((error as Error).message).toMatch(/"x-a".*white space/);
  }
  const seen: Seen = { lines: [], offsets: [] };
  pull(connection, seen);
  expect(seen.lines).toEqual([]);
});
