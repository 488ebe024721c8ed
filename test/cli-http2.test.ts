// The `sansio` command on HTTP/2: one direction, both, and found out by the first octets.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Http2Connection, type Http2Options } from "../src/http2/index.ts";

const COMMAND = "dist/cli.js";
const BODY = new TextEncoder().encode("Hello!");
const GET = { method: "GET", target: "/a", scheme: "http", authority: "x", headers: [["accept", "*/*"]] } as const;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sansio-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Line {
  type: string;
  offset: number;
  [name: string]: unknown;
}

/** Both ends of a connection, and what they sent. */
class Tap {
  readonly client: Http2Connection;
  readonly server: Http2Connection;
  readonly sent = { client: [] as Uint8Array[], server: [] as Uint8Array[] };

  constructor(options: { client?: Http2Options; server?: Http2Options } = {}) {
    this.client = new Http2Connection("client", options.client);
    this.server = new Http2Connection("server", options.server);
    this.carry();
  }

  carry(): void {
    for (let turn = 0; turn < 4; turn++) {
      for (const [from, to] of [["client", "server"] as const, ["server", "client"] as const]) {
        const octets = this[from].bytesToSend();
        this.sent[from].push(octets);
        this[to].feed(octets);
        for (const _ of this[to].events());
      }
    }
  }

  ask(method = "GET"): number {
    const streamId = this.client.openStream({ ...GET, method }, { endStream: true });
    this.carry();
    return streamId;
  }

  answer(streamId: number, data?: Uint8Array): void {
    this.server.send({ type: "response", streamId, status: 200, headers: [["server", "tap"]] });
    if (data !== undefined) this.server.send({ type: "data", streamId, data });
    this.server.send({ type: "end-of-message", streamId });
    this.carry();
  }

  input(end: "client" | "server"): Buffer {
    return Buffer.concat(this.sent[end]);
  }
}

function run(parameters: readonly string[], input: Uint8Array): SpawnSyncReturns<string> {
  const maxBuffer = 64 * 1024 * 1024;
  return spawnSync(process.execPath, [COMMAND, "decode", ...parameters], { input, encoding: "latin1", maxBuffer });
}

