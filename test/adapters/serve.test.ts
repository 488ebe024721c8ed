// serveConnection over HTTP/1.1: what it answers, and what becomes of peers and handlers that misbehave.
import { describe, expect, it } from "vitest";
import {
  either,
  type FetchHandler,
  type NetworkError,
  type RequestInfo,
  type ServeOptions,
  serveConnection,
} from "../../src/adapters/web/index.ts";
import { LocalProtocolError, RemoteProtocolError } from "../../src/index.ts";
import { forbidUnhandledRejections, outcome, pause, RawPeer, streamPair, textOf } from "./helpers.ts";

forbidUnhandledRejections();

function serve(handler: FetchHandler, options: ServeOptions = {}) {
  const [ours, theirs] = streamPair();
  const errors: unknown[] = [];
  const served = serveConnection(ours, handler, { onError: (error) => errors.push(error), ...options });
  return { served, peer: new RawPeer(theirs), errors };
}

const GET = "GET /a?b HTTP/1.1\r\nHost: example.com:81\r\n\r\n";
const post = (body: string, more = "") =>
  `POST /up HTTP/1.1\r\nHost: a\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
const chunks = (...pieces: string[]) => pieces.map((piece) => new TextEncoder().encode(piece));

describe("what a handler gets", () => {
  it.each([
    ["given twice", "Content-Length: 2\r\n"],
    ["in a list", "Content-Length: 2, 2\r\n"],
  ])("the body of a request whose length is %s, where that is allowed", async (_, field) => {
    const { peer } = serve(async (request) => new Response(`[${await request.text()}]`), {
      http1: { allow: { repeatedContentLength: true } },
    });
    peer.send(field.includes(",") ? `POST / HTTP/1.1\r\nHost: a\r\n${field}\r\nhi` : post("hi", field));
    await peer.receives("[hi]");
  });

  it("a Request, and beside it what a Request does not say", async () => {
    let seen: unknown;
    const { peer } = serve((request, info) => {
      seen = [request.method, request.url, request.headers.get("x"), info.target, info.httpVersion, info.headers.raw()];
      return new Response("ok");
    });
    peer.send("GET /a?b HTTP/1.1\r\nHost: example.com:81\r\nX: 1\r\nCookie: c\r\n\r\n");
    await peer.receives("2\r\nok");
    const fields = [
      ["Host", "example.com:81"],
      ["X", "1"],
      ["Cookie", "c"],
    ];
    expect(seen).toEqual(["GET", "http://example.com:81/a?b", "1", "/a?b", "1.1", fields]);
  });

  it("a body, its trailers, and keep-alive", async () => {
    const { peer } = serve(async (request, info) => {
      const text = await request.text();
      return new Response(`${text} ${JSON.stringify([...(await info.trailers)])}`);
    });
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n");
    await peer.receives('abc [["t","1"]]');
    peer.send(post("xyz"));
    await peer.receives("xyz []");
  });

  it("the body of a GET, which no Request can have", async () => {
    const { peer } = serve(async (request, info) => new Response(`${request.body} ${await textOf(info.body)}`));
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    await peer.receives("null hi");
  });

  it("a plain object where Fetch has no Request, such as of TRACE", async () => {
    const { peer } = serve((request) => new Response(`${request.method} ${request.url}`));
    peer.send("TRACE /t HTTP/1.1\r\nHost: a\r\n\r\n");
    await peer.receives("TRACE http://a/t");
  });

  it("no request whose target is none", async () => {
    const { peer } = serve(() => new Response("no"));
    peer.send("GET nonsense HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    await peer.receives("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK");
  });
});

// RFC 9110 4.2.1: an empty host is invalid; RFC 3986 3.2: a backslash is in no authority. The URL Standard skips one and
// ends the host at the other: a front that reads by the RFCs would have sent the request elsewhere.
it.each([
  "http:///x",
  "HTTP:////x",
  "https://?x",
  "http://\\x/",
  "http://b\\x/",
  "http://b\\@x/",
  "http://b:1\\",
  "http:/b/",
])("no request for %s, whose host is none", async (target) => {
  const { peer } = serve(({ url }) => new Response(url));
  peer.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await peer.receives("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
});

it.each(["http://u@b/", "http://u:p@b/x", "http://@b/"])(
  "no request for %s, with userinfo (RFC 9110 4.2.4)",
  async (target) => {
    const { peer } = serve(({ url }) => new Response(url));
    peer.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await peer.receives("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  },
);

// RFC 9112 3.2: no target has one. A front that compares targets takes /admin#x for another path than /admin.
it.each(["/a#b", "/#", "http://b#x", "http://b/x#y"])("no request for %s, which has a fragment", async (target) => {
  const { peer } = serve(({ url }) => new Response(url));
  peer.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await peer.receives("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
});

it("no request for *, but of OPTIONS (RFC 9112 3.2.4)", async () => {
  const { peer } = serve(({ method, url }) => new Response(`${method} ${url}`));
  for (const line of ["GET *", "OPTIONS */x", "OPTIONS *"]) peer.send(`${line} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await peer.receives("OPTIONS http://a/");
  expect(peer.received.match(/(?<=HTTP\/1.1 )\d+/g)).toEqual(["400", "400", "200"]);
});

