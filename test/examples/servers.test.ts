// The servers among the examples, each asked the same: keep-alive, requests in pieces and pipelined, 100-continue, a fault,
// a body that is too large, a client that vanishes. Those of other runtimes run by `npm run test:examples`.
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runtime } from "../runtimes/tools.mjs";
import { CONVERSATION, converse, greetings, runProgram, startProgram } from "./programs.mjs";

const MUST_RUN = process.env.SANSIO_EXAMPLES === "all";

const SERVERS = [
  { name: "node-net.mjs", command: process.execPath, before: [] },
  { name: "async-iteration.mjs", command: process.execPath, before: [] },
  { name: "deno.mjs", command: runtime("deno"), before: ["run", "--allow-net", "--allow-read"] },
  { name: "bun.mjs", command: runtime("bun"), before: [] },
];

describe.each(SERVERS)("examples/$name", ({ name, command, before }) => {
  let program: Awaited<ReturnType<typeof startProgram>> | undefined;
  beforeAll(async () => {
    if (command === process.execPath || MUST_RUN)
      program = await startProgram(command, [...before, `examples/${name}`]);
  });
  afterAll(() => program?.stop());

  it("answers, refuses, and lives on", async (context) => {
    if (program === undefined) return context.skip("npm run test:examples");
    const { port } = program;
    expect(await converse(port, CONVERSATION)).toBe(greetings());
    expect(await converse(port, ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n"])).toMatch(/^HTTP\/1\.1 400 /);
    const large = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n";
    expect(await converse(port, [large])).toMatch(/^HTTP\/1\.1 413 /);
    // Several, as it is chance how many octets each read takes.
    const floods = Array.from({ length: 5 }, () => flood(port, large.replace("1001", "300000") + "x".repeat(300_000)));
    for (const outcome of await Promise.all(floods)) {
      expect(outcome).toEqual({ received: expect.stringMatching(/^HTTP\/1\.1 413 [\s\S]*\r\n\r\n/), error: undefined });
    }
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nHost: a\r\n");
    socket.resetAndDestroy();
    expect(await converse(port, CONVERSATION)).toBe(greetings());
    expect(program.errors).toBe("");
  });
});

/** Everything at once, and no word of an end: how the other end closed, and what it had said by then. */
function flood(port: number, text: string) {
  return new Promise((done) => {
    const seen = { received: "", error: undefined as unknown };
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (octets) => {
      seen.received += octets.toString("latin1");
    });
    socket.on("error", (error) => {
      seen.error = error;
    });
    // Later than the answer, as on a long way: a reset would have taken it away.
    socket.pause();
    setTimeout(() => socket.resume(), 200);
    socket.on("close", () => done(seen));
    socket.end(text);
  });
}

describe("examples/blocking-server.mjs", () => {
  it("answers on its descriptors, and refuses", async () => {
    const ask = (input: string) => runProgram(process.execPath, ["examples/blocking-server.mjs"], input);
    const [asked, ended, refused] = await Promise.all([
      ask(CONVERSATION.join("")),
      ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      ask("GET / HTTP/1.1\r\n\r\n"),
    ]);
    expect(asked).toEqual({ code: 0, errors: "", output: greetings() });
    expect(ended).toMatchObject({ code: 0, errors: "", output: expect.stringContaining("Hello, world!\n") });
    expect(refused).toMatchObject({ code: 0, errors: "", output: expect.stringMatching(/^HTTP\/1\.1 400 /) });
  });
});

describe.each(["blocking-client.mjs", "web-streams.mjs"])("examples/%s", (name) => {
  it("asks, and fails when nobody answers", async () => {
    const server = await startProgram(process.execPath, ["examples/node-net.mjs"]);
    const ask = (port: number) => runProgram(process.execPath, [`examples/${name}`, String(port), "Zoë"]);
    const greeted = await ask(server.port);
    await server.stop();
    expect(greeted).toEqual({ code: 0, output: `200 ${latin1("Hello, Zoë!")}\n`, errors: "" });
    const refused = await ask(server.port);
    expect(refused).toMatchObject({ output: "", code: expect.any(Number) });
    expect(refused.code).not.toBe(0);
  });
});

describe("examples/http2-client.mjs", () => {
  it("asks all at once over TLS, and fails when nobody answers", async () => {
    const server = await startProgram(process.execPath, ["examples/server.mjs", "--tls", "--port", "0"]);
    const ask = (port: number) =>
      runProgram(process.execPath, ["examples/http2-client.mjs", String(port), "/hello", "/bytes/3", "/nowhere"]);
    const { code, output, errors } = await ask(server.port);
    await server.stop();
    expect([code, errors]).toEqual([0, ""]);
    expect(
      output
        .split("\n")
        .map((line) => line.split(" ").slice(0, 2).join(" "))
        .sort(),
    ).toEqual(["", "/bytes/3 200", "/hello 200", "/nowhere 404"]);
    expect(await ask(server.port)).toMatchObject({ output: "", code: 1 });
  });
});

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}