function lines(output: string): Line[] {
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

/** The lines of an input that is sound. */
function json(input: Uint8Array, ...parameters: string[]): Line[] {
  const { status, stdout, stderr } = run(["--json", ...parameters], input);
  expect([status, stderr]).toEqual([0, ""]);
  return lines(stdout);
}

const eventsOf = (all: Line[]) => all.filter(({ type }) => type !== "frame");
const names = (all: Line[]) => all.map(({ type, frame, streamId = 0 }) => `${frame ?? type} ${streamId}`);

describe("one direction", () => {
  it("role server: the preface, every frame, and the events of each behind it", () => {
    const tap = new Tap();
    tap.answer(tap.ask());
    const all = json(tap.input("client"));
    expect(names(all)).toEqual([
      "preface 0",
      "SETTINGS 0",
      "settings 0",
      "SETTINGS 0",
      "settings-acknowledged 0",
      "HEADERS 1",
      "request 1",
      "end-of-message 1",
      "connection-closed 0",
    ]);
    const [, settings, , ack, , frame, request] = all;
    expect(settings).toMatchObject({ flags: [], offset: 24 });
    expect(ack).toEqual({
      type: "frame",
      frame: "SETTINGS",
      flags: ["ACK"],
      streamId: 0,
      length: 0,
      offset: ack?.offset,
    });
    expect(frame).toMatchObject({ flags: ["END_STREAM", "END_HEADERS"], offset: request?.offset });
    expect(request).toMatchObject({
      ...{
        method: "GET",
        target: "/a",
        scheme: "http",
        authority: "x",
        httpVersion: "2",
        headers: [["accept", "*/*"]],
      },
    });
    expect(all.at(-1)?.offset).toBe(tap.input("client").length);
  });

  it("role client: responses to requests that it did not see", () => {
    const tap = new Tap();
    const [first, second] = [tap.ask(), tap.ask()];
    tap.answer(second, BODY);
    tap.answer(first, BODY);
    const events = eventsOf(json(tap.input("server"), "--role", "client"));
    expect(names(events).slice(2)).toEqual([
      ...["response 3", "data 3", "end-of-message 3"],
      ...["response 1", "data 1", "end-of-message 1"],
      "connection-closed 0",
    ]);
    expect(events[2]).toMatchObject({ status: 200, reason: "", headers: [["server", "tap"]] });
    expect(events[3]).toMatchObject({ data: Buffer.from(BODY).toString("base64") });
  });

  it("--request-method goes by stream", () => {
    const tap = new Tap();
    const [, head] = [tap.ask(), tap.ask("HEAD")];
    tap.server.send({
      type: "response",
      streamId: head,
      status: 200,
      headers: [["content-length", "5"]],
      endStream: true,
    });
    tap.answer(1);
    const methods = ["--request-method", "GET", "--request-method", "HEAD"];
    expect(names(eventsOf(json(tap.input("server"), "--role", "client", ...methods)))).toContain("end-of-message 3");
    const { status, stdout } = run(["--json", "--role", "client"], tap.input("server"));
    expect(status).toBe(1);
    expect(lines(stdout)).toContainEqual(
      expect.objectContaining({ type: "stream-reset", streamId: 3, remote: false, reason: "CONTENT_LENGTH_MISMATCH" }),
    );
  });

  it("takes what the other end has allowed: large frames, wide windows, a large table", () => {
    const wide = { windows: { stream: 2 ** 20 }, settings: { maxFrameSize: 2 ** 18, headerTableSize: 65_536 } };
    const tap = new Tap({ client: wide, server: wide });
    tap.answer(tap.ask(), new Uint8Array(500_000));
    expect(json(tap.input("server"), "--role", "client").at(-1)?.type).toBe("connection-closed");
    expect(json(tap.input("client")).at(-1)?.type).toBe("connection-closed");
  });

  it("knows pushed streams from both sides", () => {
    const tap = new Tap();
    const streamId = tap.ask();
    const pushed = tap.server.push(streamId, { ...GET, target: "/pushed" });
    tap.carry();
    tap.client.reset(pushed);
    tap.carry();
    tap.answer(streamId);
    expect(names(eventsOf(json(tap.input("client"))))).toContain("stream-reset 2");
    expect(json(tap.input("server"), "--role", "client")).toContainEqual(
      expect.objectContaining({ type: "push-promise", streamId: 1, promisedStreamId: 2, target: "/pushed" }),
    );
  });

  it("goes on behind a GOAWAY that speaks of streams not seen yet", () => {
    const tap = new Tap();
    const ids = [tap.ask(), tap.ask(), tap.ask()];
    tap.server.shutdown();
    tap.server.goaway();
    tap.carry();
    for (const id of ids) tap.answer(id);
    const events = eventsOf(json(tap.input("server"), "--role", "client"));
    expect(names(events).filter((name) => name.startsWith("response"))).toEqual(ids.map((id) => `response ${id}`));
    expect(events).toContainEqual(expect.objectContaining({ type: "goaway", lastStreamId: 5, unprocessed: [] }));
    expect(names(events).filter((name) => name.startsWith("stream-reset"))).toEqual([]);
  });

  it("gives 1 and the error as the last line", () => {
    const tap = new Tap();
    const input = Buffer.concat([tap.input("client"), Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0])]);
    const { status, stdout, stderr } = run(["--json"], input);
    expect([status, stderr]).toEqual([1, ""]);
    expect(lines(stdout).slice(-2)).toEqual([
      expect.objectContaining({ type: "frame", frame: "WINDOW_UPDATE" }),
      {
        type: "error",
        code: "ZERO_WINDOW_INCREMENT",
        http2Code: "PROTOCOL_ERROR",
        message: expect.any(String),
        statusHint: expect.any(Number),
        offset: tap.input("client").length,
      },
    ]);
  });

  it.each([
    ["cut in a frame", (input: Buffer) => input.subarray(0, -1), "INCOMPLETE_FRAME"],
    ["cut in the preface", (input: Buffer) => input.subarray(0, 20), "INCOMPLETE_FRAME"],
    ["no HTTP/2", () => Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "BAD_PREFACE"],
  ])("%s", (_, change, code) => {
    const { status, stdout } = run(["--json", "--protocol", "http2"], change(new Tap().input("client")));
    expect([status, lines(stdout).at(-1)]).toMatchObject([1, { type: "error", code }]);
  });
});

