// The examples that stand between two others: a reverse proxy, a logger, a recorder.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONVERSATION, converse, greetings, runProgram, startProgram } from "./programs.mjs";

type Program = Awaited<ReturnType<typeof startProgram>>;

describe("examples/reverse-proxy.mjs", () => {
  const seen: string[] = [];
  const sessions: ServerHttp2Session[] = [];
  let hold = () => {};
  let upstream: Http2Server;
  let proxy: Program;

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      let body = "";
      request.on("data", (octets) => {
        body += octets;
      });
      request.on("end", () => {
        // Node ends the body of a stream that was reset, too.
        if (request.stream.rstCode !== 0) return;
        if (request.url === "/never") return hold();
        seen.push(`${request.method} ${request.url} ${request.headers.forwarded} ${body} ${request.trailers["x-sum"]}`);
        response.writeHead(200, { Trailer: "X-After" });
        response.write(`got ${body}`);
        response.addTrailers({ "X-After": "yes" });
        response.end();
      });
    });
    upstream.on("session", (session) => sessions.push(session));
    await new Promise<void>((done) => upstream.listen(0, "127.0.0.1", done));
    const { port } = upstream.address() as AddressInfo;
    proxy = await startProgram(process.execPath, ["examples/reverse-proxy.mjs", String(port)]);
  });

  afterAll(async () => {
    await proxy.stop();
    for (const session of sessions) session.destroy();
    upstream.close();
  });

  const ask = () => converse(proxy.port, ["GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"]);

  it("keeps trailers both ways", async () => {
    const request = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nTE: trailers\r\n";
    const received = await converse(proxy.port, [
      `${request}Connection: close, TE\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n`,
    ]);
    expect(seen.splice(0)).toEqual(["POST /a proto=http hi 7"]);
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received).toMatch(/\r\n\r\n6\r\ngot hi\r\n0\r\nx-after: yes\r\n\r\n$/i);
  });

  it.each([
    ["two framings", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil"],
    ["two lengths", "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"],
    ["a coding in disguise", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
    ["a coding behind another", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"],
    ["a space before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"],
    ["a line that ends in LF", "X: 1\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["a line folded", "X: 1\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["a signed length", "Content-Length: +4\r\n\r\nabcd"],
    ["an odd chunk size", "Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n"],
    ["Connection that names the length", "Connection: Content-Length\r\nContent-Length: 4\r\n\r\nabcd"],
    ["a name that CGI takes for another", "Content_Length: 4\r\n\r\n"],
    ["an upgrade with a body", "Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 4\r\n\r\nabcd"],
  ])("refuses %s", async (_, rest) => {
    const received = await converse(proxy.port, [`POST /smuggled HTTP/1.1\r\nHost: a\r\n${rest}`]);
    expect(received).toMatch(/^HTTP\/1\.1 (400|501) /);
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    // A body that turns out to be faulty may have begun behind; it never ends there.
    expect(seen).toEqual([]);
  });

  it("goes on when the connection behind is gone", async () => {
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 /);
    for (const session of sessions) session.destroy();
    // What is asked before the proxy has seen that gets a 502.
    let answer = await ask();
    while (answer.startsWith("HTTP/1.1 502 ")) answer = await ask();
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(sessions).toHaveLength(2);
  });

  it("goes on elsewhere while a connection behind that takes no more requests still answers", async () => {
    const isHeld = new Promise<void>((done) => {
      hold = done;
    });
    const slow = converse(proxy.port, ["GET /never HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"]);
    await isHeld;
    const leaving = sessions.at(-1) as ServerHttp2Session;
    leaving.close();
    // What comes back from behind the GOAWAY says that it has been read.
    await new Promise((done) => leaving.ping(done));
    const received = await ask();
    leaving.destroy();
    expect(sessions.at(-1) === leaving).toBe(false);
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    expect(await slow).toMatch(/^HTTP\/1\.1 502 /);
  });
});

describe("examples/logger.mjs", () => {
  it("passes everything on, and tells every event", async () => {
    const server = await startProgram(process.execPath, ["examples/node-net.mjs"]);
    const logger = await startProgram(process.execPath, ["examples/logger.mjs", String(server.port)]);
    const received = await converse(logger.port, CONVERSATION);
    const faulty = await converse(logger.port, ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "nonsense\r\n\r\n"]);
    await Promise.all([server.stop(), logger.stop()]);
    expect(received).toBe(greetings());
    expect(faulty).toMatch(/^HTTP\/1\.1 200 [\s\S]*Hello, world!\nHTTP\/1\.1 400 /);
    const told = logger.output.match(/^[<>] \S+(?: (?:POST|GET|200))?/gm);
    // How many pieces a body comes in, and whether a 100 is due, is of the sockets.
    // Which end of which connection closes first, too; but each way one is told to close in order.
    expect(told).toEqual(expect.arrayContaining(["> connection-closed", "< connection-closed"]));
    expect(told?.filter((line) => !/ data$| informational-response$| connection-closed$/.test(line))).toEqual(
      ["POST", "POST", "POST", "GET", "GET"].flatMap((method) => [
        `> request ${method}`,
        "> end-of-message",
        "< response 200",
        "< end-of-message",
      ]),
    );
  });
});

describe("examples/recorder.mjs", () => {
  const folder = mkdtempSync(join(tmpdir(), "sansio-recorder-"));
  const file = join(folder, "record.jsonl");
  const replay = () => runProgram(process.execPath, ["examples/recorder.mjs", "replay", file]);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("replays what it recorded, the same each time, and tells when something is different", async () => {
    const recorder = await startProgram(process.execPath, ["examples/recorder.mjs", "record", file]);
    const both = await Promise.all([
      converse(recorder.port, CONVERSATION),
      converse(recorder.port, ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n"]),
    ]);
    await recorder.stop();
    expect(both).toEqual([greetings(), expect.stringMatching(/^HTTP\/1\.1 400 /)]);
    const [first, second] = [await replay(), await replay()];
    expect(first).toMatchObject({ code: 0, errors: "" });
    expect(first.output.match(/request/g)).toHaveLength(4);
    expect(second).toEqual(first);
    writeFileSync(file, readFileSync(file, "utf8").replace(btoa("you").slice(0, 3), btoa("YOU").slice(0, 3)));
    expect(await replay()).toMatchObject({ code: 1, errors: expect.stringContaining("would send something else") });
  });
});