it("a URL of a target in absolute form, a backslash in its path or query", async () => {
  const { peer } = serve(({ url }) => new Response(url));
  peer.send("GET http://b?\\@x HTTP/1.1\r\nHost: a\r\n\r\nGET http://b/x?\\@y HTTP/1.1\r\nHost: a\r\n\r\n");
  await peer.receives("http://b/?\\@x");
  await peer.receives("http://b/x?\\@y");
});

describe("what a handler gives", () => {
  const answered = async (handler: FetchHandler, request = GET) => {
    const { peer, served } = serve(handler);
    peer.send(request);
    await peer.receives("\r\n\r\n");
    await pause(20);
    served.abort();
    return peer.received;
  };

  it("a Response", async () => {
    const headers = new Headers([
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ]);
    expect(await answered(() => new Response(new TextEncoder().encode("hi\n"), { status: 201, headers }))).toBe(
      "HTTP/1.1 201 Created\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n0\r\n\r\n",
    );
  });

  it("a plain response: any status, names as given, a length that is known", async () => {
    const response = { status: 799, headers: { "X-Case": "1" }, body: "hi\n" };
    expect(await answered(() => response)).toBe("HTTP/1.1 799 \r\nX-Case: 1\r\nContent-Length: 3\r\n\r\nhi\n");
  });

  it.each<[string, unknown, string]>([
    ["an iterable", chunks("a", "b\n"), "1\r\na\r\n2\r\nb\n\r\n0\r\n\r\n"],
    ["a Blob", new Blob(["b\n"]), "2\r\nb\n\r\n0\r\n\r\n"],
    ["URLSearchParams", new URLSearchParams("a=1"), "3\r\na=1\r\n0\r\n\r\n"],
    ["an ArrayBuffer", new TextEncoder().encode("b\n").buffer, "b\n"],
    ["null", null, ""],
  ])("a body that is %s", async (_, body, sent) => {
    const answer = await answered(() => ({ body: body as never }));
    expect(answer.slice(answer.indexOf("\r\n\r\n") + 4)).toBe(sent);
  });

  it("the type of a body that has one", async () => {
    expect(await answered(() => ({ body: new URLSearchParams("a=1") }))).toContain(
      "Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n",
    );
  });

  it("trailers, made when the body was sent", async () => {
    let sent = 0;
    async function* body() {
      yield* chunks("ab");
      sent = 2;
    }
    const response = () => ({ body: body(), trailers: async () => [["X-Sent", String(sent)]] as [string, string][] });
    expect(await answered(response)).toContain("2\r\nab\r\n0\r\nX-Sent: 2\r\n\r\n");
  });

  it("no trailers to a peer that has none", async () => {
    const { peer } = serve(() => ({ body: "a", trailers: { T: "1" } }));
    peer.send("GET / HTTP/1.0\r\n\r\n");
    await peer.ends();
    expect(peer.received).toBe("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na");
  });

  it("103 before 200, and none to HTTP/1.0", async () => {
    const hints: FetchHandler = (_, info) => {
      info.inform(103, { Link: "</a>" });
      return { body: "a\n" };
    };
    const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na\n";
    expect(await answered(hints)).toBe(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${response}`);
    expect(await answered(hints, "GET / HTTP/1.0\r\n\r\n")).not.toContain("103");
  });

  it("no body to HEAD, whose stream is cancelled", async () => {
    let cancelled = false;
    const stream = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    const { peer } = serve(() => new Response(stream));
    peer.send(`HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${GET.replace("GET", "HEAD")}`);
    await peer.receives("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP");
    expect(cancelled).toBe(true);
  });

  it("nothing at its stream's own pace is kept: the peer's backpressure stops it", async () => {
    let pulled = 0;
    const stream = new ReadableStream({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(100_000));
      },
    });
    const [ours, theirs] = streamPair();
    const served = serveConnection(ours, () => new Response(stream));
    const writer = theirs.writable.getWriter();
    writer.write(new TextEncoder().encode(GET));
    await pause(100);
    expect(pulled).toBeLessThan(6);
    served.abort();
    await served.closed;
    writer.closed.catch(() => {});
  });
});

describe("what a peer asks for", () => {
  it("100-continue: the word comes when the body is read, not before", async () => {
    let go = () => {};
    const { peer } = serve(async (request) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return new Response(await request.text());
    });
    peer.send(post("", "Expect: 100-continue\r\n").replace("Length: 0", "Length: 3"));
    await pause(20);
    expect(peer.received).toBe("");
    go();
    await peer.receives("HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("abc");
    await peer.receives("\r\n\r\n3\r\nabc\r\n0\r\n");
  });

  it("100-continue for a body that nobody wants: a final answer, and close", async () => {
    const { peer } = serve(() => ({ status: 413 }));
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    await peer.ends();
    expect(peer.received).toBe("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });

  it("an upgrade: both ways, with the octets that had arrived, and half-closed", async () => {
    const { peer, served } = serve(async (_, info) => {
      const { readable, writable } = info.upgrade({ Connection: "upgrade", Upgrade: "echo" });
      await readable.pipeTo(writable);
    });
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nearly ");
    await peer.receives("early ");
    peer.send("late");
    await peer.receives("early late");
    expect(peer.received).toBe(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nearly late",
    );
    peer.end();
    await peer.ends();
    expect(await served.closed).toBe(undefined);
  });

  it("CONNECT", async () => {
    const { peer } = serve(async (request, info) => {
      expect(request.method).toBe("CONNECT");
      const { writable } = info.upgrade();
      const writer = writable.getWriter();
      await writer.write(new TextEncoder().encode(info.target));
      await writer.close();
    });
    peer.send("CONNECT b:22 HTTP/1.1\r\nHost: b:22\r\n\r\n");
    await peer.ends();
    expect(peer.received).toBe("HTTP/1.1 200 OK\r\n\r\nb:22");
  });

  it("an upgrade that was not proposed is the handler's fault", async () => {
    const { peer, errors } = serve((_, info) => {
      info.upgrade();
    });
    peer.send(GET);
    await peer.receives("HTTP/1.1 500 ");
    expect(errors).toMatchObject([{ code: "UNPROPOSED_SWITCH" }]);
  });

  it("a tunnel whose peer vanishes fails on both sides", async () => {
    let outcomes: unknown[] = [];
    const { peer, served } = serve(async (_, info) => {
      const { readable, writable } = info.upgrade();
      const read = await outcome(textOf(readable));
      outcomes = [read, await outcome(writable.getWriter().write(new Uint8Array(1)))];
    });
    peer.send("CONNECT b:22 HTTP/1.1\r\nHost: b:22\r\n\r\n");
    await peer.receives("200 OK");
    peer.reset(new Error("gone"));
    await served.closed;
    await pause(5);
    expect(outcomes).toMatchObject([{ error: { code: "DISCONNECTED" } }, { error: { code: "DISCONNECTED" } }]);
  });

  it("pipelined requests, answered in their order", async () => {
    let n = 0;
    const { peer } = serve(async (request) => {
      await pause(10 - 5 * n++);
      return { body: new URL(request.url).pathname };
    });
    peer.send(["/1", "/2", "/3"].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
    await peer.receives("/3");
    expect(peer.received.replace(/HTTP.*?\r\n\r\n/gs, "")).toBe("/1/2/3");
  });
});

describe("a handler that misbehaves", () => {
  const boom = new Error("boom");

  it.each<[string, FetchHandler]>([
    [
      "throws",
      () => {
        throw boom;
      },
    ],
    ["rejects", () => Promise.reject(boom)],
  ])("%s: 500 and onError, and the process lives", async (_, handler) => {
    const { peer, errors } = serve(handler);
    peer.send(GET);
    await peer.ends();
    expect(peer.received).toBe("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    expect(errors).toEqual([boom]);
  });

  it.each([
    ["undefined", undefined],
    ["null", null],
    ["text", "text"],
    ["an error response", Response.error()],
  ])("returns %s: 500", async (_, response) => {
    const { peer, errors } = serve(() => response as never);
    peer.send(GET);
    await peer.receives("HTTP/1.1 500 ");
    expect(errors).toMatchObject([expect.any(TypeError)]);
  });

  it.each([
    ["too little", "5", "abc", "BODY_TOO_SHORT"],
    ["too much", "2", "abc", "BODY_TOO_LONG"],
  ])("promises a length and gives %s: a local error and a closed connection", async (_, length, body, code) => {
    const { peer, served, errors } = serve(() => ({ headers: { "Content-Length": length }, body }));
    peer.send(GET + GET);
    await peer.ends();
    expect(peer.received.split("HTTP/1.1").length).toBe(2);
    expect(errors).toEqual([expect.any(LocalProtocolError)]);
    expect(errors).toMatchObject([{ code }]);
    await served.closed;
  });

  it("reads a body after its answer, which discarded it: the reading fails", async () => {
    let text: Promise<{ value?: string; error?: unknown }> | undefined;
    const { peer } = serve((request) => {
      text = pause(20).then(() => outcome(request.text()));
      return { body: "x" };
    });
    peer.send(post("hello"));
    await peer.receives("\r\n\r\nx");
    expect(await text).toMatchObject({ error: expect.any(TypeError) });
    peer.send(GET);
    await peer.until(({ received }) => received.split("HTTP/1.1 200").length === 3);
  });

  it("gives fields that cannot be sent: 500", async () => {
    const { peer, errors } = serve(() => ({ headers: { X: "a\nb" }, body: chunks("x") }));
    peer.send(GET);
    await peer.receives("HTTP/1.1 500 ");
    expect(errors).toMatchObject([{ code: "BAD_FIELD_VALUE", header: "x" }]);
  });

  it("gives a stream that fails: the message is cut", async () => {
    const { peer, errors } = serve(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new Uint8Array(1)),
            pull: () => {
              throw boom;
            },
          }),
        ),
    );
    peer.send(GET);
    await peer.ends();
    expect(peer.received).not.toContain("0\r\n\r\n");
    expect(errors).toEqual([boom]);
  });

  it("gives a stream of other things than octets", async () => {
    const { peer, errors } = serve(() => ({ body: [1 as never] }));
    peer.send(GET);
    await peer.ends();
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  it("throws in onError: told to the runtime, and nobody else", async () => {
    const worse = new Error("worse");
    const seen: unknown[] = [];
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", (error) => seen.push(error));
    const { peer } = serve(
      () => {
        throw boom;
      },
      {
        onError: () => {
          throw worse;
        },
      },
    );
    peer.send(GET);
    await peer.receives("HTTP/1.1 500 ");
    await pause(5);
    for (const listener of others) process.on("uncaughtException", listener);
    expect(seen).toEqual([worse]);
  });
});

describe("a peer that misbehaves", () => {
  it("breaks the protocol: the status of the fault, onError, close", async () => {
    const { peer, served, errors } = serve(() => new Response("ok"), { timeouts: { linger: 10 } });
    peer.send("GET / HTTP/1.1\r\n\r\n");
    await peer.ends();
    expect(peer.received).toMatch(/^HTTP\/1\.1 400 /);
    expect(errors).toMatchObject([{ code: "MISSING_HOST" }]);
    await served.closed;
  });

  it("breaks it in the body: the handler's read rejects with the RemoteProtocolError as cause", async () => {
    let failure: unknown;
    const { peer } = serve(async (request, info) => {
      const read = outcome(request.text());
      const trailers = outcome(info.trailers);
      failure = [await read, await trailers, info.signal.aborted];
      return new Response("never");
    });
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    await pause(5);
    peer.send("nonsense\r\n");
    await peer.ends();
    await pause(5);
    const error = { code: "PROTOCOL", cause: expect.any(RemoteProtocolError) };
    expect(failure).toMatchObject([{ error }, { error }, true]);
    expect(peer.received).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    ["vanishes", (peer: RawPeer) => peer.reset()],
    ["ends", (peer: RawPeer) => peer.end()],
  ])("%s in its body: the read rejects, the signal aborts, onAbort is told", async (_, leave) => {
    let info: RequestInfo | undefined;
    let read: Promise<unknown> = Promise.resolve();
    const { peer, served } = serve(async (request, given) => {
      info = given;
      read = outcome(request.text());
      await read;
      return new Response("late");
    });
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    await pause(5);
    leave(peer);
    expect(await read).toMatchObject({ error: expect.any(TypeError) });
    expect(info?.signal.aborted).toBe(true);
    await served.closed;
  });

  it("vanishes while it is answered: the answer's stream is cancelled, though it never has a piece", async () => {
    let cancelled: unknown;
    let signal: AbortSignal | undefined;
    const stream = new ReadableStream({
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const { peer, served, errors } = serve((_, info) => {
      signal = info.signal;
      return new Response(stream);
    });
    peer.send(GET);
    await peer.receives("200 OK");
    peer.reset();
    await served.closed;
    await pause(5);
    expect((cancelled as NetworkError).code).toBe("DISCONNECTED");
    expect(signal?.aborted).toBe(true);
    expect(errors).toEqual([]);
  });

  it("vanishes while its handler thinks: what the handler then gives is cancelled", async () => {
    let go = () => {};
    let cancelled = false;
    const { peer, served, errors } = serve(async () => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return new Response(
        new ReadableStream({
          cancel: () => {
            cancelled = true;
          },
        }),
      );
    });
    peer.send(GET);
    await pause(5);
    peer.reset();
    await served.closed;
    go();
    await pause(5);
    expect(cancelled).toBe(true);
    expect(errors).toEqual([]);
  });

  it.each([
    ["an idle connection", "", ""],
    ["a head that does not end", "GET / HTTP/1.1\r\nHo", "HTTP/1.1 408 "],
    ["a body that does not go on", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", "HTTP/1.1 408 "],
  ])("stalls: %s is given up", async (_, sent, answer) => {
    const timeouts = { idle: 60, head: 60, body: 60, linger: 20 };
    let read: Promise<unknown> | undefined;
    const { peer, served } = serve(
      async (request) => {
        read = outcome(request.text());
        await read;
        return new Response("x");
      },
      { timeouts },
    );
    if (sent !== "") peer.send(sent);
    await peer.ends();
    expect(peer.received.startsWith(answer)).toBe(true);
    if (read) expect(await read).toMatchObject({ error: { code: "TIMEOUT" } });
    expect(await served.closed).toBe(undefined);
  });

  it("reads nothing: given up after a while", async () => {
    const [ours, theirs] = streamPair();
    const served = serveConnection(ours, () => new Response(new Uint8Array(1_000_000)), { timeouts: { write: 50 } });
    theirs.writable
      .getWriter()
      .write(new TextEncoder().encode(GET))
      .catch(() => {});
    expect(await served.closed).toMatchObject({ code: "TIMEOUT" });
  });

  it("never closes: given up after a while", async () => {
    const { peer, served } = serve(() => new Response("x"), { timeouts: { linger: 30 } });
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await peer.ends();
    peer.send("more and more");
    expect(await served.closed).toBe(undefined);
  });

  it("has more requests than are answered: what it sends is read before the connection is closed", async () => {
    const { peer, served } = serve(() => undefined, { timeouts: { linger: 60_000 } });
    // The second holds reading back until the first is answered, which closes the connection.
    peer.send(GET + GET);
    await peer.ends();
    peer.send("more and more");
    peer.end();
    expect(await served.closed).toBe(undefined);
  });

  it("floods with requests: they wait for answers, and are read no faster", async () => {
    let handled = 0;
    const { peer, served } = serve(async () => {
      handled++;
      await pause(1);
      return { body: "x" };
    });
    const [before] = [GET.repeat(100)];
    for (let i = 0; i < 100; i++) peer.send(before);
    await pause(50);
    expect(handled).toBeLessThan(100);
    served.abort();
    await served.closed;
  });

  it("sends a body that nobody reads: skipped up to the limit, then the connection closes", async () => {
    const { peer } = serve(() => ({ body: "x" }), { unreadBodyOctets: 10 });
    peer.send(post("12345"));
    await peer.receives("\r\n\r\nx");
    peer.send(GET);
    await peer.until(({ received }) => received.split("HTTP/1.1 200").length === 3);
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    await peer.until(({ received }) => received.split("HTTP/1.1 200").length === 4);
    peer.send("x".repeat(50));
    await peer.ends();
  });

  it("sends something else than octets", async () => {
    const served = serveConnection(
      {
        readable: new ReadableStream({ start: (controller) => controller.enqueue("text" as never) }),
        writable: new WritableStream(),
      },
      () => new Response("x"),
    );
    expect(await served.closed).toBeInstanceOf(TypeError);
  });

  it("has a stream that fails to be written", async () => {
    const broken = new Error("broken pipe");
    const served = serveConnection(
      {
        readable: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(GET)) }),
        writable: new WritableStream({ write: () => Promise.reject(broken) }),
      },
      () => new Response("x"),
    );
    expect(await served.closed).toBe(broken);
  });
});

describe("the end of a connection", () => {
  it("close lets an answer in progress end, and says so", async () => {
    let go = () => {};
    const { peer, served } = serve(async () => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return { body: "done" };
    });
    peer.send(GET);
    await pause(5);
    const closing = served.close();
    go();
    await peer.ends();
    expect(peer.received).toBe("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone");
    peer.end();
    expect(await closing).toEqual({ unanswered: [] });
  });

  it("close tells which request got no whole answer", async () => {
    const { peer, served } = serve(() => new Promise(() => {}));
    peer.send(GET);
    await pause(5);
    const closing = served.close();
    peer.reset();
    expect((await closing).unanswered.map(({ target }) => target)).toEqual(["/a?b"]);
  });

  it("close of an idle connection is at once", async () => {
    const { peer, served } = serve(() => new Response("x"), { timeouts: { linger: 0 } });
    await pause(5);
    expect(await served.close()).toEqual({ unanswered: [] });
    await peer.ends();
  });

  it("closes after maxRequests", async () => {
    const { peer } = serve(() => ({ body: "x" }), { maxRequests: 2 });
    peer.send(GET + GET + GET);
    await peer.ends();
    expect(peer.received.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(peer.received).toContain("Connection: close");
  });
});

describe("options", () => {
  it.each<[object, string | RegExp]>([
    [{ timeouts: { idle: -1 } }, "timeouts.idle"],
    [{ timeouts: { sleep: 1 } }, "timeouts.sleep"],
    [{ maxRequests: "x" }, "maxRequests"],
    [{ timeout: 5 }, "options.timeout"],
    [{ http1: { limits: { maxHeadBytes: -1 } } }, "maxHeadBytes"],
    [{ protocol: "h2" as never }, "protocolOf"],
    [{ http1: { limits: { maxHeadBytes: -1 } }, protocol: either }, "maxHeadBytes"],
    [{ http2: { limits: { maxFields: -1 } }, protocol: either }, "maxFields"],
  ])("refuses %o", (options, message) => {
    const [ours] = streamPair();
    expect(() => serveConnection(ours, () => new Response(), options as ServeOptions)).toThrow(message);
  });

  it("refuses what is no handler", () => {
    expect(() => serveConnection(streamPair()[0], {} as never)).toThrow(TypeError);
  });
});