describe("what protocol it is", () => {
  it("is found out by the first octets, however they come", () => {
    const tap = new Tap();
    tap.answer(tap.ask());
    expect(json(tap.input("client"), "--protocol", "auto")[0]?.type).toBe("preface");
    expect(json(tap.input("server"), "--role", "client")[0]).toMatchObject({ type: "frame", frame: "SETTINGS" });
    const request = Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(json(request, "--protocol", "auto")[0]).toMatchObject({ type: "request", httpVersion: "1.1" });
    const response = Buffer.from("HTTP/1.1 204 No\r\n\r\n");
    expect(json(response, "--role", "client")[0]).toMatchObject({ type: "response", httpVersion: "1.1" });
    expect(json(Buffer.alloc(0))).toEqual([{ type: "connection-closed", offset: 0 }]);
  });
});

describe("--client and --server", () => {
  function both(tap: Tap, ...parameters: string[]): SpawnSyncReturns<string> {
    const files = ["client", "server"].flatMap((end) => {
      const file = join(folder, end);
      writeFileSync(file, tap.input(end as "client" | "server"));
      return [`--${end}`, file];
    });
    return run([...parameters, ...files], Buffer.alloc(0));
  }

  it("tells of both in an order in which they can have been sent", () => {
    const tap = new Tap();
    tap.answer(tap.ask("HEAD"));
    tap.client.ping();
    tap.carry();
    tap.answer(tap.ask(), BODY);
    const { status, stdout, stderr } = both(tap, "--json");
    expect([status, stderr]).toEqual([0, ""]);
    const all = eventsOf(lines(stdout)).map(({ from, type, streamId = "" }) => `${from}: ${type} ${streamId}`.trim());
    expect(all).toEqual([
      ...["client: preface", "client: settings", "server: settings", "server: settings-acknowledged"],
      ...["client: settings-acknowledged", "client: request 1", "client: end-of-message 1"],
      ...["server: response 1", "server: end-of-message 1"],
      ...["client: ping", "server: ping-acknowledged"],
      ...["client: request 3", "client: end-of-message 3"],
      ...["server: response 3", "server: data 3", "server: end-of-message 3"],
      ...["client: connection-closed", "server: connection-closed"],
    ]);
  });

  it("knows of the resets of the other, and of streams that were never answered", () => {
    const tap = new Tap();
    const [first, second] = [tap.ask(), tap.ask()];
    tap.client.reset(first);
    tap.server.reset(second);
    tap.client.send({ type: "end-of-message", streamId: tap.client.openStream({ ...GET, method: "POST" }) });
    tap.carry();
    tap.server.goaway();
    tap.carry();
    tap.answer(5);
    const { status, stdout } = both(tap, "--json", "--protocol", "http2");
    expect(status).toBe(0);
    const resets = lines(stdout).filter(({ type }) => type === "stream-reset");
    expect(resets.map(({ from, streamId, remote }) => [from, streamId, remote]).sort()).toEqual([
      ["client", first, true],
      ["server", second, true],
    ]);
  });

  it("ends with the error of either", () => {
    const tap = new Tap();
    tap.sent.server.push(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0]));
    const { status, stdout } = both(tap, "--json");
    expect([status, lines(stdout).at(-1)]).toMatchObject([
      1,
      { from: "server", type: "error", code: "BAD_STREAM_ID", offset: tap.input("server").length - 9 },
    ]);
  });

  it("is aligned for people", () => {
    const tap = new Tap();
    tap.answer(tap.ask(), BODY);
    tap.sent.client.push(Buffer.from([0, 0, 1, 0x2a, 0x40, 0, 0, 0, 7, 10]));
    const { status, stdout } = both(tap);
    expect(status).toBe(0);
    for (const line of [
      /^client {10}0 {2}preface$/m,
      /^client +\d+ {2}HEADERS +END_STREAM END_HEADERS, \d+ octets, stream 1$/m,
      /^client +\d+ {2}request +GET \/a HTTP\/2, stream 1\n +:scheme: http\n +:authority: x\n +accept: \*\/\*$/m,
      /^server +\d+ {2}data +6 octets, stream 1\n +"Hello!"$/m,
      /^server +\d+ {2}settings +maxConcurrentStreams: 100$/m,
      /^client +\d+ {2}type 0x2a +0x40, 1 octet, stream 7\n.*unknown-frame +1 octet, stream 7\n +"\\n"$/m,
    ]) {
      expect(stdout).toMatch(line);
    }
  });
});
